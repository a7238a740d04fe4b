//! The packed pages of one place, and rows by their numbers.
//!
//! Invariant: a row keeps its number as long as its place is not listed again.

use std::sync::Arc;

use super::chunk::Chunk;
use super::row::RowKind;

/// Folders or the rest: two lists, each sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// What can be opened in place.
    Folders,
    /// Objects and files.
    Files,
}

impl Class {
    /// The class of a kind.
    #[must_use]
    pub fn of(kind: RowKind) -> Self {
        if kind.is_folder() {
            Self::Folders
        } else {
            Self::Files
        }
    }
}

/// The packed pages. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Store {
    chunks: Vec<Arc<Chunk>>,
    /// The number of each chunk's first row.
    starts: Vec<u32>,
    count: u32,
}

impl Store {
    /// The chunk that holds a row, and where in it.
    pub(super) fn locate(&self, row: u32) -> Option<(&Chunk, usize)> {
        let at = self.starts.partition_point(|start| *start <= row);
        let at = at.checked_sub(1)?;
        Some((&self.chunks[at], (row - self.starts[at]) as usize))
    }

    /// The bytes of a row's name.
    #[must_use]
    pub fn name(&self, row: u32) -> &[u8] {
        self.locate(row).map_or(&[], |(chunk, at)| chunk.name(at))
    }

    /// A row's bytes.
    #[must_use]
    pub fn size(&self, row: u32) -> Option<u64> {
        self.locate(row).and_then(|(chunk, at)| chunk.size(at))
    }

    /// Microseconds since 1970 of a row's last change.
    #[must_use]
    pub fn date(&self, row: u32) -> Option<i64> {
        self.locate(row).and_then(|(chunk, at)| chunk.date(at))
    }

    /// What a row stands for.
    #[must_use]
    pub fn kind(&self, row: u32) -> RowKind {
        self.locate(row)
            .map_or(RowKind::Special, |(chunk, at)| chunk.kind(at))
    }

    /// How many rows there are; the number of the next one.
    #[must_use]
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Whether it is another one with perhaps some more pages.
    #[must_use]
    pub(super) fn is_later(&self, other: &Self) -> bool {
        let Some(last) = other.chunks.len().checked_sub(1) else {
            return true;
        };
        self.chunks
            .get(last)
            .is_some_and(|chunk| Arc::ptr_eq(chunk, &other.chunks[last]))
            && self.starts.get(last) == other.starts.get(last)
    }

    /// Bytes of memory that they take.
    #[must_use]
    pub(super) fn weight(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.weight()).sum()
    }

    /// For visiting rows in the order of their numbers.
    #[must_use]
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk {
            store: self,
            chunk: 0,
        }
    }

    pub(super) fn push(&mut self, chunk: Arc<Chunk>) -> std::ops::Range<u32> {
        let from = self.count;
        let more = u32::try_from(chunk.len()).unwrap_or(0);
        if more > 0 && self.count.checked_add(more).is_some() {
            self.starts.push(from);
            self.chunks.push(chunk);
            self.count += more;
        }
        from..self.count
    }
}

/// Visits rows; quick as long as they are near each other.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    store: &'a Store,
    chunk: usize,
}

impl<'a> Walk<'a> {
    /// The chunk that holds a row, and where in it.
    pub(super) fn find(&mut self, row: u32) -> Option<(&'a Chunk, usize)> {
        let starts = &self.store.starts;
        let near = starts.get(self.chunk).is_some_and(|start| *start <= row)
            && starts.get(self.chunk + 1).is_none_or(|next| row < *next);
        if !near {
            self.chunk = starts
                .partition_point(|start| *start <= row)
                .checked_sub(1)?;
        }
        let at = row - starts[self.chunk];
        Some((&self.store.chunks[self.chunk], at as usize))
    }
}
