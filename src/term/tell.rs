//! What a terminal shows outside of its cells: title, taskbar, notifications.
//!
//! Pure: words in, bytes out. Invariant: only printable ASCII gets into a sequence, and a sequence
//! is sent only to terminals that are known to understand it.

/// The longest title in characters.
const TITLE: usize = 80;

/// The longest notification in bytes.
const NOTICE: usize = 200;

/// How a terminal is told that something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Notices {
    /// `OSC 99`: kitty, foot.
    Osc99,
    /// `OSC 777`: Ghostty, `WezTerm`, urxvt, VTE.
    Osc777,
    /// `OSC 9`: iTerm2.
    Osc9,
    /// All the others: a bell.
    #[default]
    Bell,
}

/// What a terminal understands beyond its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manners {
    notices: Notices,
    taskbar: Taskbar,
    pictures: Pictures,
}

/// Whether a terminal shows progress in the taskbar or on its tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Taskbar {
    Shown,
    /// Some would show each step as a notification.
    #[default]
    Unknown,
}

/// How a terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// By kitty's protocol.
    Kitty,
    /// By iTerm2's protocol.
    Iterm2,
    /// As sixels.
    Sixel,
    /// Not at all: half blocks in colours stand for pixels.
    #[default]
    Blocks,
}

/// How far the transfers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing runs.
    None,
    /// So many percent are done.
    Running(u8),
    /// So many percent are done, and something failed.
    Failed(u8),
}

impl Manners {
    /// What a terminal understands by its own name and version, else by `TERM`.
    #[must_use]
    pub fn of(version: &str, term: &str) -> Self {
        let end = version.find([' ', '(']).unwrap_or(version.len());
        let (name, rest) = version.split_at(end);
        let mut numbers = rest
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty())
            .map(|n| n.parse::<u32>().unwrap_or(0));
        let mut number = || numbers.next().unwrap_or(0);
        let at = (number(), number(), number());
        let name = name.to_ascii_lowercase();
        let (notices, since) = match name.as_str() {
            "kitty" | "foot" => (Notices::Osc99, None),
            "ghostty" => (Notices::Osc777, Some((1, 2, 0))),
            "wezterm" => (Notices::Osc777, Some((0, 0, 0))),
            "vte" => (Notices::Osc777, Some((8000, 0, 0))),
            "iterm2" => (Notices::Osc9, Some((3, 6, 6))),
            "konsole" => (Notices::Bell, Some((26, 4, 0))),
            "tmux" => (Notices::Bell, Some((3, 7, 0))),
            "" if term.contains("kitty") || term.starts_with("foot") => (Notices::Osc99, None),
            "" if term.contains("ghostty") || term.starts_with("rxvt") => (Notices::Osc777, None),
            _ => (Notices::Bell, None),
        };
        let taskbar = match since {
            Some(since) if at >= since => Taskbar::Shown,
            Some(_) | None => Taskbar::Unknown,
        };
        let pictures = match name.as_str() {
            "kitty" | "ghostty" => Pictures::Kitty,
            "wezterm" | "iterm2" => Pictures::Iterm2,
            "foot" | "contour" | "mlterm" => Pictures::Sixel,
            "" if term.contains("kitty") || term.contains("ghostty") => Pictures::Kitty,
            "" if term.starts_with("foot") => Pictures::Sixel,
            _ => Pictures::Blocks,
        };
        Self {
            notices,
            taskbar,
            pictures,
        }
    }

    /// How it shows pictures. Within tmux and GNU screen they would not get through.
    #[must_use]
    pub fn pictures(self) -> Pictures {
        self.pictures
    }

    /// Tells a person who looks elsewhere what happened: fixed words and counts.
    #[must_use]
    pub fn notice(self, text: &str) -> String {
        let text: String = plain(text).take(NOTICE).collect();
        match self.notices {
            Notices::Osc99 => format!("\x1b]99;i=windlass;{text}\x1b\\"),
            Notices::Osc777 => {
                // A semicolon would begin another part.
                format!("\x1b]777;notify;windlass;{}\x1b\\", text.replace(';', ","))
            }
            Notices::Osc9 => format!("\x1b]9;{text}\x1b\\"),
            Notices::Bell => "\x07".into(),
        }
    }

    /// Shows progress in the taskbar, where that is understood.
    #[must_use]
    pub fn taskbar(self, progress: Progress) -> String {
        match (self.taskbar, progress) {
            (Taskbar::Unknown, _) => String::new(),
            (_, Progress::None) => "\x1b]9;4;0\x1b\\".into(),
            (_, Progress::Running(percent)) => format!("\x1b]9;4;1;{}\x1b\\", percent.min(100)),
            (_, Progress::Failed(percent)) => format!("\x1b]9;4;2;{}\x1b\\", percent.min(100)),
        }
    }
}

/// Sets the title of the window; it was kept when we entered and comes back at the end.
#[must_use]
pub fn title(text: &str) -> String {
    let text: String = plain(text).take(TITLE).collect();
    format!("\x1b]2;{text}\x1b\\")
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(|c| if (' '..='~').contains(&c) { c } else { '?' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_told_in_their_own_way() {
        for (version, term, notice, taskbar) in [
            ("kitty(0.46.2)", "", "\x1b]99;i=windlass;12 done\x1b\\", ""),
            ("foot(1.20.2)", "", "\x1b]99;i=windlass;12 done\x1b\\", ""),
            (
                "ghostty 1.1.3",
                "",
                "\x1b]777;notify;windlass;12 done\x1b\\",
                "",
            ),
            (
                "ghostty 1.2.0",
                "",
                "\x1b]777;notify;windlass;12 done\x1b\\",
                "\x1b]9;4;1;42\x1b\\",
            ),
            ("iTerm2 3.6.5", "", "\x1b]9;12 done\x1b\\", ""),
            (
                "iTerm2 3.6.6",
                "",
                "\x1b]9;12 done\x1b\\",
                "\x1b]9;4;1;42\x1b\\",
            ),
            ("tmux 3.4", "", "\x07", ""),
            ("tmux 3.7", "", "\x07", "\x1b]9;4;1;42\x1b\\"),
            ("XTerm(390)", "xterm-256color", "\x07", ""),
            ("", "xterm-kitty", "\x1b]99;i=windlass;12 done\x1b\\", ""),
            ("", "xterm-256color", "\x07", ""),
        ] {
            let manners = Manners::of(version, term);
            assert_eq!(manners.notice("12 done"), notice, "{version}");
            assert_eq!(manners.taskbar(Progress::Running(42)), taskbar, "{version}");
        }
    }

    #[test]
    fn nothing_gets_out_of_a_sequence() {
        let hostile = "a\x1b\\\x07;é\u{202e}".repeat(100);
        for version in ["kitty(1)", "ghostty 2.0.0", "iTerm2 4.0.0"] {
            let bytes = Manners::of(version, "").notice(&hostile);
            let inner = bytes.trim_start_matches("\x1b]").trim_end_matches("\x1b\\");
            assert!(inner.chars().all(|c| (' '..='~').contains(&c)), "{bytes:?}");
            assert!(bytes.len() <= NOTICE + 30);
        }
        assert_eq!(title("a\x1b]\n"), "\x1b]2;a?]?\x1b\\");
        assert!(title(&"x".repeat(500)).len() <= TITLE + 6);
        let manners = Manners::of("ghostty 1.2.0", "");
        assert_eq!(
            manners.taskbar(Progress::Failed(200)),
            "\x1b]9;4;2;100\x1b\\"
        );
        assert_eq!(manners.taskbar(Progress::None), "\x1b]9;4;0\x1b\\");
    }
}
