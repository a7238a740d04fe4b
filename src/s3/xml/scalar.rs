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
    if let Some(plain) = plain_timestamp(text) {
        return Some(plain);
    }
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
    })
}

/// The form that S3 writes, `2026-03-11T09:14:05.000Z`: a listing has a million of them. None for
/// any other, and for what is no date.
fn plain_timestamp(text: &str) -> Option<Timestamp> {
    let bytes = text.strip_suffix('Z')?.as_bytes();
    let (whole, fraction) = bytes.split_at_checked(19)?;
    let marks = [whole[4], whole[7], whole[10], whole[13], whole[16]];
    let thousandths = match fraction {
        [] => 0,
        [b'.', digits @ ..] if digits.len() == 3 => digits_of(digits)?,
        _ => return None,
    };
    let part = |at: usize, most: i64| digits_of(&whole[at..at + 2]).filter(|n| *n <= most);
    let (year, month, day) = (digits_of(&whole[..4])?, part(5, 12)?, part(8, 31)?);
    let (hour, minute, second) = (part(11, 23)?, part(14, 59)?, part(17, 59)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if marks != *b"--T::" || year == 0 || month == 0 || day == 0 || day > days {
        return None;
    }
    // Days since 1970, in years that begin in March, of eras of 400 years.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Timestamp::from_millisecond(seconds * 1000 + thousandths).ok()
}

fn digits_of(bytes: &[u8]) -> Option<i64> {
    let digit = |sum: i64, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
        digit.map(|digit| sum * 10 + digit)
    };
    bytes.iter().try_fold(0, digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_s3_writes_is_read_like_any_other() {
        for year in [1, 1600, 1900, 1969, 1970, 2000, 2024, 2026, 2100, 9999] {
            for month in 0..14 {
                for day in [0, 1, 28, 29, 30, 31, 32] {
                    for end in ["T00:00:00.000Z", "T23:59:59Z", "T12:34:56.789Z"] {
                        let text = format!("{year:04}-{month:02}-{day:02}{end}");
                        assert_eq!(plain_timestamp(&text), text.parse().ok(), "{text}");
                    }
                }
            }
        }
        for text in [
            "2026-03-11T24:00:00Z",
            "2026-03-11T12:60:00Z",
            "2026-03-11 12:00:00Z",
            "+026-03-11T12:00:00Z",
        ] {
            assert_eq!(plain_timestamp(text), None, "{text}");
        }
    }

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
