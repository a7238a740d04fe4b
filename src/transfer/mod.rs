//! Moving bytes: what a job is, and the parts that do it.
//!
//! `plan` and `ledger` are pure; `journal` keeps facts on disk; `meter` counts; `scheduler` is the
//! only driver; `upload`, `download`, `copy` and `expand` each do one piece of work.

mod buffers;
mod checksum;
mod claim;
mod conflict;
mod copy;
mod deliver;
mod download;
mod errand;
mod expand;
mod finish;
mod flow;
mod habits;
mod hedge;
mod here;
mod hold;
mod intake;
mod job;
mod join;
mod journal;
mod lacks;
mod lanes;
mod ledger;
mod left;
mod limiter;
mod meter;
mod onward;
mod payload;
mod plan;
mod pulls;
mod pulse;
mod queue;
mod reading;
mod relay;
mod resume;
mod roster;
mod same;
mod scheduler;
mod stop;
mod sums;
mod tags;
#[cfg(test)]
mod testing;
mod unheard;
mod upload;
mod valve;
mod verify;
mod watch;
mod written;

pub use intake::take_in;
pub(crate) use join::knows_no_conditions;
pub use left::{Interrupted, Left, LeftId, LeftState, Which};
pub use payload::{content_type, digest, payload};
pub use plan::Bounds;
pub use pulse::{Hitch, Means, Pacing, Parallel};
pub use queue::{Clients, Leftovers, Queue, Setup};
pub(crate) use relay::about as carried;
pub use roster::{Keeps, Roster, Terms};

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Location, Trouble};

/// A job's number, unique within a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Jobs that were asked for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(pub u64);

impl BatchId {
    /// What earlier processes left.
    pub const ADOPTED: Self = Self(0);
}

/// Whether the source stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The source stays.
    Copy,
    /// The source is deleted once the copy was verified.
    Move,
}

/// What to do when something is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IfExists {
    /// Park the job until somebody decides; the others go on.
    #[default]
    Ask,
    /// Replace it.
    Overwrite,
    /// Leave it, count the job as skipped.
    Skip,
    /// Write under a free name: `notes (2).txt`.
    KeepBoth,
    /// Replace it if the source is newer, skip otherwise.
    Newer,
}

/// One thing that a person asked for: a file, an object, or everything under a folder or prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to take. `Under` and a local folder mean everything below.
    pub from: Location,
    /// Where to put it: the exact object or file, or for a tree the prefix or folder that
    /// receives what lies *below* `from`.
    pub to: Location,
    /// Copy or move.
    pub kind: Kind,
    /// What to do about what is there.
    pub if_exists: IfExists,
    /// Bytes of a single file or object, if a listing said it: shown at once, and small ones need
    /// no range.
    pub size: Option<u64>,
}

/// What skins may tell the queue.
#[derive(Debug, Clone)]
pub enum Order {
    /// Do these, together, as one batch.
    Submit(BatchId, Vec<Request>),
    /// Do these, together, as one batch: so many that they come packed.
    Enlist(BatchId, Vec<Roster>),
    /// Hold a job; what is in flight may land.
    Pause(JobId),
    /// Go on with a job.
    Resume(JobId),
    /// Hold everything.
    PauseAll,
    /// Go on with everything that was held.
    ResumeAll,
    /// Try a failed job again.
    Retry(JobId),
    /// Try all failed jobs again.
    RetryFailed,
    /// Give a job up: abort its upload, remove its temporary file.
    Cancel(JobId),
    /// Give everything up that is not done.
    CancelAll,
    /// Answer a parked conflict. `Ask` is no answer and changes nothing.
    Decide(JobId, IfExists),
    /// Answer all parked conflicts, and those to come of the same batches.
    DecideAll(IfExists),
    /// Move a waiting job up (negative) or down in the queue.
    Reorder(JobId, i32),
    /// Forget what is done, skipped or cancelled.
    ClearFinished,
    /// Go on with what an earlier process left.
    TakeUp(Which),
    /// Give up what an earlier process left: abort its uploads, remove its temporary files.
    Discard(Which),
    /// So many requests at once at each server from now on; none: as many as help.
    Parallel(Option<usize>),
    /// So many bytes a second each way from now on; none: as fast as it goes.
    Bandwidth(Option<u64>),
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for its turn.
    Waiting,
    /// Bytes move, or the server copies.
    Moving,
    /// Everything was sent; parts are joined, the file is checked and renamed.
    Verifying,
    /// Held by the person.
    Paused,
    /// Something is there already: needs a decision.
    Asking(Box<Conflict>),
    /// Done.
    Done(Verified),
    /// Left out: something was there and the answer was to keep it.
    Skipped,
    /// Failed; can be retried.
    Failed(Box<Trouble>),
    /// Given up by the person.
    Cancelled,
}

