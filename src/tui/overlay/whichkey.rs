//! The rest of a chord: which keys may follow, and what they do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Line, Sheet};
use crate::model::{cut_end, width};
use crate::tui::theme::{Look, Role};

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
    let column = (keys + widest + 5).min(wide).max(1);
    let columns = (wide / column).max(1);
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
    let mut sheet = Sheet::new(foot, screen.width, title)
        .foot("Esc cancel")
        .flush_left();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};

    fn drawn(columns: u16, rows: u16) -> String {
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
            .map(|(k, w)| ((*k).into(), (*w).into()))
            .collect();
        which_key(area, &mut buf, &Scene::new().look(), "g …", &keys);
        text_of(&buf)
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("whichkey_80x24", drawn(80, 8));
        insta::assert_snapshot!("whichkey_40x12", drawn(40, 11));
    }
}
