//! What reaches the shell from outside: signals, and what the terminal sends.
//!
//! Invariant: after the terminal is gone nothing else is told.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::sleep_until;

use super::life::End;
use crate::term::{Guard, Input, Source};
use crate::tui::msg::{Focused, Msg};

/// What reaches the shell besides answers.
pub(super) struct Sources {
    pub(super) into: UnboundedSender<Input>,
    pub(super) inputs: UnboundedReceiver<Input>,
    /// None while the terminal is given away.
    pub(super) source: Option<Source>,
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    resize: Signal,
    pub(super) goes_on: Signal,
}

/// What a turn of the loop is about.
#[expect(clippy::large_enum_variant, reason = "one at a time, and moved once")]
pub(super) enum Turn {
    Msg(Msg),
    Input(Input),
    /// The size changed.
    Resized,
    /// The program was stopped and goes on.
    Back,
    End(End),
}

impl Sources {
    /// Listens to signals; keys come from [`Sources::listen`] on.
    pub(super) fn open() -> std::io::Result<Self> {
        let (into, inputs) = mpsc::unbounded_channel();
        Ok(Self {
            into,
            inputs,
            source: None,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resize: signal(SignalKind::window_change())?,
            goes_on: signal(SignalKind::from_raw(Guard::goes_on()))?,
        })
    }

    /// Reads keys from now on.
    pub(super) fn listen(&mut self, patience: Duration) -> std::io::Result<()> {
        if self.source.is_none() {
            self.source = Some(Source::start(patience, self.into.clone())?);
        }
        Ok(())
    }

    /// Waits for the next of them.
    pub(super) async fn next(&mut self) -> Turn {
        tokio::select! {
            biased;
            Some(()) = self.hang_up.recv() => Turn::End(End::Gone),
            Some(()) = self.terminate.recv() => Turn::End(End::Told),
            Some(()) = self.goes_on.recv() => Turn::Back,
            Some(()) = self.resize.recv() => Turn::Resized,
            Some(input) = self.inputs.recv() => Turn::Input(input),
            // From outside: the terminal itself sends a key, since it is in raw mode.
            Some(()) = self.interrupt.recv() => {
                let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
                Turn::Msg(Msg::Key(key))
            }
            else => Turn::End(End::Gone),
        }
    }
}

/// The next notice of the queue; none once there is no queue.
pub(super) async fn next_notice(
    notices: Option<&mut UnboundedReceiver<crate::engine::Notice>>,
) -> Option<crate::engine::Notice> {
    notices?.recv().await
}

/// Sleeps until a moment, if there is one.
pub(super) async fn sleep(until: Option<Instant>) {
    if let Some(until) = until {
        sleep_until(until.into()).await;
    }
}

/// What an event of the terminal means to the browser; nothing for a key that is let go.
pub(super) fn translate(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::FocusGained => Some(Msg::Focus(Focused::Yes)),
        Event::FocusLost => Some(Msg::Focus(Focused::No)),
    }
}
