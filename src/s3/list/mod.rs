//! Listing objects.
//!
//! One page at a time; knows nothing of earlier pages. Invariant: a key in a page is the key on
//! the server: where it cannot be told whether the server encoded its keys, the page says so
//! instead of guessing (rules L-1 to L-9).

mod encoding;
mod page;
mod plain;

use std::borrow::Cow;
use std::collections::HashSet;

use http::Method;
use http::response::Parts;
use memchr::memchr;

pub use encoding::{Encoding, ProbeEncoding};

use super::{Draft, Malformed, Op};
use crate::model::{BucketName, Entry, Key, ObjectMeta, Page, Prefix, Token};
use encoding::{decide, decode};
use page::{RawObject, RawPage, Row};

/// How a server wants to be asked (rule L-3: the first form that works is remembered).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListForm {
    /// `list-type=2` with `encoding-type=url`.
    #[default]
    V2Encoded,
    /// `list-type=2`, keys raw.
    V2Plain,
    /// The first version of the call (`marker`).
    V1,
    /// The first version without a delimiter; folders are grouped by us.
    V1Flat,
}

impl ListForm {
    fn is_v2(self) -> bool {
        matches!(self, Self::V2Encoded | Self::V2Plain)
    }
}

/// Lists one page of objects. Output: [`Listed`]; through `Client::list` it is the page alone.
#[derive(Debug, Clone)]
pub struct ListObjects {
    /// The bucket.
    pub bucket: BucketName,
    /// Keys that start with this text; not necessarily ending in `/`.
    pub prefix: String,
    /// Whether to group by `/` (a folder's view) or to list everything below.
    pub delimited: bool,
    /// Where to go on.
    pub token: Option<Token>,
    /// List behind this key.
    pub start_after: Option<String>,
    /// Page size; 1000 unless there is a reason (a probe for emptiness asks for 1).
    pub max: u32,
    /// How to ask.
    pub form: ListForm,
    /// What is known of this server's encoding, for pages that do not tell it themselves. `None`
    /// unless [`ProbeEncoding`] was asked; `Client::list` fills it in.
    pub encoding: Option<Encoding>,
}

/// One page as it was read, and whether its keys can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// The page. Within it no common prefix stands twice; across pages one may (rule L-4).
    pub page: Page,
    /// Nothing on the page tells whether its keys are encoded, although it matters: they stand as
    /// they came. Ask [`ProbeEncoding`] and read again with [`ListObjects::encoding`].
    pub undecided: bool,
}

impl ListObjects {
    /// The first page of a folder's view in the ordinary form.
    #[must_use]
    pub fn new(bucket: BucketName, prefix: impl Into<String>) -> Self {
        Self {
            bucket,
            prefix: prefix.into(),
            delimited: true,
            token: None,
            start_after: None,
            max: 1000,
            form: ListForm::default(),
            encoding: None,
        }
    }
}

impl Op for ListObjects {
    type Output = Listed;
    const NAME: &'static str = "ListObjectsV2";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        let mut add = |name, value: &str| {
            if !value.is_empty() {
                draft.query.push((name, value.to_owned()));
            }
        };
        let (token, after) = if self.form.is_v2() {
            add("list-type", "2");
            ("continuation-token", "start-after")
        } else {
            ("marker", "marker")
        };
        if self.form == ListForm::V2Encoded {
            add("encoding-type", "url");
        }
        add("max-keys", &self.max.to_string());
        if self.delimited && self.form != ListForm::V1Flat {
            add("delimiter", "/");
        }
        add("prefix", &self.prefix);
        match (&self.token, &self.start_after) {
            (Some(Token(text)), _) => add(token, text),
            (None, Some(key)) => add(after, key),
            (None, None) => {}
        }
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Listed, Malformed> {
        let raw = RawPage::read(body)?;
        let encoding = decide(&raw, &self.prefix).or(self.encoding);
        let next = self.follow(&raw, encoding)?;
        let mut rows = Rows::new(self, raw.rows.len());
        for row in raw.rows {
            match row {
                Row::Object(mut object) => rows.object(plain(object.key.take(), encoding), object),
                Row::Prefix(text) => rows.prefix(plain(text, encoding)),
            }
        }
        let next = next.map(|text| Token(text.into()));
        if next.is_some() && next == self.token {
            return Err(Malformed::NoToken);
        }
        let (entries, skipped) = (rows.entries, rows.skipped);
        Ok(Listed {
            page: Page {
                entries,
                next,
                skipped,
            },
            undecided: encoding.is_none(),
        })
    }
}

