//! A row of buttons: one of them is marked, and Enter presses that one.
//!
//! Invariant: moving the mark never moves a button: each keeps the width of its wider form.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::plain_letter;
use crate::model::width;
use crate::tui::theme::Role;

/// One button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    label: &'static str,
    letter: Option<char>,
    role: Role,
}

/// Some buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Buttons {
    all: Vec<Button>,
    at: usize,
}

/// Whether the buttons or something else of the dialog takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The buttons do.
    Here,
    /// A field or a choice does; Enter still presses the marked button.
    Elsewhere,
    /// A field does, and Enter belongs to it.
    Nowhere,
}

/// What a key did to the buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// This one was pressed.
    This(usize),
    /// Another one is marked.
    Moved,
    /// Not a key for buttons.
    Unused,
}

/// A button as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chip {
    /// Its text with brackets.
    pub(crate) text: String,
    /// Cells that it takes, marked or not.
    pub(crate) slot: usize,
    /// How it is drawn.
    pub(crate) role: Role,
    /// Which button it is.
    pub(crate) index: usize,
}

impl Buttons {
    /// Buttons with their letters; the first one is marked.
    pub(super) fn new(all: &[(&'static str, Option<char>)]) -> Self {
        let all = all
            .iter()
            .map(|(label, letter)| Button {
                label,
                letter: *letter,
                role: Role::Text,
            })
            .collect();
        Self { all, at: 0 }
    }

    /// Draws one of them as dangerous.
    pub(super) fn dangerous(mut self, index: usize) -> Self {
        if let Some(button) = self.all.get_mut(index) {
            button.role = Role::Danger;
        }
        self
    }

    /// Which one is marked.
    pub(super) fn marked(&self) -> usize {
        self.at
    }

    /// Takes a key: `Tab`, arrows, `Enter`, letters.
    pub(super) fn key(&mut self, key: KeyEvent) -> Pressed {
        let letter = plain_letter(key).map(|c| c.to_ascii_lowercase());
        let by_letter = |b: &Button| letter.is_some() && b.letter == letter;
        if let Some(index) = self.all.iter().position(by_letter) {
            return Pressed::This(index);
        }
        match key.code {
            KeyCode::Enter => Pressed::This(self.at),
            KeyCode::Char(' ') if key.modifiers == KeyModifiers::NONE => Pressed::This(self.at),
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => self.go(1),
            KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => self.go(self.all.len() - 1),
            _ => Pressed::Unused,
        }
    }

    fn go(&mut self, by: usize) -> Pressed {
        self.at = (self.at + by) % self.all.len();
        Pressed::Moved
    }

    /// The buttons as they are drawn. The one that Enter presses is always bracketed; it is
    /// coloured while the buttons have the focus.
    pub(super) fn chips(&self, focus: Focus) -> Vec<Chip> {
        let chip = |(index, button): (usize, &Button)| {
            let label = button.label;
            let marked = format!("[ {label} ↵ ]");
            let plain = format!("( {label} )");
            let lettered = button.letter.map(|l| format!("( {label}  {l} )"));
            let slot = [&marked, lettered.as_ref().unwrap_or(&plain)]
                .map(|text| width(text))
                .into_iter()
                .max()
                .unwrap_or(0);
            // Elsewhere a letter is text: to show it would promise what it does not do.
            let open = match (lettered, focus) {
                (Some(lettered), Focus::Here) => lettered,
                _ => plain,
            };
            let (text, role) = match focus {
                Focus::Here if index == self.at => (marked, Role::Button),
                Focus::Elsewhere if index == self.at => (marked, button.role),
                Focus::Here | Focus::Elsewhere | Focus::Nowhere => (open, button.role),
            };
            Chip {
                text,
                slot,
                role,
                index,
            }
        };
        self.all.iter().enumerate().map(chip).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::keys;

    fn press(script: &str) -> (Pressed, usize) {
        let mut buttons = Buttons::new(&[("Copy", None), ("Move", Some('m')), ("Cancel", None)]);
        let mut last = Pressed::Unused;
        for key in keys(script) {
            last = buttons.key(key);
        }
        (last, buttons.marked())
    }

    #[test]
    fn keys_walk_and_press() {
        assert_eq!(press("<Enter>").0, Pressed::This(0));
        assert_eq!(press("<Tab><Tab><Enter>").0, Pressed::This(2));
        assert_eq!(press("<Right><Left><Left><Enter>").0, Pressed::This(2));
        assert_eq!(press("<S-Tab>").1, 2);
        assert_eq!(press("m").0, Pressed::This(1));
        assert_eq!(press("M").0, Pressed::This(1));
        assert_eq!(press("z").0, Pressed::Unused);
        assert_eq!(press("<C-m>").0, Pressed::Unused);
    }

    #[test]
    fn the_mark_moves_nothing() {
        let mut buttons = Buttons::new(&[("Copy", None), ("Move", Some('m'))]);
        let before: Vec<usize> = buttons.chips(Focus::Here).iter().map(|c| c.slot).collect();
        buttons.go(1);
        let chips = buttons.chips(Focus::Here);
        assert_eq!(before, chips.iter().map(|c| c.slot).collect::<Vec<_>>());
        assert_eq!(chips[1].text, "[ Move ↵ ]");
        assert_eq!(chips[0].text, "( Copy )");
    }

    #[test]
    fn a_letter_is_shown_only_where_it_works() {
        let buttons = Buttons::new(&[("Copy", None), ("Move", Some('m'))]);
        let text = |focus| buttons.chips(focus)[1].text.clone();
        assert_eq!(text(Focus::Here), "( Move  m )");
        assert_eq!(text(Focus::Elsewhere), "( Move )");
        assert_eq!(text(Focus::Nowhere), "( Move )");
    }
}
