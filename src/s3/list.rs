//! Listing objects.

use crate::model::{BucketName, Token};

/// How a server wants to be asked (rule L-3: the first form that works is remembered).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListForm {
    /// `list-type=2` with `encoding-type=url`.
    #[default]
    V2Encoded,
    /// `list-type=2`, keys raw.
    V2Plain,
    /// The first version of the call (`marker`).
    V1,
    /// The first version without a delimiter; folders are grouped by us.
    V1Flat,
}

/// Lists one page of objects. Output: [`crate::model::Page`] (keys decoded; see rule L-6).
#[derive(Debug, Clone)]
pub struct ListObjects {
    /// The bucket.
    pub bucket: BucketName,
    /// Keys that start with this text; not necessarily ending in `/`.
    pub prefix: String,
    /// Whether to group by `/` (a folder's view) or to list everything below.
    pub delimited: bool,
    /// Where to go on.
    pub token: Option<Token>,
    /// List behind this key.
    pub start_after: Option<String>,
    /// Page size; 1000 unless there is a reason (a probe for emptiness asks for 1).
    pub max: u32,
    /// How to ask.
    pub form: ListForm,
}

/// Whether the keys of a listing are percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// They are.
    Encoded,
    /// They are raw, whatever the answer claims.
    Raw,
}
