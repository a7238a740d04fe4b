//! Comparing the rows of two places away from the keys.
//!
//! Knows no screen and asks nobody. Invariant: it works on packed rows that never change, so both
//! panes go on meanwhile, and what it found is told by name as well as by number.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::bits::Bits;
use super::branch::Branch;
use super::gone::Finder;
use super::rows::Rows;
use super::store::Class;
use super::{ROOT, Tree};
use crate::model::Place;

/// After so many rows it looks whether anybody still wants the result.
const LOOK: usize = 4096;

/// How a row differs from the other place's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The other place has no such name.
    Only,
    /// It has, with other content.
    Differs,
}

/// What differs in one of two places that were compared.
#[derive(Debug, Default)]
pub struct Differences {
    rows: Rows,
    only: Bits,
    differs: Bits,
}

impl Differences {
    /// How a name differs, if it does.
    #[must_use]
    pub fn get(&self, class: Class, name: &[u8]) -> Option<Difference> {
        let row = self.rows.find(class, name)?;
        if self.only.has(row) {
            return Some(Difference::Only);
        }
        self.differs.has(row).then_some(Difference::Differs)
    }

    /// How many names differ in a way.
    #[must_use]
    pub fn count(&self, of: Difference) -> usize {
        match of {
            Difference::Only => self.only.len(),
            Difference::Differs => self.differs.len(),
        }
    }

    /// Notes that a folder differs.
    pub fn differs_below(&mut self, folder: &[u8]) {
        if let Some(row) = self.rows.find(Class::Folders, folder) {
            self.differs.set(row);
        }
    }

    fn all(&self) -> Bits {
        let mut all = self.only.clone();
        all.unite(&self.differs);
        all
    }
}

/// What a comparison found.
#[derive(Debug)]
pub struct Compared {
    /// What differs in each place.
    pub sides: [Differences; 2],
    /// Folders that both places have: what lies below them was not compared.
    pub folders: Vec<Box<[u8]>>,
}

/// The comparison. A clone is the same.
#[derive(Debug, Clone)]
pub struct Compare(Arc<[(Place, Rows); 2]>);

impl PartialEq for Compare {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Compare {}

impl Compare {
    /// Of the rows as they are now.
    #[must_use]
    pub fn new(left: &Branch, right: &Branch) -> Self {
        let side = |branch: &Branch| (branch.place.clone(), branch.rows.untouched());
        Self(Arc::new([side(left), side(right)]))
    }

    /// The places.
    #[must_use]
    pub fn places(&self) -> [&Place; 2] {
        [&self.0[0].0, &self.0[1].0]
    }

    /// Does it; none once nobody wants it any more.
    #[must_use]
    pub fn run(&self, stop: &AtomicBool) -> Option<Compared> {
        let [left, right] = &*self.0;
        let mut folders = Vec::new();
        let ours = differences(left, right, stop, |name| folders.push(name.into()))?;
        let theirs = differences(right, left, stop, |_| {})?;
        Some(Compared {
            sides: [ours, theirs],
            folders,
        })
    }
}

type Side = (Place, Rows);

/// The rows of `here` that `there` lacks or has in another size. A file that was changed after its
/// object was written differs too.
fn differences(
    here: &Side,
    there: &Side,
    stop: &AtomicBool,
    mut both: impl FnMut(&[u8]),
) -> Option<Differences> {
    let local = |side: &Side| matches!(side.0, Place::Folder(_));
    let across = local(here) != local(there);
    let mut out = Differences {
        rows: here.1.untouched(),
        ..Differences::default()
    };
    let mut finder = Finder::default();
    for (class, other_class) in [
        (Class::Folders, Class::Files),
        (Class::Files, Class::Folders),
    ] {
        for some in here.1.sorted(class).chunks(LOOK) {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            for row in some {
                let name = here.1.store().name(*row);
                match finder.find(&there.1, class, name) {
                    Some(_) if class == Class::Folders => both(name),
                    Some(other) => {
                        let (one, two) = ((&here.1, *row), (&there.1, other));
                        // An object is written after its file, so only a file that is newer tells
                        // something.
                        let (file, object) = if local(here) { (one, two) } else { (two, one) };
                        let newer = across && is_newer(file, object);
                        if newer || here.1.size(*row) != there.1.size(other) {
                            out.differs.set(*row);
                        }
                    }
                    None if there.1.find(other_class, name).is_some() => {
                        out.differs.set(*row);
                    }
                    None => {
                        out.only.set(*row);
                    }
                }
            }
        }
    }
    Some(out)
}

/// Whether the first row's change is later than the second's, as far as both are known.
fn is_newer(one: (&Rows, u32), two: (&Rows, u32)) -> bool {
    let date = |(rows, row): (&Rows, u32)| rows.store().date(row);
    date(two).is_some() && date(one) > date(two)
}

impl Tree {
    /// Whether the rows of the place itself are still those that were compared.
    #[must_use]
    pub fn is_compared(&self, found: &Differences) -> bool {
        let rows = &self.branches[ROOT as usize].rows;
        rows.store().is_later(found.rows.store())
    }

