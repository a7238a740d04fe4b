//! What may be seen of a bucket, and how it is reached.
//!
//! Invariant: nothing is written.

use super::{Check, Desk, way};
use crate::model::{Addressing, BucketName};
use crate::s3::{
    Client, Endpoint, Error, ErrorKind, GetVersioning, HeadBucket, ListObjects, Versioning,
};

impl Desk<'_> {
    /// Looks into a bucket; says whether it is there.
    pub(super) async fn bucket(&self, bucket: &BucketName) -> bool {
        let there = self.there(bucket).await;
        self.tell(self.addressing(bucket).await);
        if !there {
            return false;
        }
        let base = self.client.region(None);
        let real = self.client.region(Some(bucket));
        if real != base {
            self.tell(way::regions(&base, &real));
        }
        self.tell(match list(&self.client, bucket).await {
            Ok(true) => Check::well("list", format!("{bucket} can be listed")),
            Ok(false) => Check::well("list", format!("{bucket} can be listed; it is empty")),
            Err(error) if error.kind == ErrorKind::Denied => {
                let fix = "objects whose names are known can still be read; to browse, ask for \
                           s3:ListBucket on the bucket";
                let check = Check::lacking("list", &error);
                let why = check.why.clone();
                check.because(why, fix)
            }
            Err(error) => Check::failed("list", &error),
        });
        self.tell(self.versions(bucket).await);
        true
    }

    async fn there(&self, bucket: &BucketName) -> bool {
        let head = HeadBucket {
            bucket: bucket.clone(),
        };
        match self.client.call(&head).await {
            Ok(_) => {
                self.tell(Check::well("bucket", format!("{bucket} is there")));
                true
            }
            // It is there, or it would be missing.
            Err(error) if error.kind == ErrorKind::Denied => {
                self.tell(Check::lacking("bucket", &error));
                true
            }
            Err(error) => {
                self.tell(Check::failed("bucket", &error));
                false
            }
        }
    }

    /// Which of the two styles reach the bucket.
    async fn addressing(&self, bucket: &BucketName) -> Check {
        let name = "addressing";
        let ours = self.client.settings().endpoint.style;
        let other = match ours {
            Addressing::VirtualHost => Addressing::Path,
            Addressing::Path | Addressing::Auto => Addressing::VirtualHost,
        };
        if self.client.settings().endpoint.is_number() {
            let what = "the bucket stands in the path: the host is a number and takes no names";
            return Check::well(name, what);
        }
        let (mine, theirs) = (
            self.reaches(bucket, ours).await,
            self.reaches(bucket, other).await,
        );
        let words = |style| match style {
            Addressing::VirtualHost => ("in the host name", "virtual"),
            Addressing::Path | Addressing::Auto => ("in the path", "path"),
        };
        let ((ours, _), (other, setting)) = (words(ours), words(other));
        match (mine, theirs) {
            (Ok(()), Ok(())) => {
                Check::well(name, format!("the bucket may stand {ours} and {other}"))
            }
            (Ok(()), Err(error)) => {
                let code = error.code.as_deref().unwrap_or("refused").to_owned();
                Check::well(
                    name,
                    format!("the bucket stands {ours}; {other} it fails ({code})"),
                )
            }
            (Err(error), Ok(())) => {
                let check = Check::failed(name, &error);
                let why = format!("the bucket stands {ours}, and this server wants it {other}");
                check.because(why, format!("set addressing = {setting:?} for the account"))
            }
            (Err(_), Err(_)) => Check::skipped(name, "the bucket is reached neither way"),
        }
    }

    async fn reaches(&self, bucket: &BucketName, style: Addressing) -> Result<(), Error> {
        let profile = self.profile;
        let endpoint = Endpoint::new(&profile.endpoint, &self.client.region(Some(bucket)), style);
        let client = self.other(|settings| {
            if let Ok(endpoint) = endpoint {
                settings.endpoint = endpoint;
            }
        })?;
        match list(&client, bucket).await {
            Ok(_) => Ok(()),
            // Who is refused was understood.
            Err(error) if error.kind == ErrorKind::Denied => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn versions(&self, bucket: &BucketName) -> Check {
        let name = "versioning";
        let ask = GetVersioning {
            bucket: bucket.clone(),
        };
        match self.client.call(&ask).await {
            Ok(Versioning::On) => Check::well(name, "on: what is deleted stays as a version"),
            Ok(Versioning::Suspended) => Check::odd(name, "suspended").because(
                "old versions are there and are paid for, new ones are not kept",
                "switch it on again, or remove the old versions",
            ),
            Ok(Versioning::Off) => Check::well(name, "off: what is deleted is gone"),
            Err(error) => Check::lacking(name, &error),
        }
    }
}

/// Lists one name of a bucket; says whether there was one.
async fn list(client: &Client, bucket: &BucketName) -> Result<bool, Error> {
    let list = ListObjects {
        max: 1,
        ..ListObjects::new(bucket.clone(), "")
    };
    Ok(!client.list(&list).await?.entries.is_empty())
}
