//! One job as the ledger sees it: where it stands, its parts, what is in flight.
//!
//! Invariant: a part is in exactly one of four states: pending, flying, lost (pending again) or
//! done.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::super::job::{Flight, Mark, Opened, Spec};
use super::super::{Conflict, IfExists, Verified};
use super::runs::{self, Stage};
use crate::model::{Location, Trouble};

/// Openings that lie closer together are looked for as one.
const SAME: SignedDuration = SignedDuration::from_mins(1);

/// Where a job stands by what was said and what happened, in flight or not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stand {
    Active,
    Paused,
    Asking(Box<Conflict>),
    Done(Verified),
    Skipped,
    Failed(Box<Trouble>),
    Cancelled,
}

impl Stand {
    /// Whether the job came to an end; a failed one can be retried.
    pub(crate) fn ended(&self) -> bool {
        match self {
            Self::Active | Self::Paused | Self::Asking(_) => false,
            Self::Done(_) | Self::Skipped | Self::Failed(_) | Self::Cancelled => true,
        }
    }
}

/// The parts of an opened job.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) opened: Arc<Opened>,
    marks: Vec<Option<Mark>>,
    done: u32,
    cursor: u32,
    lost: BTreeSet<u32>,
    flying: BTreeSet<u32>,
    /// Parts in a row that one answer may bring.
    run: u32,
    /// Whether the worker that opened the job is moving part 0 on the same flight.
    rides: bool,
    /// Of a dead process, and not yet looked at.
    pub(crate) unchecked: bool,
}

impl Plan {
    pub(crate) fn new(opened: Arc<Opened>) -> Self {
        let marks = vec![None; opened.count as usize];
        Self {
            run: runs::of(&opened),
            opened,
            marks,
            done: 0,
            cursor: 0,
            lost: BTreeSet::new(),
            flying: BTreeSet::new(),
            rides: false,
            unchecked: false,
        }
    }

    /// The same plan with exactly these parts done.
    pub(crate) fn checked(&self, marks: &[Mark]) -> Self {
        let mut plan = Self::new(Arc::clone(&self.opened));
        for mark in marks {
            plan.mark(mark);
        }
        plan
    }

    pub(crate) fn done(&self) -> u32 {
        self.done
    }

    pub(crate) fn whole(&self) -> bool {
        self.done == self.opened.count
    }

    /// The parts that are done, in ascending order.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        self.marks.iter().flatten().cloned().collect()
    }

    /// Bytes of the parts that are done.
    pub(crate) fn bytes(&self) -> u64 {
        let len = |mark: &Mark| self.opened.range(mark.index).1;
        self.marks.iter().flatten().map(len).sum()
    }

    pub(crate) fn pending(&self) -> bool {
        !self.lost.is_empty() || self.peek().is_some()
    }

    fn peek(&self) -> Option<u32> {
        let mut parts = self.cursor..self.opened.count;
        if self.run == 1 {
            return parts.find(|at| self.stage(*at) == Stage::Waits);
        }
        runs::next(self.run, parts, |at| self.stage(at))
    }

    fn stage(&self, part: u32) -> Stage {
        if self.marks[part as usize].is_some() {
            Stage::Done
        } else if self.flying.contains(&part) {
            Stage::Flies
        } else {
            Stage::Waits
        }
    }

    /// Takes the next part that nobody has done or is doing, with the index behind the last one
    /// that its answer may go on to.
    pub(crate) fn take(&mut self) -> Option<(u32, u32)> {
        let part = if let Some(part) = self.lost.pop_first() {
            part
        } else {
            let next = self.peek()?;
            if self.run == 1 {
                self.cursor = next + 1;
            }
            next
        };
        self.flying.insert(part);
        let end = (part - part % self.run).saturating_add(self.run);
        let waits = |at: &u32| self.stage(*at) == Stage::Waits;
        let reach = (part + 1..end.min(self.opened.count))
            .take_while(waits)
            .last();
        Some((part, reach.unwrap_or(part) + 1))
    }

    /// Notes that the worker that opened the job is moving part 0 already.
    pub(crate) fn ride(&mut self) {
        self.rides = true;
        self.flying.insert(0);
    }

    /// The flight that opened the job ended, and with it part 0 if it was on board. Otherwise part
    /// 0 may fly by itself by now.
    pub(crate) fn land_opener(&mut self) {
        if std::mem::take(&mut self.rides) {
            self.land(0);
        }
    }

    pub(crate) fn mark(&mut self, mark: &Mark) {
        let at = mark.index as usize;
        if at < self.marks.len() && self.marks[at].is_none() {
            self.marks[at] = Some(mark.clone());
            self.done += 1;
        }
        self.flying.remove(&mark.index);
        self.lost.remove(&mark.index);
        // Done parts are never looked at again, or each question would walk over all of them.
        while self
            .marks
            .get(self.cursor as usize)
            .is_some_and(Option::is_some)
        {
            self.cursor += 1;
        }
    }

    /// A part's flight ended; if it is not done, it is pending again.
    pub(crate) fn land(&mut self, part: u32) {
        if self.flying.remove(&part) && self.marks[part as usize].is_none() {
            self.lost.insert(part);
        }
    }
}

