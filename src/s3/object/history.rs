//! All versions of all keys that begin with a text, page by page.
//!
//! Knows nothing of what is done with them. Invariant: a page's end is told only as the server
//! tells it, and a page that claims to go on without saying where is malformed.

use http::Method;
use http::response::Parts;

use super::Version;
use super::versions::{VersionKind, version};
use crate::model::{BucketName, Key};
use crate::s3::xml::{Reading, flag};
use crate::s3::{Draft, Malformed, Op};

/// Lists the versions of all keys that begin with a text. Output: [`HistoryPage`].
#[derive(Debug, Clone)]
pub struct ListHistory {
    /// The bucket.
    pub bucket: BucketName,
    /// What the keys begin with; empty for all.
    pub prefix: String,
    /// Where the page before ended; none for the first one.
    pub after: Option<HistoryMark>,
}

/// Where a page of versions ended: the last key, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryMark {
    key: String,
    version: String,
}

/// A page of versions, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The versions with their keys, as the server orders them.
    pub versions: Vec<(Key, Version)>,
    /// Where the next page begins; none after the last one.
    pub next: Option<HistoryMark>,
}

impl Op for ListHistory {
    type Output = HistoryPage;
    const NAME: &'static str = "ListObjectVersions";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        if let Some(mark) = &self.after {
            draft.query.push(("key-marker", mark.key.clone()));
        }
        draft.query.push(("prefix", self.prefix.clone()));
        if let Some(mark) = self.after.as_ref().filter(|m| !m.version.is_empty()) {
            let version = mark.version.clone();
            draft.query.push(("version-id-marker", version));
        }
        draft.query.push(("versions", String::new()));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<HistoryPage, Malformed> {
        let mut versions = Vec::new();
        let (mut more, mut key, mut at) = (false, String::new(), String::new());
        Reading::open(body, "ListVersionsResult")?.each(|doc, name| {
            match name {
                "IsTruncated" => more = flag(&doc.word()?),
                "NextKeyMarker" => key = doc.text()?.unwrap_or_default(),
                "NextVersionIdMarker" => at = doc.word()?,
                "Version" | "DeleteMarker" => {
                    let deletion = name == "DeleteMarker";
                    // What lies elsewhere was not asked for, whatever a server says.
                    if let Some((key, mut version)) = version(doc)?
                        && key.starts_with(&self.prefix)
                        && let Ok(key) = Key::new(key)
                    {
                        if deletion {
                            version.kind = VersionKind::Deletion;
                        }
                        versions.push((key, version));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        let next = HistoryMark { key, version: at };
        if more && (next.key.is_empty() || self.after.as_ref() == Some(&next)) {
            return Err(Malformed::NoToken);
        }
        Ok(HistoryPage {
            versions,
            next: more.then_some(next),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::{answer, cut_everywhere, told};

    fn op(after: Option<HistoryMark>) -> ListHistory {
        ListHistory {
            bucket: BucketName::new("b").unwrap(),
            prefix: "a/".into(),
            after,
        }
    }

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        assert_eq!(told(&op(None)), "GET /b/ ?prefix=a%2F&versions=");
        let body = "<ListVersionsResult><IsTruncated>true</IsTruncated>\
            <NextKeyMarker>a/2</NextKeyMarker><NextVersionIdMarker>v9</NextVersionIdMarker>\
            <Version><Key>a/1</Key><VersionId>v1</VersionId><Size>7</Size></Version>\
            <DeleteMarker><Key>a/2</Key><VersionId>v9</VersionId></DeleteMarker>\
            <Version><Key>ab</Key><VersionId>v3</VersionId></Version></ListVersionsResult>";
        let page = op(None).read(&answer(200, &[]), body.as_bytes()).unwrap();
        let ids: Vec<(&str, &str)> = page
            .versions
            .iter()
            .map(|(key, version)| (key.as_str(), &*version.id))
            .collect();
        assert_eq!(ids, [("a/1", "v1"), ("a/2", "v9")]);
        assert_eq!(page.versions[1].1.kind, VersionKind::Deletion);
        let next = op(page.next);
        assert_eq!(
            told(&next),
            "GET /b/ ?key-marker=a%2F2&prefix=a%2F&version-id-marker=v9&versions="
        );
        // A server that stays where it is would be asked for ever.
        assert!(next.read(&answer(200, &[]), body.as_bytes()).is_err());
        cut_everywhere(&op(None), body);
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let body = "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>";
        let page = op(None).read(&answer(200, &[]), body.as_bytes()).unwrap();
        assert_eq!((page.versions.len(), page.next), (0, None));
        let lost = "<ListVersionsResult><IsTruncated>true</IsTruncated></ListVersionsResult>";
        assert!(op(None).read(&answer(200, &[]), lost.as_bytes()).is_err());
    }
}
