//! What drawing may see of the app.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::{App, Notes, Zone};
use crate::engine::Snapshot;
use crate::tui::drag::Drag;
use crate::tui::keymap::{Keymap, Pending};
use crate::tui::overlay::Overlay;
use crate::tui::pane::Yank;
use crate::tui::pane::browser::Browser;
use crate::tui::pane::places::Places;
use crate::tui::queue::Queue;
use crate::tui::view::layout::Side;

impl App {
    /// The pane of a side.
    #[must_use]
    pub fn pane_of(&self, side: Side) -> &Browser {
        &self.panes[side.index()]
    }

    /// The side of the active pane.
    #[must_use]
    pub fn active(&self) -> Side {
        self.active
    }

    /// Where keys go.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The sidebar.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The queue as shown.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The queue's numbers.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What lies over the panes, the top one last.
    #[must_use]
    pub fn overlays(&self) -> &[Box<dyn Overlay>] {
        &self.overlays
    }

    /// Messages.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The keys.
    #[must_use]
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// A sequence that was begun.
    #[must_use]
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// What was yanked or cut.
    #[must_use]
    pub fn yank(&self) -> Option<&Yank> {
        self.yank.as_ref()
    }

    /// What is being dragged.
    #[must_use]
    pub fn drag(&self) -> Option<&Drag> {
        self.drag.as_ref()
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Now, for dates.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.wall
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }
}
