//! One row of a pane: an account, a bucket, a folder, an object or a file, as a listing told it.
//!
//! Knows no screen. Invariant: a row keeps its raw name, byte for byte; text for the screen is
//! made by [`Name::shown`] when a row is drawn.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::Arc;

use jiff::Timestamp;

use super::chunk::{Chunk, Packing, World};
use crate::engine::{AccountView, LocalEntry, LocalKind, WalkedFile};
use crate::model::{
    Account, Bucket, BucketName, Entry, Location, Page, Place, Prefix, Safe, shown, shown_bytes,
    shown_file_name, shown_name,
};
use crate::tui::msg::{Item, ItemKind};

/// A name as it is: text from a server, or whatever bytes a disk holds. Folders without slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name {
    /// Part of a key, or the name of a bucket or account.
    Text(Box<str>),
    /// A file's name.
    File(Box<OsStr>),
}

impl Name {
    /// The bytes that names are sorted by.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::File(name) => name.as_encoded_bytes(),
        }
    }

    /// The name for matching; not for the screen.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::File(name) => name.to_string_lossy(),
        }
    }

    /// The name for the screen.
    #[must_use]
    pub fn shown(&self) -> Safe {
        match self {
            Self::Text(text) => shown_name(text),
            Self::File(name) => shown_file_name(name.as_encoded_bytes()),
        }
    }
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An account.
    Account,
    /// A bucket.
    Bucket,
    /// A prefix or a local folder.
    Folder,
    /// A symbolic link to a folder.
    FolderLink,
    /// An object.
    Object,
    /// A file, or a link to one.
    File,
    /// A socket, pipe or device: shown, never read.
    Special,
}

impl RowKind {
    /// Whether it can be opened in place.
    #[must_use]
    pub fn is_folder(self) -> bool {
        matches!(
            self,
            Self::Account | Self::Bucket | Self::Folder | Self::FolderLink
        )
    }
}

/// A row, unpacked.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its raw name.
    pub name: Name,
    /// What it stands for.
    pub kind: RowKind,
    /// Whether it is marked.
    pub marked: bool,
    /// Whether we wrote it and no listing has confirmed that yet.
    pub own: bool,
    /// Where what lies below it is kept, once it was opened.
    pub branch: Option<u32>,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// Last change, or when a bucket was made.
    pub modified: Option<Timestamp>,
    /// Storage class of an object, region of a bucket, endpoint of an account.
    pub note: Option<Arc<str>>,
}

impl Row {
    /// The place behind the row, if it can be opened.
    #[must_use]
    pub fn place(&self, within: &Place) -> Option<Place> {
        if !self.kind.is_folder() {
            return None;
        }
        match (within, &self.name) {
            (Place::Accounts, Name::Text(name)) => Some(Place::Buckets(Account::new(&**name))),
            (Place::Buckets(account), Name::Text(name)) => Some(Place::Prefix(
                account.clone(),
                BucketName::new(name.clone()).ok()?,
                Prefix::root(),
            )),
            (Place::Prefix(account, bucket, prefix), Name::Text(name)) => Some(Place::Prefix(
                account.clone(),
                bucket.clone(),
                prefix.child(name),
            )),
            (Place::Folder(path), Name::File(name)) => Some(Place::Folder(path.join(&**name))),
            _ => None,
        }
    }

    /// Where the row is, for whoever copies or deletes it; none for an account.
    #[must_use]
    pub fn location(&self, within: &Place) -> Option<Location> {
        match (within, &self.name) {
            (Place::Folder(path), Name::File(name)) => Some(Location::Local(path.join(&**name))),
            (Place::Prefix(account, bucket, prefix), Name::Text(name))
                if !self.kind.is_folder() =>
            {
                Some(Location::Object {
                    account: account.clone(),
                    bucket: bucket.clone(),
                    key: prefix.key(name).ok()?,
                })
            }
            _ => match self.place(within)? {
                Place::Prefix(account, bucket, prefix) => Some(Location::Under {
                    account,
                    bucket,
                    prefix,
                }),
                Place::Accounts | Place::Buckets(_) | Place::Folder(_) => None,
            },
        }
    }

    /// The row as something to copy, delete or link.
    #[must_use]
    pub fn item(&self, within: &Place) -> Option<Item> {
        let kind = match self.kind {
            RowKind::Bucket => ItemKind::Bucket,
            RowKind::Folder | RowKind::FolderLink => ItemKind::Folder,
            RowKind::Object => ItemKind::Object,
            RowKind::File => ItemKind::File,
            RowKind::Account | RowKind::Special => return None,
        };
        let slash = if kind == ItemKind::Folder { "/" } else { "" };
        let name = match slash {
            "" => self.name.shown(),
            slash => shown(&format!("{}{slash}", self.name.shown())),
        };
        Some(Item {
            location: self.location(within)?,
            kind,
            name,
            // A counted folder's bytes are those of then: a copy counts them itself.
            size: self
                .size
                .filter(|_| kind != ItemKind::Folder && kind != ItemKind::Bucket),
        })
    }
}

