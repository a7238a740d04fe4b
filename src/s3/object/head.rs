//! What the headers of an answer say about an object.
//!
//! Invariant: a header that cannot be read is missing, never an error, and a size is the whole
//! object's, also in the answer to a range (rules X-5, G-3, U-15).

use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    LAST_MODIFIED,
};
use http::response::Parts;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::super::Malformed;
use super::metadata;
use crate::model::{ETag, Key, ObjectHead, ObjectMeta};

/// Other headers that are worth showing, by name or (ending in `-`) by how the name begins.
const SHOWN: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-archive-status",
    "x-amz-checksum-",
    "x-amz-delete-marker",
    "x-amz-expiration",
    "x-amz-missing-meta",
    "x-amz-mp-parts-count",
    "x-amz-object-lock-",
    "x-amz-replication-status",
    "x-amz-restore",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-",
    "x-amz-tagging-count",
    "x-amz-version-id",
    "x-amz-website-redirect-location",
];

/// Which bytes of an object an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// First byte.
    pub start: u64,
    /// Last byte.
    pub end: u64,
    /// Bytes of the whole object, if the server says.
    pub total: Option<u64>,
}

impl ContentRange {
    /// Reads `Content-Range: bytes 0-9/100`. None if it is missing, mangled or impossible, or
    /// says that the range cannot be had (`bytes */100`: see [`ContentRange::total_of_none`]).
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let (range, total) = bytes_of(headers)?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
        let total = match total {
            "*" => None,
            digits => Some(digits.parse().ok()?),
        };
        (start <= end && total.is_none_or(|total| end < total)).then_some(Self {
            start,
            end,
            total,
        })
    }

    /// The size of an object whose range could not be had: `bytes */100` of a status 416.
    #[must_use]
    pub fn total_of_none(headers: &HeaderMap) -> Option<u64> {
        let (range, total) = bytes_of(headers)?;
        (range == "*").then(|| total.parse().ok()).flatten()
    }
}

/// What stands before and behind the slash of a `Content-Range` in bytes.
fn bytes_of(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (unit, rest) = text.split_at_checked(5)?;
    let (range, total) = rest.split_once('/')?;
    unit.eq_ignore_ascii_case("bytes")
        .then(|| (range.trim(), total.trim()))
}

/// Whether the headers are those of a console or a login page, and of no object.
fn is_web_page(headers: &HeaderMap) -> bool {
    let html = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    let ours = |name: &HeaderName| {
        *name == ETAG || *name == LAST_MODIFIED || name.as_str().starts_with("x-amz-")
    };
    headers.get(CONTENT_TYPE).is_some_and(html) && !headers.keys().any(ours)
}

/// Reads the head of an answer to a head or a get.
pub(in crate::s3) fn head(key: &Key, answer: &Parts) -> Result<ObjectHead, Malformed> {
    let headers = &answer.headers;
    if is_web_page(headers) {
        let what = "a web page instead of the object".to_owned();
        return Err(Malformed::Foreign(what));
    }
    let text = |name: &str| headers.get(name).map(|v| metadata::text(v.as_bytes()));
    let mut out = ObjectHead {
        meta: ObjectMeta {
            key: key.clone(),
            size: size(answer),
            modified: headers
                .get(LAST_MODIFIED)
                .and_then(|v| http_date(v.to_str().ok()?)),
            etag: header_etag(answer),
            class: text("x-amz-storage-class").map(Into::into),
        },
        content_type: text(CONTENT_TYPE.as_str()).map(Into::into),
        metadata: Vec::new(),
        headers: Vec::new(),
    };
    for (name, value) in headers {
        let name = name.as_str();
        let value = metadata::text(value.as_bytes());
        if let Some(name) = name.strip_prefix("x-amz-meta-") {
            let value = metadata::decode(&value);
            out.metadata.push((name.into(), value.into()));
        } else if is_shown(name)
            && let Some(value) = without_chunking(name, value)
        {
            out.headers.push((name.into(), value.into()));
        }
    }
    Ok(out)
}

/// The tag in the headers.
pub(in crate::s3) fn header_etag(answer: &Parts) -> Option<ETag> {
    let value = answer.headers.get(ETAG)?;
    ETag::new(value.to_str().ok()?)
}

/// The whole object's size.
fn size(answer: &Parts) -> Option<u64> {
    match ContentRange::of(&answer.headers) {
        Some(range) => range.total,
        None if answer.status == 206 => None,
        None => {
            let value = answer.headers.get(CONTENT_LENGTH)?;
            value.to_str().ok()?.trim().parse().ok()
        }
    }
}

