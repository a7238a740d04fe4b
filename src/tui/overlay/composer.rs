//! Writing a small text: a name, and some lines.
//!
//! Lines are fields, so all their keys work in here. Invariant: closing with something written
//! asks first; nothing that was typed is lost by one key.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Overlay, Step, hints, is_ctrl, leaves};
use crate::model::shown;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Ask, Cx, Effect, Reply, Ticket, Tone, Want};
use crate::tui::paint::{Pen, clear, row, rule_row};
use crate::tui::theme::{Look, Role};

/// An editor for a small text, over the whole screen.
#[derive(Debug)]
pub struct Composer {
    name: Field,
    lines: Vec<Field>,
    at: usize,
    part: Part,
    place: String,
    waiting: Option<Ticket>,
    wrong: Option<String>,
    /// Esc was pressed once with something written.
    leaving: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Text,
}

/// Cells of the line numbers.
const NUMBERS: usize = 5;

/// Rows before the first line of the text.
const HEAD: usize = 3;

impl Composer {
    /// An empty text for a place, named as shown.
    #[must_use]
    pub fn new(place: &str) -> Self {
        Self {
            name: Field::default(),
            lines: vec![Field::default()],
            at: 0,
            part: Part::Name,
            place: shown(place).into(),
            waiting: None,
            wrong: None,
            leaving: false,
        }
    }

    fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(Field::text).collect();
        let text = lines.join("\n");
        if text.is_empty() || text.ends_with('\n') {
            text
        } else {
            text + "\n"
        }
    }

    fn set_text(&mut self, text: &str) {
        let body = text.strip_suffix('\n').unwrap_or(text);
        self.lines = body
            .split('\n')
            .map(|l| Field::new(l).with_caret(0))
            .collect();
        self.at = 0;
        self.part = Part::Text;
    }

    fn is_empty(&self) -> bool {
        self.lines.iter().all(Field::is_empty)
    }

    fn save(&mut self) -> Step {
        let name = self.name.text().trim_end_matches('/');
        if name.is_empty() {
            self.wrong = Some("Type a name first.".into());
            self.part = Part::Name;
            return Step::stay();
        }
        let bytes = Bytes::from(self.text());
        Step::Close(vec![Want::NewText(name.to_owned(), bytes)])
    }

    fn edit(&mut self, cx: &mut Cx<'_>) -> Step {
        let ticket = cx.tickets.issue();
        self.waiting = Some(ticket);
        let ask = Ask::Edit(self.name.text().to_owned(), Bytes::from(self.text()));
        Step::Stay(vec![Want::Effect(Effect::Ask(ticket, ask))])
    }

    fn leave(&mut self) -> Step {
        if self.is_empty() || self.leaving {
            let forget = self.waiting.map(|t| Want::Effect(Effect::Forget(t)));
            return Step::Close(forget.into_iter().collect());
        }
        self.leaving = true;
        let warning = "Not saved: F2 saves, Esc again throws the text away";
        Step::Stay(vec![Want::Say(Tone::Warning, warning.into())])
    }

    fn write(&mut self, key: KeyEvent) {
        let caret = self.lines[self.at].caret();
        match key.code {
            KeyCode::Enter => {
                let rest = self.lines[self.at].split();
                self.lines
                    .insert(self.at + 1, Field::new(rest).with_caret(0));
                self.at += 1;
            }
            KeyCode::Backspace if caret == 0 && self.at > 0 => {
                let line = self.lines.remove(self.at);
                self.at -= 1;
                self.lines[self.at].append(line.text());
            }
            KeyCode::Delete
                if caret == self.lines[self.at].text().len() && self.at + 1 < self.lines.len() =>
            {
                let line = self.lines.remove(self.at + 1);
                self.lines[self.at].append(line.text());
            }
            KeyCode::Tab => self.lines[self.at].insert("    "),
            KeyCode::Up if self.at == 0 => self.part = Part::Name,
            KeyCode::Up => self.go(self.at - 1, caret),
            KeyCode::Down => self.go((self.at + 1).min(self.lines.len() - 1), caret),
            KeyCode::PageUp => self.go(self.at.saturating_sub(10), caret),
            KeyCode::PageDown => self.go((self.at + 10).min(self.lines.len() - 1), caret),
            _ => {
                self.lines[self.at].key(key);
            }
        }
    }

    fn go(&mut self, to: usize, caret: usize) {
        self.at = to;
        let line = std::mem::take(&mut self.lines[to]);
        self.lines[to] = line.with_caret(caret);
    }

    /// The first line that is drawn.
    fn first(&self, screen: Rect) -> usize {
        let room = usize::from(screen.height).saturating_sub(HEAD + 1).max(1);
        (self.at + 1).saturating_sub(room)
    }
}

