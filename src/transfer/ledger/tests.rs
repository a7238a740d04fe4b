//! The ledger's promises, as properties over any order of events, and its rules one by one.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::job::*;
use super::super::roster::Requests;
use super::super::*;
use super::*;
use crate::local::Replace;
use crate::model::{Account, BucketName, ETag, Key, Location};
use crate::s3::UploadId;

pub(super) const MIB: u64 = 1 << 20;
pub(super) const HEAVY: u64 = 8 * MIB;
pub(super) const NOW: Duration = Duration::ZERO;

fn object(key: &str) -> Location {
    Location::Object {
        account: Account::new("a"),
        bucket: BucketName::new("b").unwrap(),
        key: Key::new(key).unwrap(),
    }
}

fn spec(batch: u64, size: Option<u64>) -> Arc<Spec> {
    Arc::new(Spec {
        batch: BatchId(batch),
        kind: Kind::Copy,
        if_exists: IfExists::Ask,
        from: Location::Local("/f".into()),
        to: object("k"),
        root: None,
        thing: Thing::File,
        source: Side {
            size,
            ..Side::default()
        },
        there: There::Unknown,
        turn: Turn::First,
    })
}

pub(super) fn opened(id: &str, parts: u32) -> Arc<Opened> {
    Arc::new(Opened {
        to: object("k"),
        replace: Replace::Refuse,
        size: u64::from(parts) * 8 * MIB,
        part: 8 * MIB,
        count: parts,
        at: Timestamp::UNIX_EPOCH,
        way: Way::Relay {
            upload: UploadId(id.into()),
            object: Seen {
                size: 0,
                etag: None,
                modified: None,
                mtime: None,
                plain: true,
                claim: None,
            },
        },
    })
}

fn upload(opened: &Opened) -> String {
    let Way::Relay { upload, .. } = &opened.way else {
        panic!("only relays here");
    };
    upload.0.to_string()
}

pub(super) fn mark(index: u32) -> Mark {
    Mark {
        index,
        etag: ETag::new("x"),
        checked: true,
    }
}

fn trouble() -> Trouble {
    Trouble::new("X", "a", "b", "c")
}

pub(super) fn closed(job: JobId, bytes: u64) -> Fact {
    Fact::Closed {
        job,
        to: object("k"),
        verified: Verified::Md5,
        bytes,
    }
}

pub(super) const SLOTS: [Slots; 1] = [Slots::even(8)];

