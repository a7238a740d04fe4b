//! Places that were listed before, kept for when somebody comes back.
//!
//! Knows no screen. Invariant: all of it together takes at most so much memory; what was not looked
//! at for longest goes first.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use super::branch::{Branch, Listing, Reach};
use super::{Dots, Sort, Tree};
use crate::model::Place;

/// The most memory that is kept.
///
/// Source: `ux.md` 6, Cache.
const MOST: usize = 64 << 20;

/// The shelf.
#[derive(Debug, Default)]
struct Shelf {
    /// The one that was looked at last is the last.
    kept: Vec<Branch>,
}

/// A shelf that panes share.
#[derive(Debug, Clone, Default)]
pub struct SharedShelf(Rc<RefCell<Shelf>>);

impl Shelf {
    fn put(&mut self, branch: Branch) {
        self.kept.retain(|old| old.place != branch.place);
        self.kept.push(branch);
        let mut sum = 0;
        let mut fit = 0;
        for kept in self.kept.iter().rev() {
            sum += kept.rows.weight();
            if sum > MOST {
                break;
            }
            fit += 1;
        }
        self.kept.drain(..self.kept.len() - fit);
    }

    fn take(&mut self, place: &Place) -> Option<Branch> {
        let at = self.kept.iter().position(|kept| kept.place == *place)?;
        Some(self.kept.remove(at))
    }
}

impl SharedShelf {
    /// Keeps the rows of a place, if a listing of it ended or paused.
    pub fn put(&self, branch: &Branch) {
        if let (Some(kept), Ok(mut shelf)) = (branch.kept(), self.0.try_borrow_mut()) {
            shelf.put(kept);
        }
    }

    /// What is kept of a place.
    #[must_use]
    pub fn get(&self, place: &Place) -> Option<Branch> {
        let mut all = self.0.try_borrow_mut().ok()?;
        let found = all.take(place)?;
        let copy = found.kept();
        all.put(found);
        copy
    }

    /// Forgets places, because something changed in them.
    pub fn forget(&self, changed: impl Fn(&Place) -> bool) {
        if let Ok(mut shelf) = self.0.try_borrow_mut() {
            shelf.kept.retain(|kept| !changed(&kept.place));
        }
    }

    /// Whether a place is kept that was listed after some moment.
    #[must_use]
    pub fn has(&self, place: &Place, after: Instant) -> bool {
        let Ok(all) = self.0.try_borrow() else {
            return false;
        };
        let fresh = |kept: &Branch| kept.listed.is_some_and(|at| at >= after);
        all.kept
            .iter()
            .any(|kept| kept.place == *place && fresh(kept))
    }
}

impl Branch {
    /// A copy of what is known of the place, without what a person did with it; none while nothing
    /// is known.
    #[must_use]
    pub fn kept(&self) -> Option<Self> {
        let known = !self.rows.is_empty() || self.listing == Listing::Done;
        let real = matches!(
            self.place,
            Place::Prefix(..) | Place::Folder(_) | Place::Buckets(_)
        );
        if !known || !real || self.reach == Reach::Below {
            return None;
        }
        let mut kept = Self::new(self.place.clone(), 0);
        kept.rows = self.rows.untouched();
        kept.gaps.clone_from(&self.gaps);
        kept.tail.clone_from(&self.tail);
        kept.limit = self.limit;
        kept.listed = self.listed;
        let whole = kept.tail.is_none() && kept.gaps.is_empty();
        kept.listing = match &self.listing {
            Listing::Done => Listing::Done,
            Listing::Asking { .. } if self.is_refreshing() && whole => Listing::Done,
            _ if !whole => Listing::Paused,
            // What broke off before it could say where to go on is not known well enough.
            _ => return None,
        };
        Some(kept)
    }
}

impl Tree {
    /// A tree of a place of which something is known.
    #[must_use]
    pub fn of(root: Branch, sort: Sort, dots: Dots) -> Self {
        let mut tree = Self::new(root.place.clone(), sort, dots);
        tree.branches = vec![root];
        tree.rebuild();
        tree
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::chunk::{Packing, World};
    use super::super::row::RowKind;
    use super::*;

    fn listed(name: &str, rows: usize) -> Branch {
        let mut branch = Branch::new(Place::Folder(name.into()), 0);
        let mut packing = Packing::new(World::Files, rows);
        for n in 0..rows {
            packing.push(format!("{n:0200}").as_bytes(), RowKind::File);
        }
        branch.rows.add(Arc::new(packing.done()));
        branch.listing = Listing::Done;
        branch
    }

    #[test]
    fn what_was_not_looked_at_for_longest_goes_first() {
        let shelf = SharedShelf::default();
        let place = |name: &str| Place::Folder(name.into());
        for name in ["a", "b"] {
            shelf.put(&listed(name, 100_000));
        }
        assert!(shelf.get(&place("a")).is_some());
        shelf.put(&listed("c", 100_000));
        assert!(shelf.get(&place("b")).is_none(), "three are too much");
        assert_eq!(shelf.get(&place("a")).map(|b| b.rows.len()), Some(100_000));
        shelf.forget(|changed| *changed == place("a"));
        assert!(shelf.get(&place("a")).is_none() && shelf.get(&place("c")).is_some());
    }

    #[test]
    fn a_place_that_is_not_known_is_not_kept() {
        let mut branch = Branch::new(Place::Folder("a".into()), 0);
        assert!(branch.kept().is_none());
        branch.listing = Listing::Done;
        assert!(
            branch.kept().is_some(),
            "an empty folder is known to be empty"
        );
    }
}
