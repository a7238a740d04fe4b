//! Links for others: how long, for what, the link itself, and whether it works.
//!
//! Signing is asked for whenever something changes; the newest answer counts. Invariant: the link
//! that is shown, copied or tested is always the one that the choices on the screen describe, and
//! it is a secret: it never reaches a message, a log or a Debug text.

mod choices;
mod ending;
#[cfg(test)]
mod tests;
mod words;

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::Focus;
use super::qr::QrView;
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, clip, hints, leaves, plain_letter};
use crate::engine::{Link, LinkMethod, SignedLink};
use crate::model::{Account, Location, Trouble, date, shown};
use crate::tui::field::Typed;
use crate::tui::msg::{Ask, Cx, Effect, Reply, Ticket, Tone, Want};
use crate::tui::paint::break_at;
use crate::tui::selection::Selection;
use crate::tui::theme::{Look, Role};
use choices::{Choices, Part};

/// The tag of the rows that show the link.
const LINK: usize = usize::MAX;

/// The share dialog.
#[derive(Debug)]
pub struct ShareDialog {
    account: Account,
    objects: Vec<Location>,
    title: String,
    choices: Choices,
    waiting: Option<Ticket>,
    signed: Vec<SignedLink>,
    wrong: Option<String>,
    /// Whether something was pasted since the links were asked for.
    stale: bool,
    lifetime: Lifetime,
    test: Test,
}

/// How long keys last that links are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// Longer than any link.
    #[default]
    Full,
    /// They end at some time, and the links with them.
    Temporary,
    /// They end then, and the links with them.
    Until(Timestamp),
}

/// What is known about whether the link works.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    None,
    Running(Ticket),
    Works(u16),
    Fails(Box<Trouble>),
}

impl ShareDialog {
    /// A dialog about these objects, and what it wants first: their links for an hour.
    ///
    /// # Errors
    /// When something else than objects of one account is among them, in words for people.
    pub fn new(items: &Selection, cx: &mut Cx<'_>) -> Result<(Self, Vec<Want>), String> {
        let few = items.few().unwrap_or_default().iter();
        let objects: Vec<Location> = few.map(|i| i.location.clone()).collect();
        let account = match objects.first() {
            Some(Location::Object { account, .. }) => account.clone(),
            _ => {
                return Err("Links work for single objects · mark some, or open the folder".into());
            }
        };
        let fits = |l: &Location| matches!(l, Location::Object { account: a, .. } if *a == account);
        if !objects.iter().all(fits) {
            return Err("Links work for single objects of one account.".into());
        }
        let name = objects.first().map(Location::name).unwrap_or_default();
        let mut dialog = Self {
            account,
            objects,
            title: format!("Share  {}", super::copy::what(items)),
            choices: Choices::new(&name),
            waiting: None,
            signed: Vec::new(),
            wrong: None,
            stale: false,
            lifetime: Lifetime::Full,
            test: Test::None,
        };
        let wants = dialog.sign(cx);
        Ok((dialog, wants))
    }

    /// With what is known of the keys.
    #[must_use]
    pub fn signed_with(self, lifetime: Lifetime) -> Self {
        Self { lifetime, ..self }
    }

    /// Asks for the links that the choices describe; those before are forgotten.
    fn sign(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        let forget = |ticket| Want::Effect(Effect::Forget(ticket));
        let mut wants: Vec<Want> = self.waiting.take().map(forget).into_iter().collect();
        if let Test::Running(ticket) = self.test {
            wants.push(forget(ticket));
        }
        self.signed.clear();
        self.test = Test::None;
        self.wrong = None;
        match self.choices.validity() {
            Err(wrong) => self.wrong = Some(wrong),
            Ok(expires) => {
                let links = self.wanted(expires);
                let ticket = cx.tickets.issue();
                self.waiting = Some(ticket);
                wants.push(Want::Effect(Effect::Ask(
                    ticket,
                    Ask::Links(self.account.clone(), links),
                )));
            }
        }
        wants
    }

