//! Rows that go because what they stand for was deleted, or moved away.
//!
//! Knows no screen. Invariant: rows keep their numbers and the view its order, so that taking out
//! one row of a million neither sorts nor lists anything again.

use std::sync::Arc;

use super::bits::Bits;
use super::branch::{Branch, Reach};
use super::rows::Rows;
use super::store::Class;
use super::view::View;
use super::{ROOT, Tree};
use crate::model::{Location, Place};

/// Up to so many rows are taken out one by one.
const FEW: usize = 8;

impl Tree {
    /// Takes out the rows of things that are gone, wherever they are shown. Gives how many.
    pub fn drop_gone(&mut self, gone: &[Location]) -> usize {
        let mut dropped = 0;
        let mut below = Vec::new();
        for branch in &mut self.branches {
            let rows = branch.rows_of(gone);
            below.extend(rows.iter().filter_map(|row| branch.rows.below(row)));
            branch.drop_rows(&rows);
            dropped += rows.len();
        }
        while let Some(at) = below.pop().filter(|at| *at != ROOT) {
            let branch = &mut self.branches[at as usize];
            branch.stop();
            below.extend(branch.rows.opened().map(|(_, below)| below));
        }
        if dropped > 0 {
            self.count_marks();
            self.rebuild();
        }
        dropped
    }
}

impl Branch {
    /// Which rows stand for any of these. Names in the order of the rows are found at once.
    fn rows_of(&mut self, gone: &[Location]) -> Bits {
        let mut found = Bits::default();
        let mut ahead = Bits::default();
        let (mut at, mut at_ahead) = (Finder::default(), Finder::default());
        for (class, name) in gone
            .iter()
            .flat_map(|one| within(&self.place, self.reach, one))
        {
            if let Some(row) = at.find(&self.rows, class, name) {
                found.set(row);
            }
            if let Some((rows, _)) = &self.incoming
                && let Some(row) = at_ahead.find(rows, class, name)
            {
                ahead.set(row);
            }
        }
        if let Some((rows, _)) = &mut self.incoming {
            rows.remove_all(&ahead);
        }
        found
    }

    /// Takes rows out.
    pub(super) fn drop_rows(&mut self, gone: &Bits) {
        if gone.is_empty() {
            return;
        }
        if gone.len() <= FEW {
            for row in gone.iter() {
                let class = Class::of(self.rows.store().kind(row));
                let name = self.rows.store().name(row).to_vec();
                self.remove(class, &name);
            }
            return;
        }
        self.rows.remove_all(gone);
        self.unshow(|shown| shown.retain(|row| !gone.has(*row)));
    }

    /// Takes a row out, if it is there.
    pub(super) fn remove(&mut self, class: Class, name: &[u8]) {
        if let Some(row) = self.rows.remove(class, name) {
            self.unshow(|shown| {
                if let Some(at) = shown.iter().position(|shown| *shown == row) {
                    shown.remove(at);
                }
            });
        }
    }

    /// Takes rows out of what is shown, which stays as well arranged as it was.
    fn unshow(&mut self, out: impl FnOnce(&mut Vec<u32>)) {
        if let View::Arranged(shown) = &mut self.view {
            out(Arc::make_mut(shown));
        }
        if let Some((_, version)) = &mut self.viewed
            && *version == self.version
        {
            *version += 1;
        }
        self.version += 1;
    }
}

/// Finds names one after the other: at once where they come in the order of the rows.
#[derive(Debug, Default)]
pub struct Finder {
    /// Where the next name is expected, among the folders and the files.
    next: [usize; 2],
}

impl Finder {
    /// The row of a name.
    pub fn find(&mut self, rows: &Rows, class: Class, name: &[u8]) -> Option<u32> {
        let next = match class {
            Class::Folders => &mut self.next[0],
            Class::Files => &mut self.next[1],
        };
        let sorted = rows.sorted(class);
        let expected = sorted.get(*next).copied();
        let at = match expected {
            Some(row) if rows.store().name(row) == name => *next,
            _ => match rows.place_of(class, name) {
                Ok(at) => at,
                Err(at) => {
                    *next = at;
                    return None;
                }
            },
        };
        *next = at + 1;
        sorted.get(at).copied()
    }
}

/// As which rows something may stand directly in a place.
fn within<'l>(
    place: &Place,
    reach: Reach,
    at: &'l Location,
) -> impl Iterator<Item = (Class, &'l [u8])> {
    let mut out = [None, None];
    match (place, at) {
        (
            Place::Prefix(account, bucket, prefix),
            Location::Object {
                account: of,
                bucket: lies_in,
                key,
            },
        ) if account == of && bucket == lies_in => {
            let name = prefix.strip(key.as_str());
            let deep = reach == Reach::Below;
            let name = name.filter(|name| !name.is_empty() && (deep || !name.contains('/')));
            out[0] = name.map(|name| (Class::Files, name.as_bytes()));
        }
        (
            Place::Prefix(account, bucket, prefix),
            Location::Under {
                account: of,
                bucket: lies_in,
                prefix: folder,
            },
        ) if account == of && bucket == lies_in => {
            let name = prefix.strip(folder.as_str());
            let name = name.and_then(|name| name.strip_suffix('/'));
            let name = name.filter(|name| !name.contains('/'));
            out[0] = name.map(|name| (Class::Folders, name.as_bytes()));
        }
        (
            Place::Buckets(account),
            Location::Under {
                account: of,
                bucket,
                prefix,
            },
        ) if account == of && prefix.is_root() => {
            out[0] = Some((Class::Folders, bucket.as_str().as_bytes()));
        }
        (Place::Folder(folder), Location::Local(path)) if reach == Reach::Below => {
            let rest = path.strip_prefix(folder).ok();
            out[0] = rest.map(|rest| (Class::Files, rest.as_os_str().as_encoded_bytes()));
        }
        (Place::Folder(folder), Location::Local(path)) if path.parent() == Some(folder) => {
            let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
            out = [Class::Folders, Class::Files].map(|class| name.map(|name| (class, name)));
        }
        _ => {}
    }
    out.into_iter().flatten()
}
