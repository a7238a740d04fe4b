//! Help and command palette in one: every command with its keys, searchable; Enter runs one.
//!
//! Knows the commands that it was given, nothing of what they do. Invariant: a command that does
//! not apply here stays in the list and says why; running it says why too.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::Focus;
use super::sheet::Hit;
use super::{Line, Overlay, Row, Sheet, Step, clicked, hints, is_ctrl, leaves, wheel};
use crate::model::{cut_end, width};
use crate::tui::action::Action;
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Tone, Want};
use crate::tui::theme::{Look, Role};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub action: Action,
    /// Its name in the config: `copy`.
    pub name: String,
    /// What it does, in words: `Copy to the other pane`.
    pub help: String,
    /// What it belongs to: `Transfer`.
    pub group: String,
    /// Its keys: `F5  >`.
    pub keys: String,
    /// Why it does not apply here, if it does not.
    pub why_not: Option<String>,
}

/// The list of all commands.
#[derive(Debug)]
pub struct Palette {
    commands: Vec<Command>,
    field: Field,
    /// Indexes into `commands`, best first.
    found: Vec<usize>,
    at: usize,
}

/// Rows of the sheet that are not the list: border, field, rule, border.
const AROUND: u16 = 4;

/// Rows of the sheet on a screen: a high one shows a rim of the panes below it.
fn height(screen: Rect) -> u16 {
    let rim = if screen.height < 16 { 2 } else { 3 };
    screen.height.saturating_sub(rim)
}

impl Palette {
    /// A palette over these commands, in this order while nothing is typed.
    #[must_use]
    pub fn new(commands: Vec<Command>) -> Self {
        let found = (0..commands.len()).collect();
        Self {
            commands,
            field: Field::default(),
            found,
            at: 0,
        }
    }

    fn search(&mut self) {
        let sought = self.field.text().trim().to_lowercase();
        let mut found: Vec<(u32, usize)> = self
            .commands
            .iter()
            .enumerate()
            .filter_map(|(index, command)| Some((cost(command, &sought)?, index)))
            .collect();
        found.sort_by_key(|(cost, index)| (*cost, *index));
        self.found = found.into_iter().map(|(_, index)| index).collect();
        self.at = 0;
    }

    fn window(&self, screen: Rect) -> std::ops::Range<usize> {
        let room = usize::from(height(screen).saturating_sub(AROUND)).max(1);
        let start = (self.at + 1).saturating_sub(room).min(self.found.len());
        start..(start + room).min(self.found.len())
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let height = height(screen);
        let mut sheet = Sheet::new(screen, 76, "Help · every command")
            .foot(self.count())
            .at_least(height);
        let note = "type to search, Enter runs it";
        let note = if sheet.cells() > 60 { note } else { "" };
        sheet.noted_field(("› ", note), &self.field, Focus::Here);
        sheet.push(Row::Rule);
        let window = self.window(screen);
        let rows = window.len();
        for place in window {
            let command = &self.commands[self.found[place]];
            sheet.line(line(command, sheet.cells()).tagged(place).at(self.at));
        }
        if self.found.is_empty() {
            sheet.line(Line::of(
                "  No command has that in its name or its keys.",
                Role::Dim,
            ));
        }
        for _ in rows.max(1)..usize::from(height.saturating_sub(AROUND)) {
            sheet.line(Line::default());
        }
        sheet
    }

    fn count(&self) -> String {
        match (self.found.len(), self.commands.len()) {
            (found, all) if found == all => format!("{all} commands"),
            (found, all) => format!("{found} of {all} commands"),
        }
    }

