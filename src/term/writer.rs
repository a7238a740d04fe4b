//! The thread that writes to the terminal.
//!
//! Frames wait for it in one place: a newer one takes the place of an older one, so that a slow
//! link gets fewer frames and never late ones, and whoever draws never waits. Invariant: one frame
//! is one write, and while parked not a byte is written.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratatui::buffer::Buffer;
use tokio::sync::mpsc::UnboundedSender;

use super::encode::{Encoder, Stamp, Sync};
use super::{Input, Level, probe};

/// How long a write that is under way is waited for before the terminal is given away.
const PATIENCE: Duration = Duration::from_millis(500);

/// Texts for the terminal that wait (clipboard, title) are at most this long together.
const MOST: usize = 1 << 20;

/// Hands frames to the thread.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    slot: Mutex<Slot>,
    work: Condvar,
    rest: Condvar,
}

/// A frame: cells, the cursor, and what lies over the cells.
type Frame = (Buffer, Option<(u16, u16)>, Vec<Stamp>);

/// What waits to be written.
#[derive(Debug, Default)]
struct Slot {
    frame: Option<Frame>,
    orders: Vec<Order>,
    texts: Vec<u8>,
    state: State,
    /// Bytes of the last write.
    cost: usize,
    parked: bool,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Resting,
    Writing,
    Gone,
}

/// What the encoder is told before the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Forget,
    Level(Level),
    Sync(Sync),
    /// After the frame: ask the terminal what it is.
    Probe,
}

impl Writer {
    /// Starts the thread. A terminal that is gone is told to `into`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        out: impl Write + Send + 'static,
        level: Level,
        into: UnboundedSender<Input>,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            slot: Mutex::default(),
            work: Condvar::new(),
            rest: Condvar::new(),
        });
        let theirs = shared.clone();
        std::thread::Builder::new()
            .name("terminal-out".into())
            .spawn(move || theirs.run(out, Encoder::new(level), &into))?;
        Ok(Self { shared })
    }

    /// Has this frame shown, instead of one that still waits.
    pub fn show(&self, frame: Buffer, caret: Option<(u16, u16)>) {
        self.show_stamped(frame, caret, Vec::new());
    }

    /// The same, with what lies over its cells.
    pub fn show_stamped(&self, frame: Buffer, caret: Option<(u16, u16)>, stamps: Vec<Stamp>) {
        self.change(|slot| slot.frame = Some((frame, caret, stamps)));
    }

    /// Has the next frame paint everything.
    pub fn forget(&self) {
        self.order(Order::Forget);
    }

    /// Uses so many colours from the next frame on.
    pub fn set_level(&self, level: Level) {
        self.order(Order::Level(level));
    }

    /// Has long frames shown at once, or not.
    pub fn set_sync(&self, sync: Sync) {
        self.order(Order::Sync(sync));
    }

    /// Asks the terminal what it is, behind the frame that waits.
    pub fn probe(&self) {
        self.order(Order::Probe);
    }

    /// Sends bytes that paint nothing, behind the frame that waits.
    pub fn send(&self, bytes: &[u8]) {
        self.change(|slot| {
            if slot.texts.len() + bytes.len() <= MOST {
                slot.texts.extend_from_slice(bytes);
            }
        });
    }

    /// How many bytes the last write took.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.shared.lock().cost
    }

    /// Writes nothing more until [`Writer::resume`]. Waits a moment for a write under way.
    pub fn park(&self) {
        self.change(|slot| slot.parked = true);
        self.settle(|slot| slot.state != State::Writing);
    }

    /// Goes on. Everything is painted anew.
    pub fn resume(&self) {
        self.change(|slot| {
            slot.parked = false;
            slot.orders.push(Order::Forget);
        });
    }

    /// Waits until everything was written, but not long.
    pub fn finish(&self) {
        self.settle(|slot| slot.state != State::Writing && slot.is_empty());
        self.park();
    }

    fn settle(&self, done: impl Fn(&Slot) -> bool) {
        let slot = self.shared.lock();
        let waits = |slot: &mut Slot| slot.state != State::Gone && !done(slot);
        let _ = self.shared.rest.wait_timeout_while(slot, PATIENCE, waits);
    }

    fn order(&self, order: Order) {
        self.change(|slot| slot.orders.push(order));
    }

    fn change(&self, change: impl FnOnce(&mut Slot)) {
        let mut slot = self.shared.lock();
        if slot.state != State::Gone {
            change(&mut slot);
        }
        self.shared.work.notify_one();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.change(|slot| slot.ended = true);
    }
}

