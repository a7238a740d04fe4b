//! Objects: head, get, put, delete, copy.

use std::ops::RangeInclusive;

use super::Payload;
use crate::model::{BucketName, ETag, Key};

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

/// Deletes up to 1000 objects. Output: `Vec<Deleted>`, one for each key that the answer names.
#[derive(Debug, Clone)]
pub struct DeleteObjects {
    /// The bucket.
    pub bucket: BucketName,
    /// The keys, none with a character that XML cannot carry.
    pub keys: Vec<Key>,
}

/// What became of one key of a bulk delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The key.
    pub key: Key,
    /// Code and message, if it was not deleted.
    pub error: Option<(String, String)>,
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
}
