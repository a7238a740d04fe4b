//! Deleting in a bucket in a way that can be undone: into a prefix of its own, or under a delete
//! marker where versions are kept.
//!
//! Invariant: nothing goes without a question unless it is known that it can come back.

use std::time::Duration;

use super::App;
use super::asking::Doing;
use super::deleting::Means;
use super::notes::WAY_BACK;
use super::undoing::{Way, parents, things};
use crate::engine::{BatchId, IfExists, Keeps, Kind, Order, Request, Trashed};
use crate::model::{Account, BucketName, Location, Place, Prefix, Trouble, shown};
use crate::tui::moving::Moving;
use crate::tui::msg::{Ask, Deed, Effect, Effects, ItemKind, Ticket, Tone, Transfer};
use crate::tui::pane::browser::thousands;
use crate::tui::selection::{self, Selection};

/// Up to so many objects are deleted without asking where that can be undone.
///
/// Source: `ux.md` 8.
const FEW: usize = 100;

/// So long it is taken for granted that a bucket still keeps versions, or still does not: that can
/// be changed any time.
const FRESH: Duration = Duration::from_mins(1);

/// The prefix of deleted things, below the root of a bucket.
const TRASH: &str = ".trash/";

impl App {
    /// Deletes in a way that can be undone; none if no such way is known.
    pub(super) fn delete_softly(&mut self, items: &Selection, means: Means) -> Option<Effects> {
        let first = items.first().filter(|item| item.kind != ItemKind::Bucket)?;
        let (account, bucket) = bucket_of(&first.location)?;
        // They lie in one bucket, and all in the trash or none, unless it lies beside them.
        let protected = self.protection_of(items).is_some();
        let mut places = items.places().into_iter();
        let in_trash = places.any(|place| is_trash_place(&place))
            || items.head().iter().any(|i| is_trash(&i.location));
        if means == Means::Trash && self.trash.contains(&account) && !protected && !in_trash {
            return Some(self.move_to_trash((&account, &bucket), items));
        }
        let objects = items.all(ItemKind::Object);
        let soft = self.keeps(items) == Some(true) && objects && items.len() <= FEW && !protected;
        (soft && means == Means::Trash).then(|| self.delete_now(items))
    }

    /// Whether these lie in a bucket that keeps versions, as far as that was learned just now.
    pub(super) fn keeps(&self, items: &Selection) -> Option<bool> {
        let (kept, learned) = self.versioned.get(&one_bucket(items)?)?;
        let fresh = self.now.saturating_duration_since(*learned) < FRESH;
        fresh.then_some(*kept)
    }

    /// The question whether their bucket keeps versions, while it waits for its answer.
    pub(super) fn learning(&self, items: &Selection) -> Option<Ticket> {
        let (account, bucket) = one_bucket(items)?;
        let is_it = |doing: &Doing| matches!(doing, Doing::Versioned(a, b) if *a == account && *b == bucket);
        let asked = self.doing.iter().find(|(_, doing)| is_it(doing));
        asked.map(|(ticket, _)| *ticket)
    }

    /// Whether what was just deleted lay in such a bucket.
    pub(super) fn kept(&self, items: &Selection) -> bool {
        let bucket = one_bucket(items);
        bucket.is_some_and(|bucket| self.versioned.get(&bucket).is_some_and(|(kept, _)| *kept))
    }

    /// Asks whether a bucket keeps versions unless that is known, beside what is asked anyway.
    pub(super) fn learn_versions(&mut self) -> Effects {
        let items = self.pane().items();
        self.learn_versions_of(&items)
    }

    /// The same, of the bucket that these lie in.
    pub(super) fn learn_versions_of(&mut self, items: &Selection) -> Effects {
        let Some((account, bucket)) = one_bucket(items) else {
            return Effects::none();
        };
        let refused = self.refusal(self.pane().place()).is_some();
        if refused || self.keeps(items).is_some() || self.learning(items).is_some() {
            return Effects::none();
        }
        let doing = Doing::Versioned(account.clone(), bucket.clone());
        self.ask(Ask::Versioned(account, bucket), doing, "")
    }

