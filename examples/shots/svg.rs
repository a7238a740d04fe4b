//! Cells as SVG. Lines and blocks are drawn as shapes, so that they join whatever the font; text
//! is forced to its cells.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::many_single_char_names,
    reason = "a picture has x, y, w and h, and its colours are numbers"
)]

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use windlass::model::width;

/// Size of a cell.
const CELL: (f64, f64) = (9.0, 20.0);

/// Space around the cells.
const EDGE: f64 = 14.0;

/// What the terminal's own colours look like.
#[derive(Clone, Copy)]
pub(crate) struct Ground {
    back: &'static str,
    ink: &'static str,
}

/// A dark terminal.
pub(crate) const DARK: Ground = Ground {
    back: "#16181f",
    ink: "#cdd6f4",
};

/// A light one.
pub(crate) const LIGHT: Ground = Ground {
    back: "#fbfbfd",
    ink: "#33364a",
};

/// A picture of a screen.
pub(crate) fn of(buf: &Buffer, ground: Ground) -> String {
    let (columns, rows) = (buf.area.width, buf.area.height);
    let (w, h) = (
        f64::from(columns) * CELL.0 + 2.0 * EDGE,
        f64::from(rows) * CELL.1 + 2.0 * EDGE,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\">\n<style>text{{font:15px 'JetBrains Mono','DejaVu Sans Mono',Menlo,\
         Consolas,monospace;white-space:pre}}.b{{font-weight:700}}.u{{text-decoration:underline}}\
         </style>\n<rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{}\"/>\n",
        ground.back
    );
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let end = run(buf, x, y, columns);
            put(&mut out, (buf, ground), (x, end, y));
            x = end;
        }
    }
    out.push_str("</svg>\n");
    out
}

/// The end of the cells that look alike, from here on.
fn run(buf: &Buffer, from: u16, y: u16, columns: u16) -> u16 {
    let first = &buf[(from, y)];
    let alike = |cell: &Cell| {
        cell.fg == first.fg
            && cell.bg == first.bg
            && cell.modifier == first.modifier
            && is_shape(cell) == is_shape(first)
            && (!is_shape(cell) || cell.symbol() == first.symbol())
    };
    let mut end = from + wide(first);
    while end < columns && alike(&buf[(end, y)]) {
        end += wide(&buf[(end, y)]);
    }
    end.min(columns)
}

fn wide(cell: &Cell) -> u16 {
    u16::try_from(width(cell.symbol()).max(1)).unwrap_or(1)
}

const SHAPES: &str = "─━│┬┴╭╮╰╯▌▏█▁▂▃▄▅▆▇▀";

fn is_shape(cell: &Cell) -> bool {
    SHAPES.contains(cell.symbol())
}

fn put(out: &mut String, (buf, ground): (&Buffer, Ground), (from, end, y): (u16, u16, u16)) {
    let cell = &buf[(from, y)];
    let (left, top) = (
        EDGE + f64::from(from) * CELL.0,
        EDGE + f64::from(y) * CELL.1,
    );
    let across = f64::from(end - from) * CELL.0;
    let reverse = cell.modifier.contains(Modifier::REVERSED);
    let (mut ink, mut back) = (hex(cell.fg, ground.ink), hex(cell.bg, ground.back));
    if reverse {
        std::mem::swap(&mut ink, &mut back);
    }
    if back != ground.back {
        let height = CELL.1;
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{across}\" height=\"{height}\" fill=\"{back}\"/>"
        );
    }
    if is_shape(cell) {
        for x in from..end {
            let left = EDGE + f64::from(x) * CELL.0;
            shape(out, cell.symbol(), (left, top), &ink);
        }
        return;
    }
    text(out, (buf, &ink), (from, end, y), top);
}

/// Words, each at its cell: browsers drop runs of spaces.
fn text(out: &mut String, (buf, ink): (&Buffer, &str), (from, end, y): (u16, u16, u16), top: f64) {
    let cell = &buf[(from, y)];
    let mut class = String::new();
    if cell.modifier.contains(Modifier::BOLD) {
        class.push('b');
    }
    if cell.modifier.contains(Modifier::UNDERLINED) {
        class.push_str(" u");
    }
    let class = match class.trim() {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let base = top + 15.0;
    let mut x = from;
    while x < end {
        if buf[(x, y)].symbol() == " " {
            x += 1;
            continue;
        }
        let start = x;
        let mut word = String::new();
        while x < end && buf[(x, y)].symbol() != " " {
            word.push_str(buf[(x, y)].symbol());
            x += wide(&buf[(x, y)]);
        }
        let left = EDGE + f64::from(start) * CELL.0;
        let length = f64::from(x - start) * CELL.0;
        let word = word
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"{base}\" textLength=\"{length}\" \
             lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{class}>{word}</text>"
        );
    }
}

fn shape(out: &mut String, symbol: &str, (x, y): (f64, f64), ink: &str) {
    let (w, h) = CELL;
    let (cx, cy) = (x + w / 2.0, y + h / 2.0);
    let (right, bottom) = (x + w, y + h);
    let mut stroke = |path: &str, thick: f64| {
        let _ = writeln!(
            out,
            "<path d=\"{path}\" stroke=\"{ink}\" stroke-width=\"{thick}\" fill=\"none\"/>"
        );
    };
    match symbol {
        "─" => stroke(&format!("M{x} {cy}H{right}"), 1.0),
        "━" => stroke(&format!("M{x} {cy}H{right}"), 2.5),
        "│" => stroke(&format!("M{cx} {y}V{bottom}"), 1.0),
        "┬" => stroke(&format!("M{x} {cy}H{right}M{cx} {cy}V{bottom}"), 1.0),
        "┴" => stroke(&format!("M{x} {cy}H{right}M{cx} {cy}V{y}"), 1.0),
        "╭" => stroke(&format!("M{right} {cy}Q{cx} {cy} {cx} {bottom}"), 1.0),
        "╮" => stroke(&format!("M{x} {cy}Q{cx} {cy} {cx} {bottom}"), 1.0),
        "╰" => stroke(&format!("M{right} {cy}Q{cx} {cy} {cx} {y}"), 1.0),
        "╯" => stroke(&format!("M{x} {cy}Q{cx} {cy} {cx} {y}"), 1.0),
        block => {
            let eighths = "▁▂▃▄▅▆▇█".chars().position(|c| block.starts_with(c));
            let (width, height) = match (block, eighths) {
                ("▌", _) => (w / 2.0, h),
                ("▏", _) => (1.0, h),
                ("▀", _) => (w, h / 2.0),
                (_, Some(n)) => (w, h * f64::from(u8::try_from(n + 1).unwrap_or(8)) / 8.0),
                _ => (w, h),
            };
            let top = if eighths.is_some() {
                bottom - height
            } else {
                y
            };
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{ink}\"/>"
            );
        }
    }
}

fn hex(color: Color, own: &str) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        // The pictures are drawn with 24 bits: anything else is the terminal's own.
        _ => own.to_owned(),
    }
}
