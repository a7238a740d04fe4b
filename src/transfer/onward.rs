//! Answers that brought a part of a download and go on to the next, until somebody takes that one.
//!
//! Invariant: an answer goes on at exactly the byte where it stands. Nobody has to come for it:
//! what is not taken up is let go with its job, or as soon as the job rests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::flow::Flow;

/// The answers of one job, by the offset of what they bring next.
#[derive(Default)]
pub(crate) struct Onward(Mutex<BTreeMap<u64, Flow>>);

impl Onward {
    fn flows(&self) -> MutexGuard<'_, BTreeMap<u64, Flow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an answer, if it goes on.
    pub(crate) fn put(&self, flow: Flow) {
        if let Some(at) = flow.onward() {
            self.flows().insert(at, flow);
        }
    }

    /// The answer that goes on there.
    pub(crate) fn take(&self, at: u64) -> Option<Flow> {
        self.flows().remove(&at)
    }

    /// Lets all of them go.
    pub(crate) fn clear(&self) {
        self.flows().clear();
    }
}

impl fmt::Debug for Onward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.flows().keys()).finish()
    }
}
