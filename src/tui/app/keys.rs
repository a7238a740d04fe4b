//! From a key to what it does: the order in which things get a key, and the layers of Escape.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{App, Panel, Zone, cx};
use crate::tui::action::Action;
use crate::tui::keymap::Found;
use crate::tui::msg::{Effects, Tone};
use crate::tui::overlay::Step;
use crate::tui::pane::browser::Filtering;

/// Two presses of Ctrl-C within this time ask to quit.
const TWICE: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) -> Effects {
        if key.kind == KeyEventKind::Release {
            return Effects::none();
        }
        self.notes.acted();
        let interrupt =
            key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if interrupt {
            return self.interrupt();
        }
        if !self.overlays.is_empty() {
            return self.overlay_key(key);
        }
        if self.drag.is_some() {
            if key.code == KeyCode::Esc {
                self.drag = None;
            }
            return Effects::none();
        }
        if self.zone == Zone::Pane {
            if key.code == KeyCode::Tab && self.server_search().is_some() {
                return self.search_server();
            }
            let now = self.now;
            match self.pane_mut().type_filter(key, now) {
                Filtering::Typed => return Effects::none(),
                // While a filter is typed only keys that write nothing mean something else.
                Filtering::Passed if matches!(key.code, KeyCode::Char(_)) => {
                    return Effects::none();
                }
                Filtering::Passed | Filtering::Off => {}
            }
        }
        if self.zone != Zone::Queue
            && !self.pending.is_some()
            && let Some(effects) = self.answer_offer(key)
        {
            return effects;
        }
        self.digit = match key.code {
            KeyCode::Char(c) => c.to_digit(10).and_then(|d| usize::try_from(d).ok()),
            _ => None,
        };
        let begun = self.pending.shown();
        match self
            .keymap
            .resolve(self.mode(), &mut self.pending, key, self.now)
        {
            Found::Action(action) => self.act(action),
            Found::Nothing if !begun.is_empty() && key.code != KeyCode::Esc => {
                self.say(Tone::Info, format!("{begun} has no such key · ? shows all"))
            }
            Found::Pending | Found::Nothing => Effects::none(),
        }
    }

    fn interrupt(&mut self) -> Effects {
        let again = self.interrupted.is_some_and(|at| self.now < at + TWICE);
        if again {
            self.interrupted = None;
            self.overlays.clear();
            return self.quit();
        }
        self.interrupted = Some(self.now);
        if !self.overlays.is_empty() {
            return self.overlay_key(KeyEvent::from(KeyCode::Esc));
        }
        let mut effects = self.act(Action::Escape);
        effects.extend(self.say(Tone::Info, "Ctrl-C again quits"));
        effects
    }

    fn overlay_key(&mut self, key: KeyEvent) -> Effects {
        let Some(mut top) = self.overlays.pop() else {
            return Effects::none();
        };
        match top.key(key, &mut cx!(self)) {
            Step::Stay(wants) => {
                // Back before its wants, which may open another one on top.
                self.overlays.push(top);
                self.run_all(wants)
            }
            Step::Close(wants) => self.run_all(wants),
            Step::Pass => {
                self.overlays.push(top);
                Effects::none()
            }
        }
    }

    /// Leaves the innermost thing; one layer a press.
    pub(super) fn escape(&mut self) -> Effects {
        self.pending.clear();
        if self.drag.take().is_some() {
            return Effects::none();
        }
        if let Some(effects) = self.stop_doing() {
            return effects;
        }
        if self.zone != Zone::Pane {
            if self.zone == Zone::Queue && self.panel == Panel::Open {
                self.panel = Panel::Auto;
            }
            self.zone = Zone::Pane;
            return Effects::none();
        }
        if self.comparison.is_some() {
            return self.compare();
        }
        if let Some(wants) = self.pane_mut().escape() {
            return self.run_all(wants);
        }
        if self.yank.take().is_some() {
            return self.say(Tone::Info, "Forgotten");
        }
        self.zoomed = false;
        Effects::none()
    }
}
