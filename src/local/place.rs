//! Small files that came whole: written, dated and named in one go, without a wait for the disk.
//!
//! A file of some kilobytes costs more by being opened, switched to a thread and made safe than by
//! its bytes. So all of it is one visit to the disk, the handles of folders are kept for the next
//! file, and the disk is told to write once for many files: [`Folders::sync`].
//! Invariant: as in `sink.rs`, the final name never holds a half file.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use super::dir::{Dir, Make};
use super::path::Spot;
use super::sink::{Replace, fresh_name};
use super::source::Stamp;
use super::words::{self, blocking};
use crate::model::{Answer, Trouble};

/// Folders whose handles are kept.
const KEPT: usize = 16;

/// Handles of the folders that were written to last, and the disks that hold files which are not
/// safe yet. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Folders(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    /// The last one is the newest.
    open: Vec<(PathBuf, PathBuf, Arc<Dir>)>,
    /// A folder on each disk, by the disk's number.
    unsafe_disks: Vec<(u64, Arc<Dir>)>,
}

/// A small file on its way.
#[derive(Debug, Clone)]
pub struct Small {
    /// Where to.
    pub spot: Spot,
    /// All of it.
    pub bytes: Bytes,
    /// Its date.
    pub modified: Option<Timestamp>,
    /// Whether the name may be taken.
    pub replace: Replace,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed<T> {
    /// It stands under its name; what the check said.
    There(Stamp, T),
    /// The name is taken. Nothing was left behind; what the check said.
    Taken(T),
    /// The check refused the bytes: nothing was written.
    Refused,
}

impl Folders {
    /// Checks a small file on a thread for it, then writes it. `check` refuses bytes by saying none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn place<T: Send + 'static>(
        &self,
        small: Small,
        check: impl FnOnce(&Bytes) -> Option<T> + Send + 'static,
    ) -> Answer<Placed<T>> {
        let this = self.clone();
        blocking(move || {
            let Some(checked) = check(&small.bytes) else {
                return Ok(Placed::Refused);
            };
            Ok(match this.write(&small)? {
                Some(stamp) => Placed::There(stamp, checked),
                None => Placed::Taken(checked),
            })
        })
        .await
    }

    /// Writes everything to the disks that was placed since the last time. Blocks.
    ///
    /// # Errors
    /// The first disk's that refuses; it is tried again the next time.
    pub fn sync(&self) -> Answer<()> {
        let disks = std::mem::take(&mut self.shared().unsafe_disks);
        let mut first = Ok(());
        for (disk, dir) in disks {
            if let Err(error) = dir.sync_disk() {
                self.shared().unsafe_disks.push((disk, dir));
                let path = Path::new("the files that were copied");
                first = first.and(Err(words::trouble("Cannot make safe", path, &error)));
            }
        }
        first
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, small: &Small) -> Answer<Option<Stamp>> {
        let cannot = |e: &io::Error| cannot(&small.spot, e);
        let dir = self.folder(&small.spot).map_err(|e| cannot(&e))?;
        match put(&dir, small) {
            // The folder went away under its handle.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                self.forget(&dir);
                let dir = self.folder(&small.spot).map_err(|e| cannot(&e))?;
                let done = put(&dir, small).map_err(|e| cannot(&e))?;
                self.note(done, dir);
                Ok(done)
            }
            Err(e) => Err(cannot(&e)),
            Ok(done) => {
                self.note(done, dir);
                Ok(done)
            }
        }
    }

    fn note(&self, done: Option<Stamp>, dir: Arc<Dir>) {
        let Some(stamp) = done else { return };
        let disks = &mut self.shared().unsafe_disks;
        if disks.iter().all(|(disk, _)| *disk != stamp.dev) {
            disks.push((stamp.dev, dir));
        }
    }

    fn folder(&self, spot: &Spot) -> io::Result<Arc<Dir>> {
        let parent = spot.below.parent().unwrap_or(Path::new(""));
        {
            let open = &mut self.shared().open;
            if let Some(at) = open
                .iter()
                .rposition(|(root, below, _)| *root == spot.root && below == parent)
            {
                return Ok(Arc::clone(&open[at].2));
            }
        }
        let dir = Arc::new(Dir::holding(&spot.root, &spot.below, Make::Missing)?);
        let open = &mut self.shared().open;
        if open.len() >= KEPT {
            open.remove(0);
        }
        open.push((spot.root.clone(), parent.to_path_buf(), Arc::clone(&dir)));
        Ok(dir)
    }

    fn forget(&self, dir: &Arc<Dir>) {
        self.shared().open.retain(|(_, _, d)| !Arc::ptr_eq(d, dir));
    }
}

