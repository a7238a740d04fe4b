//! Pages of a listing, in whatever form the server understands.
//!
//! Knows the order in which forms are tried and when a listing runs in circles. Invariant: a page
//! follows the one before it in the same form, because tokens of one form mean nothing in another.

use serde::{Deserialize, Serialize};

use super::super::{Encoding, Error, ErrorKind, ListForm, ListObjects, Listed, ProbeEncoding};
use super::Client;
use crate::model::{Entry, Page, Token};

/// The forms, from the richest to the plainest.
const FORMS: [ListForm; 4] = [
    ListForm::V2Encoded,
    ListForm::V2Plain,
    ListForm::V1,
    ListForm::V1Flat,
];

/// Pages without a row that a server may send in a row: versioned buckets full of deletion marks.
const MAX_EMPTY: u32 = 1000;

/// Where a listing goes on, in our own words around the server's.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// Place of the form in [`FORMS`].
    form: usize,
    /// The server's token.
    token: String,
    /// First and last row of the page before.
    seen: Option<(String, String)>,
    /// The last common prefix so far: some servers repeat them on every page.
    folder: Option<String>,
    /// Empty pages in a row.
    empty: u32,
}

impl Client {
    /// One page of a listing, in whatever form this server understands (rules L-1 to L-9).
    ///
    /// The token of a page is for this method only.
    ///
    /// # Errors
    /// What is left after the retries and the fallbacks.
    pub async fn list(&self, list: &ListObjects) -> Result<Page, Error> {
        if let Some(token) = &list.token {
            let cursor = read_token(token, list.form);
            let page = self
                .page(list, FORMS[cursor.form], Some(&cursor.token))
                .await?;
            return follow(page, cursor).map_err(|code| self.looping(list, code));
        }
        let known = self.0.learned.form(&list.bucket);
        let first = known.unwrap_or(list.form);
        let from = FORMS.iter().position(|form| *form == first).unwrap_or(0);
        let mut refusal = None;
        for (at, form) in FORMS.iter().enumerate().skip(from) {
            match self.page(list, *form, None).await {
                Ok(page) => {
                    if known != Some(*form) {
                        self.0.learned.set_form(&list.bucket, *form);
                    }
                    let cursor = Cursor {
                        form: at,
                        ..Cursor::default()
                    };
                    return follow(page, cursor).map_err(|code| self.looping(list, code));
                }
                // A form that worked before is not given up for what may pass.
                Err(error) if is_about_form(&error) && !(known.is_some() && may_pass(&error)) => {
                    tracing::debug!(?form, code = error.code(), "the server does not list so");
                    refusal.get_or_insert(error);
                }
                Err(error) => return Err(refusal.unwrap_or(error)),
            }
        }
        Err(refusal.unwrap_or_else(|| self.looping(list, "ListingLoops")))
    }

    async fn page(
        &self,
        list: &ListObjects,
        form: ListForm,
        token: Option<&str>,
    ) -> Result<Page, Error> {
        let mut ask = ListObjects {
            form,
            token: token.map(|t| Token(t.into())),
            encoding: self.0.learned.encoding().or(list.encoding),
            ..list.clone()
        };
        let Listed { page, undecided } = self.call(&ask).await?;
        if !undecided {
            return Ok(page);
        }
        ask.encoding = Some(self.ask_encoding(list).await?);
        self.call(&ask).await.map(|listed| listed.page)
    }

    /// Asks once for each endpoint whether names come encoded as they should.
    async fn ask_encoding(&self, list: &ListObjects) -> Result<Encoding, Error> {
        let probe = ProbeEncoding {
            bucket: list.bucket.clone(),
        };
        // A server that does not tell is taken at its word.
        let encoding = self.call(&probe).await?.unwrap_or(Encoding::Encoded);
        self.0.learned.set_encoding(encoding);
        Ok(encoding)
    }

    fn looping(&self, list: &ListObjects, code: &str) -> Error {
        Error {
            op: "ListObjectsV2",
            bucket: Some(list.bucket.as_str().into()),
            endpoint: self.settings().endpoint.host().into(),
            ..Error::own(ErrorKind::Foreign, code, "the same page came again")
        }
    }
}

/// Whether a plainer form could help. A form that the server does not know is refused in many
/// ways, even with a 500; what is about permissions, names and load is not about the form.
fn is_about_form(error: &Error) -> bool {
    let code = error.code();
    match error.status {
        _ if matches!(
            code,
            "NotImplemented" | "InvalidArgument" | "ListingNoToken" | "NotS3"
        ) =>
        {
            true
        }
        Some(400) => {
            error.kind == ErrorKind::Refused
                && matches!(
                    code,
                    "" | "InvalidRequest"
                        | "MalformedXML"
                        | "InvalidURI"
                        | "UnsupportedArgument"
                        | "UnexpectedContent"
                )
        }
        Some(500 | 501) => true,
        // The document could not be read in any of the tries: perhaps the names are the reason.
        _ => code == "AnswerCut",
    }
}

