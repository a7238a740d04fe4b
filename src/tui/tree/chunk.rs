//! Rows packed close together: one page of a listing, as columns.
//!
//! Knows no order, no marks and no screen. Invariant: a chunk never changes once it is packed, so it
//! can be read on another thread while the pane goes on; a name is kept byte for byte.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use jiff::Timestamp;

use super::row::{Name, Row, RowKind};

/// A size that is not known.
const NO_SIZE: u64 = u64::MAX;

/// A date that is not known.
const NO_DATE: i64 = i64::MIN;

/// What names are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    /// Text: keys, buckets, accounts.
    Text,
    /// Whatever bytes a disk holds.
    Files,
}

/// Some rows, packed. About 23 bytes each beside the name.
#[derive(Debug)]
pub struct Chunk {
    world: World,
    names: Box<[u8]>,
    /// Where each name ends.
    ends: Box<[u32]>,
    sizes: Box<[u64]>,
    /// Microseconds since 1970.
    dates: Box<[i64]>,
    kinds: Box<[RowKind]>,
    /// Which of the notes, counted from 1.
    noted: Box<[u16]>,
    notes: Box<[Arc<str>]>,
}

impl Chunk {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of a row's name; empty beyond the last row.
    #[must_use]
    pub fn name(&self, at: usize) -> &[u8] {
        let from = match at {
            0 => 0,
            _ => self.ends.get(at - 1).map_or(0, |end| *end as usize),
        };
        let to = self.ends.get(at).map_or(from, |end| *end as usize);
        self.names.get(from..to).unwrap_or_default()
    }

    /// What a row stands for.
    #[must_use]
    pub fn kind(&self, at: usize) -> RowKind {
        self.kinds.get(at).copied().unwrap_or(RowKind::Special)
    }

    /// A row's bytes.
    #[must_use]
    pub fn size(&self, at: usize) -> Option<u64> {
        self.sizes.get(at).copied().filter(|size| *size != NO_SIZE)
    }

    /// Microseconds since 1970 of a row's last change.
    #[must_use]
    pub fn date(&self, at: usize) -> Option<i64> {
        self.dates.get(at).copied().filter(|date| *date != NO_DATE)
    }

    /// A row, unpacked.
    #[must_use]
    pub fn row(&self, at: usize) -> Row {
        let bytes = self.name(at);
        let name = match self.world {
            World::Text => Name::Text(String::from_utf8_lossy(bytes).into()),
            World::Files => Name::File(OsStr::from_bytes(bytes).into()),
        };
        let note = self.noted.get(at).copied().unwrap_or(0);
        let date = self.date(at).map(Timestamp::from_microsecond);
        Row {
            name,
            kind: self.kind(at),
            marked: false,
            own: false,
            branch: None,
            size: self.size(at),
            modified: date.and_then(Result::ok),
            note: usize::from(note)
                .checked_sub(1)
                .and_then(|note| self.notes.get(note).cloned()),
        }
    }

    /// One of the rows alone.
    #[must_use]
    pub(super) fn only(&self, at: usize) -> Self {
        let mut packing = Packing::new(self.world, 1);
        packing.push(self.name(at), self.kind(at));
        let row = self.row(at);
        packing.measure(row.size, row.modified);
        if let Some(note) = &row.note {
            packing.note(note);
        }
        packing.done()
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let each = size_of::<u32>() + size_of::<u64>() + size_of::<i64>() + 1 + size_of::<u16>();
        let notes: usize = self.notes.iter().map(|note| note.len() + 32).sum();
        size_of::<Self>() + self.names.len() + self.len() * each + notes
    }
}

/// Packs rows, one after the other.
#[derive(Debug)]
pub(super) struct Packing {
    world: World,
    names: Vec<u8>,
    ends: Vec<u32>,
    sizes: Vec<u64>,
    dates: Vec<i64>,
    kinds: Vec<RowKind>,
    noted: Vec<u16>,
    notes: Vec<Arc<str>>,
}

impl Packing {
    /// Room for so many rows.
    #[must_use]
    pub(super) fn new(world: World, rows: usize) -> Self {
        Self {
            world,
            names: Vec::with_capacity(rows * 24),
            ends: Vec::with_capacity(rows),
            sizes: Vec::with_capacity(rows),
            dates: Vec::with_capacity(rows),
            kinds: Vec::with_capacity(rows),
            noted: Vec::with_capacity(rows),
            notes: Vec::new(),
        }
    }

    /// Adds a row. One that would make the names longer than 4 GiB is left out.
    pub(super) fn push(&mut self, name: &[u8], kind: RowKind) {
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else {
            return;
        };
        self.names.extend_from_slice(name);
        self.ends.push(end);
        self.sizes.push(NO_SIZE);
        self.dates.push(NO_DATE);
        self.kinds.push(kind);
        self.noted.push(0);
    }

    /// Says how large and how old the row is that was added last.
    pub(super) fn measure(&mut self, size: Option<u64>, modified: Option<Timestamp>) {
        if let (Some(last), Some(size)) = (self.sizes.last_mut(), size) {
            *last = size;
        }
        if let (Some(last), Some(modified)) = (self.dates.last_mut(), modified) {
            *last = modified.as_microsecond();
        }
    }

    /// Notes something of the row that was added last.
    pub(super) fn note(&mut self, note: &str) {
        // Most rows of a page have the note of the row before.
        let known = self.notes.iter().rposition(|known| **known == *note);
        let at = known.unwrap_or_else(|| {
            self.notes.push(note.into());
            self.notes.len() - 1
        });
        if let (Some(last), Ok(at)) = (self.noted.last_mut(), u16::try_from(at + 1)) {
            *last = at;
        }
    }

    /// The rows, packed.
    #[must_use]
    pub(super) fn done(self) -> Chunk {
        Chunk {
            world: self.world,
            names: self.names.into(),
            ends: self.ends.into(),
            sizes: self.sizes.into(),
            dates: self.dates.into(),
            kinds: self.kinds.into(),
            noted: self.noted.into(),
            notes: self.notes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_as_they_went_in() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let mut packing = Packing::new(World::Files, 3);
        packing.push(b"a\xff", RowKind::File);
        packing.measure(Some(7), Some(at));
        packing.note("link to x");
        packing.push(b"", RowKind::Folder);
        packing.push(b"c", RowKind::File);
        packing.note("link to x");
        let chunk = packing.done();
        let row = chunk.row(0);
        assert_eq!(row.name, Name::File(OsStr::from_bytes(b"a\xff").into()));
        assert_eq!((row.size, row.modified), (Some(7), Some(at)));
        assert_eq!(row.note.as_deref(), Some("link to x"));
        assert_eq!(chunk.row(1).name.bytes(), b"");
        assert_eq!((chunk.row(1).size, chunk.row(1).note), (None, None));
        assert_eq!(chunk.row(2).note.as_deref(), Some("link to x"));
        assert_eq!((chunk.len(), chunk.name(9)), (3, &b""[..]));
    }
}
