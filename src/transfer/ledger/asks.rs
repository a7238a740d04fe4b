//! What people asked for and has not become jobs in full: folders and prefixes that are still
//! being listed, or whose listing a crash cut off.
//!
//! Knows nothing of who lists them. Invariant: a request of a dead process waits until somebody
//! says that it may go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::JobId;
use super::super::job::{Asked, Turn};
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
    /// The requests that have not become jobs in full.
    pub(crate) fn asks(&self) -> impl Iterator<Item = (JobId, &Ask)> {
        self.asks.0.iter().map(|(id, ask)| (*id, ask))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::job::{Fact, Ruling};
    use super::super::super::{BatchId, JobId};
    use super::super::tests::{HEAVY, Life};
    use super::super::{Heir, Ledger};
    use super::Turn;

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
