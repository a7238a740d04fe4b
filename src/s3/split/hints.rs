//! Folders as places to cut at, found by asking with a delimiter.
//!
//! Must not know how they are used. Invariant: each folder is asked about once, further pages of it
//! only when the listing got beyond what is known.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Levels that are asked about for one page.
const LEVELS: usize = 4;

/// Folders that are kept at most.
const MOST: usize = 50_000;

/// What is known of a folder's children.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// It is being asked for what lies behind this name.
    Asked(Option<String>),
    /// All that lie up to this name.
    Until(String),
    /// All.
    All,
}

/// Folders that were found.
#[derive(Debug, Default)]
pub(super) struct Hints {
    found: BTreeSet<String>,
    asked: BTreeMap<String, Known>,
    flying: usize,
}

impl Hints {
    /// Whether an answer is awaited.
    pub(super) fn awaited(&self) -> bool {
        self.flying > 0
    }

    /// The folder that should be asked about so that the way behind a page that ran from `first`
    /// to `last` can be cut, and behind which name.
    pub(super) fn wanted(
        &mut self,
        under: &str,
        (first, last): (&str, &str),
    ) -> Option<(String, Option<String>)> {
        if self.found.len() > MOST {
            return None;
        }
        let alike = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b);
        let alike = &last.as_bytes()[..alike.count()];
        // The folders that the page lies in, the innermost left out: it can be counted.
        let from = under.rfind('/').map_or(0, |at| at + 1);
        let slashes = alike.iter().enumerate().filter(|(_, b)| **b == b'/');
        let ends: Vec<usize> = slashes
            .map(|(at, _)| at + 1)
            .filter(|e| *e > from)
            .collect();
        let (_, outer) = ends.split_last()?;
        let levels = [from].into_iter().chain(outer.iter().copied()).take(LEVELS);
        for end in levels {
            let folder = &last[..end];
            let ask = if end == from { under } else { folder };
            let after = match self.asked.get(ask) {
                None => None,
                Some(Known::Until(until)) if until.as_str() <= last => Some(last.to_owned()),
                Some(Known::Asked(_) | Known::All | Known::Until(_)) => continue,
            };
            self.asked
                .insert(ask.to_owned(), Known::Asked(after.clone()));
            self.flying += 1;
            return Some((ask.to_owned(), after));
        }
        None
    }

    /// An answer: folders, and whether there are more behind the last row.
    pub(super) fn learn(&mut self, ask: &str, folders: Vec<String>, until: Option<String>) {
        self.flying = self.flying.saturating_sub(1);
        self.found.extend(folders);
        // A server that does not get any further is not asked again.
        let until = match self.asked.get(ask) {
            Some(Known::Asked(Some(after))) => until.filter(|until| until > after),
            _ => until,
        };
        let known = until.map_or(Known::All, Known::Until);
        self.asked.insert(ask.to_owned(), known);
    }

    /// No answer: that folder is not cut.
    pub(super) fn give_up(&mut self, ask: &str) {
        self.learn(ask, Vec::new(), None);
    }

    /// The `nth` folder between two names.
    pub(super) fn nth(&self, behind: &str, before: Option<&str>, nth: usize) -> Option<&str> {
        let upper = before.map_or(Bound::Unbounded, Bound::Excluded);
        if before.is_some_and(|before| before <= behind) {
            return None;
        }
        let mut between = self.found.range::<str, _>((Bound::Excluded(behind), upper));
        let here = between.clone().next()?;
        Some(between.nth(nth).unwrap_or(here))
    }

    /// How many folders lie between two names.
    pub(super) fn between(&self, behind: &str, to: &str) -> usize {
        if behind >= to {
            return 0;
        }
        let span = (Bound::Excluded(behind), Bound::Included(to));
        self.found.range::<str, _>(span).count()
    }

    /// What lies before a name is not needed any more.
    pub(super) fn forget(&mut self, before: &str) {
        if self
            .found
            .first()
            .is_some_and(|first| first.as_str() < before)
        {
            self.found = self.found.split_off(before);
        }
    }
}
