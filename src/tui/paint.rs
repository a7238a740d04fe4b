//! The one gate through which text gets into cells.
//!
//! Knows the buffer and the look, nothing of what is drawn. Invariant: whatever is put, every cell
//! holds characters that [`shown`] lets through, in ASCII mode our own typography is replaced, and
//! nothing is drawn outside the row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::{Alphabet, Glyphs, Look, Role};
use crate::model::{cut_end, cut_middle, cut_start, shown, width};

/// Writes along one row, from left to right.
#[derive(Debug)]
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    look: &'a Look<'a>,
    row: Rect,
    x: u16,
}

impl<'a> Pen<'a> {
    /// Starts at the left end of the first row of an area.
    pub fn new(row: Rect, buf: &'a mut Buffer, look: &'a Look<'a>) -> Self {
        let row = row.intersection(buf.area);
        Self {
            x: row.x,
            buf,
            look,
            row,
        }
    }

    /// Cells left in the row.
    #[must_use]
    pub fn room(&self) -> usize {
        usize::from(self.row.right().saturating_sub(self.x))
    }

    /// Writes a text in a style; what does not fit is left out.
    pub fn styled(&mut self, text: &str, style: Style) -> &mut Self {
        if self.row.height == 0 {
            return self;
        }
        let safe = shown(text);
        let text = plain(safe.as_str(), self.look.glyphs);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (ordinary, escaped) = escape(rest);
            self.raw(&rest[..ordinary], style);
            self.raw(
                &rest[ordinary..ordinary + escaped],
                style.patch(self.look.theme.escaped),
            );
            rest = &rest[ordinary + escaped..];
        }
        self
    }

    /// Writes a text in the style of a role.
    pub fn put(&mut self, text: &str, role: Role) -> &mut Self {
        self.styled(text, self.look.theme.role(role))
    }

    /// Writes a text at the right end of `cells` cells.
    pub fn right(&mut self, text: &str, cells: usize, role: Role) -> &mut Self {
        self.skip(cells.saturating_sub(width(text)));
        self.put(text, role)
    }

    /// Writes a text and goes on `cells` cells behind its start, whatever its width.
    pub fn column(&mut self, text: &str, cells: usize, role: Role) -> &mut Self {
        let start = self.x;
        self.put(&cut_end(text, cells.min(self.room())), role);
        self.x = start.saturating_add(clamp(cells)).min(self.row.right());
        self
    }

    /// Leaves cells as they are.
    pub fn skip(&mut self, cells: usize) -> &mut Self {
        self.x = self.x.saturating_add(clamp(cells)).min(self.row.right());
        self
    }

    /// Goes on `cells` cells behind the left end of the row.
    pub fn to(&mut self, cells: usize) -> &mut Self {
        self.x = self
            .row
            .x
            .saturating_add(clamp(cells))
            .min(self.row.right());
        self
    }

    /// Writes a glyph a number of times.
    pub fn times(&mut self, glyph: &str, cells: usize, role: Role) -> &mut Self {
        let cells = cells.min(self.room());
        self.put(&glyph.repeat(cells), role)
    }

    fn raw(&mut self, text: &str, style: Style) {
        if !text.is_empty() && self.room() > 0 {
            let (x, _) = self
                .buf
                .set_stringn(self.x, self.row.y, text, self.room(), style);
            self.x = x;
        }
    }
}

/// The lengths of the ordinary text at the start, and of the stand-ins that follow it.
fn escape(text: &str) -> (usize, usize) {
    for (at, c) in text.char_indices() {
        match c {
            '\u{2400}'..='\u{2421}' => return (at, c.len_utf8()),
            '‹' if text[at..].starts_with("‹U+") => {
                if let Some(end) = text[at..].find('›') {
                    return (at, end + '›'.len_utf8());
                }
            }
            _ => {}
        }
    }
    (text.len(), 0)
}

fn plain(text: &str, glyphs: &Glyphs) -> String {
    match glyphs.only {
        Alphabet::Ascii => text.chars().map(Glyphs::ascii).collect(),
        Alphabet::Nerd => text.chars().map(Glyphs::nerd).collect(),
        Alphabet::Unicode => text.into(),
    }
}

fn clamp(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// Where a text is cut when it is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cut {
    /// In the middle: names, whose extension matters.
    #[default]
    Middle,
    /// At the end: sentences.
    End,
    /// At the start: addresses, whose last segment matters.
    Start,
}

/// A text that takes at most so many cells.
#[must_use]
pub fn fit(text: &str, cells: usize, cut: Cut) -> String {
    match cut {
        Cut::Middle => cut_middle(text, cells),
        Cut::End => cut_end(text, cells),
        Cut::Start => cut_start(text, cells),
    }
}

