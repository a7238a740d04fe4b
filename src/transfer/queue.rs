//! The handle to the queue: orders go in, numbers and notices come out.
//!
//! It knows neither jobs nor bytes; the driver behind it (`scheduler.rs`) owns all state. The
//! handle can be cloned, and dropping every clone stops the driver.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::scheduler;
use super::{BatchId, Counts, Limits, Notice, Order, Snapshot};
use crate::model::{Account, Answer};
use crate::s3::{Client, Tempo};

/// How the queue finds the client of an account. Asked again for every piece of work.
pub type Clients = Arc<dyn Fn(&Account) -> Answer<Client> + Send + Sync>;

/// What to do with jobs that an earlier process left behind unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// Take them over, as paused jobs.
    Adopt,
    /// Leave them for another start.
    Leave,
}

/// What a queue needs to run.
#[derive(Clone)]
pub struct Setup {
    /// Finds the client of an account.
    pub clients: Clients,
    /// The folder for journals; made if it is missing.
    pub state: PathBuf,
    /// How much may happen at once.
    pub limits: Limits,
    /// What to do with the jobs of a dead process.
    pub leftovers: Leftovers,
    /// How rests between tries are measured.
    pub tempo: Tempo,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("state", &self.state)
            .field("limits", &self.limits)
            .field("leftovers", &self.leftovers)
            .finish_non_exhaustive()
    }
}

/// What goes from the handle to the driver, in order.
#[derive(Debug)]
pub(super) enum Command {
    /// An order of a skin.
    Order(Order),
    /// Answer once nothing is waiting, moving or being listed.
    Drain(oneshot::Sender<Counts>),
    /// Take over what dead processes left.
    Adopt,
    /// Stop taking work, wait this long for what is in flight, flush, answer.
    Close(Duration, oneshot::Sender<()>),
}

/// The queue of transfers. Clones share everything.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    commands: mpsc::UnboundedSender<Command>,
    numbers: watch::Receiver<Arc<Snapshot>>,
    notices: Mutex<Option<mpsc::UnboundedReceiver<Notice>>>,
    batches: AtomicU64,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    /// Starts a queue; must be called within a runtime. A state folder that cannot be used is told
    /// by a notice and costs only the journal.
    #[must_use]
    pub fn start(setup: Setup) -> Self {
        let (commands, orders) = mpsc::unbounded_channel();
        let (tell, notices) = mpsc::unbounded_channel();
        let (publish, numbers) = watch::channel(Arc::new(Snapshot::default()));
        scheduler::start(setup, orders, tell, publish);
        Self(Arc::new(Inner {
            commands,
            numbers,
            notices: Mutex::new(Some(notices)),
            batches: AtomicU64::new(1),
        }))
    }

    /// Tells the queue something. Never waits; what is said after `close` is lost.
    pub fn order(&self, order: Order) {
        let _ = self.0.commands.send(Command::Order(order));
    }

    /// A number for the next batch.
    #[must_use]
    pub fn next_batch(&self) -> BatchId {
        BatchId(self.0.batches.fetch_add(1, Ordering::Relaxed))
    }

    /// The numbers, sampled at most ten times a second.
    #[must_use]
    pub fn numbers(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.numbers.clone()
    }

    /// The notices. There is one receiver: the first caller gets it.
    #[must_use]
    pub fn notices(&self) -> Option<mpsc::UnboundedReceiver<Notice>> {
        let mut slot = self
            .0
            .notices
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slot.take()
    }

    /// Waits until nothing is waiting, moving or being listed any more. Orders that were given
    /// before are counted. Jobs that ask, are paused or failed are no work.
    pub async fn drain(&self) -> Counts {
        let (tx, rx) = oneshot::channel();
        let _ = self.0.commands.send(Command::Drain(tx));
        match rx.await {
            Ok(counts) => counts,
            Err(_) => self.0.numbers.borrow().counts,
        }
    }

    /// Takes over what dead processes left, as held jobs; told by [`Notice::Interrupted`].
    pub fn adopt(&self) {
        let _ = self.0.commands.send(Command::Adopt);
    }

    /// What all journals of a state folder hold unfinished; takes nothing over.
    pub async fn left(state: PathBuf) -> Vec<super::Left> {
        let look = tokio::task::spawn_blocking(move || super::left::in_folder(&state));
        look.await.unwrap_or_default()
    }

    /// Stops taking work, lets what is in flight land for at most `grace`, flushes the journal.
    pub async fn close(&self, grace: Duration) {
        let (tx, rx) = oneshot::channel();
        if self.0.commands.send(Command::Close(grace, tx)).is_ok() {
            let _ = rx.await;
        }
    }
}
