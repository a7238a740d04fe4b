//! Whatever lies over the panes: dialogs, pickers, the viewer. A stack; the top one gets keys.
//!
//! An overlay knows what it was made with and what it was told; it asks nobody and changes
//! nothing but itself: what it wants from the world is in its [`Step`].

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the keys that exist an overlay knows a few; the others mean nothing to it"
)]

mod about;
mod bookmarks;
mod buttons;
mod choice;
mod composer;
mod confirm;
mod conflict;
mod copy;
mod dropped;
mod find;
mod goto;
mod links;
mod menu;
mod messages;
mod palette;
mod prompt;
mod qr;
mod quit;
mod share;
mod sheet;
#[cfg(test)]
pub(crate) mod testing;
mod trouble;
mod typed;
mod versions;
mod viewer;
mod whichkey;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use about::InfoView;
pub use bookmarks::{BookmarkList, Keeping};
pub use composer::Composer;
pub use confirm::{Awaited, Confirm, Said};
pub use conflict::ConflictDialog;
pub use copy::CopyDialog;
pub use dropped::DropChoice;
pub use find::FindDialog;
pub use goto::{Candidate, GoToDialog};
pub use links::LinksView;
pub use menu::Menu;
pub use messages::{Message, MessagesView};
pub use palette::{Command, Palette};
pub use prompt::{Makes, Prompt};
pub use qr::QrView;
pub use quit::QuitDialog;
pub use share::{Lifetime, ShareDialog};
pub(crate) use sheet::{Line, Row, Sheet};
pub use trouble::Details;
pub use typed::TypedConfirm;
pub use viewer::{TextRow, Viewer, hex_row, is_binary, text_rows};
pub use whichkey::which_key;

use super::msg::{Cx, Reply, Ticket, Want};
use super::theme::Look;
use crate::engine::Snapshot;

/// What became of an input.
#[derive(Debug)]
pub enum Step {
    /// It was taken; the overlay stays.
    Stay(Vec<Want>),
    /// The overlay closes and wants this.
    Close(Vec<Want>),
    /// Not for this overlay: a background reply, a tick. Keys are never passed on.
    Pass,
}

impl Step {
    /// It stays and wants nothing.
    #[must_use]
    pub fn stay() -> Self {
        Self::Stay(Vec::new())
    }

    /// It closes and wants nothing.
    #[must_use]
    pub fn close() -> Self {
        Self::Close(Vec::new())
    }
}

/// Something that lies over the panes.
pub trait Overlay: fmt::Debug {
    /// A key was pressed.
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Step;

    /// The mouse did something. `screen` is the area that [`Overlay::view`] was given.
    fn mouse(&mut self, event: MouseEvent, screen: Rect, cx: &mut Cx<'_>) -> Step {
        let _ = (event, screen, cx);
        Step::Stay(Vec::new())
    }

    /// Text was pasted.
    fn paste(&mut self, text: &str) {
        let _ = text;
    }

    /// An answer came; `Pass` if its ticket is not this overlay's, or not its alone.
    fn reply(&mut self, ticket: Ticket, reply: &Reply, cx: &mut Cx<'_>) -> Step {
        let _ = (ticket, reply, cx);
        Step::Pass
    }

    /// The queue's numbers changed. Told to every overlay, not only to the top one.
    fn numbers(&mut self, snapshot: &Arc<Snapshot>, now: Instant) -> Step {
        let _ = (snapshot, now);
        Step::Pass
    }

    /// Draws itself. `screen` is the whole area above the status and hint lines, `Overlay`s
    /// that are dialogs centre themselves in it.
    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>);

    /// The hint line while it is on top: key and word.
    fn hints(&self) -> Vec<(String, String)>;

    /// Addresses that texts on it lead to, for terminals that open them by a click.
    fn links(&self, screen: Rect) -> Vec<(Rect, String)> {
        let _ = screen;
        Vec::new()
    }

    /// Whether it fills the screen (viewer, queue, messages), so that nothing below is drawn.
    fn covers(&self) -> bool {
        false
    }

    /// Where the terminal's cursor belongs, for text fields.
    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        let _ = screen;
        None
    }
}

/// Whether a key leaves the innermost thing: `Esc`, and what terminals and habits make of it.
#[must_use]
pub fn leaves(key: KeyEvent) -> bool {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    key.code == KeyCode::Esc || (ctrl && matches!(key.code, KeyCode::Char('c' | 'g' | '[')))
}

/// A plain letter: no `Ctrl`, no `Alt`.
fn plain_letter(key: KeyEvent) -> Option<char> {
    let with = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER;
    match key.code {
        KeyCode::Char(c) if !key.modifiers.intersects(with) => Some(c),
        _ => None,
    }
}

/// Whether a key is `Ctrl` with this letter.
fn is_ctrl(key: KeyEvent, letter: char) -> bool {
    key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char(letter)
}

/// Where the left button went down, if that is what the mouse did.
fn clicked(event: MouseEvent) -> Option<(u16, u16)> {
    (event.kind == MouseEventKind::Down(MouseButton::Left)).then_some((event.column, event.row))
}

/// How many rows the wheel turned, down is positive.
fn wheel(event: MouseEvent) -> Option<isize> {
    if event.kind == MouseEventKind::ScrollDown {
        Some(3)
    } else if event.kind == MouseEventKind::ScrollUp {
        Some(-3)
    } else {
        None
    }
}

/// Hints from pairs.
fn hints(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, word)| ((*key).to_owned(), (*word).to_owned()))
        .collect()
}

/// Puts a text into the clipboard; `what` it is will be said once it is there.
fn clip(what: &str, text: impl Into<String>) -> Want {
    Want::Clip(what.into(), text.into())
}
