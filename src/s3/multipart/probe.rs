//! A question to a server whose answer is only known from its deed: does it hold the signed hash
//! of a body against the bytes?

use http::Method;
use http::response::Parts;
use sha2::{Digest as _, Sha256};

use super::{UploadId, about_upload};
use crate::model::{BucketName, Key};
use crate::s3::{Digest, Draft, Malformed, Op, Payload};

/// Sends one byte with the hash of another, as a part of an upload that is given up afterwards.
/// Output: `()`, from a server that does not look.
#[derive(Debug, Clone)]
pub struct TryHash {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The upload, made for this.
    pub upload: UploadId,
}

impl Op for TryHash {
    type Output = ();
    const NAME: &'static str = "TryHash";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = about_upload(Method::PUT, (&self.bucket, &self.key), &self.upload);
        draft.query.push(("partNumber", "1".to_owned()));
        draft.payload = Payload::Data {
            bytes: bytes::Bytes::from_static(b"x"),
            digest: Digest::Sha256(Sha256::digest(b"y").into()),
        };
        draft
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}
