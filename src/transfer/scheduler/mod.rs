//! The driver around the pure ledger: the only place of this floor where tasks start and time
//! passes.
//!
//! Orders come in, facts are applied and written down, work goes out, numbers are published.
//! Invariant: only facts change the ledger, and every piece of work that was started lands once.

mod adopt;
mod board;
mod close;
mod hearing;
mod landing;
mod orders;
mod pacing;
mod routes;
mod safe;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::errand::{Errand, Stop, Tools};
use super::expand::Born;
use super::job::{Fact, Flight, Step, Way, Work};
use super::journal::{self, Journal};
use super::ledger::{Heir, Ledger, Stand};
use super::limiter::Class;
use super::queue::{Command, Leftovers, Setup};
use super::watch::Said;
use super::{BatchId, Counts, JobId, LeftId, Notice, Snapshot};
use crate::model::Trouble;
use crate::s3::Tempo;
use board::{Board, Listing};
use pacing::Pacing;
use routes::Routes;
use safe::Unsafe;

/// Jobs that may wait before expansions have to.
const AHEAD: usize = 1000;

/// Jobs on the way from an expansion to the ledger.
const BIRTHS: usize = 64;

/// How often numbers are published, at most.
const SAMPLE: Duration = Duration::from_millis(100);

/// Lines of a journal that are not worth a compaction.
const LINES: usize = 20_000;

/// Starts the driver.
pub(super) fn start(
    setup: Setup,
    commands: mpsc::UnboundedReceiver<Command>,
    tell: mpsc::UnboundedSender<Notice>,
    publish: watch::Sender<Arc<Snapshot>>,
) {
    let driver = Driver::new(&setup, commands, tell, publish);
    tokio::runtime::Handle::current().spawn(driver.run(setup.state, setup.leftovers));
}

/// A piece of work under way.
struct Flying {
    job: JobId,
    flight: Flight,
    since: Duration,
    /// What it brings if it ends well: bytes, or one for one file.
    yields: u64,
}

struct Driver {
    ledger: Ledger,
    journal: Journal,
    board: Board,
    tools: Arc<Tools>,
    pacing: Pacing,
    routes: Routes,
    words: mpsc::UnboundedReceiver<Said>,
    started: Instant,
    tempo: Tempo,
    commands: mpsc::UnboundedReceiver<Command>,
    tell: mpsc::UnboundedSender<Notice>,
    publish: watch::Sender<Arc<Snapshot>>,
    facts: mpsc::UnboundedReceiver<Fact>,
    facts_in: mpsc::UnboundedSender<Fact>,
    births: mpsc::Receiver<Born>,
    births_in: mpsc::Sender<Born>,
    tasks: JoinSet<Result<(), Stop>>,
    running: HashMap<Id, Flying>,
    cuts: HashMap<JobId, CancellationToken>,
    expansions: JoinSet<()>,
    expanding: HashMap<Id, BatchId>,
    /// Requests that are being listed.
    asking: HashSet<JobId>,
    /// What dead processes knew, so that a listing does not bring it again.
    known: HashSet<LeftId>,
    unsafe_parts: Unsafe,
    /// Where journals lie.
    state: PathBuf,
    /// Expansions that ended, whose jobs may still be on the way.
    expanded: Vec<BatchId>,
    /// Batches that have not been told to be done, and since when they run.
    batches: BTreeMap<BatchId, Duration>,
    drains: Vec<oneshot::Sender<Counts>>,
    sampler: Interval,
    /// Something changed since the last sample.
    stirred: bool,
}