/// How the result was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// By a SHA-256: of an object, or signed into an upload to a server that was seen to refuse
    /// bytes that differ from it.
    Sha256,
    /// By an MD5, of the whole or of each part.
    Md5,
    /// By a CRC-64/NVME that the server keeps of the whole object.
    Crc64,
    /// By a CRC-32 that the server keeps of the whole object.
    Crc32,
    /// By the MD5 of the parts' MD5s.
    Composite,
    /// By the number of bytes only.
    Size,
}

/// The two sides of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Size and date of what would be written.
    pub ours: Side,
    /// Size and date of what is there.
    pub theirs: Side,
    /// The free name that `KeepBoth` would take.
    pub free_name: String,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// Bytes.
    pub size: Option<u64>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Entity tag, for an object.
    pub etag: Option<Box<str>>,
}

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From this machine to a server.
    Up,
    /// From a server to this machine.
    Down,
    /// From server to server, or within one.
    Across,
}

/// One row of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// Its number.
    pub id: JobId,
    /// What it was asked for with.
    pub batch: BatchId,
    /// Which way.
    pub direction: Direction,
    /// Copy or move.
    pub kind: Kind,
    /// Source.
    pub from: Location,
    /// Destination, of this one file or object.
    pub to: Location,
    /// Where it stands.
    pub phase: Phase,
    /// Bytes moved, less than `size` until the end is confirmed.
    pub moved: u64,
    /// Bytes in all, where known.
    pub size: Option<u64>,
    /// Parts done and in all; (0, 0) for a single request.
    pub parts: (u32, u32),
    /// Bytes a second, averaged over 3 s.
    pub speed: u64,
    /// Time left, in whole seconds, counted down steadily.
    pub left: Option<Duration>,
    /// Which way the bytes take.
    pub means: Means,
    /// What holds it up, if anything does.
    pub hitch: Option<Hitch>,
}

/// How many jobs are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Moving or verifying, upwards.
    pub up: u64,
    /// Moving or verifying, downwards.
    pub down: u64,
    /// Moving or verifying, across.
    pub across: u64,
    /// Waiting.
    pub waiting: u64,
    /// Paused.
    pub paused: u64,
    /// Need a decision.
    pub asking: u64,
    /// Failed.
    pub failed: u64,
    /// Done.
    pub done: u64,
    /// Skipped.
    pub skipped: u64,
    /// Given up.
    pub cancelled: u64,
}

impl Counts {
    /// Jobs that will still do something by themselves.
    #[must_use]
    pub fn active(&self) -> u64 {
        self.up + self.down + self.across + self.waiting
    }
}

/// The queue at one moment, sampled at most ten times a second.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// The rows worth showing, in queue order: everything that moves, asks or failed, and some
    /// hundred of the rest. `counts` has them all.
    pub rows: Arc<[JobView]>,
    /// How many jobs are where.
    pub counts: Counts,
    /// Whether folders or prefixes are still being listed into jobs.
    pub expanding: bool,
    /// Bytes moved of the jobs that are not cleared.
    pub moved: u64,
    /// Bytes known in all.
    pub total: u64,
    /// Bytes a second over everything, averaged over 3 s.
    pub speed: u64,
    /// Time left over everything.
    pub left: Option<Duration>,
    /// How fast it may go.
    pub pacing: Pacing,
}

/// What happened, told once. Nothing is decided by it.
#[derive(Debug, Clone)]
pub enum Notice {
    /// A job ended well or was skipped; its row, as it ended.
    Done(JobView),
    /// A job failed; its row with the trouble.
    Failed(JobView),
    /// A job waits for a decision.
    Asking(JobView),
    /// Everything of a batch came to an end.
    BatchDone {
        /// Which.
        batch: BatchId,
        /// Jobs that are done.
        done: u64,
        /// Jobs that were skipped.
        skipped: u64,
        /// Jobs that failed.
        failed: u64,
        /// Bytes moved.
        bytes: u64,
        /// From the first to the last.
        took: Duration,
    },
    /// What earlier processes left was looked for and taken over, as held jobs; this is all of it.
    Interrupted(Interrupted),
    /// Something that a person should know: a source that was left out, a slow server, a full
    /// disk under the journal.
    Warning(Trouble),
}

/// How much may happen at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests with object data in flight at once at each server; none: found out by how the
    /// server takes it.
    pub parallel: Option<usize>,
    /// Bytes a second, each way; none: as fast as it goes.
    pub bandwidth: Option<u64>,
    /// Bytes of memory for data in flight.
    pub memory: u64,
    /// Files up to this size go up in one request.
    pub threshold: u64,
    /// Smallest part of a multipart upload, and the size of a ranged get.
    pub part_size: u64,
    /// What servers take.
    pub bounds: Bounds,
}

impl Default for Limits {
    /// As many as help, no limit of bandwidth, 64 MiB, multipart above 8 MiB in parts of at least 8 MiB.
    fn default() -> Self {
        Self {
            parallel: None,
            bandwidth: None,
            memory: 64 << 20,
            threshold: 8 << 20,
            part_size: 8 << 20,
            bounds: Bounds::default(),
        }
    }
}
