//! The queue as a state machine: facts go in, work comes out. Pure: no clock, no I/O.
//!
//! Invariants, held by the property tests: replaying the journal gives the same jobs as living
//! through it (all but what is in flight); no part flies twice; a job that ended works no more;
//! what was opened is closed or aborted.

mod asks;
mod fair;
#[cfg(test)]
mod fairness;
mod index;
mod keys;
mod orders;
mod remains;
#[cfg(test)]
mod remnants;
#[cfg(test)]
mod rules;
mod runs;
mod slots;
mod state;
mod sweeps;
#[cfg(test)]
mod tests;

pub(crate) use fair::{Again, Upset};
pub(crate) use index::{Batch, Rows};
pub(crate) use remains::Heir;
pub(crate) use slots::{Server, Slots};
pub(crate) use state::{Job, Stand};

use std::collections::{BTreeMap, BTreeSet};

use super::job::{Fact, First, Flight, Hold, Mark, Opened, Parts, Spec};
use super::{BatchId, Counts, IfExists, JobId, Verified};
use crate::model::Location;
use asks::Asks;
use fair::Fairness;
use index::Index;
use state::Plan;
use std::sync::Arc;
use sweeps::Sweeps;

/// Ended jobs that are remembered by row; of older ones only the counts stay.
const REMEMBERED: usize = 1000;

/// The queue.
#[derive(Debug)]
pub(crate) struct Ledger {
    jobs: BTreeMap<JobId, Job>,
    index: Index,
    fair: Fairness,
    answers: BTreeMap<BatchId, IfExists>,
    asks: Asks,
    sweeps: Sweeps,
    held: BTreeSet<Hold>,
    all_held: bool,
    next_id: u64,
    next_pos: i64,
    heavy_above: u64,
    /// Counts of ended jobs that are not remembered by row.
    old: Counts,
}

impl Ledger {
    /// An empty queue. Jobs above `heavy_above` bytes are known to need parts.
    pub(crate) fn new(heavy_above: u64) -> Self {
        Self {
            jobs: BTreeMap::new(),
            index: Index::default(),
            fair: Fairness::default(),
            answers: BTreeMap::new(),
            asks: Asks::default(),
            sweeps: Sweeps::new(),
            held: BTreeSet::new(),
            all_held: false,
            next_id: 1,
            next_pos: 0,
            heavy_above,
            old: Counts::default(),
        }
    }

