//! All rows of one place: packed pages, their order by name, and what a person did with them.
//!
//! Knows no screen and no listing. Invariant: no name stands twice among the folders or among the
//! files, and both are sorted by name at any time, however the pages came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::bits::Bits;
use super::chunk::{Chunk, Packing, World};
use super::row::{Name, Row, RowKind};
use super::store::{Class, Store};

/// The rows of one place.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    store: Store,
    /// Shared with whoever works on the rows as they are now.
    folders: Arc<Vec<u32>>,
    files: Arc<Vec<u32>>,
    pub(super) marks: Bits,
    /// Where what lies below an opened folder is kept.
    below: HashMap<u32, u32>,
    /// What folders hold, where it was counted.
    counted: HashMap<u32, u64>,
    /// Rows that we wrote and no listing has confirmed yet.
    own: HashSet<u32>,
    /// Rows that were taken out: who works on the rows from before may still name them.
    gone: Bits,
}

impl Rows {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.folders.len() + self.files.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.files.is_empty()
    }

    /// The packed pages.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The folders or the files, sorted by name.
    #[must_use]
    pub fn sorted(&self, class: Class) -> &[u32] {
        match class {
            Class::Folders => &self.folders,
            Class::Files => &self.files,
        }
    }

    /// The same, shared.
    #[must_use]
    pub(super) fn shared(&self, class: Class) -> Arc<Vec<u32>> {
        match class {
            Class::Folders => self.folders.clone(),
            Class::Files => self.files.clone(),
        }
    }

    /// A row, unpacked.
    #[must_use]
    pub fn get(&self, row: u32) -> Option<Row> {
        let (chunk, at) = self.store.locate(row)?;
        let packed = chunk.row(at);
        Some(Row {
            marked: self.marks.has(row),
            own: self.own.contains(&row),
            branch: self.below.get(&row).copied(),
            size: packed.size.or_else(|| self.counted.get(&row).copied()),
            ..packed
        })
    }

    /// A row's bytes, also of a folder that was counted.
    #[must_use]
    pub fn size(&self, row: u32) -> Option<u64> {
        let known = self.store.size(row);
        if self.counted.is_empty() {
            return known;
        }
        known.or_else(|| self.counted.get(&row).copied())
    }

    /// All rows by name, folders first, unpacked one by one.
    pub fn iter(&self) -> impl Iterator<Item = Row> + '_ {
        let all = self.folders.iter().chain(self.files.iter());
        all.filter_map(|row| self.get(*row))
    }

    /// Where a name stands in its class, or would stand.
    ///
    /// # Errors
    /// Where it would stand, when it is not there.
    pub fn place_of(&self, class: Class, name: &[u8]) -> Result<usize, usize> {
        self.sorted(class)
            .binary_search_by(|row| self.store.name(*row).cmp(name))
    }

    /// The row of a name.
    #[must_use]
    pub fn find(&self, class: Class, name: &[u8]) -> Option<u32> {
        let at = self.place_of(class, name).ok()?;
        self.sorted(class).get(at).copied()
    }

    /// Takes a page in. A name that is there already is left out.
    pub fn add(&mut self, chunk: Arc<Chunk>) {
        let new = self.store.push(chunk);
        let (mut late_folders, mut late_files) = (Vec::new(), Vec::new());
        for row in new {
            let Some((chunk, at)) = self.store.locate(row) else {
                continue;
            };
            let (sorted, late) = match Class::of(chunk.kind(at)) {
                Class::Folders => (Arc::make_mut(&mut self.folders), &mut late_folders),
                Class::Files => (Arc::make_mut(&mut self.files), &mut late_files),
            };
            // Pages of a server come sorted: then this is all there is to do.
            let last = sorted.last().map(|last| self.store.name(*last));
            if last.is_none_or(|last| last < chunk.name(at)) {
                sorted.push(row);
            } else {
                late.push(row);
            }
        }
        if !late_folders.is_empty() {
            merge(&self.store, Arc::make_mut(&mut self.folders), late_folders);
        }
        if !late_files.is_empty() {
            merge(&self.store, Arc::make_mut(&mut self.files), late_files);
        }
    }

    /// Adds a row that no listing told yet; one of that name is replaced. Shown as our own until a
    /// listing confirms it.
    pub fn write(&mut self, name: &Name, kind: RowKind, size: Option<u64>) {
        let class = Class::of(kind);
        self.remove(class, name.bytes());
        let world = match name {
            Name::Text(_) => World::Text,
            Name::File(_) => World::Files,
        };
        let mut packing = Packing::new(world, 1);
        packing.push(name.bytes(), kind);
        packing.measure(size, None);
        self.own.insert(self.store.count());
        self.add(Arc::new(packing.done()));
    }

    /// The rows that we wrote and no listing has confirmed.
    pub(super) fn owned(&self) -> impl Iterator<Item = u32> + '_ {
        self.own.iter().copied()
    }

    /// Whether a name is one of those.
    pub(super) fn is_own(&self, class: Class, name: &[u8]) -> bool {
        !self.own.is_empty()
            && self
                .find(class, name)
                .is_some_and(|row| self.own.contains(&row))
    }

    /// Takes a row out. Gives its number.
    pub fn remove(&mut self, class: Class, name: &[u8]) -> Option<u32> {
        let at = self.place_of(class, name).ok()?;
        let row = match class {
            Class::Folders => Arc::make_mut(&mut self.folders).remove(at),
            Class::Files => Arc::make_mut(&mut self.files).remove(at),
        };
        self.forget(row);
        Some(row)
    }

    /// Takes many rows out.
    pub(super) fn remove_all(&mut self, rows: &Bits) {
        for sorted in [&mut self.folders, &mut self.files] {
            if sorted.iter().any(|row| rows.has(*row)) {
                Arc::make_mut(sorted).retain(|row| !rows.has(*row));
            }
        }
        self.marks.subtract(rows);
        self.below.retain(|row, _| !rows.has(*row));
        self.own.retain(|row| !rows.has(*row));
        self.gone.unite(rows);
    }

    fn forget(&mut self, row: u32) {
        self.marks.clear(row);
        self.below.remove(&row);
        self.own.remove(&row);
        self.gone.set(row);
    }

    /// Whether a row was taken out.
    #[must_use]
    pub(super) fn is_gone(&self, row: u32) -> bool {
        self.gone.has(row)
    }

    /// The opened folders: row and branch.
    pub fn opened(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.below.iter().map(|(row, branch)| (*row, *branch))
    }

    /// The branch of an opened folder.
    #[must_use]
    pub fn below(&self, row: u32) -> Option<u32> {
        self.below.get(&row).copied()
    }

    /// Remembers where what lies below a folder is kept.
    pub fn set_below(&mut self, row: u32, branch: u32) {
        self.below.insert(row, branch);
    }

    /// Writes down what a folder holds.
    pub fn set_counted(&mut self, row: u32, bytes: u64) {
        self.counted.insert(row, bytes);
    }

    /// Takes over from the rows of an earlier listing what a person did with them, by name. Gives
    /// the opened folders with their new rows.
    pub fn inherit(&mut self, old: &Self) -> Vec<(u32, u32)> {
        for (row, bytes) in &old.counted {
            if let Some(new) = self.find(Class::Folders, old.store.name(*row)) {
                self.counted.insert(new, *bytes);
            }
        }
        for class in [Class::Folders, Class::Files] {
            self.inherit_marks(old, class);
        }
        let mut opened = Vec::new();
        for (row, branch) in old.opened() {
            if let Some(new) = self.find(Class::Folders, old.store.name(row)) {
                self.below.insert(new, branch);
                opened.push((new, branch));
            }
        }
        opened
    }

    fn inherit_marks(&mut self, old: &Self, class: Class) {
        if old.marks.is_empty() {
            return;
        }
        let mut from = 0;
        for row in old.sorted(class).iter().filter(|row| old.marks.has(**row)) {
            let name = old.store.name(*row);
            let sorted = self.sorted(class);
            // Most lists are listed again as they were: the next name is the next name.
            let rest = sorted.get(from..).unwrap_or_default();
            let near = rest
                .first()
                .is_some_and(|new| self.store.name(*new) == name);
            let skip = if near {
                0
            } else {
                rest.partition_point(|new| self.store.name(*new) < name)
            };
            from += skip;
            if let Some(new) = sorted.get(from).copied()
                && self.store.name(new) == name
            {
                self.marks.set(new);
                from += 1;
            }
        }
    }

    /// The same rows, without what a person did with them.
    #[must_use]
    pub fn untouched(&self) -> Self {
        Self {
            store: self.store.clone(),
            folders: self.folders.clone(),
            files: self.files.clone(),
            counted: self.counted.clone(),
            ..Self::default()
        }
    }

    /// Bytes of memory that they take.
    #[must_use]
    pub fn weight(&self) -> usize {
        let packed = self.store.weight();
        packed + (self.folders.capacity() + self.files.capacity()) * size_of::<u32>()
    }
}

