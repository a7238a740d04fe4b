//! From bucket and key to a URL that goes out exactly as it was signed.

use crate::model::Addressing;
use url::Url;

/// Where a server is and how buckets are addressed there.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Scheme, host, port and base path.
    pub base: Url,
    /// The region that goes into signatures.
    pub region: Box<str>,
    /// Path or virtual host; `Auto` was resolved when the endpoint was made.
    pub style: Addressing,
}

/// Why a draft cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The endpoint's text is no URL that we can use.
    #[error("{0:?} is no endpoint: {1}")]
    Endpoint(String, &'static str),
    /// A header's value has a character that cannot be sent.
    #[error("the header {0} cannot carry this value")]
    Header(&'static str),
    /// A presigned link with an impossible validity.
    #[error("a link is valid for 1 second to 7 days, not {0} s")]
    Expiry(u64),
}

impl Endpoint {
    /// Makes one from the text of a URL.
    ///
    /// # Errors
    /// When it is no http or https URL with a host, or carries credentials, a query or a fragment.
    pub fn new(url: &str, region: &str, style: Addressing) -> Result<Self, Unsendable> {
        let _ = (url, region, style);
        todo!()
    }
}
