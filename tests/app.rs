//! Messages in, effects out: what the browser does, without runtime, terminal or clock.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one effect among all"
)]

mod stage;

use crossterm::event::{MouseButton, MouseEventKind};
use stage::{Stage, all, inbox, object, photos, setup};
use windlass::engine::{Contents, Counts, Kind, Order, Request, Snapshot, Tally};
use windlass::model::{Account, Page, Place, Prefix};
use windlass::tui::msg::{Ask, Effect, Leave, Msg, Reply};
use windlass::tui::tree::of_page;
use windlass::tui::view::layout::Side;

/// The requests of the last order, as `from -> to`.
fn ordered(stage: &Stage) -> Vec<String> {
    let requests = stage.out.iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::Submit(_, requests)) => Some(requests.clone()),
        _ => None,
    });
    let line = |r: &Request| {
        let kind = if r.kind == Kind::Move { "move" } else { "copy" };
        format!("{kind} {} -> {}", r.from, r.to)
    };
    requests.unwrap_or_default().iter().map(line).collect()
}

fn place(stage: &Stage, side: Side) -> String {
    stage.app.pane_of(side).place().to_string()
}

#[test]
fn a_late_page_never_lands_in_another_place() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<enter>");
    let (late, ask) = stage.held.pop_front().unwrap();
    assert!(matches!(ask, Ask::Pages { .. }));
    stage.keys("<backspace>");
    stage.answer_all();
    let before = stage.screen();
    let entries = vec![object("2026/raw/calib/late.jpg", 1, "2026-01-01 00:00")];
    let page = Page {
        entries,
        ..Page::default()
    };
    let prefix = Prefix::new("2026/raw/calib/").unwrap();
    stage.send(Msg::Reply(
        late,
        Reply::Rows(Ok(all(of_page(&prefix, &page), None))),
    ));
    assert_eq!(stage.screen(), before);
}

#[test]
fn a_second_enter_while_loading_does_nothing() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<enter><enter><enter>");
    assert_eq!(stage.held.len(), 1);
    assert_eq!(
        place(&stage, Side::Left),
        "s3://photos-prod/2026/raw/calib/"
    );
}

#[test]
fn nothing_is_deleted_while_its_place_loads() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<enter>dy<enter>");
    assert!(
        stage
            .held
            .iter()
            .all(|(_, ask)| matches!(ask, Ask::Pages { .. }))
    );
    assert!(stage.app.overlays().is_empty());
}

#[test]
fn small_copies_start_at_once_and_large_ones_ask() {
    let mut stage = Stage::main(120, 40);
    stage.keys("jjj<space><space><f5>");
    assert_eq!(
        ordered(&stage),
        [
            "copy s3://photos-prod/2026/raw/IMG_20260311_0001.CR3 -> /home/me/inbox/IMG_20260311_0001.CR3",
            "copy s3://photos-prod/2026/raw/IMG_20260311_0002.CR3 -> /home/me/inbox/IMG_20260311_0002.CR3",
        ]
    );
    assert!(
        stage
            .screen()
            .contains("Copying 2 objects · 49.4 MiB › ~/inbox/")
    );
    stage.out.clear();
    stage.keys("gg<f5>");
    assert_eq!(
        stage.app.overlays().len(),
        1,
        "a folder of unknown size asks"
    );
    assert!(ordered(&stage).is_empty());
}

#[test]
fn a_copy_onto_a_name_that_is_there_asks_first() {
    let mut stage = Stage::main(120, 40);
    let rows = vec![vec![object("2026/raw/notes.txt", 5, "2026-01-01 00:00")]];
    stage
        .world
        .pages
        .insert("photos-prod/2026/raw/".into(), rows);
    stage.keys("R<f5>");
    assert_eq!(stage.app.overlays().len(), 1);
}

#[test]
fn arrows_of_copying_point_to_the_side_that_receives() {
    let mut stage = Stage::main(120, 40);
    stage.keys("<tab>jjj<tab><");
    assert_eq!(
        ordered(&stage),
        ["copy /home/me/inbox/contact-sheet.pdf -> s3://photos-prod/2026/raw/contact-sheet.pdf"]
    );
}

#[test]
fn yank_walk_paste() {
    let mut stage = Stage::main(120, 40);
    stage.keys("jjjx");
    stage.keys("<tab>jl");
    stage.keys("<enter>p");
    assert_eq!(place(&stage, Side::Right), "/home/me/inbox/exports");
    assert_eq!(
        ordered(&stage),
        [
            "move s3://photos-prod/2026/raw/IMG_20260311_0001.CR3 -> /home/me/inbox/exports/IMG_20260311_0001.CR3"
        ]
    );
    assert!(stage.app.yank().is_none(), "what was cut is pasted once");
}

