//! The tree of rows of one pane: what lies below its place, and below each folder opened in it.
//!
//! Remote and local alike. Knows no screen, no cursor and no engine: it is told rows and says
//! which lines to show. Invariant: lines are always those of the rows, the sort, the filter and
//! the open folders as they are now; marks stick to rows whatever happens to lines.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most questions about a listing single one state out"
)]

mod branch;
mod lines;
mod marks;
mod order;
mod row;

use std::time::Instant;

pub use branch::{Branch, FIRST_LIMIT, LAST_LIMIT, Listing};
pub use lines::Anchor;
pub use marks::Marks;
pub use order::{Filter, Sort, Way, glob};
pub use row::{Name, Row, RowKind, of_accounts, of_buckets, of_folder, of_page};

use super::msg::{Ask, Item, Ticket};
use crate::model::{Place, Token, Trouble};

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

/// What opening a line came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Opening {
    /// It must be listed first.
    Ask(u32),
    /// It is shown.
    Shown,
    /// There is nothing to open.
    No,
}

/// What closing a line came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Closing {
    /// It is closed.
    Closed,
    /// It was not open; this is the line of the folder that it lies in.
    Above(usize),
    /// It lies in the pane's place itself.
    No,
}

/// The tree.
#[derive(Debug)]
pub struct Tree {
    branches: Vec<Branch>,
    lines: Vec<Line>,
    marks: Marks,
    sort: Sort,
    dots: Dots,
    filter: Option<Filter>,
}

impl Tree {
    /// A tree of which nothing is known yet.
    #[must_use]
    pub fn new(place: Place, sort: Sort, dots: Dots) -> Self {
        Self {
            branches: vec![Branch::new(place, 0)],
            lines: Vec::new(),
            marks: Marks::default(),
            sort,
            dots,
            filter: None,
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
    pub fn ask(&self, branch: u32, from: Option<Token>) -> Option<Ask> {
        match self.branch(branch).place.clone() {
            Place::Accounts => None,
            Place::Buckets(account) => Some(Ask::Buckets(account)),
            Place::Prefix(account, bucket, prefix) => Some(Ask::Page {
                account,
                bucket,
                prefix,
                from,
            }),
            Place::Folder(path) => Some(Ask::Folder(path)),
        }
    }

    /// Starts listing a branch, goes on where it paused, or lists it again. Gives where to start.
    pub fn begin(&mut self, branch: u32, ticket: Ticket, now: Instant) -> Option<Token> {
        let branch = &mut self.branches[branch as usize];
        let from = match &branch.listing {
            Listing::Paused(token) => Some(token.clone()),
            _ => None,
        };
        branch.begin(ticket, now);
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

    /// Takes a page of rows; gives where to go on.
    pub fn take(&mut self, branch: u32, rows: Vec<Row>, next: Option<Token>) -> Option<Token> {
        let sort = self.sort;
        let again = self.branches[branch as usize].take(rows, next, sort);
        if self.branches[branch as usize].ticket().is_none() {
            self.count_marks();
        }
        self.rebuild();
        again
    }

    /// Adds a folder that was made to the complete listing of a place that lacks it. Whether one
    /// did.
    pub fn adopt(&mut self, place: &Place, name: &Name) -> bool {
        let sort = self.sort;
        let mut adopted = false;
        for branch in self.branches.iter_mut().filter(|b| b.place == *place) {
            adopted |= branch.adopt(name, sort);
        }
        if adopted {
            self.rebuild();
        }
        adopted
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
            let open = |row: &Row| row.branch.filter(|b| self.branch(*b).open);
            let below: Vec<u32> = self.branch(*branch).rows.iter().filter_map(open).collect();
            out.extend(below);
            at += 1;
        }
        out
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<Line> {
        self.lines.get(at).copied()
    }

    /// The row of a line, with the branch that it lies in.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<(&Branch, &Row)> {
        match self.lines.get(at)? {
            Line::Row { branch, row } => {
                let branch = self.branch(*branch);
                Some((branch, branch.rows.get(*row as usize)?))
            }
            Line::Note { .. } => None,
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

    /// Opens the folder of a line in place.
    pub fn open(&mut self, at: usize) -> Opening {
        let Some(Line::Row { branch, row }) = self.line(at) else {
            return Opening::No;
        };
        let within = &self.branches[branch as usize];
        let (depth, place) = (
            within.depth + 1,
            within.rows[row as usize].place(&within.place),
        );
        let Some(place) = place else {
            return Opening::No;
        };
        if let Some(below) = within.rows[row as usize].branch {
            let below_branch = &mut self.branches[below as usize];
            if below_branch.open {
                return Opening::No;
            }
            below_branch.open = true;
            let unknown = below_branch.is_unknown() && below_branch.ticket().is_none();
            self.rebuild();
            return if unknown {
                Opening::Ask(below)
            } else {
                Opening::Shown
            };
        }
        let Ok(below) = u32::try_from(self.branches.len()) else {
            return Opening::No;
        };
        self.branches.push(Branch::new(place, depth));
        self.branches[branch as usize].rows[row as usize].branch = Some(below);
        self.rebuild();
        Opening::Ask(below)
    }

    /// Closes the folder of a line, or finds the one that it lies in.
    pub fn close(&mut self, at: usize) -> Closing {
        let Some(line) = self.line(at) else {
            return Closing::No;
        };
        let of = match line {
            Line::Row { branch, row } => {
                let below = self.branch(branch).rows[row as usize].branch;
                if let Some(below) = below.filter(|b| self.branch(*b).open) {
                    self.branches[below as usize].open = false;
                    self.rebuild();
                    return Closing::Closed;
                }
                branch
            }
            Line::Note { branch } => branch,
        };
        let leads_here = |line: &Line| {
            matches!(line, Line::Row { branch, row }
                if self.branch(*branch).rows[*row as usize].branch == Some(of))
        };
        self.lines[..at]
            .iter()
            .rposition(leads_here)
            .map_or(Closing::No, Closing::Above)
    }

    /// Closes every folder.
    pub fn close_all(&mut self) {
        for branch in self.branches.iter_mut().skip(1) {
            branch.open = false;
        }
        self.rebuild();
    }

    /// How rows are sorted.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Sorts in another way.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        for branch in &mut self.branches {
            branch.sort(sort);
        }
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
