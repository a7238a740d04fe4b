//! Find below here: names as they come in, matched while one types.
//!
//! Knows the place that it searches and what it was told. Invariant: what is not scanned yet is
//! said, and the list never changes under the cursor but by typing.

mod matching;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use matching::{base, cost, words};

use super::buttons::Focus;
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, hints, is_ctrl, leaves, wheel};
use crate::engine::Finding;
use crate::model::{Location, Place, Trouble, cut_middle, shown, shown_name, size};
use crate::tui::action::Action;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Ask, Cx, Effect, Item, ItemKind, Reply, Ticket, Tone, Want};
use crate::tui::pane::browser::thousands;
use crate::tui::selection::FEW;
use crate::tui::theme::{Look, Role};

/// Most names that are searched here: so many take less than a key may. Of more, rows are made: those
/// are filtered away from the keys.
const MOST: usize = 20_000;

/// Rows of the sheet that are not the list: border, field, rule, hint, border.
const AROUND: u16 = 5;

/// One name with what it is matched by.
#[derive(Debug)]
struct Known {
    finding: Finding,
    /// The path below the place.
    below: Box<str>,
    /// The same in small letters.
    small: Box<str>,
}

/// The search.
#[derive(Debug)]
pub struct FindDialog {
    title: String,
    /// Below which place it searches, if below one.
    place: Option<Place>,
    base: String,
    field: Field,
    ticket: Option<Ticket>,
    known: Vec<Known>,
    /// What the search ended with; none while it runs.
    end: Option<Result<(), Box<Trouble>>>,
    full: bool,
    hits: Vec<usize>,
    marked: BTreeSet<usize>,
    at: usize,
}

impl FindDialog {
    /// A search below a place, and what it wants first: everything below it.
    pub fn new(place: Place, address: &str, cx: &mut Cx<'_>) -> (Self, Vec<Want>) {
        let title = format!("Find under {}", shown(address));
        let (mut dialog, wants) = Self::with(base(&place), title, Ask::Find(place.clone()), cx);
        dialog.place = Some(place).filter(|p| matches!(p, Place::Prefix(..) | Place::Folder(_)));
        (dialog, wants)
    }

    /// A search with a title, in what a question finds; names are shown without their base.
    pub fn with(base: String, title: String, ask: Ask, cx: &mut Cx<'_>) -> (Self, Vec<Want>) {
        let ticket = cx.tickets.issue();
        let dialog = Self {
            title,
            place: None,
            base,
            field: Field::default(),
            ticket: Some(ticket),
            known: Vec::new(),
            end: None,
            full: false,
            hits: Vec::new(),
            marked: BTreeSet::new(),
            at: 0,
        };
        (dialog, vec![Want::Effect(Effect::Ask(ticket, ask))])
    }

    fn learn(&mut self, found: &[Finding]) {
        let from = self.known.len();
        for finding in found {
            if self.known.len() >= MOST {
                self.full = true;
                break;
            }
            let all = finding.location.to_string();
            let below = all.strip_prefix(&self.base).unwrap_or(&all);
            self.known.push(Known {
                finding: finding.clone(),
                below: below.into(),
                small: below.to_lowercase().into(),
            });
        }
        // New hits come behind the old ones, so that the cursor stays on its name.
        let words = words(self.field.text());
        let more = (from..self.known.len()).filter(|at| self.cost(*at, &words).is_some());
        let more: Vec<usize> = more.collect();
        self.hits.extend(more);
    }

    fn cost(&self, at: usize, words: &[String]) -> Option<usize> {
        let known = &self.known[at];
        cost(&known.below, &known.small, words)
    }

    fn search(&mut self) {
        let words = words(self.field.text());
        let cost = |at: usize| Some((self.cost(at, &words)?, at));
        let mut hits: Vec<(usize, usize)> = (0..self.known.len()).filter_map(cost).collect();
        if !words.is_empty() {
            hits.sort_unstable();
        }
        self.hits = hits.into_iter().map(|(_, at)| at).collect();
        self.at = 0;
    }