#[test]
fn a_drag_copies_to_the_folder_under_the_mouse() {
    let mut stage = Stage::main(120, 40);
    let (from, to) = (stage.find("README.md"), stage.find("exports/"));
    stage.drag(from, to);
    assert!(
        stage
            .screen()
            .contains("Drop to copy 1 object · 1.9 KiB › ~/inbox/exports/")
    );
    stage
        .mouse(MouseEventKind::Up(MouseButton::Left), to.0, to.1)
        .keys("<enter>");
    assert_eq!(
        ordered(&stage),
        ["copy s3://photos-prod/2026/raw/README.md -> /home/me/inbox/exports/README.md"]
    );
}

#[test]
fn escape_and_a_drop_at_home_cancel_a_drag() {
    let mut stage = Stage::main(120, 40);
    let (from, to) = (stage.find("README.md"), stage.find("exports/"));
    stage.drag(from, to).keys("<esc>");
    assert!(stage.app.drag().is_none());
    let home = stage.find("manifest.json");
    stage
        .drag(from, home)
        .mouse(MouseEventKind::Up(MouseButton::Left), home.0, home.1);
    assert!(stage.app.overlays().is_empty() && ordered(&stage).is_empty());
}

#[test]
fn a_folder_cannot_be_dropped_into_itself() {
    let mut stage = Stage::main(120, 40);
    let calib = stage.find("calib/");
    stage.drag(calib, (calib.0 + 8, calib.1));
    assert!(stage.app.drag().unwrap().over.is_none());
}

#[test]
fn deleting_asks_and_enter_means_no() {
    let mut stage = Stage::main(120, 40);
    stage.slow = true;
    stage.keys("jjjd");
    assert!(
        stage.screen().contains("cannot be undone"),
        "{}",
        stage.screen()
    );
    stage.keys("<enter>");
    assert!(stage.held.is_empty() && stage.app.overlays().is_empty());
    stage.keys("dy");
    assert!(matches!(&stage.held[0].1, Ask::Delete(what) if what.len() == 1));
}

#[test]
fn a_folder_is_counted_before_it_is_deleted_and_a_large_one_needs_its_number() {
    let mut stage = Stage::main(120, 40);
    stage.world.count = Tally {
        items: 18_204,
        bytes: 412 << 30,
    };
    stage.keys("d");
    assert!(stage.screen().contains("18,204"), "{}", stage.screen());
    stage.slow = true;
    stage.keys("18203<enter>");
    assert!(stage.held.is_empty(), "a wrong number deletes nothing");
    stage.keys("<backspace>4<enter>");
    assert!(matches!(&stage.held[0].1, Ask::Delete(_)));
}

#[test]
fn counting_can_be_stopped() {
    let mut stage = Stage::main(120, 40);
    stage.slow = true;
    stage.keys("d");
    assert!(matches!(&stage.held[0].1, Ask::Count(_)));
    stage.keys("<esc>");
    assert!(stage.held.is_empty());
    assert!(stage.screen().contains("Stopped counting"));
}

#[test]
fn a_bucket_is_dropped_after_its_name_was_typed() {
    let account = Account::new("work");
    let mut stage = Stage::new(setup(Place::Buckets(account), inbox()), 120, 40);
    stage.world.count = Tally {
        items: 3,
        bytes: 10,
    };
    stage.keys("dbackups-nightly");
    stage.slow = true;
    stage.keys("<enter>");
    assert!(
        matches!(&stage.held[0].1, Ask::DropBucket(_, bucket, Contents::Delete)
            if bucket.as_str() == "backups-nightly")
    );
}

#[test]
fn quitting_asks_while_something_moves() {
    let mut stage = Stage::main(120, 40);
    stage.keys("q");
    assert!(matches!(stage.out.as_slice(), [Effect::Quit(Leave::Now)]));
    stage.out.clear();
    let counts = Counts {
        up: 1,
        ..Counts::default()
    };
    stage
        .numbers(Snapshot {
            counts,
            ..Snapshot::default()
        })
        .keys("q");
    assert!(stage.out.is_empty());
    stage.keys("<enter>");
    assert!(stage.out.is_empty(), "Enter stays");
    stage.keys("qf");
    assert!(matches!(
        stage.out.as_slice(),
        [Effect::Quit(Leave::WhenDone)]
    ));
}

#[test]
fn control_c_twice_asks_to_quit() {
    let mut stage = Stage::main(120, 40);
    stage.keys("<c-c>");
    assert!(stage.out.is_empty());
    stage.wait(2_500).keys("<c-c>");
    assert!(stage.out.is_empty(), "too long ago");
    stage.wait(100).keys("<c-c>");
    assert!(matches!(stage.out.as_slice(), [Effect::Quit(Leave::Now)]));
}

