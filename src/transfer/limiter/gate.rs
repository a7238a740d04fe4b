//! The limits of one server: files that go in one request, and parts of larger ones.
//!
//! Invariant: a person's word is a ceiling for both together.

use std::time::Duration;

use super::{Cut, Limiter, Success, Terms};

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A file or object that moves in one request, or is opened.
    Small,
    /// A part of a larger one.
    Part,
}

/// One server's limits.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    small: Limiter,
    parts: Limiter,
    fixed: Option<usize>,
    /// Whether people know that the server asked for less.
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    No,
    /// Since that moment.
    Yes(Duration),
}

/// A calm after which the same thing is told again.
const FORGET: Duration = Duration::from_mins(1);

impl Gate {
    pub(crate) fn new(fixed: Option<usize>) -> Self {
        Self {
            small: Limiter::new(Terms::SMALL, fixed),
            parts: Limiter::new(Terms::PARTS, fixed),
            fixed,
            told: Told::No,
        }
    }

    /// How many of a class may be in flight.
    pub(crate) fn limit(&self, class: Class) -> usize {
        match class {
            Class::Small => self.small.limit(),
            Class::Part => self.parts.limit(),
        }
    }

    /// A first question took this long.
    pub(crate) fn hint(&mut self, delay: Duration) {
        self.small.hint(delay);
        self.parts.hint(delay);
    }

    /// How many of both together.
    pub(crate) fn both(&self) -> usize {
        match self.fixed {
            Some(_) => self.small.limit().max(self.parts.limit()),
            None => self.small.limit() + self.parts.limit(),
        }
    }

    /// Whether the server asked for less and has not got over it.
    pub(crate) fn is_slowed(&self) -> bool {
        self.small.is_slowed() || self.parts.is_slowed()
    }

    pub(crate) fn fix(&mut self, at: Option<usize>, now: Duration) {
        self.fixed = at;
        self.small.fix(at, now);
        self.parts.fix(at, now);
    }

    pub(crate) fn succeeded(&mut self, class: Class, now: Duration, success: &Success) {
        let (this, other) = match class {
            Class::Small => (&mut self.small, &mut self.parts),
            Class::Part => (&mut self.parts, &mut self.small),
        };
        let was = this.is_slowed();
        this.succeeded(now, success);
        if was && !this.is_slowed() {
            // The server has got over it: that holds for what nobody asks of it, too.
            other.recover(now);
        }
    }

    /// The server asked for less. Its capacity is one, so both limits are cut. Gives what is to be
    /// told: the cut of the class that met it, if nobody knows yet.
    pub(crate) fn strained(&mut self, class: Class, now: Duration) -> Option<Cut> {
        let (small, parts) = (self.small.strained(now), self.parts.strained(now));
        let cut = match class {
            Class::Small => small,
            Class::Part => parts,
        }?;
        let known = match self.told {
            Told::Yes(at) => now < at + FORGET,
            Told::No => false,
        };
        self.told = Told::Yes(now);
        (!known).then_some(cut)
    }
}
