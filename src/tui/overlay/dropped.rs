//! The small choice after something was dropped with the mouse.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::{Buttons, Focus, Pressed};
use super::copy::{what, with_slash};
use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, leaves};
use crate::engine::Kind;
use crate::model::shown;
use crate::tui::msg::{Cx, Transfer, Want};
use crate::tui::theme::{Look, Role};

/// The choice after something was dropped.
#[derive(Debug)]
pub struct DropChoice {
    transfer: Transfer,
    buttons: Buttons,
}

impl DropChoice {
    /// A choice about this drop.
    #[must_use]
    pub fn new(transfer: Transfer) -> Self {
        let buttons = Buttons::new(&[("Copy", Some('c')), ("Move", Some('m')), ("Cancel", None)]);
        Self { transfer, buttons }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 46, format!("Drop {}", what(&self.transfer.items)));
        let into = shown(&with_slash(&self.transfer.into.to_string()));
        sheet.blank();
        sheet.line(Line::of("into  ", Role::Dim).and(into.as_str(), Role::Text));
        sheet.blank().buttons(&self.buttons, Focus::Here).blank();
        sheet
    }

    fn press(&self, index: usize) -> Step {
        let kind = match index {
            0 => Kind::Copy,
            1 => Kind::Move,
            _ => return Step::close(),
        };
        Step::Close(vec![Want::Copy(Transfer {
            kind,
            ..self.transfer.clone()
        })])
    }
}

impl Overlay for DropChoice {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match self.buttons.key(key) {
            Pressed::This(index) => self.press(index),
            Pressed::Moved | Pressed::Unused => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Button(index)) => self.press(index),
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("Enter", "copy"), ("m", "move"), ("Esc", "cancel")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::IfExists;
    use crate::model::Place;
    use crate::tui::msg::{Item, ItemKind};
    use crate::tui::overlay::testing::{object, press, screen};

    fn choice() -> DropChoice {
        let item = |n: u64| Item {
            location: object("photos", &format!("{n}.jpg")),
            kind: ItemKind::Object,
            name: shown(&format!("{n}.jpg")),
            size: Some(n << 20),
        };
        DropChoice::new(Transfer {
            items: (1..4).map(item).collect(),
            into: Place::Folder("/home/ada/inbox/exports".into()),
            rename: None,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
        })
    }

    #[test]
    fn enter_copies_m_moves_escape_does_nothing() {
        for (script, kind) in [
            ("<Enter>", Some(Kind::Copy)),
            ("c", Some(Kind::Copy)),
            ("m", Some(Kind::Move)),
            ("<Right><Enter>", Some(Kind::Move)),
            ("<Left><Enter>", None),
            ("<Esc>", None),
        ] {
            let (wants, closed) = press(&mut choice(), script);
            let got = wants.first().map(|w| match w {
                Want::Copy(transfer) => transfer.kind,
                other => panic!("{other:?}"),
            });
            assert!(closed);
            assert_eq!(got, kind, "{script}");
        }
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("drop_80x24", screen(&choice(), 80, 22));
        insta::assert_snapshot!("drop_40x12", screen(&choice(), 40, 11));
    }
}
