//! Deleting: count first where it is not known, ask, then delete for good.
//!
//! Invariant: nothing is deleted that was not counted or listed by name in the question.

use super::App;
use super::asking::Doing;
use super::copying::raw_name;
use crate::engine::{Contents, Tally};
use crate::model::{Account, BucketName, Location, Place, size};
use crate::tui::msg::{Ask, Deed, Effects, Item, ItemKind, Tone, Want};
use crate::tui::overlay::{Awaited, Confirm, Said, TypedConfirm};
use crate::tui::pane::browser::thousands;
use crate::tui::selection::Selection;
use crate::tui::tree::glob;

/// More objects than this are deleted only after their number was typed.
///
/// Source: `ux.md` 8.
const TYPED_ABOVE: u64 = 1000;

/// Up to so many folders are counted each by itself.
const EACH: usize = 16;

/// What a deletion means where nothing is kept.
const LOST: &str = "This cannot be undone.";

/// Names shown in the question.
const NAMED: usize = 6;

impl App {
    /// Asks to delete what is marked, else the row under the cursor.
    pub(super) fn delete(&mut self, means: Means) -> Effects {
        // Asked before the question is put, which may wait for the answer.
        let mut effects = self.learn_versions();
        effects.extend(self.delete_by(means));
        effects
    }

    fn delete_by(&mut self, means: Means) -> Effects {
        let items = self.pane().items();
        let Some(first) = items.first() else {
            return self.nothing_here();
        };
        let place = first
            .location
            .parent()
            .unwrap_or_else(|| self.pane().place().clone());
        if let Some(why) = self.refusal(&place) {
            return self.say(Tone::Warning, why);
        }
        if means == Means::Trash && matches!(first.location, Location::Local(_)) {
            return self.trash_files(&items);
        }
        if means == Means::ForGood
            && let Some(effects) = self.count_to_erase(&items)
        {
            return effects;
        }
        self.delete_these(items, means)
    }

    /// Deletes things of which only what is current is meant.
    pub(super) fn delete_these(&mut self, items: Selection, means: Means) -> Effects {
        if let Some(effects) = self.delete_softly(&items, means) {
            return effects;
        }
        let (folders, buckets) = (items.count(ItemKind::Folder), items.count(ItemKind::Bucket));
        if buckets > 0 && items.len() > 1 {
            return self.say(Tone::Warning, "Buckets are deleted one by one");
        }
        if folders + buckets > 0 {
            let text = format!(
                "Counting what is in {} before asking · Esc stops",
                items.load()
            );
            return self.ask(count_all(&items), Doing::CountToDelete(items), &text);
        }
        let bytes = items.bytes().unwrap_or(0);
        let items_count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.ask_to_delete(
            items,
            Tally {
                items: items_count,
                bytes,
            },
        )
    }

    /// Asks, now that it is known how much it is.
    pub(super) fn ask_to_delete(&mut self, items: Selection, tally: Tally) -> Effects {
        if let Some(Item {
            kind: ItemKind::Bucket,
            location,
            ..
        }) = items.one()
            && let Location::Under {
                account, bucket, ..
            } = location
        {
            return self.ask_to_drop(account.clone(), bucket.clone(), tally);
        }
        let title = match items.one() {
            Some(item) if item.kind == ItemKind::Folder => {
                format!("Delete everything under {}?", item.name)
            }
            Some(item) => format!("Delete {}?", item.name),
            None => asked(&items.load()),
        };
        let mut body: Vec<Said> = items
            .head()
            .iter()
            .take(NAMED)
            .map(|i| Said::Item(i.name.to_string(), i.size.map(size).unwrap_or_default()))
            .collect();
        if items.len() > NAMED {
            body.push(Said::Dim(format!(
                "and {} more",
                thousands(items.len() - NAMED)
            )));
        }
        body.push(Said::Blank);
        if items.count(ItemKind::Folder) > 0 {
            body.push(Said::Text(format!(
                "{} · {}",
                count(tally, Noun::of(&items)),
                size(tally.bytes)
            )));
            body.push(Said::Dim("counted just now, nothing is deleted yet".into()));
            body.push(Said::Blank);
        }
        if let Some(place) = items.first().and_then(|i| i.location.parent()) {
            body.push(Said::Dim(format!("from  {}", self.address(&place))));
        }
        body.push(Said::Blank);
        let protected = self.protection_of(&items);
        body.push(match protected.clone() {
            Some(warning) => Said::Warning(warning),
            None => self.what_is_lost(&items),
        });
        let wants = vec![Want::Delete(items)];
        if protected.is_some() || tally.items > TYPED_ABOVE {
            return self.open(TypedConfirm::new(
                title,
                body,
                tally.items.to_string(),
                wants,
            ));
        }
        self.open(Confirm::danger(title, body, "Delete", wants))
    }

    /// What a deletion means for these.
    fn what_is_lost(&self, items: &Selection) -> Said {
        let objects = items.all(ItemKind::Object);
        let kept = if objects {
            "The bucket keeps old versions: u brings these back."
        } else {
            "The bucket keeps old versions, but a folder comes back only one by one."
        };
        match (self.keeps(items), self.learning(items)) {
            (Some(true), _) => Said::Warning(kept.into()),
            (Some(false), _) | (None, None) => Said::Warning(LOST.into()),
            (None, Some(ticket)) => Said::Awaited(Awaited {
                ticket,
                asking: "Asking whether the bucket keeps versions …".into(),
                kept: kept.into(),
                lost: LOST.into(),
                answer: None,
            }),
        }
    }

