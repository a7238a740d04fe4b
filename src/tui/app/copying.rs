//! Copying and moving: from keys, from yank and paste, from a drop.

use std::collections::HashSet;
use std::ffi::OsString;

use super::App;
use crate::engine::{BatchId, IfExists, Keeps, Kind, Order, Request};
use crate::model::{Location, Place, shown};
use crate::tui::action::Action;
use crate::tui::moving::Moving;
pub(super) use crate::tui::moving::raw_name;
use crate::tui::msg::{Effect, Effects, Item, ItemKind, Tone, Transfer};
use crate::tui::overlay::{CopyDialog, Makes, Prompt};
use crate::tui::pane::Yank;
use crate::tui::selection::Selection;
use crate::tui::tree::Name;
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
        if taken == 0 && is_small(&transfer) && self.is_seen(&transfer.into) {
            return self.submit(&transfer);
        }
        self.open(CopyDialog::new(transfer, home).taken(taken))
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
    let request = |item: &Item| -> Result<Request, String> {
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
    let requests: Vec<Request> = items.iter().map(request).collect::<Result<_, _>>()?;
    // Two of one name would become one: the second over the first.
    let mut taken = HashSet::new();
    match requests.iter().find(|request| !taken.insert(&request.to)) {
        Some(twice) => Err(format!(
            "Two of these are called {} and would become one: copy them one after the other",
            shown(&twice.to.name())
        )),
        None => Ok(requests),
    }
}

/// Whether so little is copied that it starts without asking.
fn is_small(transfer: &Transfer) -> bool {
    let bytes = transfer.items.bytes();
    transfer.items.len() <= SMALL.0 && bytes.is_some_and(|bytes| bytes <= SMALL.1)
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
}
