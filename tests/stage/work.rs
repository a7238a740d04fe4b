//! Transfers under way, for pictures.

use std::time::Duration;

use windlass::engine::{
    BatchId, Conflict, Counts, Direction, JobId, JobView, Kind, Means, Notice, Pacing, Parallel,
    Phase, Side, Snapshot, Verified,
};
use windlass::model::{Account, BucketName, Key, Location, Trouble};
use windlass::tui::msg::Msg;

/// An upload of so many bytes, so far.
pub(crate) fn job(id: u64, name: &str, phase: Phase, (moved, size): (u64, u64)) -> JobView {
    JobView {
        id: JobId(id),
        batch: BatchId(1),
        direction: Direction::Up,
        kind: Kind::Copy,
        from: Location::Local(format!("/home/me/inbox/{name}").into()),
        to: Location::Object {
            account: Account::new("work"),
            bucket: BucketName::new("photos-prod").unwrap(),
            key: Key::new(format!("2026/raw/{name}")).unwrap(),
        },
        phase,
        moved,
        size: Some(size),
        parts: (0, 0),
        speed: if moved > 0 { 41 << 20 } else { 0 },
        left: (moved > 0).then_some(Duration::from_secs(3)),
        means: Means::Direct,
        hitch: None,
    }
}

/// The end of a transfer of 2 KiB.
pub(crate) fn ended(kind: Kind, from: Location, to: Location, phase: Phase) -> Msg {
    Msg::Notice(Notice::Done(JobView {
        kind,
        from,
        to,
        speed: 0,
        left: None,
        ..job(7, "any", phase, (2048, 2048))
    }))
}

/// Three transfers that move, one that asks, one that waits, one that failed, one that is done.
pub(crate) fn at_work() -> Snapshot {
    let job =
        |id, name, phase, moved: u64, size: u64| job(id, name, phase, (moved << 20, size << 20));
    let conflict = Conflict {
        ours: Side::default(),
        theirs: Side::default(),
        free_name: "notes (2).txt".into(),
    };
    let full = Trouble::new(
        "NoSpace",
        "Cannot write",
        "no space left on /mnt/scratch",
        "",
    );
    let rows = vec![
        job(1, "edit-0001.psd", Phase::Moving, 194, 312),
        job(2, "final-0002.tif", Phase::Moving, 27, 148),
        job(3, "notes.txt", Phase::Asking(Box::new(conflict)), 0, 1),
        job(4, "final-0003.tif", Phase::Waiting, 0, 148),
        job(5, "session.lrcat", Phase::Failed(Box::new(full)), 0, 318),
        job(6, "manifest.json", Phase::Done(Verified::Sha256), 0, 1),
    ];
    let counts = Counts {
        up: 2,
        waiting: 1,
        asking: 1,
        failed: 1,
        done: 1,
        ..Counts::default()
    };
    Snapshot {
        rows: rows.into(),
        counts,
        expanding: false,
        moved: 580 << 20,
        total: 1000 << 20,
        speed: 96 << 20,
        left: Some(Duration::from_secs(72)),
        pacing: Pacing {
            parallel: Parallel::Auto(64),
            bandwidth: None,
        },
    }
}
