//! Opening folders in place, and closing them.
//!
//! Invariant: a folder that was opened once keeps its rows while it is closed.

use super::{Branch, Line, Tree};

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

impl Tree {
    /// Opens the folder of a line in place.
    pub fn open(&mut self, at: usize) -> Opening {
        let (Some(Line::Row { branch, row }), Some(place)) = (self.line(at), self.place_at(at))
        else {
            return Opening::No;
        };
        let within = &self.branches[branch as usize];
        let depth = within.depth + 1;
        if let Some(below) = within.rows.below(row) {
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
        let mut new = Branch::new(place, depth);
        new.above = Some((branch, row));
        self.branches.push(new);
        self.branches[branch as usize].rows.set_below(row, below);
        self.rebuild();
        Opening::Ask(below)
    }

    /// Closes the folder of a line, or finds the one that it lies in.
    pub fn close(&mut self, at: usize) -> Closing {
        let of = match self.line(at) {
            None => return Closing::No,
            Some(Line::Row { branch, row }) => {
                let below = self.branch(branch).rows.below(row);
                if let Some(below) = below.filter(|b| self.branch(*b).open) {
                    self.branches[below as usize].open = false;
                    self.rebuild();
                    return Closing::Closed;
                }
                branch
            }
            Some(Line::Note { branch } | Line::Gap { branch, .. }) => branch,
        };
        let above = self.branch(of).above;
        above
            .and_then(|(branch, row)| self.line_of(branch, row))
            .map_or(Closing::No, Closing::Above)
    }

    /// Closes every folder.
    pub fn close_all(&mut self) {
        for branch in self.branches.iter_mut().skip(1) {
            branch.open = false;
        }
        self.rebuild();
    }
}
