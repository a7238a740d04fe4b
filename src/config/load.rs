//! Reads the three files and puts everything that was said together.
//!
//! The only place that opens a settings file. All problems of a file are reported at once, each
//! with the file, the line, what is wrong and what to do.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::aws::{self, AwsProfile, Endpoints};
use super::profile::Sources;
use super::surroundings::ColorFlag;
use super::typed::{self, Color, File, Hangup};
use super::{
    Bell, ColorChoice, Config, Env, Interface, OnHangup, Paths, Probe, Profile, ThemeChoice,
    Transfers,
};
use crate::model::{Account, Address, Addressing, Place, Trouble};

/// What the command line said.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--profile`: the account that comes first; it beats keys of the environment.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--addressing`.
    pub addressing: Option<Addressing>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--ca-bundle`.
    pub ca_bundle: Option<PathBuf>,
    /// `--color`.
    pub color: ColorFlag,
    /// `--no-sign-request`.
    pub no_sign_request: bool,
    /// `--no-verify-ssl`.
    pub no_verify_ssl: bool,
    /// `--read-only`.
    pub read_only: bool,
    /// `--parallel`.
    pub parallel: Option<usize>,
    /// `--bandwidth`: bytes a second, 0 for no limit.
    pub bandwidth: Option<u64>,
    /// `--part-size`, in bytes.
    pub part_size: Option<u64>,
}

/// Something in what was said that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as a person reads its path; none for flags and the environment.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: {}", self.what),
            (Some(file), None) => write!(f, "{file}: {}", self.what),
            (None, _) => f.write_str(&self.what),
        }
    }
}

impl Problem {
    /// The problem as people see failures.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        let place = match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}, line {line}"),
            (Some(file), None) => file.clone(),
            (None, _) => "Cannot use these settings".into(),
        };
        Trouble::new("Settings", &place, &self.what, &self.fix)
    }
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Everything, resolved.
    pub config: Config,
    /// What a person should know although nothing fails by it.
    pub warnings: Vec<Problem>,
}

/// Reads and resolves everything.
///
/// # Errors
/// With all problems that were found, when a file, a flag or a variable cannot be used.
pub fn load(flags: &Flags, env: &Env) -> Result<Loaded, Vec<Problem>> {
    let path = match &flags.config {
        Some(path) => env.expand(path),
        None => env.config_dir().join("windlass").join("config.toml"),
    };
    let ours = env.brief(&path);
    let (file, mut problems) = read_ours(flags, &path, &ours);
    let (aws, names) = read_aws(env, ours);
    let sources = Sources {
        flags,
        env,
        file: &file,
        aws: &aws,
        names,
    };
    let accounts = match sources.accounts() {
        Ok(accounts) => accounts,
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    let interface = interface(&file, &accounts, env, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Loaded {
        warnings: warnings(&sources, &path),
        config: Config {
            looked_for: looked_for(&sources, &accounts[0]),
            accounts,
            transfer: transfers(flags, &file),
            interface,
            paths: Paths {
                config: path,
                state: env.state_dir().join("windlass"),
                trash: env.data_dir().join("Trash"),
            },
            read_only: flags.read_only || file.read_only.unwrap_or(false),
        },
    })
}

fn read_ours(flags: &Flags, path: &Path, name: &str) -> (File, Vec<Problem>) {
    let problem = |line, what: String, fix: &str| Problem {
        file: Some(name.to_owned()),
        line,
        what,
        fix: fix.to_owned(),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let (file, wrong) = typed::parse(&text);
            let wrong = wrong.into_iter();
            (
                file,
                wrong
                    .map(|w| problem(Some(w.line), w.what, &w.fix))
                    .collect(),
            )
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && flags.config.is_none() => {
            (File::default(), Vec::new())
        }
        Err(e) => (
            File::default(),
            vec![problem(
                None,
                format!("cannot be read: {e}"),
                "check the path and its permissions",
            )],
        ),
    }
}

/// The profiles of the AWS files, and the names of all three files for people.
fn read_aws(env: &Env, ours: String) -> (BTreeMap<String, AwsProfile>, [String; 3]) {
    let at = |variable: &str, name: &str| {
        env.path(variable)
            .unwrap_or_else(|| env.home().join(".aws").join(name))
    };
    let config = at("AWS_CONFIG_FILE", "config");
    let credentials = at("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let text = |path: &Path| {
        std::fs::read(path).map_or_else(
            |_| String::new(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    };
    let endpoints = if env.says_yes("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        Endpoints::Ignore
    } else {
        Endpoints::Use
    };
    let profiles = aws::profiles(&text(&config), &text(&credentials), endpoints);
    (
        profiles,
        [ours, env.brief(&config), env.brief(&credentials)],
    )
}

fn transfers(flags: &Flags, file: &File) -> Transfers {
    let said = &file.transfer;
    let part_size = flags.part_size.or(said.part_size);
    Transfers {
        parallel: flags.parallel.or(said.parallel).filter(|n| *n > 0),
        bandwidth: flags.bandwidth.or(said.bandwidth).filter(|rate| *rate > 0),
        memory: said.memory.unwrap_or(64 << 20),
        threshold: said.threshold.unwrap_or(8 << 20),
        part_size: part_size.unwrap_or(8 << 20),
        max_copy: said.max_copy.unwrap_or(5_000_000_000),
    }
}

fn interface(
    file: &File,
    accounts: &[Profile],
    env: &Env,
    problems: &mut Vec<Problem>,
) -> Interface {
    let said = &file.interface;
    let mut place = |text: &Option<String>, option: &str| {
        let text = text.as_ref()?;
        place(text, accounts, env)
            .map_err(|why| {
                problems.push(Problem {
                    file: Some("config.toml".into()),
                    line: None,
                    what: format!("`{option}` under [interface]: {why}"),
                    fix: "use s3://bucket/prefix/, a folder, or an account's name".into(),
                });
            })
            .ok()
    };
    let (left, right) = (place(&said.left, "left"), place(&said.right, "right"));
    let theme = theme(said.theme.as_deref(), env, problems);
    Interface {
        left,
        right,
        color: match said.color {
            None | Some(Color::Auto) => ColorChoice::Auto,
            Some(Color::Mono) => ColorChoice::Never,
            Some(Color::Ansi16) => ColorChoice::Ansi16,
            Some(Color::Ansi256) => ColorChoice::Ansi256,
            Some(Color::True) => ColorChoice::True,
        },
        theme,
        glyphs: said.glyphs.unwrap_or_default(),
        mouse: said.mouse.unwrap_or(true),
        hidden: said.hidden.unwrap_or(false),
        on_hangup: match said.on_hangup {
            None | Some(Hangup::Finish) => OnHangup::Finish,
            Some(Hangup::Pause) => OnHangup::Pause,
            Some(Hangup::Quit) => OnHangup::Quit,
        },
        bell: if said.bell.unwrap_or(true) {
            Bell::Rings
        } else {
            Bell::Silent
        },
        images: said.images.unwrap_or_default(),
        prefetch: said.prefetch.unwrap_or_default(),
        probe: if said.probe.unwrap_or(true) {
            Probe::Asks
        } else {
            Probe::Silent
        },
        keys: file.keys.clone(),
    }
}

/// The theme that a person means: a name, or a file of lines.
fn theme(said: Option<&str>, env: &Env, problems: &mut Vec<Problem>) -> ThemeChoice {
    match said {
        None | Some("auto") => ThemeChoice::Auto,
        Some("terminal") => ThemeChoice::Terminal,
        Some(file) if Path::new(file).extension().is_some_and(|e| e == "toml") => {
            match std::fs::read_to_string(env.expand(Path::new(file))) {
                Ok(lines) => ThemeChoice::Lines(lines),
                Err(error) => {
                    problems.push(Problem {
                        file: Some("config.toml".into()),
                        line: None,
                        what: format!("`theme` under [interface]: {file}: {error}"),
                        fix: "check the path, or use the name of a theme".into(),
                    });
                    ThemeChoice::Auto
                }
            }
        }
        Some(name) => ThemeChoice::Named(name.to_owned()),
    }
}

/// The place that a person means: an account's name, `s3://bucket/prefix` of the first account,
/// or a folder. An object's address means the prefix of that name.
///
/// # Errors
/// In words, when it is no place.
pub(super) fn place(text: &str, accounts: &[Profile], env: &Env) -> Result<Place, String> {
    if let Some(profile) = accounts.iter().find(|p| p.account.as_str() == text) {
        return Ok(Place::Buckets(profile.account.clone()));
    }
    let account = || {
        accounts
            .first()
            .map_or_else(|| Account::new(""), |p| p.account.clone())
    };
    Ok(match Address::parse(text).map_err(|e| e.to_string())? {
        Address::Buckets => Place::Buckets(account()),
        Address::Prefix(bucket, prefix) => Place::Prefix(account(), bucket, prefix),
        Address::Object(bucket, key) => Place::Prefix(
            account(),
            bucket,
            crate::model::Prefix::root().child(key.as_str()),
        ),
        Address::Stdio => return Err("`-` is no place".into()),
        Address::Path(path) => Place::Folder(env.expand(&path)),
    })
}

