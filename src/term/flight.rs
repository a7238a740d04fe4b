//! How much is on its way to the terminal, as far as its answers tell.
//!
//! A link may keep a megabyte of frames in buffers that we never see: a page key that is held
//! would go on for seconds after it is let go. So behind a long frame the terminal is asked for a
//! sign of life, and the next one waits for it. Pure: time is an argument. Invariant: nothing
//! waits longer than [`PATIENCE`], and nothing at all before the terminal was heard.

use std::time::{Duration, Instant};

/// Asks the terminal for a sign of life, which is `CSI 0 n`.
pub(super) const PING: &[u8] = b"\x1b[5n";

/// Frames longer than this wait for each other.
const LONG: usize = 1024;

/// How long a frame waits for the arrival of the one before it.
const PATIENCE: Duration = Duration::from_millis(500);

/// A link on which an answer takes longer than this is slow; so is one on which a write is held up
/// for longer than [`HELD_UP`].
const SLOW: Duration = Duration::from_millis(150);

/// See [`SLOW`].
const HELD_UP: Duration = Duration::from_millis(100);

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Whether the terminal is known to answer.
    answers: bool,
    /// When the frame that has not arrived was written.
    since: Option<Instant>,
    /// How long a frame and its answer take, the later ones counting more.
    trip: Option<Duration>,
    /// Whether the last write was held up.
    held_up: bool,
}

impl Flight {
    /// The terminal has answered something.
    pub(super) fn known(&mut self) {
        self.answers = true;
    }

    /// Whether what is written now has to be followed by [`PING`]; it is on its way then.
    pub(super) fn takes_off(&mut self, bytes: usize, now: Instant) -> bool {
        let long = self.answers && bytes > LONG;
        if long {
            self.since = Some(now);
        }
        long
    }

    /// A write took so long.
    pub(super) fn written(&mut self, took: Duration) {
        self.held_up = took > HELD_UP;
    }

    /// The answer is there.
    pub(super) fn arrived(&mut self, now: Instant) {
        let Some(since) = self.since.take() else {
            return;
        };
        let took = now.saturating_duration_since(since);
        self.trip = Some(self.trip.map_or(took, |trip| (trip * 3 + took) / 4));
    }

    /// How long the next frame has to wait still, if it has to.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let left = PATIENCE.checked_sub(now.saturating_duration_since(self.since?))?;
        (!left.is_zero()).then_some(left)
    }

    /// Waits for nothing any more.
    pub(super) fn forget(&mut self) {
        self.since = None;
        self.answers = false;
    }

    /// Whether what is written takes long to arrive.
    pub(super) fn is_slow(&self) -> bool {
        self.held_up || self.trip.is_some_and(|trip| trip > SLOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_frame_waits_for_the_one_before_it_but_not_for_ever() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let mut flight = Flight::default();
        assert!(!flight.takes_off(5000, start), "nobody was heard yet");
        flight.known();
        assert!(!flight.takes_off(1024, start), "short");
        assert_eq!(flight.left(start), None);
        assert!(flight.takes_off(1025, start));
        assert_eq!(flight.left(start + ms(100)), Some(ms(400)));
        assert_eq!(flight.left(start + ms(500)), None, "given up");
        flight.arrived(start + ms(120));
        assert_eq!(flight.left(start + ms(120)), None);
        assert!(!flight.is_slow());
        for n in 1..9 {
            let at = start + ms(n * 1000);
            assert!(flight.takes_off(2000, at));
            flight.arrived(at + ms(300));
        }
        assert!(flight.is_slow());
        // An answer that nobody asked for says nothing.
        let trip = flight.trip;
        flight.arrived(start + ms(60_000));
        assert_eq!(flight.trip, trip);
    }

    #[test]
    fn a_write_that_is_held_up_tells_a_slow_link() {
        let mut flight = Flight::default();
        flight.written(Duration::from_millis(101));
        assert!(flight.is_slow());
        flight.written(Duration::from_millis(1));
        assert!(!flight.is_slow());
    }
}