#[test]
fn escape_leaves_one_layer_a_press() {
    let mut stage = Stage::main(120, 40);
    stage.keys("jjjyj<space>/img<enter>v");
    let pane = |stage: &Stage| {
        let pane = stage.app.pane_of(Side::Left);
        let (tree, yank) = (pane.tree(), stage.app.yank().is_some());
        (
            pane.visual().is_some(),
            tree.filter().is_some(),
            tree.marks().count > 0,
            yank,
        )
    };
    assert_eq!(pane(&stage), (true, true, true, true));
    for want in [
        (false, true, true, true),
        (false, false, true, true),
        (false, false, false, true),
        (false, false, false, false),
    ] {
        stage.keys("<esc>");
        assert_eq!(pane(&stage), want);
    }
    stage.keys("<esc>");
    assert!(stage.out.is_empty(), "Escape never quits");
}

#[test]
fn escape_stops_a_listing_and_says_so() {
    let mut stage = Stage::main(80, 24);
    stage.slow = true;
    stage.keys("<enter>");
    stage.wait(2_000).keys("<esc>");
    assert!(stage.held.is_empty(), "the question was taken back");
    let screen = stage.screen();
    assert!(screen.contains("Stopped before anything came") && screen.contains("not loaded"));
    assert!(!screen.contains("Nothing in here"));
}

#[test]
fn history_goes_back_with_the_cursor_where_it_was() {
    let mut stage = Stage::main(80, 24);
    stage.keys("j");
    stage
        .world
        .pages
        .insert("photos-prod/2026/raw/previews/".into(), vec![vec![]]);
    stage.keys("<enter>");
    assert_eq!(
        place(&stage, Side::Left),
        "s3://photos-prod/2026/raw/previews/"
    );
    stage.keys("H");
    assert_eq!(place(&stage, Side::Left), "s3://photos-prod/2026/raw/");
    assert_eq!(stage.app.pane_of(Side::Left).at(), 1);
    stage.keys("L");
    assert_eq!(
        place(&stage, Side::Left),
        "s3://photos-prod/2026/raw/previews/"
    );
    stage.keys("<backspace>");
    assert_eq!(
        stage.app.pane_of(Side::Left).at(),
        1,
        "the cursor stands on where it came from"
    );
}

#[test]
fn pages_stream_in_and_the_cursor_stays_on_its_name() {
    let mut stage = Stage::slow(setup(photos("2026/raw/"), inbox()), 80, 24, true);
    let page = |names: &[&str]| {
        names
            .iter()
            .map(|n| object(&format!("2026/raw/{n}"), 1, "2026-01-01 00:00"))
            .collect()
    };
    stage.world.pages.insert(
        "photos-prod/2026/raw/".into(),
        vec![page(&["b", "c"]), page(&["a", "d"])],
    );
    stage.answer_one();
    stage.keys("j");
    stage.answer_all();
    let left = stage.app.pane_of(Side::Left);
    assert_eq!(
        (left.at(), left.tree().len()),
        (2, 4),
        "c is the third of a b c d"
    );
}

#[test]
fn a_link_goes_to_the_clipboard_and_never_into_a_message() {
    use windlass::engine::{Link, LinkMethod, SignedLink};
    use windlass::model::{BucketName, Key};
    let mut stage = Stage::main(120, 40);
    stage.slow = true;
    stage.keys("jjjs");
    let (ticket, ask) = stage.held.pop_front().unwrap();
    assert!(matches!(&ask, Ask::Links(_, links) if links.len() == 1));
    let link = Link {
        method: LinkMethod::Get,
        bucket: BucketName::new("photos-prod").unwrap(),
        key: Key::new("k").unwrap(),
        expires: std::time::Duration::from_hours(1),
        content_type: None,
        attachment: None,
    };
    let signed = SignedLink {
        url: "https://x/?sig=secret".into(),
        link,
        expires_at: stage.wall,
    };
    stage.send(Msg::Reply(ticket, Reply::Links(Ok(vec![signed]))));
    assert!(matches!(stage.out.as_slice(), [Effect::Clip(text)] if text.contains("secret")));
    stage.send(Msg::Clipped("sent to your terminal clipboard".into()));
    let screen = stage.screen();
    assert!(
        screen.contains("✓ Link (1 h) sent to your terminal clipboard · S shows it"),
        "{screen}"
    );
    assert!(!format!("{:?}", stage.app.notes()).contains("secret"));
}

#[test]
fn read_only_refuses_with_the_reason() {
    let mut setup = setup(photos("2026/raw/"), inbox());
    setup.read_only = true;
    let mut stage = Stage::new(setup, 120, 40);
    for key in ["d", "r", "a", "<f6>"] {
        stage.keys(&format!("jjj{key}"));
        assert!(stage.screen().contains("--read-only"), "{key}");
        assert!(stage.app.overlays().is_empty());
    }
}

