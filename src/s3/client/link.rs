//! Links: signed with the server's clock, and tried as their receiver would.

use std::sync::Arc;

use http::header::{HOST, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use super::super::error::{Failure, Refusal};
use super::super::transport::{Meter, Outgoing, Pace, read_refusal};
use super::super::{Error, ErrorKind, Link, Payload, Signed, Unsendable};
use super::Client;

impl Client {
    /// Signs a link with the clock of the server.
    ///
    /// # Errors
    /// When it cannot be signed: no credentials, impossible validity.
    pub fn link(&self, link: &Link) -> Result<String, Error> {
        let settings = self.settings();
        let endpoint = self
            .0
            .learned
            .endpoint(&settings.endpoint, Some(&link.bucket));
        let signer = self.signer(&endpoint);
        signer.presign(link, self.now()).map_err(|why| {
            let error = match &why {
                Unsendable::Anonymous => {
                    Error::own(ErrorKind::Unsendable, "NoCredentials", why.to_string())
                }
                Unsendable::Endpoint(..) | Unsendable::Header(_) | Unsendable::Expiry(_) => {
                    Failure::Unsendable(why).into()
                }
            };
            Error {
                op: "Presign",
                bucket: Some(link.bucket.as_str().into()),
                key: Some(link.key.as_str().into()),
                endpoint: endpoint.host().into(),
                ..error
            }
        })
    }

    /// Tries a GET link as its receiver would: no credentials, one byte. Gives the status.
    ///
    /// # Errors
    /// When it does not work, with the server's reason.
    pub async fn try_link(&self, url: &str) -> Result<u16, Error> {
        let parsed = Url::parse(url).ok();
        let host = parsed.as_ref().map_or_else(String::new, host_of);
        let story = |error: Error| Error {
            op: "TryLink",
            endpoint: host.clone().into(),
            attempts: 1,
            ..error
        };
        let Ok(value) = HeaderValue::from_str(&host) else {
            return Err(story(Error::own(
                ErrorKind::Unsendable,
                "Unsendable",
                "the host of the link cannot be sent",
            )));
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, value);
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
        let request = Outgoing {
            signed: Signed {
                method: Method::GET,
                url: url.to_owned(),
                headers,
            },
            payload: Payload::Empty,
            meter: Arc::new(Meter::new(None)),
            pace: Pace::Quick,
        };
        let sent = self.0.transport.send(request).await;
        let incoming = sent.map_err(|broken| story(Failure::Broken(broken).into()))?;
        let status = incoming.head.status;
        // An empty object has no first byte, but its link works.
        if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(status.as_u16());
        }
        let body = read_refusal(incoming.body).await;
        Err(story(Refusal::read(&incoming.head, &body).into()))
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
