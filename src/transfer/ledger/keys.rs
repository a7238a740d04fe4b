//! Where a job belongs: all that the index needs to know of it, read off its state.
//!
//! Invariant: jobs with equal keys stand in the same sets.

use std::time::Duration;

use super::super::Direction;
use super::state::{Job, Stand};
use crate::model::Account;

/// What a job counts for at most, whatever a server says of its size: 1 PiB, more than any object
/// has, and sums of thousands stay exact.
const LARGEST: u64 = 1 << 50;

/// Which jobs share a queue: those of the same accounts, small and large ones apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lane {
    pub(crate) from: Option<Account>,
    pub(crate) to: Option<Account>,
    pub(crate) weight: Weight,
}

/// Whether one request will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Yes, or nobody knows.
    Light,
    /// No: parts.
    Heavy,
}

/// Where a job is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Class {
    Waiting(Lane),
    /// Waits for a time, or for its leftover to be gone.
    Delayed,
    Opening,
    Moving,
    Verifying,
    Paused,
    Asking,
    Failed,
    Done,
    Skipped,
    Cancelled,
}

/// What is to be done for a job besides its parts, one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chore {
    Abort,
    Check,
    Close,
}

/// All that decides where a job is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) class: Class,
    pub(crate) direction: Direction,
    pub(crate) pos: i64,
    pub(crate) chore: Option<Chore>,
    /// Whether it has parts.
    pub(crate) cut: bool,
    pub(crate) rest: Option<Duration>,
    pub(crate) size: u64,
    pub(crate) bytes: u64,
}

impl Job {
    fn class(&self, heavy_above: u64) -> Class {
        match &self.stand {
            Stand::Active => match &self.plan {
                Some(plan) if plan.whole() && !plan.unchecked => Class::Verifying,
                Some(_) => Class::Moving,
                None if self.flights.open > 0 => Class::Opening,
                None if self.rest.is_some() || self.leftover.is_some() => Class::Delayed,
                None => Class::Waiting(self.lane(heavy_above)),
            },
            Stand::Paused => Class::Paused,
            Stand::Asking(_) => Class::Asking,
            Stand::Done(_) => Class::Done,
            Stand::Skipped => Class::Skipped,
            Stand::Failed(_) => Class::Failed,
            Stand::Cancelled => Class::Cancelled,
        }
    }

    fn lane(&self, heavy_above: u64) -> Lane {
        Lane {
            from: self.spec.from.account().cloned(),
            to: self.spec.to.account().cloned(),
            weight: if self.size.is_some_and(|s| s > heavy_above) {
                Weight::Heavy
            } else {
                Weight::Light
            },
        }
    }

    fn chore(&self, class: &Class) -> Option<Chore> {
        if !self.flights.none() || self.rest.is_some() {
            return None;
        }
        let unchecked = self.plan.as_ref().is_some_and(|plan| plan.unchecked);
        match class {
            _ if self.leftover.is_some() => Some(Chore::Abort),
            Class::Moving if unchecked => Some(Chore::Check),
            Class::Verifying => Some(Chore::Close),
            Class::Waiting(_)
            | Class::Delayed
            | Class::Opening
            | Class::Moving
            | Class::Paused
            | Class::Asking
            | Class::Failed
            | Class::Done
            | Class::Skipped
            | Class::Cancelled => None,
        }
    }

    pub(crate) fn keys(&self, heavy_above: u64) -> Keys {
        let class = self.class(heavy_above);
        Keys {
            direction: self.spec.direction(),
            pos: self.pos,
            chore: self.chore(&class),
            cut: self.plan.is_some(),
            rest: self.rest,
            // What is left out is nothing that is still to come.
            size: if matches!(class, Class::Skipped | Class::Cancelled) {
                0
            } else {
                self.size.unwrap_or(0).min(LARGEST)
            },
            bytes: self.bytes.min(LARGEST),
            class,
        }
    }
}
