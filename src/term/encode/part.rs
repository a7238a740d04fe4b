//! As much of a frame as so many bytes allow, for when nobody looks.
//!
//! Knows rows and what each would cost. Invariant: a row is painted whole or not at all, what was
//! left out comes first the next time, and nothing is left out for ever.

use ratatui::buffer::Buffer;

use super::rows::{Row, pieces};
use super::{Encoder, written};

impl Encoder {
    /// The bytes that make the terminal show as many rows of `next` as fit `most` bytes, at least
    /// one: where the last frame left off, then from the top. All of them if it is not known what
    /// is shown.
    pub fn frame_within(
        &mut self,
        mut next: Buffer,
        caret: Option<(u16, u16)>,
        most: usize,
    ) -> Vec<u8> {
        let first = self.owed.take().unwrap_or(0);
        let shown = self.shown.take().filter(|shown| shown.area == next.area);
        if let Some(shown) = &shown {
            let height = next.area.height;
            let mut used = 0;
            for y in (first..height).chain(0..first.min(height)) {
                let cost = self.row_cost(shown, &next, y);
                if used == 0 || used + cost <= most {
                    used += cost;
                } else if cost > 0 {
                    self.owed.get_or_insert(y);
                    keep_row(shown, &mut next, y);
                }
            }
        }
        self.shown = shown;
        let stamps = self.stamps.clone();
        self.painted(next, caret, stamps)
    }

    /// Whether the last frame left something out.
    #[must_use]
    pub fn owes(&self) -> bool {
        self.owed.is_some()
    }

    /// What a row costs by itself.
    fn row_cost(&self, shown: &Buffer, next: &Buffer, y: u16) -> usize {
        let row = Row::of(next, y, self.level);
        let mut work = Vec::new();
        pieces(0, &row, &Row::of(shown, y, self.level), &mut work);
        if work.is_empty() {
            return 0;
        }
        let size = (next.area.width, next.area.height);
        written(&work, &[row], (None, self.pen), size).0.len()
    }
}

/// Leaves a row of `next` as it is shown.
fn keep_row(shown: &Buffer, next: &mut Buffer, y: u16) {
    let wide = usize::from(next.area.width);
    let cells = usize::from(y) * wide..(usize::from(y) + 1) * wide;
    next.content[cells.clone()].clone_from_slice(&shown.content[cells]);
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::term::Level;

    fn frame(rows: [&str; 4]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
        for (y, text) in (0..).zip(rows) {
            buffer.set_string(0, y, text, Style::new());
        }
        buffer
    }

    #[test]
    fn what_does_not_fit_comes_first_the_next_time() {
        let mut encoder = Encoder::new(Level::Mono);
        encoder.frame(frame(["a", "a", "a", "a"]), None);
        let next = || frame(["b", "b", "a", "b"]);
        let some = encoder.frame_within(next(), None, 10);
        assert_eq!(String::from_utf8(some).unwrap(), "\x1b[Hb\n\x08b");
        assert!(encoder.owes());
        let rest = encoder.frame_within(next(), None, 10);
        assert_eq!(String::from_utf8(rest).unwrap(), "\n\n\x08b");
        assert!(!encoder.owes());
        assert!(encoder.frame_within(next(), None, 10).is_empty());
    }

    #[test]
    fn a_row_that_is_too_long_is_painted_alone_and_no_other_waits_for_ever() {
        let mut encoder = Encoder::new(Level::Mono);
        encoder.frame(frame(["a", "a", "a", "a"]), None);
        let mut emulator = vt100::Parser::new(4, 20, 0);
        let long = "bbbbbbbbbbbbbbbb";
        for turn in 0..3 {
            let bytes = encoder.frame_within(frame([long, long, "a", long]), None, 3);
            emulator.process(&bytes);
            assert_eq!(encoder.owes(), turn < 2);
        }
        let text = emulator.screen().contents();
        assert_eq!(text.matches(long).count(), 3, "{text}");
        // Everything is painted anew when nothing is known.
        encoder.forget();
        let all = encoder.frame_within(frame([long, long, long, long]), None, 3);
        assert!(!encoder.owes() && all.len() > 4 * long.len());
    }
}
