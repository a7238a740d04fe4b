//! How long waits last: as they should, or a fraction of it where nobody waits for a real server.
//!
//! Pure. Invariant: only lengths change by it; what is tried, and how often, stays the same.

use std::time::Duration;

/// A measure for waits, and another for what ends a wait that is in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempo {
    waits: u32,
    limits: u32,
}

impl Default for Tempo {
    fn default() -> Self {
        Self::HUMAN
    }
}

impl Tempo {
    /// As it should be with real servers.
    pub const HUMAN: Self = Self {
        waits: 1,
        limits: 1,
    };

    /// Rests before another try last this fraction; a server still has all the time for an answer.
    #[must_use]
    pub const fn rests(fraction: u32) -> Self {
        Self {
            waits: fraction,
            limits: 1,
        }
    }

    /// As it is, and a server that does nothing is given up after this fraction of the time.
    #[must_use]
    pub const fn giving_up(self, fraction: u32) -> Self {
        Self {
            limits: fraction,
            ..self
        }
    }

    /// How long to rest.
    #[must_use]
    pub fn rest(self, full: Duration) -> Duration {
        full / self.waits.max(1)
    }

    /// The time that has passed, measured in full rests.
    #[must_use]
    pub fn felt(self, passed: Duration) -> Duration {
        passed.saturating_mul(self.waits.max(1))
    }

    /// How long to wait for a sign of life.
    pub(super) fn limit(self, full: Duration) -> Duration {
        full / self.limits.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_and_limits_shrink_apart() {
        let full = Duration::from_secs(30);
        let quick = Tempo::rests(1000).giving_up(10);
        assert_eq!(quick.rest(full), Duration::from_millis(30));
        assert_eq!(quick.limit(full), Duration::from_secs(3));
        assert_eq!(quick.felt(quick.rest(full)), full);
        assert_eq!(Tempo::default().rest(full), full);
        assert_eq!(Tempo::rests(0).limit(full), full);
    }
}
