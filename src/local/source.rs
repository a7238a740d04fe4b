//! A file that is being read: opened once without following a link, read by position, and asked
//! whether it is still the same.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use rustix::fs::{CWD, Mode, OFlags};

use super::words::{self, blocking};
use crate::model::Answer;

/// What tells a file from a changed one (rule U-5): any of these differs, it is another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, in nanoseconds since 1970.
    pub mtime: i128,
    /// Last change of the inode, in nanoseconds since 1970.
    pub ctime: i128,
    /// The inode.
    pub ino: u64,
    /// The disk.
    pub dev: u64,
}

impl Stamp {
    pub(crate) fn of(meta: &Metadata) -> Self {
        let nanos = |s: i64, n: i64| i128::from(s) * 1_000_000_000 + i128::from(n);
        Self {
            size: meta.len(),
            mtime: nanos(meta.mtime(), meta.mtime_nsec()),
            ctime: nanos(meta.ctime(), meta.ctime_nsec()),
            ino: meta.ino(),
            dev: meta.dev(),
        }
    }

    /// The last change of the content.
    #[must_use]
    pub fn modified(&self) -> Option<Timestamp> {
        Timestamp::from_nanosecond(self.mtime).ok()
    }
}

/// An open file to read from, at any position and from several threads.
#[derive(Debug, Clone)]
pub struct Source {
    file: Arc<File>,
    path: PathBuf,
    stamp: Stamp,
}

impl Source {
    /// Opens a regular file. A link as the last component is refused, and so is anything that
    /// could block (a pipe, a device).
    ///
    /// # Errors
    /// When it is not there, not readable or no regular file.
    pub async fn open(path: &Path) -> Answer<Self> {
        let path = path.to_path_buf();
        blocking(move || Self::open_now(&path)).await
    }

