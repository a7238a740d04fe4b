//! From rows to lines: what the sort, the filter and the open folders leave to be shown, and how a
//! line is found again after that changed.

use super::{Branch, Dots, Line, Listing, Name, ROOT, Tree};

/// A line that can be found again after lines changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    branch: u32,
    name: Option<Name>,
}

impl Tree {
    /// What is needed to find a line again.
    #[must_use]
    pub fn anchor(&self, at: usize) -> Option<Anchor> {
        match self.line(at)? {
            Line::Row { branch, row } => {
                let name = self.branch(branch).rows.get(row as usize)?.name.clone();
                Some(Anchor {
                    branch,
                    name: Some(name),
                })
            }
            Line::Note { branch } => Some(Anchor { branch, name: None }),
        }
    }

    /// Finds a line again.
    #[must_use]
    pub fn find(&self, anchor: &Anchor) -> Option<usize> {
        self.lines
            .iter()
            .position(|line| match (line, &anchor.name) {
                (Line::Row { branch, row }, Some(name)) => {
                    *branch == anchor.branch
                        && self.branch(*branch).rows[*row as usize].name == *name
                }
                (Line::Note { branch }, None) => *branch == anchor.branch,
                _ => false,
            })
    }

    /// Finds a name of the place itself.
    #[must_use]
    pub fn find_name(&self, name: &Name) -> Option<usize> {
        self.find(&Anchor {
            branch: ROOT,
            name: Some(name.clone()),
        })
    }

    /// Makes the lines anew.
    pub(super) fn rebuild(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        self.walk(ROOT, &mut lines);
        self.lines = lines;
    }

    fn walk(&self, at: u32, out: &mut Vec<Line>) {
        let branch = self.branch(at);
        for index in branch.order() {
            let row = &branch.rows[*index as usize];
            if self.dots == Dots::Hidden && row.name.bytes().first() == Some(&b'.') {
                continue;
            }
            let start = out.len();
            out.push(Line::Row {
                branch: at,
                row: *index,
            });
            if let Some(below) = row.branch.filter(|b| self.branch(*b).open) {
                self.walk(below, out);
            }
            let fails = self
                .filter
                .as_ref()
                .is_some_and(|f| !f.matches(&row.name.text()));
            if fails && out.len() == start + 1 {
                out.pop();
            }
        }
        if self.filter.is_none() && branch.has_note() {
            out.push(Line::Note { branch: at });
        }
    }
}

impl Branch {
    /// Whether a line below the rows has something to say. The pane's own place says it over the
    /// whole pane as long as it has no rows.
    fn has_note(&self) -> bool {
        let below_root = self.depth > 0;
        match &self.listing {
            Listing::Unasked => false,
            Listing::Asking { .. } | Listing::Done => below_root && self.rows.is_empty(),
            Listing::Paused(_) => true,
            Listing::Stopped | Listing::Failed(_) => below_root || !self.rows.is_empty(),
        }
    }
}
