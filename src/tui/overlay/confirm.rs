//! A question before something that is hard to reverse.
//!
//! It is given what a yes means when it is made. Invariant: in its dangerous form Enter and Esc
//! both mean no; only `y`, or a walk to the button, means yes.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::{Buttons, Focus, Pressed};
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, clip, hints, leaves, plain_letter};
use crate::model::cut_middle;
use crate::tui::msg::{Cx, Reply, Ticket, Want};
use crate::tui::paint::wrap;
use crate::tui::theme::{Look, Role};

/// A sheet of fewer cells than this has few rows too.
const NARROW: usize = 40;

/// One row of what a dialog says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Blank,
    /// A sentence.
    Text(String),
    /// Something less important.
    Dim(String),
    /// One thing of a list: its name, and its size or whatever stands at the right.
    Item(String, String),
    /// What to look out for.
    Warning(String),
    /// What to look out for, which an answer that is on its way will tell. It has the rows of the
    /// longest of its texts, so that nothing moves when the answer comes.
    Awaited(Awaited),
}

/// A warning that depends on whether a bucket keeps versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The question to the server.
    pub ticket: Ticket,
    /// While nobody knows.
    pub asking: String,
    /// If it does.
    pub kept: String,
    /// If it does not.
    pub lost: String,
    /// What came.
    pub answer: Option<bool>,
}

impl Awaited {
    fn text(&self) -> &str {
        match self.answer {
            None => &self.asking,
            Some(true) => &self.kept,
            Some(false) => &self.lost,
        }
    }

    fn write<'a>(&self, sheet: &'a mut Sheet) -> &'a mut Sheet {
        let cells = sheet.cells().saturating_sub(2);
        let role = match self.answer {
            None => Role::Dim,
            Some(_) => Role::Warning,
        };
        sheet.warn(self.text(), role);
        for _ in wrap(self.text(), cells).len()..self.rows(cells) {
            sheet.blank();
        }
        sheet
    }

    /// The rows of the longest text.
    fn rows(&self, cells: usize) -> usize {
        let texts = [&self.asking, &self.kept, &self.lost];
        let rows = texts.map(|text| wrap(text, cells).len());
        rows.into_iter().max().unwrap_or(1)
    }
}

/// Takes an answer in that a dialog waits for; the app waits for it too.
pub(super) fn learn(body: &mut [Said], ticket: Ticket, reply: &Reply) {
    let Reply::Versioned(kept) = reply else {
        return;
    };
    for said in body {
        if let Said::Awaited(awaited) = said
            && awaited.ticket == ticket
        {
            awaited.answer = Some(*kept);
        }
    }
}

/// A yes-or-no question.
#[derive(Debug)]
pub struct Confirm {
    title: String,
    body: Vec<Said>,
    weight: Weight,
    buttons: Buttons,
    yes: usize,
    wants: Vec<Want>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Light,
    Danger,
}

impl Confirm {
    /// A question whose ordinary answer is yes.
    pub fn new(
        title: impl Into<String>,
        body: Vec<Said>,
        yes: &'static str,
        wants: Vec<Want>,
    ) -> Self {
        Self {
            title: title.into(),
            body,
            weight: Weight::Light,
            buttons: Buttons::new(&[(yes, Some('y')), ("Cancel", Some('n'))]),
            yes: 0,
            wants,
        }
    }