    /// Marks the rows of the place itself that differ, and no others, if they are still those that
    /// were compared.
    pub fn mark_differences(&mut self, found: &Differences) {
        if !self.is_compared(found) {
            return;
        }
        self.clear_marks();
        let branch = &mut self.branches[ROOT as usize];
        let mut marks = found.all();
        for row in found.all().iter().filter(|row| branch.rows.is_gone(*row)) {
            marks.clear(row);
        }
        branch.rows.marks = marks;
        self.count_marks();
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::of_page;
    use super::*;
    use crate::model::{Account, BucketName, Entry, Key, ObjectMeta, Page, Prefix};

    fn side(prefix: &str, names: &[(&str, u64)]) -> Branch {
        let prefix = Prefix::new(prefix).unwrap();
        let bucket = BucketName::new("bucket").unwrap();
        let place = Place::Prefix(Account::new("a"), bucket, prefix.clone());
        let entry = |(name, size): &(&str, u64)| match name.strip_suffix('/') {
            Some(_) => Entry::Prefix(Prefix::new(format!("{prefix}{name}")).unwrap()),
            None => Entry::Object(ObjectMeta {
                key: Key::new(format!("{prefix}{name}")).unwrap(),
                size: Some(*size),
                modified: None,
                etag: None,
                class: None,
            }),
        };
        let entries = names.iter().map(entry).collect();
        let page = Page {
            entries,
            ..Page::default()
        };
        let mut branch = Branch::new(place, 0);
        branch.rows.add(Arc::new(of_page(&prefix, &page)));
        branch
    }

    #[test]
    fn names_and_sizes_tell_and_folders_of_both_are_told() {
        let left = side("x/", &[("a", 1), ("b", 2), ("c", 3), ("f/", 0), ("g/", 0)]);
        let right = side("y/", &[("a", 1), ("b", 9), ("d", 4), ("g/", 0)]);
        let compare = Compare::new(&left, &right);
        assert!(compare.run(&AtomicBool::new(true)).is_none());
        let mut found = compare.run(&AtomicBool::new(false)).unwrap();
        let [ours, theirs] = &mut found.sides;
        assert_eq!(ours.get(Class::Files, b"a"), None);
        assert_eq!(ours.get(Class::Files, b"b"), Some(Difference::Differs));
        assert_eq!(ours.get(Class::Files, b"c"), Some(Difference::Only));
        assert_eq!(ours.get(Class::Folders, b"f"), Some(Difference::Only));
        assert_eq!(theirs.get(Class::Files, b"d"), Some(Difference::Only));
        let counts = |of: &Differences| (of.count(Difference::Only), of.count(Difference::Differs));
        assert_eq!((counts(ours), counts(theirs)), ((2, 1), (1, 1)));
        assert_eq!(found.folders, [Box::from(&b"g"[..])]);
        ours.differs_below(b"g");
        assert_eq!(ours.get(Class::Folders, b"g"), Some(Difference::Differs));
    }
}
