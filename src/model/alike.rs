//! Letters that look like others: the Latin and the Cyrillic `a`, `‐` and `-`, a figure zero in
//! two alphabets.
//!
//! Knows characters, nothing of screens. Invariant: two texts that a fixed-width font draws alike
//! have one [`skeleton`]; text in ASCII is its own and costs nothing.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// Letters of a script, and under each the one that it looks like.
///
/// Source: of Unicode's security mechanisms (UTS #39), the pairs that fixed-width fonts draw with
/// the same strokes; not those that only remind of each other, such as `α` and `a`.
const TWINS: [(Script, &str, &str); 8] = [
    (
        Script::Cyrillic,
        "аеорсухіјѕһԁԛԝӏѵүАВЕКМНОРСТУХІЈЅҮԌӀЗ",
        "aeopcyxijshdqwlvyABEKMHOPCTYXIJSYGI3",
    ),
    (Script::Greek, "ονρϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovpcjABEZHIKMNOPTYX"),
    (Script::Armenian, "օսհոզցՕՍՏԼ", "ouhnqgOUSL"),
    (
        Script::Cherokee,
        "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᏀᏃᏚᏙᏞᏟᏢᏦᏴ",
        "DRTiAJEWMHGZSVLCPKB",
    ),
    (
        Script::Lisu,
        "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴꓸ",
        "BPDTGKJCZFMNLSRVHWXYAEIOU.",
    ),
    (
        Script::Katakana,
        "ロカニエトタハヘベペ",
        "口力二工卜夕八へべぺ",
    ),
    (Script::Arabic, "ی۰۱۲۳۷۸۹", "ى٠١٢٣٧٨٩"),
    (
        Script::Common,
        "ıɑɡǀǃ‐‑‒–−﹣⁃․‚∕⁄⧸⧵∖∶ː꞉׃ʼ’‘′ʹꞌ׳“”″״∗⁎∣˜∼‧∙⋅•ー―",
        "iag|!-------.,///\\\\::::'''''''\"\"\"\"**|~~····一—",
    ),
];

/// Stand for what parts a name or ends a folder: nobody writes them into a name to be read.
const SEPARATORS: [char; 5] = ['\u{2024}', '\u{2044}', '\u{2215}', '\u{29f8}', '\u{a4f8}'];

/// What a letter looks like; itself, for most.
fn looks(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    // Numerals of Rome, radicals, letters of mathematics: the same strokes by another number.
    if matches!(u32::from(c), 0x2160..=0x217f | 0x2f00..=0x2fd5 | 0x1d400..=0x1d7ff) {
        let folded = DecomposingNormalizerBorrowed::new_nfkd();
        let mut text = [0; 4];
        let folded = folded.normalize(c.encode_utf8(&mut text));
        let mut chars = folded.chars();
        return match (chars.next(), chars.next()) {
            (Some(one), None) => one,
            _ => c,
        };
    }
    TWINS
        .iter()
        .find_map(|(_, letters, twins)| {
            let at = letters.chars().position(|letter| letter == c)?;
            twins.chars().nth(at)
        })
        .unwrap_or(c)
}

/// What a letter with its accents looks like, without the accents.
fn base(c: char) -> char {
    let mut text = [0; 4];
    let pieces = DecomposingNormalizerBorrowed::new_nfd();
    let pieces = pieces.normalize(c.encode_utf8(&mut text));
    pieces.chars().next().map_or(c, looks)
}

/// What a text looks like: each letter as the one that it resembles. Not for the screen.
#[must_use]
pub fn skeleton(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let pieces = DecomposingNormalizerBorrowed::new_nfd();
    Cow::Owned(pieces.normalize(text).chars().map(looks).collect())
}

