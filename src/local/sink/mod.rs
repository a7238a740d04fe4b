//! A file that is being written: under a temporary name in its own folder until it is whole.
//!
//! Invariant: the final name never holds a half file. Whoever drops a sink without `keep` or
//! `finish` removes the temporary file.

mod hold;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use rustix::io::Errno;

use super::dir::{Dir, Make};
use super::path::Spot;
use super::source::{Source, Stamp};
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

/// Whether a file could be renamed instead of copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopted {
    /// It stands under its new name, and no more under the old one.
    Yes,
    /// It lies on another disk, or the name is taken.
    No,
}

/// How the last step of a written file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// It stands under its name.
    There(Stamp),
    /// The name was taken meanwhile; the temporary file is still there.
    Taken,
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
    /// Whether the disk is memory, so that writing waits for nothing.
    memory: bool,
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
                    memory: dir.is_memory(),
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
                    memory: dir.is_memory(),
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
        if size >= 1 << 20 && !self.inner.memory {
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
        if self.inner.memory {
            return self.inner.write(offset, &pieces);
        }
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.write(offset, &pieces)).await
    }

    /// Whether [`Sink::write_at`] costs no more than a copy: then it is not worth gathering pieces,
    /// and small ones are still in the processor's cache.
    #[must_use]
    pub fn is_memory(&self) -> bool {
        self.inner.memory
    }

    /// A reader of what was written, to check it. Blocks when called.
    pub fn reader(&self) -> impl Fn(u64, &mut [u8]) -> io::Result<()> + Send + Sync + use<> {
        let inner = Arc::clone(&self.inner);
        move |offset, buffer| inner.file.read_exact_at(buffer, offset)
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

    /// Renames a file of the same disk to where this sink would write, instead of copying it.
    ///
    /// # Errors
    /// When the source changed, or the disk refuses.
    pub async fn adopt(&self, source: &Source, replace: Replace) -> Answer<Adopted> {
        source.unchanged().await?;
        let (inner, from) = (Arc::clone(&self.inner), source.path().to_path_buf());
        blocking(move || {
            let to = inner.spot.name();
            match inner.dir.take(&from, &to, replace) {
                Ok(()) => {
                    inner.dir.sync().map_err(|e| inner.cannot(&e))?;
                    Ok(Adopted::Yes)
                }
                Err(_) => Ok(Adopted::No),
            }
        })
        .await
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
    fn write(&self, offset: u64, pieces: &[Bytes]) -> Answer<()> {
        let mut at = offset;
        for piece in pieces {
            self.file
                .write_all_at(piece, at)
                .map_err(|e| self.cannot(&e))?;
            at += piece.len() as u64;
        }
        Ok(())
    }

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
        Dir::publish(&self.file);
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
    fresh_name(|name| dir.create(name))
}

/// Makes a file under a temporary name that nobody else has.
pub(super) fn fresh_name(
    make: impl Fn(&OsStr) -> io::Result<File>,
) -> io::Result<(File, OsString)> {
    let mut tries = 0;
    loop {
        let random = RandomState::new().build_hasher().finish();
        let name = OsString::from(format!(".windlass-{random:016x}.part"));
        match make(&name) {
            Ok(file) => return Ok((file, name)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && tries < 8 => tries += 1,
            Err(e) => return Err(e),
        }
    }
}
