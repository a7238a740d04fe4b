//! The queue as people see it: one row, a panel, or the whole screen.
//!
//! Shows the newest numbers and turns keys into orders; decides nothing itself. Invariant: the
//! cursor stays on its job, by number, whatever the numbers do.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the actions and keys that exist the queue knows a few"
)]

mod pace;
mod panel;
mod row;
mod screen;
mod speed;
mod strip;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use crate::engine::{JobId, JobView, Order, Phase, Snapshot};
use crate::model::{Location, Place, duration, shown, size};
use crate::tui::action::Action;
use crate::tui::msg::{Cx, Effect, Tone, Want};
use crate::tui::overlay::{Confirm, ConflictDialog, Details, Said};
use pace::Pace;
pub(crate) use row::{cause, left, percent, way};
pub use screen::QueueScreen;
use speed::Turn;

/// A cancel asks first when more than this has moved: 1 GiB.
const ASK_ABOVE: u64 = 1 << 30;

/// The queue.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    snapshot: Arc<Snapshot>,
    /// Indexes into the snapshot's rows, in the order of the screen.
    order: Vec<usize>,
    cursor: Option<JobId>,
    /// Where the cursor was, for when its job is gone.
    at: usize,
    pace: Pace,
}

impl Queue {
    /// Takes new numbers.
    pub fn numbers(&mut self, snapshot: Arc<Snapshot>) {
        let was_over = self.selected().is_some_and(|job| is_over(&job.phase));
        let mut order: Vec<usize> = (0..snapshot.rows.len()).collect();
        order.sort_by_key(|index| rank(&snapshot.rows[*index].phase));
        self.snapshot = snapshot;
        self.order = order;
        // A job that has just ended leaves for the end of the list; the cursor does not go with it.
        let stays = |job: &JobView| was_over || !is_over(&job.phase);
        let found = self
            .jobs()
            .position(|job| Some(job.id) == self.cursor && stays(job));
        self.at = found
            .unwrap_or(self.at)
            .min(self.order.len().saturating_sub(1));
        self.cursor = self.selected().map(|job| job.id);
    }

    /// Takes note of the time. To be called with every tick and after new numbers.
    pub fn tick(&mut self, now: Instant) {
        self.pace.tick(&self.snapshot, now);
    }

