//! One transfer as one row: glyph, name, how far, how fast, where to.
//!
//! Invariant: columns depend on the width of the row only, so nothing jumps while numbers change.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::panel::by;
use crate::engine::{Direction, Hitch, JobView, Phase, Verified};
use crate::model::{
    Location, Trouble, cut_end, cut_middle, cut_start, duration, rate, shown, shown_name, size,
    width,
};
use crate::tui::paint::Pen;
use crate::tui::theme::{Look, Role};

/// How the cursor stands on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    /// It does not.
    No,
    /// It does, and the queue has the focus.
    Focused,
}

/// The columns of a row, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    name: usize,
    bar: usize,
    to: usize,
}

const PERCENT: usize = 3;
const RATE: usize = 10;
const LEFT: usize = 7;

/// Percent, rate and time with their gaps.
const NUMBERS: usize = 2 + PERCENT + 2 + RATE + 1 + LEFT;

/// Cells for numbers or words where there is no bar.
const NARROW: usize = 16;

/// Cursor, glyph, space.
const HEAD: usize = 3;

fn columns(cells: usize) -> Columns {
    let bar = match cells {
        100.. => cells / 4,
        60.. => cells * 9 / 40,
        _ => 0,
    };
    let name = match cells {
        100.. => (cells / 4 - 2).min(44),
        60.. => cells - HEAD - 1 - bar - NUMBERS,
        _ => cells.saturating_sub(HEAD + 1 + NARROW),
    };
    let to = cells.saturating_sub(HEAD + name + 1 + bar + NUMBERS + 2);
    Columns {
        name,
        bar,
        to: if cells >= 100 { to } else { 0 },
    }
}

/// `↑`, `↓` or `⇄`.
pub(crate) fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "↑",
        Direction::Down => "↓",
        Direction::Across => "⇄",
    }
}

/// How much of a job has moved: `62%`, never 100 before its end, `—` while nobody knows.
pub(crate) fn percent(job: &JobView) -> String {
    match (&job.phase, job.size) {
        (Phase::Done(_), _) => "100%".into(),
        (_, Some(all)) => format!("{}%", portion(job.moved, all)),
        (_, None) => "—".into(),
    }
}

/// Whole percents, at most 99.
pub(super) fn portion(part: u64, all: u64) -> u64 {
    let percent = u128::from(part) * 100 / u128::from(all.max(1));
    u64::try_from(percent).unwrap_or(99).min(99)
}

/// The time that is left, once enough has moved to tell.
pub(crate) fn left(job: &JobView) -> Option<Duration> {
    let told = portion(job.moved, job.size?) >= 2 || job.moved >= 64 << 20;
    job.left.filter(|_| told)
}

/// The glyph of a job's phase and how it is drawn.
pub(super) fn glyph<'g>(job: &JobView, look: &Look<'g>) -> (&'g str, Role) {
    let g = look.glyphs;
    match &job.phase {
        Phase::Moving | Phase::Verifying => (g.ways[job.direction as usize], Role::Good),
        Phase::Waiting => (g.waiting, Role::Dim),
        Phase::Paused => (g.paused, Role::Dim),
        Phase::Asking(_) => ("?", Role::Warning),
        Phase::Failed(_) => (g.failed, Role::Danger),
        Phase::Done(_) => (g.done, Role::Good),
        Phase::Skipped | Phase::Cancelled => (g.light, Role::Dim),
    }
}

/// The place that receives a job's file: its destination without the last segment.
pub(super) fn receiver(to: &Location) -> String {
    match to {
        Location::Object { bucket, key, .. } => format!("s3://{bucket}/{}", key.parent().as_str()),
        Location::Under { .. } => to.to_string(),
        Location::Local(path) => path.parent().map_or_else(
            || path.display().to_string(),
            |p| format!("{}/", p.display()),
        ),
    }
}

/// Why a job failed, in a row. Where an account is missing its name says more than where it was
/// looked for: a queue may be older than the accounts of now.
pub(crate) fn cause(trouble: &Trouble) -> &str {
    match trouble.code.as_str() {
        "NoSuchAccount" => trouble.what.as_str(),
        _ => trouble.why.as_str(),
    }
}

/// What holds a job up, in words.
pub(super) fn hitch(hitch: &Hitch) -> String {
    match hitch {
        Hitch::Stalled(time) => format!("stalled {}", seconds(*time)),
        Hitch::Retrying { tries, most, why } => format!("retrying ({tries}/{most}): {why}"),
    }
}

