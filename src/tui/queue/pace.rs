//! How fast the queue goes, second by second, and when it came to its end.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::engine::Snapshot;

/// Samples that are kept: one a second.
const KEPT: usize = 60;

/// How long a queue that is done stays on the screen.
const LINGER: Duration = Duration::from_secs(10);

/// The recent past of a queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    samples: VecDeque<u64>,
    sampled: Option<Instant>,
    /// Since when something runs.
    since: Option<Instant>,
    /// How many bytes had moved and how many jobs were done before.
    before: (u64, u64),
    /// For how long it runs.
    ran: Duration,
    end: Option<End>,
}

/// How the last run ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// When.
    at: Instant,
    /// After how long.
    pub(super) took: Duration,
    /// With how many bytes.
    pub(super) bytes: u64,
    /// With how many jobs.
    pub(super) done: u64,
    /// Whether it is still to be shown.
    pub(super) fresh: Fresh,
}

/// Whether an end is recent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    Yes,
    No,
}

/// Whether a queue works by itself.
pub(super) fn runs(snapshot: &Snapshot) -> bool {
    snapshot.counts.active() > 0 || snapshot.expanding
}

impl Pace {
    /// Takes a look at the queue at a moment.
    pub(super) fn tick(&mut self, snapshot: &Snapshot, now: Instant) {
        if runs(snapshot) {
            self.end = None;
            let since = *self.since.get_or_insert(now);
            self.ran = now.duration_since(since);
            if self
                .sampled
                .is_none_or(|at| now.duration_since(at) >= Duration::from_secs(1))
            {
                self.sampled = Some(now);
                self.samples.push_back(snapshot.speed);
                while self.samples.len() > KEPT {
                    self.samples.pop_front();
                }
            }
            return;
        }
        let (moved, done) =
            std::mem::replace(&mut self.before, (snapshot.moved, snapshot.counts.done));
        if let Some(since) = self.since.take() {
            self.end = Some(End {
                at: now,
                took: now.duration_since(since),
                bytes: snapshot.moved.saturating_sub(moved),
                done: snapshot.counts.done.saturating_sub(done),
                fresh: Fresh::Yes,
            });
            self.samples.clear();
            self.sampled = None;
        } else if let Some(end) = &mut self.end
            && now.duration_since(end.at) >= LINGER
        {
            end.fresh = Fresh::No;
        }
    }

    /// Whether the pace so far says something about the time that is left: after 3 s, or once a
    /// fiftieth is done and a second is over.
    ///
    /// Source: `ux.md` 7, "ETA after 3 s or 2 %".
    pub(super) fn is_settled(&self, snapshot: &Snapshot) -> bool {
        let (begun, _) = self.before;
        let done = u128::from(snapshot.moved.saturating_sub(begun)) * 50;
        let all = u128::from(snapshot.total.saturating_sub(begun));
        self.ran >= Duration::from_secs(3) || (self.ran >= Duration::from_secs(1) && done >= all)
    }

    /// How the last run ended, if nothing runs.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// The fastest second.
    pub(super) fn peak(&self) -> u64 {
        self.samples.iter().copied().max().unwrap_or(0)
    }

    /// The last `cells` seconds as a line of `levels`, right-aligned; empty without levels.
    pub(super) fn spark(&self, cells: usize, levels: &[&str]) -> String {
        if levels.is_empty() {
            return String::new();
        }
        let peak = self.peak().max(1);
        let shown = self.samples.len().min(cells);
        let mut text = " ".repeat(cells - shown);
        for sample in self.samples.iter().skip(self.samples.len() - shown) {
            let top = u64::try_from(levels.len() - 1).unwrap_or(0);
            // Rounded up: only a second without any byte stands at the lowest level.
            let level = u128::from(*sample) * u128::from(top);
            let level = usize::try_from(level.div_ceil(u128::from(peak))).unwrap_or(0);
            text.push_str(levels.get(level).copied().unwrap_or(" "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Counts;

    fn snapshot(up: u64, moved: u64, speed: u64) -> Snapshot {
        let counts = Counts {
            up,
            done: 3,
            ..Counts::default()
        };
        Snapshot {
            counts,
            moved,
            speed,
            ..Snapshot::default()
        }
    }

    #[test]
    fn one_sample_a_second_and_sixty_of_them() {
        let mut pace = Pace::default();
        let start = Instant::now();
        for n in 0..800_u64 {
            pace.tick(&snapshot(1, n, n), start + Duration::from_millis(n * 100));
        }
        assert_eq!(pace.samples.len(), KEPT);
        assert_eq!(pace.samples.back(), Some(&790));
        assert_eq!(pace.peak(), 790);
    }

    #[test]
    fn the_line_is_right_aligned_and_scaled_to_its_peak() {
        let mut pace = Pace::default();
        let start = Instant::now();
        for (n, speed) in [0, 50, 100].into_iter().enumerate() {
            pace.tick(
                &snapshot(1, 0, speed),
                start + Duration::from_secs(n as u64),
            );
        }
        let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
        assert_eq!(pace.spark(5, &levels), "  ▁▅█");
        assert_eq!(pace.spark(2, &levels), "▅█");
        assert_eq!(pace.spark(5, &[]), "");
    }

    #[test]
    fn the_time_left_waits_for_a_pace() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let mut at = |millis, moved| {
            let snapshot = Snapshot {
                total: 1000,
                ..snapshot(1, moved, 1)
            };
            pace.tick(&snapshot, start + Duration::from_millis(millis));
            pace.is_settled(&snapshot)
        };
        assert!(!at(0, 0) && !at(500, 100) && !at(1500, 5));
        assert!(at(1500, 20) && at(3000, 5));
    }

    #[test]
    fn the_end_is_told_and_fades() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        pace.tick(&snapshot(0, 500, 0), at(0));
        assert!(pace.end().is_none(), "nothing ran");
        pace.tick(&snapshot(2, 500, 10), at(1));
        let mut over = snapshot(0, 800, 0);
        over.counts.done += 2;
        pace.tick(&over, at(4));
        let end = pace.end().unwrap();
        assert_eq!(
            (end.took, end.bytes, end.done, end.fresh),
            (Duration::from_secs(3), 300, 2, Fresh::Yes)
        );
        pace.tick(&snapshot(0, 800, 0), at(13));
        assert_eq!(pace.end().unwrap().fresh, Fresh::Yes);
        pace.tick(&snapshot(0, 800, 0), at(14));
        assert_eq!(pace.end().unwrap().fresh, Fresh::No);
        pace.tick(&snapshot(1, 800, 0), at(15));
        assert!(pace.end().is_none());
    }
}
