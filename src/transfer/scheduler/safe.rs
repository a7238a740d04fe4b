//! Makes downloads safe on disk: their parts, and the small files that were placed without a wait, some seconds behind their arrival, so that a machine
//! that goes down costs a second's work and not the file.
//!
//! Invariant: the journal calls a part safe only after a sync that began when all of it was
//! written.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many facts only a few matter here"
)]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::Direction;
use super::super::JobId;
use super::super::download::SMALL;
use super::super::job::{Fact, Spec, Way};
use super::Driver;
use crate::local::{Folders, Sink, Spot};

/// How often a file is synced at most.
///
/// Source: `s3.md` G-8: bitmap of finished ranges, every second at most, after the data.
const EVERY: Duration = Duration::from_secs(1);

/// The parts that are written and not yet safe.
#[derive(Debug, Default)]
pub(super) struct Unsafe {
    parts: HashMap<JobId, Vec<u32>>,
    /// Ends of small files, which the journal must not hear of yet.
    ends: Vec<End>,
    syncs: JoinSet<Safe>,
    last: Duration,
}

/// The end of a job, and the job.
type End = (Arc<Spec>, Fact);

/// What became safe.
#[derive(Debug)]
pub(super) enum Safe {
    Parts(JobId, Vec<u32>),
    Files(Vec<End>),
    /// Nothing: the disk refused, or the file is gone.
    Nothing,
}

impl Unsafe {
    /// Takes in a fact.
    pub(super) fn note(&mut self, fact: &Fact, is_download: impl Fn(JobId) -> bool) {
        match fact {
            Fact::PartDone { job, mark } if is_download(*job) => {
                self.parts.entry(*job).or_default().push(mark.index);
            }
            Fact::Closed { job, .. } | Fact::Restarted(job) | Fact::Aborted(job) => {
                self.parts.remove(job);
            }
            _ => {}
        }
    }

    /// What became safe, once it did.
    pub(super) async fn next(&mut self) -> Option<Safe> {
        self.syncs.join_next().await?.ok()
    }

    /// Takes the end of a job away from the journal until its file is safe.
    pub(super) fn hold_back(&mut self, fact: &Fact, spec: Option<&Arc<Spec>>) -> bool {
        let (Fact::Closed { bytes, .. }, Some(spec)) = (fact, spec) else {
            return false;
        };
        let held = *bytes <= SMALL && spec.direction() == Direction::Down;
        if held {
            self.ends.push((Arc::clone(spec), fact.clone()));
        }
        held
    }

    /// For a journal that is written anew: the jobs whose ends it does not know.
    pub(super) fn unended(&self) -> impl Iterator<Item = Fact> {
        self.ends.iter().filter_map(|(spec, fact)| match fact {
            Fact::Closed { job, .. } => Some(Fact::Submitted {
                job: *job,
                spec: Arc::clone(spec),
            }),
            _ => None,
        })
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.syncs.is_empty()
    }
}

impl Driver {
    /// Starts to make safe what was written, if it is time.
    pub(super) fn secure(&mut self) {
        let now = self.now();
        if self.unsafe_parts.is_busy() || now < self.unsafe_parts.last + EVERY {
            return;
        }
        self.unsafe_parts.last = now;
        self.start_syncs();
    }

    fn start_syncs(&mut self) {
        for (job, parts) in std::mem::take(&mut self.unsafe_parts.parts) {
            if let Some((spot, temp)) = self.half_file(job) {
                self.unsafe_parts.syncs.spawn(async move {
                    match sync(&spot, &temp).await {
                        Ok(()) => Safe::Parts(job, parts),
                        Err(_) => Safe::Nothing,
                    }
                });
            }
        }
        let ends = std::mem::take(&mut self.unsafe_parts.ends);
        if !ends.is_empty() {
            let folders = self.tools.folders.clone();
            let work = move || files(&folders, ends);
            self.unsafe_parts.syncs.spawn_blocking(work);
        }
    }

    fn half_file(&self, id: JobId) -> Option<(Spot, std::ffi::OsString)> {
        let job = self.ledger.job(id)?;
        let opened = &job.plan.as_ref()?.opened;
        let Way::Down { temp, .. } = &opened.way else {
            return None;
        };
        Some((job.spec.spot(&opened.to)?, temp.clone()))
    }

    /// Notes what became safe, unless its file is another one by now.
    pub(super) fn secured(&mut self, safe: Safe) {
        match safe {
            Safe::Parts(job, parts) if self.half_file(job).is_some() => {
                self.record(&Fact::Safe { job, parts });
            }
            Safe::Files(ends) => ends.iter().for_each(|(_, end)| self.journal.append(end)),
            Safe::Parts(..) | Safe::Nothing => {}
        }
    }

    /// Makes everything safe that was written.
    pub(super) async fn secure_all(&mut self) {
        while self.unsafe_parts.is_busy() {
            if let Some(done) = self.unsafe_parts.next().await {
                self.secured(done);
            }
        }
        self.start_syncs();
        while self.unsafe_parts.is_busy() {
            if let Some(done) = self.unsafe_parts.next().await {
                self.secured(done);
            }
        }
    }

    /// Everything must be called safe anew: the journal was written anew.
    pub(super) fn all_unsafe(&mut self) {
        let downs = self.ledger.jobs().filter_map(|(id, job)| {
            let plan = job.plan.as_ref()?;
            matches!(plan.opened.way, Way::Down { .. }).then(|| (id, plan.marks()))
        });
        let parts = downs.map(|(id, marks)| (id, marks.iter().map(|m| m.index).collect()));
        self.unsafe_parts.parts = parts.collect();
    }
}

async fn sync(spot: &Spot, temp: &std::ffi::OsStr) -> crate::model::Answer<()> {
    Sink::reopen(spot, temp).await?.sync().await
}

/// Writes the small files to their disks. A disk that refuses is no reason to do them again: they
/// are there, as far as the system can tell, but the journal never calls them done.
fn files(folders: &Folders, ends: Vec<End>) -> Safe {
    match folders.sync() {
        Ok(()) => Safe::Files(ends),
        Err(_) => Safe::Nothing,
    }
}
