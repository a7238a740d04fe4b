//! How many requests a server gets at once, found out while they go: more while more helps, half
//! when the server asks for less. Pure.
//!
//! It knows neither jobs nor servers; time is an argument. Invariant: the limit is never below one
//! and never above its ceiling.
//!
//! Source: `docs/adr/0014-adaptive-concurrency.md`.

mod gate;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use gate::{Class, Gate};

use std::time::Duration;

use window::{Window, rises};

/// Most requests in flight that anybody may ask for.
pub(crate) const MOST: usize = 256;

/// At most one cut in this time: refusals come in flocks, and one cause is one cut.
const BETWEEN_CUTS: Duration = Duration::from_millis(500);

/// How far back the speed is compared to decide whether more helped.
const LOOK_BACK: Duration = Duration::from_secs(5);

/// Comparisons without growth after which one more is tried all the same.
const PROBE: u32 = 6;

/// A class of requests: where its limit starts and how far it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) start: usize,
    pub(crate) ceiling: usize,
    /// How many a second a client and a server are good for, at a guess: with the delay of a link
    /// that makes how many are in flight at the start.
    pub(crate) a_second: u32,
    /// As many at most may be started with.
    pub(crate) hinted: usize,
    /// A window that is shorter says nothing.
    pub(crate) least: Duration,
    /// How growth begins.
    pub(crate) growth: Growth,
}

/// How a limit grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Doubling with every window, until that does not help by much.
    Doubling,
    /// One more with every window.
    Stepwise,
}

impl Terms {
    /// Requests that move a file each. They cost memory by their size and a link its delay, so it
    /// takes many to fill one: the start follows the delay, and doubles at once where that helps. Each holds a connection
    /// and a file.
    pub(crate) const SMALL: Self = Self {
        start: 512,
        ceiling: 768,
        a_second: 8400,
        hinted: 768,
        least: Duration::ZERO,
        growth: Growth::Doubling,
    };

    /// Parts: a few fill most links. Each holds memory while it is sent.
    pub(crate) const PARTS: Self = Self {
        start: 8,
        ceiling: 128,
        a_second: 250,
        hinted: 24,
        least: Duration::from_secs(1),
        growth: Growth::Stepwise,
    };
}

/// A piece of work that ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Success {
    /// How long it took.
    pub(crate) took: Duration,
    /// What it brought: bytes, or one for one file.
    pub(crate) yielded: u64,
    /// How many were in flight with it, itself included.
    pub(crate) flying: usize,
}

/// What a cut did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// The limit of one class of requests to one server.
#[derive(Debug, Clone)]
pub(crate) struct Limiter {
    terms: Terms,
    /// What a person said: the limit goes no further.
    fixed: Option<usize>,
    limit: usize,
    growth: Growth,
    window: Window,
    /// Limit and speed of the last window, while doubling.
    last: Option<(usize, u64)>,
    /// Speed at the last comparison.
    compared: Option<(Duration, u64)>,
    helps: Helps,
    /// Average time of a piece of work in the calmest window.
    calm: Option<Duration>,
    cut: Option<Duration>,
    /// The limit before the first of the cuts that were not recovered from.
    before: Option<usize>,
}

/// Whether the last growth made anything faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Helps {
    Yes,
    /// So many comparisons in a row it did not.
    No(u32),
}

impl Limiter {
    pub(crate) fn new(terms: Terms, fixed: Option<usize>) -> Self {
        let mut limiter = Self {
            terms,
            fixed: None,
            limit: terms.start,
            growth: terms.growth,
            window: Window::default(),
            last: None,
            compared: None,
            helps: Helps::Yes,
            calm: None,
            cut: None,
            before: None,
        };
        if fixed.is_some() {
            limiter.fix(fixed, Duration::ZERO);
        }
        limiter
    }

    /// A first question took this long: as many are started with as fill a link with such a delay.
    /// Says nothing any more once something was measured.
    pub(crate) fn hint(&mut self, delay: Duration) {
        let begun = self.calm.is_some() || self.cut.is_some() || self.fixed.is_some();
        if begun {
            return;
        }
        let fill = u128::from(self.terms.a_second) * delay.as_millis() / 1000;
        let most = self.terms.ceiling.min(self.terms.hinted);
        let fill = usize::try_from(fill).unwrap_or(most);
        self.limit = fill.clamp(self.terms.start, most);
    }

