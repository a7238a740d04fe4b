//! Getting to a name that is not listed yet, and to a place that was listed before.
//!
//! Invariant: a jump asks the server once, from the name on; a listing that it broke into goes on
//! behind it, and what lies between stays a gap until then.

use std::time::{Duration, Instant};

use super::history::Approach;
use super::{Browser, Name};
use crate::model::Place;
use crate::tui::msg::{Cx, Effects};
use crate::tui::tree::{FIRST_LIMIT, Goal, Listing, ROOT, SharedShelf};

/// How long a filter rests before the server is asked for names that are not listed yet.
pub(super) const SEEK: Duration = Duration::from_millis(300);

/// How long a listing is taken as it is.
///
/// Source: `ux.md` 6, Cache.
pub const FRESH: Duration = Duration::from_secs(30);

impl Browser {
    /// Shares what was listed before with the other panes.
    #[must_use]
    pub fn sharing(self, places: &SharedShelf) -> Self {
        Self {
            shelf: places.clone(),
            ..self
        }
    }

    /// Lists a place that was just entered, as far as that is needed.
    pub(super) fn arrive(&mut self, approach: Approach, cx: &mut Cx<'_>) -> Effects {
        self.since = cx.now;
        if !self.tree.root().is_unknown() {
            self.old = None;
            self.follow(None);
            if let Some(name) = self.wanted.clone()
                && let Some(jump) = self.jump(&name, cx)
            {
                return jump;
            }
            return self.revalidate(cx);
        }
        match (approach, self.wanted.clone()) {
            (Approach::Jump, Some(Name::Text(name)))
                if matches!(self.place(), Place::Prefix(..)) =>
            {
                self.seek(name, cx)
            }
            _ => self.start(cx),
        }
    }

    /// Lists again what is older than [`FRESH`], if that is little; of long lists the person
    /// decides.
    pub fn revalidate(&mut self, cx: &mut Cx<'_>) -> Effects {
        let root = self.tree.root();
        // Asking a disk costs nothing.
        let local = matches!(root.place, Place::Folder(_));
        let old = local || root.listed.is_none_or(|at| cx.now >= at + FRESH);
        if old && root.ticket().is_none() && !self.is_long() {
            return self.refresh(cx);
        }
        Effects::none()
    }

    /// Whether the place has so many rows that listing them again is for the person to decide.
    #[must_use]
    pub fn is_long(&self) -> bool {
        let root = self.tree.root();
        root.rows.len() > FIRST_LIMIT || !root.gaps().is_empty()
    }

    /// Goes to a name that is not listed, if it is one.
    pub(super) fn jump(&mut self, name: &Name, cx: &mut Cx<'_>) -> Option<Effects> {
        let Name::Text(text) = name else { return None };
        let root = self.tree.root();
        let known = self.tree.find_name(name).is_some();
        if known || root.is_refreshing() || !root.lacks(text) {
            return None;
        }
        self.wanted = Some(name.clone());
        Some(self.seek(text.clone(), cx))
    }

    /// Asks for the rows from a name on.
    fn seek(&mut self, name: Box<str>, cx: &mut Cx<'_>) -> Effects {
        self.interrupted |= self.tree.root().ticket().is_some();
        self.seeking = Some(name.clone());
        self.list(ROOT, Goal::At(name), cx)
    }

    /// What is typed as a filter and could be looked for on the server.
    pub(super) fn could_seek(&self) -> Option<&str> {
        let text = self.input.as_ref()?.text();
        let root = self.tree.root();
        let plain = !text.is_empty() && !text.contains(['*', '?']);
        let may = plain && !root.is_refreshing() && self.seeking.is_none();
        (may && !root.is_unknown() && root.lacks(text)).then_some(text)
    }

    /// When the server is asked for what is typed.
    pub(super) fn seeking_at(&self) -> Option<Instant> {
        let typed = self.typed?;
        self.could_seek().map(|_| typed + SEEK)
    }

    /// Asks for what is due: work on many rows, and names that are typed.
    pub fn settle(&mut self, cx: &mut Cx<'_>) -> Effects {
        let mut effects = self.tree.wants(cx.tickets, cx.now);
        if self.seeking_at().is_some_and(|at| cx.now >= at) {
            self.typed = None;
            if let Some(text) = self.could_seek() {
                let text = text.into();
                effects.extend(self.seek(text, cx));
            }
        }
        effects
    }

    /// What follows when a listing ended or paused.
    pub(super) fn listed(&mut self, branch: u32, cx: &mut Cx<'_>) -> Effects {
        if branch != ROOT {
            return Effects::none();
        }
        if let Some(text) = self.seeking.take() {
            return self.landed(&text, cx);
        }
        let root = self.tree.root();
        if self.interrupted && root.listing == Listing::Paused {
            let wanted = FIRST_LIMIT.saturating_sub(root.rows.len());
            if wanted > 0 {
                return self.list(ROOT, self.rest(wanted), cx);
            }
        }
        self.interrupted = false;
        // A name that was looked for may lie behind what is listed.
        match self.wanted.clone() {
            Some(name) => self.jump(&name, cx).unwrap_or_default(),
            None => Effects::none(),
        }
    }

    fn rest(&self, room: usize) -> Goal {
        if self.tree.root().gaps().is_empty() {
            Goal::On
        } else {
            Goal::Gap(0, room)
        }
    }

    /// Puts the cursor where a jump went, and goes on with what it broke into.
    fn landed(&mut self, text: &str, cx: &mut Cx<'_>) -> Effects {
        let wanted = self.wanted.take();
        let exact = wanted.and_then(|name| self.tree.find_name(&name));
        if let Some(at) = exact.or_else(|| self.tree.find_from(text)) {
            self.cursor.go(at, self.tree.len(), self.height);
            self.moved = true;
        }
        let root = self.tree.root();
        if root.listing != Listing::Paused || root.gaps().is_empty() {
            return Effects::none();
        }
        if self.interrupted {
            let wanted = FIRST_LIMIT.saturating_sub(root.rows.len());
            return self.list(ROOT, Goal::Gap(0, wanted.max(1)), cx);
        }
        // One page more tells whether the place is a small one.
        if root.gaps().len() == 1 && root.gaps()[0].start == crate::engine::Start::Beginning {
            return self.list(ROOT, Goal::Gap(0, 1), cx);
        }
        Effects::none()
    }
}
