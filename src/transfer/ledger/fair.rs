//! Whose turn it is: round robin over moving jobs, room for small ones, rests after setbacks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use super::super::IfExists;
use super::super::JobId;
use super::super::job::{Flight, Step, Work};
use super::Ledger;
use super::state::{Lane, Stand, Weight};
use crate::model::Account;

/// How much may be in flight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slots {
    /// Pieces of work with object data.
    pub(crate) parallel: usize,
    /// Parts of one job.
    pub(crate) per_job: usize,
}

/// What set a job back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Upset {
    /// The server cannot be reached.
    Network(Account),
    /// The server fails.
    Server,
}

/// Whether a job that was set back will be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Yes, after a rest.
    Later,
    /// No: it fails.
    Never,
}

/// Rests of one job, in seconds. A server that is started anew is back well within their sum.
const RESTS: [u64; 9] = [1, 1, 2, 4, 8, 15, 30, 30, 30];

/// Rests after failures of the server itself.
const SERVER_RESTS: [u64; 4] = [1, 5, 15, 30];

/// How long a server may be away that answered before.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that cannot be reached.
#[derive(Debug, Clone, Copy)]
struct Outage {
    since: Duration,
    until: Duration,
}

/// What fairness must remember.
#[derive(Debug, Default)]
pub(crate) struct Fairness {
    opens: usize,
    parts: usize,
    others: usize,
    last: Option<JobId>,
    opened_last: bool,
    outages: BTreeMap<Account, Outage>,
    reached: BTreeSet<Account>,
}

impl Fairness {
    pub(crate) fn flights(&self) -> usize {
        self.opens + self.parts + self.others
    }

    fn slot(&mut self, flight: Flight) -> &mut usize {
        match flight {
            Flight::Open => &mut self.opens,
            Flight::Part(_) => &mut self.parts,
            Flight::Check | Flight::Close | Flight::Abort => &mut self.others,
        }
    }

    pub(crate) fn landed(&mut self, flight: Flight) {
        let slot = self.slot(flight);
        *slot = slot.saturating_sub(1);
    }

    fn away(&self, account: Option<&Account>, now: Duration) -> bool {
        let outage = account.and_then(|a| self.outages.get(a));
        outage.is_some_and(|o| now < o.until)
    }

    fn open_lane(&self, lane: &Lane, now: Duration) -> bool {
        !self.away(lane.from.as_ref(), now) && !self.away(lane.to.as_ref(), now)
    }
}

