//! The client against a scripted server, with time that stands still until somebody waits.

mod errors;
mod heal;
mod many;
mod retry;
mod sweep;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use jiff::Timestamp;

use super::{Client, Counter, Settings};
use crate::model::{Addressing, BucketName, Integrity, Key, Provenance, Secret, UploadMode};
use crate::s3::transport::{Reply, Script, Sent};
use crate::s3::{Credentials, Digest, Endpoint, ListObjects, NewObject, Payload, PutObject};

/// The local clock of these tests.
fn noon() -> Timestamp {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

const SECRET: &str = "do-not-tell-anybody";

fn settings(url: &str) -> Settings {
    Settings {
        endpoint: Endpoint::new(url, "us-east-1", Addressing::Path).unwrap(),
        credentials: Some(Credentials {
            access_key: "AKIDEXAMPLE".into(),
            secret: Secret::new(SECRET),
            token: Some(Secret::new("session-token")),
            from: Provenance("test".into()),
        }),
        integrity: Integrity::Auto,
        upload: UploadMode::Signed,
        ca_bundle: None,
        verify_tls: true,
    }
}

fn client_of(
    settings: Settings,
    author: impl Fn(usize, &Sent) -> Reply + Send + Sync + 'static,
) -> (Client, Arc<Script>) {
    let script = Arc::new(Script::new(author));
    let transport: Arc<Script> = Arc::clone(&script);
    (Client::over(settings, transport, noon), script)
}

fn client(author: impl Fn(usize, &Sent) -> Reply + Send + Sync + 'static) -> (Client, Arc<Script>) {
    client_of(settings("https://s3.example.net"), author)
}

fn bucket() -> BucketName {
    BucketName::new("b").unwrap()
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn put(name: &str, bytes: &'static [u8]) -> PutObject {
    PutObject {
        bucket: bucket(),
        key: key(name),
        about: NewObject::default(),
        payload: Payload::Data {
            bytes: Bytes::from_static(bytes),
            digest: Digest::Md5([0; 16]),
        },
        only_new: false,
    }
}

fn all_keys() -> ListObjects {
    ListObjects {
        delimited: false,
        ..ListObjects::new(bucket(), "")
    }
}

/// A page of a listing.
fn page(keys: &[&str], next: Option<&str>) -> Reply {
    let rows = keys.iter().fold(String::new(), |rows, k| {
        rows + "<Contents><Key>" + k + "</Key><Size>1</Size></Contents>"
    });
    let next = next.map_or_else(String::new, |t| {
        format!("<NextContinuationToken>{t}</NextContinuationToken>")
    });
    let more = !next.is_empty();
    Reply::ok(&format!(
        "<ListBucketResult>{rows}<IsTruncated>{more}</IsTruncated>{next}</ListBucketResult>"
    ))
}

/// Counts like the meters of the screen do.
#[derive(Default)]
struct Tally {
    total: AtomicI64,
    sent: AtomicI64,
}

impl Counter for Tally {
    fn sent(&self, n: u64) {
        let n = i64::try_from(n).unwrap();
        self.total.fetch_add(n, Ordering::Relaxed);
        self.sent.fetch_add(n, Ordering::Relaxed);
    }

    fn rewind(&self, n: u64) {
        let n = i64::try_from(n).unwrap();
        self.total.fetch_sub(n, Ordering::Relaxed);
    }
}
