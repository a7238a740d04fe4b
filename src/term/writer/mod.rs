//! The thread that writes to the terminal.
//!
//! Frames wait for it in one place: a newer one takes the place of an older one, so that a slow
//! link gets fewer frames and never late ones, and whoever draws never waits. Invariant: one frame
//! is one write, and while parked not a byte is written.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use tokio::sync::mpsc::UnboundedSender;

use super::encode::{Encoder, Stamp, Sync};
use super::flight::{Flight, PING};
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

/// How much of a frame is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// As many rows as fit so many bytes.
    Within(usize),
}

/// A frame, where the cursor belongs, and what lies over the cells.
#[derive(Debug)]
struct Frame {
    cells: Buffer,
    caret: Option<(u16, u16)>,
    stamps: Vec<Stamp>,
    extent: Extent,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Slot {
    frame: Option<Frame>,
    orders: Vec<Order>,
    texts: Vec<u8>,
    state: State,
    /// Bytes of the last write.
    cost: usize,
    /// Whether the last frame left something out.
    owes: bool,
    flight: Flight,
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
    pub fn show(
        &self,
        cells: Buffer,
        (caret, stamps): (Option<(u16, u16)>, Vec<Stamp>),
        extent: Extent,
    ) {
        self.change(|slot| {
            // A whole frame that still waits must not become a part.
            let extent = match &slot.frame {
                Some(waits) if waits.extent == Extent::Whole => Extent::Whole,
                Some(_) | None => extent,
            };
            slot.frame = Some(Frame {
                cells,
                caret,
                stamps,
                extent,
            });
        });
    }

    /// Whether something of the last frame is not on its way yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let slot = self.shared.lock();
        slot.owes || slot.frame.is_some() || slot.state == State::Writing
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

    /// The terminal answers: long frames wait for each other's arrival from now on.
    pub fn answers(&self) {
        self.change(|slot| slot.flight.known());
    }

    /// The terminal says that it is there: what was written has arrived.
    pub fn arrived(&self) {
        self.change(|slot| slot.flight.arrived(Instant::now()));
    }

    /// Whether what is written takes long to arrive.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.shared.lock().flight.is_slow()
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
        self.change(|slot| slot.flight.forget());
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
            let mut bytes = encoded(&mut encoder, frame, &orders, &texts);
            let began = Instant::now();
            if self.lock().flight.takes_off(bytes.len(), began) {
                bytes.extend_from_slice(PING);
            }
            let written = if bytes.is_empty() {
                Ok(())
            } else {
                out.write_all(&bytes).and_then(|()| out.flush())
            };
            let mut slot = self.lock();
            slot.state = State::Resting;
            slot.cost = bytes.len();
            slot.owes = encoder.owes();
            slot.flight.written(began.elapsed());
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
        while !slot.ended {
            if slot.parked || slot.is_empty() {
                slot = self.work.wait(slot).unwrap_or_else(PoisonError::into_inner);
            } else if let Some(left) = slot.flight.left(Instant::now()) {
                let waited = self.work.wait_timeout(slot, left);
                slot = waited.unwrap_or_else(PoisonError::into_inner).0;
            } else {
                break;
            }
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
        Some(frame) => match frame.extent {
            Extent::Whole => encoder.stamped(frame.cells, frame.caret, frame.stamps),
            Extent::Within(most) => encoder.frame_within(frame.cells, frame.caret, most),
        },
        None => Vec::new(),
    };
    if orders.contains(&Order::Probe) {
        bytes.extend(encoder.ask(probe::QUESTIONS));
    }
    bytes.extend_from_slice(texts);
    bytes
}

#[cfg(test)]
mod tests;