    /// A question whose ordinary answer is no, because a yes cannot be taken back.
    pub fn danger(
        title: impl Into<String>,
        body: Vec<Said>,
        yes: &'static str,
        wants: Vec<Want>,
    ) -> Self {
        Self {
            weight: Weight::Danger,
            buttons: Buttons::new(&[("Cancel", Some('n')), (yes, Some('y'))]).dangerous(1),
            yes: 1,
            ..Self::new(title, body, yes, wants)
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let (tone, foot) = match self.weight {
            Weight::Light => (Role::Title, "Esc cancel"),
            Weight::Danger => (Role::Danger, "Enter = Cancel"),
        };
        let mut sheet = Sheet::new(screen, 62, &self.title).tone(tone).foot(foot);
        sheet.blank();
        write(&mut sheet, &self.body);
        sheet.blank().buttons(&self.buttons, Focus::Here).blank();
        sheet
    }

    fn press(&mut self, index: usize) -> Step {
        if index == self.yes {
            Step::Close(std::mem::take(&mut self.wants))
        } else {
            Step::close()
        }
    }
}

/// Writes what a dialog says.
pub(super) fn write(sheet: &mut Sheet, body: &[Said]) {
    for said in body {
        match said {
            Said::Blank => sheet.blank(),
            Said::Text(text) => sheet.say(text, 2, Role::Text),
            // Where there are few rows an address is cut rather than wrapped: half of it might go.
            Said::Dim(text) if text.starts_with("from  ") && sheet.cells() < NARROW => {
                let text = cut_middle(text, sheet.cells().saturating_sub(4));
                sheet.line(Line::of("  ", Role::Dim).and(text, Role::Dim))
            }
            Said::Dim(text) => sheet.say(text, 2, Role::Dim),
            Said::Item(name, right) => sheet.push(Row::Soft(
                Line::of("  ", Role::Text)
                    .and(name, Role::Text)
                    .right(format!("{right}  "), Role::Dim),
            )),
            Said::Warning(text) => sheet.warn(text, Role::Warning),
            Said::Awaited(awaited) => awaited.write(sheet),
        };
    }
}

/// The same as plain text, for the clipboard.
pub(super) fn as_text(title: &str, body: &[Said]) -> String {
    let rows = body.iter().map(|said| match said {
        Said::Blank => String::new(),
        Said::Text(text) | Said::Dim(text) | Said::Warning(text) => text.clone(),
        Said::Awaited(awaited) => awaited.text().to_owned(),
        Said::Item(name, right) => format!("{name}\t{right}"),
    });
    [title.to_owned()]
        .into_iter()
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

impl Overlay for Confirm {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        if plain_letter(key) == Some('c') {
            return Step::Stay(vec![clip("Question", as_text(&self.title, &self.body))]);
        }
        match self.buttons.key(key) {
            Pressed::This(index) => self.press(index),
            Pressed::Moved | Pressed::Unused => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Button(index)) => self.press(index),
            _ => Step::stay(),
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        learn(&mut self.body, ticket, reply);
        Step::Pass
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("y", "yes"),
            ("n", "no"),
            ("Tab", "other button"),
            ("c", "copy text"),
            ("Esc", "cancel"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::Tone;
    use crate::tui::overlay::testing::{ascii_screen, press, screen};

    fn body() -> Vec<Said> {
        vec![
            Said::Item("IMG_20260311_0001.CR3".into(), "24.8 MiB".into()),
            Said::Item("日本語の写真-2026年.CR3".into(), "24.6 MiB".into()),
            Said::Item("🦀-crab.CR3".into(), "25.1 MiB".into()),
            Said::Blank,
            Said::Warning("photos-prod keeps no versions: this cannot be undone.".into()),
            Said::Blank,
            Said::Text("from  s3://photos-prod/2026/raw/".into()),
        ]
    }

    fn done() -> Vec<Want> {
        vec![Want::Say(Tone::Good, "done".into())]
    }

    fn danger() -> Confirm {
        Confirm::danger("Delete 3 objects?", body(), "Delete", done())
    }

    #[test]
    fn only_a_clear_yes_deletes() {
        for (script, yes) in [
            ("<Enter>", false),
            ("<Esc>", false),
            ("n", false),
            ("<C-c>", false),
            ("y", true),
            ("<Tab><Enter>", true),
            ("<Tab><Tab><Enter>", false),
            ("xz<Enter>", false),
        ] {
            let (wants, closed) = press(&mut danger(), script);
            assert!(closed, "{script}");
            assert_eq!(!wants.is_empty(), yes, "{script}");
        }
    }

    #[test]
    fn nothing_moves_when_the_server_answers() {
        let ticket = Ticket(7);
        let awaited = Awaited {
            ticket,
            asking: "Asking.".into(),
            kept: "The bucket keeps old versions, but a folder comes back only one by one.".into(),
            lost: "This cannot be undone.".into(),
            answer: None,
        };
        let body = vec![Said::Blank, Said::Awaited(awaited)];
        let mut dialog = Confirm::danger("Delete x?", body, "Delete", done());
        let button = |text: &str| text.lines().position(|line| line.contains("Cancel ↵"));
        let before = screen(&dialog, 80, 22);
        let mut tickets = crate::tui::msg::Tickets::default();
        let queue = crate::engine::Snapshot::default();
        for (from, kept, said) in [
            (Ticket(8), true, "Asking."),
            (ticket, true, "one by one"),
            (ticket, false, "This cannot be undone."),
        ] {
            let step = crate::tui::overlay::testing::with_cx(&mut tickets, &queue, |cx| {
                dialog.reply(from, &Reply::Versioned(kept), cx)
            });
            // The app waits for it too.
            assert!(matches!(step, Step::Pass));
            let after = screen(&dialog, 80, 22);
            assert!(after.contains(said), "{after}");
            assert_eq!(button(&before), button(&after));
            assert_eq!(before.lines().count(), after.lines().count());
        }
    }

    #[test]
    fn the_light_form_takes_enter_for_yes() {
        let light = || Confirm::new("Copy 200 objects?", body(), "Copy", done());
        assert_eq!(press(&mut light(), "<Enter>").0.len(), 1);
        assert!(press(&mut light(), "<Esc>").0.is_empty());
        let (wants, closed) = press(&mut light(), "c");
        assert!(!closed && format!("{wants:?}").contains("Copy 200 objects?"));
    }

    #[test]
    fn a_click_on_a_button_presses_it() {
        use crossterm::event::{KeyModifiers, MouseButton, MouseEventKind};
        let screen = Rect::new(0, 0, 80, 22);
        let mut dialog = danger();
        let mut hit = None;
        for y in 0..22 {
            for x in 0..80 {
                if dialog.sheet(screen).hit((x, y)) == Hit::Button(1) {
                    hit = hit.or(Some((x, y)));
                }
            }
        }
        let (column, row) = hit.unwrap();
        let kind = MouseEventKind::Down(MouseButton::Left);
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        let mut tickets = crate::tui::msg::Tickets::default();
        let queue = crate::engine::Snapshot::default();
        let step = crate::tui::overlay::testing::with_cx(&mut tickets, &queue, |cx| {
            dialog.mouse(event, screen, cx)
        });
        assert!(matches!(step, Step::Close(wants) if wants.len() == 1));
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("delete_80x24", screen(&danger(), 80, 22));
        insta::assert_snapshot!("delete_120x40", screen(&danger(), 120, 38));
        insta::assert_snapshot!("delete_40x12", screen(&danger(), 40, 11));
        insta::assert_snapshot!("delete_ascii", ascii_screen(&danger(), 80, 22));
    }
}
