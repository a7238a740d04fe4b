//! The values of settings that serde does not know by itself: sizes, choices, names, endpoints.
//!
//! Pure. A message says what is wrong, then `, expected `, then what is possible; it never quotes
//! a secret.

use std::ops::Range;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

use crate::model::{Addressing, BucketName, Integrity, Secret, UploadMode};

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from)
}

fn choice<'de, D, T: Copy>(
    from: D,
    words: &'static [(&'static str, T)],
) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
{
    let word = text(from)?;
    let known: Vec<String> = words.iter().map(|(w, _)| format!("\"{w}\"")).collect();
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| Some(*value))
        .ok_or_else(|| {
            D::Error::custom(format!(
                "{word:?} is not possible, expected {}",
                known.join(" or ")
            ))
        })
}

pub(super) fn addressing<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Addressing>, D::Error> {
    let words = &[
        ("auto", Addressing::Auto),
        ("path", Addressing::Path),
        ("virtual", Addressing::VirtualHost),
    ];
    choice(from, words)
}

pub(super) fn upload<'de, D: Deserializer<'de>>(from: D) -> Result<Option<UploadMode>, D::Error> {
    let words = &[
        ("signed", UploadMode::Signed),
        ("presigned", UploadMode::Presigned),
    ];
    choice(from, words)
}

pub(super) fn integrity<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Integrity>, D::Error> {
    let words = &[
        ("auto", Integrity::Auto),
        ("sha256", Integrity::Sha256),
        ("md5", Integrity::Md5),
    ];
    choice(from, words)
}

pub(super) fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    text(from).map(|s| Some(Secret::new(s)))
}

pub(super) fn endpoint<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let url = text(from)?;
    super::profile::checked_endpoint(&url)
        .map(Some)
        .map_err(D::Error::custom)
}

pub(super) fn buckets<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<BucketName>>, D::Error> {
    Vec::<String>::deserialize(from)?
        .into_iter()
        .map(|name| {
            BucketName::new(&*name).map_err(|why| D::Error::custom(format!("{name:?}: {why}")))
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}

/// Bytes: a number, or a text such as `"8MiB"`.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "invalid size, expected a number or a text such as \"8MiB\""
)]
enum Size {
    Number(u64),
    Text(String),
}

fn size<'de, D: Deserializer<'de>>(from: D, within: Range<u64>) -> Result<Option<u64>, D::Error> {
    let bytes = match Size::deserialize(from)? {
        Size::Number(n) => n,
        Size::Text(text) => parse_size(&text).map_err(D::Error::custom)?,
    };
    if within.contains(&bytes) {
        Ok(Some(bytes))
    } else {
        Err(D::Error::invalid_value(
            Unexpected::Unsigned(bytes),
            &&*format!(
                "at least {} and less than {}",
                crate::model::size(within.start),
                crate::model::size(within.end)
            ),
        ))
    }
}

/// Smallest and largest part. Source: Amazon S3 User Guide, "Multipart upload limits".
pub(super) const PART: Range<u64> = 5 << 20..(5 << 30) + 1;

pub(super) fn part_size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    size(from, PART)
}

pub(super) fn threshold<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    size(from, PART)
}

pub(super) fn memory<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    size(from, 16 << 20..1 << 40)
}

/// Most requests with object data in flight that are possible.
pub(super) const MOST_PARALLEL: usize = 256;

/// `"auto"`, which is 0 here, or how many.
pub(super) fn parallel<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Number(u64),
        Word(String),
    }
    let wrong = |said: &dyn std::fmt::Display| {
        D::Error::custom(format!(
            "{said} is not possible, expected \"auto\" or 1 to {MOST_PARALLEL}"
        ))
    };
    match Said::deserialize(from)? {
        Said::Word(word) if word == "auto" => Ok(Some(0)),
        Said::Word(word) => Err(wrong(&format!("{word:?}"))),
        Said::Number(n) => usize::try_from(n)
            .ok()
            .filter(|n| (1..=MOST_PARALLEL).contains(n))
            .map(Some)
            .ok_or_else(|| wrong(&n)),
    }
}

/// `"unlimited"`, which is 0 here, or bytes a second.
pub(super) fn bandwidth<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(from)?;
    let rate = parse_bandwidth(&text).map_err(D::Error::custom)?;
    Ok(Some(rate.unwrap_or(0)))
}

/// Reads bytes a second: a size as in [`parse_size`], with or without `/s`; `unlimited` or `0` for
/// no limit.
///
/// # Errors
/// In words, when it is neither, or below 16 KiB.
pub fn parse_bandwidth(text: &str) -> Result<Option<u64>, String> {
    const SLOWEST: u64 = 16 << 10;
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("unlimited") {
        return Ok(None);
    }
    match parse_size(text.strip_suffix("/s").unwrap_or(text))
        .map_err(|_| format!("{text:?} is no bandwidth, expected for example 5MB or unlimited"))?
    {
        0 => Ok(None),
        slow @ 1..SLOWEST => Err(format!("{slow} bytes a second are too few, 16KiB at least")),
        rate => Ok(Some(rate)),
    }
}

/// Reads a number of bytes as people write it: `8MiB`, `8M`, `64k`, `1000000`, `8MB` (decimal).
///
/// # Errors
/// In words, when it is no size.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no size, expected for example 8MiB");
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let factor: u64 = match &*unit.trim().to_ascii_lowercase() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).ok_or_else(wrong)
}

/// Checks a part size given by a flag.
///
/// # Errors
/// In words, when servers would refuse it.
pub fn parse_part_size(text: &str) -> Result<u64, String> {
    let bytes = parse_size(text)?;
    if PART.contains(&bytes) {
        Ok(bytes)
    } else {
        Err("a part has 5 MiB to 5 GiB".into())
    }
}