/// A queue that is lived through, with its journal.
pub(super) struct Life {
    pub(super) ledger: Ledger,
    pub(super) journal: Vec<Fact>,
    pub(super) flying: Vec<Work>,
    seen: HashSet<(String, u32)>,
    open_uploads: HashSet<String>,
    uploads: u32,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            ledger: Ledger::new(HEAVY),
            journal: Vec::new(),
            flying: Vec::new(),
            seen: HashSet::new(),
            open_uploads: HashSet::new(),
            uploads: 0,
        }
    }

    pub(super) fn fact(&mut self, fact: Fact) {
        self.ledger.apply(&fact);
        self.journal.push(fact);
    }

    pub(super) fn submit(&mut self, size: Option<u64>) -> JobId {
        let job = self.ledger.fresh_id();
        self.fact(Fact::Submitted {
            job,
            spec: spec(1, size),
        });
        job
    }

    pub(super) fn take(&mut self) -> bool {
        let Some(work) = self.ledger.next(&SLOTS, NOW) else {
            return false;
        };
        let stand = &self.ledger.job(work.job).unwrap().stand;
        let cleaning = matches!(work.step, Step::Abort(_));
        assert!(cleaning || *stand == Stand::Active, "{stand:?} works");
        if let Step::Part(opened, part, _) = &work.step {
            assert!(
                self.seen.insert((upload(opened), *part)),
                "a part flies twice"
            );
        }
        if let Step::Open(_) = work.step {
            let twice = self.flying.iter().any(|w| w.job == work.job);
            assert!(!twice, "opened while something else is in flight");
        }
        self.flying.push(work);
        true
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table of the ways that work can end"
    )]
    /// Ends a piece of work, in one of several ways.
    pub(super) fn land(&mut self, at: usize, how: u8) {
        let work = self.flying.swap_remove(at);
        let job = work.job;
        match (&work.step, how % 8) {
            (_, 7) => self.fact(Fact::Failed {
                job,
                trouble: Box::new(trouble()),
                parts: Parts::Keep,
            }),
            (Step::Open(_), 6) => self.fact(Fact::Failed {
                job,
                trouble: Box::new(trouble()),
                parts: Parts::Drop,
            }),
            (Step::Open(_), 0..=2) => {
                self.uploads += 1;
                self.fact(Fact::Opening {
                    job,
                    to: object("k"),
                    at: Timestamp::UNIX_EPOCH,
                    until: None,
                });
                let id = format!("u{}", self.uploads);
                self.open_uploads.insert(id.clone());
                let first = if how % 8 == 2 {
                    First::Flying
                } else {
                    First::Pending
                };
                self.fact(Fact::Opened {
                    job,
                    opened: opened(&id, 3),
                    first,
                });
                if how & 16 != 0 {
                    let stray = format!("s{}", self.uploads);
                    self.open_uploads.insert(stray.clone());
                    let opened = opened(&stray, 1);
                    self.fact(Fact::Stray { job, opened });
                }
                if first == First::Flying {
                    assert!(self.seen.insert((id, 0)));
                    self.fact(Fact::PartDone { job, mark: mark(0) });
                } else if how & 8 != 0 {
                    // Its parts may fly before the flight that opened it has landed.
                    while self.take() {}
                }
            }
            (Step::Open(_), 3) => {
                let conflict = Conflict {
                    ours: Side::default(),
                    theirs: Side::default(),
                    free_name: "k".into(),
                };
                self.fact(Fact::Asking {
                    job,
                    conflict: Box::new(conflict),
                });
            }
            (Step::Open(_), 4) => self.fact(Fact::Skipped(job)),
            (Step::Open(_), _) => self.fact(closed(job, 1)),
            (Step::Part(opened, part, _), 6) => {
                self.seen.remove(&(upload(opened), *part));
            }
            (Step::Part(..), 5) if self.ledger.may_restart(job) => self.fact(Fact::Restarted(job)),
            (Step::Part(_, part, _), _) => self.fact(Fact::PartDone {
                job,
                mark: mark(*part),
            }),
            (Step::Close(opened, marks), _) => {
                let parts: Vec<_> = marks.iter().map(|m| m.index).collect();
                assert_eq!(parts, [0, 1, 2], "closed before all parts are there");
                self.open_uploads.remove(&upload(opened));
                self.fact(closed(job, opened.size));
            }
            (Step::Check(opened, marks), 4) => {
                let marks: Vec<_> = marks.iter().take(1).cloned().collect();
                let held = |part: u32| marks.iter().any(|m| m.index == part);
                let id = upload(opened);
                self.seen.retain(|(of, part)| *of != id || held(*part));
                self.fact(Fact::Checked { job, marks });
            }
            (Step::Check(..), 5 | 6) => self.fact(Fact::Restarted(job)),
            (Step::Check(_, marks), _) => {
                let marks = marks.clone();
                self.fact(Fact::Checked { job, marks });
            }
            (Step::Abort(_), 5) => self.fact(Fact::Stranded(job)),
            (Step::Abort(opened), _) => {
                self.open_uploads.remove(&upload(opened));
                self.fact(Fact::Aborted(job));
            }
        }
        self.ledger.landed(job, work.step.flight());
        if let Step::Part(opened, part, _) = &work.step {
            let done = self
                .ledger
                .job(job)
                .and_then(|j| j.plan.as_ref())
                .is_some_and(|p| p.marks().iter().any(|m| m.index == *part));
            if !done {
                self.seen.remove(&(upload(opened), *part));
            }
        }
    }

    pub(super) fn ask(&mut self) -> JobId {
        let ask = self.ledger.fresh_id();
        let request = Request {
            from: Location::Local("/f".into()),
            to: object("k"),
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            size: None,
        };
        let asked = Arc::new(Asked {
            batch: BatchId(1),
            turn: Turn::First,
            requests: Requests::Each(vec![request]),
        });
        self.fact(Fact::Asked { ask, asked });
        ask
    }

    /// The process dies, and another one takes over.
    pub(super) fn die(&mut self) {
        let mut heir = Ledger::new(HEAVY);
        let facts = self.ledger.remains(Heir::Another, |_| heir.fresh_id());
        self.ledger = Ledger::replay(HEAVY, &facts);
        self.journal = facts;
        self.flying.clear();
        let plans = self.ledger.jobs().filter_map(|(_, job)| job.plan.as_ref());
        let done = |plan: &Plan| {
            let id = upload(&plan.opened);
            let marks = plan.marks().into_iter();
            marks.map(|m| (id.clone(), m.index)).collect::<Vec<_>>()
        };
        self.seen = plans.flat_map(|plan| done(plan)).collect();
    }

    fn order(&mut self, which: u8, job: JobId) {
        match which % 12 {
            0 => self.fact(Fact::Ruled(Ruling::Paused(job))),
            1 => self.fact(Fact::Ruled(Ruling::Resumed(job))),
            2 => self.fact(Fact::Ruled(Ruling::Cancelled(job))),
            3 => self.fact(Fact::Ruled(Ruling::Retried(job))),
            4 => self.fact(Fact::Ruled(Ruling::PausedAll)),
            5 => self.fact(Fact::Ruled(Ruling::ResumedAll)),
            6 => self.fact(Fact::Ruled(Ruling::Decided {
                job,
                answer: IfExists::Overwrite,
            })),
            7 => self.fact(Fact::Ruled(Ruling::DecidedAll(IfExists::Skip))),
            8 => self.fact(Fact::Ruled(Ruling::RetriedFailed)),
            9 => {
                let places = self.ledger.placing(job, i32::from(which) - 100);
                self.fact(Fact::Ruled(Ruling::Placed(places)));
            }
            10 => self.fact(Fact::Ruled(Ruling::Held(Hold::Account(Account::new("a"))))),
            _ => {
                let ids = self.ledger.clearable();
                self.fact(Fact::Ruled(Ruling::Cleared(ids)));
            }
        }
    }
}