/// Empties an area, so that something can lie over what was there. A wide character that reaches
/// into the area from the left loses its other half too.
pub fn clear(area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        if area.x > buf.area.x
            && let Some(cell) = buf.cell_mut((area.x - 1, y))
            && width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

/// A heavy rule with a title in its left end and a note in its right: the top of a full screen.
pub fn rule_row(area: Rect, buf: &mut Buffer, look: &Look<'_>, (title, note): (&str, &str)) {
    let heavy = look.glyphs.heavy;
    let cells = usize::from(area.width);
    let note = if note.is_empty() {
        String::new()
    } else {
        format!(" {note} ")
    };
    let title = fit(title, cells.saturating_sub(width(&note) + 6), Cut::Middle);
    let mut pen = Pen::new(area, buf, look);
    pen.put(heavy, Role::Active)
        .put(&format!(" {title} "), Role::Active);
    let rest = pen.room().saturating_sub(width(&note) + 2);
    pen.times(heavy, rest, Role::Active)
        .put(&note, Role::Dim)
        .times(heavy, 2, Role::Active);
}

/// The `n`th row of an area; an empty one beyond its end.
#[must_use]
pub fn row(area: Rect, n: usize) -> Rect {
    let n = clamp(n);
    if n >= area.height {
        return Rect { height: 0, ..area };
    }
    Rect {
        y: area.y + n,
        height: 1,
        ..area
    }
}

/// Breaks a text into rows of at most `cells` cells, between words where it can.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut rows = Vec::new();
    let mut row = String::new();
    for word in text.split(' ') {
        let gap = usize::from(!row.is_empty());
        if width(&row) + gap + width(word) <= cells {
            row.push_str(&" ".repeat(gap));
            row.push_str(word);
            continue;
        }
        if !row.is_empty() {
            rows.push(std::mem::take(&mut row));
        }
        let mut broken = break_at(word, cells);
        row = broken.pop().unwrap_or_default();
        rows.append(&mut broken);
    }
    rows.push(row);
    rows
}

/// Breaks a text without regard to words: every row but the last is full.
#[must_use]
pub fn break_at(text: &str, cells: usize) -> Vec<String> {
    use unicode_segmentation::UnicodeSegmentation;
    let cells = cells.max(2);
    let mut rows = Vec::new();
    let (mut row, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > cells && !row.is_empty() {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        row.push_str(grapheme);
        used += wide;
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};

    fn drawn(scene: &Scene, write: impl Fn(&mut Pen<'_>)) -> String {
        let area = Rect::new(0, 0, 12, 1);
        let mut buf = Buffer::empty(area);
        write(&mut Pen::new(area, &mut buf, &scene.look()));
        text_of(&buf)
    }

    #[test]
    fn no_control_character_gets_through() {
        let scene = Scene::new();
        assert_eq!(
            drawn(&scene, |pen| {
                pen.put("a\x1b[1mb\n", Role::Text);
            }),
            "a␛[1mb␊"
        );
    }

    #[test]
    fn stand_ins_are_seen_as_such() {
        let scene = Scene::new();
        let area = Rect::new(0, 0, 12, 1);
        let mut buf = Buffer::empty(area);
        Pen::new(area, &mut buf, &scene.look()).put("a\x1bb\u{200b}", Role::Text);
        let behind = scene.theme.escaped.bg;
        let escaped: Vec<bool> = buf.content().iter().map(|c| Some(c.bg) == behind).collect();
        assert_eq!(&escaped[..4], [false, true, false, true]);
    }

    #[test]
    fn nothing_leaves_the_row() {
        let scene = Scene::new();
        assert_eq!(
            drawn(&scene, |pen| {
                pen.put("日本語日本語日本語", Role::Text);
            }),
            "日本語日本語"
        );
        assert_eq!(
            drawn(&scene, |pen| {
                pen.skip(5)
                    .right("24 B", 6, Role::Dim)
                    .put("more", Role::Text);
            }),
            "       24 Bm"
        );
        let nowhere = Rect::new(0, 0, 0, 0);
        Pen::new(nowhere, &mut Buffer::empty(nowhere), &scene.look()).put("x", Role::Text);
    }

    #[test]
    fn ascii_mode_replaces_our_typography_only() {
        let scene = Scene::ascii();
        assert_eq!(
            drawn(&scene, |pen| {
                pen.put("a · b… é", Role::Text);
            }),
            "a - b~ é"
        );
    }

    #[test]
    fn a_wide_character_cut_by_a_dialog_leaves_no_half() {
        let mut buf = Buffer::with_lines(["日本語"]);
        clear(Rect::new(1, 0, 2, 1), &mut buf);
        assert_eq!(buf[(0, 0)].symbol(), " ");
    }

    #[test]
    fn texts_wrap_between_words_and_long_words_break() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("an https://long", 6), ["an", "https:", "//long"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(break_at("日本語", 5), ["日本", "語"]);
    }
}
