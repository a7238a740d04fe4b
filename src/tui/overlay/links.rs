//! The links that this session handed out: names and when they end, to copy one again.
//!
//! Invariant: a link itself is never drawn here and never outlives the session.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet::Hit;
use super::{Line, Overlay, Sheet, Step, clicked, clip, hints, leaves, plain_letter, wheel};
use crate::engine::{LinkMethod, SignedLink};
use crate::model::{cut_middle, date, shown};
use crate::tui::msg::Cx;
use crate::tui::theme::{Look, Role};

/// The list of links.
#[derive(Debug)]
pub struct LinksView {
    links: Vec<SignedLink>,
    at: usize,
    now: Timestamp,
}

impl LinksView {
    /// A list, the newest first, at this moment.
    #[must_use]
    pub fn new(links: Vec<SignedLink>, now: Timestamp) -> Self {
        Self { links, at: 0, now }
    }

    fn sheet(&self, screen: Rect, look: Option<&Look<'_>>) -> Sheet {
        let mut sheet = Sheet::new(screen, 76, "Links handed out").foot("gone when you quit · Esc");
        sheet.blank();
        if self.links.is_empty() {
            sheet.say("None yet: s copies a link, S chooses more.", 0, Role::Text);
        }
        let room = usize::from(screen.height.saturating_sub(6)).max(2);
        let first = (self.at + 1).saturating_sub(room);
        for (tag, one) in self.links.iter().enumerate().skip(first).take(room) {
            let over = one.expires_at <= self.now;
            let ends = match look {
                _ if over => "has ended".into(),
                Some(look) => format!("until {}", date(one.expires_at, look.zone)),
                None => String::new(),
            };
            let (way, role) = match (one.link.method, over) {
                (_, true) => ("·", Role::Dim),
                (LinkMethod::Get, false) => ("↓", Role::Text),
                (LinkMethod::Put, false) => ("↑", Role::Text),
            };
            let cells = sheet.cells().saturating_sub(30);
            let name = cut_middle(shown(one.link.key.name()).as_str(), cells);
            let line = Line::of(format!("  {way} {name}"), role).right(ends, Role::Dim);
            sheet.line(line.tagged(tag).at(self.at));
        }
        sheet.blank();
        sheet
    }

    fn go(&mut self, by: isize) -> Step {
        let last = self.links.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
        Step::stay()
    }

    fn take(&self) -> Step {
        match self.links.get(self.at) {
            Some(one) => Step::Stay(vec![clip("Link", one.url.clone())]),
            None => Step::close(),
        }
    }
}

impl Overlay for LinksView {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        match (key.code, plain_letter(key)) {
            (KeyCode::Down, _) | (_, Some('j')) => self.go(1),
            (KeyCode::Up, _) | (_, Some('k')) => self.go(-1),
            (KeyCode::Enter, _) | (_, Some('y' | 'c')) => self.take(),
            (_, Some('q')) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            return self.go(rows.signum());
        }
        match clicked(event).map(|at| self.sheet(screen, None).hit(at)) {
            Some(Hit::Line(tag)) if tag == self.at => self.take(),
            Some(Hit::Line(tag)) => {
                self.at = tag;
                Step::stay()
            }
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen, Some(look)).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("↑↓", "move"), ("Enter", "copy again"), ("Esc", "close")])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::Link;
    use crate::model::{BucketName, Key};
    use crate::tui::overlay::testing::{press, screen, wall};

    fn view() -> LinksView {
        let link = |key: &str, hours: i64| SignedLink {
            url: format!("https://secret/{key}"),
            link: Link {
                method: LinkMethod::Get,
                bucket: BucketName::new("photos").unwrap(),
                key: Key::new(key).unwrap(),
                expires: Duration::from_hours(1),
                content_type: None,
                attachment: None,
            },
            expires_at: wall() + jiff::SignedDuration::from_hours(hours),
        };
        LinksView::new(vec![link("a/b.txt", 1), link("old.tif", -2)], wall())
    }

    #[test]
    fn names_and_ends_are_shown_and_the_link_is_not() {
        let text = screen(&view(), 80, 22);
        assert!(!text.contains("secret"), "{text}");
        insta::assert_snapshot!("links_80x24", text);
        let (wants, _) = press(&mut view(), "<Enter>");
        assert!(format!("{wants:?}").contains("secret/a/b.txt"), "{wants:?}");
    }
}
