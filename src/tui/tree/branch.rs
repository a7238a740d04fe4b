//! What lies directly below one place: rows as they come in, and how far their listing is.
//!
//! Knows no screen and asks nothing. Invariant: rows that are shown come from answers, or are marked
//! as our own; a listing that failed, was stopped or has gaps says so, it never ends as "done".

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::arrange::{AT_ONCE, Arrange, Spec};
use super::chunk::Chunk;
use super::gap::{Gap, Landing};
use super::rows::Rows;
use super::view::{ByName, View};
use crate::engine::Start;
use crate::model::{Place, Trouble};
use crate::tui::msg::Ticket;

/// How many rows a listing brings before it waits to be asked for more.
///
/// Source: `ux.md` 6, "Pause at 10,000 keys".
pub const FIRST_LIMIT: usize = 10_000;

/// The most rows kept of one place.
pub const LAST_LIMIT: usize = 2_000_000;

/// How many rows are listed to close a gap before it waits to be asked again.
pub const GAP_LIMIT: usize = 10_000;

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
    /// There is more that was not asked for.
    Paused,
    /// The person stopped it.
    Stopped,
    /// It failed; rows from before may still be there.
    Failed(Box<Trouble>),
}

/// How far down a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// What lies directly in the place.
    #[default]
    Here,
    /// Everything below it, by paths, without folders.
    Below,
}

/// What shall be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Everything again, from the beginning; the rows stay until the new ones are complete.
    Over,
    /// On from where it ended.
    On,
    /// On from where it paused, to the end.
    More,
    /// What is missing between two stretches of rows: which gap, and after how many rows to pause.
    Gap(usize, usize),
    /// The rows from a name on, wherever the listing is.
    At(Box<str>),
}

/// Which stretch a listing fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filling {
    /// The last one.
    Tail,
    /// A gap: which, and how many rows are still wanted of it.
    Gap(usize, usize),
    /// A new stretch.
    Landing(Landing),
}

/// Some rows as they came, packed.
#[derive(Debug)]
pub struct Batch {
    /// The rows.
    pub rows: Arc<Chunk>,
    /// Where to go on; none at the end of the place.
    pub next: Option<Start>,
    /// Whether more comes without asking.
    pub rest: Rest,
    /// Free bytes of the disk that the place lies on.
    pub free: Option<u64>,
}

/// Whether more rows come under the same ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// They do.
    Coming,
    /// These were the last ones.
    Over,
}

/// What follows from a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// More comes.
    Wait,
    /// The listing is over, or pauses.
    Over,
    /// The listing is over although more would come: forget it.
    Forget(Ticket),
}

/// One opened folder, or the place of the pane itself.
#[derive(Debug)]
pub struct Branch {
    /// What was listed.
    pub place: Place,
    /// How deep it lies below the pane's place.
    pub depth: u16,
    /// The rows.
    pub rows: Rows,
    /// How far the listing is.
    pub listing: Listing,
    /// Whether its rows are shown.
    pub open: bool,
    /// When the listing that the rows are from began.
    pub listed: Option<Instant>,
    /// The folder that it is, as branch and row.
    pub(super) above: Option<(u32, u32)>,
    pub(super) view: View,
    /// For what the view was worked out, and of which rows.
    pub(super) viewed: Option<(Spec, u64)>,
    /// Counts the changes of the rows, and those after which old row numbers mean nothing.
    pub(super) version: u64,
    pub(super) epoch: u64,
    /// When the view was worked out elsewhere last.
    pub(super) worked: Option<Instant>,
    pub(super) gaps: Vec<Gap>,
    /// Where the last stretch goes on.
    pub(super) tail: Option<Start>,
    pub(super) filling: Filling,
    pub(super) incoming: Option<(Rows, Option<Start>)>,
    pub(super) limit: usize,
    /// How far down its rows go.
    pub reach: Reach,
}

impl Branch {
    /// A branch that was never listed.
    #[must_use]
    pub fn new(place: Place, depth: u16) -> Self {
        let rows = Rows::default();
        let sort = super::Sort::default();
        let view = View::ByName(ByName::of(&rows, sort, super::Dots::Shown));
        Self {
            limit: match place {
                Place::Prefix(..) => FIRST_LIMIT,
                Place::Accounts | Place::Buckets(_) | Place::Folder(_) => LAST_LIMIT,
            },
            place,
            depth,
            rows,
            listing: Listing::Unasked,
            open: true,
            listed: None,
            above: None,
            view,
            viewed: None,
            version: 0,
            epoch: 0,
            worked: None,
            gaps: Vec::new(),
            tail: None,
            filling: Filling::Tail,
            incoming: None,
            reach: Reach::Here,
        }
    }

    /// A branch of everything below a place.
    #[must_use]
    pub fn below(place: Place) -> Self {
        Self {
            limit: LAST_LIMIT,
            reach: Reach::Below,
            ..Self::new(place, 0)
        }
    }

