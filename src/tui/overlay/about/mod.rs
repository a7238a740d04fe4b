//! All that is known about one object or file: head, metadata, what its ETag says, every header,
//! tags and versions.
//!
//! Invariant: values are shown as the server wrote them, escaped; copying one copies it raw.

mod facts;

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet::Hit;
use super::versions::VersionsView;
use super::{Line, Overlay, Sheet, Step, clicked, clip, hints, leaves, plain_letter, wheel};
use crate::engine::{About, Extras};
use crate::model::{Location, Trouble, cut_middle, shown, width};
use crate::tui::msg::{Ask, Cx, Effect, Reply, Ticket, Tone, Want};
use crate::tui::theme::{Look, Role};

/// Facts about one thing.
#[derive(Debug)]
pub struct InfoView {
    title: String,
    location: Location,
    waiting: Option<Ticket>,
    known: Known,
    /// Tags and versions, which are asked for beside the head.
    asked: Option<Ticket>,
    extras: Option<Box<Extras>>,
    at: usize,
}

#[derive(Debug)]
enum Known {
    Nothing,
    About(Box<About>),
    Trouble(Box<Trouble>),
}

/// A name, and the value as it is copied and (escaped) shown.
type Fact = (String, String);

impl InfoView {
    /// A view of one thing, and what it wants first: what is known about it.
    pub fn new(location: Location, cx: &mut Cx<'_>) -> (Self, Vec<Want>) {
        let ticket = cx.tickets.issue();
        let ask = Want::Effect(Effect::Ask(ticket, Ask::About(location.clone())));
        let mut wants = vec![ask];
        let object = matches!(location, Location::Object { .. });
        let asked = object.then(|| cx.tickets.issue());
        wants.extend(
            asked.map(|ticket| Want::Effect(Effect::Ask(ticket, Ask::Extras(location.clone())))),
        );
        let title = format!("Info  {}", shown(&location.name()));
        let view = Self {
            title,
            location,
            waiting: Some(ticket),
            known: Known::Nothing,
            asked,
            extras: None,
            at: 0,
        };
        (view, wants)
    }

    fn facts(&self, zone: &TimeZone) -> Vec<Fact> {
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let mut facts = vec![fact("Address", self.location.to_string())];
        match &self.known {
            Known::Nothing | Known::Trouble(_) => {}
            Known::About(about) => match &**about {
                About::Object(head) => facts.extend(facts::of_object(head, zone)),
                About::File(entry) => facts.extend(facts::of_file(entry, zone)),
            },
        }
        if let Some(extras) = &self.extras {
            facts.extend(facts::of_extras(extras));
        }
        facts
    }

    fn forget(&self) -> Vec<Want> {
        let both = self.waiting.into_iter().chain(self.asked);
        both.map(|t| Want::Effect(Effect::Forget(t))).collect()
    }

    fn describe(&self) -> Step {
        match &self.known {
            Known::About(about) => match &**about {
                About::Object(head) => {
                    let mut wants = self.forget();
                    let head = Box::new(head.clone());
                    wants.push(Want::Describe(self.location.clone(), head));
                    Step::Close(wants)
                }
                About::File(_) => not_here("Files have no metadata"),
            },
            Known::Nothing | Known::Trouble(_) => not_here("Its metadata are not known yet"),
        }
    }

    fn tag(&self) -> Step {
        match self.extras.as_ref().map(|extras| &extras.tags) {
            Some(Ok(tags)) => {
                let mut wants = self.forget();
                wants.push(Want::Tag(self.location.clone(), tags.clone()));
                Step::Close(wants)
            }
            Some(Err(trouble)) => not_here(&format!("No tags here: {}", trouble.why)),
            None => not_here("Its tags are not known yet"),
        }
    }

    fn versions(&self) -> Step {
        match self.extras.as_ref().map(|extras| &extras.versions) {
            Some(Ok(Some(all))) => {
                let view = VersionsView::new(self.location.clone(), all.clone());
                Step::Stay(vec![Want::Open(Box::new(view))])
            }
            Some(Ok(None)) => not_here("This bucket keeps no versions"),
            Some(Err(trouble)) => not_here(&format!("Versions: {}", trouble.why)),
            None => not_here("Its versions are not known yet"),
        }
    }

