//! What the terminal is asked after the first frame, and what its answers change.
//!
//! Pure: answers in, conclusions out. Nothing waits for an answer, and one that comes late changes
//! nothing. Invariant: what a person chose is never changed by an answer.

use std::time::{Duration, Instant};

use super::read::{Known, Reply};
use super::{Background, Level};

/// The questions: the colours of 24 bits (set one, ask for the style), synchronized output, the
/// kitty keyboard, light or dark, the background, the name. The encoder asks for the width of
/// ambiguous characters and for DA1 behind them, which every terminal answers.
pub const QUESTIONS: &str = concat!(
    "\x1b[48:2:1:2:3m\x1bP$qm\x1b\\\x1b[;8m",
    "\x1b[?2026$p\x1b[?u\x1b[?996n\x1b]11;?\x1b\\\x1b[>0q"
);

/// Turns the kitty keyboard on: keys that were told apart before are, and those that type
/// something else with Shift say what.
pub const KITTY: &str = "\x1b[>5u";

/// How long answers count, if the last one does not come.
const OPEN: Duration = Duration::from_secs(3);

/// When answers count: from the questions on until the last answer, but not long. Those that come
/// otherwise are swallowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// Nothing was asked yet.
    #[default]
    Unasked,
    /// The questions are out since then.
    Open(Instant),
    /// No answer counts any more.
    Shut,
}

impl Window {
    /// What an answer that comes now changes, if it still counts.
    pub fn hear(&mut self, reply: Reply, before: Before, now: Instant) -> Option<Learned> {
        let Self::Open(since) = *self else {
            return None;
        };
        if now.saturating_duration_since(since) >= OPEN {
            *self = Self::Shut;
            return None;
        }
        let learned = learned(reply, before);
        if learned == Some(Learned::Over) {
            *self = Self::Shut;
        }
        learned
    }
}

/// What is known when the questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// How many colours are used.
    pub level: Level,
    /// Whether a person chose that.
    pub choice: Choice,
    /// What the background is like.
    pub background: Background,
}

/// Who said how many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A person.
    Theirs,
    /// The environment, as far as it knows.
    Guessed,
}

/// What an answer changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learned {
    /// Long frames can be shown at once.
    Sync,
    /// The kitty keyboard can be turned on.
    Kitty,
    /// There are 24 bits of colour.
    TrueColor,
    /// The background.
    Background(Background),
    /// Characters of ambiguous width are drawn wide: only ASCII is safe.
    WideAmbiguous,
    /// Its name and version.
    Version(String),
    /// The last answer: no more will come.
    Over,
}

/// What an answer changes, if anything.
fn learned(reply: Reply, before: Before) -> Option<Learned> {
    match reply {
        Reply::Mode {
            mode: 2026,
            known: Known::Yes,
        } => Some(Learned::Sync),
        Reply::Kitty => Some(Learned::Kitty),
        Reply::TrueColor => {
            let more = matches!(before.level, Level::Ansi16 | Level::Ansi256);
            (more && before.choice == Choice::Guessed).then_some(Learned::TrueColor)
        }
        Reply::Background(background) => {
            (before.background == Background::Unknown).then_some(Learned::Background(background))
        }
        Reply::Cursor { column } => (column == 3).then_some(Learned::WideAmbiguous),
        Reply::Version(version) => Some(Learned::Version(version)),
        Reply::Attributes => Some(Learned::Over),
        Reply::Mode { .. } | Reply::Alive => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_shuts_the_window_and_so_does_time() {
        let before = Before {
            level: Level::Ansi256,
            choice: Choice::Guessed,
            background: Background::Unknown,
        };
        let asked = Instant::now();
        let late = asked + OPEN;
        let mut window = Window::Unasked;
        assert_eq!(window.hear(Reply::Kitty, before, asked), None);
        window = Window::Open(asked);
        let heard = window.hear(Reply::Kitty, before, asked);
        assert_eq!(heard, Some(Learned::Kitty));
        let heard = window.hear(Reply::Attributes, before, asked);
        assert_eq!((heard, window), (Some(Learned::Over), Window::Shut));
        assert_eq!(window.hear(Reply::Kitty, before, asked), None);
        window = Window::Open(asked);
        assert_eq!(window.hear(Reply::Kitty, before, late), None);
        assert_eq!(window, Window::Shut);
    }

    #[test]
    fn answers_change_only_what_nobody_chose() {
        let guessed = Before {
            level: Level::Ansi256,
            choice: Choice::Guessed,
            background: Background::Unknown,
        };
        let chosen = Before {
            choice: Choice::Theirs,
            background: Background::Dark,
            ..guessed
        };
        let mono = Before {
            level: Level::Mono,
            ..guessed
        };
        let light = || Reply::Background(Background::Light);
        for (reply, before, want) in [
            (Reply::TrueColor, guessed, Some(Learned::TrueColor)),
            (Reply::TrueColor, chosen, None),
            (Reply::TrueColor, mono, None),
            (
                light(),
                guessed,
                Some(Learned::Background(Background::Light)),
            ),
            (light(), chosen, None),
            (Reply::Cursor { column: 2 }, guessed, None),
            (
                Reply::Cursor { column: 3 },
                guessed,
                Some(Learned::WideAmbiguous),
            ),
            (Reply::Kitty, guessed, Some(Learned::Kitty)),
            (Reply::Alive, guessed, None),
            (Reply::Attributes, guessed, Some(Learned::Over)),
        ] {
            assert_eq!(learned(reply.clone(), before), want, "{reply:?}");
        }
        let mode = |known| Reply::Mode { mode: 2026, known };
        assert_eq!(learned(mode(Known::Yes), guessed), Some(Learned::Sync));
        assert_eq!(learned(mode(Known::No), guessed), None);
    }
}
