//! Theme files: from lines such as `folder = "bold #8ab4f8"` to styles.
//!
//! The built-in themes are such a file too (`assets/theme.toml`), so there is one table and one
//! parser. Invariant: the built-in file parses without a complaint and names every role at every
//! level; a test holds that.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::Theme;
use super::contrast::{check, reduced};
use crate::term::{Background, Level};

const BUILT_IN: &str = include_str!("../../../assets/theme.toml");

/// The built-in theme for a level and a background.
pub(super) fn built_in(level: Level, background: Background) -> Theme {
    let mut theme = Theme::default();
    let mut wrong = Vec::new();
    if let Ok(file) = toml::Table::from_str(BUILT_IN)
        && let Some(lines) = section(&file, level, background)
    {
        lay(&mut theme, lines, &mut wrong);
    }
    theme
}

/// Themes that come along, by name.
pub(super) const NAMED: [(&str, &str); 5] = [
    ("mocha", include_str!("../../../assets/themes/mocha.toml")),
    ("latte", include_str!("../../../assets/themes/latte.toml")),
    (
        "tokyonight",
        include_str!("../../../assets/themes/tokyonight.toml"),
    ),
    ("nord", include_str!("../../../assets/themes/nord.toml")),
    (
        "gruvbox",
        include_str!("../../../assets/themes/gruvbox.toml"),
    ),
];

/// The lines of a theme that comes along.
pub(super) fn named(name: &str) -> Option<&'static str> {
    let found = NAMED.iter().find(|(own, _)| *own == name);
    found.map(|(_, text)| *text)
}

/// Why there is no such theme.
pub(super) fn unknown(name: &str) -> String {
    let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
    format!(
        "there is no theme {name:?}; there are auto, terminal, {} and files of your own",
        names.join(", ")
    )
}

/// A theme with lines over it, and what is wrong with them: words that mean nothing, and text that
/// cannot be read.
pub(super) fn patched(
    base: &Theme,
    text: &str,
    level: Level,
    kind: Background,
) -> (Theme, Vec<String>) {
    let mut theme = base.clone();
    let mut wrong = Vec::new();
    let mut lines = match toml::Table::from_str(text) {
        Ok(lines) => lines,
        Err(e) => {
            wrong.push(format!("the theme file is no TOML: {}", e.message()));
            return (theme, wrong);
        }
    };
    let ground = lines.remove("background");
    let ground = ground.as_ref().and_then(|v| v.as_str()).and_then(color);
    lay(&mut theme, &lines, &mut wrong);
    wrong.extend(check(&theme, ground, kind));
    if level == Level::Ansi256 {
        for name in lines.keys() {
            if let Some(style) = slot(&mut theme, name) {
                style.fg = style.fg.map(reduced);
                style.bg = style.bg.map(reduced);
            }
        }
    }
    (theme, wrong)
}

fn section(file: &toml::Table, level: Level, background: Background) -> Option<&toml::Table> {
    let (level, shade) = match (level, background) {
        (Level::Mono, _) => ("mono", None),
        (Level::Ansi16, Background::Light) => ("16", Some("light")),
        (Level::Ansi16, Background::Dark) | (_, Background::Unknown) => ("16", Some("dark")),
        (Level::Ansi256, Background::Dark) => ("256", Some("dark")),
        (Level::Ansi256, Background::Light) => ("256", Some("light")),
        (Level::True, Background::Dark) => ("true", Some("dark")),
        (Level::True, Background::Light) => ("true", Some("light")),
    };
    let table = file.get(level)?.as_table()?;
    match shade {
        Some(shade) => table.get(shade)?.as_table(),
        None => Some(table),
    }
}

fn lay(theme: &mut Theme, lines: &toml::Table, wrong: &mut Vec<String>) {
    for (name, value) in lines {
        let Some(slot) = slot(theme, name) else {
            wrong.push(format!("the theme knows no role {name:?}"));
            continue;
        };
        match value.as_str().map(style) {
            Some(Ok(style)) => *slot = style,
            Some(Err(word)) => {
                wrong.push(format!("{name}: {word:?} is no colour and no attribute"));
            }
            None => wrong.push(format!("{name}: a text such as \"bold cyan\" belongs here")),
        }
    }
}

fn slot<'t>(theme: &'t mut Theme, name: &str) -> Option<&'t mut Style> {
    Some(match name {
        "text" => &mut theme.text,
        "dim" => &mut theme.dim,
        "rule" => &mut theme.rule,
        "active" => &mut theme.active,
        "folder" => &mut theme.folder,
        "marked" => &mut theme.marked,
        "good" => &mut theme.good,
        "warning" => &mut theme.warning,
        "danger" => &mut theme.danger,
        "link" => &mut theme.link,
        "hit" => &mut theme.hit,
        "cursor" => &mut theme.cursor,
        "key" => &mut theme.key,
        "title" => &mut theme.title,
        "button" => &mut theme.button,
        "target" => &mut theme.target,
        "escaped" => &mut theme.escaped,
        "label" => &mut theme.label,
        _ => return None,
    })
}

