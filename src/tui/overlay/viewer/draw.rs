//! How the viewer is drawn: a rule with the name, rows, and a line that says where one is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::hex;
use super::{CAP, Mode, Seen, Viewer, Wrap};
use crate::model::{cut_end, shown, size, width};
use crate::tui::paint::{Pen, break_at, clear, row, rule_row};
use crate::tui::theme::{Look, Role};

/// Cells of the line numbers and their rule.
const NUMBERS: usize = 7;

/// Where a text holds what is sought: starts and ends. Small letters match any case.
pub(super) fn hits<'t>(
    text: &'t str,
    sought: &'t str,
) -> impl Iterator<Item = (usize, usize)> + 't {
    let exact = sought.chars().any(char::is_uppercase);
    text.char_indices().filter_map(move |(at, _)| {
        let rest = &text[at..];
        let mut chars = rest.char_indices();
        for wanted in sought.chars() {
            let (_, c) = chars.next()?;
            let same = c == wanted || (!exact && c.to_lowercase().eq(wanted.to_lowercase()));
            if !same {
                return None;
            }
        }
        let end = chars.next().map_or(rest.len(), |(end, _)| end);
        (end > 0).then_some((at, at + end))
    })
}

impl Viewer {
    pub(super) fn draw(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Seen {
        clear(screen, buf);
        rule_row(
            row(screen, 0),
            buf,
            look,
            (shown(&self.location.name()).as_str(), &self.note()),
        );
        let body = Rect {
            y: screen.y + 1,
            height: screen.height.saturating_sub(3),
            ..screen
        };
        let each = if body.width >= 78 { 16 } else { 8 };
        match (&self.trouble, self.mode) {
            (Some(trouble), _) if self.bytes.is_empty() => {
                let text = format!("✗ {trouble}. {}", trouble.fix);
                for (n, part) in crate::tui::paint::wrap(&text, usize::from(body.width) - 4)
                    .iter()
                    .enumerate()
                {
                    Pen::new(row(body, n + 1), buf, look)
                        .skip(2)
                        .put(part, Role::Danger);
                }
            }
            (_, Mode::Text) => self.draw_text(body, buf, look),
            (_, Mode::Hex) => self.draw_hex(body, buf, look, each),
        }
        let rule = row(screen, usize::from(screen.height.saturating_sub(2)));
        let cells = usize::from(rule.width);
        Pen::new(rule, buf, look).times(look.glyphs.light, cells, Role::Rule);
        let last = row(screen, usize::from(screen.height.saturating_sub(1)));
        let mut pen = Pen::new(last, buf, look);
        match &self.search.typing {
            Some(field) => {
                let window = field.window(cells.saturating_sub(3));
                pen.put(" /", Role::Key).put(&window.text, Role::Text);
            }
            None => {
                pen.put(" ", Role::Dim)
                    .put(&cut_end(&self.position(), cells - 1), Role::Dim);
            }
        }
        Seen {
            rows: usize::from(body.height),
            each,
        }
    }

    /// Size and kind, at the right end of the upper rule.
    fn note(&self) -> String {
        let bytes = self.size.map(size).unwrap_or_default();
        match self.mode {
            Mode::Hex => format!("{bytes} · hex"),
            Mode::Text if std::str::from_utf8(&self.bytes).is_ok() => format!("{bytes} · utf-8"),
            Mode::Text => format!("{bytes} · not all utf-8"),
        }
    }

    pub(super) fn position(&self) -> String {
        let loaded = self.loaded();
        let at = match self.mode {
            Mode::Text => {
                let line = |n: usize| self.rows.get(..=n)?.iter().rev().find_map(|r| r.number);
                let lines = self.rows.len().checked_sub(1).and_then(line).unwrap_or(0);
                let more = if self.is_whole() { "" } else { "+" };
                format!("line {} of {lines}{more}", line(self.top).unwrap_or(0))
            }
            Mode::Hex => format!("byte {:#x}", self.top * self.seen.get().each),
        };
        let read = if self.bytes.is_empty() && self.waiting.is_some() {
            "reading …".into()
        } else if self.is_whole() {
            "all of it".into()
        } else if loaded >= CAP {
            format!("only the first {}: F5 copies the whole", size(CAP))
        } else if let Some(trouble) = &self.trouble {
            format!("first {} · {trouble}", size(loaded))
        } else {
            format!("first {} · scrolling reads on", size(loaded))
        };
        format!("{at} · {read}")
    }

    fn draw_text(&self, body: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let numbers = if body.width >= 50 { NUMBERS } else { 0 };
        let cells = usize::from(body.width).saturating_sub(numbers);
        let room = usize::from(body.height);
        let mut y = 0;
        for text in self.rows.iter().skip(self.top) {
            let parts = match self.wrap {
                Wrap::On => break_at(&text.text, cells),
                Wrap::Off => vec![from_cell(&text.text, self.shift).to_owned()],
            };
            for (n, part) in parts.iter().enumerate() {
                if y >= room {
                    return;
                }
                let mut pen = Pen::new(row(body, y), buf, look);
                if numbers > 0 {
                    let number = text.number.filter(|_| n == 0).map(|n| n.to_string());
                    pen.right(&number.unwrap_or_default(), numbers - 3, Role::Dim);
                    pen.put(&format!(" {} ", look.glyphs.divider), Role::Rule);
                }
                self.put_hits(&mut pen, part);
                y += 1;
            }
        }
        if self.rows.is_empty() && self.is_whole() {
            Pen::new(row(body, 1), buf, look)
                .skip(2)
                .put("It is empty.", Role::Dim);
        }
    }

    fn put_hits(&self, pen: &mut Pen<'_>, part: &str) {
        let mut from = 0;
        if !self.search.sought.is_empty() {
            for (start, end) in hits(part, &self.search.sought) {
                if start >= from {
                    pen.put(&part[from..start], Role::Text)
                        .put(&part[start..end], Role::Hit);
                    from = end;
                }
            }
        }
        pen.put(&part[from..], Role::Text);
    }

    fn draw_hex(&self, body: Rect, buf: &mut Buffer, look: &Look<'_>, each: usize) {
        for n in 0..usize::from(body.height) {
            let Some((offset, codes, text)) = hex(&self.bytes, self.top + n, each) else {
                return;
            };
            let mut pen = Pen::new(row(body, n), buf, look);
            pen.skip(1);
            if body.width >= 50 {
                pen.put(&offset, Role::Dim).skip(2);
            }
            pen.put(&codes, Role::Text).skip(1).put(&text, Role::Folder);
        }
    }
}

/// The text from a cell on.
fn from_cell(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        if used >= cells {
            return &text[at..];
        }
        used += width(c.encode_utf8(&mut [0; 4]));
    }
    if cells == 0 { text } else { "" }
}
