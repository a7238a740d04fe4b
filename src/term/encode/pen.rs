//! What the terminal writes with, and the shortest way to change it.
//!
//! Invariant: a blank asks only for what can be seen of it.

use ratatui::style::{Color, Modifier};

/// What can be seen of a blank: without one of these only its background.
const SEEN: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// The attributes that are sent, with the numbers that turn them on and off.
const MODIFIERS: [(Modifier, &str, &str); 6] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

/// Colours and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pen {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

/// What a cell asks of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wants {
    /// Exactly this.
    All(Pen),
    /// A blank: this background, and nothing that could be seen on it.
    Behind(Color),
}

impl Pen {
    /// Nothing but the terminal's own.
    pub(super) const BARE: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// What a cell with this symbol wants of this pen.
    pub(super) fn for_symbol(self, symbol: &str) -> Wants {
        let known = MODIFIERS.iter().fold(Modifier::empty(), |all, m| all | m.0);
        let modifier = self.modifier & known;
        if symbol == " " && !modifier.intersects(SEEN) {
            Wants::Behind(self.bg)
        } else {
            Wants::All(Self { modifier, ..self })
        }
    }
}

impl Wants {
    /// What satisfies both, if anything does.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (a, b) if a == b => Some(a),
            (Self::All(pen), Self::Behind(bg)) | (Self::Behind(bg), Self::All(pen)) => {
                (pen.bg == bg && !pen.modifier.intersects(SEEN)).then_some(Self::All(pen))
            }
            (Self::All(_), Self::All(_)) | (Self::Behind(_), Self::Behind(_)) => None,
        }
    }
}

/// Changes the pen by the fewest bytes.
pub(super) fn wear(pen: &mut Option<Pen>, wants: Wants, out: &mut Vec<u8>) {
    let to = match (wants, *pen) {
        (Wants::All(to), _) => to,
        (Wants::Behind(bg), Some(now)) => Pen {
            bg,
            modifier: now.modifier.difference(SEEN),
            ..now
        },
        (Wants::Behind(bg), None) => Pen { bg, ..Pen::BARE },
    };
    if *pen == Some(to) {
        return;
    }
    let anew = codes(Pen::BARE, to, vec![String::new()]);
    let best = match *pen {
        Some(now) => {
            let change = codes(now, to, Vec::new());
            if change.len() <= anew.len() {
                change
            } else {
                anew
            }
        }
        None => anew,
    };
    out.extend_from_slice(format!("\x1b[{best}m").as_bytes());
    *pen = Some(to);
}

fn codes(from: Pen, to: Pen, mut codes: Vec<String>) -> String {
    let gone = from.modifier.difference(to.modifier);
    let mut have = from.modifier;
    for (modifier, _, off) in MODIFIERS {
        if gone.contains(modifier) && have.contains(modifier) {
            codes.push(off.into());
            have.remove(modifier);
            if off == "22" {
                have.remove(Modifier::BOLD | Modifier::DIM);
            }
        }
    }
    let added = to.modifier.difference(have);
    let on = MODIFIERS.iter().filter(|(m, _, _)| added.contains(*m));
    codes.extend(on.map(|(_, on, _)| (*on).into()));
    if from.fg != to.fg {
        codes.push(code(to.fg, 30));
    }
    if from.bg != to.bg {
        codes.push(code(to.bg, 40));
    }
    codes.join(";")
}

/// The parameters of a colour; `base` is 30 for text and 40 for the background.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(from: Pen, to: Wants) -> String {
        let mut pen = Some(from);
        let mut out = Vec::new();
        wear(&mut pen, to, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_differs_is_sent() {
        let text = Pen {
            fg: Color::Rgb(205, 214, 244),
            ..Pen::BARE
        };
        let bar = Pen {
            bg: Color::Indexed(237),
            modifier: Modifier::BOLD,
            ..text
        };
        assert_eq!(changed(text, Wants::All(bar)), "\x1b[1;48;5;237m");
        assert_eq!(changed(bar, Wants::All(text)), "\x1b[22;49m");
        assert_eq!(changed(bar, Wants::All(Pen::BARE)), "\x1b[m");
        assert_eq!(changed(text, Wants::Behind(Color::Reset)), "");
        assert_eq!(changed(bar, Wants::Behind(Color::Reset)), "\x1b[49m");
        let faint = Pen {
            modifier: Modifier::DIM,
            ..text
        };
        let both = Pen {
            modifier: Modifier::DIM | Modifier::BOLD,
            ..text
        };
        assert_eq!(changed(both, Wants::All(faint)), "\x1b[22;2m");
    }

    #[test]
    fn a_blank_on_a_reversed_bar_is_not_blank() {
        let reversed = Pen {
            modifier: Modifier::REVERSED,
            ..Pen::BARE
        };
        assert_eq!(reversed.for_symbol(" "), Wants::All(reversed));
        let blank = Pen::BARE.for_symbol(" ");
        assert_eq!(blank.and(Wants::All(reversed)), None);
        assert_eq!(
            blank.and(Wants::All(Pen::BARE)),
            Some(Wants::All(Pen::BARE))
        );
    }
}
