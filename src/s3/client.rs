//! The only loop that signs, sends and waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::{Credentials, Endpoint, Error, GetObject, Link, ListObjects, Op};
use crate::model::{BucketName, Integrity, Key, ObjectHead, Page, UploadMode};

/// How to talk to one account's endpoint.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server.
    pub endpoint: Endpoint,
    /// None: anonymous requests.
    pub credentials: Option<Credentials>,
    /// How uploads are protected.
    pub integrity: Integrity,
    /// How uploads are sent.
    pub upload: UploadMode,
    /// Further certificates to trust, PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Whether certificates are checked. Off only by an explicit word of the user.
    pub verify_tls: bool,
}

/// Counts the bytes of object data as the connection takes them.
pub trait Counter: Send + Sync {
    /// `n` more bytes went out.
    fn sent(&self, n: u64);
    /// The try failed: these `n` bytes do not count.
    fn rewind(&self, n: u64);
}

/// The answer to a get: its head, and the body as it arrives.
#[derive(Debug)]
pub struct Download {
    /// What the headers say about the object.
    pub head: ObjectHead,
    /// First byte of the body within the object.
    pub start: u64,
    /// Bytes that the body will have; none if the server did not say.
    pub len: Option<u64>,
    body: (),
}

impl Download {
    /// The next bytes, none at the end. A body that ends short is an error, never an end.
    ///
    /// # Errors
    /// When the connection breaks or stalls.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        todo!()
    }
}

/// A handle to one account on one server. Cloning shares connections and what was learned.
#[derive(Clone)]
pub struct Client(Arc<Settings>);

impl Client {
    /// Opens a client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self(Arc::new(settings)))
    }

    /// Does one call, with retries. Dropping the future cancels it.
    ///
    /// # Errors
    /// What is left after the retries.
    pub async fn call<O: Op + Sync>(&self, op: &O) -> Result<O::Output, Error> {
        let _ = op;
        todo!()
    }

    /// Does one call and counts its body's bytes as they go out.
    ///
    /// # Errors
    /// What is left after the retries.
    pub async fn call_counted<O: Op + Sync>(
        &self,
        op: &O,
        counter: &Arc<dyn Counter>,
    ) -> Result<O::Output, Error> {
        let _ = (op, counter);
        todo!()
    }

    /// Starts a download. Retries until the head is there; the body is the caller's to resume.
    ///
    /// # Errors
    /// What is left after the retries; a range that the server ignored or mangled.
    pub async fn stream(&self, get: &GetObject) -> Result<Download, Error> {
        let _ = get;
        todo!()
    }

    /// One page of a listing, in whatever form this server understands (rules L-1 to L-9).
    ///
    /// # Errors
    /// What is left after the retries and the fallbacks.
    pub async fn list(&self, list: &ListObjects) -> Result<Page, Error> {
        let _ = list;
        todo!()
    }

    /// Deletes keys of one bucket: in batches where XML can carry the key and the server knows
    /// the call, one by one otherwise (rules D-1 to D-3). One result a key, in order.
    pub async fn delete(&self, bucket: &BucketName, keys: &[Key]) -> Vec<Result<(), Error>> {
        let _ = (bucket, keys);
        todo!()
    }

    /// Signs a link with the clock of the server.
    ///
    /// # Errors
    /// When it cannot be signed: no credentials, impossible validity.
    pub fn link(&self, link: &Link) -> Result<String, Error> {
        let _ = link;
        todo!()
    }

    /// Tries a GET link as its receiver would: no credentials, one byte. Gives the status.
    ///
    /// # Errors
    /// When it does not work, with the server's reason.
    pub async fn try_link(&self, url: &str) -> Result<u16, Error> {
        let _ = url;
        todo!()
    }

    /// The digest that uploads to this endpoint should carry: `Sha256` or `Md5`, never `Auto`.
    #[must_use]
    pub fn integrity(&self) -> Integrity {
        todo!()
    }

    /// Now, as the server sees it: the local clock plus the skew that was learned.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        todo!()
    }

    /// The skew that was learned and corrected, if there is any.
    #[must_use]
    pub fn skew(&self) -> Option<Duration> {
        todo!()
    }

    /// What this client was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0
    }
}
