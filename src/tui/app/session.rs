//! How the browser is left and taken up again.
//!
//! Invariant: a place is taken up only if its account is still known; a local one only where the
//! program was started in the same folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::engine::{AccountView, LeftPane as Left, Session};
use crate::model::{Account, Place};
use crate::tui::msg::SortBy;
use crate::tui::pane::browser::{Browser, Known};
use crate::tui::tree::{Dots, Name, Sort, Way};
use crate::tui::view::layout::Side;

/// The words of the file for an order of rows.
const ORDERS: [(&str, SortBy); 4] = [
    ("name", SortBy::Name),
    ("size", SortBy::Size),
    ("modified", SortBy::Modified),
    ("extension", SortBy::Extension),
];

/// What a pane begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// Where.
    pub place: Place,
    /// The name under the cursor, once it is listed.
    pub name: Option<Name>,
    /// How rows are sorted.
    pub sort: Sort,
}

/// Where the program was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// In the folder where it was left.
    Here,
    /// In another one.
    Elsewhere,
}

impl From<Place> for Begin {
    fn from(place: Place) -> Self {
        Self {
            place,
            name: None,
            sort: Sort::default(),
        }
    }
}

/// What the panes show when nobody said anything: the first account, and the folder here.
pub(super) fn usual(known: &Known, here: &Path) -> [Begin; 2] {
    let first = known.accounts.first().map(|view| view.account.clone());
    let remote = first.map_or(Place::Accounts, Place::Buckets);
    [remote.into(), Place::Folder(here.to_path_buf()).into()]
}

impl Begin {
    /// How a pane was left, if it can be taken up.
    #[must_use]
    pub fn again(left: &Left, at: Started, accounts: &[AccountView]) -> Option<Self> {
        let known = |account: &Account| accounts.iter().any(|view| view.account == *account);
        let fits = match &left.place {
            Place::Accounts => true,
            Place::Buckets(account) | Place::Prefix(account, ..) => known(account),
            Place::Folder(path) => at == Started::Here && path.is_dir(),
        };
        fits.then(|| Self {
            place: left.place.clone(),
            name: left.name.as_ref().map(|name| match left.place {
                Place::Folder(_) => Name::File(std::ffi::OsStr::new(name).into()),
                _ => Name::Text(name.as_str().into()),
            }),
            sort: sort_of(&left.sort),
        })
    }

    /// A pane that begins so.
    pub(super) fn pane(self, dots: Dots, known: Arc<Known>, now: Instant) -> Browser {
        let mut pane = Browser::new(self.place, dots, known, now);
        if self.sort != Sort::default() {
            pane.set_sort(self.sort);
        }
        if let Some(name) = self.name {
            pane.point_at(name);
        }
        pane
    }
}

impl App {
    /// How it is left.
    #[must_use]
    pub fn session(&self, here: &Path) -> Session {
        let left = |side: Side| {
            let pane = self.pane_of(side);
            let row = pane.tree().row(pane.at());
            let name = row.and_then(|(_, row)| match &row.name {
                Name::Text(text) => Some(text.to_string()),
                Name::File(name) => name.to_str().map(str::to_owned),
            });
            Left {
                place: pane.place().clone(),
                name,
                sort: word_of(pane.tree().sort()),
            }
        };
        Session {
            panes: [left(Side::Left), left(Side::Right)],
            here: here.to_owned(),
        }
    }
}

fn word_of(sort: Sort) -> String {
    let by = ORDERS.iter().find(|(_, by)| *by == sort.by);
    let by = by.map_or("name", |(word, _)| word);
    match sort.way {
        Way::Up => by.into(),
        Way::Down => format!("{by} down"),
    }
}

fn sort_of(word: &str) -> Sort {
    let (by, way) = match word.strip_suffix(" down") {
        Some(by) => (by, Way::Down),
        None => (word, Way::Up),
    };
    match ORDERS.iter().find(|(word, _)| *word == by) {
        Some((_, by)) => Sort { by: *by, way },
        None => Sort::default(),
    }
}

/// The folders of the sidebar: home, where it was started, and the top.
pub(super) fn folders_of(setup: &super::Setup) -> Vec<std::path::PathBuf> {
    let mut folders: Vec<std::path::PathBuf> = setup.home.iter().cloned().collect();
    if !folders.contains(&setup.here) {
        folders.push(setup.here.clone());
    }
    folders.push("/".into());
    folders.dedup();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_have_words() {
        for (_, by) in ORDERS {
            for way in [Way::Up, Way::Down] {
                let sort = Sort { by, way };
                assert_eq!(sort_of(&word_of(sort)), sort);
            }
        }
        assert_eq!(sort_of("colour down"), Sort::default());
    }

    #[test]
    fn a_place_of_nobody_is_not_taken_up() {
        let left = |place| Left {
            place,
            name: Some("x".into()),
            sort: "size".into(),
        };
        let gone = left(Place::Buckets(Account::new("gone")));
        assert_eq!(Begin::again(&gone, Started::Here, &[]), None);
        let root = left(Place::Folder("/".into()));
        assert_eq!(Begin::again(&root, Started::Elsewhere, &[]), None);
        let again = Begin::again(&root, Started::Here, &[]).map(|b| b.sort.by);
        assert_eq!(again, Some(SortBy::Size));
    }
}
