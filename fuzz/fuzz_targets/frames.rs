//! Frames of any cells, whole and in part: no control character gets out, a frame that changes
//! nothing is empty, and after the last part the terminal shows the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use windlass::term::{Encoder, Level};

const SIZE: (u16, u16) = (24, 6);
const SYMBOLS: [&str; 8] = ["a", "b", " ", " ", "é", "─", "\u{1b}", "?"];

fuzz_target!(|input: (u8, Vec<(u8, Vec<(u8, u8, u8, u8)>)>)| {
    let (level, frames) = input;
    let levels = [Level::Mono, Level::Ansi16, Level::Ansi256, Level::True];
    let mut encoder = Encoder::new(levels[usize::from(level % 4)]);
    let mut emulator = vt100::Parser::new(SIZE.1, SIZE.0, 0);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    for (most, cells) in frames {
        for (x, y, symbol, color) in cells {
            let at = (u16::from(x) % SIZE.0, u16::from(y) % SIZE.1);
            let style = match color % 4 {
                0 => Style::new(),
                1 => Style::new().reversed(),
                2 => Style::new().bg(Color::Indexed(color)),
                _ => Style::new().fg(Color::Rgb(color, 0, 9)).bold(),
            };
            let symbol = SYMBOLS[usize::from(symbol) % SYMBOLS.len()];
            buffer[at].reset();
            buffer[at].set_symbol(symbol).set_style(style);
        }
        let whole = most % 2 == 0;
        let mut turns = 0;
        loop {
            let bytes = if whole {
                encoder.frame(buffer.clone(), None)
            } else {
                encoder.frame_within(buffer.clone(), None, usize::from(most))
            };
            // What stands for a control character draws nothing in this emulator.
            let text = String::from_utf8(bytes).expect("text").replace('\u{fffd}', "?");
            emulator.process(text.as_bytes());
            turns += 1;
            if !encoder.owes() {
                break;
            }
            assert!(turns <= SIZE.1, "something is left out for ever");
        }
        shows(&emulator, &buffer);
        assert!(encoder.frame(buffer.clone(), None).is_empty());
    }
});

fn shows(emulator: &vt100::Parser, buffer: &Buffer) {
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            let cell = emulator.screen().cell(y, x).expect("on the screen");
            let want = match buffer[(x, y)].symbol() {
                "\u{1b}" => "?",
                symbol => symbol,
            };
            let shown = match cell.contents() {
                "" => " ",
                text => text,
            };
            assert_eq!(shown, want, "{x},{y}");
        }
    }
}
