//! A first word with a server: what answers there at all?
//!
//! Nothing is signed, so that no right and no wrong key changes the answer. Invariant: it is tried
//! once, and nothing is learned from it.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;

use super::super::error::{Failure, Refusal};
use super::super::transport::{Meter, Outgoing, Pace, read_refusal};
use super::super::{Draft, Error, Payload, Signer};
use super::Client;
use crate::model::BucketName;

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// An S3 server.
    S3,
    /// An S3 server that lists its buckets for anybody.
    OpenS3,
    /// A web page of this title.
    WebPage(String),
    /// Something else: its status, and what it said.
    Stranger(u16, String),
}

/// What a server said to somebody whom it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Who it is.
    pub speaker: Speaker,
    /// Its clock.
    pub date: Option<Timestamp>,
    /// What it calls itself (`Server`); a stranger's text.
    pub software: Option<String>,
}

impl Client {
    /// Asks an endpoint for its buckets without a signature.
    ///
    /// # Errors
    /// When nothing answers: name, port, TLS, cut off. A refusal is an answer.
    pub async fn greet(&self) -> Result<Greeting, Error> {
        let endpoint = &self.settings().endpoint;
        let story = |failure: Failure| Error {
            op: "Greet",
            endpoint: endpoint.host().into(),
            attempts: 1,
            ..Error::from(failure)
        };
        let nobody = Signer {
            credentials: None,
            endpoint,
            keys: &self.0.keys,
        };
        let signed = nobody
            .sign(&Draft::account(Method::GET), self.now())
            .map_err(|why| story(Failure::Unsendable(why)))?;
        let request = Outgoing {
            signed,
            payload: Payload::Empty,
            meter: Arc::new(Meter::new(None)),
            pace: Pace::Quick,
        };
        let sent = self.0.transport.send(request).await;
        let incoming = sent.map_err(|broken| story(Failure::Broken(broken)))?;
        let body = read_refusal(incoming.body).await;
        let refusal = Refusal::read(&incoming.head, &body);
        let software = incoming.head.headers.get("server");
        Ok(Greeting {
            date: refusal.date,
            software: software.and_then(|s| s.to_str().ok()).map(str::to_owned),
            speaker: speaker(refusal, &body),
        })
    }

    /// The region that requests are signed for: what the server named, if it did, for the bucket
    /// or for the account.
    #[must_use]
    pub fn region(&self, bucket: Option<&BucketName>) -> Box<str> {
        let endpoint = &self.settings().endpoint;
        self.0.learned.endpoint(endpoint, bucket).region.clone()
    }
}

fn speaker(refusal: Refusal, body: &[u8]) -> Speaker {
    let text = String::from_utf8_lossy(body);
    if text.contains("<ListAllMyBucketsResult") {
        Speaker::OpenS3
    } else if refusal.code.is_some() || refusal.request_id.is_some() {
        Speaker::S3
    } else if refusal.web_page {
        Speaker::WebPage(refusal.message)
    } else {
        Speaker::Stranger(refusal.status, refusal.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(status: u16, headers: &[(&str, &str)], body: &str) -> Speaker {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        let head = answer.body(()).unwrap().into_parts().0;
        speaker(Refusal::read(&head, body.as_bytes()), body.as_bytes())
    }

    #[test]
    fn an_s3_server_is_told_from_others() {
        let denied = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        let id = [("x-amz-request-id", "7")];
        let page = "<html><title>Console</title></html>";
        let plain = "Client sent an HTTP request to an HTTPS server.";
        for (seen, want) in [
            (who(403, &[], denied), Speaker::S3),
            (who(307, &id, ""), Speaker::S3),
            (
                who(200, &[], "<?xml?><ListAllMyBucketsResult/>"),
                Speaker::OpenS3,
            ),
            (who(200, &[], page), Speaker::WebPage("Console".into())),
            (who(400, &[], plain), Speaker::Stranger(400, plain.into())),
        ] {
            assert_eq!(seen, want);
        }
    }
}
