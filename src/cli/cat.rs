//! `cat`: the bytes of an object or file on standard output.
//!
//! Into a pipe the bytes go as they are. On a terminal control characters are shown escaped, so
//! that no object can speak to the terminal.

use std::ops::RangeInclusive;

use super::args::Cat;
use super::out::Out;
use super::{Outcome, Stop, spot};
use crate::engine::Engine;
use crate::model::{Location, shown_bytes};

/// Does the verb.
pub(super) async fn run(cat: Cat, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let at = spot::single(engine, cat.place)?;
    pour(engine, &at, cat.range, out).await?;
    Ok(Outcome::Complete)
}

/// Writes an object or file to stdout.
pub(super) async fn pour(
    engine: &Engine,
    at: &Location,
    range: Option<RangeInclusive<u64>>,
    out: &mut Out,
) -> Result<(), Stop> {
    let mut reader = engine.open_read(at, range).await?;
    let mut rest = Vec::new();
    while let Some(bytes) = reader.chunk().await? {
        if out.is_terminal() {
            rest.extend_from_slice(&bytes);
            let ready = whole_characters(&rest);
            let later = rest.split_off(ready);
            out.bytes(&escaped(&rest))?;
            rest = later;
        } else {
            out.bytes(&bytes)?;
        }
    }
    out.bytes(&escaped(&rest))?;
    Ok(out.flush()?)
}

/// How many bytes end with a whole character: a cut one at the end waits for its rest.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    for (at, byte) in bytes.iter().enumerate().skip(tail) {
        let wanted = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        if at + wanted > bytes.len() {
            return at;
        }
    }
    bytes.len()
}

/// Text as a terminal may see it: line ends and tabs stay.
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(bytes.len());
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'\n' | b'\t') {
            out.push_str(shown_bytes(&bytes[start..at]).as_str());
            out.push(char::from(*byte));
            start = at + 1;
        }
    }
    out.push_str(shown_bytes(&bytes[start..]).as_str());
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_comes_through() {
        let text = escaped("a\x1b[2Jb\tc\né\r\u{202e}".as_bytes());
        assert_eq!(String::from_utf8(text).unwrap(), "a␛[2Jb\tc\né␍‹U+202E›");
        assert_eq!(escaped(b"\xff"), b"\\xFF");
    }

    #[test]
    fn characters_are_not_cut() {
        let text = "aé€🎉".as_bytes();
        let cuts: Vec<usize> = (0..=text.len())
            .map(|n| whole_characters(&text[..n]))
            .collect();
        assert_eq!(cuts, [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10]);
        assert_eq!(whole_characters(b"\xff\xff"), 2);
    }
}
