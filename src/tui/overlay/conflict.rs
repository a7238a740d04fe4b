//! What to do about something that is there already. The transfer waits; the others go on.
//!
//! Invariant: `Esc` decides nothing, and each answer names a small letter for this job and its
//! capital for all.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, leaves, plain_letter};
use crate::engine::{Conflict, IfExists, JobId, JobView, Order, Phase, Side};
use crate::model::{cut_end, date, shown, size, width};
use crate::tui::msg::{Cx, Effect, Want};
use crate::tui::theme::{Look, Role};

/// Answers with their letters.
const ANSWERS: [(char, IfExists); 4] = [
    ('o', IfExists::Overwrite),
    ('k', IfExists::KeepBoth),
    ('s', IfExists::Skip),
    ('n', IfExists::Newer),
];

/// Asks about one conflict.
#[derive(Debug)]
pub struct ConflictDialog {
    job: JobId,
    name: String,
    from: String,
    to: String,
    conflict: Conflict,
    others: u64,
}

impl ConflictDialog {
    /// A dialog about a job that asks, none if it does not ask. `others` jobs ask too.
    #[must_use]
    pub fn new(job: &JobView, others: u64) -> Option<Self> {
        let Phase::Asking(conflict) = &job.phase else {
            return None;
        };
        Some(Self {
            job: job.id,
            name: shown(&job.to.name()).into(),
            from: shown(&job.from.to_string()).into(),
            to: shown(&job.to.to_string()).into(),
            conflict: (**conflict).clone(),
            others,
        })
    }

    fn sheet(&self, screen: Rect, zone: &TimeZone) -> Sheet {
        let mut sheet = Sheet::new(screen, 68, format!("{} is already there", self.name))
            .tone(Role::Warning)
            .foot("Esc decide later");
        let wide = sheet.cells() > 56;
        sheet.blank();
        sheet.line(table(["", "size", "modified", "ETag"], wide, Role::Dim));
        sheet.line(side("yours", &self.conflict.ours, zone, wide));
        sheet.line(side("there", &self.conflict.theirs, zone, wide));
        sheet.blank();
        let free = shown(&self.conflict.free_name);
        let words = [
            "overwrite it".into(),
            format!("keep both, as  {free}"),
            "skip this file".into(),
            "overwrite if yours is newer".to_owned(),
        ];
        for (tag, ((letter, _), word)) in ANSWERS.iter().zip(words).enumerate() {
            let line =
                Line::of(format!("  {letter}"), Role::Key).and(format!("  {word}"), Role::Text);
            sheet.line(line.sentence().tagged(tag));
        }
        sheet.blank();
        sheet.line(Line::of("  from  ", Role::Dim).and(&self.from, Role::Dim));
        sheet.line(Line::of("  to    ", Role::Dim).and(&self.to, Role::Dim));
        if self.others > 0 {
            let noun = if self.others == 1 {
                "conflict"
            } else {
                "conflicts"
            };
            let text = if wide {
                let others = self.others;
                format!("Capital letter = same answer for the other {others} {noun}")
            } else {
                format!("Capital letter = all {}", self.others + 1)
            };
            sheet.blank().say(&text, 2, Role::Dim);
        }
        sheet.blank();
        sheet
    }

    fn answer(&self, answer: IfExists) -> Step {
        let order = Order::Decide(self.job, answer);
        Step::Close(vec![Want::Effect(Effect::Order(order))])
    }
}

fn side(word: &str, side: &Side, zone: &TimeZone, wide: bool) -> Line {
    let unknown = || "—".to_owned();
    let bytes = side.size.map_or_else(unknown, size);
    let modified = side.modified.map_or_else(unknown, |at| date(at, zone));
    let etag = side
        .etag
        .as_deref()
        .map_or_else(unknown, |tag| cut_end(shown(tag).as_str(), 9));
    table([word, &bytes, &modified, &etag], wide, Role::Text)
}

fn table([name, bytes, modified, etag]: [&str; 4], wide: bool, role: Role) -> Line {
    let pad = |text: &str, cells: usize| {
        format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))))
    };
    let lead = if wide { "  " } else { "" };
    let line = Line::of(format!("{lead}{}", pad(name, 7)), Role::Dim);
    if wide {
        line.and(
            format!("  {}{}{etag}", pad(bytes, 12), pad(modified, 22)),
            role,
        )
    } else {
        line.and(format!("{} {modified}", pad(bytes, 8)), role)
    }
}

