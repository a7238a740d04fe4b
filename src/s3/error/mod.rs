//! What can go wrong with a call, with the whole story and in plain words.
//!
//! `refusal` reads what a server said instead of yes, `words` turns the story into lines for
//! people. Nothing here knows a connection. Invariant: no secret and no signed URL is ever part
//! of an [`Error`], and the server's text is cleaned and capped before it gets in.

mod own;
mod refusal;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use super::transport::Broken;
use super::{Malformed, Unsendable};
use crate::model::Trouble;

pub(super) use refusal::Refusal;

/// The kinds of failure that somebody above decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// No such bucket, key or upload.
    NotFound,
    /// Not allowed.
    Denied,
    /// The key or the secret is wrong: nothing signed with them will ever work.
    Credentials,
    /// A condition did not hold (412), or the thing is there already (409).
    Conflict,
    /// The range lies outside the object (416).
    Range,
    /// The server wants us to slow down, after all retries.
    Throttled,
    /// The server lacks the feature (501, 405).
    Unsupported,
    /// The request is wrong in the server's eyes (other 4xx).
    Refused,
    /// The server failed (5xx), after all retries.
    Server,
    /// The connection failed: name, port, TLS, cut off, timed out.
    Network,
    /// The answer did not come from an S3 server.
    Foreign,
    /// The request could not even be written.
    Unsendable,
    /// What arrived differs from what was sent.
    Corrupt,
}

/// One failed call: kind and whole story.
#[derive(Debug, Clone)]
pub struct Error {
    /// The kind.
    pub kind: ErrorKind,
    /// The operation's name.
    pub op: &'static str,
    /// Bucket and key.
    pub bucket: Option<Box<str>>,
    /// The key, if the call was about one.
    pub key: Option<Box<str>>,
    /// Host and port.
    pub endpoint: Box<str>,
    /// HTTP status; none when there was no answer.
    pub status: Option<u16>,
    /// The server's code; where no server answered, our own in the same style (`NameNotFound`).
    pub code: Option<Box<str>>,
    /// The server's message, or the words of the network error.
    pub message: Box<str>,
    /// `x-amz-request-id`.
    pub request_id: Option<Box<str>>,
    /// How often it was tried.
    pub attempts: u32,
    /// How long all tries took.
    pub elapsed: Duration,
}

/// What a try ended in, before it is known whether there will be another.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// No answer, or half of one.
    Broken(Broken),
    /// The server said no.
    Refused(Box<Refusal>),
    /// The server said yes, and something that cannot be read.
    Malformed(Malformed),
    /// Nothing was sent.
    Unsendable(Unsendable),
}

impl Error {
    /// An error of our own making. The caller fills in what it was about.
    pub(super) fn own(kind: ErrorKind, code: &str, message: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            op: "",
            bucket: None,
            key: None,
            endpoint: "".into(),
            status: None,
            code: (!code.is_empty()).then(|| code.into()),
            message: message.into(),
            request_id: None,
            attempts: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// Whether the server has no room for more: nothing that is written there can succeed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.status == Some(507) || matches!(self.code(), "XMinioStorageFull" | "QuotaExceeded")
    }

    /// The server's code, or `""`.
    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    /// The three lines for people, with the details.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        words::trouble(self)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.trouble().fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Broken(broken) => {
                let (kind, code) = broken.fault.meaning();
                Self::own(kind, code, broken.words)
            }
            Failure::Refused(refusal) => (*refusal).into(),
            Failure::Malformed(malformed) => malformed.into(),
            Failure::Unsendable(why) => {
                Self::own(ErrorKind::Unsendable, "Unsendable", why.to_string())
            }
        }
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        let (kind, code) = match &malformed {
            Malformed::Cut => (ErrorKind::Network, "AnswerCut"),
            Malformed::Foreign(_) => (ErrorKind::Foreign, "NotS3"),
            Malformed::NoToken => (ErrorKind::Foreign, "ListingNoToken"),
            Malformed::ErrorInside { code, message } => {
                return Refusal::inside(code, message).into();
            }
        };
        Self {
            status: Some(200),
            ..Self::own(kind, code, refusal::clean(&malformed.to_string()))
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let kind = refusal.kind();
        let where_else = refusal.is_about_place();
        let mut message = refusal.message;
        for (name, hint) in [("region", refusal.region), ("endpoint", refusal.endpoint)] {
            // Some servers name their region in every refusal.
            let hint = hint.filter(|_| where_else);
            if let Some(hint) = hint.filter(|h| !message.contains(h.as_str())) {
                message = refusal::clean(&format!("{message} ({name}: {hint})"));
            }
        }
        let code = match refusal.code {
            Some(code) => Some(code.into()),
            None if kind == ErrorKind::Foreign => Some("NotS3".into()),
            None => None,
        };
        Self {
            status: Some(refusal.status),
            code,
            request_id: refusal.request_id.map(Into::into),
            ..Self::own(kind, "", message)
        }
    }
}
