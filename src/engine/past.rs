//! What a bucket that keeps versions still has: deletions taken back, old versions made current.
//!
//! Invariant: only a deletion is taken away here, never content.

use jiff::{SignedDuration, Timestamp};

use super::Engine;
use super::describe::VersionKind;
use crate::model::{Account, Answer, BucketName, Location};
use crate::s3::{DeleteVersion, GetVersioning, ListVersions, RestoreVersion, Versioning};

/// Servers tell times in whole seconds, by their own clock.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

impl Engine {
    /// Whether a bucket keeps what is deleted in it. Where that cannot be asked, it does not.
    pub async fn keeps_versions(&self, account: &Account, bucket: &BucketName) -> bool {
        let op = GetVersioning {
            bucket: bucket.clone(),
        };
        match self.client(account) {
            Ok(client) => client.call(&op).await.is_ok_and(|v| v == Versioning::On),
            Err(_) => false,
        }
    }

    /// Takes back the deletion of objects: takes away the delete markers that were made since a
    /// moment of this computer's clock. Gives how many came back, and how many did not.
    ///
    /// # Errors
    /// When nothing may be changed, or a server refuses.
    pub async fn undelete(&self, objects: &[Location], since: Timestamp) -> Answer<(u64, u64)> {
        let (mut back, mut not) = (0, 0);
        for at in objects {
            let client = self.writable_at(at)?;
            let (_, bucket, key) = self.object(at)?;
            let ahead = client.now().duration_since(Timestamp::now());
            let list = ListVersions {
                bucket: bucket.clone(),
                key: key.clone(),
            };
            let versions = client.call(&list).await.map_err(|e| e.trouble())?;
            let marker = versions.first().filter(|v| {
                let ours = v.modified.is_some_and(|at| at + SLACK >= since + ahead);
                v.latest && ours && v.kind == VersionKind::Deletion
            });
            let Some(marker) = marker else {
                not += 1;
                continue;
            };
            let op = DeleteVersion {
                bucket: bucket.clone(),
                key: key.clone(),
                version: marker.id.clone(),
            };
            client.call(&op).await.map_err(|e| e.trouble())?;
            back += 1;
        }
        Ok((back, not))
    }

    /// Makes an old version the current one; what is current becomes an old one.
    ///
    /// # Errors
    /// When nothing may be changed, or the server refuses.
    pub async fn bring_back(&self, at: &Location, version: &str) -> Answer<()> {
        let client = self.writable_at(at)?;
        let (_, bucket, key) = self.object(at)?;
        let op = RestoreVersion {
            bucket: bucket.clone(),
            key: key.clone(),
            version: version.into(),
        };
        client.call(&op).await.map(drop).map_err(|e| e.trouble())
    }
}
