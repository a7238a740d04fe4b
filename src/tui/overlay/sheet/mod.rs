//! The sheet of paper that every dialog is written on.
//!
//! A dialog writes its rows without knowing where they will stand; the sheet wraps, shrinks,
//! centres, draws, and tells where the caret and the buttons are. Invariant: the same rows on the
//! same screen always stand in the same cells, so drawing and clicking agree; whatever the height,
//! the last row (the buttons) stays.

mod line;
mod shrink;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(crate) use line::Line;
use shrink::shrink;

use super::buttons::{Buttons, Chip, Focus};
use crate::model::width;
use crate::tui::field::{Field, Window};
use crate::tui::paint::{Cut, Pen, clear, fit, row, wrap};
use crate::tui::theme::{Look, Role};

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row {
    /// Nothing; goes first when there is no room.
    Blank,
    /// Text.
    Line(Line),
    /// Text of a list: the end of the list goes when there is no room.
    Soft(Line),
    /// A field with its label.
    Field(Box<FieldRow>),
    /// Buttons.
    Buttons(Vec<Chip>),
    /// A rule from border to border.
    Rule,
}

/// A field as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldRow {
    label: String,
    window: Window,
    focus: Focus,
    note: String,
}

/// What is under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    /// This button.
    Button(usize),
    /// The line with this tag.
    Line(usize),
    /// Some other part of the dialog.
    Inside,
    /// Nothing of the dialog.
    Outside,
}

/// Where a sheet lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Middle,
}

/// Rows with a frame around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    title: String,
    foot: String,
    tone: Role,
    width: u16,
    least: u16,
    side: Side,
    screen: Rect,
    rows: Vec<Row>,
}

