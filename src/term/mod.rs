//! The door to the terminal: enter, leave, paint, clipboard, colours.
//!
//! Knows bytes and cells, nothing of what they show. Invariant: whatever ends the program, the
//! same constant gives the terminal back ([`RESTORE`]); and a terminal that is gone is told once
//! ([`Input::Gone`]), never a panic and never a loop.

mod clip;
mod color;
mod encode;
mod flight;
mod probe;
mod read;
mod screen;
mod source;
mod tell;
mod writer;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

pub use clip::{CLIP_CAP, Carrier, Clipped, copy};
pub use color::{Background, Level, Signs};
pub use encode::{Encoder, Ink, Stamp, Sync};
pub use probe::{Before, Choice, KITTY, Learned, QUESTIONS, Window};
pub use read::{Parser, Reply, Seen, Wait};
pub use screen::Screen;
use screen::send_now as send;
pub use source::{Input, Source};
pub use tell::{Manners, Pictures, Progress, title};
pub use writer::{Extent, Writer};

/// Alternate screen, title kept, cursor hidden, bracketed paste, focus events.
const ENTER: &str = "\x1b[?1049h\x1b[22;2t\x1b[?25l\x1b[?2004h\x1b[?1004h";

/// Buttons, drags and wheel as SGR. Not mode 1003: nobody needs every motion of the mouse.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Gives everything back, in reverse, whether it was taken or not. One constant, so that normal
/// exit, panic, signals and suspending cannot differ.
pub const RESTORE: &str = concat!(
    "\x1b[<u\x1b[?2026l",
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

/// Whether the keyboard speaks the kitty protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyboard {
    Legacy,
    Kitty,
}

/// Whether the terminal is ours now: the panic hook and the signals look at it.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    mouse: Mouse,
    keyboard: Keyboard,
}

/// Takes the terminal: raw mode, alternate screen, events. Also makes a panic give it back first.
///
/// # Errors
/// When there is no terminal, or it does not take the bytes.
pub fn enter(mouse: Mouse) -> io::Result<Guard> {
    give_back_on_panic();
    let guard = Guard {
        mouse,
        keyboard: Keyboard::Legacy,
    };
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
        let keyboard = match self.keyboard {
            Keyboard::Legacy => "",
            Keyboard::Kitty => KITTY,
        };
        send(&format!("{ENTER}{mouse}{keyboard}"))
    }

    /// Captures the mouse, or lets it go: the bytes that do so.
    #[must_use]
    pub fn set_mouse(&mut self, mouse: Mouse) -> &'static str {
        self.mouse = mouse;
        match mouse {
            Mouse::Captured => MOUSE,
            Mouse::Free => "\x1b[?1006l\x1b[?1002l\x1b[?1000l",
        }
    }

    /// Has the keyboard speak the kitty protocol: the bytes that do so, empty if it does.
    #[must_use]
    pub fn set_kitty(&mut self) -> &'static str {
        match std::mem::replace(&mut self.keyboard, Keyboard::Kitty) {
            Keyboard::Kitty => "",
            Keyboard::Legacy => KITTY,
        }
    }

    /// Gives the terminal back and stops the program (`Ctrl-Z`). It may go on for a moment before
    /// it stands still; once it goes on it hears SIGCONT, and takes the terminal again.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn suspend(&self) -> io::Result<()> {
        self.leave();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        Ok(())
    }

    /// The number of the signal by which a program hears that it goes on.
    #[must_use]
    pub fn goes_on() -> i32 {
        rustix::process::Signal::CONT.as_raw()
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
