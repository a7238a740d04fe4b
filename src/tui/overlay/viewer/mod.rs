//! Looking into an object or file without keeping it: text or hex, from memory.
//!
//! Reads ranges as the reader scrolls, at most [`CAP`] bytes. Invariant: content is never
//! interpreted: controls are shown, tabs are spaces, and what was not read is said.

mod draw;
#[cfg(test)]
mod tests;
mod text;

use std::cell::Cell;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Overlay, Step, hints, is_ctrl, leaves, plain_letter, wheel};
use crate::model::{Answer, Location, Trouble};
use crate::tui::action::Action;
use crate::tui::field::Field;
use crate::tui::msg::{Ask, Cx, Effect, Reply, Ticket, Tone, Want};
use crate::tui::theme::Look;
pub use text::{TextRow, hex as hex_row, is_binary, rows as text_rows};

/// At most this much is read: 1 MiB.
pub(super) const CAP: u64 = 1 << 20;

/// This much at a time: 64 KiB.
const RANGE: u64 = 64 << 10;

/// Shows an object's or a file's content, over the whole screen.
#[derive(Debug)]
pub struct Viewer {
    location: Location,
    bytes: Vec<u8>,
    size: Option<u64>,
    waiting: Option<Ticket>,
    trouble: Option<Box<Trouble>>,
    rows: Vec<TextRow>,
    mode: Mode,
    wrap: Wrap,
    /// First row on the screen: of text, or of hex.
    top: usize,
    /// Cells that are scrolled out at the left, without wrapping.
    shift: usize,
    search: Search,
    /// What was drawn last: a page is as long as the screen, and keys are not told its size.
    seen: Cell<Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    Hex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrap {
    On,
    Off,
}

/// What the last drawing showed.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Rows of text or hex.
    rows: usize,
    /// Bytes in a row of hex.
    each: usize,
}

/// A search, typed or done.
#[derive(Debug, Default)]
struct Search {
    typing: Option<Field>,
    sought: String,
}

impl Viewer {
    /// A viewer of one object or file, and what it wants first: its start.
    pub fn new(location: Location, size: Option<u64>, cx: &mut Cx<'_>) -> (Self, Vec<Want>) {
        let mut viewer = Self {
            location,
            bytes: Vec::new(),
            size,
            waiting: None,
            trouble: None,
            rows: Vec::new(),
            mode: Mode::Text,
            wrap: Wrap::On,
            top: 0,
            shift: 0,
            search: Search::default(),
            seen: Cell::default(),
        };
        let wants = viewer.read_on(cx);
        (viewer, wants)
    }

