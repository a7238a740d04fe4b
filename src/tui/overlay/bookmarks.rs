//! The bookmarks: a letter goes there at once, or keeps a place under it.
//!
//! Knows addresses as text alone; who opened it knows the places. Invariant: one key is enough for
//! whoever knows the letter.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, leaves, plain_letter, wheel};
use crate::model::{cut_middle, shown};
use crate::tui::msg::{Cx, Want};
use crate::tui::theme::{Look, Role};

/// What a letter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// It goes to the bookmark.
    Nothing,
    /// It keeps this place.
    Here(String),
}

/// The list of bookmarks.
#[derive(Debug)]
pub struct BookmarkList {
    rows: Vec<(char, String)>,
    keeping: Keeping,
    at: usize,
}

impl BookmarkList {
    /// A list of letters and addresses.
    #[must_use]
    pub fn new(rows: Vec<(char, String)>, keeping: Keeping) -> Self {
        Self {
            rows,
            keeping,
            at: 0,
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let (title, foot) = match &self.keeping {
            Keeping::Nothing => ("Bookmarks".into(), "' previous place · Esc"),
            Keeping::Here(place) => (format!("Bookmark {}", shown(place)), "Esc"),
        };
        let mut sheet = Sheet::new(screen, 72, title).foot(foot);
        let room = usize::from(screen.height.saturating_sub(7)).max(2);
        sheet.blank();
        if let Keeping::Here(_) = self.keeping {
            sheet.say("Press the letter to keep it under.", 0, Role::Text);
            sheet.blank();
        } else if self.rows.is_empty() {
            sheet.say("None yet: m and a letter makes one.", 0, Role::Text);
        }
        let first = (self.at + 1).saturating_sub(room);
        let cells = sheet.cells().saturating_sub(6);
        for (tag, (letter, place)) in self.rows.iter().enumerate().skip(first).take(room) {
            let place = cut_middle(shown(place).as_str(), cells);
            let line = Line::of(format!(" {letter}  "), Role::Key).and(place, Role::Text);
            let line = line.tagged(tag);
            sheet.line(match self.keeping {
                Keeping::Nothing => line.at(self.at),
                Keeping::Here(_) => line,
            });
        }
        sheet.blank();
        sheet
    }

    fn go(&mut self, by: isize) -> Step {
        let last = self.rows.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
        Step::stay()
    }

    fn take(&self, at: usize) -> Step {
        match (self.rows.get(at), &self.keeping) {
            (Some((letter, _)), Keeping::Nothing) => Step::Close(vec![Want::GoBookmark(*letter)]),
            _ => Step::stay(),
        }
    }
}

impl Overlay for BookmarkList {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match (key.code, &self.keeping) {
            (KeyCode::Down, _) => self.go(1),
            (KeyCode::Up, _) => self.go(-1),
            (KeyCode::Enter, _) => self.take(self.at),
            (KeyCode::Delete, Keeping::Nothing) if self.at < self.rows.len() => {
                let (letter, _) = self.rows.remove(self.at);
                self.go(0);
                Step::Stay(vec![Want::DropBookmark(letter)])
            }
            _ => match (plain_letter(key), &self.keeping) {
                (Some(letter), Keeping::Nothing) => Step::Close(vec![Want::GoBookmark(letter)]),
                (Some(letter), Keeping::Here(_)) if letter.is_alphanumeric() => {
                    Step::Close(vec![Want::KeepBookmark(letter)])
                }
                _ => Step::stay(),
            },
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            return self.go(rows.signum());
        }
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Line(tag)) => self.take(tag),
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        match self.keeping {
            Keeping::Nothing => hints(&[
                ("letter", "go there"),
                ("↑↓ Enter", "go"),
                ("Del", "forget it"),
                ("Esc", "close"),
            ]),
            Keeping::Here(_) => hints(&[("letter", "keep it under"), ("Esc", "close")]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{press, screen};

    fn list(keeping: Keeping) -> BookmarkList {
        let rows = vec![
            ('i', "~/inbox/".into()),
            ('r', "s3://photos-prod/2026/raw/".into()),
        ];
        BookmarkList::new(rows, keeping)
    }

    #[test]
    fn a_letter_is_enough() {
        let (wants, closed) = press(&mut list(Keeping::Nothing), "r");
        assert!(
            closed && format!("{wants:?}").contains("GoBookmark('r')"),
            "{wants:?}"
        );
        let (wants, closed) = press(&mut list(Keeping::Here("~/".into())), "x");
        assert!(
            closed && format!("{wants:?}").contains("KeepBookmark('x')"),
            "{wants:?}"
        );
        let (wants, _) = press(&mut list(Keeping::Nothing), "<Down><Enter>");
        assert!(
            format!("{wants:?}").contains("GoBookmark('r')"),
            "{wants:?}"
        );
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("bookmarks_80x24", screen(&list(Keeping::Nothing), 80, 22));
        let keeping = Keeping::Here("~/projects/".into());
        insta::assert_snapshot!("bookmark_40x12", screen(&list(keeping), 40, 11));
    }
}
