//! Colours by role and glyphs by set. Colour never carries meaning alone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;

/// A style for each role (the table of roles is in `docs/architecture.md`).
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

/// The glyphs of one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyphs {
    /// `━` of the focused pane's rules and of bars.
    pub heavy: &'static str,
    /// `─` of the other's rules, and of the rest of bars.
    pub light: &'static str,
    /// `│` between panes.
    pub divider: &'static str,
    /// `┬` and `┴` where a divider meets a rule.
    pub joints: (&'static str, &'static str),
    /// `╭ ╮ ╰ ╯` of dialogs.
    pub corners: [&'static str; 4],
    /// `▌` before the cursor's row.
    pub cursor: &'static str,
    /// `▏` before the cursor's row in the other pane.
    pub cursor_off: &'static str,
    /// `●` of a marked row.
    pub mark: &'static str,
    /// `›` between crumbs, and towards a target.
    pub crumb: &'static str,
    /// `‹`.
    pub crumb_back: &'static str,
    /// `▸` of a closed folder, `▾` of an open one.
    pub tree: (&'static str, &'static str),
    /// `↑` up, `↓` down, `⇄` across.
    pub ways: [&'static str; 3],
    /// `✓`.
    pub done: &'static str,
    /// `✗`.
    pub failed: &'static str,
    /// `·`.
    pub waiting: &'static str,
    /// `‖`.
    pub paused: &'static str,
    /// `▁▂▃▄▅▆▇█`; empty where there is none.
    pub spark: &'static [&'static str],
    /// The frames of the spinner.
    pub spinner: &'static [&'static str],
    /// `…` for what was cut.
    pub cut: &'static str,
    /// `▲` ascending, `▼` descending.
    pub sort: (&'static str, &'static str),
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
