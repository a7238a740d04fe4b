//! The one question that the terminal is asked: what its background is.
//!
//! Asked before anything reads keys, so that the answer can never be taken for typing. Terminals
//! answer in order, and all of them answer the second question (DA1), so the wait ends at once
//! also where the first one is not understood.

use std::io::{self, Read, Write};

use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::Background;

/// OSC 11: the background's colour. DA1: what the terminal is.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// Longer than any answer to the two questions.
const ENOUGH: usize = 1024;

/// Asks for the background and waits at most `tenths` of a second for each piece of the answer.
///
/// To be called between [`super::enter`] and the first read of keys. Over a slow link a late
/// answer would be taken for keys: then ask with more patience, or not at all.
#[must_use]
pub fn ask_background(tenths: u8) -> Background {
    answer(tenths)
        .ok()
        .and_then(|bytes| background_in(&bytes))
        .unwrap_or_default()
}

fn answer(tenths: u8) -> io::Result<Vec<u8>> {
    let mut input = io::stdin().lock();
    let before = tcgetattr(&input)?;
    let mut patient: Termios = before.clone();
    patient.special_codes[SpecialCodeIndex::VMIN] = 0;
    patient.special_codes[SpecialCodeIndex::VTIME] = tenths.max(1);
    tcsetattr(&input, OptionalActions::Now, &patient)?;
    let asked = ask(&mut input);
    tcsetattr(&input, OptionalActions::Now, &before)?;
    asked
}

fn ask(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut out = io::stdout().lock();
    out.write_all(QUESTION)?;
    out.flush()?;
    let mut all = Vec::new();
    while all.len() < ENOUGH && !is_whole(&all) {
        let mut some = [0; 256];
        match input.read(&mut some)? {
            0 => break,
            n => all.extend_from_slice(&some[..n]),
        }
    }
    Ok(all)
}

/// Whether the answer to DA1 is there: `ESC [ ? … c`.
fn is_whole(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .position(|w| w == b"\x1b[?")
        .is_some_and(|at| bytes[at..].contains(&b'c'))
}

/// The background in an answer such as `ESC ] 11 ; rgb:1e1e/1e1e/2e2e ESC \`.
fn background_in(bytes: &[u8]) -> Option<Background> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, rest) = text.split_once("]11;rgb:")?;
    let mut channels = rest
        .split(['/', '\x1b', '\x07'])
        .map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
    Some(Background::of(
        channels.next()??,
        channels.next()??,
        channels.next()??,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_both_forms() {
        for (answer, want) in [
            (
                "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?62;52c",
                Some(Background::Dark),
            ),
            ("\x1b]11;rgb:ff/ff/fa\x07\x1b[?6c", Some(Background::Light)),
            ("\x1b[?1;2c", None),
            ("\x1b]11;rgb:zz/ff/fa\x07", None),
            ("", None),
        ] {
            assert_eq!(background_in(answer.as_bytes()), want, "{answer:?}");
        }
    }

    #[test]
    fn the_second_answer_ends_the_wait() {
        assert!(is_whole(b"\x1b]11;rgb:ff/ff/fa\x07\x1b[?62;22c"));
        assert!(!is_whole(b"\x1b]11;rgb:cc/cc/cc\x07"));
        assert!(!is_whole(b"\x1b[?62;22"));
    }
}
