//! The mouse: clicks, double clicks, the wheel, and dragging rows from here to there.

use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{App, Zone, cx};
use crate::model::Place;
use crate::tui::action::Action;
use crate::tui::drag::{Drag, EDGE, Over, Press};
use crate::tui::msg::{Effects, SortBy, Tone};
use crate::tui::overlay::{Menu, Step};
use crate::tui::pane::columns::{Columns, LEAD, SIZE};
use crate::tui::pane::{Parts, Target, crumbs};
use crate::tui::view::layout::{Hit, Side};
use crate::tui::view::likely;

/// Two clicks at one spot within this time open.
const DOUBLE: Duration = Duration::from_millis(400);

/// Rows that a step of the wheel scrolls.
const WHEEL: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent) -> Effects {
        if let Some(effects) = self.click_hint(event) {
            return effects;
        }
        let effects = self.mouse_over(event);
        self.tell_selecting(event);
        effects
    }

    fn mouse_over(&mut self, event: MouseEvent) -> Effects {
        if let Some(mut top) = self.overlays.pop() {
            let screen = self.areas().above_status();
            return match top.mouse(event, screen, &mut cx!(self)) {
                Step::Stay(wants) => {
                    self.overlays.push(top);
                    self.run_all(wants)
                }
                Step::Close(wants) => self.run_all(wants),
                Step::Pass => {
                    self.overlays.push(top);
                    Effects::none()
                }
            };
        }
        let (x, y) = (event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.press(x, y, event.modifiers),
            MouseEventKind::Down(MouseButton::Right) => self.menu(x, y),
            MouseEventKind::Drag(MouseButton::Left) => self.drag_to(x, y),
            MouseEventKind::Up(MouseButton::Left) => self.release(x, y),
            MouseEventKind::ScrollDown => self.wheel(x, y, WHEEL),
            MouseEventKind::ScrollUp => self.wheel(x, y, -WHEEL),
            _ => Effects::none(),
        }
    }

    /// A menu of what the hint line shows, for the row under the mouse.
    fn menu(&mut self, x: u16, y: u16) -> Effects {
        let Hit::Row(side, row) = self.areas().hit(x, y) else {
            return Effects::none();
        };
        self.active = side;
        self.zone = Zone::Pane;
        if let Some(line) = self.pane().line_at(row) {
            let marked = self
                .pane()
                .tree()
                .row(line)
                .is_some_and(|(_, row)| row.marked);
            if !marked {
                self.pane_mut().click(line);
            }
        }
        let areas = self.areas();
        let mode = self.mode();
        let rows = likely(self, &areas).into_iter().map(|action| {
            let key = self.keymap.keys_of(mode, action).into_iter().next();
            (
                action,
                key.unwrap_or_default(),
                action.verb().hint.to_owned(),
            )
        });
        let menu = Menu::new((x, y), rows.take(12).collect());
        self.open(menu)
    }

    fn press(&mut self, x: u16, y: u16, modifiers: KeyModifiers) -> Effects {
        self.notes.acted();
        self.press = None;
        let areas = self.areas();
        if let Some(strip) = areas
            .tabs(self.tabs().0)
            .filter(|s| s.contains((x, y).into()))
        {
            return self.show_tab(usize::from((x - strip.x) / 3));
        }
        let double = self.last_click.is_some_and(|(at, cell)| {
            cell == (x, y) && self.now.saturating_duration_since(at) <= DOUBLE
        });
        self.last_click = (!double).then_some((self.now, (x, y)));
        match areas.hit(x, y) {
            Hit::Row(side, row) => {
                self.active = side;
                self.zone = Zone::Pane;
                let marks = modifiers.contains(KeyModifiers::CONTROL);
                match self.pane().line_at(row) {
                    None => {}
                    Some(line) if marks => {
                        self.pane_mut().click_mark(line);
                        self.begin_sweep(side, line);
                    }
                    Some(line) if double => {
                        self.pane_mut().click(line);
                        return self.act(Action::Open);
                    }
                    Some(line) => return self.press_row(side, line, (x, y)),
                }
                Effects::none()
            }
            Hit::Crumbs(side, cell) => self.click_crumb(side, cell),
            Hit::Header(side, cell) => self.click_header(side, cell),
            Hit::Count(side) => {
                self.active = side;
                self.zone = Zone::Pane;
                Effects::none()
            }
            Hit::Places(row) => {
                let entry = self.places.entry_at(row);
                self.places.click(entry);
                let wants = self.places.open(entry);
                self.zone = Zone::Pane;
                self.run_all(wants)
            }
            Hit::Panel => {
                self.press_job(y);
                if double {
                    self.act(Action::QueueOpen)
                } else {
                    Effects::none()
                }
            }
            Hit::Strip => self.click_strip(),
            Hit::Nothing => Effects::none(),
        }
    }

    /// A press on a row: the beginning of a drag, or a click on the `▸` of a folder.
    fn press_row(&mut self, side: Side, line: usize, at: (u16, u16)) -> Effects {
        self.pane_mut().click(line);
        if self.on_tree_glyph(side, line, at.0) {
            return self.turn_folder(line);
        }
        self.press = Some(Press { at, side, line });
        Effects::none()
    }

    /// Whether a click hit the `▸` of a folder.
    fn on_tree_glyph(&self, side: Side, line: usize, x: u16) -> bool {
        let Some(area) = self.areas().panes[side.index()] else {
            return false;
        };
        let Some((branch, row)) = self.pane().tree().row(line) else {
            return false;
        };
        let glyph = LEAD + usize::from(branch.depth) * 2;
        row.kind.is_folder() && usize::from(x) == usize::from(area.x) + glyph
    }

    fn turn_folder(&mut self, line: usize) -> Effects {
        let open = self
            .pane()
            .tree()
            .row(line)
            .is_some_and(|(_, row)| self.pane().tree().is_open(&row));
        self.act(if open {
            Action::Collapse
        } else {
            Action::Expand
        })
    }

    fn click_crumb(&mut self, side: Side, cell: u16) -> Effects {
        self.active = side;
        self.zone = Zone::Pane;
        let areas = self.areas();
        let Some(area) = areas.panes[side.index()] else {
            return Effects::none();
        };
        let strip = areas
            .tabs(self.tabs().0)
            .filter(|s| area.contains(s.as_position()));
        let taken = usize::from(strip.map_or(0, |s| s.width + 2));
        let label = self
            .pane()
            .label()
            .map_or(0, |l| crate::model::width(l) + 3);
        let room = usize::from(area.width).saturating_sub(4 + label + taken);
        let all = crumbs::crumbs(self.pane().place(), "s3", self.home.as_deref(), "›");
        let shown = crumbs::fit(all, room);
        let Some(cell) = usize::from(cell).checked_sub(2 + label) else {
            return Effects::none();
        };
        match crumbs::at(&shown, cell) {
            Some(crumb) if crumb.place != *self.pane().place() => {
                let place = crumb.place.clone();
                self.visit(place)
            }
            _ => Effects::none(),
        }
    }

    fn click_header(&mut self, side: Side, cell: u16) -> Effects {
        self.active = side;
        let areas = self.areas();
        let Some(area) = areas.panes[side.index()] else {
            return Effects::none();
        };
        let name = Columns::of(area.width, areas.least()).name + LEAD;
        let by = match usize::from(cell) {
            cell if cell <= name => SortBy::Name,
            cell if cell <= name + SIZE + 1 => SortBy::Size,
            _ => SortBy::Modified,
        };
        let sort = self.pane().tree().sort().chosen(by);
        self.pane_mut().set_sort(sort);
        Effects::none()
    }

    fn wheel(&mut self, x: u16, y: u16, by: isize) -> Effects {
        match self.areas().hit(x, y) {
            Hit::Row(side, _) => self.panes[side.index()].scroll(by),
            Hit::Places(_) => self.places.scroll(by),
            _ => {}
        }
        Effects::none()
    }

    fn drag_to(&mut self, x: u16, y: u16) -> Effects {
        self.sweep_to(x, y);
        if self.drag.is_none() {
            let Some(press) = self.press.filter(|press| press.is_drag(x, y)) else {
                return Effects::none();
            };
            let pane = &self.panes[press.side.index()];
            let marked = pane
                .tree()
                .row(press.line)
                .is_some_and(|(_, row)| row.marked);
            let items = if marked {
                pane.items()
            } else {
                pane.tree().item_at(press.line).into_iter().collect()
            };
            if items.is_empty() {
                self.press = None;
                return self.say(Tone::Info, "This cannot be dragged");
            }
            // Whatever comes next at this spot is a first click.
            self.last_click = None;
            let scrolled = self.now;
            self.drag = Some(Drag {
                from: press.side,
                items,
                at: (x, y),
                over: None,
                scrolled,
            });
        }
        let over = self.over(x, y);
        if let Some(drag) = &mut self.drag {
            drag.at = (x, y);
            drag.over = over;
        }
        Effects::none()
    }

    /// What the mouse is over, and the place that this stands for.
    fn over(&self, x: u16, y: u16) -> Option<(Over, Place)> {
        let drag = self.drag.as_ref()?;
        let own = |place: &Place| drag.items.holds(place);
        match self.areas().hit(x, y) {
            Hit::Row(side, row) => {
                let pane = &self.panes[side.index()];
                let folder = pane
                    .line_at(row)
                    .and_then(|line| Some((line, pane.tree().place_at(line)?)))
                    .filter(|(_, place)| can_receive(place) && !own(place));
                match folder {
                    Some((line, place)) => Some((Over::Pane(side, Target::Line(line)), place)),
                    None => self.over_pane(side),
                }
            }
            Hit::Crumbs(side, _) | Hit::Header(side, _) | Hit::Count(side) => self.over_pane(side),
            Hit::Places(row) => {
                let entry = self.places.entry_at(row);
                let place = self.places.place_at(entry).filter(can_receive)?;
                Some((Over::Places(entry), place))
            }
            // Handed to the queue: to where F5 would copy.
            Hit::Panel | Hit::Strip => self.over_pane(drag.from.other()),
            Hit::Nothing => None,
        }
    }

    /// A pane as a target: its place, unless the things come from there.
    fn over_pane(&self, side: Side) -> Option<(Over, Place)> {
        let place = self.panes[side.index()].place();
        let from = self.drag.as_ref()?.from;
        let elsewhere = side != from && place != self.panes[from.index()].place();
        (elsewhere && can_receive(place)).then(|| (Over::Pane(side, Target::Place), place.clone()))
    }

    fn release(&mut self, x: u16, y: u16) -> Effects {
        (self.press, self.sweep) = (None, None);
        let Some(drag) = self.drag.take() else {
            return Effects::none();
        };
        if let Some((_, place)) = drag.over {
            return self.ask_drop(drag.items, place);
        }
        let home = matches!(self.areas().hit(x, y), Hit::Row(side, _) if side == drag.from);
        let text = if home {
            "Dropped where it came from: nothing to do"
        } else {
            "Nothing can be put there · drop on a folder, a bucket or the other pane"
        };
        self.say(Tone::Info, text)
    }

    /// Whether a drag is held at the upper or lower end of a list.
    pub(super) fn is_at_edge(&self) -> bool {
        self.edge().is_some()
    }

    fn edge(&self) -> Option<(Side, isize)> {
        let (x, y) = self.drag.as_ref()?.at;
        let areas = self.areas();
        let side = Side::BOTH.into_iter().find(|side| {
            areas.panes[side.index()].is_some_and(|a| (a.left()..a.right()).contains(&x))
        })?;
        let rows = Parts::of(areas.panes[side.index()]?, areas.least()).rows;
        if y <= rows.top() {
            Some((side, -EDGE.1))
        } else if y + 1 >= rows.bottom() {
            Some((side, EDGE.1))
        } else {
            None
        }
    }

    /// Scrolls the list that a drag is held at the edge of.
    pub(super) fn scroll_at_edge(&mut self) -> Effects {
        let Some((side, by)) = self.edge() else {
            return Effects::none();
        };
        let Some(drag) = self
            .drag
            .as_mut()
            .filter(|d| self.now >= d.scrolled + EDGE.0)
        else {
            return Effects::none();
        };
        drag.scrolled = self.now;
        let (x, y) = drag.at;
        self.panes[side.index()].scroll(by);
        let over = self.over(x, y);
        if let Some(drag) = &mut self.drag {
            drag.over = over;
        }
        Effects::none()
    }
}

/// Whether things can be put into a place.
fn can_receive(place: &Place) -> bool {
    matches!(place, Place::Prefix(..) | Place::Folder(_))
}