    fn go(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    fn run(&self, place: usize) -> Step {
        let Some(command) = self.found.get(place).and_then(|i| self.commands.get(*i)) else {
            return Step::stay();
        };
        match &command.why_not {
            Some(why) => Step::Stay(vec![Want::Say(
                Tone::Warning,
                format!("{}: {why}", command.help),
            )]),
            None => Step::Close(vec![Want::Run(command.action)]),
        }
    }
}

/// One command as a line: words, keys, and its group or why it does not apply.
fn line(command: &Command, cells: usize) -> Line {
    let (keys_cells, group_cells) = if cells > 60 { (15, 9) } else { (8, 0) };
    let help_cells = cells.saturating_sub(2 + keys_cells + group_cells + 2);
    let column = |text: &str, cells: usize| {
        let text = cut_end(text, cells);
        let gap = " ".repeat(cells.saturating_sub(width(&text)));
        format!("{text}{gap}")
    };
    let Some(why) = &command.why_not else {
        return Line::of("  ", Role::Text)
            .and(column(&command.help, help_cells), Role::Text)
            .and("  ", Role::Text)
            .and(
                column(&whole(&command.keys, keys_cells - 1), keys_cells),
                Role::Key,
            )
            .and(column(&command.group, group_cells), Role::Dim);
    };
    // The reason needs the room of all keys but the first.
    let first = command.keys.split("  ").next().unwrap_or_default();
    let right = if group_cells > 0 {
        format!("{first}  {why}")
    } else {
        first.to_owned()
    };
    Line::of("  ", Role::Dim)
        .and(column(&command.help, help_cells), Role::Dim)
        .and("  ", Role::Dim)
        .and(column(&right, keys_cells + group_cells), Role::Dim)
}

/// The first keys that fit, each whole.
fn whole(keys: &str, cells: usize) -> String {
    let mut out = String::new();
    for key in keys.split("  ") {
        let more = if out.is_empty() {
            key.to_owned()
        } else {
            format!("{out}  {key}")
        };
        if width(&more) > cells && !out.is_empty() {
            break;
        }
        out = more;
    }
    out
}

/// How badly a command fits what is sought; none if it does not fit. Every word must be found:
/// as keys, at the start of a word, inside, or as the first letters of words.
fn cost(command: &Command, sought: &str) -> Option<u32> {
    let help = command.help.to_lowercase();
    let group = command.group.to_lowercase();
    sought.split_whitespace().try_fold(0, |sum, word| {
        let key = |k: &str| k.to_lowercase() == word;
        let cost = if command.keys.split_whitespace().any(key) {
            0
        } else if help.starts_with(word) || command.name.starts_with(word) {
            1
        } else if starts_in(&help, word) || starts_in(command.action.also(), word) {
            2
        } else if help.contains(word) || command.name.contains(word) {
            3
        } else if group.starts_with(word) {
            4
        } else {
            5 + initials(&help, word)?
        };
        Some(sum + cost)
    })
}

/// Whether a word of a text starts with this.
fn starts_in(text: &str, word: &str) -> bool {
    text.split(' ').any(|w| w.starts_with(word))
}

/// How many words of a text are passed over when the letters of a word are first letters of words
/// in order; none if they are not.
fn initials(text: &str, word: &str) -> Option<u32> {
    let mut letters = word.chars().peekable();
    let mut passed = 0;
    for start in text.split_whitespace().filter_map(|w| w.chars().next()) {
        match letters.peek() {
            Some(letter) if *letter == start => {
                letters.next();
            }
            Some(_) => passed += 1,
            None => break,
        }
    }
    letters.peek().is_none().then_some(passed)
}

impl Overlay for Palette {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        let page = 10;
        match key.code {
            KeyCode::Enter => return self.run(self.at),
            KeyCode::Down => self.go(1),
            KeyCode::Up => self.go(-1),
            KeyCode::PageDown => self.go(page),
            KeyCode::PageUp => self.go(-page),
            KeyCode::Home if key.modifiers == KeyModifiers::NONE => self.at = 0,
            KeyCode::End if key.modifiers == KeyModifiers::NONE => self.go(isize::MAX),
            _ if is_ctrl(key, 'n') => self.go(1),
            _ if is_ctrl(key, 'p') => self.go(-1),
            _ if is_ctrl(key, 'u') => {
                self.field.set("");
                self.search();
            }
            _ => {
                if self.field.key(key) == Typed::Changed {
                    self.search();
                }
            }
        }
        Step::stay()
    }

