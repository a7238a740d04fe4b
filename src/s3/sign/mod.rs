//! SigV4 in the four named steps, in headers.
//!
//! Holds no clock and sends nothing. Invariant: what is signed is, byte for byte, what the
//! [`Signed`] request says: one encoding of path and query serves both (rules S-1 to S-9, S-14).
//! [`canonical_request`], [`string_to_sign`], [`signing_key`] and [`signature`] are the steps of
//! the specification; `presign.rs` runs over the same four.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::endpoint::{Target, encode};
use super::{Credentials, Digest, Draft, Endpoint, Payload, Unsendable};

mod keys;
#[cfg(test)]
mod vectors;

pub use keys::SigningKeys;

/// The only algorithm. Source: Amazon S3 API reference, "Signature Version 4".
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The payload's line when the payload is not part of the signature.
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// The service's name in the scope.
const SERVICE: &str = "s3";

/// Headers that connections and proxies change on their way, or that carry the signature itself.
/// Source: rule S-4 (the lists of aws-c-auth and smithy).
const NEVER_SIGNED: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "expect",
    "referer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Signs drafts. Time is an argument, so tests need no clock.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// None: anonymous, nothing is signed.
    pub credentials: Option<&'a Credentials>,
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
    /// Where derived keys are remembered.
    pub keys: &'a SigningKeys,
}

/// A request that is ready to be sent: the path and query are exact, byte for byte.
#[derive(Clone)]
pub struct Signed {
    /// The method.
    pub method: http::Method,
    /// The whole URL as text, encoded by us. May hold dot segments, so it is no `Url`.
    pub url: String,
    /// All headers, `host` included, secrets marked sensitive.
    pub headers: HeaderMap,
}

/// Leaves the query out: a presigned one is a secret.
impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Signed")
            .field("method", &self.method)
            .field("url", &open)
            .field("headers", &self.headers)
            .finish()
    }
}

impl Signer<'_> {
    /// Signs a draft for this moment. Object data with a [`Digest::Md5`] goes out unsigned, which
    /// is for https only: whoever makes the draft chooses the digest by the endpoint.
    ///
    /// # Errors
    /// When the draft cannot be written as a request.
    pub fn sign(&self, draft: &Draft, at: Timestamp) -> Result<Signed, Unsendable> {
        let target = self.target(draft);
        let mut headers = outgoing(draft, &target)?;
        let query = canonical_query(&plain_query(draft));
        if let Some(credentials) = self.credentials {
            let stamp = stamp(at);
            let payload = payload_hash(&draft.payload);
            insert(&mut headers, "x-amz-date", &stamp)?;
            insert(&mut headers, "x-amz-content-sha256", &payload)?;
            if let Some(token) = &credentials.token {
                insert_secret(&mut headers, "x-amz-security-token", token.reveal())?;
            }
            let signed = canonical_headers(&to_sign(&headers)?);
            let method = draft.method.as_str();
            let request = canonical_request(method, &target.path, &query, &signed, &payload);
            let scope = self.scope(&stamp);
            let key = self.keys.get(&credentials.secret, &scope);
            let signature = scope.sign(&key, &stamp, &request);
            let value = format!(
                "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
                credentials.access_key, signed.names
            );
            insert_secret(&mut headers, AUTHORIZATION.as_str(), &value)?;
        }
        Ok(Signed {
            method: draft.method.clone(),
            url: target.url(&query),
            headers,
        })
    }

    pub(super) fn target(&self, draft: &Draft) -> Target {
        self.endpoint
            .target(draft.bucket.as_ref(), draft.key.as_ref())
    }

    /// The scope of a signature made at this moment.
    pub(super) fn scope<'s>(&'s self, stamp: &'s str) -> Scope<'s> {
        Scope {
            date: &stamp[..8],
            region: &self.endpoint.region,
            service: SERVICE,
        }
    }
}

/// Day, region and service that a signature is good for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// `20130524`.
    pub(super) date: &'a str,
    /// The region.
    pub(super) region: &'a str,
    /// The service.
    pub(super) service: &'a str,
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        )
    }
}

impl Scope<'_> {
    /// Steps two and four over a canonical request; the third made the key.
    pub(super) fn sign(&self, key: &[u8; 32], stamp: &str, request: &str) -> String {
        signature(key, &string_to_sign(stamp, self, request))
    }
}

/// The headers of a signature: the canonical lines, and the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CanonicalHeaders {
    /// `name:value\n` for each, sorted.
    lines: String,
    /// `a;b;c`.
    pub(super) names: String,
}