impl Overlay for ConflictDialog {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        let Some(letter) = plain_letter(key) else {
            return Step::stay();
        };
        let found = ANSWERS
            .iter()
            .find(|(l, _)| *l == letter.to_ascii_lowercase());
        match found {
            Some((_, answer)) if letter.is_ascii_uppercase() => {
                let order = Order::DecideAll(*answer);
                Step::Close(vec![Want::Effect(Effect::Order(order))])
            }
            Some((_, answer)) => self.answer(*answer),
            None => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        let hit = clicked(event).map(|at| self.sheet(screen, &TimeZone::UTC).hit(at));
        match hit {
            Some(Hit::Line(tag)) => self.answer(ANSWERS[tag].1),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen, look.zone).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("o", "overwrite"),
            ("k", "keep both"),
            ("s", "skip"),
            ("n", "if newer"),
            ("O K S N", "for all"),
            ("Esc", "later"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{BatchId, Direction, Kind};
    use crate::tui::overlay::testing::{object, press, screen};

    fn job(name: &str) -> JobView {
        let side = |bytes, at: &str, tag: &str| Side {
            size: Some(bytes),
            modified: at.parse().ok(),
            etag: Some(tag.into()),
        };
        JobView {
            id: JobId(7),
            batch: BatchId(1),
            direction: Direction::Up,
            kind: Kind::Copy,
            from: crate::model::Location::Local(format!("/home/ada/inbox/{name}").into()),
            to: object("photos-prod", &format!("2026/raw/{name}")),
            phase: Phase::Asking(Box::new(Conflict {
                ours: side(2048, "2026-04-06T12:20:00Z", "7b21aa50cdef0123"),
                theirs: Side {
                    etag: None,
                    ..side(1126, "2026-04-02T17:40:00Z", "")
                },
                free_name: "notes (2).txt".into(),
            })),
            moved: 0,
            size: Some(2048),
            parts: (0, 0),
            speed: 0,
            left: None,
            means: crate::engine::Means::Direct,
            hitch: None,
        }
    }

    fn dialog() -> ConflictDialog {
        ConflictDialog::new(&job("notes.txt"), 14).unwrap()
    }

    #[test]
    fn letters_answer_one_and_capitals_all() {
        for (script, want) in [
            ("o", "Order(Decide(JobId(7), Overwrite))"),
            ("k", "Order(Decide(JobId(7), KeepBoth))"),
            ("s", "Order(Decide(JobId(7), Skip))"),
            ("n", "Order(Decide(JobId(7), Newer))"),
            ("O", "Order(DecideAll(Overwrite))"),
            ("K", "Order(DecideAll(KeepBoth))"),
            ("S", "Order(DecideAll(Skip))"),
            ("N", "Order(DecideAll(Newer))"),
        ] {
            let (wants, closed) = press(&mut dialog(), script);
            assert!(closed);
            assert_eq!(
                format!("{wants:?}"),
                format!("[Effect({want})]"),
                "{script}"
            );
        }
    }

    #[test]
    fn escape_decides_later_and_other_keys_do_nothing() {
        let (wants, closed) = press(&mut dialog(), "x<Enter><Tab>");
        assert!(wants.is_empty() && !closed);
        let (wants, closed) = press(&mut dialog(), "<Esc>");
        assert!(wants.is_empty() && closed);
    }

    #[test]
    fn a_job_that_does_not_ask_has_no_dialog() {
        let waiting = JobView {
            phase: Phase::Waiting,
            ..job("x")
        };
        assert!(ConflictDialog::new(&waiting, 0).is_none());
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("conflict_80x24", screen(&dialog(), 80, 22));
        let wide = ConflictDialog::new(&job("日本語の\u{1b}ノート.txt"), 1).unwrap();
        insta::assert_snapshot!("conflict_wide_name_120x40", screen(&wide, 120, 38));
        insta::assert_snapshot!("conflict_40x12", screen(&dialog(), 40, 11));
    }
}
