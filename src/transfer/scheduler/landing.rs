//! How work ends: facts that are told on the way, and failures that may pass.

use tokio::task::{Id, JoinError};

use super::super::errand::{Cause, Failure, Stop};
use super::super::job::{Fact, Flight, Hold, Parts, Route, Ruling};
use super::super::ledger::{Again, Stand, Upset};
use super::super::{JobId, Notice};
use super::Driver;
use crate::model::Trouble;

impl Driver {
    /// Takes in a fact and tells people what they want to know of it.
    pub(super) fn take(&mut self, fact: &Fact) {
        let (Fact::Closed { job, .. }
        | Fact::Skipped(job)
        | Fact::Failed { job, .. }
        | Fact::Asking { job, .. }
        | Fact::Checked { job, .. }
        | Fact::Restarted(job)) = fact
        else {
            self.record(fact);
            return;
        };
        let id = *job;
        let waits = |stand: &Stand| matches!(stand, Stand::Active | Stand::Paused);
        let live = self.ledger.job(id).is_some_and(|job| waits(&job.stand));
        self.record(fact);
        if matches!(
            fact,
            Fact::Restarted(_) | Fact::Asking { .. } | Fact::Checked { .. }
        ) {
            self.board.forget(id);
        }
        let Some(job) = self.ledger.job(id).filter(|_| live) else {
            return;
        };
        let row = self.board.row(id, job);
        let notice = match &job.stand {
            Stand::Done(_) | Stand::Skipped => Notice::Done(row),
            Stand::Failed(_) => Notice::Failed(row),
            Stand::Asking(_) => Notice::Asking(row),
            Stand::Active | Stand::Paused | Stand::Cancelled => return,
        };
        let keeps = job.plan.is_some();
        let _ = self.tell.send(notice);
        if !keeps {
            self.board.forget(id);
        }
    }

    /// A piece of work ended.
    pub(super) fn landed(&mut self, done: Result<(Id, Result<(), Stop>), JoinError>) {
        // What it told comes before its end.
        while let Ok(fact) = self.facts.try_recv() {
            self.take(&fact);
        }
        let (task, result) = match done {
            Ok((task, result)) => (task, result),
            Err(error) if error.is_cancelled() => (error.id(), Err(Stop::Cut)),
            Err(error) => (
                error.id(),
                Err(super::super::errand::internal(&error.to_string())),
            ),
        };
        let Some(flying) = self.running.remove(&task) else {
            return;
        };
        let (id, flight) = (flying.job, flying.flight);
        if matches!(result, Ok(())) {
            self.went_well(&flying);
        }
        match (result, flight) {
            (Ok(()), Flight::Abort) => self.record(&Fact::Aborted(id)),
            (Ok(()) | Err(Stop::Cut), _) => {}
            (Err(Stop::Failed(failure)), Flight::Abort) => self.not_aborted(id, *failure),
            (Err(Stop::Failed(failure)), Flight::Check) => self.not_resumed(id, *failure),
            // The parts that this one belonged to were given up meanwhile: it says nothing.
            (Err(Stop::Failed(_)), Flight::Part(_)) if self.is_planless(id) => {}
            (Err(Stop::Failed(failure)), _) => self.failed(id, *failure),
        }
        self.ledger.landed(id, flight);
        self.stirred = true;
        let job = self.ledger.job(id);
        if job.is_none_or(|job| job.stand.ended() && job.flights.none() && job.leftover.is_none()) {
            self.cuts.remove(&id);
            if job.is_none_or(|job| job.plan.is_none()) {
                self.board.forget(id);
            }
        }
    }

    fn is_planless(&self, id: JobId) -> bool {
        self.ledger.job(id).is_some_and(|job| job.plan.is_none())
    }

    fn upset(cause: &Cause) -> Option<Upset> {
        match cause {
            Cause::Network(account) => Some(Upset::Network(account.clone())),
            Cause::Server => Some(Upset::Server),
            Cause::Credentials(_)
            | Cause::Full(_)
            | Cause::NoBucket
            | Cause::Denied
            | Cause::NoSpace
            | Cause::Stale
            | Cause::Lacking
            | Cause::Other => None,
        }
    }

