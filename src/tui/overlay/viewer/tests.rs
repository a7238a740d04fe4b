use super::*;
use crate::engine::Snapshot;
use crate::tui::msg::Tickets;
use crate::tui::overlay::testing::{ascii_screen, object, press, screen, with_cx};

/// A viewer whose reads are answered from these bytes until it asks no more.
fn viewer(content: &[u8]) -> Viewer {
    let queue = Snapshot::default();
    let mut tickets = Tickets::default();
    let at = object("photos", "manifest.json");
    let (mut viewer, wants) = with_cx(&mut tickets, &queue, |cx| Viewer::new(at, None, cx));
    answer(&mut viewer, wants, content);
    viewer
}

fn answer(viewer: &mut Viewer, mut wants: Vec<Want>, content: &[u8]) {
    let queue = Snapshot::default();
    let mut tickets = Tickets::default();
    while let Some(Want::Effect(Effect::Ask(ticket, Ask::Read(_, range)))) = wants.pop() {
        let from = usize::try_from(*range.start()).unwrap().min(content.len());
        let to = usize::try_from(*range.end() + 1)
            .unwrap()
            .min(content.len());
        let bytes = Bytes::copy_from_slice(&content[from..to]);
        let reply = Reply::Bytes(Ok((bytes, content.len() as u64)));
        match with_cx(&mut tickets, &queue, |cx| viewer.reply(ticket, &reply, cx)) {
            Step::Stay(more) => wants.extend(more),
            other => panic!("{other:?}"),
        }
    }
}

const JSON: &str =
    "{\n\t\"session\": \"2026-03-11\",\n\t\"名前\": \"写真 🦀\",\n\t\"note\": \"a\x1b[31mb\"\n}\n";

#[test]
fn a_small_text_is_read_once_and_whole() {
    let viewer = viewer(JSON.as_bytes());
    assert!(viewer.is_whole() && viewer.waiting.is_none());
    assert_eq!((viewer.mode, viewer.rows.len()), (Mode::Text, 5));
}

#[test]
fn scrolling_reads_on_up_to_the_cap() {
    let long = "a line of some length, to fill a megabyte and more\n".repeat(60_000);
    let mut viewer = viewer(long.as_bytes());
    assert_eq!(
        viewer.loaded(),
        RANGE,
        "no more than the start was asked for"
    );
    screen(&viewer, 80, 22);
    for _ in 0..40 {
        let (wants, _) = press(&mut viewer, "G");
        answer(&mut viewer, wants, long.as_bytes());
    }
    assert_eq!(viewer.loaded(), CAP);
    assert!(
        viewer.position().contains("only the first"),
        "{}",
        viewer.position()
    );
}

#[test]
fn binary_opens_as_hex_and_x_turns_it() {
    let mut viewer = viewer(b"\x7fELF\0\x01\x02");
    assert_eq!(viewer.mode, Mode::Hex);
    press(&mut viewer, "x");
    assert_eq!(viewer.mode, Mode::Text);
}

#[test]
fn a_search_walks_around() {
    let mut viewer = viewer(b"one\ntwo\nThree two\nfour\n");
    let (wants, _) = press(&mut viewer, "/two<Enter>");
    assert!(wants.is_empty());
    assert_eq!(viewer.top, 1);
    press(&mut viewer, "n");
    assert_eq!(viewer.top, 2);
    press(&mut viewer, "n");
    assert_eq!(viewer.top, 1, "around the end");
    press(&mut viewer, "N");
    assert_eq!(viewer.top, 2);
    press(&mut viewer, "/three<Enter>");
    assert_eq!(viewer.top, 2, "small letters match any case");
    let (wants, _) = press(&mut viewer, "/THREE<Enter>");
    assert!(format!("{wants:?}").contains("Not found"));
    assert!(
        !press(&mut viewer, "/x<Esc>").1,
        "Esc leaves the search only"
    );
}

#[test]
fn a_late_or_strange_answer_does_not_land() {
    let queue = Snapshot::default();
    let mut tickets = Tickets::default();
    let at = object("photos", "x");
    let (mut viewer, _) = with_cx(&mut tickets, &queue, |cx| Viewer::new(at, None, cx));
    let reply = Reply::Bytes(Ok((Bytes::from_static(b"late"), 4)));
    let step = with_cx(&mut tickets, &queue, |cx| {
        viewer.reply(Ticket(99), &reply, cx)
    });
    assert!(matches!(step, Step::Pass) && viewer.bytes.is_empty());
    let (wants, closed) = press(&mut viewer, "q");
    assert!(closed && format!("{wants:?}").contains("Forget"));
}

#[test]
fn an_empty_answer_ends_the_reading() {
    let queue = Snapshot::default();
    let mut tickets = Tickets::default();
    let at = object("photos", "x");
    let (mut viewer, _) = with_cx(&mut tickets, &queue, |cx| Viewer::new(at, None, cx));
    let reply = Reply::Bytes(Ok((Bytes::new(), 500)));
    let ticket = viewer.waiting.unwrap();
    let step = with_cx(&mut tickets, &queue, |cx| viewer.reply(ticket, &reply, cx));
    assert!(matches!(step, Step::Stay(wants) if wants.is_empty()));
}

#[test]
fn looks() {
    let mut text = viewer(JSON.as_bytes());
    insta::assert_snapshot!("viewer_80x24", screen(&text, 80, 22));
    press(&mut text, "/session<Enter>");
    insta::assert_snapshot!("viewer_120x40", screen(&text, 120, 38));
    insta::assert_snapshot!("viewer_40x12", screen(&text, 40, 11));
    insta::assert_snapshot!("viewer_ascii", ascii_screen(&text, 80, 22));
    let hex: Vec<u8> = (0..=255).collect();
    insta::assert_snapshot!("viewer_hex_80x24", screen(&viewer(&hex), 80, 22));
    insta::assert_snapshot!("viewer_hex_40x12", screen(&viewer(&hex), 40, 11));
    insta::assert_snapshot!("viewer_empty_80x24", screen(&viewer(b""), 80, 22));
}
