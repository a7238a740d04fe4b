//! A link as a QR code over the whole screen, for the camera of a phone.
//!
//! Invariant: a code is drawn whole, dark on light with its quiet border, or not at all and then
//! with the reason; the text itself is never shown here.

use crossterm::event::{KeyEvent, MouseEvent};
use qrcode::{EcLevel, QrCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::{Overlay, Step, clicked, hints};
use crate::tui::msg::Cx;
use crate::tui::paint::{Pen, clear, row, rule_row, wrap};
use crate::tui::theme::{Alphabet, Look, Role};

/// Light modules around the code.
///
/// Source: ISO/IEC 18004 asks for four; two suffice for the cameras of phones, and rows are dear.
const QUIET: usize = 2;

/// A code.
pub struct QrView {
    title: String,
    /// Whether each module is dark, row by row; none if the text is too long for any code.
    dark: Option<Vec<Vec<bool>>>,
}

impl std::fmt::Debug for QrView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code is the secret in another form.
        f.debug_struct("QrView")
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

impl QrView {
    /// The code of a link.
    #[must_use]
    pub fn new(name: &str, url: &str) -> Self {
        let code = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::L).ok();
        let dark = code.map(|code| {
            let side = code.width();
            let all = code.to_colors();
            all.chunks(side.max(1))
                .map(|line| line.iter().map(|c| *c == qrcode::Color::Dark).collect())
                .collect()
        });
        Self {
            title: name.into(),
            dark,
        }
    }

    /// Columns and rows that the code needs on a screen.
    fn needs(&self) -> Option<(usize, usize)> {
        let side = self.dark.as_ref()?.len() + 2 * QUIET;
        Some((side, side.div_ceil(2)))
    }

    /// Why it cannot be drawn on an area, if so.
    fn why_not(&self, area: Rect, look: &Look<'_>) -> Option<String> {
        let Some((columns, rows)) = self.needs() else {
            return Some("This link is too long for any QR code.".into());
        };
        if look.glyphs.only == Alphabet::Ascii {
            return Some("A QR code needs half blocks, and this screen draws ASCII only.".into());
        }
        let (have_columns, have_rows) = (usize::from(area.width), usize::from(area.height));
        (columns > have_columns || rows > have_rows).then(|| {
            format!(
                "This QR code needs {columns} columns and {rows} rows, here are {have_columns} and \
                 {have_rows}. A smaller font or a larger window makes room; a shorter name makes \
                 the code smaller."
            )
        })
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let module = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(QUIET)?, y.checked_sub(QUIET)?);
            self.dark.as_ref()?.get(y)?.get(x).copied()
        };
        module(x, y).unwrap_or(false)
    }
}

impl Overlay for QrView {
    fn key(&mut self, _: KeyEvent, _: &mut Cx<'_>) -> Step {
        Step::close()
    }

    fn mouse(&mut self, event: MouseEvent, _: Rect, _: &mut Cx<'_>) -> Step {
        match clicked(event) {
            Some(_) => Step::close(),
            None => Step::stay(),
        }
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        clear(screen, buf);
        rule_row(
            row(screen, 0),
            buf,
            look,
            (&format!("QR · {}", self.title), ""),
        );
        let body = Rect {
            y: screen.y + 1,
            height: screen.height.saturating_sub(1),
            ..screen
        };
        if let Some(why) = self.why_not(body, look) {
            let cells = usize::from(body.width).saturating_sub(4).min(72);
            for (n, part) in wrap(&why, cells).iter().enumerate() {
                Pen::new(row(body, n + 1), buf, look)
                    .skip(2)
                    .put(part, Role::Text);
            }
            return;
        }
        let Some((columns, rows)) = self.needs() else {
            return;
        };
        let style = Style::new().fg(Color::Black).bg(Color::White);
        let left = (usize::from(body.width) - columns) / 2;
        let top = (usize::from(body.height) - rows) / 2;
        for line in 0..rows {
            let text: String = (0..columns)
                .map(
                    |x| match (self.is_dark(x, line * 2), self.is_dark(x, line * 2 + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    },
                )
                .collect();
            Pen::new(row(body, top + line), buf, look)
                .skip(left)
                .styled(&text, style);
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[("any key", "back")])
    }

    fn covers(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{ascii_screen, screen};

    #[test]
    fn a_code_is_whole_or_says_why_not() {
        let short = QrView::new("a.txt", "https://h/b/a.txt");
        let text = screen(&short, 60, 30);
        assert!(text.contains('█') && text.contains('▀'), "{text}");
        let long = QrView::new("a.txt", &"https://h/".repeat(40));
        let (columns, rows) = long.needs().unwrap();
        let text = screen(&long, 60, 20);
        assert!(
            text.contains(&format!("{columns} columns and {rows} rows")),
            "{text}"
        );
        assert!(ascii_screen(&short, 60, 30).contains("draws ASCII"));
        let endless = QrView::new("a.txt", &"x".repeat(5000));
        assert!(screen(&endless, 60, 20).contains("too long for any QR code"));
    }

    #[test]
    fn a_code_never_reaches_a_debug_text() {
        let code = QrView::new("a.txt", "https://secret");
        let text = format!("{code:?}");
        assert!(!text.contains("secret") && !text.contains("true"), "{text}");
    }
}
