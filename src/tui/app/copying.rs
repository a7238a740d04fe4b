//! Copying and moving: from keys, from yank and paste, from a drop.

use std::collections::HashSet;
use std::ffi::OsString;

use super::App;
use crate::engine::{BatchId, IfExists, Keeps, Kind, Order, Request};
use crate::model::{Location, Place, shown};
use crate::tui::action::Action;
use crate::tui::moving::Moving;
pub(super) use crate::tui::moving::raw_name;
use crate::tui::msg::{Ask, Effect, Effects, Item, ItemKind, Tone, Transfer};
use crate::tui::overlay::{CopyDialog, Makes, Prompt};
use crate::tui::pane::Yank;
use crate::tui::selection::{Common, Selection};
use crate::tui::tree::{Class, Finder, Listing, Name, Rows};
use crate::tui::view::layout::Side;

/// Up to so many things and bytes a copy starts without asking.
///
/// Source: `decisions.md` 6.
const SMALL: (usize, u64) = (100, 1 << 30);

impl App {
    /// Copies or moves what is marked, else the row under the cursor, to the other pane.
    pub(super) fn copy(&mut self, action: Action) -> Effects {
        let from = match action {
            Action::CopyRight => Side::Left,
            Action::CopyLeft => Side::Right,
            _ => self.active,
        };
        let kind = if action == Action::Move {
            Kind::Move
        } else {
            Kind::Copy
        };
        let items = self.panes[from.index()].items();
        let into = self.panes[from.other().index()].place().clone();
        self.begin(Transfer {
            items,
            into,
            rename: None,
            kind,
            if_exists: IfExists::Ask,
        })
    }

    /// Copies things into the other pane's place.
    pub(super) fn copy_over(&mut self, items: Selection) -> Effects {
        let into = self.other().place().clone();
        self.begin(Transfer {
            items,
            into,
            rename: None,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
        })
    }

    /// Copies a single thing within its place, under another name.
    pub(super) fn copy_here(&mut self) -> Effects {
        let Some(item) = self.pane().item() else {
            return self.nothing_here();
        };
        let Some(into) = item.location.parent() else {
            return self.say(Tone::Info, "A bucket cannot be copied within its account");
        };
        let transfer = Transfer {
            items: vec![item].into(),
            into,
            rename: None,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
        };
        self.open(Prompt::new(Makes::CopyAs(Box::new(transfer))))
    }

    /// Remembers what is marked, else the row under the cursor, for pasting.
    pub(super) fn remember(&mut self, action: Action) -> Effects {
        let items = self.pane().items();
        if items.is_empty() {
            return self.nothing_here();
        }
        let (kind, word) = match action {
            Action::Cut => (Kind::Move, "cut"),
            _ => (Kind::Copy, "yanked"),
        };
        let text = format!("{} {word} · p pastes where you go", items.load());
        let few = items.few().unwrap_or_default().iter();
        let locations: HashSet<Location> = few.map(|i| i.location.clone()).collect();
        self.yank = Some(Yank {
            items,
            kind,
            locations,
        });
        self.pane_mut().clear_marks();
        self.say(Tone::Info, text)
    }

    /// Copies or moves what was remembered into the active pane.
    pub(super) fn paste_here(&mut self) -> Effects {
        let Some(yank) = &self.yank else {
            return self.say(
                Tone::Info,
                "Nothing to paste · y remembers rows, x cuts them",
            );
        };
        let transfer = Transfer {
            items: yank.items.clone(),
            into: self.pane().place().clone(),
            rename: None,
            kind: yank.kind,
            if_exists: IfExists::Ask,
        };
        self.begin(transfer)
    }

    /// Starts what is small and new; asks about the rest.
    pub(super) fn begin(&mut self, transfer: Transfer) -> Effects {
        if transfer.items.is_empty() {
            return self.nothing_here();
        }
        if let Some(why) = self.objection(&transfer) {
            return self.say(Tone::Warning, why);
        }
        let home = self.home.clone();
        let Some(taken) = self.taken(&transfer) else {
            return self.open_looking(transfer);
        };
        if taken == 0 && is_small(&transfer) {
            return self.submit(&transfer);
        }
        self.open(CopyDialog::new(transfer, home).taken(taken))
    }

