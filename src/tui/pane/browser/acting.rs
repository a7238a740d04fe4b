//! What keys and clicks do within a pane.

use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent};

use super::seeking::SEEK;
use super::{Browser, Shape};
use crate::model::Location;
use crate::tui::action::Action;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Effects, Mark, SortBy, Tone, Want};
use crate::tui::tree::{
    Closing, Differences, Dots, Filter, GAP_LIMIT, Goal, Line, Listing, Opening,
};

fn effects(effects: Effects) -> Vec<Want> {
    effects.0.into_iter().map(Want::Effect).collect()
}

fn say(text: &str) -> Vec<Want> {
    vec![Want::Say(Tone::Info, text.into())]
}

impl Browser {
    /// Acts, or says that the action is not one of a pane.
    pub fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Option<Vec<Want>> {
        if let Some(wants) = self.step(action, cx) {
            return Some(wants);
        }
        let none = Vec::new();
        Some(match action {
            Action::Expand => self.expand(cx),
            Action::Collapse => self.collapse(cx),
            Action::CollapseAll => {
                let anchor = self.anchor();
                self.tree.close_all();
                self.follow(anchor.as_ref());
                none
            }
            Action::Open => self.open(cx),
            Action::Parent => self.up(cx),
            Action::Back => self
                .back(cx)
                .map_or_else(|| say("This is where it began"), effects),
            Action::Forward => self
                .forward(cx)
                .map_or_else(|| say("Nothing further on"), effects),
            Action::Previous => self
                .previous(cx)
                .map_or_else(|| say("There is no previous place yet"), effects),
            Action::Mark => {
                self.tree.toggle_mark(self.cursor.at);
                self.go(1);
                none
            }
            Action::Visual => self.turn_visual(Mark::Set),
            Action::VisualClear => self.turn_visual(Mark::Clear),
            Action::MarkAll => {
                self.tree.mark_lines(0..self.tree.len(), Mark::Set);
                none
            }
            Action::Invert => {
                self.tree.invert_marks();
                none
            }
            Action::Filter => self.start_filter(),
            Action::SortName => self.sort(SortBy::Name),
            Action::SortSize => self.sort(SortBy::Size),
            Action::SortModified => self.sort(SortBy::Modified),
            Action::SortExtension => self.sort(SortBy::Extension),
            Action::Hidden => {
                let (dots, word) = match self.tree.dots() {
                    Dots::Hidden => (Dots::Shown, "Dot files are shown"),
                    Dots::Shown => (Dots::Hidden, "Dot files are hidden"),
                };
                self.set_dots(dots);
                say(word)
            }
            Action::Flat => self.turn_shape(),
            Action::Refresh => effects(self.refresh(cx)),
            _ => return None,
        })
    }

    fn start_filter(&mut self) -> Vec<Want> {
        let text = self.tree.filter().map_or("", |f| f.text()).to_string();
        if self.tree.filter().is_none() {
            self.before = self.tree.anchor(self.cursor.at);
        }
        self.input = Some(Field::new(text));
        Vec::new()
    }

    fn step(&mut self, action: Action, cx: &mut Cx<'_>) -> Option<Vec<Want>> {
        let page = isize::try_from(self.height).unwrap_or(isize::MAX);
        let by = match action {
            Action::Down => 1,
            Action::Up => -1,
            Action::HalfDown | Action::PreviewDown => (page / 2).max(1),
            Action::HalfUp | Action::PreviewUp => -(page / 2).max(1),
            Action::PageDown => page,
            Action::PageUp => -page,
            Action::Top => isize::MIN + 1,
            Action::Bottom => {
                let at_end = self.cursor.at + 1 >= self.tree.len();
                self.go(isize::MAX);
                let root = self.tree.root();
                let more = root.listing == Listing::Paused && at_end && !root.is_full();
                return Some(if more {
                    effects(self.list(0, Goal::More, cx))
                } else {
                    Vec::new()
                });
            }
            _ => return None,
        };
        self.go(by);
        Some(Vec::new())
    }

