//! A question that must be answered by typing a count or a name.
//!
//! For what cannot be taken back and is large: a prefix, a bucket, anything protected. Invariant:
//! only the exact text means yes.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::{Buttons, Focus};
use super::confirm::{Said, learn, write};
use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, leaves};
use crate::model::shown;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Reply, Ticket, Want};
use crate::tui::theme::{Look, Role};

/// Asks for a text to be typed.
#[derive(Debug)]
pub struct TypedConfirm {
    title: String,
    body: Vec<Said>,
    must: String,
    field: Field,
    wrong: bool,
    wants: Vec<Want>,
}

impl TypedConfirm {
    /// A question that only `must`, typed exactly, says yes to.
    pub fn new(
        title: impl Into<String>,
        body: Vec<Said>,
        must: impl Into<String>,
        wants: Vec<Want>,
    ) -> Self {
        Self {
            title: title.into(),
            body,
            must: must.into(),
            field: Field::default(),
            wrong: false,
            wants,
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 62, &self.title)
            .tone(Role::Danger)
            .foot("Esc cancel");
        sheet.blank();
        write(&mut sheet, &self.body);
        sheet.blank();
        let must = shown(&self.must);
        sheet.field(
            &format!("  Type  {must}  to confirm   "),
            &self.field,
            Focus::Here,
        );
        if self.wrong {
            sheet.line(Line::of(format!("  That is not {must}."), Role::Danger));
        } else {
            sheet.blank();
        }
        sheet.buttons(&Buttons::new(&[("Cancel", None)]), Focus::Nowhere);
        sheet
    }
}

impl Overlay for TypedConfirm {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        if key.code == KeyCode::Enter {
            if self.field.text() == self.must {
                return Step::Close(std::mem::take(&mut self.wants));
            }
            self.wrong = true;
        } else if self.field.key(key) == Typed::Changed {
            self.wrong = false;
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Button(_)) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        learn(&mut self.body, ticket, reply);
        Step::Pass
    }

    fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("Enter", "confirm what you typed"), ("Esc", "cancel")])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::Tone;
    use crate::tui::overlay::testing::{press, screen};

    fn question() -> TypedConfirm {
        let body = vec![
            Said::Text("s3://photos-prod/2026/raw/calib/".into()),
            Said::Blank,
            Said::Text("18,204 objects · 412 GiB".into()),
            Said::Dim("counted just now, nothing is deleted yet".into()),
            Said::Blank,
            Said::Warning("Bucket photos-prod is marked PROTECTED in your config.".into()),
        ];
        let wants = vec![Want::Say(Tone::Good, "gone".into())];
        TypedConfirm::new("Delete everything under calib/?", body, "18204", wants)
    }

    #[test]
    fn only_the_exact_text_means_yes() {
        for (script, closed, yes) in [
            ("18204<Enter>", true, true),
            ("1820<Enter>", false, false),
            ("1820<Enter>4<Enter>", true, true),
            ("y<Enter><Esc>", true, false),
            ("<Enter>", false, false),
        ] {
            let (wants, end) = press(&mut question(), script);
            assert_eq!((end, !wants.is_empty()), (closed, yes), "{script}");
        }
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("typed_80x24", screen(&question(), 80, 22));
        let mut wrong = question();
        press(&mut wrong, "182<Enter>");
        insta::assert_snapshot!("typed_wrong_40x12", screen(&wrong, 40, 11));
    }
}
