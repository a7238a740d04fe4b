//! The door to the terminal: enter, leave, paint, clipboard, colours.
//!
//! Knows bytes and cells, nothing of what they show. Invariant: whatever ends the program, the
//! same constant gives the terminal back ([`RESTORE`]); and a terminal that is gone is an answer
//! ([`Tty::Gone`]), never a panic and never a loop.

mod ask;
mod clip;
mod color;
mod screen;
mod wire;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

pub use ask::ask_background;
pub use clip::{CLIP_CAP, Carrier, Clipped, copy};
pub use color::{Background, Level, Signs};
pub use screen::Screen;
pub use wire::Wire;

/// Alternate screen, title kept, cursor hidden, bracketed paste, focus events.
const ENTER: &str = "\x1b[?1049h\x1b[22;2t\x1b[?25l\x1b[?2004h\x1b[?1004h";

/// Buttons, drags and wheel as SGR. Not mode 1003: nobody needs every motion of the mouse.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Gives everything back, in reverse, whether it was taken or not. One constant, so that normal
/// exit, panic, signals and suspending cannot differ.
pub const RESTORE: &str = concat!(
    "\x1b[?2026l",
    "\x1b[?1006l\x1b[?1002l\x1b[?1000l",
    "\x1b[?1004l\x1b[?2004l",
    "\x1b[0m\x1b[?1049l\x1b[?25h\x1b[23;2t"
);

/// Whether the mouse is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// It is: the browser gets clicks and drags.
    Captured,
    /// It is not: the terminal's own selection works.
    Free,
}

/// Whether there still is a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tty {
    /// There is.
    Here,
    /// It was closed, or the link to it dropped: draw and read no more.
    Gone,
}

/// Whether the terminal is ours now: the panic hook and the signals look at it.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    mouse: Mouse,
}

/// Takes the terminal: raw mode, alternate screen, events. Also makes a panic give it back first.
///
/// # Errors
/// When there is no terminal, or it does not take the bytes.
pub fn enter(mouse: Mouse) -> io::Result<Guard> {
    give_back_on_panic();
    let guard = Guard { mouse };
    guard.back()?;
    Ok(guard)
}

impl Guard {
    /// Gives the terminal back for a while: before an editor, a bare text, or suspending.
    pub fn leave(&self) {
        restore();
    }

    /// Takes the terminal again. Everything must be painted anew.
    ///
    /// # Errors
    /// When it does not take the bytes.
    pub fn back(&self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let mouse = match self.mouse {
            Mouse::Captured => MOUSE,
            Mouse::Free => "",
        };
        send(&format!("{ENTER}{mouse}"))
    }

    /// Captures the mouse, or lets it go.
    pub fn set_mouse(&mut self, mouse: Mouse) {
        self.mouse = mouse;
        let bytes = match mouse {
            Mouse::Captured => MOUSE,
            Mouse::Free => "\x1b[?1006l\x1b[?1002l\x1b[?1000l",
        };
        // A terminal that is gone is found out by the next frame.
        let _ = send(bytes);
    }

    /// Stops the program (`Ctrl-Z`) with the terminal given back, and takes it again when the
    /// program goes on. Everything must be painted anew.
    ///
    /// # Errors
    /// When the terminal cannot be taken again.
    #[cfg(unix)]
    pub fn suspend(&self) -> io::Result<()> {
        self.leave();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.back()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours. Never fails: a terminal that is gone needs nothing.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = send(RESTORE);
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Sets the title of the terminal's window; it was kept when we entered and comes back at the end.
/// Only printable ASCII gets through, at most 80 characters.
#[must_use]
pub fn title(text: &str) -> Tty {
    let safe: String = text
        .chars()
        .map(|c| if (' '..='~').contains(&c) { c } else { '?' })
        .take(80)
        .collect();
    alive(&send(&format!("\x1b]2;{safe}\x1b\\")))
}

fn send(bytes: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes.as_bytes())?;
    out.flush()
}

/// Whether the result of a write says that the terminal is still there.
fn alive<T>(result: &io::Result<T>) -> Tty {
    match result {
        Ok(_) => Tty::Here,
        Err(_) => Tty::Gone,
    }
}

fn give_back_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_turned_on_is_turned_off_and_nothing_else_is_on() {
        let on = format!("{ENTER}{MOUSE}");
        for mode in ["1049", "2004", "1004", "1000", "1002", "1006"] {
            assert!(on.contains(&format!("\x1b[?{mode}h")), "{mode}");
            assert!(RESTORE.contains(&format!("\x1b[?{mode}l")), "{mode}");
        }
        assert!(
            !on.contains("1003"),
            "every motion of the mouse would cross the link"
        );
        assert!(on.contains("\x1b[?25l") && RESTORE.contains("\x1b[?25h"));
        assert!(on.contains("\x1b[22;2t") && RESTORE.contains("\x1b[23;2t"));
    }

    #[test]
    fn restoring_what_was_never_taken_does_nothing() {
        restore();
        assert!(!TAKEN.load(Ordering::SeqCst));
    }
}
