//! Small changes: make, write, rename and remove. Nothing here follows a link below the place it
//! was given, and nothing replaces what it was not allowed to replace.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use bytes::Bytes;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::dir::{Dir, Make};
use super::path::Spot;
use super::sink::{Landed, Replace, Sink};
use super::words::{self, blocking};
use crate::model::{Answer, Trouble};

/// Makes a folder, and those above it that are missing. A folder that is there is an error.
///
/// # Errors
/// When something with this name is there, or it cannot be made.
pub async fn make_folder(path: &Path) -> Answer<()> {
    let path = path.to_path_buf();
    blocking(move || {
        let cannot = |e: &io::Error| words::trouble("Cannot make the folder", &path, e);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| cannot(&e))?;
        }
        std::fs::create_dir(&path).map_err(|e| cannot(&e))
    })
    .await
}

/// Makes the folder at a spot and those above it; one that is there is fine.
///
/// # Errors
/// When a file or a link stands in the way, or it cannot be made.
pub async fn ensure_folder(spot: &Spot) -> Answer<()> {
    let spot = spot.clone();
    blocking(move || {
        Dir::below(&spot.root, &spot.below, Make::Missing)
            .map(drop)
            .map_err(|e| words::trouble("Cannot make the folder", &spot.path(), &e))
    })
    .await
}

/// Writes a small file whole, under a temporary name first.
///
/// # Errors
/// When the name is taken and may not be replaced, or the disk refuses.
pub async fn write(path: &Path, bytes: Bytes, replace: Replace) -> Answer<()> {
    let taken = || {
        let exists = io::Error::from(Errno::EXIST);
        words::trouble("Cannot write", path, &exists)
    };
    let Some(spot) = Spot::of(path) else {
        return Err(words::not_a_file(path));
    };
    let size = bytes.len() as u64;
    let mut sink = Sink::create(&spot, Some(size)).await?;
    sink.write_at(0, vec![bytes]).await?;
    match sink.finish(&spot.name(), size, None, replace).await? {
        Landed::There(_) => Ok(()),
        Landed::Taken => Err(taken()),
    }
}

/// Renames a file or folder; a name that is taken is refused.
///
/// # Errors
/// When the new name is taken, on another disk, or refused.
pub async fn rename(from: &Path, to: &Path) -> Answer<()> {
    let (from, to) = (from.to_path_buf(), to.to_path_buf());
    blocking(move || {
        let cannot = |e: Errno| words::trouble("Cannot rename to", &to, &e.into());
        match rustix::fs::renameat_with(CWD, &from, CWD, &to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                match rustix::fs::statat(CWD, &to, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(_) => Err(cannot(Errno::EXIST)),
                    Err(Errno::NOENT) => rustix::fs::renameat(CWD, &from, CWD, &to).map_err(cannot),
                    Err(error) => Err(cannot(error)),
                }
            }
            Err(error) => Err(cannot(error)),
        }
    })
    .await
}