    fn move_to_trash(&mut self, at: (&Account, &BucketName), items: &Selection) -> Effects {
        let now = self.wall.strftime("%Y-%m-%dT%H.%M.%S");
        let below = format!("{TRASH}{now}/");
        let Some(few) = items.few() else {
            return self.move_many_to_trash(at, items, below);
        };
        let requests: Option<Vec<Request>> = few
            .iter()
            .map(|item| {
                Some(Request {
                    from: item.location.clone(),
                    to: moved(&item.location, &below)?,
                    kind: Kind::Move,
                    if_exists: IfExists::Ask,
                    size: item.size,
                })
            })
            .collect();
        let (Some(requests), Ok(prefix)) = (requests, Prefix::new(below)) else {
            return Effects::none();
        };
        let transfer = Transfer {
            items: items.clone(),
            into: Place::Prefix(at.0.clone(), at.1.clone(), prefix),
            rename: None,
            kind: Kind::Move,
            if_exists: IfExists::Ask,
        };
        self.note_transfer(&transfer, requests.iter().map(|r| r.to.clone()).collect());
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        let text = format!("Moving {} to {TRASH} · {WAY_BACK}", items.load());
        let mut effects = self.say(Tone::Info, text);
        let order = Order::Submit(BatchId(0), requests);
        effects.extend(Effects::one(Effect::Order(order)));
        effects
    }

    fn move_many_to_trash(
        &mut self,
        (account, bucket): (&Account, &BucketName),
        items: &Selection,
        below: String,
    ) -> Effects {
        let Ok(prefix) = Prefix::new(below) else {
            return Effects::none();
        };
        let load = items.load();
        self.note_too_many(&load);
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        let mut effects = self.say(Tone::Info, format!("Moving {load} to {TRASH}"));
        effects.extend(Effects::one(Effect::Enlist(Moving {
            items: items.clone(),
            into: Place::Prefix(account.clone(), bucket.clone(), prefix),
            kind: Kind::Move,
            if_exists: IfExists::Ask,
            keeps: Keeps::Path,
        })));
        effects
    }

    /// Remembers deletions that can be taken back.
    pub(super) fn note_deleted(&mut self, objects: Selection, since: jiff::Timestamp) {
        let what = match objects.len() {
            1 => "1 object".into(),
            n => format!("{} objects", thousands(n)),
        };
        self.remember_deed(what, Way::Undelete(objects, since));
    }

    /// Takes deletions back.
    pub(super) fn undelete(&mut self, objects: Selection, since: jiff::Timestamp) -> Effects {
        let places = objects.places();
        let ask = match objects.few() {
            Some(few) => Ask::Undelete(
                few.iter().map(|item| item.location.clone()).collect(),
                since,
            ),
            None => Ask::Many(Deed::Undelete(since), objects),
        };
        self.ask(ask, Doing::Undelete(places), "Bringing back …")
    }

    /// Says how many objects came back.
    pub(super) fn undeleted(&mut self, places: &[Place], (back, not): (u64, u64)) -> Effects {
        let back = match back {
            1 => "1 object is back".into(),
            n => format!(
                "{} objects are back",
                thousands(usize::try_from(n).unwrap_or(usize::MAX))
            ),
        };
        let mut effects = match not {
            0 => self.say(Tone::Good, back),
            _ => self.say(
                Tone::Warning,
                format!("{back}, {not} changed meanwhile · i then v shows their versions"),
            ),
        };
        for place in places {
            effects.extend(self.refresh_at(place));
        }
        effects
    }

    /// Moves marked files and folders to the trash.
    pub(super) fn trash_files(&mut self, items: &Selection) -> Effects {
        let Some(few) = items.few() else {
            return self.say(
                Tone::Info,
                format!(
                    "The trash takes {} things at once · D deletes for good",
                    thousands(selection::FEW)
                ),
            );
        };
        let paths = few.iter().filter_map(|item| match &item.location {
            Location::Local(path) => Some(path.clone()),
            Location::Object { .. } | Location::Under { .. } => None,
        });
        self.put_into_trash(paths.collect())
    }

