//! The columns of a row: what fits into how many cells, and dates in the form that fits.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::date;

/// From this width on a pane has a column of dates, and a header row.
pub const WITH_DATES: u16 = 49;

/// From this width on dates are written in full.
pub const WITH_LONG_DATES: u16 = 57;

/// Cells before the name: the cursor, the state, and a gap between state and name.
pub const LEAD: usize = 3;

/// Cells of a size: `1023 KiB`.
pub const SIZE: usize = 8;

/// How dates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// Not at all.
    None,
    /// `Mar 11 09:14`, or `Nov 30  2025` of another year.
    Short,
    /// `2026-03-11 09:14`.
    Long,
}

/// The columns of a pane of some width. [`LEAD`] comes before the name, and the last cell stays
/// free: nothing touches the divider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Cells of the name, indent included.
    pub name: usize,
    /// Cells between size and date.
    pub gap: usize,
    /// How dates are written.
    pub dates: Dates,
}

impl Columns {
    /// The columns of a pane of this width. `least` is the width of the narrower pane on the
    /// screen: it decides which columns there are, so that both panes have the same.
    #[must_use]
    pub fn of(width: u16, least: u16) -> Self {
        let (dates, gap, taken) = match least.min(width) {
            ..WITH_DATES => (Dates::None, 0, 1 + SIZE + 1),
            WITH_DATES..WITH_LONG_DATES => (Dates::Short, 1, 1 + SIZE + 1 + 12 + 1),
            _ => (Dates::Long, 2, 1 + SIZE + 2 + 16 + 1),
        };
        Self {
            name: usize::from(width).saturating_sub(LEAD + taken),
            gap,
            dates,
        }
    }

    /// A date in the form of these columns.
    #[must_use]
    pub fn date(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        match self.dates {
            Dates::None => String::new(),
            Dates::Long => date(at, zone),
            Dates::Short => short_date(at, now, zone),
        }
    }
}

/// `Mar 11 09:14` for the last months, `Nov 30  2025` for what is older.
#[must_use]
pub fn short_date(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = if then.year() == today.year() {
        "%b %d %H:%M"
    } else {
        "%b %d  %Y"
    };
    then.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_its_pane() {
        for (width, name, dates) in [
            (39, 26, Dates::None),
            (40, 27, Dates::None),
            (49, 23, Dates::Short),
            (60, 29, Dates::Long),
        ] {
            let columns = Columns::of(width, width);
            assert_eq!((columns.name, columns.dates), (name, dates), "{width}");
        }
    }

    #[test]
    fn two_panes_that_differ_by_a_cell_have_the_same_columns() {
        for edge in [WITH_DATES, WITH_LONG_DATES] {
            let (wide, narrow) = (Columns::of(edge, edge - 1), Columns::of(edge - 1, edge - 1));
            assert_eq!((wide.dates, wide.gap), (narrow.dates, narrow.gap));
            assert_eq!(wide.name, narrow.name + 1);
        }
    }

    #[test]
    fn short_dates_say_the_year_when_it_is_another() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-04-06T12:00:00Z");
        let short = |text| short_date(at(text), now, &TimeZone::UTC);
        assert_eq!(short("2026-03-11T09:14:00Z"), "Mar 11 09:14");
        assert_eq!(short("2025-11-30T16:45:00Z"), "Nov 30  2025");
    }
}
