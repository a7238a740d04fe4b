//! Where everything stands on a screen of some size. Pure: both drawing and the mouse use it.
//!
//! Invariant: areas never overlap and never reach outside the screen.

use ratatui::layout::{Position, Rect};

use crate::tui::pane::Parts;
use crate::tui::pane::columns::WITH_DATES;

/// The smallest screen that can be used.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Cells of the preview beside the panes.
const PREVIEW: u16 = 56;

/// What the layout depends on besides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// The sidebar, where there is room for it.
    pub sidebar: Shown,
    /// The queue panel.
    pub panel: Shown,
    /// The queue strip.
    pub strip: Shown,
    /// The preview: beside the panes where there is room, else in the other one's place.
    pub preview: Shown,
    /// Only the pane on this side.
    pub alone: Option<Side>,
    /// The pane that has the focus: the one that is shown where there is room for one.
    pub active: Side,
}

/// Whether something is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// It is.
    Yes,
    /// It is not.
    #[default]
    No,
}

/// One of the two panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Side {
    /// The left one.
    #[default]
    Left,
    /// The right one.
    Right,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// 0 for the left, 1 for the right.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Areas {
    /// The whole screen.
    pub screen: Rect,
    /// Whether it is too small to be used.
    pub too_small: bool,
    /// The sidebar with its rules.
    pub sidebar: Option<Rect>,
    /// The panes with their rules.
    pub panes: [Option<Rect>; 2],
    /// The preview with its rules.
    pub preview: Option<Rect>,
    /// The columns of dividers between them.
    pub dividers: Vec<u16>,
    /// The queue panel.
    pub panel: Option<Rect>,
    /// The queue strip.
    pub strip: Option<Rect>,
    /// The status line.
    pub status: Rect,
    /// The hint line.
    pub hints: Option<Rect>,
}

/// What lies at a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The crumbs of a pane, so many cells from its left end.
    Crumbs(Side, u16),
    /// The header of a pane, so many cells from its left end.
    Header(Side, u16),
    /// A row of a pane's list.
    Row(Side, u16),
    /// The count rule of a pane.
    Count(Side),
    /// A row of the sidebar.
    Places(u16),
    /// The queue panel.
    Panel,
    /// The queue strip.
    Strip,
    /// Nothing that reacts.
    Nothing,
}

impl Areas {
    /// What lies at a cell.
    #[must_use]
    pub fn hit(&self, x: u16, y: u16) -> Hit {
        let at = Position { x, y };
        if self.sidebar.is_some_and(|area| area.contains(at)) {
            let rows = self.sidebar.map(sidebar_rows).unwrap_or_default();
            return if rows.contains(at) {
                Hit::Places(y - rows.y)
            } else {
                Hit::Nothing
            };
        }
        if self.panel.is_some_and(|area| area.contains(at)) {
            return Hit::Panel;
        }
        if self.strip.is_some_and(|area| area.contains(at)) {
            return Hit::Strip;
        }
        for side in Side::BOTH {
            let Some(area) = self.panes[side.index()].filter(|a| a.contains(at)) else {
                continue;
            };
            let parts = Parts::of(area, self.least());
            return if parts.crumbs.contains(at) {
                Hit::Crumbs(side, x - area.x)
            } else if parts.header.contains(at) {
                Hit::Header(side, x - area.x)
            } else if parts.count.contains(at) {
                Hit::Count(side)
            } else {
                Hit::Row(side, y - parts.rows.y)
            };
        }
        Hit::Nothing
    }

    /// Where the numbers of so many tabs stand: at the right end of the upper rule, three cells
    /// each. None while there is only one tab, or no room.
    #[must_use]
    pub fn tabs(&self, count: usize) -> Option<Rect> {
        let pane = self.panes.iter().rev().flatten().next()?;
        let width = u16::try_from(count * 3).ok()?;
        (count > 1 && pane.width > width + 12).then(|| Rect {
            x: pane.right() - width - 1,
            y: pane.y,
            width,
            height: 1,
        })
    }

    /// The width of the narrower pane: it decides which columns both have.
    #[must_use]
    pub fn least(&self) -> u16 {
        let widths = self.panes.iter().flatten().map(|area| area.width);
        widths.min().unwrap_or(0)
    }

    /// The area above status and hints, in which overlays stand.
    #[must_use]
    pub fn above_status(&self) -> Rect {
        Rect {
            height: self.status.y.saturating_sub(self.screen.y),
            ..self.screen
        }
    }
}

/// The rows of the sidebar between its rules.
#[must_use]
pub fn sidebar_rows(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(2),
        ..area
    }
}

