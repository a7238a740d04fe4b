//! Typing an address, with completion from what is known.
//!
//! Knows candidates as texts only; whether an address leads anywhere is found out by going there.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::Focus;
use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, is_ctrl, leaves};
use crate::model::shown;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Want};
use crate::tui::theme::{Look, Role};

/// An address that could be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The address, as it would be typed.
    pub address: String,
    /// What it is: `prefix`, `bookmark 'r`, `local`.
    pub note: String,
}

/// Candidates that are shown at once.
const SHOWN: usize = 8;

/// A field for an address.
#[derive(Debug)]
pub struct GoToDialog {
    field: Field,
    candidates: Vec<Candidate>,
    /// Which of the shown ones is chosen; none: the text itself.
    at: Option<usize>,
}

impl GoToDialog {
    /// A field that starts with this text.
    #[must_use]
    pub fn new(start: &str, candidates: Vec<Candidate>) -> Self {
        Self {
            field: Field::new(start),
            candidates,
            at: None,
        }
    }

    /// What fits the text: what starts with it, then what contains it.
    fn found(&self) -> Vec<&Candidate> {
        let sought = self.field.text().to_lowercase();
        let mut found: Vec<(bool, &Candidate)> = self
            .candidates
            .iter()
            .filter_map(|c| {
                let text = c.address.to_lowercase();
                let inside = text.contains(&sought) || c.note.to_lowercase().contains(&sought);
                inside.then(|| (!text.starts_with(&sought), c))
            })
            .collect();
        found.sort_by_key(|(later, _)| *later);
        found.into_iter().map(|(_, c)| c).take(SHOWN).collect()
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 70, "Go to").foot("Tab complete · Enter go · Esc");
        sheet.field("", &self.field, Focus::Here).blank();
        let found = self.found();
        for (tag, candidate) in found.iter().enumerate() {
            let line = Line::of("  ", Role::Text)
                .and(shown(&candidate.address), Role::Text)
                .right(shown(&candidate.note), Role::Dim)
                .tagged(tag);
            sheet.line(line.at(self.at.unwrap_or(usize::MAX)));
        }
        if found.is_empty() {
            sheet.say(
                "Nothing known has that in it. Enter goes there anyway.",
                2,
                Role::Dim,
            );
        }
        for _ in found.len().max(1)..SHOWN {
            sheet.blank();
        }
        sheet
    }

    fn go(&self, to: usize) -> Option<usize> {
        let count = self.found().len();
        (count > 0).then(|| to % count)
    }

    fn complete(&mut self) {
        let found = self.found();
        let chosen = if let Some(at) = self.at.or((found.len() == 1).then_some(0)) {
            found.get(at).map(|c| c.address.clone())
        } else {
            let starts = |c: &&&Candidate| c.address.starts_with(self.field.text());
            common(found.iter().filter(starts).map(|c| c.address.as_str()))
        };
        if let Some(text) = chosen {
            self.field.set(text);
            self.at = None;
        }
    }

    fn accept(&self) -> Step {
        let chosen = self
            .at
            .and_then(|at| self.found().get(at).map(|c| c.address.clone()));
        let text = chosen.unwrap_or_else(|| self.field.text().to_owned());
        if text.is_empty() {
            Step::close()
        } else {
            Step::Close(vec![Want::GoTo(text)])
        }
    }
}

/// The longest start that all texts share, none without texts.
fn common<'t>(mut texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let first = texts.next()?;
    let end = texts.fold(first.len(), |end, text| {
        first[..end]
            .char_indices()
            .zip(text.chars())
            .find(|((_, a), b)| a != b)
            .map_or(end.min(text.len()), |((at, _), _)| at)
    });
    Some(first[..end].to_owned())
}

impl Overlay for GoToDialog {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match key.code {
            KeyCode::Enter => return self.accept(),
            KeyCode::Tab => self.complete(),
            KeyCode::Down => self.at = self.go(self.at.map_or(0, |at| at + 1)),
            KeyCode::Up => {
                let count = self.found().len();
                self.at = self.go((self.at.unwrap_or(0) + count).saturating_sub(1));
            }
            _ if is_ctrl(key, 'n') => self.at = self.go(self.at.map_or(0, |at| at + 1)),
            _ if is_ctrl(key, 'p') => self.at = self.at.and_then(|at| at.checked_sub(1)),
            _ => {
                if self.field.key(key) == Typed::Changed {
                    self.at = None;
                }
            }
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Line(tag)) => {
                self.at = Some(tag);
                self.accept()
            }
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.at = None;
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("Tab", "complete"),
            ("↑↓", "choose"),
            ("Enter", "go"),
            ("Esc", "close"),
        ])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{press, screen};

    fn dialog(start: &str) -> GoToDialog {
        let candidate = |(address, note): (&str, &str)| Candidate {
            address: address.into(),
            note: note.into(),
        };
        let all = [
            ("s3://photos/2026/raw/", "prefix"),
            ("s3://photos/2026/raw-selects/", "prefix"),
            ("s3://日本語-bucket/", "bucket"),
            ("/home/ada/raw-backup/", "local"),
        ];
        GoToDialog::new(start, all.into_iter().map(candidate).collect())
    }

    fn gone(start: &str, script: &str) -> String {
        let (wants, closed) = press(&mut dialog(start), script);
        assert!(closed);
        format!("{wants:?}")
    }

    #[test]
    fn enter_goes_to_the_text_or_to_what_was_chosen() {
        assert_eq!(gone("", "/tmp<Enter>"), "[GoTo(\"/tmp\")]");
        assert_eq!(
            gone("raw", "<Down><Down><Enter>"),
            "[GoTo(\"s3://photos/2026/raw-selects/\")]"
        );
        assert_eq!(
            gone("home", "<Tab><Enter>"),
            "[GoTo(\"/home/ada/raw-backup/\")]"
        );
        assert_eq!(gone("x", "<Esc>"), "[]");
        assert_eq!(gone("", "<Enter>"), "[]");
    }

    #[test]
    fn tab_completes_what_all_share() {
        let mut dialog = dialog("s3://ph");
        press(&mut dialog, "<Tab>");
        assert_eq!(dialog.field.text(), "s3://photos/2026/raw");
        press(&mut dialog, "-<Tab>");
        assert_eq!(dialog.field.text(), "s3://photos/2026/raw-selects/");
    }

    #[test]
    fn up_from_the_text_chooses_the_last() {
        assert_eq!(
            gone("raw", "<Up><Enter>"),
            "[GoTo(\"/home/ada/raw-backup/\")]"
        );
    }

    #[test]
    fn texts_share_a_start() {
        assert_eq!(common(["日本", "日立"].into_iter()).as_deref(), Some("日"));
        assert_eq!(common(["ab", "a"].into_iter()).as_deref(), Some("a"));
        assert_eq!(common([].into_iter()), None);
    }

    #[test]
    fn looks() {
        let mut chosen = dialog("s3://");
        press(&mut chosen, "<Down>");
        insta::assert_snapshot!("goto_80x24", screen(&chosen, 80, 22));
        insta::assert_snapshot!("goto_40x12", screen(&dialog("nowhere"), 40, 11));
    }
}