    fn is_live(&self, id: JobId) -> bool {
        let job = self.ledger.job(id);
        job.is_some_and(|job| matches!(job.stand, Stand::Active | Stand::Paused))
    }

    fn failed(&mut self, id: JobId, failure: Failure) {
        if !self.is_live(id) {
            return;
        }
        let now = self.now();
        if let Some(upset) = Self::upset(&failure.cause)
            && self.ledger.setback(id, &upset, now) == Again::Later
        {
            let tries = self.ledger.job(id).map_or(1, |job| u32::from(job.tries));
            let tries = (tries + 1, upset.rests() + 1);
            let why = failure.trouble.why.as_str().into();
            self.board.retries(id, tries, why);
            return;
        }
        let stale = failure.cause == Cause::Stale && self.ledger.may_restart(id);
        if stale {
            let _ = self.tell.send(Notice::Warning(anew(&failure.trouble)));
        }
        if stale || failure.cause == Cause::Lacking {
            self.take(&Fact::Restarted(id));
            return;
        }
        let (parts, hold) = self.consequence(id, failure.cause);
        if let Some(hold) = hold {
            if self.ledger.is_held(&hold) {
                // One message is enough: this job was paused with the others.
                return;
            }
            self.fail(id, failure.trouble, parts);
            self.record(&Fact::Ruled(Ruling::Held(hold)));
        } else {
            self.fail(id, failure.trouble, parts);
        }
    }

    /// What a failure means for the parts of its job, and for other jobs.
    fn consequence(&mut self, id: JobId, cause: Cause) -> (Parts, Option<Hold>) {
        match cause {
            Cause::Network(_) | Cause::Server => (Parts::Keep, None),
            Cause::Credentials(account) | Cause::Full(account) => {
                (Parts::Keep, Some(Hold::Account(account)))
            }
            Cause::NoSpace => (Parts::Keep, Some(Hold::Disk)),
            Cause::NoBucket => (Parts::Drop, self.route(id).map(Hold::Route)),
            Cause::Denied => {
                let shut = self.route(id).filter(|route| self.routes.is_shut(route));
                (Parts::Drop, shut.map(Hold::Route))
            }
            Cause::Stale | Cause::Lacking | Cause::Other => (Parts::Drop, None),
        }
    }

    fn route(&self, id: JobId) -> Option<Route> {
        Some(Route::of(&self.ledger.job(id)?.spec))
    }

    /// What a dead process left does not hold any more, or could not be looked at. Its parts are
    /// given up only in the first case.
    fn not_resumed(&mut self, id: JobId, failure: Failure) {
        match failure.cause {
            Cause::Stale => {
                let _ = self.tell.send(Notice::Warning(failure.trouble));
                self.take(&Fact::Restarted(id));
            }
            Cause::Other | Cause::Denied | Cause::NoBucket if self.is_live(id) => {
                self.fail(id, failure.trouble, Parts::Keep);
            }
            Cause::Network(_)
            | Cause::Server
            | Cause::Credentials(_)
            | Cause::Full(_)
            | Cause::NoSpace
            | Cause::NoBucket
            | Cause::Denied
            | Cause::Lacking
            | Cause::Other => self.failed(id, failure),
        }
    }

    fn fail(&mut self, job: JobId, trouble: Trouble, parts: Parts) {
        self.take(&Fact::Failed {
            job,
            trouble: Box::new(trouble),
            parts,
        });
    }

    /// What a job left behind could not be removed: again later, or it is told.
    fn not_aborted(&mut self, id: JobId, failure: Failure) {
        let now = self.now();
        if let Some(upset) = Self::upset(&failure.cause)
            && self.ledger.setback(id, &upset, now) == Again::Later
        {
            return;
        }
        let _ = self.tell.send(Notice::Warning(failure.trouble));
        // An upload that stays costs money: a later process tries again.
        self.record(&Fact::Stranded(id));
    }
}

/// What is told when a job starts anew because of something that may have been chance.
fn anew(first: &Trouble) -> Trouble {
    let why = format!("{}: {}", first.what.as_str(), first.why.as_str());
    Trouble::new(
        first.code.as_str(),
        "A transfer starts anew",
        &why,
        "nothing to do; if it happens again, it fails",
    )
}
