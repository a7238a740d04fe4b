//! The environment and the folders of the person, as a value.
//!
//! [`Env::of_process`] is the only place of the program that asks the process for them; tests
//! make their own. An empty variable counts as unset, as in the AWS tools.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// What the process was told by its surroundings.
#[derive(Clone, Default)]
pub struct Env {
    vars: BTreeMap<String, OsString>,
    home: PathBuf,
    config: PathBuf,
    data: PathBuf,
    state: PathBuf,
    here: PathBuf,
}

/// Variables hold secrets: none is shown.
impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("home", &self.home)
            .field("config", &self.config)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Env {
    /// Reads the process's own.
    #[must_use]
    pub fn of_process() -> Self {
        let vars = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        match BaseDirs::new() {
            Some(dirs) => Self {
                vars,
                home: dirs.home_dir().into(),
                config: dirs.config_dir().into(),
                data: dirs.data_dir().into(),
                state: dirs
                    .state_dir()
                    .unwrap_or_else(|| dirs.data_local_dir())
                    .into(),
                here,
            },
            None => Self {
                vars,
                home: here.clone(),
                config: here.join(".config"),
                data: here.join(".local/share"),
                state: here.join(".local/state"),
                here,
            },
        }
    }

    /// An environment of one's own: a home folder, and variables.
    pub fn new<'v>(
        home: impl Into<PathBuf>,
        vars: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let home = home.into();
        Self {
            vars: vars
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            config: home.join(".config"),
            data: home.join(".local/share"),
            state: home.join(".local/state"),
            here: home.clone(),
            home,
        }
    }

    /// A variable, if it is set, not empty, and readable text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name)?.to_str()
    }

    /// A variable that names a file. `~/` is the home folder.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.vars.get(name).map(|value| self.expand(value.as_ref()))
    }

    /// Whether a variable says yes: `1`, `true` or `yes`.
    #[must_use]
    pub fn says_yes(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|v| matches!(&*v.to_ascii_lowercase(), "1" | "true" | "yes"))
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder that holds the folders with settings.
    #[must_use]
    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    /// The folder that holds the folders with data, the trash among them.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// The folder that holds the folders with state.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// A path as a person writes it, made absolute: `~/x` is below the home folder, anything
    /// relative below the working directory.
    #[must_use]
    pub fn expand(&self, path: &Path) -> PathBuf {
        match path.strip_prefix("~") {
            Ok(below) => self.home.join(below),
            Err(_) => self.here.join(path),
        }
    }

    /// A path as a person reads it: below the home folder it starts with `~`.
    #[must_use]
    pub fn brief(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(below) if !self.home.as_os_str().is_empty() => {
                Path::new("~").join(below).display().to_string()
            }
            _ => path.display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_home_and_back() {
        let env = Env::new("/home/ada", [("A", "~/x"), ("B", ""), ("C", "Yes")]);
        assert_eq!(env.path("A").unwrap(), Path::new("/home/ada/x"));
        assert_eq!(env.get("B"), None);
        assert!(env.says_yes("C") && !env.says_yes("B"));
        assert_eq!(
            env.brief(Path::new("/home/ada/.aws/config")),
            "~/.aws/config"
        );
        assert_eq!(env.brief(Path::new("/etc/x")), "/etc/x");
        assert_eq!(env.expand(Path::new("a/b")), Path::new("/home/ada/a/b"));
    }

    #[test]
    fn variables_are_not_shown() {
        let env = Env::new("/h", [("AWS_SECRET_ACCESS_KEY", "hunter2")]);
        assert!(!format!("{env:?}").contains("hunter2"));
    }
}
