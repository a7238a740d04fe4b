//! What the browser has said: the message in the status line, and all of them for later.
//!
//! Invariant: an error stays until a key is pressed or a newer one comes; other messages go by
//! themselves.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::model::{Safe, Trouble, shown};
use crate::tui::msg::Tone;
use crate::tui::overlay::Message;

/// What ends a message about something that can be taken back.
pub(super) const WAY_BACK: &str = "u brings it back";

/// Messages kept.
const KEPT: usize = 500;

/// The message of the moment, and those before.
#[derive(Debug, Default)]
pub struct Notes {
    log: Vec<Message>,
    now: Option<Current>,
}

#[derive(Debug)]
struct Current {
    tone: Tone,
    text: String,
    /// When it goes; none: only with a key.
    until: Option<Instant>,
}

impl Notes {
    /// Notes that begin with problems of the config.
    #[must_use]
    pub fn of_start(problems: &[Safe], wall: Timestamp) -> Self {
        let mut notes = Self::default();
        let count = problems.len();
        for problem in problems {
            notes.keep(Tone::Warning, problem.as_str(), wall);
        }
        let text = match (count, notes.log.last()) {
            (0, _) | (_, None) => return notes,
            (1, Some(last)) => last.text.to_string(),
            (n, Some(_)) => format!("{n} problems in your config · E shows them"),
        };
        notes.now = Some(Current {
            tone: Tone::Warning,
            text,
            until: None,
        });
        notes
    }

    /// Says something.
    pub fn say(&mut self, tone: Tone, text: String, now: Instant, wall: Timestamp) {
        let stays = match tone {
            Tone::Info | Tone::Good => Some(Duration::from_secs(4)),
            Tone::Warning => Some(Duration::from_secs(8)),
            Tone::Error => None,
        };
        if tone != Tone::Info {
            self.keep(tone, &text, wall);
        }
        self.now = Some(Current {
            tone,
            text,
            until: stays.map(|stays| now + stays),
        });
    }

    /// Says what went wrong, and keeps what whoever digs wants to know.
    pub fn trouble(&mut self, trouble: &Trouble, text: String, wall: Timestamp) {
        self.keep(Tone::Error, &text, wall);
        if let Some(last) = self.log.last_mut() {
            last.trouble = Some(trouble.clone());
        }
        self.now = Some(Current {
            tone: Tone::Error,
            text,
            until: None,
        });
    }

    /// Shows how far something is: stays until something else is said, and is not kept.
    pub fn progress(&mut self, text: String) {
        self.now = Some(Current {
            tone: Tone::Info,
            text,
            until: None,
        });
    }

    /// Keeps a message without showing it.
    pub fn keep(&mut self, tone: Tone, text: &str, wall: Timestamp) {
        if self.log.len() >= KEPT {
            self.log.remove(0);
        }
        self.log.push(Message {
            at: wall,
            tone,
            text: shown(text),
            trouble: None,
        });
    }

    /// A key was pressed: what was said has been seen, unless something is under way.
    pub fn acted(&mut self) {
        let under_way = |c: &Current| c.tone == Tone::Info && c.until.is_none();
        if self.now.as_ref().is_some_and(|c| !under_way(c)) {
            self.now = None;
        }
    }

    /// Ends a message of progress.
    pub fn done(&mut self) {
        self.now = None;
    }

    /// Ends a message that something has started: what it became is told elsewhere. One that offers
    /// the way back stays its time.
    pub fn started_is_over(&mut self) {
        let started =
            |c: &Current| c.tone == Tone::Info && c.until.is_some() && !c.text.ends_with(WAY_BACK);
        if self.now.as_ref().is_some_and(started) {
            self.now = None;
        }
    }

    /// Lets a message go whose time is over.
    pub fn fade(&mut self, now: Instant) {
        if self.until().is_some_and(|until| now >= until) {
            self.now = None;
        }
    }

    /// When the message goes by itself.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        self.now.as_ref()?.until
    }

    /// The message of the moment.
    #[must_use]
    pub fn current(&self) -> Option<(Tone, &str)> {
        self.now.as_ref().map(|c| (c.tone, c.text.as_str()))
    }

    /// All messages, the oldest first.
    #[must_use]
    pub fn log(&self) -> &[Message] {
        &self.log
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_takes_only_the_word_of_a_start_away() {
        let (mut notes, now, wall) = (Notes::default(), Instant::now(), Timestamp::UNIX_EPOCH);
        notes.say(Tone::Info, "Copying".into(), now, wall);
        notes.started_is_over();
        assert_eq!(notes.current(), None);
        notes.say(Tone::Error, "no".into(), now, wall);
        notes.started_is_over();
        assert_eq!(notes.current(), Some((Tone::Error, "no")));
        notes.progress("Counted 2 so far".into());
        notes.started_is_over();
        assert_eq!(notes.current(), Some((Tone::Info, "Counted 2 so far")));
        let moving = format!("Moving a.txt to .trash/ · {WAY_BACK}");
        notes.say(Tone::Info, moving.clone(), now, wall);
        notes.started_is_over();
        assert_eq!(notes.current(), Some((Tone::Info, moving.as_str())));
    }

    #[test]
    fn errors_stay_until_a_key_and_others_fade() {
        let (mut notes, now, wall) = (Notes::default(), Instant::now(), Timestamp::UNIX_EPOCH);
        notes.say(Tone::Good, "done".into(), now, wall);
        notes.fade(now + Duration::from_secs(3));
        assert!(notes.current().is_some());
        notes.fade(now + Duration::from_secs(4));
        assert_eq!(notes.current(), None);
        notes.say(Tone::Error, "no".into(), now, wall);
        notes.fade(now + Duration::from_secs(4000));
        assert_eq!(notes.current(), Some((Tone::Error, "no")));
        notes.acted();
        assert_eq!(notes.current(), None);
        assert_eq!(notes.log().len(), 2);
    }
}
