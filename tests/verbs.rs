//! Tabs, bookmarks, finding, comparing, names in an editor, the trash and undo: keys in, questions
//! and screens out.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one effect among all"
)]

mod stage;

use crossterm::event::{MouseButton, MouseEventKind};
use stage::work::ended;
use stage::{Stage, file, inbox, photos, setup};
use windlass::engine::{IfExists, Kind, Notice, Order, Phase, Request, Verified};
use windlass::model::Location;
use windlass::tui::msg::{Ask, Effect, Msg, Reply};
use windlass::tui::view::layout::Side;

fn place(stage: &Stage, side: Side) -> String {
    stage.app.pane_of(side).place().to_string()
}

fn orders(stage: &Stage) -> Vec<Request> {
    let requests = |effect: &Effect| match effect {
        Effect::Order(Order::Submit(_, requests)) => Some(requests.clone()),
        _ => None,
    };
    stage.out.iter().filter_map(requests).flatten().collect()
}

/// The newest question that is not answered yet.
fn asked(stage: &Stage) -> Option<&Ask> {
    stage.held.back().map(|(_, ask)| ask)
}

#[test]
fn tabs_keep_their_places_and_the_last_one_quits() {
    let mut stage = Stage::main(80, 24);
    stage.keys("t<enter>");
    let deep = place(&stage, Side::Left);
    assert_ne!(deep, photos("2026/raw/").to_string());
    stage.keys("[");
    assert_eq!(place(&stage, Side::Left), photos("2026/raw/").to_string());
    assert_eq!(stage.app.tabs(), (2, 0));
    stage.keys("2");
    assert_eq!(place(&stage, Side::Left), deep);
    stage.keys("q");
    assert_eq!(stage.app.tabs(), (1, 0));
    assert!(!stage.out.iter().any(|e| matches!(e, Effect::Quit(_))));
    stage.keys("q");
    assert!(stage.out.iter().any(|e| matches!(e, Effect::Quit(_))));
}

#[test]
fn a_page_for_a_parked_tab_reaches_it_and_no_other() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<backspace>t");
    let here = stage.app.pane_of(Side::Left).tree().len();
    stage.answer_all();
    stage.keys("[");
    assert_eq!(here, 0);
    assert_eq!(stage.app.pane_of(Side::Left).tree().len(), 5, "it came");
}

#[test]
fn a_click_on_its_number_shows_a_tab() {
    let mut stage = Stage::main(80, 24);
    stage.keys("tt");
    let at = stage.find(" 1  2 [3]");
    stage.mouse(MouseEventKind::Down(MouseButton::Left), at.0 + 1, at.1);
    assert_eq!(stage.app.tabs(), (3, 0));
}

#[test]
fn a_bookmark_is_a_letter_and_two_quotes_go_back() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("mr");
    match asked(&stage) {
        Some(Ask::KeepBookmarks(all)) => {
            assert_eq!((all.len(), all[0].letter), (1, 'r'));
            assert_eq!(all[0].place, photos("2026/raw/"));
        }
        other => panic!("{other:?}"),
    }
    stage.slow = false;
    stage.answer_all();
    stage.keys("<backspace><backspace>");
    let far = place(&stage, Side::Left);
    stage.keys("'r");
    assert_eq!(place(&stage, Side::Left), photos("2026/raw/").to_string());
    stage.keys("''");
    assert_eq!(place(&stage, Side::Left), far);
    stage.keys("'z");
    assert!(stage.screen().contains("There is no bookmark z"));
}

#[test]
fn what_is_found_is_gone_to_with_the_cursor_on_it() {
    let mut stage = Stage::new(setup(photos("2026/"), inbox()), 80, 24);
    stage.keys("fmanifest<enter>");
    assert_eq!(place(&stage, Side::Left), photos("2026/raw/").to_string());
    let item = stage.app.pane_of(Side::Left).item();
    assert_eq!(
        item.map(|i| i.name.to_string()),
        Some("manifest.json".into())
    );
}

#[test]
fn leaving_the_search_ends_it() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("f");
    assert!(matches!(asked(&stage), Some(Ask::Find(_))));
    stage.keys("<esc>");
    assert!(stage.held.is_empty(), "nobody waits any more");
}

