//! Keys and clicks to screens: every screen of the browser's core, held as text.

mod stage;

use insta::assert_snapshot;
use stage::{Stage, inbox, photos, setup};
use windlass::model::{Account, Place};
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
