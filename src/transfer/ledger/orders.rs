//! What people said, taken into the ledger: pause, resume, retry, decide, cancel, reorder.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::job::{Hold, Ruling};
use super::super::{Counts, IfExists, JobId};
use super::Ledger;
use super::index::Ranked;
use super::state::{Job, Stand};

impl Ledger {
    /// Takes in what people said.
    pub(super) fn ruled(&mut self, ruling: &Ruling) {
        match ruling {
            Ruling::Decided { job, answer } => self.edit(*job, |j| decide(j, *answer)),
            Ruling::DecidedAll(answer) => {
                for (_, id) in self.index.asking.clone() {
                    if let Some(job) = self.jobs.get(&id) {
                        self.answers.insert(job.spec.batch, *answer);
                    }
                    self.edit(id, |j| decide(j, *answer));
                }
            }
            Ruling::Held(hold) => {
                self.edit_all(|j| hold.stops(&j.spec), park);
                self.held.insert(hold.clone());
            }
            Ruling::Retried(job) => self.retried(*job),
            Ruling::RetriedFailed => {
                self.asks.resume_broken();
                self.held.clear();
                self.unpark();
                self.edit_all(|j| matches!(j.stand, Stand::Failed(_)), retry);
            }
            Ruling::Paused(job) => self.edit(*job, pause),
            Ruling::PausedAll => {
                self.all_held = true;
                self.edit_all(|j| j.stand == Stand::Active, pause);
            }
            Ruling::Resumed(job) => {
                self.release(*job);
                self.edit(*job, resume);
            }
            Ruling::AskResumed(ask) => self.asks.resume(*ask),
            Ruling::AskHeld(ask) => self.asks.hold(*ask),
            Ruling::AskDropped(ask) => self.asks.ended(*ask),
            Ruling::ResumedAll => {
                self.asks.resume_all();
                self.all_held = false;
                self.held.clear();
                self.edit_all(|j| j.stand == Stand::Paused, resume);
            }
            Ruling::Cancelled(job) => {
                self.edit(*job, cancel);
                self.trim();
            }
            Ruling::CancelledAll => {
                self.asks.clear();
                self.edit_all(
                    |j| !j.stand.ended() || matches!(j.stand, Stand::Failed(_)),
                    cancel,
                );
                self.trim();
            }
            Ruling::Placed(places) => {
                for (id, pos) in places {
                    self.edit(*id, |j| j.pos = *pos);
                }
            }
            Ruling::Cleared(ids) => self.cleared(ids),
        }
    }

    fn cleared(&mut self, ids: &[JobId]) {
        let ids: BTreeSet<_> = ids.iter().copied().collect();
        for id in &ids {
            self.forget(*id);
        }
        self.index.finished.retain(|id| !ids.contains(id));
        self.old = Counts::default();
    }

    /// Whether all jobs of a kind are held.
    pub(crate) fn is_held(&self, hold: &Hold) -> bool {
        self.held.contains(hold)
    }

    fn release(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get(&id) {
            let spec = Arc::clone(&job.spec);
            self.held.retain(|hold| !hold.stops(&spec));
        }
    }

    fn retried(&mut self, id: JobId) {
        self.release(id);
        self.unpark();
        self.undo(id);
        self.edit(id, retry);
    }

    /// What was given up is wanted after all.
    fn undo(&mut self, id: JobId) {
        let given_up = |job: &Job| job.stand == Stand::Cancelled;
        if self.jobs.get(&id).is_some_and(given_up) {
            self.index.finished.retain(|ended| *ended != id);
            self.edit(id, |job| {
                job.stand = Stand::Active;
                (job.tries, job.restarts) = (0, 0);
            });
        }
    }

    /// Lets go on what was held with a job that is tried again.
    fn unpark(&mut self) {
        let held = self.held.clone();
        let free = |job: &Job| job.parked && !held.iter().any(|hold| hold.stops(&job.spec));
        self.edit_all(free, resume);
    }

    /// The new places of the queue when a job that waits or is paused moves up or down.
    pub(crate) fn placing(&self, id: JobId, by: i32) -> Vec<(JobId, i64)> {
        let mut queue: Ranked = self.index.delayed.clone();
        queue.extend(self.index.paused.iter().copied());
        for lane in self.index.lanes.values() {
            queue.extend(lane.iter().copied());
        }
        let queue: Vec<_> = queue.into_iter().collect();
        let Some(at) = queue.iter().position(|(_, j)| *j == id) else {
            return Vec::new();
        };
        let to = at
            .saturating_add_signed(isize::try_from(by).unwrap_or(0))
            .min(queue.len().saturating_sub(1));
        let mut order: Vec<JobId> = queue.iter().map(|(_, j)| *j).collect();
        let job = order.remove(at);
        order.insert(to, job);
        let changed = queue.iter().zip(order).filter(|((_, old), new)| old != new);
        changed.map(|((pos, _), id)| (id, *pos)).collect()
    }
}

fn decide(job: &mut Job, answer: IfExists) {
    if matches!(job.stand, Stand::Asking(_)) && answer != IfExists::Ask {
        job.answer = Some(answer);
        job.stand = Stand::Active;
    }
}

fn pause(job: &mut Job) {
    if job.stand == Stand::Active {
        job.stand = Stand::Paused;
    }
}

fn park(job: &mut Job) {
    if job.stand == Stand::Active {
        job.stand = Stand::Paused;
        job.parked = true;
    }
}

fn resume(job: &mut Job) {
    job.parked = false;
    if job.stand == Stand::Paused {
        job.stand = Stand::Active;
        job.rest = None;
        job.tries = 0;
    }
}

fn retry(job: &mut Job) {
    if matches!(job.stand, Stand::Failed(_)) {
        job.stand = Stand::Active;
        job.rest = None;
        job.tries = 0;
        job.restarts = 0;
    }
}

fn cancel(job: &mut Job) {
    if !job.stand.ended() || matches!(job.stand, Stand::Failed(_)) {
        job.stand = Stand::Cancelled;
        job.rest = None;
        job.drop_plan();
    }
}
