//! Draws the preview beside the panes, or in the place of the other one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::Areas;
use super::short;
use crate::model::{cut_end, cut_middle, size, width};
use crate::term::{Ink, Stamp};
use crate::tui::app::{App, Content};
use crate::tui::paint::{Pen, row, wrap};
use crate::tui::picture::{Paint, Picture};
use crate::tui::theme::{Look, Role};

/// Draws it.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let preview = app.preview();
    let last = usize::from(area.height.saturating_sub(1));
    let title = match preview.name() {
        Some(name) => format!(" Preview · {name} "),
        None => " Preview ".into(),
    };
    rule(row(area, 0), buf, look, &title);
    let foot = match preview.content() {
        Content::Text(_, what) | Content::Bytes(_, what) => format!(" {what} "),
        Content::Picture(picture) => format!(" {} ", picture.what),
        Content::Waiting | Content::Nothing(_) | Content::Failed(_) | Content::Held(_) => {
            String::new()
        }
    };
    let foot = match hidden(app) {
        Some(place) if foot.is_empty() => format!(" hides {place} "),
        Some(place) => format!("{foot}· hides {place} "),
        None => foot,
    };
    rule(row(area, last), buf, look, &foot);
    let body = body(area);
    let room = usize::from(body.height);
    let cells = usize::from(body.width);
    match preview.content() {
        Content::Waiting => {}
        Content::Nothing(text) => say(text, Role::Dim, body, buf, look),
        Content::Held(bytes) => {
            let bytes = bytes.map(|b| format!(", {}", size(b))).unwrap_or_default();
            let text = format!("A picture{bytes}: J shows it here.");
            say(&text, Role::Dim, body, buf, look);
        }
        Content::Picture(picture) => blocks(picture, body, buf, look),
        Content::Failed(trouble) => say(&trouble.to_string(), Role::Danger, body, buf, look),
        Content::Text(rows, _) => {
            for (n, text) in rows.iter().skip(preview.top()).take(room).enumerate() {
                Pen::new(row(body, n), buf, look).put(&cut_end(&text.text, cells), Role::Text);
            }
        }
        Content::Bytes(rows, _) => {
            for (n, (offset, codes, text)) in rows.iter().skip(preview.top()).take(room).enumerate()
            {
                let mut pen = Pen::new(row(body, n), buf, look);
                if cells >= 45 {
                    pen.put(offset, Role::Dim).skip(2);
                }
                pen.put(codes, Role::Text).skip(1).put(text, Role::Folder);
            }
        }
    }
}

/// The place of the other pane, if the preview stands where that would.
fn hidden(app: &App) -> Option<String> {
    let other = app.active().other();
    let hidden = app.areas().panes[other.index()].is_none();
    hidden.then(|| short(app.pane_of(other).place(), app))
}

/// Where content is drawn in the preview's area.
pub(in crate::tui) fn body(area: Rect) -> Rect {
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(2),
    }
}

/// The cells of a picture, in the middle of an area and at its top.
fn place(picture: &Picture, body: Rect) -> Rect {
    let width = picture.size.0.min(body.width);
    Rect {
        x: body.x + (body.width - width) / 2,
        width,
        height: picture.size.1.min(body.height),
        ..body
    }
}

/// Draws a picture of half blocks; one of a protocol lies over the cells.
fn blocks(picture: &Picture, body: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Paint::Cells(colors) = &picture.paint else {
        return;
    };
    let area = place(picture, body);
    let block = if look.glyphs.light == "-" { " " } else { "▀" };
    let rows = colors.chunks(usize::from(picture.size.0).max(1));
    for (y, row) in (area.top()..area.bottom()).zip(rows) {
        for (x, (upper, lower)) in (area.left()..area.right()).zip(row) {
            let style = Style::new().fg(*upper).bg(*lower);
            buf[(x, y)].set_symbol(block).set_style(style);
        }
    }
}

/// The picture of a protocol, if that is what the preview shows.
pub(super) fn stamp(app: &App, areas: &Areas) -> Option<Stamp> {
    let Content::Picture(picture) = app.preview().content() else {
        return None;
    };
    let Paint::Rows(rows) = &picture.paint else {
        return None;
    };
    Some(Stamp {
        area: place(picture, body(areas.preview?)),
        ink: Ink::Picture(rows.clone()),
    })
}

fn say(text: &str, role: Role, body: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let cells = usize::from(body.width).saturating_sub(2).max(8);
    for (n, part) in wrap(text, cells).iter().enumerate() {
        Pen::new(row(body, n + 1), buf, look).put(part, role);
    }
}

fn rule(area: Rect, buf: &mut Buffer, look: &Look<'_>, text: &str) {
    let mut pen = Pen::new(area, buf, look);
    pen.times(look.glyphs.light, 1, Role::Rule);
    let room = pen.room().saturating_sub(1);
    let text = if width(text) > room {
        format!("{} ", cut_middle(text.trim_end(), room.saturating_sub(1)))
    } else {
        text.to_owned()
    };
    pen.put(&text, Role::Dim);
    let rest = pen.room();
    pen.times(look.glyphs.light, rest, Role::Rule);
}
