//! Long lists: jumping into them, what is kept of them, and what is asked for ahead.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one question among all"
)]

mod stage;

use stage::{Stage, inbox, object, photos, prefix, setup};
use windlass::engine::Start;
use windlass::model::{Entry, Trouble};
use windlass::tui::msg::{Ask, Focused, Msg, Reply};
use windlass::tui::tree::{Line, Listing};
use windlass::tui::view::layout::Side;

/// Where the questions for pages that wait start.
fn starts(stage: &Stage) -> Vec<Start> {
    let start = |ask: &Ask| match ask {
        Ask::Pages { start, .. } => Some(start.clone()),
        _ => None,
    };
    stage
        .held
        .iter()
        .filter_map(|(_, ask)| start(ask))
        .collect()
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<Entry> {
    let one = |n| object(&format!("2026/raw/f{n:06}"), 1, "2026-01-01 00:00");
    numbers.map(one).collect()
}

/// A pane on a prefix of 40 pages of which nothing was answered yet.
fn long() -> Stage {
    let mut stage = Stage::slow(setup(photos("2026/raw/"), inbox()), 80, 24, true);
    let pages = (0..40).map(|n| numbered(n * 1000..n * 1000 + 1000));
    let pages = pages.collect();
    stage
        .world
        .pages
        .insert("photos-prod/2026/raw/".into(), pages);
    stage
}

/// Answers the oldest question for pages.
fn answer_page(stage: &mut Stage) {
    while !matches!(stage.held.front(), None | Some((_, Ask::Pages { .. }))) {
        stage.answer_one();
    }
    stage.answer_one();
}

fn name_under_the_cursor(stage: &Stage) -> String {
    let pane = stage.app.pane_of(Side::Left);
    let (_, row) = pane.tree().row(pane.at()).unwrap();
    row.name.text().into()
}

#[test]
fn a_long_list_pauses_and_says_so() {
    let mut stage = long();
    stage.answer_one();
    assert_eq!(
        stage.app.pane_of(Side::Left).tree().len(),
        1000,
        "the first page is there"
    );
    stage.keys("jj");
    assert_eq!(name_under_the_cursor(&stage), "f000002");
    stage.answer_all();
    assert_eq!(name_under_the_cursor(&stage), "f000002");
    let screen = stage.screen();
    assert!(
        screen.contains("10,000+") && screen.contains("G for more"),
        "{screen}"
    );
    stage.keys("GG");
    stage.answer_all();
    let tree = stage.app.pane_of(Side::Left).tree();
    assert_eq!((tree.len(), &tree.root().listing), (40_000, &Listing::Done));
}

#[test]
fn going_to_a_name_in_the_middle_takes_one_request() {
    let mut stage = long();
    stage.answer_one();
    stage.keys("g/<c-u>s3://photos-prod/2026/raw/f025000<enter>");
    let asked = starts(&stage);
    assert!(matches!(&asked[..], [Start::After(_)]), "{asked:?}");
    answer_page(&mut stage);
    assert_eq!(name_under_the_cursor(&stage), "f025000");
    let tree = stage.app.pane_of(Side::Left).tree();
    assert!(matches!(tree.line(1000), Some(Line::Gap { .. })));
    stage.keys("ggG");
    assert_eq!(
        stage.held.len(),
        1,
        "the listing that was broken into goes on"
    );
    stage.answer_all();
    assert!(stage.app.pane_of(Side::Left).tree().root().listing != Listing::Unasked);
}

#[test]
fn typing_a_name_that_is_not_listed_asks_the_server() {
    let mut stage = long();
    stage.answer_one();
    stage.keys("/f025");
    assert!(
        starts(&stage)
            .iter()
            .all(|start| !matches!(start, Start::After(_)))
    );
    stage.wait(300);
    let asked = starts(&stage);
    assert!(matches!(&asked[..], [Start::After(_)]), "{asked:?}");
    answer_page(&mut stage);
    assert!(stage.screen().contains("f025000"), "{}", stage.screen());
}

#[test]
fn a_place_that_was_listed_a_moment_ago_is_not_listed_again() {
    let mut stage = Stage::main(80, 24);
    stage.keys("<enter>");
    stage.slow = true;
    stage.keys("<backspace>");
    assert_eq!(starts(&stage), [], "it is fresh");
    assert!(!stage.app.pane_of(Side::Left).tree().is_empty());
    stage.slow = false;
    stage.keys("<enter>");
    stage.wait(31_000);
    stage.slow = true;
    stage.keys("<backspace>");
    assert_eq!(starts(&stage), [Start::Beginning], "it is old");
    assert!(
        !stage.app.pane_of(Side::Left).tree().is_empty(),
        "but shown at once"
    );
}

#[test]
fn who_comes_back_to_the_window_sees_what_is_there_now() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.send(Msg::Focus(Focused::Yes));
    assert_eq!(starts(&stage), [], "the server's list is fresh");
    stage.answer_all();
    stage.wait(31_000);
    stage.held.clear();
    stage.send(Msg::Focus(Focused::Yes));
    assert_eq!(stage.held.len(), 2, "{:?}", stage.held);
}

/// A bucket with many prefixes.
fn prefixes() -> Stage {
    let mut stage = Stage::slow(setup(photos(""), inbox()), 80, 24, true);
    let rows = (0..90).map(|n| prefix(&format!("p{n:02}/"))).collect();
    stage.world.pages.insert("photos-prod/".into(), vec![rows]);
    for n in 0..90 {
        let at = format!("photos-prod/p{n:02}/");
        stage.world.pages.insert(at, vec![vec![]]);
    }
    stage.answer_all();
    stage
}

#[test]
fn a_prefix_under_a_resting_cursor_is_there_when_it_is_entered() {
    let mut stage = prefixes();
    stage.keys("j");
    stage.wait(140);
    assert_eq!(stage.held.len(), 0);
    stage.wait(20);
    assert_eq!(starts(&stage), [Start::Beginning]);
    stage.answer_all();
    stage.keys("<enter>");
    assert_eq!(stage.held.len(), 0, "it is known");
}

#[test]
fn little_is_asked_ahead() {
    let mut stage = prefixes();
    let mut asked = 0;
    for _ in 0..80 {
        stage.keys("j");
        stage.wait(200);
        asked += starts(&stage).len();
        stage.answer_all();
    }
    assert!((20..=30).contains(&asked), "{asked} in 16 seconds");
}

#[test]
fn nothing_is_asked_ahead_of_a_server_that_has_too_much_to_do() {
    let mut stage = prefixes();
    stage.keys("j");
    stage.wait(200);
    let (ticket, _) = stage.held.pop_front().unwrap();
    let slow_down = Trouble::new("SlowDown", "Cannot list", "too many requests", "");
    stage.send(Msg::Reply(ticket, Reply::Rows(Err(slow_down))));
    for _ in 0..10 {
        stage.keys("j");
        stage.wait(1000);
    }
    assert_eq!(stage.held.len(), 0);
}

#[test]
fn leaving_a_listing_ends_its_requests() {
    let mut stage = long();
    stage.answer_one();
    assert!(matches!(&starts(&stage)[..], [Start::Token(_)]));
    stage.keys("<backspace>");
    assert!(
        starts(&stage)
            .iter()
            .all(|start| !matches!(start, Start::Token(_)))
    );
}
