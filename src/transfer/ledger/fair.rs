//! Whose turn it is: the servers in turn, at each small jobs beside parts, and of parts the jobs in
//! turn; rests after setbacks.
//!
//! Invariant: no server has more in flight than its slots say, and what can go on is not kept
//! waiting for more than its turn.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use super::super::IfExists;
use super::super::JobId;
use super::super::job::{Flight, Step, Work};
use super::Ledger;
use super::keys::{Lane, Weight};
use super::slots::{Loads, Server, Sign, Slots};
use super::state::Stand;
use crate::model::Account;

/// What set a job back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Upset {
    /// The server cannot be reached.
    Network(Account),
    /// The server fails.
    Server,
}

impl Upset {
    /// How often a job rests before it fails.
    pub(crate) fn rests(&self) -> u32 {
        let rests = self.seconds().len();
        u32::try_from(rests).unwrap_or(u32::MAX)
    }

    fn seconds(&self) -> &'static [u64] {
        match self {
            Self::Network(_) => &RESTS,
            Self::Server => &SERVER_RESTS,
        }
    }
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
    loads: Loads,
    outages: BTreeMap<Account, Outage>,
    reached: BTreeSet<Account>,
}

impl Fairness {
    pub(crate) fn flights(&self) -> usize {
        self.loads.flights
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
    /// Says which server an account is at, before the first job of that account.
    pub(crate) fn meet(&mut self, account: &Account, server: Server) {
        self.fair.loads.accounts.insert(account.clone(), server);
    }

    /// What is in flight at a server: jobs that are opened, and parts.
    pub(crate) fn load(&self, server: Server) -> (usize, usize) {
        self.fair.loads.at(server)
    }

    /// The next piece of work that may start now, if any, within the slots of each server. It is in
    /// flight from here on. Cleaning up and closing need no slot.
    pub(crate) fn next(&mut self, slots: &[Slots], now: Duration) -> Option<Work> {
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
        self.fair.loads.know(slots.len());
        for step in 1..=slots.len() {
            let server = (self.fair.loads.turn + step) % slots.len();
            let load = &self.fair.loads.each[server];
            if !load.has_room(&slots[server], Flight::Close) {
                continue;
            }
            let id = if load.opens_first() {
                let open = self.open(server, slots, now).map(|id| (id, Flight::Open));
                open.or_else(|| Some((self.part(server, slots, now)?, Flight::Part(0))))
            } else {
                let part = self.part(server, slots, now);
                let part = part.map(|id| (id, Flight::Part(0)));
                part.or_else(|| Some((self.open(server, slots, now)?, Flight::Open)))
            };
            if let Some((id, flight)) = id {
                self.fair.loads.took_turn(server, id, flight);
                return self.start(id, flight);
            }
        }
        None
    }

    /// The next piece of cleaning up, when nothing else may start any more.
    pub(crate) fn next_cleanup(&mut self) -> Option<Work> {
        let id = self.index.aborting.first().copied()?;
        self.start(id, Flight::Abort)
    }

    fn open(&self, server: Server, slots: &[Slots], now: Duration) -> Option<JobId> {
        // What was begun is finished before much else is begun.
        let parts = slots[server].parts.min(slots[server].both);
        let crowded = self.index.moving.len() >= parts.div_ceil(2).max(1);
        let lanes = self.index.lanes.iter();
        let first = lanes
            .filter(|(lane, _)| !(crowded && lane.weight == Weight::Heavy))
            .filter(|(lane, _)| {
                let servers = self
                    .fair
                    .loads
                    .servers(lane.from.as_ref(), lane.to.as_ref());
                servers.0 == server && self.fair.loads.has_room(slots, servers, Flight::Open)
            })
            .filter(|(lane, _)| self.fair.open_lane(lane, now))
            .filter_map(|(_, jobs)| jobs.first())
            .min()?;
        Some(first.1)
    }

    fn part(&self, server: Server, slots: &[Slots], now: Duration) -> Option<JobId> {
        if !self
            .fair
            .loads
            .has_room(slots, (server, None), Flight::Part(0))
        {
            return None;
        }
        let last = self.fair.loads.each[server].last;
        let after = last.map_or(Bound::Unbounded, Bound::Excluded);
        let moving = &self.index.moving;
        let mut turn = moving.range((after, Bound::Unbounded)).chain(moving.iter());
        let wants = |id: &&JobId| self.wants_part(**id, server, slots, now);
        turn.find(wants).copied()
    }

    fn wants_part(&self, id: JobId, server: Server, slots: &[Slots], now: Duration) -> bool {
        let Some(job) = self.jobs.get(&id) else {
            return false;
        };
        let Some(plan) = &job.plan else {
            return false;
        };
        let spec = &job.spec;
        let servers = self
            .fair
            .loads
            .servers(spec.from.account(), spec.to.account());
        servers.0 == server
            && job.rest.is_none()
            && !plan.unchecked
            && plan.pending()
            && self.fair.loads.has_room(slots, servers, Flight::Part(0))
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
                    let (part, reach) = plan.take()?;
                    Some(Step::Part(Arc::clone(&plan.opened), part, reach))
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
        self.fair.loads.count(&work.spec, flight, Sign::Plus);
        Some(work)
    }

    /// A piece of work is in flight no more.
    pub(super) fn left(&mut self, id: JobId, flight: Flight) {
        if let Some(job) = self.jobs.get(&id) {
            let spec = Arc::clone(&job.spec);
            self.fair.loads.count(&spec, flight, Sign::Minus);
        }
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
        let Some(rest) = upset.seconds().get(tries) else {
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
