//! Work on many rows that is done elsewhere: what is asked for, and what becomes of the results.
//!
//! Invariant: a result that is no longer wanted, or is about rows that were replaced meanwhile,
//! changes nothing; until a result is there, the view from before stays.

use std::time::{Duration, Instant};

use super::arrange::{Arrange, Spec};
use super::{ROOT, Tree};
use crate::tui::msg::{Ask, Effect, Effects, Mark, Ticket, Tickets};

/// How long the next piece waits while rows still come in.
const REST: Duration = Duration::from_millis(250);

/// A piece of work under way.
#[derive(Debug)]
pub(super) struct Work {
    ticket: Ticket,
    branch: u32,
    /// What the rows were when it began.
    epoch: u64,
    version: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    /// The view of a branch.
    View(Spec),
    /// The rows that a pattern marks.
    Mark(Mark),
}

/// What a result came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// Nobody here waited for it.
    No,
    /// Other lines are shown.
    View,
    /// Rows were marked or unmarked.
    Marked,
}

impl Tree {
    /// What shall be worked out now, and what is no longer wanted.
    pub fn wants(&mut self, tickets: &mut Tickets, now: Instant) -> Effects {
        let spec = self.spec();
        let mut effects = Effects::none();
        let seen = self.seen();
        let branches = &self.branches;
        self.work.retain(|work| {
            let branch = &branches[work.branch as usize];
            let wanted = match &work.what {
                What::View(of) => {
                    *of == spec && seen.contains(&work.branch) && !branch.is_arranged(&spec)
                }
                What::Mark(_) => true,
            };
            let wanted = wanted && work.epoch == branch.epoch;
            if !wanted {
                effects.0.push(Effect::Forget(work.ticket));
            }
            wanted
        });
        for at in seen {
            let branch = self.branch(at);
            let under_way = |work: &Work| work.branch == at && matches!(work.what, What::View(_));
            let rests = branch.ticket().is_some()
                && branch.viewed.as_ref().is_some_and(|(of, _)| *of == spec)
                && branch.worked.is_some_and(|at| now < at + REST);
            if rests || branch.is_arranged(&spec) || self.work.iter().any(under_way) {
                continue;
            }
            let arrange = Arrange::new(&branch.rows, spec.clone());
            let what = What::View(spec.clone());
            effects.0.push(self.order(at, tickets, (what, arrange)));
        }
        if let Some((pattern, mark)) = self.pattern.take() {
            let arrange = Arrange::matching(&self.root().rows, spec, pattern);
            effects
                .0
                .push(self.order(ROOT, tickets, (What::Mark(mark), arrange)));
        }
        effects
    }

    fn order(
        &mut self,
        at: u32,
        tickets: &mut Tickets,
        (what, arrange): (What, Arrange),
    ) -> Effect {
        let ticket = tickets.issue();
        let branch = &self.branches[at as usize];
        self.work.push(Work {
            ticket,
            branch: at,
            epoch: branch.epoch,
            version: branch.version,
            what,
        });
        Effect::Ask(ticket, Ask::Arrange(arrange))
    }

    /// Whether something is being worked out.
    #[must_use]
    pub fn is_working(&self) -> bool {
        !self.work.is_empty()
    }

    /// Whether a result is waited for.
    #[must_use]
    pub fn works_on(&self, ticket: Ticket) -> bool {
        self.work.iter().any(|work| work.ticket == ticket)
    }

    /// Takes a result.
    pub fn worked(&mut self, ticket: Ticket, mut rows: Vec<u32>, now: Instant) -> Worked {
        let Some(at) = self.work.iter().position(|work| work.ticket == ticket) else {
            return Worked::No;
        };
        let work = self.work.swap_remove(at);
        if self.branch(work.branch).epoch != work.epoch {
            return Worked::No;
        }
        let known = &self.branch(work.branch).rows;
        rows.retain(|row| !known.is_gone(*row));
        match work.what {
            What::View(spec) => {
                let branch = &mut self.branches[work.branch as usize];
                branch.arranged(spec, work.version, rows);
                branch.worked = Some(now);
                self.rebuild();
                Worked::View
            }
            What::Mark(mark) => {
                self.mark_rows(&rows, mark);
                Worked::Marked
            }
        }
    }
}
