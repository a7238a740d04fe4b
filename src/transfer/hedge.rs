//! A second try beside a first one that hangs: about one part in a thousand waits many times as
//! long for its answer as the others. At most one for a part, and few at once.
//!
//! The pure part says how long is too long. Invariant: a hedge sends the same bytes to the same
//! place, so whichever answer comes first is right.
//!
//! Source: `docs/adr/0014-adaptive-concurrency.md`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Parts that must have been answered before anything can be called slow.
const KNOWN: usize = 16;

/// Answers that are remembered.
const KEPT: usize = 128;

/// Never sooner than this.
const LEAST: Duration = Duration::from_secs(5);

/// Hedges in flight at once.
const AT_ONCE: usize = 2;

/// How long parts took lately.
#[derive(Debug, Default)]
struct Answers(VecDeque<Duration>);

impl Answers {
    fn took(&mut self, time: Duration) {
        self.0.push_back(time);
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// How long an answer may take before another try starts: eight times what nine of ten took.
    fn patience(&self) -> Option<Duration> {
        if self.0.len() < KNOWN {
            return None;
        }
        let mut sorted: Vec<_> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let slow = sorted[sorted.len() * 9 / 10];
        Some(LEAST.max(slow * 8))
    }
}

/// Whether slow answers are hedged, shared by workers.
#[derive(Debug)]
pub(crate) struct Hedges {
    answers: Mutex<Answers>,
    room: Arc<Semaphore>,
}

impl Default for Hedges {
    fn default() -> Self {
        Self {
            answers: Mutex::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Hedges {
    fn took(&self, time: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.took(time);
    }

    fn patience(&self) -> Option<Duration> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.patience()
    }

    /// Waits until everything was sent and the answer is late; gives leave to try beside it.
    async fn late(&self, is_sent: impl Fn() -> bool) -> OwnedSemaphorePermit {
        loop {
            tokio::time::sleep(LEAST).await;
            let Some(patience) = self.patience().filter(|_| is_sent()) else {
                continue;
            };
            tokio::time::sleep(patience).await;
            if is_sent()
                && let Ok(room) = Arc::clone(&self.room).try_acquire_owned()
            {
                return room;
            }
        }
    }

    /// Runs `first`; beside it `second`, once, if the answer to the first is late. A second one
    /// that fails says nothing: the first goes on.
    pub(crate) async fn race<'f, T, E>(
        &self,
        is_sent: impl Fn() -> bool,
        mut first: BoxFuture<'_, Result<T, E>>,
        second: impl FnOnce() -> BoxFuture<'f, Result<T, E>>,
    ) -> Result<T, E> {
        let began = Instant::now();
        let room = tokio::select! {
            biased;
            answer = &mut first => {
                if answer.is_ok() {
                    self.took(began.elapsed());
                }
                return answer;
            }
            room = self.late(is_sent) => room,
        };
        let beside = async {
            let _room = room;
            match second().await {
                Ok(answer) => answer,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answer = &mut first => answer,
            answer = beside => Ok(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    fn after(seconds: u64, answer: Result<u8, u8>) -> BoxFuture<'static, Result<u8, u8>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            answer
        })
    }

    fn never() -> BoxFuture<'static, Result<u8, u8>> {
        panic!("there is no need for a second try")
    }

    async fn known() -> Hedges {
        let hedges = Hedges::default();
        for _ in 0..KNOWN {
            assert_eq!(hedges.race(|| true, after(1, Ok(1)), never).await, Ok(1));
        }
        hedges
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_late_before_enough_is_known() {
        let hedges = Hedges::default();
        assert_eq!(hedges.race(|| true, after(1000, Ok(1)), never).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_is_overtaken() {
        let hedges = known().await;
        let began = Instant::now();
        let race = hedges.race(|| true, after(1000, Ok(1)), || after(1, Ok(2)));
        assert_eq!(race.await, Ok(2));
        assert!(began.elapsed() < Duration::from_secs(20));
        // A hedge that fails costs nothing.
        let race = hedges.race(|| true, after(100, Ok(1)), || after(1, Err(2)));
        assert_eq!(race.await, Ok(1));
        // And what is still being sent is not late.
        assert_eq!(hedges.race(|| false, after(100, Ok(1)), never).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn few_are_hedged_at_once() {
        let hedges = known().await;
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let second = || -> BoxFuture<'_, Result<u8, u8>> {
            Box::pin(async {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                let answer = after(100, Ok(2)).await;
                now.fetch_sub(1, SeqCst);
                answer
            })
        };
        let race = || hedges.race(|| true, after(500, Ok(1)), second);
        let all = futures_util::future::join_all((0..5).map(|_| race())).await;
        assert!(all.iter().all(|answer| *answer == Ok(2)), "{all:?}");
        assert_eq!(most.load(SeqCst), AT_ONCE);
        assert_eq!(hedges.room.available_permits(), AT_ONCE);
    }
}
