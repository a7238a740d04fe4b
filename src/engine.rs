//! The front door to bytes: one handle that skins clone and call.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

pub use crate::local::{LocalEntry, LocalKind};
pub use crate::s3::{Link, LinkMethod, MAX_EXPIRY};
pub use crate::transfer::{
    BatchId, Conflict, Counts, Direction, IfExists, JobId, JobView, Kind, Notice, Order, Phase,
    Request, Side, Snapshot, Verified,
};

use crate::config::Config;
use crate::model::{
    Account, Answer, Bucket, BucketName, Location, ObjectHead, Page, Prefix, Provenance, Token,
    Trouble,
};

/// What skins may know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// Its name.
    pub account: Account,
    /// The endpoint's URL.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// Where its keys came from; none: there are no keys.
    pub keys_from: Option<Provenance>,
    /// Shown reversed before the crumbs.
    pub label: Option<String>,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

/// What lies under some locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Objects or files.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What became of a deletion.
#[derive(Debug, Clone, Default)]
pub struct Deletion {
    /// Objects or files that are gone.
    pub deleted: u64,
    /// What could not be deleted, with the reason.
    pub failed: Vec<(Location, Trouble)>,
}

/// A signed link.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLink {
    /// The whole URL: a secret.
    pub url: String,
    /// What was signed.
    pub link: Link,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SignedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedLink")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

/// What is known about one thing, for the info view.
#[derive(Debug, Clone)]
pub enum About {
    /// An object's head.
    Object(ObjectHead),
    /// A file or folder.
    File(LocalEntry),
}

/// The handle. Clones share everything.
#[derive(Clone)]
pub struct Engine(Arc<Config>);

impl Engine {
    /// Opens everything that a config says. Sends nothing. Must be called within a runtime.
    ///
    /// # Errors
    /// When an endpoint or a certificate file is unusable, or the state folder cannot be made.
    pub async fn open(config: Config) -> Answer<Self> {
        Ok(Self(Arc::new(config)))
    }

