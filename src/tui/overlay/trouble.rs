//! Everything that is known about one thing that went wrong, or about one transfer.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::confirm::{Said, as_text, write};
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, clip, hints, leaves, plain_letter};
use crate::model::{Trouble, width};
use crate::tui::msg::Cx;
use crate::tui::theme::{Look, Role};

/// A page of facts.
#[derive(Debug, Clone)]
pub struct Details {
    title: String,
    tone: Role,
    body: Vec<Said>,
    facts: Vec<(String, String)>,
}

impl Details {
    /// What, why, what to do, and the details for whoever digs.
    #[must_use]
    pub fn of(trouble: &Trouble) -> Self {
        let mut body = vec![Said::Text(trouble.why.to_string())];
        if !trouble.fix.as_str().is_empty() {
            body.extend([Said::Blank, Said::Text(trouble.fix.to_string())]);
        }
        let code = [("code".to_owned(), trouble.code.to_string())];
        let details = trouble
            .details
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()));
        Self {
            title: trouble.what.to_string(),
            tone: Role::Danger,
            body,
            facts: code.into_iter().chain(details).collect(),
        }
    }

    /// Facts by name. All texts must be safe to show; they are escaped again while drawn.
    #[must_use]
    pub fn new(title: impl Into<String>, facts: Vec<(String, String)>) -> Self {
        Self {
            title: title.into(),
            tone: Role::Title,
            body: Vec::new(),
            facts,
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 72, &self.title)
            .tone(self.tone)
            .foot("c copy · Esc");
        sheet.blank();
        write(&mut sheet, &self.body);
        if !self.body.is_empty() {
            sheet.blank();
        }
        let names = self
            .facts
            .iter()
            .map(|(n, _)| width(n))
            .max()
            .unwrap_or(0)
            .min(16);
        for (name, value) in &self.facts {
            let room = sheet.cells().saturating_sub(names + 4);
            for (n, part) in crate::tui::paint::wrap(value, room).into_iter().enumerate() {
                let name = if n == 0 { name.as_str() } else { "" };
                let gap = " ".repeat(names.saturating_sub(width(name)) + 2);
                let line = Line::of(format!("  {name}{gap}"), Role::Dim).and(part, Role::Text);
                sheet.push(Row::Soft(line));
            }
        }
        sheet.blank();
        sheet
    }

    fn text(&self) -> String {
        let facts = self.facts.iter().map(|(n, v)| format!("{n}\t{v}"));
        [as_text(&self.title, &self.body)]
            .into_iter()
            .chain(facts)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Overlay for Details {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        match plain_letter(key) {
            Some('c' | 'y') => Step::Stay(vec![clip("Details", self.text())]),
            Some('q') => Step::close(),
            _ if leaves(key) || key.code == KeyCode::Enter => Step::close(),
            _ => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("c", "copy"), ("Esc", "close")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{ascii_screen, press, screen};

    fn details() -> Details {
        let trouble = Trouble::new(
            "AccessDenied",
            "Cannot list backups-nightly",
            "The key AKIA…7Q2F has no s3:ListBucket on backups-nightly.",
            "Press @ for another account, or g/ for a prefix that you know.",
        );
        Details::of(
            &trouble
                .with("request", "4T7JX\x1b[2JK0")
                .with("host", "s3.example.com")
                .with("status", "403"),
        )
    }

    #[test]
    fn it_can_be_copied_and_closed() {
        let (wants, closed) = press(&mut details(), "c");
        let text = format!("{wants:?}");
        assert!(
            !closed && text.contains("AKIA…7Q2F") && text.contains("4T7JX␛[2JK0"),
            "{text}"
        );
        for script in ["<Esc>", "<Enter>", "q"] {
            assert!(press(&mut details(), script).1, "{script}");
        }
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("details_80x24", screen(&details(), 80, 22));
        insta::assert_snapshot!("details_40x12", screen(&details(), 40, 11));
        insta::assert_snapshot!("details_ascii", ascii_screen(&details(), 80, 22));
    }
}
