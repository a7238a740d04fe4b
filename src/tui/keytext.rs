//! Keys as text: `ctrl-g`, `shift-f5`, `g /` in the config, `Ctrl-G`, `Shift-F5`, `g/` on the
//! screen.
//!
//! Knows nothing of actions. Invariant: what [`Stroke::shown`] writes for a bound key is the name
//! that stands on the keyboard; what a terminal cannot tell apart is one [`Stroke`].

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the keys that exist only some have a name"
)]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key with its modifiers, in the one form in which it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stroke {
    code: KeyCode,
    mods: KeyModifiers,
}

/// Keys with a name, as the config writes them and as the screen does.
const NAMED: &[(&str, KeyCode, &str)] = &[
    ("space", KeyCode::Char(' '), "Space"),
    ("enter", KeyCode::Enter, "Enter"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
];

impl Stroke {
    /// Brings a key event into the form that is compared: capitals carry their shift, Shift-Tab
    /// is one key, Alt-1 to Alt-0 are F1 to F10.
    #[must_use]
    pub fn of(key: KeyEvent) -> Self {
        let mods =
            key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match key.code {
            KeyCode::Char(digit @ '0'..='9') if mods == KeyModifiers::ALT => Self {
                code: KeyCode::F(if digit == '0' { 10 } else { digit as u8 - b'0' }),
                mods: KeyModifiers::NONE,
            },
            KeyCode::Char(c) => {
                let c = if mods.contains(KeyModifiers::CONTROL) {
                    c.to_ascii_lowercase()
                } else {
                    c
                };
                Self {
                    code: KeyCode::Char(c),
                    mods: mods - KeyModifiers::SHIFT,
                }
            }
            KeyCode::BackTab => Self {
                code: KeyCode::Tab,
                mods: mods | KeyModifiers::SHIFT,
            },
            code => Self { code, mods },
        }
    }

    /// Reads one key: `ctrl-g`, `shift-f5`, `space`, `G`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut mods) = (text, KeyModifiers::NONE);
        loop {
            let lower = rest.to_ascii_lowercase();
            let (name, bit) = match lower.split_once('-') {
                Some(("ctrl", left)) if !left.is_empty() => ("ctrl-", KeyModifiers::CONTROL),
                Some(("alt", left)) if !left.is_empty() => ("alt-", KeyModifiers::ALT),
                Some(("shift", left)) if !left.is_empty() => ("shift-", KeyModifiers::SHIFT),
                _ => break,
            };
            rest = &rest[name.len()..];
            mods |= bit;
        }
        let code = Self::code(rest, mods)?;
        Some(Self::of(KeyEvent::new(code, mods)))
    }

    fn code(name: &str, mods: KeyModifiers) -> Option<KeyCode> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            let shifted = mods.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase();
            return Some(KeyCode::Char(if shifted {
                c.to_ascii_uppercase()
            } else {
                c
            }));
        }
        let lower = name.to_ascii_lowercase();
        if let Some((_, code, _)) = NAMED.iter().find(|(n, _, _)| *n == lower) {
            return Some(*code);
        }
        let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
        (1..=24).contains(&number).then_some(KeyCode::F(number))
    }

    /// The key as the screen writes it.
    #[must_use]
    pub fn shown(self) -> String {
        let mut out = String::new();
        for (bit, name) in [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ] {
            if self.mods.contains(bit) {
                out.push_str(name);
            }
        }
        if let Some((_, _, name)) = NAMED.iter().find(|(_, code, _)| *code == self.code) {
            out.push_str(name);
            return out;
        }
        match self.code {
            KeyCode::Char(c) if out.is_empty() => out.push(c),
            KeyCode::Char(c) => out.extend(c.to_uppercase()),
            KeyCode::F(n) => return format!("{out}F{n}"),
            other => return format!("{out}{other:?}"),
        }
        out
    }

    /// The event of this key.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.mods)
    }

    /// The key at the same spot of a Latin keyboard, for a letter of another script.
    #[must_use]
    pub fn latin(self) -> Option<Self> {
        let KeyCode::Char(c) = self.code else {
            return None;
        };
        let lower = c.to_lowercase().next()?;
        let at = CYRILLIC.chars().position(|x| x == lower)?;
        let latin = LATIN.chars().nth(at)?;
        let latin = if c == lower {
            latin
        } else {
            latin.to_ascii_uppercase()
        };
        Some(Self {
            code: KeyCode::Char(latin),
            mods: self.mods,
        })
    }

    /// Whether this is Escape, which drops a sequence that was begun.
    #[must_use]
    pub fn is_escape(self) -> bool {
        self.code == KeyCode::Esc
    }
}

