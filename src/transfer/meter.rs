//! Counting bytes: atomics that workers add to, and the speed over the last seconds.
//!
//! Invariant: a try that was not committed has given its bytes back. Time is an argument.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::onward::Onward;
use super::sums::Sums;
use crate::s3::Counter;

/// Bytes of one job.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    moved: AtomicU64,
    relays: AtomicBool,
    /// Sums of the parts that came.
    pub(crate) sums: Sums,
    /// Answers that go on behind a part that came.
    pub(crate) onward: Onward,
}

impl Meter {
    /// Bytes moved so far.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.load(Relaxed)
    }

    /// Whether the bytes go through this machine although they could have been copied on the
    /// server.
    pub(crate) fn relays(&self) -> bool {
        self.relays.load(Relaxed)
    }

    /// The server does not copy: the bytes go through this machine.
    pub(crate) fn relay(&self) {
        self.relays.store(true, Relaxed);
    }

    /// Starts with the bytes of parts that are done.
    pub(crate) fn starting_at(bytes: u64) -> Arc<Self> {
        Arc::new(Self {
            moved: AtomicU64::new(bytes),
            relays: AtomicBool::new(false),
            sums: Sums::default(),
            onward: Onward::default(),
        })
    }

    fn add(&self, n: u64) {
        self.moved.fetch_add(n, Relaxed);
    }

    fn take(&self, n: u64) {
        let _ = self
            .moved
            .fetch_update(Relaxed, Relaxed, |now| Some(now.saturating_sub(n)));
    }
}

/// Bytes of one try at one part. Dropping it uncommitted gives them back.
#[derive(Debug)]
pub(crate) struct Attempt {
    meter: Arc<Meter>,
    counted: AtomicU64,
}

impl Attempt {
    /// Starts to count.
    pub(crate) fn new(meter: &Arc<Meter>) -> Arc<Self> {
        Arc::new(Self {
            meter: Arc::clone(meter),
            counted: AtomicU64::new(0),
        })
    }

    /// Bytes counted so far.
    pub(crate) fn counted(&self) -> u64 {
        self.counted.load(Relaxed)
    }

    /// The part is done: its bytes stay, and they are exactly `len`, whatever was counted.
    pub(crate) fn commit(&self, len: u64) {
        let counted = self.counted.swap(0, Relaxed);
        if counted > len {
            self.meter.take(counted - len);
        } else {
            self.meter.add(len - counted);
        }
    }
}

impl Counter for Attempt {
    fn sent(&self, n: u64) {
        self.counted.fetch_add(n, Relaxed);
        self.meter.add(n);
    }

    fn rewind(&self, n: u64) {
        let counted = self
            .counted
            .fetch_update(Relaxed, Relaxed, |now| Some(now.saturating_sub(n)));
        self.meter.take(n.min(counted.unwrap_or(0)));
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.meter.take(self.counted.load(Relaxed));
    }
}

/// How far back the average looks.
const WINDOW: Duration = Duration::from_secs(3);

/// The speed over the last three seconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speed(VecDeque<(Duration, u64)>);

impl Speed {
    /// Takes a sample: so many bytes at that moment, counted from any fixed start.
    pub(crate) fn sample(&mut self, at: Duration, bytes: u64) {
        if self.0.back().is_some_and(|(_, last)| bytes < *last) {
            // Bytes were given back: what was before says nothing any more.
            self.0.clear();
        }
        self.0.push_back((at, bytes));
        while self.0.len() > 2 && at.saturating_sub(self.0[1].0) >= WINDOW {
            self.0.pop_front();
        }
    }

    /// Bytes a second.
    pub(crate) fn rate(&self) -> u64 {
        let (Some((start, from)), Some((end, to))) = (self.0.front(), self.0.back()) else {
            return 0;
        };
        let millis = end.saturating_sub(*start).as_millis();
        if millis == 0 {
            return 0;
        }
        u64::try_from(u128::from(to - from) * 1000 / millis).unwrap_or(u64::MAX)
    }
}

/// How often a speed that is shown changes.
const STEADY: Duration = Duration::from_millis(500);

/// What people read: a speed that changes twice a second, and a time that counts down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    speed: Option<(Duration, u64)>,
    /// When everything will have moved, as last promised.
    end: Option<Duration>,
    left: Option<Duration>,
}

