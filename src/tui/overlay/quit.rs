//! Leaving while transfers run.
//!
//! Invariant: Enter and Esc stay.

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::{Buttons, Focus, Pressed};
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, hints, leaves};
use crate::engine::{JobView, Phase, Snapshot};
use crate::model::{duration, shown};
use crate::tui::msg::{Cx, Effect, Leave, Want};
use crate::tui::queue::{left, percent, way};
use crate::tui::theme::{Look, Role};

/// Transfers that are shown by name.
const SHOWN: usize = 6;

/// What becomes of them by leaving at once, and the same where there is little room.
const KEEPS: (&str, &str) = (
    "Quit now loses nothing: the next start offers to go on.",
    "Quit now: next time it goes on.",
);

/// Asks how to leave.
#[derive(Debug)]
pub struct QuitDialog {
    queue: Snapshot,
    buttons: Buttons,
}

impl QuitDialog {
    /// A dialog about the transfers of a queue.
    #[must_use]
    pub fn new(queue: &Snapshot) -> Self {
        let buttons = Buttons::new(&[
            ("Stay", None),
            ("Finish, then quit", Some('f')),
            ("Quit now", Some('y')),
        ]);
        Self {
            queue: queue.clone(),
            buttons,
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let title = match self.queue.counts.active() + self.queue.counts.asking {
            1 => "1 transfer is not done yet".into(),
            n => format!("{n} transfers are not done yet"),
        };
        let mut sheet = Sheet::new(screen, 66, title).foot("Esc stay");
        sheet.blank();
        let moving = |j: &&JobView| matches!(j.phase, Phase::Moving | Phase::Verifying);
        for job in self.queue.rows.iter().filter(moving).take(SHOWN) {
            let left = left(job).map_or_else(|| "—".into(), duration);
            let line = Line::of(format!("  {} ", way(job.direction)), Role::Good)
                .and(shown(&job.to.name()), Role::Text)
                .right(format!("{:>4}", percent(job)), Role::Text)
                .right(format!("  {left:>7} left  "), Role::Dim);
            sheet.push(Row::Soft(line));
        }
        if self.queue.counts.waiting > 0 {
            let waiting = format!("  · {} waiting", self.queue.counts.waiting);
            sheet.line(Line::of(waiting, Role::Dim));
        }
        match self.queue.counts.asking {
            0 => {}
            1 => {
                sheet.line(Line::of("  ? 1 needs your answer with !", Role::Warning));
            }
            n => {
                let asking = format!("  ? {n} need your answer with !");
                sheet.line(Line::of(asking, Role::Warning));
            }
        }
        sheet.blank();
        let keeps = if sheet.cells() < 40 { KEEPS.1 } else { KEEPS.0 };
        sheet.say(keeps, 2, Role::Dim);
        sheet.blank().buttons(&self.buttons, Focus::Here).blank();
        sheet
    }

    fn press(index: usize) -> Step {
        let leave = match index {
            1 => Leave::WhenDone,
            2 => Leave::Now,
            _ => return Step::close(),
        };
        Step::Close(vec![Want::Effect(Effect::Quit(leave))])
    }
}

impl Overlay for QuitDialog {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match self.buttons.key(key) {
            Pressed::This(index) => Self::press(index),
            Pressed::Moved | Pressed::Unused => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Button(index)) => Self::press(index),
            _ => Step::stay(),
        }
    }

    /// Once nothing runs any more, there is nothing left to ask: leaving was wanted.
    fn numbers(&mut self, snapshot: &Arc<Snapshot>, _: Instant) -> Step {
        self.queue = (**snapshot).clone();
        if self.queue.counts.active() == 0 && !self.queue.expanding {
            return Step::Close(vec![Want::Effect(Effect::Quit(Leave::Now))]);
        }
        Step::Pass
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("Enter", "stay"),
            ("f", "finish, then quit"),
            ("y", "quit now"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{press, screen};
    use crate::tui::queue::testing::busy;

    #[test]
    fn staying_is_the_ordinary_answer() {
        for (script, want) in [
            ("<Enter>", "[]"),
            ("<Esc>", "[]"),
            ("f", "[Effect(Quit(WhenDone))]"),
            ("y", "[Effect(Quit(Now))]"),
            ("<Tab><Enter>", "[Effect(Quit(WhenDone))]"),
            ("<Left><Enter>", "[Effect(Quit(Now))]"),
        ] {
            let (wants, closed) = press(&mut QuitDialog::new(&busy()), script);
            assert!(closed, "{script}");
            assert_eq!(format!("{wants:?}"), want, "{script}");
        }
    }

    #[test]
    fn it_leaves_by_itself_when_the_last_transfer_is_done() {
        let mut dialog = QuitDialog::new(&busy());
        let still = dialog.numbers(&Arc::new(busy()), Instant::now());
        assert!(matches!(still, Step::Pass));
        let done = dialog.numbers(&Arc::new(Snapshot::default()), Instant::now());
        let Step::Close(wants) = done else {
            panic!("{done:?}")
        };
        assert_eq!(format!("{wants:?}"), "[Effect(Quit(Now))]");
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("quit_80x24", screen(&QuitDialog::new(&busy()), 80, 22));
        insta::assert_snapshot!("quit_40x12", screen(&QuitDialog::new(&busy()), 40, 11));
    }
}
