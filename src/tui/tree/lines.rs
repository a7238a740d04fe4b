//! From rows to lines: what the sort, the filter, the open folders and the gaps leave to be shown,
//! and how a line is found again after that changed.
//!
//! Invariant: lines are never written down one by one. A stretch of rows is one span, so that a flat
//! list of a million rows is one.

use super::store::Class;
use super::{Line, Listing, Name, ROOT, Tree, Way};

/// A line that can be found again after lines changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    branch: u32,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Row(Class, Name),
    Note,
    Gap(Box<[u8]>),
}

/// Some lines in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first of them.
    pub start: usize,
    /// Of which branch.
    pub branch: u32,
    /// What they are.
    pub of: Of,
}

/// What the lines of a span are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Rows of the branch's view: the first one, and how many.
    Rows(usize, usize),
    /// What there is to say about the branch.
    Note,
    /// One of its gaps.
    Gap(usize),
}

impl Span {
    pub(super) fn len(&self) -> usize {
        match self.of {
            Of::Rows(_, count) => count,
            Of::Note | Of::Gap(_) => 1,
        }
    }
}

/// What interrupts the rows of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    /// A gap before the row.
    Gap(usize),
    /// What lies below the row: which row, and which branch.
    Below(u32, u32),
}

/// Spans that are being put together.
#[derive(Debug, Default)]
struct Spans {
    spans: Vec<Span>,
    len: usize,
}

impl Spans {
    fn push(&mut self, branch: u32, of: Of) {
        let span = Span {
            start: self.len,
            branch,
            of,
        };
        if span.len() > 0 {
            self.len += span.len();
            self.spans.push(span);
        }
    }
}

impl Tree {
    /// What is needed to find a line again.
    #[must_use]
    pub fn anchor(&self, at: usize) -> Option<Anchor> {
        let (branch, what) = match self.line(at)? {
            Line::Row { branch, row } => {
                let row = self.branch(branch).rows.get(row)?;
                (branch, What::Row(Class::of(row.kind), row.name))
            }
            Line::Note { branch } => (branch, What::Note),
            Line::Gap { branch, gap } => {
                let gap = self.branch(branch).gaps().get(gap)?;
                (branch, What::Gap(gap.until.clone()))
            }
        };
        Some(Anchor { branch, what })
    }

    /// Finds a line again.
    #[must_use]
    pub fn find(&self, anchor: &Anchor) -> Option<usize> {
        let branch = self.branches.get(anchor.branch as usize)?;
        match &anchor.what {
            What::Row(class, name) => {
                let row = branch.rows.find(*class, name.bytes())?;
                self.line_of(anchor.branch, row)
            }
            What::Note => self.span_of(anchor.branch, Of::Note),
            What::Gap(until) => {
                let gap = branch.gaps().iter().position(|gap| gap.until == *until)?;
                self.span_of(anchor.branch, Of::Gap(gap))
            }
        }
    }

    fn span_of(&self, branch: u32, of: Of) -> Option<usize> {
        let is = |span: &&Span| span.branch == branch && span.of == of;
        self.spans.iter().find(is).map(|span| span.start)
    }

    /// Finds a name of the place itself.
    #[must_use]
    pub fn find_name(&self, name: &Name) -> Option<usize> {
        let rows = &self.root().rows;
        let find = |class: Class| rows.find(class, name.bytes());
        let row = find(Class::Folders).or_else(|| find(Class::Files))?;
        self.line_of(ROOT, row)
    }

    /// Finds the first row of the place itself that is not before a text by name.
    #[must_use]
    pub fn find_from(&self, text: &str) -> Option<usize> {
        let root = self.root();
        let first = |class: Class| {
            let at = root.view.first_from(&root.rows, class, text.as_bytes())?;
            root.view.at(&root.rows, at)
        };
        let hit = |row: &u32| root.rows.store().name(*row).starts_with(text.as_bytes());
        let (folder, file) = (first(Class::Folders), first(Class::Files));
        let row = folder.filter(hit).or(file).or(folder)?;
        self.line_of(ROOT, row)
    }

