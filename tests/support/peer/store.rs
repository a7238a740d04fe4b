//! What the peer keeps, and how it answers when nothing is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::No;
use super::wire::{Ask, decode};

/// What a server says when an upload is completed once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// That all is well.
    Fine,
    /// That there is no such upload.
    Gone,
    /// That this is not allowed.
    Denied,
}

/// An object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    pub(crate) meta: Vec<(String, String)>,
}

#[derive(Debug)]
struct Upload {
    key: String,
    started: Timestamp,
    meta: Vec<(String, String)>,
    parts: BTreeMap<u32, (Vec<u8>, String)>,
}

/// The name and the reckoning of a checksum.
type Sum = (&'static str, fn(&[u8]) -> String);

/// Everything that the server has, and what it is like.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub(crate) struct Store {
    pub(crate) objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, Upload>,
    completed: BTreeMap<String, String>,
    next: u32,
    /// What it says to a second Complete.
    pub(crate) again: Again,
    /// Whether it looks at `Content-MD5`.
    pub(crate) digests: bool,
    /// Whether it keeps what it refuses for a wrong digest, as some do.
    pub(crate) keeps_refused: bool,
    /// Whether it looks at signed hashes.
    pub(crate) hashes: bool,
    /// Whether its tags of parts, and of objects put in one piece, are MD5s.
    pub(crate) md5_tags: bool,
    /// Whether its tags of joined objects are made of MD5s.
    pub(crate) composites: bool,
    /// Whether it looks at `If-Match` and `If-None-Match`.
    pub(crate) conditions: bool,
    /// Whether it can copy.
    pub(crate) copies: bool,
    /// A checksum header that it sends with every object: `x-amz-checksum-…`.
    pub(crate) sum: Option<Sum>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            completed: BTreeMap::new(),
            next: 0,
            again: Again::Gone,
            digests: true,
            keeps_refused: false,
            hashes: true,
            md5_tags: true,
            composites: true,
            conditions: true,
            copies: true,
            sum: None,
        }
    }
}

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// The length that is said, if not the body's.
    pub(super) claims: Option<usize>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

fn fine(body: &str) -> Answer {
    Answer {
        status: 200,
        headers: vec![("content-type", "application/xml".into())],
        body: body.as_bytes().to_vec(),
        claims: None,
    }
}

pub(super) fn refusal(No(status, code, wait): No) -> Answer {
    let mut answer = fine(&format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>so it is scripted</Message></Error>"
    ));
    answer.status = status;
    answer
        .headers
        .extend(wait.map(|w| ("retry-after", w.to_string())));
    answer
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let pieces = text.split(open).skip(1);
    pieces
        .filter_map(|piece| piece.split(close).next())
        .collect()
}

/// The header in which tags come: `name=value&…`, encoded.
const TAGGING: &str = "x-amz-tagging";

fn metadata(ask: &Ask) -> Vec<(String, String)> {
    let ours =
        |name: &str| name.starts_with("x-amz-meta-") || matches!(name, "content-type" | TAGGING);
    let found = ask.headers.iter().filter(|(name, _)| ours(name));
    found.map(|(n, v)| (n.clone(), v.clone())).collect()
}

impl Store {
    /// Puts an object there, behind everybody's back.
    pub(crate) fn put(&mut self, key: &str, bytes: &[u8]) {
        let etag = self.tag(bytes);
        self.keep(key, bytes.to_vec(), etag, Vec::new());
    }