    /// Moves the cursor, marking on the way if marking by moving is on.
    fn go(&mut self, by: isize) {
        let before = self.cursor.at;
        self.cursor.step(by, self.tree.len(), self.height);
        self.moved = true;
        self.wanted = None;
        self.before = None;
        if let Some(mark) = self.visual {
            let (first, last) = (before.min(self.cursor.at), before.max(self.cursor.at));
            self.tree.mark_lines(first..last + 1, mark);
        }
    }

    fn turn_visual(&mut self, mark: Mark) -> Vec<Want> {
        if self.visual == Some(mark) {
            self.visual = None;
            return Vec::new();
        }
        self.visual = Some(mark);
        self.tree.set_mark(self.cursor.at, mark);
        Vec::new()
    }

    fn turn_shape(&mut self) -> Vec<Want> {
        self.shape = match self.shape {
            Shape::Tree => Shape::Flat,
            Shape::Flat => Shape::Tree,
        };
        if self.shape == Shape::Flat {
            let anchor = self.anchor();
            self.tree.close_all();
            self.follow(anchor.as_ref());
            return say("Flat list: → goes into folders");
        }
        say("Tree: → opens folders in place")
    }

    fn sort(&mut self, by: SortBy) -> Vec<Want> {
        self.set_sort(self.tree.sort().chosen(by));
        Vec::new()
    }

    fn expand(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        if self.shape == Shape::Flat {
            return self.open(cx);
        }
        let anchor = self.tree.anchor(self.cursor.at);
        match self.tree.open(self.cursor.at) {
            Opening::Ask(branch) => {
                self.moved = true;
                let asked = self.list(branch, Goal::Over, cx);
                self.follow(anchor.as_ref());
                effects(asked)
            }
            Opening::Shown => {
                self.moved = true;
                self.follow(anchor.as_ref());
                Vec::new()
            }
            Opening::No if self.tree.place_at(self.cursor.at).is_some() => {
                self.go(1);
                Vec::new()
            }
            Opening::No => match self.tree.line(self.cursor.at) {
                Some(Line::Row { .. }) => say("Enter shows what is in it"),
                Some(Line::Note { .. } | Line::Gap { .. }) => self.open(cx),
                None => Vec::new(),
            },
        }
    }

    fn collapse(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        match self.tree.close(self.cursor.at) {
            Closing::Closed => {
                self.cursor.fit(self.tree.len(), self.height);
                Vec::new()
            }
            Closing::Above(at) => {
                self.cursor.go(at, self.tree.len(), self.height);
                Vec::new()
            }
            Closing::No => self.up(cx),
        }
    }

    fn up(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        self.parent(cx)
            .map_or_else(|| say("There is nothing above this"), effects)
    }

    /// Goes into a folder, views what has content, loads more at the end of a long list.
    fn open(&mut self, cx: &mut Cx<'_>) -> Vec<Want> {
        if let Some(place) = self.tree.place_at(self.cursor.at) {
            return effects(self.visit(place, cx));
        }
        match self.tree.line(self.cursor.at) {
            Some(Line::Row { .. }) => vec![Want::Run(Action::View)],
            Some(Line::Note { branch }) => match self.tree.branch(branch).listing {
                Listing::Asking { .. } | Listing::Done => Vec::new(),
                _ if self.tree.branch(branch).is_full() => Vec::new(),
                Listing::Paused => effects(self.list(branch, Goal::More, cx)),
                _ => effects(self.list(branch, Goal::On, cx)),
            },
            Some(Line::Gap { branch, gap }) => {
                effects(self.list(branch, Goal::Gap(gap, GAP_LIMIT), cx))
            }
            None => Vec::new(),
        }
    }

    /// Takes a key while a filter is typed. Gives false if the key is not for the filter.
    pub fn type_filter(&mut self, key: KeyEvent, now: Instant) -> Filtering {
        let unlisted = self.could_seek().is_some();
        let Some(field) = self.input.as_mut() else {
            return Filtering::Off;
        };
        match key.code {
            KeyCode::Enter => {
                self.input = None;
                self.before = None;
                return Filtering::Typed;
            }
            // The server knows the names that are not listed yet.
            KeyCode::Tab if unlisted => {
                self.typed = now.checked_sub(SEEK);
                return Filtering::Typed;
            }
            KeyCode::Esc => {
                self.end_filter();
                return Filtering::Typed;
            }
            KeyCode::Backspace if field.is_empty() => {
                self.end_filter();
                return Filtering::Typed;
            }
            _ => {}
        }
        match field.key(key) {
            Typed::Changed => {
                let text = field.text().to_string();
                self.set_filter(&text);
                self.typed = Some(now);
                Filtering::Typed
            }
            Typed::Kept => Filtering::Typed,
            Typed::Unused => Filtering::Passed,
        }
    }

