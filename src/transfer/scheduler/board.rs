//! The numbers of the queue at one moment, for those who watch.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::job::Way;
use super::super::ledger::{Job, Ledger, Stand};
use super::super::meter::{Meter, Shown, Speed};
use super::super::{Direction, Hitch, JobId, JobView, Means, Pacing, Phase, Snapshot};

/// Rows of what asks or failed.
const URGENT: usize = 1000;

/// Rows of what waits, is paused or ended.
const OTHERS: usize = 200;

/// No byte for so long: a job has stalled.
const STALL: Duration = Duration::from_secs(10);

/// Relayed jobs to remember before those are dropped that are forgotten.
const RELAYED: usize = 4096;

/// A job's bytes and their speed.
#[derive(Debug, Default)]
struct Gauge {
    meter: Arc<Meter>,
    speed: Speed,
    shown: Shown,
    /// What had moved at the last look, and since when.
    stood: (u64, Duration),
    hitch: Option<Hitch>,
}

/// Whether folders are still being listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Yes,
    No,
}

impl Gauge {
    /// Takes a sample of a job; gives the bytes that it moved.
    fn look(&mut self, job: Option<&Job>, now: Duration) -> u64 {
        let moved = self.meter.moved();
        self.speed.sample(now, moved);
        let size = job.and_then(|job| job.size);
        let left = size.map(|size| size.saturating_sub(moved));
        self.shown.sample(now, self.speed.rate(), left);
        let (before, since) = self.stood;
        let flies = job.is_some_and(|job| job.flights.parts + job.flights.open > 0);
        if moved != before || !flies {
            self.stood = (moved, now);
            if moved > before || matches!(self.hitch, Some(Hitch::Stalled(_))) {
                self.hitch = None;
            }
            return moved;
        }
        let stood = now.saturating_sub(since);
        if stood >= STALL && !matches!(self.hitch, Some(Hitch::Retrying { .. })) {
            self.hitch = Some(Hitch::Stalled(Duration::from_secs(stood.as_secs())));
        }
        moved
    }
}

/// All gauges.
#[derive(Debug, Default)]
pub(super) struct Board {
    gauges: HashMap<JobId, Gauge>,
    speed: Speed,
    shown: Shown,
    /// Jobs that were relayed although their server might have copied.
    relayed: HashSet<JobId>,
}

impl Board {
    /// The meter of a job that works; it starts with the bytes of parts that are done.
    pub(super) fn meter(&mut self, id: JobId, ledger: &Ledger) -> Arc<Meter> {
        let gauge = self.gauges.entry(id).or_insert_with(|| {
            let plan = ledger.job(id).and_then(|job| job.plan.as_ref());
            Gauge {
                meter: Meter::starting_at(plan.map_or(0, |plan| plan.bytes())),
                ..Gauge::default()
            }
        });
        Arc::clone(&gauge.meter)
    }

    /// Forgets what a job moved: it ended, or starts anew.
    pub(super) fn forget(&mut self, id: JobId) {
        if self.gauges.remove(&id).is_some_and(|g| g.meter.relays()) {
            self.relayed.insert(id);
        }
    }

    /// Lets the answers go that nobody goes on with: those of jobs that do not work now.
    pub(super) fn let_go(&self, works: impl Fn(JobId) -> bool) {
        for (id, gauge) in &self.gauges {
            if !works(*id) {
                gauge.meter.onward.clear();
            }
        }
    }

    /// A request of a job failed and is tried again.
    pub(super) fn retries(&mut self, id: JobId, (tries, most): (u32, u32), why: Arc<str>) {
        if let Some(gauge) = self.gauges.get_mut(&id) {
            gauge.hitch = Some(Hitch::Retrying { tries, most, why });
        }
    }

    /// Something of a job worked.
    pub(super) fn works(&mut self, id: JobId) {
        if let Some(gauge) = self.gauges.get_mut(&id) {
            gauge.hitch = None;
        }
    }

    /// Which way a job's bytes take.
    fn means(&self, id: JobId, job: &Job) -> Means {
        let spec = &job.spec;
        if spec.direction() != Direction::Across || spec.from.path().is_some() {
            return Means::Direct;
        }
        let fell_back = || {
            let gauge = self.gauges.get(&id);
            gauge.is_some_and(|g| g.meter.relays()) || self.relayed.contains(&id)
        };
        match job.plan.as_ref().map(|plan| &plan.opened.way) {
            Some(Way::Relay { .. }) => Means::Relay,
            _ if spec.from.account() != spec.to.account() || fell_back() => Means::Relay,
            _ => Means::ServerSide,
        }
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
        let shown = gauge.filter(|_| !done).map(|gauge| &gauge.shown);
        let waits = matches!(job.stand, Stand::Active) && !done;
        let opened = job.plan.as_ref().map(|plan| &plan.opened);
        // The server says nothing while it copies a range.
        let means = self.means(id, job);
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
            speed: shown.map_or(0, Shown::speed),
            left: shown.and_then(Shown::left),
            means,
            hitch: gauge
                .filter(|_| waits)
                .and_then(|gauge| gauge.hitch.clone())
                .filter(|hitch| {
                    !(means == Means::ServerSide && matches!(hitch, Hitch::Stalled(_)))
                }),
        }
    }

    /// Everything, sampled now.
    pub(super) fn snapshot(
        &mut self,
        ledger: &Ledger,
        now: Duration,
        (listing, pacing): (Listing, Pacing),
    ) -> Snapshot {
        let (total, done) = ledger.bytes();
        // What does not move now may have moved before.
        let rest = ledger
            .begun()
            .filter(|(id, _)| !self.gauges.contains_key(id));
        let mut moved = done + rest.map(|(_, bytes)| bytes).sum::<u64>();
        for (id, gauge) in &mut self.gauges {
            moved += gauge.look(ledger.job(*id), now);
        }
        if self.relayed.len() > RELAYED {
            self.relayed.retain(|id| ledger.job(*id).is_some());
        }
        self.speed.sample(now, moved);
        let counts = ledger.counts();
        let speed = if counts.up + counts.down + counts.across > 0 {
            self.speed.rate()
        } else {
            0
        };
        let left = total.saturating_sub(moved);
        self.shown.sample(now, speed, Some(left));
        Snapshot {
            rows: self.rows(ledger).into(),
            counts,
            expanding: listing == Listing::Yes,
            moved: moved.min(total.max(done)),
            total,
            speed: self.shown.speed(),
            left: self.shown.left(),
            pacing,
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
