//! Object data made ready to be sent: its digest, and what to call its type.

use bytes::Bytes;
use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::model::Integrity;
use crate::s3::{Digest, Payload};

/// Data up to this size is hashed where it is: moving it to another thread costs more.
const INLINE: usize = 64 << 10;

/// Bytes with the digest that the endpoint wants. Hashing runs off the async workers.
pub async fn payload(integrity: Integrity, bytes: Bytes) -> Payload {
    if bytes.is_empty() {
        return Payload::Empty;
    }
    let digest = if bytes.len() <= INLINE {
        digest(integrity, &bytes)
    } else {
        let copy = bytes.clone();
        match tokio::task::spawn_blocking(move || digest(integrity, &copy)).await {
            Ok(digest) => digest,
            // The runtime is going down; what is computed here is still right.
            Err(_) => digest(integrity, &bytes),
        }
    };
    Payload::Data { bytes, digest }
}

/// The digest of some bytes. `Auto` counts as SHA-256, which is right everywhere.
#[must_use]
pub fn digest(integrity: Integrity, bytes: &[u8]) -> Digest {
    match integrity {
        Integrity::Md5 => Digest::Md5(Md5::digest(bytes).into()),
        Integrity::Sha256 | Integrity::Auto => Digest::Sha256(Sha256::digest(bytes).into()),
    }
}

/// The content type for a name, by its extension.
#[must_use]
pub fn content_type(name: &str) -> &'static str {
    mime_guess::from_path(name)
        .first_raw()
        .unwrap_or("application/octet-stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_and_small_data_get_the_same_kind_of_digest() {
        for len in [1, INLINE, INLINE + 1] {
            let bytes = Bytes::from(vec![7; len]);
            let Payload::Data { digest: got, .. } = payload(Integrity::Md5, bytes.clone()).await
            else {
                panic!("data");
            };
            assert_eq!(got, digest(Integrity::Md5, &bytes));
        }
        assert!(payload(Integrity::Sha256, Bytes::new()).await.is_empty());
    }

    #[test]
    fn types_go_by_extension() {
        assert_eq!(content_type("a.txt"), "text/plain");
        assert_eq!(content_type("A.JPG"), "image/jpeg");
        assert_eq!(content_type("no extension"), "application/octet-stream");
    }
}
