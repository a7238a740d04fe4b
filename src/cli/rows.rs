//! The rows of JSON output, and the texts beside them.
//!
//! Pure. Field names are a contract with scripts.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::engine::{LocalEntry, LocalKind, Verified};
use crate::model::{self, Bucket, BucketName, Location, ObjectMeta, Prefix, Safe, Trouble};

/// A row of `ls` and `stat`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bucket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) class: Option<&'a str>,
}

impl<'a> Row<'a> {
    pub(super) fn bucket(bucket: &'a Bucket) -> Self {
        Self {
            kind: "bucket",
            bucket: Some(bucket.name.as_str()),
            modified: bucket.created,
            ..Self::default()
        }
    }

    pub(super) fn prefix(bucket: &'a BucketName, prefix: &'a Prefix) -> Self {
        Self {
            kind: "prefix",
            bucket: Some(bucket.as_str()),
            key: Some(prefix.as_str()),
            ..Self::default()
        }
    }

    pub(super) fn object(bucket: &'a BucketName, meta: &'a ObjectMeta) -> Self {
        Self {
            kind: "object",
            bucket: Some(bucket.as_str()),
            key: Some(meta.key.as_str()),
            size: meta.size,
            modified: meta.modified,
            etag: meta.etag.as_ref().map(model::ETag::as_str),
            class: meta.class.as_deref(),
        }
    }

    /// A local file or folder; `path` stands where an object has its key.
    pub(super) fn local(path: &'a str, entry: &LocalEntry) -> Self {
        let folder = is_folder(entry);
        Self {
            kind: if folder { "folder" } else { "file" },
            key: Some(path),
            size: (!folder).then_some(entry.size),
            modified: entry.modified,
            ..Self::default()
        }
    }
}

pub(super) fn is_folder(entry: &LocalEntry) -> bool {
    matches!(
        entry.kind,
        LocalKind::Folder | LocalKind::Link { folder: true, .. }
    )
}

/// A row of `cp`, `mv` and `rm`.
#[derive(Debug, Serialize)]
pub(super) struct End<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Reason<'a>>,
}

impl<'a> End<'a> {
    pub(super) fn new(kind: &'a str, from: &Location, to: Option<&Location>) -> Self {
        Self {
            kind,
            from: from.to_string(),
            to: to.map(ToString::to_string),
            size: None,
            verified: None,
            error: None,
        }
    }

    pub(super) fn failed(from: &Location, to: Option<&Location>, why: &'a Trouble) -> Self {
        Self {
            error: Some(Reason {
                code: why.code.as_str(),
                why: why.why.as_str(),
                fix: why.fix.as_str(),
            }),
            ..Self::new("failed", from, to)
        }
    }
}

/// Why something failed.
#[derive(Debug, Serialize)]
pub(super) struct Reason<'a> {
    pub(super) code: &'a str,
    pub(super) why: &'a str,
    pub(super) fix: &'a str,
}

/// The word for how a result was checked.
pub(super) fn verified(how: Verified) -> &'static str {
    match how {
        Verified::Sha256 => "sha256",
        Verified::Md5 => "md5",
        Verified::Crc64 => "crc64",
        Verified::Crc32 => "crc32",
        Verified::Composite => "composite",
        Verified::Size => "size only",
    }
}

/// A line of a listing: date, size, name.
pub(super) fn listed(modified: Option<Timestamp>, size: Option<u64>, name: &Safe) -> String {
    Lines::default().line(modified, size, name)
}

/// Lines of a listing, in the system's time zone.
#[derive(Debug)]
pub(super) struct Lines {
    zone: TimeZone,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            zone: TimeZone::system(),
        }
    }
}

impl Lines {
    /// One line: date, size, name.
    pub(super) fn line(
        &self,
        modified: Option<Timestamp>,
        size: Option<u64>,
        name: &Safe,
    ) -> String {
        let mut line = String::with_capacity(32 + name.as_str().len());
        match modified {
            Some(at) => push_date(&mut line, self.zone.to_datetime(at)),
            None => line.push_str("                "),
        }
        let size = size.map_or_else(String::new, model::size);
        let pad = 8usize.saturating_sub(size.len());
        line.push_str(&"          "[..2 + pad]);
        line.push_str(&size);
        line.push_str("  ");
        line.push_str(name.as_str());
        line
    }
}

/// `2026-03-11 09:14`; a million of them are written one after the other.
fn push_date(line: &mut String, at: DateTime) {
    let mut pushed = |number: i16, places: u32| {
        for place in (0..places).rev() {
            let digit = number.unsigned_abs() / 10u16.pow(place) % 10;
            line.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
        }
    };
    pushed(at.year(), 4);
    for (mark, number) in [
        ('-', at.month()),
        ('-', at.day()),
        (' ', at.hour()),
        (':', at.minute()),
    ] {
        line.push(mark);
        let mut pushed = |digit: i8| line.push(char::from(b'0' + digit.unsigned_abs()));
        pushed(number / 10);
        pushed(number % 10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ETag, Key};

    #[test]
    fn lines_are_dates_sizes_and_names() {
        let lines = Lines {
            zone: TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC),
        };
        for text in ["1970-01-01T00:00:00Z", "2026-12-31T23:59:59.9Z"] {
            let at: Timestamp = text.parse().unwrap();
            let line = lines.line(Some(at), Some(90_214), &model::shown("a"));
            let date = model::date(at, &lines.zone);
            assert_eq!(line, format!("{date:16}  88.1 KiB  a"));
        }
        let line = lines.line(None, None, &model::shown("a/"));
        assert_eq!(line, format!("{:16}  {:>8}  a/", "", ""));
    }

    #[test]
    fn json_rows_keep_raw_names_and_leave_out_what_is_not_known() {
        let bucket = BucketName::new("b").unwrap();
        let meta = ObjectMeta {
            key: Key::new("a\n\u{202e}\"é").unwrap(),
            size: Some(3),
            modified: Some("2026-03-11T09:14:00Z".parse().unwrap()),
            etag: ETag::new("\"x\""),
            class: None,
        };
        assert_eq!(
            serde_json::to_string(&Row::object(&bucket, &meta)).unwrap(),
            "{\"type\":\"object\",\"bucket\":\"b\",\"key\":\"a\\n\u{202e}\\\"é\",\"size\":3,\
             \"modified\":\"2026-03-11T09:14:00Z\",\"etag\":\"x\"}"
        );
        let why = Trouble::new("C", "what", "why", "fix");
        let from = Location::Local("/x".into());
        assert_eq!(
            serde_json::to_string(&End::failed(&from, None, &why)).unwrap(),
            r#"{"type":"failed","from":"/x","error":{"code":"C","why":"why","fix":"fix"}}"#
        );
    }
}
