//! What people change in lists too long to be listed again: it shows at once all the same.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and looks for one of many"
)]

mod stage;

use std::ops::Range;

use stage::work::ended;
use stage::{Stage, inbox, object, photos, prefix, setup};
use windlass::engine::{Kind, Phase, Start, Verified};
use windlass::model::{Account, BucketName, Entry, Key, Location};
use windlass::tui::msg::{Ask, Deed, Effect};
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
    held.any(|(_, ask)| matches!(ask, Ask::Pages { most, .. } if *most > 1))
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
fn what_is_written_into_a_long_list_is_confirmed_by_the_page_around_it() {
    let mut stage = long();
    stage.keys("jj");
    let verified = Phase::Done(Verified::Sha256);
    stage.send(ended(Kind::Copy, at("x"), at("f007000x"), verified));
    assert!(row(&stage, Side::Left, "f007000x").unwrap().own);
    let pages = stage
        .world
        .pages
        .get_mut(&format!("photos-prod/{AT}"))
        .unwrap();
    let new = object(&format!("{AT}f007000x"), 2048, "2026-04-06 14:00");
    pages[7].insert(1, new);
    stage.wait(2000);
    let asks = stage.held.iter().map(|(_, ask)| ask.clone());
    let here = |ask: &Ask| matches!(ask, Ask::Pages { prefix, .. } if prefix.as_str() == AT);
    let asked: Vec<_> = asks.filter(here).collect();
    let after = |ask: &Ask| {
        matches!(ask, Ask::Pages { start: Start::After(key), most: 1, .. }
        if &**key == "2026/raw/f007000")
    };
    assert!(asked.len() == 2 && asked.iter().all(after), "{asked:?}");
    while !stage.held.is_empty() {
        stage.answer_one();
    }
    for side in Side::BOTH {
        let new = row(&stage, side, "f007000x").unwrap();
        assert!(!new.own && new.modified.is_some());
        assert_eq!(stage.app.pane_of(side).tree().len(), 15_002);
    }
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

/// On the left 15,000 objects and a folder, on the right an empty folder.
fn beside() -> Stage {
    let mut stage = Stage::slow(setup(photos(AT), inbox()), 120, 24, true);
    let mut pages: Vec<_> = (0..15)
        .map(|n| numbered(n * 1000..n * 1000 + 1000))
        .collect();
    pages[0].insert(0, prefix(&format!("{AT}a/")));
    stage.world.pages.insert(format!("photos-prod/{AT}"), pages);
    stage.answer_all();
    stage.keys("GG");
    stage.answer_all();
    stage.keys("gg");
    stage.answer_all();
    stage
}

fn says(stage: &Stage, text: &str) {
    let screen = stage.screen();
    assert!(screen.contains(text), "{text:?} is not in {screen}");
}

#[test]
fn many_are_copied_packed_and_never_one_by_one_on_a_key() {
    let mut stage = beside();
    stage.keys("A<f5>");
    says(&stage, "Copy 15,001 items");
    says(&stage, "… 14,995 more");
    stage.answer_all();
    stage.out.clear();
    stage.keys("<enter>");
    let moving = stage.out.iter().find_map(|effect| match effect {
        Effect::Enlist(moving) => Some(moving),
        _ => None,
    });
    let (trees, rosters) = moving.unwrap().requests().unwrap();
    assert_eq!((trees.len(), rosters.len()), (1, 15));
    let first = rosters[0].requests().next().unwrap();
    assert_eq!(first.from, at("f000000"));
    assert_eq!(first.to.to_string(), "/home/me/inbox/f000000");
    assert_eq!(
        rosters.iter().map(|r| r.requests().count()).sum::<usize>(),
        15_000
    );
    assert_eq!(stage.app.pane_of(Side::Left).tree().marks().count, 0);
    stage.keys("u");
    says(&stage, "too many to be taken back");
}

#[test]
fn many_are_deleted_by_their_numbers_and_what_failed_stays() {
    let mut stage = beside();
    // All but the folder.
    stage.keys("A<space>d");
    let marked = stage.app.pane_of(Side::Left).tree().marks();
    assert_eq!((marked.count, marked.folders), (15_000, 0));
    says(&stage, "Delete 15,000 objects?");
    stage.keys("15000<enter>");
    let asked = stage.held.iter().find_map(|(_, ask)| match ask {
        Ask::Many(Deed::Delete, items) => Some(items.clone()),
        _ => None,
    });
    assert_eq!(
        asked.unwrap().pages().map(|page| page.len()).sum::<usize>(),
        15_000
    );
    stage.world.undeletable = vec![at("f000007")];
    stage.answer_one();
    assert_eq!(stage.app.pane_of(Side::Left).tree().len(), 2);
    assert!(row(&stage, Side::Left, "f000007").is_some());
    assert!(row(&stage, Side::Left, "f000008").is_none());
}

#[test]
fn many_are_remembered_and_shown_but_no_links_or_names_are_made_of_them() {
    let mut stage = beside();
    stage.keys("Ay");
    says(&stage, "1 folder, 15,000 objects yanked");
    let yank = stage.app.yank().unwrap();
    let pane = stage.app.pane_of(Side::Left);
    let (branch, first) = pane.tree().row(1).unwrap();
    assert!(yank.holds(&branch.place, &first));
    assert!(!yank.holds(&inbox(), &first));
    stage.keys("As");
    says(&stage, "Links are made of up to 1,000 objects at once");
    stage.keys("r");
    says(&stage, "Up to 2,000 names are changed at once");
    assert!(stage.held.is_empty(), "{:?}", stage.held);
}

#[test]
fn a_comparison_is_worked_out_while_keys_go_on() {
    let mut stage = Stage::slow(setup(photos(AT), photos("2026/two/")), 120, 24, true);
    for (at, from) in [(AT, 0), ("2026/two/", 3)] {
        let entry = |n| object(&format!("{at}f{n:06}"), 1, "2026-01-01 00:00");
        let pages = (0..9).map(|page| (page * 1000..page * 1000 + 1000).skip(from));
        let pages = pages.map(|numbers| numbers.map(entry).collect()).collect();
        stage.world.pages.insert(format!("photos-prod/{at}"), pages);
    }
    stage.answer_all();
    stage.keys("=");
    says(&stage, "Comparing");
    stage.keys("j=");
    says(&stage, "Cannot compare: that is being done");
    stage.answer_all();
    says(&stage, "27 only here · 0 differ · 0 only there");
    assert_eq!(stage.app.pane_of(Side::Left).tree().marks().count, 27);
    assert_eq!(stage.app.pane_of(Side::Right).tree().marks().count, 0);
}
