//! Which rows of one place are shown, and in which order.
//!
//! Knows no lines and no other place. Invariant: by name nothing is written down, because the rows
//! are sorted already: a list of a million names costs four numbers.

use std::ops::Range;
use std::sync::Arc;

use super::order::Way;
use super::rows::Rows;
use super::store::Class;
use super::{Dots, Sort};
use crate::tui::msg::SortBy;

/// A stretch of the folders or of the files, as they are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    class: Class,
    from: usize,
    to: usize,
}

/// What is shown.
#[derive(Debug, Clone)]
pub(super) enum View {
    /// By name: folders, then files, each without its dot files if these are hidden.
    ByName(ByName),
    /// As it was worked out.
    Arranged(Arc<Vec<u32>>),
}

/// All rows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByName {
    parts: [Part; 4],
    way: Way,
}

impl ByName {
    /// The rows as they are now.
    #[must_use]
    pub(super) fn of(rows: &Rows, sort: Sort, dots: Dots) -> Self {
        let way = if sort.by == SortBy::Name {
            sort.way
        } else {
            Way::Up
        };
        let split = |class: Class| {
            let len = rows.sorted(class).len();
            let (from, to) = match dots {
                Dots::Shown => (len, len),
                // Names that begin with a dot stand together: `/` is the next byte.
                Dots::Hidden => {
                    let before = |name: &[u8]| rows.place_of(class, name).unwrap_or_else(|at| at);
                    (before(b"."), before(b"/"))
                }
            };
            let part = |from, to| Part { class, from, to };
            [part(0, from), part(to, len)]
        };
        let ([a, b], [c, d]) = (split(Class::Folders), split(Class::Files));
        let parts = match way {
            Way::Up => [a, b, c, d],
            Way::Down => [b, a, d, c],
        };
        Self { parts, way }
    }

    fn at(&self, rows: &Rows, at: usize) -> Option<u32> {
        let mut at = at;
        for part in &self.parts {
            let len = part.to - part.from;
            if at < len {
                let at = match self.way {
                    Way::Up => part.from + at,
                    Way::Down => part.to - 1 - at,
                };
                return rows.sorted(part.class).get(at).copied();
            }
            at -= len;
        }
        None
    }

    /// Where the row is shown that stands at some place among those of its class.
    fn shown(&self, class: Class, place: usize) -> Option<usize> {
        let mut before = 0;
        for part in &self.parts {
            if part.class == class && (part.from..part.to).contains(&place) {
                return Some(match self.way {
                    Way::Up => before + place - part.from,
                    Way::Down => before + part.to - 1 - place,
                });
            }
            before += part.to - part.from;
        }
        None
    }
}

impl View {
    /// How many rows are shown.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        match self {
            Self::ByName(by_name) => by_name.parts.iter().map(|p| p.to - p.from).sum(),
            Self::Arranged(rows) => rows.len(),
        }
    }

    /// The row at a position.
    #[must_use]
    pub(super) fn at(&self, rows: &Rows, at: usize) -> Option<u32> {
        match self {
            Self::ByName(by_name) => by_name.at(rows, at),
            Self::Arranged(shown) => shown.get(at).copied(),
        }
    }

    /// The rows of some positions, in whatever order.
    pub(super) fn slices<'a>(&'a self, rows: &'a Rows, range: Range<usize>) -> Vec<&'a [u32]> {
        let by_name = match self {
            Self::Arranged(shown) => return shown.get(range).into_iter().collect(),
            Self::ByName(by_name) => by_name,
        };
        let mut before = 0;
        let mut out = Vec::new();
        for part in &by_name.parts {
            let len = part.to - part.from;
            let first = range.start.clamp(before, before + len) - before;
            let last = range.end.clamp(before, before + len) - before;
            let (from, to) = match by_name.way {
                Way::Up => (part.from + first, part.from + last),
                Way::Down => (part.to - last, part.to - first),
            };
            out.extend(rows.sorted(part.class).get(from..to));
            before += len;
        }
        out
    }

    /// The position of a row.
    #[must_use]
    pub(super) fn position(&self, rows: &Rows, row: u32) -> Option<usize> {
        match self {
            Self::ByName(by_name) => {
                let class = Class::of(rows.store().kind(row));
                let place = rows.place_of(class, rows.store().name(row)).ok()?;
                by_name.shown(class, place)
            }
            Self::Arranged(shown) => shown.iter().position(|r| *r == row),
        }
    }

    /// The position of the first row of a class that is not before a name.
    #[must_use]
    pub(super) fn first_from(&self, rows: &Rows, class: Class, name: &[u8]) -> Option<usize> {
        let place = rows.place_of(class, name).unwrap_or_else(|at| at);
        match self {
            Self::ByName(by_name) => by_name.shown(class, place),
            Self::Arranged(_) => self.position(rows, *rows.sorted(class).get(place)?),
        }
    }

    /// Which way names go, while it is by name.
    #[must_use]
    pub(super) fn way(&self) -> Option<Way> {
        match self {
            Self::ByName(by_name) => Some(by_name.way),
            Self::Arranged(_) => None,
        }
    }
}