/// Divides a screen.
#[must_use]
pub fn layout(width: u16, height: u16, wish: Wish) -> Areas {
    let screen = Rect::new(0, 0, width, height);
    let mut areas = Areas {
        screen,
        ..Areas::default()
    };
    if width < SMALLEST.0 || height < SMALLEST.1 {
        areas.too_small = true;
        areas.status = Rect {
            y: height.saturating_sub(1),
            height: height.min(1),
            ..screen
        };
        return areas;
    }
    let mut bottom = height;
    let mut take = |rows: u16| {
        bottom -= rows;
        Rect {
            y: bottom,
            height: rows,
            ..screen
        }
    };
    areas.hints = (height >= 12).then(|| take(1));
    areas.status = take(1);
    let roomy = height >= 16;
    areas.strip = (roomy && wish.strip == Shown::Yes).then(|| take(1));
    let panel = if height >= 30 { 9 } else { 6 };
    areas.panel = (roomy && wish.panel == Shown::Yes).then(|| take(panel));
    across(
        &mut areas,
        Rect {
            height: bottom,
            ..screen
        },
        wish,
    );
    areas
}

/// Divides what is left for panes from left to right.
fn across(areas: &mut Areas, area: Rect, wish: Wish) {
    let mut left = area.x;
    let sidebar = match area.width {
        ..120 => 0,
        120..160 => 20,
        _ => 26,
    };
    if sidebar > 0 && wish.sidebar == Shown::Yes {
        areas.sidebar = Some(Rect {
            width: sidebar,
            ..area
        });
        areas.dividers.push(sidebar);
        left = sidebar + 1;
    }
    let mut area = area;
    let wide = area.width >= 160;
    if wide && wish.preview == Shown::Yes {
        // Panes keep their dates as long as the preview keeps a readable width.
        let room = area.right() - left;
        let beside = room.saturating_sub(2 * WITH_DATES + 3);
        let cells = PREVIEW.min(if beside >= 30 { beside } else { room / 3 });
        area.width -= cells + 1;
        areas.dividers.push(area.right());
        areas.preview = Some(Rect {
            x: area.right() + 1,
            width: cells,
            ..area
        });
    }
    let room = area.right() - left;
    let alone = wish.alone.or((area.width < 60).then_some(wish.active));
    if let Some(side) = alone {
        areas.panes[side.index()] = Some(Rect {
            x: left,
            width: room,
            ..area
        });
        return;
    }
    let first = room / 2;
    areas.panes[0] = Some(Rect {
        x: left,
        width: first,
        ..area
    });
    areas.dividers.push(left + first);
    let second = left + first + 1;
    areas.panes[1] = Some(Rect {
        x: second,
        width: area.right() - second,
        ..area
    });
    if !wide && wish.preview == Shown::Yes {
        areas.preview = areas.panes[wish.active.other().index()].take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(areas: &Areas) -> Vec<Rect> {
        let mut out: Vec<Rect> = areas.panes.into_iter().flatten().collect();
        out.extend(
            [areas.sidebar, areas.panel, areas.strip, areas.hints]
                .into_iter()
                .flatten(),
        );
        out.push(areas.status);
        out
    }

    #[test]
    fn nothing_overlaps_and_nothing_is_outside() {
        for width in (1..220).step_by(7) {
            for height in 1..70 {
                for panel in [Shown::Yes, Shown::No] {
                    let wish = Wish {
                        sidebar: Shown::Yes,
                        panel,
                        strip: panel,
                        ..Wish::default()
                    };
                    let areas = layout(width, height, wish);
                    let all = all(&areas);
                    for (at, one) in all.iter().enumerate() {
                        assert_eq!(one.intersection(areas.screen), *one, "{width}x{height}");
                        for other in &all[at + 1..] {
                            let both = one.intersection(*other);
                            assert!(both.is_empty(), "{width}x{height} {one} {other}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_picture_at_120_columns() {
        let wish = Wish {
            sidebar: Shown::Yes,
            panel: Shown::Yes,
            strip: Shown::Yes,
            ..Wish::default()
        };
        let areas = layout(120, 40, wish);
        assert_eq!(areas.dividers, [20, 70]);
        assert_eq!(areas.panes[0], Some(Rect::new(21, 0, 49, 28)));
        assert_eq!(areas.panes[1], Some(Rect::new(71, 0, 49, 28)));
        assert_eq!(areas.panel, Some(Rect::new(0, 28, 120, 9)));
        assert_eq!((areas.strip.unwrap().y, areas.status.y), (37, 38));
        assert_eq!(areas.hit(72, 2), Hit::Row(Side::Right, 0));
        assert_eq!(areas.hit(30, 0), Hit::Crumbs(Side::Left, 9));
        assert_eq!(areas.hit(3, 1), Hit::Places(0));
        assert_eq!(areas.hit(3, 30), Hit::Panel);
        assert_eq!(areas.hit(3, 37), Hit::Strip);
    }

    #[test]
    fn narrow_screens_show_one_pane() {
        let areas = layout(
            40,
            12,
            Wish {
                active: Side::Right,
                ..Wish::default()
            },
        );
        assert_eq!(areas.panes, [None, Some(Rect::new(0, 0, 40, 10))]);
        assert!(layout(39, 12, Wish::default()).too_small);
    }
}