/// A date of RFC 7231, `Sun, 06 Nov 1994 08:49:37 GMT`; a wrong day of the week does not matter.
fn http_date(text: &str) -> Option<Timestamp> {
    let parser = DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(text.trim()).ok()
}

fn is_shown(name: &str) -> bool {
    SHOWN.iter().any(|shown| match shown.strip_suffix('-') {
        Some(_) => name.starts_with(shown),
        None => name == *shown,
    })
}

/// `aws-chunked` in a content encoding is left over from an upload and says nothing (rule S-7).
fn without_chunking(name: &str, value: String) -> Option<String> {
    if name != "content-encoding" {
        return Some(value);
    }
    let kept: Vec<&str> = value
        .split(',')
        .map(str::trim)
        .filter(|one| !one.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    Some(kept.join(", ")).filter(|kept| !kept.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::answer;

    fn range(value: &str) -> Option<ContentRange> {
        ContentRange::of(&answer(206, &[("content-range", value)]).headers)
    }

    #[test]
    fn content_ranges_are_read_and_checked() {
        let of = |start, end, total| Some(ContentRange { start, end, total });
        for (text, want) in [
            ("bytes 0-9/100", of(0, 9, Some(100))),
            ("bytes 5-5/6", of(5, 5, Some(6))),
            ("Bytes  0-9/*", of(0, 9, None)),
            ("bytes 9-0/100", None),
            ("bytes 0-100/100", None),
            ("bytes */100", None),
            ("bytes 0-9", None),
            ("lines 0-9/100", None),
            ("bytes -1-9/100", None),
            ("", None),
            ("byté 0-9/1", None),
        ] {
            assert_eq!(range(text), want, "{text}");
        }
        let none = answer(416, &[("content-range", "bytes */100")]);
        assert_eq!(ContentRange::total_of_none(&none.headers), Some(100));
        assert_eq!(ContentRange::total_of_none(&answer(416, &[]).headers), None);
    }

    #[test]
    fn a_head_is_read_whole() {
        let key = Key::new("k").unwrap();
        let head = head(
            &key,
            &answer(
                200,
                &[
                    ("content-length", "1234"),
                    ("content-type", "text/plain"),
                    ("etag", "\"abc-2\""),
                    ("last-modified", "Mon, 06 Nov 1994 08:49:37 GMT"),
                    ("x-amz-storage-class", "GLACIER"),
                    ("x-amz-meta-mtime", "1700000000.5"),
                    ("x-amz-meta-title", "=?UTF-8?Q?caf=C3=A9?="),
                    ("x-amz-meta-raw", "né"),
                    ("content-encoding", "aws-chunked,gzip"),
                    ("x-amz-version-id", "v"),
                    ("x-amz-server-side-encryption", "AES256"),
                    ("x-amz-request-id", "r"),
                    ("server", "s"),
                ],
            ),
        )
        .unwrap();
        assert_eq!(head.meta.size, Some(1234));
        assert_eq!(head.meta.etag, ETag::new("abc-2"));
        assert_eq!(head.meta.modified, "1994-11-06T08:49:37Z".parse().ok());
        assert_eq!(head.meta.class.as_deref(), Some("GLACIER"));
        assert_eq!(head.content_type.as_deref(), Some("text/plain"));
        let pair = |name: &str, value: &str| (Box::from(name), Box::from(value));
        assert_eq!(
            head.metadata,
            [
                pair("mtime", "1700000000.5"),
                pair("title", "café"),
                pair("raw", "né")
            ]
        );
        assert_eq!(head.header("content-encoding"), Some("gzip"));
        assert_eq!(head.header("x-amz-version-id"), Some("v"));
        assert_eq!(head.headers.len(), 3);
    }

    #[test]
    fn a_range_tells_the_size_of_the_whole() {
        let size = |status, headers: &[(&str, &str)]| super::size(&answer(status, headers));
        let (length, range) = (("content-length", "10"), ("content-range", "bytes 0-9/100"));
        assert_eq!(size(206, &[length, range]), Some(100));
        assert_eq!(size(200, &[length, range]), Some(100));
        assert_eq!(size(206, &[length]), None);
        assert_eq!(size(200, &[length]), Some(10));
        assert_eq!(size(200, &[("content-length", "many")]), None);
    }

    #[test]
    fn unreadable_headers_are_missing() {
        let key = Key::new("k").unwrap();
        let odd = answer(
            200,
            &[
                ("last-modified", "yesterday"),
                ("etag", "\"\""),
                ("content-encoding", "aws-chunked"),
            ],
        );
        let head = head(&key, &odd).unwrap();
        assert_eq!((head.meta.modified, head.meta.etag), (None, None));
        assert!(head.headers.is_empty());
    }
}
