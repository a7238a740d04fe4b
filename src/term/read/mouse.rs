//! What the mouse did.
//!
//! Invariant: motion without a button is never told: nobody asked for it.

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::csi::Inner;

/// `CSI < button ; column ; row M`, or `m` when the button was let go.
pub(super) fn sgr(inner: &Inner<'_>, last: u8) -> Option<Event> {
    let released = match last {
        b'M' => Released::No,
        b'm' => Released::Yes,
        _ => return None,
    };
    if inner.numbers.len() != 3 || !inner.between.is_empty() {
        return None;
    }
    let cell = |n: u32| u16::try_from(n.checked_sub(1)?).ok();
    let at = (cell(inner.number(1))?, cell(inner.number(2))?);
    event(inner.number(0), at, released)
}

/// The three bytes behind `CSI M`, from terminals that do not know the newer form.
pub(super) fn old(button: u8, x: u8, y: u8) -> Option<Event> {
    let button = u32::from(button.checked_sub(32)?);
    let cell = |n: u8| n.checked_sub(33).map(u16::from);
    let released = if button & 0b1100_0011 == 3 {
        Released::Yes
    } else {
        Released::No
    };
    event(button, (cell(x)?, cell(y)?), released)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Released {
    Yes,
    No,
}

fn event(code: u32, (column, row): (u16, u16), released: Released) -> Option<Event> {
    let button = match code & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let moves = code & 32 != 0;
    let kind = match (code & 0b1100_0000, released) {
        (64, Released::No) => match code & 3 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::ScrollLeft,
            _ => MouseEventKind::ScrollRight,
        },
        (0, Released::Yes) => MouseEventKind::Up(button.unwrap_or(MouseButton::Left)),
        (0, Released::No) if moves => MouseEventKind::Drag(button?),
        (0, Released::No) => MouseEventKind::Down(button?),
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    for (bit, one) in [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ] {
        if code & bit != 0 {
            modifiers |= one;
        }
    }
    Some(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    }))
}