/// A text that was made safe, with everything that looks like something else spelt: `‹U+0430›`;
/// and what `also` says. Escapes that it holds already stay as they are.
#[must_use]
pub fn spelt(text: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escaped = rest
            .starts_with("‹U+")
            .then(|| rest.find('›'))
            .flatten()
            .map(|end| end + '›'.len_utf8());
        if let Some(end) = escaped {
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let alike = !c.is_ascii() && (looks(c) != c || (c.is_alphabetic() && base(c).is_ascii()));
        let latin = script(c) == Script::Latin && looks(c) == c;
        if (alike && !latin) || also(c) {
            // Writing to a text cannot fail.
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        } else {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The letters of a name that could be taken for Latin ones, where nothing in the name says that
/// they are not: `с U+0441, о U+043E`. None for most names.
#[must_use]
pub fn odd_letters(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let mut odd: Vec<char> = Vec::new();
    for c in name.chars().filter(|c| !c.is_ascii() && is_letter(*c)) {
        match script(c) {
            Script::Latin if looks(c) == c => {}
            _ if base(c).is_ascii() => {
                if !odd.contains(&c) {
                    odd.push(c);
                }
            }
            Script::Common | Script::Inherited => {}
            // Its script is seen.
            _ => return None,
        }
    }
    let more = if odd.len() > MOST { " …" } else { "" };
    let spelt: Vec<String> = odd
        .iter()
        .take(MOST)
        .map(|c| format!("{c} U+{:04X}", u32::from(*c)))
        .collect();
    (!odd.is_empty()).then(|| format!("{}{more}", spelt.join(", ")))
}

/// So many odd letters are spelt; the others are told to be there.
const MOST: usize = 3;

/// The bytes at which letters stand that pass for others: those of another script in a word that
/// looks like one of a single script, and what passes for a slash or a dot.
pub(super) fn impostors(name: &str) -> Vec<usize> {
    if name.is_ascii() {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut word: Vec<(usize, char)> = Vec::new();
    for (at, c) in name.char_indices() {
        if SEPARATORS.contains(&c) {
            out.push(at);
        }
        if is_letter(c) {
            word.push((at, c));
        } else if script(c) != Script::Inherited {
            of_word(&word, &mut out);
            word.clear();
        }
    }
    of_word(&word, &mut out);
    out
}

fn of_word(word: &[(usize, char)], out: &mut Vec<usize>) {
    let mut scripts = word.iter().map(|(_, c)| script(*c));
    let mut scripts = scripts.by_ref().filter(|s| *s != Script::Common);
    let Some(first) = scripts.next() else { return };
    let Some(other) = scripts.find(|s| *s != first) else {
        return;
    };
    let foreign = [first, other].into_iter().find(|s| *s != Script::Latin);
    let latin = |c: char| script(c) == Script::Latin || base(c).is_ascii();
    let strangers: Vec<usize> = if word.iter().all(|(_, c)| latin(*c)) {
        let mixed = word.iter().filter(|(_, c)| script(*c) != Script::Latin);
        mixed.map(|(at, _)| *at).collect()
    } else if let Some(foreign) = foreign
        && word
            .iter()
            .all(|(_, c)| script(*c) == foreign || has_twin(base(*c), foreign))
    {
        let mixed = word.iter().filter(|(_, c)| script(*c) != foreign);
        mixed.map(|(at, _)| *at).collect()
    } else {
        Vec::new()
    };
    out.extend(strangers);
}

/// Whether a script has a letter that looks like this one.
fn has_twin(c: char, of: Script) -> bool {
    TWINS
        .iter()
        .any(|(script, _, twins)| *script == of && twins.contains(c))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && script(c) != Script::Inherited
}

fn script(c: char) -> Script {
    if c.is_ascii_alphabetic() {
        Script::Latin
    } else {
        CodePointMapData::<Script>::new().get(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_twin_for_each_letter() {
        for (script, letters, twins) in TWINS {
            let same = letters.chars().count() == twins.chars().count();
            assert!(same, "{script:?}");
            for (letter, twin) in letters.chars().zip(twins.chars()) {
                assert!(!letter.is_ascii() && letter != twin, "{letter} {twin}");
                assert_eq!(looks(letter), twin);
                assert_eq!(looks(twin), twin, "{letter}: a twin is what it looks like");
            }
        }
        for (letters, twins) in [("ⅿⅼⅩ", "mlX"), ("𝚊𝙕𝟘", "aZ0"), ("⼀", "一"), ("Ⅲ", "Ⅲ")]
        {
            assert_eq!(skeleton(letters), twins);
        }
    }

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (one, other) in [
            ("paypal.txt", "pаypаl.txt"),
            ("ë", "ё"),
            ("ó", "ό"),
            ("COPY", "СОРУ"),
            ("a-b", "a\u{2011}b"),
            ("x/y", "x∕y"),
            ("力", "カ"),
            ("٣", "۳"),
        ] {
            assert_eq!(skeleton(one), skeleton(other));
        }
        for (one, other) in [("ę", "ȩ"), ("m²", "m2"), ("α", "a"), ("ж", "x")] {
            assert_ne!(skeleton(one), skeleton(other));
        }
        assert!(matches!(skeleton("plain.txt"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_a_word_that_passes_for_one_script_is_taken_apart() {
        let escaped = |name: &str| {
            let at = impostors(name);
            let one = |(n, c): (usize, char)| if at.contains(&n) { '?' } else { c };
            name.char_indices().map(one).collect::<String>()
        };
        for (name, want) in [
            ("plain.txt", "plain.txt"),
            ("pаypаl.txt", "p?yp?l.txt"),
            ("адрeс.txt", "адр?с.txt"),
            ("отчёт-по-съёмке.md", "отчёт-по-съёмке.md"),
            ("с собакой copy.jpg", "с собакой copy.jpg"),
            ("IP-адрес", "IP-адрес"),
            ("HTMLфайл", "HTMLфайл"),
            ("TNFα", "TNFα"),
            ("Ωmega", "Ωmega"),
            ("Αlpha", "?lpha"),
            ("日本語カナtext", "日本語カナtext"),
            ("naïve", "naïve"),
            ("a∕b․txt", "a?b?txt"),
            ("e\u{301}а\u{301}", "e\u{301}?\u{301}"),
        ] {
            assert_eq!(escaped(name), want);
        }
    }

    #[test]
    fn odd_letters_are_named_where_nothing_else_tells() {
        for (name, want) in [
            ("cop.txt", None),
            ("сор.txt", Some("с U+0441, о U+043E, р U+0440")),
            ("сахар.txt", Some("с U+0441, а U+0430, х U+0445 …")),
            ("оса-рука.txt", None),
            ("Ёж", None),
            ("café – “x”", None),
            ("naıve", Some("ı U+0131")),
        ] {
            assert_eq!(odd_letters(name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn spelling_leaves_what_is_spelt() {
        let none = |_: char| false;
        assert_eq!(spelt("сop‹U+202E›.txt", none), "‹U+0441›op‹U+202E›.txt");
        assert_eq!(spelt("café ё", none), "café ‹U+0451›");
        assert_eq!(spelt("a·b", |c| c == '·'), "a‹U+00B7›b");
        assert_eq!(spelt("‹a›", none), "‹a›");
    }
}
