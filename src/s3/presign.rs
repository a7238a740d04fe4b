//! SigV4 in the query: links that work without credentials.

use std::time::Duration;

use jiff::Timestamp;

use super::{Signer, Unsendable};
use crate::model::{BucketName, Key};

/// The longest validity. Source: Amazon S3 API reference, "Authenticating requests: query
/// parameters": `X-Amz-Expires` up to 604800.
pub const MAX_EXPIRY: Duration = Duration::from_secs(604_800);

/// What the receiver of a link may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMethod {
    /// Download.
    Get,
    /// Upload.
    Put,
}

/// A link to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Download or upload.
    pub method: LinkMethod,
    /// Bucket of the object.
    pub bucket: BucketName,
    /// Key of the object.
    pub key: Key,
    /// How long it works from the moment of signing.
    pub expires: Duration,
    /// PUT: a `Content-Type` that the uploader must send; it is signed.
    pub content_type: Option<String>,
    /// GET: the file name under which a browser saves it (`response-content-disposition`).
    pub attachment: Option<String>,
}

impl Signer<'_> {
    /// Signs a link; the text is the whole URL.
    ///
    /// # Errors
    /// When the validity is impossible.
    pub fn presign(&self, link: &Link, at: Timestamp) -> Result<String, Unsendable> {
        let _ = (link, at);
        todo!()
    }
}