    /// The queue after all these facts, with nothing in flight.
    pub(crate) fn replay<'f>(heavy_above: u64, facts: impl IntoIterator<Item = &'f Fact>) -> Self {
        let mut ledger = Self::new(heavy_above);
        for fact in facts {
            ledger.apply(fact);
        }
        ledger
    }

    /// A number that no job has.
    pub(crate) fn fresh_id(&mut self) -> JobId {
        let id = JobId(self.next_id);
        self.next_id += 1;
        id
    }

    pub(crate) fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    pub(crate) fn jobs(&self) -> impl Iterator<Item = (JobId, &Job)> {
        self.jobs.iter().map(|(id, job)| (*id, job))
    }

    /// How many jobs are where.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = self.index.counts;
        counts.done += self.old.done;
        counts.skipped += self.old.skipped;
        counts.cancelled += self.old.cancelled;
        counts
    }

    pub(crate) fn batch(&self, id: BatchId) -> Batch {
        self.index.batches.get(&id).copied().unwrap_or_default()
    }

    /// The batches that have not come to an end.
    pub(crate) fn open_batches(&self) -> Vec<BatchId> {
        let open = self
            .index
            .batches
            .iter()
            .filter(|(_, batch)| batch.open > 0);
        open.map(|(id, _)| *id).collect()
    }

    /// Jobs that wait for their turn or for a time.
    pub(crate) fn waiting(&self) -> usize {
        self.index.waiting() + self.index.delayed.len()
    }

    /// Whether nothing is in flight and nothing will start by itself.
    pub(crate) fn idle(&self) -> bool {
        self.index.counts.active() == 0
            && self.fair.flights() == 0
            && self.index.aborting.is_empty()
    }

    /// Known bytes of all jobs, and bytes of those that are done.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.index.total, self.index.bytes)
    }

    /// The numbers of the jobs that can be forgotten.
    pub(crate) fn clearable(&self) -> Vec<JobId> {
        let ended = self.index.finished.iter().copied();
        ended.filter(|id| self.forgettable(*id)).collect()
    }

    /// The sets to show, in this order: what is busy, asks or failed; what is paused or waits;
    /// what ended, oldest first.
    pub(crate) fn shown(&self) -> Rows<'_> {
        Rows {
            first: [&self.index.busy, &self.index.asking, &self.index.failed],
            then: [&self.index.paused, &self.index.delayed],
            lanes: self.index.lanes.values().collect(),
            ended: &self.index.finished,
        }
    }

    fn forgettable(&self, id: JobId) -> bool {
        self.jobs.get(&id).is_some_and(|job| {
            job.flights.none()
                && job.leftover.is_none()
                && job.stranded.is_empty()
                && job.strays.is_empty()
                && matches!(
                    job.stand,
                    Stand::Done(_) | Stand::Skipped | Stand::Cancelled
                )
        })
    }

    /// Changes one job and keeps the index true.
    fn edit(&mut self, id: JobId, change: impl FnOnce(&mut Job)) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        let before = job.keys(self.heavy_above);
        change(job);
        job.tidy();
        let after = job.keys(self.heavy_above);
        self.index
            .shift(id, job.spec.batch, Some(&before), Some(&after));
    }

    fn edit_all(&mut self, which: impl Fn(&Job) -> bool, change: impl Fn(&mut Job)) {
        let ids = self.jobs.iter().filter(|(_, job)| which(job));
        for id in ids.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.edit(id, &change);
        }
    }

    fn forget(&mut self, id: JobId) {
        if let Some(job) = self.jobs.remove(&id) {
            let keys = job.keys(self.heavy_above);
            self.index.shift(id, job.spec.batch, Some(&keys), None);
        }
    }

    /// Takes in what happened. Facts about jobs that ended change nothing, but for what must be
    /// cleaned up.
    pub(crate) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Asked { ask, asked } => {
                self.next_id = self.next_id.max(ask.0 + 1);
                self.asks.asked(*ask, asked);
            }
            Fact::Listed(ask) => self.asks.ended(*ask),
            Fact::Submitted { job, spec } => self.submitted(*job, spec),
            Fact::Opening { job, to, at, until } => {
                self.edit(*job, |j| j.open_anew(Opened::unheard(to, *at, *until)));
            }
            Fact::Stray { job, opened } => self.edit(*job, |j| j.strays.push(Arc::clone(opened))),
            Fact::Writing { job, to, temp } => self.edit(*job, |j| j.write(to, temp)),
            Fact::Opened { job, opened, first } => self.opened(*job, opened, *first),
            Fact::PartDone { job, mark } => self.part_done(*job, mark),
            // What is safe on disk matters to a later process alone.
            Fact::Safe { .. } => {}
            Fact::Adopted(job) => self.adopted(*job),
            Fact::Checked { job, marks } => self.checked(*job, marks),
            Fact::Restarted(job) => self.edit(*job, |j| {
                j.drop_plan();
                j.restarts = j.restarts.saturating_add(1);
            }),
            Fact::Closed {
                job,
                to,
                verified,
                bytes,
            } => self.closed(*job, to, (*verified, *bytes)),
            Fact::Skipped(job) => {
                self.end(*job, &Stand::Skipped);
                self.trim();
            }
            Fact::Asking { job, conflict } => self.asking(*job, conflict),
            Fact::Failed {
                job,
                trouble,
                parts,
            } => {
                self.end(*job, &Stand::Failed(trouble.clone()));
                if *parts == Parts::Drop {
                    self.edit(*job, Job::drop_plan);
                }
            }
            Fact::Aborted(job) => self.edit(*job, |j| {
                j.leftover = None;
                j.tries = 0;
            }),
            Fact::Stranded(job) => self.edit(*job, |j| {
                j.stranded.extend(j.leftover.take());
                j.tries = 0;
            }),
            Fact::Sweeping { batch, folder } => self.sweeping(*batch, folder),
            Fact::Swept(batch) => drop(self.sweeps.remove(batch)),
            Fact::Ruled(ruling) => self.ruled(ruling),
        }
    }

    fn part_done(&mut self, id: JobId, mark: &Mark) {
        self.calm(id);
        self.edit(id, |j| {
            if let Some(plan) = &mut j.plan {
                plan.mark(mark);
                j.tries = 0;
            }
        });
    }

    fn closed(&mut self, id: JobId, to: &Location, (verified, bytes): (Verified, u64)) {
        self.calm(id);
        self.edit(id, |j| {
            if matches!(j.stand, Stand::Active | Stand::Paused) {
                (j.plan, j.writing) = (None, None);
                j.to = (*to != j.spec.to).then(|| to.clone());
                j.size = Some(bytes);
                j.bytes = bytes;
                j.rest = None;
                j.stand = Stand::Done(verified);
            }
        });
        self.trim();
    }

    fn submitted(&mut self, id: JobId, spec: &Arc<Spec>) {
        self.next_id = self.next_id.max(id.0 + 1);
        let mut job = Job::new(Arc::clone(spec), self.next_pos);
        self.next_pos += 1;
        job.parked = self.held.iter().any(|h| h.stops(spec));
        if self.all_held || job.parked {
            job.stand = Stand::Paused;
        }
        let keys = job.keys(self.heavy_above);
        self.index.shift(id, spec.batch, None, Some(&keys));
        self.jobs.insert(id, job);
    }

    fn opened(&mut self, id: JobId, opened: &Arc<Opened>, first: First) {
        self.calm(id);
        self.edit(id, |j| {
            (j.opening, j.writing) = (None, None);
            if j.stand.ended() || j.plan.is_some() {
                j.leave(Arc::clone(opened));
                return;
            }
            let mut plan = Plan::new(Arc::clone(opened));
            if first == First::Flying && j.flights.open > 0 {
                plan.ride();
            }
            j.size = (!j.spec.is_stream()).then_some(opened.size);
            j.plan = Some(Box::new(plan));
        });
    }

    fn asking(&mut self, id: JobId, conflict: &super::Conflict) {
        let answer = self
            .jobs
            .get(&id)
            .and_then(|j| self.answers.get(&j.spec.batch));
        let answer = answer.copied();
        self.edit(id, |j| {
            if !matches!(j.stand, Stand::Active | Stand::Paused) {
                return;
            }
            j.drop_plan();
            if answer.is_some() {
                j.answer = answer;
            } else {
                j.stand = Stand::Asking(Box::new(conflict.clone()));
            }
        });
    }

    fn end(&mut self, id: JobId, stand: &Stand) {
        self.edit(id, |j| {
            if !j.stand.ended() {
                j.stand = stand.clone();
                (j.rest, j.writing) = (None, None);
            }
        });
    }

    /// Forgets the rows of the jobs that ended first; their counts stay.
    fn trim(&mut self) {
        while self.index.finished.len() > REMEMBERED {
            let Some(id) = self.index.finished.pop_front() else {
                return;
            };
            let Some(job) = self.jobs.get(&id) else {
                continue;
            };
            if !self.forgettable(id) {
                self.index.finished.push_back(id);
                return;
            }
            match job.stand {
                Stand::Done(_) => self.old.done += 1,
                Stand::Skipped => self.old.skipped += 1,
                Stand::Cancelled
                | Stand::Active
                | Stand::Paused
                | Stand::Asking(_)
                | Stand::Failed(_) => self.old.cancelled += 1,
            }
            let (batch, sums) = (job.spec.batch, (self.index.total, self.index.bytes));
            let tally = self.batch(batch);
            self.forget(id);
            (self.index.total, self.index.bytes) = sums;
            self.index.batches.insert(batch, tally);
        }
    }

    /// A piece of work ended, well or not; what it did was told by facts before.
    pub(crate) fn landed(&mut self, id: JobId, flight: Flight) {
        self.left(id, flight);
        self.edit(id, |j| {
            let flights = j.flights.slot(flight);
            *flights = flights.saturating_sub(1);
            if let Some(plan) = &mut j.plan {
                match flight {
                    Flight::Part(part) => plan.land(part),
                    Flight::Open => plan.land_opener(),
                    Flight::Check | Flight::Close | Flight::Abort => {}
                }
            }
        });
    }
}
