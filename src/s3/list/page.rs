//! The document of a listing, before anybody knows whether its names are encoded.
//!
//! Invariant: nothing is decoded here, since what says how to may stand behind the rows
//! (rule X-4); a name that is no text is kept as none, so that it can be counted.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::plain;
use crate::model::ETag;
use crate::s3::Malformed;
use crate::s3::xml::{Reading, flag, number, timestamp};

/// A page as it stands in the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RawPage<'a> {
    /// The rows in document order.
    pub(super) rows: Vec<Row<'a>>,
    /// Whether the document says `<EncodingType>url`.
    pub(super) says_encoded: bool,
    /// The echoed prefix.
    pub(super) prefix: Option<Cow<'a, str>>,
    /// `IsTruncated`, if given.
    pub(super) truncated: Option<bool>,
    /// `NextContinuationToken`.
    pub(super) token: Option<String>,
    /// `NextMarker`.
    pub(super) next_marker: Option<Cow<'a, str>>,
}

/// One row; its name is none if it is no text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row<'a> {
    /// A `<Contents>`.
    Object(RawObject<'a>),
    /// A `<Prefix>` of a `<CommonPrefixes>`.
    Prefix(Option<Cow<'a, str>>),
}

impl Row<'_> {
    /// The name as it stands in the document.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Object(object) => object.key.as_deref(),
            Self::Prefix(prefix) => prefix.as_deref(),
        }
    }
}

/// A `<Contents>`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RawObject<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Timestamp>,
    pub(super) etag: Option<ETag>,
    pub(super) class: Option<Arc<str>>,
}

impl<'a> RawPage<'a> {
    /// Reads the whole document.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        match plain::read(body) {
            Some(page) => Ok(page),
            None => Self::read_any(body),
        }
    }

    /// Reads a document of any shape.
    pub(super) fn read_any(body: &[u8]) -> Result<Self, Malformed> {
        let mut page = Self::default();
        let mut class: Option<Arc<str>> = None;
        Reading::open(body, "ListBucketResult")?.each(|doc, name| {
            match name {
                "Contents" => {
                    let object = page_object(doc, &mut class)?;
                    page.rows.push(Row::Object(object));
                }
                "CommonPrefixes" => doc.each(|doc, name| {
                    if name == "Prefix" {
                        page.rows.push(Row::Prefix(doc.text()?.map(Cow::Owned)));
                    }
                    Ok(())
                })?,
                "EncodingType" => {
                    page.says_encoded = doc.word()?.trim().eq_ignore_ascii_case("url");
                }
                "Prefix" => page.prefix = doc.text()?.map(Cow::Owned),
                "IsTruncated" => page.truncated = Some(flag(&doc.word()?)),
                "NextContinuationToken" => page.token = doc.text()?,
                "NextMarker" => page.next_marker = doc.text()?.map(Cow::Owned),
                _ => {}
            }
            Ok(())
        })?;
        Ok(page)
    }
}

/// Reads a row. `class` is that of the row before: most rows share one.
fn page_object(
    doc: &mut Reading<'_>,
    class: &mut Option<Arc<str>>,
) -> Result<RawObject<'static>, Malformed> {
    let mut object = RawObject::default();
    doc.each(|doc, name| {
        match name {
            "Key" => object.key = doc.text()?.map(Cow::Owned),
            "Size" => object.size = number(&doc.word()?),
            "LastModified" => object.modified = timestamp(&doc.word()?),
            "ETag" => object.etag = ETag::new(&doc.word()?),
            "StorageClass" => {
                let text = doc.word()?;
                if class.as_deref() != Some(&*text) {
                    *class = (!text.is_empty()).then(|| text.into());
                }
                object.class.clone_from(class);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(object)
}
