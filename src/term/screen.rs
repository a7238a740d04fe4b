//! The screen: hands frames and texts to the thread that writes.
//!
//! Invariant: nothing here waits for the terminal, but for giving it away.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::UnboundedSender;

use super::writer::{Extent, Writer};
use super::{Input, Level, Stamp, Sync};

/// Paints on the terminal that [`super::enter`] took. Copies of it paint on the same one.
#[derive(Debug, Clone)]
pub struct Screen {
    writer: Arc<Writer>,
}

impl Screen {
    /// Opens the screen. Nothing is written yet. A terminal that is gone is told to `into`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(level: Level, into: UnboundedSender<Input>) -> io::Result<Self> {
        Ok(Self {
            writer: Arc::new(Writer::start(Out, level, into)?),
        })
    }

    /// Paints one frame of so many columns and rows, or a part of it; `paint` says where the
    /// cursor belongs and what lies over the cells.
    pub fn draw(
        &self,
        (width, height): (u16, u16),
        extent: Extent,
        paint: impl FnOnce(&mut Buffer) -> (Option<(u16, u16)>, Vec<Stamp>),
    ) {
        let mut frame = Buffer::empty(Rect::new(0, 0, width, height));
        let over = paint(&mut frame);
        self.writer.show(frame, over, extent);
    }

    /// Has the next frame paint everything: after an editor, suspending, or `Ctrl-L`.
    pub fn redraw(&self) {
        self.writer.forget();
    }

    /// The terminal answers: long frames wait for each other's arrival from now on.
    pub fn answers(&self) {
        self.writer.answers();
    }

    /// The terminal says that it is there: what was written has arrived.
    pub fn arrived(&self) {
        self.writer.arrived();
    }

    /// Whether what is written takes long to arrive.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.writer.is_slow()
    }

    /// Whether something of the last frame is not on its way yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.writer.is_behind()
    }

    /// How many bytes the last frame took.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.writer.cost()
    }

    /// Asks the terminal what it is, behind the frame that waits.
    pub fn probe(&self) {
        self.writer.probe();
    }

    /// Uses so many colours from the next frame on.
    pub fn set_level(&self, level: Level) {
        self.writer.set_level(level);
    }

    /// Has long frames shown at once, or not.
    pub fn set_sync(&self, sync: Sync) {
        self.writer.set_sync(sync);
    }

    /// Sends bytes that paint nothing: clipboard, title, notifications.
    pub fn send(&self, bytes: &[u8]) {
        self.writer.send(bytes);
    }

    /// Writes nothing until [`Screen::resume`]: the terminal is given away.
    pub fn park(&self) {
        self.writer.park();
    }

    /// Goes on, with everything painted anew.
    pub fn resume(&self) {
        self.writer.resume();
    }

    /// Waits until everything was written, but not long, and writes nothing more.
    pub fn finish(&self) {
        self.writer.finish();
    }
}

/// Standard output without the buffer that cuts frames into pieces.
struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let out = io::stdout();
        loop {
            match rustix::io::write(&out, bytes) {
                Ok(n) => return Ok(n),
                Err(Errno::INTR) => {}
                // Somebody who shares the terminal asked for that.
                Err(Errno::AGAIN) => {
                    poll(&mut [PollFd::new(&out, PollFlags::OUT)], None)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes at once what gives or takes the terminal; not if it takes nothing for a moment.
pub(super) fn send_now(bytes: &str) -> io::Result<()> {
    const MOMENT: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 300_000_000,
    };
    let out = io::stdout();
    let mut fds = [PollFd::from_borrowed_fd(out.as_fd(), PollFlags::OUT)];
    if poll(&mut fds, Some(&MOMENT))? == 0 {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Out.write_all(bytes.as_bytes())
}
