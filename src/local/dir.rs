//! Folders as handles: every step below the chosen folder is taken from a handle to the folder
//! above it and never follows a symbolic link, so that nobody can lead a write elsewhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::sink::Replace;

/// Whether missing folders are made on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    /// Yes.
    Missing,
    /// No.
    Nothing,
}

/// A handle to a folder.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

/// Only the owner reads and writes.
const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

/// The permissions of an ordinary new file, as the first one that was made got them. Asking for
/// the process's mask would change it for a moment, for every thread.
static ORDINARY: OnceLock<Mode> = OnceLock::new();

impl Dir {
    /// Opens the chosen folder itself; links that lead to it are the person's own.
    pub(crate) fn open(root: &Path, make: Make) -> io::Result<Self> {
        if make == Make::Missing {
            std::fs::create_dir_all(root)?;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(rustix::fs::openat(CWD, root, flags, Mode::empty())?))
    }

    /// Opens the folder at a relative path below `root`, one component at a time.
    pub(crate) fn below(root: &Path, path: &Path, make: Make) -> io::Result<Self> {
        let mut dir = Self::open(root, make)?;
        for component in path.components() {
            let Component::Normal(name) = component else {
                return Err(Errno::INVAL.into());
            };
            dir = dir.child(name, make)?;
        }
        Ok(dir)
    }

    /// The folder that holds the last component of `path` below `root`.
    pub(crate) fn holding(root: &Path, path: &Path, make: Make) -> io::Result<Self> {
        Self::below(root, path.parent().unwrap_or(Path::new("")), make)
    }

    fn child(&self, name: &OsStr, make: Make) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if make == Make::Missing {
            match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Self(fd)),
            Err(Errno::NOTDIR) if self.is_link(name) => Err(Errno::LOOP.into()),
            Err(error) => Err(error.into()),
        }
    }

    fn is_link(&self, name: &OsStr) -> bool {
        rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_symlink())
    }

    /// What stands under a name, links not followed; none if nothing does.
    pub(crate) fn stat(&self, name: &OsStr) -> io::Result<Option<rustix::fs::Stat>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a new file for reading and writing; fails if the name is taken. Nobody else may read
    /// it before [`Dir::publish`] (rule G-8).
    pub(crate) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let known = ORDINARY.get().is_some();
        let mode = if known {
            PRIVATE
        } else {
            Mode::from_raw_mode(0o666)
        };
        let file = File::from(rustix::fs::openat(&self.0, name, flags, mode)?);
        if !known {
            let got = Mode::from_raw_mode(rustix::fs::fstat(&file)?.st_mode);
            ORDINARY.get_or_init(|| got & Mode::from_raw_mode(0o777));
            // A disk without permissions cannot; there is nothing to protect then either.
            let _ = rustix::fs::fchmod(&file, PRIVATE);
        }
        Ok(file)
    }

    /// Makes a new file for writing, with the permissions of any other; fails if the name is taken.
    pub(crate) fn create_ordinary(&self, name: &OsStr) -> io::Result<File> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?;
        Ok(File::from(fd))
    }

    /// Gives a finished file the permissions of any other new file.
    pub(crate) fn publish(file: &File) {
        if let Some(mode) = ORDINARY.get() {
            let _ = rustix::fs::fchmod(file, *mode);
        }
    }

    /// Opens a file of ours again for reading and writing.
    pub(crate) fn reopen(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd = rustix::fs::openat(&self.0, name, flags, Mode::empty())?;
        Ok(File::from(fd))
    }

    /// Removes a file; one that is gone already is fine.
    pub(crate) fn unlink(&self, name: &OsStr) -> io::Result<()> {
        match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Renames within the folder, replacing what is there (a link itself, never its target).
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Renames within the folder; fails with `EEXIST` if the name is taken.
    pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                // This disk cannot do it in one step; a second name fails just as well if taken.
                rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?;
                self.unlink(from)
            }
            other => Ok(other?),
        }
    }

    /// Renames a file from elsewhere on the same disk into this folder.
    pub(crate) fn take(&self, from: &Path, to: &OsStr, replace: Replace) -> io::Result<()> {
        match replace {
            Replace::Allow => rustix::fs::renameat(CWD, from, &self.0, to)?,
            Replace::Refuse => {
                rustix::fs::renameat_with(CWD, from, &self.0, to, RenameFlags::NOREPLACE)?;
            }
        }
        Ok(())
    }

    /// Free bytes of the disk for this user.
    pub(crate) fn free(&self) -> io::Result<u64> {
        let stat = rustix::fs::fstatvfs(&self.0)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    /// Whether the folder lies in memory: there a reservation fills every page at once, which takes
    /// as long as writing them.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_memory(&self) -> bool {
        /// Source: `TMPFS_MAGIC` in `linux/magic.h`.
        const TMPFS: u64 = 0x0102_1994;
        rustix::fs::fstatfs(&self.0).is_ok_and(|stat| u64::try_from(stat.f_type) == Ok(TMPFS))
    }

    /// Whether the folder lies in memory: not asked here.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn is_memory(&self) -> bool {
        false
    }

    /// Makes everything safe that was written to this folder's disk, by anybody.
    pub(crate) fn sync_disk(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(&self.0)?;
        #[cfg(not(target_os = "linux"))]
        rustix::fs::sync();
        Ok(())
    }

    /// Makes the folder's entries safe on disk. Some disks cannot; that is no failure.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.0) {
            Ok(()) | Err(Errno::INVAL | Errno::ROFS | Errno::BADF) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