    /// The config it was opened with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0
    }

    /// All accounts, the default one first.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountView> {
        todo!()
    }

    /// The buckets of an account, by name.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn buckets(&self, account: &Account) -> Answer<Vec<Bucket>> {
        let _ = account;
        todo!()
    }

    /// One page of what is directly under a prefix. The marker object of the prefix is left out.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page(
        &self,
        account: &Account,
        bucket: &BucketName,
        prefix: &Prefix,
        from: Option<Token>,
    ) -> Answer<Page> {
        let _ = (account, bucket, prefix, from);
        todo!()
    }

    /// One page of everything below a prefix (any text), without grouping.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page_flat(
        &self,
        account: &Account,
        bucket: &BucketName,
        prefix: &str,
        from: Option<Token>,
    ) -> Answer<Page> {
        let _ = (account, bucket, prefix, from);
        todo!()
    }

    /// What a local folder holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn folder(&self, path: &Path) -> Answer<Vec<LocalEntry>> {
        crate::local::list(path).await
    }

    /// Free bytes where a local folder lies.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn free(&self, path: &Path) -> Answer<u64> {
        crate::local::free(path).await
    }

    /// All that is known about one object or file.
    ///
    /// # Errors
    /// When it is not there or not readable.
    pub async fn about(&self, at: &Location) -> Answer<About> {
        let _ = at;
        todo!()
    }

    /// Reads a range of an object or file (at most 16 MiB) into memory; gives the whole size too.
    /// A range beyond the end gives what there is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(&self, at: &Location, range: RangeInclusive<u64>) -> Answer<(Bytes, u64)> {
        let _ = (at, range);
        todo!()
    }

    /// Streams a whole object or file, or a range, into a channel of chunks. For `cat`.
    ///
    /// # Errors
    /// When it cannot be opened; later failures come through the channel.
    pub async fn open_read(
        &self,
        at: &Location,
        range: Option<RangeInclusive<u64>>,
    ) -> Answer<mpsc::Receiver<Answer<Bytes>>> {
        let _ = (at, range);
        todo!()
    }

    /// Streams chunks of unknown total length into an object (`cp - s3://…`): one request when
    /// it is small, parts otherwise. Gives the number of bytes.
    ///
    /// # Errors
    /// When it cannot be written; nothing is left behind.
    pub async fn write_stream(
        &self,
        to: &Location,
        chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    ) -> Answer<u64> {
        let _ = (to, chunks);
        todo!()
    }

    /// Writes a small object or file whole. Refuses to replace one unless `overwrite`.
    ///
    /// # Errors
    /// When it is there already or cannot be written.
    pub async fn write(&self, to: &Location, bytes: Bytes, overwrite: Overwrite) -> Answer<()> {
        let _ = (to, bytes, overwrite);
        todo!()
    }

    /// Makes a folder: a marker object, or a directory.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn make_folder(&self, at: &Location) -> Answer<()> {
        let _ = at;
        todo!()
    }

    /// Makes a bucket in the account's region.
    ///
    /// # Errors
    /// When the name is taken or refused.
    pub async fn make_bucket(&self, account: &Account, bucket: &BucketName) -> Answer<()> {
        let _ = (account, bucket);
        todo!()
    }

    /// Drops a bucket. Lists it first and refuses unless it is empty, whatever the server would
    /// do; with `Contents::Delete` deletes everything in it before.
    ///
    /// # Errors
    /// When it is not empty or cannot be dropped.
    pub async fn drop_bucket(
        &self,
        account: &Account,
        bucket: &BucketName,
        contents: Contents,
    ) -> Answer<()> {
        let _ = (account, bucket, contents);
        todo!()
    }

    /// Counts what lies under locations. The running count is published while it works.
    ///
    /// # Errors
    /// When something cannot be listed.
    pub async fn count(&self, what: &[Location], running: &watch::Sender<Tally>) -> Answer<Tally> {
        let _ = (what, running);
        todo!()
    }

    /// Deletes objects, prefixes, files and folders for good. The running count is published.
    ///
    /// # Errors
    /// When nothing could even be listed; single failures are in the result.
    pub async fn delete(
        &self,
        what: &[Location],
        running: &watch::Sender<Tally>,
    ) -> Answer<Deletion> {
        let _ = (what, running);
        todo!()
    }

    /// Renames a local file or folder in place. Objects and prefixes are renamed by an order of
    /// kind `Move`.
    ///
    /// # Errors
    /// When the new name is taken or refused.
    pub async fn rename_local(&self, from: &Path, to: &Path) -> Answer<()> {
        let _ = (from, to);
        todo!()
    }

    /// Signs a link with the server's clock. Pure computation: never waits.
    ///
    /// # Errors
    /// When there are no keys or the validity is impossible.
    pub fn link(&self, account: &Account, link: &Link) -> Answer<SignedLink> {
        let _ = (account, link);
        todo!()
    }

    /// Tries a GET link as its receiver would: no credentials, one byte. Gives the status.
    ///
    /// # Errors
    /// When it does not work, with the server's reason.
    pub async fn test_link(&self, account: &Account, link: &SignedLink) -> Answer<u16> {
        let _ = (account, link);
        todo!()
    }

    /// The skew between this clock and the account's server, if it was found and corrected.
    #[must_use]
    pub fn skew(&self, account: &Account) -> Option<Duration> {
        let _ = account;
        todo!()
    }

    /// A number for the next batch.
    #[must_use]
    pub fn next_batch(&self) -> BatchId {
        todo!()
    }

    /// Tells the queue something. Never waits.
    pub fn order(&self, order: Order) {
        let _ = order;
        todo!()
    }

    /// The queue's numbers, sampled.
    #[must_use]
    pub fn numbers(&self) -> watch::Receiver<Arc<Snapshot>> {
        todo!()
    }

    /// The queue's notices. There is one receiver: the first caller gets it.
    #[must_use]
    pub fn notices(&self) -> Option<mpsc::UnboundedReceiver<Notice>> {
        todo!()
    }

    /// Waits until nothing is waiting, moving or being listed any more. Jobs that ask, are paused
    /// or failed do not count as work.
    pub async fn drain(&self) -> Counts {
        todo!()
    }

    /// Stops taking work, lets what is in flight land for at most `grace`, flushes the journal.
    pub async fn close(&self, grace: Duration) {
        let _ = grace;
        todo!()
    }
}

/// Whether something that is there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// No: a conflict is a failure.
    Refuse,
    /// Yes.
    Allow,
}

/// What to do with a bucket's contents when it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Refuse when there are any.
    Keep,
    /// Delete them all first.
    Delete,
}
