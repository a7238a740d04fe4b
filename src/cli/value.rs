//! Values on the command line that need reading: times and ranges.
//!
//! Pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::config::parse_size;
use crate::engine::{MAX_EXPIRY, SizeIs};

/// How long a link works: `90`, `90s`, `15m`, `1h`, `7d`.
pub(super) fn expiry(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 15m, 1h, 7d, or in seconds".to_owned();
    let seconds = seconds(text).ok_or_else(wrong)?;
    if seconds == 0 {
        return Err("a link that works for no time is of no use".into());
    }
    if seconds > MAX_EXPIRY.as_secs() {
        return Err(
            "a signed link works for at most 7 days: no S3 server accepts a longer one".into(),
        );
    }
    Ok(Duration::from_secs(seconds))
}

/// A time as a number and its unit; without one, seconds.
fn seconds(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// A point in time, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// So long ago.
    Ago(SignedDuration),
    /// Then.
    At(Timestamp),
}

impl Age {
    /// The point in time, seen from now.
    pub(super) fn seen_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(by) => now.checked_sub(by).unwrap_or(Timestamp::MIN),
            Self::At(at) => at,
        }
    }
}

/// An age: `7d`, `12h`, or a date, with or without a time.
pub(super) fn age(text: &str) -> Result<Age, String> {
    if text.ends_with(|c: char| c.is_ascii_alphabetic() && c != 'Z')
        && let Some(seconds) = seconds(text)
    {
        let seconds = i64::try_from(seconds).map_err(|why| why.to_string())?;
        return Ok(Age::Ago(SignedDuration::from_secs(seconds)));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Age::At(at));
    }
    // Without a zone it is the time on this machine's clock.
    let date = text.parse::<Date>().map(|date| date.at(0, 0, 0, 0));
    let civil = text.parse::<DateTime>().or(date);
    civil
        .and_then(|civil| civil.to_zoned(TimeZone::system()))
        .map(|at| Age::At(at.timestamp()))
        .map_err(|_| "write it as 7d, 12h, 30m, or as a date: 2026-03-01".to_owned())
}

/// A condition on a size: `+1M`, `-1M`, `1M`.
pub(super) fn size_is(text: &str) -> Result<SizeIs, String> {
    let (is, number): (fn(u64) -> SizeIs, &str) = match text.split_at_checked(1) {
        Some(("+", rest)) => (SizeIs::Above, rest),
        Some(("-", rest)) => (SizeIs::Below, rest),
        _ => (SizeIs::Exactly, text),
    };
    parse_size(number).map(is)
}

/// A range of bytes: `A-B`, `A-`.
pub(super) fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || "write it as A-B, or A- for everything from A on".to_owned();
    let (first, last) = text.split_once('-').ok_or_else(wrong)?;
    let first: u64 = first.parse().map_err(|_| wrong())?;
    let last = match last {
        "" => u64::MAX,
        last => last.parse().map_err(|_| wrong())?,
    };
    if first > last {
        return Err(format!("{first} comes after {last}"));
    }
    Ok(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries() {
        for (text, want) in [
            ("1h", Some(3600)),
            ("15m", Some(900)),
            ("7d", Some(604_800)),
            ("1w", Some(604_800)),
            ("3600", Some(3600)),
            ("30s", Some(30)),
            ("8d", None),
            ("604801", None),
            ("0", None),
            ("1y", None),
            ("", None),
            ("h", None),
            ("-1h", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(expiry(text).ok().map(|d| d.as_secs()), want, "{text}");
        }
        assert!(expiry("8d").unwrap_err().contains("7 days"));
    }

    #[test]
    fn ranges() {
        assert_eq!(range("0-99"), Ok(0..=99));
        assert_eq!(range("5-"), Ok(5..=u64::MAX));
        for bad in ["", "-", "-5", "9-1", "a-b", "1-2-3"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
