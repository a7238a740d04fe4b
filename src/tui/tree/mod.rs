//! The tree of rows of one pane: what lies below its place, and below each folder opened in it.
//!
//! Remote and local alike. Knows no screen, no cursor and no engine: it is told rows and says
//! which lines to show. Invariant: lines are always those of the rows, the sort, the filter and
//! the open folders as they are now; marks stick to rows whatever happens to lines.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most questions about a listing single one state out"
)]

mod arrange;
mod bits;
mod branch;
mod chunk;
mod compare;
mod confirm;
mod gap;
mod gone;
mod group;
mod lines;
mod marks;
mod opening;
mod order;
mod row;
mod rows;
mod shelf;
mod store;
mod view;
mod working;

use std::time::Instant;

pub use arrange::Arrange;
pub use branch::{
    Batch, Branch, FIRST_LIMIT, GAP_LIMIT, Goal, LAST_LIMIT, Listing, Next, Reach, Rest,
};
pub use chunk::Chunk;
pub use compare::{Compare, Compared, Difference, Differences};
pub use gap::Gap;
pub use gone::Finder;
pub use group::Group;
pub use lines::Anchor;
pub use marks::{Marks, stands};
pub use opening::{Closing, Opening};
pub use order::{Filter, Sort, Way, glob};
pub use row::{Name, Row, RowKind, of_accounts, of_buckets, of_folder, of_page, of_walk};
pub use rows::Rows;
pub use shelf::SharedShelf;
pub use store::Class;
pub use working::Worked;

use super::msg::{Ask, Item, Mark, Ticket};
use crate::engine::Start;
use crate::model::{Place, Trouble};
use arrange::Spec;
use lines::Span;

/// The pane's own place among the branches.
pub const ROOT: u32 = 0;

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A row.
    Row {
        /// Of which branch.
        branch: u32,
        /// Which of its rows.
        row: u32,
    },
    /// What there is to say about a branch, below its rows: that it is being listed, is empty,
    /// has more, or failed.
    Note {
        /// About which branch.
        branch: u32,
    },
    /// Rows that are not listed yet, between others that are.
    Gap {
        /// Of which branch.
        branch: u32,
        /// Which of its gaps.
        gap: usize,
    },
}

/// Names of dot files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dots {
    /// Left out.
    #[default]
    Hidden,
    /// Shown.
    Shown,
}

/// The tree.
#[derive(Debug)]
pub struct Tree {
    branches: Vec<Branch>,
    spans: Vec<Span>,
    len: usize,
    marks: Marks,
    sort: Sort,
    dots: Dots,
    filter: Option<Filter>,
    /// A pattern whose rows shall be marked, until somebody works it out.
    pattern: Option<(Filter, Mark)>,
    work: Vec<working::Work>,
}

impl Tree {
    /// A tree of which nothing is known yet.
    #[must_use]
    pub fn new(place: Place, sort: Sort, dots: Dots) -> Self {
        Self {
            branches: vec![Branch::new(place, 0)],
            spans: Vec::new(),
            len: 0,
            marks: Marks::default(),
            sort,
            dots,
            filter: None,
            pattern: None,
            work: Vec::new(),
        }
    }

    /// The branch of the pane's own place.
    #[must_use]
    pub fn root(&self) -> &Branch {
        &self.branches[ROOT as usize]
    }

    /// A branch.
    #[must_use]
    pub fn branch(&self, branch: u32) -> &Branch {
        &self.branches[branch as usize]
    }

    /// What to ask for a branch's rows; none for the accounts, which need no asking.
    #[must_use]
    pub fn ask(&self, branch: u32, (start, most): (Start, usize)) -> Option<Ask> {
        let of = self.branch(branch);
        if of.reach == Reach::Below {
            return Some(Ask::Below(of.place.clone(), start, most));
        }
        match of.place.clone() {
            Place::Accounts => None,
            Place::Buckets(account) => Some(Ask::Buckets(account)),
            Place::Prefix(account, bucket, prefix) => Some(Ask::Pages {
                account,
                bucket,
                prefix,
                start,
                most,
            }),
            Place::Folder(path) => Some(Ask::Folder(path)),
        }
    }

    /// Starts listing a branch. Gives where, and how many rows at most.
    pub fn begin(
        &mut self,
        branch: u32,
        ticket: Ticket,
        now: Instant,
        goal: Goal,
    ) -> (Start, usize) {
        let from = self.branches[branch as usize].begin(ticket, now, goal);
        self.rebuild();
        from
    }

