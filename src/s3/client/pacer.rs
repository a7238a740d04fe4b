//! The seam to whoever paces the calls of a client: it is told of setbacks, and asked before
//! bytes of object data move.
//!
//! It must not know why anybody paces. Invariant: a client without a pacer never waits.

use std::time::Duration;

use super::super::Error;
use super::call::Call;

/// What a failed try says about the load that a server bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strain {
    /// The server asked for less.
    Throttled,
    /// It took too long.
    TimedOut,
    /// Nothing.
    Other,
}

/// A try that failed, told while the call goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback<'s> {
    /// What it says about the load.
    pub strain: Strain,
    /// Tries so far.
    pub tries: u32,
    /// Tries in all; none if there will be no other.
    pub most: Option<u32>,
    /// Why it failed, in the words for people.
    pub why: &'s str,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// Leave for bytes to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How many, at least one.
    pub bytes: u64,
    /// After which time. They are the asker's then, whoever else asks meanwhile.
    pub after: Duration,
}

/// Paces the calls of a client.
pub trait Pacer: Send + Sync {
    /// A try failed.
    fn set_back(&self, setback: &Setback<'_>);
    /// How many of `want` bytes of object data may move next, and when.
    fn grant(&self, want: u64, heading: Heading) -> Grant;
}

impl Call<'_> {
    /// Tells the pacer of a try that failed.
    pub(super) fn tell(&self, error: &Error, strain: Strain, most: Option<u32>) {
        if let Some(pacer) = &self.client.1 {
            pacer.set_back(&Setback {
                strain,
                tries: self.tries,
                most,
                why: error.trouble().why.as_str(),
            });
        }
    }
}
