//! The queue over the whole screen: numbers, the last minute, all jobs, and the one under the
//! cursor in full.

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Queue, name, panel};
use crate::engine::Snapshot;
use crate::model::{cut_end, cut_middle, rate, width};
use crate::tui::action::Action;
use crate::tui::msg::{Cx, Focused, Want};
use crate::tui::overlay::{Line, Overlay, Step, leaves};
use crate::tui::paint::{Pen, clear, row, rule_row};
use crate::tui::theme::{Look, Role};

/// Rows above the list: title, two rows of numbers, a rule.
const HEAD: u16 = 4;

/// Rows of the box below the list: its title and four facts.
const FOOT: u16 = 5;

/// The whole queue.
#[derive(Debug)]
pub struct QueueScreen {
    queue: Queue,
}

impl QueueScreen {
    /// Shows this queue; it is told new numbers as every overlay is.
    #[must_use]
    pub fn new(queue: Queue) -> Self {
        Self { queue }
    }

    fn list(screen: Rect) -> Rect {
        let foot = if screen.height >= HEAD + FOOT + 5 {
            FOOT
        } else {
            0
        };
        Rect {
            y: screen.y + HEAD.min(screen.height),
            height: screen.height.saturating_sub(HEAD + foot),
            ..screen
        }
    }

    /// How many jobs are where, what needs the person right behind what moves.
    fn counts(&self) -> Line {
        let c = self.queue.snapshot.counts;
        let need = if c.asking == 1 {
            "needs you"
        } else {
            "need you"
        };
        let all = [
            (c.up + c.down + c.across, "active", Role::Text),
            (c.asking, need, Role::Warning),
            (c.failed, "failed", Role::Danger),
            (c.waiting, "waiting", Role::Dim),
            (c.paused, "paused", Role::Dim),
            (c.done, "done", Role::Dim),
            (c.skipped, "skipped", Role::Dim),
            (c.cancelled, "given up", Role::Dim),
        ];
        let mut line = Line::of("  ", Role::Dim).sentence();
        for (n, (count, word, role)) in all.iter().filter(|(c, ..)| *c > 0).enumerate() {
            let dot = if n == 0 { "" } else { " · " };
            line = line
                .and(dot, Role::Dim)
                .and(format!("{count} {word}"), *role);
        }
        line
    }

    fn head(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let cells = usize::from(screen.width);
        let snapshot = &self.queue.snapshot;
        let tempo = self.queue.tempo();
        rule_row(row(screen, 0), buf, look, ("Queue", &tempo));
        self.counts().draw(row(screen, 1), buf, look);
        if snapshot.total > 0 {
            let mut pen = Pen::new(row(screen, 2), buf, look);
            pen.skip(2);
            if super::pace::runs(snapshot) {
                let speed = match snapshot.speed {
                    0 => "—".into(),
                    speed => rate(speed),
                };
                // Its room is kept: what stands behind it does not move with every digit.
                let gap = 12_usize.saturating_sub(width(&speed)).max(2);
                pen.put(&speed, Role::Text).skip(gap);
            }
            let tail = self.queue.so_far();
            pen.put(&cut_end(&tail, pen.room().saturating_sub(1)), Role::Dim);
            // What is shown is smoothed, and may be above the samples for a moment.
            let peak = match self.queue.pace.peak().max(snapshot.speed) {
                0 => String::new(),
                peak => format!("peak {}  ", rate(peak)),
            };
            let room = pen.room().saturating_sub(width(&peak) + 4).min(60);
            let spark = self.queue.pace.spark(room, look.glyphs.spark);
            let spark = spark.trim_start();
            if room >= 8 && !spark.is_empty() {
                pen.to(cells - 1 - width(spark) - width(&peak))
                    .put(&peak, Role::Dim);
                pen.put(spark, Role::Good);
            }
        }
        let rule = row(screen, 3);
        Pen::new(rule, buf, look).times(look.glyphs.light, cells, Role::Rule);
    }

    fn foot(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let cells = usize::from(area.width);
        let Some(job) = self.queue.selected() else {
            return;
        };
        let title = cut_middle(&name(job), cells.saturating_sub(6));
        let mut pen = Pen::new(row(area, 0), buf, look);
        pen.put(look.glyphs.light, Role::Rule);
        pen.put(" ", Role::Rule)
            .put(&title, Role::Text)
            .put(" ", Role::Rule);
        let rest = pen.room();
        pen.times(look.glyphs.light, rest, Role::Rule);
        let facts = panel::facts(job);
        for (n, (name, value)) in facts.iter().take(usize::from(FOOT) - 1).enumerate() {
            let mut pen = Pen::new(row(area, n + 1), buf, look);
            pen.skip(2).column(name, 7, Role::Dim);
            pen.put(&cut_middle(value, pen.room().saturating_sub(1)), Role::Text);
        }
    }
}