impl Slot {
    fn is_empty(&self) -> bool {
        self.frame.is_none() && self.texts.is_empty() && !self.orders.contains(&Order::Probe)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut out: impl Write, mut encoder: Encoder, into: &UnboundedSender<Input>) {
        while let Some((frame, orders, texts)) = self.next() {
            let bytes = encoded(&mut encoder, frame, &orders, &texts);
            let written = if bytes.is_empty() {
                Ok(())
            } else {
                out.write_all(&bytes).and_then(|()| out.flush())
            };
            let mut slot = self.lock();
            slot.state = State::Resting;
            slot.cost = bytes.len();
            if written.is_err() {
                *slot = Slot {
                    state: State::Gone,
                    ..Slot::default()
                };
                let _ = into.send(Input::Gone);
            }
            self.rest.notify_all();
            if written.is_err() {
                return;
            }
        }
    }

    /// Waits for something to write; none at the end.
    fn next(&self) -> Option<(Option<Frame>, Vec<Order>, Vec<u8>)> {
        let mut slot = self.lock();
        while !slot.ended && (slot.parked || slot.is_empty()) {
            slot = self.work.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
        if slot.ended {
            return None;
        }
        slot.state = State::Writing;
        let (orders, texts) = (
            std::mem::take(&mut slot.orders),
            std::mem::take(&mut slot.texts),
        );
        Some((slot.frame.take(), orders, texts))
    }
}

fn encoded(encoder: &mut Encoder, frame: Option<Frame>, orders: &[Order], texts: &[u8]) -> Vec<u8> {
    for order in orders {
        match order {
            Order::Forget => encoder.forget(),
            Order::Level(level) => encoder.set_level(*level),
            Order::Sync(sync) => encoder.set_sync(*sync),
            Order::Probe => {}
        }
    }
    let mut bytes = match frame {
        Some((frame, caret, stamps)) => encoder.stamped(frame, caret, stamps),
        None => Vec::new(),
    };
    if orders.contains(&Order::Probe) {
        bytes.extend(encoder.ask(probe::QUESTIONS));
    }
    bytes.extend_from_slice(texts);
    bytes
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    /// A link that takes one write each time it is told to.
    struct Link(Sender<Vec<u8>>, Receiver<()>);

    impl Write for Link {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(bytes.to_vec());
            match self.1.recv() {
                Ok(()) => Ok(bytes.len()),
                Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn frame(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    #[test]
    fn a_stalled_link_merges_frames_and_whoever_draws_never_waits() {
        let (sent, writes) = channel();
        let (go, gate) = channel();
        let (into, _inputs) = unbounded_channel();
        let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
        thread.show(frame("0"), None);
        assert_eq!(writes.recv().unwrap(), b"\x1b[m\x1b[?25l\x1b[2J\x1b[H0");
        // The first write hangs: a thousand frames come meanwhile.
        for n in 1..=1000 {
            thread.show(frame(&n.to_string()), None);
        }
        thread.send(b"text");
        go.send(()).unwrap();
        assert_eq!(writes.recv().unwrap(), b"\x081000text");
        go.send(()).unwrap();
        thread.finish();
        assert!(
            writes.try_recv().is_err(),
            "nothing changed, nothing is written"
        );
    }

    #[test]
    fn a_terminal_that_is_gone_is_told_once_and_takes_no_more() {
        let (sent, writes) = channel();
        let (go, gate) = channel();
        let (into, mut inputs) = unbounded_channel();
        let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
        drop(go);
        thread.show(frame("0"), None);
        assert_eq!(inputs.blocking_recv(), Some(Input::Gone));
        thread.show(frame("1"), None);
        thread.finish();
        assert_eq!(writes.iter().count(), 1);
        assert_eq!(inputs.blocking_recv(), None);
    }

    #[test]
    fn nothing_is_written_while_parked() {
        let (sent, writes) = channel();
        let (go, gate) = channel();
        let (into, _inputs) = unbounded_channel();
        let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
        thread.park();
        thread.show(frame("0"), None);
        thread.send(b"text");
        assert!(writes.try_recv().is_err());
        thread.resume();
        go.send(()).unwrap();
        assert!(writes.recv().unwrap().ends_with(b"0text"));
    }
}
