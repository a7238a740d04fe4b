//! Deleting for good: objects, whole prefixes, files and folders.
//!
//! Invariant: a prefix ends in `/` by its type, so deleting the folder `a/` can never touch `a`
//! or `ab` (rule D-6). A prefix is listed and deleted page by page; nothing is collected.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};

use super::bucket::listing;
use super::{Deletion, Engine, Tally};
use crate::model::{Account, Answer, BucketName, Entry, Key, Location, Page, Prefix, Trouble};
use crate::s3::{Client, Error, ErrorKind, ListObjects};

/// Passes over a prefix: new keys may appear while it is being deleted, and stores that are
/// consistent only after a while may list what is gone (rule D-5).
const PASSES: usize = 3;

/// Keys of one request. Source: Amazon S3 API reference, `DeleteObjects`.
const BATCH: usize = 1000;

/// Batches that are being deleted at once.
pub(super) const BATCHES: usize = 16;

/// Folders without objects that are looked at below one prefix.
const MAX_SHELLS: usize = 10_000;

/// Waits between tries of a listing, besides those of the client itself.
const WAITS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// A deletion under way.
pub(super) struct Run<'a> {
    running: &'a watch::Sender<Tally>,
    tally: Tally,
    pub(super) result: Deletion,
}

impl<'a> Run<'a> {
    pub(super) fn new(running: &'a watch::Sender<Tally>) -> Self {
        Self {
            running,
            tally: Tally::default(),
            result: Deletion::default(),
        }
    }

    fn gone(&mut self, items: u64, bytes: u64) {
        self.tally.items += items;
        // A server may say any size.
        self.tally.bytes = self.tally.bytes.saturating_add(bytes);
        self.result.deleted += items;
        self.running.send_replace(self.tally);
    }

    pub(super) fn failed(&mut self, at: Location, why: Trouble) {
        if self.result.failed.len() < Deletion::MOST_FAILED {
            self.result.failed.push((at, why));
        }
    }
}

impl Engine {
    /// Deletes objects, prefixes, files and folders for good. The running count is published.
    ///
    /// # Errors
    /// When nothing may be changed, or a prefix cannot be listed at all; failures of single
    /// objects are in the result.
    pub async fn delete(
        &self,
        what: &[Location],
        running: &watch::Sender<Tally>,
    ) -> Answer<Deletion> {
        for account in what.iter().filter_map(Location::account) {
            self.writable(account)?;
        }
        let mut run = Run::new(running);
        for (account, bucket, keys) in by_bucket(what) {
            let client = self.writable(&account)?;
            delete_keys(client, (&account, &bucket), &keys, &mut run).await;
        }
        for location in what {
            self.delete_tree(location, &mut run).await?;
        }
        Ok(run.result)
    }

    /// Deletes what is no single object: a prefix, a file or a folder.
    pub(super) async fn delete_tree(&self, at: &Location, run: &mut Run<'_>) -> Answer<()> {
        match at {
            Location::Under {
                account,
                bucket,
                prefix,
            } => {
                let client = self.writable(account)?;
                delete_prefix(client, (account, bucket), prefix, run).await?;
            }
            Location::Local(path) => {
                if let Err(why) = remove_local(path, run).await {
                    run.failed(at.clone(), why);
                }
            }
            Location::Object { .. } => {}
        }
        Ok(())
    }
}

/// Removes a file or folder; what is gone is counted while it goes.
async fn remove_local(path: &Path, run: &mut Run<'_>) -> Answer<()> {
    let (tell, mut gone) = mpsc::unbounded_channel();
    let removing = crate::local::remove(path, move |bytes| {
        // The receiver lives as long as this future: nothing can be lost.
        let _ = tell.send(bytes);
    });
    let counting = async {
        while let Some(bytes) = gone.recv().await {
            run.gone(1, bytes);
        }
    };
    tokio::join!(removing, counting).0
}

/// Keys and the sizes of what they name.
pub(super) type Weighed = Vec<(Key, u64)>;

/// What became of each key.
pub(super) type Told = Vec<Result<(), Error>>;

pub(super) type InBucket = (Account, BucketName, Weighed);

/// The single objects, grouped so that each bucket gets whole batches.
pub(super) fn by_bucket(what: &[Location]) -> Vec<InBucket> {
    let mut groups: Vec<InBucket> = Vec::new();
    for location in what {
        let Location::Object {
            account,
            bucket,
            key,
        } = location
        else {
            continue;
        };
        let group = groups
            .iter_mut()
            .find(|(a, b, _)| a == account && b == bucket);
        match group {
            Some((_, _, keys)) => keys.push((key.clone(), 0)),
            None => groups.push((account.clone(), bucket.clone(), vec![(key.clone(), 0)])),
        }
    }
    groups
}

async fn delete_keys(
    client: &Client,
    (account, bucket): (&Account, &BucketName),
    keys: &[(Key, u64)],
    run: &mut Run<'_>,
) -> u64 {
    let names: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
    let results = client.delete(bucket, &names).await;
    deleted((account, bucket), keys, results, run)
}

/// Counts what is gone, and keeps what is not.
pub(super) fn deleted(
    (account, bucket): (&Account, &BucketName),
    keys: &[(Key, u64)],
    results: Vec<Result<(), Error>>,
    run: &mut Run<'_>,
) -> u64 {
    let mut gone = 0;
    for ((key, size), result) in keys.iter().zip(results) {
        match result {
            Ok(()) => {
                gone += 1;
                run.gone(1, *size);
            }
            Err(error) => {
                let (account, bucket, key) = (account.clone(), bucket.clone(), key.clone());
                run.failed(
                    Location::Object {
                        account,
                        bucket,
                        key,
                    },
                    error.trouble(),
                );
            }
        }
    }
    gone
}

