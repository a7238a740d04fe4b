//! Queues for tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Queue;
use crate::engine::{
    BatchId, Conflict, Counts, Direction, JobId, JobView, Kind, Means, Pacing, Parallel, Phase,
    Side, Snapshot, Verified,
};
use crate::model::{Location, Trouble};
use crate::tui::overlay::testing::object;

/// A job that goes up.
pub(crate) fn job(id: u64, name: &str, phase: Phase) -> JobView {
    JobView {
        id: JobId(id),
        batch: BatchId(1),
        direction: Direction::Up,
        kind: Kind::Copy,
        from: Location::Local(format!("/home/ada/inbox/{name}").into()),
        to: object("photos-prod", &format!("2026/raw/{name}")),
        phase,
        moved: 0,
        size: Some(327_155_712),
        parts: (0, 0),
        speed: 0,
        left: None,
        means: Means::Direct,
        hitch: None,
    }
}

fn moving(id: u64, name: &str, moved: u64, speed: u64) -> JobView {
    JobView {
        moved,
        speed,
        parts: (25, 40),
        left: Some(Duration::from_secs(3 + id * 19 / 3)),
        ..job(id, name, Phase::Moving)
    }
}

fn rows() -> Vec<JobView> {
    let down = |view: JobView| JobView {
        direction: Direction::Down,
        from: view.to.clone(),
        to: view.from.clone(),
        ..view
    };
    let side = |size| Side {
        size: Some(size),
        ..Side::default()
    };
    let (ours, theirs) = (side(2048), side(1126));
    let conflict = Conflict {
        ours,
        theirs,
        free_name: "notes (2).txt".into(),
    };
    let trouble = Trouble::new(
        "NoSpace",
        "Cannot write session.lrcat",
        "no space left on /mnt/scratch (needs 318 MiB)",
        "Free some space, then press r.",
    );
    vec![
        moving(1, "edit-0001.psd", 203_423_744, 42_991_616),
        moving(
            2,
            "日本語の写真-とても長い名前のファイル-最終版.tif",
            58_888_028,
            40_055_603,
        ),
        down(moving(
            3,
            "catalogue-2026-03.parquet",
            143_948_513,
            18_035_507,
        )),
        JobView {
            moved: 327_155_711,
            ..job(4, "checked.bin", Phase::Verifying)
        },
        job(5, "notes.txt", Phase::Asking(Box::new(conflict))),
        down(job(6, "session.lrcat", Phase::Failed(Box::new(trouble)))),
        job(7, "final-0003.tif", Phase::Waiting),
        JobView {
            moved: 90_000_000,
            ..job(8, "🦀 crab\u{202e}.tif", Phase::Paused)
        },
        JobView {
            size: Some(12_698),
            ..down(job(9, "manifest.json", Phase::Done(Verified::Sha256)))
        },
        job(10, "README.md", Phase::Skipped),
        job(11, "old.bin", Phase::Cancelled),
    ]
}

/// One job of every phase.
pub(crate) fn busy() -> Snapshot {
    Snapshot {
        rows: rows().into(),
        counts: Counts {
            up: 2,
            down: 1,
            waiting: 2,
            paused: 1,
            asking: 1,
            failed: 1,
            done: 1,
            skipped: 1,
            cancelled: 1,
            ..Counts::default()
        },
        expanding: false,
        moved: 1_438_814_044,
        total: 2_480_343_613,
        speed: 101_082_726,
        left: Some(Duration::from_secs(72)),
        pacing: Pacing {
            parallel: Parallel::Auto(64),
            bandwidth: None,
        },
    }
}

/// A queue that only moves.
pub(crate) fn steady() -> Snapshot {
    let mut snapshot = Snapshot { moved: 0, ..busy() };
    snapshot.counts = Counts {
        up: 2,
        down: 1,
        ..Counts::default()
    };
    snapshot.rows = snapshot.rows[..3].into();
    snapshot
}

/// A queue with the busy snapshot and a past.
pub(crate) fn queue() -> Queue {
    let mut queue = Queue::default();
    let start = Instant::now();
    for (n, speed) in [
        30, 55, 70, 90, 96, 88, 97, 101, 95, 80, 97, 101, 99, 96, 101, 101, 96,
    ]
    .into_iter()
    .enumerate()
    {
        queue.numbers(Arc::new(Snapshot {
            speed: speed * 1_000_000,
            ..busy()
        }));
        queue.tick(start + Duration::from_secs(n as u64));
    }
    queue.numbers(Arc::new(busy()));
    queue
}
