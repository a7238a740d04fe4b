//! What people order, turned into facts.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::expand::Born;
use super::super::job::{Asked, Fact, Parts, Ruling, Spec, Turn};
use super::super::ledger::Stand;
use super::super::left::LeftId;
use super::super::roster::Requests;
use super::super::{BatchId, IfExists, JobId, Notice, Order, Request};
use super::{BIRTHS, Driver};
use crate::model::Location;

/// Requests that are written down as one.
const TOGETHER: usize = 250;

impl Driver {
    /// Does what an order says.
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Submit(batch, requests) => self.submit(batch, &requests),
            Order::Enlist(batch, rosters) => {
                for roster in rosters {
                    self.asked(batch, Requests::Packed(roster));
                }
            }
            Order::Pause(job) => self.record(&Fact::Ruled(Ruling::Paused(job))),
            Order::Resume(job) => self.record(&Fact::Ruled(Ruling::Resumed(job))),
            Order::PauseAll => self.record(&Fact::Ruled(Ruling::PausedAll)),
            Order::ResumeAll => self.record(&Fact::Ruled(Ruling::ResumedAll)),
            Order::Retry(job) => {
                self.mend(job);
                self.record(&Fact::Ruled(Ruling::Retried(job)));
            }
            Order::RetryFailed => self.record(&Fact::Ruled(Ruling::RetriedFailed)),
            Order::Cancel(job) => {
                self.record(&Fact::Ruled(Ruling::Cancelled(job)));
                self.cut_cancelled();
            }
            Order::CancelAll => {
                self.stop_listing();
                self.record(&Fact::Ruled(Ruling::CancelledAll));
                self.cut_cancelled();
            }
            Order::Decide(_, IfExists::Ask) | Order::DecideAll(IfExists::Ask) => {}
            Order::Decide(job, answer) => {
                self.record(&Fact::Ruled(Ruling::Decided { job, answer }));
            }
            Order::DecideAll(answer) => self.record(&Fact::Ruled(Ruling::DecidedAll(answer))),
            Order::Reorder(job, by) => {
                let places = self.ledger.placing(job, by);
                self.record(&Fact::Ruled(Ruling::Placed(places)));
            }
            Order::ClearFinished => {
                let ids = self.ledger.clearable();
                self.record(&Fact::Ruled(Ruling::Cleared(ids)));
            }
            Order::TakeUp(which) => self.take_up(&which),
            Order::Discard(which) => {
                self.discard(&which);
                self.cut_cancelled();
            }
            Order::Parallel(at) => {
                let now = self.now();
                self.pacing.fix(at, now);
                self.stirred = true;
            }
            Order::Bandwidth(rate) => {
                self.tools.valve.set(rate);
                self.stirred = true;
            }
        }
        self.list();
        // What was done for may have work again.
        let now = self.now();
        for id in self.ledger.open_batches() {
            self.batches.entry(id).or_insert(now);
        }
    }

    fn submit(&mut self, batch: BatchId, requests: &[Request]) {
        // A tree stands for itself, since its listing takes its time; others go some at a time.
        let plain = |r: &Request| !matches!(r.from, Location::Under { .. });
        let groups = requests.chunk_by(|a, b| plain(a) && plain(b));
        for requests in groups.flat_map(|group| group.chunks(TOGETHER)) {
            self.asked(batch, Requests::Each(requests.to_vec()));
        }
    }

    fn asked(&mut self, batch: BatchId, requests: Requests) {
        let now = self.now();
        self.batches.entry(batch).or_insert(now);
        let ask = self.ledger.fresh_id();
        self.record(&Fact::Asked {
            ask,
            asked: Arc::new(Asked {
                batch,
                turn: Turn::First,
                requests,
            }),
        });
    }

    /// Ends all expansions, and drops what they had on the way.
    pub(super) fn stop_listing(&mut self) {
        self.expansions.abort_all();
        self.asking.clear();
        (self.births_in, self.births) = mpsc::channel(BIRTHS);
    }

    /// Ends the work of jobs that were given up.
    fn cut_cancelled(&mut self) {
        for (id, cut) in &self.cuts {
            if self
                .ledger
                .job(*id)
                .is_some_and(|job| job.stand == Stand::Cancelled)
            {
                cut.cancel();
            }
        }
    }

    /// What is wanted after all goes on with a cut of its own: one that was made stays made, and
    /// it outlives its job while something is left to be cleaned up.
    fn mend(&mut self, job: JobId) {
        if self
            .cuts
            .get(&job)
            .is_some_and(CancellationToken::is_cancelled)
        {
            self.cuts.remove(&job);
        }
    }

    /// Takes in what an expansion brought.
    pub(super) fn born(&mut self, born: Born) {
        match born {
            Born::Job(spec) | Born::Lost(spec, _)
                if self.is_known(spec.turn, LeftId::of_spec(&spec)) => {}
            Born::Job(spec) => {
                self.enter(spec);
            }
            Born::Lost(spec, trouble) => {
                let job = self.enter(spec);
                self.take(&Fact::Failed {
                    job,
                    trouble,
                    parts: Parts::Drop,
                });
            }
            Born::Warning(trouble) => {
                let _ = self.tell.send(Notice::Warning(*trouble));
            }
            Born::Listed(ask) => {
                self.asking.remove(&ask);
                self.record(&Fact::Listed(ask));
            }
            Born::Broken(ask) => {
                self.asking.remove(&ask);
                self.record(&Fact::Ruled(Ruling::AskHeld(ask)));
            }
            Born::Sweep(batch, folder) => self.record(&Fact::Sweeping { batch, folder }),
        }
    }

    fn enter(&mut self, spec: Spec) -> JobId {
        let job = self.ledger.fresh_id();
        self.record(&Fact::Submitted {
            job,
            spec: Arc::new(spec),
        });
        job
    }
}
