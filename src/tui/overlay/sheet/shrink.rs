//! What a sheet leaves out when the screen is too low for it.
//!
//! Invariant: a field that is asked for and a warning stay as long as anything else can go.

use super::{Line, Row};
use crate::tui::theme::Role;

/// Leaves rows out until the rest fits: empty ones, then the end of the list, then what
/// is said by the way, then what is said.
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
        let rest = &rows[..rows.len() - 1];
        let at = [is_aside, is_word, |_: &Row| true]
            .iter()
            .find_map(|may_go| rest.iter().rposition(may_go));
        rows.remove(at.unwrap_or(0));
    }
    rows
}

/// Something said by the way.
fn is_aside(row: &Row) -> bool {
    matches!(row, Row::Line(line) if !line.left.is_empty()
        && line.left.iter().chain(&line.right).all(|(_, role)| *role == Role::Dim))
}

/// Something said, but no warning: fields, buttons and warnings go last.
fn is_word(row: &Row) -> bool {
    let warns = |(_, role): &(String, Role)| matches!(role, Role::Warning | Role::Danger);
    matches!(row, Row::Line(line) if !line.left.iter().any(warns)) || *row == Row::Rule
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

    #[test]
    fn fields_and_warnings_stay_longest() {
        let line = |text: &str, role| Row::Line(Line::of(text, role));
        let buttons = Row::Buttons(Vec::new());
        let danger = line("! gone for ever", Role::Danger);
        let rows = vec![
            line("what", Role::Text),
            line("from", Role::Dim),
            danger.clone(),
            buttons.clone(),
        ];
        assert_eq!(shrink(rows.clone(), 3)[0], line("what", Role::Text));
        assert_eq!(shrink(rows, 2), [danger, buttons]);
    }
}
