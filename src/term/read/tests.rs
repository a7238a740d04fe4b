//! Keyboards, mice and answers of all kinds, cut anywhere.

#![expect(clippy::too_many_lines, reason = "tables of sequences")]

use crossterm::event::{KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;
use crate::term::Background;

fn read(bytes: &[u8]) -> Vec<Seen> {
    let mut parser = Parser::default();
    let mut seen = Vec::new();
    parser.feed(bytes, &mut seen);
    parser.settle(&mut seen);
    seen
}

fn keys_of(bytes: &str) -> Vec<KeyEvent> {
    let key = |seen| match seen {
        Seen::Event(Event::Key(key)) => key,
        other @ (Seen::Event(_) | Seen::Reply(_)) => panic!("{other:?} is no key"),
    };
    read(bytes.as_bytes()).into_iter().map(key).collect()
}

fn one(bytes: &str) -> (KeyCode, KeyModifiers) {
    let keys = keys_of(bytes);
    assert_eq!(keys.len(), 1, "{bytes:?} {keys:?}");
    (keys[0].code, keys[0].modifiers)
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;

#[test]
fn the_keys_of_legacy_keyboards() {
    for (bytes, code, held) in [
        ("a", KeyCode::Char('a'), NONE),
        ("A", KeyCode::Char('A'), SHIFT),
        ("é", KeyCode::Char('é'), NONE),
        ("日", KeyCode::Char('日'), NONE),
        ("\r", KeyCode::Enter, NONE),
        ("\t", KeyCode::Tab, NONE),
        ("\x7f", KeyCode::Backspace, NONE),
        ("\x01", KeyCode::Char('a'), CTRL),
        ("\x1a", KeyCode::Char('z'), CTRL),
        ("\0", KeyCode::Char(' '), CTRL),
        ("\x1c", KeyCode::Char('4'), CTRL),
        ("\x1b", KeyCode::Esc, NONE),
        ("\x1bx", KeyCode::Char('x'), ALT),
        ("\x1b\r", KeyCode::Enter, ALT),
        ("\x1b\x01", KeyCode::Char('a'), CTRL | ALT),
        ("\x1bé", KeyCode::Char('é'), ALT),
        ("\x1b[A", KeyCode::Up, NONE),
        ("\x1bOA", KeyCode::Up, NONE),
        ("\x1b[1;5C", KeyCode::Right, CTRL),
        ("\x1b[1;4D", KeyCode::Left, SHIFT | ALT),
        ("\x1b[H", KeyCode::Home, NONE),
        ("\x1b[1~", KeyCode::Home, NONE),
        ("\x1b[4~", KeyCode::End, NONE),
        ("\x1b[3~", KeyCode::Delete, NONE),
        ("\x1b[3;5~", KeyCode::Delete, CTRL),
        ("\x1b[5~", KeyCode::PageUp, NONE),
        ("\x1b[Z", KeyCode::BackTab, SHIFT),
        ("\x1bOP", KeyCode::F(1), NONE),
        ("\x1b[[E", KeyCode::F(5), NONE),
        ("\x1b[15~", KeyCode::F(5), NONE),
        ("\x1b[24~", KeyCode::F(12), NONE),
        ("\x1b[1;2R", KeyCode::F(3), SHIFT),
        ("\x1b[18;2~", KeyCode::F(7), SHIFT),
        ("\x1b[a", KeyCode::Up, SHIFT),
        ("\x1bOa", KeyCode::Up, CTRL),
        ("\x1b[3^", KeyCode::Delete, CTRL),
        ("\x1bOM", KeyCode::Enter, NONE),
        ("\x1bOj", KeyCode::Char('*'), NONE),
        // modifyOtherKeys
        ("\x1b[27;5;13~", KeyCode::Enter, CTRL),
        ("\x1b[27;6;97~", KeyCode::Char('A'), CTRL | SHIFT),
    ] {
        assert_eq!(one(bytes), (code, held), "{bytes:?}");
    }
    assert_eq!(keys_of("\x1b\x1b").len(), 2, "twice the key");
    assert_eq!(keys_of("\x1bOPj").len(), 2);
}

#[test]
fn the_keys_of_kitty_keyboards_are_the_same_events() {
    for (bytes, code, held) in [
        ("\x1b[27u", KeyCode::Esc, NONE),
        ("\x1b[97;5u", KeyCode::Char('a'), CTRL),
        ("\x1b[97:65;2u", KeyCode::Char('A'), SHIFT),
        ("\x1b[97;2u", KeyCode::Char('A'), SHIFT),
        ("\x1b[47:63;2u", KeyCode::Char('?'), NONE),
        ("\x1b[47:63;4u", KeyCode::Char('?'), ALT),
        ("\x1b[13;5u", KeyCode::Enter, CTRL),
        ("\x1b[9;2u", KeyCode::BackTab, SHIFT),
        ("\x1b[127;3u", KeyCode::Backspace, ALT),
        ("\x1b[57376u", KeyCode::F(13), NONE),
        ("\x1b[57414u", KeyCode::Enter, NONE),
        ("\x1b[57399u", KeyCode::Char('0'), NONE),
        ("\x1b[32;5u", KeyCode::Char(' '), CTRL),
        ("\x1b[97;69u", KeyCode::Char('a'), CTRL),
        ("\x1b[1;1:1A", KeyCode::Up, NONE),
    ] {
        assert_eq!(one(bytes), (code, held), "{bytes:?}");
    }
    assert_eq!(keys_of("\x1b[97;1:3u")[0].kind, KeyEventKind::Release);
    assert_eq!(keys_of("\x1b[1;1:2B")[0].kind, KeyEventKind::Repeat);
    assert_eq!(keys_of("\x1b[57441;2u"), [], "a modifier alone");
}

#[test]
fn the_mouse() {
    let mouse = |kind, column, row, modifiers| {
        vec![Seen::Event(Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }))]
    };
    let left = MouseButton::Left;
    for (bytes, want) in [
        (
            "\x1b[<0;10;5M",
            mouse(MouseEventKind::Down(left), 9, 4, NONE),
        ),
        ("\x1b[<0;10;5m", mouse(MouseEventKind::Up(left), 9, 4, NONE)),
        (
            "\x1b[<32;300;5M",
            mouse(MouseEventKind::Drag(left), 299, 4, NONE),
        ),
        (
            "\x1b[<16;1;1M",
            mouse(MouseEventKind::Down(left), 0, 0, CTRL),
        ),
        (
            "\x1b[<2;1;1M",
            mouse(MouseEventKind::Down(MouseButton::Right), 0, 0, NONE),
        ),
        ("\x1b[<64;1;1M", mouse(MouseEventKind::ScrollUp, 0, 0, NONE)),
        (
            "\x1b[<65;1;1M",
            mouse(MouseEventKind::ScrollDown, 0, 0, NONE),
        ),
        ("\x1b[M !!", mouse(MouseEventKind::Down(left), 0, 0, NONE)),
        ("\x1b[M#!!", mouse(MouseEventKind::Up(left), 0, 0, NONE)),
        // Motion without a button: nobody asked.
        ("\x1b[<35;4;4M", vec![]),
        ("\x1b[<0;0;0M", vec![]),
        ("\x1b[<0;10M", vec![]),
    ] {
        assert_eq!(read(bytes.as_bytes()), want, "{bytes:?}");
    }
}

