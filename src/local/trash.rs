//! The trash of the desktop: files and folders are moved there instead of being removed.
//!
//! Invariant: nothing is copied and nothing is removed here: a thing is moved within its own disk,
//! or stays where it is.
//!
//! Source: freedesktop.org Trash specification 1.0.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rustix::fs::{CWD, RenameFlags};

use super::words::{self, blocking};
use crate::model::{Answer, Trouble};

/// Names that are tried for one thing in the trash.
const TRIES: u32 = 10_000;

/// What stays as it is in a path of an info file.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// One thing in the trash, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// Where it was.
    pub from: PathBuf,
    /// Where it is now.
    pub at: PathBuf,
    info: PathBuf,
}

/// Moves a file, a link or a folder into the trash: the one at `home` when it lies on the same
/// disk, else the one of its own disk.
///
/// # Errors
/// When there is no trash on its disk, or the disk refuses; it stays where it was then.
pub async fn trash(path: &Path, home: &Path) -> Answer<Trashed> {
    let (path, home) = (path.to_path_buf(), home.to_path_buf());
    blocking(move || {
        if path.starts_with(&home) {
            return Err(refused(&path, "it is in the trash already"));
        }
        let can = find(&path, &home)
            .map_err(|why| refused(&path, &format!("its disk has no trash: {why}")))?;
        put(&path, &can).map_err(|why| words::trouble("Cannot move to the trash", &path, &why))
    })
    .await
}

/// Puts a thing back to where it was.
///
/// # Errors
/// When something else is there now, or the disk refuses.
pub async fn restore(trashed: &Trashed) -> Answer<()> {
    super::rename(&trashed.at, &trashed.from).await?;
    // The note alone harms nobody.
    let _ = tokio::fs::remove_file(&trashed.info).await;
    Ok(())
}

fn refused(path: &Path, why: &str) -> Trouble {
    Trouble::new(
        "NoTrash",
        &format!("{} stays where it is", path.display()),
        why,
        "D deletes for good",
    )
}

/// A trash, and what paths in its notes are relative to.
struct Can {
    root: PathBuf,
    top: Option<PathBuf>,
}

/// Finds the trash of the disk that a path lies on, and makes it if need be.
fn find(path: &Path, home: &Path) -> io::Result<Can> {
    let device = fs::symlink_metadata(path)?.dev();
    let can = Can {
        root: home.to_path_buf(),
        top: None,
    };
    if make(&can.root).is_ok() && fs::metadata(&can.root)?.dev() == device {
        return Ok(can);
    }
    let of = |folder: &Path| fs::symlink_metadata(folder).map(|m| m.dev());
    let mut top = path.parent().unwrap_or(Path::new("/"));
    while let Some(above) = top.parent() {
        if of(above)? != device {
            break;
        }
        top = above;
    }
    let root = top.join(format!(".Trash-{}", rustix::process::getuid().as_raw()));
    make(&root)?;
    Ok(Can {
        root,
        top: Some(top.to_path_buf()),
    })
}

fn make(root: &Path) -> io::Result<()> {
    for folder in [root.to_path_buf(), root.join("files"), root.join("info")] {
        match fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
        {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    // A link put there by somebody else is not ours to follow.
    if fs::symlink_metadata(root)?.is_symlink() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(())
}

fn put(path: &Path, can: &Can) -> io::Result<Trashed> {
    let own = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    for number in 1..TRIES {
        let name = numbered(own, number);
        let info = can.root.join("info").join(with(&name, ".trashinfo"));
        let mut options = fs::OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&info) {
            Ok(mut file) => file.write_all(&note(path, can))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        let at = can.root.join("files").join(&name);
        match rustix::fs::renameat_with(CWD, path, CWD, &at, RenameFlags::NOREPLACE) {
            Ok(()) => {
                return Ok(Trashed {
                    from: path.to_path_buf(),
                    at,
                    info,
                });
            }
            Err(error) => {
                // The note of something that did not come.
                let _ = fs::remove_file(&info);
                if error != rustix::io::Errno::EXIST {
                    return Err(error.into());
                }
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn note(path: &Path, can: &Can) -> Vec<u8> {
    let path = match &can.top {
        Some(top) => path.strip_prefix(top).unwrap_or(path),
        None => path,
    };
    let path = percent_encode(path.as_os_str().as_bytes(), KEPT);
    let date = Zoned::now().strftime("%Y-%m-%dT%H:%M:%S");
    format!("[Trash Info]\nPath={path}\nDeletionDate={date}\n").into_bytes()
}

/// `name`, `name.2`, `name.3` …
fn numbered(own: &OsStr, number: u32) -> OsString {
    match number {
        1 => own.to_owned(),
        n => with(own, &format!(".{n}")),
    }
}

fn with(name: &OsStr, tail: &str) -> OsString {
    let mut name = name.to_owned();
    name.push(tail);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_goes_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("Trash");
        let file = dir.path().join("a b.txt");
        fs::write(&file, "one").unwrap();
        let first = trash(&file, &home).await.unwrap();
        assert!(!file.exists() && first.at.exists());
        let info = fs::read_to_string(&first.info).unwrap();
        assert!(info.contains("a%20b.txt"), "{info}");
        fs::write(&file, "two").unwrap();
        let second = trash(&file, &home).await.unwrap();
        assert_ne!(
            first.at, second.at,
            "a name that is taken is not taken twice"
        );
        restore(&first).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
        assert!(!first.info.exists());
        assert!(restore(&second).await.is_err(), "something else is there");
        assert_eq!(fs::read_to_string(&second.at).unwrap(), "two");
    }

    #[tokio::test]
    async fn what_is_in_the_trash_is_not_put_there_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("files/x");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "x").unwrap();
        assert!(trash(&file, dir.path()).await.is_err());
        assert!(file.exists());
    }
}
