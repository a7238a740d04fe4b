//! One piece of work on its way: what a worker needs, and how it can end.
//!
//! A worker tells facts while it goes and returns nothing else but success or the reason why it
//! stopped. It never decides whether there will be another try.

use std::ffi::OsStr;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::buffers::Buffers;
use super::habits::Habits;
use super::hedge::Hedges;
use super::job::{Fact, Spec, Step, There, Thing, Turn, Way};
use super::lacks::Lacks;
use super::limiter::Class;
use super::meter::Meter;
use super::plan::Bounds;
use super::pulls::Pulls;
use super::queue::Clients;
use super::resume::Was;

pub(crate) use super::stop::{Cause, Failure, Stop, internal, stop};
use super::valve::Valve;
use super::watch::{Said, Watch};
use super::written::Written;
use super::{IfExists, JobId, Kind, Limits, Side, Verified};
use super::{copy, download, finish, here, join, left, relay, resume, upload};
use crate::local::{Folders, Sink};
use crate::model::{Account, BucketName, Integrity, Key, Location, Trouble};
use crate::s3::{Client, Digest, Error};

/// The unit of the memory budget: what a small request takes.
const UNIT: u64 = 64 << 10;

/// What all workers share.
pub(crate) struct Tools {
    pub(crate) clients: Clients,
    pub(crate) limits: Limits,
    pub(crate) bounds: Bounds,
    pub(crate) lacks: Lacks,
    pub(crate) hedges: Hedges,
    pub(crate) pulls: Pulls,
    /// Files that this queue wrote, by batch.
    pub(crate) written: Written,
    /// What servers are known for.
    pub(crate) habits: Habits,
    /// Setbacks and warnings, on their way to the driver.
    pub(crate) words: mpsc::UnboundedSender<Said>,
    pub(crate) valve: Arc<Valve>,
    /// Memory for parts.
    pub(crate) buffers: Buffers,
    /// Small files on their way to the disk.
    pub(crate) folders: Folders,
    memory: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
}

impl Tools {
    pub(crate) fn new(
        clients: Clients,
        limits: Limits,
        words: mpsc::UnboundedSender<Said>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            clients,
            limits,
            bounds: limits.bounds,
            lacks: Lacks::default(),
            hedges: Hedges::default(),
            pulls: Pulls::default(),
            written: Written::default(),
            habits: Habits::default(),
            words,
            valve: Arc::new(Valve::new(limits.bandwidth)),
            buffers: Buffers::default(),
            folders: Folders::default(),
            memory: Arc::new(Semaphore::new(budget(&limits) as usize)),
            hashing: Arc::new(Semaphore::new(cores)),
        }
    }
}

fn budget(limits: &Limits) -> u32 {
    u32::try_from(limits.memory / UNIT)
        .unwrap_or(u32::MAX)
        .clamp(1, 1 << 24)
}

/// An object, and the client that reaches it.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub(crate) client: Client,
    pub(crate) account: Account,
    pub(crate) bucket: BucketName,
    pub(crate) key: Key,
}

impl Remote {
    /// Says what an error of a call means for the job.
    pub(crate) fn stop(&self, error: &Error) -> Stop {
        stop(&self.account, error)
    }

    pub(crate) fn location(&self) -> Location {
        Location::Object {
            account: self.account.clone(),
            bucket: self.bucket.clone(),
            key: self.key.clone(),
        }
    }
}

/// A piece of work and its surroundings.
#[derive(Clone)]
pub(crate) struct Errand {
    pub(crate) job: JobId,
    pub(crate) spec: Arc<Spec>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) class: Class,
    pub(crate) tools: Arc<Tools>,
    pub(crate) facts: mpsc::UnboundedSender<Fact>,
    pub(crate) cut: CancellationToken,
}

