//! The end of the queue: what is in flight may land, what was given up is cleaned away, the rest
//! stays in the journal.

use std::time::Duration;

use tokio::time::Instant;

use super::Driver;

impl Driver {
    /// Ends everything within `grace`.
    pub(super) async fn close(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        self.stop_listing();
        loop {
            // Given-up jobs are still cleaned up; nothing else starts.
            while let Some(work) = self.ledger.next_cleanup() {
                self.perform(work);
            }
            if self.tasks.is_empty() {
                break;
            }
            match tokio::time::timeout_at(deadline, self.tasks.join_next_with_id()).await {
                Ok(Some(done)) => self.landed(done),
                Ok(None) => break,
                Err(_) => {
                    self.tasks.shutdown().await;
                    break;
                }
            }
        }
        while let Ok(fact) = self.facts.try_recv() {
            self.take(&fact);
        }
        self.secure_all().await;
        self.sample();
        if self.ledger.is_finished() {
            self.journal.remove();
        }
        self.journal.flush().await;
    }
}
