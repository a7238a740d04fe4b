//! What works with objects: small ones are written, read, copied and removed.
//!
//! Invariant: nothing is touched whose name a probe did not make, and whatever was written is
//! removed, whichever check failed; what cannot be removed is named.

use bytes::Bytes;
use md5::{Digest as _, Md5};

use super::{Check, Desk, Health, PROBE};
use crate::model::{Answer, BucketName, ETag, Integrity, Key, Prefix, Trouble};
use crate::s3::{
    Client, DeleteObject, DeleteVersion, Digest, Error, ErrorKind, GetObject, GetVersioning,
    HeadObject, ListVersions, NewObject, Payload, PutObject, Versioning,
};
use crate::transfer;

/// What the objects hold.
const CONTENT: &[u8] = b"windlass was here\n";

/// The objects of one probe.
pub(super) struct Probe<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) bucket: BucketName,
    /// What their names begin with.
    base: String,
    /// What may have been written.
    written: Vec<Key>,
}

impl Desk<'_> {
    /// Tries what can be done with objects, below a prefix.
    pub(super) async fn probe(&self, bucket: &BucketName, prefix: &Prefix) {
        let stamp = self.client.now().as_millisecond();
        let mut probe = Probe {
            desk: self,
            bucket: bucket.clone(),
            base: format!("{prefix}{PROBE}{stamp}"),
            written: Vec::new(),
        };
        if probe.basics().await {
            probe.hashes().await;
            probe.wishes().await;
        }
        probe.clean().await;
    }
}

