//! What a person does with the mouse, and what the screen shows then; and what is told about it.

mod stage;

use crossterm::event::{KeyModifiers, MouseButton, MouseEventKind};
use insta::assert_snapshot;
use stage::work::at_work;
use stage::{Stage, file, inbox, photos, setup};
use windlass::engine::Tally;
use windlass::model::{Account, Place};
use windlass::tui::app::Setup;
use windlass::tui::msg::Msg;
use windlass::tui::view::layout::Shown;

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

fn wide() -> Stage {
    let mut stage = Stage::main(120, 40);
    stage.world.tells = true;
    stage
}

/// Clicks on a text.
fn click(stage: &mut Stage, text: &str) {
    let (x, y) = stage.find(text);
    stage.click(x, y);
}

#[test]
fn a_click_puts_the_cursor_and_the_focus_there() {
    let mut stage = wide();
    click(&mut stage, "edit-0001.psd");
    let screen = stage.screen();
    assert!(screen.contains("▌  edit-0001.psd"), "{screen}");
    assert!(screen.contains("━ ~/inbox ━━"), "{screen}");
    assert_snapshot!("click", screen);
}

#[test]
fn a_double_click_opens() {
    let mut stage = wide();
    let (x, y) = stage.find("exports/");
    stage.click(x, y);
    assert!(stage.screen().contains("─ ~/inbox ─") || stage.screen().contains("━ ~/inbox ━"));
    stage.click(x, y);
    assert!(
        stage.screen().contains("━ ~/inbox/exports ━"),
        "{}",
        stage.screen()
    );
    // Two clicks with time between them are two clicks.
    let mut stage = wide();
    stage.click(x, y).wait(900);
    stage.click(x, y);
    assert!(stage.screen().contains("━ ~/inbox ━"), "{}", stage.screen());
    let mut stage = wide();
    let (x, y) = stage.find("README.md");
    stage.click(x, y);
    stage.click(x, y);
    assert_snapshot!("double_click_views", stage.screen());
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_leaves_the_cursor() {
    let mut stage = Stage::main(80, 16);
    assert!(stage.screen().contains("calib/"));
    stage.mouse(MouseEventKind::ScrollDown, 5, 5);
    let screen = stage.screen();
    assert!(
        !screen.contains("▸ calib/") && !screen.contains("▸ sidecars/"),
        "{screen}"
    );
    assert!(
        screen.contains("2026-03-retouch/"),
        "the other pane scrolled: {screen}"
    );
    // A tick does not take it back.
    stage.wait(1000);
    assert_eq!(stage.screen(), screen);
    stage.mouse(MouseEventKind::ScrollUp, 5, 5);
    assert!(stage.screen().contains("▌  ▸ calib/"), "{}", stage.screen());
    // A key comes back to the cursor.
    stage.mouse(MouseEventKind::ScrollDown, 5, 5).keys("j");
    assert!(
        stage.screen().contains("▌  ▸ previews/"),
        "{}",
        stage.screen()
    );
}

#[test]
fn the_right_button_opens_a_menu_of_what_the_row_allows() {
    let mut stage = wide();
    let (x, y) = stage.find("IMG_20260311_0003");
    stage.mouse(MouseEventKind::Down(MouseButton::Right), x, y);
    let screen = stage.screen();
    assert!(
        screen.contains("link") && screen.contains("delete"),
        "{screen}"
    );
    assert_snapshot!("menu", screen);
    click(&mut stage, "mark  ");
    assert!(
        stage.screen().contains("● IMG_20260311_0003"),
        "{}",
        stage.screen()
    );
}

#[test]
fn with_ctrl_a_click_marks_and_a_drag_marks_all_it_passes() {
    let mut stage = wide();
    let from = stage.find("IMG_20260311_0002");
    let to = stage.find("IMG_20260311_0005");
    let ctrl = KeyModifiers::CONTROL;
    stage.mouse_with(ctrl, DOWN, from);
    stage.mouse_with(ctrl, DRAG, to);
    stage.mouse_with(ctrl, UP, to);
    let screen = stage.screen();
    assert_eq!(screen.matches("● IMG").count(), 4, "{screen}");
    assert!(screen.contains("4 marked"), "{screen}");
    assert!(stage.app.drag().is_none());
    // Back over them from a marked one: they are unmarked.
    stage.mouse_with(ctrl, DOWN, to);
    stage.mouse_with(ctrl, DRAG, from);
    stage.mouse_with(ctrl, UP, from);
    assert!(!stage.screen().contains("● IMG"), "{}", stage.screen());
    assert_eq!(
        stage
            .app
            .pane_of(windlass::tui::view::layout::Side::Left)
            .tree()
            .marks()
            .count,
        0
    );
}

#[test]
fn a_drag_goes_into_a_folder_a_pane_the_sidebar_or_the_queue() {
    let mut stage = wide();
    let from = stage.find("IMG_20260311_0002");
    stage.drag(from, stage.find("exports/"));
    assert!(
        stage.screen().contains("› ~/inbox/exports"),
        "{}",
        stage.screen()
    );
    assert_snapshot!("drag_between_panes", stage.screen());
    let to = stage.app.drag().unwrap().at;
    stage.mouse(UP, to.0, to.1);
    assert!(stage.screen().contains("exports"), "{}", stage.screen());
    assert_snapshot!("drop_on_a_folder", stage.screen());

    let mut stage = wide();
    stage.drag(from, stage.find("public-web"));
    assert!(
        stage.screen().contains("s3://public-web/"),
        "{}",
        stage.screen()
    );
    assert_snapshot!("drag_onto_the_sidebar", stage.screen());

    let mut stage = wide();
    stage.numbers(at_work()).wait(3000).numbers(at_work());
    let strip = stage.find("w queue");
    stage.drag(from, strip);
    assert!(
        stage.screen().contains("Drop to copy"),
        "{}",
        stage.screen()
    );
    assert_snapshot!("drag_onto_the_queue", stage.screen());
    stage.keys("<esc>");
    assert!(stage.app.drag().is_none());
}

#[test]
fn a_click_on_a_column_sorts_by_it_and_another_turns_it_around() {
    let mut stage = wide();
    click(&mut stage, "Size");
    let screen = stage.screen();
    assert!(screen.contains("· size ▼"), "{screen}");
    let big = screen.find("catalogue-2026").unwrap();
    assert!(big < screen.find("full-frame").unwrap(), "{screen}");
    assert_snapshot!("sorted_by_a_click", screen);
    click(&mut stage, "Size");
    let screen = stage.screen();
    assert!(screen.contains("· size ▲"), "{screen}");
    let big = screen.find("catalogue-2026").unwrap();
    assert!(big > screen.find("full-frame").unwrap(), "{screen}");
}

#[test]
fn a_click_on_a_hint_does_what_its_key_does() {
    let mut stage = wide();
    stage.keys("jjj");
    click(&mut stage, "delete");
    assert!(
        stage.screen().contains("Delete IMG_20260311_0001.CR3?"),
        "{}",
        stage.screen()
    );
    // In a dialog its own hints are there, and its buttons.
    click(&mut stage, "Esc cancel");
    stage.keys("<esc>");
    assert!(stage.app.overlays().is_empty());
    let (x, y) = stage.find("mark  F5");
    stage.click(x, y);
    assert!(stage.screen().contains("1 marked"), "{}", stage.screen());
    // Between two hints there is nothing.
    let before = stage.screen();
    stage.click(0, y);
    assert_eq!(stage.screen(), before);
}

#[test]
fn a_click_on_a_button_presses_it() {
    let mut stage = wide();
    stage.keys("jjjd");
    click(&mut stage, "Cancel");
    assert!(stage.app.overlays().is_empty(), "{}", stage.screen());
    stage.keys("d");
    click(&mut stage, "( Delete");
    assert!(
        stage.screen().contains("Deleted 1 object"),
        "{}",
        stage.screen()
    );
}

#[test]
fn the_first_use_of_the_mouse_tells_how_to_select_text_and_no_other() {
    let told = |mouse_told| {
        let setup = Setup {
            mouse_told,
            ..setup(photos("2026/raw/"), inbox())
        };
        Stage::new(setup, 80, 24)
    };
    let mut stage = told(Shown::No);
    assert!(!stage.app.session("/".as_ref()).mouse_told);
    stage.click(3, 4);
    assert!(
        stage.screen().contains("Shift-drag selects text"),
        "{}",
        stage.screen()
    );
    assert!(stage.app.session("/".as_ref()).mouse_told);
    stage.wait(5000).click(3, 5);
    assert!(!stage.screen().contains("Shift-drag"), "{}", stage.screen());
    let mut stage = told(Shown::Yes);
    stage.click(3, 4);
    assert!(!stage.screen().contains("Shift-drag"), "{}", stage.screen());
}

#[test]
fn a_pasted_path_is_offered_for_upload() {
    let mut stage = Stage::main(80, 24);
    stage.world.there = vec![
        file("my file.txt", 2048, "2026-04-06 12:20"),
        file("b.txt", 1024, "2026-04-06 12:20"),
    ];
    stage.keys("<tab>");
    stage.send(Msg::Paste("'/tmp/my file.txt' /tmp/b.txt".into()));
    let screen = stage.screen();
    assert!(screen.contains("Copy 2 files · 3.0 KiB"), "{screen}");
    assert!(screen.contains("s3://photos-prod/2026/raw/"), "{screen}");
    assert_snapshot!("pasted_path", screen);
    assert!(stage.out.is_empty(), "nothing starts before it is answered");
    stage.keys("<esc>");
    for (text, said) in [
        (
            "/tmp/elsewhere.txt",
            "Nothing of that name is on this machine",
        ),
        ("dd", "never taken for keys"),
    ] {
        stage.send(Msg::Paste(text.into()));
        assert!(stage.screen().contains(said), "{}", stage.screen());
    }
    let buckets = Place::Buckets(Account::new("work"));
    let mut stage = Stage::new(setup(buckets, inbox()), 80, 24);
    stage.world.there = vec![file("b.txt", 1024, "2026-04-06 12:20")];
    stage.send(Msg::Paste("/tmp/b.txt".into()));
    assert!(
        stage.screen().contains("open a bucket"),
        "{}",
        stage.screen()
    );
}

#[test]
fn deleting_for_good_counts_all_versions_and_wants_their_number() {
    let mut stage = Stage::main(80, 24);
    stage.world.versioned = true;
    stage.world.versions = Some(Tally {
        items: 7,
        bytes: 174 << 20,
    });
    stage.keys("jjj<space><space>D");
    let screen = stage.screen();
    assert!(
        screen.contains("Delete 2 objects and all their versions?"),
        "{screen}"
    );
    assert!(screen.contains("7 versions · 174 MiB"), "{screen}");
    assert_snapshot!("erase", screen);
    stage.keys("2<enter>");
    assert!(
        stage.screen().contains("That is not 7."),
        "{}",
        stage.screen()
    );
    stage.keys("<backspace>7<enter>");
    assert!(stage.screen().contains("7 versions"), "{}", stage.screen());
    // Nothing of it can be undone, and nobody says so.
    assert!(!stage.screen().contains("brings"), "{}", stage.screen());
    stage.keys("u");
    assert!(
        stage.screen().contains("Nothing to undo"),
        "{}",
        stage.screen()
    );
    // Where no versions are kept, it is the ordinary question.
    stage.world.versions = None;
    stage.world.versioned = false;
    stage.wait(120_000).keys("D");
    assert!(
        stage.screen().contains("This cannot be undone."),
        "{}",
        stage.screen()
    );
    assert!(!stage.screen().contains("versions?"), "{}", stage.screen());
}

#[test]
fn a_copy_into_a_hidden_pane_says_where_it_goes() {
    let mut stage = wide();
    stage.world.tells = true;
    stage.keys("jjjP").wait(500);
    let screen = stage.screen();
    assert!(screen.contains("hides ~/inbox"), "{screen}");
    assert!(screen.contains("Tab ~/inbox"), "{screen}");
    stage.keys("<f5>");
    let screen = stage.screen();
    assert!(
        screen.contains("Copy IMG_20260311_0001.CR3") && screen.contains("~/inbox/"),
        "{screen}"
    );
    assert!(stage.out.is_empty());
    stage.keys("<esc>P<f5>");
    assert_eq!(
        stage.out.len(),
        1,
        "with the pane in view it starts at once"
    );
}
