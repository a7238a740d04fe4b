//! Numbers as people read them, and wild text made safe to show.
//!
//! Invariant: what [`shown`] returns holds no control, bidi or invisible character, so it can be
//! put into a terminal cell or a line of output. It is the only way for a name to get there.

use std::fmt::{self, Write as _};
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::look::is_assigned;

/// Text that a terminal may see: every dangerous character stands escaped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Safe(Box<str>);

impl Safe {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Safe {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Safe> for String {
    fn from(safe: Safe) -> Self {
        safe.0.into()
    }
}

/// Makes any text safe to show.
///
/// C0 controls become their pictures (`␛`), DEL `␡`; C1, bidi, zero-width, invisible and private
/// characters, and those that do not exist, become `‹U+202E›`. Everything else stays, so that
/// showing twice changes nothing; what tells names apart is [`super::shown_name`].
#[must_use]
pub fn shown(text: &str) -> Safe {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Safe(text.into());
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut marks = 0;
    for (at, c) in text.char_indices() {
        if c == JOINER && joins_emoji(text, at) {
            out.push(c);
            continue;
        }
        if is_combining(c) {
            marks += 1;
        } else {
            marks = 0;
        }
        push_shown(&mut out, c, marks > MAX_MARKS);
    }
    Safe(out.into())
}

/// Makes any bytes safe to show: invalid UTF-8 becomes `\xNN`, the rest as in [`shown`].
#[must_use]
pub fn shown_bytes(bytes: &[u8]) -> Safe {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(shown(chunk.valid()).as_str());
        for byte in chunk.invalid() {
            // Writing to a text cannot fail.
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    Safe(out.into())
}

/// Makes one emoji of two.
const JOINER: char = '\u{200d}';

/// Whether the joiner at this byte stands between two emoji: there it makes a picture that can be
/// told from any other, anywhere else it is invisible.
fn joins_emoji(text: &str, at: usize) -> bool {
    let dress = |c: &char| matches!(u32::from(*c), 0xfe0f | 0x1f3fb..=0x1f3ff);
    let before = text[..at].chars().rev().find(|c| !dress(c));
    let after = text[at + JOINER.len_utf8()..].chars().next();
    before.is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

/// The blocks that joined emoji are made of.
///
/// Source: Unicode 17, `emoji-zwj-sequences.txt`.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(u32::from(c),
        0x2194..=0x2195 | 0x2600..=0x27bf | 0x2b1b | 0x1f300..=0x1f3fa | 0x1f400..=0x1faff)
}

/// Combining marks allowed on one base character; the rest is escaped.
const MAX_MARKS: u32 = 4;

fn push_shown(out: &mut String, c: char, escaped: bool) {
    match c {
        '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
        '\x7f' => out.push('\u{2421}'),
        _ if escaped || is_hidden(c) || !is_assigned(c) => {
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        }
        _ => out.push(c),
    }
}

fn is_combining(c: char) -> bool {
    !c.is_ascii() && unicode_width::UnicodeWidthChar::width(c) == Some(0)
}

/// C1, bidi, zero-width, invisible and private characters.
///
/// Source: Unicode 17, `Bidi_Control`, `Default_Ignorable_Code_Point` and general category `Co`;
/// the variation selectors FE00 to FE0F stay, since emoji need them and they draw nothing.
fn is_hidden(c: char) -> bool {
    matches!(u32::from(c),
        0x80..=0x9f
        | 0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0
        | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
        | 0xe000..=0xf8ff | 0xf0000..=0x0010_ffff)
}

/// The number of terminal cells a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text in the middle to at most `cells`, keeping the end (a file's extension):
/// `full-frame-panorama-sti….tif`.
#[must_use]
pub fn cut_middle(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.into();
    }
    if cells < 8 {
        return cut_end(text, cells);
    }
    let tail_cells = extension_cells(text).clamp(3, cells / 2);
    let head = take_front(text, cells - 1 - tail_cells);
    let tail = take_back(text, cells - 1 - width(&head));
    let tail = if width(&tail) > tail_cells {
        take_back(text, tail_cells)
    } else {
        tail
    };
    let head = take_front(text, cells - 1 - width(&tail));
    format!("{head}…{tail}")
}

/// Cuts a text at its end to at most `cells`, with `…` for what is gone.
#[must_use]
pub fn cut_end(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.into();
    }
    match cells {
        0 => String::new(),
        _ => format!("{}…", take_front(text, cells - 1)),
    }
}

/// Cuts a text at its start to at most `cells`, with `…` for what is gone.
#[must_use]
pub fn cut_start(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.into();
    }
    match cells {
        0 => String::new(),
        _ => format!("…{}", take_back(text, cells - 1)),
    }
}

fn extension_cells(text: &str) -> usize {
    text.trim_end_matches('/')
        .rfind('.')
        .map_or(3, |dot| width(&text[dot..]).min(12))
}

