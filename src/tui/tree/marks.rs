//! Marks: which rows of a tree are picked for the next copy, delete or link.
//!
//! Invariant: a marked folder stands for everything in it, so that nothing is picked twice, and
//! the sums are those of the marked rows.

use std::ops::Range;

use super::bits::Bits;
use super::lines::Of;
use super::order::Filter;
use super::store::{Class, Store};
use super::{Branch, Line, Name, ROOT, RowKind, Tree};
use crate::model::{Location, Place};
use crate::tui::msg::Mark;

/// How much is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Rows.
    pub count: usize,
    /// Their bytes, as far as known.
    pub bytes: u64,
    /// Rows without known size.
    pub unsized_rows: usize,
    /// Those of the rows that are folders.
    pub folders: usize,
    /// Those of the rows that are buckets.
    pub buckets: usize,
}

impl Marks {
    fn add(&mut self, kind: RowKind, size: Option<u64>) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(size.unwrap_or(0));
        self.unsized_rows += usize::from(size.is_none());
        match kind {
            RowKind::Bucket => self.buckets += 1,
            RowKind::Folder | RowKind::FolderLink => self.folders += 1,
            RowKind::Account | RowKind::Object | RowKind::File | RowKind::Special => {}
        }
    }

    fn turn(&mut self, more: Self, less: Self) {
        self.count = (self.count + more.count).saturating_sub(less.count);
        self.bytes = self
            .bytes
            .saturating_add(more.bytes)
            .saturating_sub(less.bytes);
        let unsized_rows = self.unsized_rows + more.unsized_rows;
        self.unsized_rows = unsized_rows.saturating_sub(less.unsized_rows);
        self.folders = (self.folders + more.folders).saturating_sub(less.folders);
        self.buckets = (self.buckets + more.buckets).saturating_sub(less.buckets);
    }
}

/// Rows to be marked or unmarked, in the order in which they lie in memory.
#[derive(Debug, Default)]
struct Picked {
    rows: Bits,
    /// Folders that were opened: these are marked one by one.
    opened: Vec<u32>,
}

impl Picked {
    fn pick(&mut self, branch: &Branch, rows: &[u32], pick: &impl Fn(&Store, u32) -> bool) {
        let has_opened = branch.rows.opened().next().is_some();
        for row in rows {
            if !pick(branch.rows.store(), *row) {
                continue;
            }
            if has_opened && branch.rows.below(*row).is_some() {
                self.opened.push(*row);
            } else {
                self.rows.set(*row);
            }
        }
    }
}

/// What is done with the marks of many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    To(Mark),
    Around,
}

impl Tree {
    /// How much is marked.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Marks or unmarks a line's row. Accounts cannot be marked.
    pub fn set_mark(&mut self, at: usize, mark: Mark) {
        if let Some(Line::Row { branch, row }) = self.line(at) {
            self.turn_row(branch, row, Turn::To(mark));
        }
    }

    /// Turns the mark of a line's row around.
    pub fn toggle_mark(&mut self, at: usize) {
        if let Some(Line::Row { branch, row }) = self.line(at) {
            self.turn_row(branch, row, Turn::Around);
        }
    }

    /// Turns the mark of a row; whether it is marked then.
    fn turn_row(&mut self, branch: u32, row: u32, turn: Turn) -> bool {
        let rows = &mut self.branches[branch as usize].rows;
        let was = rows.marks.has(row);
        let mark = match turn {
            Turn::To(mark) => mark,
            Turn::Around if was => Mark::Clear,
            Turn::Around => Mark::Set,
        };
        let kind = rows.store().kind(row);
        if was == (mark == Mark::Set) || matches!(kind, RowKind::Account | RowKind::Special) {
            return was;
        }
        let size = rows.size(row);
        match mark {
            Mark::Set => rows.marks.set(row),
            Mark::Clear => rows.marks.clear(row),
        };
        let below = rows.below(row);
        let mut one = Marks::default();
        one.add(kind, size);
        match mark {
            Mark::Set => self.marks.turn(one, Marks::default()),
            Mark::Clear => self.marks.turn(Marks::default(), one),
        }
        // A marked folder stands for everything in it.
        if let Some(below) = below.filter(|_| mark == Mark::Set) {
            self.unmark_below(below);
        }
        mark == Mark::Set
    }

    fn unmark_below(&mut self, branch: u32) {
        let mut todo = vec![branch];
        while let Some(branch) = todo.pop() {
            let rows = &mut self.branches[branch as usize].rows;
            rows.marks = Bits::default();
            todo.extend(rows.opened().map(|(_, below)| below));
        }
        self.count_marks();
    }

    /// Marks or unmarks the rows of some lines; folders that were opened are taken whole, so what is
    /// shown below them is left alone.
    pub fn mark_lines(&mut self, lines: Range<usize>, mark: Mark) {
        self.turn_lines(lines, Turn::To(mark), |_, _| true);
    }

    /// The same with the rows that a test picks by their names.
    pub fn mark_where(&mut self, mark: Mark, pick: impl Fn(&[u8]) -> bool) {
        let lines = 0..self.len;
        self.turn_lines(lines, Turn::To(mark), |store, row| pick(store.name(row)));
    }

