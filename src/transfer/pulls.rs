//! A download that crawls while its siblings run: the rest of it is asked for once more, over
//! another connection.
//!
//! Pure but for its lock. Invariant: no byte comes twice: what arrived stays, and the old
//! connection is closed. A range is hurried once.
//!
//! Source: `s3.md` R-8.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Ranges that must have been seen before one can be called slow.
const KNOWN: usize = 8;

/// Speeds that are remembered.
const KEPT: usize = 32;

/// Waits for bytes are judged after so long.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);

/// How many times slower than the middle of the others is too slow.
const TIMES: u64 = 10;

/// How fast bytes came lately, in bytes a second of waiting for them.
#[derive(Debug, Default)]
pub(crate) struct Pulls(Mutex<VecDeque<u64>>);

/// Whether the rest of a range is worth another connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pull {
    /// It is as fast as others.
    Fair,
    /// It crawls.
    Crawls,
}

impl Pulls {
    /// Takes in how many bytes came while they were waited for, and says how that compares.
    pub(crate) fn came(&self, bytes: u64, waited: Duration) -> Pull {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX).max(1);
        let rate = bytes.saturating_mul(1_000_000) / micros;
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = rates.iter().copied().collect();
        sorted.sort_unstable();
        rates.push_back(rate);
        while rates.len() > KEPT {
            rates.pop_front();
        }
        let middle = sorted.get(sorted.len() / 2);
        if sorted.len() >= KNOWN && middle.is_some_and(|middle| rate < middle / TIMES) {
            Pull::Crawls
        } else {
            Pull::Fair
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_slower_than_the_others_crawls() {
        let pulls = Pulls::default();
        let second = Duration::from_secs(1);
        assert_eq!(pulls.came(1, second), Pull::Fair, "nothing is known");
        for _ in 0..KNOWN {
            pulls.came(1000, second);
        }
        assert_eq!(pulls.came(200, second), Pull::Fair);
        assert_eq!(pulls.came(99, second), Pull::Crawls);
        // If all are that slow, nobody is.
        let answers: Vec<_> = (0..KEPT).map(|_| pulls.came(99, second)).collect();
        assert_eq!(answers.last(), Some(&Pull::Fair));
    }
}
