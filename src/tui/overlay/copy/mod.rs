//! Where a copy goes and what happens to what is there.
//!
//! Invariant: the destination is on the screen before anything starts, and a destination that
//! cannot be read is refused here. For a single item a destination that does not end in `/` is its
//! new name; for several it is always the place that receives them.

#[cfg(test)]
mod tests;
mod words;

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::{Buttons, Focus, Pressed};
use super::choice::choices;
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, hints, leaves};
use crate::engine::{IfExists, Kind};
use crate::model::{Account, Address, Place, Prefix, Safe, shown, size};
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Effect, ItemKind, Reply, Ticket, Transfer, Want};
use crate::tui::pane::browser::thousands;
use crate::tui::theme::{Look, Role};
use words::title;
pub(super) use words::{what, with_slash};

/// Answers about what is there, in the order of the dialog.
const CHOICES: [(IfExists, &str); 5] = [
    (IfExists::Ask, "ask"),
    (IfExists::Overwrite, "overwrite"),
    (IfExists::Skip, "skip"),
    (IfExists::KeepBoth, "keep both"),
    (IfExists::Newer, "newer"),
];

/// Items that are shown by name.
const SHOWN: usize = 6;

/// The copy dialog.
#[derive(Debug)]
pub struct CopyDialog {
    transfer: Transfer,
    home: Option<PathBuf>,
    to: Field,
    choice: usize,
    part: Part,
    buttons: Buttons,
    wrong: Option<String>,
    /// How many of the names are there already, as far as is known.
    taken: usize,
    /// The question about that, until it is answered.
    looking: Option<Ticket>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    To,
    Choice,
    Buttons,
}

impl CopyDialog {
    /// A dialog about this copy or move. `home` is what `~` stands for.
    #[must_use]
    pub fn new(transfer: Transfer, home: Option<PathBuf>) -> Self {
        let choice = CHOICES
            .iter()
            .position(|(answer, _)| *answer == transfer.if_exists)
            .unwrap_or(0);
        Self {
            to: Field::new(with_slash(&transfer.into.to_string())),
            buttons: kinds(transfer.kind),
            transfer,
            home,
            choice,
            part: Part::To,
            wrong: None,
            taken: 0,
            looking: None,
        }
    }

    /// Says that so many of the names are there already.
    #[must_use]
    pub fn taken(mut self, taken: usize) -> Self {
        self.taken = taken;
        self
    }

    /// Says that this is being looked up, under a ticket.
    #[must_use]
    pub fn looking(mut self, ticket: Ticket) -> Self {
        self.looking = Some(ticket);
        self
    }

    /// The question that nobody needs an answer to any more.
    fn forget(&self) -> Vec<Want> {
        let ticket = self.looking.map(|t| Want::Effect(Effect::Forget(t)));
        ticket.into_iter().collect()
    }

    fn focus(&self, part: Part) -> Focus {
        if self.part == part {
            Focus::Here
        } else {
            Focus::Elsewhere
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 64, title(self.transfer.kind, &self.transfer.items))
            .foot("Tab next field · Esc");
        sheet
            .blank()
            .field("To    ", &self.to, self.focus(Part::To));
        match self.result() {
            Some(result) => sheet
                .line(Line::of(format!("as    {result}"), Role::Dim))
                .blank(),
            None => sheet.blank(),
        };
        for item in self.transfer.items.head().iter().take(SHOWN) {
            let bytes = item.size.map(size).unwrap_or_default();
            let role = match item.kind {
                ItemKind::Bucket | ItemKind::Folder => Role::Folder,
                ItemKind::Object | ItemKind::File => Role::Text,
            };
            sheet.push(Row::Soft(
                Line::of("  ", role)
                    .and(item.name.as_str(), role)
                    .right(format!("{bytes}  "), Role::Dim),
            ));
        }
        if let Some(more @ 1..) = self.transfer.items.len().checked_sub(SHOWN) {
            let more = thousands(more);
            sheet.push(Row::Soft(Line::of(format!("  … {more} more"), Role::Dim)));
        }
        let choices = self.choices(sheet.cells());
        sheet.blank().line(choices);
        match (&self.wrong, self.there()) {
            (Some(wrong), _) => sheet.warn(wrong, Role::Danger).blank(),
            (None, Some(there)) => sheet.warn(&there, Role::Warning).blank(),
            (None, None) => sheet.blank(),
        };
        sheet.buttons(&self.buttons, self.focus(Part::Buttons));
        sheet
    }

    fn choices(&self, cells: usize) -> Line {
        let words = CHOICES.map(|(_, word)| word);
        choices(
            "If it exists ",
            &words,
            (self.choice, self.focus(Part::Choice)),
            cells,
        )
    }

    /// To the next part, or from the buttons to the next button.
    fn on(&mut self) {
        self.part = match self.part {
            Part::To => Part::Choice,
            Part::Choice => Part::Buttons,
            Part::Buttons => Part::To,
        };
    }

    /// To the part before.
    fn back(&mut self) {
        self.part = match self.part {
            Part::To => Part::Buttons,
            Part::Choice => Part::To,
            Part::Buttons => Part::Choice,
        };
    }

    fn press(&mut self, index: usize) -> Step {
        let kind = match (index, self.transfer.kind) {
            (0, kind) => kind,
            (1, Kind::Copy) => Kind::Move,
            (1, Kind::Move) => Kind::Copy,
            _ => return Step::Close(self.forget()),
        };
        match self.destination() {
            Ok((into, rename)) => {
                let mut wants = self.forget();
                wants.push(Want::Copy(Transfer {
                    kind,
                    into,
                    rename,
                    if_exists: CHOICES[self.choice].0,
                    ..self.transfer.clone()
                }));
                Step::Close(wants)
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                self.part = Part::To;
                Step::stay()
            }
        }
    }

