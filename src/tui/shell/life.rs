//! Leaving and coming back: stopped by the person, told to end, or left by the terminal.
//!
//! Invariant: whatever happens to the terminal, the journal has the transfers, and a process whose
//! terminal is gone neither reads nor draws again.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::{Shell, Sources, Stale};
use crate::config::OnHangup;
use crate::engine::{Counts, Notice, Order};
use crate::model::Trouble;
use crate::tui::msg::{Effects, Leave, Msg};

/// How long what is in flight may land at the end.
const GRACE: Duration = Duration::from_secs(3);

/// The same when somebody else ends the program.
const SHORT: Duration = Duration::from_millis(500);

/// How long transfers may go on without a terminal.
const ALONE: Duration = Duration::from_hours(24);

/// A stop that the system refuses (nobody could let us go on) is given up after this.
const STOP: Duration = Duration::from_secs(1);

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The person left.
    Now,
    /// The person left, the transfers go on.
    WhenDone,
    /// SIGTERM.
    Told,
    /// There is no terminal any more.
    Gone,
}

impl From<Leave> for End {
    fn from(leave: Leave) -> Self {
        match leave {
            Leave::Now => Self::Now,
            Leave::WhenDone => Self::WhenDone,
        }
    }
}

impl Shell {
    /// Gives the terminal back and ends, or lets the transfers end.
    pub(super) async fn end(self, end: End) {
        if end != End::Gone {
            self.outside.farewell(&self.screen);
            self.screen.finish();
        }
        let note = self.note();
        let here = std::env::current_dir().unwrap_or_default();
        // Without it the next start begins as the first one did.
        let _ = self.engine.keep_session(&self.app.session(&here)).await;
        let Self { engine, guard, .. } = self;
        drop(guard);
        match end {
            End::Now => engine.close(GRACE).await,
            End::Told => engine.close(SHORT).await,
            End::WhenDone => {
                engine.drain().await;
                engine.close(GRACE).await;
            }
            End::Gone => {
                let (before, expanding) = {
                    let numbers = engine.numbers();
                    let snapshot = numbers.borrow();
                    (snapshot.counts, snapshot.expanding)
                };
                let after = match engine.config().interface.on_hangup {
                    OnHangup::Finish => tokio::time::timeout(ALONE, engine.drain()).await.ok(),
                    OnHangup::Pause => {
                        // An order fails only when the queue has ended already.
                        let _ = engine.order(Order::PauseAll);
                        None
                    }
                    OnHangup::Quit => None,
                };
                if expanding || before.active() + before.asking > 0 {
                    // Without a place for it, the next start says less.
                    let _ = std::fs::write(note, words(before, after));
                }
                engine.close(GRACE).await;
            }
        }
    }

    /// Stops the program, and takes the terminal again when it goes on.
    pub(super) async fn stop(&mut self, sources: &mut Sources) {
        sources.source = None;
        self.screen.park();
        if self.guard.suspend().is_ok() {
            let _ = tokio::time::timeout(STOP, sources.goes_on.recv()).await;
        }
        self.come_back(sources);
    }

    /// Goes on after somebody else stopped the program.
    pub(super) fn back_from_stop(&mut self, sources: &mut Sources) -> Effects {
        self.screen.park();
        self.guard.leave();
        self.come_back(sources);
        Effects::none()
    }

    /// Takes the terminal again, whatever its size is now.
    pub(super) fn come_back(&mut self, sources: &mut Sources) {
        // A terminal that is gone is told by the reader.
        let _ = self.guard.back();
        let _ = sources.listen(self.patience());
        self.screen.resume();
        self.stale = Stale::Answer;
        self.resized = Some(std::time::Instant::now());
    }

    /// Where the next start looks for what happened.
    fn note(&self) -> PathBuf {
        self.engine.config().paths.state.join("hangup.txt")
    }

    /// Says what happened after the terminal of an earlier run went away.
    pub(super) fn tell_of_hang_up(&mut self) {
        let note = self.note();
        let Ok(text) = std::fs::read_to_string(&note) else {
            return;
        };
        // One that stays is told again, which does no harm.
        let _ = std::fs::remove_file(&note);
        let (when, what) = text.trim().split_once(' ').unwrap_or(("", text.trim()));
        let when = when.parse::<Timestamp>().map_or_else(
            |_| String::new(),
            |at| {
                format!(
                    " at {}",
                    at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M")
                )
            },
        );
        let trouble = Trouble::new("Hangup", &format!("The terminal went away{when}"), what, "");
        self.tasks.tell(Msg::Notice(Notice::Warning(trouble)));
    }
}

/// What happened, in a line that begins with the time.
fn words(before: Counts, after: Option<Counts>) -> String {
    let left = before.active() + before.asking;
    let what = match after {
        None if left == 0 => "transfers were left as they stood".into(),
        None if left == 1 => "1 transfer was left as it stood".into(),
        None => format!("{left} transfers were left as they stood"),
        Some(after) => {
            let done = after.done.saturating_sub(before.done);
            let failed = after.failed.saturating_sub(before.failed);
            let more = [(failed, "failed"), (after.asking, "wait for an answer")]
                .map(|(n, word)| match n {
                    0 => String::new(),
                    n => format!(", {n} {word}"),
                })
                .concat();
            format!("transfers went on without it: {done} done{more}")
        }
    };
    format!("{} {what}", Timestamp::now())
}