impl Overlay for Composer {
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return self.leave();
        }
        self.leaving = false;
        if key.code == KeyCode::F(2) || is_ctrl(key, 'd') {
            return self.save();
        }
        if is_ctrl(key, 'e') {
            return self.edit(cx);
        }
        match (self.part, key.code) {
            (Part::Text, KeyCode::BackTab) => self.part = Part::Name,
            (Part::Text, _) => self.write(key),
            (Part::Name, KeyCode::Enter | KeyCode::Tab | KeyCode::Down) => self.part = Part::Text,
            (Part::Name, _) => {
                if self.name.key(key) == Typed::Changed {
                    self.wrong = None;
                }
            }
        }
        Step::stay()
    }

    fn paste(&mut self, text: &str) {
        if self.part == Part::Name {
            self.name.paste(text);
            return;
        }
        let text = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\t', "    ");
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                let rest = self.lines[self.at].split();
                self.lines
                    .insert(self.at + 1, Field::new(rest).with_caret(0));
                self.at += 1;
            }
            self.lines[self.at].paste(part);
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        let Reply::Edited(answer) = reply else {
            return Step::Pass;
        };
        if self.waiting != Some(ticket) {
            return Step::Pass;
        }
        self.waiting = None;
        match answer {
            Ok(None) => {}
            Ok(Some(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => self.set_text(text),
                Err(_) => self.wrong = Some("The editor gave back no UTF-8 text.".into()),
            },
            Err(trouble) => self.wrong = Some(trouble.to_string()),
        }
        Step::stay()
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        clear(screen, buf);
        let count = match self.lines.len() {
            1 => "1 line".into(),
            n => format!("{n} lines"),
        };
        let title = format!("New text in {}", self.place);
        rule_row(row(screen, 0), buf, look, (&title, &count));
        let cells = usize::from(screen.width);
        let window = self.name.window(cells.saturating_sub(9));
        let role = if self.part == Part::Name {
            Role::Text
        } else {
            Role::Dim
        };
        Pen::new(row(screen, 1), buf, look)
            .put(" Name   ", Role::Dim)
            .put(&window.text, role);
        let mut pen = Pen::new(row(screen, 2), buf, look);
        match &self.wrong {
            Some(wrong) => pen.put(&format!(" ! {wrong}"), Role::Danger),
            None => pen.times(look.glyphs.light, cells, Role::Rule),
        };
        let first = self.first(screen);
        let room = usize::from(screen.height).saturating_sub(HEAD);
        for (n, line) in self.lines.iter().enumerate().skip(first).take(room) {
            let mut pen = Pen::new(row(screen, HEAD + n - first), buf, look);
            let number = (n + 1).to_string();
            pen.right(&number, NUMBERS - 1, Role::Dim).skip(1);
            let text = if n == self.at {
                line.window(cells - NUMBERS - 1).text
            } else {
                shown(line.text()).into()
            };
            pen.put(&text, Role::Text);
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("F2 Ctrl-D", "save"),
            ("Ctrl-E", "in $EDITOR"),
            ("Shift-Tab", "name"),
            ("Esc", "throw away"),
        ])
    }

    fn covers(&self) -> bool {
        true
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        let cells = usize::from(screen.width);
        let (x, y) = match self.part {
            Part::Name => (8 + self.name.window(cells.saturating_sub(9)).caret, 1),
            Part::Text => {
                let caret = self.lines[self.at].window(cells - NUMBERS - 1).caret;
                (NUMBERS + caret, HEAD + self.at - self.first(screen))
            }
        };
        let cell = |n: usize| u16::try_from(n).ok();
        Some((screen.x + cell(x)?, screen.y + cell(y)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Snapshot;
    use crate::tui::msg::Tickets;
    use crate::tui::overlay::testing::{press, screen, with_cx};

    fn composer(script: &str) -> Composer {
        let mut composer = Composer::new("s3://photos/2026/");
        press(&mut composer, script);
        composer
    }

    #[test]
    fn a_name_and_lines_become_a_text() {
        for save in ["<F2>", "<C-d>"] {
            let mut composer = composer("note.txt<Enter>one<Enter>two");
            let (wants, closed) = press(&mut composer, save);
            assert!(closed);
            assert_eq!(
                format!("{wants:?}"),
                "[NewText(\"note.txt\", b\"one\\ntwo\\n\")]"
            );
        }
    }

    #[test]
    fn lines_split_and_join() {
        for (script, text) in [
            ("ab<Left><Enter>x", "a\nxb\n"),
            ("ab<Enter>cd<Home><BS>", "abcd\n"),
            ("ab<Enter>cd<Up><End><Del>", "abcd\n"),
            ("ab<Enter>c<Up>x", "axb\nc\n"),
            ("", ""),
        ] {
            assert_eq!(
                composer(&format!("n<Enter>{script}")).text(),
                text,
                "{script}"
            );
        }
    }

    #[test]
    fn without_a_name_nothing_is_saved() {
        let mut composer = composer("<Enter>text");
        let (wants, closed) = press(&mut composer, "<F2>");
        assert!(wants.is_empty() && !closed && composer.wrong.is_some());
        assert_eq!(composer.part, Part::Name);
    }

    #[test]
    fn escape_asks_before_it_throws_text_away() {
        let mut with_text = composer("n<Enter>text");
        let (wants, closed) = press(&mut with_text, "<Esc>");
        assert!(!closed && format!("{wants:?}").contains("Not saved"));
        assert!(
            !press(&mut with_text, "x<Esc>").1,
            "typing on takes it back"
        );
        assert!(press(&mut with_text, "<Esc>").1);
        assert!(
            press(&mut composer("name"), "<Esc>").1,
            "nothing written, nothing lost"
        );
    }

    #[test]
    fn the_editors_text_comes_back() {
        let mut composer = composer("n<Enter>one");
        let (wants, _) = press(&mut composer, "<C-e>");
        assert!(
            format!("{wants:?}").contains("Edit(\"n\", b\"one\\n\")"),
            "{wants:?}"
        );
        let ticket = composer.waiting.unwrap();
        let queue = Snapshot::default();
        with_cx(&mut Tickets::default(), &queue, |cx| {
            let reply = Reply::Edited(Ok(Some(Bytes::from("two\nlines\n"))));
            assert!(matches!(composer.reply(Ticket(77), &reply, cx), Step::Pass));
            composer.reply(ticket, &reply, cx);
        });
        assert_eq!(composer.text(), "two\nlines\n");
    }

    #[test]
    fn a_paste_keeps_its_lines() {
        let mut composer = composer("n<Enter>");
        composer.paste("a\r\nb\tc\x1b[2J\n");
        assert_eq!(composer.text(), "a\nb    c[2J\n");
    }

    #[test]
    fn looks() {
        let composer = composer("notes.md<Enter># 日本語<Enter><Enter>- one<Enter>- two 🦀");
        insta::assert_snapshot!("composer_80x24", screen(&composer, 80, 22));
        insta::assert_snapshot!("composer_40x12", screen(&composer, 40, 11));
    }
}