/// The rows of the accounts.
#[must_use]
pub fn of_accounts(accounts: &[AccountView]) -> Chunk {
    let mut rows = Packing::new(World::Text, accounts.len());
    for view in accounts {
        rows.push(view.account.as_str().as_bytes(), RowKind::Account);
        rows.note(&format!("{} · {}", view.endpoint, view.region));
    }
    rows.done()
}

/// The rows of an account's buckets.
#[must_use]
pub fn of_buckets(buckets: &[Bucket]) -> Chunk {
    let mut rows = Packing::new(World::Text, buckets.len());
    for bucket in buckets {
        rows.push(bucket.name.as_str().as_bytes(), RowKind::Bucket);
        rows.measure(None, bucket.created);
        if let Some(region) = &bucket.region {
            rows.note(region);
        }
    }
    rows.done()
}

/// The rows of one page of a prefix. What lies elsewhere is left out.
#[must_use]
pub fn of_page(prefix: &Prefix, page: &Page) -> Chunk {
    let mut rows = Packing::new(World::Text, page.entries.len());
    for entry in &page.entries {
        match entry {
            Entry::Prefix(below) => {
                if let Some(rest) = prefix.strip(below.as_str()) {
                    let name = rest.strip_suffix('/').unwrap_or(rest);
                    rows.push(name.as_bytes(), RowKind::Folder);
                }
            }
            Entry::Object(meta) => {
                if let Some(name) = prefix.strip(meta.key.as_str()) {
                    rows.push(name.as_bytes(), RowKind::Object);
                    rows.measure(meta.size, meta.modified);
                    if let Some(class) = &meta.class {
                        rows.note(class);
                    }
                }
            }
        }
    }
    rows.done()
}

/// Rows of files below a folder, by their paths.
#[must_use]
pub fn of_walk(files: &[WalkedFile]) -> Chunk {
    let mut rows = Packing::new(World::Files, files.len());
    for file in files {
        rows.push(file.below.as_os_str().as_encoded_bytes(), RowKind::File);
        rows.measure(Some(file.size), file.modified);
    }
    rows.done()
}

/// Rows of a local folder.
#[must_use]
pub fn of_folder(entries: &[LocalEntry]) -> Chunk {
    let mut rows = Packing::new(World::Files, entries.len());
    for entry in entries {
        let (kind, target) = match &entry.kind {
            LocalKind::Folder => (RowKind::Folder, None),
            LocalKind::File => (RowKind::File, None),
            LocalKind::Link { target, folder } if *folder => (RowKind::FolderLink, Some(target)),
            LocalKind::Link { target, .. } => (RowKind::File, Some(target)),
            LocalKind::Special => (RowKind::Special, None),
        };
        rows.push(entry.name.as_encoded_bytes(), kind);
        rows.measure(
            (kind == RowKind::File).then_some(entry.size),
            entry.modified,
        );
        if let Some(target) = target {
            let target = shown_bytes(target.as_os_str().as_encoded_bytes());
            rows.note(&format!("link to {target}"));
        }
    }
    rows.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, ObjectMeta};

    fn object(key: &str) -> Entry {
        Entry::Object(ObjectMeta {
            key: Key::new(key).unwrap(),
            size: Some(3),
            modified: None,
            etag: None,
            class: None,
        })
    }

    #[test]
    fn rows_of_a_page_lead_back_to_their_keys() {
        let (account, bucket) = (Account::new("work"), BucketName::new("b").unwrap());
        let prefix = Prefix::new("a//").unwrap();
        let within = Place::Prefix(account, bucket, prefix.clone());
        let below = |text: &str| Entry::Prefix(Prefix::new(text).unwrap());
        let entries = vec![
            below("a///"),
            below("a//x/"),
            object("a//n\u{1b}"),
            object("z"),
        ];
        let page = Page {
            entries,
            ..Page::default()
        };
        let chunk = of_page(&prefix, &page);
        let rows: Vec<Row> = (0..chunk.len()).map(|at| chunk.row(at)).collect();
        let places: Vec<String> = rows
            .iter()
            .map(|r| r.location(&within).unwrap().to_string())
            .collect();
        assert_eq!(places, ["s3://b/a///", "s3://b/a//x/", "s3://b/a//n\u{1b}"]);
        assert_eq!(rows[1].place(&within).unwrap().to_string(), "s3://b/a//x/");
        assert_eq!(rows[2].place(&within), None);
        assert_eq!(rows[2].item(&within).unwrap().name.as_str(), "n␛");
    }

    #[test]
    fn buckets_and_accounts_open_and_only_buckets_can_be_copied() {
        let account = Account::new("work");
        let bucket = Bucket {
            name: BucketName::new("b").unwrap(),
            created: None,
            region: None,
        };
        let row = &of_buckets(&[bucket]).row(0);
        let within = Place::Buckets(account);
        assert_eq!(row.location(&within).unwrap().to_string(), "s3://b/");
        assert_eq!(row.item(&within).unwrap().kind, ItemKind::Bucket);
    }
}
