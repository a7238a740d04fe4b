//! Tags of an object: read, and set as a whole.
//!
//! Not every server keeps tags: what a server lacks is said, never guessed.
//! Invariant: tags keep the order in which the server tells them.

use http::Method;
use http::response::Parts;

use super::NewObject;
use crate::model::{BucketName, Key};
use crate::s3::bucket::NAMESPACE;
use crate::s3::endpoint::encode;
use crate::s3::xml::{Reading, element};
use crate::s3::{Draft, Malformed, Op};

/// Names and values, in the server's order.
pub type Tags = Vec<(String, String)>;

/// Reads the tags of an object. Output: [`Tags`].
#[derive(Debug, Clone)]
pub struct GetTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
}

/// Sets all tags of an object; none takes them all away. Output: `()`.
#[derive(Debug, Clone)]
pub struct PutTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// The tags from now on.
    pub tags: Tags,
}

impl NewObject {
    /// Gives it tags in the same moment in which it is written.
    pub fn tag(&mut self, tags: &[(String, String)]) {
        if tags.is_empty() {
            return;
        }
        let pairs: Vec<String> = tags
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.headers.push(("x-amz-tagging", pairs.join("&")));
    }
}

impl Op for GetTags {
    type Output = Tags;
    const NAME: &'static str = "GetObjectTagging";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::GET, &self.bucket, &self.key);
        draft.query.push(("tagging", String::new()));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Tags, Malformed> {
        let mut tags = Vec::new();
        Reading::open(body, "Tagging")?.each(|doc, name| match name {
            "TagSet" => doc.each(|doc, name| {
                if name == "Tag" {
                    tags.extend(tag(doc)?);
                }
                Ok(())
            }),
            _ => Ok(()),
        })?;
        Ok(tags)
    }
}

fn tag(doc: &mut Reading<'_>) -> Result<Option<(String, String)>, Malformed> {
    let (mut name, mut value) = (None, String::new());
    doc.each(|doc, element| {
        match element {
            "Key" => name = doc.text()?,
            "Value" => value = doc.text()?.unwrap_or_default(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(name.map(|name| (name, value)))
}

impl Op for PutTags {
    type Output = ();
    const NAME: &'static str = "PutObjectTagging";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::PUT, &self.bucket, &self.key);
        draft.query.push(("tagging", String::new()));
        let mut body = format!("<Tagging xmlns=\"{NAMESPACE}\"><TagSet>");
        for (name, value) in &self.tags {
            body.push_str("<Tag>");
            element(&mut body, "Key", name);
            element(&mut body, "Value", value);
            body.push_str("</Tag>");
        }
        body.push_str("</TagSet></Tagging>");
        draft.document(body);
        draft
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::{answer, cut_everywhere, told};

    fn at() -> (BucketName, Key) {
        (BucketName::new("b").unwrap(), Key::new("a b").unwrap())
    }

    #[test]
    fn tags_are_read_in_their_order() {
        let (bucket, key) = at();
        let op = GetTags { bucket, key };
        assert_eq!(told(&op), "GET /b/a%20b ?tagging=");
        let body = "<Tagging><TagSet><Tag><Key>project</Key><Value>a&amp;b</Value></Tag>\
                    <Tag><Value>x</Value></Tag><Tag><Key> k </Key></Tag></TagSet></Tagging>";
        let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        assert_eq!(
            op.read(&answer(200, &[]), body.as_bytes()).unwrap(),
            [pair("project", "a&b"), pair(" k ", "")]
        );
        cut_everywhere(&op, body);
    }

    #[test]
    fn tags_are_written_escaped() {
        let (bucket, key) = at();
        let tags = vec![("a<b".to_owned(), "ü&".to_owned())];
        let said = told(&PutTags { bucket, key, tags });
        assert!(said.starts_with("PUT /b/a%20b ?tagging= content-md5: "));
        assert!(
            said.ends_with("<Tag><Key>a&lt;b</Key><Value>ü&amp;</Value></Tag></TagSet></Tagging>"),
            "{said}"
        );
    }
}
