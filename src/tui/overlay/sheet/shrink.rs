//! What a sheet leaves out when the screen is too low for it.

use super::{Line, Row};
use crate::tui::theme::Role;

/// Leaves rows out until the rest fits: empty ones, then the end of the list, then whatever
/// stands before the last row.
pub(super) fn shrink(mut rows: Vec<Row>, room: usize) -> Vec<Row> {
    while rows.len() > room {
        let Some(at) = rows.iter().rposition(|r| *r == Row::Blank) else {
            break;
        };
        rows.remove(at);
    }
    let soft = |r: &Row| matches!(r, Row::Soft(_));
    let mut hidden = 0;
    while rows.len() > room && rows.iter().filter(|r| soft(r)).count() > 1 {
        let Some(at) = rows.iter().rposition(soft) else {
            break;
        };
        rows.remove(at);
        hidden += 1;
    }
    if hidden > 0
        && let Some(at) = rows.iter().rposition(soft)
    {
        rows[at] = Row::Soft(Line::of(format!("  … {} more", hidden + 1), Role::Dim));
    }
    while rows.len() > room && rows.len() > 1 {
        rows.remove(rows.len() - 2);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soft(n: usize) -> Row {
        Row::Soft(Line::of(n.to_string(), Role::Text))
    }

    #[test]
    fn blanks_go_first_then_the_list_and_the_last_row_stays() {
        let last = Row::Line(Line::of("buttons", Role::Text));
        let mut rows = vec![Row::Blank];
        rows.extend((0..6).map(soft));
        rows.extend([Row::Blank, last.clone()]);
        assert_eq!(shrink(rows.clone(), 9), rows);
        let six: Vec<Row> = (0..6).map(soft).chain([last.clone()]).collect();
        assert_eq!(shrink(rows.clone(), 7), six);
        let more = Row::Soft(Line::of("  … 4 more", Role::Dim));
        assert_eq!(
            shrink(rows.clone(), 4),
            [soft(0), soft(1), more, last.clone()]
        );
        assert_eq!(shrink(rows, 1), [last]);
    }
}
