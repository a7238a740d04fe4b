//! What lies directly below one place: rows as they come in, and how far their listing is.
//!
//! Knows no screen and asks nothing. Invariant: rows that are shown come from answers only; a
//! listing that failed or was stopped says so, it never ends as "done".

use std::collections::HashSet;
use std::time::Instant;

use super::order::Sort;
use super::row::{Name, Row};
use crate::model::{Place, Token, Trouble};
use crate::tui::msg::Ticket;

/// How many rows a listing brings before it waits to be asked for more.
///
/// Source: `ux.md` 6, "Pause at 10,000 keys".
pub const FIRST_LIMIT: usize = 10_000;

/// The most rows kept of one place.
pub const LAST_LIMIT: usize = 2_000_000;

/// How far a listing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Never asked.
    Unasked,
    /// An answer is awaited.
    Asking {
        /// Under which ticket.
        ticket: Ticket,
        /// Since when the whole listing runs.
        since: Instant,
    },
    /// Complete.
    Done,
    /// There is more, from here on.
    Paused(Token),
    /// The person stopped it.
    Stopped,
    /// It failed; rows from before may still be there.
    Failed(Box<Trouble>),
}

/// One opened folder, or the place of the pane itself.
#[derive(Debug)]
pub struct Branch {
    /// What was listed.
    pub place: Place,
    /// How deep it lies below the pane's place.
    pub depth: u16,
    /// The rows, in the order in which they came.
    pub rows: Vec<Row>,
    /// How far the listing is.
    pub listing: Listing,
    /// Whether its rows are shown.
    pub open: bool,
    order: Vec<u32>,
    incoming: Option<Vec<Row>>,
    /// Folders of the pages so far, while there is more than one page.
    folders: HashSet<Name>,
    limit: usize,
}

impl Branch {
    /// A branch that was never listed.
    #[must_use]
    pub fn new(place: Place, depth: u16) -> Self {
        Self {
            place,
            depth,
            rows: Vec::new(),
            listing: Listing::Unasked,
            open: true,
            order: Vec::new(),
            incoming: None,
            folders: HashSet::new(),
            limit: FIRST_LIMIT,
        }
    }

    /// Starts listing, or goes on where it paused.
    pub fn begin(&mut self, ticket: Ticket, now: Instant) {
        if let Listing::Paused(_) = self.listing {
            self.limit = (self.limit * 10).min(LAST_LIMIT);
        } else {
            self.folders.clear();
            self.incoming = (!self.rows.is_empty()).then(Vec::new);
        }
        self.listing = Listing::Asking { ticket, since: now };
    }

    /// The ticket that is waited for.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        match self.listing {
            Listing::Asking { ticket, .. } => Some(ticket),
            _ => None,
        }
    }

    /// Rows that came so far, also of a new listing that will replace the old one.
    #[must_use]
    pub fn so_far(&self) -> usize {
        self.incoming.as_ref().map_or(self.rows.len(), Vec::len)
    }

    /// Whether the rows are those of an earlier listing while a new one runs.
    #[must_use]
    pub fn is_refreshing(&self) -> bool {
        self.incoming.is_some()
    }

    /// Whether nothing was ever answered.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.rows.is_empty() && !matches!(self.listing, Listing::Done | Listing::Paused(_))
    }

    /// Takes a page. Gives where to go on, if more is wanted now.
    pub fn take(&mut self, rows: Vec<Row>, next: Option<Token>, sort: Sort) -> Option<Token> {
        // Some servers name a folder again on each page that has keys of it.
        let paged = next.is_some() || !self.folders.is_empty();
        let into = self.incoming.as_mut().unwrap_or(&mut self.rows);
        for row in rows {
            let again = paged && row.kind.is_folder() && !self.folders.insert(row.name.clone());
            if !again {
                into.push(row);
            }
        }
        let full = into.len() >= self.limit;
        let again = match next {
            None => {
                self.listing = Listing::Done;
                self.folders = HashSet::new();
                None
            }
            Some(token) if full => {
                self.listing = Listing::Paused(token);
                None
            }
            Some(token) => Some(token),
        };
        if again.is_none() {
            self.replace();
        }
        if self.incoming.is_none() {
            self.sort(sort);
        }
        again
    }

    /// Adds a folder that is known to be there although the complete listing lacks it. Whether it
    /// did lack it.
    pub fn adopt(&mut self, name: &Name, sort: Sort) -> bool {
        let here = |row: &Row| row.kind.is_folder() && row.name == *name;
        if self.listing != Listing::Done || self.rows.iter().any(here) {
            return false;
        }
        self.rows.push(Row::folder(name.clone()));
        self.sort(sort);
        true
    }

    /// Ends the listing with a failure.
    pub fn fail(&mut self, trouble: Trouble) {
        self.incoming = None;
        self.listing = Listing::Failed(Box::new(trouble));
    }

    /// Ends the listing because the person wants so. Gives the ticket to forget.
    pub fn stop(&mut self) -> Option<Ticket> {
        let ticket = self.ticket()?;
        self.incoming = None;
        self.listing = Listing::Stopped;
        Some(ticket)
    }

    /// Puts the rows of a new listing in place of the old; marks and opened folders are carried
    /// over by name.
    fn replace(&mut self) {
        let Some(mut rows) = self.incoming.take() else {
            return;
        };
        let sized = |row: &Row| row.kind.is_folder() && row.size.is_some();
        let keep = |row: &&Row| row.marked || row.branch.is_some() || sized(row);
        let kept: std::collections::HashMap<_, _> = self
            .rows
            .iter()
            .filter(keep)
            .map(|row| ((&row.name, row.kind.is_folder()), row))
            .collect();
        if !kept.is_empty() {
            for row in &mut rows {
                if let Some(old) = kept.get(&(&row.name, row.kind.is_folder())) {
                    row.marked = old.marked;
                    row.branch = old.branch;
                    if row.kind.is_folder() {
                        // It was counted: as of then.
                        row.size = row.size.or(old.size);
                    }
                }
            }
        }
        self.rows = rows;
    }

    /// Sorts the rows.
    pub fn sort(&mut self, sort: Sort) {
        self.order.retain(|at| (*at as usize) < self.rows.len());
        let known = self.order.len();
        if known != self.rows.len() {
            self.order.clear();
            self.order
                .extend((0..self.rows.len()).filter_map(|n| u32::try_from(n).ok()));
        }
        let rows = &self.rows;
        self.order
            .sort_by(|a, b| sort.compare(&rows[*a as usize], &rows[*b as usize]));
    }

    /// The indexes of the rows, as sorted.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }
}
