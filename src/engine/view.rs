//! The words in which the engine answers.

use jiff::Timestamp;

use super::{Link, LocalEntry};
use crate::model::{Account, Location, ObjectHead, Provenance, Trouble};

/// What skins may know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// Its name.
    pub account: Account,
    /// The endpoint's URL.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// Where its keys came from; none: there are no keys.
    pub keys_from: Option<Provenance>,
    /// Shown reversed before the crumbs.
    pub label: Option<String>,
    /// Whether its keys are temporary: links end with them at the latest.
    pub temporary: bool,
    /// When its keys end, if that is known.
    pub expires: Option<Timestamp>,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

/// What lies under some locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Objects or files.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            items: self.items.saturating_add(more.items),
            // A server may say any size.
            bytes: self.bytes.saturating_add(more.bytes),
        }
    }
}

/// What became of a deletion.
#[derive(Debug, Clone, Default)]
pub struct Deletion {
    /// Objects or files that are gone.
    pub deleted: u64,
    /// What could not be deleted, with the reason.
    pub failed: Vec<(Location, Trouble)>,
}

impl Deletion {
    /// Failures that are kept with their reasons; more are only counted by the last one's words.
    pub const MOST_FAILED: usize = 1000;
}

/// A signed link.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLink {
    /// The whole URL: a secret.
    pub url: String,
    /// What was signed.
    pub link: Link,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SignedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedLink")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

/// What is known about one thing, for the info view.
#[derive(Debug, Clone)]
pub enum About {
    /// An object's head.
    Object(ObjectHead),
    /// A file or folder.
    File(LocalEntry),
}

/// Whether something that is there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// No: a conflict is a failure.
    Refuse,
    /// Yes.
    Allow,
}

/// What to do with a bucket's contents when it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Refuse when there are any.
    Keep,
    /// Delete them all first.
    Delete,
}