#[test]
fn a_paste_is_one_text_whatever_is_in_it() {
    let pasted = |text: &str| vec![Seen::Event(Event::Paste(text.into()))];
    for (bytes, text) in [
        ("\x1b[200~dy\x03\r\x1b[201~", "dy\x03\r"),
        (
            "\x1b[200~\x1b[200~\x1b[A\x1b[20\x1b[201~",
            "\x1b[200~\x1b[A\x1b[20",
        ),
        ("\x1b[200~日本\x1b\x1b[201~", "日本\x1b"),
        ("\x1b[200~never ended", "never ended"),
    ] {
        assert_eq!(read(bytes.as_bytes()), pasted(text), "{bytes:?}");
    }
    let mut long = b"\x1b[200~".to_vec();
    long.extend(vec![b'x'; LONGEST_PASTE + 10]);
    long.extend(b"\x1b[201~q");
    let seen = read(&long);
    assert_eq!(seen.len(), 2);
    assert!(matches!(&seen[0], Seen::Event(Event::Paste(text)) if text.len() == LONGEST_PASTE));
}

#[test]
fn focus_and_answers_are_told_and_type_nothing() {
    for (bytes, want) in [
        ("\x1b[I", Some(Seen::Event(Event::FocusGained))),
        ("\x1b[O", Some(Seen::Event(Event::FocusLost))),
        (
            "\x1b[?2026;2$y",
            Some(Seen::Reply(Reply::Mode {
                mode: 2026,
                known: reply::Known::Yes,
            })),
        ),
        (
            "\x1b[?2026;0$y",
            Some(Seen::Reply(Reply::Mode {
                mode: 2026,
                known: reply::Known::No,
            })),
        ),
        ("\x1b[?1u", Some(Seen::Reply(Reply::Kitty))),
        ("\x1b[?62;22;52c", Some(Seen::Reply(Reply::Attributes))),
        ("\x1b[40;3R", Some(Seen::Reply(Reply::Cursor { column: 3 }))),
        ("\x1b[0n", Some(Seen::Reply(Reply::Alive))),
        (
            "\x1b[?997;2n",
            Some(Seen::Reply(Reply::Background(Background::Light))),
        ),
        (
            "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
            Some(Seen::Reply(Reply::Background(Background::Dark))),
        ),
        (
            "\x1b]11;rgb:ff/ff/fa\x07",
            Some(Seen::Reply(Reply::Background(Background::Light))),
        ),
        (
            "\x1b]11;rgb:f/f/f\x07",
            Some(Seen::Reply(Reply::Background(Background::Light))),
        ),
        ("\x1b]11;rgb:zz/ff/fa\x07", None),
        (
            "\x1bP>|kitty(0.46.2)\x1b\\",
            Some(Seen::Reply(Reply::Version("kitty(0.46.2)".into()))),
        ),
        (
            "\x1bP1$r0;48:2:1:2:3m\x1b\\",
            Some(Seen::Reply(Reply::TrueColor)),
        ),
        (
            "\x1bP1$r48:2::1:2:3m\x1b\\",
            Some(Seen::Reply(Reply::TrueColor)),
        ),
        (
            "\x1bP1$r0;48;2;1;2;3m\x1b\\",
            Some(Seen::Reply(Reply::TrueColor)),
        ),
        ("\x1bP1$r0;48:5:16m\x1b\\", None),
        ("\x1bP0$r\x1b\\", None),
        ("\x1b_Gi=31;OK\x1b\\", None),
        ("\x1b[99;99zq", None),
        ("\x1b[>41;390;0c", None),
        ("\x1b]52;c;aGVsbG8=\x07", None),
        ("\x1b[8;40;120t", None),
        ("\x1b\\", None),
    ] {
        let bytes = bytes
            .strip_suffix("zq")
            .map_or(bytes.into(), |b| format!("{b}z"));
        assert_eq!(read(bytes.as_bytes()), Vec::from_iter(want), "{bytes:?}");
    }
}

