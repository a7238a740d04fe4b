//! Keys and clicks to screens: every screen of the browser's core, held as text.

mod stage;

use insta::assert_snapshot;
use stage::work::at_work;
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

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// The screen after keys, at every size of the pictures.
fn at_all_sizes(name: &str, keys: &str) {
    for (width, height) in SIZES {
        let mut stage = Stage::main(width, height);
        stage.keys(keys).wait(500);
        assert_snapshot!(format!("{name}_{width}x{height}"), stage.screen());
    }
}

#[test]
fn preview() {
    at_all_sizes("preview", "jjjjjjjjjjjP");
}

#[test]
fn find() {
    at_all_sizes("find", "fcr3 000");
}

#[test]
fn yanked_rows_cast_their_shadow() {
    at_all_sizes("ghosts", "jjj<space><space>y<tab>");
}

#[test]
fn bookmarks() {
    at_all_sizes("bookmarks", "mr<tab>mi'");
}

#[test]
fn tabs() {
    at_all_sizes("tabs", "tt[");
}

#[test]
fn palette() {
    at_all_sizes("palette", "?copy");
}

#[test]
fn share() {
    at_all_sizes("share", "jjjjS");
}

#[test]
fn delete_asks() {
    at_all_sizes("delete", "jjj<space><space>d");
}

#[test]
fn zoom() {
    at_all_sizes("zoom", "z");
}

#[test]
fn queue_full() {
    for (width, height) in SIZES {
        let mut stage = Stage::main(width, height);
        stage
            .numbers(at_work())
            .wait(3000)
            .numbers(at_work())
            .keys("W");
        assert_snapshot!(format!("queue_full_{width}x{height}"), stage.screen());
    }
}

#[test]
fn compare() {
    for (width, height) in SIZES {
        let mut stage = Stage::new(setup(photos("2026/raw/"), inbox()), width, height);
        let there = stage.world.folders.get_mut("/home/me/inbox").unwrap();
        there.push(stage::file("README.md", 1946, "2026-04-01 12:12"));
        there.push(stage::file("manifest.json", 12, "2026-04-02 18:02"));
        stage.keys("<tab>R<tab>=");
        assert_snapshot!(format!("compare_{width}x{height}"), stage.screen());
    }
}

#[test]
fn ascii_and_a_name_for_every_icon() {
    let mut stage = Stage::main(80, 24);
    stage.keys("jjj<space>y");
    let nerd = stage.screen_with(&Glyphs::NERD);
    assert!(nerd.contains('\u{f07b}'), "{nerd}");
    let same = nerd.replace('\u{f07b}', "▸");
    assert_eq!(same, stage.screen(), "only icons differ");
}

#[test]
fn every_new_screen_is_plain_in_ascii() {
    // Names are the server's, and a Cyrillic one may be cut anywhere.
    let name = |c: char| ('\u{400}'..'\u{500}').contains(&c);
    for keys in [
        "fcr3",
        "mr'",
        "tt",
        "jjjjjjjjjjjP",
        "=",
        "jjj<space>y<tab>",
        "jjjjS",
        "?tab",
    ] {
        let mut stage = Stage::main(80, 24);
        stage.keys(keys).wait(500);
        let screen = stage.screen_with(&Glyphs::ASCII);
        let own = screen
            .lines()
            .filter(|l| !l.contains(name) && !l.contains("weird"));
        for line in own {
            assert!(line.is_ascii(), "{keys}: {line}");
        }
    }
}
