//! The ledger's rules, one by one.

use std::time::Duration;

use super::super::job::{Fact, First, Flight, Hold, Parts, Ruling, Step};
use super::super::{BatchId, JobId};
use super::tests::{HEAVY, Life, MIB, NOW, SLOTS, closed, mark, opened};
use super::{Again, Heir, Ledger, REMEMBERED, Slots, Upset};
use crate::model::{Account, Trouble};

#[test]
fn a_replayed_queue_asks_for_what_is_missing() {
    let mut life = Life::new();
    let job = life.submit(Some(100 * MIB));
    assert!(life.take());
    life.land(0, 0);
    life.fact(Fact::PartDone { job, mark: mark(1) });
    let mut again = Ledger::replay(HEAVY, &life.journal);
    let mut parts = Vec::new();
    while let Some(work) = again.next(&SLOTS, NOW) {
        let Step::Part(_, part, _) = work.step else {
            panic!("{work:?}")
        };
        parts.push(part);
    }
    assert_eq!(parts, [0, 2]);
}

#[test]
fn an_upload_that_opens_after_the_cancel_is_aborted() {
    let mut life = Life::new();
    let job = life.submit(None);
    assert!(life.take());
    life.fact(Fact::Ruled(Ruling::Cancelled(job)));
    assert!(!life.take(), "an abort must wait for what is in flight");
    life.land(0, 0);
    assert!(life.take());
    assert!(matches!(life.flying[0].step, Step::Abort(_)));
}

#[test]
fn small_jobs_do_not_wait_behind_a_large_one() {
    let mut life = Life::new();
    life.submit(Some(100_000 * MIB));
    assert!(life.take());
    let job = life.flying[0].job;
    life.flying.clear();
    life.fact(Fact::Opened {
        job,
        opened: opened("big", 9000),
        first: First::Pending,
    });
    life.ledger.landed(job, Flight::Open);
    for _ in 0..10_000 {
        life.submit(Some(1));
    }
    while life.take() {}
    let opens = life
        .flying
        .iter()
        .filter(|w| matches!(w.step, Step::Open(_)))
        .count();
    assert_eq!((life.flying.len(), opens), (8, 4));
}

