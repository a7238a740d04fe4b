//! Whatever lies over the panes: dialogs, pickers, the viewer. A stack; the top one gets keys.

use std::fmt;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::msg::{Cx, Reply, Ticket, Want};
use super::theme::Look;

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

    /// An answer came; `Pass` if its ticket is not this overlay's.
    fn reply(&mut self, ticket: Ticket, reply: &Reply, cx: &mut Cx<'_>) -> Step {
        let _ = (ticket, reply, cx);
        Step::Pass
    }

    /// Draws itself. `screen` is the whole area above the status and hint lines, `Overlay`s
    /// that are dialogs centre themselves in it.
    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>);

    /// The hint line while it is on top: key and word.
    fn hints(&self) -> Vec<(String, String)>;

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
