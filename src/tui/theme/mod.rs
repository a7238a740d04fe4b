//! Colours by role and glyphs by set.
//!
//! Drawing code asks for a role and never names a colour. Invariant: colour never carries meaning
//! alone (a glyph, a word or a place says the same), and at rest a screen shows only text, dim,
//! folder and active: yellow comes with marks and questions, green with progress, red with danger.

mod contrast;
mod glyphs;
mod sheet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;

pub use glyphs::{Alphabet, Glyphs};

use crate::config::ThemeChoice;
use crate::term::{Background, Level};

/// The names of the themes that come along.
#[must_use]
pub fn theme_names() -> Vec<&'static str> {
    sheet::NAMED.iter().map(|(name, _)| *name).collect()
}

/// A style for each role (`assets/theme.toml` lists them with their colours).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Sizes, dates, hints.
    pub dim: Style,
    /// Rules of the pane without focus.
    pub rule: Style,
    /// Rules and crumbs of the pane with focus.
    pub active: Style,
    /// Folders, prefixes, buckets.
    pub folder: Style,
    /// Marked rows.
    pub marked: Style,
    /// Success and progress.
    pub good: Style,
    /// Warnings, and what needs the person.
    pub warning: Style,
    /// Danger and errors.
    pub danger: Style,
    /// Links.
    pub link: Style,
    /// The hit of a filter within a name.
    pub hit: Style,
    /// The cursor's row in the focused pane: patched over the row.
    pub cursor: Style,
    /// Keys in the hint line.
    pub key: Style,
    /// Titles of dialogs.
    pub title: Style,
    /// The button that Enter presses.
    pub button: Style,
    /// The target row or pane of a drag.
    pub target: Style,
    /// Characters that stand for what cannot be shown (`␛`, `‹U+202E›`).
    pub escaped: Style,
    /// A label such as `PROD` before the crumbs.
    pub label: Style,
}

/// What a piece of text is, where the drawing code has no theme at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// Sizes, dates, hints.
    Dim,
    /// Rules without focus.
    Rule,
    /// Rules with focus.
    Active,
    /// Folders, prefixes, buckets.
    Folder,
    /// What is marked.
    Marked,
    /// Success and progress.
    Good,
    /// Warnings, and what needs the person.
    Warning,
    /// Danger and errors.
    Danger,
    /// Links.
    Link,
    /// What a search found.
    Hit,
    /// Keys.
    Key,
    /// Titles.
    Title,
    /// The button that Enter presses.
    Button,
    /// The row under the cursor.
    Cursor,
}

impl Theme {
    /// The theme for a colour level. Without a known background only the terminal's own colours
    /// are used, which its owner made readable.
    #[must_use]
    pub fn for_level(level: Level, background: Background) -> Self {
        sheet::built_in(level, background)
    }

    /// The theme that a person chose, and what is wrong with it in words for people: the built-in
    /// one, one of the named ones, or lines of their own. With fewer than 256 colours the terminal
    /// keeps its own, which its owner made readable.
    #[must_use]
    pub fn chosen(choice: &ThemeChoice, level: Level, ground: Background) -> (Self, Vec<String>) {
        let colours = matches!(level, Level::Ansi256 | Level::True);
        let base = match choice {
            ThemeChoice::Terminal if colours => Self::for_level(Level::Ansi16, ground),
            ThemeChoice::Auto
            | ThemeChoice::Terminal
            | ThemeChoice::Named(_)
            | ThemeChoice::Lines(_) => Self::for_level(level, ground),
        };
        let text = match choice {
            ThemeChoice::Auto | ThemeChoice::Terminal => return (base, Vec::new()),
            ThemeChoice::Named(name) => match sheet::named(name) {
                Some(text) => text,
                None => return (base, vec![sheet::unknown(name)]),
            },
            ThemeChoice::Lines(text) => text,
        };
        if colours {
            sheet::patched(&base, text, level, ground)
        } else {
            (base, Vec::new())
        }
    }

    /// The style of a role.
    #[must_use]
    pub fn role(&self, role: Role) -> Style {
        match role {
            Role::Text => self.text,
            Role::Dim => self.dim,
            Role::Rule => self.rule,
            Role::Active => self.active,
            Role::Folder => self.folder,
            Role::Marked => self.marked,
            Role::Good => self.good,
            Role::Warning => self.warning,
            Role::Danger => self.danger,
            Role::Link => self.link,
            Role::Hit => self.hit,
            Role::Key => self.key,
            Role::Title => self.title,
            Role::Button => self.button,
            Role::Cursor => self.cursor,
        }
    }
}

/// What drawing needs besides the state.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Colours.
    pub theme: &'a Theme,
    /// Glyphs.
    pub glyphs: &'a Glyphs,
    /// The zone in which dates are shown.
    pub zone: &'a TimeZone,
    /// Now.
    pub wall: Timestamp,
    /// Counts up four times a second while something moves; chooses the spinner's frame.
    pub beat: usize,
}
