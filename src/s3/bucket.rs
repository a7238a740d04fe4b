//! Buckets: list, make, drop, head.

use crate::model::{Bucket, BucketName};

/// Lists the account's buckets. Output: `Vec<Bucket>`.
#[derive(Debug, Clone, Default)]
pub struct ListBuckets {
    /// `max-buckets`, sent to AWS only.
    pub max: Option<u32>,
    /// Where to go on, AWS only.
    pub token: Option<Box<str>>,
}

/// Makes a bucket. Output: `()`.
#[derive(Debug, Clone)]
pub struct CreateBucket {
    /// Its name.
    pub bucket: BucketName,
    /// `LocationConstraint`; none sends no body.
    pub region: Option<Box<str>>,
}

/// Drops an empty bucket. Output: `()`.
#[derive(Debug, Clone)]
pub struct DeleteBucket {
    /// Its name.
    pub bucket: BucketName,
}

/// Asks whether a bucket is there and where. Output: `Option<Box<str>>`, the region.
#[derive(Debug, Clone)]
pub struct HeadBucket {
    /// Its name.
    pub bucket: BucketName,
}

/// The answer of `ListBuckets`: the buckets, and where to go on.
pub type Buckets = (Vec<Bucket>, Option<Box<str>>);
