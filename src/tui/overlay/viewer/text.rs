//! Bytes as lines, and bytes as hex. Pure.
//!
//! Invariant: every row is safe to show, and no row is longer than [`LONGEST`] characters, so
//! drawing one row costs the same whatever the file looks like.

use crate::model::{shown_bytes, width};

/// Longer lines are cut into several rows.
const LONGEST: usize = 1000;

/// Cells between tab stops.
const TAB: usize = 4;

/// A row of text: safe, without tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// Number of its line, from 1; none if it goes on with the line before.
    pub number: Option<usize>,
    /// What is drawn.
    pub text: String,
}

/// Whether bytes are better shown as hex: they hold a zero, or much that is no text.
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8192)];
    let control = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let invalid: usize = head.utf8_chunks().map(|c| c.invalid().len()).sum();
    // The end of what was loaded may cut a character.
    let odd = invalid.saturating_sub(3) + head.iter().filter(control).count();
    head.contains(&0) || odd * 10 > head.len()
}

/// All lines as rows.
#[must_use]
pub fn rows(bytes: &[u8]) -> Vec<TextRow> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (index, line) in body.split(|b| *b == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = expand(line);
        let mut number = Some(index + 1);
        let mut rest = text.as_str();
        loop {
            let end = rest
                .char_indices()
                .nth(LONGEST)
                .map_or(rest.len(), |(at, _)| at);
            rows.push(TextRow {
                number: number.take(),
                text: rest[..end].to_owned(),
            });
            rest = &rest[end..];
            if rest.is_empty() {
                break;
            }
        }
    }
    rows
}

fn expand(line: &[u8]) -> String {
    let mut text = String::new();
    for (n, part) in line.split(|b| *b == b'\t').enumerate() {
        if n > 0 {
            text.push_str(&" ".repeat(TAB - width(&text) % TAB));
        }
        text.push_str(shown_bytes(part).as_str());
    }
    text
}

/// One row of hex: offset, bytes, and what of them is text.
#[must_use]
pub fn hex(bytes: &[u8], row: usize, each: usize) -> Option<(String, String, String)> {
    let start = row * each;
    let some = bytes
        .get(start..(start + each).min(bytes.len()))
        .filter(|s| !s.is_empty())?;
    let codes = (0..each).map(|n| {
        let gap = if n > 0 && n % 8 == 0 { " " } else { "" };
        match some.get(n) {
            Some(byte) => format!("{gap}{byte:02x} "),
            None => format!("{gap}   "),
        }
    });
    let codes = codes.collect::<Vec<_>>().concat();
    let text = some
        .iter()
        .map(|b| {
            if (0x20..0x7f).contains(b) {
                char::from(*b)
            } else {
                '.'
            }
        })
        .collect();
    Some((format!("{start:08x}"), codes, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        rows(bytes).into_iter().map(|r| r.text).collect()
    }

    #[test]
    fn lines_lose_their_ends_and_tabs_and_keep_their_controls_visible() {
        assert_eq!(texts(b"a\r\n\tb\nx\ty\n"), ["a", "    b", "x   y"]);
        assert_eq!(texts(b"a\x1b[31m\xff"), ["a␛[31m\\xFF"]);
        assert_eq!(texts(b"a\n\n"), ["a", ""]);
        assert!(rows(b"").is_empty());
    }

    #[test]
    fn a_monstrous_line_is_many_rows_with_one_number() {
        let rows = rows("é".repeat(2500).as_bytes());
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows.iter().map(|r| r.number).collect::<Vec<_>>(),
            [Some(1), None, None]
        );
    }

    #[test]
    fn binary_is_told_from_text() {
        assert!(is_binary(b"\x7fELF\0\0"));
        assert!(is_binary(&[0xff; 100]));
        assert!(!is_binary("plain отчёт 日本".as_bytes()));
        assert!(!is_binary(b"\x1b[31mred\x1b[0m"));
        assert!(
            !is_binary(&"日本".as_bytes()[..5]),
            "cut in the middle of a character"
        );
        assert!(!is_binary(b""));
    }

    #[test]
    fn hex_rows_are_aligned() {
        let bytes: Vec<u8> = (0x30..0x44).collect();
        let (offset, codes, text) = hex(&bytes, 1, 16).unwrap();
        assert_eq!((offset.as_str(), text.as_str()), ("00000010", "@ABC"));
        assert_eq!(codes.len(), hex(&bytes, 0, 16).unwrap().1.len());
        assert_eq!(hex(&bytes, 2, 16), None);
        assert_eq!(hex(b"\x1b", 0, 8).unwrap().2, ".");
    }
}
