//! What changed because of us: rows that go, rows that appear, and panes that are listed again.
//!
//! Invariant: what is gone for sure goes at once from every pane, however long its list is; a long
//! list is listed again only where that is not enough to know what is there.

use std::collections::HashSet;

use super::undoing::holds;
use super::wants::lies_under;
use super::{App, cx};
use crate::engine::Deletion;
use crate::model::{Location, Place};
use crate::tui::msg::{Effects, Item, ItemKind};
use crate::tui::selection::Selection;
use crate::tui::tree::Name;

/// Which panes are listed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lists {
    All,
    Short,
}

impl App {
    /// Takes out of all panes what was deleted or moved away.
    pub(super) fn went(&mut self, gone: &[Location]) {
        let parked = self.parked.iter_mut().flat_map(|tab| &mut tab.panes);
        for pane in self.panes.iter_mut().chain(parked) {
            pane.deleted(gone);
        }
    }

    /// Takes a deletion in: what is gone goes from the panes, and what can be brought back is noted.
    pub(super) fn note_gone(
        &mut self,
        items: &Selection,
        deletion: &Deletion,
        since: jiff::Timestamp,
    ) -> Effects {
        let Some(few) = items.few() else {
            return self.note_many_gone(items, deletion, since);
        };
        let mut what: Vec<Location> = few.iter().map(|item| item.location.clone()).collect();
        let failed: HashSet<&Location> = deletion.failed.iter().map(|(at, _)| at).collect();
        what.retain(|at| match at {
            Location::Under { .. } => !failed.iter().any(|failed| holds(at, failed)),
            Location::Object { .. } | Location::Local(_) => !failed.contains(at),
        });
        self.went(&what);
        // A folder does not come back in one.
        let gone: HashSet<&Location> = what.iter().collect();
        let back = few
            .iter()
            .filter(|item| item.kind == ItemKind::Object && gone.contains(&item.location));
        let back: Vec<Item> = back.cloned().collect();
        let back = Selection::from(back);
        if self.kept(&back) {
            self.note_deleted(back, since);
        }
        Effects::none()
    }

    /// The same for many: rows go by their numbers, where the list is still that which they were
    /// marked in.
    fn note_many_gone(
        &mut self,
        items: &Selection,
        deletion: &Deletion,
        since: jiff::Timestamp,
    ) -> Effects {
        let still: Vec<Location> = deletion.failed.iter().map(|(at, _)| at.clone()).collect();
        // No more failures than these are told.
        let all_told = still.len() < Deletion::MOST_FAILED;
        let mut effects = Effects::none();
        let parked = self.parked.iter_mut().flat_map(|tab| &mut tab.panes);
        for pane in self.panes.iter_mut().chain(parked) {
            // Whoever listed the place another time has other numbers: a listing tells.
            if !(all_told && pane.deleted_many(items.groups(), &still)) {
                let places = items.places();
                let tree = pane.tree();
                let seen = tree.seen();
                let gone = |at: &Place| places.iter().any(|place| lies_under(at, place));
                let shows = seen.iter().any(|b| gone(&tree.branch(*b).place));
                if shows {
                    effects.extend(pane.refresh(&mut cx!(self)));
                }
            }
        }
        if items.all(ItemKind::Object) && still.is_empty() && self.kept(items) {
            self.note_deleted(items.clone(), since);
        }
        effects
    }

    /// Shows a folder that was made, and puts the cursor on it.
    pub(super) fn show_made(&mut self, place: &Place, name: Name) -> Effects {
        for pane in &mut self.panes {
            pane.made(place.clone(), name.clone());
            if pane.is_long() {
                pane.show_own(self.now);
            }
        }
        let effects = self.refresh_short_at(place);
        if self.pane().place() == place {
            self.pane_mut().point_at(name);
        }
        effects
    }

    /// Lists the panes again that show a place or something around it.
    pub(super) fn refresh_at(&mut self, place: &Place) -> Effects {
        self.refresh_those(Lists::All, place)
    }

    /// The same, but for long lists: what changed there is shown already.
    pub(super) fn refresh_short_at(&mut self, place: &Place) -> Effects {
        self.refresh_those(Lists::Short, place)
    }

    fn refresh_those(&mut self, lists: Lists, place: &Place) -> Effects {
        let mut effects = Effects::none();
        self.ahead.shelf().forget(|kept| lies_under(kept, place));
        for pane in &mut self.panes {
            let tree = pane.tree();
            let shows = tree.seen().iter().any(|b| tree.branch(*b).place == *place);
            if shows && (lists == Lists::All || !pane.is_long()) {
                effects.extend(pane.refresh(&mut cx!(self)));
            }
        }
        effects
    }
}

/// A location itself, then all those that hold it.
pub(super) fn around(at: &Location) -> impl Iterator<Item = Location> {
    let wider = |at: &Location| match at {
        Location::Local(path) => path.parent().map(|up| Location::Local(up.into())),
        Location::Object { .. } | Location::Under { .. } => match at.parent()? {
            Place::Prefix(account, bucket, prefix) => Some(Location::Under {
                account,
                bucket,
                prefix,
            }),
            Place::Accounts | Place::Buckets(_) | Place::Folder(_) => None,
        },
    };
    std::iter::successors(Some(at.clone()), wider)
}
