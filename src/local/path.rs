//! From a key to a path that cannot leave its folder.
//!
//! Pure text. Invariant: what [`below`] returns has only normal components (no root, no `.`, no
//! `..`, no empty one), so joining it to a folder stays below that folder; and two different keys
//! give two different paths, except for a file and a folder of one name.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

/// Longest name of a file in bytes.
///
/// Source: `NAME_MAX` of Linux and of every common file system there.
const MAX_NAME: usize = 255;

/// Bytes that are kept of a name that is too long.
const KEPT: usize = 200;

/// A folder and a relative path below it. No link below the folder is ever followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The folder that the person chose: links in it are the person's own.
    pub root: PathBuf,
    /// Where below it: normal components only.
    pub below: PathBuf,
}

impl Spot {
    /// The spot of a path that a person named: its folder and its name.
    /// None for a path without a name (`/`, `..`).
    #[must_use]
    pub fn of(path: &std::path::Path) -> Option<Self> {
        let name = path.file_name()?;
        let parent = path.parent().unwrap_or(std::path::Path::new(""));
        let root = if parent.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            parent.to_path_buf()
        };
        Some(Self {
            root,
            below: PathBuf::from(name),
        })
    }

    /// The whole path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.below)
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> OsString {
        self.below
            .file_name()
            .map(OsStr::to_os_string)
            .unwrap_or_default()
    }

    /// The same folder, another last component.
    #[must_use]
    pub fn renamed(&self, name: &OsStr) -> Self {
        Self {
            root: self.root.clone(),
            below: self.below.with_file_name(name),
        }
    }
}

/// The relative path of a key below the prefix that is being copied. `rest` is the key without
/// that prefix. None when nothing is left (the marker of the prefix itself).
#[must_use]
pub fn below(rest: &str) -> Option<PathBuf> {
    if rest.is_empty() {
        return None;
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    Some(rest.split('/').map(|s| segment(s).into_owned()).collect())
}

/// The file name for one segment of a key: itself, unless a disk could not hold it.
///
/// Control characters become `%XX`, an empty segment `%2F`, `.` `%2E`, `..` `%2E%2E`; a `%` is
/// written as `%25` only where it would look like an escape of these. A name over 255 bytes keeps its
/// first 200 and gets a digest of the whole.
#[must_use]
pub fn segment(segment: &str) -> Cow<'_, str> {
    match segment {
        "" => return Cow::Borrowed("%2F"),
        "." => return Cow::Borrowed("%2E"),
        ".." => return Cow::Borrowed("%2E%2E"),
        _ => {}
    }
    let bytes = segment.as_bytes();
    let odd = |at: usize| match bytes[at] {
        b'%' => looks_escaped(&bytes[at + 1..]),
        byte => byte < 0x20 || byte == 0x7f || byte == b'/' || byte == b'\\' && cfg!(windows),
    };
    let mapped = if (0..bytes.len()).any(odd) {
        let mut out = String::with_capacity(bytes.len() + 8);
        for (at, c) in segment.char_indices() {
            if odd(at) {
                let _ = write!(out, "%{:02X}", bytes[at]);
            } else {
                out.push(c);
            }
        }
        Cow::Owned(out)
    } else {
        Cow::Borrowed(segment)
    };
    if mapped.len() <= MAX_NAME {
        return mapped;
    }
    let digest = Sha256::digest(segment.as_bytes());
    let mut short = mapped[..mapped.floor_char_boundary(KEPT)].to_owned();
    short.push('~');
    for byte in &digest[..8] {
        let _ = write!(short, "{byte:02x}");
    }
    Cow::Owned(short)
}

/// Whether what follows makes a `%` look like an escape that this mapping writes: of a control
/// character, `/`, `.`, or `%` itself. Others (`%41`, `%20`) are names like any other.
fn looks_escaped(rest: &[u8]) -> bool {
    let upper = |b: &u8| b.is_ascii_digit() || (b'A'..=b'F').contains(b);
    let Some(digits) = rest.get(..2).filter(|two| two.iter().all(upper)) else {
        return false;
    };
    let byte = std::str::from_utf8(digits).map(|two| u8::from_str_radix(two, 16));
    matches!(byte, Ok(Ok(0..0x20 | 0x7f | b'/' | b'.' | b'%')))
}

