//! Which files a batch has written, so that two keys that a disk takes for one name (capitals,
//! accents) never overwrite each other.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use super::BatchId;

/// Files by disk and inode.
type Files = HashSet<(u64, u64)>;

/// What was written, by batch. A learned fact, shared by workers.
#[derive(Debug, Default)]
pub(crate) struct Written(Mutex<HashMap<BatchId, Files>>);

impl Written {
    pub(crate) fn add(&self, batch: BatchId, file: (u64, u64)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(batch).or_default().insert(file);
    }

    /// Whether this very file was written by this batch before.
    pub(crate) fn has(&self, batch: BatchId, file: (u64, u64)) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&batch).is_some_and(|files| files.contains(&file))
    }

    /// Forgets a batch that came to an end.
    pub(crate) fn forget(&self, batch: BatchId) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&batch);
    }
}
