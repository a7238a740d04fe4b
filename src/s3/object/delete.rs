//! Deleting many objects in one request.
//!
//! Invariant: an answer is believed only for keys that were asked for; a key that it does not name
//! is not in the result, and nobody may count it as deleted (rules D-1 and D-2).

use std::collections::{HashMap, HashSet};

use http::Method;
use http::response::Parts;

use crate::model::{BucketName, Key};
use crate::s3::bucket::NAMESPACE;
use crate::s3::xml::{Reading, can_carry, element};
use crate::s3::{Draft, Malformed, Op};

/// Deletes up to 1000 objects. Output: `Vec<Deleted>`, one for each key that the answer names.
#[derive(Debug, Clone)]
pub struct DeleteObjects {
    /// The bucket.
    pub bucket: BucketName,
    /// The keys, none with a character that XML cannot carry.
    pub keys: Vec<Key>,
}

/// What became of one key of a bulk delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The key.
    pub key: Key,
    /// Code and message, if it was not deleted.
    pub error: Option<(String, String)>,
}

impl DeleteObjects {
    /// Most keys of one request. Source: Amazon S3 API reference, `DeleteObjects`.
    pub const MAX: usize = 1000;

    /// Whether a key can be deleted in this way; the others are deleted one by one (rule D-3).
    #[must_use]
    pub fn can_take(key: &Key) -> bool {
        can_carry(key.as_str())
    }
}

impl Op for DeleteObjects {
    type Output = Vec<Deleted>;
    const NAME: &'static str = "DeleteObjects";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::POST, &self.bucket);
        draft.query.push(("delete", String::new()));
        let mut body = format!("<Delete xmlns=\"{NAMESPACE}\">");
        for key in &self.keys {
            body.push_str("<Object>");
            element(&mut body, "Key", key.as_str());
            body.push_str("</Object>");
        }
        body.push_str("<Quiet>false</Quiet></Delete>");
        draft.document(body);
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        let asked: HashSet<&str> = self.keys.iter().map(Key::as_str).collect();
        let mut order = Vec::new();
        let mut found: HashMap<String, Option<(String, String)>> = HashMap::new();
        Reading::open(body, "DeleteResult")?.each(|doc, name| {
            let (key, error) = match name {
                "Deleted" => (outcome(doc)?.0, None),
                "Error" => {
                    let (key, code, message) = outcome(doc)?;
                    (key, Some((code, message)))
                }
                _ => return Ok(()),
            };
            let Some(key) = key.filter(|key| asked.contains(key.as_str())) else {
                return Ok(());
            };
            if let Some(known) = found.get_mut(&key) {
                // An error stands against a success for the same key.
                *known = known.take().or(error);
            } else {
                order.push(key.clone());
                found.insert(key, error);
            }
            Ok(())
        })?;
        let deleted = |text: String| {
            let error = found.remove(&text)?;
            let key = Key::new(text).ok()?;
            Some(Deleted { key, error })
        };
        Ok(order.into_iter().filter_map(deleted).collect())
    }
}

/// Key, code and message of a `<Deleted>` or `<Error>`.
fn outcome(doc: &mut Reading<'_>) -> Result<(Option<String>, String, String), Malformed> {
    let (mut key, mut code, mut message) = (None, String::new(), String::new());
    doc.each(|doc, name| {
        match name {
            "Key" => key = doc.text()?,
            "Code" => code = doc.word()?,
            "Message" => message = doc.word()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((key, code, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::{answer, cut_everywhere, told};

    fn op(keys: &[&str]) -> DeleteObjects {
        DeleteObjects {
            bucket: BucketName::new("b").unwrap(),
            keys: keys.iter().map(|k| Key::new(*k).unwrap()).collect(),
        }
    }

    fn deleted(key: &str, error: Option<(&str, &str)>) -> Deleted {
        Deleted {
            key: Key::new(key).unwrap(),
            error: error.map(|(c, m)| (c.into(), m.into())),
        }
    }

    #[test]
    fn the_body_is_escaped_and_hashed() {
        assert_eq!(
            told(&op(&["a&b", "ü\n"])),
            "POST /b/ ?delete= content-md5: HA1EH5MFEMn/GxhGQeMS4w== content-type: application/xml\n\
             <Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object>\
             <Object><Key>ü&#10;</Key></Object><Quiet>false</Quiet></Delete>"
        );
        assert!(DeleteObjects::can_take(&Key::new("a/../b").unwrap()));
        assert!(!DeleteObjects::can_take(&Key::new("\u{1}").unwrap()));
    }

    #[test]
    fn answers_are_matched_to_keys_that_were_asked_for() {
        let body = "<DeleteResult><Deleted><Key>a%2Bb</Key></Deleted>\
            <Error><Message>no</Message><Code>AccessDenied</Code><Key>c</Key></Error>\
            <Deleted><Key>stranger</Key></Deleted><Deleted/><Deleted><DeleteMarker>true</DeleteMarker>\
            <Key>a&amp;b</Key></Deleted><Deleted><Key>c</Key></Deleted></DeleteResult>";
        let op = op(&["a%2Bb", "a&b", "c", "unnamed"]);
        assert_eq!(
            op.read(&answer(200, &[]), body.as_bytes()).unwrap(),
            [
                deleted("a%2Bb", None),
                deleted("c", Some(("AccessDenied", "no"))),
                deleted("a&b", None),
            ]
        );
        cut_everywhere(&op, body);
    }

    #[test]
    fn an_error_instead_of_outcomes_is_an_error() {
        let body = b"<Error><Code>MalformedXML</Code></Error>";
        let found = op(&["a"]).read(&answer(200, &[]), body);
        assert!(
            matches!(found, Err(Malformed::ErrorInside { code, .. }) if code == "MalformedXML")
        );
        assert_eq!(op(&["a"]).read(&answer(200, &[]), b""), Err(Malformed::Cut));
    }
}