impl Errand {
    /// Does a step. Parts end at once when they are cut; an upload that is being opened or closed
    /// is never cut short, or the server would keep something that nobody knows.
    ///
    /// Each way has its own box: together they would be one large future, that is moved whenever a
    /// task starts, even for a file of a few bytes.
    pub(crate) async fn run(&self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Open(_) | Step::Check(..) | Step::Part(..) | Step::Close(..)
                if self.spec.is_stream() =>
            {
                Err(left::gone(&self.spec).into())
            }
            Step::Open(policy) if self.spec.turn == Turn::Again => {
                match Box::pin(self.cuttable(resume::was(self))).await? {
                    Was::Done => Ok(()),
                    Was::Nothing => Box::pin(self.absent().open(policy)).await,
                    Was::Other => self.open(policy).await,
                }
            }
            Step::Open(policy) => self.open(policy).await,
            Step::Check(opened, marks) => {
                Box::pin(self.cuttable(resume::check(self, &opened, marks))).await
            }
            Step::Part(opened, index, reach) => {
                let opened = &*opened;
                match &opened.way {
                    Way::Up { .. } => {
                        Box::pin(self.cuttable(upload::part(self, opened, index))).await
                    }
                    Way::Down { .. } => {
                        Box::pin(self.cuttable(download::part(self, opened, (index, reach)))).await
                    }
                    Way::Copy { .. } => {
                        Box::pin(self.cuttable(copy::part(self, opened, index))).await
                    }
                    Way::Relay { .. } => {
                        Box::pin(self.cuttable(relay::part(self, opened, index))).await
                    }
                }
            }
            Step::Close(opened, marks) => match &opened.way {
                Way::Down { .. } => Box::pin(self.cuttable(download::close(self, &opened))).await,
                Way::Up { .. } | Way::Copy { .. } | Way::Relay { .. } => {
                    Box::pin(join::close(self, &opened, &marks)).await
                }
            },
            Step::Abort(opened) if opened.is_unheard() => {
                Box::pin(resume::hunt(self, &opened)).await
            }
            Step::Abort(opened) => match &opened.way {
                Way::Down { temp, .. } => match self.spec.spot(&opened.to) {
                    Some(spot) => Ok(Sink::discard(&spot, temp).await?),
                    None => Ok(()),
                },
                Way::Up { upload, .. } | Way::Copy { upload, .. } | Way::Relay { upload, .. } => {
                    Box::pin(finish::abort(self, &opened.to, upload)).await
                }
            },
        }
    }

    async fn open(&self, policy: IfExists) -> Result<(), Stop> {
        let (from, to) = (self.spec.from.path(), self.spec.to.path());
        match (from, to) {
            _ if self.spec.thing == Thing::Folder => {
                Box::pin(self.cuttable(here::folder(self))).await
            }
            (Some(_), None) => Box::pin(upload::open(self, policy)).await,
            (None, Some(_)) => Box::pin(download::open(self, policy)).await,
            (None, None) => Box::pin(copy::open(self, policy)).await,
            (Some(_), Some(_)) => Box::pin(self.cuttable(here::copy(self, policy))).await,
        }
    }

    /// The same errand, with nothing standing at its target.
    fn absent(&self) -> Self {
        let mut spec = (*self.spec).clone();
        spec.there = There::Absent;
        Self {
            spec: Arc::new(spec),
            ..self.clone()
        }
    }

    /// Runs something until it is done or the job is given up.
    pub(crate) async fn cuttable<T>(
        &self,
        work: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        match self.cut.run_until_cancelled(work).await {
            Some(result) => result,
            None => Err(Stop::Cut),
        }
    }

    /// Tells what happened.
    pub(crate) fn tell(&self, fact: Fact) {
        let _ = self.facts.send(fact);
    }

    /// Tells people something that they should know.
    pub(crate) fn warn(&self, trouble: Trouble) {
        let _ = self.tools.words.send(Said::Warning(Box::new(trouble)));
    }

    /// Tells that an upload is about to be opened.
    pub(crate) fn opening(&self, to: &Location, at: jiff::Timestamp) {
        let (job, to, until) = (self.job, to.clone(), None);
        self.tell(Fact::Opening { job, to, at, until });
    }

    /// Tells that an upload may have been opened that nobody heard of.
    pub(crate) fn unheard(&self, to: &Location, at: jiff::Timestamp, lost_after: Duration) {
        let (job, to) = (self.job, to.clone());
        let until = at.checked_add(lost_after).ok();
        self.tell(Fact::Opening { job, to, at, until });
    }

    /// Tells that a file is being written under a temporary name.
    pub(crate) fn writing(&self, to: &Location, temp: &OsStr) {
        let (job, to, temp) = (self.job, to.clone(), temp.to_os_string());
        self.tell(Fact::Writing { job, to, temp });
    }

    /// Tells that the job is done.
    pub(crate) fn closed(&self, to: Location, verified: Verified, bytes: u64) {
        self.tell(Fact::Closed {
            job: self.job,
            to,
            verified,
            bytes,
        });
    }

    /// The object that a location names.
    pub(crate) fn remote(&self, location: &Location) -> Result<Remote, Stop> {
        match location {
            Location::Object {
                account,
                bucket,
                key,
            } => Ok(Remote {
                client: (self.tools.clients)(account)?.paced(self.watch(account)),
                account: account.clone(),
                bucket: bucket.clone(),
                key: key.clone(),
            }),
            Location::Under { .. } | Location::Local(_) => Err(Stop::from(Trouble::new(
                "Internal",
                &format!("Cannot copy {location}"),
                "it names no object",
                "please report this",
            ))),
        }
    }

    /// What watches this errand's calls to an account.
    pub(crate) fn watch(&self, account: &Account) -> Arc<Watch> {
        Arc::new(Watch {
            job: self.job,
            account: account.clone(),
            class: self.class,
            words: self.tools.words.clone(),
            valve: Arc::clone(&self.tools.valve),
        })
    }

    /// Waits for room for so many bytes of data in flight.
    pub(crate) async fn memory(&self, bytes: u64) -> Result<OwnedSemaphorePermit, Stop> {
        let all = budget(&self.tools.limits);
        let need = u32::try_from(bytes.div_ceil(UNIT))
            .unwrap_or(all)
            .clamp(1, all);
        let memory = Arc::clone(&self.tools.memory);
        memory.acquire_many_owned(need).await.map_err(|_| Stop::Cut)
    }

    /// Runs work that keeps a core busy, on a thread for it, never more at once than cores.
    pub(crate) async fn busy<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Stop> {
        let hashing = Arc::clone(&self.tools.hashing);
        let permit = hashing.acquire_owned().await.map_err(|_| Stop::Cut)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        match done.await {
            Ok(result) => Ok(result?),
            Err(error) => Err(internal(&error.to_string())),
        }
    }

    /// The digest of bytes in memory, as an endpoint wants it.
    pub(crate) async fn digest(&self, bytes: &Bytes, how: Integrity) -> Result<Digest, Stop> {
        let bytes = bytes.clone();
        self.busy(move || Ok(super::digest(how, &bytes))).await
    }

    /// What is known about the source, looked up if a listing did not say it.
    pub(crate) async fn source(&self) -> Result<Side, Stop> {
        let known = &self.spec.source;
        if known.size.is_some() && known.modified.is_some() {
            return Ok(known.clone());
        }
        let remote = self.remote(&self.spec.from)?;
        let head = finish::head(&remote).await?;
        Ok(Side {
            size: head.meta.size,
            modified: head.meta.modified,
            etag: head.meta.etag.map(|e| e.as_str().into()),
        })
    }

    /// Bytes of the source object, looked up if a listing did not say it.
    pub(crate) async fn source_size(&self) -> Result<u64, Stop> {
        match self.spec.source.size {
            Some(size) => Ok(size),
            None => Ok(finish::head(&self.remote(&self.spec.from)?)
                .await?
                .meta
                .size
                .unwrap_or(0)),
        }
    }

    pub(crate) fn moves(&self) -> bool {
        self.spec.kind == Kind::Move
    }
}