impl Driver {
    fn new(
        setup: &Setup,
        commands: mpsc::UnboundedReceiver<Command>,
        tell: mpsc::UnboundedSender<Notice>,
        publish: watch::Sender<Arc<Snapshot>>,
    ) -> Self {
        let limits = setup.limits;
        let (facts_in, facts) = mpsc::unbounded_channel();
        let (words_in, words) = mpsc::unbounded_channel();
        let (births_in, births) = mpsc::channel(BIRTHS);
        let mut sampler = tokio::time::interval(SAMPLE);
        sampler.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ledger: Ledger::new(limits.threshold.max(limits.part_size)),
            journal: Journal::default(),
            board: Board::default(),
            tools: Arc::new(Tools::new(Arc::clone(&setup.clients), limits, words_in)),
            pacing: Pacing::new(limits.parallel),
            routes: Routes::default(),
            words,
            started: Instant::now(),
            tempo: setup.tempo,
            commands,
            tell,
            publish,
            facts,
            facts_in,
            births,
            births_in,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            cuts: HashMap::new(),
            expansions: JoinSet::new(),
            expanding: HashMap::new(),
            asking: HashSet::new(),
            known: HashSet::new(),
            unsafe_parts: Unsafe::default(),
            state: PathBuf::new(),
            expanded: Vec::new(),
            batches: BTreeMap::new(),
            drains: Vec::new(),
            sampler,
            stirred: false,
        }
    }

    fn now(&self) -> Duration {
        self.tempo.felt(self.started.elapsed())
    }

    async fn run(mut self, state: PathBuf, leftovers: Leftovers) {
        self.begin(state, leftovers).await;
        loop {
            self.launch();
            self.end_batches().await;
            self.answer();
            let rest = self.ledger.wakes_at(self.now());
            let wake = self.started + self.tempo.rest(rest.unwrap_or_default());
            tokio::select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::Order(order)) => self.obey(order),
                    Some(Command::Adopt) => self.adopt().await,
                    Some(Command::Drain(tx)) => self.drains.push(tx),
                    Some(Command::Close(grace, tx)) => {
                        self.close(grace).await;
                        let _ = tx.send(());
                        return;
                    }
                    None => return,
                },
                Some(fact) = self.facts.recv() => self.take(&fact),
                Some(said) = self.words.recv() => self.heard(said),
                Some(done) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    self.landed(done);
                }
                Some(done) = self.expansions.join_next_with_id(), if !self.expansions.is_empty() => {
                    let id = match done { Ok((id, ())) => id, Err(error) => error.id() };
                    self.expanded.extend(self.expanding.remove(&id));
                    self.stirred = true;
                }
                _ = self.sampler.tick(), if self.stirred || !self.running.is_empty() => {
                    self.sample();
                    self.secure();
                }
                done = self.unsafe_parts.next(), if self.unsafe_parts.is_busy() => {
                    if let Some(done) = done {
                        self.secured(done);
                    }
                }
                Some(born) = self.births.recv(), if self.ledger.waiting() < AHEAD => self.born(born),
                () = tokio::time::sleep_until(wake), if rest.is_some() => {}
            }
        }
    }

    /// Opens the journal and takes over what dead processes left.
    async fn begin(&mut self, state: PathBuf, leftovers: Leftovers) {
        let tell = self.tell.clone();
        let alarm: journal::Alarm = Box::new(move |error| {
            let _ = tell.send(Notice::Warning(no_journal(error)));
        });
        self.state.clone_from(&state);
        self.journal = Journal::new(state, alarm);
        if leftovers == Leftovers::Adopt {
            self.adopt().await;
        }
    }

    /// Starts all work that may start.
    fn launch(&mut self) {
        while let Some(work) = self
            .ledger
            .next(self.pacing.slots(), self.started.elapsed())
        {
            self.perform(work);
        }
    }

    fn perform(&mut self, work: Work) {
        let flight = work.step.flight();
        let yields = match &work.step {
            Step::Part(opened, index, _) => opened.range(*index).1,
            Step::Open(_) | Step::Check(..) | Step::Close(..) | Step::Abort(_) => 1,
        };
        let errand = Errand {
            job: work.job,
            meter: self.board.meter(work.job, &self.ledger),
            class: match flight {
                Flight::Part(_) => Class::Part,
                Flight::Open | Flight::Check | Flight::Close | Flight::Abort => Class::Small,
            },
            tools: Arc::clone(&self.tools),
            facts: self.facts_in.clone(),
            cut: self.cuts.entry(work.job).or_default().clone(),
            spec: work.spec,
        };
        let handle = self.tasks.spawn(async move { errand.run(work.step).await });
        let flying = Flying {
            job: work.job,
            flight,
            since: self.now(),
            yields,
        };
        self.running.insert(handle.id(), flying);
        self.stirred = true;
    }

    /// Writes a fact down and takes it in.
    fn record(&mut self, fact: &Fact) {
        let job = if let Fact::Closed { job, .. } = fact {
            self.ledger.job(*job)
        } else {
            None
        };
        if !self.unsafe_parts.hold_back(fact, job.map(|job| &job.spec)) {
            self.journal.append(fact);
        }
        if let Fact::Submitted { spec, .. } = fact {
            self.meet(spec);
        } else if let Fact::Opened { job, .. } = fact {
            self.begun(*job);
        }
        self.ledger.apply(fact);
        let ledger = &self.ledger;
        self.unsafe_parts.note(fact, |job| {
            let plan = ledger.job(job).and_then(|job| job.plan.as_ref());
            plan.is_some_and(|plan| matches!(plan.opened.way, Way::Down { .. }))
        });
        self.stirred = true;
        let lines = self.journal.lines();
        if lines > LINES && lines > 4 * self.ledger.jobs().count() {
            let mut facts = self.ledger.remains(Heir::Us, |id| id);
            facts.extend(self.unsafe_parts.unended());
            self.journal.compact(&facts);
            self.all_unsafe();
        }
    }

    fn listing(&self) -> bool {
        !self.expanding.is_empty() || !self.expanded.is_empty()
    }

    fn sample(&mut self) {
        self.stirred = false;
        let now = self.now();
        let ledger = &self.ledger;
        self.board.let_go(|id| {
            ledger
                .job(id)
                .is_some_and(|job| job.stand == Stand::Active && job.rest.is_none())
        });
        let listing = if self.listing() {
            Listing::Yes
        } else {
            Listing::No
        };
        let pacing = self.pacing();
        let snapshot = self.board.snapshot(&self.ledger, now, (listing, pacing));
        self.publish.send_if_modified(|now| {
            let differs = **now != snapshot;
            if differs {
                *now = Arc::new(snapshot);
            }
            differs
        });
    }

    /// Answers those who wait for the end, if this is it.
    fn answer(&mut self) {
        let over = self.ledger.idle()
            && !self.listing()
            && self.running.is_empty()
            && self.facts.is_empty()
            && self.births.is_empty();
        if !over || self.drains.is_empty() {
            return;
        }
        self.sample();
        for drain in self.drains.drain(..) {
            let _ = drain.send(self.ledger.counts());
        }
    }

    /// Tells of the batches that came to an end.
    async fn end_batches(&mut self) {
        if self.births.is_empty() {
            self.expanded.clear();
        }
        let listed: HashSet<_> = self
            .expanding
            .values()
            .chain(&self.expanded)
            .copied()
            .collect();
        let over = |id: &BatchId| !listed.contains(id) && self.ledger.batch(*id).open == 0;
        let ended: BTreeSet<_> = self.batches.keys().copied().filter(|id| over(id)).collect();
        for id in ended {
            let since = self.batches.remove(&id).unwrap_or_default();
            let batch = self.ledger.batch(id);
            self.tools.written.forget(id);
            for folder in self.ledger.to_sweep(id) {
                if let Err(trouble) = crate::local::remove_empty(&folder).await {
                    let _ = self.tell.send(Notice::Warning(trouble));
                }
            }
            if self.ledger.sweeps(id) {
                self.record(&Fact::Swept(id));
            }
            let _ = self.tell.send(Notice::BatchDone {
                batch: id,
                done: batch.done,
                skipped: batch.skipped,
                failed: batch.failed,
                bytes: batch.bytes,
                took: self.now().saturating_sub(since),
            });
        }
    }
}

/// A queue that is dropped without a word leaves its journal only if there is something in it.
impl Drop for Driver {
    fn drop(&mut self) {
        if self.ledger.is_finished() {
            self.journal.remove();
        }
    }
}

fn no_journal(error: &std::io::Error) -> Trouble {
    Trouble::new(
        "NoJournal",
        "Transfers go on, but cannot be resumed after a crash",
        &format!("their journal cannot be written: {error}"),
        "make room on the disk of the state folder",
    )
}
