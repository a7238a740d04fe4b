//! Uploads in parts.
//!
//! Knows nothing of files and plans. Invariant: an answer that does not prove the upload's
//! progress (no upload id, no tag of a part, an empty success) is no success (rules U-10, X-3).

mod probe;
mod uploads;

use std::ops::RangeInclusive;

use bytes::Bytes;
use http::Method;
use http::response::Parts;

pub use probe::TryHash;

use super::bucket::NAMESPACE;
use super::object::{copied, copy_from, header_etag};
use super::xml::{Reading, element, flag, number};
use super::{Draft, Malformed, NewObject, Op, Payload};
use crate::model::{BucketName, ETag, Key};

pub use uploads::{ListUploads, Pending, UploadPage};

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
    /// Only if no such object is there (`If-None-Match: *`); best effort, some servers ignore it.
    pub only_new: bool,
    /// Bytes of the whole, for a server that is known to hold it against the parts (rule U-10).
    pub expects: Option<u64>,
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

/// Lists the parts that the server has. Output: [`PartPage`].
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

/// A request about an upload in progress.
fn about_upload(method: Method, object: (&BucketName, &Key), upload: &UploadId) -> Draft {
    let mut draft = Draft::object(method, object.0, object.1);
    draft.query.push(("uploadId", upload.0.to_string()));
    draft
}

impl Op for CreateUpload {
    type Output = UploadId;
    const NAME: &'static str = "CreateMultipartUpload";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::POST, &self.bucket, &self.key);
        draft.query.push(("uploads", String::new()));
        self.about.write(&mut draft);
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<UploadId, Malformed> {
        let mut id = String::new();
        Reading::open(body, "InitiateMultipartUploadResult")?.each(|doc, name| {
            if name == "UploadId" {
                id = doc.word()?;
            }
            Ok(())
        })?;
        if id.is_empty() {
            return Err(Malformed::Foreign("an upload without an id".into()));
        }
        Ok(UploadId(id.into()))
    }
}

impl Op for UploadPart {
    type Output = ETag;
    const NAME: &'static str = "UploadPart";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let object = (&self.bucket, &self.key);
        let mut draft = about_upload(Method::PUT, object, &self.upload);
        draft.query.push(("partNumber", self.number.to_string()));
        match &self.from {
            PartSource::Payload(payload) => draft.payload = payload.clone(),
            PartSource::Copy {
                from,
                range,
                if_match,
            } => {
                copy_from(&mut draft, from, if_match.as_ref());
                let range = format!("bytes={}-{}", range.start(), range.end());
                draft.set("x-amz-copy-source-range", &range);
            }
        }
        draft
    }

    fn moves(&self) -> u64 {
        match &self.from {
            PartSource::Payload(_) => 0,
            PartSource::Copy { range, .. } => range.end() - range.start() + 1,
        }
    }

    fn read(&self, head: &Parts, body: &[u8]) -> Result<ETag, Malformed> {
        let etag = match self.from {
            PartSource::Payload(_) => header_etag(head),
            // `rclone serve s3` overlooks the source, stores an empty part and reports success.
            PartSource::Copy { .. } if body.is_empty() && header_etag(head).is_some() => {
                let what = "an empty part was stored instead of a copy";
                return Err(Malformed::Foreign(what.into()));
            }
            PartSource::Copy { .. } => copied(body, "CopyPartResult")?,
        };
        etag.ok_or_else(|| Malformed::Foreign("a part without an ETag".into()))
    }
}

impl Op for CompleteUpload {
    type Output = Option<ETag>;
    const NAME: &'static str = "CompleteMultipartUpload";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let object = (&self.bucket, &self.key);
        let mut draft = about_upload(Method::POST, object, &self.upload);
        let mut body = format!("<CompleteMultipartUpload xmlns=\"{NAMESPACE}\">");
        for (number, etag) in &self.parts {
            body.push_str("<Part>");
            element(&mut body, "PartNumber", &number.to_string());
            element(&mut body, "ETag", &etag.quoted());
            body.push_str("</Part>");
        }
        body.push_str("</CompleteMultipartUpload>");
        draft.set("content-type", "application/xml");
        if self.only_new {
            draft.set("if-none-match", "*");
        }
        if let Some(size) = self.expects {
            draft.set("x-amz-mp-object-size", &size.to_string());
        }
        draft.payload = Payload::Text(Bytes::from(body));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        copied(body, "CompleteMultipartUploadResult")
    }
}

impl Op for AbortUpload {
    type Output = ();
    const NAME: &'static str = "AbortMultipartUpload";

    fn draft(&self) -> Draft {
        about_upload(Method::DELETE, (&self.bucket, &self.key), &self.upload)
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

/// The answer of `ListParts`: one page of parts, and the number behind which the next one starts.
pub type PartPage = (Vec<PartDone>, Option<u32>);

impl Op for ListParts {
    type Output = PartPage;
    const NAME: &'static str = "ListParts";

    fn draft(&self) -> Draft {
        let object = (&self.bucket, &self.key);
        let mut draft = about_upload(Method::GET, object, &self.upload);
        if self.after > 0 {
            let after = self.after.to_string();
            draft.query.push(("part-number-marker", after));
        }
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<PartPage, Malformed> {
        let (mut parts, mut more, mut marker) = (Vec::new(), false, None);
        Reading::open(body, "ListPartsResult")?.each(|doc, name| {
            match name {
                "Part" => parts.extend(read_part(doc)?),
                "IsTruncated" => more = flag(&doc.word()?),
                "NextPartNumberMarker" => marker = small(&doc.word()?),
                _ => {}
            }
            Ok(())
        })?;
        if !more {
            return Ok((parts, None));
        }
        let last = parts.iter().map(|part| part.number).max();
        let next = marker.filter(|n| *n > self.after).or(last);
        match next.filter(|n| *n > self.after) {
            Some(next) => Ok((parts, Some(next))),
            None => Err(Malformed::NoToken),
        }
    }
}

fn read_part(doc: &mut Reading<'_>) -> Result<Option<PartDone>, Malformed> {
    let (mut number_of, mut etag, mut size) = (None, None, None);
    doc.each(|doc, name| {
        match name {
            "PartNumber" => number_of = small(&doc.word()?),
            "ETag" => etag = ETag::new(&doc.word()?),
            "Size" => size = number(&doc.word()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(number_of.map(|number| PartDone { number, etag, size }))
}

fn small(text: &str) -> Option<u32> {
    number(text).and_then(|n| n.try_into().ok())
}

#[cfg(test)]
mod tests;
