//! The queue in one row, while it is not empty.
//!
//! Invariant: what needs the person is never left out; what is only nice gives way first.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Queue;
use super::pace::Fresh;
use super::row::portion;
use crate::engine::{Counts, JobView, Phase, Snapshot};
use crate::model::{duration, rate, size, width};
use crate::tui::paint::Pen;
use crate::tui::theme::{Look, Role};

/// A piece of the strip.
struct Piece {
    text: String,
    role: Role,
    /// Smaller goes first when there is no room; [`NEVER`] stays.
    rank: u8,
}

const NEVER: u8 = u8::MAX;

/// Cells between pieces.
const GAP: usize = 2;

/// The shortest bar worth drawing.
const BAR: usize = 6;

/// Seconds in the sparkline.
const SPARK: usize = 16;

impl Queue {
    /// Draws the strip.
    pub fn strip(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let snapshot = &*self.snapshot;
        let mut pen = Pen::new(area, buf, look);
        pen.skip(1);
        if !self.is_unfinished() {
            self.finished(&mut pen, look);
            return;
        }
        let cells = usize::from(area.width);
        let mut pieces = self.pieces(cells, look);
        let used = |pieces: &[Piece]| pieces.iter().map(|p| width(&p.text) + GAP).sum::<usize>();
        let hint = width("w queue") + GAP;
        let mut room = cells.saturating_sub(1 + hint);
        while used(&pieces) + BAR + GAP > room {
            if room < cells {
                room = cells;
                continue;
            }
            let least = pieces.iter().map(|p| p.rank).min().unwrap_or(NEVER);
            if least == NEVER {
                break;
            }
            pieces.retain(|p| p.rank != least);
        }
        let bar = (cells / 4).min(room.saturating_sub(used(&pieces) + GAP));
        for (n, piece) in pieces.iter().enumerate() {
            pen.put(&piece.text, piece.role).skip(GAP);
            if n == 0 && bar >= BAR && super::pace::runs(snapshot) {
                let all = u64::try_from(bar).unwrap_or(0);
                let part = self.percent().unwrap_or(0) * all / 100;
                let full = usize::try_from(part).unwrap_or(0);
                pen.times(look.glyphs.heavy, full, Role::Good);
                pen.times(look.glyphs.light, bar - full, Role::Rule)
                    .skip(GAP);
            }
        }
        if room < cells {
            pen.to(cells - width("w queue") - 1)
                .put("w", Role::Key)
                .put(" queue", Role::Dim);
        }
    }

