//! Counts what one try has sent, and takes it back when the try fails.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::s3::{Counter, Grant, Heading, Pacer};

/// The progress of one try. Bytes are told to the counter as they go, and taken back by
/// [`Meter::rewind`] unless [`Meter::keep`] came first.
pub(in crate::s3) struct Meter {
    counter: Option<Arc<dyn Counter>>,
    pacer: Option<Arc<dyn Pacer>>,
    state: Mutex<State>,
}

struct State {
    taken: u64,
    last: Instant,
    started: Instant,
    open: bool,
}

impl Meter {
    /// A meter for a new try.
    pub(in crate::s3) fn new(counter: Option<Arc<dyn Counter>>) -> Self {
        let now = Instant::now();
        Self {
            counter,
            pacer: None,
            state: Mutex::new(State {
                taken: 0,
                last: now,
                started: now,
                open: true,
            }),
        }
    }

    /// The same meter, for a try that is paced.
    pub(in crate::s3) fn paced(self, pacer: Option<Arc<dyn Pacer>>) -> Self {
        Self { pacer, ..self }
    }

    /// How many of `want` bytes may go out next, and when.
    pub(super) fn grant(&self, want: u64) -> Grant {
        match &self.pacer {
            Some(pacer) => pacer.grant(want, Heading::Up),
            None => Grant {
                bytes: want,
                after: Duration::ZERO,
            },
        }
    }

    /// The connection took `n` bytes of the body.
    pub(in crate::s3) fn took(&self, n: u64) {
        let mut state = self.state();
        state.last = Instant::now();
        // A connection that is being torn down may still ask for a frame.
        if state.open {
            state.taken += n;
            if let Some(counter) = &self.counter {
                counter.sent(n);
            }
        }
    }

    /// The try succeeded: what was counted stays counted.
    pub(in crate::s3) fn keep(&self) {
        self.state().open = false;
    }

    /// The try failed: what was counted does not count.
    pub(in crate::s3) fn rewind(&self) {
        let mut state = self.state();
        if state.open {
            state.open = false;
            if let Some(counter) = self.counter.as_ref().filter(|_| state.taken > 0) {
                counter.rewind(state.taken);
            }
        }
    }

    /// Bytes taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.state().taken
    }

    /// How long ago something was taken last, or the try began.
    pub(super) fn idle(&self) -> Duration {
        self.state().last.elapsed()
    }

    /// How long `bytes` take at the pace of this try so far.
    pub(super) fn time_for(&self, bytes: u64) -> Duration {
        let state = self.state();
        let busy = state.last.duration_since(state.started).as_secs_f64();
        // Precision is no matter here: it is a patience, not an account.
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let share = bytes as f64 / state.taken.max(1) as f64;
        Duration::try_from_secs_f64(busy * share).unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meter({} taken)", self.taken())
    }
}