/// Reads `bold #8ab4f8 on 237`; the first word that means nothing is the error.
fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in words.split_whitespace() {
        if let Some(modifier) = modifier(word) {
            style = style.add_modifier(modifier);
        } else if word == "on" {
            behind = true;
        } else if word == "clear" {
            style = style
                .fg(Color::Reset)
                .bg(Color::Reset)
                .remove_modifier(Modifier::DIM);
        } else {
            let color = color(word).ok_or_else(|| word.to_owned())?;
            style = if behind {
                style.bg(color)
            } else {
                style.fg(color)
            };
            behind = false;
        }
    }
    Ok(style)
}

fn modifier(word: &str) -> Option<Modifier> {
    Some(match word {
        "bold" => Modifier::BOLD,
        "faint" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underline" => Modifier::UNDERLINED,
        "reverse" => Modifier::REVERSED,
        _ => return None,
    })
}

fn color(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        let all = (hex.len() == 6 && hex.is_ascii())
            .then(|| u32::from_str_radix(hex, 16).ok())
            .flatten()?;
        let [_, red, green, blue] = all.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    if let Ok(index) = word.parse::<u8>() {
        return Some(Color::Indexed(index));
    }
    Some(match word {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::contrast;
    use super::*;

    const LEVELS: [Level; 4] = [Level::Mono, Level::Ansi16, Level::Ansi256, Level::True];
    const BACKGROUNDS: [Background; 3] = [Background::Dark, Background::Light, Background::Unknown];

    #[test]
    fn the_built_in_file_names_every_role_at_every_level() {
        let file = toml::Table::from_str(BUILT_IN).unwrap();
        for level in LEVELS {
            for background in BACKGROUNDS {
                let lines = section(&file, level, background).unwrap();
                let mut wrong = Vec::new();
                lay(&mut Theme::default(), lines, &mut wrong);
                assert_eq!(wrong, [""; 0], "{level:?} {background:?}");
                assert_eq!(lines.len(), 18, "{level:?} {background:?}");
            }
        }
    }

    #[test]
    fn the_themes_that_come_along_can_be_read_and_are_complete() {
        for (name, text) in NAMED {
            let lines = toml::Table::from_str(text).unwrap();
            assert_eq!(lines.len(), 19, "{name}");
            for level in [Level::Ansi256, Level::True] {
                let base = built_in(level, Background::Dark);
                let (_, wrong) = patched(&base, text, level, Background::Dark);
                assert_eq!(wrong, [""; 0], "{name}");
            }
            let ground = color(lines["background"].as_str().unwrap()).unwrap();
            let ground = contrast::channels(ground).unwrap();
            let (theme, _) = patched(&Theme::default(), text, Level::True, Background::Dark);
            for style in [
                theme.text,
                theme.dim,
                theme.folder,
                theme.danger,
                theme.marked,
            ] {
                let ink = contrast::channels(style.fg.unwrap()).unwrap();
                assert!(contrast::ratio(ink, ground) >= 4.5, "{name} {style:?}");
            }
        }
    }

    #[test]
    fn levels_keep_their_promise() {
        for background in BACKGROUNDS {
            let mono = built_in(Level::Mono, background);
            assert_eq!((mono.folder.fg, mono.danger.fg), (None, None));
            assert_eq!(
                mono.cursor.fg,
                Some(Color::Reset),
                "one colour for the whole bar"
            );
            assert!(mono.cursor.add_modifier.contains(Modifier::REVERSED));
        }
        let unknown = built_in(Level::True, Background::Unknown);
        assert_eq!(unknown, built_in(Level::Ansi16, Background::Dark));
        assert_eq!(unknown.text, Style::new(), "the terminal's own text colour");
        let dark = built_in(Level::True, Background::Dark);
        assert_eq!(dark.folder.fg, Some(Color::Rgb(0x8a, 0xb4, 0xf8)));
        let light = built_in(Level::Ansi16, Background::Light);
        assert_eq!(light.marked.fg, Some(Color::Magenta));
    }

    #[test]
    fn a_file_of_ones_own_changes_what_it_names_and_says_what_is_wrong() {
        let base = built_in(Level::Ansi16, Background::Dark);
        let of = |text: &str| patched(&base, text, Level::True, Background::Dark);
        let (theme, wrong) =
            of("folder = \"italic #010203 on bright-white\"\nrule = \"pinkish\"\nx = 1");
        let folder = Style::new()
            .fg(Color::Rgb(1, 2, 3))
            .bg(Color::White)
            .add_modifier(Modifier::ITALIC);
        assert_eq!(theme.folder, folder);
        assert_eq!((theme.rule, theme.text), (base.rule, base.text));
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(
            wrong[0].contains("pinkish") && wrong[1].contains("\"x\""),
            "{wrong:?}"
        );
        assert!(wrong[2].contains("folder is hard to read"), "{wrong:?}");
        let (same, wrong) = of("folder = ");
        assert_eq!(same, base);
        assert_eq!(wrong.len(), 1);
    }
}