    /// Whether something is still to be done, by the queue or by the person.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        let Counts {
            asking,
            failed,
            paused,
            ..
        } = self.snapshot.counts;
        super::pace::runs(&self.snapshot) || asking + failed + paused > 0
    }

    /// How much of everything has moved, in whole percents; none while a size is not known.
    pub(super) fn percent(&self) -> Option<u64> {
        let snapshot = &self.snapshot;
        let open = |job: &JobView| !super::is_over(&job.phase);
        let known = |job: &JobView| {
            !matches!(job.phase, Phase::Moving | Phase::Waiting) || job.size.is_some()
        };
        let all_known = snapshot.rows.iter().filter(|job| open(job)).all(known);
        all_known.then(|| portion(snapshot.moved, snapshot.total))
    }

    fn pieces(&self, cells: usize, look: &Look<'_>) -> Vec<Piece> {
        let Snapshot {
            counts,
            speed,
            left,
            expanding,
            ..
        } = &*self.snapshot;
        let piece = |text: String, role, rank| Piece { text, role, rank };
        let mut pieces = Vec::new();
        if super::pace::runs(&self.snapshot) {
            pieces.push(piece(ways(counts, look), Role::Good, NEVER));
            let percent = self
                .percent()
                .map_or_else(|| " — ".into(), |p| format!("{p:>2}%"));
            pieces.push(piece(percent, Role::Text, NEVER));
            let spark = self.pace.spark(SPARK, look.glyphs.spark);
            if cells >= 100 && !spark.is_empty() {
                pieces.push(piece(spark, Role::Good, 2));
            }
            let now = if *speed == 0 {
                "—".into()
            } else {
                rate(*speed)
            };
            pieces.push(piece(format!("{now:>10}"), Role::Text, 4));
            let settled = self.pace.is_settled(&self.snapshot) && self.percent().is_some();
            let left = left.filter(|_| settled);
            let left = time_left(left, *speed);
            pieces.push(piece(left, Role::Dim, 3));
        } else if counts.paused > 0 {
            pieces.push(piece(ways(counts, look), Role::Dim, NEVER));
        }
        if *expanding {
            pieces.push(piece("listing…".into(), Role::Dim, 1));
        }
        if counts.waiting > 0 {
            pieces.push(piece(format!("{} waiting", counts.waiting), Role::Dim, 1));
        }
        if counts.asking > 0 {
            let text = if cells < 60 {
                format!("? {}", counts.asking)
            } else {
                format!("? {}", need(counts.asking))
            };
            pieces.push(piece(text, Role::Warning, NEVER));
        }
        if counts.failed > 0 {
            let mark = look.glyphs.failed;
            let text = if cells < 60 { "" } else { " failed" };
            pieces.push(piece(
                format!("{mark} {}{text}", counts.failed),
                Role::Danger,
                NEVER,
            ));
        }
        if !super::pace::runs(&self.snapshot) && counts.done > 0 {
            pieces.push(piece(format!("{} done", counts.done), Role::Dim, 1));
        }
        pieces
    }

    fn finished(&self, pen: &mut Pen<'_>, look: &Look<'_>) {
        let Counts { done, skipped, .. } = self.snapshot.counts;
        if done + skipped == 0 {
            return;
        }
        let done = self.pace.end().map_or(done, |end| end.done);
        let mut parts = vec![format!("{} {done} done", look.glyphs.done)];
        if skipped > 0 {
            parts.push(format!("{skipped} skipped"));
        }
        if let Some(end) = self.pace.end() {
            let seconds = end.took.as_secs_f64();
            let took = if seconds < 60.0 {
                format!("{seconds:.1} s")
            } else {
                duration(end.took)
            };
            parts.push(format!("{} in {took}", size(end.bytes)));
        }
        pen.put(&parts.join(", "), Role::Good);
    }

    /// Whether the strip has something to say: something is to be done, or was until 10 s ago.
    #[must_use]
    pub fn is_showing(&self) -> bool {
        let fresh = self.pace.end().is_some_and(|end| end.fresh == Fresh::Yes);
        self.is_unfinished() || fresh
    }

    /// Whether time alone changes something here: numbers run, or the end is about to fade.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        let fresh = self.pace.end().is_some_and(|end| end.fresh == Fresh::Yes);
        super::pace::runs(&self.snapshot) || fresh
    }

    /// The strip in some twenty cells, for the status line of low screens: `↑1 62% 41.0 MiB/s`.
    /// None when there is nothing to say.
    #[must_use]
    pub fn brief(&self, look: &Look<'_>) -> Option<String> {
        if !self.is_showing() {
            return None;
        }
        let snapshot = &*self.snapshot;
        if !self.is_unfinished() {
            let done = self.pace.end().map_or(snapshot.counts.done, |end| end.done);
            return Some(format!("{} {done} done", look.glyphs.done));
        }
        let counts = &snapshot.counts;
        let mut parts = Vec::new();
        if super::pace::runs(snapshot) {
            parts.push(ways(&snapshot.counts, look));
            parts.extend(self.percent().map(|p| format!("{p}%")));
            if snapshot.speed > 0 {
                parts.push(rate(snapshot.speed));
            }
        } else if snapshot.counts.paused > 0 {
            parts.push(ways(&snapshot.counts, look));
        }
        if parts.is_empty() && counts.failed == 0 {
            return Some(format!("? {}", need(counts.asking)));
        }
        let mut urgent = |mark: &str, count: u64| {
            if count > 0 {
                parts.push(format!("{mark} {count}"));
            }
        };
        urgent("?", counts.asking);
        urgent(look.glyphs.failed, counts.failed);
        Some(parts.join(" "))
    }

    /// How [`Queue::brief`] is to be drawn: by what is most urgent.
    #[must_use]
    pub fn tone(&self) -> Role {
        let Counts { asking, failed, .. } = self.snapshot.counts;
        match (asking, failed) {
            (1.., _) => Role::Warning,
            (0, 1..) => Role::Danger,
            (0, 0) => Role::Good,
        }
    }
}

