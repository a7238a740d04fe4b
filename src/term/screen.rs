//! The screen: paints a frame, and notices when there is no terminal any more.

use std::io::{self, Stdout};

use ratatui::{Frame, Terminal};

use super::{Tty, Wire, alive};

/// Paints frames on the terminal that [`super::enter`] took.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<Wire<Stdout>>,
    tty: Tty,
}

impl Screen {
    /// Opens the screen. Nothing is written yet.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminal: Terminal::new(Wire::new(io::stdout()))?,
            tty: Tty::Here,
        })
    }

    /// Paints one frame in one write, or in none if it is the same as the last. Once the terminal
    /// is gone nothing is painted any more.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> Tty {
        if self.tty == Tty::Here {
            self.tty = alive(&self.terminal.draw(paint));
        }
        self.tty
    }

    /// Has the next frame paint everything: after an editor, suspending, or `Ctrl-L`.
    pub fn redraw(&mut self) -> Tty {
        if self.tty == Tty::Here {
            self.terminal.backend_mut().forget();
            self.tty = alive(&self.terminal.clear());
        }
        self.tty
    }
}
