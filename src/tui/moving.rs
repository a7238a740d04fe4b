//! Where many things go: a copy or move that is worked out away from the keys.
//!
//! Knows no screen. Invariant: nothing of it is asked of the queue if one name cannot be a name at
//! the target.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use super::msg::{Item, ItemKind};
use super::selection::Selection;
use super::tree::{Class, Group, Name};
use crate::engine::{IfExists, Keeps, Kind, Request, Roster, Terms};
use crate::model::{Location, Place, Prefix};

/// Where many things go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// What.
    pub items: Selection,
    /// Into which place.
    pub into: Place,
    /// Copy or move.
    pub kind: Kind,
    /// What to do about what is there.
    pub if_exists: IfExists,
    /// What becomes of the folders in a name.
    pub keeps: Keeps,
}

impl Moving {
    /// What the queue is asked for: folders one by one, the rest packed. Takes its time.
    ///
    /// # Errors
    /// The first name that cannot be one at the target or would be there twice, as bytes.
    pub fn requests(&self) -> Result<(Vec<Request>, Vec<Roster>), Vec<u8>> {
        let (mut trees, mut rosters) = (Vec::new(), Vec::new());
        let mut taken = HashSet::new();
        for group in self.items.groups() {
            self.trees(group, &mut trees)?;
            let Some((from, to)) = self.ends(group.place()) else {
                continue;
            };
            let terms = Terms {
                from,
                to,
                kind: self.kind,
                if_exists: self.if_exists,
                keeps: self.keeps,
            };
            let mut roster = Roster::new(terms.clone());
            for (name, size) in group.names(Class::Files) {
                if roster.len() >= Roster::NAMES {
                    rosters.push(std::mem::replace(&mut roster, Roster::new(terms.clone())));
                }
                // Two of one name would become one: the second over the first.
                let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
                let twice = self.keeps == Keeps::Name && !taken.insert(last.to_vec());
                if twice || !roster.push(name, size) {
                    return Err(name.to_vec());
                }
            }
            if !roster.is_empty() {
                rosters.push(roster);
            }
        }
        Ok((trees, rosters))
    }

    /// The prefix or folder that a group comes from, and the one that it goes to.
    fn ends(&self, from: &Place) -> Option<(Location, Location)> {
        let to = match (self.keeps, from, &self.into) {
            // Below the target it lies as it lay in its bucket.
            (Keeps::Path, Place::Prefix(_, _, own), Place::Prefix(account, bucket, prefix)) => {
                Location::Under {
                    account: account.clone(),
                    bucket: bucket.clone(),
                    prefix: Prefix::new(format!("{prefix}{own}")).ok()?,
                }
            }
            (_, _, into) => folder(into)?,
        };
        Some((folder(from)?, to))
    }

    fn trees(&self, group: &Group, out: &mut Vec<Request>) -> Result<(), Vec<u8>> {
        let to = self.ends(group.place()).map(|(_, to)| to);
        let Some(to) = to.or_else(|| folder(&self.into)) else {
            return Ok(());
        };
        let folders = group
            .items()
            .take_while(|item| matches!(item.kind, ItemKind::Folder | ItemKind::Bucket));
        for item in folders {
            let name = raw_name(&item);
            let Some(to) = below(&to, name.bytes()) else {
                return Err(name.bytes().to_vec());
            };
            out.push(Request {
                from: item.location,
                to,
                kind: self.kind,
                if_exists: self.if_exists,
                size: None,
            });
        }
        Ok(())
    }
}

/// A place as where something is copied from or to.
fn folder(place: &Place) -> Option<Location> {
    match place {
        Place::Prefix(account, bucket, prefix) => Some(Location::Under {
            account: account.clone(),
            bucket: bucket.clone(),
            prefix: prefix.clone(),
        }),
        Place::Folder(path) => Some(Location::Local(path.clone())),
        Place::Accounts | Place::Buckets(_) => None,
    }
}

/// A folder in a folder.
fn below(to: &Location, name: &[u8]) -> Option<Location> {
    match to {
        Location::Under {
            account,
            bucket,
            prefix,
        } => Some(Location::Under {
            account: account.clone(),
            bucket: bucket.clone(),
            prefix: prefix.child(std::str::from_utf8(name).ok()?),
        }),
        Location::Local(folder) => {
            let name = Path::new(OsStr::from_bytes(name));
            let mut parts = name.components();
            let plain = matches!(
                (parts.next(), parts.next()),
                (Some(Component::Normal(part)), None) if part == name
            );
            (plain && !name.as_os_str().as_bytes().contains(&0))
                .then(|| Location::Local(folder.join(name)))
        }
        Location::Object { .. } => None,
    }
}

/// The name of an item, without slash.
#[must_use]
pub fn raw_name(item: &Item) -> Name {
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
                ItemKind::Bucket | ItemKind::Folder | ItemKind::File => {
                    name.strip_suffix('/').unwrap_or(&name)
                }
            };
            Name::Text(name.into())
        }
    }
}

/// The first step on the way from a place to one below it.
#[must_use]
pub fn step(from: &Place, to: &Place) -> Option<Name> {
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
