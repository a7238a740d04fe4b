//! Listings that are told page by page while they run.
//!
//! Must not know who reads them. Invariant: a page is told once and in order, the next one is
//! being asked for while the reader takes this one, and nothing goes on once the future is dropped.

use tokio::sync::mpsc;

use super::Engine;
use super::bucket::listing;
use crate::model::{Account, Answer, BucketName, Entry, Page};
use crate::s3::ListObjects;

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
    /// Only names behind this one.
    pub after: Option<String>,
}

impl Engine {
    /// Tells a listing page by page; returns when its end was told, or when nobody listens any
    /// more. The marker object of the prefix itself is left out of a folder's view. After an
    /// error, what was told stays true: go on behind the last name.
    ///
    /// `next` of the pages told is of no use.
    ///
    /// # Errors
    /// When a page cannot be listed.
    pub async fn listing(&self, what: &Listing, tell: &mpsc::Sender<Page>) -> Answer<()> {
        let mut page = self.listing_page(what, None).await?;
        loop {
            let next = page.next.take();
            let Some(token) = next else {
                // Nobody may be there any more.
                let _ = tell.send(page).await;
                return Ok(());
            };
            let (told, next) = tokio::join!(tell.send(page), self.listing_page(what, Some(token)));
            if told.is_err() {
                return Ok(());
            }
            page = next?;
        }
    }

    /// The first page of a listing alone: with [`Listing::after`], whatever comes behind a name.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page_after(&self, what: &Listing) -> Answer<Page> {
        self.listing_page(what, None).await
    }

    async fn listing_page(
        &self,
        what: &Listing,
        token: Option<crate::model::Token>,
    ) -> Answer<Page> {
        let grouped = what.grouping == Grouping::Folders;
        let list = ListObjects {
            delimited: grouped,
            start_after: what.after.clone(),
            ..listing(&what.bucket, &what.under, token)
        };
        let page = self.client(&what.account)?.list(&list).await;
        let mut page = page.map_err(|error| error.trouble())?;
        if grouped {
            let marker = |key: &str| key == what.under && key.ends_with('/');
            page.entries
                .retain(|e| !matches!(e, Entry::Object(object) if marker(object.key.as_str())));
        }
        Ok(page)
    }
}