    fn loaded(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    fn is_whole(&self) -> bool {
        self.size.is_some_and(|size| self.loaded() >= size)
    }

    /// Asks for the next range, if there is one and none is on its way.
    fn read_on(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        let from = self.loaded();
        if self.waiting.is_some() || self.trouble.is_some() || self.is_whole() || from >= CAP {
            return Vec::new();
        }
        let ticket = cx.tickets.issue();
        self.waiting = Some(ticket);
        let range = from..=(from + RANGE - 1).min(CAP - 1);
        let ask = Ask::Read(self.location.clone(), range);
        vec![Want::Effect(Effect::Ask(ticket, ask))]
    }

    fn take(&mut self, answer: &Answer<(Bytes, u64)>) {
        match answer {
            Ok((bytes, size)) => {
                let first = self.bytes.is_empty();
                self.bytes.extend_from_slice(bytes);
                // An empty answer before the end would be asked for again and again.
                self.size = Some(if bytes.is_empty() {
                    self.loaded()
                } else {
                    *size
                });
                if first && is_binary(&self.bytes) {
                    self.mode = Mode::Hex;
                }
                self.rows = text_rows(&self.bytes);
            }
            Err(trouble) => self.trouble = Some(Box::new(trouble.clone())),
        }
    }

    /// Rows in all.
    fn count(&self) -> usize {
        match self.mode {
            Mode::Text => self.rows.len(),
            Mode::Hex => self.bytes.len().div_ceil(self.seen.get().each.max(1)),
        }
    }

    fn scroll(&mut self, by: isize, cx: &mut Cx<'_>) -> Step {
        let page = self.seen.get().rows.max(1);
        let last = self.count().saturating_sub(match self.wrap {
            Wrap::Off => page,
            // With wrapping a page holds fewer rows: the last one must be reachable.
            Wrap::On => (page / 2).max(1),
        });
        self.top = self.top.saturating_add_signed(by).min(last);
        let near = self.top + 2 * page >= self.count();
        Step::Stay(if near { self.read_on(cx) } else { Vec::new() })
    }

    /// To the next row with what is sought, on or back, around the end.
    fn find(&mut self, by: isize) -> Vec<Want> {
        let sought = &self.search.sought;
        if sought.is_empty() || self.rows.is_empty() {
            return Vec::new();
        }
        let count = self.rows.len();
        let hit = (1..=count).map(|n| {
            let step = if by > 0 { n } else { count - n };
            (self.top + step) % count
        });
        let found = hit
            .into_iter()
            .find(|at| draw::hits(&self.rows[*at].text, sought).next().is_some());
        if let Some(at) = found {
            self.top = at;
            self.mode = Mode::Text;
            return Vec::new();
        }
        let part = if self.is_whole() {
            ""
        } else {
            " in what was read so far"
        };
        vec![Want::Say(Tone::Warning, format!("Not found{part}"))]
    }

    fn typing(&mut self, key: KeyEvent) -> Step {
        let Some(field) = &mut self.search.typing else {
            return Step::stay();
        };
        if leaves(key) {
            self.search.typing = None;
        } else if key.code == KeyCode::Enter {
            self.search.sought = field.text().to_owned();
            self.search.typing = None;
            let first = self
                .rows
                .get(self.top)
                .is_some_and(|row| draw::hits(&row.text, &self.search.sought).next().is_some());
            return Step::Stay(if first { Vec::new() } else { self.find(1) });
        } else {
            field.key(key);
        }
        Step::stay()
    }

    fn letter(&mut self, letter: char, cx: &mut Cx<'_>) -> Step {
        match letter {
            'j' => self.scroll(1, cx),
            'k' => self.scroll(-1, cx),
            ' ' => self.scroll(self.page(), cx),
            'g' => self.scroll(isize::MIN, cx),
            'G' => self.scroll(isize::MAX, cx),
            ']' | 'J' => self.turn(1),
            '[' | 'K' => self.turn(-1),
            'l' => self.sideways(8),
            'h' => self.sideways(-8),
            '/' => {
                self.search.typing = Some(Field::default());
                Step::stay()
            }
            'n' => Step::Stay(self.find(1)),
            'N' => Step::Stay(self.find(-1)),
            'w' => {
                self.wrap = if self.wrap == Wrap::On {
                    Wrap::Off
                } else {
                    Wrap::On
                };
                self.shift = 0;
                Step::stay()
            }
            'x' => {
                self.mode = if self.mode == Mode::Text {
                    Mode::Hex
                } else {
                    Mode::Text
                };
                self.top = 0;
                Step::stay()
            }
            's' => Step::Stay(vec![Want::Run(Action::Link)]),
            'S' => Step::Stay(vec![Want::Run(Action::Share)]),
            'e' => Step::Close(vec![Want::Run(Action::Edit)]),
            _ => Step::stay(),
        }
    }

    /// Along long lines where they are not wrapped, else to the next thing in the list.
    fn sideways(&mut self, by: isize) -> Step {
        if self.wrap == Wrap::Off && self.mode == Mode::Text {
            self.shift = self.shift.saturating_add_signed(by);
            return Step::stay();
        }
        self.turn(by.signum())
    }

    fn turn(&self, by: isize) -> Step {
        let mut wants = self.forget();
        wants.push(Want::Turn(self.location.clone(), by));
        Step::Stay(wants)
    }

    fn page(&self) -> isize {
        isize::try_from(self.seen.get().rows.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn forget(&self) -> Vec<Want> {
        let waiting = self.waiting.map(|t| Want::Effect(Effect::Forget(t)));
        waiting.into_iter().collect()
    }
}

impl Overlay for Viewer {
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Step {
        if self.search.typing.is_some() {
            return self.typing(key);
        }
        if leaves(key) || plain_letter(key) == Some('q') {
            return Step::Close(self.forget());
        }
        let page = self.page();
        match key.code {
            KeyCode::Down | KeyCode::Enter => self.scroll(1, cx),
            KeyCode::Up => self.scroll(-1, cx),
            KeyCode::PageDown => self.scroll(page, cx),
            KeyCode::PageUp => self.scroll(-page, cx),
            KeyCode::Home => self.scroll(isize::MIN, cx),
            KeyCode::End => self.scroll(isize::MAX, cx),
            KeyCode::Right => self.sideways(8),
            KeyCode::Left => self.sideways(-8),
            KeyCode::F(5) => Step::Close(vec![Want::Run(Action::Copy)]),
            _ if is_ctrl(key, 'd') => self.scroll(page / 2, cx),
            _ if is_ctrl(key, 'u') => self.scroll(-page / 2, cx),
            _ if is_ctrl(key, 'f') => self.scroll(page, cx),
            _ if is_ctrl(key, 'b') => self.scroll(-page, cx),
            _ => match plain_letter(key) {
                Some(letter) => self.letter(letter, cx),
                None => Step::stay(),
            },
        }
    }

    fn mouse(&mut self, event: MouseEvent, _: Rect, cx: &mut Cx<'_>) -> Step {
        match wheel(event) {
            Some(rows) => self.scroll(rows, cx),
            None => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        if let Some(field) = &mut self.search.typing {
            field.paste(text);
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, cx: &mut Cx<'_>) -> Step {
        let Reply::Bytes(answer) = reply else {
            return Step::Pass;
        };
        if self.waiting != Some(ticket) {
            return Step::Pass;
        }
        self.waiting = None;
        self.take(answer);
        self.scroll(0, cx)
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.seen.set(self.draw(screen, buf, look));
    }

    fn hints(&self) -> Vec<(String, String)> {
        if self.search.typing.is_some() {
            return hints(&[("Enter", "search"), ("Esc", "back")]);
        }
        hints(&[
            ("/", "search"),
            ("n N", "next"),
            ("w", "wrap"),
            ("x", "hex"),
            ("e", "edit"),
            ("s", "link"),
            ("F5", "copy"),
            ("← →", "next"),
            ("q", "back"),
        ])
    }

    fn covers(&self) -> bool {
        true
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        let field = self.search.typing.as_ref()?;
        let caret = field
            .window(usize::from(screen.width).saturating_sub(3))
            .caret;
        let x = u16::try_from(caret + 2).ok()?;
        Some((screen.x + x, screen.bottom().saturating_sub(1)))
    }
}
