//! The words of a journal line: places, plans and troubles as JSON values, and back.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::claim::Claim;
use super::super::job::{Mark, Opened, Route, Seen, Spec, There, Thing, Turn, Way};
use super::super::{BatchId, IfExists, Kind, Side, Verified};
use crate::local::{Replace, Stamp};
use crate::model::{Account, BucketName, ETag, Key, Location, Prefix, Trouble};
use crate::s3::UploadId;

pub(super) type Words<T> = &'static [(T, &'static str)];

pub(super) const VERIFIED: Words<Verified> = &[
    (Verified::Sha256, "sha256"),
    (Verified::Md5, "md5"),
    (Verified::Crc64, "crc64"),
    (Verified::Crc32, "crc32"),
    (Verified::Composite, "composite"),
    (Verified::Size, "size"),
];
pub(super) const IF_EXISTS: Words<IfExists> = &[
    (IfExists::Ask, "ask"),
    (IfExists::Overwrite, "overwrite"),
    (IfExists::Skip, "skip"),
    (IfExists::KeepBoth, "keep-both"),
    (IfExists::Newer, "newer"),
];

pub(super) fn word<T: PartialEq + Copy>(words: Words<T>, of: T) -> Option<&'static str> {
    words.iter().find(|(t, _)| *t == of).map(|(_, w)| *w)
}

pub(super) fn meaning<T: PartialEq + Copy>(words: Words<T>, of: &Value) -> Option<T> {
    let of = of.as_str()?;
    words.iter().find(|(_, w)| *w == of).map(|(t, _)| *t)
}

