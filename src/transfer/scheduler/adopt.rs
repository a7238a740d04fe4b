//! What dead processes left: taken over at the start, and gone on with or given up when somebody
//! says so.
//!
//! Invariant: nothing of it starts by itself, and a dead journal goes only after everything in it
//! is safe in ours.

use std::sync::Arc;

use super::super::expand::Expansion;
use super::super::job::{Asked, Fact, Ruling, Turn};
use super::super::journal;
use super::super::ledger::{Heir, Ledger, Stand};
use super::super::left::{Interrupted, LeftId, Which};
use super::super::{BatchId, JobId, Notice};
use super::Driver;
use crate::model::Trouble;

impl Driver {
    /// Takes over what dead processes left.
    pub(super) async fn adopt(&mut self) {
        let state = self.state.clone();
        let living = tokio::task::spawn_blocking(move || journal::living(&state)).await;
        if living.is_ok_and(|living| living > 0) {
            let _ = self.tell.send(Notice::Warning(not_alone()));
        }
        let state = self.state.clone();
        let dead = tokio::task::spawn_blocking(move || journal::dead(&state)).await;
        for dead in dead.unwrap_or_default() {
            for fact in &dead.facts {
                if let Fact::Submitted { spec, .. } = fact {
                    self.known.insert(LeftId::of_spec(spec));
                }
            }
            let ledger = Ledger::replay(u64::MAX, &dead.facts);
            let facts = ledger.remains(Heir::Another, |_| self.ledger.fresh_id());
            for fact in &facts {
                self.record(fact);
            }
            // What is not safe in our own journal stays in the old one.
            if facts.is_empty() || self.journal.flush().await {
                let _ = tokio::task::spawn_blocking(move || dead.bury()).await;
            }
        }
        let _ = self
            .tell
            .send(Notice::Interrupted(Interrupted::of(&self.ledger)));
    }

    /// Goes on with what was interrupted.
    pub(super) fn take_up(&mut self, which: &Which) {
        for (id, failed) in self.adopted(which) {
            self.record(&Fact::Ruled(if failed {
                Ruling::Retried(id)
            } else {
                Ruling::Resumed(id)
            }));
        }
        for ask in self.waiting_asks(which) {
            self.record(&Fact::Ruled(Ruling::AskResumed(ask)));
        }
        let now = self.now();
        self.batches.entry(BatchId::ADOPTED).or_insert(now);
    }

    /// Gives up what was interrupted.
    pub(super) fn discard(&mut self, which: &Which) {
        for (id, _) in self.adopted(which) {
            self.record(&Fact::Ruled(Ruling::Cancelled(id)));
        }
        for ask in self.waiting_asks(which) {
            self.record(&Fact::Ruled(Ruling::AskDropped(ask)));
        }
    }

    /// The jobs that were taken over and are not done, and whether each failed.
    fn adopted(&self, which: &Which) -> Vec<(JobId, bool)> {
        let jobs = self.ledger.jobs().filter(|(_, job)| {
            job.spec.batch == BatchId::ADOPTED && which.means(LeftId::of_spec(&job.spec))
        });
        let open = jobs.filter_map(|(id, job)| match job.stand {
            Stand::Paused | Stand::Active | Stand::Asking(_) => Some((id, false)),
            Stand::Failed(_) => Some((id, true)),
            Stand::Done(_) | Stand::Skipped | Stand::Cancelled => None,
        });
        open.collect()
    }

    fn waiting_asks(&self, which: &Which) -> Vec<JobId> {
        let meant = |asked: &Asked| {
            let ids = LeftId::of_asked(&asked.requests);
            ids.into_iter().any(|id| which.means(id))
        };
        let asks = self.ledger.asks();
        let waiting = asks.filter(|(_, ask)| ask.waits && meant(&ask.asked));
        waiting.map(|(id, _)| id).collect()
    }

    /// Lists what may be listed and is not.
    pub(super) fn list(&mut self) {
        let ready: Vec<(JobId, Arc<Asked>)> = self
            .ledger
            .asks()
            .filter(|(id, ask)| !ask.waits && !self.asking.contains(id))
            .map(|(id, ask)| (id, Arc::clone(&ask.asked)))
            .collect();
        let alike = |a: &(JobId, Arc<Asked>), b: &(JobId, Arc<Asked>)| {
            (a.1.batch, a.1.turn) == (b.1.batch, b.1.turn)
        };
        for asks in ready.chunk_by(alike) {
            let Some((_, first)) = asks.first() else {
                continue;
            };
            let (batch, turn) = (first.batch, first.turn);
            self.asking.extend(asks.iter().map(|(id, _)| *id));
            let expansion = Expansion {
                batch,
                turn,
                tools: Arc::clone(&self.tools),
                births: self.births_in.clone(),
            };
            let (asks, written) = (asks.to_vec(), self.journal.written());
            let handle = self.expansions.spawn(async move {
                // What was asked for is in the journal before the first byte moves. Where there
                // is no journal, that was told.
                let _ = written.await;
                expansion.run(asks).await;
            });
            self.expanding.insert(handle.id(), batch);
            self.stirred = true;
        }
    }

    /// Whether a job that a listing found anew is known from before.
    pub(super) fn is_known(&self, turn: Turn, id: LeftId) -> bool {
        turn == Turn::Again && self.known.contains(&id)
    }
}

/// What is told where another process moves something at the same time.
fn not_alone() -> Trouble {
    Trouble::new(
        "Running",
        "Another windlass is at work",
        "its transfers stay with it; this one has a queue of its own",
        "nothing is to be done; `windlass transfers` lists both",
    )
}
