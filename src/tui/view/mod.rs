//! Draws the app. Changes nothing, so that a screen is a function of the state alone.

pub mod layout;

mod bars;
mod hints;
mod offer;
mod over;
mod preview;
pub(in crate::tui) use preview::body as preview_body;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Zone};
use super::msg::Focused;
use super::paint::Pen;
use super::pane::{Focus, Parts, Show};
use super::theme::{Look, Role};
use crate::model::Place;
use crate::term::{Ink, Stamp};
pub(super) use hints::{hint_at, likely};
use layout::{Areas, SMALLEST, Side};

/// Draws one frame, and puts the terminal's cursor where text is typed.
pub fn view(app: &App, frame: &mut Frame<'_>, look: &Look<'_>) {
    let caret = draw(app, frame.buffer_mut(), look);
    if let Some(at) = caret {
        frame.set_cursor_position(at);
    }
}

/// Draws into a buffer; gives where text is typed.
pub fn draw(app: &App, buf: &mut Buffer, look: &Look<'_>) -> Option<(u16, u16)> {
    let areas = app.areas();
    buf.set_style(buf.area, look.theme.text);
    if areas.too_small {
        too_small(areas.screen, buf, look);
        return None;
    }
    let covered = app.overlays().iter().any(|overlay| overlay.covers());
    if !covered {
        panes(app, &areas, buf, look);
    }
    bars::status(app, &areas, buf, look);
    hints::hints(app, &areas, buf, look);
    over::draw(app, &areas, buf, look);
    if let Some(top) = app.overlays().last() {
        return top.cursor(areas.above_status());
    }
    let area = areas.panes[app.active().index()]?;
    app.pane_of(app.active()).caret(area)
}

/// What lies over the cells that [`draw`] paints: links of the overlay on top, and the picture of
/// the preview, where the terminal shows pictures.
#[must_use]
pub fn stamps(app: &App) -> Vec<Stamp> {
    let areas = app.areas();
    if areas.too_small {
        return Vec::new();
    }
    let Some(top) = app.overlays().last() else {
        return preview::stamp(app, &areas).into_iter().collect();
    };
    let links = top.links(areas.above_status()).into_iter();
    links
        .map(|(area, address)| Stamp {
            area,
            ink: Ink::Link(address.into()),
        })
        .collect()
}

fn too_small(screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let text = format!(
        "Too small: {}x{}, needs {}x{}",
        screen.width, screen.height, SMALLEST.0, SMALLEST.1
    );
    let row = Rect {
        y: screen.height / 2,
        height: screen.height.min(1),
        ..screen
    };
    let left = usize::from(screen.width).saturating_sub(text.len()) / 2;
    Pen::new(row, buf, look).skip(left).put(&text, Role::Text);
}

fn panes(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let active = app.active();
    let show = |focus: Focus| Show {
        look,
        now: app.now(),
        least: areas.least(),
        taken: 0,
        focus,
        yank: app.yank(),
        differences: None,
        target: None,
        home: app.home(),
    };
    let free = app.overlays().is_empty();
    let focus = |here: bool| {
        if here && free {
            Focus::Here
        } else {
            Focus::Elsewhere
        }
    };
    if let Some(area) = areas.sidebar {
        let mut show = show(focus(app.zone() == Zone::Places));
        show.target = app.drag().and_then(super::drag::Drag::place_target);
        app.places()
            .draw(area, buf, &show, app.pane_of(active).place());
    }
    for side in Side::BOTH {
        let Some(area) = areas.panes[side.index()] else {
            continue;
        };
        let mut show = show(focus(side == active && app.zone() == Zone::Pane));
        show.target = app.drag().and_then(|drag| drag.target(side));
        show.differences = app.differences(side);
        let strip = areas
            .tabs(app.tabs().0)
            .filter(|strip| area.contains(strip.as_position()));
        show.taken = strip.map_or(0, |strip| strip.width + 2);
        app.pane_of(side).draw(area, buf, &show);
    }
    if let Some(area) = areas.preview {
        preview::draw(app, area, buf, look);
    }
    dividers(areas, buf, look);
    tabs(app, areas, buf, look);
    if let Some(area) = areas.panel {
        let focused = if app.zone() == Zone::Queue && free {
            Focused::Yes
        } else {
            Focused::No
        };
        app.queue().panel(area, buf, look, focused);
    }
    if let Some(area) = areas.strip {
        app.queue().strip(area, buf, look);
    }
}

/// The numbers of the tabs, at the right end of the upper rule.
fn tabs(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let (count, now) = app.tabs();
    let Some(area) = areas.tabs(count) else {
        return;
    };
    let mut pen = Pen::new(area, buf, look);
    for at in 0..count {
        if at == now {
            pen.put(&format!("[{}]", at + 1), Role::Active);
        } else {
            pen.put(&format!(" {} ", at + 1), Role::Dim);
        }
    }
}

/// The lines between sidebar and panes, joined to the rules above and below.
fn dividers(areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let Some(pane) = areas.panes.into_iter().flatten().next() else {
        return;
    };
    let parts = Parts::of(pane, areas.least());
    let glyphs = look.glyphs;
    for x in &areas.dividers {
        for y in pane.top()..pane.bottom() {
            let glyph = match y {
                y if y == parts.crumbs.y => glyphs.joints.0,
                y if y == parts.count.y => glyphs.joints.1,
                _ => glyphs.divider,
            };
            let cell = Rect {
                x: *x,
                y,
                width: 1,
                height: 1,
            };
            Pen::new(cell, buf, look).put(glyph, Role::Rule);
        }
    }
}

/// A place in one line, for hints.
fn short(place: &Place, app: &App) -> String {
    super::pane::crumbs::address(place, app.home()).into()
}