/// Whether a refusal of this kind also comes from a server that knows the form.
fn may_pass(error: &Error) -> bool {
    error.status == Some(500) || error.code() == "AnswerCut"
}

/// The token of a page; any other text is taken as the server's own.
fn read_token(token: &Token, form: ListForm) -> Cursor {
    let read = serde_json::from_str::<Cursor>(&token.0).ok();
    read.filter(|c| c.form < FORMS.len())
        .unwrap_or_else(|| Cursor {
            form: FORMS.iter().position(|f| *f == form).unwrap_or(0),
            token: token.0.to_string(),
            ..Cursor::default()
        })
}

/// Wraps the token of the next page, drops prefixes that came before, and stops circles.
fn follow(mut page: Page, cursor: Cursor) -> Result<Page, &'static str> {
    let seen = match (page.entries.first(), page.entries.last()) {
        (Some(first), Some(last)) => Some((name(first).to_owned(), name(last).to_owned())),
        _ => None,
    };
    let first_version = matches!(FORMS[cursor.form], ListForm::V1 | ListForm::V1Flat);
    if first_version && let Some(before) = &cursor.folder {
        page.entries
            .retain(|entry| !matches!(entry, Entry::Prefix(p) if p.as_str() <= before.as_str()));
    }
    let Some(Token(next)) = page.next.take() else {
        return Ok(page);
    };
    let empty = if seen.is_none() { cursor.empty + 1 } else { 0 };
    let again = seen.is_some() && seen == cursor.seen;
    if *next == *cursor.token || again || empty > MAX_EMPTY {
        return Err("ListingLoops");
    }
    let folders = page.entries.iter().filter_map(|entry| match entry {
        Entry::Prefix(prefix) => Some(prefix.as_str()),
        Entry::Object(_) => None,
    });
    let last = folders.max().map(str::to_owned);
    let cursor = Cursor {
        form: cursor.form,
        token: next.into(),
        seen: seen.or(cursor.seen),
        folder: last.max(cursor.folder),
        empty,
    };
    // Text and numbers always have a JSON form.
    let token = serde_json::to_string(&cursor).map_err(|_| "ListingLoops")?;
    page.next = Some(Token(token.into()));
    Ok(page)
}

fn name(entry: &Entry) -> &str {
    match entry {
        Entry::Prefix(prefix) => prefix.as_str(),
        Entry::Object(object) => object.key.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, ObjectMeta, Prefix};

    fn page(names: &[&str], next: Option<&str>) -> Page {
        let entry = |name: &&str| match Prefix::new(*name) {
            Ok(prefix) => Entry::Prefix(prefix),
            Err(_) => Entry::Object(ObjectMeta {
                key: Key::new(*name).unwrap(),
                size: None,
                modified: None,
                etag: None,
                class: None,
            }),
        };
        Page {
            entries: names.iter().map(entry).collect(),
            next: next.map(|t| Token(t.into())),
            skipped: 0,
        }
    }

    fn start(form: usize) -> Cursor {
        Cursor {
            form,
            ..Cursor::default()
        }
    }

    fn cursor(page: &Page) -> Cursor {
        read_token(page.next.as_ref().unwrap(), ListForm::V2Encoded)
    }

    #[test]
    fn a_token_keeps_its_form() {
        let one = follow(page(&["a"], Some("t1")), start(2)).unwrap();
        let next = cursor(&one);
        assert_eq!((next.form, next.token.as_str()), (2, "t1"));
        let strange = read_token(&Token("t{".into()), ListForm::V1);
        assert_eq!((strange.form, strange.token.as_str()), (2, "t{"));
    }

    #[test]
    fn circles_are_cut() {
        let one = follow(page(&["a", "b"], Some("t1")), start(0)).unwrap();
        assert!(follow(page(&["a", "b"], Some("t2")), cursor(&one)).is_err());
        assert!(follow(page(&["c"], Some("t1")), cursor(&one)).is_err());
        assert!(follow(page(&["c"], Some("t2")), cursor(&one)).is_ok());
        assert!(follow(page(&["a", "b"], None), cursor(&one)).is_ok());
    }

    #[test]
    fn empty_pages_may_come_but_not_for_ever() {
        let mut at = start(0);
        for n in 0..MAX_EMPTY {
            at = cursor(&follow(page(&[], Some(&format!("t{n}"))), at).unwrap());
        }
        assert!(follow(page(&[], Some("end")), at).is_err());
    }

    #[test]
    fn prefixes_that_come_again_are_dropped_in_the_first_version_only() {
        for (form, left) in [(0, 3), (2, 1)] {
            let one = follow(page(&["a/", "b/", "b1"], Some("b1")), start(form)).unwrap();
            let two = follow(page(&["a/", "b/", "c/"], None), cursor(&one)).unwrap();
            assert_eq!(two.entries.len(), left, "{form}");
        }
    }
}