/// The first step: the request in the one form that both sides agree on. Path and query are
/// encoded already.
pub(super) fn canonical_request(
    method: &str,
    path: &str,
    query: &str,
    headers: &CanonicalHeaders,
    payload: &str,
) -> String {
    let CanonicalHeaders { lines, names } = headers;
    format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}")
}

/// The second step: what is signed. `stamp` is the moment as `20130524T000000Z`.
pub(super) fn string_to_sign(stamp: &str, scope: &Scope<'_>, canonical: &str) -> String {
    format!(
        "{ALGORITHM}\n{stamp}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    )
}

/// The third step: the key for one day, region and service.
pub(super) fn signing_key(secret: &str, scope: &Scope<'_>) -> [u8; 32] {
    let day = hmac(format!("AWS4{secret}").as_bytes(), scope.date);
    [scope.region, scope.service, "aws4_request"]
        .iter()
        .fold(day, |key, part| hmac(&key, part))
}

/// The fourth step: the signature in hex.
pub(super) fn signature(key: &[u8; 32], string_to_sign: &str) -> String {
    hex(&hmac(key, string_to_sign))
}

/// A moment as signatures write it: `20130524T000000Z`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Encodes, sorts and joins a query (rule S-3). The same text is signed and sent.
pub(super) fn canonical_query<N: AsRef<str>, V: AsRef<str>>(query: &[(N, V)]) -> String {
    let mut pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| (encode(name.as_ref()), encode(value.as_ref())))
        .collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    pairs.join("&")
}

/// Sorts headers by name, joins those of one name and squeezes white space (rule S-4).
pub(super) fn canonical_headers(headers: &[(String, String)]) -> CanonicalHeaders {
    let mut sorted: Vec<(String, String)> = Vec::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        match sorted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => {
                all.push(',');
                all.push_str(&value);
            }
            None => sorted.push((name, value)),
        }
    }
    sorted.sort();
    let lines: Vec<String> = sorted.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
    let names: Vec<&str> = sorted.iter().map(|(n, _)| n.as_str()).collect();
    CanonicalHeaders {
        lines: lines.concat(),
        names: names.join(";"),
    }
}

/// The headers of a request that belong into its signature.
pub(super) fn to_sign(headers: &HeaderMap) -> Result<Vec<(String, String)>, Unsendable> {
    headers
        .iter()
        .filter(|(name, _)| !NEVER_SIGNED.contains(&name.as_str()))
        .map(
            |(name, value)| match std::str::from_utf8(value.as_bytes()) {
                Ok(value) => Ok((name.as_str().to_owned(), value.to_owned())),
                Err(_) => Err(Unsendable::Header("with bytes that are no text")),
            },
        )
        .collect()
}

/// What a draft sends whoever signs it: its own headers, the host, and the MD5 of object data.
pub(super) fn outgoing(draft: &Draft, target: &Target) -> Result<HeaderMap, Unsendable> {
    if let Some(header) = draft.fault {
        return Err(Unsendable::Header(header));
    }
    let mut headers = draft.headers.clone();
    insert(&mut headers, HOST.as_str(), &target.host)?;
    if let Payload::Data { digest, .. } | Payload::Stream { digest, .. } = &draft.payload
        && let Digest::Md5(md5) = digest
    {
        insert(&mut headers, "content-md5", &STANDARD.encode(md5))?;
    }
    Ok(headers)
}

/// A draft's query with its names as text.
pub(super) fn plain_query(draft: &Draft) -> Vec<(&str, &str)> {
    draft.query.iter().map(|(n, v)| (*n, v.as_str())).collect()
}

/// The payload's line in the canonical request (rule S-6).
fn payload_hash(payload: &Payload) -> String {
    match payload {
        Payload::Empty => sha256_hex(b""),
        Payload::Text(bytes) => sha256_hex(bytes),
        Payload::Data { digest, .. } | Payload::Stream { digest, .. } => match digest {
            Digest::Sha256(hash) => hex(hash),
            Digest::Md5(_) => UNSIGNED.into(),
        },
    }
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), Unsendable> {
    let value = HeaderValue::from_str(value).map_err(|_| Unsendable::Header(name))?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

fn insert_secret(
    headers: &mut HeaderMap,
    name: &'static str,
    value: &str,
) -> Result<(), Unsendable> {
    let mut value = HeaderValue::from_str(value).map_err(|_| Unsendable::Header(name))?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// SHA-256 in hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|b| [digit(b >> 4), digit(b & 15)])
        .collect()
}
