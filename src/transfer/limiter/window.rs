//! What a limit brought while it held.

use std::time::Duration;

use super::Success;

/// The successes since a limit was set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Window {
    began: Duration,
    count: usize,
    yielded: u64,
    took: Duration,
    /// Whether the limit was ever reached: else there was not enough to do.
    filled: bool,
}

impl Window {
    pub(super) fn starting(now: Duration) -> Self {
        Self {
            began: now,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, success: &Success, limit: usize, now: Duration) {
        if self.count == 0 {
            // Idle time before the first one says nothing about the server.
            self.began = self.began.max(now.saturating_sub(success.took));
        }
        self.count += 1;
        self.yielded = self.yielded.saturating_add(success.yielded);
        self.took = self.took.saturating_add(success.took);
        self.filled |= success.flying >= limit;
    }

    pub(super) fn is_full(&self, limit: usize, least: Duration, now: Duration) -> bool {
        self.count >= limit && now.saturating_sub(self.began) >= least
    }

    pub(super) fn was_filled(&self) -> bool {
        self.filled
    }

    /// What came per second, in thousandths.
    pub(super) fn speed(&self, now: Duration) -> u64 {
        let nanos = now.saturating_sub(self.began).as_nanos().max(1);
        let speed = u128::from(self.yielded) * 1_000_000_000_000 / nanos;
        u64::try_from(speed).unwrap_or(u64::MAX)
    }

    pub(super) fn average(&self) -> Duration {
        self.took / u32::try_from(self.count.max(1)).unwrap_or(u32::MAX)
    }
}

/// Whether a speed is above an earlier one by more than so many percent.
pub(super) fn rises(before: u64, now: u64, percent: u64) -> bool {
    u128::from(now) * 100 > u128::from(before) * u128::from(100 + percent)
}
