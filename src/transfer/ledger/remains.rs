//! What is left to do, as facts: for a journal that is written anew, and for the jobs of a dead
//! process.

use std::sync::Arc;

use super::super::job::{Asked, Fact, First, Opened, Parts, Ruling, Spec, Turn, Way};
use super::super::{BatchId, JobId, left};
use super::Ledger;
use super::state::{Job, Stand};
use crate::model::Location;

/// For whom the facts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heir {
    /// This process goes on: everything stays as it is.
    Us,
    /// Another process takes over: nothing starts by itself, and parts are looked at before they
    /// count.
    Another,
}

impl Ledger {
    /// The facts that still matter. `number` gives each job its number.
    pub(crate) fn remains(&self, heir: Heir, mut number: impl FnMut(JobId) -> JobId) -> Vec<Fact> {
        let mut jobs: Vec<_> = self.jobs().filter(|(_, job)| matters(job, heir)).collect();
        jobs.sort_by_key(|(_, job)| job.pos);
        let mut facts = Vec::new();
        for (id, ask) in self.asks() {
            let mut asked = Asked::clone(&ask.asked);
            if heir == Heir::Another {
                asked.batch = BatchId::ADOPTED;
                asked.turn = Turn::Again;
            }
            match heir {
                Heir::Us => us(id, asked, ask.waits, &mut facts),
                // One each, so that one can go on without the others.
                Heir::Another => {
                    let (batch, turn) = (asked.batch, asked.turn);
                    let apart = asked.requests.apart().into_iter();
                    facts.extend(apart.map(|requests| Fact::Asked {
                        ask: number(id),
                        asked: Arc::new(Asked {
                            batch,
                            turn,
                            requests,
                        }),
                    }));
                }
            }
        }
        for (id, job) in jobs {
            if heir == Heir::Another && !job.stranded.is_empty() {
                for stranded in &job.stranded {
                    abandoned(job, stranded, number(id), &mut facts);
                }
                if !goes_on(job, heir) {
                    continue;
                }
            }
            one(job, heir, number(id), &mut facts);
        }
        self.sweeps_left(heir, &mut facts);
        facts
    }

    /// Whether anything is left that a later process could go on with.
    pub(crate) fn is_finished(&self) -> bool {
        self.asks().next().is_none() && !self.jobs().any(|(_, job)| matters(job, Heir::Another))
    }
}

fn us(ask: JobId, asked: Asked, waits: bool, facts: &mut Vec<Fact>) {
    let waits_anew = asked.turn == Turn::Again;
    facts.push(Fact::Asked {
        ask,
        asked: Arc::new(asked),
    });
    facts.extend((waits_anew && !waits).then_some(Fact::Ruled(Ruling::AskResumed(ask))));
    facts.extend((!waits_anew && waits).then_some(Fact::Ruled(Ruling::AskHeld(ask))));
}

/// Whether a job is worth a line. Another process does not want to hear of a failure that trying
/// again cannot mend.
fn matters(job: &Job, heir: Heir) -> bool {
    !job.stranded.is_empty() || goes_on(job, heir)
}

pub(super) fn goes_on(job: &Job, heir: Heir) -> bool {
    let half = job.opening.is_some() || job.writing.is_some();
    if job.leftover.is_some() || half || !job.strays.is_empty() {
        return true;
    }
    // A listing that failed is asked for again as a whole.
    if heir == Heir::Another && matches!(job.spec.from, Location::Under { .. }) {
        return false;
    }
    match &job.stand {
        Stand::Active | Stand::Paused | Stand::Asking(_) => true,
        Stand::Failed(trouble) => heir == Heir::Us || trouble.retryable || job.plan.is_some(),
        Stand::Done(_) | Stand::Skipped | Stand::Cancelled => false,
    }
}

/// A job for what another one could not clean away.
fn abandoned(job: &Job, opened: &Arc<Opened>, id: JobId, facts: &mut Vec<Fact>) {
    let mut spec: Spec = (*job.spec).clone();
    spec.batch = BatchId::ADOPTED;
    facts.push(Fact::Submitted {
        job: id,
        spec: Arc::new(spec),
    });
    facts.push(Fact::Opened {
        job: id,
        opened: Arc::clone(opened),
        first: First::Pending,
    });
    facts.push(Fact::Ruled(Ruling::Cancelled(id)));
}

/// What was begun and has no parts: uploads that nobody heard of, a file that was being written.
fn begun(job: &Job, heir: Heir, id: JobId, facts: &mut Vec<Fact>) {
    let opening = |opened: &Arc<Opened>| Fact::Opening {
        job: id,
        to: opened.to.clone(),
        at: opened.at,
        until: opened.unheard_until(),
    };
    let (unheard, named): (Vec<_>, Vec<_>) = job.strays.iter().partition(|one| one.is_unheard());
    facts.extend(named.into_iter().map(|opened| Fact::Stray {
        job: id,
        opened: Arc::clone(opened),
    }));
    facts.extend(unheard.iter().copied().map(opening));
    // Each opening says that nobody heard of the one before.
    let last = job.opening.as_ref().or(unheard.last().copied());
    facts.extend(last.map(opening));
    if let Some(writing) = &job.writing
        && let Way::Down { temp, .. } = &writing.way
    {
        facts.push(Fact::Writing {
            job: id,
            to: writing.to.clone(),
            temp: temp.clone(),
        });
    }
    let half = job.opening.is_some() || job.writing.is_some();
    if half && heir == Heir::Another {
        facts.push(Fact::Adopted(id));
    }
}

fn one(job: &Job, heir: Heir, id: JobId, facts: &mut Vec<Fact>) {
    let mut spec: Spec = (*job.spec).clone();
    spec.if_exists = job.answer.unwrap_or(spec.if_exists);
    if heir == Heir::Another {
        spec.batch = BatchId::ADOPTED;
        spec.turn = Turn::Again;
    }
    facts.push(Fact::Submitted {
        job: id,
        spec: Arc::new(spec),
    });
    let opened = |opened: &Arc<Opened>| Fact::Opened {
        job: id,
        opened: Arc::clone(opened),
        first: First::Pending,
    };
    for stranded in job.stranded.iter().filter(|_| heir == Heir::Us) {
        facts.extend([opened(stranded), Fact::Restarted(id), Fact::Stranded(id)]);
    }
    begun(job, heir, id, facts);
    if let Some(leftover) = &job.leftover {
        facts.extend([opened(leftover), Fact::Restarted(id)]);
    }
    if let Some(plan) = &job.plan {
        facts.push(opened(&plan.opened));
        let marks = plan.marks().into_iter();
        facts.extend(marks.map(|mark| Fact::PartDone { job: id, mark }));
        if heir == Heir::Another || plan.unchecked {
            facts.push(Fact::Adopted(id));
        }
    }
    match &job.stand {
        Stand::Active if heir == Heir::Us => {}
        Stand::Active | Stand::Paused | Stand::Asking(_)
            if heir == Heir::Another && job.spec.is_stream() =>
        {
            facts.push(Fact::Failed {
                job: id,
                trouble: Box::new(left::gone(&job.spec)),
                parts: Parts::Keep,
            });
        }
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
