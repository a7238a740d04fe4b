//! Asking for rows and taking them in: pages, folders in place, listing again, jumping, stopping.

use std::sync::Arc;
use std::time::Instant;

use super::{Browser, LONG, SKELETON, SPIN, STILL};
use crate::model::{Answer, Trouble};
use crate::tui::msg::{Cx, Effect, Effects, Reply, Ticket};
use crate::tui::tree::{
    Batch, Dots, Filter, Goal, Listing, Next, ROOT, Rest, Sort, Worked, of_accounts, of_buckets,
};

impl Browser {
    /// Starts listing the place.
    pub fn start(&mut self, cx: &mut Cx<'_>) -> Effects {
        self.since = cx.now;
        self.list(ROOT, Goal::Over, cx)
    }

    /// Lists a branch.
    pub(super) fn list(&mut self, branch: u32, goal: Goal, cx: &mut Cx<'_>) -> Effects {
        let anchor = self.anchor();
        let mut effects = Effects::none();
        if let Some(stale) = self.tree.branch(branch).ticket() {
            effects.extend(Effects::one(Effect::Forget(stale)));
        }
        let ticket = cx.tickets.issue();
        let from = self.tree.begin(branch, ticket, cx.now, goal);
        if let Some(trouble) = self.keyless(branch) {
            self.tree.fail(branch, trouble);
            self.old = None;
            return effects;
        }
        if let Some(ask) = self.tree.ask(branch, from) {
            effects.extend(Effects::one(Effect::Ask(ticket, ask)));
        } else {
            let rows = of_accounts(&self.known.accounts);
            self.tree.take(branch, whole(rows));
            self.old = None;
        }
        self.follow(anchor.as_ref());
        effects
    }

    /// Why there is no point in asking: no keys were found at all.
    fn keyless(&self, branch: u32) -> Option<Trouble> {
        let nothing_found = !self.known.looked_for.is_empty();
        let buckets = matches!(
            self.tree.branch(branch).place,
            crate::model::Place::Buckets(_)
        );
        (nothing_found && buckets).then(|| {
            Trouble::new(
                "NoCredentials",
                "No keys were found",
                "there is no account to list buckets of",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or try: windlass demo",
            )
        })
    }

