//! What the browser must know of the terminal it runs in, so that it never asks the environment.
//!
//! Pure: a function of [`Env`] and of what the person said about colour.

use std::path::PathBuf;

use super::{ColorChoice, Env};

/// What `--color` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorFlag {
    /// By the environment.
    #[default]
    Auto,
    /// Colour, also where nothing asks for it.
    Always,
    /// No colour.
    Never,
}

/// Where output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A terminal.
    Terminal,
    /// A pipe or a file.
    Pipe,
}

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorLevel {
    /// None.
    Mono,
    /// The terminal's own 16.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// 24 bits.
    True,
}

/// What the terminal and the session are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The name of the terminal (`TERM`), empty if there is none.
    pub term: String,
    /// How many colours it has.
    pub color: ColorLevel,
    /// Whether it draws UTF-8, by the locale.
    pub utf8: bool,
    /// Whether the session runs inside tmux on this machine.
    pub tmux: bool,
    /// Whether the session came over SSH.
    pub ssh: bool,
    /// The person's editor with its arguments (`VISUAL`, else `EDITOR`).
    pub editor: Option<String>,
    /// The person's shell (`SHELL`).
    pub shell: Option<String>,
    /// Where tmux listens (`TMUX`), empty outside of it.
    pub tmux_socket: String,
    /// The session of GNU screen (`STY`), empty outside of it.
    pub screen_session: String,
    /// What the terminal says of its colours (`COLORFGBG`), empty if nothing.
    pub color_pair: String,
    /// The home folder.
    pub home: PathBuf,
}

impl Surroundings {
    /// Reads them. `choice` is what the config file says about colour.
    #[must_use]
    pub fn of(env: &Env, flag: ColorFlag, choice: ColorChoice, output: Output) -> Self {
        let term = env.get("TERM").unwrap_or_default();
        Self {
            term: term.into(),
            color: color(env, flag, choice, output),
            utf8: is_utf8(env),
            tmux: env.get("TMUX").is_some(),
            ssh: ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]
                .iter()
                .any(|v| env.get(v).is_some()),
            editor: env
                .get("VISUAL")
                .or_else(|| env.get("EDITOR"))
                .map(Into::into),
            shell: env.get("SHELL").map(Into::into),
            tmux_socket: env.get("TMUX").unwrap_or_default().into(),
            screen_session: env.get("STY").unwrap_or_default().into(),
            color_pair: env.get("COLORFGBG").unwrap_or_default().into(),
            home: env.home().into(),
        }
    }

    /// Whether a full-screen program makes no sense here.
    #[must_use]
    pub fn is_dumb(&self) -> bool {
        self.term == "dumb"
    }
}

fn color(env: &Env, flag: ColorFlag, choice: ColorChoice, output: Output) -> ColorLevel {
    let refused = env.get("NO_COLOR").is_some() || output == Output::Pipe;
    match (flag, choice) {
        (ColorFlag::Auto, _) if refused => ColorLevel::Mono,
        (ColorFlag::Never, _) | (ColorFlag::Auto, ColorChoice::Never) => ColorLevel::Mono,
        (_, ColorChoice::Ansi16) => ColorLevel::Ansi16,
        (_, ColorChoice::Ansi256) => ColorLevel::Ansi256,
        (_, ColorChoice::True) => ColorLevel::True,
        (_, ColorChoice::Auto | ColorChoice::Never) => by_terminal(env, flag),
    }
}

fn by_terminal(env: &Env, flag: ColorFlag) -> ColorLevel {
    let term = env.get("TERM").unwrap_or_default();
    let rich = ["kitty", "ghostty", "foot", "alacritty", "wezterm"]
        .iter()
        .any(|name| term.contains(name));
    match env.get("COLORTERM") {
        Some("truecolor" | "24bit") => ColorLevel::True,
        _ if term.ends_with("-direct") || rich => ColorLevel::True,
        _ if term.contains("256color") => ColorLevel::Ansi256,
        _ if term == "dumb" && flag != ColorFlag::Always => ColorLevel::Mono,
        _ => ColorLevel::Ansi16,
    }
}

/// The first locale variable that is set decides; without any, a modern terminal is assumed.
fn is_utf8(env: &Env) -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|v| env.get(v))
        .is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(vars: &[(&str, &str)], flag: ColorFlag, choice: ColorChoice) -> ColorLevel {
        let env = Env::new("/h", vars.iter().copied());
        Surroundings::of(&env, flag, choice, Output::Terminal).color
    }

    #[test]
    fn colour_is_chosen_in_order() {
        use ColorFlag::{Always, Auto, Never};
        let none = ColorChoice::Auto;
        let xterm = ("TERM", "xterm-256color");
        let rich = ("COLORTERM", "truecolor");
        let mono = ("NO_COLOR", "1");
        for (vars, flag, choice, want) in [
            (vec![xterm], Auto, none, ColorLevel::Ansi256),
            (vec![xterm, rich], Auto, none, ColorLevel::True),
            (vec![xterm, rich], Never, none, ColorLevel::Mono),
            (vec![xterm, rich, mono], Auto, none, ColorLevel::Mono),
            (vec![xterm, rich, mono], Always, none, ColorLevel::True),
            (vec![xterm, mono], Auto, ColorChoice::True, ColorLevel::Mono),
            (
                vec![xterm, rich],
                Auto,
                ColorChoice::Ansi16,
                ColorLevel::Ansi16,
            ),
            (vec![xterm], Auto, ColorChoice::Never, ColorLevel::Mono),
            (vec![("TERM", "xterm-direct")], Auto, none, ColorLevel::True),
            (vec![("TERM", "xterm-kitty")], Auto, none, ColorLevel::True),
            (vec![("TERM", "linux")], Auto, none, ColorLevel::Ansi16),
            (vec![("TERM", "dumb")], Auto, none, ColorLevel::Mono),
        ] {
            assert_eq!(
                level(&vars, flag, choice),
                want,
                "{vars:?} {flag:?} {choice:?}"
            );
        }
        let env = Env::new("/h", [xterm]);
        let pipe = Surroundings::of(&env, Auto, none, Output::Pipe);
        assert_eq!(pipe.color, ColorLevel::Mono);
    }

    #[test]
    fn the_session_is_recognised() {
        let env = Env::new(
            "/h",
            [
                ("TMUX", "/tmp/tmux-0/default,1,0"),
                ("SSH_CONNECTION", "1 2 3 4"),
                ("EDITOR", "vi"),
                ("VISUAL", "code -w"),
                ("LANG", "C"),
                ("LC_CTYPE", "en_GB.UTF-8"),
            ],
        );
        let seen = Surroundings::of(&env, ColorFlag::Auto, ColorChoice::Auto, Output::Terminal);
        assert!(seen.tmux && seen.ssh && seen.utf8);
        assert_eq!(seen.editor.as_deref(), Some("code -w"));
        let plain = Env::new("/h", [("LANG", "C")]);
        let seen = Surroundings::of(&plain, ColorFlag::Auto, ColorChoice::Auto, Output::Terminal);
        assert!(!seen.tmux && !seen.ssh && !seen.utf8 && seen.editor.is_none());
    }
}
