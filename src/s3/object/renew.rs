//! An object in its own place again: with other metadata, or with other content if it is still the
//! one that was read.
//!
//! Invariant: metadata are replaced as a whole, so whoever asks for it carries over what shall
//! stay, the storage class too.

use http::Method;
use http::response::Parts;

use super::{NewObject, PutObject, copied, copy_from, header_etag};
use crate::model::{BucketName, ETag, Key};
use crate::s3::{Draft, Malformed, Op};

/// Gives an object other metadata, by copying it onto itself. Output: `Option<ETag>`.
///
/// Servers copy at most 5 GiB in this way.
#[derive(Debug, Clone)]
pub struct Redescribe {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// Type and metadata from now on, all of them.
    pub about: NewObject,
    /// The storage class that it has, unless it is the server's usual one.
    pub class: Option<Box<str>>,
    /// Only if it still has this tag.
    pub if_match: Option<ETag>,
}

/// Writes an object over another one, if that still has a tag. Output: `Option<ETag>`.
#[derive(Debug, Clone)]
pub struct ReplaceObject {
    /// What is written.
    pub put: PutObject,
    /// The tag that it must have.
    pub if_match: ETag,
}

impl Op for Redescribe {
    type Output = Option<ETag>;
    const NAME: &'static str = "CopyObject";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::PUT, &self.bucket, &self.key);
        let from = (self.bucket.clone(), self.key.clone());
        copy_from(&mut draft, &from, self.if_match.as_ref());
        draft.set("x-amz-metadata-directive", "REPLACE");
        if let Some(class) = &self.class {
            draft.set("x-amz-storage-class", class);
        }
        self.about.write(&mut draft);
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        copied(body, "CopyObjectResult")
    }
}

impl Op for ReplaceObject {
    type Output = Option<ETag>;
    const NAME: &'static str = "PutObject";
    const SLOW: bool = true;
    /// A lost answer may have been a success: the second try would meet its own object.
    const REPEATABLE: bool = false;

    fn draft(&self) -> Draft {
        let mut draft = self.put.draft();
        draft.set("if-match", &self.if_match.quoted());
        draft
    }

    fn read(&self, answer: &Parts, _: &[u8]) -> Result<Self::Output, Malformed> {
        Ok(header_etag(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::Payload;
    use crate::s3::op::testing::told;

    #[test]
    fn metadata_are_replaced_in_place() {
        let op = Redescribe {
            bucket: BucketName::new("b").unwrap(),
            key: Key::new("k").unwrap(),
            about: NewObject {
                content_type: Some("image/png".into()),
                metadata: vec![("Camera".into(), "R5".into())],
                headers: vec![("cache-control", "no-cache".into())],
            },
            class: Some("STANDARD_IA".into()),
            if_match: ETag::new("x"),
        };
        assert_eq!(
            told(&op),
            "PUT /b/k cache-control: no-cache content-type: image/png x-amz-copy-source: /b/k \
             x-amz-copy-source-if-match: \"x\" x-amz-meta-camera: R5 \
             x-amz-metadata-directive: REPLACE x-amz-storage-class: STANDARD_IA"
        );
    }

    #[test]
    fn a_replacement_insists_on_what_was_read() {
        let op = ReplaceObject {
            put: PutObject {
                bucket: BucketName::new("b").unwrap(),
                key: Key::new("k").unwrap(),
                about: NewObject::default(),
                payload: Payload::Empty,
                only_new: false,
            },
            if_match: ETag::new("\"abc\"").unwrap(),
        };
        assert_eq!(told(&op), "PUT /b/k if-match: \"abc\"");
    }
}
