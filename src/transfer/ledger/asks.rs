//! What is not settled yet: requests that have not become jobs in full (folders and prefixes that
//! are still being listed, or whose listing a crash cut off), and parts of a dead process.
//!
//! Knows nothing of who lists them. Invariant: a request of a dead process waits until somebody
//! says that it may go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::JobId;
use super::super::job::{Asked, Mark, Turn};
use super::Ledger;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) asked: Arc<Asked>,
    /// Whether it waits for a word.
    pub(crate) waits: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Asks(BTreeMap<JobId, Ask>);

impl Asks {
    pub(super) fn asked(&mut self, id: JobId, asked: &Arc<Asked>) {
        let ask = Ask {
            asked: Arc::clone(asked),
            waits: asked.turn == Turn::Again,
        };
        self.0.insert(id, ask);
    }

    pub(super) fn ended(&mut self, id: JobId) {
        self.0.remove(&id);
    }

    pub(super) fn resume(&mut self, id: JobId) {
        if let Some(ask) = self.0.get_mut(&id) {
            ask.waits = false;
        }
    }

    pub(super) fn hold(&mut self, id: JobId) {
        if let Some(ask) = self.0.get_mut(&id) {
            ask.waits = true;
        }
    }

    /// Lets those go on that this process began.
    pub(super) fn resume_broken(&mut self) {
        for ask in self.0.values_mut() {
            ask.waits &= ask.asked.turn == Turn::Again;
        }
    }

    pub(super) fn resume_all(&mut self) {
        for ask in self.0.values_mut() {
            ask.waits = false;
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Ledger {
    /// What a job began is of a dead process: its parts are to be looked at, anything less goes.
    pub(super) fn adopted(&mut self, id: JobId) {
        self.edit(id, |j| match &mut j.plan {
            Some(plan) => plan.unchecked = true,
            None => j.drop_plan(),
        });
    }

    /// They were looked at.
    pub(super) fn checked(&mut self, id: JobId, marks: &[Mark]) {
        self.calm(id);
        self.edit(id, |j| {
            if let Some(plan) = j.plan.as_mut().filter(|plan| plan.unchecked) {
                **plan = plan.checked(marks);
                j.tries = 0;
            }
        });
    }

    /// The jobs that have parts, and the bytes of those that are done.
    pub(crate) fn begun(&self) -> impl Iterator<Item = (JobId, u64)> {
        let plan = |id: &JobId| Some((*id, self.jobs.get(id)?.plan.as_ref()?.bytes()));
        self.index.cut.iter().filter_map(plan)
    }

    /// The requests that have not become jobs in full.
    pub(crate) fn asks(&self) -> impl Iterator<Item = (JobId, &Ask)> {
        self.asks.0.iter().map(|(id, ask)| (*id, ask))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::job::{Fact, Ruling, Step};
    use super::super::super::{BatchId, JobId};
    use super::super::tests::{HEAVY, Life};
    use super::super::{Heir, Ledger};
    use super::Turn;

    #[test]
    fn an_upload_whose_opening_nobody_heard_of_is_looked_for_first() {
        let mut life = Life::new();
        let job = life.submit(Some(100 * HEAVY));
        assert!(life.take());
        life.fact(Fact::Opening {
            job,
            to: crate::model::Location::Local("/k".into()),
            at: jiff::Timestamp::UNIX_EPOCH,
            until: None,
        });
        life.die();
        life.fact(Fact::Ruled(Ruling::ResumedAll));
        assert!(life.take());
        let Step::Abort(opened) = &life.flying[0].step else {
            panic!("{:?}", life.flying)
        };
        assert!(opened.is_unheard());
        life.land(0, 0);
        assert!(life.take() && matches!(life.flying[0].step, Step::Open(_)));
    }

    #[test]
    fn a_request_that_was_cut_off_is_asked_for_again_and_waits() {
        let mut life = Life::new();
        let (first, second) = (life.ask(), life.ask());
        life.fact(Fact::Listed(second));
        assert!(!life.ledger.is_finished(), "it is not all listed");
        let facts = life.ledger.remains(Heir::Another, |id| JobId(id.0 + 50));
        let mut heir = Ledger::replay(HEAVY, &facts);
        let asks: Vec<_> = heir.asks().collect();
        let [(id, ask)] = asks[..] else {
            panic!("{asks:?}")
        };
        assert_eq!((id, ask.waits), (JobId(first.0 + 50), true));
        assert_eq!(
            (ask.asked.batch, ask.asked.turn),
            (BatchId::ADOPTED, Turn::Again)
        );
        heir.apply(&Fact::Ruled(Ruling::AskResumed(id)));
        assert!(heir.asks().all(|(_, ask)| !ask.waits));
        // And so it is after its own journal was written anew.
        let again = Ledger::replay(HEAVY, &heir.remains(Heir::Us, |id| id));
        assert!(again.asks().all(|(_, ask)| !ask.waits));
        heir.apply(&Fact::Ruled(Ruling::CancelledAll));
        assert!(heir.is_finished());
    }
}
