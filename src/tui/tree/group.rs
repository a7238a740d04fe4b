//! Rows of one place that were marked, as they were at that moment.
//!
//! Knows no screen. Invariant: taking one costs the same whatever is marked, since packed rows are
//! shared and never change; whoever walks through it does so away from the keys.

use super::bits::Bits;
use super::branch::Branch;
use super::rows::Rows;
use super::store::Class;
use super::{ROOT, Tree};
use crate::model::{Location, Place};
use crate::tui::msg::Item;
use crate::tui::selection::{FEW, HEAD, Selection};

/// The rows.
#[derive(Debug)]
pub struct Group {
    place: Place,
    rows: Rows,
    marks: Bits,
}

impl Group {
    /// Where they lie.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether a name is among them.
    #[must_use]
    pub fn holds(&self, class: Class, name: &[u8]) -> bool {
        let row = self.rows.find(class, name);
        row.is_some_and(|row| self.marks.has(row))
    }

    /// The folders or the files, by name: the name and its bytes. Takes its time.
    pub fn names(&self, class: Class) -> impl Iterator<Item = (&[u8], Option<u64>)> {
        let store = self.rows.store();
        let rows = self.rows.sorted(class).iter();
        let marked = rows.filter(|row| self.marks.has(**row));
        marked.map(|row| (store.name(*row), store.size(*row)))
    }

    /// All of them, folders first. Takes its time.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let both = [Class::Folders, Class::Files].into_iter();
        let rows = both.flat_map(|class| self.rows.sorted(class));
        let marked = rows.filter(|row| self.marks.has(**row));
        marked.filter_map(|row| self.rows.get(*row)?.item(&self.place))
    }

    /// The first ones in the order of the listing.
    fn first(&self, most: usize) -> impl Iterator<Item = Item> {
        let item = |row| self.rows.get(row)?.item(&self.place);
        self.marks.iter().filter_map(item).take(most)
    }

    /// The rows that something is, or may lie below.
    fn around(&self, at: &Location) -> impl Iterator<Item = u32> {
        let rest = match (&self.place, at) {
            (
                Place::Prefix(account, bucket, prefix),
                Location::Object {
                    account: of,
                    bucket: lies_in,
                    key,
                },
            ) if account == of && bucket == lies_in => {
                prefix.strip(key.as_str()).map(str::as_bytes)
            }
            (Place::Folder(folder), Location::Local(path)) => {
                let rest = path.strip_prefix(folder).ok();
                rest.map(|rest| rest.as_os_str().as_encoded_bytes())
            }
            _ => None,
        };
        let first = rest.and_then(|rest| rest.split(|byte| *byte == b'/').next());
        let folder = first.and_then(|name| self.rows.find(Class::Folders, name));
        let file = rest.and_then(|name| self.rows.find(Class::Files, name));
        [folder, file].into_iter().flatten()
    }

    /// How many of the names stand in another place as well. Takes its time.
    #[must_use]
    pub fn common(&self, there: &Rows) -> usize {
        let mut finder = super::gone::Finder::default();
        let both = [Class::Folders, Class::Files].into_iter();
        let names = both.flat_map(|class| self.names(class));
        names
            .filter(|(name, _)| {
                let mut known = |class| finder.find(there, class, name).is_some();
                known(Class::Folders) || known(Class::Files)
            })
            .count()
    }
}

impl Branch {
    /// The rows of a branch that are marked, if they are still numbered as in a group.
    pub(super) fn taken(&self, group: &Group) -> Option<Bits> {
        let same = self.rows.store().is_later(group.rows.store());
        (same && self.incoming.is_none()).then(|| group.marks.clone())
    }
}

impl Tree {
    /// What is marked, whether it is shown or not; nothing twice.
    #[must_use]
    pub fn selection(&self) -> Selection {
        if self.marks.count <= FEW {
            let mut items = Vec::new();
            self.collect_marked(ROOT, &mut items);
            return items.into();
        }
        let mut groups = Vec::new();
        self.collect_groups(ROOT, &mut groups);
        let first = groups.iter().flat_map(|group| group.first(HEAD));
        let head = first.take(HEAD).collect();
        Selection::many(head, groups, self.marks)
    }

    fn collect_marked(&self, branch: u32, out: &mut Vec<Item>) {
        let branch = self.branch(branch);
        let rows = &branch.rows;
        let is_folder = |row: &u32| Class::of(rows.store().kind(*row)) == Class::Folders;
        let (mut folders, mut files): (Vec<u32>, Vec<u32>) = rows.marks.iter().partition(is_folder);
        let opened = rows.opened().map(|(row, _)| row);
        folders.extend(opened.filter(|row| !rows.marks.has(*row)));
        let by_name = |row: &u32| rows.store().name(*row);
        folders.sort_by(|a, b| by_name(a).cmp(by_name(b)));
        files.sort_by(|a, b| by_name(a).cmp(by_name(b)));
        for row in folders {
            match rows.below(row) {
                Some(below) if !rows.marks.has(row) => self.collect_marked(below, out),
                _ => out.extend(rows.get(row).and_then(|row| row.item(&branch.place))),
            }
        }
        let item = |row| rows.get(row)?.item(&branch.place);
        out.extend(files.into_iter().filter_map(item));
    }

    fn collect_groups(&self, at: u32, out: &mut Vec<Group>) {
        let branch = self.branch(at);
        let rows = &branch.rows;
        if !rows.marks.is_empty() {
            out.push(Group {
                place: branch.place.clone(),
                rows: rows.untouched(),
                marks: rows.marks.clone(),
            });
        }
        for (_, below) in rows.opened().filter(|(row, _)| !rows.marks.has(*row)) {
            self.collect_groups(below, out);
        }
    }

    /// Takes out rows that were marked, wherever they are shown, but for those that are still
    /// there. Gives whether that could be done in every place that shows some of them.
    pub fn drop_groups(&mut self, groups: &[Group], still: &[Location]) -> bool {
        let (mut whole, mut dropped) = (true, false);
        for branch in &mut self.branches {
            for group in groups {
                if group.place != branch.place {
                    continue;
                }
                let Some(mut gone) = branch.taken(group) else {
                    whole = false;
                    continue;
                };
                for row in still.iter().flat_map(|at| group.around(at)) {
                    gone.clear(row);
                }
                branch.drop_rows(&gone);
                dropped = true;
            }
        }
        if dropped {
            self.count_marks();
            self.rebuild();
        }
        whole
    }
}
