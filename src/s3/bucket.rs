//! Buckets: list, make, drop, head.
//!
//! Invariant: a bucket whose name no request can carry is never listed (rules L-13, L-14).

use std::collections::HashSet;

use bytes::Bytes;
use http::Method;
use http::response::Parts;

use super::xml::{Reading, element, timestamp};
use super::{Draft, Malformed, Op, Payload};
use crate::model::{Bucket, BucketName};

/// The namespace of documents that we send. Source: Amazon S3 API reference.
pub(super) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Lists the account's buckets. Output: [`Buckets`].
#[derive(Debug, Clone, Default)]
pub struct ListBuckets {
    /// `max-buckets`, sent to AWS only.
    pub max: Option<u32>,
    /// Where to go on, AWS only.
    pub token: Option<Box<str>>,
}

/// Makes a bucket. Output: `()`.
#[derive(Debug, Clone)]
pub struct CreateBucket {
    /// Its name.
    pub bucket: BucketName,
    /// `LocationConstraint`; none sends no body.
    pub region: Option<Box<str>>,
}

/// Drops an empty bucket. Output: `()`.
#[derive(Debug, Clone)]
pub struct DeleteBucket {
    /// Its name.
    pub bucket: BucketName,
}

/// Asks whether a bucket is there and where. Output: `Option<Box<str>>`, the region.
#[derive(Debug, Clone)]
pub struct HeadBucket {
    /// Its name.
    pub bucket: BucketName,
}

/// The answer of `ListBuckets`: the buckets, and where to go on.
pub type Buckets = (Vec<Bucket>, Option<Box<str>>);

impl Op for ListBuckets {
    type Output = Buckets;
    const NAME: &'static str = "ListBuckets";

    fn draft(&self) -> Draft {
        let mut draft = Draft::account(Method::GET);
        if let Some(max) = self.max {
            draft.query.push(("max-buckets", max.to_string()));
        }
        if let Some(token) = &self.token {
            draft.query.push(("continuation-token", token.to_string()));
        }
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Buckets, Malformed> {
        let (mut buckets, mut next) = (Vec::new(), None);
        let mut seen = HashSet::new();
        Reading::open(body, "ListAllMyBucketsResult")?.each(|doc, name| match name {
            "Buckets" => doc.each(|doc, name| {
                if name == "Bucket"
                    && let Some(bucket) = read_bucket(doc)?
                    && seen.insert(bucket.name.clone())
                {
                    buckets.push(bucket);
                }
                Ok(())
            }),
            "ContinuationToken" => {
                let token = doc.word()?;
                next = (!token.is_empty()).then(|| token.into());
                Ok(())
            }
            _ => Ok(()),
        })?;
        if next.is_some() && next == self.token {
            return Err(Malformed::NoToken);
        }
        Ok((buckets, next))
    }
}

fn read_bucket(doc: &mut Reading<'_>) -> Result<Option<Bucket>, Malformed> {
    let (mut bucket, mut created, mut region) = (None, None, None);
    doc.each(|doc, name| {
        match name {
            "Name" => bucket = BucketName::new(doc.word()?.trim()).ok(),
            "CreationDate" => created = timestamp(&doc.word()?),
            "BucketRegion" => region = Some(doc.word()?).filter(|r| !r.is_empty()),
            _ => {}
        }
        Ok(())
    })?;
    Ok(bucket.map(|name| Bucket {
        name,
        created,
        region: region.map(Into::into),
    }))
}

impl Op for CreateBucket {
    type Output = ();
    const NAME: &'static str = "CreateBucket";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::PUT, &self.bucket);
        let region = self.region.as_deref().unwrap_or_default();
        if !matches!(region, "" | "us-east-1" | "auto") {
            let mut body = format!("<CreateBucketConfiguration xmlns=\"{NAMESPACE}\">");
            element(&mut body, "LocationConstraint", region);
            body.push_str("</CreateBucketConfiguration>");
            draft.set("content-type", "application/xml");
            draft.payload = Payload::Text(Bytes::from(body));
        }
        draft
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

impl Op for DeleteBucket {
    type Output = ();
    const NAME: &'static str = "DeleteBucket";

