//! What is left to do, as facts: for a journal that is written anew, and for the jobs of a dead
//! process.

use std::sync::Arc;

use super::super::job::{Fact, First, Parts, Ruling, Spec, Way};
use super::super::{BatchId, JobId};
use super::Ledger;
use super::state::{Job, Stand};

/// For whom the facts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heir {
    /// This process goes on: everything stays as it is.
    Us,
    /// Another process takes over: nothing starts by itself. Downloads start anew, since the disk
    /// may have lost what a crashed machine never wrote.
    Another,
}

impl Ledger {
    /// The facts that still matter. `number` gives each job its number.
    pub(crate) fn remains(&self, heir: Heir, mut number: impl FnMut(JobId) -> JobId) -> Vec<Fact> {
        let mut jobs: Vec<_> = self.jobs().filter(|(_, job)| matters(job, heir)).collect();
        jobs.sort_by_key(|(_, job)| job.pos);
        let mut facts = Vec::new();
        for (id, job) in jobs {
            one(job, heir, number(id), &mut facts);
        }
        facts
    }

    /// Whether anything is left that a later process could go on with.
    pub(crate) fn is_finished(&self) -> bool {
        !self.jobs().any(|(_, job)| matters(job, Heir::Another))
    }
}

/// Whether a job is worth a line. Another process does not want to hear of a failure that trying
/// again cannot mend.
fn matters(job: &Job, heir: Heir) -> bool {
    if job.leftover.is_some() {
        return true;
    }
    match &job.stand {
        Stand::Active | Stand::Paused | Stand::Asking(_) => true,
        Stand::Failed(trouble) => heir == Heir::Us || trouble.retryable || job.plan.is_some(),
        Stand::Done(_) | Stand::Skipped | Stand::Cancelled => false,
    }
}

fn one(job: &Job, heir: Heir, id: JobId, facts: &mut Vec<Fact>) {
    let mut spec: Spec = (*job.spec).clone();
    spec.if_exists = job.answer.unwrap_or(spec.if_exists);
    if heir == Heir::Another {
        spec.batch = BatchId(0);
    }
    facts.push(Fact::Submitted {
        job: id,
        spec: Arc::new(spec),
    });
    if let Some(leftover) = &job.leftover {
        let opened = Arc::clone(leftover);
        facts.push(Fact::Opened {
            job: id,
            opened,
            first: First::Pending,
        });
        facts.push(Fact::Restarted(id));
    }
    if let Some(plan) = &job.plan {
        let opened = Arc::clone(&plan.opened);
        facts.push(Fact::Opened {
            job: id,
            opened,
            first: First::Pending,
        });
        let down = matches!(plan.opened.way, Way::Down { .. });
        if down && heir == Heir::Another {
            facts.push(Fact::Restarted(id));
        } else {
            let marks = plan.marks().into_iter();
            facts.extend(marks.map(|mark| Fact::PartDone { job: id, mark }));
        }
    }
    match &job.stand {
        Stand::Active if heir == Heir::Us => {}
        Stand::Active | Stand::Paused => facts.push(Fact::Ruled(Ruling::Paused(id))),
        Stand::Asking(_) if heir == Heir::Another => facts.push(Fact::Ruled(Ruling::Paused(id))),
        Stand::Asking(conflict) => facts.push(Fact::Asking {
            job: id,
            conflict: conflict.clone(),
        }),
        Stand::Failed(trouble) => facts.push(Fact::Failed {
            job: id,
            trouble: trouble.clone(),
            parts: Parts::Keep,
        }),
        Stand::Done(_) | Stand::Skipped | Stand::Cancelled => {
            facts.push(Fact::Ruled(Ruling::Cancelled(id)));
        }
    }
}
