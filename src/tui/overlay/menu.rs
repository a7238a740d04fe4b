//! The menu of the right button: what is likely next for the row under the mouse.
//!
//! Invariant: it holds only what the hint line holds, and opens where the mouse is, within the
//! screen.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Overlay, Step, clicked, hints, leaves};
use crate::model::width;
use crate::tui::action::Action;
use crate::tui::msg::{Cx, Want};
use crate::tui::paint::{Pen, clear, row};
use crate::tui::theme::{Look, Role};

/// A menu.
#[derive(Debug)]
pub struct Menu {
    spot: (u16, u16),
    rows: Vec<(Action, String, String)>,
    at: usize,
}

impl Menu {
    /// A menu at a cell: actions, each with its key and its word.
    #[must_use]
    pub fn new(spot: (u16, u16), rows: Vec<(Action, String, String)>) -> Self {
        Self { spot, rows, at: 0 }
    }

    fn keys(&self) -> usize {
        self.rows
            .iter()
            .map(|(_, key, _)| width(key))
            .max()
            .unwrap_or(0)
    }

    /// Where it lies: right and below of the mouse, or where there is room.
    fn area(&self, screen: Rect) -> Rect {
        let words = self.rows.iter().map(|(_, _, word)| width(word)).max();
        let cells = words.unwrap_or(0) + self.keys() + 7;
        let width = u16::try_from(cells).unwrap_or(u16::MAX).min(screen.width);
        let rows = u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX);
        let height = rows.min(screen.height);
        Rect {
            x: self.spot.0.min(screen.right().saturating_sub(width)),
            y: (self.spot.1 + 1).min(screen.bottom().saturating_sub(height)),
            width,
            height,
        }
    }

    fn run(&self, at: usize) -> Step {
        let want = self.rows.get(at).map(|(action, ..)| Want::Run(*action));
        Step::Close(want.into_iter().collect())
    }

    fn go(&mut self, by: isize) -> Step {
        let last = self.rows.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
        Step::stay()
    }
}

impl Overlay for Menu {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match key.code {
            KeyCode::Down | KeyCode::Char('j') => self.go(1),
            KeyCode::Up | KeyCode::Char('k') => self.go(-1),
            KeyCode::Enter => self.run(self.at),
            _ => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        let Some((x, y)) = clicked(event) else {
            return Step::stay();
        };
        let area = self.area(screen);
        if !area.contains((x, y).into()) {
            return Step::close();
        }
        match usize::from(y).checked_sub(usize::from(area.y) + 1) {
            Some(at) if at < self.rows.len() => self.run(at),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = self.area(screen);
        clear(area, buf);
        let glyphs = look.glyphs;
        let [upper_left, upper_right, lower_left, lower_right] = glyphs.corners;
        let inside = usize::from(area.width.saturating_sub(2));
        let last = usize::from(area.height.saturating_sub(1));
        for (n, left, right) in [
            (0, upper_left, upper_right),
            (last, lower_left, lower_right),
        ] {
            Pen::new(row(area, n), buf, look)
                .put(left, Role::Rule)
                .times(glyphs.light, inside, Role::Rule)
                .put(right, Role::Rule);
        }
        let keys = self.keys();
        for (n, (_, key, word)) in self.rows.iter().enumerate().take(last.saturating_sub(1)) {
            let cells = row(area, n + 1);
            let mut pen = Pen::new(cells, buf, look);
            pen.put(glyphs.divider, Role::Rule).skip(1);
            pen.column(key, keys, Role::Key)
                .skip(2)
                .put(word, Role::Text);
            pen.to(inside + 1).put(glyphs.divider, Role::Rule);
            if n == self.at {
                let bar = Rect {
                    x: cells.x + 1,
                    width: cells.width.saturating_sub(2),
                    ..cells
                };
                buf.set_style(bar, look.theme.cursor);
            }
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("click", "do it"), ("↑↓ Enter", "do it"), ("Esc", "close")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{press, screen};

    fn menu(spot: (u16, u16)) -> Menu {
        let row = |action: Action, key: &str| (action, key.into(), action.verb().hint.into());
        Menu::new(
            spot,
            vec![
                row(Action::Copy, "F5"),
                row(Action::Link, "s"),
                row(Action::Delete, "d"),
            ],
        )
    }

    #[test]
    fn it_stays_within_the_screen() {
        let screen = Rect::new(0, 0, 40, 11);
        for spot in [(0, 0), (39, 0), (39, 10), (5, 5)] {
            let area = menu(spot).area(screen);
            assert_eq!(area.intersection(screen), area, "{spot:?}");
        }
    }

    #[test]
    fn a_row_is_run() {
        let (wants, closed) = press(&mut menu((3, 3)), "j<Enter>");
        assert!(
            closed && format!("{wants:?}").contains("Run(Link)"),
            "{wants:?}"
        );
        assert!(press(&mut menu((3, 3)), "<Esc>").1);
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("menu_40x12", screen(&menu((8, 2)), 40, 11));
    }
}
