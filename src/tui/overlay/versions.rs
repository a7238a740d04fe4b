//! The versions of one object, the current one first, and bringing an old one back.
//!
//! Invariant: nothing is deleted from here: what is current becomes an old version.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, hints, leaves, plain_letter, wheel};
use crate::engine::{Version, VersionKind};
use crate::model::{Location, cut_end, date, shown, size};
use crate::tui::msg::{Cx, Tone, Want};
use crate::tui::theme::{Look, Role};

/// Cells of a version's name: enough to tell those of one minute apart.
const ID: usize = 12;

/// The versions of an object.
#[derive(Debug)]
pub(super) struct VersionsView {
    title: String,
    location: Location,
    all: Vec<Version>,
    at: usize,
}

impl VersionsView {
    /// A view of these versions.
    #[must_use]
    pub(super) fn new(location: Location, all: Vec<Version>) -> Self {
        Self {
            title: format!("Versions  {}", shown(&location.name())),
            location,
            all,
            at: 0,
        }
    }

    fn go(&mut self, by: isize) {
        let last = self.all.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// Makes the version under the cursor the current one.
    fn bring_back(&self) -> Step {
        let Some(version) = self.all.get(self.at) else {
            return Step::stay();
        };
        let why = match &version.kind {
            VersionKind::Content(..) if !version.latest => {
                let want = Want::BringBack(self.location.clone(), version.id.clone());
                return Step::Close(vec![want]);
            }
            VersionKind::Content(..) => "This is the current version",
            VersionKind::Deletion => "This is a deletion: choose the version before it",
        };
        Step::Stay(vec![Want::Say(Tone::Info, why.into())])
    }

    fn sheet(&self, screen: Rect, zone: &TimeZone, mark: &str) -> Sheet {
        let room = usize::from(screen.height.saturating_sub(6)).max(3);
        let foot = format!("{} of {} · Esc", self.at + 1, self.all.len());
        let mut sheet = Sheet::new(screen, 64, &self.title).foot(foot);
        sheet.blank();
        let first = (self.at + 1).saturating_sub(room);
        for (tag, version) in self.all.iter().enumerate().skip(first).take(room) {
            let when = version.modified.map(|at| date(at, zone));
            let when = when.unwrap_or_else(|| "at some time".into());
            let (what, role) = match &version.kind {
                VersionKind::Content(bytes, _) => (bytes.map(size).unwrap_or_default(), Role::Text),
                VersionKind::Deletion => ("deleted".into(), Role::Danger),
            };
            let now = if version.latest { "current" } else { "" };
            let mark = if version.latest { mark } else { " " };
            let line = Line::of(format!("{mark} "), Role::Good)
                .and(format!("{when:<18}"), Role::Text)
                .and(format!("{what:>10}   "), role)
                .and(now, Role::Good)
                .right(cut_end(shown(&version.id).as_str(), ID), Role::Dim);
            sheet.line(line.tagged(tag).at(self.at));
        }
        sheet.blank();
        sheet
    }
}

impl Overlay for VersionsView {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) || matches!(plain_letter(key), Some('q' | 'v')) {
            return Step::close();
        }
        match (key.code, plain_letter(key)) {
            (KeyCode::Down, _) | (_, Some('j')) => self.go(1),
            (KeyCode::Up, _) | (_, Some('k')) => self.go(-1),
            (KeyCode::PageDown, _) => self.go(10),
            (KeyCode::PageUp, _) => self.go(-10),
            (KeyCode::Home, _) | (_, Some('g')) => self.at = 0,
            (KeyCode::End, _) | (_, Some('G')) => self.go(isize::MAX),
            (KeyCode::Enter, _) | (_, Some('r')) => return self.bring_back(),
            _ => {}
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            self.go(rows);
        }
        let sheet = self.sheet(screen, &TimeZone::UTC, " ");
        match clicked(event).map(|at| sheet.hit(at)) {
            Some(Hit::Line(tag)) => self.at = tag,
            Some(Hit::Outside) => return Step::close(),
            _ => {}
        }
        Step::stay()
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen, look.zone, look.glyphs.mark)
            .view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("j k", "move"),
            ("Enter", "make it current again"),
            ("Esc", "back"),
        ])
    }
}
