//! Marks: which rows of a tree are picked for the next copy, delete or link.
//!
//! Invariant: a marked folder stands for everything in it, so that nothing is picked twice, and
//! the sums are those of the marked rows.

use super::{Line, ROOT, Row, RowKind, Tree};
use crate::model::Location;
use crate::tui::msg::{Item, Mark};

/// How much is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Rows.
    pub count: usize,
    /// Their bytes, as far as known.
    pub bytes: u64,
    /// Rows without known size.
    pub unsized_rows: usize,
}

impl Tree {
    /// How much is marked.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Marks or unmarks a line's row. Accounts cannot be marked.
    pub fn set_mark(&mut self, at: usize, mark: Mark) {
        let Some(Line::Row { branch, row }) = self.line(at) else {
            return;
        };
        let row = &mut self.branches[branch as usize].rows[row as usize];
        let marked = mark == Mark::Set;
        if row.marked == marked || matches!(row.kind, RowKind::Account | RowKind::Special) {
            return;
        }
        row.marked = marked;
        let (size, below) = (row.size, row.branch);
        let marks = &mut self.marks;
        if marked {
            marks.count += 1;
            marks.bytes += size.unwrap_or(0);
            marks.unsized_rows += usize::from(size.is_none());
        } else {
            marks.count -= 1;
            marks.bytes -= size.unwrap_or(0);
            marks.unsized_rows -= usize::from(size.is_none());
        }
        // A marked folder stands for everything in it.
        if let Some(below) = below.filter(|_| marked) {
            self.unmark_below(below);
        }
    }

    fn unmark_below(&mut self, branch: u32) {
        let mut todo = vec![branch];
        while let Some(branch) = todo.pop() {
            for row in &mut self.branches[branch as usize].rows {
                row.marked = false;
                todo.extend(row.branch);
            }
        }
        self.count_marks();
    }

    /// Turns the mark of a line's row around.
    pub fn toggle_mark(&mut self, at: usize) {
        let marked = self.row(at).is_some_and(|(_, row)| row.marked);
        self.set_mark(at, if marked { Mark::Clear } else { Mark::Set });
    }

    /// Marks or unmarks the shown rows that a test picks; folders that were opened are taken
    /// whole, so what is shown below them is left alone.
    pub fn mark_where(&mut self, mark: Mark, pick: impl Fn(&Row) -> bool) {
        let mut at = 0;
        while at < self.len() {
            let picked = self.row(at).is_some_and(|(_, row)| pick(row));
            if picked {
                self.set_mark(at, mark);
            }
            at = if picked { self.after(at) } else { at + 1 };
        }
    }

    /// Turns the marks of all shown rows around.
    pub fn invert_marks(&mut self) {
        let mut at = 0;
        while at < self.len() {
            self.toggle_mark(at);
            let now_marked = self.row(at).is_some_and(|(_, row)| row.marked);
            at = if now_marked { self.after(at) } else { at + 1 };
        }
    }

    /// The line after everything below a line.
    fn after(&self, at: usize) -> usize {
        let depth = |line: &Line| match line {
            Line::Row { branch, .. } | Line::Note { branch } => self.branch(*branch).depth,
        };
        let own = depth(&self.lines[at]);
        let deeper = self.lines[at + 1..]
            .iter()
            .take_while(|line| depth(line) > own)
            .count();
        at + 1 + deeper
    }

    /// Writes down how much a folder holds, where it is known now.
    pub fn set_size(&mut self, of: &Location, bytes: u64) {
        for branch in &mut self.branches {
            let place = branch.place.clone();
            for row in &mut branch.rows {
                if row.kind.is_folder() && row.location(&place).as_ref() == Some(of) {
                    row.size = Some(bytes);
                }
            }
        }
        self.count_marks();
    }

    /// Unmarks everything.
    pub fn clear_marks(&mut self) {
        for row in self.branches.iter_mut().flat_map(|b| &mut b.rows) {
            row.marked = false;
        }
        self.marks = Marks::default();
    }

    /// What is marked, whether it is shown or not; nothing twice.
    #[must_use]
    pub fn marked(&self) -> Vec<Item> {
        let mut out = Vec::new();
        self.collect_marked(ROOT, &mut out);
        out
    }

    fn collect_marked(&self, branch: u32, out: &mut Vec<Item>) {
        let branch = self.branch(branch);
        for row in branch.order().iter().map(|at| &branch.rows[*at as usize]) {
            if row.marked {
                out.extend(row.item(&branch.place));
            } else if let Some(below) = row.branch {
                self.collect_marked(below, out);
            }
        }
    }

    /// Adds the marks up anew.
    pub(super) fn count_marks(&mut self) {
        let mut marks = Marks::default();
        for row in self
            .branches
            .iter()
            .flat_map(|b| &b.rows)
            .filter(|row| row.marked)
        {
            marks.count += 1;
            marks.bytes += row.size.unwrap_or(0);
            marks.unsized_rows += usize::from(row.size.is_none());
        }
        self.marks = marks;
    }
}