/// Pieces of work that are under way for one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flights {
    pub(crate) open: u32,
    pub(crate) check: u32,
    pub(crate) parts: u32,
    pub(crate) close: u32,
    pub(crate) abort: u32,
}

impl Flights {
    pub(crate) fn none(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn slot(&mut self, flight: Flight) -> &mut u32 {
        match flight {
            Flight::Open => &mut self.open,
            Flight::Check => &mut self.check,
            Flight::Part(_) => &mut self.parts,
            Flight::Close => &mut self.close,
            Flight::Abort => &mut self.abort,
        }
    }
}

/// One job.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) spec: Arc<Spec>,
    pub(crate) stand: Stand,
    /// Place in the queue.
    pub(crate) pos: i64,
    /// Whether a hold paused it, and no person.
    pub(crate) parked: bool,
    /// What a person decided about its conflict.
    pub(crate) answer: Option<IfExists>,
    /// Where it ended up, if under another name.
    pub(crate) to: Option<Location>,
    pub(crate) size: Option<u64>,
    pub(crate) plan: Option<Box<Plan>>,
    /// An upload or temporary file that must go before anything else.
    pub(crate) leftover: Option<Arc<Opened>>,
    /// An upload that may have been opened or not.
    pub(crate) opening: Option<Arc<Opened>>,
    /// Uploads that may have been opened besides, by tries whose answers nobody heard. They are
    /// looked for when the job has ended: a live upload of somebody else has parts by then.
    pub(crate) strays: Vec<Arc<Opened>>,
    /// A temporary file that is being written by one request.
    pub(crate) writing: Option<Arc<Opened>>,
    /// Leftovers that cannot be removed now: for a later process.
    pub(crate) stranded: Vec<Arc<Opened>>,
    pub(crate) flights: Flights,
    /// How often it was started anew because the object changed under it.
    pub(crate) restarts: u8,
    /// Setbacks since the last progress.
    pub(crate) tries: u8,
    /// Until when it rests after a setback.
    pub(crate) rest: Option<Duration>,
    /// Bytes moved, once it is done.
    pub(crate) bytes: u64,
}

impl Job {
    pub(crate) fn new(spec: Arc<Spec>, pos: i64) -> Self {
        Self {
            size: spec.source.size,
            spec,
            stand: Stand::Active,
            pos,
            parked: false,
            answer: None,
            to: None,
            plan: None,
            leftover: None,
            opening: None,
            strays: Vec::new(),
            writing: None,
            stranded: Vec::new(),
            flights: Flights::default(),
            restarts: 0,
            tries: 0,
            rest: None,
            bytes: 0,
        }
    }

    /// Gives the parts up: they must be cleaned away.
    pub(crate) fn drop_plan(&mut self) {
        if let Some(plan) = self.plan.take() {
            self.leave(plan.opened);
        } else if let Some(half) = self.opening.take().or_else(|| self.writing.take()) {
            self.leave(half);
        }
    }

    /// Something is to be cleaned away, after what waits for that already.
    pub(crate) fn leave(&mut self, opened: Arc<Opened>) {
        if self.leftover.is_none() {
            self.leftover = Some(opened);
        } else {
            self.strays.push(opened);
        }
    }

    /// An upload is about to be opened. The one before was never heard of, if it is not the same
    /// one of which more is known by now.
    pub(crate) fn open_anew(&mut self, opening: Opened) {
        let knew = self.opening.as_deref();
        if knew.is_some_and(|before| opening.tells_more_than(before)) {
            self.opening = Some(Arc::new(opening));
            return;
        }
        let near = |other: &Opened, one: &Opened| {
            other.to == one.to && one.at.duration_since(other.at) < SAME
        };
        let Some(before) = self.opening.replace(Arc::new(opening)) else {
            return;
        };
        match self.strays.last_mut() {
            Some(last) if near(last, &before) => *last = Arc::new(last.unheard_with(&before)),
            _ => self.strays.push(before),
        }
    }

    /// A file is being written under a temporary name.
    pub(crate) fn write(&mut self, to: &Location, temp: &OsStr) {
        if !self.stand.ended() {
            self.writing = Some(Arc::new(Opened::written(to, temp)));
        }
    }

    /// What an ended job may have left is looked for, one after the other.
    pub(crate) fn tidy(&mut self) {
        if matches!(self.stand, Stand::Done(_) | Stand::Skipped) {
            self.strays.extend(self.opening.take());
        }
        let idle = self.leftover.is_none() && self.plan.is_none() && self.opening.is_none();
        if idle && self.stand.ended() {
            self.leftover = self.strays.pop();
        }
    }
}