/// The letters of the Russian and Ukrainian layouts, and what stands there on a Latin keyboard.
const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюёіїє";
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`s]'";

/// Reads a sequence: keys stand apart (`g /`), and plain characters may stand together (`gg`).
///
/// # Errors
/// Gives the part that is no key.
pub fn parse_sequence(text: &str) -> Result<Vec<Stroke>, String> {
    let mut strokes = Vec::new();
    for word in text.split_whitespace() {
        match Stroke::parse(word) {
            Some(stroke) => strokes.push(stroke),
            None if !word.contains('-') && word.chars().count() <= 3 => {
                strokes.extend(word.chars().filter_map(|c| Stroke::parse(&c.to_string())));
            }
            None => return Err(word.into()),
        }
    }
    if strokes.is_empty() {
        Err(text.into())
    } else {
        Ok(strokes)
    }
}

/// A sequence as the screen writes it: single characters stand together (`gg`, `,s`).
#[must_use]
pub fn shown_sequence(strokes: &[Stroke]) -> String {
    let parts: Vec<String> = strokes.iter().map(|s| s.shown()).collect();
    let single = parts.iter().all(|p| p.chars().count() == 1);
    parts.join(if single { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, mods: KeyModifiers) -> Stroke {
        Stroke::of(KeyEvent::new(code, mods))
    }

    #[test]
    fn texts_and_events_meet() {
        let (none, shift) = (KeyModifiers::NONE, KeyModifiers::SHIFT);
        for (text, event) in [
            ("j", press(KeyCode::Char('j'), none)),
            ("G", press(KeyCode::Char('G'), shift)),
            ("shift-g", press(KeyCode::Char('G'), shift)),
            ("ctrl-g", press(KeyCode::Char('g'), KeyModifiers::CONTROL)),
            ("shift-f5", press(KeyCode::F(5), shift)),
            ("shift-tab", press(KeyCode::BackTab, shift)),
            ("space", press(KeyCode::Char(' '), none)),
            ("f5", press(KeyCode::Char('5'), KeyModifiers::ALT)),
            ("f10", press(KeyCode::Char('0'), KeyModifiers::ALT)),
            ("alt-.", press(KeyCode::Char('.'), KeyModifiers::ALT)),
            ("-", press(KeyCode::Char('-'), none)),
        ] {
            assert_eq!(Stroke::parse(text), Some(event), "{text}");
        }
        for bad in ["", "f25", "hyper-x", "foo"] {
            assert_eq!(Stroke::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sequences_are_read_and_shown() {
        for (text, shown) in [
            ("gg", "gg"),
            ("g /", "g/"),
            (", s", ",s"),
            ("ctrl-x q", "Ctrl-X q"),
            ("right", "→"),
            ("shift-f5", "Shift-F5"),
        ] {
            assert_eq!(
                shown_sequence(&parse_sequence(text).unwrap()),
                shown,
                "{text}"
            );
        }
        assert!(parse_sequence("ctrl-foo").is_err());
        assert!(parse_sequence(" ").is_err());
    }

    #[test]
    fn a_cyrillic_letter_is_the_key_at_its_spot() {
        let latin = |c: char| press(KeyCode::Char(c), KeyModifiers::NONE).latin();
        assert_eq!(latin('о'), Stroke::parse("j"));
        assert_eq!(latin('П'), Stroke::parse("G"));
        assert_eq!(latin('ю'), Stroke::parse("."));
        assert_eq!(latin('j'), None);
        assert_eq!(CYRILLIC.chars().count(), LATIN.chars().count());
    }
}
