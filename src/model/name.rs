//! Bucket names, object keys and prefixes.
//!
//! Invariant: a value of these types can be sent as it is. Nothing is normalised, because
//! `a//b`, `a/./b` and the two Unicode spellings of `é` are different keys on every server.

use std::borrow::Borrow;
use std::fmt;

/// Longest key that S3 accepts, in bytes of UTF-8.
///
/// Source: Amazon S3 User Guide, "Object key names". Applies to: every server known to us.
pub(super) const MAX_KEY_BYTES: usize = 1024;

/// Why a text is no name of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A bucket name may not be empty, a key may not be empty.
    #[error("the name is empty")]
    Empty,
    /// A bucket name with a character that no server takes.
    #[error("a bucket name may hold letters, digits, '.', '-' and '_' only, not {0:?}")]
    BucketCharacter(char),
    /// A bucket name over 255 bytes.
    #[error("the bucket name has {0} bytes; at most 255 are possible")]
    BucketLength(usize),
    /// A bucket name of `.` or `..`, which would change the path of the request.
    #[error("a bucket cannot be called {0:?}")]
    BucketDots(String),
    /// A prefix that should end in `/` and does not.
    #[error("a prefix ends in '/'")]
    PrefixEnd,
}

/// A bucket's name, as loose as servers are: `[A-Za-z0-9._-]{1,255}`.
///
/// Old buckets and some vendors use capitals and `_`; the strict rule is only a warning when a
/// bucket is made, see [`BucketName::strict_trouble`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BucketName(Box<str>);

