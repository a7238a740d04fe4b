//! What a whole `CSI` or `SS3` sequence means.
//!
//! Invariant: one that means nothing here gives nothing.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::reply::{self, Reply};
use super::{Seen, keys, mouse};

/// What stands between `CSI` and the last byte.
pub(super) struct Inner<'a> {
    /// One of `<=>?`, or 0.
    pub(super) mark: u8,
    /// Numbers between semicolons, each with those that colons add; nothing stands for 0.
    pub(super) numbers: Vec<Vec<u32>>,
    /// Bytes from space to `/` behind the numbers.
    pub(super) between: &'a [u8],
}

impl<'a> Inner<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (mark, rest) = match bytes {
            [mark @ b'<'..=b'?', rest @ ..] => (*mark, rest),
            rest => (0, rest),
        };
        let end = rest
            .iter()
            .position(|b| matches!(b, b' '..=b'/'))
            .unwrap_or(rest.len());
        let (numbers, between) = rest.split_at(end);
        let numbers = std::str::from_utf8(numbers).ok()?;
        let number = |text: &str| -> Option<u32> {
            if text.is_empty() {
                Some(0)
            } else {
                text.parse().ok()
            }
        };
        let numbers: Option<Vec<Vec<u32>>> = numbers
            .split(';')
            .map(|group| group.split(':').map(number).collect())
            .collect();
        Some(Self {
            mark,
            numbers: numbers?,
            between,
        })
    }

    /// The `n`th number; 0 if there is none.
    pub(super) fn number(&self, n: usize) -> u32 {
        self.sub(n, 0).unwrap_or(0)
    }

    fn sub(&self, n: usize, m: usize) -> Option<u32> {
        self.numbers.get(n)?.get(m).copied()
    }
}

/// What a sequence means; `last` is its last byte.
pub(super) fn meaning(kept: &[u8], last: u8) -> Option<Seen> {
    let inner = Inner::of(kept)?;
    if inner.mark == b'<' {
        return mouse::sgr(&inner, last).map(Seen::Event);
    }
    if inner.mark != 0 || !inner.between.is_empty() {
        return reply::csi(&inner, last).map(Seen::Reply);
    }
    match last {
        b'I' => return Some(Seen::Event(Event::FocusGained)),
        b'O' => return Some(Seen::Event(Event::FocusLost)),
        // F3 with modifiers looks like a cursor in the first row; we ask in the last one only.
        b'R' if inner.numbers.len() == 2 && !(kept.starts_with(b"1;") && inner.number(1) > 0) => {
            return Some(Seen::Reply(Reply::Cursor {
                column: inner.number(1),
            }));
        }
        b'n' => return (inner.number(0) == 0).then_some(Seen::Reply(Reply::Alive)),
        _ => {}
    }
    key(&inner, last).map(|key| Seen::Event(Event::Key(key)))
}

fn key(inner: &Inner<'_>, last: u8) -> Option<KeyEvent> {
    let held = keys::modifiers(inner.number(1));
    let kind = match inner.sub(1, 1) {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    let event = match last {
        b'u' => keys::of_code(inner.number(0), inner.sub(0, 1).filter(|c| *c != 0), held)?,
        // modifyOtherKeys.
        b'~' if inner.number(0) == 27 => keys::of_code(inner.number(2), None, held)?,
        b'~' => KeyEvent::new(keys::numbered(inner.number(0))?, held),
        // rxvt: Ctrl, and Ctrl with Shift.
        b'^' => KeyEvent::new(keys::numbered(inner.number(0))?, KeyModifiers::CONTROL),
        b'@' => KeyEvent::new(
            keys::numbered(inner.number(0))?,
            KeyModifiers::CONTROL | KeyModifiers::SHIFT,
        ),
        b'Z' => KeyEvent::new(KeyCode::BackTab, held | KeyModifiers::SHIFT),
        // rxvt: Shift with an arrow.
        b'a'..=b'd' if inner.numbers == [[0]] => KeyEvent::new(
            keys::lettered(last.to_ascii_uppercase())?,
            KeyModifiers::SHIFT,
        ),
        last => KeyEvent::new(keys::lettered(last)?, held),
    };
    Some(KeyEvent { kind, ..event })
}

/// The key of an `SS3` sequence: arrows and F1 to F4, and the keypad.
pub(super) fn ss3(kept: &[u8], last: u8) -> Option<KeyEvent> {
    let numbers = std::str::from_utf8(kept).ok()?;
    let held = numbers.rsplit(';').next().and_then(|n| n.parse().ok());
    let held = keys::modifiers(held.unwrap_or(0));
    let code = match last {
        b'M' => KeyCode::Enter,
        b'I' => KeyCode::Tab,
        b'j'..=b'y' => KeyCode::Char(char::from(last - b'j' + b'*')),
        b'X' => KeyCode::Char('='),
        // rxvt: Ctrl with an arrow.
        b'a'..=b'd' => {
            let code = keys::lettered(last.to_ascii_uppercase())?;
            return Some(KeyEvent::new(code, KeyModifiers::CONTROL));
        }
        last => keys::lettered(last)?,
    };
    Some(KeyEvent::new(code, held))
}
