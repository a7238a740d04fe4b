//! Deeds with more things than are worth a list: they come some at a time.
//!
//! Invariant: of the things no more than a few pages are held, however many there are.

use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::watch;

use super::delete::{BATCHES, Run, by_bucket, delete_batch, deleted};
use super::{Deletion, Engine, Tally};
use crate::model::{Answer, Location};

/// Deletions that are taken back at once.
const BACK: usize = 16;

impl Engine {
    /// Deletes objects, prefixes, files and folders for good, page by page. The running count is
    /// published.
    ///
    /// # Errors
    /// When nothing may be changed, or a prefix cannot be listed at all; failures of single
    /// objects are in the result.
    pub async fn delete_pages(
        &self,
        pages: impl Iterator<Item = Vec<Location>> + Send,
        running: &watch::Sender<Tally>,
    ) -> Answer<Deletion> {
        let mut run = Run::new(running);
        let mut flying = FuturesUnordered::new();
        for page in pages {
            for (account, bucket, keys) in by_bucket(&page) {
                let client = self.writable(&account)?;
                if flying.len() >= BATCHES
                    && let Some(done) = flying.next().await
                {
                    take(done, &mut run);
                }
                flying.push(async move {
                    let (told, keys) = delete_batch(client, &bucket, keys).await;
                    (account, bucket, told, keys)
                });
            }
            let single = |at: &Location| !matches!(at, Location::Object { .. });
            for at in page.iter().filter(|at| single(at)) {
                // Requests under way are not left standing while a whole tree goes.
                while let Some(done) = flying.next().await {
                    take(done, &mut run);
                }
                if let Err(why) = self.delete_tree(at, &mut run).await {
                    run.failed(at.clone(), why);
                }
            }
        }
        while let Some(done) = flying.next().await {
            take(done, &mut run);
        }
        Ok(run.result)
    }

    /// Counts what lies under locations, page by page. The running count is published.
    ///
    /// # Errors
    /// When something cannot be listed.
    pub async fn count_pages(
        &self,
        pages: impl Iterator<Item = Vec<(Location, Option<u64>)>> + Send,
        running: &watch::Sender<Tally>,
    ) -> Answer<Tally> {
        let mut all = Tally::default();
        for page in pages {
            for (at, size) in page {
                let single = !matches!(at, Location::Under { .. });
                if let Some(bytes) = size.filter(|_| single) {
                    // A listing has told already.
                    all = all.and(Tally { items: 1, bytes });
                } else {
                    let (tell, _) = watch::channel(Tally::default());
                    let more = self.count(std::slice::from_ref(&at), &tell).await?;
                    all = all.and(more);
                }
            }
            running.send_replace(all);
        }
        Ok(all)
    }

    /// Takes back the deletion of objects, page by page. Gives how many came back, and how many
    /// did not.
    ///
    /// # Errors
    /// When none came back: why the first one did not.
    pub async fn undelete_pages(
        &self,
        pages: impl Iterator<Item = Vec<Location>> + Send,
        since: Timestamp,
    ) -> Answer<(u64, u64)> {
        let one = |at: Location| async move { self.undelete(&[at], since).await };
        let mut all = stream::iter(pages.flatten())
            .map(one)
            .buffer_unordered(BACK);
        let (mut sum, mut first) = ((0, 0), None);
        while let Some(answer) = all.next().await {
            match answer {
                Ok((back, not)) => sum = (sum.0 + back, sum.1 + not),
                // One that is refused does not keep the others away.
                Err(why) => {
                    sum.1 += 1;
                    first = first.or(Some(why));
                }
            }
        }
        match first {
            Some(why) if sum.0 == 0 => Err(why),
            _ => Ok(sum),
        }
    }
}

type Batch = (
    crate::model::Account,
    crate::model::BucketName,
    super::delete::Told,
    super::delete::Weighed,
);

fn take((account, bucket, told, keys): Batch, run: &mut Run<'_>) {
    deleted((&account, &bucket), &keys, told, run);
}
