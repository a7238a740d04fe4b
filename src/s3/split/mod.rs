//! Splitting a listing into stretches that are read side by side.
//!
//! Pure: says which page to ask for next, and hands out pages in the order of names. Folders are
//! where stretches are cut first, then names that are guessed (rule L-12). Invariant: a cut is only
//! ever a guess about work, never about names: wherever it falls, every name comes once and in
//! order. A server that keeps no order is read one page after the other (rule L-10).
//!
//! The order of a server shows only where it is broken within a stretch or where one begins. One that
//! lists by another order (`a/…` before `a-b`, as a walk through directories does; or all objects
//! before all folders) and yet goes by bytes where it is told to begin answers each stretch in a
//! way that looks right: what it would list in another stretch can be lost, and nobody notices.

mod gauge;
mod hints;
mod limit;
mod range;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{Entry, Page, Token};
use hints::Hints;
use range::{Range, State, name};

/// Requests at once at most. Source: s3.md L-12: 16 to 32.
const MOST: u32 = 32;

/// Pages that wait for their turn, beyond which no further stretch is begun …
const NEW_BELOW: usize = 128;
/// … and beyond which only the first stretch reads on.
const READ_BELOW: usize = 224;
/// Pages of one stretch that wait for its turn.
const AHEAD: usize = 12;
/// The first stretches read on although much waits: what waits is behind them.
const FRONT: usize = 16;
/// Pages that each of these may add.
const FRONT_AHEAD: usize = 4;

/// Rows of a page.
const ROWS: u64 = 1000;

/// A request under way pays for each such time that an answer takes: on a server that answers at
/// once, more of them would only wait for each other.
const WORTH: Duration = Duration::from_millis(1);

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::s3) struct Ask {
    pub(in crate::s3) what: What,
    /// Where the server goes on.
    pub(in crate::s3) token: Option<Token>,
    /// Without a token: only names behind this.
    pub(in crate::s3) after: Option<String>,
}

/// Which page that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::s3) enum What {
    /// The next one of a stretch.
    Rows(u64),
    /// The folders below this one, as places to cut at.
    Folders(String),
}

/// Whether it helps to ask again after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::s3) enum Lasts {
    /// It may be over later.
    Awhile,
    /// The server refuses.
    Always,
}

/// A listing, being split.
#[derive(Debug)]
pub(in crate::s3) struct Plan {
    under: String,
    /// Whether rows are grouped by folder: then folders are no places to cut at.
    grouped: bool,
    ranges: VecDeque<Range>,
    /// The stretch that was handed out last: read on if its end turns out to be none.
    gone: Option<Range>,
    hints: Hints,
    splits: bool,
    window: u32,
    /// Pages until the window grows again, once a server asked for less.
    throttled: u32,
    flying: u32,
    /// The quickest answer so far.
    quickest: Option<Duration>,
    /// Pages or folders from one cut to the next, beside what was guessed.
    stride: u64,
    /// The last name, once a page was the last one: nothing behind it is cut.
    end: Option<String>,
    next_id: u64,
    /// Rows that are wanted, and how many were handed out.
    most: u64,
    handed: u64,
}

impl Plan {
    /// A listing of names that start with `under`, behind `after`.
    pub(in crate::s3) fn new(under: String, grouped: bool, after: Option<String>) -> Self {
        Self {
            under,
            grouped,
            ranges: VecDeque::from([Range::new(0, after, None)]),
            gone: None,
            hints: Hints::default(),
            splits: true,
            window: 1,
            throttled: 0,
            flying: 0,
            quickest: None,
            stride: 1,
            end: None,
            next_id: 1,
            most: u64::MAX,
            handed: 0,
        }
    }

    /// The next request, if there should be another one now.
    pub(in crate::s3) fn next(&mut self) -> Option<Ask> {
        if self.flying >= self.window {
            return None;
        }
        if let Some(ask) = self.read_on() {
            return Some(ask);
        }
        if !self.splits || self.flying == 0 {
            return None;
        }
        if let Some((folder, after)) = self.scout() {
            self.flying += 1;
            return Some(Ask {
                what: What::Folders(folder),
                token: None,
                after,
            });
        }
        self.cut().then(|| self.read_on()).flatten()
    }

