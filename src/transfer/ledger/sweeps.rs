//! Folders that a move empties here: they go when all of a batch was moved.
//!
//! Invariant: a folder is swept only after nothing is to be moved from it any more, by whichever
//! process that may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::job::Fact;
use super::super::{BatchId, JobId};
use super::remains::goes_on;
use super::{Heir, Job, Ledger, Stand};

/// The folders by batch.
pub(super) type Sweeps = BTreeMap<BatchId, Vec<PathBuf>>;

impl Ledger {
    /// A folder is to be swept at the end of a batch.
    pub(super) fn sweeping(&mut self, batch: BatchId, folder: &Path) {
        let folders = self.sweeps.entry(batch).or_default();
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.into());
        }
    }

    /// Folders that are still to be swept: for another process, those from which something is
    /// still to be moved.
    pub(super) fn sweeps_left(&self, heir: Heir, facts: &mut Vec<Fact>) {
        for (batch, folders) in &self.sweeps {
            for folder in folders {
                let open = |(_, job): (JobId, &Job)| goes_on(job, heir) && lies_in(job, folder);
                if heir == Heir::Us || self.jobs().any(open) {
                    facts.push(Fact::Sweeping {
                        batch: match heir {
                            Heir::Us => *batch,
                            Heir::Another => BatchId::ADOPTED,
                        },
                        folder: folder.clone(),
                    });
                }
            }
        }
    }

    /// The folders to be swept at the end of a batch, if nothing of it stayed behind.
    pub(crate) fn to_sweep(&self, id: BatchId) -> Vec<PathBuf> {
        let batch = self.batch(id);
        let clean = batch.failed + batch.skipped + batch.cancelled == 0;
        let stays = |job: &Job| !matches!(job.stand, Stand::Done(_));
        let emptied = |folder: &&PathBuf| match id {
            // Things that have nothing to do with each other are adopted together.
            BatchId::ADOPTED => !self.jobs().any(|(_, j)| stays(j) && lies_in(j, folder)),
            _ => clean,
        };
        let folders = self.sweeps.get(&id).into_iter().flatten();
        folders.filter(emptied).cloned().collect()
    }

    /// Whether folders are to be looked at when a batch ends.
    pub(crate) fn sweeps(&self, id: BatchId) -> bool {
        self.sweeps.contains_key(&id)
    }
}

fn lies_in(job: &Job, folder: &Path) -> bool {
    let from = job.spec.from.path();
    from.is_some_and(|path| path.starts_with(folder))
}