impl Probe<'_> {
    pub(super) fn client(&self) -> &Client {
        &self.desk.client
    }

    /// The key of an object of this probe, which is removed at the end.
    pub(super) fn key(&mut self, end: &str) -> Option<Key> {
        let key = Key::new(format!("{}{end}", self.base)).ok()?;
        if !self.written.contains(&key) {
            self.written.push(key.clone());
        }
        Some(key)
    }

    /// It was refused: there is nothing to be removed.
    pub(super) fn forget(&mut self, key: &Key) {
        self.written.retain(|written| written != key);
    }

    pub(super) fn put(&self, key: &Key, how: Integrity) -> PutObject {
        let bytes = Bytes::from_static(CONTENT);
        let digest = transfer::digest(how, &bytes);
        PutObject {
            bucket: self.bucket.clone(),
            key: key.clone(),
            about: NewObject {
                content_type: Some("text/plain".into()),
                ..NewObject::default()
            },
            payload: Payload::Data { bytes, digest },
            only_new: false,
        }
    }

    /// The bytes of an object, or of a range of it.
    pub(super) async fn get(&self, key: &Key, range: Option<(u64, u64)>) -> Result<Vec<u8>, Error> {
        let get = GetObject {
            bucket: self.bucket.clone(),
            key: key.clone(),
            range: range.map(|(first, last)| first..=last),
            if_match: None,
        };
        let mut body = self.client().stream(&get).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Writing and reading; false if nothing can be written.
    async fn basics(&mut self) -> bool {
        let Some(key) = self.key(".tmp") else {
            return false;
        };
        let put = self.put(&key, self.client().integrity());
        match self.client().call(&put).await {
            Ok(etag) => self.desk.tell(Check::well("put", tag_of(etag.as_ref()))),
            Err(error) => {
                self.desk.tell(Check::failed("put", &error));
                return false;
            }
        }
        let head = HeadObject {
            bucket: self.bucket.clone(),
            key: key.clone(),
        };
        self.desk.tell(match self.client().call(&head).await {
            Ok(head) if head.meta.size == Some(CONTENT.len() as u64) => {
                Check::well("head", "size and date are told")
            }
            Ok(head) => {
                let why = format!("{:?} instead of {} bytes", head.meta.size, CONTENT.len());
                Check::ill("head", "the server tells another size").because(why, SUSPECT)
            }
            Err(error) => Check::failed("head", &error),
        });
        let whole = self.get(&key, None).await;
        self.desk
            .tell(same("get", "what was written is read", whole, CONTENT));
        let part = self.get(&key, Some((9, 11))).await;
        let range = same(
            "range",
            "parts of an object can be read",
            part,
            &CONTENT[9..12],
        );
        self.desk.tell(range);
        true
    }

    /// Whether bytes that are not those of their hash are refused.
    async fn hashes(&mut self) {
        let Some(key) = self.key("-wrong.tmp") else {
            return;
        };
        let mut wrong = self.put(&key, Integrity::Sha256);
        if let Payload::Data { digest, .. } = &mut wrong.payload {
            *digest = Digest::Sha256([7; 32]);
        }
        let check = self.refused("sha256", &wrong).await;
        self.desk.tell(check);
        let mut wrong = self.put(&key, Integrity::Sha256);
        let zero = "AAAAAAAAAAAAAAAAAAAAAA==".to_owned();
        wrong.about.headers.push(("content-md5", zero));
        let check = self.refused("md5", &wrong).await;
        self.desk.tell(check);
    }

    /// Sends something that is to be refused. By a client of its own: some servers call a wrong
    /// hash a wrong signature, after which a client signs nothing more.
    async fn refused(&self, name: &'static str, put: &PutObject) -> Check {
        let sent = match self.desk.other(|_| {}) {
            Ok(client) => client.call(put).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(_) => Check::odd(name, "a wrong hash is not noticed").because(
                "the server does not hold the bytes against it",
                "nothing to do: windlass checks what it wrote by what else the server says; \
                 other programs may not",
            ),
            Err(error) if error.status.is_some() => {
                Check::well(name, "bytes that differ from their hash are refused")
            }
            Err(error) => Check::lacking(name, &error),
        }
    }

    /// Removes what was written, versions of it included.
    async fn clean(self) {
        let (mut left, mut why) = (Vec::new(), None);
        for key in &self.written {
            match self.remove(key).await {
                Ok(()) => {}
                Err(trouble) => {
                    left.push(key.as_str().to_owned());
                    why = Some(trouble);
                }
            }
        }
        self.desk.tell(match why {
            None => Check::well("delete", "what was written is removed"),
            Some(trouble) => {
                let check = Check::of("delete", Health::Ill, &trouble);
                let why = format!("{}; left behind: {}", check.why, left.join(", "));
                let fix = check.fix.clone();
                check.because(why, fix)
            }
        });
    }

    /// Whether the bucket is known to keep no versions.
    async fn keeps_none(&self) -> bool {
        let ask = GetVersioning {
            bucket: self.bucket.clone(),
        };
        matches!(self.client().call(&ask).await, Ok(Versioning::Off))
    }

    async fn remove(&self, key: &Key) -> Answer<()> {
        let told = |error: Error| error.trouble();
        let (bucket, key) = (self.bucket.clone(), key.clone());
        let delete = DeleteObject {
            bucket: bucket.clone(),
            key: key.clone(),
        };
        self.client().call(&delete).await.map_err(told)?;
        let versions = ListVersions {
            bucket: bucket.clone(),
            key: key.clone(),
        };
        let versions = match self.client().call(&versions).await {
            // A server that keeps none may not list them.
            Err(error) if error.kind == ErrorKind::Unsupported => Vec::new(),
            Err(error) if error.kind == ErrorKind::Denied && self.keeps_none().await => Vec::new(),
            versions => versions.map_err(told)?,
        };
        for version in versions {
            let delete = DeleteVersion {
                bucket: bucket.clone(),
                key: key.clone(),
                version: version.id,
            };
            self.client().call(&delete).await.map_err(told)?;
        }
        let head = HeadObject { bucket, key };
        match self.client().call(&head).await {
            Ok(_) => Err(Trouble::new(
                "NotDeleted",
                "What was deleted is still there",
                "the server said that it was deleted",
                "look again in a while; some servers lag behind themselves",
            )),
            // Who may not list is not told whether it is gone.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Denied) => Ok(()),
            Err(error) => Err(error.trouble()),
        }
    }
}

/// What is said where bytes change on their way.
pub(super) const SUSPECT: &str = "suspect a proxy on the way, or the server's disks";

/// Compares what was read.
pub(super) fn same(
    name: &'static str,
    what: &str,
    read: Result<Vec<u8>, Error>,
    want: &[u8],
) -> Check {
    match read {
        Ok(bytes) if bytes == want => Check::well(name, what),
        Ok(bytes) => {
            let why = format!("{} bytes came that are not those", bytes.len());
            Check::ill(name, "other bytes are read than were written").because(why, SUSPECT)
        }
        Err(error) => Check::failed(name, &error),
    }
}

/// What the tag of an object says.
fn tag_of(etag: Option<&ETag>) -> String {
    let md5 = Md5::digest(CONTENT);
    let is_md5 = |tag: &ETag| {
        let bytes = (0..tag.as_str().len()).step_by(2);
        let bytes = bytes.map(|at| u8::from_str_radix(tag.as_str().get(at..at + 2)?, 16).ok());
        bytes.collect::<Option<Vec<u8>>>().as_deref() == Some(&md5[..])
    };
    match etag {
        Some(etag) if is_md5(etag) => "an object is written; its tag is its MD5".into(),
        Some(_) => "an object is written; its tag is no MD5".into(),
        None => "an object is written; it has no tag".into(),
    }
}

pub(super) fn content() -> &'static [u8] {
    CONTENT
}
