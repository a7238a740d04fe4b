//! The other world of bytes: files and folders on this machine.
//!
//! Blocking work runs on tokio's blocking threads. Names from a server never become a path except
//! through `path.rs`, which works segment by segment and cannot leave its folder.

mod stub;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
pub use stub::*;

use jiff::Timestamp;

use crate::model::Answer;

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

/// Lists a folder, in the disk's order.
///
/// # Errors
/// When it cannot be read.
pub async fn list(folder: &Path) -> Answer<Vec<LocalEntry>> {
    let _ = folder;
    todo!()
}

/// Free bytes of the file system that holds a path.
///
/// # Errors
/// When the path cannot be asked about.
pub async fn free(path: &Path) -> Answer<u64> {
    let _ = path;
    todo!()
}
