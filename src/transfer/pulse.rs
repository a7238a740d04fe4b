//! How a job and the queue are doing, beyond where they stand: what holds a job up, which way its
//! bytes take, how fast the queue may go.
//!
//! Words only; nothing is decided here.

use std::sync::Arc;
use std::time::Duration;

/// Which way a job's bytes take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Means {
    /// Between this machine and a server, or within this machine.
    #[default]
    Direct,
    /// The server copies by itself.
    ServerSide,
    /// From one server through this machine's memory to another.
    Relay,
}

/// What holds up a job that should move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hitch {
    /// No byte has moved for so long, in whole seconds.
    Stalled(Duration),
    /// A request failed and is tried again.
    Retrying {
        /// Which try this is, the first being 1.
        tries: u32,
        /// Tries in all.
        most: u32,
        /// Why the last one failed.
        why: Arc<str>,
    },
}

/// How many requests go at once to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallel {
    /// As many as help; so many now. 0 while nothing moves.
    Auto(usize),
    /// The same, and fewer than before because a server asked for less.
    Slowed(usize),
    /// As many as a person said.
    Fixed(usize),
}

impl Default for Parallel {
    fn default() -> Self {
        Self::Auto(0)
    }
}

impl Parallel {
    /// How many.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Auto(n) | Self::Slowed(n) | Self::Fixed(n) => n,
        }
    }
}

/// How fast the queue may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pacing {
    /// Requests at once.
    pub parallel: Parallel,
    /// Bytes a second each way; none: no limit.
    pub bandwidth: Option<u64>,
}