/// Any bytes: as text if they are text, as base64 in an object otherwise.
pub(super) fn bytes_out(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

pub(super) fn bytes_in(value: &Value) -> Option<OsString> {
    if let Some(text) = value.as_str() {
        return Some(text.into());
    }
    let bytes = STANDARD.decode(value["base64"].as_str()?).ok()?;
    Some(OsString::from_vec(bytes))
}

fn path_out(path: &Path) -> Value {
    bytes_out(path.as_os_str().as_bytes())
}

/// A date that may be missing.
fn time_in(value: &Value) -> Result<Option<Timestamp>, Unreadable> {
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().ok_or(Unreadable)?;
    text.parse().map(Some).map_err(|_| Unreadable)
}

/// A value that no version ever wrote.
struct Unreadable;

pub(super) fn location_out(location: &Location) -> Value {
    match location {
        Location::Object {
            account,
            bucket,
            key,
        } => {
            json!({ "account": account.as_str(), "bucket": bucket.as_str(), "key": key.as_str() })
        }
        Location::Under {
            account,
            bucket,
            prefix,
        } => {
            json!({ "account": account.as_str(), "bucket": bucket.as_str(), "prefix": prefix.as_str() })
        }
        Location::Local(path) => json!({ "path": path_out(path) }),
    }
}

pub(super) fn location_in(value: &Value) -> Option<Location> {
    if let Some(path) = value.get("path") {
        return Some(Location::Local(bytes_in(path)?.into()));
    }
    let account = Account::new(value["account"].as_str()?);
    let bucket = BucketName::new(value["bucket"].as_str()?).ok()?;
    Some(match value["prefix"].as_str() {
        Some(prefix) => Location::Under {
            account,
            bucket,
            prefix: Prefix::new(prefix).ok()?,
        },
        None => Location::Object {
            account,
            bucket,
            key: Key::new(value["key"].as_str()?).ok()?,
        },
    })
}

pub(super) fn route_out(route: &Route) -> Value {
    let end = |end: &Option<(Account, BucketName)>| {
        let bucket = end.as_ref();
        bucket.map(|(account, bucket)| json!([account.as_str(), bucket.as_str()]))
    };
    json!({ "from": end(&route.from), "to": end(&route.to) })
}

pub(super) fn route_in(value: &Value) -> Option<Route> {
    let end = |value: &Value| {
        if value.is_null() {
            return Some(None);
        }
        let bucket = BucketName::new(value[1].as_str()?).ok()?;
        Some(Some((Account::new(value[0].as_str()?), bucket)))
    };
    Some(Route {
        from: end(&value["from"])?,
        to: end(&value["to"])?,
    })
}

pub(super) fn side_out(side: &Side) -> Value {
    json!({ "size": side.size, "modified": side.modified.map(|t| t.to_string()), "etag": side.etag })
}

pub(super) fn side_in(value: &Value) -> Option<Side> {
    Some(Side {
        size: value["size"].as_u64(),
        modified: time_in(&value["modified"]).ok()?,
        etag: value["etag"].as_str().map(Into::into),
    })
}

pub(super) fn spec_out(spec: &Spec) -> Value {
    let mut out = json!({
        "batch": spec.batch.0,
        "move": spec.kind == Kind::Move,
        "if_exists": word(IF_EXISTS, spec.if_exists),
        "from": location_out(&spec.from),
        "to": location_out(&spec.to),
        "root": spec.root.as_deref().map(path_out),
        "folder": spec.thing == Thing::Folder,
        "source": side_out(&spec.source),
    });
    if spec.turn == Turn::Again {
        out["again"] = json!(true);
    }
    out
}

/// What was known about the target is not kept: it is too old by the time it is read.
pub(super) fn spec_in(value: &Value) -> Option<Spec> {
    let root = &value["root"];
    let root = if root.is_null() {
        None
    } else {
        Some(PathBuf::from(bytes_in(root)?))
    };
    Some(Spec {
        batch: BatchId(value["batch"].as_u64()?),
        kind: if value["move"].as_bool()? {
            Kind::Move
        } else {
            Kind::Copy
        },
        if_exists: meaning(IF_EXISTS, &value["if_exists"])?,
        from: location_in(&value["from"])?,
        to: location_in(&value["to"])?,
        root,
        thing: if value["folder"].as_bool()? {
            Thing::Folder
        } else {
            Thing::File
        },
        source: side_in(&value["source"])?,
        there: There::Unknown,
        turn: turn_in(value),
    })
}

pub(super) fn turn_in(value: &Value) -> Turn {
    if value["again"].as_bool() == Some(true) {
        Turn::Again
    } else {
        Turn::First
    }
}

pub(super) fn mark_out(mark: &Mark) -> Value {
    json!({ "part": mark.index, "etag": mark.etag.as_ref().map(ETag::as_str), "checked": mark.checked })
}

pub(super) fn mark_in(value: &Value) -> Option<Mark> {
    Some(Mark {
        index: u32::try_from(value["part"].as_u64()?).ok()?,
        etag: value["etag"].as_str().and_then(ETag::new),
        checked: value["checked"].as_bool()?,
    })
}

pub(super) fn opened_out(opened: &Opened) -> Value {
    let mut out = Map::new();
    out.insert("to".into(), location_out(&opened.to));
    out.insert("replace".into(), json!(opened.replace == Replace::Allow));
    out.insert("size".into(), json!(opened.size));
    out.insert("part".into(), json!(opened.part));
    out.insert("count".into(), json!(opened.count));
    out.insert("at".into(), json!(opened.at.to_string()));
    let (way, upload, object) = match &opened.way {
        Way::Up { upload, stamp } => {
            let dates = [stamp.mtime.to_string(), stamp.ctime.to_string()];
            out.insert(
                "stamp".into(),
                json!([stamp.size, dates[0], dates[1], stamp.ino, stamp.dev]),
            );
            ("up", Some(upload), None)
        }
        Way::Down { temp, file, object } => {
            out.insert("file".into(), json!([file.0, file.1]));
            out.insert("temp".into(), bytes_out(temp.as_bytes()));
            ("down", None, Some(object))
        }
        Way::Copy { upload, object } => ("copy", Some(upload), Some(object)),
        Way::Relay { upload, object } => ("relay", Some(upload), Some(object)),
    };
    out.insert("way".into(), json!(way));
    out.insert("upload".into(), json!(upload.map(|u| &*u.0)));
    out.insert("object".into(), object.map_or(Value::Null, seen_out));
    Value::Object(out)
}

pub(super) fn opened_in(value: &Value) -> Option<Opened> {
    let upload = || value["upload"].as_str().map(|u| UploadId(u.into()));
    let object = || seen_in(&value["object"]);
    let stamp = || {
        let stamp = &value["stamp"];
        Some(Stamp {
            size: stamp[0].as_u64()?,
            mtime: stamp[1].as_str()?.parse().ok()?,
            ctime: stamp[2].as_str()?.parse().ok()?,
            ino: stamp[3].as_u64()?,
            dev: stamp[4].as_u64()?,
        })
    };
    Some(Opened {
        to: location_in(&value["to"])?,
        replace: if value["replace"].as_bool()? {
            Replace::Allow
        } else {
            Replace::Refuse
        },
        size: value["size"].as_u64()?,
        part: value["part"].as_u64()?,
        count: u32::try_from(value["count"].as_u64()?).ok()?,
        at: value["at"].as_str()?.parse().ok()?,
        way: match value["way"].as_str()? {
            "up" => Way::Up {
                upload: upload()?,
                stamp: stamp()?,
            },
            "down" => Way::Down {
                temp: bytes_in(&value["temp"])?,
                // A journal of the first version does not say: then the file is no longer known.
                file: (
                    value["file"][0].as_u64().unwrap_or(0),
                    value["file"][1].as_u64().unwrap_or(0),
                ),
                object: object()?,
            },
            "copy" => Way::Copy {
                upload: upload()?,
                object: object()?,
            },
            "relay" => Way::Relay {
                upload: upload()?,
                object: object()?,
            },
            _ => return None,
        },
    })
}

fn seen_out(seen: &Seen) -> Value {
    json!({
        "size": seen.size,
        "etag": seen.etag.as_ref().map(ETag::as_str),
        "modified": seen.modified.map(|t| t.to_string()),
        "mtime": seen.mtime.map(|t| t.to_string()),
        "plain": seen.plain,
        "claim": seen.claim.map(|claim| claim.text()),
    })
}

fn seen_in(value: &Value) -> Option<Seen> {
    Some(Seen {
        size: value["size"].as_u64()?,
        etag: value["etag"].as_str().and_then(ETag::new),
        modified: time_in(&value["modified"]).ok()?,
        mtime: time_in(&value["mtime"]).ok()?,
        plain: value["plain"].as_bool()?,
        claim: value["claim"].as_str().and_then(Claim::read),
    })
}

pub(super) fn trouble_out(trouble: &Trouble) -> Value {
    let details = trouble
        .details
        .iter()
        .map(|(n, v)| json!([n.as_str(), v.as_str()]));
    json!({
        "code": trouble.code.as_str(),
        "what": trouble.what.as_str(),
        "why": trouble.why.as_str(),
        "fix": trouble.fix.as_str(),
        "details": details.collect::<Vec<_>>(),
        "retryable": trouble.retryable,
    })
}

pub(super) fn trouble_in(value: &Value) -> Option<Trouble> {
    let text = |name: &str| value[name].as_str();
    let mut trouble = Trouble::new(text("code")?, text("what")?, text("why")?, text("fix")?);
    for detail in value["details"].as_array()? {
        trouble = trouble.with(detail[0].as_str()?, detail[1].as_str()?);
    }
    trouble.retryable = value["retryable"].as_bool()?;
    Some(trouble)
}
