//! Keys by their bytes, names and numbers.
//!
//! Invariant: a key is the same event whichever way a keyboard tells it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MediaKeyCode};

/// A letter or another character as it is typed. One that is upper case comes with Shift.
pub(super) fn letter(c: char, held: KeyModifiers) -> KeyEvent {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(c), (held - KeyModifiers::SHIFT) | shift)
}

/// A control byte: the key that sends it.
pub(super) fn control(byte: u8, held: KeyModifiers) -> KeyEvent {
    let ctrl = held | KeyModifiers::CONTROL;
    match byte {
        b'\r' => KeyEvent::new(KeyCode::Enter, held),
        b'\t' => KeyEvent::new(KeyCode::Tab, held),
        0x7f => KeyEvent::new(KeyCode::Backspace, held),
        0 => KeyEvent::new(KeyCode::Char(' '), ctrl),
        1..=0x1a => KeyEvent::new(KeyCode::Char(char::from(byte - 1 + b'a')), ctrl),
        _ => KeyEvent::new(KeyCode::Char(char::from((byte & 0x1f) - 0x1c + b'4')), ctrl),
    }
}

/// A key with modifiers, by the code point that it has without them; `shifted` is what it types
/// with Shift, where the keyboard says so. None for modifiers alone and keys nobody knows.
pub(super) fn of_code(code: u32, shifted: Option<u32>, held: KeyModifiers) -> Option<KeyEvent> {
    let named = match code {
        27 => Some(KeyCode::Esc),
        13 | 57414 => Some(KeyCode::Enter),
        9 if held.contains(KeyModifiers::SHIFT) => Some(KeyCode::BackTab),
        9 => Some(KeyCode::Tab),
        8 | 127 => Some(KeyCode::Backspace),
        57344..=63743 => Some(functional(code)?),
        _ => None,
    };
    if let Some(code) = named {
        return Some(KeyEvent::new(code, held));
    }
    let c = char::from_u32(code).filter(|c| !c.is_control())?;
    if !held.contains(KeyModifiers::SHIFT) {
        return Some(KeyEvent::new(KeyCode::Char(c), held));
    }
    let typed = shifted
        .and_then(char::from_u32)
        .filter(|c| !c.is_control())
        .or_else(|| {
            let mut upper = c.to_uppercase();
            upper.next().filter(|_| upper.next().is_none())
        })
        .unwrap_or(c);
    if typed == c && !c.is_uppercase() {
        // Shift changed nothing that is known: it is told with the key.
        return Some(KeyEvent::new(KeyCode::Char(c), held));
    }
    Some(letter(typed, held))
}

/// Keys of the kitty protocol that type nothing. Source: its "functional key definitions".
fn functional(code: u32) -> Option<KeyCode> {
    let digit = |zero: u32| char::from_digit(code - zero, 10).map(KeyCode::Char);
    Some(match code {
        57358 => KeyCode::CapsLock,
        57359 => KeyCode::ScrollLock,
        57360 => KeyCode::NumLock,
        57361 => KeyCode::PrintScreen,
        57362 => KeyCode::Pause,
        57363 => KeyCode::Menu,
        57376..=57398 => KeyCode::F(u8::try_from(code - 57376).ok()? + 13),
        57399..=57408 => digit(57399)?,
        57409 => KeyCode::Char('.'),
        57410 => KeyCode::Char('/'),
        57411 => KeyCode::Char('*'),
        57412 => KeyCode::Char('-'),
        57413 => KeyCode::Char('+'),
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        57427 => KeyCode::KeypadBegin,
        57428 => KeyCode::Media(MediaKeyCode::Play),
        57430 => KeyCode::Media(MediaKeyCode::PlayPause),
        57432 => KeyCode::Media(MediaKeyCode::Stop),
        _ => return None,
    })
}

/// The key of `CSI n ~`. Source: xterm's control sequences, "PC-style function keys"; 7 and 8 are
/// rxvt's.
pub(super) fn numbered(n: u32) -> Option<KeyCode> {
    Some(match n {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(u8::try_from(n).ok()? - 10),
        17..=21 => KeyCode::F(u8::try_from(n).ok()? - 11),
        23..=26 => KeyCode::F(u8::try_from(n).ok()? - 12),
        28 | 29 => KeyCode::F(u8::try_from(n).ok()? - 13),
        31..=34 => KeyCode::F(u8::try_from(n).ok()? - 14),
        _ => return None,
    })
}

/// The key of a letter behind CSI or SS3.
pub(super) fn lettered(byte: u8) -> Option<KeyCode> {
    Some(match byte {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// Modifiers by the number that stands for them: one more than their bits.
pub(super) fn modifiers(n: u32) -> KeyModifiers {
    let bits = n.saturating_sub(1);
    let all = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ];
    all.iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(KeyModifiers::NONE, |held, (_, one)| held | *one)
}
