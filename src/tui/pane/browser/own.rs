//! What we wrote ourselves: shown at once, until a listing confirms it.
//!
//! Invariant: what no listing confirms within its time is not shown any longer, and that is said;
//! only a folder without content stays, because some servers never list one.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::Browser;
use crate::model::{Location, Place};
use crate::tui::tree::{Group, Name, RowKind, stands};

/// How long a listing may lack what was written.
///
/// Source: s3.md L-11.
const CONFIRM: Duration = Duration::from_mins(1);

/// The most that is remembered: what is more is listed again soon.
const MOST: usize = 200;

/// Something that we wrote.
#[derive(Debug, Clone)]
pub(super) struct Own {
    place: Place,
    name: Name,
    kind: RowKind,
    size: Option<u64>,
    at: Instant,
}

impl Browser {
    /// Remembers a folder that was made in a place, to show it also where the server does not.
    pub fn made(&mut self, place: Place, name: Name) {
        let at = self.since;
        self.keep_own(Own {
            place,
            name,
            kind: RowKind::Folder,
            size: None,
            at,
        });
    }

    /// Shows something that we wrote.
    pub fn wrote(&mut self, location: &Location, size: Option<u64>, now: Instant) {
        let kind = match location {
            Location::Object { .. } => RowKind::Object,
            Location::Local(_) => RowKind::File,
            Location::Under { .. } => return,
        };
        let Some((place, name)) = stands(location) else {
            return;
        };
        let shown = self.tree.seen();
        if !shown.iter().any(|b| self.tree.branch(*b).place == place) {
            return;
        }
        let anchor = self.anchor();
        self.tree.write(&place, &name, kind, size);
        self.follow(anchor.as_ref());
        self.keep_own(Own {
            place,
            name,
            kind,
            size,
            at: now,
        });
    }

    fn keep_own(&mut self, own: Own) {
        let Own { place, name, .. } = &own;
        self.own.retain(|o| o.place != *place || o.name != *name);
        if self.own.len() < MOST {
            self.own.push(own);
        }
    }

    /// Takes out the rows of things that were deleted or moved away, wherever they show.
    pub fn deleted(&mut self, gone: &[Location]) {
        if !self.own.is_empty() {
            let known: HashSet<(Place, Name)> = gone.iter().filter_map(stands).collect();
            self.own
                .retain(|own| !known.contains(&(own.place.clone(), own.name.clone())));
        }
        let anchor = self.anchor();
        if self.tree.drop_gone(gone) > 0 {
            self.follow(anchor.as_ref());
        }
    }

    /// Takes out many rows that were marked, but for what is still there. Whether it is known now
    /// what is left.
    pub fn deleted_many(&mut self, groups: &[Group], still: &[Location]) -> bool {
        let gone = |own: &Own| groups.iter().any(|group| *group.place() == own.place);
        self.own.retain(|own| !gone(own));
        let anchor = self.anchor();
        let whole = self.tree.drop_groups(groups, still);
        self.follow(anchor.as_ref());
        whole
    }

    /// Shows at once what we wrote.
    pub fn show_own(&mut self, now: Instant) {
        let anchor = self.anchor();
        self.overlay_own(now);
        self.follow(anchor.as_ref());
    }

    /// Adds what we wrote to complete lists that lack it.
    pub(super) fn overlay_own(&mut self, now: Instant) {
        let lasts = |own: &Own| own.kind.is_folder() || now < own.at + CONFIRM;
        self.own.retain(lasts);
        for own in &self.own {
            let adopted = self.tree.adopt(&own.place, &own.name, own.kind, own.size);
            if adopted && own.kind.is_folder() && self.wanted.as_ref() == Some(&own.name) {
                self.unlisted = Some(own.name.clone());
            }
        }
    }
}