    fn go(&mut self, by: isize) {
        let last = self.facts(&TimeZone::UTC).len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    fn sheet(&self, screen: Rect, zone: &TimeZone) -> Sheet {
        let facts = self.facts(zone);
        let room = usize::from(screen.height.saturating_sub(6)).max(3);
        let foot = match facts.len() {
            n if n > room => format!("{} of {n} · Esc", self.at + 1),
            _ if matches!(self.location, Location::Object { .. }) => {
                "c copy · e metadata · t tags · v versions · Esc".into()
            }
            _ => "c copy value · Esc".into(),
        };
        let mut sheet = Sheet::new(screen, 72, &self.title).foot(foot);
        sheet.blank();
        let names = facts
            .iter()
            .map(|(n, _)| width(n))
            .max()
            .unwrap_or(0)
            .min(24)
            .min(sheet.cells() / 3);
        let cells = sheet.cells().saturating_sub(names + 2);
        let first = (self.at + 1).saturating_sub(room);
        for (tag, (name, value)) in facts.iter().enumerate().skip(first).take(room) {
            let name = cut_middle(shown(name).as_str(), names);
            let gap = " ".repeat(names.saturating_sub(width(&name)) + 2);
            let value = cut_middle(shown(value).as_str(), cells);
            let line = Line::of(format!("{name}{gap}"), Role::Dim).and(value, Role::Text);
            sheet.line(line.tagged(tag).at(self.at));
        }
        match &self.known {
            Known::Nothing => {
                sheet.say("asking …", 0, Role::Dim);
            }
            // Nothing failed: a prefix is no thing of its own.
            Known::Trouble(trouble) if trouble.code.as_str() == "NoMarker" => {
                let said = facts::of_prefix(&self.location);
                sheet.blank().say(said, 0, Role::Dim);
            }
            Known::Trouble(trouble) => {
                sheet.blank().say(&format!("✗ {trouble}"), 0, Role::Danger);
                sheet.say(trouble.fix.as_str(), 2, Role::Dim);
            }
            Known::About(_) => {}
        }
        sheet.blank();
        sheet
    }
}

/// Why a key does nothing.
fn not_here(why: &str) -> Step {
    Step::Stay(vec![Want::Say(Tone::Info, why.into())])
}

impl Overlay for InfoView {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        let letter = plain_letter(key);
        if leaves(key) || matches!(letter, Some('q' | 'i')) {
            return Step::Close(self.forget());
        }
        match key.code {
            KeyCode::Down => self.go(1),
            KeyCode::Up => self.go(-1),
            KeyCode::PageDown => self.go(10),
            KeyCode::PageUp => self.go(-10),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.go(isize::MAX),
            _ => match letter {
                Some('j') => self.go(1),
                Some('k') => self.go(-1),
                Some('g') => self.at = 0,
                Some('G') => self.go(isize::MAX),
                Some('e') => return self.describe(),
                Some('t') => return self.tag(),
                Some('v') => return self.versions(),
                Some('c' | 'y') => {
                    let facts = self.facts(&TimeZone::UTC);
                    let Some((name, value)) = facts.into_iter().nth(self.at) else {
                        return Step::stay();
                    };
                    return Step::Stay(vec![clip(shown(name.trim()).as_str(), value)]);
                }
                _ => {}
            },
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            self.go(rows);
        }
        match clicked(event).map(|at| self.sheet(screen, &TimeZone::UTC).hit(at)) {
            Some(Hit::Line(tag)) => {
                self.at = tag;
                Step::stay()
            }
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        if let (Reply::Extras(extras), true) = (reply, self.asked == Some(ticket)) {
            self.asked = None;
            self.extras = Some(extras.clone());
            return Step::stay();
        }
        let Reply::About(answer) = reply else {
            return Step::Pass;
        };
        if self.waiting != Some(ticket) {
            return Step::Pass;
        }
        self.waiting = None;
        self.known = match answer {
            Ok(about) => Known::About(Box::new(about.clone())),
            Err(trouble) => Known::Trouble(Box::new(trouble.clone())),
        };
        Step::stay()
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen, look.zone).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        let mut out = hints(&[("j k", "move"), ("c", "copy value")]);
        if matches!(self.location, Location::Object { .. }) {
            out.extend(hints(&[
                ("e", "edit metadata"),
                ("t", "edit tags"),
                ("v", "versions"),
            ]));
        }
        out.extend(hints(&[("Esc", "close")]));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::facts::{bytes, meaning};
    use super::*;
    use crate::engine::{Snapshot, Version, VersionKind};
    use crate::model::{ETag, Key, ObjectHead, ObjectMeta};
    use crate::tui::msg::Tickets;
    use crate::tui::overlay::testing::{object, press, screen, wall, with_cx};

    fn head() -> ObjectHead {
        let text = |n: &str, v: &str| (n.into(), v.into());
        ObjectHead {
            meta: ObjectMeta {
                key: Key::new("2026/raw/写真.CR3").unwrap(),
                size: Some(25_795_072),
                modified: Some(wall()),
                etag: ETag::new("\"d41d8cd98f00b204e9800998ecf8427e-4\""),
                class: Some("STANDARD".into()),
            },
            content_type: Some("image/x-canon-cr3".into()),
            metadata: vec![text("camera", "EOS R5\u{1b}[31m II")],
            headers: vec![
                text("cache-control", "no-cache"),
                text("x-amz-version-id", "null"),
            ],
        }
    }

