//! Clicks on the hint line, rows marked by moving over them, and how to select text instead.
//!
//! Invariant: a click on a hint does what its key does, and nothing else.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{App, Zone};
use crate::tui::keytext::parse_sequence;
use crate::tui::msg::{Effects, Focused, Mark, Tone};
use crate::tui::view::hint_at;
use crate::tui::view::layout::{Hit, Shown, Side};

/// How text is selected while the mouse is the program's. Said once to each person.
const SELECT: &str = "Shift-drag selects text (Option-drag on a Mac) · gM lets the mouse go";

/// A sweep over rows with Ctrl held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    side: Side,
    to: usize,
    mark: Mark,
}

impl App {
    /// Presses the keys of the hint that was clicked; none if no hint was.
    pub(super) fn click_hint(&mut self, event: MouseEvent) -> Option<Effects> {
        if event.kind != MouseEventKind::Down(MouseButton::Left) || self.drag.is_some() {
            return None;
        }
        let areas = self.areas();
        areas
            .hints
            .filter(|area| area.contains((event.column, event.row).into()))?;
        let mut effects = Effects::none();
        let Some(text) = hint_at(self, &areas, event.column) else {
            return Some(effects);
        };
        // A pair such as `j k` or an arrow stands for two keys: there is no one thing to do.
        if text.contains(' ') || !text.is_ascii() {
            return Some(effects);
        }
        for stroke in parse_sequence(&text).unwrap_or_default() {
            effects.extend(self.key(stroke.event()));
        }
        Some(effects)
    }

    /// A press on a row of the queue panel.
    pub(super) fn press_job(&mut self, y: u16) {
        let focused = if self.zone == Zone::Queue {
            Focused::Yes
        } else {
            Focused::No
        };
        let panel = self.areas().panel;
        let job = panel.and_then(|area| self.queue.position(area, y, focused));
        self.zone = Zone::Queue;
        if let Some(job) = job {
            self.queue.select(job);
        }
    }

    /// Begins to mark rows by moving over them: what the first one became, they all become.
    pub(super) fn begin_sweep(&mut self, side: Side, line: usize) {
        let row = self.panes[side.index()].tree().row(line);
        let marked = row.is_some_and(|(_, row)| row.marked);
        self.sweep = Some(Sweep {
            side,
            to: line,
            mark: if marked { Mark::Set } else { Mark::Clear },
        });
    }

    /// Marks the rows that the mouse came over, from the last one to the one under it.
    pub(super) fn sweep_to(&mut self, x: u16, y: u16) {
        let Some(mut sweep) = self.sweep else { return };
        let Hit::Row(side, row) = self.areas().hit(x, y) else {
            return;
        };
        let pane = &mut self.panes[side.index()];
        let Some(line) = pane.line_at(row).filter(|_| side == sweep.side) else {
            return;
        };
        if line == sweep.to {
            return;
        }
        let (first, last) = (sweep.to.min(line), sweep.to.max(line));
        pane.mark_span(first..last + 1, sweep.mark);
        sweep.to = line;
        self.sweep = Some(sweep);
    }

    /// Tells once how text is selected, when the mouse is used for the first time and nothing else
    /// is to be said.
    pub(super) fn tell_selecting(&mut self, event: MouseEvent) {
        let first = matches!(event.kind, MouseEventKind::Down(_)) && self.mouse_told == Shown::No;
        if first && self.notes.current().is_none() && self.overlays.is_empty() {
            self.mouse_told = Shown::Yes;
            self.notes
                .say(Tone::Info, SELECT.into(), self.now, self.wall);
        }
    }

    /// Whether it was told how text is selected.
    #[must_use]
    pub fn mouse_told(&self) -> bool {
        self.mouse_told == Shown::Yes
    }
}