    /// A page came.
    pub(in crate::s3) fn answered(&mut self, id: u64, page: Page, took: Duration) {
        self.flying = self.flying.saturating_sub(1);
        self.quickest = Some(self.quickest.map_or(took, |q| q.min(took)));
        let Some(at) = self.ranges.iter().position(|range| range.id == id) else {
            return;
        };
        let range = &mut self.ranges[at];
        if !self.splits && range.read > 0 {
            range.take_anyhow(page);
            return;
        }
        let (first, begun) = (range.read == 0, range.lo.is_some());
        match range.take(page, &self.under) {
            Ok(rows) => {
                if first && at > 0 {
                    self.ranges[at - 1].spill = Vec::new();
                } else if first {
                    self.gone = None;
                }
                self.grow(rows);
                self.judge(at, first && begun && at > 0, rows);
                if self.ranges[at].token.is_none() {
                    self.end_at(at);
                }
            }
            Err((page, _)) => self.unsplit(at, page),
        }
    }

    /// The folders of a place came.
    pub(in crate::s3) fn found(&mut self, folder: &str, page: &Page) {
        self.flying = self.flying.saturating_sub(1);
        let last = page.entries.iter().map(name).max().map(str::to_owned);
        let until = page.next.is_some().then_some(last).flatten();
        let prefixes = page.entries.iter().filter_map(|entry| match entry {
            Entry::Prefix(prefix) => Some(prefix.as_str().to_owned()),
            Entry::Object(_) => None,
        });
        self.hints.learn(folder, prefixes.collect(), until);
    }

    /// A request failed for good. Whether the whole listing failed: only the first stretch can fail
    /// it, the others are asked again when they are the first.
    pub(in crate::s3) fn failed(&mut self, what: &What, lasts: Lasts) -> bool {
        self.flying = self.flying.saturating_sub(1);
        self.slow_down();
        match what {
            What::Folders(folder) => self.hints.give_up(folder),
            What::Rows(id) => {
                let at = self.ranges.iter().position(|range| range.id == *id);
                let Some(at) = at else { return false };
                self.ranges[at].state = State::Failed;
                let failed = at == 0 && self.ranges[0].held.is_empty();
                return failed && (lasts == Lasts::Awhile || !self.cannot_begin());
            }
        }
        false
    }

    /// The server asked for less.
    pub(in crate::s3) fn slow_down(&mut self) {
        self.window = (self.window / 2).max(1);
        self.throttled = self.window;
    }

    /// The next page in order, if it is there.
    pub(in crate::s3) fn take(&mut self) -> Option<Page> {
        loop {
            let first = self.ranges.front_mut()?;
            if let Some(page) = first.held.pop_front() {
                self.handed += page.entries.len() as u64;
                return Some(page);
            }
            if first.state == State::Failed {
                first.state = State::Idle;
            }
            if first.state != State::Done {
                if let Some(base) = first.base() {
                    self.hints.forget(base);
                }
                return None;
            }
            self.gone = self.ranges.pop_front();
        }
    }

    /// Whether all was handed out.
    pub(in crate::s3) fn is_done(&self) -> bool {
        self.ranges.is_empty()
    }

    fn held(&self) -> usize {
        self.ranges
            .iter()
            .map(|range| range.held.len())
            .sum::<usize>()
            + self.flying as usize
    }

    /// The next page of the first stretch that may be read.
    fn read_on(&mut self) -> Option<Ask> {
        let full = self.held() >= READ_BELOW;
        let (left, first) = (self.left() > 0, self.handed < self.most);
        let may = |(at, range): &(usize, &mut Range)| {
            let front = *at < FRONT && range.held.len() < FRONT_AHEAD;
            let room = *at == 0 || front || (!full && range.held.len() < AHEAD);
            // Whatever was read further on, the next rows in order are those that are waited for.
            let wanted = left || (first && *at == 0 && range.held.is_empty());
            range.state == State::Idle && room && wanted
        };
        let (_, range) = self.ranges.iter_mut().enumerate().find(may)?;
        range.state = State::Flying;
        self.flying += 1;
        Some(Ask {
            what: What::Rows(range.id),
            token: range.token.clone(),
            after: range.token.is_none().then(|| range.lo.clone()).flatten(),
        })
    }