    fn extras() -> Extras {
        let version = |id: &str, latest, kind| Version {
            id: id.into(),
            kind,
            latest,
            modified: Some(wall()),
        };
        let text = |n: &str, v: &str| (n.into(), v.into());
        Extras {
            tags: Ok(vec![text("project", "spring"), text("client", "acme")]),
            versions: Ok(Some(vec![
                version("3", true, VersionKind::Content(Some(25_795_072), None)),
                version("2", false, VersionKind::Deletion),
                version("1", false, VersionKind::Content(Some(2048), None)),
            ])),
        }
    }

    fn view(reply: &Reply) -> InfoView {
        let queue = Snapshot::default();
        let mut tickets = Tickets::default();
        with_cx(&mut tickets, &queue, |cx| {
            let at = object("photos-prod", "2026/raw/写真.CR3");
            let (mut view, wants) = InfoView::new(at, cx);
            assert_eq!(wants.len(), 2);
            let ticket = view.waiting.unwrap();
            assert!(matches!(view.reply(Ticket(99), reply, cx), Step::Pass));
            assert!(matches!(view.reply(ticket, reply, cx), Step::Stay(_)));
            if matches!(reply, Reply::About(Ok(_))) {
                let asked = view.asked.unwrap();
                view.reply(asked, &Reply::Extras(Box::new(extras())), cx);
            }
            view
        })
    }

    #[test]
    fn values_are_copied_raw() {
        let mut view = view(&Reply::About(Ok(About::Object(head()))));
        let (wants, _) = press(&mut view, "jc");
        assert!(
            format!("{wants:?}").contains("25,795,072 B (24.6 MiB)"),
            "{wants:?}"
        );
        let (wants, _) = press(&mut view, "jjjjjjc");
        assert!(
            format!("{wants:?}").contains("EOS R5\\u{1b}[31m II"),
            "{wants:?}"
        );
        press(&mut view, "G<Down>");
        assert_eq!(view.at, view.facts(&TimeZone::UTC).len() - 1);
        assert!(press(&mut view, "i").1);
    }

    #[test]
    fn numbers_and_tags_are_explained() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1024), "1,024 B (1.0 KiB)");
        let of = |raw| meaning(&ETag::new(raw).unwrap());
        assert!(of("d41d8cd98f00b204e9800998ecf8427e").starts_with("MD5"));
        assert!(of("d41d8cd98f00b204e9800998ecf8427e-3").ends_with("3 parts"));
        assert_eq!(of("xyz"), "the server's own");
    }

    #[test]
    fn old_versions_are_brought_back_and_tags_are_edited() {
        let mut info = view(&Reply::About(Ok(About::Object(head()))));
        let (wants, closed) = press(&mut info, "v");
        assert!(!closed && matches!(wants.as_slice(), [Want::Open(_)]));
        let Some(Want::Open(mut versions)) = wants.into_iter().next() else {
            return;
        };
        insta::assert_snapshot!("versions_80x24", screen(&*versions, 80, 22));
        let (wants, closed) = press(&mut *versions, "<Enter>");
        assert!(!closed && format!("{wants:?}").contains("current"));
        let (wants, closed) = press(&mut *versions, "j<Enter>");
        assert!(!closed && format!("{wants:?}").contains("deletion"));
        let (wants, closed) = press(&mut *versions, "j<Enter>");
        assert!(closed && matches!(&wants[..], [Want::BringBack(_, id)] if &**id == "1"));
        let (wants, closed) = press(&mut info, "t");
        assert!(closed && matches!(&wants[..], [Want::Tag(_, tags)] if tags.len() == 2));
        let mut info = view(&Reply::About(Ok(About::Object(head()))));
        let (wants, closed) = press(&mut info, "e");
        assert!(closed && matches!(&wants[..], [Want::Describe(..)]));
    }

    #[test]
    fn looks() {
        let info = view(&Reply::About(Ok(About::Object(head()))));
        insta::assert_snapshot!("info_80x24", screen(&info, 80, 22));
        insta::assert_snapshot!("info_40x12", screen(&info, 40, 11));
        let trouble = Trouble::new(
            "NoSuchKey",
            "Cannot read it",
            "It is not there any more.",
            "R",
        );
        let gone = view(&Reply::About(Err(trouble)));
        insta::assert_snapshot!("info_gone_80x24", screen(&gone, 80, 22));
    }
}