fn take_front(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|g| {
            used += width(g);
            used <= cells
        })
        .collect()
}

fn take_back(text: &str, cells: usize) -> String {
    let mut used = 0;
    let kept: Vec<&str> = text
        .graphemes(true)
        .rev()
        .take_while(|g| {
            used += width(g);
            used <= cells
        })
        .collect();
    kept.into_iter().rev().collect()
}

/// A number of bytes in three digits and a binary unit: `14 B`, `2.0 KiB`, `24.8 MiB`, `842 MiB`.
/// Never more than 8 cells.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    // In 1024ths of the unit.
    let (mut unit, mut fine) = (0, u128::from(bytes) * 1024);
    while fine >= 1024 * 1024 {
        fine /= 1024;
        unit += 1;
    }
    let places: usize = match (bytes, fine) {
        (0..1024, _) => 0,
        (_, fine) if fine >= 100 * 1024 => 0,
        (0..1_073_741_824, _) => 1,
        (_, fine) if fine >= 10 * 1024 => 1,
        _ => 2,
    };
    let whole = 1u64 << (10 * unit);
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let value = bytes as f64 / whole as f64;
    format!("{value:.places$} {}", UNITS[unit])
}

/// Bytes a second: `96.4 MiB/s`.
#[must_use]
pub fn rate(bytes_per_second: u64) -> String {
    format!("{}/s", size(bytes_per_second))
}

/// How long something takes, rounded for reading: `0:41`, `12 min`, `3 h`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        600..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86400),
    }
}

/// A point in time in the given zone: `2026-03-11 09:14`.
#[must_use]
pub fn date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// How long ago a point in time was: `now`, `5 min ago`, `3 h ago`, `12 d ago`.
#[must_use]
pub fn age(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        ..60 => "now".into(),
        s @ 60..3600 => format!("{} min ago", s / 60),
        s @ 3600..172_800 => format!("{} h ago", s / 3600),
        s => format!("{} d ago", s / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wild_text_is_escaped() {
        for (raw, want) in [
            ("plain.txt", "plain.txt"),
            ("отчёт.md", "отчёт.md"),
            ("a\x1b[31mb", "a␛[31mb"),
            ("a\nb\tc\x7f", "a␊b␉c␡"),
            ("a\u{202e}b", "a‹U+202E›b"),
            ("a\u{9b}b", "a‹U+009B›b"),
            ("a\u{200b}b\u{feff}", "a‹U+200B›b‹U+FEFF›"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(shown(raw).as_str(), want, "{raw:?}");
        }
        assert_eq!(shown_bytes(b"a\xffb\x1b").as_str(), "a\\xFFb␛");
    }

    #[test]
    fn a_pile_of_marks_is_cut() {
        let pile = format!("e{}", "\u{301}".repeat(9));
        assert_eq!(shown(&pile).as_str().matches('\u{301}').count(), 4);
    }

    #[test]
    fn sizes_have_three_digits() {
        for (bytes, want) in [
            (0, "0 B"),
            (14, "14 B"),
            (1023, "1023 B"),
            (2048, "2.0 KiB"),
            (90_214, "88.1 KiB"),
            (557_056, "544 KiB"),
            (26_004_480, "24.8 MiB"),
            (882_900_992, "842 MiB"),
            (1_331_439_862, "1.24 GiB"),
            (33_285_996_544, "31.0 GiB"),
        ] {
            assert_eq!(size(bytes), want);
        }
        assert!(width(&size(u64::MAX)) <= 8, "{}", size(u64::MAX));
    }

    #[test]
    fn cutting_keeps_the_extension() {
        assert_eq!(
            cut_middle("full-frame-panorama-stitched-v2.tif", 29),
            "full-frame-panorama-stit….tif"
        );
        assert_eq!(cut_middle("short.txt", 29), "short.txt");
        assert_eq!(cut_end("abcdef", 4), "abc…");
        assert_eq!(cut_start("abcdef", 4), "…def");
        assert_eq!(cut_end("日本語", 4), "日…");
    }

    #[test]
    fn durations_are_rounded() {
        let at = |s| duration(Duration::from_secs(s));
        assert_eq!(
            [at(41), at(72), at(720), at(10_800)],
            ["0:41", "1:12", "12 min", "3 h"]
        );
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_ever_shown(text in any::<String>()) {
            let safe = shown(&text);
            prop_assert!(safe.as_str().chars().all(|c| !c.is_control() && !is_hidden(c) && is_assigned(c)));
            prop_assert_eq!(shown(safe.as_str()), safe);
        }

        #[test]
        fn cuts_fit(text in "\\PC{0,60}", cells in 0usize..50) {
            prop_assert!(width(&cut_middle(&text, cells)) <= cells);
            prop_assert!(width(&cut_end(&text, cells)) <= cells);
            prop_assert!(width(&cut_start(&text, cells)) <= cells);
        }
    }
}