fn cannot(spot: &Spot, error: &io::Error) -> Trouble {
    words::trouble("Cannot write", &spot.path(), error)
}

/// None: the name is taken.
fn put(dir: &Dir, small: &Small) -> io::Result<Option<Stamp>> {
    let (file, temp) = fresh_name(|name| dir.create_ordinary(name))?;
    let written = (|| {
        file.write_all_at(&small.bytes, 0)?;
        if let Some(modified) = small.modified {
            // Some disks cannot keep a date; the bytes matter more.
            let _ = file.set_modified(modified.into());
        }
        named(dir, &temp, &small.spot.name(), small.replace)
    })();
    if !matches!(written, Ok(Named::Yes)) {
        let _ = dir.unlink(&temp);
    }
    match written? {
        Named::Yes => Ok(Some(Stamp::of(&file.metadata()?))),
        Named::Taken => Ok(None),
    }
}

enum Named {
    Yes,
    Taken,
}

fn named(dir: &Dir, temp: &OsStr, to: &OsStr, replace: Replace) -> io::Result<Named> {
    let done = match replace {
        Replace::Refuse => dir.rename_new(temp, to),
        Replace::Allow => dir.rename(temp, to),
    };
    match done {
        Ok(()) => Ok(Named::Yes),
        Err(e) if replace == Replace::Refuse && e.kind() == io::ErrorKind::AlreadyExists => {
            Ok(Named::Taken)
        }
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(root: &Path, below: &str, content: &'static [u8], replace: Replace) -> Small {
        Small {
            spot: Spot {
                root: root.to_path_buf(),
                below: below.into(),
            },
            bytes: Bytes::from_static(content),
            modified: Timestamp::from_second(1_700_000_000).ok(),
            replace,
        }
    }

    #[tokio::test]
    async fn a_file_is_written_dated_and_named_at_once() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::default();
        let one = small(root.path(), "a/b/one", b"hello", Replace::Refuse);
        let placed = folders.place(one.clone(), |b| Some(b.len())).await.unwrap();
        let Placed::There(stamp, 5) = placed else {
            panic!("{placed:?}");
        };
        let path = root.path().join("a/b/one");
        assert_eq!(std::fs::read(&path).unwrap(), b"hello");
        assert_eq!(stamp.modified().unwrap().as_second(), 1_700_000_000);
        assert_eq!(
            folders.place(one, |_| Some(())).await.unwrap(),
            Placed::Taken(())
        );
        let two = small(root.path(), "a/b/one", b"other", Replace::Allow);
        folders.place(two, |_| Some(())).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"other");
        folders.sync().unwrap();
        let left: Vec<_> = std::fs::read_dir(root.path().join("a/b"))
            .unwrap()
            .collect();
        assert_eq!(left.len(), 1, "a temporary file stayed: {left:?}");
    }

    #[tokio::test]
    async fn what_the_check_refuses_is_not_written() {
        let root = tempfile::tempdir().unwrap();
        let bad = small(root.path(), "bad", b"x", Replace::Refuse);
        let refused = Folders::default().place(bad, |_| None::<()>).await;
        assert_eq!(refused.unwrap(), Placed::Refused);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_went_away_is_made_again_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::default();
        let one = small(root.path(), "d/one", b"1", Replace::Refuse);
        folders.place(one.clone(), |_| Some(())).await.unwrap();
        std::fs::remove_dir_all(root.path().join("d")).unwrap();
        folders.place(one, |_| Some(())).await.unwrap();
        assert!(root.path().join("d/one").exists());

        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("link")).unwrap();
        let through = small(root.path(), "link/two", b"2", Replace::Refuse);
        let error = folders.place(through, |_| Some(())).await.unwrap_err();
        assert_eq!(error.code.as_str(), "LinkRefused");
        assert!(!elsewhere.path().join("two").exists());
    }
}