/// What was looked for when the first account has no keys and should have some.
fn looked_for(sources: &Sources<'_>, first: &Profile) -> Vec<String> {
    if first.keys.is_some() || first.anonymous {
        return Vec::new();
    }
    let name = first.account.as_str();
    let env = |variable: &str| sources.env.get(variable).is_some();
    let [ours, config, credentials] = &sources.names;
    let mut out = vec![
        match (env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY")) {
            (true, true) => "the environment has keys, but --profile was chosen before them".into(),
            (true, false) => "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not".into(),
            (false, true) => "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not".into(),
            (false, false) => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: not set".to_owned(),
        },
    ];
    out.push(if sources.file.account.contains_key(name) {
        format!("{ours}: [account.{name}] has no access_key and secret_key")
    } else {
        format!("{ours}: no account with keys")
    });
    match sources
        .aws
        .iter()
        .find(|(n, _)| n.as_str() == name || n.as_str() == "default")
    {
        Some((profile, found)) if found.other_login.is_some() => out.push(format!(
            "{config}: profile `{profile}` signs in with {}, which is not supported yet",
            found.other_login.unwrap_or_default()
        )),
        _ => out.push(format!(
            "{credentials} and {config}: no keys for this account"
        )),
    }
    out
}

fn warnings(sources: &Sources<'_>, path: &Path) -> Vec<Problem> {
    let mut out = Vec::new();
    let has_secrets = sources
        .file
        .account
        .values()
        .any(|a| a.secret_key.is_some());
    if has_secrets && others_can_read(path) {
        out.push(Problem {
            file: Some(sources.names[0].clone()),
            line: None,
            what: "holds secret keys, and other users can read it".into(),
            fix: format!("chmod 600 {}", sources.names[0]),
        });
    }
    out
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}
