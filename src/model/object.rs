//! What a listing and a head say about objects.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{BucketName, Key, Prefix};

/// An entity tag without its quotes, exactly as the server wrote it otherwise.
///
/// It is the MD5 of the content only sometimes; see [`ETag::as_md5`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(Box<str>);

impl ETag {
    /// Takes a tag as it stood in a header or an XML text: one pair of quotes is stripped.
    /// An empty one is none.
    #[must_use]
    pub fn new(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let bare = raw
            .strip_prefix('"')
            .and_then(|r| r.strip_suffix('"'))
            .unwrap_or(raw);
        (!bare.is_empty()).then(|| Self(bare.into()))
    }

    /// The tag without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag in quotes, as `If-Match` and `CompleteMultipartUpload` want it.
    #[must_use]
    pub fn quoted(&self) -> String {
        if self.0.starts_with("W/") {
            self.0.to_string()
        } else {
            format!("\"{}\"", self.0)
        }
    }

    /// Whether two tags name the same content: a proxy may have weakened one (rule X-5).
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let strong = |tag: &Self| tag.0.trim_start_matches("W/").trim_matches('"').to_owned();
        self == other || strong(self) == strong(other)
    }

    /// The 32 hex digits, if the tag has the shape of a plain MD5.
    #[must_use]
    pub fn as_md5(&self) -> Option<&str> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (self.0.len() == 32 && self.0.bytes().all(hex)).then_some(&*self.0)
    }

    /// The number of parts, if the tag has the shape `<md5>-<n>` of a multipart upload.
    #[must_use]
    pub fn parts(&self) -> Option<u32> {
        let (head, count) = self.0.split_once('-')?;
        (head.len() == 32 && head.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| count.parse().ok())
            .flatten()
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One bucket of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: BucketName,
    /// When it was made, if the server says.
    pub created: Option<Timestamp>,
    /// Where it lives, if the server says.
    pub region: Option<Box<str>>,
}

/// What a listing says about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// The whole key.
    pub key: Key,
    /// Bytes; none when the server did not say.
    pub size: Option<u64>,
    /// Last change, if the server said it readably.
    pub modified: Option<Timestamp>,
    /// Entity tag, if given.
    pub etag: Option<ETag>,
    /// Storage class (`STANDARD`, `GLACIER`, …), if given.
    pub class: Option<Arc<str>>,
}

/// One row of a listing with a delimiter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A common prefix: what looks like a folder.
    Prefix(Prefix),
    /// An object.
    Object(ObjectMeta),
}

/// Where the next page of a listing starts: opaque, the server's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(pub Box<str>);

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// What it listed, in the server's order, keys decoded.
    pub entries: Vec<Entry>,
    /// Where to go on; none at the end.
    pub next: Option<Token>,
    /// Rows left out because they were empty or lay outside the prefix that was asked for.
    pub skipped: u32,
}

/// What a head (or the head of a get) says about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Key, size, date, tag and class. `size` is the whole object's, also for a range.
    pub meta: ObjectMeta,
    /// `Content-Type`, if given.
    pub content_type: Option<Box<str>>,
    /// The `x-amz-meta-*` headers without that prefix, names in lower case, in header order.
    pub metadata: Vec<(Box<str>, Box<str>)>,
    /// Other headers worth showing (cache control, encryption, version id …): name and value.
    pub headers: Vec<(Box<str>, Box<str>)>,
}

impl ObjectHead {
    /// The value of one of the other headers, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| &**n == name)
            .map(|(_, v)| &**v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_lose_one_pair_of_quotes() {
        for (raw, bare) in [
            ("\"abc\"", "abc"),
            ("abc", "abc"),
            (" \"a\" ", "a"),
            ("W/\"x\"", "W/\"x\""),
        ] {
            assert_eq!(ETag::new(raw).unwrap().as_str(), bare);
        }
        assert_eq!(ETag::new("\"\""), None);
        assert_eq!(ETag::new("W/\"x\"").unwrap().quoted(), "W/\"x\"");
        assert_eq!(ETag::new("x").unwrap().quoted(), "\"x\"");
    }

    #[test]
    fn etag_shapes() {
        let plain = ETag::new("\"d41d8cd98f00b204e9800998ecf8427e\"").unwrap();
        assert_eq!(plain.as_md5(), Some("d41d8cd98f00b204e9800998ecf8427e"));
        assert_eq!(plain.parts(), None);
        let parts = ETag::new("d41d8cd98f00b204e9800998ecf8427e-12").unwrap();
        assert_eq!((parts.as_md5(), parts.parts()), (None, Some(12)));
    }
}
