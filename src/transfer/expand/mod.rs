//! From what a person asked for to single jobs: folders and prefixes are walked as a stream, and
//! the walk waits when the queue has enough to do.
//!
//! Invariant: nothing is left out silently. What cannot become a job becomes a failed one, or a
//! warning.

mod looked;
mod names;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::errand::Tools;
use super::job::{Asked, Spec, There, Thing, Turn};
use super::{BatchId, JobId, Kind, Request, Side, conflict};
use crate::local::{self, LocalKind};
use crate::model::{Location, Trouble};

/// What comes out of an expansion.
#[derive(Debug)]
pub(crate) enum Born {
    /// A job.
    Job(Spec),
    /// Something that cannot become a job, as a failed one.
    Lost(Spec, Box<Trouble>),
    /// Something to tell.
    Warning(Box<Trouble>),
    /// A folder whose emptied folders go when everything was moved.
    Sweep(BatchId, PathBuf),
    /// All of a request has become jobs.
    Listed(JobId),
    /// The listing of a request broke off; that was told.
    Broken(JobId),
}

/// Why a listing ended early.
pub(crate) enum Gone {
    /// The queue wants no more.
    Queue,
    /// It broke off; that was told.
    Listing,
}

/// One batch being turned into jobs.
#[derive(Clone)]
pub(crate) struct Expansion {
    pub(crate) batch: BatchId,
    pub(crate) turn: Turn,
    pub(crate) tools: Arc<Tools>,
    pub(crate) births: mpsc::Sender<Born>,
}

impl Expansion {
    /// Expands all requests, one after the other. One whose listing broke off can be asked for
    /// again.
    pub(crate) async fn run(self, asks: Vec<(JobId, Arc<Asked>)>) {
        for (id, asked) in asks {
            let mut broken = false;
            for request in asked.requests.iter() {
                match self.one(&request).await {
                    Ok(()) => {}
                    Err(Gone::Listing) => broken = true,
                    Err(Gone::Queue) => return,
                }
            }
            let end = if broken {
                Born::Broken(id)
            } else {
                Born::Listed(id)
            };
            if self.tell(end).await.is_err() {
                return;
            }
        }
    }

    async fn tell(&self, born: Born) -> Result<(), Gone> {
        self.births.send(born).await.map_err(|_| Gone::Queue)
    }

    fn spec(&self, request: &Request) -> Spec {
        Spec {
            batch: self.batch,
            kind: request.kind,
            if_exists: request.if_exists,
            from: request.from.clone(),
            to: request.to.clone(),
            root: None,
            thing: Thing::File,
            source: Side::default(),
            there: There::Unknown,
            turn: self.turn,
        }
    }

    async fn lost(&self, request: &Request, trouble: Trouble) -> Result<(), Gone> {
        let spec = self.spec(request);
        self.tell(Born::Lost(spec, Box::new(trouble))).await
    }

    async fn one(&self, request: &Request) -> Result<(), Gone> {
        match &request.from {
            Location::Object { key, .. } => {
                let name = key.name().to_owned();
                let side = Side {
                    size: request.size,
                    ..Side::default()
                };
                self.single(request, &request.from, &name, side).await
            }
            Location::Under { .. } => match &request.to {
                Location::Object { .. } => self.lost(request, no_folder(request)).await,
                Location::Under { .. } | Location::Local(_) => self.prefix(request).await,
            },
            Location::Local(path) => self.local(request, path).await,
        }
    }

    async fn local(&self, request: &Request, path: &Path) -> Result<(), Gone> {
        let entry = match local::entry(path).await {
            Ok(entry) => entry,
            Err(trouble) => return self.lost(request, trouble).await,
        };
        let real = match entry.kind {
            LocalKind::File | LocalKind::Folder => path.to_path_buf(),
            // A link that a person names is followed; one that is met on the way is not.
            LocalKind::Link { .. } if request.kind == Kind::Copy => match local::real(path).await {
                Ok(real) => real,
                Err(trouble) => return self.lost(request, trouble).await,
            },
            LocalKind::Link { .. } | LocalKind::Special => {
                return self.lost(request, no_file(path)).await;
            }
        };
        let entry = match local::entry(&real).await {
            Ok(entry) => entry,
            Err(trouble) => return self.lost(request, trouble).await,
        };
        match entry.kind {
            LocalKind::File => {
                let side = Side {
                    size: Some(entry.size),
                    modified: entry.modified,
                    etag: None,
                };
                let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
                    return self.lost(request, no_text(path)).await;
                };
                self.single(request, &Location::Local(real), name, side)
                    .await
            }
            LocalKind::Folder => match &request.to {
                Location::Object { .. } => self.lost(request, no_folder(request)).await,
                Location::Under { .. } | Location::Local(_) => self.folder(request, &real).await,
            },
            LocalKind::Link { .. } | LocalKind::Special => self.lost(request, no_file(path)).await,
        }
    }

    /// One file or object, to an exact place or by its name below a prefix.
    async fn single(
        &self,
        request: &Request,
        from: &Location,
        name: &str,
        source: Side,
    ) -> Result<(), Gone> {
        let to = match &request.to {
            Location::Under {
                account,
                bucket,
                prefix,
            } => match conflict::key_below(prefix, name) {
                Ok(key) => Location::Object {
                    account: account.clone(),
                    bucket: bucket.clone(),
                    key,
                },
                Err(trouble) => return self.lost(request, trouble).await,
            },
            exact @ (Location::Object { .. } | Location::Local(_)) => exact.clone(),
        };
        let marker = matches!(from, Location::Object { key, .. } if key.is_marker());
        let folder = marker && to.path().is_some();
        let spec = Spec {
            from: from.clone(),
            to,
            source,
            thing: if folder { Thing::Folder } else { Thing::File },
            ..self.spec(request)
        };
        self.tell(Born::Job(spec)).await
    }
}

fn no_folder(request: &Request) -> Trouble {
    Trouble::new(
        "NotFolder",
        &format!("Cannot copy {}", request.from),
        "a folder cannot be written to one object",
        "choose a folder as the target",
    )
}

fn no_file(path: &Path) -> Trouble {
    Trouble::new(
        "NotAFile",
        &format!("Cannot copy {}", path.display()),
        "it is neither a file nor a folder",
        "only files and folders can be copied",
    )
}

/// A name that no key can have.
fn no_text(path: &Path) -> Trouble {
    Trouble::new(
        "NameImpossible",
        &format!("Cannot copy {}", path.display()),
        "its name is no UTF-8 text, and keys must be",
        "rename it first",
    )
}