    /// Lists everything that can be seen again; rows stay until the new ones are complete.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Effects {
        let mut effects = Effects::none();
        for branch in self.tree.seen() {
            if branch == ROOT && self.tree.root().is_unknown() {
                self.since = cx.now;
            }
            effects.extend(self.list(branch, Goal::Over, cx));
        }
        effects
    }

    /// Takes an answer, or gives it back if nothing here waits for it.
    ///
    /// # Errors
    /// The answer, when its ticket is not one of this pane's.
    pub fn reply(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        cx: &mut Cx<'_>,
    ) -> Result<Effects, Reply> {
        if self.tree.works_on(ticket) {
            return match reply {
                Reply::Arranged(rows) => Ok(self.arranged(ticket, rows, cx)),
                other => Err(other),
            };
        }
        let Some(branch) = self.tree.waiting(ticket) else {
            return self.confirmed(ticket, reply, cx);
        };
        let answer: Answer<Batch> = match reply {
            Reply::Buckets(answer) => answer.map(|buckets| whole(of_buckets(&buckets))),
            Reply::Rows(answer) => answer,
            other => return Err(other),
        };
        let anchor = self.anchor();
        let mut effects = Effects::none();
        match answer {
            Ok(batch) => {
                if branch == ROOT {
                    self.free = batch.free.or(self.free);
                }
                match self.tree.take(branch, batch) {
                    Next::Wait => {}
                    Next::Over => effects.extend(self.listed(branch, cx)),
                    Next::Forget(ticket) => {
                        effects.extend(Effects::one(Effect::Forget(ticket)));
                        effects.extend(self.listed(branch, cx));
                    }
                }
            }
            Err(trouble) => {
                let seen = !self.tree.branch(branch).rows.is_empty();
                self.broken = seen.then(|| trouble.clone());
                self.tree.fail(branch, trouble);
            }
        }
        self.overlay_own(cx.now);
        if !self.is_loading_first() {
            self.old = None;
        }
        self.follow(anchor.as_ref());
        Ok(effects)
    }

    fn arranged(&mut self, ticket: Ticket, rows: Option<Vec<u32>>, cx: &Cx<'_>) -> Effects {
        let anchor = self.anchor();
        match self.tree.worked(ticket, rows.unwrap_or_default(), cx.now) {
            Worked::No => {}
            Worked::View => self.follow(anchor.as_ref()),
            Worked::Marked => self.told_marks = true,
        }
        Effects::none()
    }

    /// Whether rows were marked that had to be looked for first; told once.
    pub fn take_marked(&mut self) -> Option<usize> {
        std::mem::take(&mut self.told_marks).then(|| self.tree.marks().count)
    }

    /// Gives up all that is awaited, without a word.
    pub fn forget(&mut self) -> Effects {
        let tickets = self.tree.tickets().into_iter();
        Effects(tickets.map(Effect::Forget).collect())
    }

    /// Stops listing because the person wants so; none if nothing was being listed.
    pub fn stop(&mut self) -> Option<Effects> {
        let anchor = self.anchor();
        let tickets = self.tree.stop();
        self.old = None;
        self.follow(anchor.as_ref());
        (!tickets.is_empty()).then(|| Effects(tickets.into_iter().map(Effect::Forget).collect()))
    }

    /// Whether anything is being listed.
    #[must_use]
    pub fn is_listing(&self) -> bool {
        !self.tree.tickets().is_empty()
    }

    /// Whether the place itself is being listed and nothing of it is known yet.
    #[must_use]
    pub fn is_loading_first(&self) -> bool {
        self.tree.root().is_unknown() && self.tree.root().ticket().is_some()
    }

    /// When the screen changes next although nothing happens.
    #[must_use]
    pub fn wake(&self, now: Instant, beat: Instant) -> Option<Instant> {
        let seeking = self.seeking_at().filter(|at| *at > now);
        let Some(since) = self.listing_since() else {
            return seeking;
        };
        let steps = [STILL, SPIN, SKELETON, LONG].map(|step| since + step);
        let next = steps.into_iter().find(|at| *at > now);
        let next = if now < since + SPIN {
            next
        } else {
            Some(next.map_or(beat, |at| at.min(beat)))
        };
        [next, seeking].into_iter().flatten().min()
    }

    /// Since when the oldest listing runs.
    pub(super) fn listing_since(&self) -> Option<Instant> {
        let since = |branch: u32| match self.tree.branch(branch).listing {
            Listing::Asking { since, .. } => Some(since),
            _ => None,
        };
        self.tree.seen().into_iter().filter_map(since).min()
    }

    /// Sorts; the cursor stays on its row.
    pub fn set_sort(&mut self, sort: Sort) {
        self.moved = true;
        let anchor = self.anchor();
        self.tree.set_sort(sort);
        self.follow(anchor.as_ref());
    }

    /// Shows or hides dot files.
    pub fn set_dots(&mut self, dots: Dots) {
        let anchor = self.anchor();
        self.tree.set_dots(dots);
        self.follow(anchor.as_ref());
    }

    /// Filters; the cursor stays on its row if that is still there.
    pub fn set_filter(&mut self, text: &str) {
        let anchor = self.anchor();
        self.tree.set_filter(Filter::new(text));
        self.follow(anchor.as_ref());
    }
}

/// Rows that are all there is.
fn whole(rows: crate::tui::tree::Chunk) -> Batch {
    Batch {
        rows: Arc::new(rows),
        next: None,
        rest: Rest::Over,
        free: None,
    }
}
