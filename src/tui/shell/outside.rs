//! What is shown outside of the cells: the title, the taskbar, and a notification for somebody who
//! looks elsewhere.
//!
//! Invariant: at most one of each a second, only when it differs, and nothing while nothing runs
//! and nobody moves.

use std::time::{Duration, Instant};

use crate::config::Bell;
use crate::engine::{Counts, Notice};
use crate::term::{self, Manners, Progress, Screen};
use crate::tui::app::App;
use crate::tui::msg::Focused;

/// How far apart titles and steps of the taskbar are.
const APART: Duration = Duration::from_secs(1);

/// What was told so far.
#[derive(Debug)]
pub(super) struct Outside {
    manners: Manners,
    bell: Bell,
    title: String,
    progress: Progress,
    told: Option<Instant>,
    focus: Focus,
}

/// Whether the terminal tells who has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Told,
    Unknown,
}

impl Outside {
    /// Nothing was told yet; the terminal is known by its `TERM` alone.
    pub(super) fn new(term: &str, bell: Bell) -> Self {
        Self {
            manners: Manners::of("", term),
            bell,
            title: String::new(),
            progress: Progress::None,
            told: None,
            focus: Focus::Unknown,
        }
    }

    /// The terminal told who has the focus.
    pub(super) fn focus_is_told(&mut self) {
        self.focus = Focus::Told;
    }

    /// The terminal said what it is.
    pub(super) fn meet(&mut self, manners: Manners) {
        self.manners = manners;
    }

    /// How it shows pictures.
    #[cfg(feature = "images")]
    pub(super) fn pictures(&self) -> term::Pictures {
        self.manners.pictures()
    }

    /// Follows what is shown: the place in the title, how far the transfers are.
    pub(super) fn follow(&mut self, app: &App, screen: &Screen) {
        let (counts, progress) = (app.snapshot().counts, progress(app));
        let over = progress == Progress::None && self.progress != progress;
        let early = self.told.is_some_and(|at| at.elapsed() < APART);
        if early && !over {
            return;
        }
        let title = title(app, counts, progress);
        let mut bytes = String::new();
        if title != self.title {
            bytes.push_str(&term::title(&title));
            self.title = title;
        }
        if progress != self.progress {
            bytes.push_str(&self.manners.taskbar(progress));
            self.progress = progress;
        }
        if !bytes.is_empty() {
            screen.send(bytes.as_bytes());
            self.told = Some(Instant::now());
        }
    }

    /// Tells a person who looks elsewhere that a batch ended.
    pub(super) fn notice(&self, notice: &Notice, focused: Focused, screen: &Screen) {
        let Notice::BatchDone {
            done, failed, took, ..
        } = notice
        else {
            return;
        };
        if self.bell == Bell::Silent || !is_worth_telling(*took, focused, self.focus) {
            return;
        }
        let text = match failed {
            0 => format!("{done} done"),
            failed => format!("{done} done, {failed} failed"),
        };
        screen.send(self.manners.notice(&text).as_bytes());
    }

    /// What undoes it at the end; the title comes back with the terminal.
    pub(super) fn farewell(&self, screen: &Screen) {
        if self.progress != Progress::None {
            screen.send(self.manners.taskbar(Progress::None).as_bytes());
        }
    }
}

/// Whether somebody may have turned away meanwhile.
///
/// Source: `ux.md` 7.
fn is_worth_telling(took: Duration, focused: Focused, focus: Focus) -> bool {
    match (focus, focused) {
        (Focus::Told, Focused::Yes) => false,
        (Focus::Told, Focused::No) => took > Duration::from_secs(10),
        (Focus::Unknown, _) => took > Duration::from_mins(1),
    }
}

fn progress(app: &App) -> Progress {
    let snapshot = app.snapshot();
    let counts = snapshot.counts;
    if counts.active() == 0 {
        return Progress::None;
    }
    let percent = (snapshot.moved.saturating_mul(100))
        .checked_div(snapshot.total)
        .unwrap_or(0);
    let percent = u8::try_from(percent.min(100)).unwrap_or(100);
    if counts.failed > 0 {
        Progress::Failed(percent)
    } else {
        Progress::Running(percent)
    }
}

fn title(app: &App, counts: Counts, progress: Progress) -> String {
    let place = app.pane_of(app.active()).place();
    let place = crate::tui::pane::crumbs::address(place, app.home());
    match progress {
        Progress::None => format!("windlass - {place}"),
        Progress::Running(percent) | Progress::Failed(percent) => {
            format!(
                "windlass - {place} {percent}% of {}",
                counts.active() + counts.done
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_is_not_told_and_who_turned_away_is() {
        let seconds = Duration::from_secs;
        for (took, focused, focus, told) in [
            (3600, Focused::Yes, Focus::Told, false),
            (9, Focused::No, Focus::Told, false),
            (11, Focused::No, Focus::Told, true),
            (59, Focused::Yes, Focus::Unknown, false),
            (61, Focused::Yes, Focus::Unknown, true),
        ] {
            assert_eq!(is_worth_telling(seconds(took), focused, focus), told);
        }
    }
}
