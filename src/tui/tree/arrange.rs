//! Filtering and sorting the rows of a place away from the keys: a piece of work that any thread
//! can do, and its result.
//!
//! Knows no tree and no screen. Invariant: it works on packed rows that never change, so the pane
//! goes on meanwhile and shows what it showed before until the result is there.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Dots;
use super::order::{Filter, Sort, Way, extension};
use super::rows::Rows;
use super::store::{Class, Store};
use crate::tui::msg::SortBy;

/// Up to so many rows are arranged at once: that takes less than a key may.
pub(super) const AT_ONCE: usize = 4096;

/// After so many rows it looks whether anybody still wants the result.
const LOOK: usize = 4096;

/// What shall be shown, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The order.
    pub sort: Sort,
    /// Whether dot files are shown.
    pub dots: Dots,
    /// What passes.
    pub filter: Option<Filter>,
}

impl Spec {
    /// Whether the rows are shown as they are sorted already.
    #[must_use]
    pub fn is_by_name(&self) -> bool {
        self.filter.is_none() && self.sort.by == SortBy::Name
    }
}

/// The work.
#[derive(Debug)]
struct Job {
    store: Store,
    folders: Arc<Vec<u32>>,
    files: Arc<Vec<u32>>,
    counted: HashMap<u32, u64>,
    /// Rows that pass the filter whatever their names: opened folders.
    keep: HashSet<u32>,
    spec: Spec,
    /// A pattern that must fit as well.
    pattern: Option<Filter>,
}

/// Rows to be arranged, as they are now. A clone is the same work.
#[derive(Debug, Clone)]
pub struct Arrange(Arc<Job>);

impl PartialEq for Arrange {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Arrange {}

impl Arrange {
    /// The work on the rows of a place.
    #[must_use]
    pub fn new(rows: &Rows, spec: Spec) -> Self {
        Self(Arc::new(Job::new(rows, spec)))
    }

    /// The work of finding the shown rows whose names fit a pattern.
    #[must_use]
    pub fn matching(rows: &Rows, spec: Spec, pattern: Filter) -> Self {
        Self(Arc::new(Job {
            keep: HashSet::new(),
            pattern: Some(pattern),
            ..Job::new(rows, spec)
        }))
    }

    /// Does the work; none once nobody wants it any more.
    #[must_use]
    pub fn run(&self, stop: &AtomicBool) -> Option<Vec<u32>> {
        let job = &*self.0;
        let mut out = job.class(&job.folders, stop)?;
        out.extend(job.class(&job.files, stop)?);
        Some(out)
    }
}

impl Job {
    fn new(rows: &Rows, spec: Spec) -> Self {
        let folders = rows.shared(Class::Folders);
        let counted = |row: &u32| Some((*row, rows.size(*row)?));
        Self {
            store: rows.store().clone(),
            counted: match spec.sort.by {
                SortBy::Size => folders.iter().filter_map(counted).collect(),
                SortBy::Name | SortBy::Modified | SortBy::Extension => HashMap::new(),
            },
            folders,
            files: rows.shared(Class::Files),
            keep: rows.opened().map(|(row, _)| row).collect(),
            spec,
            pattern: None,
        }
    }

    fn passes(&self, row: u32) -> bool {
        let name = self.store.name(row);
        if self.spec.dots == Dots::Hidden && name.first() == Some(&b'.') {
            return false;
        }
        let fits = |filter: &Option<Filter>| filter.as_ref().is_none_or(|f| f.passes(name));
        self.keep.contains(&row) || (fits(&self.spec.filter) && fits(&self.pattern))
    }

    /// The rows of a class that pass, sorted.
    fn class(&self, rows: &[u32], stop: &AtomicBool) -> Option<Vec<u32>> {
        let mut passing = Vec::new();
        for some in rows.chunks(LOOK) {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            passing.extend(some.iter().copied().filter(|row| self.passes(*row)));
        }
        let Sort { by, way } = self.spec.sort;
        match by {
            SortBy::Name => {
                if way == Way::Down {
                    passing.reverse();
                }
            }
            SortBy::Size | SortBy::Modified => {
                // Rows of one key stay by name: their place among the passing ones decides.
                let ranks = 0u32..;
                let mut keyed: Vec<(u64, u32, u32)> = passing
                    .iter()
                    .zip(ranks)
                    .map(|(row, rank)| (self.key(*row), rank, *row))
                    .collect();
                match way {
                    Way::Up => keyed.sort_unstable(),
                    Way::Down => {
                        keyed.sort_unstable_by_key(|(key, rank, _)| (Reverse(*key), *rank));
                    }
                }
                passing.clear();
                passing.extend(keyed.into_iter().map(|(_, _, row)| row));
            }
            SortBy::Extension => passing.sort_by(|a, b| {
                let order = extension(self.store.name(*a)).cmp(extension(self.store.name(*b)));
                match way {
                    Way::Up => order,
                    Way::Down => order.reverse(),
                }
            }),
        }
        passing.shrink_to_fit();
        Some(passing)
    }

    /// What a row is sorted by; what is not known comes first.
    fn key(&self, row: u32) -> u64 {
        match self.spec.sort.by {
            SortBy::Size => {
                let size = self.store.size(row);
                let size = size.or_else(|| self.counted.get(&row).copied());
                size.map_or(0, |size| size.saturating_add(1))
            }
            SortBy::Modified => {
                let date = self.store.date(row);
                date.map_or(0, |date| date.cast_unsigned() ^ (1 << 63))
            }
            SortBy::Name | SortBy::Extension => 0,
        }
    }
}
