//! Listings of which only the first rows are wanted, and those that go on where another ended.
//!
//! Invariant: a limit is about work, never about names: the rows in order are read until so many
//! were handed out, whatever was guessed of what lies ahead.

use super::range::State;
use super::{Plan, ROWS};
use crate::model::{Page, Token};

impl Plan {
    /// The same, beginning where an earlier listing ended.
    pub(in crate::s3) fn from(mut self, token: Option<Token>) -> Self {
        if let Some(first) = self.ranges.front_mut() {
            first.token = token;
        }
        self
    }

    /// Asks for no more than it takes to hand out so many rows.
    pub(in crate::s3) fn at_most(&mut self, rows: usize) {
        self.most = rows as u64;
    }

    /// Whether everything is known and was handed out.
    pub(in crate::s3) fn is_over(&self) -> bool {
        let over = |range: &super::Range| range.state == State::Done && range.held.is_empty();
        self.ranges.iter().all(over)
    }

    /// Rows that are wanted beside those that are there or under way.
    pub(super) fn left(&self) -> u64 {
        if self.most == u64::MAX {
            return self.most;
        }
        let waiting: u64 = self.ranges.iter().map(|r| rows(r.held.iter())).sum();
        let known = self.handed + waiting + u64::from(self.flying) * ROWS;
        self.most.saturating_sub(known)
    }

    /// Rows before a cut of a stretch, as far as can be told.
    pub(super) fn rows_before(&self, at: usize, pages: u64) -> u64 {
        if self.most == u64::MAX {
            return 0;
        }
        let cut = pages * ROWS * self.stride;
        let missing = |range: &super::Range| match (range.base(), range.hi.as_deref()) {
            _ if range.state == State::Done => 0,
            (Some(base), Some(hi)) => {
                let gauge = range.gauge.as_ref();
                gauge.and_then(|g| g.rows(base, hi)).unwrap_or(cut)
            }
            _ => cut,
        };
        let before: u64 = self.ranges.iter().take(at).map(missing).sum();
        let read = self.ranges.iter().take(at + 1);
        let read: u64 = read.map(|range| rows(range.held.iter())).sum();
        self.handed + read + before + cut
    }
}

fn rows<'p>(pages: impl Iterator<Item = &'p Page>) -> u64 {
    pages.map(|page| page.entries.len() as u64).sum()
}
