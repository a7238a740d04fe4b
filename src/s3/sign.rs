//! SigV4 in the four named steps, in headers.

use jiff::Timestamp;

use super::{Credentials, Draft, Endpoint, Unsendable};

/// Signs drafts. Time is an argument, so tests need no clock.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// None: anonymous, nothing is signed.
    pub credentials: Option<&'a Credentials>,
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
}

/// A request that is ready to be sent: the path and query are exact, byte for byte.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The method.
    pub method: http::Method,
    /// The whole URL as text, encoded by us. May hold dot segments, so it is no `Url`.
    pub url: String,
    /// All headers, `host` included, secrets marked sensitive.
    pub headers: http::HeaderMap,
}

impl Signer<'_> {
    /// Signs a draft for this moment.
    ///
    /// # Errors
    /// When the draft cannot be written as a request.
    pub fn sign(&self, draft: &Draft, at: Timestamp) -> Result<Signed, Unsendable> {
        let _ = (draft, at);
        todo!()
    }
}