/// What must be the same after a replay: everything but flights, rests and tries.
fn settled(ledger: &Ledger) -> BTreeMap<JobId, String> {
    let text = |job: &Job| {
        let plan = job.plan.as_ref().map(|p| (upload(&p.opened), p.marks()));
        let left = job.leftover.as_ref().map(|o| upload(o));
        let stranded: Vec<_> = job.stranded.iter().map(|o| upload(o)).collect();
        let unchecked = job.plan.as_ref().is_some_and(|p| p.unchecked);
        format!(
            "{:?} {} {:?} {plan:?} {unchecked} {left:?} {stranded:?} {:?} {} {}",
            job.stand, job.pos, job.answer, job.size, job.bytes, job.restarts
        )
    };
    let asks = ledger.asks().map(|(id, ask)| (id, format!("{ask:?}")));
    ledger
        .jobs()
        .map(|(id, job)| (id, text(job)))
        .chain(asks)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]
    #[test]
    fn any_life_can_be_replayed(events in prop::collection::vec((0_u8..13, any::<u8>(), any::<u8>()), 1..200)) {
        let mut life = Life::new();
        for (what, which, how) in events {
            match what {
                0 => { life.submit([None, Some(1), Some(100 * MIB)][usize::from(which % 3)]); }
                1..=4 => { life.take(); }
                5..=7 if !life.flying.is_empty() => {
                    let at = usize::from(which) % life.flying.len();
                    life.land(at, how);
                }
                8 => {
                    let id = JobId(u64::from(which % 16) + 1);
                    life.order(how, id);
                }
                9 if which < 60 => life.die(),
                10 => { life.ask(); }
                11 => life.fact(Fact::Listed(JobId(u64::from(which % 16) + 1))),
                12 => {
                    let id = JobId(u64::from(which % 16) + 1);
                    let ruling = [Ruling::AskResumed, Ruling::AskHeld, Ruling::AskDropped][usize::from(how % 3)];
                    life.fact(Fact::Ruled(ruling(id)));
                }
                _ => {}
            }
        }
        prop_assert_eq!(settled(&Ledger::replay(HEAVY, &life.journal)), settled(&life.ledger));
        // Give everything up and let it land: nothing may be left behind on the server, but for
        // what could not be removed; another process can.
        let stranded = life.ledger.jobs().any(|(_, job)| !job.stranded.is_empty());
        life.fact(Fact::Ruled(Ruling::CancelledAll));
        while life.take() || !life.flying.is_empty() {
            if !life.flying.is_empty() {
                life.land(0, 0);
            }
        }
        if stranded {
            life.die();
            while life.take() {
                life.land(0, 0);
            }
        }
        prop_assert!(life.open_uploads.is_empty(), "{:?}", life.open_uploads);
        prop_assert!(life.ledger.idle());
        let counts = life.ledger.counts();
        prop_assert_eq!(counts.active() + counts.paused + counts.asking + counts.failed, 0);
    }
}
