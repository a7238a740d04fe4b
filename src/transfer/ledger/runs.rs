//! Which part of a download is next, where one answer brings several in a row.
//!
//! Pure. Invariant: a part that waits is next, or waits behind a flying one of its run, whose answer
//! brings it. Only when nothing else is left, the last part of the longest such rest is taken from
//! its answer, so that all connections end together.

use std::ops::Range;

use super::super::job::{Opened, Way};
use super::super::plan;

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Waits,
    Flies,
    Done,
}

/// Parts in a row that one answer may bring.
pub(super) fn of(opened: &Opened) -> u32 {
    match opened.way {
        Way::Down { .. } => plan::run(opened.part, opened.count),
        Way::Up { .. } | Way::Copy { .. } | Way::Relay { .. } => 1,
    }
}

/// The next part, among those from which on not all are done.
pub(super) fn next(run: u32, parts: Range<u32>, stage: impl Fn(u32) -> Stage) -> Option<u32> {
    let (mut promised, mut rest) = (false, 0);
    let mut longest: Option<(u32, u32)> = None;
    for at in parts {
        if at % run == 0 {
            (promised, rest) = (false, 0);
        }
        match stage(at) {
            Stage::Flies => (promised, rest) = (true, 0),
            Stage::Done => promised = false,
            Stage::Waits if !promised => return Some(at),
            Stage::Waits => {
                rest += 1;
                if longest.is_none_or(|(most, _)| rest >= most) {
                    longest = Some((rest, at));
                }
            }
        }
    }
    longest.filter(|(rest, _)| *rest > 1).map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::Stage::{Done, Flies, Waits};
    use super::*;

    fn next_of(run: u32, stages: &[Stage]) -> Option<u32> {
        let count = u32::try_from(stages.len()).unwrap();
        next(run, 0..count, |at| stages[at as usize])
    }

    #[test]
    fn connections_begin_at_heads_and_go_on_where_they_stand() {
        assert_eq!(next_of(4, &[Waits; 12]), Some(0));
        let mut stages = [Waits; 12];
        stages[0] = Flies;
        assert_eq!(next_of(4, &stages), Some(4));
        stages[4] = Flies;
        assert_eq!(next_of(4, &stages), Some(8));
        // The second one is done first: its answer goes on, and nothing else is begun.
        stages[4] = Done;
        assert_eq!(next_of(4, &stages), Some(5));
    }

    #[test]
    fn what_another_process_left_is_taken_up() {
        assert_eq!(next_of(4, &[Done, Flies, Done, Waits]), Some(3));
        assert_eq!(next_of(4, &[Done, Waits, Waits, Done]), Some(1));
        assert_eq!(next_of(4, &[Done; 4]), None);
    }

    #[test]
    fn in_the_end_long_rests_are_shared_and_single_parts_left_alone() {
        let stages = [Done, Flies, Waits, Waits, Flies, Waits, Waits, Waits];
        assert_eq!(next_of(4, &stages), Some(7));
        let stages = [Done, Flies, Waits, Waits, Done, Done, Flies, Waits];
        assert_eq!(next_of(4, &stages), Some(3));
        let stages = [Done, Done, Flies, Waits, Done, Done, Flies, Waits];
        assert_eq!(next_of(4, &stages), None, "their answers bring them");
    }
}