impl Ledger {
    /// The next piece of work that may start now, if any. It is in flight from here on.
    ///
    /// Cleaning up and closing need no slot. Of the slots, jobs that are opened (or done by their
    /// one request) and parts get equal shares while there are both.
    pub(crate) fn next(&mut self, slots: &Slots, now: Duration) -> Option<Work> {
        self.wake(now);
        if let Some(id) = self.index.aborting.first().copied() {
            return self.start(id, Flight::Abort);
        }
        let left = self.index.checking.iter().copied();
        if let Some(id) = left.into_iter().find(|id| self.reachable(*id, now)) {
            return self.start(id, Flight::Check);
        }
        let ready = self.index.closing.iter().copied();
        if let Some(id) = ready.into_iter().find(|id| self.reachable(*id, now)) {
            return self.start(id, Flight::Close);
        }
        if self.fair.opens + self.fair.parts >= slots.parallel.max(1) {
            return None;
        }
        let open_first = match self.fair.opens.cmp(&self.fair.parts) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => !self.fair.opened_last,
            std::cmp::Ordering::Greater => false,
        };
        if open_first {
            self.open(slots, now).or_else(|| self.part(slots, now))
        } else {
            self.part(slots, now).or_else(|| self.open(slots, now))
        }
    }

    /// The next piece of cleaning up, when nothing else may start any more.
    pub(crate) fn next_cleanup(&mut self) -> Option<Work> {
        let id = self.index.aborting.first().copied()?;
        self.start(id, Flight::Abort)
    }

    fn open(&mut self, slots: &Slots, now: Duration) -> Option<Work> {
        let crowded = self.index.moving.len() >= slots.parallel.div_ceil(2).max(1);
        let lanes = self.index.lanes.iter();
        let first = lanes
            .filter(|(lane, _)| !(crowded && lane.weight == Weight::Heavy))
            .filter(|(lane, _)| self.fair.open_lane(lane, now))
            .filter_map(|(_, jobs)| jobs.first())
            .min()?;
        self.start(first.1, Flight::Open)
    }

    fn part(&mut self, slots: &Slots, now: Duration) -> Option<Work> {
        let after = self.fair.last.map_or(Bound::Unbounded, Bound::Excluded);
        let moving = &self.index.moving;
        let mut turn = moving.range((after, Bound::Unbounded)).chain(moving.iter());
        let id = *turn.find(|id| self.wants_part(**id, slots, now))?;
        self.start(id, Flight::Part(0))
    }

    fn wants_part(&self, id: JobId, slots: &Slots, now: Duration) -> bool {
        let Some(job) = self.jobs.get(&id) else {
            return false;
        };
        let Some(plan) = &job.plan else {
            return false;
        };
        job.rest.is_none()
            && !plan.unchecked
            && plan.flying() < slots.per_job.max(1)
            && plan.pending()
            && self.reachable(id, now)
    }

    fn reachable(&self, id: JobId, now: Duration) -> bool {
        self.jobs.get(&id).is_some_and(|job| {
            let mut accounts = job.spec.accounts();
            accounts.all(|a| !self.fair.away(Some(a), now))
        })
    }

    fn start(&mut self, id: JobId, flight: Flight) -> Option<Work> {
        let answer = self.jobs.get(&id).map(|j| {
            let batch = self.answers.get(&j.spec.batch).copied();
            let asks = j.spec.if_exists == IfExists::Ask;
            j.answer
                .or(batch.filter(|_| asks))
                .unwrap_or(j.spec.if_exists)
        })?;
        let mut work = None;
        self.edit(id, |job| {
            let step = match flight {
                Flight::Open => Some(Step::Open(answer)),
                Flight::Check => job
                    .plan
                    .as_ref()
                    .map(|p| Step::Check(Arc::clone(&p.opened), p.marks())),
                Flight::Abort => job.leftover.clone().map(Step::Abort),
                Flight::Close => job
                    .plan
                    .as_ref()
                    .map(|p| Step::Close(Arc::clone(&p.opened), p.marks())),
                Flight::Part(_) => job.plan.as_mut().and_then(|plan| {
                    let part = plan.take()?;
                    Some(Step::Part(Arc::clone(&plan.opened), part))
                }),
            };
            if let Some(step) = step {
                *job.flights.slot(flight) += 1;
                let spec = Arc::clone(&job.spec);
                work = Some(Work {
                    job: id,
                    spec,
                    step,
                });
            }
        });
        let work = work?;
        *self.fair.slot(flight) += 1;
        match flight {
            Flight::Part(_) => {
                self.fair.last = Some(id);
                self.fair.opened_last = false;
            }
            Flight::Open => self.fair.opened_last = true,
            Flight::Check | Flight::Close | Flight::Abort => {}
        }
        Some(work)
    }

    /// Ends the rests that are over.
    fn wake(&mut self, now: Duration) {
        while let Some((until, id)) = self.index.resting.first().copied() {
            if until > now {
                break;
            }
            self.edit(id, |job| job.rest = None);
        }
    }

    /// When the next rest ends, if anything rests.
    pub(crate) fn wakes_at(&self, now: Duration) -> Option<Duration> {
        let jobs = self.index.resting.first().map(|(until, _)| *until);
        let outages = self
            .fair
            .outages
            .values()
            .map(|o| o.until)
            .filter(|u| *u > now);
        jobs.into_iter().chain(outages).min()
    }

    /// A job was set back by something that may pass: it rests, or it is time to give up.
    pub(crate) fn setback(&mut self, id: JobId, upset: &Upset, now: Duration) -> Again {
        let Some(tries) = self.jobs.get(&id).map(|j| usize::from(j.tries)) else {
            return Again::Never;
        };
        let rests: &[u64] = match upset {
            Upset::Network(_) => &RESTS,
            Upset::Server => &SERVER_RESTS,
        };
        let Some(rest) = rests.get(tries) else {
            return Again::Never;
        };
        let mut until = now + Duration::from_secs(*rest);
        if let Upset::Network(account) = upset {
            if !self.fair.reached.contains(account) {
                // It never answered: more likely its address is wrong, and each call has been
                // tried several times already.
                return Again::Never;
            }
            let new = Outage {
                since: now,
                until: now,
            };
            let outage = self.fair.outages.entry(account.clone()).or_insert(new);
            let age = now.saturating_sub(outage.since);
            if age > PATIENCE {
                return Again::Never;
            }
            if now >= outage.until {
                let wait = (age / 2).clamp(Duration::from_secs(1), Duration::from_secs(15));
                outage.until = now + wait;
            }
            until = until.max(outage.until);
        }
        self.edit(id, |job| {
            // Several parts fail by one cause: that is one try.
            if job.rest.is_none() {
                job.tries = job.tries.saturating_add(1);
            }
            if !job.stand.ended() || job.leftover.is_some() {
                job.rest = Some(job.rest.map_or(until, |rest| rest.max(until)));
            }
        });
        Again::Later
    }

    /// Something of this job worked: its servers are there.
    pub(crate) fn calm(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else {
            return;
        };
        for account in job.spec.accounts() {
            self.fair.outages.remove(account);
            if !self.fair.reached.contains(account) {
                self.fair.reached.insert(account.clone());
            }
        }
    }

    /// Whether a job may start anew because what it moves was replaced under it.
    pub(crate) fn may_restart(&self, id: JobId) -> bool {
        self.jobs
            .get(&id)
            .is_some_and(|j| j.restarts == 0 && matches!(j.stand, Stand::Active | Stand::Paused))
    }
}
