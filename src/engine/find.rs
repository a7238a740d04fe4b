//! Everything below a place, told as it is found, for whoever searches in it.
//!
//! Invariant: links are not followed, nothing is read but names and sizes, and it ends as soon as
//! nobody listens any more.

use std::path::Path;

use tokio::sync::mpsc;

use super::{Engine, Grouping, Listing};
use crate::local::{self, Found};
use crate::model::{Account, Answer, BucketName, Entry, Location, Place, Prefix};

/// Findings that are told at once at most.
const BATCH: usize = 1000;

/// One object or file below a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it is.
    pub location: Location,
    /// Its bytes, where known.
    pub size: Option<u64>,
}

impl Engine {
    /// Tells everything below a place, page by page.
    ///
    /// # Errors
    /// When something on the way cannot be listed; what was told stays true.
    pub async fn find(
        &self,
        below: &Place,
        tell: &mpsc::UnboundedSender<Vec<Finding>>,
    ) -> Answer<()> {
        match below {
            Place::Prefix(account, bucket, prefix) => {
                self.find_keys((account, bucket, prefix), tell).await
            }
            Place::Folder(path) => find_files(path, tell).await,
            Place::Buckets(account) => {
                for bucket in self.buckets(account).await? {
                    let at = (account, &bucket.name, &Prefix::root());
                    self.find_keys(at, tell).await?;
                }
                Ok(())
            }
            Place::Accounts => Ok(()),
        }
    }

    async fn find_keys(
        &self,
        (account, bucket, prefix): (&Account, &BucketName, &Prefix),
        tell: &mpsc::UnboundedSender<Vec<Finding>>,
    ) -> Answer<()> {
        let mut pages = self.pages(Listing::of(account, bucket, prefix, Grouping::Everything))?;
        while let Some(page) = pages.next().await? {
            let finding = |entry: Entry| match entry {
                Entry::Object(meta) if !meta.key.is_marker() => Some(Finding {
                    location: Location::Object {
                        account: account.clone(),
                        bucket: bucket.clone(),
                        key: meta.key,
                    },
                    size: meta.size,
                }),
                Entry::Object(_) | Entry::Prefix(_) => None,
            };
            let found = page.entries.into_iter().filter_map(finding).collect();
            if tell.send(found).is_err() {
                break;
            }
        }
        Ok(())
    }
}

async fn find_files(folder: &Path, tell: &mpsc::UnboundedSender<Vec<Finding>>) -> Answer<()> {
    let mut walk = local::walk(folder);
    let mut batch = Vec::new();
    let mut trouble = None;
    while let Some(found) = walk.recv().await {
        match found {
            Found::File { below, size, .. } => batch.push(Finding {
                location: Location::Local(folder.join(below)),
                size: Some(size),
            }),
            Found::Trouble(why) => trouble = trouble.or(Some(why)),
            Found::Folder(_) | Found::Empty(_) | Found::End { .. } => {}
        }
        let full = batch.len() >= BATCH || walk.is_empty();
        if full && !batch.is_empty() && tell.send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    // Nobody listens any more, or has everything.
    let _ = tell.send(batch);
    trouble.map_or(Ok(()), |why| Err(*why))
}
