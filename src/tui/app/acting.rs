//! Actions that concern more than one pane. What is a pane's own business is passed on.

use super::deleting::Means;
use super::{App, Panel, Zone, cx};
use crate::model::Place;
use crate::term::Mouse;
use crate::tui::action::Action;
use crate::tui::msg::{Effect, Effects, Mark, Tone};
use crate::tui::overlay::{LinksView, Makes, Prompt};
use crate::tui::view::layout::{Shown, Side};

impl App {
    /// Does what an action says.
    pub(super) fn act(&mut self, action: Action) -> Effects {
        if let Some(by) = preview_step(action)
            && self.scroll_preview(by)
        {
            return Effects::none();
        }
        if let Some(effects) = self.act_here(action) {
            return effects;
        }
        let effects = match action {
            Action::OtherPane => self.other_pane(),
            Action::NextArea => self.next_area(),
            Action::SwapPanes => {
                self.panes.swap(0, 1);
                self.stale.swap(0, 1);
                Effects::none()
            }
            Action::Zoom => {
                self.zoomed = !self.zoomed;
                Effects::none()
            }
            Action::Sidebar => self.turn_sidebar(),
            Action::Queue => self.turn_queue(),
            Action::QueueFull => self.open_queue(),
            Action::Answer => self.answer(),
            Action::Messages => self.open_messages(),
            Action::Palette => self.open_palette(),
            Action::Mouse => self.turn_mouse(),
            Action::Shell => self.shell(),
            Action::Redraw => Effects::one(Effect::Redraw),
            Action::Suspend => self.suspend(),
            Action::Escape => self.escape(),
            Action::Quit => self.quit(),
            other => return self.act_on_items(other),
        };
        self.pending.clear();
        effects
    }

    /// Offers an action to where the keys go.
    fn act_here(&mut self, action: Action) -> Option<Effects> {
        let wants = match self.zone {
            Zone::Queue => {
                let wants = self.queue.act(action, &mut cx!(self));
                if wants.is_empty() && !is_queue(action) {
                    return None;
                }
                wants
            }
            Zone::Places => match self.places.act(action) {
                Some(wants) => {
                    if !wants.is_empty() {
                        self.zone = Zone::Pane;
                    }
                    wants
                }
                None => return None,
            },
            Zone::Pane => self.with_pane(|pane, cx| pane.act(action, cx))?,
        };
        Some(self.run_all(wants))
    }

    fn act_on_items(&mut self, action: Action) -> Effects {
        if self.zone == Zone::Places {
            self.zone = Zone::Pane;
        }
        match action {
            Action::Copy | Action::Move | Action::CopyRight | Action::CopyLeft => self.copy(action),
            Action::CopyHere => self.copy_here(),
            Action::Yank | Action::Cut => self.remember(action),
            Action::Paste => self.paste_here(),
            Action::ForgetYank => match self.yank.take() {
                Some(_) => self.say(Tone::Info, "Forgotten"),
                None => self.say(Tone::Info, "Nothing was remembered"),
            },
            Action::Delete => self.delete(Means::Trash),
            Action::DeleteForGood => self.delete(Means::ForGood),
            Action::Compare => self.compare(),
            Action::Undo => self.undo(),
            Action::Rename => self.rename(),
            Action::New => self.new_entry(),
            Action::NewFolder => self.new_folder(),
            Action::NewText => self.new_text(),
            Action::Edit => self.edit(),
            Action::Link => self.link(),
            Action::Links => {
                let links = self.handed.iter().rev().cloned().collect();
                self.open(LinksView::new(links, self.wall))
            }
            Action::Share => self.share(),
            Action::CopyAddress | Action::CopyName => self.copy_text(action),
            Action::View => self.view_item(),
            Action::Info => self.info(),
            Action::OpenOutside => self.open_outside(),
            Action::Count => self.count(),
            Action::MarkPattern => self.open(Prompt::new(Makes::Pattern(Mark::Set))),
            Action::UnmarkPattern => self.open(Prompt::new(Makes::Pattern(Mark::Clear))),
            Action::GoTo => self.open_go_to(),
            Action::TabNew
            | Action::TabNext
            | Action::TabPrevious
            | Action::TabNth
            | Action::CloseTab => self.turn_tab(action),
            Action::Preview => self.turn_preview(),
            Action::Find => self.find_below(),
            Action::BookmarkSet | Action::BookmarkAdd | Action::Bookmarks => {
                self.turn_bookmarks(action)
            }
            Action::Home
            | Action::GoBuckets
            | Action::GoLocal
            | Action::GoSame
            | Action::Accounts => self.go(action),
            _ => Effects::none(),
        }
    }