    fn mouse(&mut self, event: MouseEvent, screen: Rect, _: &mut Cx<'_>) -> Step {
        if let Some(rows) = wheel(event) {
            self.go(rows);
        }
        match clicked(event).map(|at| self.sheet(screen).hit(at)) {
            Some(Hit::Line(place)) if place == self.at => self.run(place),
            Some(Hit::Line(place)) => {
                self.at = place;
                Step::stay()
            }
            Some(Hit::Outside) => Step::close(),
            _ => Step::stay(),
        }
    }

    fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.search();
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        let pairs = [("↑↓", "move"), ("Enter", "run"), ("Ctrl-U", "clear")];
        [&hints(&pairs)[..], &hints(&[("Esc", "close")])].concat()
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{ascii_screen, press, screen};

    fn command(action: Action, help: &str, keys: &str, group: &str) -> Command {
        let (help, keys, group) = (help.into(), keys.into(), group.into());
        let name = format!("{action:?}").to_lowercase();
        Command {
            action,
            name,
            help,
            group,
            keys,
            why_not: None,
        }
    }

    fn palette() -> Palette {
        let mut commands = vec![
            command(Action::Copy, "Copy to the other pane", "F5  >", "Transfer"),
            command(Action::Yank, "Yank (copy later)", "y", "Transfer"),
            command(Action::Link, "Copy a share link (1 h)", "s", "Share"),
            command(
                Action::Share,
                "Share: validity, upload links, curl, test",
                "S",
                "Share",
            ),
            command(Action::Move, "Move to the other pane", "F6", "Transfer"),
            command(Action::Paste, "Paste here", "p", "Transfer"),
            command(Action::Quit, "Quit", "q  F10", "View"),
        ];
        commands[5].why_not = Some("nothing is yanked".into());
        Palette::new(commands)
    }

    fn found(sought: &str) -> Vec<Action> {
        let mut palette = palette();
        press(&mut palette, sought);
        palette
            .found
            .iter()
            .map(|i| palette.commands[*i].action)
            .collect()
    }

    #[test]
    fn words_keys_and_first_letters_find_commands() {
        assert_eq!(found("copy")[..2], [Action::Copy, Action::Link]);
        assert_eq!(found("f6")[0], Action::Move);
        assert_eq!(found("pane cop"), [Action::Copy]);
        assert_eq!(found("mtop"), [Action::Move]);
        assert_eq!(found("mvp"), [], "letters within words are chance");
        assert_eq!(found("zzz"), []);
        assert_eq!(found("q")[0], Action::Quit);
        assert_eq!(found("").len(), 7);
    }

    #[test]
    fn what_other_programs_call_it_finds_it_too() {
        assert_eq!(found("exit"), [Action::Quit]);
        assert_eq!(found("download"), [Action::Copy, Action::Move]);
        assert_eq!(found("presign"), [Action::Link, Action::Share]);
    }

    #[test]
    fn enter_runs_and_what_does_not_apply_says_why() {
        let (wants, closed) = press(&mut palette(), "move<Enter>");
        assert!(closed && matches!(wants[..], [Want::Run(Action::Move)]));
        let (wants, closed) = press(&mut palette(), "paste<Enter>");
        assert!(!closed && format!("{wants:?}").contains("nothing is yanked"));
        let (wants, closed) = press(&mut palette(), "zzz<Enter>");
        assert!(!closed && wants.is_empty());
    }

    #[test]
    fn every_command_can_be_reached() {
        let mut palette = palette();
        for place in 0..7 {
            let window = palette.window(Rect::new(0, 0, 40, 10));
            assert!(window.contains(&place), "{place} {window:?}");
            press(&mut palette, "<Down>");
        }
        press(&mut palette, "<Down><Down>");
        assert_eq!(palette.at, 6);
        press(&mut palette, "<Home>");
        assert_eq!(palette.at, 0);
    }

    #[test]
    fn looks() {
        let mut typed = palette();
        press(&mut typed, "cop");
        insta::assert_snapshot!("palette_80x24", screen(&palette(), 80, 22));
        insta::assert_snapshot!("palette_typed_120x40", screen(&typed, 120, 38));
        insta::assert_snapshot!("palette_40x12", screen(&palette(), 40, 11));
        insta::assert_snapshot!("palette_ascii", ascii_screen(&palette(), 80, 22));
    }
}
