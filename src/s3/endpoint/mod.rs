//! From bucket and key to a URL that goes out exactly as it was signed.
//!
//! Knows nothing of signatures and headers. Invariant: whatever the key, the URL's text starts
//! with this endpoint's host and the bucket, and what follows decodes to the key and to nothing
//! else. The text may hold dot segments, which a URL library would rewrite: it is never re-parsed
//! here (rules S-2, S-5, S-13).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Host, Url};

use crate::model::{Addressing, BucketName, Key};

/// Everything but `A-Z a-z 0-9 - . _ ~`. Source: Amazon S3 API reference, "Create a canonical
/// request", `UriEncode`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same for a path, where the slash stays.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Percent-encodes a name or value of the query.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

/// Percent-encodes a path once; `/` stays.
pub(super) fn encode_path(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, RESERVED_IN_PATH).into()
}

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
    /// A presigned link without credentials.
    #[error("a link needs credentials to be signed with")]
    Anonymous,
}

/// Where one request goes: the pieces of its URL, and the `Host` header that belongs to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// `https`.
    pub(super) scheme: &'static str,
    /// `host` or `host:port`, IPv6 in brackets.
    pub(super) host: String,
    /// The encoded path, with its leading slash.
    pub(super) path: String,
}

impl Target {
    /// The whole URL with an encoded query, which may be empty.
    pub(super) fn url(&self, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}://{}{}{mark}{query}", self.scheme, self.host, self.path)
    }
}

impl Endpoint {
    /// Whether the host is an address, so that no name can stand before it.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.base.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)))
    }

    /// Makes one from the text of a URL.
    ///
    /// # Errors
    /// When it is no http or https URL with a host, or carries credentials, a query or a fragment.
    pub fn new(url: &str, region: &str, style: Addressing) -> Result<Self, Unsendable> {
        let refuse = |why| Err(Unsendable::Endpoint(tellable(url), why));
        let Ok(base) = Url::parse(url) else {
            return refuse("it does not look like https://host");
        };
        if !matches!(base.scheme(), "http" | "https") {
            return refuse("it must start with https:// or http://");
        }
        if base.host_str().is_none_or(str::is_empty) {
            return refuse("it names no host");
        }
        if !base.username().is_empty() || base.password().is_some() {
            return refuse("credentials do not belong into it");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return refuse("it must end before '?' and '#'");
        }
        let style = match style {
            Addressing::Auto if is_aws(&base) => Addressing::VirtualHost,
            Addressing::Auto => Addressing::Path,
            Addressing::Path | Addressing::VirtualHost => style,
        };
        Ok(Self {
            base,
            region: region.into(),
            style,
        })
    }

    /// Host and port as the `Host` header of a path-style request names them: `h`, `h:9000`,
    /// `[::1]:9000`. The port of the scheme itself is left out.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.into(),
        }
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether this is Amazon's own service.
    #[must_use]
    pub fn is_aws(&self) -> bool {
        is_aws(&self.base)
    }

    /// The bucket that the endpoint's host already seems to start with: people paste the URL of a
    /// bucket (`photos.s3.in-west3.example.io`) where the endpoint is meant. Worth a warning only.
    #[must_use]
    pub fn bucket_in_host(&self) -> Option<&str> {
        let host = match self.base.host()? {
            Host::Domain(host) => host,
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        let service = |label: &str| label == "s3" || label.starts_with("s3-");
        let mut start = 0;
        for label in host.split('.') {
            if service(label) {
                return (start > 0).then(|| &host[..start - 1]);
            }
            start += label.len() + 1;
        }
        None
    }

    /// The URL of the account, of a bucket or of an object, as text, exactly as it is signed.
    #[must_use]
    pub fn url(&self, bucket: Option<&BucketName>, key: Option<&Key>) -> String {
        self.target(bucket, key).url("")
    }

    /// The pieces of that URL. A key without a bucket is ignored.
    pub(super) fn target(&self, bucket: Option<&BucketName>, key: Option<&Key>) -> Target {
        let scheme = if self.is_https() { "https" } else { "http" };
        let mut host = self.host();
        let mut path = self.base_path();
        path.push('/');
        if let Some(bucket) = bucket {
            if self.puts_in_host(bucket) {
                host = format!("{bucket}.{host}");
            } else {
                path.push_str(bucket.as_str());
                path.push('/');
            }
            if let Some(key) = key {
                path.push_str(&encode_path(key.as_str()));
            }
        }
        Target { scheme, host, path }
    }

    /// The base path without a slash at its end, encoded as everything else is.
    fn base_path(&self) -> String {
        let path = self.base.path().trim_end_matches('/');
        let plain = percent_decode_str(path).decode_utf8();
        plain.map_or_else(|_| path.into(), |plain| encode_path(&plain).into_owned())
    }

    fn puts_in_host(&self, bucket: &BucketName) -> bool {
        self.style == Addressing::VirtualHost
            && matches!(self.base.host(), Some(Host::Domain(_)))
            && fits_in_host(bucket.as_str())
            && !(self.is_https() && bucket.as_str().contains('.'))
    }
}

/// Whether a bucket's name can be the first labels of a host name. A dot would further break the
/// wildcard certificate of an https endpoint.
fn fits_in_host(bucket: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    bucket.len() <= 63 && bucket.split('.').all(label)
}

fn is_aws(base: &Url) -> bool {
    base.host_str().is_some_and(|host| {
        [".amazonaws.com", ".amazonaws.com.cn"]
            .iter()
            .any(|end| host.ends_with(end))
    })
}

/// What of a refused endpoint may be repeated in a message: neither credentials nor a query.
fn tellable(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    match url[..end].rfind('@') {
        Some(at) => format!("…{}", &url[at..end]),
        None => url[..end].into(),
    }
}

#[cfg(test)]
mod tests;
