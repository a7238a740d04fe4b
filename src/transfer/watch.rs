//! A worker's ear on the wire: setbacks become words to the driver, bytes wait for the valve.
//!
//! It decides nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::JobId;
use super::limiter::Class;
use super::valve::Valve;
use crate::model::{Account, Trouble};
use crate::s3::{Grant, Heading, Pacer, Setback, Strain};

/// What workers tell the driver besides facts.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// A try failed.
    Tried(Word),
    /// Something that a person should know.
    Warning(Box<Trouble>),
}

/// A try of a job's call failed.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) job: JobId,
    pub(crate) account: Account,
    pub(crate) class: Class,
    pub(crate) strain: Strain,
    /// Which try is next, of how many; none if there will be no other.
    pub(crate) next: Option<(u32, u32)>,
    pub(crate) why: Arc<str>,
}

/// Watches the calls of one piece of work to one account.
pub(crate) struct Watch {
    pub(crate) job: JobId,
    pub(crate) account: Account,
    pub(crate) class: Class,
    pub(crate) words: mpsc::UnboundedSender<Said>,
    pub(crate) valve: Arc<Valve>,
}

impl Pacer for Watch {
    fn set_back(&self, setback: &Setback<'_>) {
        let _ = self.words.send(Said::Tried(Word {
            job: self.job,
            account: self.account.clone(),
            class: self.class,
            strain: setback.strain,
            next: setback.most.map(|most| (setback.tries + 1, most)),
            why: setback.why.into(),
        }));
    }

    fn grant(&self, want: u64, heading: Heading) -> Grant {
        self.valve.grant(want, heading)
    }
}

/// Hears whether an answer may have been lost: then what was asked for may have been done, and
/// nobody knows.
pub(crate) struct Ear {
    watch: Arc<dyn Pacer>,
    began: Instant,
    lost: Mutex<Option<Duration>>,
}

impl Ear {
    /// Listens besides another one.
    pub(crate) fn beside(watch: Arc<dyn Pacer>) -> Self {
        Self {
            watch,
            began: Instant::now(),
            lost: Mutex::default(),
        }
    }

    /// How long after the beginning the last try ended otherwise than by a word of the server that
    /// it did nothing; none if none did.
    pub(crate) fn lost_after(&self) -> Option<Duration> {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pacer for Ear {
    fn set_back(&self, setback: &Setback<'_>) {
        if setback.strain != Strain::Throttled {
            let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
            *lost = Some(self.began.elapsed());
        }
        self.watch.set_back(setback);
    }

    fn grant(&self, want: u64, heading: Heading) -> Grant {
        self.watch.grant(want, heading)
    }
}
