//! What a name looks like: two names that differ never look the same.
//!
//! Knows characters, nothing of screens. Invariant: a name can be read back from what is shown of
//! it, however a terminal composes its characters; and no word passes for one of another script
//! by a few letters of its own. Whole words that look like others stay as they are: who shows
//! several names tells them apart by their [`super::skeleton`].

use std::fmt::Write as _;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use unicode_segmentation::UnicodeSegmentation;

use super::alike::impostors;
use super::text::{Safe, is_emoji, shown, width};

/// Stands before each mark of a spelling that is not the usual one: `e◌́` for an `e` and an accent,
/// where `é` is one character.
const APART: char = '\u{25cc}';

/// Makes a name safe to show: as [`shown`], and so that no other name looks the same.
///
/// Spaces at its ends are seen (`␠`), other blanks are `‹U+00A0›`, and so is what this escaping
/// itself is made of. A letter that is spelt in pieces is shown in pieces.
#[must_use]
pub fn shown_name(name: &str) -> Safe {
    let plain = |b: u8| (0x21..0x7f).contains(&b) && b != b'\\';
    let inner = name.trim_matches(' ');
    if inner.len() == name.len() && name.bytes().all(|b| b == b' ' || plain(b)) {
        return shown(name);
    }
    let front = name.len() - name.trim_start_matches(' ').len();
    let back = name.len() - front - inner.len();
    let mut out = "\u{2420}".repeat(front);
    let impostors = impostors(inner);
    for (at, cluster) in inner.grapheme_indices(true) {
        let rest = &inner[at..];
        if impostors.contains(&at) {
            let letter = cluster.chars().next().map_or(0, char::len_utf8);
            spelt(&mut out, cluster.split_at(letter), rest);
        } else if is_composed(cluster) {
            for (n, c) in cluster.char_indices() {
                push(&mut out, &cluster[..n], c, &rest[n + c.len_utf8()..]);
            }
        } else {
            apart(&mut out, cluster, rest);
        }
    }
    out.extend(std::iter::repeat_n('\u{2420}', back));
    shown(&out)
}

