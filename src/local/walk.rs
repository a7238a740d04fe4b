//! Everything below a folder, as a stream: never collected, links never followed.

use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::words;
use crate::model::Trouble;

/// How far the walk runs ahead of its reader.
const AHEAD: usize = 256;

/// One thing that a walk meets. Paths are relative to where it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A folder is entered; what is in it directly comes next, before any other folder.
    Folder(PathBuf),
    /// A regular file.
    File {
        /// Where.
        below: PathBuf,
        /// Bytes.
        size: u64,
        /// Last change.
        modified: Option<Timestamp>,
    },
    /// The folder entered last holds neither files nor folders.
    Empty(PathBuf),
    /// A folder or entry that cannot be read.
    Trouble(Box<Trouble>),
    /// The end: what was left out.
    End {
        /// Symbolic links.
        links: u64,
        /// Pipes, sockets, devices.
        specials: u64,
    },
}

/// Walks a folder on a thread of its own; ends early when the receiver is dropped.
#[must_use]
pub fn walk(root: &Path) -> mpsc::Receiver<Found> {
    let (tx, rx) = mpsc::channel(AHEAD);
    let root = root.to_path_buf();
    tokio::task::spawn_blocking(move || Walk::new(root, tx).run());
    rx
}

/// The receiver is gone.
struct Gone;

struct Walk {
    root: PathBuf,
    tx: mpsc::Sender<Found>,
    todo: Vec<PathBuf>,
    links: u64,
    specials: u64,
}

impl Walk {
    fn new(root: PathBuf, tx: mpsc::Sender<Found>) -> Self {
        Self {
            root,
            tx,
            todo: vec![PathBuf::new()],
            links: 0,
            specials: 0,
        }
    }

    fn run(mut self) {
        while let Some(folder) = self.todo.pop() {
            if self.folder(&folder).is_err() {
                return;
            }
        }
        let (links, specials) = (self.links, self.specials);
        let _ = self.tell(Found::End { links, specials });
    }

    fn tell(&self, found: Found) -> Result<(), Gone> {
        self.tx.blocking_send(found).map_err(|_| Gone)
    }

    fn trouble(&self, below: &Path, error: &io::Error) -> Result<(), Gone> {
        let trouble = words::trouble("Cannot read", &self.root.join(below), error);
        self.tell(Found::Trouble(Box::new(trouble)))
    }

    fn folder(&mut self, folder: &Path) -> Result<(), Gone> {
        let entries = match std::fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => return self.trouble(folder, &error),
        };
        self.tell(Found::Folder(folder.to_path_buf()))?;
        let (mut found, first_new) = (0_u64, self.todo.len());
        for entry in entries {
            match entry.and_then(|entry| self.entry(folder, &entry)) {
                Ok(Some(next)) => {
                    found += 1;
                    if let Next::File(file) = next {
                        self.tell(file)?;
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    found += 1;
                    self.trouble(folder, &error)?;
                }
            }
        }
        self.todo[first_new..].sort_unstable_by(|a, b| b.cmp(a));
        if found == 0 {
            self.tell(Found::Empty(folder.to_path_buf()))?;
        }
        Ok(())
    }

    fn entry(&mut self, folder: &Path, entry: &DirEntry) -> io::Result<Option<Next>> {
        let kind = entry.file_type()?;
        let below = folder.join(entry.file_name());
        if kind.is_dir() {
            self.todo.push(below);
            return Ok(Some(Next::Folder));
        }
        if !kind.is_file() {
            if kind.is_symlink() {
                self.links += 1;
            } else {
                self.specials += 1;
            }
            return Ok(None);
        }
        let meta = entry.metadata()?;
        Ok(Some(Next::File(Found::File {
            below,
            size: meta.len(),
            modified: super::modified(&meta),
        })))
    }
}

enum Next {
    Folder,
    File(Found),
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(root: &Path) -> Vec<Found> {
        let (mut rx, mut out) = (walk(root), Vec::new());
        while let Some(found) = rx.recv().await {
            out.push(found);
        }
        out
    }

    #[tokio::test]
    async fn files_come_with_their_folder_and_links_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("b/empty")).unwrap();
        std::fs::write(root.join("top"), b"12").unwrap();
        std::fs::write(root.join("b/in"), b"1").unwrap();
        std::os::unix::fs::symlink("/", root.join("b/away")).unwrap();
        let found = all(root).await;
        let file = |f: &Found, name: &str, len: u64| matches!(f, Found::File { below, size, .. } if below == Path::new(name) && *size == len);
        assert_eq!(found.len(), 7, "{found:?}");
        assert_eq!(found[0], Found::Folder("".into()));
        assert!(file(&found[1], "top", 2));
        assert_eq!(found[2], Found::Folder("b".into()));
        assert!(file(&found[3], "b/in", 1));
        assert_eq!(found[4], Found::Folder("b/empty".into()));
        assert_eq!(found[5], Found::Empty("b/empty".into()));
        assert_eq!(
            found[6],
            Found::End {
                links: 1,
                specials: 0
            }
        );
    }

    #[tokio::test]
    async fn a_missing_folder_is_trouble() {
        let found = all(Path::new("/nonexistent/at all")).await;
        assert!(matches!(found[0], Found::Trouble(_)));
    }
}
