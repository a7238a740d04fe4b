//! The files below a folder, as they are met.
//!
//! Invariant: links are not followed, nothing is collected, and it ends once nobody takes any more.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Engine, LocalKind};
use crate::local::{self, Found};
use crate::model::{Answer, Trouble};

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkedFile {
    /// Its path below the folder; of a file that was asked for itself, its name.
    pub below: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Last change.
    pub modified: Option<Timestamp>,
}

/// A walk under way.
#[derive(Debug)]
pub struct Walk {
    /// A file that was asked for itself.
    single: Option<WalkedFile>,
    found: Option<mpsc::Receiver<Found>>,
}

impl Walk {
    /// The next file, or what could not be read; none at the end.
    pub async fn next(&mut self) -> Option<Result<WalkedFile, Trouble>> {
        if let Some(file) = self.single.take() {
            return Some(Ok(file));
        }
        let walk = self.found.as_mut()?;
        loop {
            match walk.recv().await? {
                Found::File {
                    below,
                    size,
                    modified,
                } => {
                    return Some(Ok(WalkedFile {
                        below,
                        size,
                        modified,
                    }));
                }
                Found::Trouble(why) => return Some(Err(*why)),
                Found::Folder(_) | Found::Empty(_) | Found::End { .. } => {}
            }
        }
    }
}

impl Engine {
    /// Walks through a local folder, or meets a file alone.
    ///
    /// # Errors
    /// When nothing is there, or it cannot be read.
    pub async fn walk(&self, path: &Path) -> Answer<Walk> {
        let entry = local::entry(path).await?;
        let folder = matches!(
            entry.kind,
            LocalKind::Folder | LocalKind::Link { folder: true, .. }
        );
        let single = (!folder).then(|| WalkedFile {
            below: path.file_name().map(PathBuf::from).unwrap_or_default(),
            size: entry.size,
            modified: entry.modified,
        });
        Ok(Walk {
            found: folder.then(|| local::walk(path)),
            single,
        })
    }
}
