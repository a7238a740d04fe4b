//! What can go wrong with a connection, told apart.
//!
//! The libraries below wrap errors in errors; their `is_…` methods do not tell a cut body from a
//! bad one. So the chain of sources is walked. Invariant: no URL gets into the words, because a
//! URL may be signed.

use std::error::Error as StdError;
use std::io;

use super::body::Unreadable;
use crate::s3::ErrorKind;

/// The ways in which TLS can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::s3) enum TlsFault {
    /// Nobody trusted signed the certificate.
    UnknownIssuer,
    /// The certificate is for another name.
    WrongName,
    /// Expired, or not valid yet.
    Dates,
    /// One for an authority, used by a server: made by hand, and never accepted.
    OwnAuthority,
    /// Anything else about the certificate.
    Certificate,
    /// What answered does not speak TLS.
    NotTls,
    /// The handshake broke off.
    Broken,
}

/// The ways in which a connection can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::s3) enum Fault {
    /// The name does not exist.
    NoSuchHost,
    /// The name cannot be looked up now.
    Lookup,
    /// Nothing listens there.
    Refused,
    /// No way there.
    Unreachable,
    /// Nobody answered in time.
    ConnectTimeout,
    /// TLS.
    Tls(TlsFault),
    /// The proxy says no.
    Proxy,
    /// The proxy's library would change this path.
    ProxyPath,
    /// Closed before the head of an answer came.
    Reset,
    /// Closed while object data went out: the server's answer may have been lost in it.
    ResetSending,
    /// Nothing moved any more.
    Stalled,
    /// The body of the answer broke off.
    Cut,
    /// The answer is no HTTP.
    NotHttp,
    /// The source of the upload could not be read.
    Source,
}

impl Fault {
    /// The kind of error, and our code for it.
    pub(in crate::s3) const fn meaning(self) -> (ErrorKind, &'static str) {
        let code = match self {
            Self::NoSuchHost => "NameNotFound",
            Self::Lookup => "NameLookupFailed",
            Self::Refused => "ConnectionRefused",
            Self::Unreachable => "Unreachable",
            Self::ConnectTimeout => "ConnectTimeout",
            Self::Tls(TlsFault::UnknownIssuer) => "CertificateUnknown",
            Self::Tls(TlsFault::WrongName) => "CertificateName",
            Self::Tls(TlsFault::Dates) => "CertificateDates",
            Self::Tls(TlsFault::OwnAuthority) => "CertificateSelfMade",
            Self::Tls(TlsFault::Certificate) => "CertificateInvalid",
            Self::Tls(TlsFault::NotTls) => "NotTls",
            Self::Tls(TlsFault::Broken) => "TlsFailed",
            Self::Proxy => "ProxyFailed",
            Self::ProxyPath => "ProxyPath",
            Self::Reset => "ConnectionReset",
            Self::ResetSending => "UploadReset",
            Self::Stalled => "Stalled",
            Self::Cut => "BodyCut",
            Self::NotHttp => "NotHttp",
            Self::Source => "SourceUnreadable",
        };
        let kind = match self {
            Self::NotHttp => ErrorKind::Foreign,
            Self::Source | Self::ProxyPath => ErrorKind::Unsendable,
            Self::NoSuchHost
            | Self::Lookup
            | Self::Refused
            | Self::Unreachable
            | Self::ConnectTimeout
            | Self::Tls(_)
            | Self::Proxy
            | Self::Reset
            | Self::ResetSending
            | Self::Stalled
            | Self::Cut => ErrorKind::Network,
        };
        (kind, code)
    }
}

/// A failed try: which way, and the words of the error underneath.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{words}")]
pub(in crate::s3) struct Broken {
    /// Which way.
    pub(in crate::s3) fault: Fault,
    /// The words of the innermost error.
    pub(in crate::s3) words: String,
}

impl Broken {
    /// A fault that we noticed ourselves.
    pub(in crate::s3) fn new(fault: Fault, words: impl Into<String>) -> Self {
        Self {
            fault,
            words: words.into(),
        }
    }
}

/// How far a request had got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// There was no connection yet.
    Connecting,
    /// The request was under way, without object data.
    Asking,
    /// The request was under way, with object data.
    Uploading,
    /// The head was there.
    Reading,
}

/// Tells what an error of the libraries means.
pub(super) fn classify(error: &(dyn StdError + 'static), stage: Stage) -> Broken {
    let mut fault = None;
    let mut words = String::new();
    let mut link = Some(error);
    while let Some(here) = link {
        words = here.to_string();
        fault = name_lookup(fault, &words).or_else(|| of_link(here, stage).or(fault));
        link = match here
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            // `source` of an I/O error skips the error that it was made of.
            Some(inner) => Some(inner),
            None => here.source(),
        };
    }
    Broken::new(fault.unwrap_or_else(|| by_stage(stage)), words)
}

const fn by_stage(stage: Stage) -> Fault {
    match stage {
        Stage::Connecting => Fault::Unreachable,
        Stage::Asking => Fault::Reset,
        Stage::Uploading => Fault::ResetSending,
        Stage::Reading => Fault::Cut,
    }
}

