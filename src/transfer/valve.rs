//! How fast bytes may go, each way: nothing moves faster than a person said, in small steps.
//!
//! The bucket is pure; the valve around it has the clock and is shared by all workers. Invariant:
//! over any time no more goes through than the rate allows, and two steps.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::s3::{Grant, Heading};

/// The slowest rate that is possible: below it, servers think that nobody is there.
const SLOWEST: u64 = 16 << 10;

/// Steps in a second: how smooth it goes.
const STEPS: u64 = 20;

/// Steps that are saved up while nobody asks: timers and threads come late.
const SAVED: u64 = 2;

/// The longest wait before the rate is looked at again.
const LOOK: Duration = Duration::from_millis(50);

/// Bytes that may go, filled by time.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    /// Thousandths of bytes.
    saved: u64,
    at: Duration,
}

impl Bucket {
    fn take(&mut self, want: u64, rate: u64, now: Duration) -> Grant {
        let step = (rate / STEPS).max(1);
        let passed = u64::try_from(now.saturating_sub(self.at).as_micros()).unwrap_or(u64::MAX);
        self.at = self.at.max(now);
        let came = u128::from(passed) * u128::from(rate) / 1000;
        let came = u64::try_from(came).unwrap_or(u64::MAX);
        self.saved = self.saved.saturating_add(came).min(step * SAVED * 1000);
        // Half a step at least: many small grants cost more than they smooth.
        let least = want.min(step.div_ceil(2));
        let have = self.saved / 1000;
        if have >= least {
            let bytes = want.min(have).min(step).max(1);
            self.saved = self.saved.saturating_sub(bytes * 1000);
            return Grant::Bytes(bytes);
        }
        let missing = least - have;
        let until = Duration::from_micros(missing.saturating_mul(1_000_000) / rate.max(1));
        Grant::Wait(until.clamp(Duration::from_millis(1), LOOK))
    }
}

/// The limit of bytes a second, one for each way. None: no limit.
#[derive(Debug)]
pub(crate) struct Valve {
    /// 0: no limit.
    rate: AtomicU64,
    started: Instant,
    buckets: [Mutex<Bucket>; 2],
}

impl Valve {
    pub(crate) fn new(rate: Option<u64>) -> Self {
        let valve = Self {
            rate: AtomicU64::new(0),
            started: Instant::now(),
            buckets: [Mutex::default(), Mutex::default()],
        };
        valve.set(rate);
        valve
    }

    /// Bytes a second from now on.
    pub(crate) fn set(&self, rate: Option<u64>) {
        let rate = rate.map_or(0, |rate| rate.max(SLOWEST));
        self.rate.store(rate, Relaxed);
    }

    /// Bytes a second.
    pub(crate) fn rate(&self) -> Option<u64> {
        Some(self.rate.load(Relaxed)).filter(|rate| *rate > 0)
    }

    /// How many bytes may go now.
    pub(crate) fn grant(&self, want: u64, heading: Heading) -> Grant {
        let Some(rate) = self.rate() else {
            return Grant::Bytes(want);
        };
        let bucket = &self.buckets[heading as usize];
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(want, rate, self.started.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lets `readers` take frames for so long; gives the bytes of each.
    fn run(readers: usize, rate: u64, time: Duration, frame: u64) -> Vec<u64> {
        let mut bucket = Bucket::default();
        let mut got = vec![0; readers];
        let mut due = vec![Duration::ZERO; readers];
        loop {
            let at = (0..readers).min_by_key(|n| due[*n]).unwrap();
            if due[at] >= time {
                return got;
            }
            match bucket.take(frame, rate, due[at]) {
                Grant::Bytes(n) => got[at] += n,
                Grant::Wait(wait) => due[at] += wait,
            }
        }
    }

    #[test]
    fn the_rate_is_kept_and_used() {
        for (readers, rate) in [(1, 5_000_000), (8, 1 << 20), (128, 16 << 10), (3, 1 << 40)] {
            let got: u64 = run(readers, rate, Duration::from_secs(10), 128 << 10)
                .iter()
                .sum();
            let all = rate * 10;
            assert!(got <= all + rate * SAVED / STEPS, "{rate}: {got}");
            assert!(got >= all / 10 * 9, "{rate}: {got}");
        }
    }

    #[test]
    fn a_second_is_as_good_as_the_next() {
        let mut bucket = Bucket::default();
        let (mut now, mut each) = (Duration::ZERO, vec![0_u64; 40]);
        while now < Duration::from_secs(4) {
            match bucket.take(128 << 10, 1_000_000, now) {
                Grant::Bytes(n) => each[usize::try_from(now.as_millis() / 100).unwrap()] += n,
                Grant::Wait(wait) => now += wait,
            }
        }
        // Every tenth of a second brings its tenth, and never more than a step above or below.
        assert!(
            each[1..].iter().all(|n| (50_000..=150_000).contains(n)),
            "{each:?}"
        );
    }

    #[test]
    fn a_new_rate_counts_at_once() {
        let valve = Valve::new(Some(SLOWEST));
        assert!(matches!(valve.grant(1 << 30, Heading::Up), Grant::Wait(w) if w <= LOOK));
        valve.set(None);
        assert_eq!(valve.grant(1 << 30, Heading::Up), Grant::Bytes(1 << 30));
        valve.set(Some(1));
        assert_eq!(valve.rate(), Some(SLOWEST));
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_allows(
            rate in SLOWEST..1 << 34,
            asks in prop::collection::vec((0_u64..200, 1_u64..1 << 20), 1..300),
        ) {
            let mut bucket = Bucket::default();
            let (mut now, mut got) = (Duration::ZERO, 0);
            for (after, want) in asks {
                now += Duration::from_millis(after);
                if let Grant::Bytes(n) = bucket.take(want, rate, now) {
                    prop_assert!((1..=want).contains(&n));
                    got += u128::from(n);
                }
                let most = u128::from(rate) * now.as_millis() / 1000 + u128::from(rate * SAVED / STEPS) + 1;
                prop_assert!(got <= most, "{got} of {most}");
            }
        }
    }
}