    /// A folder to be asked about, so that what lies ahead can be cut.
    fn scout(&mut self) -> Option<(String, Option<String>)> {
        if self.grouped || self.hints.awaited() || self.held() >= NEW_BELOW {
            return None;
        }
        let long = |range: &&Range| range.state != State::Done && range.read > 0;
        let mut spans = self.ranges.iter().filter(long).filter_map(|range| {
            let first = range.first.as_deref()?;
            Some((first, range.last.as_deref()?))
        });
        spans.find_map(|span| self.hints.wanted(&self.under, span))
    }

    /// Cuts a stretch in two. Whether there was one to be cut.
    fn cut(&mut self) -> bool {
        if self.hints.awaited() {
            return false;
        }
        let pages = self.pages();
        // With much waiting, only what everything waits for is still cut.
        let few = if self.held() >= NEW_BELOW {
            FRONT / 2
        } else {
            usize::MAX
        };
        let mut among = self.ranges.iter().take(few).enumerate();
        let found = among.find_map(|(at, range)| {
            let open = range.state != State::Done && range.state != State::Failed;
            let place = open.then(|| self.place(range, pages)).flatten()?;
            let near = self.rows_before(at, pages) < self.most;
            let place = near.then_some(place)?;
            Some((at, place))
        });
        let Some((at, place)) = found else {
            return false;
        };
        let range = &mut self.ranges[at];
        let mut upper = Range::new(self.next_id, Some(place.clone()), range.hi.take());
        upper.gauge.clone_from(&range.gauge);
        range.hi = Some(place);
        self.next_id += 1;
        self.ranges.insert(at + 1, upper);
        true
    }

    /// Pages from one cut to the next: the fewer at once, the fewer cuts.
    fn pages(&self) -> u64 {
        let pages = (128 / u64::from(self.most())).clamp(4, 32);
        pages.min((self.most / ROWS / 5).max(2))
    }

    /// Requests at once that are worth it.
    fn most(&self) -> u32 {
        let quickest = self.quickest.unwrap_or_default();
        let times = quickest.as_micros() / WORTH.as_micros();
        u32::try_from(times).unwrap_or(MOST).clamp(2, MOST)
    }

    /// Where to cut a stretch; none if it is not worth it.
    fn place(&self, range: &Range, pages: u64) -> Option<String> {
        let base = range.base()?;
        let rows = pages * ROWS * self.stride;
        let hi = match (range.hi.as_deref(), self.end.as_deref()) {
            (Some(hi), Some(end)) => Some(hi.min(end)),
            (hi, end) => hi.or(end),
        };
        let gauge = range.gauge.as_ref();
        let ahead = || {
            let gauge = gauge?;
            let left = hi.and_then(|hi| gauge.rows(base, hi));
            // Where its end cannot be told, it is cut once it turned out to be long.
            let long = match (left, hi) {
                (Some(left), _) => left > rows * 3 / 2,
                (None, Some(_)) => u64::from(range.read) >= 2 * pages,
                (None, None) => true,
            };
            let place = long.then(|| gauge.ahead(base, rows)).flatten()?;
            hi.is_none_or(|hi| *place < *hi).then_some(place)
        };
        let crossed = match (range.first.as_deref(), range.last.as_deref()) {
            (Some(first), Some(last)) => self.hints.between(first, last),
            _ => 0,
        };
        if crossed > 1 {
            return ahead();
        }
        let nth = usize::try_from(self.stride - 1).unwrap_or(0);
        let folder = self.hints.nth(base, hi, nth).map(str::to_owned);
        folder.or_else(ahead)
    }

    fn grow(&mut self, rows: usize) {
        let most = self.most();
        if rows == 0 || self.window >= most {
            self.window = self.window.min(most);
        } else if self.throttled == 0 {
            // The first pages tell little: what they show may be all.
            let more = if self.window < 4 { 1 } else { 3 };
            self.window = (self.window + more).min(most);
        } else {
            self.throttled -= 1;
            if self.throttled == 0 {
                self.window += 1;
                self.throttled = self.window;
            }
        }
    }

    /// Cuts fall further apart when stretches turn out to hold little, and closer again.
    fn judge(&mut self, at: usize, first: bool, rows: usize) {
        let done = self.ranges[at].state == State::Done;
        if first && done && rows < 250 && self.ranges[at].token.is_some() {
            self.stride = (self.stride * 2).min(1 << 16);
        } else if u64::from(self.ranges[at].read) > 2 * self.pages() {
            self.stride = (self.stride / 2).max(1);
        }
    }
}
