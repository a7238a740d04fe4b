//! Everything that was said, newest first, with what is known about each failure.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Details, Line, Overlay, Step, clip, hints, is_ctrl, leaves, plain_letter, wheel};
use crate::model::{Safe, Trouble, cut_end};
use crate::tui::msg::{Cx, Tone, Want};
use crate::tui::paint::{Pen, clear, row, rule_row};
use crate::tui::theme::{Look, Role};

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// How it was meant.
    pub tone: Tone,
    /// The words.
    pub text: Safe,
    /// What is behind it, for a failure.
    pub trouble: Option<Trouble>,
}

/// The list of messages, over the whole screen.
#[derive(Debug)]
pub struct MessagesView {
    all: Vec<Message>,
    at: usize,
}

impl MessagesView {
    /// Shows these, the newest first.
    #[must_use]
    pub fn new(newest_first: Vec<Message>) -> Self {
        Self {
            all: newest_first,
            at: 0,
        }
    }

    fn go(&mut self, by: isize) {
        let last = self.all.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    fn text(message: &Message) -> String {
        let mut lines = vec![format!("{} {}", message.at, message.text)];
        if let Some(trouble) = &message.trouble {
            lines.extend([format!("{}", trouble.why), format!("{}", trouble.fix)]);
            lines.extend(trouble.details.iter().map(|(n, v)| format!("{n}: {v}")));
        }
        lines.join("\n")
    }

    fn open(&self) -> Step {
        let Some(message) = self.all.get(self.at) else {
            return Step::stay();
        };
        let details = match &message.trouble {
            Some(trouble) => Details::of(trouble),
            None => Details::new("Message", vec![("said".into(), message.text.to_string())]),
        };
        Step::Stay(vec![Want::Open(Box::new(details))])
    }

    /// The rows of all messages, and the row at which the chosen one starts.
    fn lines(&self, look: &Look<'_>, cells: usize) -> (Vec<Line>, usize) {
        let mut lines = Vec::new();
        let mut start = 0;
        for (index, message) in self.all.iter().enumerate() {
            if index == self.at {
                start = lines.len();
            }
            let clock = message
                .at
                .to_zoned(look.zone.clone())
                .strftime("%H:%M:%S")
                .to_string();
            let (glyph, role) = sign(message.tone, look);
            let line = Line::of(format!(" {clock} "), Role::Dim)
                .and(format!("{glyph} "), role)
                .and(message.text.as_str(), Role::Text)
                .sentence()
                .tagged(index);
            lines.push(line.at(self.at));
            if let Some(trouble) = &message.trouble {
                let mut parts = vec![trouble.code.to_string()];
                parts.extend(trouble.details.iter().map(|(n, v)| format!("{n} {v}")));
                let text = cut_end(&parts.join(" · "), cells.saturating_sub(12));
                lines.push(Line::of("            ", Role::Dim).and(text, Role::Dim));
            }
        }
        (lines, start)
    }
}

fn sign<'g>(tone: Tone, look: &Look<'g>) -> (&'g str, Role) {
    match tone {
        Tone::Info => (look.glyphs.waiting, Role::Dim),
        Tone::Good => (look.glyphs.done, Role::Good),
        Tone::Warning => ("!", Role::Warning),
        Tone::Error => (look.glyphs.failed, Role::Danger),
    }
}

impl Overlay for MessagesView {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) || plain_letter(key) == Some('q') {
            return Step::close();
        }
        match key.code {
            KeyCode::Enter => return self.open(),
            KeyCode::Down | KeyCode::Char('j') => self.go(1),
            KeyCode::Up | KeyCode::Char('k') => self.go(-1),
            KeyCode::PageDown => self.go(10),
            KeyCode::PageUp => self.go(-10),
            KeyCode::Home | KeyCode::Char('g') => self.at = 0,
            KeyCode::End | KeyCode::Char('G') => self.go(isize::MAX),
            _ if is_ctrl(key, 'd') => self.go(10),
            _ if is_ctrl(key, 'u') => self.go(-10),
            KeyCode::Char('c' | 'y') if plain_letter(key).is_some() => {
                let Some(message) = self.all.get(self.at) else {
                    return Step::stay();
                };
                return Step::Stay(vec![clip("Message", Self::text(message))]);
            }
            _ => {}
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, _: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            self.go(rows);
        }
        Step::stay()
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        clear(screen, buf);
        let count = match self.all.len() {
            0 => String::new(),
            n => format!("{} of {n}", self.at + 1),
        };
        rule_row(row(screen, 0), buf, look, ("Messages", &count));
        let (lines, start) = self.lines(look, usize::from(screen.width));
        let room = usize::from(screen.height.saturating_sub(2));
        let first = (start + 2).saturating_sub(room);
        for (n, line) in lines.iter().skip(first).take(room).enumerate() {
            line.draw(row(screen, n + 2), buf, look);
            if line.here {
                Pen::new(row(screen, n + 2), buf, look).put(look.glyphs.cursor, Role::Key);
                buf.set_style(row(screen, n + 2), look.theme.cursor);
            }
        }
        if lines.is_empty() {
            let line = Line::of("  Nothing was said yet.", Role::Dim);
            line.draw(row(screen, 2), buf, look);
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("j k", "move"),
            ("Enter", "details"),
            ("c", "copy"),
            ("Esc", "back"),
        ])
    }

    fn covers(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shown;
    use crate::tui::overlay::testing::{ascii_screen, press, screen, wall};

    fn view() -> MessagesView {
        let said = |seconds: i64, tone, text: &str| Message {
            at: wall() - jiff::SignedDuration::from_secs(seconds),
            tone,
            text: shown(text),
            trouble: None,
        };
        let trouble = Trouble::new("AccessDenied", "Cannot list backups-nightly", "no", "@")
            .with("request", "4T7JX…K0")
            .with("key", "AKIA…7Q2F");
        MessagesView::new(vec![
            Message {
                trouble: Some(trouble),
                ..said(0, Tone::Error, "backups-nightly: access denied (403)")
            },
            said(
                27,
                Tone::Good,
                "Copied 12 objects, 298 MiB, to ~/inbox in 3.1 s (96 MiB/s)",
            ),
            said(100, Tone::Warning, "The server asked us to slow down"),
            said(
                432,
                Tone::Info,
                "Connected: work, 6 buckets, 日本語\u{1b}[2J",
            ),
        ])
    }

    #[test]
    fn messages_are_walked_copied_and_opened() {
        let (wants, _) = press(&mut view(), "jc");
        assert!(format!("{wants:?}").contains("298 MiB"));
        let (wants, closed) = press(&mut view(), "<Enter>");
        assert!(!closed && format!("{wants:?}").contains("4T7JX"));
        assert!(press(&mut view(), "<Esc>").1 && press(&mut view(), "q").1);
        let mut end = view();
        press(&mut end, "G<Down>");
        assert_eq!(end.at, 3);
        assert!(
            press(&mut MessagesView::new(Vec::new()), "jc<Enter>")
                .0
                .is_empty()
        );
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("messages_80x24", screen(&view(), 80, 22));
        insta::assert_snapshot!("messages_40x12", screen(&view(), 40, 11));
        insta::assert_snapshot!("messages_ascii", ascii_screen(&view(), 80, 22));
    }
}