    fn draft(&self) -> Draft {
        Draft::bucket(Method::DELETE, &self.bucket)
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

impl Op for HeadBucket {
    type Output = Option<Box<str>>;
    const NAME: &'static str = "HeadBucket";

    fn draft(&self) -> Draft {
        Draft::bucket(Method::HEAD, &self.bucket)
    }

    fn read(&self, head: &Parts, _: &[u8]) -> Result<Self::Output, Malformed> {
        let region = head.headers.get("x-amz-bucket-region");
        Ok(region.and_then(|r| r.to_str().ok()).map(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::{answer, cut_everywhere, told};

    const TWO: &str = "<?xml version=\"1.0\"?><ListAllMyBucketsResult><Owner><ID>o</ID></Owner>\
        <Buckets><Bucket><CreationDate>2026-01-02T03:04:05.000Z</CreationDate><Name>one</Name></Bucket>\
        <Bucket><Name>Two_2</Name><CreationDate>soon</CreationDate><BucketRegion>r</BucketRegion>\
        <New>x</New></Bucket><Bucket><Name>one</Name></Bucket><Bucket><Name/></Bucket>\
        <Bucket><Name>a/b</Name></Bucket></Buckets></ListAllMyBucketsResult>";

    fn name(name: &str) -> BucketName {
        BucketName::new(name).unwrap()
    }

    #[test]
    fn buckets_are_listed_with_what_is_known() {
        let op = ListBuckets::default();
        let (buckets, next) = op.read(&answer(200, &[]), TWO.as_bytes()).unwrap();
        assert_eq!(next, None);
        assert_eq!(
            buckets,
            [
                Bucket {
                    name: name("one"),
                    created: "2026-01-02T03:04:05Z".parse().ok(),
                    region: None,
                },
                Bucket {
                    name: name("Two_2"),
                    created: None,
                    region: Some("r".into()),
                },
            ]
        );
        cut_everywhere(&op, TWO);
    }

    #[test]
    fn an_account_without_buckets_is_no_error() {
        let op = ListBuckets::default();
        for body in [
            "<ListAllMyBucketsResult/>",
            "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
        ] {
            assert_eq!(
                op.read(&answer(200, &[]), body.as_bytes()),
                Ok((vec![], None))
            );
        }
        assert_eq!(op.read(&answer(200, &[]), b""), Err(Malformed::Cut));
    }

    #[test]
    fn pages_of_buckets_go_on_until_a_token_repeats() {
        let mut op = ListBuckets {
            max: Some(1000),
            token: None,
        };
        assert_eq!(told(&op), "GET / ?max-buckets=1000");
        let body = b"<ListAllMyBucketsResult><ContinuationToken>t+/</ContinuationToken></ListAllMyBucketsResult>";
        let (_, next) = op.read(&answer(200, &[]), body).unwrap();
        op.token = next;
        assert_eq!(
            told(&op),
            "GET / ?continuation-token=t%2B%2F&max-buckets=1000"
        );
        assert_eq!(op.read(&answer(200, &[]), body), Err(Malformed::NoToken));
        assert_eq!(told(&ListBuckets::default()), "GET /");
    }

    #[test]
    fn a_region_makes_a_body_unless_it_is_the_default() {
        for region in [None, Some(""), Some("us-east-1"), Some("auto")] {
            let op = CreateBucket {
                bucket: name("b"),
                region: region.map(Into::into),
            };
            assert_eq!(told(&op), "PUT /b/");
        }
        let op = CreateBucket {
            bucket: name("b"),
            region: Some("in-west3".into()),
        };
        assert_eq!(
            told(&op),
            "PUT /b/ content-type: application/xml\n\
             <CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>in-west3</LocationConstraint></CreateBucketConfiguration>"
        );
        assert_eq!(op.read(&answer(200, &[]), b""), Ok(()));
    }

    #[test]
    fn dropping_and_asking() {
        assert_eq!(told(&DeleteBucket { bucket: name("b") }), "DELETE /b/");
        let op = HeadBucket { bucket: name("b") };
        assert_eq!(told(&op), "HEAD /b/");
        let head = answer(200, &[("x-amz-bucket-region", "eu-west-1")]);
        assert_eq!(op.read(&head, b""), Ok(Some("eu-west-1".into())));
        assert_eq!(op.read(&answer(200, &[]), b""), Ok(None));
    }
}
