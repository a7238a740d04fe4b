//! From cells to bytes: the fewest that turn what the terminal shows into what it should show.
//!
//! Pure: a buffer in, bytes out. It knows nothing of the terminal but what it wrote there itself:
//! the cells, the cursor and the style it writes with, all kept from frame to frame. Invariant:
//! a frame in which nothing changes is empty, and no control character of a cell ever gets out.

mod palette;
mod part;
mod pen;
mod rows;
mod stamp;
mod walk;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Level;
use pen::Pen;
use rows::{Act, Piece, Row, pieces};
pub use stamp::{Ink, Stamp};
use walk::Spot;

/// Frames longer than this are shown at once where the terminal can. Source: `CSI ? 2026 h`,
/// synchronized output.
const SYNC_ABOVE: usize = 512;

/// Whether the terminal said that it shows a frame at once if asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// It said so.
    Known,
    /// It did not, or not yet.
    #[default]
    Unknown,
}

/// A question for the width of a character that some terminals draw two cells wide: drawn unseen
/// in the last row, whose cells are painted again behind it.
const WIDTH_MARK: &str = "\u{2502}";

/// So many cells may hold what a terminal shows of questions that it does not understand.
const SPOILS: u16 = 16;

/// Encodes frames; remembers what the terminal shows.
#[derive(Debug)]
pub struct Encoder {
    level: Level,
    sync: Sync,
    /// What the terminal shows; none if that is not known.
    shown: Option<Buffer>,
    /// Where the cursor stands, if that is sure.
    at: Option<Spot>,
    /// What it writes with, if that is sure.
    pen: Option<Pen>,
    /// Where the visible cursor is; none while it is hidden.
    caret: Option<(u16, u16)>,
    /// The first row that did not fit the last frame, if one did not.
    owed: Option<u16>,
    /// What lies over the cells.
    stamps: Vec<Stamp>,
}

impl Encoder {
    /// An encoder for so many colours, before anything was painted. The cursor is taken for
    /// hidden.
    #[must_use]
    pub fn new(level: Level) -> Self {
        Self {
            level,
            sync: Sync::Unknown,
            shown: None,
            at: None,
            pen: None,
            caret: None,
            owed: None,
            stamps: Vec::new(),
        }
    }

    /// Forgets what the terminal shows: somebody else wrote to it. The next frame paints all.
    pub fn forget(&mut self) {
        self.shown = None;
        self.stamps.clear();
    }

    /// Uses so many colours from now on: the next frame paints all.
    pub fn set_level(&mut self, level: Level) {
        if self.level != level {
            self.level = level;
            self.forget();
        }
    }

    /// Has long frames shown at once, or not.
    pub fn set_sync(&mut self, sync: Sync) {
        self.sync = sync;
    }

    /// The bytes that make the terminal show `next`, with the cursor at `caret` or hidden. Empty
    /// if it does so already.
    pub fn frame(&mut self, next: Buffer, caret: Option<(u16, u16)>) -> Vec<u8> {
        self.stamped(next, caret, Vec::new())
    }

    /// The same, with what lies over the cells.
    pub fn stamped(
        &mut self,
        next: Buffer,
        caret: Option<(u16, u16)>,
        stamps: Vec<Stamp>,
    ) -> Vec<u8> {
        self.owed = None;
        self.painted(next, caret, stamps)
    }

    fn painted(&mut self, next: Buffer, caret: Option<(u16, u16)>, stamps: Vec<Stamp>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut before = match self.shown.take() {
            Some(shown) if shown.area == next.area => shown,
            _ => {
                out.extend_from_slice(b"\x1b[m\x1b[?25l\x1b[2J");
                self.pen = Some(Pen::BARE);
                self.at = None;
                self.caret = None;
                self.stamps.clear();
                Buffer::empty(next.area)
            }
        };
        for gone in self.stamps.iter().filter(|old| !stamps.contains(old)) {
            stamp::spoil(&mut before, gone.area);
        }
        self.paint_stamped(&before, &next, &stamps, &mut out);
        self.stamps = stamps;
        self.put_caret(caret, (next.area.width, next.area.height), &mut out);
        self.shown = Some(next);
        if self.sync == Sync::Known && out.len() > SYNC_ABOVE {
            out.splice(..0, *b"\x1b[?2026h");
            out.extend_from_slice(b"\x1b[?2026l");
        }
        out
    }

