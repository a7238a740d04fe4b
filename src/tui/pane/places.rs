//! The sidebar: accounts, the buckets of one account, local folders.
//!
//! Knows no listing but that of buckets. Invariant: it asks for buckets only while it is shown, and
//! once for each account.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::browser::Known;
use super::{Focus, Parts, Show};
use crate::engine::Bookmark;
use crate::model::{Account, Bucket, BucketName, Place, Prefix, cut_middle, cut_start, shown};
use crate::tui::action::Action;
use crate::tui::cursor::Cursor;
use crate::tui::msg::{Ask, Cx, Effect, Effects, Reply, Ticket, Want};
use crate::tui::paint::{Pen, row};
use crate::tui::pane::crumbs::address;
use crate::tui::theme::Role;

/// One row of the sidebar.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Gap,
    Heading(&'static str),
    Note(&'static str),
    Place(Place),
    Bookmark(char, Place),
}

/// The buckets of one account, as far as known.
#[derive(Debug)]
enum Buckets {
    Unknown,
    Asked(Ticket),
    Known(Vec<BucketName>),
    Failed,
}

/// The sidebar.
#[derive(Debug)]
pub struct Places {
    known: Arc<Known>,
    account: Option<Account>,
    buckets: Buckets,
    local: Vec<PathBuf>,
    bookmarks: Vec<Bookmark>,
    cursor: Cursor,
    height: usize,
}

impl Places {
    /// A sidebar with these local folders.
    #[must_use]
    pub fn new(known: Arc<Known>, local: Vec<PathBuf>) -> Self {
        let account = known.accounts.first().map(|view| view.account.clone());
        Self {
            known,
            account,
            buckets: Buckets::Unknown,
            local,
            bookmarks: Vec::new(),
            cursor: Cursor::default(),
            height: 1,
        }
    }

    /// Shows these bookmarks.
    pub fn set_bookmarks(&mut self, bookmarks: &[Bookmark]) {
        self.bookmarks = bookmarks.to_vec();
    }

    /// Tells it the area of its rows.
    pub fn resize(&mut self, area: Rect) {
        self.height = usize::from(area.height).max(1);
        self.cursor.fit(self.entries().len(), self.height);
    }

    /// Shows the buckets of an account, asking for them if they are not known.
    pub fn follow(&mut self, account: Option<&Account>, cx: &mut Cx<'_>) -> Effects {
        let account = account.or(self.account.as_ref()).cloned();
        let mut effects = Effects::none();
        if account != self.account {
            if let Buckets::Asked(stale) = self.buckets {
                effects.extend(Effects::one(Effect::Forget(stale)));
            }
            self.account = account;
            self.buckets = Buckets::Unknown;
        }
        let (Buckets::Unknown, Some(account)) = (&self.buckets, &self.account) else {
            return effects;
        };
        if !self.known.looked_for.is_empty() {
            return effects;
        }
        let ticket = cx.tickets.issue();
        let ask = Ask::Buckets(account.clone());
        self.buckets = Buckets::Asked(ticket);
        effects.and(Effect::Ask(ticket, ask))
    }

    /// Takes an answer; gives whether it was this one's.
    pub fn reply(&mut self, ticket: Ticket, reply: &Reply) -> bool {
        if !matches!(self.buckets, Buckets::Asked(asked) if asked == ticket) {
            return false;
        }
        self.buckets = match reply {
            Reply::Buckets(Ok(buckets)) => Buckets::Known(names(buckets)),
            _ => Buckets::Failed,
        };
        true
    }

    /// Learns the buckets of an account from somebody else's listing.
    pub fn learn(&mut self, account: &Account, buckets: &[Bucket]) {
        if self.account.as_ref() == Some(account) && !matches!(self.buckets, Buckets::Asked(_)) {
            self.buckets = Buckets::Known(names(buckets));
        }
    }

    /// Asks again at the next occasion: a bucket was made or dropped.
    pub fn expire(&mut self) {
        if !matches!(self.buckets, Buckets::Asked(_)) {
            self.buckets = Buckets::Unknown;
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut out = vec![Entry::Heading("Account")];
        out.extend(
            self.known
                .accounts
                .iter()
                .map(|v| Entry::Place(Place::Buckets(v.account.clone()))),
        );
        out.extend([Entry::Gap, Entry::Heading("Buckets")]);
        match (&self.buckets, &self.account) {
            (Buckets::Known(names), Some(account)) if !names.is_empty() => {
                out.extend(names.iter().map(|name| {
                    Entry::Place(Place::Prefix(account.clone(), name.clone(), Prefix::root()))
                }));
            }
            (Buckets::Known(_), _) => out.push(Entry::Note("none yet")),
            (Buckets::Failed, _) => out.push(Entry::Note("cannot be listed")),
            (Buckets::Unknown | Buckets::Asked(_), _) => {}
        }
        if !self.bookmarks.is_empty() {
            out.extend([Entry::Gap, Entry::Heading("Bookmarks")]);
            let entry = |b: &Bookmark| Entry::Bookmark(b.letter, b.place.clone());
            out.extend(self.bookmarks.iter().map(entry));
        }
        out.extend([Entry::Gap, Entry::Heading("Local")]);
        out.extend(
            self.local
                .iter()
                .map(|path| Entry::Place(Place::Folder(path.clone()))),
        );
        out
    }

    /// Acts, or says that the action is not the sidebar's.
    pub fn act(&mut self, action: Action) -> Option<Vec<Want>> {
        let page = isize::try_from(self.height).unwrap_or(isize::MAX);
        let by = match action {
            Action::Down => 1,
            Action::Up => -1,
            Action::HalfDown => page / 2,
            Action::HalfUp => -(page / 2),
            Action::PageDown => page,
            Action::PageUp => -page,
            Action::Top => isize::MIN + 1,
            Action::Bottom => isize::MAX,
            Action::Open | Action::Expand => return Some(self.open(self.cursor.at)),
            _ => return None,
        };
        self.step(by);
        Some(Vec::new())
    }

    /// Moves over places only.
    fn step(&mut self, by: isize) {
        let entries = self.entries();
        let places: Vec<usize> = (0..entries.len())
            .filter(|at| matches!(entries[*at], Entry::Place(_) | Entry::Bookmark(..)))
            .collect();
        let now = places
            .iter()
            .rposition(|at| *at <= self.cursor.at)
            .unwrap_or(0);
        let next = now
            .saturating_add_signed(by)
            .min(places.len().saturating_sub(1));
        if let Some(at) = places.get(next) {
            self.cursor.go(*at, entries.len(), self.height);
        }
    }

    /// What opening an entry wants.
    #[must_use]
    pub fn open(&self, at: usize) -> Vec<Want> {
        self.place_at(at).map(Want::Visit).into_iter().collect()
    }

    /// The place of an entry.
    #[must_use]
    pub fn place_at(&self, at: usize) -> Option<Place> {
        match self.entries().into_iter().nth(at) {
            Some(Entry::Place(place) | Entry::Bookmark(_, place)) => Some(place),
            _ => None,
        }
    }

    /// The entry at a row of the area between the rules.
    #[must_use]
    pub fn entry_at(&self, row: u16) -> usize {
        self.cursor.top + usize::from(row)
    }

    /// Puts the cursor on an entry that was clicked.
    pub fn click(&mut self, at: usize) {
        self.cursor.at = at;
        self.step(0);
    }

    /// Scrolls.
    pub fn scroll(&mut self, by: isize) {
        self.cursor.scroll(by, self.entries().len(), self.height);
    }

    /// Draws it. `here` is the place of the pane that has the focus, or had it last.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, show: &Show<'_>, here: &Place) {
        let glyphs = show.look.glyphs;
        let (line, role) = match show.focus {
            Focus::Here => (glyphs.heavy, Role::Active),
            Focus::Elsewhere => (glyphs.light, Role::Rule),
        };
        let title = if show.focus == Focus::Here {
            Role::Active
        } else {
            Role::Dim
        };
        let parts = Parts::of(area, 0);
        let mut pen = Pen::new(parts.crumbs, buf, show.look);
        pen.times(line, 1, role).put(" Places ", title);
        let rest = pen.room();
        pen.times(line, rest, role);
        Pen::new(parts.count, buf, show.look).times(line, usize::from(area.width), role);
        for (n, (at, entry)) in self
            .entries()
            .iter()
            .enumerate()
            .skip(self.cursor.top)
            .take(parts.rows.height.into())
            .enumerate()
        {
            let pen = Pen::new(row(parts.rows, n), buf, show.look);
            self.draw_entry((at, entry), pen, show, here);
        }
    }

    fn draw_entry(
        &self,
        (at, entry): (usize, &Entry),
        mut pen: Pen<'_>,
        show: &Show<'_>,
        here: &Place,
    ) {
        let place = match entry {
            Entry::Gap => return,
            Entry::Heading(text) => {
                pen.put(text, Role::Dim);
                return;
            }
            Entry::Note(text) => {
                pen.skip(2).put(text, Role::Dim);
                return;
            }
            Entry::Place(place) | Entry::Bookmark(_, place) => place,
        };
        let letter = match entry {
            Entry::Bookmark(letter, _) => Some(*letter),
            _ => None,
        };
        let (glyphs, theme) = (show.look.glyphs, show.look.theme);
        let is_here = letter.is_none() && is_within(here, place);
        let on = at == self.cursor.at && show.focus == Focus::Here;
        let target = show.target == Some(super::Target::Line(at));
        let role = match place {
            _ if is_here || letter.is_some() => Role::Text,
            Place::Buckets(_) => Role::Text,
            Place::Accounts | Place::Prefix(..) | Place::Folder(_) => Role::Folder,
        };
        let mut style = theme.role(role).remove_modifier(Modifier::BOLD);
        if is_here {
            style = style.add_modifier(Modifier::BOLD);
        }
        let over = if target {
            theme.target
        } else if on {
            theme.cursor
        } else {
            Style::default()
        };
        let name = name_of(place, letter, show, pen.room());
        let pointer = if on || is_here { glyphs.cursor } else { " " };
        pen.styled(pointer, theme.active.patch(over));
        pen.styled(
            if target { glyphs.crumb } else { " " },
            theme.good.patch(over),
        );
        if let Some(letter) = letter {
            pen.styled(&format!("'{letter}  "), theme.dim.patch(over));
        }
        pen.styled(&name, style.patch(over));
        let rest = " ".repeat(pen.room());
        pen.styled(&rest, over);
    }
}

/// The name of an entry, cut to its room: a bookmark's end tells most.
fn name_of(place: &Place, letter: Option<char>, show: &Show<'_>, room: usize) -> String {
    let name = match place {
        Place::Buckets(account) => account.to_string(),
        Place::Prefix(_, bucket, prefix) if letter.is_some() => format!("{bucket}/{prefix}")
            .trim_end_matches('/')
            .to_owned(),
        Place::Prefix(_, bucket, _) => bucket.to_string(),
        Place::Accounts | Place::Folder(_) => local_name(place, show),
    };
    match letter {
        Some(_) => cut_start(shown(&name).as_str(), room.saturating_sub(7)),
        None => cut_middle(shown(&name).as_str(), room.saturating_sub(3)),
    }
}

fn local_name(place: &Place, show: &Show<'_>) -> String {
    let text = address(place, show.home).to_string();
    if text.len() > 1 {
        text.trim_end_matches('/').to_string()
    } else {
        text
    }
}

fn names(buckets: &[Bucket]) -> Vec<BucketName> {
    let mut names: Vec<BucketName> = buckets.iter().map(|b| b.name.clone()).collect();
    names.sort();
    names
}

/// Whether a pane's place is this entry or lies in it.
fn is_within(here: &Place, entry: &Place) -> bool {
    match (here, entry) {
        (Place::Prefix(account, bucket, _), Place::Prefix(of, name, _)) => {
            account == of && bucket == name
        }
        (Place::Folder(path), Place::Folder(of)) => path == of,
        (here, entry) => here == entry,
    }
}
