//! Metadata values: any text in a header of ASCII, by RFC 2047, both ways.
//!
//! Invariant: what [`encode`] writes, [`decode`] reads back; what somebody else wrote in another
//! way stays as it is (rule U-15).

use base64::{Engine, engine::general_purpose::STANDARD};

/// Most bytes of text in one encoded word of 75 characters. Source: RFC 2047, section 2.
const WORD_BYTES: usize = 45;

/// Bytes of a header as text: UTF-8 if they are, else Latin-1, which is what HTTP once meant.
pub(super) fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| bytes.iter().map(|b| char::from(*b)).collect(),
        Into::into,
    )
}

/// Makes a value that a header can carry: printable ASCII as it is, all else in encoded words.
pub(super) fn encode(value: &str) -> String {
    let plain = value.bytes().all(|b| (b' '..=b'~').contains(&b));
    if plain && value.trim() == value && !value.contains("=?") {
        return value.into();
    }
    let mut words = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let (word, tail) = rest.split_at(rest.floor_char_boundary(WORD_BYTES));
        words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
        rest = tail;
    }
    words.join(" ")
}

/// Reads encoded words; everything else stays.
pub(super) fn decode(value: &str) -> String {
    let mut out = String::new();
    let mut bytes = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let (gap, from) = rest.split_at(at);
        let Some((mut word, tail)) = word(from) else {
            flush(&mut out, &mut bytes);
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        // White space between two encoded words belongs to neither.
        if bytes.is_empty() || !gap.trim().is_empty() {
            flush(&mut out, &mut bytes);
            out.push_str(gap);
        }
        bytes.append(&mut word);
        rest = tail;
    }
    flush(&mut out, &mut bytes);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, bytes: &mut Vec<u8>) {
    out.push_str(&text(bytes));
    bytes.clear();
}

/// Reads one word, `=?charset?B?text?=` or `=?charset?Q?text?=`, and gives what stands behind it.
fn word(from: &str) -> Option<(Vec<u8>, &str)> {
    let (charset, rest) = from.strip_prefix("=?")?.split_once('?')?;
    let (kind, rest) = rest.split_once('?')?;
    let (body, tail) = rest.split_once("?=")?;
    let known = ["utf-8", "us-ascii", "iso-8859-1"];
    if !known.iter().any(|c| charset.eq_ignore_ascii_case(c)) {
        return None;
    }
    let bytes = match kind {
        "B" | "b" => STANDARD.decode(body).ok()?,
        "Q" | "q" => quoted(body)?,
        _ => return None,
    };
    let latin = charset.eq_ignore_ascii_case("iso-8859-1");
    let bytes = if latin {
        bytes
            .iter()
            .map(|b| char::from(*b))
            .collect::<String>()
            .into()
    } else {
        bytes
    };
    Some((bytes, tail))
}

fn quoted(body: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut bytes = body.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16);
                let high = digit(bytes.next())?;
                u8::try_from(high * 16 + digit(bytes.next())?).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_values_stay() {
        for value in ["", "1700000000.123456789", "a  b?=x", "=_="] {
            assert_eq!(encode(value), value);
            assert_eq!(decode(value), value);
        }
        assert_eq!(encode("café"), "=?UTF-8?B?Y2Fmw6k=?=");
        assert_eq!(encode(" a"), "=?UTF-8?B?IGE=?=");
        assert_eq!(encode("=?x"), "=?UTF-8?B?PT94?=");
    }

    #[test]
    fn the_words_of_others_are_read() {
        for (raw, want) in [
            ("=?UTF-8?Q?caf=C3=A9_bar?=", "café bar"),
            ("=?utf-8?b?Y2Fmw6k=?= =?UTF-8?B?Y2Fmw6k=?=", "cafécafé"),
            ("=?UTF-8?B?w6k=?= and =?UTF-8?B?w6k=?=", "é and é"),
            ("=?UTF-8?Q?=C3?= =?UTF-8?Q?=A9?=", "é"),
            ("=?ISO-8859-1?Q?caf=E9?=", "café"),
            ("=?UTF-8?B?!?=", "=?UTF-8?B?!?="),
            ("=?UTF-8?X?a?=", "=?UTF-8?X?a?="),
            ("=?EBCDIC?Q?a?=", "=?EBCDIC?Q?a?="),
            ("=?UTF-8?Q?=C?=", "=?UTF-8?Q?=C?="),
            ("=?", "=?"),
            ("a =?UTF-8?Q?b", "a =?UTF-8?Q?b"),
        ] {
            assert_eq!(decode(raw), want, "{raw}");
        }
        assert_eq!(text(b"caf\xe9"), "café");
    }

    proptest! {
        #[test]
        fn every_value_round_trips(value in any::<String>()) {
            let sent = encode(&value);
            prop_assert!(sent.bytes().all(|b| (b' '..=b'~').contains(&b)));
            prop_assert!(sent.split("?= ").all(|word| word.len() <= 75) || sent == value);
            prop_assert_eq!(decode(&sent), value);
        }

        #[test]
        fn no_value_breaks_the_reader(value in any::<String>(), tail in "=\\?UTF-8\\?[BQ]\\?.{0,9}") {
            decode(&format!("{value}{tail}"));
        }
    }
}
