//! What one S3 call is: a draft of the request, and how to read the answer.
//!
//! Knows no endpoint, no credentials and no time. Invariant: a draft is the whole question and
//! `read` the whole answer, so that a call can be tested without a server.

use std::fmt;
use std::io;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, response::Parts};
use md5::{Digest as _, Md5};

use crate::model::{BucketName, Key};

/// Query parameters, not yet encoded nor sorted. A flag (`?uploads`) has an empty value.
pub type Query = Vec<(&'static str, String)>;

/// What protects object data on its way: computed where the bytes are read, off the async workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// Goes into `x-amz-content-sha256`, signed.
    Sha256([u8; 32]),
    /// Goes into `Content-MD5`; the payload itself is `UNSIGNED-PAYLOAD`. Over https only.
    Md5([u8; 16]),
}

/// Bytes that can be read at any place, again and again: a file that is being uploaded.
pub trait ReadAt: fmt::Debug + Send + Sync {
    /// Reads exactly `len` bytes at `offset`. Blocks.
    ///
    /// # Errors
    /// When reading fails, or the source is shorter than it was.
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes>;

    /// Gives away the bytes of a range that are in memory still, if they are. Never blocks; the
    /// next time they have to be read.
    fn take_held(&self, _offset: u64, _len: u64) -> Option<Bytes> {
        None
    }
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Payload {
    /// None; sent with `Content-Length: 0` where the method wants one.
    Empty,
    /// A small body of the protocol (XML): always signed with its real SHA-256.
    Text(Bytes),
    /// Object data in memory.
    Data {
        /// The bytes.
        bytes: Bytes,
        /// Their digest.
        digest: Digest,
    },
    /// Object data that is read while it is sent, for parts too large to hold.
    Stream {
        /// Where to read.
        source: Arc<dyn ReadAt>,
        /// First byte.
        offset: u64,
        /// Number of bytes.
        len: u64,
        /// Digest of these bytes, from a first pass.
        digest: Digest,
    },
}

impl Payload {
    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Text(bytes) | Self::Data { bytes, .. } => bytes.len() as u64,
            Self::Stream { len, .. } => *len,
        }
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An unsigned request, free of endpoint, time and credentials.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The HTTP method.
    pub method: Method,
    /// The bucket, if the request is about one.
    pub bucket: Option<BucketName>,
    /// The key, if the request is about one.
    pub key: Option<Key>,
    /// Query parameters.
    pub query: Query,
    /// Headers to send and sign, besides those that signing adds.
    pub headers: HeaderMap,
    /// The body.
    pub payload: Payload,
    /// The header that could not be written, if there is one: such a draft is never sent.
    pub fault: Option<&'static str>,
}

impl Draft {
    /// Sets a header. A value that no header can carry makes the draft unsendable.
    pub fn set(&mut self, name: &'static str, value: &str) {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.fault = Some(name),
        }
    }

    /// Sends a document with its MD5, which S3 wants of deletions and tags (rule D-1).
    pub fn document(&mut self, body: String) {
        let md5 = STANDARD.encode(Md5::digest(body.as_bytes()));
        self.set("content-type", "application/xml");
        self.set("content-md5", &md5);
        self.payload = Payload::Text(Bytes::from(body));
    }

    /// A request about the account.
    #[must_use]
    pub fn account(method: Method) -> Self {
        Self {
            method,
            bucket: None,
            key: None,
            query: Vec::new(),
            headers: HeaderMap::new(),
            payload: Payload::Empty,
            fault: None,
        }
    }

    /// A request about a bucket.
    #[must_use]
    pub fn bucket(method: Method, bucket: &BucketName) -> Self {
        Self {
            bucket: Some(bucket.clone()),
            ..Self::account(method)
        }
    }

    /// A request about an object.
    #[must_use]
    pub fn object(method: Method, bucket: &BucketName, key: &Key) -> Self {
        Self {
            key: Some(key.clone()),
            ..Self::bucket(method, bucket)
        }
    }
}

/// Why an answer cannot be understood although its status says success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The document ended too early, or the body was empty where a document was due: try again.
    #[error("the server's answer was cut off")]
    Cut,
    /// The document is no XML, or has another root than expected.
    #[error("the server's answer is not what S3 sends: {0}")]
    Foreign(String),
    /// `IsTruncated` is true, but nothing says where to go on.
    #[error("the listing says that it goes on, but not where")]
    NoToken,
    /// A `200` whose document is an `<Error>`.
    #[error("{code}: {message}")]
    ErrorInside {
        /// The `<Code>`.
        code: String,
        /// The `<Message>`.
        message: String,
    },
}

/// One S3 call: what to ask and how to read the answer. Holds no client and does no I/O.
pub trait Op {
    /// What the answer says.
    type Output;
    /// The name that S3 gives the call: `ListObjectsV2`.
    const NAME: &'static str;
    /// Whether the request may be repeated when the first answer was lost.
    const REPEATABLE: bool = true;
    /// Whether the server may take minutes for its answer (Complete, Copy, bulk delete, uploads).
    const SLOW: bool = false;
    /// Bytes that the server moves by itself before it answers (rule C-4).
    fn moves(&self) -> u64 {
        0
    }
    /// The request.
    fn draft(&self) -> Draft;
    /// Reads an answer with a status of success and its whole body.
    ///
    /// # Errors
    /// When the answer is cut off or not what S3 sends.
    fn read(&self, head: &Parts, body: &[u8]) -> Result<Self::Output, Malformed>;
}

/// What tests of calls share.
#[cfg(test)]
pub(super) mod testing {
    use std::fmt::Write;

    use http::response::{Parts, Response};

    use super::{Malformed, Op, Payload};
    use crate::model::Addressing;
    use crate::s3::Endpoint;
    use crate::s3::sign::{canonical_query, plain_query};

    /// The head of an answer.
    pub(crate) fn answer(status: u16, headers: &[(&str, &str)]) -> Parts {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, value.as_bytes());
        }
        response.body(()).unwrap().into_parts().0
    }

    /// A draft in one text: method, path, query, headers in order of their names, and a body.
    pub(crate) fn told<O: Op>(op: &O) -> String {
        let draft = op.draft();
        assert_eq!(draft.fault, None);
        let endpoint = Endpoint::new("https://h", "r", Addressing::Path).unwrap();
        let target = endpoint.target(draft.bucket.as_ref(), draft.key.as_ref());
        let mut out = format!("{} {}", draft.method, target.path);
        if !draft.query.is_empty() {
            out.push_str(" ?");
            out.push_str(&canonical_query(&plain_query(&draft)));
        }
        let mut names: Vec<_> = draft.headers.keys().collect();
        names.sort_by_key(|n| n.as_str());
        for name in names {
            let value = draft.headers[name].to_str().unwrap();
            write!(out, " {name}: {value}").unwrap();
        }
        if let Payload::Text(body) = draft.payload {
            out.push('\n');
            out.push_str(std::str::from_utf8(&body).unwrap());
        }
        out
    }

    /// The whole body is read, and none of its beginnings is.
    pub(crate) fn cut_everywhere<O: Op>(op: &O, body: &str)
    where
        O::Output: std::fmt::Debug,
    {
        let head = answer(200, &[]);
        op.read(&head, body.as_bytes()).unwrap();
        for end in 0..body.len() {
            let found = op.read(&head, &body.as_bytes()[..end]);
            assert!(matches!(found, Err(Malformed::Cut)), "{end}: {found:?}");
        }
    }
}