impl Shown {
    /// Takes the true numbers of a moment: bytes a second, and bytes that are left if that is
    /// known.
    pub(crate) fn sample(&mut self, at: Duration, rate: u64, bytes: Option<u64>) {
        if !self.speed.is_none_or(|(last, shown)| {
            at.saturating_sub(last) >= STEADY || (shown == 0) != (rate == 0)
        }) {
            self.tick(at);
            return;
        }
        self.speed = Some((at, rate));
        let Some(left) = bytes.and_then(|bytes| left(bytes, rate)) else {
            (self.end, self.left) = (None, None);
            return;
        };
        // A promise is kept while the truth is near it: else the time would flicker.
        let slack = (left / 8).max(Duration::from_secs(2));
        let end = at + left;
        if self.end.is_none_or(|told| end.abs_diff(told) > slack) {
            self.end = Some(end);
        }
        self.tick(at);
    }

    fn tick(&mut self, at: Duration) {
        self.left = self.end.map(|end| {
            let left = end.saturating_sub(at);
            Duration::from_secs(
                left.as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(0)
                    .max(1),
            )
        });
    }

    /// Bytes a second.
    pub(crate) fn speed(&self) -> u64 {
        self.speed.map_or(0, |(_, rate)| rate)
    }

    /// Time left, in whole seconds.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.left
    }
}

/// Time left for so many bytes at that speed; none when nothing moves.
fn left(bytes: u64, rate: u64) -> Option<Duration> {
    (rate > 0).then(|| Duration::from_secs(bytes.div_ceil(rate)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncommitted_attempt_gives_its_bytes_back() {
        let meter = Meter::starting_at(100);
        let attempt = Attempt::new(&meter);
        attempt.sent(30);
        attempt.rewind(10);
        assert_eq!(meter.moved(), 120);
        drop(attempt);
        assert_eq!(meter.moved(), 100);
        let attempt = Attempt::new(&meter);
        attempt.sent(30);
        attempt.commit(50);
        drop(attempt);
        assert_eq!(meter.moved(), 150);
        let attempt = Attempt::new(&meter);
        attempt.sent(70);
        attempt.rewind(1000);
        attempt.commit(0);
        drop(attempt);
        assert_eq!(meter.moved(), 150);
    }

    #[test]
    fn speed_looks_back_three_seconds() {
        let mut speed = Speed::default();
        let at = Duration::from_millis;
        assert_eq!(speed.rate(), 0);
        speed.sample(at(0), 0);
        assert_eq!(speed.rate(), 0);
        speed.sample(at(1000), 1000);
        assert_eq!(speed.rate(), 1000);
        for second in 2..=10_u64 {
            speed.sample(at(second * 1000), 1000 + (second - 1) * 5000);
        }
        assert_eq!(speed.rate(), 5000);
        for second in 11..=14_u64 {
            speed.sample(at(second * 1000), 46_000);
        }
        assert_eq!(speed.rate(), 0);
        speed.sample(at(15_000), 40_000);
        assert_eq!(speed.rate(), 0);
        assert_eq!(left(10, 0), None);
        assert_eq!(left(11, 5), Some(at(3000)));
    }

    #[test]
    fn what_is_shown_stands_still() {
        let mut shown = Shown::default();
        let at = Duration::from_millis;
        let (mut speeds, mut lefts) = (Vec::new(), Vec::new());
        // A rate that jumps about by a tenth, sampled ten times a second.
        for n in 0..100_u64 {
            let rate = if n % 2 == 0 { 900 } else { 1000 };
            shown.sample(at(n * 100), rate, Some(100_000 - n * 95));
            speeds.push(shown.speed());
            lefts.push(shown.left().unwrap().as_secs());
        }
        let changes = |list: &[u64]| list.windows(2).filter(|w| w[0] != w[1]).count();
        assert!(changes(&speeds) <= 20, "{speeds:?}");
        assert!(lefts.windows(2).all(|w| w[1] <= w[0]), "{lefts:?}");
        assert!(
            changes(&lefts) <= 10,
            "one second after the other: {lefts:?}"
        );
        // A line that really became slower is told at once.
        shown.sample(at(10_500), 100, Some(90_000));
        assert_eq!(shown.left(), Some(Duration::from_mins(15)));
        shown.sample(at(10_600), 0, Some(90_000));
        assert_eq!((shown.speed(), shown.left()), (0, None));
    }
}