/// Makes the name of a file safe to show: as [`shown_name`], and bytes that are no text become
/// `\xNN`.
#[must_use]
pub fn shown_file_name(name: &[u8]) -> Safe {
    if let Ok(text) = std::str::from_utf8(name) {
        return shown_name(text);
    }
    let mut out = String::with_capacity(name.len() + 16);
    for chunk in name.utf8_chunks() {
        let text = shown_name(chunk.valid());
        let first = text.as_str().chars().next();
        let is_mark = first.is_some_and(|c| width(c.encode_utf8(&mut [0; 4])) == 0);
        if is_mark && !out.is_empty() {
            // It must not become one letter with the last digit of a byte.
            out.push(APART);
        }
        out.push_str(text.as_str());
        for byte in chunk.invalid() {
            // Writing to a text cannot fail.
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    shown(&out)
}

/// Whether a character exists.
pub(super) fn is_assigned(c: char) -> bool {
    c.is_ascii() || CodePointMapData::<GeneralCategory>::new().get(c) != GeneralCategory::Unassigned
}

fn is_composed(text: &str) -> bool {
    text.is_ascii() || ComposingNormalizerBorrowed::new_nfc().is_normalized(text)
}

/// A cluster that terminals draw as another one: each of its characters by itself.
fn apart(out: &mut String, cluster: &str, rest: &str) {
    for (n, c) in cluster.char_indices() {
        if !is_composed(c.encode_utf8(&mut [0; 4])) {
            escape(out, c);
            continue;
        }
        if n > 0 {
            out.push(APART);
        }
        push(out, "", c, &rest[n + c.len_utf8()..]);
    }
}

/// A letter that passes for another one, and its accents: by its number.
fn spelt(out: &mut String, (letter, accents): (&str, &str), rest: &str) {
    letter.chars().for_each(|c| escape(out, c));
    for (n, c) in accents.char_indices() {
        // They must not become one letter with the end of the number.
        out.push(APART);
        let behind = letter.len() + n + c.len_utf8();
        push(out, "", c, &rest[behind..]);
    }
}

/// A character as it is, unless something else would look the same; `before` of its cluster, and
/// the rest of the name.
fn push(out: &mut String, before: &str, c: char, rest: &str) {
    let as_it_is = match c {
        // What escapes are made of, and a sign that is drawn as a blank.
        '\u{2400}'..='\u{2426}' | '\u{2800}' | APART => false,
        '‹' => !rest.starts_with("U+"),
        '\\' => !is_byte(rest.as_bytes()),
        // They draw nothing, but for making a picture of a sign.
        '\u{fe00}'..='\u{fe0f}' => c == '\u{fe0f}' && dresses(before, rest),
        // Blanks that are no space.
        ' ' => true,
        c => c.is_control() || !c.is_whitespace(),
    };
    if as_it_is {
        out.push(c);
    } else {
        escape(out, c);
    }
}

/// Whether a selector makes a picture of what stands before it: a sign that is drawn as text
/// without it, or a key cap.
fn dresses(before: &str, rest: &str) -> bool {
    let mut chars = before.chars().rev();
    let Some(base) = chars.next() else {
        return false;
    };
    let cap = matches!(base, '0'..='9' | '#' | '*') && rest.starts_with('\u{20e3}');
    cap || (is_emoji(base) && width(base.encode_utf8(&mut [0; 4])) == 1)
}

/// Whether `\xNN` goes on like this.
fn is_byte(rest: &[u8]) -> bool {
    let digit = |b: &u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
    matches!(rest, [b'x', high, low, ..] if digit(high) && digit(low))
}

fn escape(out: &mut String, c: char) {
    // Writing to a text cannot fail.
    let _ = write!(out, "‹U+{:04X}›", u32::from(c));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The name that is shown so.
    fn read_back(mut text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(c) = text.chars().next() {
            let escaped = text.strip_prefix("‹U+").and_then(|t| t.split_once('›'));
            if let Some((code, rest)) = escaped {
                let c = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
                text = rest;
                continue;
            }
            text = &text[c.len_utf8()..];
            match c {
                '\\' if is_byte(text.as_bytes()) => {
                    out.push(u8::from_str_radix(&text[1..3], 16).unwrap());
                    text = &text[3..];
                }
                '\u{2400}'..='\u{241f}' => out.push(u8::try_from(u32::from(c) - 0x2400).unwrap()),
                '\u{2420}' => out.push(b' '),
                '\u{2421}' => out.push(0x7f),
                APART => {}
                c => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        out
    }

    /// What a terminal that composes draws.
    fn drawn(text: &str) -> String {
        let composer = ComposingNormalizerBorrowed::new_nfc();
        composer.normalize(text).into_owned()
    }

    #[test]
    fn names_that_look_alike_are_told_apart() {
        for (name, want) in [
            ("a b", "a b"),
            (" a", "␠a"),
            ("a  ", "a␠␠"),
            ("   ", "␠␠␠"),
            ("", ""),
            ("a\u{1b}", "a␛"),
            ("a␛", "a‹U+241B›"),
            ("a\u{202e}", "a‹U+202E›"),
            ("a‹U+202E›", "a‹U+2039›U+202E›"),
            ("‹a›", "‹a›"),
            ("é", "é"),
            ("e\u{301}", "e◌\u{301}"),
            ("e◌\u{301}", "e‹U+25CC›\u{301}"),
            ("\u{212b}", "‹U+212B›"),
            ("q\u{301}", "q\u{301}"),
            ("가", "가"),
            ("\u{1100}\u{1161}", "\u{1100}◌\u{1161}"),
            ("at 3.45\u{202f}PM", "at 3.45‹U+202F›PM"),
            ("a\u{fe0f}", "a‹U+FE0F›"),
            ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
            ("😀\u{fe0f}", "😀‹U+FE0F›"),
            ("C:\\x", "C:\\x"),
            ("a\\xFF", "a‹U+005C›xFF"),
            ("a\u{378}", "a‹U+0378›"),
            ("pаypal", "p‹U+0430›ypal"),
            ("pа\u{301}ypal", "p‹U+0430›◌\u{301}ypal"),
            ("рейс", "рейс"),
            ("рейc", "рей‹U+0063›"),
            ("a∕b", "a‹U+2215›b"),
        ] {
            assert_eq!(shown_name(name).as_str(), want, "{name:?}");
        }
        assert_eq!(shown_file_name(b"a\xff ").as_str(), "a\\xFF␠");
    }

    #[test]
    fn each_letter_differs_from_its_other_spellings() {
        let composer = ComposingNormalizerBorrowed::new_nfc();
        let all = ('\0'..=char::MAX).map(|c| format!("a{c}b"));
        for name in all {
            let shown = shown_name(&name);
            assert_eq!(read_back(&drawn(shown.as_str())), name.as_bytes());
            let other = composer.normalize(&name);
            if other != name {
                assert_ne!(drawn(shown.as_str()), drawn(shown_name(&other).as_str()));
            }
        }
    }

    const ODD: [&str; 37] = [
        "а",
        "о",
        "∕",
        " ",
        "a",
        "e",
        "é",
        "\u{301}",
        "\u{323}",
        "ạ",
        "◌",
        "‹",
        "›",
        "U+",
        "202E",
        "‹U+202E›",
        "\u{202e}",
        "␛",
        "\u{1b}",
        "␠",
        "␡",
        "\u{7f}",
        "\\",
        "xFF",
        "\u{a0}",
        "\u{200d}",
        "👩",
        "💻",
        "\u{fe0f}",
        "\u{fe0e}",
        "❤",
        "1",
        "\u{20e3}",
        "\u{1100}",
        "\u{1161}",
        "\u{11a8}",
        "\u{212b}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_name_can_be_read_back_from_its_look(
            parts in prop::collection::vec(
                prop_oneof![
                    6 => (0..ODD.len()).prop_map(|n| ODD[n].as_bytes().to_vec()),
                    1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
                    1 => (0x80..=0xffu8).prop_map(|b| vec![b]),
                ],
                0..12,
            ),
        ) {
            let name = parts.concat();
            let look = shown_file_name(&name);
            let text = drawn(look.as_str());
            prop_assert_eq!(read_back(&text), name, "{}", &text);
            prop_assert!(!text.starts_with(' ') && !text.ends_with(' '));
            prop_assert_eq!(shown(look.as_str()), look);
        }
    }
}
