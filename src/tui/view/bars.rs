//! The status line and the hint line.

use ratatui::buffer::Buffer;

use super::layout::{Areas, Side};
use super::short;
use crate::model::{Place, cut_end, size, width};
use crate::tui::action::{Action, Mode};
use crate::tui::app::{App, Zone};
use crate::tui::drag::load;
use crate::tui::msg::Tone;
use crate::tui::paint::Pen;
use crate::tui::theme::{Look, Role};
use crate::tui::tree::{Line, Listing};

/// Draws the status line: what is marked or was said at the left, the row under the cursor at the
/// right. The left wins the room.
pub(super) fn status(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let (left, role) = left(app, areas, look).unwrap_or_default();
    let room = usize::from(areas.status.width).saturating_sub(2);
    let left = cut_end(&left, room);
    let mut pen = Pen::new(areas.status, buf, look);
    pen.skip(1).put(&left, role);
    if app.drag().is_some() || !app.overlays().is_empty() || app.zone() == Zone::Queue {
        return;
    }
    let Some(right) = app.pane_of(app.active()).describe(look) else {
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
            format!("{} {word} · p paste · X forget", load(&yank.items)),
            Role::Marked,
        ));
    }
    let queue = with_queue(String::new(), app, areas, look);
    (!queue.is_empty()).then_some((queue, Role::Good))
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

/// Draws the hint line: the keys that are likely next.
pub(super) fn hints(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let Some(area) = areas.hints else { return };
    let pairs = match app.overlays().last() {
        Some(top) => top.hints(),
        None => pairs(app, areas),
    };
    let mut pen = Pen::new(area, buf, look);
    pen.skip(1);
    for (key, word) in pairs {
        // A pair that does not fit ends the line: half a word helps nobody.
        if pen.room() < width(&key) + width(&word) + 2 {
            break;
        }
        pen.put(&key, Role::Key)
            .skip(1)
            .put(&word, Role::Dim)
            .skip(2);
    }
}

/// Keys and words for what is on the screen, the likeliest first, help last and always there.
fn pairs(app: &App, areas: &Areas) -> Vec<(String, String)> {
    if app.drag().is_some() {
        return vec![
            ("release".into(), "to choose copy or move".into()),
            ("Esc".into(), "cancel".into()),
        ];
    }
    if app.zone() == Zone::Queue {
        return app.queue().hints().into_iter().collect();
    }
    let pane = app.pane_of(app.active());
    if pane.input().is_some() {
        return [("↑↓", "move"), ("Enter", "keep"), ("Esc", "clear")]
            .map(|(key, word)| (key.into(), word.into()))
            .to_vec();
    }
    let mut out = Vec::new();
    if areas.screen.width < 60 {
        let other = app.pane_of(app.active().other());
        out.push(("Tab".into(), cut_end(&short(other.place(), app), 16)));
    }
    let pair = |action: Action| {
        let keys = app.keymap().keys_of(app.mode(), action);
        let receiver = match (app.active(), action) {
            (Side::Left, Action::Copy | Action::Move) => "›",
            (Side::Right, Action::Copy | Action::Move) => "‹",
            _ => "",
        };
        Some((
            keys.into_iter().next()?,
            format!("{}{receiver}", word(action, app.mode())),
        ))
    };
    if pane.is_loading_first() {
        out.push(("Esc".into(), "stop".into()));
    } else if pane.tree().filter().is_some() {
        out.extend([
            ("Esc".into(), "clear filter".into()),
            ("/".into(), "change it".into()),
        ]);
    }
    out.extend(likely(app, areas).into_iter().filter_map(pair));
    // Help stays: what must go for it are the least likely ones.
    let room = usize::from(areas.screen.width).saturating_sub(1);
    let help = ("?".to_string(), "help".to_string());
    let cells = |(key, word): &(String, String)| width(key) + width(word) + 3;
    let most = if areas.screen.width < 100 { 8 } else { 13 };
    let mut used = cells(&help);
    let mut kept = 0;
    for pair in out.iter().take(most - 1) {
        used += cells(pair);
        if used > room + 1 {
            break;
        }
        kept += 1;
    }
    out.truncate(kept);
    out.push(help);
    out
}

fn word(action: Action, mode: Mode) -> &'static str {
    match (action, mode) {
        (Action::New, Mode::Buckets) => "new bucket",
        (Action::New, _) => "new",
        (Action::ForgetYank, _) => "forget",
        (Action::Escape, _) => "clear",
        (Action::Open, Mode::Pane) => "go in",
        _ => action.verb().hint,
    }
}

/// The actions that are likely next.
fn likely(app: &App, areas: &Areas) -> Vec<Action> {
    use Action as A;
    let pane = app.pane_of(app.active());
    let mut out = Vec::new();
    if app.snapshot().counts.asking > 0 {
        out.push(A::Answer);
    }
    if app.zone() == Zone::Places {
        return vec![A::Open, A::NextArea, A::Sidebar, A::Quit];
    }
    if app.yank().is_some() {
        out.extend([A::Paste, A::ForgetYank]);
    }
    if pane.tree().is_empty() && matches!(pane.tree().root().listing, Listing::Failed(_)) {
        out.extend([
            A::Refresh,
            A::GoTo,
            A::Accounts,
            A::Parent,
            A::OtherPane,
            A::Messages,
            A::Quit,
        ]);
        return out;
    }
    if pane.tree().is_empty() {
        out.extend([
            A::New,
            A::Parent,
            A::OtherPane,
            A::GoTo,
            A::Refresh,
            A::Quit,
        ]);
        return out;
    }
    if pane.tree().marks().count > 0 {
        out.extend([
            A::Copy,
            A::Move,
            A::Yank,
            A::Cut,
            A::Link,
            A::Delete,
            A::Invert,
            A::Escape,
        ]);
        return out;
    }
    match pane.place() {
        Place::Accounts => out.extend([A::Open, A::OtherPane, A::Quit]),
        Place::Buckets(_) => {
            out.extend([
                A::Open,
                A::Expand,
                A::New,
                A::Delete,
                A::Accounts,
                A::GoTo,
                A::Filter,
                A::Quit,
            ]);
        }
        Place::Prefix(..) | Place::Folder(_) => {
            let on_folder = matches!(pane.tree().line(pane.at()), Some(Line::Row { .. }))
                && pane.tree().place_at(pane.at()).is_some();
            let remote = matches!(pane.place(), Place::Prefix(..));
            if on_folder {
                out.extend([A::Expand, A::Open]);
            }
            let narrow = areas.screen.width < 60;
            out.extend(if narrow {
                [A::Copy, A::Mark]
            } else {
                [A::Mark, A::Copy]
            });
            if !on_folder {
                out.extend([A::Move, A::Yank]);
            }
            if remote && !on_folder {
                out.extend([A::Link, A::Share]);
            }
            out.extend([A::Delete, A::New, A::Filter]);
            if !on_folder {
                out.push(A::Info);
            }
            out.extend([A::Rename, A::Queue, A::Quit]);
        }
    }
    out
}
