//! What the tests of overlays share: a look, keys from text, and screens as text.

use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Overlay, Step};
use crate::engine::Snapshot;
use crate::model::{Account, BucketName, Key, Location, width};
use crate::term::{Background, Level};
use crate::tui::msg::{Cx, Tickets, Want};
use crate::tui::theme::{Glyphs, Look, Theme};

/// Everything that a [`Look`] borrows.
pub(crate) struct Scene {
    pub(crate) theme: Theme,
    pub(crate) glyphs: Glyphs,
    pub(crate) zone: TimeZone,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self {
            theme: Theme::for_level(Level::True, Background::Dark),
            glyphs: Glyphs::UNICODE,
            zone: TimeZone::UTC,
        }
    }

    pub(crate) fn ascii() -> Self {
        Self {
            theme: Theme::for_level(Level::Mono, Background::Unknown),
            glyphs: Glyphs::ASCII,
            ..Self::new()
        }
    }

    pub(crate) fn look(&self) -> Look<'_> {
        Look {
            theme: &self.theme,
            glyphs: &self.glyphs,
            zone: &self.zone,
            wall: wall(),
            beat: 0,
        }
    }
}

/// The moment at which all tests happen.
pub(crate) fn wall() -> Timestamp {
    "2026-04-06T14:22:00Z".parse().unwrap()
}

/// `abc<C-a><Enter><S-Tab>` as keys.
pub(crate) fn keys(script: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            keys.push(named(name));
            rest = after;
        } else {
            keys.push(letter(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    keys
}

fn letter(c: char) -> KeyEvent {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(c), shift)
}

fn named(name: &str) -> KeyEvent {
    let (modifiers, name) = match name.split_once('-') {
        Some(("C", name)) => (KeyModifiers::CONTROL, name),
        Some(("A", name)) => (KeyModifiers::ALT, name),
        Some(("S", name)) => (KeyModifiers::SHIFT, name),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
        "Tab" => KeyCode::Tab,
        "BS" => KeyCode::Backspace,
        "Del" => KeyCode::Delete,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "F2" => KeyCode::F(2),
        "F5" => KeyCode::F(5),
        "F8" => KeyCode::F(8),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// Plays keys and gives everything that was wanted, and whether the overlay closed.
pub(crate) fn press(overlay: &mut dyn Overlay, script: &str) -> (Vec<Want>, bool) {
    press_with(overlay, script, &Snapshot::default())
}

/// As [`press`], with numbers of the queue.
pub(crate) fn press_with(
    overlay: &mut dyn Overlay,
    script: &str,
    queue: &Snapshot,
) -> (Vec<Want>, bool) {
    let mut tickets = Tickets::default();
    let mut wants = Vec::new();
    for key in keys(script) {
        let step = with_cx(&mut tickets, queue, |cx| overlay.key(key, cx));
        match step {
            Step::Stay(more) => wants.extend(more),
            Step::Close(more) => {
                wants.extend(more);
                return (wants, true);
            }
            Step::Pass => {}
        }
    }
    (wants, false)
}

/// Calls with a context.
pub(crate) fn with_cx<T>(
    tickets: &mut Tickets,
    queue: &Snapshot,
    call: impl FnOnce(&mut Cx<'_>) -> T,
) -> T {
    let now = Instant::now();
    call(&mut Cx {
        tickets,
        now,
        wall: wall(),
        queue,
    })
}

/// An overlay over a grid of dots, as text. The caret is drawn as `▏`.
pub(crate) fn screen(overlay: &dyn Overlay, columns: u16, rows: u16) -> String {
    drawn(overlay, columns, rows, &Scene::new())
}

/// As [`screen`], in ASCII and without colours.
pub(crate) fn ascii_screen(overlay: &dyn Overlay, columns: u16, rows: u16) -> String {
    drawn(overlay, columns, rows, &Scene::ascii())
}

fn drawn(overlay: &dyn Overlay, columns: u16, rows: u16, scene: &Scene) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buf = Buffer::empty(area);
    if !overlay.covers() {
        for y in 0..rows {
            buf.set_string(0, y, "· ".repeat(usize::from(columns / 2)), scene.theme.dim);
        }
    }
    overlay.view(area, &mut buf, &scene.look());
    for cell in buf.content() {
        assert!(
            !cell.symbol().contains(char::is_control),
            "{:?}",
            cell.symbol()
        );
    }
    if let Some((x, y)) = overlay.cursor(area) {
        buf[(x, y)].set_symbol(if scene.glyphs == Glyphs::ASCII {
            "|"
        } else {
            "▏"
        });
    }
    text_of(&buf)
}

/// The rows of a buffer, without spaces at their ends.
pub(crate) fn text_of(buf: &Buffer) -> String {
    let rows = buf
        .content()
        .chunks(usize::from(buf.area.width.max(1)))
        .map(|row| {
            let mut text = String::new();
            let mut skip = 0;
            for cell in row {
                if skip == 0 {
                    text.push_str(cell.symbol());
                    skip = width(cell.symbol()).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            text.trim_end().to_owned()
        });
    rows.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// An object of the account `work`.
pub(crate) fn object(bucket: &str, key: &str) -> Location {
    Location::Object {
        account: Account::new("work"),
        bucket: BucketName::new(bucket).unwrap(),
        key: Key::new(key).unwrap(),
    }
}
