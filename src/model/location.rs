//! Where things are: addresses that a person types, places that a pane shows, locations that a
//! job moves between.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{BucketName, Key, NameError, Prefix};

/// The name of an account: an endpoint with credentials, as the config knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account(Arc<str>);

impl Account {
    /// Takes a name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The bucket's name behind `s3://` is impossible.
    #[error("{address:?} names no bucket: {why}")]
    Bucket {
        /// What was typed.
        address: String,
        /// What is wrong with the bucket's name.
        why: NameError,
    },
}

/// What a person types for a place: `s3://bucket/key`, or a path.
///
/// Everything behind the slash behind the bucket is the key, byte for byte: nothing is decoded,
/// trimmed or normalised, and `?`, `#` and `//` belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `s3://`: the account's buckets.
    Buckets,
    /// `s3://bucket`, `s3://bucket/` or `s3://bucket/a/`: a prefix.
    Prefix(BucketName, Prefix),
    /// `s3://bucket/key`: an object, or a prefix that the person wrote without its slash.
    Object(BucketName, Key),
    /// `-`: standard input or output.
    Stdio,
    /// Anything else: a path on this machine.
    Path(PathBuf),
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it starts with `s3://` and the bucket's name is impossible.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text == "-" {
            return Ok(Self::Stdio);
        }
        let Some(rest) = text
            .strip_prefix("s3://")
            .or_else(|| text.strip_prefix("S3://"))
        else {
            return Ok(Self::Path(PathBuf::from(text)));
        };
        if rest.is_empty() {
            return Ok(Self::Buckets);
        }
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let bucket = BucketName::new(bucket).map_err(|why| AddressError::Bucket {
            address: text.into(),
            why,
        })?;
        match Prefix::new(key) {
            Ok(prefix) => Ok(Self::Prefix(bucket, prefix)),
            Err(_) => Key::new(key)
                .map(|key| Self::Object(bucket, key))
                .map_err(|why| AddressError::Bucket {
                    address: text.into(),
                    why,
                }),
        }
    }
}

/// What a pane shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// All accounts that are known.
    Accounts,
    /// The buckets of one account.
    Buckets(Account),
    /// The objects and folders under a prefix.
    Prefix(Account, BucketName, Prefix),
    /// A folder on this machine.
    Folder(PathBuf),
}

impl Place {
    /// One level up, none at the top. Above a bucket's root stand the buckets.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Accounts => None,
            Self::Buckets(_) => Some(Self::Accounts),
            Self::Prefix(account, bucket, prefix) => Some(match prefix.parent() {
                Some(up) => Self::Prefix(account.clone(), bucket.clone(), up),
                None => Self::Buckets(account.clone()),
            }),
            Self::Folder(path) => path.parent().map(|up| Self::Folder(up.to_path_buf())),
        }
    }

    /// The account, if the place is remote.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Buckets(account) | Self::Prefix(account, _, _) => Some(account),
            Self::Accounts | Self::Folder(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accounts => f.write_str("accounts"),
            Self::Buckets(_) => f.write_str("s3://"),
            Self::Prefix(_, bucket, prefix) => write!(f, "s3://{bucket}/{prefix}"),
            Self::Folder(path) => path.display().fmt(f),
        }
    }
}

/// What a job moves from or to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// One object.
    Object {
        /// Whose endpoint and credentials.
        account: Account,
        /// In which bucket.
        bucket: BucketName,
        /// Under which key.
        key: Key,
    },
    /// Everything under a prefix, or the prefix as a destination.
    Under {
        /// Whose endpoint and credentials.
        account: Account,
        /// In which bucket.
        bucket: BucketName,
        /// The prefix: everything whose key starts with it.
        prefix: Prefix,
    },
    /// A file or folder on this machine.
    Local(PathBuf),
}