/// A name as it stands on the server; none if it is no text.
fn plain(name: Option<Cow<'_, str>>, encoding: Option<Encoding>) -> Option<Cow<'_, str>> {
    match encoding {
        Some(Encoding::Encoded) => match name? {
            Cow::Borrowed(text) => decode(text),
            Cow::Owned(text) => decode(&text).map(|plain| Cow::Owned(plain.into_owned())),
        },
        Some(Encoding::Raw) | None => name,
    }
}

impl ListObjects {
    /// Where the server says that it goes on.
    fn follow(
        &self,
        raw: &RawPage<'_>,
        encoding: Option<Encoding>,
    ) -> Result<Option<String>, Malformed> {
        let plain = |text: &str| match encoding {
            Some(Encoding::Encoded) => decode(text).map(Cow::into_owned),
            Some(Encoding::Raw) | None => Some(text.to_owned()),
        };
        let says_more = if self.form.is_v2() {
            raw.token.clone()
        } else {
            raw.next_marker.as_deref().and_then(plain)
        };
        match (raw.truncated, says_more.filter(|t| !t.is_empty())) {
            (Some(false), _) | (None, None) => Ok(None),
            (_, Some(next)) => Ok(Some(next)),
            (Some(true), None) if self.form.is_v2() => Err(Malformed::NoToken),
            (Some(true), None) => {
                // The greatest key or prefix.
                let names = raw.rows.iter().filter_map(|row| plain(row.name()?));
                let inside = names.filter(|name| name.starts_with(&self.prefix));
                inside.max().map(Some).ok_or(Malformed::NoToken)
            }
        }
    }
}

/// Sorts the rows of a page into entries, and counts what is left out (rule L-9).
struct Rows<'a> {
    ask: &'a ListObjects,
    entries: Vec<Entry>,
    skipped: u32,
    folders: HashSet<Prefix>,
}

impl<'a> Rows<'a> {
    fn new(ask: &'a ListObjects, most: usize) -> Self {
        Self {
            ask,
            entries: Vec::with_capacity(most),
            skipped: 0,
            folders: HashSet::new(),
        }
    }

    fn object(&mut self, key: Option<Cow<'_, str>>, about: RawObject<'_>) {
        let Some(key) = self.inside(key) else { return };
        if self.ask.delimited
            && let Some(slash) = memchr(b'/', &key.as_bytes()[self.ask.prefix.len()..])
        {
            // A server that was not asked to group, or does not know how to.
            return self.folder(&key[..=self.ask.prefix.len() + slash]);
        }
        let Ok(key) = Key::new(key) else {
            return self.skipped += 1;
        };
        let size = about.size.or(key.is_marker().then_some(0));
        self.entries.push(Entry::Object(ObjectMeta {
            key,
            size,
            modified: about.modified,
            etag: about.etag,
            class: about.class,
        }));
    }

    fn prefix(&mut self, prefix: Option<Cow<'_, str>>) {
        let Some(prefix) = self.inside(prefix) else {
            return;
        };
        if self.ask.delimited && *prefix != *self.ask.prefix {
            self.folder(&prefix);
        } else {
            self.skipped += 1;
        }
    }

    fn folder(&mut self, prefix: &str) {
        match Prefix::new(prefix) {
            Ok(prefix) => {
                if self.folders.insert(prefix.clone()) {
                    self.entries.push(Entry::Prefix(prefix));
                }
            }
            Err(_) => self.skipped += 1,
        }
    }

    /// The name, if it is one and lies under the prefix that was asked for; counted if not.
    fn inside<'n>(&mut self, name: Option<Cow<'n, str>>) -> Option<Cow<'n, str>> {
        let name = name.filter(|n| !n.is_empty() && n.starts_with(&self.ask.prefix));
        if name.is_none() {
            self.skipped += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests;
