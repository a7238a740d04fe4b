//! The panes: two browsers on any place, and the sidebar.
//!
//! Invariant: a pane changes its own state only, and says what it wants from the rest in effects
//! and wants; drawing changes nothing.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane knows the actions and answers that are its own; the others are for the app"
)]

pub mod browser;
pub mod columns;
pub mod crumbs;
pub mod places;

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use ratatui::layout::Rect;

use super::selection::Selection;
use super::theme::Look;
use super::tree::{Class, Differences, Row};
use crate::engine::Kind;
use crate::model::{Location, Place};

/// Whether keys go to a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// They do.
    Here,
    /// They go elsewhere.
    Elsewhere,
}

/// What was remembered for pasting.
#[derive(Debug, Clone)]
pub struct Yank {
    /// The things themselves.
    pub items: Selection,
    /// Whether pasting copies or moves.
    pub kind: Kind,
    /// Their locations, to show which rows they are, as long as they are few.
    pub locations: HashSet<Location>,
}

impl Yank {
    /// Whether a row of a place was remembered.
    #[must_use]
    pub fn holds(&self, place: &Place, row: &Row) -> bool {
        let class = Class::of(row.kind);
        let mut groups = self.items.groups().iter();
        let many = groups.any(|g| g.place() == place && g.holds(class, row.name.bytes()));
        let at = row.location(place);
        many || at.is_some_and(|at| self.locations.contains(&at))
    }
}

/// Where a drag would land within a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// On the folder of this line.
    Line(usize),
    /// In the pane's place.
    Place,
}

/// What a pane needs to draw itself.
#[derive(Debug, Clone, Copy)]
pub struct Show<'a> {
    /// Colours and glyphs.
    pub look: &'a Look<'a>,
    /// Now, for how long something takes already.
    pub now: Instant,
    /// The width of the narrower pane on the screen: both panes have the columns that it has.
    pub least: u16,
    /// Cells at the right end of the upper rule that something else takes.
    pub taken: u16,
    /// Whether keys go to this pane.
    pub focus: Focus,
    /// What was yanked or cut.
    pub yank: Option<&'a Yank>,
    /// What differs from the other pane, while they are compared.
    pub differences: Option<&'a Differences>,
    /// Where a drag would land.
    pub target: Option<Target>,
    /// The home folder, shown as `~`.
    pub home: Option<&'a Path>,
}

/// The rows of a pane's area: crumb rule, header if there is room for columns, list, count rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The crumb rule.
    pub crumbs: Rect,
    /// The names of the columns; empty if there are none.
    pub header: Rect,
    /// The list.
    pub rows: Rect,
    /// The count rule.
    pub count: Rect,
}

impl Parts {
    /// Divides a pane's area. `least` is the width of the narrower pane on the screen.
    #[must_use]
    pub fn of(area: Rect, least: u16) -> Self {
        let line = |y: u16, height: u16| Rect {
            y: area.y + y.min(area.height),
            height,
            ..area
        };
        let header = u16::from(area.width.min(least) >= columns::WITH_DATES && area.height >= 8);
        let rows = area.height.saturating_sub(2 + header);
        Self {
            crumbs: line(0, 1.min(area.height)),
            header: line(1, header),
            rows: line(1 + header, rows),
            count: line(1 + header + rows, u16::from(area.height >= 2)),
        }
    }
}