    fn item(&self, hit: usize) -> Option<Item> {
        let known = self.known.get(hit)?;
        let location = known.finding.location.clone();
        Some(Item {
            kind: match location {
                Location::Local(_) => ItemKind::File,
                Location::Object { .. } | Location::Under { .. } => ItemKind::Object,
            },
            name: shown_name(&location.name()),
            location,
            size: known.finding.size,
        })
    }

    /// What was marked, else the hit under the cursor.
    fn items(&self) -> Vec<Item> {
        if self.marked.is_empty() {
            let here = self.hits.get(self.at).and_then(|hit| self.item(*hit));
            return here.into_iter().collect();
        }
        self.marked
            .iter()
            .filter_map(|hit| self.item(*hit))
            .collect()
    }

    fn go(&mut self, by: isize) -> Step {
        let last = self.hits.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
        Step::stay()
    }

    fn mark(&mut self) -> Step {
        if let Some(hit) = self.hits.get(self.at)
            && !self.marked.remove(hit)
        {
            self.marked.insert(*hit);
        }
        self.go(1)
    }

    /// Marks all hits, or none if all are.
    fn mark_all(&mut self) -> Step {
        if self.hits.len() > FEW {
            let text = format!(
                "Up to {} are marked here · ^R makes rows of all",
                thousands(FEW)
            );
            return Step::Stay(vec![Want::Say(Tone::Info, text)]);
        }
        let all = self.hits.iter().all(|hit| self.marked.contains(hit));
        for hit in &self.hits {
            if all {
                self.marked.remove(hit);
            } else {
                self.marked.insert(*hit);
            }
        }
        Step::stay()
    }

    fn type_key(&mut self, key: KeyEvent) -> Step {
        if self.field.key(key) == Typed::Changed {
            self.search();
        }
        Step::stay()
    }

    fn acting(&self, action: Action) -> Want {
        Want::With(self.items().into(), action)
    }

    fn forget(&self) -> Vec<Want> {
        let ticket = self.ticket.map(|t| Want::Effect(Effect::Forget(t)));
        ticket.into_iter().collect()
    }

    fn close(&self, more: Want) -> Step {
        let mut wants = self.forget();
        wants.push(more);
        Step::Close(wants)
    }

    fn reveal(&self, at: usize) -> Step {
        match self.hits.get(at).map(|hit| &self.known[*hit].finding) {
            Some(finding) => self.close(Want::Reveal(finding.location.clone())),
            None => Step::stay(),
        }
    }

