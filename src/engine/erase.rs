//! Deleting for good where a bucket keeps versions: every version, and every delete marker.
//!
//! Invariant: what was not asked for keeps all its versions: a key is matched whole, and a prefix
//! ends in `/` by its type.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::watch;

use super::describe::VersionKind;
use super::{Deletion, Engine, Tally};
use crate::model::{Account, Answer, BucketName, Key, Location, Trouble};
use crate::s3::{
    Client, DeleteVersion, ErrorKind, GetVersioning, HistoryMark, ListHistory, Version, Versioning,
};

/// Versions that are deleted at once.
const AT_ONCE: usize = 16;

/// Failures that are kept with their reasons.
const MAX_FAILED: usize = 1000;

/// What is gone through: all versions of one key, or of all keys below a prefix.
struct Scope<'a> {
    account: &'a Account,
    bucket: &'a BucketName,
    begin: &'a str,
    only: Option<&'a Key>,
}

impl<'a> Scope<'a> {
    fn of(at: &'a Location) -> Option<Self> {
        match at {
            Location::Object {
                account,
                bucket,
                key,
            } => Some(Self {
                account,
                bucket,
                begin: key.as_str(),
                only: Some(key),
            }),
            Location::Under {
                account,
                bucket,
                prefix,
            } => Some(Self {
                account,
                bucket,
                begin: prefix.as_str(),
                only: None,
            }),
            Location::Local(_) => None,
        }
    }

    /// The versions of a page that are meant, and where the next page begins.
    async fn page(
        &self,
        client: &Client,
        after: Option<HistoryMark>,
    ) -> Answer<(Vec<(Key, Version)>, Option<HistoryMark>)> {
        let list = ListHistory {
            bucket: self.bucket.clone(),
            prefix: self.begin.to_owned(),
            after,
        };
        let page = client.call(&list).await.map_err(|e| e.trouble())?;
        let Some(only) = self.only else {
            return Ok((page.versions, page.next));
        };
        // Keys come in order: behind the one that is meant there is no more of it.
        let over = page.versions.iter().any(|(key, _)| key > only);
        let mut versions = page.versions;
        versions.retain(|(key, _)| key == only);
        Ok((versions, page.next.filter(|_| !over)))
    }
}

impl Engine {
    /// Counts versions and their bytes, delete markers too; none where no versions are kept, or
    /// where that cannot be asked. The running count is published.
    ///
    /// # Errors
    /// When versions are kept, but cannot be listed.
    pub async fn count_versions(
        &self,
        what: &[Location],
        running: &watch::Sender<Tally>,
    ) -> Answer<Option<Tally>> {
        if !self.have_versions(what).await? {
            return Ok(None);
        }
        let mut tally = Tally::default();
        for scope in what.iter().filter_map(Scope::of) {
            let client = self.client(scope.account)?;
            let mut after = None;
            loop {
                let (versions, next) = scope.page(client, after).await?;
                for (_, version) in &versions {
                    tally.items += 1;
                    tally.bytes = tally.bytes.saturating_add(bytes(version));
                }
                running.send_replace(tally);
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(Some(tally))
    }

    /// Whether one of these lies in a bucket that keeps versions, or did once.
    async fn have_versions(&self, what: &[Location]) -> Answer<bool> {
        let mut asked: Vec<(&Account, &BucketName)> = Vec::new();
        for scope in what.iter().filter_map(Scope::of) {
            if asked.contains(&(scope.account, scope.bucket)) {
                continue;
            }
            asked.push((scope.account, scope.bucket));
            let op = GetVersioning {
                bucket: scope.bucket.clone(),
            };
            let kept = self.client(scope.account)?.call(&op).await;
            match kept {
                Ok(Versioning::Off) => {}
                Ok(Versioning::On | Versioning::Suspended) => return Ok(true),
                // A server without versions may not know the question.
                Err(error) if error.kind == ErrorKind::Unsupported => {}
                // Nobody may believe that all is gone when only the newest is.
                Err(error) => return Err(error.trouble()),
            }
        }
        Ok(false)
    }

    /// Deletes every version and every delete marker of objects and prefixes, of which there are
    /// `most`: where there are more by now, it ends before the page with the first of them. The
    /// running count is published; what is counted are versions.
    ///
    /// # Errors
    /// When nothing may be changed. That versions cannot be listed or deleted, or are more than
    /// `most`, is in the result.
    pub async fn erase(
        &self,
        what: &[Location],
        most: u64,
        running: &watch::Sender<Tally>,
    ) -> Answer<Deletion> {
        for account in what.iter().filter_map(Location::account) {
            self.writable(account)?;
        }
        let (mut tally, mut result) = (Tally::default(), Deletion::default());
        let mut seen = 0_u64;
        for (at, scope) in what.iter().filter_map(|at| Some((at, Scope::of(at)?))) {
            let client = self.writable(scope.account)?;
            let mut after = None;
            loop {
                let (versions, next) = match scope.page(client, after).await {
                    Ok(page) => page,
                    Err(why) => {
                        result.failed.push((at.clone(), why));
                        break;
                    }
                };
                seen += versions.len() as u64;
                if seen > most {
                    result.failed.push((at.clone(), more_than_counted()));
                    return Ok(result);
                }
                let erasing = versions.into_iter().map(|one| erased(client, &scope, one));
                let mut erasing = stream::iter(erasing).buffer_unordered(AT_ONCE);
                while let Some(done) = erasing.next().await {
                    match done {
                        Ok(bytes) => {
                            tally.items += 1;
                            tally.bytes = tally.bytes.saturating_add(bytes);
                            result.deleted += 1;
                            running.send_replace(tally);
                        }
                        Err(failed) if result.failed.len() < MAX_FAILED => {
                            result.failed.push(failed);
                        }
                        Err(_) => {}
                    }
                }
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(result)
    }
}

fn more_than_counted() -> Trouble {
    Trouble::new(
        "MoreVersions",
        "Not all versions were deleted",
        "there are more now than were counted",
        "D counts them again",
    )
}

/// Deletes one version; gives its bytes.
async fn erased(
    client: &Client,
    scope: &Scope<'_>,
    (key, version): (Key, Version),
) -> Result<u64, (Location, Trouble)> {
    let bytes = bytes(&version);
    let op = DeleteVersion {
        bucket: scope.bucket.clone(),
        key: key.clone(),
        version: version.id,
    };
    match client.call(&op).await {
        Ok(()) => Ok(bytes),
        Err(error) => {
            let at = Location::Object {
                account: scope.account.clone(),
                bucket: scope.bucket.clone(),
                key,
            };
            Err((at, error.trouble()))
        }
    }
}

fn bytes(version: &Version) -> u64 {
    match version.kind {
        VersionKind::Content(bytes, _) => bytes.unwrap_or(0),
        VersionKind::Deletion => 0,
    }
}
