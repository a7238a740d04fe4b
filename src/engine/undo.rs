//! What can be taken back: the trash, names, and copies that were just made.
//!
//! Invariant: a copy that changed since is never deleted, and a name that is taken is never
//! written over.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{About, Engine, Tally};
use crate::local;
use crate::model::{Answer, Location, Trouble};

pub use crate::local::Trashed;

/// Servers tell times in whole seconds.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// How far the clock of a server may lie before ours.
const CLOCKS: SignedDuration = SignedDuration::from_secs(5);

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Where it was made.
    pub at: Location,
    /// Its bytes.
    pub size: Option<u64>,
    /// When it was done, by this machine's clock.
    pub done: Timestamp,
}

impl Engine {
    /// Moves files and folders to the trash; gives what went, and what stopped it.
    pub async fn trash(&self, paths: &[PathBuf]) -> (Vec<Trashed>, Option<Trouble>) {
        let mut gone = Vec::new();
        for path in paths {
            match local::trash(path, &self.config().paths.trash).await {
                Ok(trashed) => gone.push(trashed),
                Err(trouble) => return (gone, Some(trouble)),
            }
        }
        (gone, None)
    }

    /// Brings things back from the trash.
    ///
    /// # Errors
    /// When one cannot come back; those before it did.
    pub async fn restore(&self, trashed: &[Trashed]) -> Answer<()> {
        for one in trashed {
            local::restore(one).await?;
        }
        Ok(())
    }

    /// Renames files and folders. Names that change places with each other are refused.
    ///
    /// # Errors
    /// When a name is taken, before anything is renamed; or when the disk refuses.
    pub async fn rename_all(&self, renames: &[(PathBuf, PathBuf)]) -> Answer<()> {
        for (_, to) in renames {
            if !local::is_absent(to).await {
                return Err(taken(to));
            }
        }
        for (from, to) in renames {
            local::rename(from, to).await?;
        }
        Ok(())
    }

    /// Deletes copies that are still as they were made: of this size, not changed after they were
    /// done, and objects not older than the copy, since one with the same content may have stood
    /// there before. Gives how many went and how many stayed.
    ///
    /// # Errors
    /// When nothing may be changed, or a server refuses.
    pub async fn unmake(&self, copies: &[Copied], since: Timestamp) -> Answer<(u64, u64)> {
        let mut same = Vec::new();
        for copy in copies {
            let size = match self.about(&copy.at).await {
                Ok(About::Object(head)) => {
                    let ours = |at| at + SECOND >= since && at <= copy.done + CLOCKS;
                    let ours = head.meta.modified.is_some_and(ours);
                    head.meta.size.filter(|_| ours)
                }
                Ok(About::File(entry)) => {
                    let ours = entry.modified.is_some_and(|at| at <= copy.done);
                    Some(entry.size).filter(|_| ours)
                }
                Err(_) => None,
            };
            if size.is_some() && size == copy.size {
                same.push(copy.at.clone());
            }
        }
        let (running, _) = watch::channel(Tally::default());
        let deletion = self.delete(&same, &running).await?;
        if let Some((_, trouble)) = deletion.failed.into_iter().next() {
            return Err(trouble);
        }
        let kept = copies.len() - same.len();
        Ok((same.len() as u64, kept as u64))
    }
}

fn taken(path: &Path) -> Trouble {
    Trouble::new(
        "AlreadyThere",
        "Nothing was renamed",
        &format!("{} is there already", path.display()),
        "choose another name; names that change places need two steps",
    )
}
