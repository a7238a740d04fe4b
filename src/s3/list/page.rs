//! The document of a listing, before anybody knows whether its names are encoded.
//!
//! Invariant: nothing is decoded here, since what says how to may stand behind the rows
//! (rule X-4); a name that is no text is kept as none, so that it can be counted.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::ETag;
use crate::s3::Malformed;
use crate::s3::xml::{Reading, flag, number, timestamp};

/// A page as it stands in the document.
#[derive(Debug, Default)]
pub(super) struct RawPage {
    /// The rows in document order.
    pub(super) rows: Vec<Row>,
    /// Whether the document says `<EncodingType>url`.
    pub(super) says_encoded: bool,
    /// The echoed prefix.
    pub(super) prefix: Option<String>,
    /// `IsTruncated`, if given.
    pub(super) truncated: Option<bool>,
    /// `NextContinuationToken`.
    pub(super) token: Option<String>,
    /// `NextMarker`.
    pub(super) next_marker: Option<String>,
}

/// One row; its name is none if it is no text.
#[derive(Debug)]
pub(super) enum Row {
    /// A `<Contents>`.
    Object(RawObject),
    /// A `<Prefix>` of a `<CommonPrefixes>`.
    Prefix(Option<String>),
}

impl Row {
    /// The name as it stands in the document.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Object(object) => object.key.as_deref(),
            Self::Prefix(prefix) => prefix.as_deref(),
        }
    }
}

/// A `<Contents>`.
#[derive(Debug, Default)]
pub(super) struct RawObject {
    pub(super) key: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Timestamp>,
    pub(super) etag: Option<ETag>,
    pub(super) class: Option<Arc<str>>,
}

impl RawPage {
    /// Reads the whole document.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
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
                        page.rows.push(Row::Prefix(doc.text()?));
                    }
                    Ok(())
                })?,
                "EncodingType" => {
                    page.says_encoded = doc.word()?.trim().eq_ignore_ascii_case("url");
                }
                "Prefix" => page.prefix = doc.text()?,
                "IsTruncated" => page.truncated = Some(flag(&doc.word()?)),
                "NextContinuationToken" => page.token = doc.text()?,
                "NextMarker" => page.next_marker = doc.text()?,
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
) -> Result<RawObject, Malformed> {
    let mut object = RawObject::default();
    doc.each(|doc, name| {
        match name {
            "Key" => object.key = doc.text()?,
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
