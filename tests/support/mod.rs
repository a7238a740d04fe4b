//! A world for one test: a server in this process with an empty bucket, an empty home folder, and
//! the built program to run in it. Everything is removed at the end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use windlass::demo::{self, Demo};

/// The bucket that every world has.
pub(crate) const BUCKET: &str = "box";

/// A server, a home folder and a working folder.
pub(crate) struct World {
    runtime: tokio::runtime::Runtime,
    demo: Option<Demo>,
    dir: tempfile::TempDir,
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Default for World {
    fn default() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["home", "work", "buckets/box"] {
            std::fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let buckets = dir.path().join("buckets");
        let demo = runtime.block_on(demo::start(Some(buckets), None)).unwrap();
        Self {
            runtime,
            demo: Some(demo),
            dir,
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(demo) = self.demo.take() {
            self.runtime.block_on(demo.stop());
        }
    }
}

impl World {
    pub(crate) fn demo(&self) -> &Demo {
        self.demo.as_ref().unwrap()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The working folder, or something in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("work").join(name)
    }

    /// Writes a file into the working folder.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        write(&path, content.as_ref());
        path
    }

    /// Puts an object onto the server, behind the program's back.
    pub(crate) fn object(&self, key: &str, content: impl AsRef<[u8]>) {
        write(&self.stored(key), content.as_ref());
    }

    /// Where the server keeps an object.
    pub(crate) fn stored(&self, key: &str) -> PathBuf {
        self.dir.path().join("buckets").join(BUCKET).join(key)
    }

    /// What the server has of an object, as text.
    pub(crate) fn content(&self, key: &str) -> Option<String> {
        std::fs::read_to_string(self.stored(key)).ok()
    }

    /// The variables that the program gets, and no others.
    pub(crate) fn vars(&self) -> Vec<(&'static str, String)> {
        let profile = &self.demo().profile;
        let keys = profile.keys.as_ref().unwrap();
        vec![
            ("HOME", self.home().to_str().unwrap().to_owned()),
            ("TZ", "UTC".into()),
            ("AWS_ENDPOINT_URL_S3", profile.endpoint.clone()),
            ("AWS_REGION", profile.region.clone()),
            ("AWS_ACCESS_KEY_ID", keys.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", keys.secret.reveal().to_owned()),
        ]
    }

    /// The program, in the working folder, with nothing but this world around it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command
            .args(args)
            .env_clear()
            .envs(self.vars())
            .current_dir(self.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs the program with something on its standard input.
    pub(crate) fn feed(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Runs the program, which must succeed and say nothing on stderr; gives stdout.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{args:?}: {ran:?}");
        ran.stdout
    }

    /// Runs the program, which must end with this code; gives stderr.
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {ran:?}");
        assert_ne!(ran.stderr, "", "{args:?} failed and said nothing");
        ran.stderr
    }

    /// Runs the program with `--json`, which must succeed; gives the rows.
    pub(crate) fn json(&self, args: &[&str]) -> Vec<serde_json::Value> {
        let args = [args, &["--json"]].concat();
        rows(&self.ok(&args))
    }
}

/// JSON lines.
pub(crate) fn rows(text: &str) -> Vec<serde_json::Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    text.lines().map(parse).collect()
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}
