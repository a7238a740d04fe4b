//! Why a piece of work stopped, and what the queue decides by. Pure.

use crate::local;
use crate::model::{Account, Location, Trouble};
use crate::s3::{Error, ErrorKind};

/// What servers call a bucket that is not there.
const NO_BUCKET: &str = "NoSuchBucket";

/// What servers call an object that must be restored first.
const ARCHIVED: &str = "InvalidObjectState";

/// Why a worker stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was told to.
    Cut,
    /// It failed.
    Failed(Box<Failure>),
}

/// A failure, with what the queue decides by.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) trouble: Trouble,
    pub(crate) cause: Cause,
}

/// What lies behind a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A server cannot be reached.
    Network(Account),
    /// A server fails, or wants us to slow down.
    Server,
    /// The keys of an account are wrong.
    Credentials(Account),
    /// An account has no room for more on its server.
    Full(Account),
    /// A bucket is not there.
    NoBucket,
    /// A server says that this is not allowed.
    Denied,
    /// The disk is full.
    NoSpace,
    /// What is being moved was replaced, or an upload was lost: starting anew helps once.
    Stale,
    /// The server cannot do it this way; that was noted, and there is another way.
    Lacking,
    /// Trying the same again will not help.
    Other,
}

impl Stop {
    pub(crate) fn new(trouble: Trouble, cause: Cause) -> Self {
        Self::Failed(Box::new(Failure { trouble, cause }))
    }

    /// What is being moved was replaced meanwhile.
    pub(crate) fn replaced(what: &Location) -> Self {
        let trouble = Trouble::new(
            "ObjectReplaced",
            &format!("Cannot copy {what}"),
            "it is being replaced while it is copied",
            "try again when nothing writes to it",
        );
        Self::new(trouble, Cause::Stale)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        let cause = match trouble.code.as_str() {
            local::NO_SPACE => Cause::NoSpace,
            local::CHANGED => Cause::Stale,
            _ => Cause::Other,
        };
        Self::new(trouble, cause)
    }
}

/// Says what an error of a call to an account means for the job.
pub(crate) fn stop(account: &Account, error: &Error) -> Stop {
    let cause = match error.kind {
        _ if error.is_full() => Cause::Full(account.clone()),
        ErrorKind::Network => Cause::Network(account.clone()),
        ErrorKind::Server | ErrorKind::Throttled => Cause::Server,
        ErrorKind::Credentials => Cause::Credentials(account.clone()),
        ErrorKind::NotFound if error.code.as_deref() == Some(NO_BUCKET) => Cause::NoBucket,
        // What lies in an archive says nothing about the others.
        ErrorKind::Denied if error.code.as_deref() != Some(ARCHIVED) => Cause::Denied,
        ErrorKind::NotFound
        | ErrorKind::Denied
        | ErrorKind::Conflict
        | ErrorKind::Range
        | ErrorKind::Unsupported
        | ErrorKind::Refused
        | ErrorKind::Foreign
        | ErrorKind::Unsendable
        | ErrorKind::Corrupt => Cause::Other,
    };
    Stop::new(error.trouble(), cause)
}

/// A fault of ours.
pub(crate) fn internal(why: &str) -> Stop {
    Stop::new(
        Trouble::new(
            "Internal",
            "Something went wrong in the program itself",
            why,
            "please report this",
        ),
        Cause::Other,
    )
}
