//! What an earlier run left: offered once, in the status line, until it is answered.
//!
//! Invariant: nothing of it starts or goes without a key, and no text that is being typed is taken
//! for an answer.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::App;
use crate::engine::{Interrupted, Order, Which};
use crate::model::size;
use crate::tui::msg::{Effect, Effects, Tone, Want};
use crate::tui::overlay::{Confirm, Said};

/// An offer that is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// What was left.
    pub what: Interrupted,
    /// Whether the queue has shown it as held.
    held: bool,
}

impl App {
    /// Takes in what was left.
    pub(super) fn interrupted_were(&mut self, what: Interrupted) -> Effects {
        self.offer = (what.count > 0).then_some(Offer { what, held: false });
        Effects::none()
    }

    /// The offer, while it is the one thing that the status line has to say.
    #[must_use]
    pub fn offer(&self) -> Option<Offer> {
        self.offer
    }

    /// An answer to the offer, if this key is one.
    pub(super) fn answer_offer(&mut self, key: KeyEvent) -> Option<Effects> {
        let offer = self.offer?;
        if !key.modifiers.is_empty() && key.modifiers != KeyModifiers::SHIFT {
            return None;
        }
        match key.code {
            KeyCode::Char('r') => {
                self.offer = None;
                let mut effects = Effects::one(Effect::Order(Order::TakeUp(Which::All)));
                effects
                    .extend(self.say(Tone::Info, format!("Going on with {}", named(offer.what))));
                Some(effects)
            }
            KeyCode::Char('c') => Some(self.open(question(offer.what))),
            KeyCode::Esc => {
                self.offer = None;
                Some(self.say(Tone::Info, "They wait in the queue · w shows it"))
            }
            _ => None,
        }
    }

    /// Forgets the offer once nothing of it is held any more: the queue's own keys answered it.
    pub(super) fn watch_offer(&mut self) {
        // What cannot go on stands there as failed.
        let counts = &self.snapshot.counts;
        let held = counts.paused + counts.failed > 0;
        if let Some(offer) = &mut self.offer {
            offer.held |= held;
            if offer.held && !held {
                self.offer = None;
            }
        }
    }
}

/// `1 transfer`, `3 transfers`.
fn named(what: Interrupted) -> String {
    match what.count {
        1 => "1 interrupted transfer".into(),
        n => format!("{n} interrupted transfers"),
    }
}

fn question(what: Interrupted) -> Confirm {
    let mut body = Vec::new();
    if what.done > 0 {
        let all = if what.size > 0 {
            format!(" of {}", size(what.size))
        } else {
            String::new()
        };
        body.push(Said::Text(format!(
            "{}{all} were moved already.",
            size(what.done)
        )));
    }
    body.extend([
        Said::Text("Half uploads are aborted, half files removed.".into()),
        Said::Dim("Files that are whole stay.".into()),
        Said::Blank,
        Said::Warning("This cannot be undone.".into()),
    ]);
    let order = Want::Effect(Effect::Order(Order::Discard(Which::All)));
    Confirm::danger(
        format!("Discard {}?", named(what)),
        body,
        "Discard",
        vec![order],
    )
}