/// Puts rows that came out of order where they belong; names that are there already are left out.
fn merge(store: &Store, sorted: &mut Vec<u32>, mut late: Vec<u32>) {
    late.sort_by(|a, b| store.name(*a).cmp(store.name(*b)));
    late.dedup_by(|b, a| store.name(*a) == store.name(*b));
    let known = |row: &u32| {
        let name = store.name(*row);
        sorted
            .binary_search_by(|have| store.name(*have).cmp(name))
            .is_ok()
    };
    late.retain(|row| !known(row));
    let (mut end, mut room) = (sorted.len(), late.len());
    sorted.resize(end + room, 0);
    for row in late.into_iter().rev() {
        let name = store.name(row);
        let at = sorted[..end].partition_point(|have| store.name(*have) < name);
        sorted.copy_within(at..end, at + room);
        room -= 1;
        sorted[at + room] = row;
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(names: &[String]) -> Arc<Chunk> {
        let mut packing = Packing::new(World::Text, names.len());
        for name in names {
            let kind = match name.strip_suffix('/') {
                Some(_) => RowKind::Folder,
                None => RowKind::Object,
            };
            packing.push(name.trim_end_matches('/').as_bytes(), kind);
        }
        Arc::new(packing.done())
    }

    proptest! {
        #[test]
        fn pages_in_any_order_give_each_name_once_and_sorted(
            pages in prop::collection::vec(prop::collection::vec("[a-c]{1,3}/?", 0..20), 0..12),
        ) {
            let mut rows = Rows::default();
            for page in &pages {
                rows.add(chunk(page));
            }
            let name = |row: Row| {
                let slash = if row.kind.is_folder() { "/" } else { "" };
                format!("{}{slash}", row.name.text())
            };
            let got: Vec<String> = rows.iter().map(name).collect();
            let mut want: Vec<String> = pages.concat();
            want.sort_by_key(|n| (!n.ends_with('/'), n.trim_end_matches('/').to_string()));
            want.dedup();
            prop_assert_eq!(got, want);
        }
    }

    #[test]
    fn marks_and_opened_folders_are_carried_over_by_name() {
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut old = Rows::default();
        old.add(chunk(&names("a/ b/ c d e")));
        for name in [&b"c"[..], b"e"] {
            let row = old.find(Class::Files, name).unwrap();
            old.marks.set(row);
        }
        let row = old.find(Class::Folders, b"b").unwrap();
        old.set_below(row, 7);
        let mut new = Rows::default();
        new.add(chunk(&names("b/ aa c cc e")));
        assert_eq!(new.inherit(&old), [(0, 7)]);
        let marked = new.iter().filter(|row| row.marked);
        let marked: Vec<String> = marked.map(|row| row.name.text().into()).collect();
        assert_eq!(marked, ["c", "e"]);
    }

    #[test]
    fn an_own_row_is_replaced_and_removed() {
        let mut rows = Rows::default();
        rows.add(chunk(&["a".into(), "b".into()]));
        rows.write(&Name::Text("a".into()), RowKind::Object, Some(3));
        let a = rows.find(Class::Files, b"a").unwrap();
        assert_eq!((rows.len(), rows.get(a).unwrap().size), (2, Some(3)));
        assert!(rows.get(a).unwrap().own);
        assert_eq!(rows.remove(Class::Files, b"a"), Some(a));
        assert_eq!(rows.remove(Class::Files, b"a"), None);
        assert_eq!(rows.len(), 1);
    }
}
