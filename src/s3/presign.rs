//! SigV4 in the query: links that work without credentials.
//!
//! Runs over the same four steps and the same encoding as `sign.rs`. A presigned URL is a secret:
//! it never goes into a log or an error (rule S-10).

use std::time::Duration;

use http::Method;
use jiff::Timestamp;

use super::endpoint::encode;
use super::sign::{
    ALGORITHM, UNSIGNED, canonical_headers, canonical_query, canonical_request, outgoing,
    plain_query, stamp, to_sign,
};
use super::{Draft, Signed, Signer, Unsendable};
use crate::model::{BucketName, Key};

/// The longest validity. Source: Amazon S3 API reference, "Authenticating requests: query
/// parameters": `X-Amz-Expires` up to 604800.
pub const MAX_EXPIRY: Duration = Duration::from_hours(168);

/// What the receiver of a link may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMethod {
    /// Download.
    Get,
    /// Upload.
    Put,
}

/// A link to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Download or upload.
    pub method: LinkMethod,
    /// Bucket of the object.
    pub bucket: BucketName,
    /// Key of the object.
    pub key: Key,
    /// How long it works from the moment of signing.
    pub expires: Duration,
    /// PUT: a `Content-Type` that the uploader must send; it is signed.
    pub content_type: Option<String>,
    /// GET: the file name under which a browser saves it (`response-content-disposition`).
    pub attachment: Option<String>,
}

impl Link {
    fn draft(&self) -> Draft {
        let method = match self.method {
            LinkMethod::Get => Method::GET,
            LinkMethod::Put => Method::PUT,
        };
        let mut draft = Draft::object(method, &self.bucket, &self.key);
        match (self.method, &self.content_type, &self.attachment) {
            (LinkMethod::Put, Some(content_type), _) => draft.set("content-type", content_type),
            (LinkMethod::Get, _, Some(name)) => {
                let value = content_disposition(name);
                draft.query.push(("response-content-disposition", value));
            }
            _ => {}
        }
        draft
    }
}

impl Signer<'_> {
    /// Signs a link; the text is the whole URL.
    ///
    /// # Errors
    /// When the validity is impossible, or there are no credentials.
    pub fn presign(&self, link: &Link, at: Timestamp) -> Result<String, Unsendable> {
        self.presign_draft(&link.draft(), link.expires, at)
            .map(|signed| signed.url)
    }

    /// Signs any draft in its query, so that a plain client can send it. The headers of the result
    /// (those of the draft and `host`) are signed and must be sent as they are; the payload is not
    /// signed.
    ///
    /// # Errors
    /// When the validity is impossible, there are no credentials, or the draft cannot be written.
    pub fn presign_draft(
        &self,
        draft: &Draft,
        expires: Duration,
        at: Timestamp,
    ) -> Result<Signed, Unsendable> {
        let seconds = expires.as_secs();
        if !(1..=MAX_EXPIRY.as_secs()).contains(&seconds) || expires > MAX_EXPIRY {
            return Err(Unsendable::Expiry(seconds));
        }
        let credentials = self.credentials.ok_or(Unsendable::Anonymous)?;
        let target = self.target(draft);
        let headers = outgoing(draft, &target)?;
        let signed = canonical_headers(&to_sign(&headers)?);
        let stamp = stamp(at);
        let scope = self.scope(&stamp);
        let credential = format!("{}/{scope}", credentials.access_key);
        let seconds = seconds.to_string();
        let mut query = plain_query(draft);
        query.extend([
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &stamp),
            ("X-Amz-Expires", &seconds),
            ("X-Amz-SignedHeaders", &signed.names),
        ]);
        if let Some(token) = &credentials.token {
            query.push(("X-Amz-Security-Token", token.reveal()));
        }
        let query = canonical_query(&query);
        let method = draft.method.as_str();
        let request = canonical_request(method, &target.path, &query, &signed, UNSIGNED);
        let key = self.keys.get(&credentials.secret, &scope);
        let signature = scope.sign(&key, &stamp, &request);
        Ok(Signed {
            method: draft.method.clone(),
            url: target.url(&format!("{query}&X-Amz-Signature={signature}")),
            headers,
        })
    }
}

