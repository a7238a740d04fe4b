//! Looking ahead: a prefix under a resting cursor is listed before it is entered, and lists that
//! grew old are listed again when somebody comes back to look at them.
//!
//! Invariant: requests that nobody asked for are few: one at a time, two a second, thirty a minute,
//! and none any more after a server said that it is too much.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{App, cx};
use crate::config::Prefetch;
use crate::engine::Start;
use crate::model::{Answer, Place, Trouble};
use crate::tui::msg::{Ask, Effect, Effects, Focused, Reply, Ticket};
use crate::tui::pane::browser::FRESH;
use crate::tui::tree::{Batch, Branch, Goal, SharedShelf};

/// How long the cursor rests before anything is asked.
///
/// Source of these: `ux.md` 6, Prefetch.
const REST: Duration = Duration::from_millis(150);

/// The least time between two requests.
const APART: Duration = Duration::from_millis(500);

/// Requests in a minute at most.
const A_MINUTE: usize = 30;

/// What looks ahead.
#[derive(Debug)]
pub(super) struct Ahead {
    shelf: SharedShelf,
    /// The prefix under the cursor, and since when; none once it was asked for.
    rests: Option<(Place, Option<Instant>)>,
    asked: Option<(Ticket, Branch)>,
    /// When requests were sent, those of the last minute.
    sent: VecDeque<Instant>,
    /// A server said that it is too much, or the person did.
    off: bool,
}

impl Ahead {
    pub(super) fn new(shelf: SharedShelf, prefetch: Prefetch) -> Self {
        Self {
            shelf,
            rests: None,
            asked: None,
            sent: VecDeque::new(),
            off: prefetch == Prefetch::Off,
        }
    }

    /// What panes share.
    pub(super) fn shelf(&self) -> &SharedShelf {
        &self.shelf
    }

    /// When the next request may be sent; none: not in this state.
    fn due(&self) -> Option<Instant> {
        let since = self.rests.as_ref()?.1?;
        if self.off || self.asked.is_some() {
            return None;
        }
        let mut due = since + REST;
        if let Some(last) = self.sent.back() {
            due = due.max(*last + APART);
        }
        if let Some(first) = self.sent.front().filter(|_| self.sent.len() >= A_MINUTE) {
            due = due.max(*first + Duration::from_mins(1));
        }
        Some(due)
    }

    /// When to look again.
    pub(super) fn wake(&self, now: Instant) -> Option<Instant> {
        self.due().filter(|at| *at > now)
    }

    fn rest_on(&mut self, place: Option<Place>, now: Instant) {
        if self.rests.as_ref().map(|(place, _)| place) != place.as_ref() {
            self.rests = place.map(|place| (place, Some(now)));
        }
    }
}

impl App {
    /// Asks for what is due: work on many rows, names that are typed, a prefix under the cursor.
    pub(super) fn look_ahead(&mut self) -> Effects {
        let mut effects = Effects::none();
        for pane in &mut self.panes {
            effects.extend(pane.settle(&mut cx!(self)));
        }
        let pane = self.pane();
        let busy = pane.is_listing() || !self.overlays.is_empty();
        let place = pane.tree().place_at(pane.at()).filter(|_| !busy);
        let place = place.filter(|place| matches!(place, Place::Prefix(..)));
        self.ahead.rest_on(place, self.now);
        if self.ahead.due().is_some_and(|at| self.now >= at) {
            effects.extend(self.prefetch());
        }
        effects
    }

    fn prefetch(&mut self) -> Effects {
        let Some((place, _)) = self.ahead.rests.clone() else {
            return Effects::none();
        };
        let Place::Prefix(account, bucket, prefix) = place.clone() else {
            return Effects::none();
        };
        // Once is enough: until the cursor moves nothing more is asked.
        self.ahead.rests = Some((place.clone(), None));
        let fresh = self.now.checked_sub(FRESH).unwrap_or(self.now);
        if self.ahead.shelf.has(&place, fresh) {
            return Effects::none();
        }
        let minute = self.now.checked_sub(Duration::from_mins(1));
        let sent = &mut self.ahead.sent;
        sent.retain(|at| minute.is_none_or(|minute| *at > minute));
        sent.push_back(self.now);
        let ticket = self.tickets.issue();
        let mut branch = Branch::new(place, 0);
        branch.begin(ticket, self.now, Goal::Over);
        self.ahead.asked = Some((ticket, branch));
        let ask = Ask::Pages {
            account,
            bucket,
            prefix,
            start: Start::Beginning,
            most: 1,
        };
        Effects::one(Effect::Ask(ticket, ask))
    }

    /// Takes an answer, or gives it back if it is to another question.
    pub(super) fn ahead_reply(&mut self, ticket: Ticket, reply: Reply) -> Option<Reply> {
        match (&mut self.ahead.asked, reply) {
            (Some((asked, _)), Reply::Rows(answer)) if *asked == ticket => {
                self.prefetched(answer);
                None
            }
            (_, other) => Some(other),
        }
    }

    fn prefetched(&mut self, answer: Answer<Batch>) {
        let Some((_, mut branch)) = self.ahead.asked.take() else {
            return;
        };
        match answer {
            Ok(batch) => {
                branch.take(batch);
                self.ahead.shelf.put(&branch);
            }
            // Whoever opens it will hear why.
            Err(trouble) => self.ahead.off |= is_too_much(&trouble),
        }
    }

    /// Lists what grew old while the person looked elsewhere.
    pub(super) fn focus_changed(&mut self, focused: Focused) -> Effects {
        let mut effects = Effects::none();
        if focused == Focused::Yes {
            for pane in &mut self.panes {
                effects.extend(pane.revalidate(&mut cx!(self)));
            }
        }
        effects
    }
}

/// Whether a server asked to be left alone.
fn is_too_much(trouble: &Trouble) -> bool {
    let code = trouble.code.as_str();
    code.starts_with("SlowDown")
        || matches!(
            code,
            "ServiceUnavailable" | "TooManyRequests" | "503" | "429"
        )
}
