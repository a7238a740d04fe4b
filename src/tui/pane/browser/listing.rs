//! Asking for rows and taking them in: pages, folders in place, listing again, stopping.

use std::time::Instant;

use super::{Browser, LONG, SKELETON, SPIN, STILL};
use crate::model::{Answer, Place, Token, Trouble};
use crate::tui::msg::{Cx, Effect, Effects, Reply, Ticket};
use crate::tui::tree::{
    Dots, Filter, Listing, ROOT, Row, Sort, of_accounts, of_buckets, of_folder, of_page,
};

impl Browser {
    /// Starts listing the place.
    pub fn start(&mut self, cx: &mut Cx<'_>) -> Effects {
        self.since = cx.now;
        self.list(ROOT, cx)
    }

    /// Lists a branch: for the first time, on from where it paused, or again.
    pub(super) fn list(&mut self, branch: u32, cx: &mut Cx<'_>) -> Effects {
        let anchor = self.anchor();
        let mut effects = Effects::none();
        if let Some(stale) = self.tree.branch(branch).ticket() {
            effects.extend(Effects::one(Effect::Forget(stale)));
        }
        let ticket = cx.tickets.issue();
        let from = self.tree.begin(branch, ticket, cx.now);
        if let Some(trouble) = self.keyless(branch) {
            self.tree.fail(branch, trouble);
            self.old = None;
            return effects;
        }
        if let Some(ask) = self.tree.ask(branch, from) {
            effects.extend(Effects::one(Effect::Ask(ticket, ask)));
        } else {
            let rows = of_accounts(&self.known.accounts);
            self.tree.take(branch, rows, None);
            self.old = None;
        }
        self.follow(anchor.as_ref());
        effects
    }

    /// Why there is no point in asking: no keys were found at all.
    fn keyless(&self, branch: u32) -> Option<Trouble> {
        let nothing_found = !self.known.looked_for.is_empty();
        (nothing_found && matches!(self.tree.branch(branch).place, Place::Buckets(_))).then(|| {
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
            effects.extend(self.list(branch, cx));
        }
        effects
    }

    /// Takes an answer, or gives it back if nothing here waits for it.
    ///
    /// # Errors
    /// The answer, when its ticket is not one of this pane's.
    pub fn reply(&mut self, ticket: Ticket, reply: Reply, cx: &Cx<'_>) -> Result<Effects, Reply> {
        let Some(branch) = self.tree.waiting(ticket) else {
            return Err(reply);
        };
        let place = self.tree.branch(branch).place.clone();
        let answer: Answer<(Vec<Row>, Option<Token>)> = match (reply, &place) {
            (Reply::Buckets(answer), _) => answer.map(|buckets| (of_buckets(&buckets), None)),
            (Reply::Page(answer), Place::Prefix(_, _, prefix)) => answer.map(|mut page| {
                let next = page.next.take();
                (of_page(prefix, page), next)
            }),
            (Reply::Folder(answer), _) => answer.map(|(entries, free)| {
                if branch == ROOT {
                    self.free = free;
                }
                (of_folder(entries), None)
            }),
            (other, _) => return Err(other),
        };
        let anchor = self.anchor();
        let mut effects = Effects::none();
        match answer {
            Ok((rows, next)) => {
                if let Some(token) = self.tree.take(branch, rows, next)
                    && let Some(ask) = self.tree.ask(branch, Some(token))
                {
                    effects = Effects::one(Effect::Ask(ticket, ask));
                }
            }
            Err(trouble) => {
                let seen = !self.tree.branch(branch).rows.is_empty();
                self.broken = seen.then(|| trouble.clone());
                self.tree.fail(branch, trouble);
            }
        }
        for (place, name) in &self.made {
            if self.tree.adopt(place, name) && self.wanted.as_ref() == Some(name) {
                self.unlisted = Some(name.clone());
            }
        }
        if !self.is_loading_first() {
            self.old = None;
        }
        let _ = cx;
        self.follow(anchor.as_ref());
        Ok(effects)
    }

    /// Gives up all that is awaited, without a word.
    pub fn forget(&mut self) -> Effects {
        Effects(
            self.tree
                .tickets()
                .into_iter()
                .map(Effect::Forget)
                .collect(),
        )
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
        let since = self.listing_since()?;
        let steps = [STILL, SPIN, SKELETON, LONG].map(|step| since + step);
        let next = steps.into_iter().find(|at| *at > now);
        if now < since + SPIN {
            next
        } else {
            Some(next.map_or(beat, |at| at.min(beat)))
        }
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