/// What a key means in the queue.
fn action(key: KeyEvent) -> Option<Action> {
    let ctrl = key
        .modifiers
        .contains(crossterm::event::KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('n') if ctrl => Action::Down,
        KeyCode::Char('p') if ctrl => Action::Up,
        KeyCode::Char('d' | 'f') if ctrl => Action::PageDown,
        KeyCode::Char('u' | 'b') if ctrl => Action::PageUp,
        KeyCode::Char(_) if ctrl => return None,
        KeyCode::Down | KeyCode::Char('j') => Action::Down,
        KeyCode::Up | KeyCode::Char('k') => Action::Up,
        KeyCode::PageDown => Action::PageDown,
        KeyCode::PageUp => Action::PageUp,
        KeyCode::Home | KeyCode::Char('g') => Action::Top,
        KeyCode::End | KeyCode::Char('G') => Action::Bottom,
        KeyCode::Char('p') => Action::QueuePause,
        KeyCode::Char('P') => Action::QueuePauseAll,
        KeyCode::Char('x') => Action::QueueCancel,
        KeyCode::Char('r') => Action::QueueRetry,
        KeyCode::Char('R') => Action::QueueRetryAll,
        KeyCode::Char('K') => Action::QueueUp,
        KeyCode::Char('J') => Action::QueueDown,
        KeyCode::Enter => Action::QueueOpen,
        KeyCode::Char('o') => Action::QueueGo,
        KeyCode::Char('c') => Action::QueueClear,
        KeyCode::Char('!') => Action::Answer,
        KeyCode::Char('+') => Action::QueueMore,
        KeyCode::Char('-') => Action::QueueFewer,
        KeyCode::Char('=') => Action::QueueAuto,
        KeyCode::Char('b') => Action::QueueBandwidth,
        _ => return None,
    })
}

impl Overlay for QueueScreen {
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Step {
        if leaves(key) || matches!(key.code, KeyCode::Char('q' | 'w' | 'W')) {
            return Step::close();
        }
        match key.code {
            KeyCode::Char('?' | ':') => return Step::Stay(vec![Want::Run(Action::Palette)]),
            KeyCode::Char('E') => return Step::Stay(vec![Want::Run(Action::Messages)]),
            _ => {}
        }
        let Some(action) = action(key) else {
            return Step::stay();
        };
        let wants = self.queue.act(action, cx);
        if wants.iter().any(|w| matches!(w, Want::Visit(_))) {
            return Step::Close(wants);
        }
        Step::Stay(wants)
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, cx: &mut Cx<'_>) -> Step {
        let list = Self::list(screen);
        // One row more than the list: `position` leaves out the rule of a panel.
        let list = Rect {
            height: list.height + 1,
            ..list
        };
        if event.kind == MouseEventKind::Down(MouseButton::Left) {
            if let Some(at) = self.queue.position(list, event.row, Focused::Yes) {
                let again = self.queue.at == at;
                self.queue.select(at);
                if again {
                    return Step::Stay(self.queue.act(Action::QueueOpen, cx));
                }
            }
        } else if event.kind == MouseEventKind::ScrollDown {
            self.queue.go(3);
        } else if event.kind == MouseEventKind::ScrollUp {
            self.queue.go(-3);
        }
        Step::stay()
    }

    fn numbers(&mut self, snapshot: &Arc<Snapshot>, now: Instant) -> Step {
        self.queue.numbers(snapshot.clone());
        self.queue.tick(now);
        Step::Pass
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        clear(screen, buf);
        self.head(screen, buf, look);
        let list = Self::list(screen);
        self.queue.list(list, buf, look, Focused::Yes);
        if list.bottom() < screen.bottom() {
            let foot = Rect {
                y: list.bottom(),
                height: screen.bottom() - list.bottom(),
                ..screen
            };
            self.foot(foot, buf, look);
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        let mut hints = self.queue.hints();
        hints.retain(|(key, _)| key != "w");
        hints
    }

    fn covers(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{ascii_screen, press, screen};
    use crate::tui::queue::testing;

    fn full() -> QueueScreen {
        QueueScreen::new(testing::queue())
    }

    #[test]
    fn keys_of_the_queue_work_here_too() {
        for (script, want) in [
            ("p", "Pause(JobId(1))"),
            ("jjjj<Enter>", "ConflictDialog"),
            ("!", "ConflictDialog"),
            ("jjjjjr", "Retry(JobId(6))"),
            ("jjjjjjK", "Reorder(JobId(7), -1)"),
            ("GK", "Only what waits"),
            ("c", "ClearFinished"),
            ("+", "Parallel(Some(96))"),
            ("-", "Parallel(Some(56))"),
            ("=", "Parallel(None)"),
            ("b", "Prompt"),
            ("?", "Run(Palette)"),
        ] {
            let (wants, closed) = press(&mut full(), script);
            assert!(
                !closed && format!("{wants:?}").contains(want),
                "{script} {wants:?}"
            );
        }
        let (wants, closed) = press(&mut full(), "o");
        assert!(closed && format!("{wants:?}").contains("Visit"));
        for script in ["<Esc>", "q", "w", "<C-c>"] {
            assert!(press(&mut full(), script).1, "{script}");
        }
    }

    #[test]
    fn a_click_selects_and_a_second_one_opens() {
        use crate::tui::msg::Tickets;
        use crossterm::event::KeyModifiers;
        let mut full = full();
        let area = Rect::new(0, 0, 80, 22);
        let event = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 5,
            row: HEAD + 4,
            modifiers: KeyModifiers::NONE,
        };
        let mut click = || {
            crate::tui::overlay::testing::with_cx(
                &mut Tickets::default(),
                &Snapshot::default(),
                |cx| full.mouse(event, area, cx),
            )
        };
        assert!(matches!(click(), Step::Stay(wants) if wants.is_empty()));
        assert!(matches!(click(), Step::Stay(wants) if wants.len() == 1));
    }

    #[test]
    fn looks() {
        let mut asking = full();
        press(&mut asking, "jjjj");
        insta::assert_snapshot!("full_80x24", screen(&asking, 80, 22));
        insta::assert_snapshot!("full_120x40", screen(&full(), 120, 38));
        insta::assert_snapshot!("full_40x12", screen(&full(), 40, 11));
        insta::assert_snapshot!("full_ascii", ascii_screen(&asking, 80, 22));
        insta::assert_snapshot!(
            "full_empty",
            screen(&QueueScreen::new(Queue::default()), 80, 22)
        );
    }
}
