//! Listings that are told page by page while they run.
//!
//! Must not know who reads them. Invariant: pages come once and in order, the next ones are being
//! asked for while the reader takes this one, what waits is bounded, and nothing goes on once the
//! reader is gone.

use super::Engine;
use super::bucket::listing;
use crate::model::{Account, Answer, BucketName, Entry, Page, Prefix};
use crate::s3::{ListObjects, Sweep};

/// Whether names are grouped by folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// What lies directly there, with folders.
    Folders,
    /// Every object below.
    Everything,
}

/// What is to be listed of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Whose.
    pub account: Account,
    /// Where.
    pub bucket: BucketName,
    /// Names that start with this: a prefix, or a prefix and the beginning of a name.
    pub under: String,
    /// How.
    pub grouping: Grouping,
}

impl Listing {
    /// What lies under a prefix, from its first name on.
    #[must_use]
    pub fn of(account: &Account, bucket: &BucketName, prefix: &Prefix, grouping: Grouping) -> Self {
        Self {
            account: account.clone(),
            bucket: bucket.clone(),
            under: prefix.as_str().to_owned(),
            grouping,
        }
    }

    fn ask(&self) -> ListObjects {
        ListObjects {
            delimited: self.grouping == Grouping::Folders,
            ..listing(&self.bucket, &self.under, None)
        }
    }

    /// Without the marker object of the prefix itself, in a folder's view.
    fn seen(&self, mut page: Page) -> Page {
        if self.grouping == Grouping::Folders && self.under.ends_with('/') {
            let marker = |e: &Entry| matches!(e, Entry::Object(o) if o.key.as_str() == self.under);
            page.entries.retain(|entry| !marker(entry));
        }
        page
    }
}

/// The pages of a listing, to be taken one after the other.
#[derive(Debug)]
pub struct Pages {
    what: Listing,
    sweep: Sweep,
}

impl Pages {
    /// The next page; none at the end. Its `next` says nothing. The marker object of the prefix
    /// itself is left out of a folder's view.
    ///
    /// # Errors
    /// When the next page cannot be listed; what came before stays true.
    pub async fn next(&mut self) -> Answer<Option<Page>> {
        let page = self.sweep.next().await.map_err(|error| error.trouble())?;
        Ok(page.map(|page| self.what.seen(page)))
    }
}

impl Engine {
    /// Lists page by page, several requests at once where that helps. Nothing is sent before the
    /// first page is wanted.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn pages(&self, what: Listing) -> Answer<Pages> {
        let sweep = self.client(&what.account)?.sweep(what.ask(), &[]);
        Ok(Pages { what, sweep })
    }
}