#[test]
fn renaming_moves_an_object_and_keeps_the_cursor() {
    let mut stage = Stage::main(120, 40);
    stage.keys("jjjr<c-u>new.CR3<enter>");
    assert_eq!(
        ordered(&stage),
        [
            "move s3://photos-prod/2026/raw/IMG_20260311_0001.CR3 -> s3://photos-prod/2026/raw/new.CR3"
        ]
    );
}

#[test]
fn a_new_folder_is_made_where_the_pane_is() {
    let mut stage = Stage::main(120, 40);
    stage.slow = true;
    stage.keys("anew/<enter>");
    assert!(
        matches!(&stage.held[0].1, Ask::MakeFolder(at) if at.to_string() == "s3://photos-prod/2026/raw/new/")
    );
}

#[test]
fn a_folder_that_the_server_does_not_show_is_told() {
    let mut stage = Stage::main(120, 40);
    stage.keys("anew/<enter>");
    assert!(
        stage
            .screen()
            .contains("others see it once something is in it"),
        "{}",
        stage.screen()
    );
    assert!(stage.screen().contains("▸ new/"), "{}", stage.screen());
    stage.keys("acalib/<enter>");
    assert!(stage.screen().contains("Made calib/"));
}

#[test]
fn addresses_are_gone_to_as_typed() {
    for (typed, want) in [
        ("s3://public-web/", "s3://public-web/"),
        (
            "s3://photos-prod/2026/raw/README.md",
            "s3://photos-prod/2026/raw/",
        ),
        ("~/inbox", "/home/me/inbox"),
        ("purestore", "s3://"),
        ("s3://", "s3://"),
    ] {
        let mut stage = Stage::main(120, 40);
        stage.keys(&format!("g/<c-u>{typed}<enter>"));
        assert_eq!(place(&stage, Side::Left), want, "{typed}");
    }
}

#[test]
fn clicks_open_mark_and_sort() {
    let mut stage = Stage::main(120, 40);
    let (x, y) = stage.find("calib/");
    stage.click(x, y).click(x, y);
    assert_eq!(
        place(&stage, Side::Left),
        "s3://photos-prod/2026/raw/calib/"
    );
    let crumb = stage.find("2026 ›");
    stage.click(crumb.0, crumb.1);
    assert_eq!(place(&stage, Side::Left), "s3://photos-prod/2026/");
    let size = stage.find("Size");
    stage.click(size.0 + 2, size.1);
    assert!(stage.screen().contains("size ▼"));
    let bucket = stage.find("public-web");
    stage.click(bucket.0, bucket.1);
    assert_eq!(place(&stage, Side::Left), "s3://public-web/");
}

#[test]
fn at_rest_nothing_wakes_up() {
    let mut stage = Stage::main(120, 40);
    // The prefix under the cursor is looked into once.
    assert!(stage.app.wake().is_some());
    stage.wait(150);
    assert_eq!(stage.app.wake(), None);
    stage.keys("jjj<space>");
    assert_eq!(stage.app.wake(), None);
    stage.slow = true;
    stage.keys("R");
    assert!(stage.app.wake().is_some(), "a listing moves");
    stage.answer_all();
    assert_eq!(stage.app.wake(), None);
}

#[test]
fn a_listing_that_breaks_off_says_so_and_keeps_its_rows() {
    let mut stage = Stage::main(80, 24);
    stage.world.failures.insert(
        "photos-prod/2026/raw/".into(),
        windlass::model::Trouble::new("AccessDenied", "Cannot list it", "no permission", "ask"),
    );
    stage.keys("R");
    let screen = stage.screen();
    assert!(screen.contains("IMG_20260311_0001.CR3"), "{screen}");
    assert!(screen.contains("✗ incomplete"), "{screen}");
    assert!(
        screen.contains("Cannot list it · no permission"),
        "{screen}"
    );
}

#[test]
fn suspending_holds_up_transfers_only_when_asked_for_twice() {
    let suspended = |stage: &Stage| stage.out.iter().any(|e| matches!(e, Effect::Suspend));
    let mut stage = Stage::main(80, 24);
    stage.keys("<c-z>");
    assert!(suspended(&stage), "nothing runs: nothing to ask");
    let mut stage = Stage::main(80, 24);
    stage.numbers(Snapshot {
        counts: Counts {
            up: 2,
            waiting: 1,
            ..Counts::default()
        },
        ..Snapshot::default()
    });
    stage.keys("<c-z>");
    assert!(!suspended(&stage));
    assert!(stage.screen().contains("3 transfers will pause"));
    stage.wait(6000).keys("<c-z>");
    assert!(!suspended(&stage), "that was long ago");
    stage.keys("<c-z>");
    assert!(suspended(&stage));
}
