//! A file that is being written: under a temporary name in its own folder until it is whole.
//!
//! Invariant: the final name never holds a half file. Whoever drops a sink without `keep` or
//! `finish` removes the temporary file.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use rustix::io::Errno;

use super::dir::{Dir, Make};
use super::path::{Spot, numbered};
use super::source::Stamp;
use super::words::{self, blocking};
use crate::model::{Answer, Trouble};

/// Bytes that stay free on a disk, at most: a file is refused that would leave less.
const RESERVE: u64 = 64 << 20;

/// Whether a name that is taken may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Yes: somebody decided so.
    Allow,
    /// No.
    Refuse,
}

/// How the last step of a written file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// It stands under its name.
    There(Stamp),
    /// The name was taken meanwhile; the temporary file is still there.
    Taken,
}

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Bytes, of a file.
    pub size: u64,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Whether it is a folder.
    pub folder: bool,
    /// Which file: disk and inode.
    pub file: (u64, u64),
}

/// A file on its way.
#[derive(Debug)]
pub struct Sink {
    inner: Arc<Inner>,
    ours: Ours,
}

/// Whether the temporary file goes when the sink goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ours {
    Remove,
    Keep,
}

#[derive(Debug)]
struct Inner {
    dir: Dir,
    file: File,
    temp: OsString,
    spot: Spot,
}

impl Sink {
    /// Starts a file: makes the folders above it, checks that the disk has room, opens a new
    /// temporary file beside the final name.
    ///
    /// # Errors
    /// When the folder cannot be made or written to, or has too little room.
    pub async fn create(spot: &Spot, size: Option<u64>) -> Answer<Self> {
        let spot = spot.clone();
        blocking(move || {
            let path = spot.path();
            let cannot = |e: &io::Error| words::trouble("Cannot write", &path, e);
            let dir =
                Dir::holding(&spot.root, &spot.below, Make::Missing).map_err(|e| cannot(&e))?;
            if let Some(size) = size {
                room(&dir, &path, size)?;
            }
            let (file, temp) = fresh(&dir).map_err(|e| cannot(&e))?;
            let sink = Self {
                inner: Arc::new(Inner {
                    dir,
                    file,
                    temp,
                    spot,
                }),
                ours: Ours::Remove,
            };
            if let Some(size) = size {
                sink.reserve(size)?;
            }
            Ok(sink)
        })
        .await
    }

    /// Opens the temporary file of an earlier sink again; it stays when this one is dropped.
    ///
    /// # Errors
    /// When it is not there any more.
    pub async fn reopen(spot: &Spot, temp: &OsStr) -> Answer<Self> {
        let (spot, temp) = (spot.clone(), temp.to_os_string());
        blocking(move || {
            let path = spot.path();
            let cannot = |e: &io::Error| words::trouble("Cannot write", &path, e);
            let dir =
                Dir::holding(&spot.root, &spot.below, Make::Nothing).map_err(|e| cannot(&e))?;
            let file = dir.reopen(&temp).map_err(|e| cannot(&e))?;
            if !file.metadata().map_err(|e| cannot(&e))?.is_file() {
                return Err(words::not_a_file(&path));
            }
            Ok(Self {
                inner: Arc::new(Inner {
                    dir,
                    file,
                    temp,
                    spot,
                }),
                ours: Ours::Keep,
            })
        })
        .await
    }

    fn reserve(&self, size: u64) -> Answer<()> {
        #[cfg(target_os = "linux")]
        if size >= 1 << 20 {
            use rustix::fs::{FallocateFlags, fallocate};
            let done = fallocate(&self.inner.file, FallocateFlags::KEEP_SIZE, 0, size);
            if let Err(Errno::NOSPC | Errno::DQUOT) = done {
                return Err(words::no_room(
                    &self.inner.spot.path(),
                    size,
                    self.inner.dir.free().unwrap_or(0),
                ));
            }
        }
        let _ = size;
        Ok(())
    }

    /// The temporary file's name, for [`Sink::reopen`] and [`Sink::discard`].
    #[must_use]
    pub fn temp(&self) -> &OsStr {
        &self.inner.temp
    }

    /// Leaves the temporary file when the sink is dropped.
    pub fn keep(&mut self) {
        self.ours = Ours::Keep;
    }

    /// Removes the temporary file when the sink is dropped.
    pub fn give_up(&mut self) {
        self.ours = Ours::Remove;
    }