#[test]
fn comparing_marks_what_differs_and_copying_takes_only_that() {
    let mut stage = Stage::main(80, 24);
    let there = stage.world.folders.get_mut("/home/me/inbox").unwrap();
    for n in 1..=8 {
        let name = format!("IMG_20260311_{n:04}.CR3");
        there.push(file(
            &name,
            [248u64, 246, 251, 249, 247, 260, 253, 244][n - 1] * (1 << 20) / 10,
            "2026-03-10 09:00",
        ));
    }
    there.push(file("manifest.json", 1, "2026-03-10 09:00"));
    stage.keys("<tab>R<tab>=");
    let marked: Vec<String> = stage
        .app
        .pane_of(Side::Left)
        .items()
        .head()
        .iter()
        .map(|i| i.name.to_string())
        .collect();
    assert!(marked.contains(&"manifest.json".into()), "{marked:?}");
    assert!(
        !marked.iter().any(|name| name.starts_with("IMG_")),
        "{marked:?}"
    );
    stage.keys("<esc>");
    assert_eq!(stage.app.pane_of(Side::Left).tree().marks().count, 0);
    assert!(stage.app.differences(Side::Left).is_none());
    stage.keys("=<enter>");
    assert!(stage.app.differences(Side::Left).is_none(), "another place");
}

#[test]
fn the_preview_asks_only_after_the_cursor_rests() {
    let mut stage = Stage::main(120, 40);
    stage.slow = true;
    stage.keys("Pjjjjj");
    assert!(stage.held.is_empty(), "{:?}", stage.held);
    stage.wait(100);
    assert!(stage.held.is_empty());
    stage.wait(100);
    assert!(matches!(asked(&stage), Some(Ask::Read(_, range)) if *range.end() == (64 << 10) - 1));
    let (late, _) = stage.held.pop_front().unwrap();
    stage.keys("j").wait(10);
    stage.send(Msg::Reply(late, Reply::Bytes(Ok(("late".into(), 4)))));
    assert!(!stage.screen().contains("late"));
}

