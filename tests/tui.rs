//! Keys and clicks to screens: every screen of the browser's core, held as text.

#![expect(clippy::unwrap_used, reason = "what a test makes is known to be right")]

mod stage;

use std::time::Duration;

use insta::assert_snapshot;
use stage::{Stage, inbox, photos, setup};
use windlass::engine::{
    BatchId, Conflict, Counts, Direction, JobId, JobView, Kind, Means, Pacing, Parallel, Phase,
    Side, Snapshot, Verified,
};
use windlass::model::{Account, BucketName, Key, Location, Place, Trouble};
use windlass::tui::theme::Glyphs;

fn buckets() -> Place {
    Place::Buckets(Account::new("work"))
}

#[test]
fn main_idle() {
    for (width, height) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut stage = Stage::main(width, height);
        stage.keys("jjjj");
        assert_snapshot!(format!("main_{width}x{height}"), stage.screen());
    }
}

#[test]
fn main_in_ascii() {
    let mut stage = Stage::main(80, 24);
    stage.keys("jjj<space><space>");
    let screen = stage.screen_with(&Glyphs::ASCII);
    let own = screen
        .lines()
        .filter(|l| !l.contains("отчёт") && !l.contains("weird"));
    for line in own {
        assert!(line.is_ascii(), "{line}");
    }
    assert_snapshot!("main_ascii_80x24", screen);
}

/// Three transfers that move, one that asks, one that waits, one that failed, one that is done.
fn at_work() -> Snapshot {
    let job = |id: u64, name: &str, phase: Phase, moved: u64, size: u64| JobView {
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
        moved: moved << 20,
        size: Some(size << 20),
        parts: (0, 0),
        speed: if moved > 0 { 41 << 20 } else { 0 },
        left: (moved > 0).then_some(Duration::from_secs(3)),
        means: Means::Direct,
        hitch: None,
    };
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

#[test]
fn main_busy() {
    for (width, height) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut stage = Stage::main(width, height);
        stage.numbers(at_work());
        let panel = stage.app.areas().panel;
        assert_eq!(panel, None, "the panel does not open for a moment's work");
        stage
            .wait(3000)
            .numbers(at_work())
            .keys("jjj<space><space>");
        assert_snapshot!(format!("busy_{width}x{height}"), stage.screen());
    }
}

#[test]
fn the_queue_opens_larger_each_time() {
    let mut stage = Stage::main(80, 24);
    stage.numbers(at_work()).keys("w");
    assert!(stage.screen().contains("— left"), "too early to tell");
    stage.wait(3000).numbers(at_work());
    assert_snapshot!("queue_panel_80x24", stage.screen());
    stage.keys("w");
    assert!(stage.app.overlays().iter().any(|o| o.covers()));
    stage.keys("<esc><esc>");
    assert!(stage.app.areas().panel.is_none());
}

#[test]
fn marks() {
    let mut stage = Stage::main(120, 40);
    stage.keys("jjj<space><space><space>");
    assert_snapshot!("marks_120x40", stage.screen());
}

#[test]
fn tree() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = Stage::new(setup(photos(""), inbox()), width, height);
        stage.keys("<right><down><down><right><right>");
        assert_snapshot!(format!("tree_{width}x{height}"), stage.screen());
    }
}

#[test]
fn loading() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<enter>");
    let before = stage.screen();
    stage.wait(100);
    assert_eq!(
        stage.screen(),
        before,
        "nothing changes for a place that comes at once"
    );
    stage.wait(400);
    assert_snapshot!("loading_old_rows_80x24", stage.screen());
    stage.wait(600);
    assert_snapshot!("loading_80x24", stage.screen());
    stage.wait(11_000);
    assert_snapshot!("loading_long_80x24", stage.screen());
    stage.answer_all();
    assert_snapshot!("empty_80x24", stage.screen());
}

#[test]
fn error_in_place() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = Stage::new(setup(buckets(), inbox()), width, height);
        stage.keys("j<enter>");
        assert_snapshot!(format!("error_{width}x{height}"), stage.screen());
    }
}

#[test]
fn the_buckets() {
    for (width, height) in [(40, 12), (80, 24), (120, 40)] {
        let stage = Stage::new(setup(buckets(), inbox()), width, height);
        assert_snapshot!(format!("buckets_{width}x{height}"), stage.screen());
    }
}

#[test]
fn filtering() {
    let mut stage = Stage::main(80, 24);
    stage.keys("/img");
    assert_snapshot!("filter_80x24", stage.screen());
    stage.keys("xyz<enter>");
    assert_snapshot!("filter_nothing_80x24", stage.screen());
}

#[test]
fn a_filter_that_is_left_changes_nothing_but_a_chosen_row_stays() {
    let mut stage = Stage::main(80, 24);
    for moves in ["", "jj"] {
        stage.keys(moves);
        let before = stage.screen();
        stage.keys("/img<esc>");
        assert_eq!(stage.screen(), before, "{moves:?}");
    }
    stage.keys("/img<down>");
    let chosen = stage.screen();
    let chosen = chosen.lines().rev().find(|line| line.contains("IMG_"));
    let name = chosen.and_then(|line| line.split_whitespace().find(|w| w.contains("IMG_")));
    stage.keys("<esc>");
    let status = stage.screen();
    let status = status.lines().rev().find(|line| line.contains("IMG_"));
    assert!(status.unwrap().contains(name.unwrap()), "{status:?}");
}

#[test]
fn dragging() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = Stage::main(width, height);
        stage.keys("jjj<space><space><space>");
        let (from, to) = (stage.find("IMG_20260311_0002"), stage.find("exports/"));
        stage.drag(from, to);
        assert_snapshot!(format!("drag_{width}x{height}"), stage.screen());
    }
}

#[test]
fn which_key() {
    let mut stage = Stage::main(80, 24);
    stage.keys("g");
    let quick = stage.screen();
    assert!(
        !quick.contains("buckets"),
        "experts never see the helper:\n{quick}"
    );
    stage.wait(401);
    assert_snapshot!("which_key_80x24", stage.screen());
}

#[test]
fn first_screen_without_keys() {
    let mut setup = setup(buckets(), inbox());
    setup.known.looked_for = vec![
        "AWS_ACCESS_KEY_ID".into(),
        "~/.aws/credentials [default]".into(),
    ];
    let stage = Stage::new(setup, 80, 24);
    assert_snapshot!("no_keys_80x24", stage.screen());
}

#[test]
fn too_small() {
    let stage = Stage::main(38, 9);
    assert_snapshot!("too_small_38x9", stage.screen());
}
