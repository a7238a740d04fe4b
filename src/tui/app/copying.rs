//! Copying and moving: from keys, from yank and paste, from a drop.

use std::collections::HashSet;
use std::ffi::OsString;

use super::App;
use crate::engine::{BatchId, IfExists, Kind, Order, Request};
use crate::model::{Location, Place, shown};
use crate::tui::action::Action;
use crate::tui::drag::load;
use crate::tui::msg::{Effect, Effects, Item, ItemKind, Tone, Transfer};
use crate::tui::overlay::{CopyDialog, Makes, Prompt};
use crate::tui::pane::Yank;
use crate::tui::tree::{Class, Finder, Listing, Name};
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
    pub(super) fn copy_over(&mut self, items: Vec<Item>) -> Effects {
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
            items: vec![item],
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
        let text = format!("{} {word} · p pastes where you go", load(&items));
        let locations: HashSet<Location> = items.iter().map(|i| i.location.clone()).collect();
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
        let taken = self.taken(&transfer);
        if taken == 0 && is_small(&transfer) && self.is_seen(&transfer.into) {
            return self.submit(&transfer);
        }
        self.open(CopyDialog::new(transfer, self.home.clone()).taken(taken))
    }

    /// Whether a person sees where this goes: no copy starts towards a pane that the preview hides,
    /// or that another one covers. Where there is room for one pane, the hint line names the other.
    fn is_seen(&self, into: &Place) -> bool {
        let areas = self.areas();
        let shows = |side: Side| {
            areas.panes[side.index()].is_some() && self.panes[side.index()].place() == into
        };
        let named = areas.screen.width < 60 && areas.hints.is_some();
        named || Side::BOTH.into_iter().any(shows)
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
        for item in &transfer.items {
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

    /// How many of the names are there already: known where the destination is on the screen.
    pub(super) fn taken(&self, transfer: &Transfer) -> usize {
        let there = self
            .panes
            .iter()
            .map(|pane| pane.tree().root())
            .find(|root| root.place == transfer.into && root.listing == Listing::Done);
        let Some(root) = there else { return 0 };
        let mut finder = Finder::default();
        let is_there = |item: &&Item| {
            let name = raw_name(item);
            let mut known = |class| finder.find(&root.rows, class, name.bytes()).is_some();
            known(Class::Folders) || known(Class::Files)
        };
        transfer.items.iter().filter(is_there).count()
    }

    /// Gives a transfer to the queue.
    pub(super) fn submit(&mut self, transfer: &Transfer) -> Effects {
        if let Some(why) = self.objection(transfer) {
            return self.say(Tone::Warning, why);
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
        let text = match (&transfer.rename, transfer.items.as_slice()) {
            (Some(name), [item]) if transfer.kind == Kind::Move => {
                format!("Renaming {} to {}", item.name, shown(name))
            }
            _ => format!("{word} {} › {into}", load(&transfer.items)),
        };
        self.note_transfer(transfer, requests.iter().map(|r| r.to.clone()).collect());
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
        let mut effects = self.say(Tone::Info, text);
        // The shell gives the batch its number: only the engine knows which are taken.
        effects.extend(Effects::one(Effect::Order(Order::Submit(
            BatchId(0),
            requests,
        ))));
        effects
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
    transfer.items.iter().map(request).collect()
}

/// Whether so little is copied that it starts without asking.
fn is_small(transfer: &Transfer) -> bool {
    let mut sizes = transfer.items.iter().map(|item| item.size);
    let bytes = sizes.try_fold(0_u64, |all, one| Some(all.saturating_add(one?)));
    transfer.items.len() <= SMALL.0 && bytes.is_some_and(|bytes| bytes <= SMALL.1)
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

/// The name of an item, without slash.
pub(super) fn raw_name(item: &Item) -> Name {
    match &item.location {
        Location::Local(path) => Name::File(
            path.file_name()
                .map(OsString::from)
                .unwrap_or_default()
                .into(),
        ),
        Location::Under { bucket, prefix, .. } if prefix.is_root() => {
            Name::Text(bucket.as_str().into())
        }
        Location::Object { .. } | Location::Under { .. } => {
            let name = item.location.name();
            let name = match item.kind {
                ItemKind::Object => name.as_str(),
                _ => name.strip_suffix('/').unwrap_or(&name),
            };
            Name::Text(name.into())
        }
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
