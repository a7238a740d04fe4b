//! What another process must know of a temporary file to go on with it, and that its bytes are
//! safe.

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use super::{Sink, blocking};
use crate::model::Answer;

impl Sink {
    /// The temporary file by disk and inode.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn file_id(&self) -> Answer<(u64, u64)> {
        let meta = self.inner.file.metadata();
        let meta = meta.map_err(|e| self.inner.cannot(&e))?;
        Ok((meta.dev(), meta.ino()))
    }

    /// Bytes up to the last one that was written.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn written(&self) -> Answer<u64> {
        let meta = self.inner.file.metadata();
        Ok(meta.map_err(|e| self.inner.cannot(&e))?.len())
    }

    /// Waits until everything that was written is safe on the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn sync(&self) -> Answer<()> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.file.sync_data().map_err(|e| inner.cannot(&e))).await
    }
}
