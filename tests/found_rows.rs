//! What is found below a place, as rows: everything that can be done with rows can be done with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one of many"
)]

mod stage;

use stage::{Stage, inbox, object, photos, setup};
use windlass::engine::{Order, Roster};
use windlass::model::Entry;
use windlass::tui::msg::{Ask, Deed, Effect};
use windlass::tui::tree::Reach;
use windlass::tui::view::layout::Side;

fn file(key: &str) -> Entry {
    object(key, 3, "2026-01-01 00:00")
}

/// A bucket with pictures and other things in three folders, searched for pictures.
fn found() -> Stage {
    let mut stage = Stage::slow(setup(photos("deep/"), inbox()), 120, 24, true);
    for (at, names) in [
        ("deep/", vec!["a.jpg", "b.txt"]),
        ("deep/x/", vec!["c.jpg", "d.txt"]),
        ("deep/x/y/", vec!["e.JPG", "f.png"]),
    ] {
        let rows = names.iter().map(|name| file(&format!("{at}{name}")));
        let rows = vec![rows.collect()];
        stage.world.pages.insert(format!("photos-prod/{at}"), rows);
    }
    stage.slow = false;
    stage.answer_all();
    stage.keys("fjpg").keys("<c-r>");
    stage
}

fn shown(stage: &Stage) -> Vec<String> {
    let tree = stage.app.pane_of(Side::Left).tree();
    let rows = (0..tree.len()).filter_map(|at| tree.row(at));
    rows.map(|(_, row)| row.name.text().into()).collect()
}

#[test]
fn they_are_rows_by_their_paths_and_escape_leads_back() {
    let mut stage = found();
    assert_eq!(shown(&stage), ["a.jpg", "x/c.jpg", "x/y/e.JPG"]);
    assert!(
        stage.screen().contains("everything below"),
        "{}",
        stage.screen()
    );
    stage.keys("<esc>");
    assert_eq!(shown(&stage).len(), 6);
    stage.keys("<esc>");
    let root = stage.app.pane_of(Side::Left).tree().root();
    assert_eq!(root.reach, Reach::Here);
    assert_eq!(shown(&stage), ["a.jpg", "b.txt"]);
}

#[test]
fn they_are_copied_by_their_names() {
    let mut stage = found();
    stage.keys("A");
    stage.out.clear();
    stage.keys("<f5>");
    let ends = stage.out.iter().find_map(|effect| match effect {
        Effect::Order(Order::Submit(_, all)) => Some(
            all.iter()
                .map(|r| (r.from.to_string(), r.to.to_string()))
                .collect::<Vec<_>>(),
        ),
        _ => None,
    });
    let ends = ends.unwrap_or_else(|| panic!("{}", stage.screen()));
    assert_eq!(
        ends[1],
        (
            "s3://photos-prod/deep/x/c.jpg".into(),
            "/home/me/inbox/c.jpg".into()
        )
    );
    assert_eq!(ends.len(), 3);
}

#[test]
fn they_are_deleted_and_go() {
    let mut stage = found();
    stage.keys("jd").keys("y");
    assert_eq!(shown(&stage), ["a.jpg", "x/y/e.JPG"]);
}

#[test]
fn links_are_made_of_them() {
    let mut stage = found();
    stage.slow = true;
    stage.keys("As");
    let links = stage.held.iter().find_map(|(_, ask)| match ask {
        Ask::Links(_, links) => Some(links.len()),
        _ => None,
    });
    assert_eq!(links, Some(3));
}

#[test]
fn many_are_packed_with_the_folders_that_they_lie_in() {
    let mut stage = Stage::slow(setup(photos("deep/"), inbox()), 120, 24, true);
    let rows = (0..5000)
        .map(|n| file(&format!("deep/x/f{n:04}")))
        .collect();
    stage
        .world
        .pages
        .insert("photos-prod/deep/".into(), vec![vec![]]);
    stage
        .world
        .pages
        .insert("photos-prod/deep/x/".into(), vec![rows]);
    stage.slow = false;
    stage.answer_all();
    stage.keys("f<c-r>").keys("A");
    stage.out.clear();
    stage.keys("<f5><enter>");
    let moving = stage.out.iter().find_map(|effect| match effect {
        Effect::Enlist(moving) => Some(moving),
        _ => None,
    });
    let (trees, rosters) = moving.unwrap().requests().unwrap();
    let all: Vec<_> = rosters.iter().flat_map(Roster::requests).collect();
    assert_eq!((trees.len(), all.len()), (0, 5000));
    assert_eq!(all[7].from.to_string(), "s3://photos-prod/deep/x/f0007");
    assert_eq!(all[7].to.to_string(), "/home/me/inbox/f0007");
    stage.keys("A");
    stage.slow = true;
    stage.keys("d").keys("5000<enter>");
    let asked =
        |(_, ask): &(_, Ask)| matches!(ask, Ask::Many(Deed::Delete, all) if all.len() == 5000);
    assert!(stage.held.iter().any(asked), "{:?}", stage.held);
    stage.answer_one();
    assert!(shown(&stage).is_empty());
}