/// A name with a number before its extension: `notes (2).txt`, `a (2).tar.gz`.
#[must_use]
pub fn numbered(name: &str, number: u32) -> String {
    let stem_end = match name.rfind('.') {
        Some(dot) if dot > 0 => {
            let stem = &name[..dot];
            match stem.strip_suffix(".tar") {
                Some(bare) if !bare.is_empty() => bare.len(),
                _ => dot,
            }
        }
        _ => name.len(),
    };
    format!("{} ({number}){}", &name[..stem_end], &name[stem_end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    fn unmapped(name: &str) -> String {
        let (bytes, mut out, mut at) = (name.as_bytes(), Vec::new(), 0);
        if name == "%2F" {
            return String::new();
        }
        while at < bytes.len() {
            if bytes[at] == b'%' && looks_escaped(&bytes[at + 1..]) {
                let hex = std::str::from_utf8(&bytes[at + 1..at + 3]).unwrap();
                out.push(u8::from_str_radix(hex, 16).unwrap());
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn segments_are_mapped_only_when_they_must() {
        for (from, to) in [
            ("plain.txt", "plain.txt"),
            ("é ü", "é ü"),
            ("", "%2F"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("...", "..."),
            ("100%", "100%"),
            ("a%20b", "a%20b"),
            ("é+%41", "é+%41"),
            ("a%2Fb", "a%252Fb"),
            ("a%0Ab", "a%250Ab"),
            ("a%2fb", "a%2fb"),
            ("a\nb\x1b", "a%0Ab%1B"),
            ("a\x7f", "a%7F"),
        ] {
            assert_eq!(segment(from), to, "{from:?}");
        }
        let long = "ä".repeat(200);
        let short = segment(&long).into_owned();
        assert!(short.len() <= MAX_NAME && short.starts_with("ää"));
        assert_ne!(short, segment(&"ä".repeat(201)));
    }

    #[test]
    fn wild_keys_stay_below() {
        for (key, path) in [
            ("a/b", "a/b"),
            ("a//b", "a/%2F/b"),
            ("/etc/passwd", "%2F/etc/passwd"),
            ("../../x", "%2E%2E/%2E%2E/x"),
            ("a/../../b", "a/%2E%2E/%2E%2E/b"),
            ("a/b/", "a/b"),
            ("a//", "a/%2F"),
        ] {
            assert_eq!(below(key).unwrap(), Path::new(path), "{key}");
        }
        assert_eq!(below(""), None);
        assert_eq!(below("/"), Some(PathBuf::from("%2F")));
    }

    #[test]
    fn numbers_go_before_the_extension() {
        for (name, want) in [
            ("notes.txt", "notes (2).txt"),
            ("notes", "notes (2)"),
            (".profile", ".profile (2)"),
            ("a.tar.gz", "a (2).tar.gz"),
        ] {
            assert_eq!(numbered(name, 2), want);
        }
    }

    #[test]
    fn spots_of_paths() {
        let spot = Spot::of(Path::new("a.txt")).unwrap();
        assert_eq!(
            (spot.root.as_path(), spot.below.as_path()),
            (Path::new("."), Path::new("a.txt"))
        );
        assert_eq!(Spot::of(Path::new("/")), None);
        assert_eq!(Spot::of(Path::new("/x/..")), None);
    }

    proptest! {
        #[test]
        fn any_key_stays_below_and_can_be_told_from_others(key in "[a./%\\x00-\\x20é25EF]{1,40}") {
            if let Some(path) = below(&key) {
                prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))));
                let back: Vec<_> = path.iter().map(|n| unmapped(n.to_str().unwrap())).collect();
                prop_assert_eq!(back.join("/"), key.strip_suffix('/').unwrap_or(&key));
            }
        }
    }
}
