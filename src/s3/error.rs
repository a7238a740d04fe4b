//! What can go wrong with a call, with the whole story and in plain words.

use std::time::Duration;

use crate::model::Trouble;

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
    /// The server's code.
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

impl Error {
    /// The three lines for people, with the details.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        todo!()
    }
}
