//! Makes parts of downloads safe on disk, some seconds behind their arrival, so that a machine
//! that goes down costs a second's work and not the file.
//!
//! Invariant: the journal calls a part safe only after a sync that began when all of it was
//! written.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many facts only a few matter here"
)]

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::JobId;
use super::super::job::{Fact, Way};
use super::Driver;
use crate::local::{Sink, Spot};

/// How often a file is synced at most.
///
/// Source: `s3.md` G-8: bitmap of finished ranges, every second at most, after the data.
const EVERY: Duration = Duration::from_secs(1);

/// The parts that are written and not yet safe.
#[derive(Debug, Default)]
pub(super) struct Unsafe {
    parts: HashMap<JobId, Vec<u32>>,
    syncs: JoinSet<Option<(JobId, Vec<u32>)>>,
    last: Duration,
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
    pub(super) async fn next(&mut self) -> Option<(JobId, Vec<u32>)> {
        self.syncs.join_next().await?.unwrap_or_default()
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
                    let sink = Sink::reopen(&spot, &temp).await.ok()?;
                    sink.sync().await.ok()?;
                    Some((job, parts))
                });
            }
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
    pub(super) fn secured(&mut self, (job, parts): (JobId, Vec<u32>)) {
        if self.half_file(job).is_some() {
            self.record(&Fact::Safe { job, parts });
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
