//! From cells to bytes: one frame, one write.
//!
//! Keeps style and cursor position between frames, so that a cell that changes costs little and a
//! frame in which nothing changes costs nothing. Invariant: no byte of a frame reaches the
//! terminal before [`Backend::flush`], and a cell's control characters never do.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::model::width;

/// Frames longer than this are wrapped in a synchronized update, so that none is seen half done.
const SYNC_ABOVE: usize = 512;

/// Encodes frames for ratatui.
#[derive(Debug)]
pub struct Wire<W> {
    out: W,
    measure: fn() -> io::Result<(u16, u16)>,
    frame: Vec<u8>,
    /// Where the terminal's cursor stands, if that is sure.
    at: Option<Position>,
    pen: Pen,
    caret: Caret,
}

/// What the terminal writes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const BARE: Pen = Pen {
    fg: Color::Reset,
    bg: Color::Reset,
    modifier: Modifier::empty(),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caret {
    Shown,
    Hidden,
}

impl<W: Write> Wire<W> {
    /// Encodes into a writer for the terminal that we run in. The cursor is taken for hidden, as
    /// [`super::enter`] leaves it.
    pub fn new(out: W) -> Self {
        Self::measured(out, crossterm::terminal::size)
    }

    /// Encodes into a writer for a terminal whose columns and rows `measure` tells.
    pub fn measured(out: W, measure: fn() -> io::Result<(u16, u16)>) -> Self {
        Self {
            out,
            measure,
            frame: Vec::new(),
            at: None,
            pen: BARE,
            caret: Caret::Hidden,
        }
    }

    /// Forgets what it knows about the terminal: somebody else wrote to it.
    pub fn forget(&mut self) {
        self.at = None;
        self.pen = BARE;
        self.caret = Caret::Hidden;
        self.frame.clear();
        self.frame.extend_from_slice(b"\x1b[0m\x1b[?25l");
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at.x == x && at.y == y => {}
            Some(at) if at.y == y && x > at.x => {
                let n = x - at.x;
                self.push(&if n == 1 {
                    "\x1b[C".into()
                } else {
                    format!("\x1b[{n}C")
                });
            }
            Some(at) if x == 0 && y == at.y + 1 => self.push("\r\n"),
            _ => self.push(&format!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some(Position { x, y });
    }

    fn wear(&mut self, cell: &Cell) {
        let pen = Pen {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        };
        if pen == self.pen {
            return;
        }
        let mut codes = Vec::new();
        let mut from = self.pen;
        if !pen.modifier.contains(from.modifier) || pen == BARE {
            codes.push(String::new());
            from = BARE;
        }
        let added = pen.modifier.difference(from.modifier);
        codes.extend(
            MODIFIERS
                .iter()
                .filter(|(m, _)| added.contains(*m))
                .map(|(_, c)| (*c).into()),
        );
        if pen.fg != from.fg {
            codes.push(code(pen.fg, 30));
        }
        if pen.bg != from.bg {
            codes.push(code(pen.bg, 40));
        }
        self.push(&format!("\x1b[{}m", codes.join(";")));
        self.pen = pen;
    }

    fn push(&mut self, text: &str) {
        self.frame.extend_from_slice(text.as_bytes());
    }
}

const MODIFIERS: [(Modifier, &str); 6] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::REVERSED, "7"),
    (Modifier::CROSSED_OUT, "9"),
];