/// `12 s`, and minutes where seconds would not stand still for the eye.
fn seconds(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..100 => format!("{s} s"),
        _ => duration(time),
    }
}

/// What a job that does not move says of itself: words, how, and what can be done.
fn words(job: &JobView) -> (String, Role, &'static str) {
    if let Some(held @ Hitch::Retrying { .. }) = &job.hitch {
        let text = format!("{:>3}  {}", percent(job), hitch(held));
        return (text, Role::Warning, "");
    }
    match &job.phase {
        Phase::Moving | Phase::Verifying | Phase::Paused => (String::new(), Role::Text, ""),
        Phase::Waiting => ("waiting".into(), Role::Dim, ""),
        Phase::Asking(conflict) => {
            let what = match (conflict.ours.size, conflict.theirs.size) {
                (Some(a), Some(b)) if a == b => "already there, same size",
                (Some(_), Some(_)) => "already there, other size",
                _ => "already there",
            };
            (what.into(), Role::Warning, " · Enter to decide")
        }
        Phase::Failed(trouble) => (cause(trouble).into(), Role::Danger, " · r retry"),
        Phase::Done(verified) => {
            let how = match verified {
                Verified::Sha256 => "verified sha256",
                Verified::Md5 => "verified md5",
                Verified::Crc64 => "verified crc64",
                Verified::Crc32 => "verified crc32",
                Verified::Composite => "verified part by part",
                Verified::Size => "size only",
            };
            let bytes = job
                .size
                .map(|b| format!("{} · ", size(b)))
                .unwrap_or_default();
            (format!("{bytes}{how}{}", by(job)), Role::Dim, "")
        }
        Phase::Skipped => ("skipped: it was there already".into(), Role::Dim, ""),
        Phase::Cancelled => ("given up".into(), Role::Dim, ""),
    }
}

/// The same in at most [`NARROW`] cells.
fn few(job: &JobView) -> (String, Role, &'static str) {
    if let Some(Hitch::Retrying { tries, most, .. }) = &job.hitch {
        return (format!("retrying ({tries}/{most})"), Role::Warning, "");
    }
    match &job.phase {
        Phase::Asking(_) => ("Enter to decide".into(), Role::Warning, ""),
        Phase::Failed(_) => ("failed".into(), Role::Danger, " · r retry"),
        Phase::Skipped => ("skipped".into(), Role::Dim, ""),
        Phase::Done(_) => (job.size.map(size).unwrap_or_default(), Role::Dim, ""),
        Phase::Waiting | Phase::Moving | Phase::Verifying | Phase::Paused | Phase::Cancelled => {
            words(job)
        }
    }
}

/// Draws a job.
pub(super) fn draw(job: &JobView, area: Rect, buf: &mut Buffer, look: &Look<'_>, here: Here) {
    let cells = usize::from(area.width);
    let columns = columns(cells);
    let (glyph, tone) = glyph(job, look);
    let mut pen = Pen::new(area, buf, look);
    match here {
        Here::No => pen.skip(1),
        Here::Focused => pen.put(look.glyphs.cursor, Role::Key),
    };
    let quiet = !matches!(
        job.phase,
        Phase::Moving | Phase::Verifying | Phase::Asking(_) | Phase::Failed(_)
    );
    let role = if quiet { Role::Dim } else { Role::Text };
    let name = cut_middle(shown_name(&job.from.name()).as_str(), columns.name);
    pen.put(glyph, tone)
        .skip(1)
        .column(&name, columns.name, role)
        .skip(1);
    let retries = matches!(job.hitch, Some(Hitch::Retrying { .. }));
    if !retries && matches!(job.phase, Phase::Moving | Phase::Verifying | Phase::Paused) {
        numbers(&mut pen, job, columns, look);
    } else {
        let (text, role, act) = if columns.bar == 0 {
            few(job)
        } else {
            words(job)
        };
        let room = if columns.to > 0 {
            columns.bar + NUMBERS
        } else {
            pen.room()
        };
        let text = cut_end(&text, room.saturating_sub(width(act)));
        pen.column(&format!("{text}{act}"), room, role);
    }
    if columns.to > 3 {
        let moves = matches!(job.phase, Phase::Moving | Phase::Verifying);
        let by = if moves && columns.to >= 40 {
            by(job)
        } else {
            ""
        };
        let room = columns.to - 2 - width(by);
        let to = cut_start(shown(&receiver(&job.to)).as_str(), room);
        pen.to(cells - columns.to)
            .put("› ", Role::Dim)
            .put(&to, Role::Dim)
            .put(by, Role::Dim);
    }
    if here == Here::Focused && area.height > 0 {
        buf.set_style(area, look.theme.cursor);
    }
}