    fn other_pane(&mut self) -> Effects {
        if self.zone == Zone::Pane {
            self.active = self.active.other();
        }
        self.zone = Zone::Pane;
        Effects::none()
    }

    fn next_area(&mut self) -> Effects {
        let areas = self.areas();
        let order = [
            (Zone::Pane, Side::Left),
            (Zone::Pane, Side::Right),
            (Zone::Queue, self.active),
            (Zone::Places, self.active),
        ];
        let now = match (self.zone, self.active) {
            (Zone::Pane, Side::Left) => 0,
            (Zone::Pane, Side::Right) => 1,
            (Zone::Queue, _) => 2,
            (Zone::Places, _) => 3,
        };
        for step in 1..=order.len() {
            let (zone, side) = order[(now + step) % order.len()];
            let there = match zone {
                Zone::Pane => true,
                Zone::Queue => areas.panel.is_some(),
                Zone::Places => areas.sidebar.is_some(),
            };
            if there {
                self.zone = zone;
                self.active = side;
                break;
            }
        }
        Effects::none()
    }

    fn turn_sidebar(&mut self) -> Effects {
        self.sidebar = match self.sidebar {
            Shown::Yes => Shown::No,
            Shown::No => Shown::Yes,
        };
        if self.size.0 < 120 {
            return self.say(
                Tone::Info,
                "The sidebar needs 120 columns · g b shows the buckets here",
            );
        }
        Effects::none()
    }

    /// The panel first, with the keys in it; then the whole screen.
    fn turn_queue(&mut self) -> Effects {
        if self.size.1 < 16 {
            return self.open_queue();
        }
        if self.snapshot.rows.is_empty() && self.panel == Panel::Open {
            self.panel = Panel::Auto;
            self.zone = Zone::Pane;
            return Effects::none();
        }
        self.panel = Panel::Open;
        if self.zone != Zone::Queue {
            self.queue.select(0);
        }
        self.zone = Zone::Queue;
        Effects::none()
    }

    /// Shows or hides the panel, by a click on the strip.
    pub(super) fn click_strip(&mut self) -> Effects {
        if self.areas().panel.is_some() {
            self.panel = Panel::Closed;
            return Effects::none();
        }
        self.turn_queue()
    }

    fn turn_mouse(&mut self) -> Effects {
        let (mouse, text) = match self.mouse {
            Mouse::Captured => (
                Mouse::Free,
                "The mouse is your terminal's: select text with it",
            ),
            Mouse::Free => (Mouse::Captured, "The mouse works in here again"),
        };
        self.mouse = mouse;
        let mut effects = self.say(Tone::Info, text);
        effects.extend(Effects::one(Effect::Mouse(mouse)));
        effects
    }

    /// Whether nothing may be changed at a place.
    #[must_use]
    pub fn refuses(&self, place: &Place) -> bool {
        self.refusal(place).is_some()
    }

    /// Why nothing may be changed at a place, if so.
    pub(super) fn refusal(&self, place: &Place) -> Option<String> {
        if self.read_only {
            return Some("Nothing is changed: windlass runs with --read-only".into());
        }
        let account = place.account()?;
        let view = self
            .known
            .accounts
            .iter()
            .find(|view| view.account == *account)?;
        view.read_only
            .then(|| format!("{account} is read-only in your config"))
    }
}

/// What J and K scroll while there is a preview.
fn preview_step(action: Action) -> Option<isize> {
    match action {
        Action::PreviewDown => Some(5),
        Action::PreviewUp => Some(-5),
        _ => None,
    }
}

fn is_queue(action: Action) -> bool {
    matches!(
        action,
        Action::Down
            | Action::Up
            | Action::Top
            | Action::Bottom
            | Action::HalfDown
            | Action::HalfUp
            | Action::PageDown
            | Action::PageUp
    )
}
