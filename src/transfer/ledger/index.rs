//! Who is where: the queues, sets and sums that make every question cheap.
//!
//! Invariant: each job stands in exactly the sets that its keys say. `Index::shift` is the only
//! way to change them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::super::{BatchId, Counts, Direction, JobId};
use super::keys::{Chore, Class, Keys, Lane};

/// How a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Batch {
    /// Jobs that have not come to an end.
    pub(crate) open: u64,
    pub(crate) done: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
    pub(crate) bytes: u64,
}

/// Jobs by queue position.
pub(crate) type Ranked = BTreeSet<(i64, JobId)>;

/// The sets.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) lanes: BTreeMap<Lane, Ranked>,
    /// Opening, moving or verifying.
    pub(crate) busy: Ranked,
    pub(crate) moving: BTreeSet<JobId>,
    /// What a dead process left, to be looked at.
    pub(crate) checking: BTreeSet<JobId>,
    pub(crate) closing: BTreeSet<JobId>,
    pub(crate) aborting: BTreeSet<JobId>,
    /// Those that have parts, wherever they stand.
    pub(crate) cut: BTreeSet<JobId>,
    pub(crate) delayed: Ranked,
    pub(crate) paused: Ranked,
    pub(crate) asking: Ranked,
    pub(crate) failed: Ranked,
    pub(crate) resting: BTreeSet<(Duration, JobId)>,
    /// Done, skipped or cancelled, in the order of their end.
    pub(crate) finished: VecDeque<JobId>,
    pub(crate) counts: Counts,
    pub(crate) batches: BTreeMap<BatchId, Batch>,
    /// Known bytes of all jobs.
    pub(crate) total: u64,
    /// Bytes of the jobs that are done.
    pub(crate) bytes: u64,
}

/// The sets to show; see [`super::Ledger::shown`].
pub(crate) struct Rows<'l> {
    pub(crate) first: [&'l Ranked; 3],
    pub(crate) then: [&'l Ranked; 2],
    pub(crate) lanes: Vec<&'l Ranked>,
    pub(crate) ended: &'l VecDeque<JobId>,
}

impl Index {
    /// Moves a job from where it was to where it is now.
    pub(crate) fn shift(
        &mut self,
        id: JobId,
        batch: BatchId,
        before: Option<&Keys>,
        after: Option<&Keys>,
    ) {
        if before == after {
            return;
        }
        if let Some(keys) = before {
            self.leave(id, keys);
            tally(self.batches.entry(batch).or_default(), keys, Sign::Minus);
        }
        if let Some(keys) = after {
            self.enter(id, keys);
            tally(self.batches.entry(batch).or_default(), keys, Sign::Plus);
        }
        let ended = |keys: Option<&Keys>| {
            keys.is_some_and(|k| matches!(k.class, Class::Done | Class::Skipped | Class::Cancelled))
        };
        if ended(after) && !ended(before) {
            self.finished.push_back(id);
        }
    }

    fn set(&mut self, class: &Class) -> Option<&mut Ranked> {
        match class {
            Class::Waiting(lane) => Some(self.lanes.entry(lane.clone()).or_default()),
            Class::Delayed => Some(&mut self.delayed),
            Class::Opening | Class::Moving | Class::Verifying => Some(&mut self.busy),
            Class::Paused => Some(&mut self.paused),
            Class::Asking => Some(&mut self.asking),
            Class::Failed => Some(&mut self.failed),
            Class::Done | Class::Skipped | Class::Cancelled => None,
        }
    }

    fn leave(&mut self, id: JobId, keys: &Keys) {
        if let Some(set) = self.set(&keys.class) {
            set.remove(&(keys.pos, id));
        }
        self.moving.remove(&id);
        self.checking.remove(&id);
        self.closing.remove(&id);
        self.aborting.remove(&id);
        self.cut.remove(&id);
        if let Some(rest) = keys.rest {
            self.resting.remove(&(rest, id));
        }
        *count(&mut self.counts, keys) -= 1;
        self.total = self.total.saturating_sub(keys.size);
        self.bytes = self.bytes.saturating_sub(keys.bytes);
    }

    fn enter(&mut self, id: JobId, keys: &Keys) {
        if let Some(set) = self.set(&keys.class) {
            set.insert((keys.pos, id));
        }
        if keys.class == Class::Moving {
            self.moving.insert(id);
        }
        match keys.chore {
            Some(Chore::Abort) => _ = self.aborting.insert(id),
            Some(Chore::Check) => _ = self.checking.insert(id),
            Some(Chore::Close) => _ = self.closing.insert(id),
            None => {}
        }
        if keys.cut {
            self.cut.insert(id);
        }
        if let Some(rest) = keys.rest {
            self.resting.insert((rest, id));
        }
        *count(&mut self.counts, keys) += 1;
        self.total = self.total.saturating_add(keys.size);
        self.bytes = self.bytes.saturating_add(keys.bytes);
    }

    /// Jobs that wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.lanes.values().map(BTreeSet::len).sum()
    }
}

fn count<'c>(counts: &'c mut Counts, keys: &Keys) -> &'c mut u64 {
    match keys.class {
        Class::Waiting(_) | Class::Delayed => &mut counts.waiting,
        Class::Opening | Class::Moving | Class::Verifying => match keys.direction {
            Direction::Up => &mut counts.up,
            Direction::Down => &mut counts.down,
            Direction::Across => &mut counts.across,
        },
        Class::Paused => &mut counts.paused,
        Class::Asking => &mut counts.asking,
        Class::Failed => &mut counts.failed,
        Class::Done => &mut counts.done,
        Class::Skipped => &mut counts.skipped,
        Class::Cancelled => &mut counts.cancelled,
    }
}

#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

fn tally(batch: &mut Batch, keys: &Keys, sign: Sign) {
    let count = match keys.class {
        Class::Done => &mut batch.done,
        Class::Skipped => &mut batch.skipped,
        Class::Failed => &mut batch.failed,
        Class::Cancelled => &mut batch.cancelled,
        Class::Waiting(_)
        | Class::Delayed
        | Class::Opening
        | Class::Moving
        | Class::Verifying
        | Class::Paused
        | Class::Asking => &mut batch.open,
    };
    match sign {
        Sign::Plus => {
            *count += 1;
            batch.bytes = batch.bytes.saturating_add(keys.bytes);
        }
        Sign::Minus => {
            *count -= 1;
            batch.bytes = batch.bytes.saturating_sub(keys.bytes);
        }
    }
}