fn numbers(pen: &mut Pen<'_>, job: &JobView, columns: Columns, look: &Look<'_>) {
    let percent = percent(job);
    let portion = job.size.map_or(0, |all| portion(job.moved, all));
    if columns.bar > 0 {
        let all = u64::try_from(columns.bar).unwrap_or(0);
        let full = usize::try_from(portion * all / 100).unwrap_or(0);
        let tone = if job.phase == Phase::Paused {
            Role::Dim
        } else {
            Role::Good
        };
        pen.times(look.glyphs.heavy, full, tone);
        pen.times(look.glyphs.light, columns.bar - full, Role::Rule);
        pen.skip(2);
    }
    let narrow = columns.bar == 0;
    pen.skip(usize::from(narrow))
        .right(&percent, PERCENT, Role::Text)
        .skip(2);
    let wide = RATE + if columns.bar > 0 { 1 + LEFT } else { 0 };
    if let Some(Hitch::Stalled(time)) = &job.hitch {
        let text = format!("stalled {}", seconds(*time));
        pen.right(&text, wide.max(width(&text)), Role::Warning);
        return;
    }
    match job.phase {
        Phase::Verifying => pen.right("verifying", RATE, Role::Dim),
        Phase::Paused => pen.right("paused", RATE, Role::Dim),
        _ if job.speed == 0 => pen.right("—", RATE, Role::Dim),
        _ => pen.right(&rate(job.speed), RATE, Role::Dim),
    };
    if columns.bar > 0 && job.phase == Phase::Moving {
        let left = left(job).map_or_else(|| "—".into(), duration);
        pen.skip(1).right(&left, LEFT, Role::Dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};
    use crate::tui::queue::testing::{busy, job};

    fn drawn(job: &JobView, cells: u16) -> String {
        let area = Rect::new(0, 0, cells, 1);
        let mut buf = Buffer::empty(area);
        draw(job, area, &mut buf, &Scene::new().look(), Here::No);
        text_of(&buf)
    }

    #[test]
    fn columns_fill_the_row() {
        for cells in 40..240 {
            let c = columns(cells);
            let all = HEAD + c.name + 1 + c.bar + if c.bar > 0 { NUMBERS } else { 0 };
            assert!(all <= cells && c.name >= 16, "{cells} {c:?}");
        }
    }

    #[test]
    fn numbers_stand_still_while_they_change() {
        let mut moving = job(1, "a.txt", Phase::Moving);
        let mut ends = Vec::new();
        for (moved, speed, left) in [
            (0, 0, None),
            (99, 999, Some(1)),
            (50, 250 << 20, Some(7100)),
            (7, 5 << 40, Some(200_000)),
        ] {
            moving.size = Some(100);
            moving.moved = moved;
            moving.speed = speed;
            moving.left = left.map(std::time::Duration::from_secs);
            let text = drawn(&moving, 120);
            let at = text.find('›').unwrap();
            ends.push(width(&text[..at]));
        }
        assert!(ends.windows(2).all(|w| w[0] == w[1]), "{ends:?}");
    }

    #[test]
    fn percents_never_reach_the_end_before_it() {
        assert_eq!(portion(100, 100), 99);
        assert_eq!(portion(0, 0), 0);
        assert_eq!(portion(u64::MAX, u64::MAX), 99);
        assert_eq!(percent(&job(1, "x", Phase::Done(Verified::Md5))), "100%");
    }

    #[test]
    fn a_missing_account_is_named() {
        let (what, why) = ("There is no account old", "neither file names it");
        let trouble = |code| Box::new(Trouble::new(code, what, why, ""));
        let row = |code| drawn(&job(1, "a", Phase::Failed(trouble(code))), 120);
        assert!(row("NoSuchAccount").contains("no account old"));
        assert!(row("AccessDenied").contains("neither file"));
    }

    #[test]
    fn every_phase_says_what_it_is() {
        let queue = busy();
        let rows: Vec<String> = queue.rows.iter().map(|j| drawn(j, 120)).collect();
        insta::assert_snapshot!("rows_120", rows.join("\n"));
        let rows: Vec<String> = queue.rows.iter().map(|j| drawn(j, 80)).collect();
        insta::assert_snapshot!("rows_80", rows.join("\n"));
        let rows: Vec<String> = queue.rows.iter().map(|j| drawn(j, 40)).collect();
        insta::assert_snapshot!("rows_40", rows.join("\n"));
    }
}
