//! One of the two panes: any place as a tree of rows, with cursor, marks and history.
//!
//! Knows neither the other pane nor the engine: it asks through effects and is told by
//! [`Browser::reply`]. Invariant: a row is acted on only while it is shown as a row of the pane's
//! own place; what stays on the screen while a new place loads is a picture, nothing more.

mod acting;
mod confirming;
mod draw;
mod frame;
mod history;
mod listing;
mod names;
mod own;
mod seeking;
mod words;

pub use acting::Filtering;
pub use seeking::FRESH;
pub use words::thousands;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Parts;
use super::crumbs::Crumb;
use crate::engine::AccountView;
use crate::model::{Place, Trouble};
use crate::tui::cursor::Cursor;
use crate::tui::field::Field;
use crate::tui::msg::{Item, Mark};
use crate::tui::selection::Selection;
use crate::tui::tree::{Anchor, Dots, Name, SharedShelf, Sort, Tree};

/// Until then a place that loads changes nothing on the screen.
///
/// Source of the delays: `ux.md` 6, delay ladder.
pub const STILL: Duration = Duration::from_millis(150);

/// From then on a spinner turns.
pub const SPIN: Duration = Duration::from_millis(400);

/// From then on the old rows are gone and the new place says that it loads.
pub const SKELETON: Duration = Duration::from_secs(1);

/// From then on it says how to stop.
pub const LONG: Duration = Duration::from_secs(10);

/// What panes must know of the program's start.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// All accounts, the default one first.
    pub accounts: Vec<AccountView>,
    /// What was looked for when no keys were found; empty when some were.
    pub looked_for: Vec<String>,
    /// The config file, as a person would write it.
    pub config: String,
}

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Folders open in place.
    #[default]
    Tree,
    /// Folders are gone into.
    Flat,
}

/// What is still on the screen while another place loads.
#[derive(Debug)]
struct Old {
    tree: Tree,
    cursor: Cursor,
}

/// A pane.
#[derive(Debug)]
pub struct Browser {
    tree: Tree,
    cursor: Cursor,
    /// Rows that fit, set by the app whenever the layout changes.
    height: usize,
    /// Where the cursor was when the wheel scrolled last: it may be out of sight.
    scrolled: Option<usize>,
    /// Whether the person moved here; until then the cursor stays on the first row.
    moved: bool,
    /// The name that the cursor shall stand on once it comes in.
    wanted: Option<Name>,
    /// Why a listing broke off that has rows, until that was told.
    broken: Option<Trouble>,
    /// What we wrote, until a listing confirms it.
    own: Vec<own::Own>,
    /// The page that shall confirm some of that.
    confirming: Option<confirming::Confirming>,
    /// Rows were marked that had to be looked for first, and that was not told yet.
    told_marks: bool,
    /// The name that a jump goes to.
    seeking: Option<Box<str>>,
    /// A jump broke into a listing, which goes on behind it.
    interrupted: bool,
    /// When the filter was typed in last.
    typed: Option<Instant>,
    /// What the action that runs just now is about, whatever is marked.
    meant: Selection,
    shelf: SharedShelf,
    /// One of them that was not in the listing after it was made, until that was told.
    unlisted: Option<Name>,
    old: Option<Old>,
    since: Instant,
    past: Vec<history::Visit>,
    future: Vec<history::Visit>,
    visual: Option<Mark>,
    input: Option<Field>,
    /// The line that the cursor was on before a filter was typed, until the cursor is moved.
    before: Option<Anchor>,
    free: Option<u64>,
    shape: Shape,
    known: Arc<Known>,
}