    /// Makes rows of what it finds, in the pane: for any number, and for all that rows are for.
    fn make_rows(&self) -> Step {
        let Some(place) = self.place.clone() else {
            return Step::stay();
        };
        let words = words(self.field.text());
        let text = match words.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            many => format!("*{}*", many.join("*")),
        };
        self.close(Want::ListBelow(place, text))
    }

    fn foot(&self) -> String {
        let scanned = thousands(self.known.len());
        match &self.end {
            _ if self.full && self.place.is_some() => {
                format!("the first {scanned} names · ^R all as rows · Esc")
            }
            _ if self.full => format!("the first {scanned} names · Esc"),
            None => format!("{scanned} scanned, still listing · Esc"),
            Some(Ok(())) => format!("all {scanned} scanned · Esc"),
            Some(Err(_)) => format!("{scanned} scanned, then it failed · Esc"),
        }
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let height = screen.height.saturating_sub(2).min(24);
        let mut sheet = Sheet::new(screen, 90, &self.title)
            .foot(self.foot())
            .at_least(height);
        let matches = match (self.hits.len(), self.marked.len()) {
            (hits, 0) => format!(
                "{} match{}",
                thousands(hits),
                if hits == 1 { "" } else { "es" }
            ),
            (hits, marked) => format!("{} of {}", thousands(marked), thousands(hits)),
        };
        sheet.noted_field(("› ", &matches), &self.field, Focus::Here);
        sheet.push(Row::Rule);
        let room = usize::from(height.saturating_sub(AROUND)).max(1);
        let first = (self.at + 1).saturating_sub(room);
        for (tag, hit) in self.hits.iter().enumerate().skip(first).take(room) {
            let known = &self.known[*hit];
            let (mark, role) = if self.marked.contains(hit) {
                (" ● ", Role::Marked)
            } else {
                ("   ", Role::Text)
            };
            let bytes = known.finding.size.map(size).unwrap_or_default();
            let name = cut_middle(
                shown_name(&known.below).as_str(),
                sheet.cells().saturating_sub(13),
            );
            let line = Line::of(mark, role).and(name, role).right(bytes, Role::Dim);
            sheet.line(line.tagged(tag).at(self.at));
        }
        if self.hits.is_empty() {
            let text = match &self.end {
                Some(Err(trouble)) => format!("   {trouble}"),
                _ if self.known.is_empty() && self.end.is_none() => "   listing …".into(),
                _ => "   Nothing matches.".into(),
            };
            sheet.line(Line::of(text, Role::Dim).sentence());
        }
        for _ in self.hits.len().max(1).min(room)..room {
            sheet.line(Line::default());
        }
        let keys = [
            ("Enter", " go  "),
            ("Tab", " mark  "),
            ("F5", " copy  "),
            ("F8", " delete  "),
            ("^L", " link  "),
            ("^R", " rows  "),
            ("Esc", " close"),
        ];
        sheet.line(keys.into_iter().fold(Line::default(), |line, (key, word)| {
            line.and(key, Role::Key).and(word, Role::Dim)
        }));
        sheet
    }
}

impl Overlay for FindDialog {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::Close(self.forget());
        }
        match key.code {
            KeyCode::Enter => self.reveal(self.at),
            KeyCode::Tab => self.mark(),
            KeyCode::BackTab => self.mark_all(),
            _ if is_ctrl(key, 'r') => self.make_rows(),
            _ if self.hits.is_empty() => self.type_key(key),
            KeyCode::F(5) => self.close(Want::CopyOver(self.items().into())),
            KeyCode::F(8) => self.close(self.acting(Action::Delete)),
            _ if is_ctrl(key, 'l') => self.close(self.acting(Action::Link)),
            _ if is_ctrl(key, 'y') => self.close(self.acting(Action::Yank)),
            KeyCode::Down => self.go(1),
            KeyCode::Up => self.go(-1),
            KeyCode::PageDown => self.go(10),
            KeyCode::PageUp => self.go(-10),
            _ if is_ctrl(key, 'n') => self.go(1),
            _ if is_ctrl(key, 'p') => self.go(-1),
            _ => self.type_key(key),
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            return self.go(rows);
        }
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Line(tag)) if tag == self.at => self.reveal(tag),
            Some(Hit::Line(tag)) => {
                self.at = tag;
                Step::stay()
            }
            Some(Hit::Outside) => Step::Close(self.forget()),
            _ => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.search();
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply, _: &mut Cx<'_>) -> Step {
        if self.ticket != Some(ticket) {
            return Step::Pass;
        }
        match reply {
            Reply::Found(found) => self.learn(found),
            Reply::FoundAll(answer) => {
                self.ticket = None;
                self.end = Some(answer.clone().map_err(Box::new));
            }
            _ => return Step::Pass,
        }
        if self.full && self.ticket.is_some() {
            let forget = self.forget();
            self.ticket = None;
            return Step::Stay(forget);
        }
        Step::stay()
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("↑↓", "move"),
            ("Enter", "go there"),
            ("Tab", "mark"),
            ("F5", "copy to the other pane"),
            ("F8", "delete"),
            ("^L", "link"),
            ("^R", "as rows"),
            ("Esc", "close"),
        ])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}
