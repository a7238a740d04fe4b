//! Objects: head, get, put, delete, copy.
//!
//! Holds no bytes of objects but those in a payload. Invariant: nothing optional is sent that
//! nobody asked for, since servers refuse what they do not know (rules U-8, U-9, C-1 to C-5).

mod delete;
mod head;
mod history;
mod metadata;
mod renew;
mod tags;
mod versions;

use std::ops::RangeInclusive;

use http::Method;
use http::header::{HeaderName, HeaderValue};
use http::response::Parts;

pub use delete::{DeleteObjects, Deleted};
pub use head::ContentRange;
pub(super) use head::{head, header_etag};
pub use history::{HistoryMark, HistoryPage, ListHistory};
pub use renew::{Redescribe, ReplaceObject};
pub use tags::{GetTags, PutTags, Tags};
pub use versions::{
    DeleteVersion, GetVersioning, ListVersions, RestoreVersion, Version, VersionKind, Versioning,
};

use super::endpoint::encode_path;
use super::xml::Reading;
use super::{Draft, Malformed, Op, Payload};
use crate::model::{BucketName, ETag, Key, ObjectHead};

/// Head of an object. Output: [`crate::model::ObjectHead`].
#[derive(Debug, Clone)]
pub struct HeadObject {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
}

/// Reads an object or a range of it. Streamed: see `Client::stream`.
#[derive(Debug, Clone)]
pub struct GetObject {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// First and last byte; none for the whole object.
    pub range: Option<RangeInclusive<u64>>,
    /// Only if the object still has this tag.
    pub if_match: Option<ETag>,
}

/// What a new object carries besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewObject {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `x-amz-meta-*`: names without that prefix. Values may be any text; encoded when needed.
    pub metadata: Vec<(String, String)>,
    /// `Cache-Control` and its like, by name in small letters.
    pub headers: Vec<(&'static str, String)>,
}

/// Writes a whole object. Output: `Option<ETag>`.
#[derive(Debug, Clone)]
pub struct PutObject {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// Type and metadata.
    pub about: NewObject,
    /// The bytes.
    pub payload: Payload,
    /// Only if no such object is there (`If-None-Match: *`); best effort, some servers ignore it.
    pub only_new: bool,
}

/// Deletes one object. Output: `()`. A missing object counts as deleted.
#[derive(Debug, Clone)]
pub struct DeleteObject {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
}

/// Copies an object on the server. Output: `Option<ETag>` of the copy.
#[derive(Debug, Clone)]
pub struct CopyObject {
    /// Bucket and key of the source.
    pub from: (BucketName, Key),
    /// Bucket and key of the copy.
    pub to: (BucketName, Key),
    /// Only if the source still has this tag.
    pub if_match: Option<ETag>,
    /// Only if no such object is there (`If-None-Match: *`); best effort, some servers ignore it.
    pub only_new: bool,
    /// Bytes of the source: a large one takes the server its time.
    pub size: u64,
}

impl NewObject {
    /// Puts type and metadata into a draft's headers.
    pub(super) fn write(&self, draft: &mut Draft) {
        if let Some(content_type) = &self.content_type {
            draft.set("content-type", content_type);
        }
        for (name, value) in &self.headers {
            draft.set(name, value);
        }
        for (name, value) in &self.metadata {
            let name = format!("x-amz-meta-{}", name.to_ascii_lowercase());
            let name = HeaderName::try_from(name).ok();
            let value = HeaderValue::from_str(&metadata::encode(value)).ok();
            match name.zip(value) {
                Some((name, value)) => {
                    draft.headers.append(name, value);
                }
                None => draft.fault = Some("x-amz-meta-*"),
            }
        }
    }
}

/// `x-amz-copy-source` with its condition: where a copy comes from.
pub(super) fn copy_from(draft: &mut Draft, from: &(BucketName, Key), if_match: Option<&ETag>) {
    let (bucket, key) = from;
    let source = format!("/{bucket}/{}", encode_path(key.as_str()));
    draft.set("x-amz-copy-source", &source);
    if let Some(etag) = if_match {
        draft.set("x-amz-copy-source-if-match", &etag.quoted());
    }
}

/// The tag in the answer to a copy, whose status alone says nothing (rule X-3).
pub(super) fn copied(body: &[u8], root: &str) -> Result<Option<ETag>, Malformed> {
    let mut etag = None;
    Reading::open(body, root)?.each(|doc, name| {
        if name == "ETag" {
            etag = ETag::new(&doc.word()?);
        }
        Ok(())
    })?;
    Ok(etag)
}

impl Op for HeadObject {
    type Output = ObjectHead;
    const NAME: &'static str = "HeadObject";

    fn draft(&self) -> Draft {
        Draft::object(Method::HEAD, &self.bucket, &self.key)
    }

    fn read(&self, answer: &Parts, _: &[u8]) -> Result<ObjectHead, Malformed> {
        head(&self.key, answer)
    }
}

/// The head of an object with the checksums that the server keeps of it, if any. They come with a
/// head only: a range has others, or none (rule G-9). Output: [`crate::model::ObjectHead`].
#[derive(Debug, Clone)]
pub struct ChecksumsOf {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
}

impl Op for ChecksumsOf {
    type Output = ObjectHead;
    const NAME: &'static str = "HeadObject";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::HEAD, &self.bucket, &self.key);
        draft.set("x-amz-checksum-mode", "ENABLED");
        draft
    }

    fn read(&self, answer: &Parts, _: &[u8]) -> Result<ObjectHead, Malformed> {
        head(&self.key, answer)
    }
}

/// Reads the head of the answer only; the body is the driver's to stream.
impl Op for GetObject {
    type Output = ObjectHead;
    const NAME: &'static str = "GetObject";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::GET, &self.bucket, &self.key);
        if let Some(range) = &self.range {
            // The last byte there can be means "to the end"; servers read it as a signed number.
            let last = match *range.end() {
                u64::MAX => String::new(),
                last => last.to_string(),
            };
            draft.set("range", &format!("bytes={}-{last}", range.start()));
        }
        if let Some(etag) = &self.if_match {
            draft.set("if-match", &etag.quoted());
        }
        draft
    }

    fn read(&self, answer: &Parts, _: &[u8]) -> Result<ObjectHead, Malformed> {
        head(&self.key, answer)
    }
}

impl Op for PutObject {
    type Output = Option<ETag>;
    const NAME: &'static str = "PutObject";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::PUT, &self.bucket, &self.key);
        self.about.write(&mut draft);
        if self.only_new {
            draft.set("if-none-match", "*");
        }
        draft.payload = self.payload.clone();
        draft
    }

    fn read(&self, answer: &Parts, _: &[u8]) -> Result<Self::Output, Malformed> {
        Ok(header_etag(answer))
    }
}

impl Op for DeleteObject {
    type Output = ();
    const NAME: &'static str = "DeleteObject";

    fn draft(&self) -> Draft {
        Draft::object(Method::DELETE, &self.bucket, &self.key)
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

impl Op for CopyObject {
    type Output = Option<ETag>;
    const NAME: &'static str = "CopyObject";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::PUT, &self.to.0, &self.to.1);
        copy_from(&mut draft, &self.from, self.if_match.as_ref());
        if self.only_new {
            draft.set("if-none-match", "*");
        }
        draft
    }

    fn moves(&self) -> u64 {
        self.size
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        copied(body, "CopyObjectResult")
    }
}

#[cfg(test)]
mod tests;
