//! Tabs: pairs of panes, one pair on the screen.
//!
//! Invariant: there is always at least one, and what a parked pane waits for still reaches it.

use std::time::Instant;

use super::{App, Zone, cx};
use crate::engine::Bookmark;
use crate::model::Place;
use crate::tui::action::Action;
use crate::tui::msg::{Ask, Effects, Tone};
use crate::tui::overlay::{BookmarkList, Keeping};
use crate::tui::pane::browser::Browser;
use crate::tui::view::layout::Side;

use super::asking::Doing;

/// Most tabs: as many as there are digits to reach them.
const MOST: usize = 9;

/// A pair of panes that is not on the screen.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) panes: [Browser; 2],
    active: Side,
    zoomed: bool,
    stale: [Option<Instant>; 2],
}

impl App {
    /// How many tabs there are, and which one is shown.
    #[must_use]
    pub fn tabs(&self) -> (usize, usize) {
        (self.parked.len() + 1, self.tab)
    }

    /// Does what an action about tabs says.
    pub(super) fn turn_tab(&mut self, action: Action) -> Effects {
        let (count, now) = self.tabs();
        match action {
            Action::TabNew => self.new_tab(),
            Action::CloseTab if count == 1 => self.quit(),
            Action::CloseTab => self.close_tab(),
            _ if count == 1 => self.say(Tone::Info, "There is one tab · t opens another"),
            Action::TabNext => self.show_tab((now + 1) % count),
            Action::TabPrevious => self.show_tab((now + count - 1) % count),
            _ => match self.digit.filter(|n| (1..=count).contains(n)) {
                Some(n) => self.show_tab(n - 1),
                None => self.say(Tone::Info, format!("There are {count} tabs")),
            },
        }
    }

    fn new_tab(&mut self) -> Effects {
        let (count, now) = self.tabs();
        if count >= MOST {
            return self.say(
                Tone::Info,
                format!("{MOST} tabs are as many as there can be"),
            );
        }
        let fresh = |pane: &Browser| {
            let mut new = Browser::new(
                pane.place().clone(),
                pane.tree().dots(),
                self.known.clone(),
                self.now,
            );
            new.set_sort(pane.tree().sort());
            new.sharing(self.ahead.shelf())
        };
        let tab = Tab {
            panes: [fresh(&self.panes[0]), fresh(&self.panes[1])],
            active: self.active,
            zoomed: self.zoomed,
            stale: [None; 2],
        };
        let outgoing = self.swap(tab);
        self.parked.insert(now, outgoing);
        self.tab = now + 1;
        self.arrange();
        let mut effects = Effects::none();
        for pane in &mut self.panes {
            effects.extend(pane.start(&mut cx!(self)));
        }
        effects
    }

    /// Shows a tab; what it showed before is listed again, since much may have happened.
    pub(super) fn show_tab(&mut self, at: usize) -> Effects {
        if at == self.tab || at > self.parked.len() {
            return Effects::none();
        }
        let incoming = self.parked.remove(if at > self.tab { at - 1 } else { at });
        let outgoing = self.swap(incoming);
        let back = if at > self.tab {
            self.tab
        } else {
            self.tab - 1
        };
        self.parked.insert(back, outgoing);
        self.tab = at;
        self.arrange();
        let mut effects = Effects::none();
        for pane in &mut self.panes {
            if !pane.is_listing() {
                effects.extend(pane.refresh(&mut cx!(self)));
            }
        }
        effects
    }

    fn close_tab(&mut self) -> Effects {
        let mut effects = Effects::none();
        for pane in &mut self.panes {
            effects.extend(pane.forget());
        }
        let next = self.tab.min(self.parked.len() - 1);
        let incoming = self.parked.remove(next);
        self.swap(incoming);
        self.tab = next;
        effects
    }

    fn swap(&mut self, tab: Tab) -> Tab {
        self.zone = Zone::Pane;
        Tab {
            panes: std::mem::replace(&mut self.panes, tab.panes),
            active: std::mem::replace(&mut self.active, tab.active),
            zoomed: std::mem::replace(&mut self.zoomed, tab.zoomed),
            stale: std::mem::replace(&mut self.stale, tab.stale),
        }
    }

    /// Does what an action about bookmarks says.
    pub(super) fn turn_bookmarks(&mut self, action: Action) -> Effects {
        let place = self.pane().place().clone();
        let here = self.address(&place);
        match action {
            Action::BookmarkAdd => {
                let letter = self.free_letter(&here);
                match letter {
                    Some(letter) => self.keep_bookmark(letter, place),
                    None => self.say(Tone::Info, "Every letter is taken · m chooses one"),
                }
            }
            Action::BookmarkSet if place == Place::Accounts => {
                self.say(Tone::Info, "@ leads to the accounts from everywhere")
            }
            _ => {
                let keeping = if action == Action::BookmarkSet {
                    Keeping::Here(here)
                } else {
                    Keeping::Nothing
                };
                let rows = self
                    .bookmarks
                    .iter()
                    .map(|b| (b.letter, self.address(&b.place)))
                    .collect();
                self.open(BookmarkList::new(rows, keeping))
            }
        }
    }

    /// The first free letter of a place's last name, else the first free one at all.
    fn free_letter(&self, address: &str) -> Option<char> {
        let last = address.trim_end_matches('/').rsplit('/').next();
        let own = last
            .unwrap_or_default()
            .chars()
            .flat_map(char::to_lowercase);
        own.filter(char::is_ascii_alphanumeric)
            .chain('a'..='z')
            .chain('0'..='9')
            .find(|letter| !self.bookmarks.iter().any(|b| b.letter == *letter))
    }

    /// Keeps the active pane's place under a letter.
    pub(super) fn keep_here(&mut self, letter: char) -> Effects {
        let place = self.pane().place().clone();
        self.keep_bookmark(letter, place)
    }

    fn keep_bookmark(&mut self, letter: char, place: Place) -> Effects {
        self.bookmarks.retain(|b| b.letter != letter);
        let what = format!("'{letter} leads to {} now", self.address(&place));
        self.bookmarks.push(Bookmark { letter, place });
        self.bookmarks.sort_by_key(|b| b.letter);
        self.keep_bookmarks(what)
    }

    /// Goes to the bookmark of a letter.
    pub(super) fn go_bookmark(&mut self, letter: char) -> Effects {
        if letter == '\'' {
            return self.act(Action::Previous);
        }
        match self.bookmarks.iter().find(|b| b.letter == letter) {
            Some(bookmark) => {
                let place = bookmark.place.clone();
                self.visit(place)
            }
            None => self.say(
                Tone::Info,
                format!("There is no bookmark {letter} · m {letter} makes one here"),
            ),
        }
    }

    /// Drops the bookmark of a letter.
    pub(super) fn drop_bookmark(&mut self, letter: char) -> Effects {
        self.bookmarks.retain(|b| b.letter != letter);
        self.keep_bookmarks(format!("'{letter} is free again"))
    }

    fn keep_bookmarks(&mut self, what: String) -> Effects {
        self.places.set_bookmarks(&self.bookmarks);
        let ask = Ask::KeepBookmarks(self.bookmarks.clone());
        self.ask(ask, Doing::Kept(what), "")
    }
}
