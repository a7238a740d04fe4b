//! Dragging with the mouse: press, move, hover, drop. A small state machine.
//!
//! Knows cells and what lies at them; what is dragged and where it would land is told by the app.
//! Invariant: a press becomes a drag only after the mouse moved two cells, so a shaky click stays
//! a click.

use std::time::{Duration, Instant};

use super::pane::Target;
use super::selection::Selection;
use super::view::layout::Side;
use crate::model::Place;

/// Cells that the mouse must move before a press is a drag.
const THRESHOLD: u16 = 2;

/// How often a list scrolls while something is held at its edge, and by how much.
pub const EDGE: (Duration, isize) = (Duration::from_millis(250), 3);

/// A button that went down on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// Where.
    pub at: (u16, u16),
    /// In which pane.
    pub side: Side,
    /// On which line.
    pub line: usize,
}

impl Press {
    /// Whether the mouse is far enough away for a drag.
    #[must_use]
    pub fn is_drag(&self, x: u16, y: u16) -> bool {
        self.at.0.abs_diff(x).max(self.at.1.abs_diff(y)) >= THRESHOLD
    }
}

/// What the mouse hovers over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// A folder's row in a pane, or the pane itself.
    Pane(Side, Target),
    /// An entry of the sidebar.
    Places(usize),
}

/// Something that is being dragged.
#[derive(Debug)]
pub struct Drag {
    /// From which pane.
    pub from: Side,
    /// What.
    pub items: Selection,
    /// Where the mouse is.
    pub at: (u16, u16),
    /// What it hovers over, and the place that this stands for; none where a drop does nothing.
    pub over: Option<(Over, Place)>,
    /// When a list scrolled last because the mouse was held at its edge.
    pub scrolled: Instant,
}

impl Drag {
    /// What is dragged, in words: `3 objects · 74.5 MiB`.
    #[must_use]
    pub fn load(&self) -> String {
        self.items.load()
    }

    /// Which line of a pane is the target.
    #[must_use]
    pub fn target(&self, side: Side) -> Option<Target> {
        match &self.over {
            Some((Over::Pane(over, target), _)) if *over == side => Some(*target),
            _ => None,
        }
    }

    /// Which entry of the sidebar is the target.
    #[must_use]
    pub fn place_target(&self) -> Option<Target> {
        match &self.over {
            Some((Over::Places(entry), _)) => Some(Target::Line(*entry)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, shown};
    use crate::tui::msg::{Item, ItemKind};

    #[test]
    fn a_shaky_click_is_no_drag() {
        let press = Press {
            at: (10, 5),
            side: Side::Left,
            line: 0,
        };
        assert!(!press.is_drag(11, 6));
        assert!(press.is_drag(12, 5));
        assert!(press.is_drag(10, 3));
    }

    #[test]
    fn a_load_in_words() {
        let item = |kind, size| Item {
            location: Location::Local("/x".into()),
            kind,
            name: shown("x"),
            size,
        };
        let file = item(ItemKind::File, Some(1024));
        let load = |items: Vec<Item>| Selection::from(items).load();
        assert_eq!(load(vec![file.clone(), file.clone()]), "2 files · 2.0 KiB");
        assert_eq!(
            load(vec![file, item(ItemKind::Folder, None)]),
            "1 folder, 1 file"
        );
    }
}
