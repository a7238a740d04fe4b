//! What a search is for: names, sizes, ages and classes.
//!
//! Pure. Invariant: what is not known of a thing (its size, its date) fits no condition about it.

use jiff::Timestamp;

/// A condition that things must meet; all that are given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sieve {
    /// What its name looks like.
    pub name: Option<Glob>,
    /// How large it is: all of these.
    pub sizes: Vec<SizeIs>,
    /// Changed at this time or later.
    pub newer: Option<Timestamp>,
    /// Changed before this time.
    pub older: Option<Timestamp>,
    /// Its storage class, whatever its case.
    pub class: Option<String>,
}

/// What is known of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'t> {
    /// Its name below the place that is searched.
    pub below: &'t str,
    /// Bytes.
    pub size: Option<u64>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Storage class; servers may leave out the ordinary one.
    pub class: Option<&'t str>,
}

/// A condition on a size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeIs {
    /// Larger than this.
    Above(u64),
    /// Smaller than this.
    Below(u64),
    /// Just this.
    Exactly(u64),
}

impl SizeIs {
    fn holds(self, size: u64) -> bool {
        match self {
            Self::Above(limit) => size > limit,
            Self::Below(limit) => size < limit,
            Self::Exactly(limit) => size == limit,
        }
    }
}

impl Sieve {
    /// Whether a thing meets all conditions.
    #[must_use]
    pub fn fits(&self, thing: &Known<'_>) -> bool {
        let sized = |is: &SizeIs| thing.size.is_some_and(|size| is.holds(size));
        let class = |wanted: &String| {
            let class = thing.class.unwrap_or("STANDARD");
            class.eq_ignore_ascii_case(wanted)
        };
        self.name.as_ref().is_none_or(|glob| glob.fits(thing.below))
            && self.sizes.iter().all(sized)
            && self
                .newer
                .is_none_or(|at| thing.modified.is_some_and(|m| m >= at))
            && self
                .older
                .is_none_or(|at| thing.modified.is_some_and(|m| m < at))
            && self.class.as_ref().is_none_or(class)
    }
}

/// A pattern for names: `*` is anything, `?` one character, `[a-z]` one of these, `[!a-z]` one
/// that is none of these. Without a `/` it is about the last part of a name, with one about the
/// whole name below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    pieces: Vec<Piece>,
    whole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Anything,
    One,
    Just(char),
    OneOf {
        ranges: Vec<(char, char)>,
        not: bool,
    },
}

impl Piece {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Anything => false,
            Self::One => true,
            Self::Just(own) => *own == c,
            Self::OneOf { ranges, not } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *not
            }
        }
    }
}

impl Glob {
    /// Reads a pattern. A `[` without its `]` is itself.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            pieces.push(match c {
                '*' => Piece::Anything,
                '?' => Piece::One,
                '[' => match one_of(rest) {
                    Some((piece, behind)) => {
                        rest = behind;
                        piece
                    }
                    None => Piece::Just('['),
                },
                c => Piece::Just(c),
            });
        }
        Self {
            pieces,
            whole: text.contains('/'),
        }
    }

    /// Whether a name below the place that is searched is what the pattern describes.
    #[must_use]
    pub fn fits(&self, below: &str) -> bool {
        let bare = below.strip_suffix('/').unwrap_or(below);
        let name = if self.whole {
            bare
        } else {
            bare.rsplit('/').next().unwrap_or(bare)
        };
        let (mut piece, mut rest) = (0, name.chars());
        // Where to go on when what follows the last star does not fit.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut next = rest.clone();
            match (self.pieces.get(piece), next.next()) {
                (Some(Piece::Anything), _) => {
                    retry = Some((piece + 1, rest.clone()));
                    piece += 1;
                    continue;
                }
                (Some(own), Some(c)) if own.takes(c) => {
                    piece += 1;
                    rest = next;
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            let Some((after_star, mut from)) = retry.take() else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            (piece, rest) = (after_star, from.clone());
            retry = Some((after_star, from));
        }
    }
}

/// What stands between brackets, and what comes behind them.
fn one_of(text: &str) -> Option<(Piece, &str)> {
    let not = text.starts_with(['!', '^']);
    let text = if not { &text[1..] } else { text };
    // A bracket right at the beginning is one of those meant.
    let first = text.chars().next()?.len_utf8();
    let end = first + text[first..].find(']')?;
    let inside: Vec<char> = text[..end].chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < inside.len() {
        if let [low, '-', high, ..] = inside[at..] {
            ranges.push((low, high));
            at += 3;
        } else {
            ranges.push((inside[at], inside[at]));
            at += 1;
        }
    }
    Some((Piece::OneOf { ranges, not }, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*.jpg", "a/b.jpg", true),
            ("*.jpg", "a.jpg/b", false),
            ("a/*.jpg", "a/b/c.jpg", true),
            ("a/*.jpg", "x/a/c.jpg", false),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "xabx", false),
            ("*", "", true),
            ("", "x", false),
            ("?", "é", true),
            ("?", "", false),
            ("[a-c][!0-9]", "bx", true),
            ("[a-c][!0-9]", "b7", false),
            ("[]x]", "]", true),
            ("[x", "[x", true),
            ("photos", "2024/photos/", true),
        ] {
            assert_eq!(Glob::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_not_known_fits_nothing_that_is_asked_about_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let thing = Known {
            below: "a/b.txt",
            size: Some(100),
            modified: Some(at(50)),
            class: None,
        };
        let blank = Known {
            size: None,
            modified: None,
            ..thing
        };
        let all = Sieve::default();
        assert!(all.fits(&thing) && all.fits(&blank));
        let sized = |is: &[SizeIs]| Sieve {
            sizes: is.to_vec(),
            ..Sieve::default()
        };
        for (is, fits) in [
            (&[SizeIs::Above(99), SizeIs::Below(101)][..], true),
            (&[SizeIs::Above(100)], false),
            (&[SizeIs::Below(100)], false),
            (&[SizeIs::Exactly(100)], true),
        ] {
            assert_eq!(sized(is).fits(&thing), fits, "{is:?}");
            assert!(!sized(is).fits(&blank));
        }
        let since = Sieve {
            newer: Some(at(50)),
            ..Sieve::default()
        };
        let until = Sieve {
            older: Some(at(50)),
            ..Sieve::default()
        };
        assert!(since.fits(&thing) && !since.fits(&blank));
        assert!(!until.fits(&thing) && !until.fits(&blank));
        let class = |word: &str| Sieve {
            class: Some(word.into()),
            ..Sieve::default()
        };
        assert!(class("standard").fits(&thing) && !class("GLACIER").fits(&thing));
    }
}