/// `attachment` with the name twice: in ASCII for old clients, and as it is.
/// Source: RFC 6266, appendix D.
fn content_disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '/' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    format!(
        "attachment; filename=\"{ascii}\"; filename*=UTF-8''{}",
        encode(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Addressing, Provenance, Secret};
    use crate::s3::{Credentials, Endpoint, SigningKeys};

    fn credentials(token: Option<&str>) -> Credentials {
        Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            token: token.map(Secret::new),
            from: Provenance("test".into()),
        }
    }

    fn link(method: LinkMethod, key: &str, seconds: u64) -> Link {
        Link {
            method,
            bucket: BucketName::new("examplebucket").unwrap(),
            key: Key::new(key).unwrap(),
            expires: Duration::from_secs(seconds),
            content_type: None,
            attachment: None,
        }
    }

    fn presign(link: &Link, token: Option<&str>) -> Result<String, Unsendable> {
        let endpoint = Endpoint::new("https://s3.amazonaws.com", "us-east-1", Addressing::Auto);
        Signer {
            credentials: Some(&credentials(token)),
            endpoint: &endpoint.unwrap(),
            keys: &SigningKeys::default(),
        }
        .presign(link, "2013-05-24T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_example_of_the_documentation() {
        assert_eq!(
            presign(&link(LinkMethod::Get, "test.txt", 86_400), None).unwrap(),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn validity_has_limits() {
        for seconds in [0, 604_801, u64::MAX] {
            let refused = presign(&link(LinkMethod::Get, "k", seconds), None);
            assert_eq!(refused, Err(Unsendable::Expiry(seconds)));
        }
        assert!(presign(&link(LinkMethod::Get, "k", 1), None).is_ok());
        assert!(presign(&link(LinkMethod::Get, "k", 604_800), None).is_ok());
    }

    #[test]
    fn token_type_and_name_are_in_the_query() {
        let mut put = link(LinkMethod::Put, "k", 60);
        put.content_type = Some("text/plain".into());
        put.attachment = Some("ignored".into());
        let url = presign(&put, Some("t/+=")).unwrap();
        assert!(
            url.contains("X-Amz-SignedHeaders=content-type%3Bhost&"),
            "{url}"
        );
        assert!(url.contains("&X-Amz-Security-Token=t%2F%2B%3D&"), "{url}");
        assert!(!url.contains("disposition"), "{url}");
        let mut get = link(LinkMethod::Get, "k", 60);
        get.attachment = Some("é \"1\".txt".into());
        let url = presign(&get, None).unwrap();
        let value = "attachment; filename=\"_ _1_.txt\"; filename*=UTF-8''%C3%A9%20%221%22.txt";
        let want = format!("response-content-disposition={}", encode(value));
        assert!(url.contains(&want), "{url}");
        put.content_type = Some("text/plain\r\nx: y".into());
        assert_eq!(presign(&put, None), Err(Unsendable::Header("content-type")));
    }

    #[test]
    fn a_link_needs_credentials() {
        let endpoint = Endpoint::new("https://h", "r", Addressing::Auto).unwrap();
        let signer = Signer {
            credentials: None,
            endpoint: &endpoint,
            keys: &SigningKeys::default(),
        };
        let refused = signer.presign(&link(LinkMethod::Get, "k", 1), Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Err(Unsendable::Anonymous));
    }

    #[test]
    fn any_draft_can_be_presigned() {
        let endpoint = Endpoint::new("https://h", "r", Addressing::Path).unwrap();
        let keys = credentials(None);
        let signer = Signer {
            credentials: Some(&keys),
            endpoint: &endpoint,
            keys: &SigningKeys::default(),
        };
        let bucket = BucketName::new("b").unwrap();
        let mut draft = Draft::object(Method::PUT, &bucket, &Key::new("../k").unwrap());
        draft.query.push(("partNumber", "7".into()));
        draft.query.push(("uploadId", "a/b".into()));
        draft.set("x-amz-meta-a", "1");
        let expires = Duration::from_mins(1);
        let sent = signer
            .presign_draft(&draft, expires, Timestamp::UNIX_EPOCH)
            .unwrap();
        assert!(
            sent.url.starts_with("https://h/b/../k?X-Amz-"),
            "{}",
            sent.url
        );
        assert!(
            sent.url
                .contains("&partNumber=7&uploadId=a%2Fb&X-Amz-Signature=")
        );
        assert!(sent.url.contains("X-Amz-SignedHeaders=host%3Bx-amz-meta-a"));
        assert_eq!(sent.headers.len(), 2);
        assert!(!format!("{sent:?}").contains("Signature"));
    }
}
