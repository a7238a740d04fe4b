//! Draws the preview beside the panes, or in the place of the other one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{cut_end, cut_middle, width};
use crate::tui::app::{App, Content};
use crate::tui::paint::{Pen, row, wrap};
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
        Content::Waiting | Content::Nothing(_) | Content::Failed(_) => String::new(),
    };
    rule(row(area, last), buf, look, &foot);
    let body = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(2),
    };
    let room = usize::from(body.height);
    let cells = usize::from(body.width);
    match preview.content() {
        Content::Waiting => {}
        Content::Nothing(text) => say(text, Role::Dim, body, buf, look),
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
