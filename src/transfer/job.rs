//! The words between ledger, scheduler and workers: what is to be moved, how it was planned, what
//! happened, and what is to be done next.
//!
//! No I/O and no runtime. A [`Fact`] happened and stays true; the journal holds facts and nothing
//! else.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::claim::Claim;
pub(crate) use super::hold::{Hold, Route};
use super::roster::Requests;
use super::{BatchId, Conflict, Direction, IfExists, JobId, Kind, Side, Verified};
use crate::local::{Replace, Spot, Stamp};
use crate::model::{Account, ETag, Location, Trouble};
use crate::s3::UploadId;

/// What kind of thing a job moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A file or an object.
    File,
    /// An empty folder or a folder's marker.
    Folder,
}

/// What is known about the target before the job starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum There {
    /// Nobody looked.
    Unknown,
    /// A listing shows that nothing is there.
    Absent,
    /// A listing shows this.
    Present(Side),
}

/// Whether something was begun by another process before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Turn {
    /// No.
    #[default]
    First,
    /// Yes: it may be done already, or half.
    Again,
}

/// What a person asked for, until all of it has become jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) batch: BatchId,
    pub(crate) turn: Turn,
    pub(crate) requests: Requests,
}

/// One file, object or empty folder to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) batch: BatchId,
    pub(crate) kind: Kind,
    pub(crate) if_exists: IfExists,
    pub(crate) from: Location,
    pub(crate) to: Location,
    /// Of a local target: the folder below which no link is followed.
    pub(crate) root: Option<PathBuf>,
    pub(crate) thing: Thing,
    /// What is known about the source; a listing says it, or nobody looked.
    pub(crate) source: Side,
    pub(crate) there: There,
    pub(crate) turn: Turn,
}

/// Stands for a source that can be read only once: standard input.
pub(crate) const STREAM: &str = "-";

impl Spec {
    /// Whether no other process can read the source.
    pub(crate) fn is_stream(&self) -> bool {
        self.from.path() == Some(Path::new(STREAM))
    }

    pub(crate) fn direction(&self) -> Direction {
        match (self.from.path(), self.to.path()) {
            (Some(_), None) => Direction::Up,
            (None, Some(_)) => Direction::Down,
            _ => Direction::Across,
        }
    }

    /// The accounts that the job talks to: none, one or two.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        let (from, to) = (self.from.account(), self.to.account());
        from.into_iter().chain(to.filter(|to| Some(*to) != from))
    }

    /// The spot of a local target, or of another name for it in the same folder.
    pub(crate) fn spot(&self, to: &Location) -> Option<Spot> {
        let path = to.path()?;
        let below = self
            .root
            .as_ref()
            .and_then(|root| Some((root, path.strip_prefix(root).ok()?)));
        match below {
            Some((root, below)) => Some(Spot {
                root: root.clone(),
                below: below.to_path_buf(),
            }),
            None => Spot::of(path),
        }
    }
}

/// How a job in parts goes about it. Holds all that a later process needs to go on or clean up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// The target, perhaps under a free name.
    pub(crate) to: Location,
    /// Whether the target may be replaced.
    pub(crate) replace: Replace,
    pub(crate) size: u64,
    /// Bytes of every part but the last.
    pub(crate) part: u64,
    pub(crate) count: u32,
    /// When it was opened, in the server's time.
    pub(crate) at: Timestamp,
    pub(crate) way: Way,
}

impl Opened {
    /// A temporary file without parts that count.
    pub(crate) fn written(to: &Location, temp: &OsStr) -> Self {
        let way = Way::Down {
            temp: temp.to_os_string(),
            file: (0, 0),
            object: Seen::nothing(),
        };
        Self::bare(to, Timestamp::UNIX_EPOCH, way)
    }

    pub(super) fn bare(to: &Location, at: Timestamp, way: Way) -> Self {
        Self {
            to: to.clone(),
            replace: Replace::Refuse,
            size: 0,
            part: 1,
            count: 0,
            at,
            way,
        }
    }

    /// Offset and length of a part, the first being 0.
    pub(crate) fn range(&self, index: u32) -> (u64, u64) {
        let offset = u64::from(index) * self.part;
        (offset, self.part.min(self.size.saturating_sub(offset)))
    }
}

/// Which way the parts take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// From a file that looked like this.
    Up { upload: UploadId, stamp: Stamp },
    /// Into a temporary file, of an object that looked like this.
    /// `file` is the temporary file by disk and inode.
    Down {
        temp: OsString,
        file: (u64, u64),
        object: Seen,
    },
    /// Copied by the server.
    Copy { upload: UploadId, object: Seen },
    /// From one server through memory to the other.
    Relay { upload: UploadId, object: Seen },
}

/// What an object looked like when the job began. Any difference means that it was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) size: u64,
    pub(crate) etag: Option<ETag>,
    pub(crate) modified: Option<Timestamp>,
    /// The date that the file had before it became an object.
    pub(crate) mtime: Option<Timestamp>,
    /// Whether an ETag of the right shape is an MD5: not so with keys that the server holds.
    pub(crate) plain: bool,
    /// A checksum of the whole that the server knows, besides its tag.
    pub(crate) claim: Option<Claim>,
}

