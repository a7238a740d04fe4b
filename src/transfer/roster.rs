//! Many files or objects of one folder that are asked for together, packed: a roster.
//!
//! Knows no queue and no disk. Invariant: every name of a roster stands for one request, since a
//! name that could not be one was refused when it came; about 12 bytes each beside the name.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use super::{IfExists, Kind, Request};
use crate::model::Location;

/// A size that is not known.
const NO_SIZE: u64 = u64::MAX;

/// What becomes of the folders in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// They are left out: everything lands directly in the target.
    Name,
    /// They are kept below the target, which is a prefix.
    Path,
}

/// What all names of a roster have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The prefix or local folder that the names are below.
    pub from: Location,
    /// The prefix or local folder that receives them.
    pub to: Location,
    /// Copy or move.
    pub kind: Kind,
    /// What to do about what is there.
    pub if_exists: IfExists,
    /// What becomes of the folders in a name.
    pub keeps: Keeps,
}

/// Files or objects of one folder, by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Roster {
    terms: Terms,
    names: Vec<u8>,
    /// Where each name ends.
    ends: Vec<u32>,
    sizes: Vec<u64>,
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roster")
            .field("terms", &self.terms)
            .field("names", &self.ends.len())
            .finish_non_exhaustive()
    }
}

impl Roster {
    /// Names in one roster: written down as one, and listed as one after a crash.
    pub const NAMES: usize = 1000;

    /// An empty one.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            names: Vec::new(),
            ends: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// What the names have in common.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a file or object, and its bytes where a listing said them. Whether it could be: a key
    /// may be no file name, and a file name no key.
    #[must_use]
    pub fn push(&mut self, name: &[u8], size: Option<u64>) -> bool {
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else {
            return false;
        };
        if self.request(name, size).is_none() {
            return false;
        }
        self.names.extend_from_slice(name);
        self.ends.push(end);
        self.sizes.push(size.unwrap_or(NO_SIZE));
        true
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let name = |(from, to): (u32, &u32)| self.names.get(from as usize..*to as usize);
        starts.zip(&self.ends).filter_map(name)
    }

    /// The requests, one for each name.
    pub fn requests(&self) -> impl Iterator<Item = Request> {
        let each = self.names().zip(&self.sizes);
        each.filter_map(|(name, size)| self.request(name, (*size != NO_SIZE).then_some(*size)))
    }

    fn request(&self, name: &[u8], size: Option<u64>) -> Option<Request> {
        let short = match self.terms.keeps {
            Keeps::Path => name,
            Keeps::Name => name.rsplit(|byte| *byte == b'/').next()?,
        };
        let to = match (&self.terms.to, self.terms.keeps) {
            // Names of strangers: only one plain segment may become a path.
            (Location::Local(folder), Keeps::Name) => file(folder, short, Depth::Here)?,
            (Location::Local(_), Keeps::Path) => return None,
            (under, _) => object(under, short)?,
        };
        let from = match &self.terms.from {
            // These were read from a disk.
            Location::Local(folder) => file(folder, name, Depth::Below)?,
            under @ (Location::Under { .. } | Location::Object { .. }) => object(under, name)?,
        };
        Some(Request {
            from,
            to,
            kind: self.terms.kind,
            if_exists: self.terms.if_exists,
            size,
        })
    }
}

/// The requests of one ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Requests {
    /// One by one.
    Each(Vec<Request>),
    /// Packed.
    Packed(Roster),
}

impl Requests {
    /// All of them, in their order.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = Request> + Send + '_> {
        match self {
            Self::Each(requests) => Box::new(requests.iter().cloned()),
            Self::Packed(roster) => Box::new(roster.requests()),
        }
    }

    /// Those that can go on or be given up without the others.
    pub(crate) fn apart(self) -> Vec<Self> {
        match self {
            Self::Each(requests) => {
                let alone = |request| Self::Each(vec![request]);
                requests.into_iter().map(alone).collect()
            }
            Self::Packed(_) => vec![self],
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Here,
    Below,
}

fn object(under: &Location, name: &[u8]) -> Option<Location> {
    let Location::Under {
        account,
        bucket,
        prefix,
    } = under
    else {
        return None;
    };
    Some(Location::Object {
        account: account.clone(),
        bucket: bucket.clone(),
        key: prefix.key(std::str::from_utf8(name).ok()?).ok()?,
    })
}

fn file(folder: &Path, name: &[u8], depth: Depth) -> Option<Location> {
    let path = Path::new(OsStr::from_bytes(name));
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let single = path.components().count() == 1 && !name.contains(&b'/');
    let fits = plain && !name.is_empty() && !name.contains(&0);
    (fits && (single || depth == Depth::Below)).then(|| Location::Local(folder.join(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName, Prefix};

    fn under(prefix: &str) -> Location {
        Location::Under {
            account: Account::new("work"),
            bucket: BucketName::new("bucket").unwrap(),
            prefix: Prefix::new(prefix).unwrap(),
        }
    }

    fn roster(from: Location, to: Location, keeps: Keeps) -> Roster {
        Roster::new(Terms {
            from,
            to,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            keeps,
        })
    }

    #[test]
    fn each_name_is_one_request() {
        let mut roster = roster(under("a/"), Location::Local("/in".into()), Keeps::Name);
        assert!(roster.push(b"x", Some(7)) && roster.push(b"sub/y", None));
        let ends = |r: Request| (r.from.to_string(), r.to.to_string(), r.size);
        let got: Vec<_> = roster.requests().map(ends).collect();
        assert_eq!(
            got,
            [
                ("s3://bucket/a/x".into(), "/in/x".into(), Some(7)),
                ("s3://bucket/a/sub/y".into(), "/in/y".into(), None)
            ]
        );
    }

    #[test]
    fn names_of_strangers_never_leave_the_folder() {
        let mut down = roster(under("a/"), Location::Local("/in".into()), Keeps::Name);
        for bad in [&b".."[..], b".", b"b/..", b"a\0c", b"b/", b""] {
            assert!(!down.push(bad, None), "{bad:?}");
        }
        let mut path = roster(under("a/"), Location::Local("/in".into()), Keeps::Path);
        assert!(!path.push(b"a/b", None));
        let mut up = roster(Location::Local("/out".into()), under("a/"), Keeps::Name);
        assert!(!up.push(b"\xff", None) && !up.push(b"../x", None));
        assert!(up.push("ü".as_bytes(), None));
        assert_eq!((down.len(), path.len(), up.len()), (0, 0, 1));
    }

    #[test]
    fn folders_in_a_name_are_kept_where_that_is_asked_for() {
        let mut roster = roster(under("a/"), under(".trash/now/a/"), Keeps::Path);
        assert!(roster.push(b"sub/y", None));
        let to = roster.requests().map(|r| r.to.to_string());
        assert_eq!(to.collect::<Vec<_>>(), ["s3://bucket/.trash/now/a/sub/y"]);
    }
}
