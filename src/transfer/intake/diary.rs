//! What a later process must know of the upload of a stream, so that it can give it up.
//!
//! It must not know what is streamed. Invariant: the upload is named on disk before its first part
//! moves, and the file goes once nothing is left on the server.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::errand::{Errand, Remote, Stop};
use super::super::job::{Fact, First, Opened, Ruling, Seen, Step, Way};
use super::super::journal::Journal;
use super::super::watch::Ear;
use super::cutter::FIRST_PART;
use crate::local::Replace;
use crate::s3::{CreateUpload, NewObject, UploadId};

/// The journal of one stream.
pub(super) struct Diary {
    journal: Journal,
    /// The upload, while it is neither joined nor given up.
    open: Option<Arc<Opened>>,
    /// Uploads besides, that may have been opened.
    pub(super) strays: Vec<Arc<Opened>>,
}

impl Diary {
    /// A journal in this folder, once there is something to write.
    pub(super) fn new(state: &Path) -> Self {
        // It costs the cleaning up after a crash, never the upload.
        let alarm = |error: &std::io::Error| tracing::warn!(%error, "no journal of a stream");
        Self {
            journal: Journal::new(state.into(), Box::new(alarm)),
            open: None,
            strays: Vec::new(),
        }
    }

    /// Writes facts down and waits for the disk.
    async fn note(&mut self, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            self.journal.append(&fact);
        }
        self.journal.flush().await;
    }

    /// Opens an upload; gives its name, and when it was opened.
    pub(super) async fn open(
        &mut self,
        e: &Errand,
        to: &Remote,
        about: NewObject,
    ) -> Result<(UploadId, Timestamp), Stop> {
        let create = CreateUpload {
            bucket: to.bucket.clone(),
            key: to.key.clone(),
            about,
        };
        let at = to.client.now();
        self.note([submitted(e), opening(e, at)]).await;
        let ear = Arc::new(Ear::beside(e.watch(&to.account)));
        let client = to.client.clone().paced(ear.clone());
        let made = client.call(&create).await;
        if let Some(lost) = ear.lost_after() {
            // An earlier try may have opened another one, or this one although it failed.
            e.unheard(&e.spec.to, at, lost);
            self.note([opening(e, to.client.now())]).await;
        }
        let upload = made.map_err(|x| to.stop(&x))?;
        let opened = Arc::new(Opened {
            to: e.spec.to.clone(),
            replace: Replace::Allow,
            size: 0,
            part: FIRST_PART as u64,
            // Nobody knows how many; none of them would count.
            count: 1,
            at,
            way: Way::Relay {
                upload: upload.clone(),
                object: Seen::nothing(),
            },
        });
        self.open = Some(Arc::clone(&opened));
        let (job, first) = (e.job, First::Pending);
        self.note([Fact::Opened { job, opened, first }]).await;
        Ok((upload, at))
    }

    /// The parts are an object by now.
    pub(super) fn joined(&mut self) {
        self.open = None;
    }

    /// Gives up what is left. What cannot be given up now is left to a later process.
    pub(super) async fn close(mut self, e: &Errand) {
        let mut stays = Vec::new();
        for left in self.open.take().into_iter().chain(self.strays.drain(..)) {
            let gone = e.run(Step::Abort(Arc::clone(&left))).await;
            if let Err(Stop::Failed(failure)) = gone {
                tracing::warn!(code = %failure.trouble.code, "an upload could not be given up");
                stays.push(left);
            }
        }
        if stays.is_empty() {
            self.journal.remove();
            return;
        }
        let job = e.job;
        let mut facts = vec![submitted(e)];
        facts.extend(stays.into_iter().map(|opened| Fact::Stray { job, opened }));
        facts.push(Fact::Ruled(Ruling::Cancelled(job)));
        if self.journal.lines() > 0 {
            self.journal.compact(&facts);
            facts.clear();
        }
        self.note(facts).await;
    }
}

fn submitted(e: &Errand) -> Fact {
    Fact::Submitted {
        job: e.job,
        spec: Arc::clone(&e.spec),
    }
}

fn opening(e: &Errand, at: Timestamp) -> Fact {
    Fact::Opening {
        job: e.job,
        to: e.spec.to.clone(),
        at,
        until: None,
    }
}