/// Failed look-ups have no type of their own, only words: those of the C library underneath.
fn name_lookup(seen: Option<Fault>, words: &str) -> Option<Fault> {
    const UNKNOWN: [&str; 5] = [
        "Name or service not known",
        "nodename nor servname provided",
        "No address associated with hostname",
        "Name does not resolve",
        "No such host is known",
    ];
    if words == "dns error" {
        return Some(Fault::Lookup);
    }
    (seen == Some(Fault::Lookup)).then(|| {
        if UNKNOWN.iter().any(|u| words.contains(u)) {
            Fault::NoSuchHost
        } else {
            Fault::Lookup
        }
    })
}

fn of_link(error: &(dyn StdError + 'static), stage: Stage) -> Option<Fault> {
    if error.downcast_ref::<Unreadable>().is_some() {
        return Some(Fault::Source);
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(Fault::Tls(of_tls(tls)));
    }
    if let Some(http) = error.downcast_ref::<hyper::Error>() {
        let foreign = http.is_parse() && stage != Stage::Reading;
        return foreign.then_some(Fault::NotHttp);
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return of_io(io.kind(), stage);
    }
    let words = error.to_string();
    let proxy = words.contains("tunnel") || words.contains("proxy auth");
    proxy.then_some(Fault::Proxy)
}

fn of_io(kind: io::ErrorKind, stage: Stage) -> Option<Fault> {
    use io::ErrorKind as K;
    let connecting = stage == Stage::Connecting;
    if kind == K::ConnectionRefused {
        Some(Fault::Refused)
    } else if matches!(
        kind,
        K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown
    ) {
        Some(Fault::Unreachable)
    } else if kind == K::TimedOut {
        Some(if connecting {
            Fault::ConnectTimeout
        } else {
            Fault::Stalled
        })
    } else if matches!(kind, K::UnexpectedEof | K::ConnectionReset | K::BrokenPipe) && connecting {
        // The port is open: it was the handshake that broke off.
        Some(Fault::Tls(TlsFault::Broken))
    } else {
        None
    }
}

fn of_tls(error: &rustls::Error) -> TlsFault {
    use rustls::CertificateError as C;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return if matches!(error, rustls::Error::InvalidMessage(_)) {
            TlsFault::NotTls
        } else {
            TlsFault::Broken
        };
    };
    // A root of the same name with another key looks like a bad signature.
    if matches!(certificate, C::UnknownIssuer | C::BadSignature) {
        TlsFault::UnknownIssuer
    } else if matches!(
        certificate,
        C::NotValidForName | C::NotValidForNameContext { .. }
    ) {
        TlsFault::WrongName
    } else if matches!(
        certificate,
        C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. }
    ) {
        TlsFault::Dates
    } else if format!("{certificate:?}").contains("CaUsedAsEndEntity") {
        // The library beneath has a type for it, but wraps it up.
        TlsFault::OwnAuthority
    } else {
        TlsFault::Certificate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Wrap(&'static str, #[source] io::Error);

    fn fault(words: &'static str, cause: io::Error, stage: Stage) -> Fault {
        classify(&Wrap(words, cause), stage).fault
    }

    #[test]
    fn names_that_cannot_be_found_are_told_apart() {
        for (words, want) in [
            ("failed: Name or service not known", Fault::NoSuchHost),
            ("Temporary failure in name resolution", Fault::Lookup),
        ] {
            let found = fault("dns error", io::Error::other(words), Stage::Connecting);
            assert_eq!(found, want);
        }
    }

    #[test]
    fn certificates_are_told_apart() {
        use rustls::{CertificateError, Error as Tls};
        for (error, want) in [
            (CertificateError::UnknownIssuer, TlsFault::UnknownIssuer),
            (CertificateError::Expired, TlsFault::Dates),
            (CertificateError::NotValidForName, TlsFault::WrongName),
            (CertificateError::BadSignature, TlsFault::UnknownIssuer),
            (CertificateError::Revoked, TlsFault::Certificate),
            (
                CertificateError::Other(rustls::OtherError(std::sync::Arc::new(io::Error::other(
                    "CaUsedAsEndEntity",
                )))),
                TlsFault::OwnAuthority,
            ),
        ] {
            let cause = io::Error::other(Tls::InvalidCertificate(error));
            assert_eq!(fault("connect", cause, Stage::Connecting), Fault::Tls(want));
        }
    }

    #[test]
    fn what_an_error_means_depends_on_how_far_the_request_had_got() {
        use Stage::{Asking, Connecting, Reading, Uploading};
        use io::ErrorKind as K;
        for (kind, stage, want) in [
            (K::ConnectionRefused, Connecting, Fault::Refused),
            (K::TimedOut, Connecting, Fault::ConnectTimeout),
            (K::TimedOut, Asking, Fault::Stalled),
            (K::NetworkUnreachable, Connecting, Fault::Unreachable),
            (K::UnexpectedEof, Connecting, Fault::Tls(TlsFault::Broken)),
            (K::ConnectionReset, Uploading, Fault::ResetSending),
            (K::ConnectionReset, Asking, Fault::Reset),
            (K::UnexpectedEof, Reading, Fault::Cut),
        ] {
            assert_eq!(
                fault("send", kind.into(), stage),
                want,
                "{kind:?} {stage:?}"
            );
        }
        let gone = io::Error::other(Unreadable(io::Error::other("gone")));
        assert_eq!(fault("send", gone, Uploading), Fault::Source);
    }

    #[test]
    fn words_are_those_of_the_cause() {
        let error = Wrap(
            "for url (https://h/b?X-Amz-Signature=1)",
            io::Error::other("gone"),
        );
        assert_eq!(classify(&error, Stage::Reading).words, "gone");
    }
}
