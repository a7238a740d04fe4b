//! The numbers of the queue at one moment, for those who watch.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::ledger::{Job, Ledger, Stand};
use super::super::meter::{Meter, Speed, left};
use super::super::{JobId, JobView, Phase, Snapshot};

/// Rows of what asks or failed.
const URGENT: usize = 1000;

/// Rows of what waits, is paused or ended.
const OTHERS: usize = 200;

/// A job's bytes and their speed.
#[derive(Debug, Default)]
struct Gauge {
    meter: Arc<Meter>,
    speed: Speed,
}

/// All gauges.
#[derive(Debug, Default)]
pub(super) struct Board {
    gauges: HashMap<JobId, Gauge>,
    speed: Speed,
}

impl Board {
    /// The meter of a job that works; it starts with the bytes of parts that are done.
    pub(super) fn meter(&mut self, id: JobId, ledger: &Ledger) -> Arc<Meter> {
        let gauge = self.gauges.entry(id).or_insert_with(|| {
            let plan = ledger.job(id).and_then(|job| job.plan.as_ref());
            Gauge {
                meter: Meter::starting_at(plan.map_or(0, |plan| plan.bytes())),
                speed: Speed::default(),
            }
        });
        Arc::clone(&gauge.meter)
    }

    /// Forgets what a job moved: it ended, or starts anew.
    pub(super) fn forget(&mut self, id: JobId) {
        self.gauges.remove(&id);
    }

    /// One row.
    pub(super) fn row(&self, id: JobId, job: &Job) -> JobView {
        let gauge = self.gauges.get(&id);
        let done = matches!(job.stand, Stand::Done(_));
        let moved = match (gauge, &job.plan) {
            _ if done => job.bytes,
            (Some(gauge), _) => gauge.meter.moved(),
            (None, Some(plan)) => plan.bytes(),
            (None, None) => 0,
        };
        // All of it is there only when the end was confirmed.
        let moved = match job.size {
            Some(size) if !done && moved >= size => size.saturating_sub(1),
            _ => moved,
        };
        let speed = gauge.filter(|_| !done).map_or(0, |g| g.speed.rate());
        let opened = job.plan.as_ref().map(|plan| &plan.opened);
        JobView {
            id,
            batch: job.spec.batch,
            direction: job.spec.direction(),
            kind: job.spec.kind,
            from: job.spec.from.clone(),
            to: match (&job.to, opened) {
                (Some(to), _) => to.clone(),
                (None, Some(opened)) => opened.to.clone(),
                (None, None) => job.spec.to.clone(),
            },
            phase: phase(job),
            moved,
            size: job.size,
            parts: job
                .plan
                .as_ref()
                .map_or((0, 0), |p| (p.done(), p.opened.count)),
            speed,
            left: job
                .size
                .and_then(|size| left(size.saturating_sub(moved), speed)),
        }
    }

    /// Everything, sampled now.
    pub(super) fn snapshot(&mut self, ledger: &Ledger, now: Duration, expanding: bool) -> Snapshot {
        let (total, done) = ledger.bytes();
        let mut moved = done;
        for gauge in self.gauges.values_mut() {
            gauge.speed.sample(now, gauge.meter.moved());
            moved += gauge.meter.moved();
        }
        self.speed.sample(now, moved);
        let counts = ledger.counts();
        let speed = if counts.up + counts.down + counts.across > 0 {
            self.speed.rate()
        } else {
            0
        };
        Snapshot {
            rows: self.rows(ledger).into(),
            counts,
            expanding,
            moved: moved.min(total.max(done)),
            total,
            speed,
            left: left(total.saturating_sub(moved), speed),
        }
    }

    fn rows(&self, ledger: &Ledger) -> Vec<JobView> {
        let shown = ledger.shown();
        let mut ids = Vec::new();
        for set in shown.first {
            ids.extend(set.iter().take(URGENT).map(|(_, id)| *id));
        }
        for set in shown.then {
            ids.extend(set.iter().take(OTHERS).map(|(_, id)| *id));
        }
        let mut waiting: Vec<_> = shown
            .lanes
            .iter()
            .flat_map(|lane| lane.iter().take(OTHERS).copied())
            .collect();
        waiting.sort_unstable();
        ids.extend(waiting.into_iter().take(OTHERS).map(|(_, id)| id));
        ids.extend(shown.ended.iter().rev().take(OTHERS).copied());
        let jobs = ids.into_iter().filter_map(|id| Some((id, ledger.job(id)?)));
        let mut jobs: Vec<_> = jobs.collect();
        jobs.sort_by_key(|(id, job)| (job.pos, *id));
        jobs.into_iter()
            .map(|(id, job)| self.row(id, job))
            .collect()
    }
}

fn phase(job: &Job) -> Phase {
    match &job.stand {
        Stand::Active => match &job.plan {
            Some(plan) if plan.whole() => Phase::Verifying,
            Some(_) => Phase::Moving,
            None if job.flights.open > 0 => Phase::Moving,
            None => Phase::Waiting,
        },
        Stand::Paused => Phase::Paused,
        Stand::Asking(conflict) => Phase::Asking(conflict.clone()),
        Stand::Done(verified) => Phase::Done(*verified),
        Stand::Skipped => Phase::Skipped,
        Stand::Failed(trouble) => Phase::Failed(trouble.clone()),
        Stand::Cancelled => Phase::Cancelled,
    }
}
