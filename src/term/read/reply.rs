//! What a terminal answers to the questions of the probe.
//!
//! Invariant: an answer is read, never written anywhere: what it says becomes one of a few values.

use super::csi::Inner;
use crate::term::Background;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Whether it knows a private mode (DECRQM).
    Mode {
        /// Which.
        mode: u32,
        /// Whether it can be turned on and off.
        known: Known,
    },
    /// It speaks the kitty keyboard protocol.
    Kitty,
    /// Its background.
    Background(Background),
    /// It took a colour of 24 bits as one.
    TrueColor,
    /// Its name and version (XTVERSION).
    Version(String),
    /// Where the cursor is: the column, from 1.
    Cursor {
        /// The column, from 1.
        column: u32,
    },
    /// It is there (DSR).
    Alive,
    /// What kind of terminal it says it is (DA1): the answer to the last question.
    Attributes,
}

/// Whether a mode is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is.
    Yes,
    /// It is not, or it cannot be changed.
    No,
}

/// The colour of 24 bits that the probe sets, as three numbers.
pub(crate) const TEST_COLOR: &str = "1:2:3";

/// An answer in a `CSI` sequence.
pub(super) fn csi(inner: &Inner<'_>, last: u8) -> Option<Reply> {
    match (inner.mark, inner.between, last) {
        (b'?', b"$", b'y') => Some(Reply::Mode {
            mode: inner.number(0),
            known: match inner.number(1) {
                1 | 2 => Known::Yes,
                _ => Known::No,
            },
        }),
        (b'?', b"", b'u') => Some(Reply::Kitty),
        (b'?', b"", b'c') => Some(Reply::Attributes),
        (b'?', b"", b'n') if inner.number(0) == 997 => match inner.number(1) {
            1 => Some(Reply::Background(Background::Dark)),
            2 => Some(Reply::Background(Background::Light)),
            _ => None,
        },
        _ => None,
    }
}

/// An answer in an `OSC` string.
pub(super) fn osc(bytes: &[u8]) -> Option<Reply> {
    let text = std::str::from_utf8(bytes).ok()?;
    let color = text
        .strip_prefix("11;rgb:")
        .or_else(|| text.strip_prefix("11;rgba:"))?;
    let mut channels = color
        .split('/')
        .map(|hex| u8::from_str_radix(format!("{hex}{hex}").get(..2)?, 16).ok());
    let background = Background::of(channels.next()??, channels.next()??, channels.next()??);
    Some(Reply::Background(background))
}

/// An answer in a `DCS` string.
pub(super) fn dcs(bytes: &[u8]) -> Option<Reply> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Some(version) = text.strip_prefix(">|") {
        let plain = version.chars().filter(|c| (' '..='~').contains(c));
        return Some(Reply::Version(plain.take(80).collect()));
    }
    let style = text.strip_prefix("1$r")?.strip_suffix('m')?;
    // The space of colours may be left out, or be empty, or a number.
    let taken = style.split(';').any(|one| {
        one.strip_prefix("48:2:")
            .is_some_and(|rest| rest.ends_with(TEST_COLOR))
    }) || style.contains("48;2;1;2;3");
    taken.then_some(Reply::TrueColor)
}
