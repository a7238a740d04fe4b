//! Whether the names of a listing are percent-encoded, and decoding them.
//!
//! Some servers say `<EncodingType>url` and send raw names: decoding those makes other keys of
//! them, and deleting what one sees would delete something else. Invariant: a name is decoded only
//! on evidence (rules L-5 and L-6).

use std::borrow::Cow;

use http::Method;
use http::response::Parts;
use percent_encoding::percent_decode_str;

use super::page::{RawPage, Row};
use crate::model::BucketName;
use crate::s3::{Draft, Malformed, Op};

/// What a server makes of `encoding-type=url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// It encodes names, as asked.
    Encoded,
    /// It sends them raw, whatever it says.
    Raw,
}

/// Asks a server in a way that shows whether it encodes: lists one key under the prefix `+ %41`
/// and looks at the prefix in the answer. Output: `Option<Encoding>`, none if it does not tell.
///
/// For pages that are [`undecided`](super::Listed::undecided); one answer holds for the endpoint.
#[derive(Debug, Clone)]
pub struct ProbeEncoding {
    /// Any bucket that may be listed.
    pub bucket: BucketName,
}

/// A prefix whose raw, encoded and decoded spellings all differ.
const PROBE: &str = "+ %41";

impl Op for ProbeEncoding {
    type Output = Option<Encoding>;
    const NAME: &'static str = "ListObjectsV2";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        draft.query = vec![
            ("list-type", "2".into()),
            ("encoding-type", "url".into()),
            ("max-keys", "1".into()),
            ("prefix", PROBE.into()),
        ];
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        let page = RawPage::read(body)?;
        if page.says_encoded {
            Ok(by_rows(&page, PROBE).or_else(|| by_echo(&page, PROBE)))
        } else {
            Ok(Some(Encoding::Raw))
        }
    }
}

/// Decodes a name: `+` is a space, then percent. None if the result is no UTF-8.
pub(super) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let plain = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(plain.into_owned()))
}

/// What the page itself tells, asked for with this prefix. None if it tells nothing although it
/// matters.
pub(super) fn decide(page: &RawPage<'_>, prefix: &str) -> Option<Encoding> {
    let names = || page.rows.iter().map(Row::name);
    let mut matters = false;
    let mut raw = |name: &str| {
        let seen = name.bytes().fold(0, |seen, b| seen | LOOKS[usize::from(b)]);
        matters |= seen & CODED > 0;
        seen & ODD > 0 || (seen & CODED > 0 && has_lone_percent(name))
    };
    if !page.says_encoded || names().any(|name| name.is_none_or(&mut raw)) {
        return Some(Encoding::Raw);
    }
    if prefix.chars().any(changes) {
        let found = by_rows(page, prefix).or_else(|| by_echo(page, prefix));
        if found.is_some() {
            return found;
        }
    }
    let marker = page.next_marker.as_deref();
    let matters = matters || marker.is_some_and(|marker| marker.contains(['%', '+']));
    (!matters).then_some(Encoding::Raw)
}

/// A byte that encoding never leaves.
const ODD: u8 = 1;
/// A byte that decoding changes.
const CODED: u8 = 2;

/// What each byte of a name tells: pages have a hundred thousand of them.
const LOOKS: [u8; 256] = {
    let mut looks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let one = byte as u8;
        looks[byte] = match one {
            b'%' | b'+' => CODED,
            b'"' | b'<' | b'>' | b'&' => ODD,
            b'!'..=b'~' => 0,
            _ => ODD,
        };
        byte += 1;
    }
    looks
};

fn has_lone_percent(name: &str) -> bool {
    name.split('%').skip(1).any(|rest| {
        let digits = rest.as_bytes().get(..2);
        !digits.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Whether encoding must change this character, whoever encodes.
fn changes(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_control() || matches!(c, ' ' | '+' | '%' | '&')
}

/// All names of a listing start with its prefix: raw or decoded, one of the two fits.
fn by_rows(page: &RawPage<'_>, prefix: &str) -> Option<Encoding> {
    let names = || page.rows.iter().filter_map(|row| row.name());
    names().next()?;
    let raw = names().all(|name| name.starts_with(prefix));
    let decoded = names().all(|name| decode(name).is_some_and(|n| n.starts_with(prefix)));
    match (raw, decoded) {
        (true, false) => Some(Encoding::Raw),
        (false, true) => Some(Encoding::Encoded),
        _ => None,
    }
}

/// The echoed prefix is the one that was sent, or an encoding of it.
fn by_echo(page: &RawPage<'_>, prefix: &str) -> Option<Encoding> {
    let echo = page.prefix.as_deref()?;
    if echo == prefix {
        Some(Encoding::Raw)
    } else if decode(echo).as_deref() == Some(prefix) {
        Some(Encoding::Encoded)
    } else {
        None
    }
}