    /// Starts listing. Gives where, and how many rows are wanted at most.
    pub fn begin(&mut self, ticket: Ticket, now: Instant, goal: Goal) -> (Start, usize) {
        self.incoming = None;
        self.listing = Listing::Asking { ticket, since: now };
        let goal = match goal {
            Goal::On | Goal::More if self.tail.is_none() && !self.gaps.is_empty() => {
                Goal::Gap(0, GAP_LIMIT)
            }
            Goal::On | Goal::More if self.tail.is_none() => Goal::Over,
            Goal::Gap(at, _) if self.gaps.get(at).is_none() => Goal::Over,
            goal => goal,
        };
        match goal {
            Goal::On | Goal::More => {
                self.filling = Filling::Tail;
                if goal == Goal::More {
                    self.limit = LAST_LIMIT;
                }
                let start = self.tail.clone().unwrap_or(Start::Beginning);
                (start, self.limit.saturating_sub(self.rows.len()).max(1))
            }
            Goal::Gap(at, most) => {
                self.filling = Filling::Gap(at, most);
                (self.gaps[at].start.clone(), most)
            }
            Goal::At(name) => self.land(&name),
            Goal::Over => {
                self.filling = Filling::Tail;
                self.listed = Some(now);
                if !self.rows.is_empty() {
                    // What was on the screen stays on it: as many rows are listed again.
                    self.limit = self.limit.max(self.rows.len());
                    self.incoming = Some((Rows::default(), None));
                }
                (Start::Beginning, self.limit)
            }
        }
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
        let incoming = self.incoming.as_ref().map(|(rows, _)| rows.len());
        incoming.unwrap_or(self.rows.len())
    }

    /// Whether the rows are those of an earlier listing while a new one runs.
    #[must_use]
    pub fn is_refreshing(&self) -> bool {
        self.incoming.is_some()
    }

    /// Whether nothing was ever answered.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.rows.is_empty() && !matches!(self.listing, Listing::Done | Listing::Paused)
    }

    /// Whether as many rows are kept as ever are.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.len() >= LAST_LIMIT
    }

    /// Whether there is more behind the last row.
    #[must_use]
    pub fn tail_is_open(&self) -> bool {
        self.tail.is_some()
    }

    /// Takes a page in, and says what follows. Opened folders that stand in other rows now are
    /// given with their rows.
    pub fn take(&mut self, batch: Batch) -> (Next, Vec<(u32, u32)>) {
        let Listing::Asking { ticket, .. } = self.listing else {
            return (Next::Over, Vec::new());
        };
        let Batch {
            rows, next, rest, ..
        } = batch;
        let over = match self.filling.clone() {
            Filling::Tail => self.take_tail(rows, next),
            Filling::Gap(at, wanted) => self.take_gap(at, wanted, (rows, next)),
            Filling::Landing(landing) => {
                self.take_landing(&landing, (rows, next));
                true
            }
        };
        if !over && rest == Rest::Coming {
            if self.incoming.is_none() {
                self.version += 1;
            }
            return (Next::Wait, Vec::new());
        }
        let moved = self.replace();
        self.version += 1;
        self.listing = if self.tail.is_some() || !self.gaps.is_empty() {
            Listing::Paused
        } else {
            Listing::Done
        };
        let next = match rest {
            Rest::Coming => Next::Forget(ticket),
            Rest::Over => Next::Over,
        };
        (next, moved)
    }

    /// Whether that is enough.
    fn take_tail(&mut self, chunk: Arc<Chunk>, next: Option<Start>) -> bool {
        let (rows, tail) = match &mut self.incoming {
            Some((rows, tail)) => (rows, tail),
            None => (&mut self.rows, &mut self.tail),
        };
        rows.add(chunk);
        *tail = next;
        tail.is_none() || rows.len() >= self.limit
    }

    /// Ends the listing with a failure. What came stays, and where it goes on is known.
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

    /// Puts the rows of a new listing in place of the old; what a person did with those is carried
    /// over by name.
    fn replace(&mut self) -> Vec<(u32, u32)> {
        let Some((mut rows, tail)) = self.incoming.take() else {
            return Vec::new();
        };
        let moved = rows.inherit(&self.rows);
        self.rows = rows;
        self.tail = tail;
        self.gaps.clear();
        self.renumber();
        moved
    }

    /// Forgets what was worked out: the numbers of rows mean something else now.
    pub(super) fn renumber(&mut self) {
        self.epoch += 1;
        self.version += 1;
        self.viewed = None;
        let sort = super::Sort::default();
        self.view = View::ByName(ByName::of(&self.rows, sort, super::Dots::Shown));
    }

    /// Brings the view up to date, as far as that takes no time. Until the rest is worked out the
    /// view is the one from before.
    pub(super) fn look(&mut self, spec: &Spec) {
        if spec.is_by_name() {
            self.view = View::ByName(ByName::of(&self.rows, spec.sort, spec.dots));
            self.viewed = None;
        } else if self.is_arranged(spec) {
        } else if self.rows.len() <= AT_ONCE {
            let work = Arrange::new(&self.rows, spec.clone());
            if let Some(rows) = work.run(&AtomicBool::new(false)) {
                self.arranged(spec.clone(), self.version, rows);
            }
        } else if let View::ByName(_) = self.view {
            let sort = super::Sort::default();
            self.view = View::ByName(ByName::of(&self.rows, sort, spec.dots));
        }
    }

    /// Whether the view is what is wanted, of all rows that there are.
    pub(super) fn is_arranged(&self, spec: &Spec) -> bool {
        let viewed = self.viewed.as_ref();
        spec.is_by_name() || viewed.is_some_and(|(of, at)| of == spec && *at == self.version)
    }

    /// Takes a view that was worked out.
    pub(super) fn arranged(&mut self, spec: Spec, version: u64, rows: Vec<u32>) {
        self.view = View::Arranged(Arc::new(rows));
        self.viewed = Some((spec, version));
    }
}
