//! Numbers, truth values and dates as servers write them (rule X-5).
//!
//! Invariant: what cannot be read is none, never an error: a listing is worth more than a date.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A number, white space around it ignored.
pub(crate) fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// `true` in any case; everything else is false.
pub(crate) fn flag(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

/// An RFC 3339 date with or without a fraction; one without a zone is UTC.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_tolerant() {
        assert_eq!(
            [number(" 12\n"), number("x"), number("-1"), number("")],
            [Some(12), None, None, None]
        );
        assert!(flag(" True ") && flag("true") && !flag("false") && !flag(""));
        let want = "2026-03-11T09:14:05Z".parse().ok();
        for text in [
            "2026-03-11T09:14:05.000Z",
            " 2026-03-11T09:14:05Z ",
            "2026-03-11T09:14:05",
            "2026-03-11T10:14:05+01:00",
        ] {
            assert_eq!(timestamp(text), want, "{text}");
        }
        assert_eq!(timestamp("yesterday"), None);
        assert_eq!(timestamp(""), None);
    }
}
