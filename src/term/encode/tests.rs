//! What an emulator shows after the bytes is what the buffer holds.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many colours only a few kinds matter here"
)]

use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const SIZE: (u16, u16) = (24, 5);

fn blank() -> Buffer {
    Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1))
}

fn with(rows: &[(u16, u16, &str, Style)]) -> Buffer {
    let mut buffer = blank();
    for (x, y, text, style) in rows {
        buffer.set_string(*x, *y, text, *style);
    }
    buffer
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_frame_without_change_costs_nothing() {
    let mut encoder = Encoder::new(Level::Ansi16);
    let rows = [
        (0, 0, "hello", Style::new()),
        (3, 2, "x", Style::new().fg(Color::Red)),
    ];
    let first = text(encoder.frame(with(&rows), None));
    assert_eq!(
        first,
        "\x1b[m\x1b[?25l\x1b[2J\x1b[Hhello\n\n\x08\x08\x1b[31mx"
    );
    assert_eq!(encoder.frame(with(&rows), None), b"");
    // The colour of a blank cannot be seen.
    let mut same = with(&rows);
    same[(9, 1)].set_fg(Color::Blue);
    assert_eq!(encoder.frame(same, None), b"");
}

#[test]
fn a_style_is_changed_once_and_not_in_every_row() {
    let mut encoder = Encoder::new(Level::True);
    encoder.frame(blank(), None);
    let (a, b) = (
        Style::new().fg(Color::Rgb(205, 214, 244)),
        Style::new().fg(Color::Rgb(154, 162, 189)),
    );
    let rows: Vec<_> = (0..4)
        .flat_map(|y| [(0, y, "name", a), (18, y, "24 MiB", b)])
        .collect();
    let bytes = text(encoder.frame(with(&rows), None));
    assert_eq!(bytes.matches("38;2").count(), 2, "{bytes:?}");
}

#[test]
fn the_end_of_a_row_is_erased_and_not_overwritten() {
    let mut encoder = Encoder::new(Level::Mono);
    encoder.frame(with(&[(0, 0, "a long row of text", Style::new())]), None);
    let bytes = encoder.frame(with(&[(0, 0, "a", Style::new())]), None);
    assert_eq!(text(bytes), "\x1b[16D\x1b[K");
}

#[test]
fn the_start_of_a_row_is_erased_and_not_overwritten() {
    let mut encoder = Encoder::new(Level::Mono);
    encoder.frame(with(&[(3, 0, "a long name 12", Style::new())]), None);
    let bytes = encoder.frame(with(&[(12, 0, "name 12", Style::new())]), None);
    // The text follows where the cursor is already.
    assert_eq!(text(bytes), "\x1b[5D\x1b[1Kname 12");
    let bytes = encoder.frame(with(&[(15, 0, "e 12", Style::new())]), None);
    assert!(!text(bytes).contains('K'), "three blanks are shorter");
}

#[test]
fn a_control_character_in_a_cell_is_replaced() {
    let mut encoder = Encoder::new(Level::Mono);
    encoder.frame(blank(), None);
    for hostile in ["\x1b", "\u{9b}", "\x7f", "\n", "\u{202e}", "\u{200b}"] {
        let mut buffer = blank();
        buffer[(0, 0)].set_symbol(hostile);
        assert_eq!(text(encoder.frame(buffer, None)), "\x1b[H\u{fffd}");
        encoder.frame(blank(), None);
        encoder.at = None;
    }
}

#[test]
fn long_frames_are_shown_at_once_only_where_the_terminal_said_it_can() {
    let mut encoder = Encoder::new(Level::Mono);
    encoder.frame(blank(), None);
    let wide = |c: &str| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 5));
        for y in 0..5 {
            buffer.set_string(0, y, c.repeat(200), Style::new());
        }
        buffer
    };
    assert!(!text(encoder.frame(wide("a"), None)).contains("?2026"));
    encoder.set_sync(Sync::Known);
    let bytes = text(encoder.frame(wide("b"), None));
    assert!(bytes.starts_with("\x1b[?2026h") && bytes.ends_with("\x1b[?2026l"));
    let small = encoder.frame(Buffer::empty(Rect::new(0, 0, 200, 5)), None);
    assert!(!text(small).contains("?2026"));
}

#[test]
fn the_cursor_is_shown_only_where_text_is_typed() {
    let mut encoder = Encoder::new(Level::Mono);
    encoder.frame(blank(), None);
    assert_eq!(
        text(encoder.frame(blank(), Some((4, 1)))),
        "\x1b[2;5H\x1b[?25h"
    );
    assert_eq!(encoder.frame(blank(), Some((4, 1))), b"");
    assert_eq!(text(encoder.frame(blank(), Some((5, 1)))), "\x1b[C");
    assert_eq!(text(encoder.frame(blank(), None)), "\x1b[?25l");
}

#[test]
fn questions_leave_nothing_on_the_screen() {
    let mut encoder = Encoder::new(Level::Ansi16);
    let screen = with(&[(0, 4, "日本 hint line", Style::new().fg(Color::Cyan))]);
    let mut emulator = vt100::Parser::new(SIZE.1, SIZE.0, 0);
    emulator.process(&encoder.frame(screen.clone(), Some((2, 2))));
    // A terminal that shows what it does not understand.
    let asked = encoder.ask("p$q+xyz");
    emulator.process(&asked);
    compare(&emulator, &screen, Level::Ansi16);
    assert_eq!(emulator.screen().cursor_position(), (2, 2));
    assert!(text(asked).contains("\x1b[6n"));
    assert_eq!(encoder.frame(screen, Some((2, 2))), b"");
}