    /// Moves local things to the trash.
    fn put_into_trash(&mut self, paths: Vec<std::path::PathBuf>) -> Effects {
        let places = parents(paths.iter().map(|path| Location::Local(path.clone())));
        self.ask(Ask::Trash(paths), Doing::Trash(places), "")
    }

    /// Says what went to the trash, and what stopped it.
    pub(super) fn trashed(
        &mut self,
        places: &[Place],
        gone: Vec<Trashed>,
        trouble: Option<&Trouble>,
    ) -> Effects {
        let mut effects = Effects::none();
        let went = gone.iter().map(|one| Location::Local(one.from.clone()));
        self.went(&went.collect::<Vec<_>>());
        if !gone.is_empty() {
            let what = match gone.as_slice() {
                [one] => shown(&Location::Local(one.from.clone()).name()).to_string(),
                many => things(many.len(), "thing"),
            };
            effects.extend(self.say(
                Tone::Good,
                format!("{what} moved to the trash · u brings it back"),
            ));
            self.remember_deed(what, Way::Restore(gone));
        }
        if let Some(trouble) = trouble {
            effects.extend(self.failed(trouble));
        }
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        for place in places {
            effects.extend(self.refresh_short_at(place));
        }
        effects
    }
}

fn bucket_of(at: &Location) -> Option<(Account, BucketName)> {
    match at {
        Location::Object {
            account, bucket, ..
        }
        | Location::Under {
            account, bucket, ..
        } => Some((account.clone(), bucket.clone())),
        Location::Local(_) => None,
    }
}

fn is_trash_place(place: &Place) -> bool {
    matches!(place, Place::Prefix(_, _, prefix) if prefix.as_str().starts_with(TRASH))
}

fn is_trash(at: &Location) -> bool {
    match at {
        Location::Object { key, .. } => key.as_str().starts_with(TRASH),
        Location::Under { prefix, .. } => prefix.as_str().starts_with(TRASH),
        Location::Local(_) => false,
    }
}

/// Where something is kept below the trash: under its whole key.
fn moved(at: &Location, below: &str) -> Option<Location> {
    match at {
        Location::Object {
            account,
            bucket,
            key,
        } => Some(Location::Object {
            account: account.clone(),
            bucket: bucket.clone(),
            key: crate::model::Key::new(format!("{below}{key}")).ok()?,
        }),
        Location::Under {
            account,
            bucket,
            prefix,
        } => Some(Location::Under {
            account: account.clone(),
            bucket: bucket.clone(),
            prefix: Prefix::new(format!("{below}{prefix}")).ok()?,
        }),
        Location::Local(_) => None,
    }
}

/// The bucket that all of these lie in; none if they lie in several, or in none.
fn one_bucket(items: &Selection) -> Option<(Account, BucketName)> {
    let mut buckets = items.places().into_iter().map(|place| match place {
        Place::Prefix(account, bucket, _) => Some((account, bucket)),
        Place::Accounts | Place::Buckets(_) | Place::Folder(_) => None,
    });
    let first = buckets.next()??;
    buckets
        .all(|bucket| bucket.as_ref() == Some(&first))
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Key;
    use crate::tui::msg::Item;

    fn object(bucket: &str, key: &str) -> Item {
        Item {
            location: Location::Object {
                account: Account::new("work"),
                bucket: BucketName::new(bucket).unwrap(),
                key: Key::new(key).unwrap(),
            },
            kind: ItemKind::Object,
            name: shown(key),
            size: Some(1),
        }
    }

    #[test]
    fn what_lies_in_several_buckets_is_of_none() {
        let one = [object("kept", "a"), object("kept", "b/c")].to_vec();
        let bucket = one_bucket(&one.into());
        assert_eq!(bucket.unwrap().1, BucketName::new("kept").unwrap());
        // Whether the first of them keeps versions says nothing of the others.
        let two = [object("kept", "a"), object("unkept", "a")].to_vec();
        assert_eq!(one_bucket(&two.into()), None);
        assert_eq!(one_bucket(&Selection::default()), None);
    }
}