#[test]
fn many_names_go_through_the_editor() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<tab>jjj<space><space>r");
    let Some((ticket, Ask::Edit(_, text))) = stage.held.pop_back() else {
        panic!("{:?}", stage.held);
    };
    assert_eq!(&text[..], b"contact-sheet.pdf\nedit-0001.psd\n");
    stage.send(Msg::Reply(
        ticket,
        Reply::Edited(Ok(Some("sheet.pdf\nedit-0001.psd\n".into()))),
    ));
    match asked(&stage) {
        Some(Ask::RenameAll(renames)) => {
            let to = "/home/me/inbox/sheet.pdf".into();
            assert_eq!(
                renames[..],
                [("/home/me/inbox/contact-sheet.pdf".into(), to)]
            );
        }
        other => panic!("{other:?}"),
    }
    stage.slow = false;
    stage.answer_all();
    stage.slow = true;
    stage.keys("u");
    match asked(&stage) {
        Some(Ask::RenameAll(back)) => {
            assert!(back[0].0.ends_with("sheet.pdf") && back[0].1.ends_with("contact-sheet.pdf"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_or_doubled_name_renames_nothing() {
    for text in [
        "one\n",
        "same\nsame\n",
        "edit-0001.psd\ncontact-sheet.pdf\n",
    ] {
        let mut stage = Stage::main(80, 24);
        stage.slow = true;
        stage.keys("<tab>jjj<space><space>r");
        let (ticket, _) = stage.held.pop_back().unwrap();
        stage.send(Msg::Reply(ticket, Reply::Edited(Ok(Some(text.into())))));
        assert!(stage.held.is_empty(), "{text:?}");
        assert!(stage.screen().contains("Nothing was renamed"), "{text:?}");
    }
}

#[test]
fn local_files_go_to_the_trash_without_a_question_and_for_good_with_one() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<tab>jjjd");
    assert!(matches!(asked(&stage), Some(Ask::Trash(paths)) if paths.len() == 1));
    assert!(stage.app.overlays().is_empty());
    stage.held.clear();
    stage.keys("D");
    assert!(stage.held.is_empty());
    assert!(stage.screen().contains("cannot be undone"));
}

#[test]
fn objects_are_never_deleted_without_a_question() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("jjjd");
    assert!(stage.held.is_empty());
    assert!(stage.screen().contains("cannot be undone"));
}

#[test]
fn an_edit_is_read_with_its_stamp() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<tab>Ge");
    assert!(
        matches!(asked(&stage), Some(Ask::Fetch(..))),
        "{:?}",
        stage.held
    );
}

fn done(kind: Kind, from: Location, to: Location) -> Msg {
    ended(kind, from, to, Phase::Done(Verified::Sha256))
}

#[test]
fn undoing_a_copy_asks_and_undoing_a_move_moves_back() {
    for (keys, kind) in [("<f5>", Kind::Copy), ("<f6>", Kind::Move)] {
        let mut stage = Stage::main(80, 24);
        stage.keys("<tab>Gk").keys(keys);
        let request = orders(&stage).pop().unwrap();
        assert_eq!(request.kind, kind);
        stage.keys("u");
        assert!(stage.screen().contains("Nothing to undo"), "not done yet");
        stage.send(done(kind, request.from.clone(), request.to.clone()));
        stage.slow = true;
        stage.keys("u");
        if kind == Kind::Move {
            let back = orders(&stage).pop().unwrap();
            assert_eq!((back.from, back.to), (request.to, request.from));
            assert_eq!(back.if_exists, IfExists::Ask);
        } else {
            assert!(stage.screen().contains("delete what it made?"));
            stage.keys("<enter>");
            assert!(
                !matches!(asked(&stage), Some(Ask::Unmake(..))),
                "Enter means no"
            );
            stage.keys("u");
            assert!(
                stage.screen().contains("Nothing to undo"),
                "it was offered once"
            );
        }
    }
}

#[test]
fn a_yes_deletes_the_copies_that_are_as_they_were_made() {
    let mut stage = Stage::main(80, 24);
    stage.keys("<tab>Gk<f5>");
    let request = orders(&stage).pop().unwrap();
    stage.send(done(Kind::Copy, request.from, request.to.clone()));
    stage.slow = true;
    stage.keys("uy");
    match asked(&stage) {
        Some(Ask::Unmake(copies, since)) => {
            let copy = windlass::engine::Copied {
                at: request.to,
                size: Some(2048),
                done: stage.wall,
            };
            assert_eq!(copies[..], [copy]);
            assert_eq!(*since, stage.wall);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_size_of_a_folder_stays_in_its_row() {
    let mut stage = Stage::main(80, 24);
    stage.world.count = windlass::engine::Tally {
        items: 3,
        bytes: 7 << 20,
    };
    stage.keys("I");
    let row = stage.line(1);
    assert!(row.contains("calib/") && row.contains("7.0 MiB"), "{row}");
    stage.keys("R");
    assert!(stage.line(1).contains("7.0 MiB"), "listing again keeps it");
}

#[test]
fn the_right_button_opens_what_the_hints_hold() {
    let mut stage = Stage::main(80, 24);
    let at = stage.find("IMG_20260311_0002");
    stage.mouse(MouseEventKind::Down(MouseButton::Right), at.0, at.1);
    assert!(stage.screen().contains("╭──"), "{}", stage.screen());
    stage.keys("<enter>");
    let marked = stage.app.pane_of(Side::Left).items();
    assert_eq!(marked.head()[0].name.as_str(), "IMG_20260311_0002.CR3");
    assert_eq!(stage.app.pane_of(Side::Left).tree().marks().count, 1);
}

#[test]
fn what_was_left_out_or_asked_about_is_never_undone() {
    for phase in [Phase::Skipped, Phase::Cancelled] {
        let mut stage = Stage::main(80, 24);
        stage.keys("<tab>Gk<f5>");
        let request = orders(&stage).pop().unwrap();
        let Msg::Notice(Notice::Done(mut job)) = done(Kind::Copy, request.from, request.to) else {
            panic!("a notice");
        };
        job.phase = phase;
        stage.send(Msg::Notice(Notice::Done(job)));
        stage.keys("u");
        assert!(stage.screen().contains("Nothing to undo"));
    }
    let mut stage = Stage::main(80, 24);
    stage.keys("<tab>Gk<f5>");
    let request = orders(&stage).pop().unwrap();
    let Msg::Notice(Notice::Done(job)) = done(Kind::Copy, request.from, request.to) else {
        panic!("a notice");
    };
    stage.send(Msg::Notice(Notice::Asking(job.clone())));
    stage.send(Msg::Notice(Notice::Done(job)));
    stage.keys("u");
    assert!(
        stage.screen().contains("Nothing to undo"),
        "it was written over"
    );
}