    /// How many may be in flight.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether the server asked for less, and the limit is not back where it was.
    pub(crate) fn is_slowed(&self) -> bool {
        self.before.is_some()
    }

    /// Goes back to where it was before the server asked for less.
    pub(crate) fn recover(&mut self, now: Duration) {
        if let Some(before) = self.before.take() {
            self.limit = before.clamp(1, self.ceiling());
            self.anew(now);
        }
    }

    fn ceiling(&self) -> usize {
        self.fixed.unwrap_or(self.terms.ceiling)
    }

    /// A person says how many, or leaves it to the limiter again.
    pub(crate) fn fix(&mut self, at: Option<usize>, now: Duration) {
        self.fixed = at.map(|n| n.clamp(1, MOST));
        self.limit = self.fixed.unwrap_or(self.terms.start);
        self.before = None;
        self.growth = if at.is_some() {
            Growth::Stepwise
        } else {
            self.terms.growth
        };
        self.anew(now);
    }

    /// Forgets what was measured under another limit.
    fn anew(&mut self, now: Duration) {
        self.window = Window::starting(now);
        self.last = None;
        self.compared = None;
        self.helps = Helps::Yes;
    }

    /// A piece of work ended well.
    pub(crate) fn succeeded(&mut self, now: Duration, success: &Success) {
        if self.cut.is_some_and(|cut| now < cut + success.took) {
            // It began under the limit that was too much.
            return;
        }
        self.window.add(success, self.limit, now);
        if !self.window.is_full(self.limit, self.terms.least, now) {
            return;
        }
        let window = std::mem::replace(&mut self.window, Window::starting(now));
        if window.was_filled() {
            self.judge(&window, now);
        }
    }

    /// A full window of successes is over.
    fn judge(&mut self, window: &Window, now: Duration) {
        let (speed, took) = (window.speed(now), window.average());
        match self.growth {
            Growth::Doubling => self.double(speed),
            Growth::Stepwise => self.step(speed, took, now),
        }
        self.calm = Some(self.calm.map_or(took, |calm| calm.min(took)));
        self.limit = self.limit.clamp(1, self.ceiling());
        if self.before.is_some_and(|before| self.limit >= before) {
            self.before = None;
        }
    }

    fn double(&mut self, speed: u64) {
        match self.last {
            Some((limit, before)) if !rises(before, speed, 20) => {
                self.limit = limit;
                self.growth = Growth::Stepwise;
                self.helps = Helps::No(0);
            }
            _ if self.limit >= self.ceiling() => self.growth = Growth::Stepwise,
            _ => {
                self.last = Some((self.limit, speed));
                self.limit *= 2;
            }
        }
    }

    fn step(&mut self, speed: u64, took: Duration, now: Duration) {
        let recovers = self.before.is_some();
        match self.compared {
            None => self.compared = Some((now, speed)),
            Some((at, before)) if now.saturating_sub(at) >= LOOK_BACK => {
                self.compared = Some((now, speed));
                self.helps = match self.helps {
                    _ if rises(before, speed, 5) => Helps::Yes,
                    Helps::Yes => Helps::No(0),
                    Helps::No(n) => Helps::No(n + 1),
                };
                // A line that became slower is a new line.
                self.calm = self.calm.map(|calm| calm + calm / 8);
                if self.helps == Helps::No(PROBE) {
                    self.helps = Helps::No(0);
                    self.limit += 1;
                }
            }
            Some(_) => {}
        }
        let inflated = self.calm.is_some_and(|calm| took > calm + calm / 2);
        if recovers && inflated {
            // It has what it can take: that is less than before.
            self.before = None;
        } else if !inflated && (recovers || self.helps == Helps::Yes) {
            self.limit += 1;
        }
    }

    /// The server asked for less, or did not answer in time. None if that was taken into account
    /// already.
    pub(crate) fn strained(&mut self, now: Duration) -> Option<Cut> {
        if self.cut.is_some_and(|cut| now < cut + BETWEEN_CUTS) {
            return None;
        }
        let from = self.limit;
        self.cut = Some(now);
        self.before = Some(self.before.map_or(from, |before| before.max(from)));
        self.limit = (from / 2).max(1);
        self.growth = Growth::Stepwise;
        self.anew(now);
        Some(Cut {
            from,
            to: self.limit,
        })
    }
}
