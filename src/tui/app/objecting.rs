//! What stands in the way of a copy or move before it is begun: places that cannot be, and names that
//! are there already.
//!
//! Invariant: it takes the same for ten things and for a million; what would not is looked up
//! elsewhere.

use super::App;
use super::copying::raw_name;
use crate::engine::Kind;
use crate::model::{Location, Place};
use crate::tui::moving::step;
use crate::tui::msg::{Ask, Effect, Effects, Item, ItemKind, Transfer};
use crate::tui::overlay::CopyDialog;
use crate::tui::selection::Common;
use crate::tui::tree::{Class, Finder, Listing, Reach, Rows};

impl App {
    /// Asks, while it is looked up what is there already.
    pub(super) fn open_looking(&mut self, transfer: Transfer) -> Effects {
        let Some(rows) = self.rows_at(&transfer.into) else {
            return Effects::none();
        };
        let ask = Ask::Common(Common::new(&transfer.items, rows));
        let ticket = self.tickets.issue();
        let dialog = CopyDialog::new(transfer, self.home.clone()).looking(ticket);
        self.overlays.push(Box::new(dialog));
        Effects::one(Effect::Ask(ticket, ask))
    }

    /// The rows of a place, if all of them are on the screen.
    fn rows_at(&self, place: &Place) -> Option<&Rows> {
        let mut roots = self.panes.iter().map(|pane| pane.tree().root());
        let there = roots.find(|root| {
            root.place == *place && root.listing == Listing::Done && root.reach == Reach::Here
        });
        there.map(|root| &root.rows)
    }

    /// Why a transfer cannot be, if so.
    pub(super) fn objection(&self, transfer: &Transfer) -> Option<String> {
        if let Some(why) = self.refusal(&transfer.into) {
            return Some(why);
        }
        let into = match &transfer.into {
            Place::Accounts => return Some("Open a bucket or a folder there first".into()),
            Place::Buckets(_) => {
                return Some("Open a bucket there first: this is the list of buckets".into());
            }
            into @ (Place::Prefix(..) | Place::Folder(_)) => into,
        };
        if transfer.items.few().is_none() {
            return self.objection_to_many(transfer, into);
        }
        for item in transfer.items.head() {
            let from = &item.location;
            if let (Kind::Move, Some(home)) = (transfer.kind, from.parent())
                && let Some(why) = self.refusal(&home)
            {
                return Some(why);
            }
            if transfer.kind == Kind::Move && item.kind == ItemKind::Bucket {
                return Some("A bucket cannot be moved; copy what is in it".into());
            }
            if transfer.rename.is_none() && from.parent().as_ref() == Some(into) {
                return Some("It is there already: both panes show this place".into());
            }
            if contains(from, into) {
                return Some(format!("{} cannot go into itself", item.name));
            }
        }
        None
    }

    /// The same for many: they are asked about by the places that they lie in.
    fn objection_to_many(&self, transfer: &Transfer, into: &Place) -> Option<String> {
        let moved = transfer.kind == Kind::Move;
        if moved && transfer.items.count(ItemKind::Bucket) > 0 {
            return Some("A bucket cannot be moved; copy what is in it".into());
        }
        for group in transfer.items.groups() {
            let from = group.place();
            if let Some(why) = self.refusal(from).filter(|_| moved) {
                return Some(why);
            }
            if from == into {
                return Some("It is there already: both panes show this place".into());
            }
            if let Some(name) = step(from, into)
                && group.holds(Class::Folders, name.bytes())
            {
                return Some(format!("{}/ cannot go into itself", name.shown()));
            }
        }
        None
    }

    /// How many of the names are there already: known where the destination is on the screen. None
    /// if that takes a while to tell.
    pub(super) fn taken(&self, transfer: &Transfer) -> Option<usize> {
        let Some(rows) = self.rows_at(&transfer.into) else {
            return Some(0);
        };
        let Some(items) = transfer.items.few() else {
            return rows.is_empty().then_some(0);
        };
        let mut finder = Finder::default();
        let is_there = |item: &&Item| {
            let name = raw_name(item);
            let mut known = |class| finder.find(rows, class, name.bytes()).is_some();
            known(Class::Folders) || known(Class::Files)
        };
        Some(items.iter().filter(is_there).count())
    }
}

/// Whether a folder holds a place, or is it.
fn contains(folder: &Location, place: &Place) -> bool {
    match (folder, place) {
        (
            Location::Under {
                account,
                bucket,
                prefix,
            },
            Place::Prefix(of, name, below),
        ) => account == of && bucket == name && prefix.strip(below.as_str()).is_some(),
        (Location::Local(path), Place::Folder(below)) => below.starts_with(path),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_itself_and_what_is_below() {
        let folder = Location::Local("/a/b".into());
        assert!(contains(&folder, &Place::Folder("/a/b/c".into())));
        assert!(contains(&folder, &Place::Folder("/a/b".into())));
        assert!(!contains(&folder, &Place::Folder("/a/bc".into())));
    }
}