impl BucketName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When the name is empty, too long, `.` or `..`, or has a character outside the set.
    pub fn new(name: impl Into<Box<str>>) -> Result<Self, NameError> {
        let name = name.into();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > 255 {
            return Err(NameError::BucketLength(name.len()));
        }
        if matches!(&*name, "." | "..") {
            return Err(NameError::BucketDots(name.into()));
        }
        let odd = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        match name.chars().find(odd) {
            Some(c) => Err(NameError::BucketCharacter(c)),
            None => Ok(Self(name)),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the strict rule for new buckets has against this name, in plain words.
    ///
    /// Source: Amazon S3 User Guide, "Bucket naming rules": 3 to 63 characters, lower case
    /// letters, digits, `.` and `-`, letter or digit at both ends, not shaped like an IP address.
    #[must_use]
    pub fn strict_trouble(&self) -> Option<&'static str> {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if !(3..=63).contains(&self.0.len()) {
            Some("a new bucket's name has 3 to 63 characters")
        } else if self.0.chars().any(|c| c.is_ascii_uppercase() || c == '_') {
            Some("a new bucket's name has lower case letters, digits, '.' and '-' only")
        } else if !edge(self.0.chars().next()) || !edge(self.0.chars().next_back()) {
            Some("a new bucket's name starts and ends with a letter or a digit")
        } else if self.0.contains("..") {
            Some("a new bucket's name has no two dots in a row")
        } else if self.0.parse::<std::net::Ipv4Addr>().is_ok() {
            Some("a new bucket's name is not shaped like an IP address")
        } else {
            None
        }
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What makes a key dangerous or impossible to handle in the ordinary way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hazard {
    /// A segment `.` or `..`: URL libraries rewrite it, so that the request would hit another key.
    DotSegment,
    /// More than 1024 bytes: servers refuse it.
    TooLong,
    /// A control character: cannot be written in an XML request.
    Control,
}

/// An object's key: at least one byte, any UTF-8, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Box<str>);

impl Key {
    /// Takes a key.
    ///
    /// # Errors
    /// When it is empty.
    pub fn new(key: impl Into<Box<str>>) -> Result<Self, NameError> {
        let key = key.into();
        if key.is_empty() {
            Err(NameError::Empty)
        } else {
            Ok(Self(key))
        }
    }

    /// The key as text, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment: what stands behind the last `/`, or for a folder marker (`a/b/`) the
    /// segment before it with its slash (`b/`). May be `/` alone, for an empty last segment.
    #[must_use]
    pub fn name(&self) -> &str {
        last_segment(&self.0)
    }

    /// The prefix that this key lies in directly: `""` or everything up to the name.
    #[must_use]
    pub fn parent(&self) -> Prefix {
        Prefix(self.0[..self.0.len() - self.name().len()].into())
    }

    /// Whether the key ends in `/`, the usual mark of an empty folder.
    #[must_use]
    pub fn is_marker(&self) -> bool {
        self.0.ends_with('/')
    }

    /// Whether a segment is `.` or `..`.
    #[must_use]
    pub fn has_dot_segment(&self) -> bool {
        self.0.split('/').any(|s| matches!(s, "." | ".."))
    }

    /// The first thing about the key that needs special care, if any.
    #[must_use]
    pub fn hazard(&self) -> Option<Hazard> {
        if self.0.len() > MAX_KEY_BYTES {
            Some(Hazard::TooLong)
        } else if self.has_dot_segment() {
            Some(Hazard::DotSegment)
        } else if self.0.chars().any(char::is_control) {
            Some(Hazard::Control)
        } else {
            None
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A prefix: empty (the bucket's root) or ending in `/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Prefix(Box<str>);

impl Prefix {
    /// Takes a prefix.
    ///
    /// # Errors
    /// When it is neither empty nor ends in `/`.
    pub fn new(prefix: impl Into<Box<str>>) -> Result<Self, NameError> {
        let prefix = prefix.into();
        if prefix.is_empty() || prefix.ends_with('/') {
            Ok(Self(prefix))
        } else {
            Err(NameError::PrefixEnd)
        }
    }

    /// The root of a bucket.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root of the bucket.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment with its slash (`b/` of `a/b/`), `""` for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        last_segment(&self.0)
    }

    /// The prefix one level up, none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        (!self.is_root()).then(|| Self(self.0[..self.0.len() - self.name().len()].into()))
    }

    /// The prefix of a folder below this one. `segment` is taken without its closing slash.
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        Self(format!("{}{segment}/", self.0).into())
    }

    /// The key of a name below this prefix.
    ///
    /// # Errors
    /// When prefix and name are both empty.
    pub fn key(&self, name: &str) -> Result<Key, NameError> {
        Key::new(format!("{}{name}", self.0))
    }

    /// The key of the folder marker: the prefix itself, none for the root.
    #[must_use]
    pub fn marker(&self) -> Option<Key> {
        Key::new(self.0.clone()).ok()
    }

    /// The segments without their slashes; an empty one is kept (`a//` is `a` and an empty one).
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0
            .split_inclusive('/')
            .map(|s| s.strip_suffix('/').unwrap_or(s))
    }

    /// What is left of a key or prefix below this one, or none if it lies elsewhere.
    #[must_use]
    pub fn strip<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix(&*self.0)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn last_segment(text: &str) -> &str {
    let body = text.strip_suffix('/').unwrap_or(text);
    let start = body.rfind('/').map_or(0, |slash| slash + 1);
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_are_checked() {
        for good in ["abc", "a", "A_b.c-d", "192.168.0.1"] {
            assert!(BucketName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "é", "a?b", "a#b", "a%2Fb"] {
            assert!(BucketName::new(bad).is_err(), "{bad}");
        }
        assert_eq!(
            BucketName::new("x".repeat(256)),
            Err(NameError::BucketLength(256))
        );
    }

    #[test]
    fn strict_rule_only_warns() {
        for (name, fine) in [
            ("photos-prod", true),
            ("ab", false),
            ("Photos", false),
            ("a_b_c", false),
            ("-abc", false),
            ("a..b", false),
            ("10.0.0.1", false),
        ] {
            let trouble = BucketName::new(name).unwrap().strict_trouble();
            assert_eq!(trouble.is_none(), fine, "{name}");
        }
    }

    #[test]
    fn names_and_parents_of_keys() {
        for (key, name, parent) in [
            ("a", "a", ""),
            ("a/b", "b", "a/"),
            ("a/b/", "b/", "a/"),
            ("a//", "/", "a/"),
            ("a//b", "b", "a//"),
            ("/lead", "lead", "/"),
            ("/", "/", ""),
            ("../x", "x", "../"),
        ] {
            let key = Key::new(key).unwrap();
            assert_eq!((key.name(), key.parent().as_str()), (name, parent), "{key}");
        }
    }

    #[test]
    fn prefixes_walk_up_and_down() {
        let deep = Prefix::root().child("a").child("").child("b");
        assert_eq!(deep.as_str(), "a//b/");
        assert_eq!(deep.segments().collect::<Vec<_>>(), ["a", "", "b"]);
        assert_eq!(deep.parent().unwrap().as_str(), "a//");
        assert_eq!(deep.parent().unwrap().parent().unwrap().as_str(), "a/");
        assert_eq!(Prefix::root().parent(), None);
        assert_eq!(Prefix::new("a"), Err(NameError::PrefixEnd));
    }

    #[test]
    fn hazards_are_found() {
        let hazard = |k: &str| Key::new(k).unwrap().hazard();
        assert_eq!(hazard("a/../b"), Some(Hazard::DotSegment));
        assert_eq!(hazard("."), Some(Hazard::DotSegment));
        assert_eq!(hazard("a\nb"), Some(Hazard::Control));
        assert_eq!(hazard(&"x".repeat(1025)), Some(Hazard::TooLong));
        assert_eq!(hazard("..a/b../...c"), None);
    }
}
