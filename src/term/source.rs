//! The thread that reads what the terminal sends.
//!
//! It waits in the kernel and nowhere else. Invariant: a terminal that is gone (end of file, EIO,
//! any other error) ends it at once, and is told once.

use std::fs::File;
use std::io::{self, PipeWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::UnboundedSender;

use super::read::{Parser, Reply, Seen, Wait};

/// How long the rest of a sequence may take.
const REST: Duration = Duration::from_secs(1);

/// How long a pasted text may pause before it counts as ended.
const PASTE: Duration = Duration::from_secs(10);

/// What comes from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key, the mouse, a paste, the focus.
    Event(Event),
    /// An answer.
    Reply(Reply),
    /// There is no terminal any more. Nothing comes after this.
    Gone,
}

/// Reads until it is stopped or dropped, or the terminal is gone.
#[derive(Debug)]
pub struct Source {
    stop: PipeWriter,
    thread: Option<JoinHandle<()>>,
}

impl Source {
    /// Starts to read the terminal that we run in. `patience` is how long ESC may wait for what
    /// follows before it counts as the key.
    ///
    /// # Errors
    /// When there is no terminal to read.
    pub fn start(patience: Duration, into: UnboundedSender<Input>) -> io::Result<Self> {
        let stdin = io::stdin();
        let tty = if rustix::termios::isatty(&stdin) {
            stdin.as_fd().try_clone_to_owned()?
        } else {
            File::open("/dev/tty")?.into()
        };
        Self::of(tty, patience, into)
    }

    fn of(tty: OwnedFd, patience: Duration, into: UnboundedSender<Input>) -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let thread = std::thread::Builder::new()
            .name("terminal-in".into())
            .spawn(move || read_all(&tty, &stopped.into(), patience, &into))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    fn end(&mut self) {
        // One that has ended already hears nothing.
        let _ = self.stop.write_all(&[0]);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.end();
    }
}

fn read_all(tty: &OwnedFd, stop: &OwnedFd, patience: Duration, into: &UnboundedSender<Input>) {
    let mut parser = Parser::default();
    let mut seen = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let until = deadline(parser.wait(), patience);
        match wait(tty, stop, until) {
            Waited::Stop => return,
            Waited::Late => parser.settle(&mut seen),
            Waited::Ready => match rustix::io::read(tty, &mut bytes) {
                Ok(0) => break,
                Ok(n) => parser.feed(&bytes[..n], &mut seen),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => break,
            },
            Waited::Broken => break,
        }
        for one in seen.drain(..) {
            let input = match one {
                Seen::Event(event) => Input::Event(event),
                Seen::Reply(reply) => Input::Reply(reply),
            };
            if into.send(input).is_err() {
                return;
            }
        }
    }
    // Nobody listens only when everything ends.
    let _ = into.send(Input::Gone);
}

fn deadline(wait: Wait, patience: Duration) -> Option<Instant> {
    let long = match wait {
        Wait::Nothing => return None,
        Wait::Escape => patience,
        Wait::Rest => REST,
        Wait::Paste => PASTE,
    };
    Some(Instant::now() + long)
}

enum Waited {
    Ready,
    Late,
    Stop,
    Broken,
}

fn wait(tty: &OwnedFd, stop: &OwnedFd, until: Option<Instant>) -> Waited {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [
            PollFd::new(tty, PollFlags::IN),
            PollFd::new(stop, PollFlags::IN),
        ];
        match poll(&mut fds, left.as_ref()) {
            Ok(0) => return Waited::Late,
            Ok(_) if !fds[1].revents().is_empty() => return Waited::Stop,
            // A hang-up too: the read tells what it is.
            Ok(_) => return Waited::Ready,
            Err(Errno::INTR) => {}
            Err(_) => return Waited::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use tokio::sync::mpsc::unbounded_channel;

    fn key(code: KeyCode) -> Input {
        Input::Event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    #[tokio::test]
    async fn the_end_of_the_terminal_ends_it_and_is_told_once() {
        let (read, mut write) = io::pipe().unwrap();
        let (into, mut inputs) = unbounded_channel();
        let source = Source::of(read.into(), Duration::from_millis(50), into).unwrap();
        write.write_all(b"a\x1b[").unwrap();
        assert_eq!(inputs.recv().await, Some(key(KeyCode::Char('a'))));
        write.write_all(b"A").unwrap();
        assert_eq!(inputs.recv().await, Some(key(KeyCode::Up)));
        drop(write);
        assert_eq!(inputs.recv().await, Some(Input::Gone));
        assert_eq!(inputs.recv().await, None);
        drop(source);
    }

    #[tokio::test]
    async fn escape_is_the_key_when_nothing_follows() {
        let (read, mut write) = io::pipe().unwrap();
        let (into, mut inputs) = unbounded_channel();
        let source = Source::of(read.into(), Duration::from_millis(1), into).unwrap();
        write.write_all(b"\x1b").unwrap();
        assert_eq!(inputs.recv().await, Some(key(KeyCode::Esc)));
        // Stops although the terminal is still there.
        drop(source);
        assert_eq!(inputs.recv().await, None);
    }
}