    /// Takes pasted text into the filter; gives whether there was one.
    pub fn paste_filter(&mut self, text: &str) -> Filtering {
        let Some(field) = self.input.as_mut() else {
            return Filtering::Off;
        };
        field.paste(text);
        let text = field.text().to_string();
        self.set_filter(&text);
        Filtering::Typed
    }

    /// Ends filtering. The cursor goes back to its line from before, unless it was moved to
    /// another one meanwhile: then it stays on that one.
    pub fn end_filter(&mut self) {
        self.input = None;
        self.typed = None;
        let here = self
            .before
            .take()
            .or_else(|| self.tree.anchor(self.cursor.at));
        self.tree.set_filter(None);
        self.follow(here.as_ref());
    }

    /// Leaves the innermost thing of the pane; none if there is nothing to leave.
    pub fn escape(&mut self) -> Option<Vec<Want>> {
        if self.visual.take().is_some() {
            return Some(Vec::new());
        }
        if let Some(stopped) = self.stop() {
            let mut wants = effects(stopped);
            wants.extend(say("Stopped listing · R lists again"));
            return Some(wants);
        }
        if self.tree.filter().is_some() {
            self.end_filter();
            return Some(Vec::new());
        }
        if self.tree.marks().count > 0 {
            self.tree.clear_marks();
            return Some(Vec::new());
        }
        if self.is_below() {
            return Some(vec![Want::Visit(self.place().clone())]);
        }
        None
    }

    /// Marks or unmarks rows whose names match a pattern; gives how many are marked then, none while
    /// that is still worked out.
    pub fn mark_matching(&mut self, pattern: &str, mark: Mark) -> Option<usize> {
        let later = Filter::new(pattern).is_some_and(|f| self.tree.mark_matching(&f, mark));
        (!later).then(|| self.tree.marks().count)
    }

    /// Marks the rows that differ, and no others, if they are still those that were compared.
    pub fn mark_differences(&mut self, found: &Differences) {
        self.tree.mark_differences(found);
    }

    /// Writes down how much a folder holds.
    pub fn set_size(&mut self, of: &Location, bytes: u64) {
        self.tree.set_size(of, bytes);
    }

    /// Unmarks everything, after what was marked is on its way.
    pub fn clear_marks(&mut self) {
        self.tree.clear_marks();
        self.visual = None;
    }

    /// The line at a row of the list's area; none below the last one, and none while the rows of
    /// the place before are still on the screen.
    #[must_use]
    pub fn line_at(&self, row: u16) -> Option<usize> {
        let at = self.cursor.top + usize::from(row);
        (at < self.tree.len()).then_some(at)
    }

    /// Puts the cursor on a line that was clicked.
    pub fn click(&mut self, at: usize) {
        self.cursor.at = at.min(self.tree.len().saturating_sub(1));
        self.cursor.fit(self.tree.len(), self.height);
        self.moved = true;
        self.wanted = None;
        self.before = None;
    }

    /// Turns the mark of a line around.
    pub fn click_mark(&mut self, at: usize) {
        self.tree.toggle_mark(at);
    }

    /// Marks or unmarks a span of lines.
    pub fn mark_span(&mut self, lines: std::ops::Range<usize>, mark: crate::tui::msg::Mark) {
        self.tree.mark_lines(lines, mark);
    }

    /// Scrolls without moving the cursor.
    pub fn scroll(&mut self, by: isize) {
        self.cursor.scroll(by, self.tree.len(), self.height);
        self.scrolled = Some(self.cursor.at);
    }
}

/// What became of a key while a filter may be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filtering {
    /// No filter is being typed.
    Off,
    /// The key went into it.
    Typed,
    /// The key means something else, such as moving the cursor.
    Passed,
}
