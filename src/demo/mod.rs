//! An S3 server in the box, with sample data: for `windlass demo` and for the tests.
//!
//! It speaks real HTTP on a loopback port and hands out an ordinary [`Profile`]; from there on
//! nothing knows that it is a demo. Everything that it makes lies below one temporary folder, which
//! is removed when the [`Demo`] is dropped; a folder that the person gave is kept.

mod file;
mod listed;
mod png;
mod seed;

use std::convert::Infallible;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::config::{Config, Keys, Profile};
use crate::model::{
    Account, Addressing, Answer, Integrity, Place, Provenance, Secret, Trouble, UploadMode,
};

/// The name of the demo's account.
pub const ACCOUNT: &str = "demo";
/// The region that it signs for.
const REGION: &str = "us-east-1";
const ACCESS_KEY: &str = "WINDLASSDEMO";

/// A running server. Dropping it stops the server and removes what it made.
pub struct Demo {
    /// How to reach it, and with which keys.
    pub profile: Profile,
    /// A folder with some files to upload.
    pub folder: PathBuf,
    /// A folder for journal and session.
    pub state: PathBuf,
    server: JoinSet<Infallible>,
    own: Option<TempDir>,
}

/// Without the keys.
impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo")
            .field("endpoint", &self.profile.endpoint)
            .finish_non_exhaustive()
    }
}

/// Starts a server. Its buckets lie in `dir`, which is seeded only if it is empty and is kept;
/// without one, in the temporary folder. Without a port the system chooses one. Must be called
/// within a runtime.
///
/// # Errors
/// When a folder cannot be made or the port is taken.
pub async fn start(dir: Option<PathBuf>, port: Option<u16>) -> Answer<Demo> {
    let own = TempDir::new().map_err(|e| cannot("make a temporary folder", &e))?;
    let root = dir.unwrap_or_else(|| own.0.join("buckets"));
    let (folder, state) = (own.0.join("files"), own.0.join("state"));
    let (seed_root, seed_folder) = (root.clone(), folder.clone());
    let seeded = tokio::task::spawn_blocking(move || seed::fill(&seed_root, &seed_folder)).await;
    match seeded {
        Ok(result) => result.map_err(|e| cannot("write the sample data", &e))?,
        Err(e) => return Err(cannot("write the sample data", &e)),
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|e| cannot(&format!("listen on {address}"), &e))?;
    let address = listener.local_addr().map_err(|e| cannot("listen", &e))?;
    let secret = random_secret();
    let service = service(&root, &secret)?;
    let mut server = JoinSet::new();
    server.spawn(serve(listener, service));
    Ok(Demo {
        profile: profile(address, secret),
        folder,
        state,
        server,
        own: Some(own),
    })
}

impl Demo {
    /// A config with this account only, panes on the sample data, and the state of its own.
    #[must_use]
    pub fn config(&self, mut base: Config) -> Config {
        base.accounts = vec![Profile {
            read_only: base.read_only,
            ..self.profile.clone()
        }];
        base.looked_for.clear();
        base.interface.left = None;
        base.interface.right = Some(Place::Folder(self.folder.clone()));
        base.paths.state.clone_from(&self.state);
        base
    }

    /// How to reach the server, as shell commands.
    #[must_use]
    pub fn exports(&self) -> String {
        let keys = self.profile.keys.as_ref();
        let (id, secret) = keys.map_or(("", ""), |k| (&*k.access_key, k.secret.reveal()));
        format!(
            "export AWS_ENDPOINT_URL_S3={}\nexport AWS_REGION={REGION}\n\
             export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\n",
            self.profile.endpoint
        )
    }

    /// Stops the server and removes what it made, and waits for both.
    pub async fn stop(mut self) {
        self.server.shutdown().await;
        let own = self.own.take();
        // The outcome is that of a removal: nothing can be done about a failure.
        let _ = tokio::task::spawn_blocking(move || drop(own)).await;
    }
}

fn profile(address: SocketAddr, secret: String) -> Profile {
    Profile {
        account: Account::new(ACCOUNT),
        endpoint: format!("http://{address}"),
        region: REGION.into(),
        addressing: Addressing::Path,
        keys: Some(Keys {
            expires: None,
            access_key: ACCESS_KEY.into(),
            secret: Secret::new(secret),
            token: None,
            from: Provenance("demo".into()),
        }),
        anonymous: false,
        upload: UploadMode::Signed,
        integrity: Integrity::Auto,
        buckets: Vec::new(),
        protected: Vec::new(),
        label: None,
        trash: crate::config::Trash::None,
        ca_bundle: None,
        verify_tls: true,
        read_only: false,
    }
}

fn service(root: &Path, secret: &str) -> Answer<S3Service> {
    let files = FileSystem::new(root).map_err(|e| {
        Trouble::new(
            "Demo",
            "Cannot start the demo server",
            &format!("{} cannot be used: {e:?}", root.display()),
            "choose another folder with --dir",
        )
    })?;
    let mut builder = S3ServiceBuilder::new(listed::Listed::new(files, root));
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, secret));
    Ok(builder.build())
}

/// Accepts for ever. Connections end with this future, since their tasks belong to it.
async fn serve(listener: TcpListener, service: S3Service) -> Infallible {
    let http = Builder::new(TokioExecutor::new());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                // A failed accept is the caller's broken connection, or too many open files.
                let Ok((socket, _)) = accepted else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let _ = socket.set_nodelay(true);
                let serving = http
                    .serve_connection(TokioIo::new(socket), service.clone())
                    .into_owned();
                connections.spawn(async move {
                    let _ = serving.await;
                });
            }
        }
    }
}

/// Other users of this machine can reach the port too, so the secret is a new one every time.
fn random_secret() -> String {
    let word = || std::hash::RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

fn cannot(what: &str, why: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(
        "Demo",
        "Cannot start the demo server",
        &format!("cannot {what}: {why}"),
        "choose another folder with --dir, or another port with --port",
    )
}

/// A folder that goes away with its value.
#[derive(Debug)]
struct TempDir(PathBuf);

impl TempDir {
    fn new() -> std::io::Result<Self> {
        let tag = std::hash::RandomState::new().build_hasher().finish();
        let path = std::env::temp_dir().join(format!("windlass-demo-{tag:016x}"));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // A file that is still being written leaves the folder behind; the system cleans it up.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn status(demo: &Demo) -> String {
        let host = demo.profile.endpoint.trim_start_matches("http://");
        let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!("GET /photos HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn it_answers_only_to_its_keys_and_leaves_nothing_behind() {
        let demo = start(None, None).await.unwrap();
        assert_eq!(status(&demo).await, "HTTP/1.1 403 Forbidden");
        assert!(demo.exports().contains(&demo.profile.endpoint));
        assert!(!format!("{demo:?}").contains(demo.profile.keys.as_ref().unwrap().secret.reveal()));
        let folder = demo.folder.clone();
        let host = demo
            .profile
            .endpoint
            .trim_start_matches("http://")
            .to_owned();
        assert!(folder.join("readme.txt").is_file());
        demo.stop().await;
        assert!(!folder.parent().unwrap().exists());
        assert!(tokio::net::TcpStream::connect(host).await.is_err());
    }

    #[tokio::test]
    async fn a_folder_of_the_person_is_kept_and_not_seeded_twice() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("mine");
        start(Some(root.clone()), None).await.unwrap().stop().await;
        assert!(root.join("photos").is_dir());
        std::fs::remove_dir_all(root.join("photos")).unwrap();
        drop(start(Some(root.clone()), None).await.unwrap());
        assert!(!root.join("photos").exists());
        assert!(root.join("documents").is_dir());
    }
}