    /// The branch that waits for a ticket.
    #[must_use]
    pub fn waiting(&self, ticket: Ticket) -> Option<u32> {
        let at = self
            .branches
            .iter()
            .position(|b| b.ticket() == Some(ticket))?;
        u32::try_from(at).ok()
    }

    /// All tickets that are waited for.
    #[must_use]
    pub fn tickets(&self) -> Vec<Ticket> {
        self.branches.iter().filter_map(Branch::ticket).collect()
    }

    /// Takes rows; says what follows.
    pub fn take(&mut self, branch: u32, batch: Batch) -> Next {
        let (next, moved) = self.branches[branch as usize].take(batch);
        for (row, below) in moved {
            self.branches[below as usize].above = Some((branch, row));
        }
        if next != Next::Wait && self.marks.count > 0 {
            self.count_marks();
        }
        self.rebuild();
        next
    }

    /// Adds something that we wrote to the complete listing of a place that lacks it. Whether one
    /// did.
    pub fn adopt(&mut self, place: &Place, name: &Name, kind: RowKind, size: Option<u64>) -> bool {
        let mut adopted = false;
        for branch in self.branches.iter_mut().filter(|b| b.place == *place) {
            let known = branch.rows.find(Class::of(kind), name.bytes()).is_some();
            let told = match branch.listing {
                Listing::Done => true,
                // What lies where nothing was listed yet is not put between rows that were.
                Listing::Paused => !branch.lacks(&name.text()),
                _ => false,
            };
            if told && !known {
                branch.rows.write(name, kind, size);
                branch.version += 1;
                adopted = true;
            }
        }
        if adopted {
            self.rebuild();
        }
        adopted
    }

    /// Shows something that we wrote where its place is shown, in place of what was there.
    pub fn write(&mut self, place: &Place, name: &Name, kind: RowKind, size: Option<u64>) {
        for branch in self.branches.iter_mut().filter(|b| b.place == *place) {
            branch.remove(Class::of(kind), name.bytes());
        }
        if !self.adopt(place, name, kind, size) {
            self.rebuild();
        }
        self.count_marks();
    }

    /// Ends a listing with a failure.
    pub fn fail(&mut self, branch: u32, trouble: Trouble) {
        self.branches[branch as usize].fail(trouble);
        self.rebuild();
    }

    /// Stops all listings; gives the tickets to forget.
    pub fn stop(&mut self) -> Vec<Ticket> {
        let tickets = self.branches.iter_mut().filter_map(Branch::stop).collect();
        self.rebuild();
        tickets
    }

    /// The branches whose rows can be seen: the place itself and the open folders.
    #[must_use]
    pub fn seen(&self) -> Vec<u32> {
        let mut out = vec![ROOT];
        let mut at = 0;
        while let Some(branch) = out.get(at) {
            let below = self.branch(*branch).rows.opened().map(|(_, below)| below);
            let mut below: Vec<u32> = below.filter(|b| self.branch(*b).open).collect();
            below.sort_unstable();
            out.extend(below);
            at += 1;
        }
        out
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row of a line, with the branch that it lies in.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<(&Branch, Row)> {
        match self.line(at)? {
            Line::Row { branch, row } => {
                let branch = self.branch(branch);
                Some((branch, branch.rows.get(row)?))
            }
            Line::Note { .. } | Line::Gap { .. } => None,
        }
    }

    /// The place behind a line's row.
    #[must_use]
    pub fn place_at(&self, at: usize) -> Option<Place> {
        let (branch, row) = self.row(at)?;
        row.place(&branch.place)
    }

    /// A line's row as something to copy, delete or link.
    #[must_use]
    pub fn item_at(&self, at: usize) -> Option<Item> {
        let (branch, row) = self.row(at)?;
        row.item(&branch.place)
    }

    /// Whether a line's row is an open folder.
    #[must_use]
    pub fn is_open(&self, row: &Row) -> bool {
        row.branch.is_some_and(|b| self.branch(b).open)
    }

    /// What shall be shown, and in which order.
    fn spec(&self) -> Spec {
        Spec {
            sort: self.sort,
            dots: self.dots,
            filter: self.filter.clone(),
        }
    }

    /// How rows are sorted.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Sorts in another way.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.rebuild();
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Shows only what passes a filter.
    pub fn set_filter(&mut self, filter: Option<Filter>) {
        self.filter = filter;
        self.rebuild();
    }

    /// Whether dot files are shown.
    #[must_use]
    pub fn dots(&self) -> Dots {
        self.dots
    }

    /// Shows or hides dot files.
    pub fn set_dots(&mut self, dots: Dots) {
        self.dots = dots;
        self.rebuild();
    }
}

#[cfg(test)]
mod tests;