    /// The line of a row.
    pub(super) fn line_of(&self, branch: u32, row: u32) -> Option<usize> {
        let of = self.branch(branch);
        let position = of.view.position(&of.rows, row)?;
        self.spans.iter().find_map(|span| match span.of {
            Of::Rows(from, count)
                if span.branch == branch && (from..from + count).contains(&position) =>
            {
                Some(span.start + position - from)
            }
            Of::Rows(..) | Of::Note | Of::Gap(_) => None,
        })
    }

    /// A line.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<Line> {
        let span = self.spans.partition_point(|span| span.start <= at);
        let span = self.spans.get(span.checked_sub(1)?)?;
        let (branch, offset) = (span.branch, at - span.start);
        if offset >= span.len() {
            return None;
        }
        match span.of {
            Of::Rows(from, _) => {
                let of = self.branch(branch);
                let row = of.view.at(&of.rows, from + offset)?;
                Some(Line::Row { branch, row })
            }
            Of::Note => Some(Line::Note { branch }),
            Of::Gap(gap) => Some(Line::Gap { branch, gap }),
        }
    }

    /// Makes the lines anew.
    pub(super) fn rebuild(&mut self) {
        let spec = self.spec();
        for branch in self.seen() {
            self.branches[branch as usize].look(&spec);
        }
        let mut spans = Spans::default();
        self.walk(ROOT, &mut spans);
        self.spans = spans.spans;
        self.len = spans.len;
    }

    fn walk(&self, at: u32, out: &mut Spans) {
        let branch = self.branch(at);
        let mut from = 0;
        for (position, what) in self.breaks(at) {
            match what {
                Break::Gap(gap) => {
                    out.push(at, Of::Rows(from, position - from));
                    out.push(at, Of::Gap(gap));
                    from = position;
                }
                Break::Below(row, below) => {
                    let spans = (out.spans.len(), out.len);
                    out.push(at, Of::Rows(from, position + 1 - from));
                    let len = out.len;
                    if self.branch(below).open {
                        self.walk(below, out);
                    }
                    let name = branch.rows.store().name(row);
                    let fails = self.filter.as_ref().is_some_and(|f| !f.passes(name));
                    if fails && out.len == len {
                        // A folder that does not fit leads to nothing that does.
                        out.spans.truncate(spans.0);
                        out.len = spans.1;
                        out.push(at, Of::Rows(from, position - from));
                    }
                    from = position + 1;
                }
            }
        }
        out.push(at, Of::Rows(from, branch.view.len() - from));
        if self.filter.is_none() && self.has_note(at) {
            out.push(at, Of::Note);
        }
    }

    /// Where the rows of a branch are interrupted, and by what.
    fn breaks(&self, at: u32) -> Vec<(usize, Break)> {
        let branch = self.branch(at);
        let below = branch.rows.opened().filter_map(|(row, below)| {
            let matters = self.filter.is_some() || self.branch(below).open;
            let position = branch
                .view
                .position(&branch.rows, row)
                .filter(|_| matters)?;
            Some((position, Break::Below(row, below)))
        });
        let mut out: Vec<(usize, Break)> = below.collect();
        if let (Some(way), None) = (branch.view.way(), &self.filter) {
            let gaps = branch.gaps().iter().enumerate();
            out.extend(gaps.filter_map(|(at, gap)| {
                let (class, name) = &gap.before;
                let row = branch.rows.find(*class, name)?;
                let position = branch.view.position(&branch.rows, row)?;
                Some((position + usize::from(way == Way::Down), Break::Gap(at)))
            }));
        }
        out.sort_unstable();
        out
    }

    /// Whether a line below the rows has something to say. The pane's own place says it over the
    /// whole pane as long as it has no rows.
    fn has_note(&self, at: u32) -> bool {
        let branch = self.branch(at);
        let below_root = at != ROOT;
        match &branch.listing {
            Listing::Unasked => false,
            Listing::Asking { .. } | Listing::Done => below_root && branch.rows.is_empty(),
            // What is missing may all lie in gaps, which have lines of their own.
            Listing::Paused => branch.tail.is_some() || branch.view.way().is_none(),
            Listing::Stopped | Listing::Failed(_) => below_root || !branch.rows.is_empty(),
        }
    }
}