    fn ask_to_drop(&mut self, account: Account, bucket: BucketName, tally: Tally) -> Effects {
        let name = bucket.to_string();
        let mut body = vec![Said::Text(format!("s3://{name}/")), Said::Blank];
        let contents = if tally.items == 0 {
            body.push(Said::Text("The bucket is empty.".into()));
            Contents::Keep
        } else {
            body.push(Said::Text(format!(
                "{} · {}",
                count(tally, Noun::Objects),
                size(tally.bytes)
            )));
            body.push(Said::Warning(
                "Everything in it is deleted too. This cannot be undone.".into(),
            ));
            Contents::Delete
        };
        let wants = vec![Want::DropBucket(account, bucket, contents)];
        self.open(TypedConfirm::new(
            format!("Delete the bucket {name}?"),
            body,
            name,
            wants,
        ))
    }

    /// Why deleting here needs a typed answer, if so.
    pub(super) fn protection(&self, location: &Location) -> Option<String> {
        let (Location::Object {
            account, bucket, ..
        }
        | Location::Under {
            account, bucket, ..
        }) = location
        else {
            return None;
        };
        self.protection_at(account, bucket)
    }

    /// What is to be said before any of these is deleted, if one is protected.
    pub(super) fn protection_of(&self, items: &Selection) -> Option<String> {
        let at = |place: &Place| match place {
            Place::Prefix(account, bucket, _) => self.protection_at(account, bucket),
            Place::Accounts | Place::Buckets(_) | Place::Folder(_) => None,
        };
        let mut head = items.head().iter();
        head.find_map(|item| self.protection(&item.location))
            .or_else(|| items.places().iter().find_map(at))
    }

    fn protection_at(&self, account: &Account, bucket: &BucketName) -> Option<String> {
        let patterns = &self.protected.iter().find(|(of, _)| of == account)?.1;
        patterns
            .iter()
            .any(|pattern| glob(pattern, bucket.as_str()))
            .then(|| format!("Bucket {bucket} is marked as protected in your config."))
    }

    /// Deletes; it was asked and confirmed.
    pub(super) fn delete_now(&mut self, items: &Selection) -> Effects {
        let places = items.places();
        let text = format!("Deleting {} · Esc stops", items.load());
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        let noun = Noun::of(items);
        let doing = Doing::Delete {
            places,
            noun,
            what: items.clone(),
            since: self.wall,
        };
        let ask = match items.few() {
            Some(few) => Ask::Delete(locations(few)),
            None => Ask::Many(Deed::Delete, items.clone()),
        };
        self.ask(ask, doing, &text)
    }

    /// Drops a bucket; it was asked and confirmed.
    pub(super) fn drop_bucket(
        &mut self,
        account: Account,
        bucket: BucketName,
        contents: Contents,
    ) -> Effects {
        let doing = Doing::Change {
            what: format!("Deleted the bucket {bucket}"),
            place: Place::Buckets(account.clone()),
            select: None,
        };
        let text = format!("Deleting the bucket {bucket} …");
        self.ask(Ask::DropBucket(account, bucket, contents), doing, &text)
    }

    /// Counts what lies below what is marked, else below the row under the cursor.
    pub(super) fn count(&mut self) -> Effects {
        let items = self.pane().items();
        if items.is_empty() {
            return self.nothing_here();
        }
        let text = format!("Counting {} · Esc stops", items.load());
        let noun = Noun::of(&items);
        if let Some(few) = items.few().filter(|few| few.len() <= EACH) {
            // Each by itself, so that each row gets its size.
            let mut effects = Effects::none();
            for item in few {
                let name = String::from_utf8_lossy(raw_name(item).bytes()).into_owned();
                let at = item.location.clone();
                let ask = Ask::Count(vec![at.clone()]);
                effects.extend(self.ask(ask, Doing::Count(name, noun, Some(at)), &text));
            }
            return effects;
        }
        let doing = Doing::Count(items.load(), noun, None);
        self.ask(count_all(&items), doing, &text)
    }
}

/// What counts these.
fn count_all(items: &Selection) -> Ask {
    match items.few() {
        Some(few) => Ask::Count(locations(few)),
        None => Ask::Many(Deed::Count, items.clone()),
    }
}

fn locations(items: &[Item]) -> Vec<Location> {
    items.iter().map(|item| item.location.clone()).collect()
}

/// `Delete 2 objects? · 49.4 MiB`: the question ends with what is deleted.
fn asked(load: &str) -> String {
    match load.split_once(" · ") {
        Some((what, more)) => format!("Delete {what}? · {more}"),
        None => format!("Delete {load}?"),
    }
}

/// A number of things that are deleted or were counted.
pub(super) fn count(tally: Tally, noun: Noun) -> String {
    let (one, many) = match noun {
        Noun::Objects => ("object", "objects"),
        Noun::Files => ("file", "files"),
    };
    match tally.items {
        1 => format!("1 {one}"),
        n => format!(
            "{} {many}",
            thousands(usize::try_from(n).unwrap_or(usize::MAX))
        ),
    }
}

/// How things are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Into the trash, where there is one.
    Trash,
    /// For good.
    ForGood,
}

/// What things are called when they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    /// Something in a bucket.
    Objects,
    /// Something on a disk.
    Files,
}

impl Noun {
    /// What these are called: they all come from one place.
    pub(super) fn of(items: &Selection) -> Self {
        match items.first().map(|item| &item.location) {
            Some(Location::Local(_)) => Self::Files,
            _ => Self::Objects,
        }
    }
}
