//! What we wrote into a long list, confirmed without listing all of it again: only the pages around
//! the names that we wrote are asked for.
//!
//! Invariant: at most a few pages are asked for at a time; what they do not show stays marked as our
//! own.

use super::Browser;
use crate::engine::Start;
use crate::model::{Place, Prefix};
use crate::tui::msg::{Ask, Cx, Effect, Effects, Reply, Ticket};

/// Pages that are asked for after a change at most.
const PAGES: usize = 10;

/// A page that is awaited.
#[derive(Debug)]
pub(super) struct Confirming {
    ticket: Ticket,
    place: Place,
    /// Names up to this one were looked for.
    from: Vec<u8>,
    /// Pages that may still be asked for.
    left: usize,
}

impl Browser {
    /// Asks the server for the rows that we wrote into a long list of it.
    pub fn confirm(&mut self, cx: &mut Cx<'_>) -> Effects {
        let place = self.place().clone();
        match &self.confirming {
            Some(_) => Effects::none(),
            None => self.confirm_from(place, &[], PAGES, cx),
        }
    }

    fn confirm_from(&mut self, place: Place, from: &[u8], left: usize, cx: &mut Cx<'_>) -> Effects {
        let Place::Prefix(account, bucket, prefix) = &place else {
            return Effects::none();
        };
        let Some((before, first)) = self.tree.root().rows.own_after(from) else {
            return Effects::none();
        };
        let start = before.map_or(Some(Start::Beginning), |name| after(prefix, &name));
        let Some(start) = start.filter(|_| left > 0) else {
            return Effects::none();
        };
        let ticket = cx.tickets.issue();
        let ask = Ask::Pages {
            account: account.clone(),
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            start,
            most: 1,
        };
        self.confirming = Some(Confirming {
            ticket,
            place,
            from: first,
            left: left - 1,
        });
        Effects::one(Effect::Ask(ticket, ask))
    }

    /// Takes a page that was asked for, or gives the answer back.
    ///
    /// # Errors
    /// The answer, when it is to another question.
    pub(super) fn confirmed(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        cx: &mut Cx<'_>,
    ) -> Result<Effects, Reply> {
        let Some(awaited) = self.confirming.take_if(|c| c.ticket == ticket) else {
            return Err(reply);
        };
        // Whether it failed is for the next listing to say.
        let Reply::Rows(Ok(batch)) = reply else {
            return Ok(Effects::none());
        };
        let mut effects = Effects::none();
        if batch.rest == crate::tui::tree::Rest::Coming {
            if batch.rows.is_empty() {
                self.confirming = Some(awaited);
                return Ok(effects);
            }
            effects = Effects::one(Effect::Forget(ticket));
        }
        if *self.place() != awaited.place {
            return Ok(effects);
        }
        let anchor = self.anchor();
        let last = self.tree.confirm(&batch.rows);
        self.follow(anchor.as_ref());
        // Names that stand further on than this page are on another one.
        let from = last.unwrap_or_default().max(awaited.from);
        effects.extend(self.confirm_from(awaited.place, &from, awaited.left, cx));
        Ok(effects)
    }
}

/// Behind a name of a prefix.
fn after(prefix: &Prefix, name: &[u8]) -> Option<Start> {
    let name = std::str::from_utf8(name).ok()?;
    Some(Start::After(format!("{prefix}{name}").into()))
}