    fn wanted(&self, expires: std::time::Duration) -> Vec<Link> {
        let link = |location: &Location| match location {
            Location::Object { bucket, key, .. } => Some(Link {
                method: self.choices.method(),
                bucket: bucket.clone(),
                key: key.clone(),
                expires,
                content_type: self.choices.content_type(),
                attachment: self.choices.attachment(key.name(), self.objects.len()),
            }),
            Location::Under { .. } | Location::Local(_) => None,
        };
        self.objects.iter().filter_map(link).collect()
    }

    fn sheet(&self, screen: Rect, zone: &TimeZone) -> Sheet {
        let least = 18.min(screen.height);
        let mut sheet = Sheet::new(screen, 72, &self.title).at_least(least);
        sheet.blank();
        self.choices.write(&mut sheet);
        sheet.blank();
        if self.choices.is_open() {
            sheet.say("Type how long the link shall work.", 0, Role::Dim);
        } else if let Some(wrong) = &self.wrong {
            sheet.warn(wrong, Role::Danger);
        } else if let Some(first) = self.signed.first() {
            for part in break_at(shown(&first.url).as_str(), sheet.cells()) {
                sheet.push(Row::Soft(Line::of(part, Role::Link).tagged(LINK)));
            }
            if let Some(more @ 1..) = self.signed.len().checked_sub(1) {
                sheet.say(
                    &format!("and {more} more: y copies them all, one a line"),
                    0,
                    Role::Dim,
                );
            }
        } else {
            sheet.say("signing …", 0, Role::Dim);
        }
        sheet.blank();
        if let Some(early) = self.signed.first().and_then(|link| self.early(link, zone)) {
            sheet.warn(&early, Role::Warning);
        }
        if self.choices.method() == LinkMethod::Put {
            sheet.say(self.choices.uploader(), 0, Role::Dim);
        }
        match &self.test {
            Test::None => {}
            Test::Running(_) => {
                sheet.say("testing: one byte, without keys …", 0, Role::Dim);
            }
            Test::Works(status) => {
                sheet.say(
                    &format!("✓ it works ({status}): tried with one byte, without keys"),
                    0,
                    Role::Good,
                );
            }
            Test::Fails(trouble) => {
                sheet.say(
                    &format!("✗ {}: {}", trouble.code, trouble.why),
                    0,
                    Role::Danger,
                );
            }
        }
        sheet.line(acts(sheet.cells()));
        sheet
    }

    fn act(&mut self, letter: char, cx: &mut Cx<'_>) -> Vec<Want> {
        let Some(first) = self.signed.first() else {
            return Vec::new();
        };
        let every =
            |f: fn(&SignedLink) -> String| self.signed.iter().map(f).collect::<Vec<_>>().join("\n");
        let handed = Want::Handed(self.signed.clone());
        match letter {
            'y' => vec![handed, clip("Link", every(|s| s.url.clone()))],
            'c' => vec![handed, clip("curl line", every(words::curl))],
            'w' => vec![handed, clip("wget line", every(words::wget))],
            'Q' => {
                let name = shown(first.link.key.name());
                let code = QrView::new(name.as_str(), &first.url);
                vec![handed, Want::Open(Box::new(code))]
            }
            't' => {
                let both = format!("{}\n\n{}", every(|s| s.url.clone()), every(words::curl));
                vec![Want::Effect(Effect::PlainText(both))]
            }
            'T' if first.link.method == LinkMethod::Put => {
                let why = "An upload link can only be tested by uploading: use the curl line (c)";
                vec![Want::Say(Tone::Warning, why.into())]
            }
            'T' => {
                let ticket = cx.tickets.issue();
                let ask = Ask::TestLink(self.account.clone(), first.clone());
                self.test = Test::Running(ticket);
                vec![Want::Effect(Effect::Ask(ticket, ask))]
            }
            _ => Vec::new(),
        }
    }