/// Characters of all kinds that names have.
const SYMBOLS: [&str; 22] = [
    " ",
    " ",
    " ",
    "a",
    "b",
    "z",
    "é",
    "e\u{301}",
    "日",
    "한",
    "👍",
    "❤\u{fe0f}",
    "👨\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "א",
    "ب",
    "│",
    "━",
    "…",
    "\x1b",
    "\u{202e}",
    "ｆ",
];

fn style() -> impl Strategy<Value = Style> {
    let color = prop_oneof![
        Just(Color::Reset),
        Just(Color::Red),
        Just(Color::LightBlue),
        (0u8..=255).prop_map(Color::Indexed),
        (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ];
    let modifier = prop_oneof![
        3 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::REVERSED),
        1 => Just(Modifier::UNDERLINED),
        1 => Just(Modifier::BOLD | Modifier::REVERSED | Modifier::ITALIC),
    ];
    (color.clone(), color, modifier)
        .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
}

type Run = (u16, u16, Vec<usize>, Style);

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let run = (
        0..SIZE.0,
        0..SIZE.1,
        prop::collection::vec(0..SYMBOLS.len(), 1..12),
        style(),
    );
    prop::collection::vec(run, 0..10)
}

fn painted(runs: &[Run]) -> Buffer {
    let mut buffer = blank();
    for (x, y, symbols, style) in runs {
        let mut x = *x;
        for symbol in symbols.iter().map(|n| SYMBOLS[*n]) {
            if x >= SIZE.0 {
                break;
            }
            if symbol.chars().any(char::is_control) {
                buffer[(x, *y)].set_symbol(symbol).set_style(*style);
                x += 1;
            } else {
                let next = buffer
                    .set_stringn(x, *y, symbol, usize::from(SIZE.0 - x), *style)
                    .0;
                x = next.max(x + 1);
            }
        }
    }
    buffer
}

fn expected(color: Color, level: Level) -> vt100::Color {
    let basic = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match palette::within(color, level) {
        Color::Reset => vt100::Color::Default,
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        _ => {
            let n = basic
                .iter()
                .position(|b| *b == palette::within(color, level))
                .unwrap();
            vt100::Color::Idx(u8::try_from(n).unwrap())
        }
    }
}

/// Holds the emulated screen against the buffer, but for what emulators draw as they like.
fn compare(emulator: &vt100::Parser, buffer: &Buffer, level: Level) {
    for y in 0..SIZE.1 {
        let row = Row::of(buffer, y, level);
        for x in 0..SIZE.0 {
            let cell = emulator.screen().cell(y, x).unwrap();
            let Some((symbol, cells)) = row.plain(x) else {
                continue;
            };
            let at = format!("{x},{y} {level:?}");
            let shown = cell.contents();
            let shown = if shown.is_empty() { " " } else { shown };
            assert_eq!(shown, symbol.replace('\u{fffd}', "?"), "{at}");
            assert_eq!(cell.is_wide(), cells == 2, "{at}");
            let own = &buffer[(x, y)];
            assert_eq!(cell.bgcolor(), expected(own.bg, level), "{at}");
            assert_eq!(
                cell.inverse(),
                own.modifier.contains(Modifier::REVERSED),
                "{at}"
            );
            assert_eq!(
                cell.underline(),
                own.modifier.contains(Modifier::UNDERLINED),
                "{at}"
            );
            if symbol != " " {
                assert_eq!(cell.fgcolor(), expected(own.fg, level), "{at}");
                let both = Modifier::BOLD | Modifier::DIM;
                // This emulator keeps only the last of the two.
                if !own.modifier.contains(both) {
                    assert_eq!(cell.bold(), own.modifier.contains(Modifier::BOLD), "{at}");
                    assert_eq!(cell.dim(), own.modifier.contains(Modifier::DIM), "{at}");
                }
                assert_eq!(
                    cell.italic(),
                    own.modifier.contains(Modifier::ITALIC),
                    "{at}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_emulated_screen_is_the_buffer(frames in prop::collection::vec(runs(), 1..5)) {
        for level in [Level::Mono, Level::Ansi16, Level::Ansi256, Level::True] {
            let mut encoder = Encoder::new(level);
            let mut emulator = vt100::Parser::new(SIZE.1, SIZE.0, 0);
            for runs in &frames {
                let buffer = painted(runs);
                let bytes = encoder.frame(buffer.clone(), None);
                let plain = text(bytes.clone());
                prop_assert!(plain.chars().all(|c| !c.is_control()
                    || matches!(c, '\x1b' | '\r' | '\n' | '\x08')), "{plain:?}");
                if level == Level::Mono {
                    prop_assert!(!plain.contains("[3") || !plain.contains("38;"), "{plain:?}");
                }
                // This emulator shows nothing for U+FFFD.
                emulator.process(plain.replace('\u{fffd}', "?").as_bytes());
                compare(&emulator, &buffer, level);
            }
        }
    }
}
