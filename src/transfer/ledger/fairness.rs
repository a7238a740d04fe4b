//! Fairness, as a property: nobody waits behind another for more than a turn, and no server gets
//! more than its slots.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::super::job::{Fact, First, Spec, Step, There, Thing, Turn, Work};
use super::super::{BatchId, IfExists, JobId, Kind, Side};
use super::tests::{HEAVY, MIB, NOW, closed, mark, opened};
use super::{Ledger, Slots};
use crate::model::{Account, BucketName, Key, Location};

const PARTS: u32 = 2000;

/// A queue whose work always ends well.
struct Flow {
    ledger: Ledger,
    flying: Vec<Work>,
    uploads: u32,
    /// Small jobs and parts that were done.
    done: (u64, u64),
}

fn object(account: &str) -> Location {
    Location::Object {
        account: Account::new(account),
        bucket: BucketName::new("box").unwrap(),
        key: Key::new("k").unwrap(),
    }
}

impl Flow {
    fn new() -> Self {
        let mut ledger = Ledger::new(HEAVY);
        ledger.meet(&Account::new("a"), 1);
        ledger.meet(&Account::new("b"), 2);
        Self {
            ledger,
            flying: Vec::new(),
            uploads: 0,
            done: (0, 0),
        }
    }

    fn submit(&mut self, from: Location, to: Location, size: u64) -> JobId {
        let job = self.ledger.fresh_id();
        let spec = Arc::new(Spec {
            batch: BatchId(1),
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            from,
            to,
            root: None,
            thing: Thing::File,
            source: Side {
                size: Some(size),
                ..Side::default()
            },
            there: There::Unknown,
            turn: Turn::First,
        });
        self.ledger.apply(&Fact::Submitted { job, spec });
        job
    }

    fn up(&mut self, account: &str, size: u64) -> JobId {
        self.submit(Location::Local("/f".into()), object(account), size)
    }

    fn launch(&mut self, slots: &[Slots]) {
        while let Some(work) = self.ledger.next(slots, NOW) {
            self.flying.push(work);
        }
        for (server, slots) in slots.iter().enumerate() {
            let (opens, parts) = self.ledger.load(server);
            assert!(opens <= slots.opens && parts <= slots.parts && opens + parts <= slots.both);
        }
    }

    fn land(&mut self, at: usize) {
        let work = self.flying.swap_remove(at);
        let job = work.job;
        let size = work.spec.source.size.unwrap();
        match &work.step {
            Step::Open(_) if size > HEAVY => {
                self.uploads += 1;
                let opened = opened(&format!("u{}", self.uploads), PARTS);
                self.ledger.apply(&Fact::Opened {
                    job,
                    opened,
                    first: First::Pending,
                });
            }
            Step::Open(_) => {
                self.done.0 += 1;
                self.ledger.apply(&closed(job, size));
            }
            Step::Part(_, part, _) => {
                self.done.1 += 1;
                let mark = mark(*part);
                self.ledger.apply(&Fact::PartDone { job, mark });
            }
            Step::Close(..) => self.ledger.apply(&closed(job, size)),
            Step::Check(..) | Step::Abort(_) => panic!("nothing was left or given up"),
        }
        self.ledger.landed(job, work.step.flight());
    }
}