    /// Whether the field still names the place that was given.
    fn is_untouched(&self) -> bool {
        self.to.text() == with_slash(&self.transfer.into.to_string())
    }

    /// Where a single item will be, in full.
    fn result(&self) -> Option<Safe> {
        let item = self.transfer.items.one()?;
        let (into, rename) = self.destination().ok()?;
        let name = rename.unwrap_or_else(|| item.name.to_string());
        let name = name.trim_end_matches('/');
        let slash = match item.kind {
            ItemKind::Bucket | ItemKind::Folder => "/",
            ItemKind::Object | ItemKind::File => "",
        };
        let into = with_slash(&into.to_string());
        Some(shown(&format!("{into}{name}{slash}")))
    }

    /// That something is there already, if so.
    fn there(&self) -> Option<String> {
        match (self.taken, self.transfer.items.len()) {
            _ if !self.is_untouched() => None,
            _ if self.looking.is_some() => Some("Looking whether some of these are there …".into()),
            (0, _) => None,
            (_, 1) => Some("Something with this name is there already.".into()),
            (1, _) => Some("1 of these is there already.".into()),
            (n, _) => Some(format!("{} of these are there already.", thousands(n))),
        }
    }

    /// The place that the field names, and the name within it if the field says one. An untouched
    /// field is the place that was given: two accounts may have buckets of the same name.
    fn destination(&self) -> Result<(Place, Option<String>), String> {
        if self.is_untouched() {
            return Ok((self.transfer.into.clone(), self.transfer.rename.clone()));
        }
        let text = self.to.text();
        let last = text.rsplit('/').next().unwrap_or(text);
        let place = self.place(text)?;
        let Some(item) = self.transfer.items.one() else {
            return Ok((place, None));
        };
        let is_name = !matches!(last, "" | "." | ".." | "~");
        let own = item.location.name();
        let rename = (own.trim_end_matches('/') != last).then(|| last.to_owned());
        Ok(match place.parent().filter(|_| is_name) {
            // A bucket alone is a place, not a name.
            Some(above @ (Place::Prefix(..) | Place::Folder(_))) => (above, rename),
            Some(Place::Accounts | Place::Buckets(_)) | None => (place, None),
        })
    }

    /// The place that a text names.
    fn place(&self, text: &str) -> Result<Place, String> {
        if text.is_empty() {
            return Err("Type where it should go.".into());
        }
        match Address::parse(text).map_err(|why| why.to_string())? {
            Address::Prefix(bucket, prefix) => Ok(Place::Prefix(self.account()?, bucket, prefix)),
            Address::Object(bucket, key) => {
                let prefix =
                    Prefix::new(format!("{}/", key.as_str())).map_err(|e| e.to_string())?;
                Ok(Place::Prefix(self.account()?, bucket, prefix))
            }
            Address::Buckets => Err("A bucket is missing: s3://bucket/prefix/".into()),
            Address::Stdio => Err("- is no place here.".into()),
            Address::Path(path) => self.folder(path),
        }
    }

    fn account(&self) -> Result<Account, String> {
        let of_items = || {
            self.transfer
                .items
                .head()
                .iter()
                .find_map(|i| i.location.account())
        };
        self.transfer
            .into
            .account()
            .or_else(of_items)
            .cloned()
            .ok_or_else(|| "Show a bucket of that account in the other pane first.".into())
    }

    fn folder(&self, path: PathBuf) -> Result<Place, String> {
        let path = match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            (Ok(_), None) => return Err("Nobody said where ~ is: type the whole path.".into()),
            (Err(_), _) => path,
        };
        match &self.transfer.into {
            _ if path.is_absolute() => Ok(Place::Folder(path)),
            Place::Folder(here) => Ok(Place::Folder(here.join(path))),
            Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => {
                Err("Start with s3:// or with / for a folder here.".into())
            }
        }
    }
}

fn kinds(kind: Kind) -> Buttons {
    match kind {
        Kind::Copy => Buttons::new(&[("Copy", None), ("Move", Some('m')), ("Cancel", None)]),
        Kind::Move => Buttons::new(&[("Move", None), ("Copy", Some('c')), ("Cancel", None)]),
    }
}

impl Overlay for CopyDialog {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::Close(self.forget());
        }
        match (key.code, self.part) {
            (KeyCode::Enter, _) => return self.press(self.buttons.marked()),
            (KeyCode::Tab | KeyCode::Down, _) => self.on(),
            (KeyCode::BackTab | KeyCode::Up, _) => self.back(),
            (_, Part::To) => {
                if self.to.key(key) == Typed::Changed {
                    self.wrong = None;
                }
            }
            (KeyCode::Right | KeyCode::Char(' ' | 'l'), Part::Choice) => {
                self.choice = (self.choice + 1) % CHOICES.len();
            }
            (KeyCode::Left | KeyCode::Char('h'), Part::Choice) => {
                self.choice = (self.choice + CHOICES.len() - 1) % CHOICES.len();
            }
            (_, Part::Choice) => {}
            (_, Part::Buttons) => {
                if let Pressed::This(index) = self.buttons.key(key) {
                    return self.press(index);
                }
            }
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Button(index)) => self.press(index),
            _ => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        self.to.paste(text);
        self.wrong = None;
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        match reply {
            Reply::Common(taken) if self.looking == Some(ticket) => {
                self.taken = *taken;
                self.looking = None;
                Step::stay()
            }
            _ => Step::Pass,
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("Enter", "start"),
            ("Tab", "next field"),
            ("←→", "choose"),
            ("Esc", "cancel"),
        ])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}