    /// Asks, while it is looked up what is there already.
    fn open_looking(&mut self, transfer: Transfer) -> Effects {
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
        let there = roots.find(|root| root.place == *place && root.listing == Listing::Done);
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
    fn taken(&self, transfer: &Transfer) -> Option<usize> {
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

    /// Gives a transfer to the queue.
    pub(super) fn submit(&mut self, transfer: &Transfer) -> Effects {
        if let Some(why) = self.objection(transfer) {
            return self.say(Tone::Warning, why);
        }
        if transfer.items.few().is_none() {
            return self.submit_many(transfer);
        }
        let requests = match requests(transfer) {
            Ok(requests) => requests,
            Err(why) => return self.say(Tone::Warning, why),
        };
        let word = if transfer.kind == Kind::Move {
            "Moving"
        } else {
            "Copying"
        };
        let into = self.address(&transfer.into);
        let text = match (&transfer.rename, transfer.items.one()) {
            (Some(name), Some(item)) if transfer.kind == Kind::Move => {
                format!("Renaming {} to {}", item.name, shown(name))
            }
            _ => format!("{word} {} › {into}", transfer.items.load()),
        };
        self.note_transfer(transfer, requests.iter().map(|r| r.to.clone()).collect());
        self.forget_marks(transfer);
        let mut effects = self.say(Tone::Info, text);
        // The shell gives the batch its number: only the engine knows which are taken.
        effects.extend(Effects::one(Effect::Order(Order::Submit(
            BatchId(0),
            requests,
        ))));
        effects
    }

    /// Gives many things to the queue: what that means in full is worked out elsewhere.
    fn submit_many(&mut self, transfer: &Transfer) -> Effects {
        let word = if transfer.kind == Kind::Move {
            "Moving"
        } else {
            "Copying"
        };
        let (load, into) = (transfer.items.load(), self.address(&transfer.into));
        self.note_too_many(&load);
        self.forget_marks(transfer);
        let mut effects = self.say(Tone::Info, format!("{word} {load} › {into}"));
        effects.extend(Effects::one(Effect::Enlist(Moving {
            items: transfer.items.clone(),
            into: transfer.into.clone(),
            kind: transfer.kind,
            if_exists: transfer.if_exists,
            keeps: Keeps::Name,
        })));
        effects
    }

    /// Unmarks what was given to the queue.
    fn forget_marks(&mut self, transfer: &Transfer) {
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        if self
            .yank
            .as_ref()
            .is_some_and(|y| y.kind == Kind::Move && y.items == transfer.items)
        {
            self.yank = None;
        }
    }

    pub(super) fn nothing_here(&mut self) -> Effects {
        self.say(Tone::Info, "There is nothing under the cursor")
    }
}

/// What the queue is asked for.
pub(super) fn requests(transfer: &Transfer) -> Result<Vec<Request>, String> {
    let request = |item: &Item| {
        let to = destination(&transfer.into, item, transfer.rename.as_deref())?;
        Ok(Request {
            from: item.location.clone(),
            to,
            kind: transfer.kind,
            if_exists: transfer.if_exists,
            size: item.size,
        })
    };
    let items = transfer.items.few().unwrap_or_default();
    items.iter().map(request).collect()
}

/// Whether so little is copied that it starts without asking.
fn is_small(transfer: &Transfer) -> bool {
    let bytes = transfer.items.bytes();
    transfer.items.len() <= SMALL.0 && bytes.is_some_and(|bytes| bytes <= SMALL.1)
}

/// The first step on the way from a place to one below it.
pub(super) fn step(from: &Place, to: &Place) -> Option<Name> {
    match (from, to) {
        (Place::Prefix(account, bucket, above), Place::Prefix(of, name, below)) => {
            let rest = above.strip(below.as_str())?;
            let first = rest.split('/').next().filter(|_| !rest.is_empty())?;
            (account == of && bucket == name).then(|| Name::Text(first.into()))
        }
        (Place::Buckets(account), Place::Prefix(of, name, _)) => {
            (account == of).then(|| Name::Text(name.as_str().into()))
        }
        (Place::Folder(above), Place::Folder(below)) => {
            let first = below.strip_prefix(above).ok()?.components().next()?;
            Some(Name::File(first.as_os_str().into()))
        }
        _ => None,
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

/// Where an item goes: exactly this object, file, prefix or folder.
fn destination(into: &Place, item: &Item, rename: Option<&str>) -> Result<Location, String> {
    let name = match rename {
        Some(name) => Name::Text(name.trim_end_matches('/').into()),
        None => raw_name(item),
    };
    match into {
        Place::Prefix(account, bucket, prefix) => {
            let text = match &name {
                Name::Text(text) => text.to_string(),
                Name::File(name) => name
                    .to_str()
                    .ok_or_else(|| format!("{} is not UTF-8: a key must be", item.name))?
                    .to_string(),
            };
            let (account, bucket) = (account.clone(), bucket.clone());
            if matches!(item.kind, ItemKind::Folder | ItemKind::Bucket) {
                return Ok(Location::Under {
                    account,
                    bucket,
                    prefix: prefix.child(&text),
                });
            }
            let key = prefix
                .key(&text)
                .map_err(|why| format!("{}: {why}", item.name))?;
            Ok(Location::Object {
                account,
                bucket,
                key,
            })
        }
        Place::Folder(folder) => {
            let file: OsString = match &name {
                Name::Text(text) => text.to_string().into(),
                Name::File(name) => name.to_os_string(),
            };
            // Names from a server are strangers' words: only one plain segment may become a path.
            let mut parts = std::path::Path::new(&file).components();
            let plain = matches!(
                (parts.next(), parts.next()),
                (Some(std::path::Component::Normal(part)), None) if part == file
            ) && !file.as_encoded_bytes().contains(&0);
            if !plain {
                return Err(format!("{} cannot be the name of a file here", item.name));
            }
            Ok(Location::Local(folder.join(file)))
        }
        Place::Accounts | Place::Buckets(_) => Err("Open a bucket or a folder there first".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName, Key, shown};

    fn object(key: &str) -> Item {
        Item {
            location: Location::Object {
                account: Account::new("work"),
                bucket: BucketName::new("b").unwrap(),
                key: Key::new(key).unwrap(),
            },
            kind: ItemKind::Object,
            name: shown(key),
            size: Some(1),
        }
    }

    #[test]
    fn names_of_strangers_never_leave_the_folder() {
        let into = Place::Folder("/home/me/in".into());
        assert_eq!(
            destination(&into, &object("a/b.txt"), None),
            Ok(Location::Local("/home/me/in/b.txt".into()))
        );
        for bad in ["a/..", "..", ".", "a/b\0c"] {
            assert!(destination(&into, &object(bad), None).is_err(), "{bad:?}");
        }
        assert!(destination(&into, &object("a"), Some("../x")).is_err());
    }

    #[test]
    fn a_folder_holds_itself_and_what_is_below() {
        let folder = Location::Local("/a/b".into());
        assert!(contains(&folder, &Place::Folder("/a/b/c".into())));
        assert!(contains(&folder, &Place::Folder("/a/b".into())));
        assert!(!contains(&folder, &Place::Folder("/a/bc".into())));
    }
}
