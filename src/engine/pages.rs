//! What is directly under a prefix, page by page, each told as soon as it is read.
//!
//! Invariant: one request is under way at a time and none is asked for once nobody listens; what
//! was told stays true when a later page fails.

use tokio::sync::mpsc;

use super::Engine;
use super::bucket::listing;
use crate::model::{Account, Answer, BucketName, Entry, Page, Prefix, Token};
use crate::s3::ListObjects;

/// Where a listing starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the first key.
    Beginning,
    /// Where an earlier page ended.
    Token(Token),
    /// Behind a key, whether there is such a key or not.
    After(Box<str>),
}

/// A prefix of some account's bucket.
#[derive(Debug, Clone, Copy)]
pub struct Under<'a> {
    /// Whose.
    pub account: &'a Account,
    /// Which bucket.
    pub bucket: &'a BucketName,
    /// Which prefix.
    pub prefix: &'a Prefix,
}

impl Engine {
    /// Tells what is directly under a prefix, page by page, until at least `most` rows are told or
    /// there are no more, each with where to go on. The marker object of the prefix is left out.
    ///
    /// # Errors
    /// When a page cannot be listed; those before it were told.
    pub async fn pages_under(
        &self,
        under: Under<'_>,
        start: Start,
        most: usize,
        tell: &mpsc::UnboundedSender<(Page, Option<Start>)>,
    ) -> Answer<()> {
        let (mut start, mut told) = (start, 0);
        loop {
            let mut page = self.page_from(under, start).await?;
            told += page.entries.len();
            let next = page.next.take().map(Start::Token);
            if tell.send((page, next.clone())).is_err() {
                return Ok(());
            }
            match next {
                Some(next) if told < most => start = next,
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// One page of what is directly under a prefix. Its marker object is left out.
    async fn page_from(&self, under: Under<'_>, start: Start) -> Answer<Page> {
        let (token, start_after) = match start {
            Start::Beginning => (None, None),
            Start::Token(token) => (Some(token), None),
            Start::After(key) => (None, Some(key.into())),
        };
        let list = ListObjects {
            delimited: true,
            start_after,
            ..listing(under.bucket, under.prefix.as_str(), token)
        };
        let client = self.client(under.account)?;
        let page = client.list(&list).await;
        let mut page = page.map_err(|error| error.trouble())?;
        page.entries.retain(|entry| match entry {
            Entry::Object(object) => object.key.as_str() != under.prefix.as_str(),
            Entry::Prefix(_) => true,
        });
        Ok(page)
    }
}
