//! How much the queue does at once and how fast it may go: the words for it, and the keys.
//!
//! It shows and orders; what a server takes is found out elsewhere.

use super::{Queue, order};
use crate::engine::{Order, Pacing, Parallel};
use crate::model::rate;
use crate::tui::msg::{Tone, Want};
use crate::tui::overlay::{Makes, Prompt};

/// Most requests at once that can be asked for.
const MOST: usize = 256;

/// What `+` and `-` start from while nothing moves.
const USUAL: usize = 8;

/// More or fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    More,
    Fewer,
}

/// The next number up or down: by one, and by larger steps where one more says nothing.
fn turned(from: usize, turn: Turn) -> usize {
    let step = |n: usize| match n {
        0..16 => 1,
        16..64 => 8,
        _ => 32,
    };
    match turn {
        Turn::More => (from + step(from)).min(MOST),
        Turn::Fewer => from.saturating_sub(step(from.saturating_sub(1))).max(1),
    }
}

impl Queue {
    /// What the title says: `64 at once · at most 5.0 MiB/s`; empty when there is nothing to say.
    pub(super) fn tempo(&self) -> String {
        let Pacing {
            parallel,
            bandwidth,
        } = self.snapshot.pacing;
        let mut words = Vec::new();
        match parallel {
            Parallel::Auto(0) => {}
            Parallel::Auto(n) => words.push(format!("{n} at once")),
            Parallel::Slowed(n) => words.push(format!("{n} at once: the server asks for less")),
            Parallel::Fixed(n) => words.push(format!("{n} at once, fixed")),
        }
        words.extend(bandwidth.map(|bytes| format!("at most {}", rate(bytes))));
        words.join(" · ")
    }

    /// Changes how many go at once; from then on it stays.
    pub(super) fn turn(&self, turn: Turn) -> Vec<Want> {
        let now = match self.snapshot.pacing.parallel.count() {
            0 => USUAL,
            n => n,
        };
        let then = turned(now, turn);
        let words = match then {
            1 => "One request at once".into(),
            n => format!("{n} requests at once"),
        };
        vec![
            order(Order::Parallel(Some(then))),
            Want::Say(Tone::Info, format!("{words}, = leaves it to windlass")),
        ]
    }

    /// Leaves to the limiters how many go at once.
    pub(super) fn unturned() -> Vec<Want> {
        vec![
            order(Order::Parallel(None)),
            Want::Say(Tone::Info, "As many requests at once as help".into()),
        ]
    }

    /// Asks for the bandwidth.
    pub(super) fn ask_bandwidth(&self) -> Vec<Want> {
        let makes = Makes::Bandwidth(self.snapshot.pacing.bandwidth);
        vec![Want::Open(Box::new(Prompt::new(makes)))]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::Snapshot;

    fn queue(parallel: Parallel, bandwidth: Option<u64>) -> Queue {
        let mut queue = Queue::default();
        queue.numbers(Arc::new(Snapshot {
            pacing: Pacing {
                parallel,
                bandwidth,
            },
            ..Snapshot::default()
        }));
        queue
    }

    #[test]
    fn the_title_says_what_holds_the_queue() {
        for (parallel, bandwidth, want) in [
            (Parallel::Auto(0), None, ""),
            (Parallel::Auto(64), None, "64 at once"),
            (
                Parallel::Slowed(32),
                None,
                "32 at once: the server asks for less",
            ),
            (
                Parallel::Fixed(3),
                Some(5 << 20),
                "3 at once, fixed · at most 5.0 MiB/s",
            ),
            (Parallel::Auto(0), Some(5 << 20), "at most 5.0 MiB/s"),
        ] {
            assert_eq!(queue(parallel, bandwidth).tempo(), want);
        }
    }

    #[test]
    fn turns_go_both_ways_and_end() {
        for (from, more, fewer) in [
            (1, 2, 1),
            (8, 9, 7),
            (16, 24, 15),
            (64, 96, 56),
            (256, 256, 224),
        ] {
            assert_eq!(turned(from, Turn::More), more, "{from}");
            assert_eq!(turned(from, Turn::Fewer), fewer, "{from}");
        }
        let wants = queue(Parallel::Auto(0), None).turn(Turn::More);
        assert!(format!("{wants:?}").contains("Parallel(Some(9))"));
    }
}
