//! Secrets that cannot leak by accident, and the few choices an account makes.

use std::fmt;
use std::sync::Arc;

/// A secret key or session token. Shows as `‹secret›` however it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The secret itself. Only a signer has a reason to call this.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹secret›")
    }
}

/// Where a setting or a secret came from, in words for people: `environment`,
/// `~/.aws/credentials [work]`, `config.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance(pub Arc<str>);

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the bucket's name goes in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Addressing {
    /// Virtual host on AWS, path elsewhere.
    #[default]
    Auto,
    /// `https://host/bucket/key`.
    Path,
    /// `https://bucket.host/key`.
    VirtualHost,
}

/// How object data is protected on its way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Integrity {
    /// Signed SHA-256 over plain http, `Content-MD5` with an unsigned payload over https.
    #[default]
    Auto,
    /// `x-amz-content-sha256` with the real hash.
    Sha256,
    /// `Content-MD5`, payload unsigned where the connection is https.
    Md5,
}

/// How object data is sent up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UploadMode {
    /// With an `Authorization` header.
    #[default]
    Signed,
    /// Through a presigned URL and a plain client, for endpoints that refuse header-signed PUTs.
    Presigned,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new("hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(secret.reveal(), "hunter2");
    }
}
