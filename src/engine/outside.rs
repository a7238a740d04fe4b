//! Things for other programs: an object as a file that they can open, and names as a server finds
//! them.
//!
//! Invariant: a file that was brought here is readable by this person alone, and goes with the next
//! one that is brought a day later.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::{Engine, Finding};
use crate::local;
use crate::model::{Account, Answer, BucketName, Entry, Location, Trouble};

/// Most bytes that are brought here to be opened: 1 GiB.
const MOST: u64 = 1 << 30;

/// How long a file stays that was brought here.
const STAYS: Duration = Duration::from_hours(24);

impl Engine {
    /// Something as a file on this machine: itself, or a copy of the object.
    ///
    /// # Errors
    /// When it is too large, or cannot be read or written.
    pub async fn bring(&self, at: &Location) -> Answer<PathBuf> {
        if let Location::Local(path) = at {
            return Ok(path.clone());
        }
        let folder = self.config().paths.state.join("opened");
        sweep(&folder).await;
        let disk = |why: std::io::Error| {
            let what = format!("Cannot open {at}");
            Trouble::new("Disk", &what, &why.to_string(), "copy it here with F5")
        };
        let own = fresh(&folder).await.map_err(disk)?;
        let path = own.join(local::segment(&at.name()).as_ref());
        let half = Half(Some(own));
        let mut reader = self.open_read(at, None).await?;
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&path).await.map_err(disk)?;
        let mut written = 0;
        while let Some(bytes) = reader.chunk().await? {
            written += bytes.len() as u64;
            if written > MOST {
                return Err(Trouble::new(
                    "TooLarge",
                    &format!("{at} is too large to open from here"),
                    &format!("at most {}", crate::model::size(MOST)),
                    "copy it here with F5 and open the copy",
                ));
            }
            write(&mut file, &bytes).await.map_err(disk)?;
        }
        file.flush().await.map_err(disk)?;
        half.keep();
        Ok(path)
    }

    /// Tells every object whose key begins with a text, page by page.
    ///
    /// # Errors
    /// When it cannot be listed; what was told stays true.
    pub async fn find_named(
        &self,
        (account, bucket): (&Account, &BucketName),
        beginning: &str,
        tell: &mpsc::UnboundedSender<Vec<Finding>>,
    ) -> Answer<()> {
        let mut from = None;
        loop {
            let page = self.page_flat(account, bucket, beginning, from).await?;
            let finding = |entry: Entry| match entry {
                Entry::Object(meta) if !meta.key.is_marker() => Some(Finding {
                    size: meta.size,
                    location: Location::Object {
                        account: account.clone(),
                        bucket: bucket.clone(),
                        key: meta.key,
                    },
                }),
                Entry::Object(_) | Entry::Prefix(_) => None,
            };
            let found = page.entries.into_iter().filter_map(finding).collect();
            from = page.next;
            if tell.send(found).is_err() || from.is_none() {
                return Ok(());
            }
        }
    }
}

/// A folder whose file is not all there. It goes unless it is kept, even when
/// nobody waits for it any more.
struct Half(Option<PathBuf>);

impl Half {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if let Some(own) = &self.0 {
            let _ = std::fs::remove_dir_all(own);
        }
    }
}

async fn write(file: &mut tokio::fs::File, bytes: &Bytes) -> std::io::Result<()> {
    file.write_all(bytes).await
}

/// A folder of its own for one file, so that the file keeps its name.
async fn fresh(folder: &Path) -> std::io::Result<PathBuf> {
    tokio::fs::create_dir_all(folder).await?;
    let pid = std::process::id();
    for n in 0..10_000u32 {
        let own = folder.join(format!("{pid}-{n}"));
        match tokio::fs::DirBuilder::new().mode(0o700).create(&own).await {
            Ok(()) => return Ok(own),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// Takes away what was brought here long ago. What does not go stays for the next time.
async fn sweep(folder: &Path) {
    let Ok(mut rows) = tokio::fs::read_dir(folder).await else {
        return;
    };
    while let Ok(Some(row)) = rows.next_entry().await {
        let age = row.metadata().await.and_then(|meta| meta.modified());
        let age = age.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        if age.is_ok_and(|age| age > STAYS) {
            let _ = tokio::fs::remove_dir_all(row.path()).await;
        }
    }
}
