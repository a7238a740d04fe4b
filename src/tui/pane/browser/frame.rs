//! What stands around the rows of a pane or in their place: rules, the header, texts.
//!
//! Knows what it is told and nothing of a listing. Invariant: draws inside its area only.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::words::{Piece, Said};
use crate::model::width;
use crate::tui::paint::{Pen, row, wrap};
use crate::tui::pane::columns::{Columns, Dates, LEAD, SIZE};
use crate::tui::pane::{Focus, Show, Target};
use crate::tui::theme::Role;

/// Cells as the screen counts them.
pub(super) fn clamp(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// The names of the columns.
pub(super) fn header(area: Rect, buf: &mut Buffer, show: &Show<'_>, columns: Columns) {
    let mut pen = Pen::new(area, buf, show.look);
    pen.skip(LEAD).put("Name", Role::Dim);
    pen.to(LEAD + columns.name + 1)
        .right("Size", SIZE, Role::Dim);
    if columns.dates != Dates::None {
        pen.skip(columns.gap).put("Modified", Role::Dim);
    }
}

/// A rule across an area, with a text in it: `━ text ━━━━`.
pub(super) fn rule(area: Rect, buf: &mut Buffer, show: &Show<'_>, text: &[Piece]) {
    let glyphs = show.look.glyphs;
    let (line, role) = match show.focus {
        Focus::Here => (glyphs.heavy, Role::Active),
        Focus::Elsewhere => (glyphs.light, Role::Rule),
    };
    let mut pen = Pen::new(area, buf, show.look);
    // The pane that a drop would go into says so without colour too.
    let role = if show.target == Some(Target::Place) {
        pen.put(glyphs.crumb, Role::Good);
        Role::Good
    } else {
        pen.times(line, 1, role);
        role
    };
    if text.iter().any(|(text, _)| !text.is_empty()) {
        pen.put(" ", role);
        for (text, role) in text {
            let room = pen.room().saturating_sub(2);
            pen.put(&crate::model::cut_end(text, room), *role);
        }
        pen.put(" ", role);
    }
    let rest = pen.room();
    pen.times(line, rest, role);
}

/// A text in the place of rows, wrapped under its own indent.
pub(super) fn said(text: &[Said], area: Rect, buf: &mut Buffer, show: &Show<'_>) {
    let mut n = 0;
    // Under the header's words and names.
    let gap = clamp(LEAD - 2).min(area.width);
    let area = Rect {
        x: area.x + gap,
        width: area.width - gap,
        ..area
    };
    for line in text {
        let joined: String = line.iter().map(|(text, _)| text.as_str()).collect();
        let room = usize::from(area.width).saturating_sub(1);
        if width(&joined) <= room {
            let mut pen = Pen::new(row(area, n), buf, show.look);
            for (text, role) in line {
                pen.put(text, *role);
            }
            n += 1;
            continue;
        }
        let indent = joined.len() - joined.trim_start().len();
        let role = line.last().map_or(Role::Text, |(_, role)| *role);
        for part in wrap(joined.trim_start(), room.saturating_sub(indent).max(8)) {
            Pen::new(row(area, n), buf, show.look)
                .skip(indent)
                .put(&part, role);
            n += 1;
        }
    }
}
