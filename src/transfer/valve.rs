//! How fast bytes may go, each way: nothing moves faster than a person said, in small steps.
//!
//! The line is pure; the valve around it has the clock and is shared by all workers. Invariants:
//! over any time no more goes through than the rate allows, but for what was saved; whoever asks
//! first goes first.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::s3::{Grant, Heading};

/// The slowest rate that is possible: below it, servers think that nobody is there.
const SLOWEST: u64 = 16 << 10;

/// Steps in a second: how smooth it goes, and how soon it is somebody else's turn.
const STEPS: u64 = 100;

/// The smallest step, in bytes.
const LEAST: u64 = 1 << 10;

/// Time that is saved up while nobody asks: timers and threads come late.
const SAVED: Duration = Duration::from_millis(50);

/// A line that bytes pass one after the other.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    /// When the last of those who asked is through.
    free: Duration,
}

impl Line {
    fn take(&mut self, want: u64, rate: u64, now: Duration) -> Grant {
        let bytes = want.min((rate / STEPS).max(LEAST)).max(1);
        let start = self.free.max(now.saturating_sub(SAVED));
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(rate.max(1));
        let lasts = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.free = start.saturating_add(lasts);
        Grant {
            bytes,
            after: start.saturating_sub(now),
        }
    }
}

/// The limit of bytes a second, one for each way. None: no limit.
#[derive(Debug)]
pub(crate) struct Valve {
    /// 0: no limit.
    rate: AtomicU64,
    started: Instant,
    lines: [Mutex<Line>; 2],
}

impl Valve {
    pub(crate) fn new(rate: Option<u64>) -> Self {
        let valve = Self {
            rate: AtomicU64::new(0),
            started: Instant::now(),
            lines: [Mutex::default(), Mutex::default()],
        };
        valve.set(rate);
        valve
    }

    /// Bytes a second from now on.
    pub(crate) fn set(&self, rate: Option<u64>) {
        let rate = rate.map_or(0, |rate| rate.max(SLOWEST));
        self.rate.store(rate, Relaxed);
        for line in &self.lines {
            // Who waits by the old rate waits for a step each; nobody waits behind them.
            *line.lock().unwrap_or_else(PoisonError::into_inner) = Line {
                free: self.started.elapsed(),
            };
        }
    }

    /// Bytes a second.
    pub(crate) fn rate(&self) -> Option<u64> {
        Some(self.rate.load(Relaxed)).filter(|rate| *rate > 0)
    }

    /// How many bytes may go next, and when.
    pub(crate) fn grant(&self, want: u64, heading: Heading) -> Grant {
        let Some(rate) = self.rate() else {
            return Grant {
                bytes: want,
                after: Duration::ZERO,
            };
        };
        let line = &self.lines[heading as usize];
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        line.take(want, rate, self.started.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: u64 = 128 << 10;

    /// Lets `readers` take frames for so long; gives the bytes of each by tenths of a second.
    fn run(readers: usize, rate: u64, time: Duration) -> Vec<Vec<u64>> {
        let tenths = usize::try_from(time.as_millis() / 100).unwrap();
        let mut line = Line::default();
        let mut got = vec![vec![0; tenths]; readers];
        let mut due = vec![Duration::ZERO; readers];
        loop {
            let at = (0..readers).min_by_key(|n| due[*n]).unwrap();
            if due[at] >= time {
                return got;
            }
            let grant = line.take(FRAME, rate, due[at]);
            due[at] += grant.after;
            let tenth = usize::try_from(due[at].as_millis() / 100).unwrap();
            if let Some(slot) = got[at].get_mut(tenth) {
                *slot += grant.bytes;
            }
        }
    }

    #[test]
    fn the_rate_is_kept_and_used_and_shared() {
        for (readers, rate) in [(1, 5_000_000), (8, 1 << 20), (128, 16 << 10), (3, 1 << 32)] {
            let got = run(readers, rate, Duration::from_secs(10));
            let each: Vec<u64> = got.iter().map(|tenths| tenths.iter().sum()).collect();
            let (all, sum) = (rate * 10, each.iter().sum::<u64>());
            assert!(
                sum <= all + rate / 10 && sum >= all / 10 * 9,
                "{rate}: {sum}"
            );
            let step = (rate / STEPS).clamp(LEAST, u64::MAX).min(FRAME);
            let (least, most) = (each.iter().min().unwrap(), each.iter().max().unwrap());
            assert!(most - least <= 2 * step, "{rate}: {each:?}");
        }
    }

    #[test]
    fn a_tenth_of_a_second_is_as_good_as_the_next() {
        let got = run(4, 1_000_000, Duration::from_secs(4));
        let tenths = (1..40).map(|at| got.iter().map(|reader| reader[at]).sum::<u64>());
        for tenth in tenths {
            assert!((80_000..=120_000).contains(&tenth), "{tenth}");
        }
    }

    #[test]
    fn a_new_rate_counts_at_once() {
        let valve = Valve::new(Some(SLOWEST));
        let grant = |valve: &Valve| valve.grant(1 << 30, Heading::Up);
        for _ in 0..100 {
            grant(&valve);
        }
        assert!(grant(&valve).after > Duration::from_secs(3));
        valve.set(Some(1 << 30));
        assert!(grant(&valve).after < Duration::from_secs(1));
        valve.set(None);
        assert_eq!(grant(&valve).bytes, 1 << 30);
        valve.set(Some(1));
        assert_eq!(valve.rate(), Some(SLOWEST));
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_allows(
            rate in SLOWEST..1 << 34,
            asks in prop::collection::vec((0_u64..200, 1_u64..1 << 20), 1..300),
        ) {
            let mut line = Line::default();
            let (mut now, mut got) = (Duration::ZERO, 0);
            for (after, want) in asks {
                now += Duration::from_millis(after);
                let grant = line.take(want, rate, now);
                prop_assert!((1..=want).contains(&grant.bytes));
                now += grant.after;
                got += u128::from(grant.bytes);
                let most = u128::from(rate) * (now + SAVED).as_micros() / 1_000_000;
                let step = u128::from((rate / STEPS).max(LEAST)) + 1;
                prop_assert!(got <= most + step, "{got} of {most}");
            }
        }
    }
}
