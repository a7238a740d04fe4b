//! Jumping ahead of a listing: rows from a name on, and the gap that lies before them.
//!
//! Knows the order of keys: a folder stands where its name with a slash stands. Invariant: what was
//! never listed is a gap, until a listing from its beginning reaches the rows behind it.

use std::sync::Arc;

use super::branch::{Branch, Filling};
use super::chunk::Chunk;
use super::rows::Rows;
use super::store::Class;
use crate::engine::Start;
use crate::model::Place;

/// How many rows a jump brings.
const LANDING: usize = 1000;

/// Something that is not listed yet, with rows behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where to list it from.
    pub start: Start,
    /// The first key behind it, without the prefix: folders end in a slash.
    pub until: Box<[u8]>,
    /// The row that it is shown before: its class and name.
    pub before: (Class, Box<[u8]>),
}

/// A jump under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landing {
    /// The name that was jumped to.
    name: Box<str>,
    /// The gap that it lies in; none: behind all rows.
    gap: Option<usize>,
}

/// Where a name is missing.
enum Missing {
    /// In a gap.
    In(usize),
    /// Behind all rows.
    Behind,
}

/// The key of a row without the prefix.
fn key(class: Class, name: &[u8]) -> Vec<u8> {
    let mut key = name.to_vec();
    if class == Class::Folders {
        key.push(b'/');
    }
    key
}

/// A text just before another one, as close as texts get: to list from it on, where a server lists
/// only what is behind.
#[must_use]
pub(super) fn just_before(text: &str) -> String {
    let mut out: String = text.into();
    match out.pop() {
        None | Some('\0') => {}
        Some(last) => {
            let before = match last {
                // Between these lie no characters.
                '\u{e000}' => '\u{d7ff}',
                last => char::from_u32(u32::from(last) - 1).unwrap_or('\0'),
            };
            out.push(before);
            out.push(char::MAX);
        }
    }
    out
}

/// The last key of some rows that is before a key.
fn last_before(rows: &Rows, bound: Option<&[u8]>) -> Option<Vec<u8>> {
    let of = |class: Class| {
        let sorted = rows.sorted(class);
        let is_before =
            |row: &u32| bound.is_none_or(|bound| *key(class, rows.store().name(*row)) < *bound);
        // Folders are sorted without their slashes, which is nearly the order of keys.
        let end = match bound {
            None => sorted.len(),
            Some(bound) => rows
                .place_of(class, bound)
                .map_or_else(|at| at, |at| at + 1),
        };
        let last = sorted[..end].iter().rev().find(|row| is_before(row))?;
        Some(key(class, rows.store().name(*last)))
    };
    of(Class::Folders).max(of(Class::Files))
}

impl Branch {
    /// The gaps.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Whether the rows from a name on are not listed, so that only a jump brings them.
    #[must_use]
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self.place, Place::Prefix(..)) && self.missing(name).is_some()
    }

    /// Where a name would be missing.
    fn missing(&self, name: &str) -> Option<Missing> {
        let name = name.as_bytes();
        let in_gap = |(at, gap): (usize, &Gap)| {
            let last = last_before(&self.rows, Some(&gap.until));
            let inside = *name < *gap.until && last.is_none_or(|last| *last < *name);
            inside.then_some(at)
        };
        if let Some(at) = self.gaps.iter().enumerate().find_map(in_gap) {
            return Some(Missing::In(at));
        }
        let ends = self.tail.is_none() && !self.rows.is_empty() && self.ticket().is_none();
        let ends = ends || self.listing == super::Listing::Done;
        let behind = last_before(&self.rows, None).is_none_or(|last| *last < *name);
        (behind && !ends).then_some(Missing::Behind)
    }

    /// Begins a jump: where to list from, and how much.
    pub(super) fn land(&mut self, name: &str) -> (Start, usize) {
        let gap = match self.missing(name) {
            Some(Missing::In(gap)) => Some(gap),
            Some(Missing::Behind) | None => None,
        };
        let prefix = match &self.place {
            Place::Prefix(_, _, prefix) => prefix.as_str(),
            Place::Accounts | Place::Buckets(_) | Place::Folder(_) => "",
        };
        let after = format!("{prefix}{}", just_before(name));
        self.filling = Filling::Landing(Landing {
            name: name.into(),
            gap,
        });
        (Start::After(after.into()), LANDING)
    }

    /// Takes the rows of a jump in, with the gaps that they leave.
    pub(super) fn take_landing(
        &mut self,
        landing: &Landing,
        (chunk, next): (Arc<Chunk>, Option<Start>),
    ) {
        let (first, last) = ends(&chunk);
        let Some((before, until)) = first else {
            // There is nothing from that name on; what lies before it is as it was.
            if landing.gap.is_none() && self.tail.is_none() {
                self.tail = self.rows.is_empty().then_some(Start::Beginning);
            }
            self.rows.add(chunk);
            return;
        };
        self.rows.add(chunk);
        let gap = |start: Start| Gap {
            start,
            until: until.clone().into(),
            before: before.clone(),
        };
        let Some(at) = landing.gap else {
            let start = self.tail.take().unwrap_or(Start::Beginning);
            self.gaps.push(gap(start));
            self.tail = next;
            return;
        };
        let behind = &mut self.gaps[at];
        let left = gap(behind.start.clone());
        let reached = last.is_some_and(|last| *last >= *behind.until);
        match next {
            Some(start) if !reached => {
                behind.start = start;
                self.gaps.insert(at, left);
            }
            Some(_) | None => self.gaps[at] = left,
        }
    }

    /// Takes rows of a gap in; gives whether that is enough.
    pub(super) fn take_gap(
        &mut self,
        at: usize,
        wanted: usize,
        (chunk, next): (Arc<Chunk>, Option<Start>),
    ) -> bool {
        let (rows, (_, last)) = (chunk.len(), ends(&chunk));
        self.rows.add(chunk);
        let Some(gap) = self.gaps.get_mut(at) else {
            return true;
        };
        let reached = last.is_some_and(|last| *last >= *gap.until);
        match next {
            Some(start) if !reached => {
                gap.start = start;
                let wanted = wanted.saturating_sub(rows);
                self.filling = Filling::Gap(at, wanted);
                wanted == 0
            }
            Some(_) | None => {
                self.gaps.remove(at);
                true
            }
        }
    }
}

/// The first and last row of a page by key: of the first its class and name, of both the key.
#[expect(clippy::type_complexity, reason = "told once, taken apart at once")]
fn ends(chunk: &Chunk) -> (Option<((Class, Box<[u8]>), Vec<u8>)>, Option<Vec<u8>>) {
    let class = |at: usize| Class::of(chunk.kind(at));
    let keyed = |at: usize| key(class(at), chunk.name(at));
    let first = (0..chunk.len()).min_by_key(|at| keyed(*at));
    let last = (0..chunk.len()).map(keyed).max();
    // A file is shown below all folders, so a page with both begins twice: the files decide.
    let file = (0..chunk.len()).find(|at| class(*at) == Class::Files);
    let shown = file.or(first).map(|at| (class(at), chunk.name(at).into()));
    (shown.zip(first.map(keyed)), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_just_before_is_before_and_nothing_ordinary_lies_between() {
        for text in ["a", "f0012", "é", "日本", "\u{e000}", "a\0"] {
            let before = just_before(text);
            assert!(*before < *text, "{text:?}");
        }
        assert!(*just_before("b") > *"a~~~~");
        assert_eq!(just_before(""), "");
    }
}