/// `1 needs you`.
fn need(asking: u64) -> String {
    let verb = if asking == 1 { "needs" } else { "need" };
    format!("{asking} {verb} you")
}

/// `↑2 ↓1`, or what else there is when nothing moves.
fn ways(counts: &Counts, look: &Look<'_>) -> String {
    let all = [counts.up, counts.down, counts.across];
    let moving: Vec<String> = all
        .iter()
        .zip(look.glyphs.ways)
        .filter(|(count, _)| **count > 0)
        .map(|(count, glyph)| format!("{glyph}{count}"))
        .collect();
    if !moving.is_empty() {
        moving.join(" ")
    } else if counts.paused > 0 {
        format!("{} {} paused", look.glyphs.paused, counts.paused)
    } else {
        look.glyphs.waiting.into()
    }
}

/// Where nothing moves there is nothing to tell; its place stays, so that nothing jumps.
fn time_left(left: Option<Duration>, speed: u64) -> String {
    match left {
        Some(left) => format!("{:>4} left", duration(left)),
        None if speed > 0 => "   — left".into(),
        None => " ".repeat(9),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};
    use crate::tui::queue::testing::{busy, queue, steady};

    fn drawn(queue: &Queue, cells: u16, scene: &Scene) -> String {
        let area = Rect::new(0, 0, cells, 1);
        let mut buf = Buffer::empty(area);
        queue.strip(area, &mut buf, &scene.look());
        text_of(&buf)
    }

    #[test]
    fn looks() {
        let queue = queue();
        let scene = Scene::new();
        let all: Vec<String> = [200, 120, 100, 80, 60, 40]
            .iter()
            .map(|cells| format!("{cells}: {}", drawn(&queue, *cells, &scene)))
            .collect();
        insta::assert_snapshot!("strip", all.join("\n"));
        insta::assert_snapshot!("strip_ascii", drawn(&queue, 120, &Scene::ascii()));
    }

    #[test]
    fn what_needs_the_person_is_never_left_out() {
        for cells in 40..200 {
            let text = drawn(&queue(), cells, &Scene::new());
            assert!(
                text.contains("? 1") && text.contains("✗ 1"),
                "{cells}: {text}"
            );
            assert!(text.contains("58%"), "{cells}: {text}");
        }
    }

    #[test]
    fn an_empty_queue_has_nothing_to_be_proud_of() {
        assert_eq!(drawn(&Queue::default(), 80, &Scene::new()), "");
    }

    #[test]
    fn the_end_stays_ten_seconds() {
        let mut queue = Queue::default();
        assert!(!queue.is_showing());
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        queue.numbers(Arc::new(steady()));
        queue.tick(at(0));
        assert!(queue.is_showing() && queue.is_moving());
        let counts = Counts {
            done: 12,
            ..Counts::default()
        };
        queue.numbers(Arc::new(Snapshot {
            counts,
            moved: 312_475_648,
            ..Snapshot::default()
        }));
        queue.tick(at(3));
        assert!(queue.is_showing() && queue.is_moving());
        assert_eq!(
            drawn(&queue, 80, &Scene::new()),
            " ✓ 12 done, 298 MiB in 3.0 s"
        );
        assert_eq!(queue.brief(&Scene::new().look()).unwrap(), "✓ 12 done");
        queue.tick(at(13));
        assert!(!queue.is_showing() && !queue.is_moving());
        assert_eq!(queue.brief(&Scene::new().look()), None);
    }

    #[test]
    fn a_narrow_screen_gets_it_brief() {
        let brief = queue().brief(&Scene::new().look()).unwrap();
        assert_eq!(brief, "↑2 ↓1 58% 96.4 MiB/s ? 1 ✗ 1");
        let _ = busy();
    }
}
