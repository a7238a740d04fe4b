//! Counting what lies under some locations, before somebody is asked about it.

use std::path::Path;

use tokio::sync::watch;

use super::{Engine, Grouping, Listing, LocalKind, Tally};
use crate::local::{self, Found};
use crate::model::{Account, Answer, BucketName, Entry, Key, Location, Prefix};
use crate::s3::HeadObject;

/// A count under way, published at every step.
struct Count<'a> {
    engine: &'a Engine,
    running: &'a watch::Sender<Tally>,
    tally: Tally,
}

impl Engine {
    /// Counts what lies under locations. The running count is published while it works.
    ///
    /// # Errors
    /// When something cannot be listed.
    pub async fn count(&self, what: &[Location], running: &watch::Sender<Tally>) -> Answer<Tally> {
        let tally = Tally::default();
        let mut count = Count {
            engine: self,
            running,
            tally,
        };
        for location in what {
            match location {
                Location::Object {
                    account,
                    bucket,
                    key,
                } => {
                    count.object(account, bucket, key).await?;
                }
                Location::Under {
                    account,
                    bucket,
                    prefix,
                } => {
                    count.prefix(account, bucket, prefix).await?;
                }
                Location::Local(path) => count.local(path).await?,
            }
        }
        Ok(count.tally)
    }
}

impl Count<'_> {
    fn add(&mut self, items: u64, bytes: u64) {
        self.tally.items += items;
        // A server may say any size.
        self.tally.bytes = self.tally.bytes.saturating_add(bytes);
        self.running.send_replace(self.tally);
    }

    async fn object(&mut self, account: &Account, bucket: &BucketName, key: &Key) -> Answer<()> {
        let head = HeadObject {
            bucket: bucket.clone(),
            key: key.clone(),
        };
        let head = self.engine.client(account)?.call(&head).await;
        let size = head.map_err(|error| error.trouble())?.meta.size;
        self.add(1, size.unwrap_or(0));
        Ok(())
    }

    async fn prefix(
        &mut self,
        account: &Account,
        bucket: &BucketName,
        prefix: &Prefix,
    ) -> Answer<()> {
        let mut pages =
            self.engine
                .pages(Listing::of(account, bucket, prefix, Grouping::Everything))?;
        while let Some(page) = pages.next().await? {
            let sizes = page.entries.iter().map(bytes);
            self.add(
                page.entries.len() as u64,
                sizes.fold(0, u64::saturating_add),
            );
        }
        Ok(())
    }

    async fn local(&mut self, path: &Path) -> Answer<()> {
        let entry = local::entry(path).await?;
        if entry.kind != LocalKind::Folder {
            self.add(1, entry.size);
            return Ok(());
        }
        let mut walk = local::walk(path);
        while let Some(found) = walk.recv().await {
            match found {
                Found::File { size, .. } => self.add(1, size),
                Found::Trouble(trouble) => return Err(*trouble),
                Found::Folder(_) | Found::Empty(_) | Found::End { .. } => {}
            }
        }
        Ok(())
    }
}

fn bytes(entry: &Entry) -> u64 {
    match entry {
        Entry::Object(object) => object.size.unwrap_or(0),
        Entry::Prefix(_) => 0,
    }
}