    fn forget(&self) -> Vec<Want> {
        let test = match self.test {
            Test::Running(ticket) => Some(ticket),
            Test::None | Test::Works(_) | Test::Fails(_) => None,
        };
        let both = self.waiting.into_iter().chain(test);
        both.map(|t| Want::Effect(Effect::Forget(t))).collect()
    }
}

fn acts(cells: usize) -> Line {
    let (words, gap) = if cells > 50 {
        (
            ["copy", "plain text", "curl", "wget", "QR code", "test"],
            "   ",
        )
    } else {
        (["copy", "text", "curl", "", "QR", ""], "  ")
    };
    let keys = ["y", "t", "c", "w", "Q", "T"].into_iter().zip(words);
    let keys = keys.filter(|(_, word)| !word.is_empty());
    keys.fold(Line::default(), |line, (key, word)| {
        line.and(key, Role::Key)
            .and(format!(" {word}{gap}"), Role::Dim)
    })
}

impl Overlay for ShareDialog {
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::Close(self.forget());
        }
        match key.code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Enter => self.choices.walk(1),
            KeyCode::BackTab | KeyCode::Up => self.choices.walk(-1),
            _ if self.choices.turn(key) => return Step::Stay(self.sign(cx)),
            _ => {
                if let Some(field) = self.choices.field_mut() {
                    if field.key(key) == Typed::Changed {
                        return Step::Stay(self.sign(cx));
                    }
                    return Step::stay();
                }
                return match plain_letter(key) {
                    Some('q') => Step::Close(self.forget()),
                    Some(letter) => Step::Stay(self.act(letter, cx)),
                    None => Step::stay(),
                };
            }
        }
        if std::mem::take(&mut self.stale) {
            return Step::Stay(self.sign(cx));
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event).map(|at| self.sheet(screen, &TimeZone::UTC).hit(at)) {
            Some(Hit::Outside) => Step::Close(self.forget()),
            _ => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        if let Some(field) = self.choices.field_mut() {
            field.paste(text);
            // A paste has no tickets to ask with: what was signed no longer holds, and the next
            // key, Tab for example, asks again.
            self.signed.clear();
            self.stale = true;
            self.wrong = Some("Tab signs the link with what was pasted.".into());
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        match (reply, &self.test) {
            (Reply::Links(answer), _) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match answer {
                    Ok(signed) => self.signed.clone_from(signed),
                    Err(trouble) => self.wrong = Some(format!("{trouble}. {}", trouble.fix)),
                }
                Step::stay()
            }
            (Reply::LinkTested(answer), Test::Running(own)) if *own == ticket => {
                self.test = match answer {
                    Ok(status) => Test::Works(*status),
                    Err(trouble) => Test::Fails(Box::new(trouble.clone())),
                };
                Step::stay()
            }
            _ => Step::Pass,
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let foot = match self.signed.first() {
            Some(first) => format!("expires {} · Esc", date(self.end_of(first), look.zone)),
            None => "Esc".into(),
        };
        self.sheet(screen, look.zone).foot(foot).view(buf, look);
    }

    fn links(&self, screen: Rect) -> Vec<(Rect, String)> {
        let area = self.sheet(screen, &TimeZone::UTC).area_of(LINK);
        let first = self.signed.first().map(|link| link.url.clone());
        area.zip(first).into_iter().collect()
    }

    fn hints(&self) -> Vec<(String, String)> {
        if self.choices.part() == Part::Text {
            return hints(&[("Tab", "next"), ("Esc", "close")]);
        }
        hints(&[
            ("←→", "change"),
            ("Tab", "next"),
            ("y", "copy"),
            ("t", "plain text"),
            ("c", "curl"),
            ("w", "wget"),
            ("Q", "QR"),
            ("T", "test"),
            ("Esc", "close"),
        ])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen, &TimeZone::UTC).caret()
    }
}