#[test]
fn what_breaks_off_is_dropped_and_typing_goes_on() {
    assert_eq!(keys_of("\x1b[12"), []);
    assert_eq!(keys_of("\x1bPnever ends"), []);
    // Somebody presses Alt and P, and then Enter.
    assert_eq!(one("\x1bPabc\r"), (KeyCode::Enter, NONE));
    assert_eq!(one("\x1b[1;\x1b[A"), (KeyCode::Up, NONE));
    assert_eq!(one("\x1b]11;rgb\x1b[B"), (KeyCode::Down, NONE));
    assert_eq!(one("\x1b[1\x18x"), (KeyCode::Char('x'), NONE));
    assert_eq!(one("\u{e9}\u{9b}"), (KeyCode::Char('é'), NONE));
    let long = format!("\x1b]11;{}\x07q", "x".repeat(100_000));
    assert_eq!(one(&long), (KeyCode::Char('q'), NONE));
    assert_eq!(read(b"\xff\xc3q\xe2\x82"), read(b"q"));
}

/// Bytes that look like what terminals send more often than chance would have it.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6),
        Just(b"\x1b".to_vec()),
        "[a-z日é]{1,4}".prop_map(String::into_bytes),
        "\x1b\\[[<=>?]?[0-9;:]{0,8}[ -/]{0,2}[@-~]".prop_map(String::into_bytes),
        "\x1b[OP\\]_^X][0-9a-z;:]{0,9}(\x1b\\\\|\x07)?".prop_map(String::into_bytes),
        "\x1b\\[200~.{0,9}(\x1b\\[201~)?".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Sequences that are whole, known or not.
fn reply() -> impl Strategy<Value = String> {
    prop_oneof![
        "\x1b\\[\\?[0-9;:]{0,9}[ -/]{0,2}[@-~]",
        "\x1b\\[>[0-9;:]{0,9}[ -/]{0,2}[@-~]",
        "\x1b\\[[0-9]{2,3};[0-9]{1,3}R",
        "\x1b\\][ -~日]{0,40}(\x1b\\\\|\x07)",
        "\x1bP[ -~]{0,40}\x1b\\\\",
        "\x1b[_^X][ -~]{0,40}\x1b\\\\",
    ]
}

proptest! {
    #[test]
    fn cut_anywhere_it_is_the_same(bytes in stream(), cuts in prop::collection::vec(0usize..80, 0..9)) {
        let whole = read(&bytes);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut parser = Parser::default();
        let mut seen = Vec::new();
        for pair in cuts.windows(2) {
            parser.feed(&bytes[pair[0]..pair[1]], &mut seen);
        }
        parser.settle(&mut seen);
        prop_assert_eq!(&seen, &whole);
        prop_assert_eq!(parser.wait(), Wait::Nothing);
        let mut single = Vec::new();
        let mut parser = Parser::default();
        for byte in &bytes {
            parser.feed(&[*byte], &mut single);
        }
        parser.settle(&mut single);
        prop_assert_eq!(single, whole);
    }

    #[test]
    fn a_whole_answer_never_types(before in "[a-z]{0,4}", answer in reply(), after in "[a-z]{0,4}") {
        let seen = read(format!("{before}{answer}{after}").as_bytes());
        let typed: String = seen.iter().filter_map(|one| match one {
            Seen::Event(Event::Key(key)) => Some(key.code),
            Seen::Event(_) | Seen::Reply(_) => None,
        }).map(|code| code.to_string()).collect();
        prop_assert_eq!(typed, format!("{before}{after}"));
    }
}
