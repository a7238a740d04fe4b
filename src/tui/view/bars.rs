//! The status line.

use ratatui::buffer::Buffer;

use super::layout::Areas;
use super::offer::{self, Drawn};
use super::short;
use crate::model::{cut_end, size, width};
use crate::tui::app::{App, Zone};
use crate::tui::msg::Tone;
use crate::tui::paint::Pen;
use crate::tui::pane::columns::Columns;
use crate::tui::theme::{Look, Role};

/// Draws the status line: what is marked or was said at the left, the row under the cursor at the
/// right. The left wins the room.
pub(super) fn status(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    if app.drag().is_none() && !app.pending().is_some() && app.notes().current().is_none() {
        let mut pen = Pen::new(areas.status, buf, look);
        if offer::draw(app, pen.skip(1), look) == Drawn::Yes {
            return;
        }
    }
    let (left, role) = left(app, areas, look).unwrap_or_default();
    let room = usize::from(areas.status.width).saturating_sub(2);
    let left = cut_end(&left, room);
    let mut pen = Pen::new(areas.status, buf, look);
    pen.skip(1).put(&left, role);
    if app.drag().is_some() || !app.overlays().is_empty() || app.zone() == Zone::Queue {
        return;
    }
    let pane = areas.panes[app.active().index()].map(|area| area.width);
    let columns = pane.map(|width| Columns::of(width, areas.least()));
    let Some(right) = app.pane_of(app.active()).describe(look, columns) else {
        return;
    };
    let free = room.saturating_sub(width(&left) + if left.is_empty() { 0 } else { 3 });
    let Some(right) = fitting(&right, free) else {
        return;
    };
    let start = usize::from(areas.status.width).saturating_sub(width(&right) + 1);
    pen.to(start).put(&right, Role::Dim);
}

/// As many parts of a description as fit; the name comes first and is cut if it must be.
fn fitting(text: &str, cells: usize) -> Option<String> {
    let mut parts: Vec<&str> = text.split(" · ").collect();
    while parts.len() > 1 && width(&parts.join(" · ")) > cells {
        parts.pop();
    }
    let text = parts.join(" · ");
    if width(&text) <= cells {
        return Some(text);
    }
    (cells >= 16).then(|| crate::model::cut_middle(&text, cells))
}

fn left(app: &App, areas: &Areas, look: &Look<'_>) -> Option<(String, Role)> {
    if let Some(drag) = app.drag() {
        return Some(match &drag.over {
            Some((_, place)) => (
                format!(
                    "Drop to copy {} {} {}",
                    drag.load(),
                    look.glyphs.crumb,
                    short(place, app)
                ),
                Role::Good,
            ),
            None => (
                format!(
                    "Dragging {} · drop it on a folder or the other pane",
                    drag.load()
                ),
                Role::Dim,
            ),
        });
    }
    if app.pending().is_some() {
        return Some((format!("{} …", app.pending().shown()), Role::Key));
    }
    if let Some((tone, text)) = app.notes().current() {
        let glyphs = look.glyphs;
        return Some(match tone {
            Tone::Info => (text.into(), Role::Text),
            Tone::Good => (format!("{} {text}", glyphs.done), Role::Good),
            Tone::Warning => (format!("! {text}"), Role::Warning),
            Tone::Error => (format!("{} {text}", glyphs.failed), Role::Danger),
        });
    }
    let marks = app.pane_of(app.active()).tree().marks();
    if marks.count > 0 {
        let more = if marks.unsized_rows > 0 { "+" } else { "" };
        let text = match (marks.bytes, marks.unsized_rows) {
            (0, n) if n > 0 => format!("{} marked", marks.count),
            (bytes, _) => format!("{} marked · {}{more}", marks.count, size(bytes)),
        };
        return Some((with_queue(text, app, areas, look), Role::Marked));
    }
    if let Some(yank) = app.yank() {
        let word = if yank.kind == crate::engine::Kind::Copy {
            "yanked"
        } else {
            "cut"
        };
        return Some((
            format!("{} {word} · p paste · X forget", yank.items.load()),
            Role::Marked,
        ));
    }
    let queue = with_queue(String::new(), app, areas, look);
    (!queue.is_empty()).then(|| (queue, app.queue().tone()))
}

/// On a low screen the strip has no row of its own.
fn with_queue(text: String, app: &App, areas: &Areas, look: &Look<'_>) -> String {
    let brief = app.queue().brief(look).filter(|_| areas.screen.height < 16);
    match brief {
        None => text,
        Some(brief) if text.is_empty() => brief,
        Some(brief) => format!("{text} · {brief}"),
    }
}