fn slots() -> impl Strategy<Value = Slots> {
    prop_oneof![
        (2_usize..64).prop_map(Slots::even),
        (1_usize..64, 1_usize..64).prop_map(|(opens, parts)| Slots {
            opens,
            parts,
            both: opens + parts,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn small_jobs_and_a_huge_one_go_side_by_side(
        slots in slots(),
        huge_first in any::<bool>(),
        picks in prop::collection::vec(any::<u16>(), 400),
    ) {
        let all = [Slots::even(1), slots, Slots::even(1)];
        let mut flow = Flow::new();
        if huge_first {
            flow.up("a", 100_000 * MIB);
        }
        for _ in 0..1000 {
            flow.up("a", 1);
        }
        if !huge_first {
            // Asked for after the others: its turn comes by the place in the queue.
            let job = flow.up("a", 100_000 * MIB);
            let places = flow.ledger.placing(job, -1000);
            flow.ledger.apply(&Fact::Ruled(super::super::job::Ruling::Placed(places)));
        }
        for pick in &picks {
            flow.launch(&all);
            flow.land(usize::from(*pick) % flow.flying.len());
        }
        flow.launch(&all);
        let (opens, parts) = flow.ledger.load(1);
        if slots.opens + slots.parts > slots.both {
            // One ceiling for both: halves, whichever half is larger.
            prop_assert!(opens.abs_diff(parts) <= 1 && opens + parts == slots.both, "{opens} {parts}");
        } else {
            prop_assert_eq!((opens, parts), (slots.opens, slots.parts));
        }
        prop_assert!(flow.done.0 > 0 && flow.done.1 > 0, "{:?}", flow.done);
    }

    #[test]
    fn large_jobs_take_equal_turns(jobs in 2_usize..6, parallel in 2_usize..32, rounds in 1_usize..40) {
        let all = [Slots::even(1), Slots::even(parallel), Slots::even(1)];
        let mut flow = Flow::new();
        for n in 0..jobs {
            let job = flow.up("a", 100_000 * MIB);
            let opened = opened(&format!("j{n}"), PARTS);
            flow.ledger.apply(&Fact::Opened { job, opened, first: First::Pending });
        }
        let mut turns = std::collections::BTreeMap::<JobId, usize>::new();
        for _ in 0..rounds {
            flow.launch(&all);
            while !flow.flying.is_empty() {
                *turns.entry(flow.flying[0].job).or_default() += 1;
                flow.land(0);
            }
        }
        let (least, most) = (turns.values().min().unwrap(), turns.values().max().unwrap());
        prop_assert!(most - least <= 1, "{turns:?}");
    }

    #[test]
    fn a_server_does_not_wait_for_another(a in 1_usize..64, b in 1_usize..64) {
        let all = [Slots::even(1), Slots::even(a), Slots::even(b)];
        let mut flow = Flow::new();
        for _ in 0..200 {
            flow.up("a", 1);
        }
        for _ in 0..200 {
            flow.up("b", 1);
        }
        flow.launch(&all);
        prop_assert_eq!((flow.ledger.load(1).0, flow.ledger.load(2).0), (a, b));
    }

    #[test]
    fn a_relay_takes_room_at_both_ends(a in 1_usize..64, b in 1_usize..64) {
        let all = [Slots::even(1), Slots::even(a), Slots::even(b)];
        let mut flow = Flow::new();
        for _ in 0..200 {
            flow.submit(object("a"), object("b"), 1);
        }
        flow.launch(&all);
        prop_assert_eq!((flow.ledger.load(1).0, flow.ledger.load(2).0), (a.min(b), a.min(b)));
        while !flow.flying.is_empty() {
            flow.land(0);
        }
        prop_assert_eq!((flow.ledger.load(1), flow.ledger.load(2)), ((0, 0), (0, 0)));
    }
}

#[test]
fn the_first_of_a_hundred_thousand_does_not_wait_for_the_last() {
    let all = [Slots::even(1), Slots::even(8), Slots::even(1)];
    let mut flow = Flow::new();
    for _ in 0..100_000 {
        flow.up("a", 1);
    }
    let huge = flow.up("a", 100_000 * MIB);
    let opened = opened("huge", PARTS);
    flow.ledger.apply(&Fact::Opened {
        job: huge,
        opened,
        first: First::Pending,
    });
    for _ in 0..2000 {
        flow.launch(&all);
        flow.land(0);
    }
    let (small, parts) = flow.done;
    assert!(small.abs_diff(parts) <= 8, "{small} {parts}");
    assert_eq!(flow.ledger.wakes_at(Duration::ZERO), None);
}