impl Seen {
    /// Nothing is known.
    pub(super) fn nothing() -> Self {
        Self {
            size: 0,
            etag: None,
            modified: None,
            mtime: None,
            plain: false,
            claim: None,
        }
    }
}

/// What is kept of a part that is done. `index` counts from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) index: u32,
    /// The server's tag, of a part that went up.
    pub(crate) etag: Option<ETag>,
    /// Whether that tag was the MD5 of what was sent.
    pub(crate) checked: bool,
}

/// What becomes of the parts of a failed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    /// They stay; a retry goes on with them.
    Keep,
    /// They are given up; a retry starts anew.
    Drop,
}

/// Something that happened and stays true.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fact {
    /// A person asked for something; it stands for all jobs that are still to come of it.
    Asked {
        ask: JobId,
        asked: Arc<Asked>,
    },
    /// All of it has become jobs.
    Listed(JobId),
    Submitted {
        job: JobId,
        spec: Arc<Spec>,
    },
    /// An upload is about to be opened: if nobody hears the answer, it may be there or not.
    /// `until`: by then it was opened, if at all.
    Opening {
        job: JobId,
        to: Location,
        at: Timestamp,
        until: Option<Timestamp>,
    },
    /// An upload beside that of the job, which ended before it was given up.
    Stray {
        job: JobId,
        opened: Arc<Opened>,
    },
    /// A file is being written under a temporary name by one request: if the process dies, nobody
    /// else knows of it.
    Writing {
        job: JobId,
        to: Location,
        temp: OsString,
    },
    /// A job was cut into parts. `first`: the worker that says so is already moving part 0.
    Opened {
        job: JobId,
        opened: Arc<Opened>,
        first: First,
    },
    PartDone {
        job: JobId,
        mark: Mark,
    },
    /// These parts of a download are safe on disk, whatever happens to the machine.
    Safe {
        job: JobId,
        parts: Vec<u32>,
    },
    /// The parts are those of a dead process: they must be looked at before the job goes on.
    Adopted(JobId),
    /// They were looked at: these hold.
    Checked {
        job: JobId,
        marks: Vec<Mark>,
    },
    /// The parts were given up, the job starts anew.
    Restarted(JobId),
    Closed {
        job: JobId,
        to: Location,
        verified: Verified,
        bytes: u64,
    },
    Skipped(JobId),
    Asking {
        job: JobId,
        conflict: Box<Conflict>,
    },
    Failed {
        job: JobId,
        trouble: Box<Trouble>,
        parts: Parts,
    },
    /// What a cancelled or failed job left behind is gone.
    Aborted(JobId),
    /// What it left behind cannot be removed now; a later process tries again.
    Stranded(JobId),
    /// When all of a batch was moved, the folders that it emptied here are to go.
    Sweeping {
        batch: BatchId,
        folder: PathBuf,
    },
    /// They went, or stay for good.
    Swept(BatchId),
    /// Somebody decided something.
    Ruled(Ruling),
}

/// What people decide about jobs, or the queue in their place. Told apart from what happens to
/// bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ruling {
    Decided {
        job: JobId,
        answer: IfExists,
    },
    DecidedAll(IfExists),
    Held(Hold),
    Retried(JobId),
    RetriedFailed,
    Paused(JobId),
    PausedAll,
    Resumed(JobId),
    ResumedAll,
    /// A request of a dead process goes on.
    AskResumed(JobId),
    /// A request whose listing broke off waits for a word.
    AskHeld(JobId),
    /// A request is given up, as far as it is no jobs yet.
    AskDropped(JobId),
    Cancelled(JobId),
    CancelledAll,
    /// Jobs stand at other places of the queue.
    Placed(Vec<(JobId, i64)>),
    /// Ended jobs are forgotten.
    Cleared(Vec<JobId>),
}

/// Whether part 0 is in flight when a job was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Flying,
    Pending,
}

/// One piece of work, and all that its worker needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) job: JobId,
    pub(crate) spec: Arc<Spec>,
    pub(crate) step: Step,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Find out about source and target; do all of it if one request is enough.
    Open(IfExists),
    /// Find out which parts of a dead process hold.
    Check(Arc<Opened>, Vec<Mark>),
    /// A part by its index, and the index behind the last one that its answer may bring.
    Part(Arc<Opened>, u32, u32),
    Close(Arc<Opened>, Vec<Mark>),
    Abort(Arc<Opened>),
}

impl Step {
    pub(crate) fn flight(&self) -> Flight {
        match self {
            Self::Open(_) => Flight::Open,
            Self::Check(..) => Flight::Check,
            Self::Part(_, index, _) => Flight::Part(*index),
            Self::Close(..) => Flight::Close,
            Self::Abort(_) => Flight::Abort,
        }
    }
}

/// A piece of work that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flight {
    Open,
    Check,
    Part(u32),
    Close,
    Abort,
}
