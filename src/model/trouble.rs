//! What went wrong, in the three lines that a person gets: what, why, and what to do.

use std::fmt;

use super::{Safe, shown};

/// The result of anything a person asked for.
pub type Answer<T> = Result<T, Trouble>;

/// One failure as people see it, on the screen, on stderr and in JSON. All texts are safe to show
/// and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The server's or our own code in CamelCase (`AccessDenied`, `NoSpace`), for machines.
    pub code: Safe,
    /// What failed, as a short sentence: `Cannot list photos-prod`.
    pub what: Safe,
    /// Why, as far as we know.
    pub why: Safe,
    /// What the person can do about it. May be empty.
    pub fix: Safe,
    /// More for whoever digs: request id, host, status, tries; name and value.
    pub details: Vec<(Safe, Safe)>,
    /// Whether trying the same again could help.
    pub retryable: bool,
}

impl Trouble {
    /// Makes one from plain texts, escaping what is unsafe.
    #[must_use]
    pub fn new(code: &str, what: &str, why: &str, fix: &str) -> Self {
        Self {
            code: shown(code),
            what: shown(what),
            why: shown(why),
            fix: shown(fix),
            details: Vec::new(),
            retryable: false,
        }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.details.push((shown(name), shown(value)));
        self
    }

    /// Says that trying again could help.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl std::error::Error for Trouble {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_strangers_are_escaped() {
        let trouble = Trouble::new("X", "a\x1b[2J", "b\u{202e}", "c");
        assert_eq!(trouble.to_string(), "a␛[2J: b‹U+202E›");
    }
}
