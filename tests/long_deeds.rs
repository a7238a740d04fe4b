//! What people change in lists too long to be listed again: it shows at once all the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::ops::Range;

use stage::work::ended;
use stage::{Stage, inbox, object, photos, prefix, setup};
use windlass::engine::{Kind, Phase, Verified};
use windlass::model::{Account, BucketName, Entry, Key, Location};
use windlass::tui::msg::Ask;
use windlass::tui::tree::{Class, Row};
use windlass::tui::view::layout::Side;

const AT: &str = "2026/raw/";

fn numbered(numbers: Range<usize>) -> Vec<Entry> {
    let one = |n| object(&format!("{AT}f{n:06}"), 1, "2026-01-01 00:00");
    numbers.map(one).collect()
}

/// Both panes on a prefix of a folder and 15,000 objects, all listed.
fn long() -> Stage {
    let mut stage = Stage::slow(setup(photos(AT), photos(AT)), 120, 24, true);
    let mut pages: Vec<_> = (0..15)
        .map(|n| numbered(n * 1000..n * 1000 + 1000))
        .collect();
    pages[0].insert(0, prefix(&format!("{AT}a/")));
    let at = format!("photos-prod/{AT}");
    stage.world.pages.insert(at, pages);
    stage.answer_all();
    stage.keys("<tab>GG");
    stage.answer_all();
    stage.keys("<tab>GG");
    stage.answer_all();
    stage.keys("gg");
    stage.answer_all();
    for side in Side::BOTH {
        assert_eq!(stage.app.pane_of(side).tree().len(), 15_001);
    }
    stage
}

fn row(stage: &Stage, side: Side, name: &str) -> Option<Row> {
    let rows = &stage.app.pane_of(side).tree().root().rows;
    rows.get(rows.find(Class::Files, name.as_bytes())?)
}

fn at(name: &str) -> Location {
    Location::Object {
        account: Account::new("work"),
        bucket: BucketName::new("photos-prod").unwrap(),
        key: Key::new(format!("{AT}{name}")).unwrap(),
    }
}

fn lists_again(stage: &Stage) -> bool {
    let mut held = stage.held.iter();
    held.any(|(_, ask)| matches!(ask, Ask::Pages { .. }))
}

fn under_the_cursor(stage: &Stage) -> String {
    let pane = stage.app.pane_of(Side::Left);
    let (_, row) = pane.tree().row(pane.at()).unwrap();
    row.name.text().into()
}

#[test]
fn what_is_deleted_goes_from_both_panes_without_listing_again() {
    let mut stage = long();
    // The folder, some objects, and the cursor behind them.
    stage.keys("<space><space><space>jj<space>d");
    stage.answer_all();
    stage.keys("y");
    assert!(!lists_again(&stage), "{:?}", stage.held);
    assert!(
        stage
            .held
            .iter()
            .any(|(_, ask)| matches!(ask, Ask::Delete(all) if all.len() == 4))
    );
    while !stage.held.is_empty() {
        stage.answer_one();
        assert!(!lists_again(&stage), "{:?}", stage.held);
    }
    for side in Side::BOTH {
        let tree = stage.app.pane_of(side).tree();
        assert_eq!(tree.len(), 14_997);
        assert!(row(&stage, side, "f000000").is_none());
        assert!(row(&stage, side, "f000002").is_some());
    }
    assert_eq!(stage.app.pane_of(Side::Left).tree().marks().count, 0);
}

#[test]
fn what_is_moved_away_goes_and_what_is_written_appears() {
    let mut stage = long();
    stage.keys("jjj");
    assert_eq!(under_the_cursor(&stage), "f000002");
    let verified = || Phase::Done(Verified::Sha256);
    stage.send(ended(Kind::Move, at("f000001"), at("g"), verified()));
    for side in Side::BOTH {
        assert!(row(&stage, side, "f000001").is_none());
        let new = row(&stage, side, "g").unwrap();
        assert_eq!((new.own, new.size), (true, Some(2048)));
    }
    assert_eq!(under_the_cursor(&stage), "f000002");
    // What was left out was there before and stays what it was.
    stage.send(ended(
        Kind::Move,
        at("f000002"),
        at("f000003"),
        Phase::Skipped,
    ));
    assert_eq!(row(&stage, Side::Left, "f000003").unwrap().size, Some(1));
    assert!(row(&stage, Side::Left, "f000002").is_some());
    stage.wait(10_000);
    assert!(!lists_again(&stage), "a long list is for the person");
}

#[test]
fn a_folder_that_is_made_shows_in_a_long_list() {
    let mut stage = long();
    stage.keys("a").keys("new/<enter>");
    while !stage.held.is_empty() {
        stage.answer_one();
        assert!(!lists_again(&stage), "{:?}", stage.held);
    }
    assert_eq!(under_the_cursor(&stage), "new");
    assert_eq!(stage.app.pane_of(Side::Right).tree().len(), 15_002);
}

#[test]
fn a_short_list_is_listed_again() {
    let mut stage = Stage::main(120, 24);
    assert_eq!(stage.app.pane_of(Side::Right).place(), &inbox());
    stage.keys("jjjdy");
    stage.slow = true;
    stage.keys("d");
    stage.keys("y");
    stage.answer_one();
    assert!(lists_again(&stage), "{:?}", stage.held);
}