/// Removes a file, a link (never its target), or a folder with everything in it. `gone` is told
/// of every entry that is removed: 1 and its bytes.
///
/// # Errors
/// When something cannot be removed; what was removed before stays removed.
pub async fn remove(path: &Path, gone: impl Fn(u64) + Send + 'static) -> Answer<()> {
    let path = path.to_path_buf();
    blocking(move || {
        let cannot = |e: io::Error| words::trouble("Cannot remove", &path, &e);
        let spot = Spot::of(&path).ok_or_else(|| refused(&path))?;
        let dir = rustix::fs::openat(CWD, &spot.root, FOLDER, Mode::empty())
            .map_err(|e| cannot(e.into()))?;
        remove_in(&dir, spot.name().as_ref(), &gone).map_err(cannot)
    })
    .await
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

fn refused(path: &Path) -> Trouble {
    Trouble::new(
        "NotAllowed",
        &format!("Cannot remove {}", path.display()),
        "this is no name of a file or folder",
        "",
    )
}

fn remove_in(dir: &OwnedFd, name: &Path, gone: &dyn Fn(u64)) -> io::Result<()> {
    let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if !rustix::fs::FileType::from_raw_mode(stat.st_mode).is_dir() {
        rustix::fs::unlinkat(dir, name, AtFlags::empty())?;
        gone(u64::try_from(stat.st_size).unwrap_or(0));
        return Ok(());
    }
    let folder = rustix::fs::openat(dir, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
    for entry in rustix::fs::Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if !matches!(name.to_bytes(), b"." | b"..") {
            use std::os::unix::ffi::OsStrExt;
            let name = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
            remove_in(&folder, name, gone)?;
        }
    }
    rustix::fs::unlinkat(dir, name, AtFlags::REMOVEDIR)?;
    gone(0);
    Ok(())
}

/// Removes the folders below a path, and itself, that hold nothing; others stay. For a moved
/// folder whose files are all elsewhere now.
///
/// # Errors
/// When the folders cannot be listed.
pub async fn remove_empty(path: &Path) -> Answer<()> {
    let path = path.to_path_buf();
    blocking(move || {
        let mut folders = vec![path.clone()];
        let mut at = 0;
        while at < folders.len() {
            let entries = std::fs::read_dir(&folders[at])
                .map_err(|e| words::trouble("Cannot read", &folders[at], &e))?;
            let below: Vec<_> = entries
                .flatten()
                .filter(|e| e.file_type().is_ok_and(|t| t.is_dir()))
                .map(|e| e.path())
                .collect();
            folders.extend(below);
            at += 1;
        }
        for folder in folders.iter().rev() {
            // One that is not empty stays: something was left out or came in meanwhile.
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test]
    async fn removing_never_follows_links() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = dir.path().join("r");
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/b/f"), b"123").unwrap();
        std::fs::write(outside.path().join("precious"), b"x").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("a/away")).unwrap();
        let bytes = Arc::new(AtomicU64::new(0));
        let sum = Arc::clone(&bytes);
        remove(&root, move |n| {
            sum.fetch_add(n.min(3), Ordering::Relaxed);
        })
        .await
        .unwrap();
        assert!(!root.exists() && outside.path().join("precious").exists());
        assert!(bytes.load(Ordering::Relaxed) >= 3);
        assert!(remove(&root, |_| ()).await.is_err());
        assert!(remove(Path::new("/"), |_| ()).await.is_err());
    }

    #[tokio::test]
    async fn renaming_and_writing_refuse_a_taken_name() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        write(&a, Bytes::from_static(b"a"), Replace::Refuse)
            .await
            .unwrap();
        write(&b, Bytes::from_static(b"b"), Replace::Refuse)
            .await
            .unwrap();
        assert_eq!(
            rename(&a, &b).await.unwrap_err().code.as_str(),
            words::EXISTS
        );
        assert!(write(&a, Bytes::new(), Replace::Refuse).await.is_err());
        write(&a, Bytes::from_static(b"new"), Replace::Allow)
            .await
            .unwrap();
        rename(&a, &dir.path().join("c")).await.unwrap();
        assert_eq!(std::fs::read(dir.path().join("c")).unwrap(), b"new");
        assert!(make_folder(&b).await.is_err());
        make_folder(&dir.path().join("x/y")).await.unwrap();
        assert!(make_folder(&dir.path().join("x/y")).await.is_err());
    }

    #[tokio::test]
    async fn only_empty_folders_go() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("r");
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::create_dir_all(root.join("c")).unwrap();
        std::fs::write(root.join("c/f"), b"").unwrap();
        remove_empty(&root).await.unwrap();
        assert!(!root.join("a").exists() && root.join("c/f").exists());
        std::fs::remove_file(root.join("c/f")).unwrap();
        remove_empty(&root).await.unwrap();
        assert!(!root.exists());
    }
}
