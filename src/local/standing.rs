//! What stands where something is to be written, and which name beside it is free.

use std::ffi::OsStr;
use std::io;

use jiff::Timestamp;

use super::dir::{Dir, Make};
use super::path::{Spot, numbered};
use super::words::{self, blocking};
use crate::model::{Answer, Trouble};

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

/// Whether nothing at all has this path. What cannot be asked counts as there.
pub async fn is_absent(path: &std::path::Path) -> bool {
    let path = path.to_path_buf();
    let asked = tokio::task::spawn_blocking(move || std::fs::symlink_metadata(path)).await;
    matches!(asked, Ok(Err(e)) if e.kind() == io::ErrorKind::NotFound)
}