impl Sheet {
    /// An empty sheet, at most `width` cells wide, for a screen.
    pub(crate) fn new(screen: Rect, width: u16, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            foot: "Esc".into(),
            tone: Role::Title,
            width: width
                .min(screen.width.saturating_sub(4))
                .max(8)
                .min(screen.width),
            least: 0,
            side: Side::Middle,
            screen,
            rows: Vec::new(),
        }
    }

    /// What stands at the right end of the lower border.
    pub(crate) fn foot(mut self, foot: impl Into<String>) -> Self {
        self.foot = foot.into();
        self
    }

    /// At the left edge of the screen instead of its middle.
    pub(crate) fn flush_left(mut self) -> Self {
        self.side = Side::Left;
        self
    }

    /// How the title is drawn.
    pub(crate) fn tone(mut self, tone: Role) -> Self {
        self.tone = tone;
        self
    }

    /// At least this many rows, border included, if the screen has them.
    pub(crate) fn at_least(mut self, rows: u16) -> Self {
        self.least = rows;
        self
    }

    /// Cells for text in a row.
    pub(crate) fn cells(&self) -> usize {
        usize::from(self.width.saturating_sub(4))
    }

    /// A row.
    pub(crate) fn push(&mut self, row: Row) -> &mut Self {
        self.rows.push(row);
        self
    }

    /// An empty row.
    pub(crate) fn blank(&mut self) -> &mut Self {
        self.push(Row::Blank)
    }

    /// A line.
    pub(crate) fn line(&mut self, line: Line) -> &mut Self {
        self.push(Row::Line(line))
    }

    /// A text that wraps, indented by some cells.
    pub(crate) fn say(&mut self, text: &str, indent: usize, role: Role) -> &mut Self {
        for part in wrap(text, self.cells().saturating_sub(indent)) {
            self.line(Line::of(" ".repeat(indent), role).and(part, role));
        }
        self
    }

    /// A warning that wraps behind its mark.
    pub(crate) fn warn(&mut self, text: &str, role: Role) -> &mut Self {
        for (n, part) in wrap(text, self.cells().saturating_sub(2))
            .into_iter()
            .enumerate()
        {
            self.line(Line::of(if n == 0 { "! " } else { "  " }, role).and(part, role));
        }
        self
    }

    /// A field behind its label, with a note at the right end.
    pub(crate) fn field(&mut self, label: &str, field: &Field, focus: Focus) -> &mut Self {
        self.noted_field((label, ""), field, focus)
    }

    /// A field behind its label, with a note at the right end.
    pub(crate) fn noted_field(
        &mut self,
        (label, note): (&str, &str),
        field: &Field,
        focus: Focus,
    ) -> &mut Self {
        let taken = width(label) + if note.is_empty() { 0 } else { width(note) + 2 };
        let window = field.window(self.cells().saturating_sub(taken));
        let (label, note) = (label.into(), note.into());
        self.push(Row::Field(Box::new(FieldRow {
            label,
            window,
            focus,
            note,
        })))
    }

    /// Buttons, in as many rows as they need.
    pub(crate) fn buttons(&mut self, buttons: &Buttons, focus: Focus) -> &mut Self {
        let indent = self.indent();
        let mut some: Vec<Chip> = Vec::new();
        let mut used = indent;
        for chip in buttons.chips(focus) {
            if used + chip.slot > self.cells() && !some.is_empty() {
                self.rows.push(Row::Buttons(std::mem::take(&mut some)));
                used = indent;
            }
            used += chip.slot + GAP;
            some.push(chip);
        }
        self.push(Row::Buttons(some))
    }

    fn indent(&self) -> usize {
        if self.cells() > 40 { 2 } else { 0 }
    }

    /// Where the sheet lies: centred, as high as its rows.
    pub(crate) fn area(&self) -> Rect {
        let rows = u16::try_from(self.rows.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        let height = rows.max(self.least).min(self.screen.height);
        let margin = match self.side {
            Side::Left => 0,
            Side::Middle => (self.screen.width - self.width) / 2,
        };
        Rect {
            x: self.screen.x + margin,
            y: self.screen.y + (self.screen.height - height) / 2,
            width: self.width,
            height,
        }
    }

    /// The rows that there is room for, each with its cells.
    fn placed(&self) -> Vec<(Rect, Row)> {
        let area = self.area();
        let inner = Rect {
            x: area.x + 2,
            y: area.y + 1,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(2),
        };
        shrink(self.rows.clone(), usize::from(inner.height))
            .into_iter()
            .enumerate()
            .map(|(n, r)| (row(inner, n), r))
            .collect()
    }

    /// The cells of the rows with a tag, if there are any.
    pub(crate) fn area_of(&self, tag: usize) -> Option<Rect> {
        let of = |(cells, row): (Rect, Row)| match row {
            Row::Line(line) | Row::Soft(line) if line.tag == Some(tag) => Some(cells),
            _ => None,
        };
        self.placed().into_iter().filter_map(of).reduce(Rect::union)
    }

    /// Draws it.
    pub(crate) fn view(&self, buf: &mut Buffer, look: &Look<'_>) {
        let area = self.area();
        clear(area, buf);
        self.frame(area, buf, look);
        for (cells, r) in self.placed() {
            match r {
                Row::Blank => {}
                Row::Line(line) | Row::Soft(line) => {
                    line.draw(cells, buf, look);
                    if line.here {
                        let wide = Rect {
                            x: cells.x - 1,
                            width: cells.width + 2,
                            ..cells
                        };
                        Pen::new(wide, buf, look).put(look.glyphs.cursor, Role::Key);
                        buf.set_style(wide, look.theme.cursor);
                    }
                }
                Row::Rule => {
                    let wide = Rect {
                        x: cells.x - 1,
                        width: cells.width + 2,
                        ..cells
                    };
                    let times = usize::from(wide.width);
                    Pen::new(wide, buf, look).times(look.glyphs.light, times, Role::Rule);
                }
                Row::Field(field) => {
                    let mut pen = Pen::new(cells, buf, look);
                    let role = if field.focus == Focus::Here {
                        Role::Text
                    } else {
                        Role::Dim
                    };
                    pen.put(&field.label, Role::Dim)
                        .put(&field.window.text, role);
                    pen.to(usize::from(cells.width).saturating_sub(width(&field.note)))
                        .put(&field.note, Role::Dim);
                }
                Row::Buttons(chips) => {
                    let mut pen = Pen::new(cells, buf, look);
                    pen.skip(self.indent());
                    for chip in chips {
                        pen.column(&chip.text, chip.slot, chip.role).skip(GAP);
                    }
                }
            }
        }
    }

    fn frame(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let g = look.glyphs;
        let inside = usize::from(area.width.saturating_sub(2));
        let title = fit(&self.title, inside.saturating_sub(4), Cut::Middle);
        let mut pen = Pen::new(row(area, 0), buf, look);
        pen.put(g.corners[0], Role::Rule).put(g.light, Role::Rule);
        pen.put(" ", Role::Rule)
            .put(&title, self.tone)
            .put(" ", Role::Rule);
        let rest = pen.room().saturating_sub(1);
        pen.times(g.light, rest, Role::Rule)
            .put(g.corners[1], Role::Rule);
        for n in 1..usize::from(area.height.saturating_sub(1)) {
            let mut pen = Pen::new(row(area, n), buf, look);
            pen.put(g.divider, Role::Rule)
                .skip(inside)
                .put(g.divider, Role::Rule);
        }
        let foot = fit(&self.foot, inside.saturating_sub(4), Cut::End);
        let mut pen = Pen::new(
            row(area, usize::from(area.height.saturating_sub(1))),
            buf,
            look,
        );
        pen.put(g.corners[2], Role::Rule);
        let rest = pen.room().saturating_sub(width(&foot) + 4);
        pen.times(g.light, rest, Role::Rule);
        pen.put(" ", Role::Rule)
            .put(&foot, Role::Dim)
            .put(" ", Role::Rule);
        pen.put(g.light, Role::Rule).put(g.corners[3], Role::Rule);
    }

    /// Where the caret is, if a field has the focus.
    pub(crate) fn caret(&self) -> Option<(u16, u16)> {
        self.placed().into_iter().find_map(|(cells, r)| match r {
            Row::Field(field) if field.focus == Focus::Here => {
                let at = width(&field.label) + field.window.caret;
                let x = cells
                    .x
                    .saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
                (cells.height > 0).then(|| (x.min(cells.right()), cells.y))
            }
            _ => None,
        })
    }

    /// What is under a cell.
    pub(crate) fn hit(&self, (x, y): (u16, u16)) -> Hit {
        if !self.area().contains((x, y).into()) {
            return Hit::Outside;
        }
        let Some((cells, r)) = self
            .placed()
            .into_iter()
            .find(|(c, _)| c.height > 0 && c.y == y)
        else {
            return Hit::Inside;
        };
        match r {
            Row::Buttons(chips) => {
                let mut left = usize::from(cells.x) + self.indent();
                for chip in chips {
                    if (left..left + width(&chip.text)).contains(&usize::from(x)) {
                        return Hit::Button(chip.index);
                    }
                    left += chip.slot + GAP;
                }
                Hit::Inside
            }
            Row::Line(line) | Row::Soft(line) => line.tag.map_or(Hit::Inside, Hit::Line),
            Row::Blank | Row::Field(_) | Row::Rule => Hit::Inside,
        }
    }
}

/// Cells between buttons.
const GAP: usize = 2;