#[test]
fn moving_jobs_take_turns() {
    let mut life = Life::new();
    for name in ["x", "y", "z"] {
        let job = life.submit(None);
        life.fact(Fact::Opened {
            job,
            opened: opened(name, 9),
            first: First::Pending,
        });
    }
    let mut turns = Vec::new();
    while let Some(work) = life.ledger.next(&[Slots::even(7)], NOW) {
        turns.push(work.job.0);
    }
    assert_eq!(turns, [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn a_lost_server_is_waited_for() {
    let mut life = Life::new();
    let network = Upset::Network(Account::new("a"));
    let second = Duration::from_secs;
    let job = life.submit(Some(1));
    let other = life.submit(Some(1));
    life.fact(closed(other, 1));
    assert!(life.take());
    let (mut now, mut tries) = (second(5), 0);
    while life.ledger.setback(job, &network, now) == Again::Later {
        life.ledger.landed(job, Flight::Open);
        life.flying.clear();
        assert!(life.ledger.next(&SLOTS, now).is_none(), "it rests");
        let work = loop {
            now = life.ledger.wakes_at(now).expect("a rest has an end");
            if let Some(work) = life.ledger.next(&SLOTS, now) {
                break work;
            }
        };
        assert_eq!(work.job, job);
        tries += 1;
    }
    assert!(
        tries >= 5 && now > second(60),
        "{tries} tries until {now:?}"
    );
    // A server that never answered is given up at once.
    let mut life = Life::new();
    let job = life.submit(Some(1));
    assert_eq!(life.ledger.setback(job, &network, second(0)), Again::Never);
}

#[test]
fn waiting_jobs_can_be_moved_and_batches_are_counted() {
    let mut life = Life::new();
    let ids: Vec<_> = (0..4).map(|_| life.submit(Some(1))).collect();
    // One that is paused takes its new place along.
    life.fact(Fact::Ruled(Ruling::Paused(ids[3])));
    let places = life.ledger.placing(ids[3], -100);
    life.fact(Fact::Ruled(Ruling::Resumed(ids[3])));
    life.fact(Fact::Ruled(Ruling::Placed(places)));
    let places = life.ledger.placing(ids[0], 1);
    life.fact(Fact::Ruled(Ruling::Placed(places)));
    let mut order = Vec::new();
    while let Some(work) = life.ledger.next(&SLOTS, NOW) {
        order.push(work.job);
    }
    assert_eq!(order, [ids[3], ids[1], ids[0], ids[2]]);
    life.fact(closed(ids[0], 7));
    life.fact(Fact::Skipped(ids[1]));
    let batch = life.ledger.batch(BatchId(1));
    assert_eq!(
        (batch.open, batch.done, batch.skipped, batch.bytes),
        (2, 1, 1, 7)
    );
}

#[test]
fn old_rows_are_forgotten_but_counted() {
    let mut life = Life::new();
    for _ in 0..5000 {
        let job = life.submit(Some(2));
        life.fact(closed(job, 2));
    }
    assert_eq!(life.ledger.counts().done, 5000);
    assert_eq!(life.ledger.bytes(), (10_000, 10_000));
    assert_eq!(life.ledger.batch(BatchId(1)).done, 5000);
    assert!(life.ledger.jobs().count() <= REMEMBERED);
}

#[test]
fn wrong_keys_stop_their_account_and_no_other() {
    let mut life = Life::new();
    let jobs: Vec<_> = (0..3).map(|_| life.submit(Some(1))).collect();
    assert!(life.take());
    let hold = Hold::Account(Account::new("a"));
    assert!(!life.ledger.is_held(&hold));
    life.fact(Fact::Ruled(Ruling::Held(hold.clone())));
    assert!(life.ledger.is_held(&hold));
    life.submit(Some(1));
    life.ledger.landed(jobs[0], Flight::Open);
    life.flying.clear();
    assert!(!life.take(), "held jobs wait");
    assert_eq!(life.ledger.counts().paused, 4);
    life.fact(Fact::Ruled(Ruling::Resumed(jobs[1])));
    assert!(life.take() && !life.ledger.is_held(&hold));
}

#[test]
fn what_remains_is_what_another_process_can_go_on_with() {
    let mut life = Life::new();
    let ids: Vec<_> = (0..5).map(|_| life.submit(Some(1))).collect();
    let plan = opened("up", 3);
    life.fact(Fact::Opened {
        job: ids[0],
        opened: plan,
        first: First::Pending,
    });
    life.fact(Fact::PartDone {
        job: ids[0],
        mark: mark(1),
    });
    life.fact(closed(ids[1], 1));
    life.fact(Fact::Skipped(ids[2]));
    let hopeless = Box::new(Trouble::new("X", "a", "b", "c"));
    let passing = Box::new(Trouble::new("X", "a", "b", "c").retryable());
    let failed = |job, trouble| Fact::Failed {
        job,
        trouble,
        parts: Parts::Drop,
    };
    life.fact(failed(ids[3], hopeless));
    life.fact(failed(ids[4], passing));
    let ours = Ledger::replay(HEAVY, &life.ledger.remains(Heir::Us, |id| id));
    assert_eq!(
        (
            ours.counts().failed,
            ours.counts().up + ours.counts().waiting
        ),
        (2, 1)
    );
    let theirs = life.ledger.remains(Heir::Another, |id| JobId(id.0 + 100));
    let mut theirs = Ledger::replay(HEAVY, &theirs);
    assert_eq!((theirs.counts().failed, theirs.counts().paused), (1, 1));
    assert!(
        theirs.next(&SLOTS, NOW).is_none(),
        "nothing starts by itself"
    );
    theirs.apply(&Fact::Ruled(Ruling::ResumedAll));
    let Some(work) = theirs.next(&SLOTS, NOW) else {
        panic!("it goes on")
    };
    let Step::Check(_, marks) = work.step else {
        panic!("parts of another process are looked at first")
    };
    assert!(marks == [mark(1)] && work.job == JobId(101));
    theirs.apply(&Fact::Checked {
        job: work.job,
        marks,
    });
    theirs.landed(work.job, Flight::Check);
    let Some(work) = theirs.next(&SLOTS, NOW) else {
        panic!("it goes on")
    };
    assert!(matches!(work.step, Step::Part(_, 0, _)));
    assert!(!life.ledger.is_finished() && Ledger::new(HEAVY).is_finished());
}