/// The SGR parameters of a colour; `base` is 30 for text and 40 for the background.
fn code(color: Color, base: u8) -> String {
    let own = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match color {
        Color::Reset => own(9),
        Color::Black => own(0),
        Color::Red => own(1),
        Color::Green => own(2),
        Color::Yellow => own(3),
        Color::Blue => own(4),
        Color::Magenta => own(5),
        Color::Cyan => own(6),
        Color::Gray => own(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

impl<W: Write> Backend for Wire<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let edge = self.size().map_or(0, |size| size.width);
        for (x, y, cell) in content {
            self.go(x, y);
            self.wear(cell);
            let symbol = cell.symbol();
            let wide = width(symbol).max(1);
            if symbol.is_empty() || symbol.contains(char::is_control) {
                self.push("\u{fffd}");
            } else {
                self.push(symbol);
            }
            // Terminals differ about the width of what is not one plain narrow character, and at
            // the right edge about where the cursor is: the next cell is then addressed anew.
            let sure = wide == 1 && symbol.chars().count() == 1;
            let next = u16::try_from(wide).unwrap_or(1).saturating_add(x);
            self.at = (sure && next < edge).then_some(Position { x: next, y });
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.caret == Caret::Shown {
            self.push("\x1b[?25l");
            self.caret = Caret::Hidden;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.caret == Caret::Hidden {
            self.push("\x1b[?25h");
            self.caret = Caret::Shown;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.go(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.push("\x1b[m\x1b[2J");
        self.pen = BARE;
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.pen = BARE;
        self.push(match clear_type {
            ClearType::All => "\x1b[m\x1b[2J",
            ClearType::AfterCursor => "\x1b[m\x1b[J",
            ClearType::BeforeCursor => "\x1b[m\x1b[1J",
            ClearType::CurrentLine => "\x1b[m\x1b[2K",
            ClearType::UntilNewLine => "\x1b[m\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = (self.measure)()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        if self.frame.len() > SYNC_ABOVE {
            let mut whole = Vec::with_capacity(self.frame.len() + 16);
            whole.extend_from_slice(b"\x1b[?2026h");
            whole.append(&mut self.frame);
            whole.extend_from_slice(b"\x1b[?2026l");
            self.frame = whole;
        }
        let sent = self
            .out
            .write_all(&self.frame)
            .and_then(|()| self.out.flush());
        self.frame.clear();
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::style::Style;

    fn terminal() -> Terminal<Wire<Vec<u8>>> {
        Terminal::new(Wire::measured(Vec::new(), || Ok((20, 4)))).unwrap()
    }

    fn frame(terminal: &mut Terminal<Wire<Vec<u8>>>, rows: &[(u16, u16, &str, Style)]) -> String {
        terminal
            .draw(|f| {
                for (x, y, text, style) in rows {
                    f.buffer_mut().set_string(*x, *y, text, *style);
                }
            })
            .unwrap();
        String::from_utf8(std::mem::take(&mut terminal.backend_mut().out)).unwrap()
    }

    #[test]
    fn a_frame_without_change_costs_nothing() {
        let mut terminal = terminal();
        let rows = [
            (0, 0, "hello", Style::new()),
            (3, 2, "x", Style::new().fg(Color::Red)),
        ];
        assert_eq!(
            frame(&mut terminal, &rows),
            "\x1b[1;1Hhello\x1b[3;4H\x1b[31mx"
        );
        assert_eq!(frame(&mut terminal, &rows), "");
    }

    #[test]
    fn colours_and_attributes_change_only_where_they_must() {
        let mut terminal = terminal();
        let bold = Style::new()
            .fg(Color::LightBlue)
            .add_modifier(Modifier::BOLD);
        let plain = Style::new().fg(Color::LightBlue);
        let deep = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(237));
        assert_eq!(
            frame(
                &mut terminal,
                &[(0, 0, "a", bold), (1, 0, "b", plain), (2, 0, "c", deep)]
            ),
            "\x1b[1;1H\x1b[1;94ma\x1b[;94mb\x1b[38;2;1;2;3;48;5;237mc"
        );
    }

    #[test]
    fn a_wide_character_is_never_trusted_to_move_the_cursor() {
        let mut terminal = terminal();
        assert_eq!(
            frame(&mut terminal, &[(0, 0, "日a", Style::new())]),
            "\x1b[1;1H日\x1b[1;3Ha"
        );
    }

    #[test]
    fn a_control_character_in_a_cell_is_replaced() {
        let mut wire = Wire::measured(Vec::new(), || Ok((20, 4)));
        let cell = Cell::new("\x1b");
        wire.draw([(0, 0, &cell)].into_iter()).unwrap();
        Backend::flush(&mut wire).unwrap();
        assert_eq!(String::from_utf8(wire.out).unwrap(), "\x1b[1;1H\u{fffd}");
    }

    #[test]
    fn long_frames_are_shown_at_once_and_the_cursor_is_moved_only_when_wanted() {
        let mut wire = Wire::measured(Vec::new(), || Ok((20, 4)));
        wire.push(&"x".repeat(SYNC_ABOVE + 1));
        Backend::flush(&mut wire).unwrap();
        let sent = String::from_utf8(std::mem::take(&mut wire.out)).unwrap();
        assert!(sent.starts_with("\x1b[?2026hx") && sent.ends_with("x\x1b[?2026l"));
        wire.hide_cursor().unwrap();
        Backend::flush(&mut wire).unwrap();
        assert!(wire.out.is_empty(), "it was hidden already");
        wire.show_cursor().unwrap();
        wire.set_cursor_position((4, 1)).unwrap();
        Backend::flush(&mut wire).unwrap();
        assert_eq!(String::from_utf8(wire.out).unwrap(), "\x1b[?25h\x1b[2;5H");
    }
}
