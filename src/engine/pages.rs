//! What is under a prefix, page by page, each told as soon as it is read.
//!
//! Invariant: pages come in order, the next ones are asked for meanwhile, none is asked for once
//! nobody listens or enough is told; what was told stays true when a later page fails.

use tokio::sync::mpsc;

use super::bucket::listing;
use super::{Engine, Grouping};
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
    /// Whether what lies deeper is grouped by folder.
    pub grouping: Grouping,
}

impl Engine {
    /// Tells what is under a prefix, page by page, until at least `most` rows are told or
    /// there are no more, each with where to go on. The marker object of the prefix is left out, and
    /// where nothing is grouped all markers.
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
        let mut on = Some(start.clone());
        let (token, start_after) = match start {
            Start::Beginning => (None, None),
            Start::Token(token) => (Some(token), None),
            Start::After(key) => (None, Some(key.into())),
        };
        let list = ListObjects {
            delimited: under.grouping == Grouping::Folders,
            start_after,
            ..listing(under.bucket, under.prefix.as_str(), token)
        };
        let mut sweep = self.client(under.account)?.sweep(list, &[]).at_most(most);
        let mut told = 0;
        while let Some(mut page) = sweep.next().await.map_err(|error| error.trouble())? {
            told += page.entries.len();
            on = match page.next.take() {
                Some(token) => Some(Start::Token(token)),
                None if sweep.is_over() => None,
                None => last_name(&page)
                    .map(|name| Start::After(name.into()))
                    .or(on),
            };
            page.entries.retain(|entry| !is_marker(entry, &under));
            if tell.send((page, on.clone())).is_err() || told >= most {
                return Ok(());
            }
        }
        if on.is_some() {
            // What was told last is the end, which showed only now.
            let _ = tell.send((Page::default(), None));
        }
        Ok(())
    }
}

/// The greatest name of a page.
fn last_name(page: &Page) -> Option<&str> {
    page.entries.iter().map(name).max()
}

fn name(entry: &Entry) -> &str {
    match entry {
        Entry::Prefix(prefix) => prefix.as_str(),
        Entry::Object(object) => object.key.as_str(),
    }
}

fn is_marker(entry: &Entry, of: &Under<'_>) -> bool {
    let Entry::Object(object) = entry else {
        return false;
    };
    let deep = of.grouping == Grouping::Everything && object.key.is_marker();
    deep || object.key.as_str() == of.prefix.as_str()
}
