//! The ledger's rules about what was begun, held or given up, one by one.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::super::job::{Fact, First, Hold, Route, Ruling, Step};
use super::super::{BatchId, JobId};
use super::tests::{HEAVY, Life, MIB, closed, mark, opened};
use super::{Heir, Ledger, Stand};
use crate::model::Location;

fn opening(job: JobId, minutes: i64) -> Fact {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
    let to = Location::Local("/k".into());
    let until = None;
    Fact::Opening { job, to, at, until }
}

fn aborts(life: &mut Life) -> usize {
    let mut count = 0;
    while life.take() {
        assert!(matches!(life.flying[0].step, Step::Abort(_)));
        life.land(0, 0);
        count += 1;
    }
    count
}

#[test]
fn openings_that_nobody_heard_of_are_looked_for_when_the_job_has_ended() {
    let mut life = Life::new();
    let job = life.submit(Some(100 * HEAVY));
    // The first two lie so close together that one look finds both.
    for minutes in [0, 0, 10, 20] {
        life.fact(opening(job, minutes));
    }
    life.fact(Fact::Opened {
        job,
        opened: opened("up", 3),
        first: First::Pending,
    });
    assert_eq!(life.ledger.job(job).unwrap().strays.len(), 2);
    // So it is for whoever takes over, and after a compaction.
    for heir in [Heir::Us, Heir::Another] {
        let facts = life.ledger.remains(heir, |id| id);
        let heir = Ledger::replay(HEAVY, &facts);
        let strays = heir.job(job).unwrap().strays.len();
        assert!((2..=3).contains(&strays), "{strays}");
    }
    life.fact(closed(job, 1));
    assert!(!life.ledger.is_finished());
    assert_eq!(aborts(&mut life), 2);
    assert!(life.ledger.is_finished());
}

#[test]
fn what_a_dead_process_moved_is_counted() {
    let mut life = Life::new();
    let job = life.submit(Some(100 * HEAVY));
    life.fact(Fact::Opened {
        job,
        opened: opened("up", 3),
        first: First::Pending,
    });
    life.fact(Fact::PartDone { job, mark: mark(1) });
    let facts = life.ledger.remains(Heir::Another, |id| id);
    let mut heir = Ledger::replay(HEAVY, &facts);
    assert_eq!(heir.begun().collect::<Vec<_>>(), [(job, 8 * MIB)]);
    heir.apply(&Fact::Ruled(Ruling::Cancelled(job)));
    assert_eq!(heir.begun().count(), 0);
}

#[test]
fn a_half_file_of_a_dead_process_goes_before_the_job_goes_on() {
    let mut life = Life::new();
    let job = life.submit(Some(1));
    let writing = Fact::Writing {
        job,
        to: Location::Local("/x/k".into()),
        temp: ".windlass-1.part".into(),
    };
    life.fact(writing.clone());
    let facts = life.ledger.remains(Heir::Another, |id| id);
    let mut heir = Ledger::replay(HEAVY, &facts);
    let left = heir.job(job).unwrap();
    assert!(left.leftover.is_some() && left.restarts == 0, "{left:?}");
    heir.apply(&Fact::Ruled(Ruling::Cancelled(job)));
    assert!(!heir.is_finished(), "it is still there");
    heir.apply(&Fact::Aborted(job));
    assert!(heir.is_finished());
    // The end of the job is the end of its file.
    life.fact(closed(job, 1));
    life.fact(writing);
    assert!(life.ledger.is_finished());
}

#[test]
fn folders_are_swept_by_whoever_moves_the_last_file() {
    let mut life = Life::new();
    let jobs = [life.submit(Some(1)), life.submit(Some(1))];
    let sweeping = |folder: &str| Fact::Sweeping {
        batch: BatchId(1),
        folder: folder.into(),
    };
    // The files of this test lie directly below the root.
    life.fact(sweeping("/"));
    life.fact(sweeping("/"));
    life.fact(sweeping("/elsewhere"));
    life.fact(closed(jobs[0], 1));
    let facts = life.ledger.remains(Heir::Another, |id| id);
    let mut heir = Ledger::replay(HEAVY, &facts);
    assert!(heir.sweeps(BatchId::ADOPTED));
    assert!(heir.to_sweep(BatchId::ADOPTED).is_empty(), "one is missing");
    heir.apply(&closed(jobs[1], 1));
    assert_eq!(heir.to_sweep(BatchId::ADOPTED), [PathBuf::from("/")]);
    heir.apply(&Fact::Swept(BatchId::ADOPTED));
    assert!(!heir.sweeps(BatchId::ADOPTED));
}

#[test]
fn what_was_held_with_a_failed_job_goes_on_with_it() {
    let mut life = Life::new();
    let jobs: Vec<_> = (0..4).map(|_| life.submit(Some(1))).collect();
    life.fact(Fact::Ruled(Ruling::Paused(jobs[3])));
    let route = Route::of(&life.ledger.job(jobs[0]).unwrap().spec);
    life.fact(Fact::Ruled(Ruling::Held(Hold::Route(route))));
    assert_eq!(life.ledger.counts().paused, 4);
    life.fact(Fact::Ruled(Ruling::RetriedFailed));
    let is_active = |id: &JobId| life.ledger.job(*id).unwrap().stand == Stand::Active;
    let active: Vec<_> = jobs.iter().copied().filter(|id| is_active(id)).collect();
    assert_eq!(active, jobs[..3], "a person paused the last one");
}

#[test]
fn what_was_given_up_can_be_wanted_after_all() {
    let mut life = Life::new();
    let job = life.submit(Some(1));
    life.fact(Fact::Ruled(Ruling::Cancelled(job)));
    life.fact(Fact::Ruled(Ruling::Retried(job)));
    assert!(life.take());
    life.fact(closed(job, 1));
    let counts = life.ledger.counts();
    assert_eq!((counts.done, counts.cancelled), (1, 0));
    assert_eq!(life.ledger.shown().ended.len(), 1, "it is there once");
}

#[test]
fn sizes_that_a_server_makes_up_break_no_sum() {
    let mut life = Life::new();
    let jobs = [(); 3].map(|()| life.submit(Some(u64::MAX)));
    for job in jobs {
        life.fact(closed(job, u64::MAX));
    }
    let (total, done) = life.ledger.bytes();
    assert!(total == done && total > 1 << 50, "{total} {done}");
    let finished = life.ledger.clearable();
    life.fact(Fact::Ruled(Ruling::Cleared(finished)));
    assert_eq!(life.ledger.bytes(), (0, 0));
}

#[test]
fn when_the_last_try_was_over_is_remembered() {
    let mut life = Life::new();
    let job = life.submit(Some(100 * HEAVY));
    let (at, over) = (
        Timestamp::UNIX_EPOCH,
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(3),
    );
    life.fact(opening(job, 0));
    life.fact(Fact::Opening {
        job,
        to: Location::Local("/k".into()),
        at,
        until: Some(over),
    });
    life.fact(opening(job, 10));
    life.fact(Fact::Opened {
        job,
        opened: opened("up", 3),
        first: First::Pending,
    });
    let strays = |ledger: &Ledger| {
        let strays = &ledger.job(job).unwrap().strays;
        strays
            .iter()
            .map(|one| (one.at, one.unheard_until()))
            .collect::<Vec<_>>()
    };
    assert_eq!(strays(&life.ledger), [(at, Some(over))]);
    let facts = life.ledger.remains(Heir::Us, |id| id);
    let heir = Ledger::replay(HEAVY, &facts);
    assert_eq!(strays(&heir), [(at, Some(over))]);
}
