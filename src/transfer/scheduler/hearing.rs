//! What is heard from the wire while work goes on: setbacks and successes, for the limiters and
//! for people.

use std::sync::Arc;

use super::super::job::{Flight, Route, Spec};
use super::super::limiter::{Class, Success};
use super::super::watch::{Said, Word};
use super::super::{JobId, Notice, Pacing, Parallel};
use super::{Driver, Flying};
use crate::model::{Account, Trouble};
use crate::s3::Strain;

impl Driver {
    /// A job talks to these accounts.
    pub(super) fn meet(&mut self, spec: &Spec) {
        for account in spec.accounts() {
            let find = || {
                let client = (self.tools.clients)(account).ok()?;
                Some(client.settings().endpoint.host().into())
            };
            self.pacing.meet(&mut self.ledger, account, find);
            self.hint(account);
        }
    }

    /// Tells the limits of an account's server what its delay is, as far as it was seen.
    fn hint(&mut self, account: &Account) {
        if let Some(delay) = self.tools.habits.delay(account) {
            self.pacing.hint(account, delay);
        }
    }

    /// A job is about to move in parts: its server has answered by now.
    pub(super) fn begun(&mut self, job: JobId) {
        if let Some(spec) = self.ledger.job(job).map(|job| Arc::clone(&job.spec)) {
            spec.accounts().for_each(|account| self.hint(account));
        }
    }

    /// A worker said something.
    pub(super) fn heard(&mut self, said: Said) {
        match said {
            Said::Tried(word) => self.tried(&word),
            Said::Warning(trouble) => {
                let _ = self.tell.send(Notice::Warning(*trouble));
            }
        }
    }

    /// A try failed somewhere.
    fn tried(&mut self, word: &Word) {
        let now = self.now();
        if let Some(tries) = word.next {
            self.board.retries(word.job, tries, word.why.clone());
        }
        if word.strain == Strain::Other {
            return;
        }
        if let Some((endpoint, cut)) = self.pacing.strained(&word.account, word.class, now) {
            let why = match word.strain {
                Strain::Throttled => "the server asks for less",
                Strain::TimedOut | Strain::Other => "the server does not answer in time",
            };
            let trouble = Trouble::new(
                "SlowDown",
                &format!(
                    "{endpoint} gets {} requests at once instead of {}",
                    cut.to, cut.from
                ),
                why,
                "nothing is to be done: it gets more again as it keeps up",
            );
            let _ = self.tell.send(Notice::Warning(trouble));
        }
        self.stirred = true;
    }

    /// How fast the queue may go, for people.
    pub(super) fn pacing(&self) -> Pacing {
        let count = self.pacing.at_once(&self.ledger);
        Pacing {
            parallel: match self.pacing.fixed() {
                Some(_) if !self.pacing.is_slowed() => Parallel::Fixed(count),
                None if !self.pacing.is_slowed() => Parallel::Auto(count),
                Some(_) | None => Parallel::Slowed(count),
            },
            bandwidth: self.tools.valve.rate(),
        }
    }

    /// A piece of work ended well.
    pub(super) fn went_well(&mut self, flying: &Flying) {
        let class = match flying.flight {
            Flight::Open => Class::Small,
            Flight::Part(_) => Class::Part,
            Flight::Check | Flight::Close | Flight::Abort => return,
        };
        self.board.works(flying.job);
        let now = self.now();
        let Some(job) = self.ledger.job(flying.job) else {
            return;
        };
        let success = Success {
            took: now.saturating_sub(flying.since),
            yielded: flying.yields,
            flying: 0,
        };
        let spec = job.spec.clone();
        self.routes.worked(Route::of(&spec));
        let about = (&self.ledger, success);
        self.pacing.succeeded(spec.accounts(), class, now, about);
    }
}
