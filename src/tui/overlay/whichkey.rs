//! The rest of a chord: which keys may follow, and what they do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Line, Sheet};
use crate::model::{cut_end, width};
use crate::tui::theme::{Look, Role};

/// Cells of the narrowest column.
const NARROWEST: usize = 14;

/// Draws the keys that may follow as a box at the foot of `screen`, in as many columns as fit.
pub fn which_key(
    screen: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
    title: &str,
    rows: &[(String, String)],
) {
    sheet(screen, title, rows).view(buf, look);
}

fn sheet(screen: Rect, title: &str, rows: &[(String, String)]) -> Sheet {
    let wide = Sheet::new(
        Rect {
            width: screen.width + 4,
            ..screen
        },
        screen.width,
        "",
    )
    .cells();
    let keys = rows.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
    let widest = rows.iter().map(|(_, word)| width(word)).max().unwrap_or(0);
    let most = usize::from(screen.height.saturating_sub(2)).max(1);
    let column = column_for(rows.len(), most, wide, keys + widest + 5);
    let columns = (wide / column).max(1);
    let (rows, more) = fitting(rows, most * columns);
    let lines = rows.len().div_ceil(columns);
    let height = u16::try_from(lines)
        .unwrap_or(u16::MAX)
        .saturating_add(2)
        .min(screen.height);
    let foot = Rect {
        y: screen.bottom() - height,
        height,
        width: screen.width + 4,
        x: screen.x,
    };
    let end = match more {
        0 => "Esc cancel".into(),
        n => format!("+{n} more · ? shows all · Esc"),
    };
    let mut sheet = Sheet::new(foot, screen.width, title).foot(end).flush_left();
    for n in 0..lines {
        let mut line = Line::default();
        for (key, word) in rows.iter().skip(n).step_by(lines) {
            let word = cut_end(word, column.saturating_sub(keys + 3));
            let gap = " ".repeat(keys + 2 - width(key));
            let rest = " ".repeat(column.saturating_sub(keys + 2 + width(&word)));
            line = line
                .and(key, Role::Key)
                .and(format!("{gap}{word}{rest}"), Role::Text);
        }
        sheet.line(line);
    }
    sheet
}

/// The width of a column: as wide as the longest pair, unless some would not show; then narrower,
/// as long as words can be told from each other.
fn column_for(count: usize, most: usize, wide: usize, pair: usize) -> usize {
    let natural = pair.min(wide).max(1);
    let needed = count.div_ceil(most).max(1);
    if wide / natural >= needed {
        return natural;
    }
    (wide / needed).clamp(NARROWEST.min(natural), natural)
}

/// As many as there is room for, and how many are left out.
fn fitting(rows: &[(String, String)], room: usize) -> (&[(String, String)], usize) {
    let shown = rows.len().min(room);
    (&rows[..shown], rows.len() - shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};

    fn drawn(columns: u16, rows: u16) -> String {
        drawn_with(columns, rows, &[])
    }

    fn drawn_with(columns: u16, rows: u16, more: &[(&str, &str)]) -> String {
        let area = Rect::new(0, 0, columns, rows);
        let mut buf = Buffer::empty(area);
        let keys = [
            ("g", "top"),
            ("e", "end"),
            ("h", "home"),
            ("b", "buckets"),
            ("l", "local"),
            ("/", "type a path"),
            ("o", "same as the other pane"),
            ("s", "swap the panes"),
        ];
        let keys: Vec<(String, String)> = keys
            .iter()
            .chain(more)
            .map(|(k, w)| ((*k).into(), (*w).into()))
            .collect();
        which_key(area, &mut buf, &Scene::new().look(), "g …", &keys);
        text_of(&buf)
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let more: Vec<(String, String)> = (0..30)
            .map(|n| (format!("{n}"), format!("word {n}")))
            .collect();
        let more: Vec<(&str, &str)> = more.iter().map(|(k, w)| (&**k, &**w)).collect();
        let text = drawn_with(40, 11, &more);
        let shown = (0..30).filter(|n| text.contains(&format!("word {n} ")));
        let left = 30 - shown.count();
        assert!(left > 0, "{text}");
        assert!(text.contains(&format!("+{left} more")), "{text}");
        // Columns become narrower before anything is left out.
        let text = drawn_with(40, 11, &more[..8]);
        assert!(
            text.contains("word 7") && text.contains("Esc cancel"),
            "{text}"
        );
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("whichkey_80x24", drawn(80, 8));
        insta::assert_snapshot!("whichkey_40x12", drawn(40, 11));
    }
}