    /// An object's bytes.
    pub(crate) fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.get(key).map(|object| object.bytes.clone())
    }

    /// How many uploads were neither completed nor aborted.
    pub(crate) fn open_uploads(&self) -> usize {
        self.uploads.len()
    }

    fn tag(&mut self, bytes: &[u8]) -> String {
        if self.md5_tags {
            return md5_hex(bytes);
        }
        self.next += 1;
        // The shape of an MD5, and none.
        format!("{:032x}", self.next)
    }

    fn keep(&mut self, key: &str, bytes: Vec<u8>, etag: String, meta: Vec<(String, String)>) {
        let object = Object {
            bytes,
            etag,
            modified: Timestamp::now(),
            meta,
        };
        self.objects.insert(key.to_owned(), object);
    }

    pub(super) fn perform(&mut self, ask: &Ask, body: &[u8], whole: bool) -> Answer {
        if ask.bucket != "box" {
            return refusal(No(404, "NoSuchBucket", None));
        }
        if let Some(no) = self.spoilt(ask, body) {
            if self.keeps_refused && ask.op() == "PutObject" {
                self.put_object(ask, body);
            }
            return refusal(no);
        }
        match ask.op() {
            "ListObjectsV2" => self.list(ask),
            "GetObject" | "HeadObject" => self.get(ask, whole),
            "PutObject" => self.put_object(ask, body),
            "DeleteObject" => {
                self.objects.remove(&ask.key);
                Answer {
                    status: 204,
                    ..Answer::default()
                }
            }
            "DeleteObjects" => self.delete_many(body),
            "CopyObject" | "UploadPartCopy" => self.copy(ask),
            "CreateMultipartUpload" => self.create(ask),
            "UploadPart" => self.part(ask, body),
            "CompleteMultipartUpload" => self.complete(ask, body),
            "AbortMultipartUpload" => match self.uploads.remove(&ask.query["uploadId"]) {
                Some(_) => Answer {
                    status: 204,
                    ..Answer::default()
                },
                None => refusal(No(404, "NoSuchUpload", None)),
            },
            "GetObjectTagging" => self.tags(ask),
            "ListParts" => self.list_parts(ask),
            "ListMultipartUploads" => self.list_uploads(ask),
            _ => refusal(No(501, "NotImplemented", None)),
        }
    }

    fn tags(&self, ask: &Ask) -> Answer {
        let tags = self.objects[&ask.key].meta.iter();
        let tags = tags.filter(|(name, _)| name == TAGGING);
        let mut out = String::from("<Tagging><TagSet>");
        for pair in tags.flat_map(|(_, tags)| tags.split('&')) {
            let (name, value) = pair.split_once('=').unwrap();
            let (name, value) = (escaped(&decode(name)), escaped(&decode(value)));
            let _ = write!(out, "<Tag><Key>{name}</Key><Value>{value}</Value></Tag>");
        }
        fine(&(out + "</TagSet></Tagging>"))
    }

    /// Gives an object tags: `name=value&…`.
    pub(crate) fn tag_object(&mut self, key: &str, tags: &str) {
        let object = self.objects.get_mut(key).unwrap();
        object.meta.push((TAGGING.into(), tags.into()));
    }

    /// The tags of an object.
    pub(crate) fn tags_of(&self, key: &str) -> Option<String> {
        let mut meta = self.objects[key].meta.iter();
        meta.find(|(name, _)| name == TAGGING)
            .map(|(_, tags)| tags.clone())
    }

    /// Whether the body is not what was signed.
    fn spoilt(&self, ask: &Ask, body: &[u8]) -> Option<No> {
        let md5 = ask.header("content-md5");
        if self.digests && md5.is_some_and(|md5| md5 != STANDARD.encode(Md5::digest(body))) {
            return Some(No(400, "BadDigest", None));
        }
        let signed = ask.header("x-amz-content-sha256").filter(|h| h.len() == 64);
        let other = signed.is_some_and(|hash| hash != hex(&Sha256::digest(body)));
        (self.hashes && other).then_some(No(400, "XAmzContentSHA256Mismatch", None))
    }

    fn list(&self, ask: &Ask) -> Answer {
        let prefix = ask.param("prefix").unwrap_or_default();
        let max: usize = ask.param("max-keys").map_or(1000, |m| m.parse().unwrap());
        let mut out = String::from("<ListBucketResult><IsTruncated>false</IsTruncated>");
        let mut folders = Vec::new();
        let below = self
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(prefix));
        for (key, object) in below.take(max) {
            if ask.query.contains_key("delimiter")
                && let Some((folder, _)) = key[prefix.len()..].split_once('/')
            {
                folders.push(format!("{prefix}{folder}/"));
                continue;
            }
            let Object {
                bytes,
                etag,
                modified,
                ..
            } = object;
            let (key, size) = (escaped(key), bytes.len());
            let _ = write!(
                out,
                "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>\"{etag}\"</ETag><LastModified>{modified}</LastModified></Contents>"
            );
        }
        folders.dedup();
        for folder in folders {
            let _ = write!(
                out,
                "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                escaped(&folder)
            );
        }
        fine(&(out + "</ListBucketResult>"))
    }

    fn get(&self, ask: &Ask, whole: bool) -> Answer {
        let Some(object) = self.objects.get(&ask.key) else {
            return refusal(No(404, "NoSuchKey", None));
        };
        let tag = format!("\"{}\"", object.etag);
        if self.conditions && ask.header("if-match").is_some_and(|wanted| wanted != tag) {
            return refusal(No(412, "PreconditionFailed", None));
        }
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&object.modified)
            .unwrap();
        let total = object.bytes.len();
        let mut answer = Answer {
            status: 200,
            headers: vec![("etag", tag), ("last-modified", date)],
            body: object.bytes.clone(),
            claims: None,
        };
        for (name, value) in &object.meta {
            if name == TAGGING {
                let count = value.split('&').count().to_string();
                answer.headers.push(("x-amz-tagging-count", count));
                continue;
            }
            let name: &'static str = Box::leak(name.clone().into_boxed_str());
            answer.headers.push((name, value.clone()));
        }
        if let Some((name, sum)) = self.sum {
            answer.headers.push((name, sum(&object.bytes)));
            answer
                .headers
                .push(("x-amz-checksum-type", "FULL_OBJECT".into()));
        }
        if let Some(range) = ask.header("range").filter(|_| !whole) {
            let (start, last) = range["bytes=".len()..].split_once('-').unwrap();
            let start: usize = start.parse().unwrap();
            if start >= total {
                return refusal(No(416, "InvalidRange", None));
            }
            let last = last.parse().unwrap_or(total - 1).min(total - 1);
            answer.status = 206;
            answer.body = object.bytes[start..=last].to_vec();
            let range = format!("bytes {start}-{last}/{total}");
            answer.headers.push(("content-range", range));
        }
        answer
    }

    fn put_object(&mut self, ask: &Ask, body: &[u8]) -> Answer {
        let taken = self.objects.contains_key(&ask.key);
        if self.conditions && taken && ask.header("if-none-match") == Some("*") {
            return refusal(No(412, "PreconditionFailed", None));
        }
        let etag = self.tag(body);
        self.keep(&ask.key, body.to_vec(), etag.clone(), metadata(ask));
        Answer {
            status: 200,
            headers: vec![("etag", format!("\"{etag}\""))],
            ..Answer::default()
        }
    }

    fn delete_many(&mut self, body: &[u8]) -> Answer {
        let text = String::from_utf8(body.to_vec()).unwrap();
        let mut out = String::from("<DeleteResult>");
        for key in between(&text, "<Key>", "</Key>") {
            self.objects
                .remove(&key.replace("&lt;", "<").replace("&amp;", "&"));
            let _ = write!(out, "<Deleted><Key>{key}</Key></Deleted>");
        }
        fine(&(out + "</DeleteResult>"))
    }

    fn copy(&mut self, ask: &Ask) -> Answer {
        if !self.copies {
            return refusal(No(501, "NotImplemented", None));
        }
        let source = decode(ask.header("x-amz-copy-source").unwrap());
        let key = source.trim_start_matches('/').split_once('/').unwrap().1;
        let Some(from) = self.objects.get(key).cloned() else {
            return refusal(No(404, "NoSuchKey", None));
        };
        let wanted = ask.header("x-amz-copy-source-if-match");
        if self.conditions && wanted.is_some_and(|tag| tag.trim_matches('"') != from.etag) {
            return refusal(No(412, "PreconditionFailed", None));
        }
        let taken = self.objects.contains_key(&ask.key);
        if self.conditions && taken && ask.header("if-none-match") == Some("*") {
            return refusal(No(412, "PreconditionFailed", None));
        }
        if ask.op() == "UploadPartCopy" {
            return refusal(No(501, "NotImplemented", None));
        }
        let etag = self.tag(&from.bytes);
        self.keep(&ask.key, from.bytes, etag.clone(), from.meta);
        fine(&format!(
            "<CopyObjectResult><ETag>\"{etag}\"</ETag></CopyObjectResult>"
        ))
    }

    fn create(&mut self, ask: &Ask) -> Answer {
        self.next += 1;
        let id = format!("upload-{}", self.next);
        let upload = Upload {
            key: ask.key.clone(),
            started: Timestamp::now(),
            meta: metadata(ask),
            parts: BTreeMap::new(),
        };
        self.uploads.insert(id.clone(), upload);
        fine(&format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        ))
    }

    fn part(&mut self, ask: &Ask, body: &[u8]) -> Answer {
        let etag = self.tag(body);
        let Some(upload) = self.uploads.get_mut(&ask.query["uploadId"]) else {
            return refusal(No(404, "NoSuchUpload", None));
        };
        let number = ask.query["partNumber"].parse().unwrap();
        upload.parts.insert(number, (body.to_vec(), etag.clone()));
        Answer {
            status: 200,
            headers: vec![("etag", format!("\"{etag}\""))],
            ..Answer::default()
        }
    }

    fn complete(&mut self, ask: &Ask, body: &[u8]) -> Answer {
        let id = &ask.query["uploadId"];
        let done = |etag: &str| {
            fine(&format!(
                "<CompleteMultipartUploadResult><ETag>\"{etag}\"</ETag></CompleteMultipartUploadResult>"
            ))
        };
        let Some(upload) = self.uploads.remove(id) else {
            return match (self.again, self.completed.get(id)) {
                (Again::Fine, Some(etag)) => done(etag),
                (Again::Denied, _) => refusal(No(403, "AccessDenied", None)),
                _ => refusal(No(404, "NoSuchUpload", None)),
            };
        };
        let taken = self.objects.contains_key(&upload.key);
        if self.conditions && taken && ask.header("if-none-match") == Some("*") {
            self.uploads.insert(id.clone(), upload);
            return refusal(No(412, "PreconditionFailed", None));
        }
        let text = String::from_utf8(body.to_vec())
            .unwrap()
            .replace("&quot;", "\"");
        let tags = between(&text, "<ETag>\"", "\"</ETag>");
        let stored: Vec<&str> = upload.parts.values().map(|(_, tag)| &**tag).collect();
        if tags != stored {
            self.uploads.insert(id.clone(), upload);
            return refusal(No(400, "InvalidPart", None));
        }
        let bytes: Vec<u8> = upload.parts.values().flat_map(|(b, _)| b.clone()).collect();
        let sums: Vec<u8> = upload
            .parts
            .values()
            .flat_map(|(b, _)| Md5::digest(b))
            .collect();
        let odd = if self.composites { "" } else { "another tag" };
        let head = md5_hex(&[&sums, odd.as_bytes()].concat());
        let etag = format!("{head}-{}", upload.parts.len());
        self.keep(&upload.key, bytes, etag.clone(), upload.meta);
        self.completed.insert(id.clone(), etag.clone());
        done(&etag)
    }

    /// Opens an upload as somebody else would, with so many parts sent.
    pub(crate) fn begin(&mut self, key: &str, parts: u32) {
        self.next += 1;
        let upload = Upload {
            key: key.to_owned(),
            started: Timestamp::now(),
            meta: Vec::new(),
            parts: (1..=parts).map(|n| (n, Default::default())).collect(),
        };
        self.uploads.insert(format!("theirs-{}", self.next), upload);
    }

    fn list_uploads(&self, ask: &Ask) -> Answer {
        let prefix = ask.param("prefix").unwrap_or_default();
        let mut out = String::from("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>");
        for (id, upload) in &self.uploads {
            let Upload { key, started, .. } = upload;
            if key.starts_with(prefix) {
                let key = escaped(key);
                let _ = write!(
                    out,
                    "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{started}</Initiated></Upload>"
                );
            }
        }
        fine(&(out + "</ListMultipartUploadsResult>"))
    }

    fn list_parts(&self, ask: &Ask) -> Answer {
        let Some(upload) = self.uploads.get(&ask.query["uploadId"]) else {
            return refusal(No(404, "NoSuchUpload", None));
        };
        let mut out = String::from("<ListPartsResult><IsTruncated>false</IsTruncated>");
        for (number, (bytes, etag)) in &upload.parts {
            let size = bytes.len();
            let _ = write!(
                out,
                "<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag><Size>{size}</Size></Part>"
            );
        }
        fine(&(out + "</ListPartsResult>"))
    }
}