    /// Turns the marks of all shown rows around.
    pub fn invert_marks(&mut self) {
        self.turn_lines(0..self.len, Turn::Around, |_, _| true);
    }

    fn turn_lines(&mut self, lines: Range<usize>, turn: Turn, pick: impl Fn(&Store, u32) -> bool) {
        let mut at = 0;
        while let Some(span) = self.spans.get(at).copied() {
            at += 1;
            let Of::Rows(from, _) = span.of else { continue };
            let first = lines.start.max(span.start);
            let last = lines.end.min(span.start + span.len());
            if first >= last {
                continue;
            }
            let positions = from + first - span.start..from + last - span.start;
            let branch = &self.branches[span.branch as usize];
            let folder = branch.view.at(&branch.rows, positions.end - 1);
            let below = folder.filter(|row| branch.rows.below(*row).is_some());
            let slices = branch.view.slices(&branch.rows, positions);
            let mut picked = Picked::default();
            for slice in slices {
                picked.pick(branch, slice, &pick);
            }
            self.turn_rows(span.branch, picked, turn);
            let branch = &self.branches[span.branch as usize];
            if below.is_some_and(|row| branch.rows.marks.has(row) || turn == Turn::To(Mark::Clear))
            {
                let depth = branch.depth;
                let deeper = |b: u32| self.branches[b as usize].depth > depth;
                while self.spans.get(at).is_some_and(|next| deeper(next.branch)) {
                    at += 1;
                }
            }
        }
    }

    /// Turns the marks of rows of one branch.
    fn turn_rows(&mut self, branch: u32, picked: Picked, turn: Turn) {
        let rows = &mut self.branches[branch as usize].rows;
        let mut marks = std::mem::take(&mut rows.marks);
        let (mut more, mut less) = (Marks::default(), Marks::default());
        let mut walk = rows.store().walk();
        for row in picked.rows.iter() {
            let Some((chunk, at)) = walk.find(row) else {
                continue;
            };
            if matches!(chunk.kind(at), RowKind::Account | RowKind::Special) {
                continue;
            }
            let set = match turn {
                Turn::To(mark) => mark == Mark::Set,
                Turn::Around => !marks.has(row),
            };
            let size = || chunk.size(at).or_else(|| rows.size(row));
            if set && marks.set(row) {
                more.add(chunk.kind(at), size());
            } else if !set && marks.clear(row) {
                less.add(chunk.kind(at), size());
            }
        }
        rows.marks = marks;
        self.marks.turn(more, less);
        for row in picked.opened {
            self.turn_row(branch, row, turn);
        }
    }

    /// Marks or unmarks rows of the place itself whose names fit a pattern. Where there are many it
    /// is worked out elsewhere: whether that is so.
    pub fn mark_matching(&mut self, pattern: &Filter, mark: Mark) -> bool {
        if self.root().rows.len() > super::arrange::AT_ONCE {
            self.pattern = Some((pattern.clone(), mark));
            return true;
        }
        self.mark_where(mark, |name| pattern.passes(name));
        false
    }

    /// Marks or unmarks rows of the place itself by their numbers.
    pub fn mark_rows(&mut self, rows: &[u32], mark: Mark) {
        let mut picked = Picked::default();
        picked.pick(self.root(), rows, &|_: &Store, _: u32| true);
        self.turn_rows(ROOT, picked, Turn::To(mark));
    }

    /// Writes down how much a folder holds, where it is known now.
    pub fn set_size(&mut self, of: &Location, bytes: u64) {
        let Some((place, name)) = stands(of) else {
            return;
        };
        for branch in self.branches.iter_mut().filter(|b| b.place == place) {
            if let Some(row) = branch.rows.find(Class::Folders, name.bytes()) {
                branch.rows.set_counted(row, bytes);
                branch.version += 1;
            }
        }
        self.count_marks();
        self.rebuild();
    }

    /// Unmarks everything.
    pub fn clear_marks(&mut self) {
        for branch in &mut self.branches {
            branch.rows.marks = Bits::default();
        }
        self.marks = Marks::default();
    }

    /// Adds the marks up anew.
    pub(super) fn count_marks(&mut self) {
        let mut marks = Marks::default();
        for rows in self.branches.iter().map(|branch| &branch.rows) {
            let mut walk = rows.store().walk();
            for row in rows.marks.iter() {
                let Some((chunk, at)) = walk.find(row) else {
                    continue;
                };
                marks.add(chunk.kind(at), chunk.size(at).or_else(|| rows.size(row)));
            }
        }
        self.marks = marks;
    }
}

/// Where something stands as a row: in which place, and under which name.
#[must_use]
pub fn stands(location: &Location) -> Option<(Place, Name)> {
    let name = match location {
        Location::Local(path) => Name::File(path.file_name()?.into()),
        Location::Under {
            account,
            bucket,
            prefix,
        } if prefix.is_root() => {
            let place = Place::Buckets(account.clone());
            return Some((place, Name::Text(bucket.as_str().into())));
        }
        Location::Object { .. } | Location::Under { .. } => {
            let name = location.name();
            Name::Text(name.strip_suffix('/').unwrap_or(&name).into())
        }
    };
    Some((location.parent()?, name))
}