    /// Writes pieces one behind the other, the first at `offset`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn write_at(&self, offset: u64, pieces: Vec<Bytes>) -> Answer<()> {
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let mut at = offset;
            for piece in pieces {
                inner
                    .file
                    .write_all_at(&piece, at)
                    .map_err(|e| inner.cannot(&e))?;
                at += piece.len() as u64;
            }
            Ok(())
        })
        .await
    }

    /// A reader of what was written, to check it. Blocks when called.
    pub fn reader(&self) -> impl Fn(u64, usize) -> io::Result<Bytes> + Send + Sync + use<> {
        let inner = Arc::clone(&self.inner);
        move |offset, len| {
            let mut buffer = BytesMut::zeroed(len);
            inner.file.read_exact_at(&mut buffer, offset)?;
            Ok(buffer.freeze())
        }
    }

    /// Makes the file safe on disk and gives it its name: `to`, in the same folder.
    ///
    /// # Errors
    /// When it has not exactly `size` bytes, or the disk refuses.
    pub async fn finish(
        &mut self,
        to: &OsStr,
        size: u64,
        modified: Option<Timestamp>,
        replace: Replace,
    ) -> Answer<Landed> {
        let (inner, to) = (Arc::clone(&self.inner), to.to_os_string());
        let landed = blocking(move || inner.finish(&to, size, modified, replace)).await?;
        if matches!(landed, Landed::There(_)) {
            self.ours = Ours::Keep;
        }
        Ok(landed)
    }

    /// Removes the temporary file of an earlier sink, if it is still there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn discard(spot: &Spot, temp: &OsStr) -> Answer<()> {
        let (spot, temp) = (spot.clone(), temp.to_os_string());
        blocking(move || {
            let path = spot.path();
            match Dir::holding(&spot.root, &spot.below, Make::Nothing) {
                Ok(dir) => dir
                    .unlink(&temp)
                    .map_err(|e| words::trouble("Cannot remove the temporary file of", &path, &e)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(e) => Err(words::trouble("Cannot write", &path, &e)),
            }
        })
        .await
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if self.ours == Ours::Remove {
            let _ = self.inner.dir.unlink(&self.inner.temp);
        }
    }
}

impl Inner {
    fn cannot(&self, error: &io::Error) -> Trouble {
        words::trouble("Cannot write", &self.spot.path(), error)
    }

    fn finish(
        &self,
        to: &OsStr,
        size: u64,
        modified: Option<Timestamp>,
        replace: Replace,
    ) -> Answer<Landed> {
        let cannot = |e: io::Error| self.cannot(&e);
        let meta = self.file.metadata().map_err(cannot)?;
        if meta.len() != size {
            return Err(Trouble::new(
                "SizeDiffers",
                &format!("Cannot finish {}", self.spot.path().display()),
                &format!("{} bytes arrived instead of {size}", meta.len()),
                "try again",
            )
            .retryable());
        }
        if let Some(modified) = modified {
            // Some disks cannot keep a date; the bytes matter more.
            let _ = self.file.set_modified(modified.into());
        }
        self.file.sync_data().map_err(cannot)?;
        let done = match replace {
            Replace::Refuse => self.dir.rename_new(&self.temp, to),
            Replace::Allow => self.dir.rename(&self.temp, to),
        };
        match done {
            Ok(()) => {}
            Err(e) if replace == Replace::Refuse && e.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(Landed::Taken);
            }
            Err(e) => return Err(cannot(e)),
        }
        self.dir.sync().map_err(cannot)?;
        let meta = self.file.metadata().map_err(cannot)?;
        Ok(Landed::There(Stamp::of(&meta)))
    }
}

fn room(dir: &Dir, path: &Path, size: u64) -> Answer<()> {
    let free = dir
        .free()
        .map_err(|e| words::trouble("Cannot write", path, &e))?;
    if size > 0 && free < size.saturating_add(size.min(RESERVE)) {
        return Err(words::no_room(path, size, free));
    }
    Ok(())
}

