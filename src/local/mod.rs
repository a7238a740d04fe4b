//! The other world of bytes: files and folders on this machine.
//!
//! Blocking work runs on tokio's blocking threads. Names from a server never become a path except
//! through `path.rs`, which works segment by segment and cannot leave its folder; what is written
//! goes through handles (`dir.rs`) that follow no link.

mod change;
mod dir;
mod path;
mod place;
mod read;
mod sink;
mod source;
mod standing;
mod trash;
mod walk;
mod words;

pub use change::{ensure_folder, make_folder, remove, remove_empty, rename, write};
pub use path::{Spot, below, numbered, segment};
pub use place::{Folders, Placed, Small};
pub use read::{Relation, entry, free, list, list_to, read, real, relation, stream};
pub use sink::{Adopted, Landed, Replace, Sink};
pub use source::{Source, Stamp};
pub use standing::{Standing, free_spot, is_absent, standing};
pub use trash::{Trashed, restore, trash};
pub use walk::{Found, walk};
pub use words::{CHANGED, EXISTS, NO_SPACE, NOT_FOUND, OTHER_DISK};

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::PathBuf;

use jiff::Timestamp;

/// What a directory entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link; where it leads, and whether that is a folder.
    Link {
        /// The target as it is written.
        target: PathBuf,
        /// Whether it leads to a folder.
        folder: bool,
    },
    /// A socket, pipe or device: shown, never read.
    Special,
}

/// One row of a local folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalEntry {
    /// Its name: any bytes.
    pub name: OsString,
    /// What it is.
    pub kind: LocalKind,
    /// Bytes, of a file.
    pub size: u64,
    /// Last change.
    pub modified: Option<Timestamp>,
}

/// The last change, to the nanosecond where the disk knows it.
pub(crate) fn modified(meta: &Metadata) -> Option<Timestamp> {
    Timestamp::try_from(meta.modified().ok()?).ok()
}
