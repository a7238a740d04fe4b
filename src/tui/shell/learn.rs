//! What the terminal answered, and what that changes of the screen.
//!
//! Invariant: nothing waits for an answer, and an answer that comes late changes nothing.

use std::time::Instant;

use super::{Shell, Stale};
use crate::config::Probe;
use crate::term::{self, Background, Before, Choice, Learned, Level, Reply, Sync, Window};
use crate::tui::theme::{Glyphs, Theme};

impl Shell {
    /// Asks the terminal what it is, once, behind the first frame.
    pub(super) fn probe(&mut self) {
        let wanted = self.engine.config().interface.probe == Probe::Asks;
        let able = !matches!(self.terminal.term.as_str(), "dumb" | "linux");
        if self.window == Window::Unasked && wanted && able {
            self.window = Window::Open(Instant::now());
            self.screen.probe();
        }
    }

    /// Takes an answer.
    pub(super) fn learn(&mut self, reply: Reply) {
        if reply == Reply::Alive {
            self.screen.arrived();
            return;
        }
        let before = Before {
            level: self.terminal.level,
            choice: self.terminal.choice,
            background: self.terminal.background,
        };
        let Some(learned) = self.window.hear(reply, before, Instant::now()) else {
            return;
        };
        match learned {
            Learned::Sync => self.screen.set_sync(Sync::Known),
            Learned::Kitty => self.screen.send(self.guard.set_kitty().as_bytes()),
            Learned::TrueColor => self.dress(Level::True, self.terminal.background),
            Learned::Background(background) => self.dress(self.terminal.level, background),
            Learned::WideAmbiguous => {
                self.glyphs = Glyphs::ASCII;
                self.stale = Stale::Answer;
            }
            Learned::Version(version) => {
                let manners = term::Manners::of(&version, &self.terminal.term);
                self.outside.meet(manners);
            }
            Learned::Over => self.screen.answers(),
        }
    }

    /// Uses so many colours on such a background from now on.
    fn dress(&mut self, level: Level, background: Background) {
        let choice = &self.engine.config().interface.theme;
        let (theme, _) = Theme::chosen(choice, level, background);
        if self.terminal.level != level {
            self.screen.set_level(level);
            self.terminal.choice = Choice::Guessed;
        }
        (self.terminal.level, self.terminal.background) = (level, background);
        if theme != self.theme {
            self.theme = theme;
        }
        self.stale = Stale::Answer;
    }
}