fn fresh(dir: &Dir) -> io::Result<(File, OsString)> {
    let mut tries = 0;
    loop {
        let random = RandomState::new().build_hasher().finish();
        let name = OsString::from(format!(".windlass-{random:016x}.part"));
        match dir.create(&name) {
            Ok(file) => return Ok((file, name)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && tries < 8 => tries += 1,
            Err(e) => return Err(e),
        }
    }
}

/// What stands at a spot, links not followed; none if nothing does.
///
/// # Errors
/// When it cannot be asked, or a link or a file stands where a folder must be.
pub async fn standing(spot: &Spot) -> Answer<Option<Standing>> {
    let spot = spot.clone();
    blocking(move || standing_now(&spot)).await
}

fn standing_now(spot: &Spot) -> Answer<Option<Standing>> {
    let cannot = |e: &io::Error| words::trouble("Cannot write", &spot.path(), e);
    let dir = match Dir::holding(&spot.root, &spot.below, Make::Nothing) {
        Ok(dir) => dir,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(cannot(&e)),
    };
    let stat = dir.stat(&spot.name()).map_err(|e| cannot(&e))?;
    Ok(stat.map(|s| Standing {
        size: u64::try_from(s.st_size).unwrap_or(0),
        modified: Timestamp::from_second(s.st_mtime).ok(),
        folder: rustix::fs::FileType::from_raw_mode(s.st_mode).is_dir(),
        file: (s.st_dev, s.st_ino),
    }))
}

/// The first numbered name beside a spot that is free: `notes (2).txt`.
///
/// # Errors
/// When the folder cannot be asked.
pub async fn free_spot(spot: &Spot) -> Answer<Spot> {
    let spot = spot.clone();
    blocking(move || {
        let name = spot.name();
        let name = name.to_string_lossy();
        for number in 2..10_000 {
            let next = spot.renamed(OsStr::new(&numbered(&name, number)));
            if standing_now(&next)?.is_none() {
                return Ok(next);
            }
        }
        Err(Trouble::new(
            words::EXISTS,
            &format!("Cannot write {}", spot.path().display()),
            "every numbered name is taken too",
            "choose another name",
        ))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn spot(root: &Path, below: &str) -> Spot {
        Spot {
            root: root.into(),
            below: PathBuf::from(below),
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_file_appears_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let spot = spot(dir.path(), "x/y/f.bin");
        let mut sink = Sink::create(&spot, Some(6)).await.unwrap();
        sink.write_at(3, vec![Bytes::from_static(b"d"), Bytes::from_static(b"ef")])
            .await
            .unwrap();
        sink.write_at(0, vec![Bytes::from_static(b"abc")])
            .await
            .unwrap();
        assert!(!spot.path().exists());
        assert_eq!(&sink.reader()(1, 3).unwrap()[..], b"bcd");
        let date = Timestamp::from_second(1_700_000_000).unwrap();
        assert!(
            sink.finish(OsStr::new("f.bin"), 7, None, Replace::Refuse)
                .await
                .is_err()
        );
        let landed = sink
            .finish(OsStr::new("f.bin"), 6, Some(date), Replace::Refuse)
            .await
            .unwrap();
        let Landed::There(stamp) = landed else {
            panic!("taken")
        };
        assert_eq!((stamp.size, stamp.modified()), (6, Some(date)));
        drop(sink);
        assert_eq!(std::fs::read(spot.path()).unwrap(), b"abcdef");
        assert_eq!(names(&dir.path().join("x/y")), ["f.bin"]);
    }

    #[tokio::test]
    async fn a_taken_name_is_not_replaced_unless_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let spot = spot(dir.path(), "f");
        std::fs::write(spot.path(), b"old").unwrap();
        let mut sink = Sink::create(&spot, None).await.unwrap();
        let name = OsStr::new("f");
        assert_eq!(
            sink.finish(name, 0, None, Replace::Refuse).await.unwrap(),
            Landed::Taken
        );
        assert_eq!(std::fs::read(spot.path()).unwrap(), b"old");
        let free = free_spot(&spot).await.unwrap();
        assert_eq!(free.name(), "f (2)");
        assert!(matches!(
            sink.finish(name, 0, None, Replace::Allow).await.unwrap(),
            Landed::There(_)
        ));
        assert_eq!(names(dir.path()), ["f"]);
    }

    #[tokio::test]
    async fn dropping_removes_and_keeping_keeps() {
        let dir = tempfile::tempdir().unwrap();
        let spot = spot(dir.path(), "f");
        drop(Sink::create(&spot, None).await.unwrap());
        assert!(names(dir.path()).is_empty());
        let mut sink = Sink::create(&spot, None).await.unwrap();
        let temp = sink.temp().to_os_string();
        sink.keep();
        drop(sink);
        drop(Sink::reopen(&spot, &temp).await.unwrap());
        assert_eq!(names(dir.path()).len(), 1);
        Sink::discard(&spot, &temp).await.unwrap();
        assert!(names(dir.path()).is_empty());
    }

    #[tokio::test]
    async fn links_below_the_root_are_never_followed() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let trouble = Sink::create(&spot(dir.path(), "link/f"), None)
            .await
            .unwrap_err();
        assert_eq!(trouble.code.as_str(), "LinkRefused");
        // A link under the final name is replaced itself; what it leads to stays.
        std::fs::write(outside.path().join("t"), b"safe").unwrap();
        std::os::unix::fs::symlink(outside.path().join("t"), dir.path().join("f")).unwrap();
        let mut sink = Sink::create(&spot(dir.path(), "f"), None).await.unwrap();
        sink.finish(OsStr::new("f"), 0, None, Replace::Allow)
            .await
            .unwrap();
        assert_eq!(std::fs::read(outside.path().join("t")).unwrap(), b"safe");
        assert!(!dir.path().join("f").is_symlink());
    }

    #[tokio::test]
    async fn a_disk_without_room_is_known_before() {
        let dir = tempfile::tempdir().unwrap();
        let trouble = Sink::create(&spot(dir.path(), "f"), Some(1 << 60))
            .await
            .unwrap_err();
        assert_eq!(trouble.code.as_str(), words::NO_SPACE);
        assert!(names(dir.path()).is_empty());
    }
}
