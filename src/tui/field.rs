//! One line of text that a person edits: every prompt, filter and name field is one of these.
//!
//! Knows keys and graphemes, nothing of what the text means. Invariant: the caret stands between
//! two graphemes, and the text is kept as it was given (a name with a control character can be
//! edited without losing it); only drawing escapes it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use crate::model::{shown, width};

/// What a key did to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text is another.
    Changed,
    /// The key was understood; the text is the same.
    Kept,
    /// Not a key for a field.
    Unused,
}

/// A line of text with a caret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// Byte offset of the caret, always on a grapheme's border.
    at: usize,
    killed: String,
}

/// The visible part of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What to draw: safe, and at most as wide as was asked for.
    pub text: String,
    /// Cells between its start and the caret.
    pub caret: usize,
}

impl Field {
    /// A field with a text in it and the caret behind that.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            at: text.len(),
            text,
            killed: String::new(),
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts another text in, the caret behind it.
    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.at = self.text.len();
    }

    /// Puts the caret at a byte offset, or at the next grapheme's border before it.
    #[must_use]
    pub fn with_caret(mut self, at: usize) -> Self {
        self.at = self.borders().filter(|b| *b <= at).last().unwrap_or(0);
        self
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Byte offset of the caret.
    #[must_use]
    pub fn caret(&self) -> usize {
        self.at
    }

    /// Takes the text behind the caret away.
    pub fn split(&mut self) -> String {
        self.text.split_off(self.at)
    }

    /// Puts a text behind everything; the caret stays.
    pub fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Puts pasted text at the caret. Line breaks at its end are dropped, others become spaces, and
    /// no other control character comes in.
    pub fn paste(&mut self, text: &str) {
        let clean: String = text
            .trim_end_matches(['\r', '\n'])
            .replace("\r\n", " ")
            .chars()
            .map(|c| {
                if matches!(c, '\n' | '\r' | '\t') {
                    ' '
                } else {
                    c
                }
            })
            .filter(|c| !c.is_control())
            .collect();
        self.insert(&clean);
    }

    /// Puts a text at the caret.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.at, text);
        self.at += text.len();
    }

    /// Takes a key: letters, arrows, and what Emacs and every shell do with Ctrl and Alt.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match (key.code, ctrl, alt) {
            (KeyCode::Char(c), true, false) => self.control(c),
            (KeyCode::Char('d'), false, true) => self.kill(self.at, self.word_after()),
            (KeyCode::Backspace, _, true) | (KeyCode::Backspace, true, _) => {
                self.kill(self.word_before(), self.at)
            }
            (KeyCode::Char(c), false, false) if !c.is_control() => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                Typed::Changed
            }
            (KeyCode::Char('b'), false, true) | (KeyCode::Left, true, _) => {
                self.go(self.word_before())
            }
            (KeyCode::Char('f'), false, true) | (KeyCode::Right, true, _) => {
                self.go(self.word_after())
            }
            (KeyCode::Left, ..) => self.go(self.before()),
            (KeyCode::Right, ..) => self.go(self.after()),
            (KeyCode::Home, ..) => self.go(0),
            (KeyCode::End, ..) => self.go(self.text.len()),
            (KeyCode::Backspace, ..) => self.remove(self.before(), self.at),
            (KeyCode::Delete, ..) => self.remove(self.at, self.after()),
            _ => Typed::Unused,
        }
    }

    fn control(&mut self, c: char) -> Typed {
        match c {
            'a' => self.go(0),
            'e' => self.go(self.text.len()),
            'b' => self.go(self.before()),
            'f' => self.go(self.after()),
            'h' => self.remove(self.before(), self.at),
            'd' => self.remove(self.at, self.after()),
            'w' => self.kill(self.word_before(), self.at),
            'u' => self.kill(0, self.at),
            'k' => self.kill(self.at, self.text.len()),
            'y' => {
                let killed = std::mem::take(&mut self.killed);
                self.insert(&killed);
                self.killed = killed;
                Typed::Changed
            }
            _ => Typed::Unused,
        }
    }

    fn go(&mut self, to: usize) -> Typed {
        self.at = to;
        Typed::Kept
    }

    fn remove(&mut self, from: usize, to: usize) -> Typed {
        if from == to {
            return Typed::Kept;
        }
        self.text.replace_range(from..to, "");
        self.at = from;
        Typed::Changed
    }

    fn kill(&mut self, from: usize, to: usize) -> Typed {
        if from < to {
            self.killed = self.text[from..to].into();
        }
        self.remove(from, to)
    }

    fn borders(&self) -> impl Iterator<Item = usize> {
        self.text
            .grapheme_indices(true)
            .map(|(at, _)| at)
            .chain([self.text.len()])
    }

    fn before(&self) -> usize {
        self.borders()
            .take_while(|b| *b < self.at)
            .last()
            .unwrap_or(0)
    }

    fn after(&self) -> usize {
        self.borders()
            .find(|b| *b > self.at)
            .unwrap_or(self.text.len())
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.at].trim_end_matches(is_gap);
        head.rfind(is_gap).map_or(0, |gap| {
            gap + head[gap..].chars().next().map_or(0, char::len_utf8)
        })
    }

    fn word_after(&self) -> usize {
        let tail = &self.text[self.at..];
        let skipped = tail.len() - tail.trim_start_matches(is_gap).len();
        tail[skipped..]
            .find(is_gap)
            .map_or(self.text.len(), |gap| self.at + skipped + gap)
    }

    /// The part of the text to draw in `cells` cells: the caret is always in it, with one cell to
    /// stand on.
    #[must_use]
    pub fn window(&self, cells: usize) -> Window {
        let cells = cells.max(2);
        let head: Vec<String> = self.text[..self.at]
            .graphemes(true)
            .map(|g| shown(g).into())
            .collect();
        let all: usize = head.iter().map(|g| width(g)).sum();
        let (mut text, mut caret) = (head.concat(), all);
        if all >= cells {
            // The first cell says that there is more.
            let mut start = head.len();
            caret = 1;
            while start > 0 && caret + width(&head[start - 1]) < cells {
                start -= 1;
                caret += width(&head[start]);
            }
            text = format!("…{}", head[start..].concat());
        }
        let mut used = caret;
        for grapheme in self.text[self.at..].graphemes(true) {
            let safe = shown(grapheme);
            used += width(safe.as_str());
            if used > cells {
                break;
            }
            text.push_str(safe.as_str());
        }
        Window { text, caret }
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '/' | '.' | '-' | '_' | ',' | ':' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::keys;
    use proptest::prelude::*;

    fn typed(start: &str, script: &str) -> Field {
        let mut field = Field::new(start);
        for key in keys(script) {
            field.key(key);
        }
        field
    }

    #[test]
    fn emacs_keys_do_what_fingers_expect() {
        for (start, script, text, caret) in [
            ("", "abc", "abc", 3),
            ("abc", "<C-a>x", "xabc", 1),
            ("abc", "<C-a><C-f><C-k>", "a", 1),
            ("abc", "<C-b><C-u>", "c", 0),
            ("a/bc de", "<C-w>", "a/bc ", 5),
            ("a/bc de", "<C-w><C-w>", "a/", 2),
            ("one two", "<C-w><C-a><C-y>", "twoone ", 3),
            ("one two", "<A-b>x", "one xtwo", 5),
            ("one two", "<C-a><A-d>", " two", 0),
            ("one two", "<C-a><A-f>!", "one! two", 4),
            ("abc", "<Left><Left><Del>", "ac", 1),
            ("abc", "<Home><Right><BS>", "bc", 0),
            ("abc", "<C-a><C-d>", "bc", 0),
            ("e\u{301}x", "<BS><BS>", "", 0),
        ] {
            let field = typed(start, script);
            assert_eq!(
                (field.text(), field.caret()),
                (text, caret),
                "{start:?} {script}"
            );
        }
    }

    #[test]
    fn keys_that_mean_something_else_are_left_alone() {
        let mut field = Field::new("x");
        for key in keys("<Enter><Esc><Tab><Up><C-t><F2>") {
            assert_eq!(field.key(key), Typed::Unused, "{key:?}");
        }
        assert_eq!(field.text(), "x");
    }

    #[test]
    fn a_paste_is_one_line_without_controls() {
        let mut field = Field::new("a");
        field.paste("b\r\nc\x1b[31m\td\n");
        assert_eq!(field.text(), "ab c[31m d");
    }

    #[test]
    fn the_window_follows_the_caret() {
        let field = Field::new("s3://photos/2026/raw/");
        assert_eq!(
            field.window(40),
            Window {
                text: "s3://photos/2026/raw/".into(),
                caret: 21
            }
        );
        assert_eq!(
            field.window(10),
            Window {
                text: "…026/raw/".into(),
                caret: 9
            }
        );
        let start = typed("s3://photos/2026/raw/", "<C-a>");
        assert_eq!(
            start.window(10),
            Window {
                text: "s3://photo".into(),
                caret: 0
            }
        );
        assert_eq!(Field::new("a\nb").window(9).text, "a␊b");
    }

    proptest! {
        #[test]
        fn the_caret_is_always_visible(text in "\\PC{0,30}", lefts in 0usize..30, cells in 4usize..20) {
            let mut field = Field::new(text);
            for key in keys(&"<Left>".repeat(lefts)) {
                field.key(key);
            }
            let window = field.window(cells);
            prop_assert!(window.caret < cells, "{window:?}");
            prop_assert!(width(&window.text) <= cells, "{window:?}");
        }
    }
}
