//! A row of choices, one of them chosen: `5 min   ‹ 1 h ›   7 days`.
//!
//! Invariant: choosing another one moves no word.

use super::Line;
use super::buttons::Focus;
use crate::model::width;
use crate::tui::theme::Role;

/// Writes the row; where there is no room for all, only the chosen one.
pub(super) fn choices(
    label: &str,
    words: &[&str],
    (at, focus): (usize, Focus),
    cells: usize,
) -> Line {
    let role = if focus == Focus::Here {
        Role::Button
    } else {
        Role::Text
    };
    let line = Line::of(label, Role::Dim);
    let all = width(label) + words.iter().map(|w| width(w) + 3).sum::<usize>() + 1;
    if all > cells {
        let word = words.get(at).copied().unwrap_or_default();
        return line.and(format!("‹ {word} ›"), role);
    }
    let open = |index: usize| {
        if index == at {
            ("‹ ", role)
        } else {
            ("  ", Role::Dim)
        }
    };
    let mut line = line.and(open(0).0, open(0).1);
    for (index, word) in words.iter().enumerate() {
        line = match index {
            _ if index == at => line.and(format!("{word} ›"), role).and(" ", Role::Dim),
            _ if index + 1 == at => line
                .and(*word, Role::Dim)
                .and(" ", Role::Dim)
                .and("‹ ", role),
            _ => line.and(format!("{word}   "), Role::Dim),
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(at: usize, cells: usize) -> String {
        let line = choices("If  ", &["ask", "skip", "newer"], (at, Focus::Here), cells);
        line.left.iter().map(|(text, _)| text.as_str()).collect()
    }

    #[test]
    fn words_stand_still() {
        assert_eq!(text(0, 40), "If  ‹ ask › skip   newer   ");
        assert_eq!(text(1, 40), "If    ask ‹ skip › newer   ");
        assert_eq!(text(2, 40), "If    ask   skip ‹ newer › ");
        assert_eq!(text(1, 20), "If  ‹ skip ›");
    }
}