impl Location {
    /// The account, if the location is remote.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Object { account, .. } | Self::Under { account, .. } => Some(account),
            Self::Local(_) => None,
        }
    }

    /// The path, if the location is on this machine.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Local(path) => Some(path),
            Self::Object { .. } | Self::Under { .. } => None,
        }
    }

    /// The place that it lies in; none for a bucket and for the root of a disk.
    #[must_use]
    pub fn parent(&self) -> Option<Place> {
        let within = |account: &Account, bucket: &BucketName, prefix| {
            Place::Prefix(account.clone(), bucket.clone(), prefix)
        };
        match self {
            Self::Object {
                account,
                bucket,
                key,
            } => Some(within(account, bucket, key.parent())),
            Self::Under {
                account,
                bucket,
                prefix,
            } => Some(within(account, bucket, prefix.parent()?)),
            Self::Local(path) => Some(Place::Folder(path.parent()?.to_path_buf())),
        }
    }

    /// The last segment, with its slash if it is a prefix.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Object { key, .. } => key.name().into(),
            Self::Under { bucket, prefix, .. } if prefix.is_root() => format!("{bucket}/"),
            Self::Under { prefix, .. } => prefix.name().into(),
            Self::Local(path) => path.file_name().map_or_else(
                || path.display().to_string(),
                |n| n.to_string_lossy().into_owned(),
            ),
        }
    }
}

/// The address, as a person would type it. Not safe for a terminal: see [`super::shown`].
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { bucket, key, .. } => write!(f, "s3://{bucket}/{key}"),
            Self::Under { bucket, prefix, .. } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Local(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_key_as_typed() {
        let object =
            |b: &str, k: &str| Address::Object(BucketName::new(b).unwrap(), Key::new(k).unwrap());
        let prefix = |b: &str, p: &str| {
            Address::Prefix(BucketName::new(b).unwrap(), Prefix::new(p).unwrap())
        };
        for (text, want) in [
            ("s3://", Address::Buckets),
            ("s3://b", prefix("b", "")),
            ("s3://b/", prefix("b", "")),
            ("s3://b/a/", prefix("b", "a/")),
            ("s3://b//", prefix("b", "/")),
            ("s3://b/a", object("b", "a")),
            ("s3://b//a", object("b", "/a")),
            ("s3://b/a//b?x=1#y%20 z", object("b", "a//b?x=1#y%20 z")),
            ("s3://b/../c", object("b", "../c")),
            ("-", Address::Stdio),
            ("./-", Address::Path("./-".into())),
            ("a/b", Address::Path("a/b".into())),
        ] {
            assert_eq!(Address::parse(text).unwrap(), want, "{text}");
        }
        assert!(Address::parse("s3:///key").is_err());
        assert!(Address::parse("s3://bad bucket/key").is_err());
    }

    #[test]
    fn parents_of_places_end_at_the_accounts() {
        let account = Account::new("work");
        let place = Place::Prefix(
            account,
            BucketName::new("b").unwrap(),
            Prefix::root().child("a"),
        );
        let mut names = vec![place.to_string()];
        let mut up = place.parent();
        while let Some(place) = up {
            names.push(place.to_string());
            up = place.parent();
        }
        assert_eq!(names, ["s3://b/a/", "s3://b/", "s3://", "accounts"]);
    }

    #[test]
    fn locations_lie_in_places() {
        let under = |prefix: &str| Location::Under {
            account: Account::new("work"),
            bucket: BucketName::new("b").unwrap(),
            prefix: Prefix::new(prefix).unwrap(),
        };
        let object = Location::Object {
            account: Account::new("work"),
            bucket: BucketName::new("b").unwrap(),
            key: Key::new("a//c").unwrap(),
        };
        let seen = [
            object,
            under("a/b/"),
            under(""),
            Location::Local("/x/y".into()),
            Location::Local("/".into()),
        ]
        .map(|location| location.parent().map(|place| place.to_string()));
        let want = [
            Some("s3://b/a//"),
            Some("s3://b/a/"),
            None,
            Some("/x"),
            None,
        ];
        assert_eq!(seen, want.map(|text| text.map(str::to_owned)));
    }
}
