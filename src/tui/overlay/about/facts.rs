//! What is known about one thing, as names and values.

use jiff::tz::TimeZone;

use super::Fact;
use crate::engine::{Extras, LocalEntry, LocalKind};
use crate::model::{ETag, Location, ObjectHead, Trouble, date, size};

/// What there is to say about a prefix that no object stands for, or about a bucket.
pub(super) fn of_prefix(at: &Location) -> &'static str {
    match at {
        Location::Under { prefix, .. } if prefix.is_root() => "A bucket. I counts what is in it.",
        _ => {
            "Nothing is stored about a prefix itself: it is what keys begin with. I counts what is below."
        }
    }
}

pub(super) fn of_object(head: &ObjectHead, zone: &TimeZone) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push((name.to_owned(), value));
        }
    };
    add("Size", head.meta.size.map(bytes));
    add("Modified", head.meta.modified.map(|at| date(at, zone)));
    add("Type", head.content_type.as_deref().map(Into::into));
    add("Class", head.meta.class.as_deref().map(Into::into));
    add("ETag", head.meta.etag.as_ref().map(ETag::quoted));
    add("  means", head.meta.etag.as_ref().map(meaning));
    for (name, value) in &head.metadata {
        add(&format!("x-amz-meta-{name}"), Some(value.to_string()));
    }
    for (name, value) in &head.headers {
        add(name, Some(value.to_string()));
    }
    facts
}

/// What the shape of a tag tells about the content.
pub(super) fn meaning(tag: &ETag) -> String {
    match (tag.parts(), tag.as_md5()) {
        (Some(1), _) => "uploaded in 1 part".into(),
        (Some(parts), _) => format!("uploaded in {parts} parts"),
        (None, Some(_)) => "MD5 of the content, unless it is encrypted".into(),
        (None, None) => "the server's own".into(),
    }
}

pub(super) fn of_file(entry: &LocalEntry, zone: &TimeZone) -> Vec<Fact> {
    let kind = match &entry.kind {
        LocalKind::Folder => "folder".into(),
        LocalKind::File => "file".into(),
        LocalKind::Link { target, .. } => format!("link to {}", target.display()),
        LocalKind::Special => "socket, pipe or device".into(),
    };
    let mut facts = vec![("Kind".into(), kind)];
    if entry.kind == LocalKind::File {
        facts.push(("Size".into(), bytes(entry.size)));
    }
    facts.extend(entry.modified.map(|at| ("Modified".into(), date(at, zone))));
    facts
}

/// `25,795,072 B (24.6 MiB)`.
pub(super) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if count < 1024 {
        format!("{grouped} B")
    } else {
        format!("{grouped} B ({})", size(count))
    }
}

/// Tags and versions, or why they are not known.
pub(super) fn of_extras(extras: &Extras) -> Vec<Fact> {
    let why = |trouble: &Trouble| match trouble.code.as_str() {
        "NotImplemented" => "this server keeps none".into(),
        _ => format!("not known: {}", trouble.why),
    };
    let tags = match &extras.tags {
        Ok(tags) if tags.is_empty() => "none".into(),
        Ok(tags) => {
            let pairs = tags.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join("  ")
        }
        Err(trouble) => why(trouble),
    };
    let versions = match &extras.versions {
        Ok(None) => "off for this bucket".into(),
        Ok(Some(all)) if all.len() == 1 => "1, the current one".into(),
        Ok(Some(all)) => format!("{} · v shows them", all.len()),
        Err(trouble) => why(trouble),
    };
    vec![("Tags".into(), tags), ("Versions".into(), versions)]
}