async fn delete_prefix(
    client: &Client,
    at: (&Account, &BucketName),
    prefix: &Prefix,
    run: &mut Run<'_>,
) -> Answer<()> {
    for _ in 0..PASSES {
        let (seen, gone) = delete_pass(client, at, prefix, run).await?;
        // Nothing left, or nothing that another pass could change.
        if seen == 0 || gone == 0 {
            break;
        }
    }
    delete_shells(client, at.1, prefix).await
}

/// Deletes what a listing shows while it goes on: servers take some time for a thousand keys, and
/// the places of a listing stay good. Gives how many were seen, and how many are gone.
async fn delete_pass(
    client: &Client,
    (account, bucket): (&Account, &BucketName),
    prefix: &Prefix,
    run: &mut Run<'_>,
) -> Answer<(u64, u64)> {
    let (mut seen, mut gone) = (0, 0);
    let mut pages = client.sweep(listing(bucket, prefix.as_str(), None), &WAITS);
    let mut flying = FuturesUnordered::new();
    // Pages may hold less than a batch: batches are filled over their ends.
    let mut waiting: Weighed = Vec::new();
    let mut listed = false;
    while !listed || !flying.is_empty() {
        let page = tokio::select! {
            page = pages.next(), if !listed && flying.len() < BATCHES => {
                page.map_err(|error| error.trouble())?
            }
            Some(done) = flying.next(), if !flying.is_empty() => {
                let (results, keys): (Told, Weighed) = done;
                gone += deleted((account, bucket), &keys, results, run);
                continue;
            }
        };
        listed = page.is_none();
        let entries = page.unwrap_or_default().entries;
        waiting.extend(entries.into_iter().filter_map(object));
        while waiting.len() >= BATCH || (listed && !waiting.is_empty()) {
            let rest = waiting.split_off(waiting.len().min(BATCH));
            let keys = std::mem::replace(&mut waiting, rest);
            seen += keys.len() as u64;
            flying.push(delete_batch(client, bucket, keys));
        }
    }
    Ok((seen, gone))
}

pub(super) async fn delete_batch(
    client: &Client,
    bucket: &BucketName,
    keys: Weighed,
) -> (Told, Weighed) {
    let names: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
    (client.delete(bucket, &names).await, keys)
}

/// One page of a listing. A deletion that is half done is worth more patience than a look: a
/// server in trouble is waited for.
async fn list_patiently(client: &Client, list: &ListObjects) -> Answer<Page> {
    for wait in WAITS {
        match client.list(list).await {
            Ok(page) => return Ok(page),
            Err(error) if is_passing(error.kind) => tokio::time::sleep(wait).await,
            Err(error) => return Err(error.trouble()),
        }
    }
    client.list(list).await.map_err(|error| error.trouble())
}

fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Server | ErrorKind::Network | ErrorKind::Throttled
    )
}

/// Whether a listing of what lies around a prefix shows it still.
async fn is_there(client: &Client, bucket: &BucketName, prefix: &Prefix) -> Answer<bool> {
    let Some(name) = prefix.as_str().strip_suffix('/') else {
        // Below a bucket's root there may be any.
        return Ok(true);
    };
    let list = ListObjects {
        delimited: true,
        ..listing(bucket, name, None)
    };
    let page = list_patiently(client, &list).await?;
    let is_it = |entry: &Entry| matches!(entry, Entry::Prefix(found) if found == prefix);
    // Of more names than a page holds it may be among those that did not come.
    Ok(page.next.is_some() || page.entries.iter().any(is_it))
}

/// Deletes what is left of folders whose objects are gone: some servers keep folders as
/// directories, which only a grouped listing shows, and only a DELETE of the marker removes.
async fn delete_shells(client: &Client, bucket: &BucketName, prefix: &Prefix) -> Answer<()> {
    if !is_there(client, bucket, prefix).await? {
        return Ok(());
    }
    let mut todo = vec![prefix.clone()];
    let mut shells = Vec::new();
    while let Some(prefix) = todo.pop() {
        if shells.len() >= MAX_SHELLS {
            break;
        }
        let list = ListObjects {
            delimited: true,
            ..listing(bucket, prefix.as_str(), None)
        };
        let page = list_patiently(client, &list).await?;
        for entry in page.entries {
            if let Entry::Prefix(below) = entry {
                todo.push(below);
            }
        }
        shells.push(prefix);
    }
    // The deepest were met last: a directory goes only when it is empty. A shell is no object, so
    // nothing is counted; one that stays costs nothing, and a new listing shows it.
    for key in shells.iter().rev().filter_map(Prefix::marker) {
        client.delete(bucket, &[key]).await;
    }
    Ok(())
}

fn object(entry: Entry) -> Option<(Key, u64)> {
    match entry {
        Entry::Object(object) => Some((object.key, object.size.unwrap_or(0))),
        Entry::Prefix(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_objects_are_grouped_by_bucket() {
        let object = |bucket: &str, key: &str| Location::Object {
            account: Account::new("a"),
            bucket: BucketName::new(bucket).unwrap(),
            key: Key::new(key).unwrap(),
        };
        let what = [object("x", "1"), object("y", "2"), object("x", "3")];
        let groups = by_bucket(&what);
        let shape: Vec<_> = groups
            .iter()
            .map(|(_, b, k)| (b.as_str(), k.len()))
            .collect();
        assert_eq!(shape, [("x", 2), ("y", 1)]);
    }
}