    /// The bytes that ask the terminal what it is: questions, then how wide it draws ambiguous
    /// characters, and DA1 at the end. They go where what a terminal shows of them is painted
    /// over at once. Empty while it is not known what is shown.
    pub fn ask(&mut self, questions: &str) -> Vec<u8> {
        let Some(shown) = self.shown.take() else {
            return Vec::new();
        };
        let last = shown.area.height;
        let mut out =
            format!("\x1b[m\x1b[{last}H{questions}\r{WIDTH_MARK}\x1b[6n\x1b[c\x1b[m").into_bytes();
        self.pen = Some(Pen::BARE);
        self.at = None;
        let mut spoiled = shown.clone();
        for x in 0..shown.area.width.min(SPOILS) {
            // No cell of a frame is ever equal to this one.
            if let Some(cell) = spoiled.cell_mut((x, last.saturating_sub(1))) {
                cell.set_symbol(rows::SPOILED);
            }
        }
        self.paint(&spoiled, &shown, &mut out);
        let caret = self.caret.take();
        self.put_caret(caret, (shown.area.width, shown.area.height), &mut out);
        self.shown = Some(shown);
        out
    }

    /// Paints the cells under new links apart from the others, and new pictures behind them all.
    fn paint_stamped(
        &mut self,
        before: &Buffer,
        next: &Buffer,
        stamps: &[Stamp],
        out: &mut Vec<u8>,
    ) {
        let fresh: Vec<&Stamp> = stamps.iter().filter(|s| !self.stamps.contains(s)).collect();
        let links: Vec<(Rect, String)> = fresh
            .iter()
            .filter_map(|s| match &s.ink {
                Ink::Link(address) => Some((s.area, stamp::opened(address)?)),
                Ink::Picture(_) => None,
            })
            .collect();
        if links.is_empty() {
            self.paint(before, next, out);
        } else {
            let mut now = next.clone();
            for (area, _) in &links {
                stamp::copy(before, &mut now, *area);
            }
            self.paint(before, &now, out);
            for (area, open) in links {
                let mut with = now.clone();
                stamp::copy(next, &mut with, area);
                stamp::spoil(&mut now, area);
                out.extend_from_slice(open.as_bytes());
                self.paint(&now, &with, out);
                out.extend_from_slice(stamp::CLOSED.as_bytes());
                now = with;
            }
        }
        for picture in fresh {
            if let Ink::Picture(rows) = &picture.ink {
                out.extend(stamp::drawn(picture.area, rows));
            }
        }
    }

    fn paint(&mut self, before: &Buffer, next: &Buffer, out: &mut Vec<u8>) {
        let rows: Vec<Row<'_>> = (0..next.area.height)
            .map(|y| Row::of(next, y, self.level))
            .collect();
        let mut work: Vec<Piece> = Vec::new();
        for (y, row) in rows.iter().enumerate() {
            let y = u16::try_from(y).unwrap_or(u16::MAX);
            pieces(y, row, &Row::of(before, y, self.level), &mut work);
        }
        if work.is_empty() {
            return;
        }
        let (start, size) = ((self.at, self.pen), (next.area.width, next.area.height));
        let (plain, end) = written(&work, &rows, start, size);
        rows::by_style(&mut work, self.pen);
        let (grouped, grouped_end) = written(&work, &rows, start, size);
        let (bytes, end) = if grouped.len() < plain.len() {
            (grouped, grouped_end)
        } else {
            (plain, end)
        };
        (self.at, self.pen) = end;
        out.extend_from_slice(&bytes);
    }

    fn put_caret(&mut self, caret: Option<(u16, u16)>, size: (u16, u16), out: &mut Vec<u8>) {
        let caret = caret.filter(|(x, y)| *x < size.0 && *y < size.1);
        if let Some((x, y)) = caret {
            walk::go(&mut self.at, Spot { x, y }, size.1, out);
        }
        match (self.caret, caret) {
            (None, Some(_)) => out.extend_from_slice(b"\x1b[?25h"),
            (Some(_), None) => out.extend_from_slice(b"\x1b[?25l"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.caret = caret;
    }
}

/// Where the cursor stands and what it writes with.
type State = (Option<Spot>, Option<Pen>);

/// The bytes of pieces in their order, and the state that they leave.
fn written(work: &[Piece], rows: &[Row<'_>], start: State, size: (u16, u16)) -> (Vec<u8>, State) {
    let (mut at, mut pen) = start;
    let mut out = Vec::new();
    for piece in work {
        let (x, y) = (piece.from, piece.y);
        walk::go(&mut at, Spot { x, y }, size.1, &mut out);
        pen::wear(&mut pen, piece.wants, &mut out);
        let erases: &[u8] = match piece.act {
            Act::Write => b"",
            Act::EraseToEnd => b"\x1b[K",
            Act::EraseToStart => b"\x1b[1K",
        };
        if !erases.is_empty() {
            out.extend_from_slice(erases);
            continue;
        }
        let Some(row) = rows.get(usize::from(y)) else {
            continue;
        };
        row.write(piece, size, (&mut at, &mut out));
    }
    (out, (at, pen))
}

#[cfg(test)]
mod tests;
