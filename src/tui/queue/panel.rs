//! The queue as some rows below the panes, and the list that the full screen shares with it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Queue;
use super::row::{self, Here, left, percent};
use crate::engine::{JobView, Kind, Means, Phase, Verified};
use crate::model::{duration, rate, shown, size};
use crate::tui::msg::Focused;
use crate::tui::paint::{self, Pen, rule_row};
use crate::tui::theme::{Look, Role};

impl Queue {
    /// Draws the panel: rows, and a rule below them that says whether it has the focus.
    pub fn panel(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>, focused: Focused) {
        let rows = usize::from(area.height.saturating_sub(1));
        let list = Rect {
            height: area.height.saturating_sub(1),
            ..area
        };
        self.list(list, buf, look, focused);
        let rule = paint::row(area, rows);
        let hidden = self.order.len().saturating_sub(rows);
        let mut note = self.tempo();
        if hidden > 0 {
            let dot = if note.is_empty() { "" } else { " · " };
            note = format!("{hidden} more{dot}{note}");
        }
        match focused {
            Focused::Yes => rule_row(rule, buf, look, ("Queue", &note)),
            Focused::No => {
                let cells = usize::from(rule.width);
                Pen::new(rule, buf, look).times(look.glyphs.light, cells, Role::Rule);
            }
        }
    }

    /// The list position at a row of the panel or the list, if a job is drawn there.
    #[must_use]
    pub fn position(&self, area: Rect, y: u16, focused: Focused) -> Option<usize> {
        let rows = usize::from(area.height.saturating_sub(1));
        let n = usize::from(y.checked_sub(area.y)?);
        let at = self.first(rows, focused) + n;
        (n < rows && at < self.order.len()).then_some(at)
    }

    /// The first row that is drawn. Without the focus the panel shows the top, where things move.
    fn first(&self, rows: usize, focused: Focused) -> usize {
        match focused {
            Focused::Yes => (self.at + 1).saturating_sub(rows),
            Focused::No => 0,
        }
    }

    pub(super) fn list(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>, focused: Focused) {
        let rows = usize::from(area.height);
        let first = self.first(rows, focused);
        for (n, job) in self.jobs().skip(first).take(rows).enumerate() {
            let here = match focused {
                Focused::Yes if first + n == self.at => Here::Focused,
                Focused::Yes | Focused::No => Here::No,
            };
            row::draw(job, paint::row(area, n), buf, look, here);
        }
        if self.is_empty() && rows > 0 {
            let text = "  Nothing is queued. F5 copies what is marked to the other pane.";
            Pen::new(paint::row(area, 0), buf, look).put(text, Role::Dim);
        }
    }
}

/// How the bytes come, where that is worth a word.
pub(super) fn by(job: &JobView) -> &'static str {
    match job.means {
        Means::Direct => "",
        Means::ServerSide => " · server-side copy",
        Means::Relay => " · relay",
    }
}

/// How far a job that moves is, and how fast it goes.
fn progress(job: &JobView, all: &str) -> String {
    let left = left(job)
        .map(|l| format!(" · {} left", duration(l)))
        .unwrap_or_default();
    let (percent, moved, speed) = (percent(job), size(job.moved), rate(job.speed));
    format!("{percent} · {moved} of {all} · {speed}{left}{}", by(job))
}

/// What is known about a job, by name.
pub(super) fn facts(job: &JobView) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| facts.push((name.into(), value));
    add("From", shown(&job.from.to_string()).into());
    add("To", shown(&job.to.to_string()).into());
    if job.kind == Kind::Move {
        add(
            "Then",
            "the source is deleted once the copy is verified".into(),
        );
    }
    let all = job.size.map_or_else(|| "—".into(), size);
    if let Some(hitch) = &job.hitch {
        add("Hitch", row::hitch(hitch));
    }
    match &job.phase {
        Phase::Waiting => add("State", format!("waiting · {all}")),
        Phase::Paused => add("State", format!("paused at {} of {all}", size(job.moved))),
        Phase::Moving => add("State", progress(job, &all)),
        Phase::Verifying => add("State", format!("checking {all}")),
        Phase::Asking(_) => {
            add("Why", "Something with this name is there already.".into());
            add(
                "Fix",
                "Enter to decide: overwrite · keep both · skip · only if newer".into(),
            );
        }
        Phase::Failed(trouble) => {
            add("Why", format!("{} ({})", trouble.why, trouble.code));
            add("Fix", trouble.fix.to_string());
        }
        Phase::Done(verified) => {
            let how = match verified {
                Verified::Sha256 => "a signed SHA-256 and the size",
                Verified::Md5 => "an MD5 of the whole",
                Verified::Crc64 => "a CRC-64 of the whole",
                Verified::Crc32 => "a CRC-32 of the whole",
                Verified::Composite => "the MD5s of all parts",
                Verified::Size => "the number of bytes only",
            };
            add(
                "State",
                format!("done · {all} · verified by {how}{}", by(job)),
            );
        }
        Phase::Skipped => add("State", "skipped: it was there already".into()),
        Phase::Cancelled => add("State", "given up".into()),
    }
    if job.parts.1 > 0 {
        add("Parts", format!("{} of {}", job.parts.0, job.parts.1));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};
    use crate::tui::queue::testing;

    fn drawn(
        queue: &Queue,
        (columns, rows): (u16, u16),
        focused: Focused,
        scene: &Scene,
    ) -> String {
        let area = Rect::new(0, 0, columns, rows);
        let mut buf = Buffer::empty(area);
        queue.panel(area, &mut buf, &scene.look(), focused);
        text_of(&buf)
    }

    #[test]
    fn looks() {
        let mut queue = testing::queue();
        let scene = Scene::new();
        insta::assert_snapshot!("panel_120", drawn(&queue, (120, 9), Focused::No, &scene));
        queue.select(4);
        insta::assert_snapshot!(
            "panel_80_focused",
            drawn(&queue, (80, 6), Focused::Yes, &scene)
        );
        let ascii = drawn(&queue, (80, 9), Focused::Yes, &Scene::ascii());
        insta::assert_snapshot!("panel_ascii", ascii);
        assert!(
            drawn(&Queue::default(), (80, 6), Focused::No, &scene).contains("Nothing is queued")
        );
    }

    #[test]
    fn a_click_finds_its_job() {
        let mut queue = testing::queue();
        let area = Rect::new(0, 20, 80, 6);
        assert_eq!(queue.position(area, 20, Focused::No), Some(0));
        assert_eq!(queue.position(area, 24, Focused::No), Some(4));
        assert_eq!(queue.position(area, 25, Focused::No), None, "the rule");
        assert_eq!(queue.position(area, 19, Focused::No), None);
        queue.select(9);
        assert_eq!(queue.position(area, 24, Focused::Yes), Some(9));
    }
}