    /// Opens a file, and reads it at once if it has at most `most` bytes: one visit to the disk.
    /// `digest` sees the bytes on the same thread. A file that changes while it is read is refused.
    ///
    /// # Errors
    /// As [`Source::open`], and when reading fails or the file changed.
    pub async fn open_held<T: Send + 'static>(
        path: &Path,
        most: u64,
        digest: impl FnOnce(&[u8]) -> T + Send + 'static,
    ) -> Answer<(Self, Option<(Bytes, T)>)> {
        let path = path.to_path_buf();
        blocking(move || {
            let source = Self::open_now(&path)?;
            let size = source.stamp.size;
            if size > most {
                return Ok((source, None));
            }
            let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
            source.fill(0, &mut bytes)?;
            let digest = digest(&bytes);
            Ok((source, Some((Bytes::from(bytes), digest))))
        })
        .await
    }

    /// Opens a file again as the same as before. Blocks.
    ///
    /// # Errors
    /// As [`Source::open_same`].
    pub fn open_same_now(path: &Path, stamp: Stamp) -> Answer<Self> {
        let source = Self::open_now(path)?;
        if source.stamp == stamp {
            Ok(source)
        } else {
            Err(words::changed(path))
        }
    }

    /// Fills a buffer from `offset` on, and checks that the file is still what was opened. Blocks.
    ///
    /// # Errors
    /// When reading fails, or the file changed.
    fn fill(&self, offset: u64, buffer: &mut [u8]) -> Answer<()> {
        let read = self.file.read_exact_at(buffer, offset);
        read.map_err(|e| self.read_trouble(&e))?;
        self.unchanged_now()
    }

    /// Opens it again, as the same file as before.
    ///
    /// # Errors
    /// As [`Source::open`], and when it changed since.
    pub async fn open_same(path: &Path, stamp: Stamp) -> Answer<Self> {
        let path = path.to_path_buf();
        blocking(move || Self::open_same_now(&path, stamp)).await
    }

    fn open_now(path: &Path) -> Answer<Self> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let cannot = |error: &io::Error| words::trouble("Cannot read", path, error);
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty())
            .map_err(|error| cannot(&error.into()))?;
        let file = File::from(fd);
        let meta = file.metadata().map_err(|e| cannot(&e))?;
        if !meta.is_file() {
            return Err(words::not_a_file(path));
        }
        Ok(Self {
            stamp: Stamp::of(&meta),
            file: Arc::new(file),
            path: path.to_path_buf(),
        })
    }

    /// What it was when it was opened.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads exactly `len` bytes at `offset`. Blocks. A file that is shorter than it was gives
    /// `UnexpectedEof`.
    ///
    /// # Errors
    /// When reading fails.
    pub fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let mut buffer = BytesMut::zeroed(len);
        self.file.read_exact_at(&mut buffer, offset)?;
        Ok(buffer.freeze())
    }

    /// Fills a buffer from `offset` on. Blocks. A file that is shorter than it was gives
    /// `UnexpectedEof`.
    ///
    /// # Errors
    /// When reading fails.
    pub fn read_into(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    /// Says what a failed read means: a file that got shorter has changed.
    #[must_use]
    pub fn read_trouble(&self, error: &io::Error) -> crate::model::Trouble {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            words::changed(&self.path)
        } else {
            words::trouble("Cannot read", &self.path, error)
        }
    }

    /// Checks that the open file, and what stands under its name, is still what was opened.
    ///
    /// # Errors
    /// When it changed, or cannot be asked.
    pub async fn unchanged(&self) -> Answer<()> {
        let this = self.clone();
        blocking(move || this.unchanged_now()).await
    }

    /// As [`Source::unchanged`]. Blocks.
    ///
    /// # Errors
    /// As [`Source::unchanged`].
    pub fn unchanged_now(&self) -> Answer<()> {
        let now = self
            .file
            .metadata()
            .map_err(|e| words::trouble("Cannot read", &self.path, &e))?;
        if Stamp::of(&now) == self.stamp {
            Ok(())
        } else {
            Err(words::changed(&self.path))
        }
    }

    /// Removes the file if its name still leads to what was opened, unchanged. For a move whose
    /// copy was verified.
    ///
    /// # Errors
    /// When it changed or cannot be removed.
    pub async fn remove(&self) -> Answer<()> {
        let this = self.clone();
        blocking(move || {
            let cannot = |e: &io::Error| words::trouble("Cannot remove", &this.path, e);
            let now = std::fs::symlink_metadata(&this.path).map_err(|e| cannot(&e))?;
            if Stamp::of(&now) != this.stamp {
                return Err(words::changed(&this.path));
            }
            std::fs::remove_file(&this.path).map_err(|e| cannot(&e))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[tokio::test]
    async fn reads_by_position_and_notices_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let source = Source::open(&path).await.unwrap();
        assert_eq!(&source.read_at(3, 4).unwrap()[..], b"3456");
        source.unchanged().await.unwrap();
        assert!(source.read_at(8, 4).is_err());
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap();
        file.write_all(b"x").unwrap();
        let trouble = source.unchanged().await.unwrap_err();
        assert_eq!(trouble.code.as_str(), words::CHANGED);
        assert!(source.remove().await.is_err() && path.exists());
        assert!(Source::open_same(&path, source.stamp()).await.is_err());
    }

    #[tokio::test]
    async fn links_and_pipes_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link, pipe) = (
            dir.path().join("f"),
            dir.path().join("l"),
            dir.path().join("p"),
        );
        std::fs::write(&file, b"x").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        rustix::fs::mknodat(
            CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        let code = |t: crate::model::Trouble| t.code.as_str().to_owned();
        assert_eq!(code(Source::open(&link).await.unwrap_err()), "LinkRefused");
        assert_eq!(code(Source::open(&pipe).await.unwrap_err()), "NotAFile");
        assert_eq!(
            code(Source::open(dir.path()).await.unwrap_err()),
            "NotAFile"
        );
    }
}