impl Browser {
    /// A pane on a place. Nothing is asked before [`Browser::start`].
    #[must_use]
    pub fn new(place: Place, dots: Dots, known: Arc<Known>, now: Instant) -> Self {
        Self {
            tree: Tree::new(place, Sort::default(), dots),
            cursor: Cursor::default(),
            height: 1,
            scrolled: None,
            moved: false,
            wanted: None,
            broken: None,
            own: Vec::new(),
            confirming: None,
            told_marks: false,
            seeking: None,
            interrupted: false,
            typed: None,
            meant: Selection::default(),
            shelf: SharedShelf::default(),
            unlisted: None,
            old: None,
            since: now,
            past: Vec::new(),
            future: Vec::new(),
            visual: None,
            input: None,
            before: None,
            free: None,
            shape: Shape::default(),
            known,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.tree.root().place
    }

    /// The rows.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The line under the cursor.
    #[must_use]
    pub fn at(&self) -> usize {
        self.cursor.at
    }

    /// Tells it how many rows fit.
    pub fn resize(&mut self, parts: Parts) {
        let height = usize::from(parts.rows.height).max(1);
        let same = height == self.height && self.scrolled == Some(self.cursor.at);
        self.height = height;
        if same {
            // The wheel may leave the cursor behind; the next move comes back to it.
            let last = self.tree.len().saturating_sub(height);
            self.cursor.top = self.cursor.top.min(last);
        } else {
            self.scrolled = None;
            self.cursor.fit(self.tree.len(), height);
            self.cursor.step(0, self.tree.len(), height);
        }
    }

    /// Puts the cursor on a name of the place itself, now or when it comes in.
    pub fn point_at(&mut self, name: Name) {
        if let Some(at) = self.tree.find_name(&name) {
            self.cursor.go(at, self.tree.len(), self.height);
            self.moved = true;
        } else {
            self.wanted = Some(name);
        }
    }

    /// Why a listing that has rows broke off, told once. One without rows says it in their place.
    pub fn take_broken(&mut self) -> Option<Trouble> {
        self.broken.take()
    }

    /// A folder that was made just now and that the server does not list, told once.
    pub fn take_unlisted(&mut self) -> Option<Name> {
        self.unlisted.take()
    }

    /// What an action is about: everything marked, else the row under the cursor.
    #[must_use]
    pub fn items(&self) -> Selection {
        if !self.meant.is_empty() {
            self.meant.clone()
        } else if self.tree.marks().count > 0 {
            self.tree.selection()
        } else {
            self.tree.item_at(self.cursor.at).into_iter().collect()
        }
    }

    /// Whether an action would be about nothing.
    #[must_use]
    pub fn has_nothing(&self) -> bool {
        let marked = self.tree.marks().count > 0 || !self.meant.is_empty();
        !marked && self.tree.item_at(self.cursor.at).is_none()
    }

    /// Says what the next action is about, whatever is marked here; nothing to go back to marks.
    pub fn mean(&mut self, items: Selection) {
        self.meant = items;
    }

    /// The row under the cursor alone.
    #[must_use]
    pub fn item(&self) -> Option<Item> {
        self.tree.item_at(self.cursor.at)
    }

    /// The filter while it is typed.
    #[must_use]
    pub fn input(&self) -> Option<&Field> {
        self.input.as_ref()
    }

    /// Whether marks are set by moving.
    #[must_use]
    pub fn visual(&self) -> Option<Mark> {
        self.visual
    }

    /// The crumbs, also those of the place before while nothing shall change yet.
    #[must_use]
    pub fn crumbs(&self, show: &super::Show<'_>) -> Vec<Crumb> {
        let place = match &self.old {
            Some(old) if self.is_loading_first() && show.now < self.since + STILL => {
                &old.tree.root().place
            }
            _ => self.place(),
        };
        let first = self.known.accounts.first().map(|view| &view.account);
        let remote = match place {
            Place::Buckets(account) => {
                let view = self
                    .known
                    .accounts
                    .iter()
                    .find(|view| view.account == *account);
                let region = view.map(|v| format!(" ({})", v.region)).unwrap_or_default();
                format!("s3 {} {account}{region}", show.look.glyphs.crumb)
            }
            Place::Prefix(account, ..) if Some(account) != first => account.to_string(),
            Place::Accounts | Place::Prefix(..) | Place::Folder(_) => "s3".into(),
        };
        let separator = show.look.glyphs.crumb;
        let mut crumbs = super::crumbs::crumbs(place, &remote, show.home, separator);
        if self.is_below() && place == self.place() {
            crumbs.push(Crumb {
                text: format!(" {separator} everything below"),
                place: place.clone(),
            });
        }
        crumbs
    }

    /// The label that the account of this place carries (`PROD`).
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        let account = self.place().account()?;
        self.known
            .accounts
            .iter()
            .find(|v| v.account == *account)?
            .label
            .as_deref()
    }

    fn anchor(&self) -> Option<Anchor> {
        self.moved
            .then(|| self.tree.anchor(self.cursor.at))
            .flatten()
    }

    /// Puts the cursor back on its name after lines changed.
    fn follow(&mut self, anchor: Option<&Anchor>) {
        if let Some(name) = self.wanted.take() {
            if let Some(at) = self.tree.find_name(&name) {
                self.cursor.go(at, self.tree.len(), self.height);
                self.moved = true;
                return;
            }
            // Perhaps on a later page.
            if !self.tree.tickets().is_empty() {
                self.wanted = Some(name);
            }
        }
        let found = anchor.and_then(|a| self.tree.find(a));
        let stays = found.is_none_or(|at| at == self.cursor.at);
        if stays && self.scrolled == Some(self.cursor.at) {
            return;
        }
        match found {
            Some(at) => self.cursor.follow(at, self.tree.len(), self.height),
            None => self.cursor.fit(self.tree.len(), self.height),
        }
    }
}
