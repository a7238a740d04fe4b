//! How many colours a terminal can show, from what it says of itself.
//!
//! Pure: the signs are values, read from the environment elsewhere.

/// How many colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// None: bold, underline and reverse only.
    Mono,
    /// The terminal's own 16.
    #[default]
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// 24 bits.
    True,
}

/// What the terminal's background is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// Dark.
    Dark,
    /// Light.
    Light,
    /// Nobody said.
    #[default]
    Unknown,
}

/// The environment variables that tell something about colours; empty where unset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs<'a> {
    /// `NO_COLOR`.
    pub no_color: &'a str,
    /// `COLORTERM`.
    pub colorterm: &'a str,
    /// `TERM`.
    pub term: &'a str,
    /// `COLORFGBG`, for example `15;0`.
    pub colorfgbg: &'a str,
}

/// Terminals that show 24 bits and say so by their name only.
const TRUE_COLOR: [&str; 5] = ["kitty", "ghostty", "foot", "alacritty", "wezterm"];

impl Level {
    /// The level that the signs tell: `NO_COLOR` wins, then `COLORTERM`, then `TERM`.
    #[must_use]
    pub fn from_signs(signs: &Signs<'_>) -> Self {
        let term = signs.term;
        if !signs.no_color.is_empty() {
            Self::Mono
        } else if matches!(signs.colorterm, "truecolor" | "24bit")
            || term.ends_with("-direct")
            || TRUE_COLOR.iter().any(|name| term.contains(name))
        {
            Self::True
        } else if term.contains("256color") {
            Self::Ansi256
        } else if matches!(term, "dumb" | "") || term.starts_with("vt1") || term.starts_with("vt2")
        {
            Self::Mono
        } else {
            Self::Ansi16
        }
    }
}

impl Background {
    /// The background that `COLORFGBG` tells: its last number is one of the 16 colours.
    #[must_use]
    pub fn from_signs(signs: &Signs<'_>) -> Self {
        match signs
            .colorfgbg
            .rsplit(';')
            .next()
            .and_then(|n| n.parse::<u8>().ok())
        {
            Some(7 | 9..=15) => Self::Light,
            Some(0..=6 | 8) => Self::Dark,
            _ => Self::Unknown,
        }
    }

    /// The background of a colour, each channel from 0 to 255: light when black text reads better
    /// on it than white text.
    ///
    /// Source: WCAG 2.2, relative luminance; black and white contrast alike at 0.179.
    #[must_use]
    pub fn of(red: u8, green: u8, blue: u8) -> Self {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        if luminance > 0.179 {
            Self::Light
        } else {
            Self::Dark
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sign_that_says_something_wins() {
        let level = |no_color, colorterm, term| {
            Level::from_signs(&Signs {
                no_color,
                colorterm,
                term,
                colorfgbg: "",
            })
        };
        for (no_color, colorterm, term, want) in [
            ("1", "truecolor", "xterm-256color", Level::Mono),
            ("", "truecolor", "xterm", Level::True),
            ("", "24bit", "screen", Level::True),
            ("", "", "xterm-kitty", Level::True),
            ("", "", "xterm-ghostty", Level::True),
            ("", "", "xterm-direct", Level::True),
            ("", "", "tmux-256color", Level::Ansi256),
            ("", "yes", "xterm-256color", Level::Ansi256),
            ("", "", "xterm", Level::Ansi16),
            ("", "", "linux", Level::Ansi16),
            ("", "", "vt220", Level::Mono),
            ("", "", "", Level::Mono),
        ] {
            assert_eq!(
                level(no_color, colorterm, term),
                want,
                "{no_color} {colorterm} {term}"
            );
        }
    }

    #[test]
    fn backgrounds_are_told_by_luminance() {
        let of = |colorfgbg| {
            Background::from_signs(&Signs {
                colorfgbg,
                ..Signs::default()
            })
        };
        assert_eq!(of("15;0"), Background::Dark);
        assert_eq!(of("0;default;15"), Background::Light);
        assert_eq!([of(""), of("x;y")], [Background::Unknown; 2]);
        assert_eq!(Background::of(0x1e, 0x1e, 0x2e), Background::Dark);
        assert_eq!(Background::of(0xfd, 0xf6, 0xe3), Background::Light);
    }
}