    /// The newest numbers.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The job under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&JobView> {
        self.order
            .get(self.at)
            .map(|index| &self.snapshot.rows[*index])
    }

    /// The oldest job that needs a decision.
    #[must_use]
    pub fn asking(&self) -> Option<&JobView> {
        self.snapshot
            .rows
            .iter()
            .find(|job| matches!(job.phase, Phase::Asking(_)))
    }

    /// The dialog about the oldest job that needs a decision.
    #[must_use]
    pub fn answer(&self) -> Vec<Want> {
        match self.asking() {
            Some(job) => self.decide(job),
            None => vec![Want::Say(Tone::Info, "No transfer needs an answer".into())],
        }
    }

    /// The jobs in the order of the screen: what moves, what needs the person, what waits, the
    /// rest.
    fn jobs(&self) -> impl Iterator<Item = &JobView> {
        self.order.iter().map(|index| &self.snapshot.rows[*index])
    }

    /// Puts the cursor on a row, counted from the top of the list.
    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.order.len().saturating_sub(1));
        self.cursor = self.selected().map(|job| job.id);
    }

    fn go(&mut self, by: isize) -> Vec<Want> {
        self.select(self.at.saturating_add_signed(by));
        Vec::new()
    }

    /// Does what a key means here. Actions that mean nothing here want nothing.
    pub fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Vec<Want> {
        let _ = cx;
        match action {
            Action::Down => self.go(1),
            Action::Up => self.go(-1),
            Action::Top => self.go(isize::MIN),
            Action::Bottom => self.go(isize::MAX),
            Action::PageDown | Action::HalfDown => self.go(8),
            Action::PageUp | Action::HalfUp => self.go(-8),
            Action::QueuePauseAll => vec![order(self.pause_all())],
            Action::QueueRetryAll => vec![order(Order::RetryFailed)],
            Action::QueueClear => vec![order(Order::ClearFinished)],
            Action::Answer => self.answer(),
            Action::QueueMore => self.turn(Turn::More),
            Action::QueueFewer => self.turn(Turn::Fewer),
            Action::QueueAuto => Self::unturned(),
            Action::QueueBandwidth => self.ask_bandwidth(),
            _ => match self.selected() {
                Some(job) => self.act_on(action, job),
                None => Vec::new(),
            },
        }
    }

    fn act_on(&self, action: Action, job: &JobView) -> Vec<Want> {
        match action {
            Action::QueuePause => match job.phase {
                Phase::Paused => vec![order(Order::Resume(job.id))],
                Phase::Waiting | Phase::Moving => vec![order(Order::Pause(job.id))],
                _ => vec![why("Only what waits or moves can be paused")],
            },
            Action::QueueCancel => cancel(job),
            Action::QueueRetry => match job.phase {
                Phase::Failed(_) | Phase::Cancelled => vec![order(Order::Retry(job.id))],
                _ => vec![why("Only what failed can be tried again")],
            },
            Action::QueueUp | Action::QueueDown if job.phase != Phase::Waiting => {
                vec![why("Only what waits can be earlier or later")]
            }
            Action::QueueUp => vec![order(Order::Reorder(job.id, -1))],
            Action::QueueDown => vec![order(Order::Reorder(job.id, 1))],
            Action::QueueOpen | Action::Open | Action::Expand => match &job.phase {
                Phase::Asking(_) => self.decide(job),
                Phase::Failed(trouble) => vec![Want::Open(Box::new(Details::of(trouble)))],
                _ => vec![Want::Open(Box::new(Details::new(
                    name(job),
                    panel::facts(job),
                )))],
            },
            Action::QueueGo => destination(&job.to).map(Want::Visit).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// How far everything is: `58% of 2.31 GiB · 1:12 left`, or what has moved when nothing runs.
    fn so_far(&self) -> String {
        let snapshot = &self.snapshot;
        let all = size(snapshot.total);
        if !pace::runs(snapshot) {
            return format!("{} of {all}", size(snapshot.moved));
        }
        let Some(percent) = self.percent() else {
            return format!("{} so far", size(snapshot.moved));
        };
        let left = snapshot
            .left
            .filter(|_| self.pace.is_settled(snapshot))
            .map(|l| format!(" · {} left", duration(l)))
            .unwrap_or_default();
        format!("{percent}% of {all}{left}")
    }

    fn decide(&self, job: &JobView) -> Vec<Want> {
        let others = self.snapshot.counts.asking.saturating_sub(1);
        let dialog = ConflictDialog::new(job, others);
        dialog
            .map(|d| Want::Open(Box::new(d)))
            .into_iter()
            .collect()
    }

    fn pause_all(&self) -> Order {
        let counts = self.snapshot.counts;
        if counts.paused > 0 && counts.active() == 0 {
            Order::ResumeAll
        } else {
            Order::PauseAll
        }
    }

    /// The hint line while the queue has the focus.
    #[must_use]
    pub fn hints(&self) -> Vec<(String, String)> {
        let open = match self.selected().map(|job| &job.phase) {
            Some(Phase::Asking(_)) => "decide",
            _ => "details",
        };
        let pairs = [
            ("Enter", open),
            ("p P", "pause"),
            ("x", "cancel"),
            ("r R", "retry"),
            ("K J", "reorder"),
            ("+ -", "at once"),
            ("b", "bandwidth"),
            ("o", "go there"),
            ("c", "clear"),
            ("w", "full"),
            ("Esc", "back"),
        ];
        pairs
            .iter()
            .map(|(key, word)| ((*key).into(), (*word).into()))
            .collect()
    }
}

/// Whether a job is over for good.
fn is_over(phase: &Phase) -> bool {
    matches!(phase, Phase::Done(_) | Phase::Skipped | Phase::Cancelled)
}

/// Where a phase stands on the screen.
fn rank(phase: &Phase) -> u8 {
    match phase {
        Phase::Moving | Phase::Verifying => 0,
        Phase::Asking(_) => 1,
        Phase::Failed(_) => 2,
        Phase::Waiting | Phase::Paused => 3,
        Phase::Done(_) | Phase::Skipped | Phase::Cancelled => 4,
    }
}

fn order(order: Order) -> Want {
    Want::Effect(Effect::Order(order))
}

fn why(text: &str) -> Want {
    Want::Say(Tone::Info, text.into())
}

fn name(job: &JobView) -> String {
    shown(&job.from.name()).into()
}

fn cancel(job: &JobView) -> Vec<Want> {
    match job.phase {
        Phase::Done(_) | Phase::Skipped | Phase::Cancelled => {
            return vec![why("It is finished: c clears what is finished")];
        }
        Phase::Waiting
        | Phase::Moving
        | Phase::Verifying
        | Phase::Paused
        | Phase::Asking(_)
        | Phase::Failed(_) => {}
    }
    let cancel = order(Order::Cancel(job.id));
    if job.moved <= ASK_ABOVE {
        return vec![cancel];
    }
    let moved = size(job.moved);
    let all = job.size.map(size).unwrap_or_default();
    let body = vec![
        Said::Item(name(job), format!("{moved} of {all}")),
        Said::Blank,
        Said::Warning(format!("{moved} have moved already and would be given up.")),
    ];
    let ask = Confirm::danger("Cancel this transfer?", body, "Give up", vec![cancel]);
    vec![Want::Open(Box::new(ask))]
}

/// The place that shows a job's destination.
fn destination(to: &Location) -> Option<Place> {
    match to {
        Location::Under {
            account,
            bucket,
            prefix,
        } => Some(Place::Prefix(
            account.clone(),
            bucket.clone(),
            prefix.clone(),
        )),
        Location::Object { .. } | Location::Local(_) => to.parent(),
    }
}
