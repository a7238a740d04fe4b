//! What lies over the panes: overlays, the keys that may follow a begun sequence, the tag at the
//! mouse during a drag.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::Areas;
use crate::model::width;
use crate::tui::app::App;
use crate::tui::overlay::which_key;
use crate::tui::paint::{Pen, clear, row};
use crate::tui::theme::{Look, Role};

/// Draws all of it.
pub(super) fn draw(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let screen = areas.above_status();
    let first = app
        .overlays()
        .iter()
        .rposition(|overlay| overlay.covers())
        .unwrap_or(0);
    for overlay in &app.overlays()[first..] {
        overlay.view(screen, buf, look);
    }
    if app.pending().popup_at().is_some_and(|at| app.now() >= at) && app.overlays().is_empty() {
        let title = format!("{} …", app.pending().shown());
        let rows: Vec<(String, String)> = app
            .keymap()
            .following(app.mode(), app.pending())
            .into_iter()
            .map(|(keys, action)| (keys, action.verb().hint.to_string()))
            .collect();
        which_key(screen, buf, look, &title, &rows);
    }
    if let Some(drag) = app.drag() {
        tag(&drag.load(), drag.at, screen, buf, look);
    }
}

/// The box with what is dragged, beside the mouse, never under it.
fn tag(text: &str, (x, y): (u16, u16), screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let cells = u16::try_from(width(text))
        .unwrap_or(u16::MAX)
        .saturating_add(4)
        .min(screen.width);
    let height = 3.min(screen.height);
    let right = x.saturating_add(2);
    let left = if right.saturating_add(cells) <= screen.right() {
        right
    } else {
        screen.right().saturating_sub(cells)
    };
    let below = y.saturating_add(1);
    let top = if below + height <= screen.bottom() {
        below
    } else {
        y.saturating_sub(height)
    };
    let area = Rect {
        x: left,
        y: top,
        width: cells,
        height,
    };
    clear(area, buf);
    let [tl, tr, bl, br] = look.glyphs.corners;
    let line = look
        .glyphs
        .light
        .repeat(usize::from(cells).saturating_sub(2));
    let side = look.glyphs.divider;
    for (n, text) in [
        format!("{tl}{line}{tr}"),
        format!("{side} {text} {side}"),
        format!("{bl}{line}{br}"),
    ]
    .iter()
    .enumerate()
    {
        let style = look
            .theme
            .role(Role::Link)
            .remove_modifier(Modifier::UNDERLINED);
        Pen::new(row(area, n), buf, look).styled(text, style);
    }
}
