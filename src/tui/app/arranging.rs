//! How the screen is divided for what the app shows, and when it changes by itself.

use std::time::Instant;

use super::{App, BEAT, LASTING, PACE, Panel, SETTLE, Zone, cx};
use crate::model::Place;
use crate::tui::drag::EDGE;
use crate::tui::msg::Effects;
use crate::tui::pane::Parts;
use crate::tui::view::layout::{Areas, Shown, Side, Wish, layout, sidebar_rows};

impl App {
    /// Notes since when transfers run.
    pub(super) fn watch_work(&mut self) {
        let counts = &self.snapshot.counts;
        if counts.active() > 0 || self.snapshot.expanding {
            let since = *self.busy_since.get_or_insert(self.now);
            self.lasting |= self.now >= since + LASTING;
        } else {
            self.busy_since = None;
            self.lasting |= counts.asking + counts.failed > 0;
            self.lasting &= self.queue.is_showing();
        }
    }

    /// Where everything stands now.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let shown = |yes: bool| if yes { Shown::Yes } else { Shown::No };
        let panel = match self.panel {
            Panel::Open => true,
            Panel::Closed => false,
            Panel::Auto => self.size.1 >= 36 && self.lasting && self.queue.is_showing(),
        };
        let wish = Wish {
            sidebar: self.sidebar,
            panel: shown(panel),
            strip: shown(panel || self.queue.is_showing()),
            preview: self.preview.shown,
            alone: self.zoomed.then_some(self.active),
            active: self.active,
        };
        layout(self.size.0, self.size.1, wish)
    }

    /// Tells panes how many rows they have.
    pub(super) fn arrange(&mut self) {
        let areas = self.areas();
        for side in Side::BOTH {
            if let Some(area) = areas.panes[side.index()] {
                self.panes[side.index()].resize(Parts::of(area, areas.least()));
            }
        }
        match areas.sidebar {
            Some(area) => self.places.resize(sidebar_rows(area)),
            None if self.zone == Zone::Places => self.zone = Zone::Pane,
            None => {}
        }
        if areas.panel.is_none() && self.zone == Zone::Queue {
            self.zone = Zone::Pane;
        }
    }

    /// Lets the sidebar show the buckets of the account that the panes are on.
    pub(super) fn follow(&mut self) -> Effects {
        if self.areas().sidebar.is_none() {
            return Effects::none();
        }
        let of = |side: Side| self.panes[side.index()].place().account().cloned();
        let account = of(self.active).or_else(|| of(self.active.other()));
        // A pane that lists these buckets already will tell.
        let listed = self.panes.iter().any(|pane| {
            pane.is_loading_first()
                && matches!(pane.place(), Place::Buckets(a) if account.as_ref() == Some(a))
        });
        if listed {
            return Effects::none();
        }
        self.places.follow(account.as_ref(), &mut cx!(self))
    }

    /// When the screen changes next although nothing happens; none while everything is at rest.
    #[must_use]
    pub fn wake(&self) -> Option<Instant> {
        let now = self.now;
        let beats = u32::try_from(now.saturating_duration_since(self.began).as_millis() / 250);
        let beat = self.began + BEAT * (beats.unwrap_or(0) + 1);
        let drag = self
            .drag
            .as_ref()
            .filter(|_| self.is_at_edge())
            .map(|d| d.scrolled + EDGE.0);
        let later = |at: &Instant| *at > now;
        let stale = self
            .stale
            .into_iter()
            .flatten()
            .map(|at| at + SETTLE)
            .filter(later);
        [
            self.pending.popup_at().filter(later),
            self.notes.until(),
            self.preview.wake().filter(later),
            self.ahead.wake(now),
            self.queue.is_moving().then(|| now + PACE),
            drag,
            (!self.doing.is_empty()).then_some(beat),
        ]
        .into_iter()
        .flatten()
        .chain(self.panes.iter().filter_map(|pane| pane.wake(now, beat)))
        .chain(stale)
        .min()
    }

    /// Counts up four times a second.
    #[must_use]
    pub fn beat(&self) -> usize {
        let passed = self.now.saturating_duration_since(self.began).as_millis();
        usize::try_from(passed / BEAT.as_millis()).unwrap_or(0)
    }
}
