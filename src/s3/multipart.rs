//! Uploads in parts.

use std::ops::RangeInclusive;

use super::{NewObject, Payload};
use crate::model::{BucketName, ETag, Key};

/// The server's name for an upload in progress: opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadId(pub Box<str>);

/// Starts an upload. Output: [`UploadId`].
#[derive(Debug, Clone)]
pub struct CreateUpload {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// Type and metadata go here, not on Complete.
    pub about: NewObject,
}

/// Sends one part. Output: [`ETag`].
#[derive(Debug, Clone)]
pub struct UploadPart {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The upload.
    pub upload: UploadId,
    /// 1 to 10,000.
    pub number: u32,
    /// The bytes, or a range of another object on the same server.
    pub from: PartSource,
}

/// Where the bytes of a part come from.
#[derive(Debug, Clone)]
pub enum PartSource {
    /// From us.
    Payload(Payload),
    /// From an object on the server (`UploadPartCopy`).
    Copy {
        /// Bucket and key of the source.
        from: (BucketName, Key),
        /// First and last byte.
        range: RangeInclusive<u64>,
        /// Only if the source still has this tag.
        if_match: Option<ETag>,
    },
}

/// A part that the server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartDone {
    /// Its number.
    pub number: u32,
    /// Its tag, as received; a server may not say (s3s-fs in a listing).
    pub etag: Option<ETag>,
    /// Its size in bytes, where known.
    pub size: Option<u64>,
}

/// Joins the parts. Output: `Option<ETag>` of the object.
#[derive(Debug, Clone)]
pub struct CompleteUpload {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The upload.
    pub upload: UploadId,
    /// All parts, in ascending order, without gaps.
    pub parts: Vec<(u32, ETag)>,
}

/// Gives an upload up and frees its parts. Output: `()`.
#[derive(Debug, Clone)]
pub struct AbortUpload {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The upload.
    pub upload: UploadId,
}

/// Lists the parts that the server has. Output: parts, and the marker of the next page.
#[derive(Debug, Clone)]
pub struct ListParts {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The upload.
    pub upload: UploadId,
    /// Parts behind this number.
    pub after: u32,
}
