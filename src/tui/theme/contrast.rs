//! Whether text can be read on its background.
//!
//! Pure. Knows colours as numbers only: the terminal's own sixteen are its owner's affair and are
//! never judged.
//!
//! Source: WCAG 2.2, relative luminance and contrast ratio.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many kinds of colours only those that are numbers can be measured"
)]

use ratatui::style::Color;

use super::Theme;
use crate::term::Background;

/// The least contrast of text.
const LEAST: f64 = 3.0;

/// The channels of a colour that is a number; none of one that the terminal chooses.
pub(super) fn channels(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index @ 16..=231) => {
            let index = index - 16;
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            Some([level(index / 36), level(index / 6 % 6), level(index % 6)])
        }
        Color::Indexed(index @ 232..=255) => Some([8 + 10 * (index - 232); 3]),
        _ => None,
    }
}

fn luminance(channels: [u8; 3]) -> f64 {
    let [r, g, b] = channels.map(|channel| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// From 1 (none) to 21 (black on white).
pub(super) fn ratio(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What of a theme cannot be read, in words for people. Without a background of its own it is
/// measured against a common one of its kind.
pub(super) fn check(theme: &Theme, ground: Option<Color>, kind: Background) -> Vec<String> {
    let common = match kind {
        Background::Light => [0xff, 0xff, 0xff],
        Background::Dark | Background::Unknown => [0x1c, 0x1c, 0x1c],
    };
    let ground = ground.and_then(channels).unwrap_or(common);
    let bar = theme.cursor.bg.and_then(channels);
    let roles = [
        ("text", theme.text),
        ("dim", theme.dim),
        ("active", theme.active),
        ("folder", theme.folder),
        ("marked", theme.marked),
        ("good", theme.good),
        ("warning", theme.warning),
        ("danger", theme.danger),
        ("link", theme.link),
        ("key", theme.key),
        ("title", theme.title),
    ];
    let mut wrong = Vec::new();
    for (name, style) in roles {
        let Some(ink) = style.fg.and_then(channels) else {
            continue;
        };
        let own = style.bg.and_then(channels).unwrap_or(ground);
        let grounds = [
            (own, "the background"),
            (bar.unwrap_or(own), "the cursor's bar"),
        ];
        let faint = grounds
            .iter()
            .find(|(ground, _)| ratio(ink, *ground) < LEAST);
        if let Some((ground, place)) = faint {
            wrong.push(format!(
                "{name} is hard to read on {place}: contrast {:.1}, at least {LEAST} is needed",
                ratio(ink, *ground)
            ));
        }
    }
    wrong
}

/// The nearest of xterm's 256 colours.
pub(super) fn reduced(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else {
        return color;
    };
    let distance = |index: &u8| -> u32 {
        let known = channels(Color::Indexed(*index)).unwrap_or_default();
        let parts = [red, green, blue].into_iter().zip(known);
        parts
            .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
            .sum()
    };
    (16..=255)
        .min_by_key(distance)
        .map_or(color, Color::Indexed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_are_the_ends() {
        assert!((ratio([0; 3], [255; 3]) - 21.0).abs() < 0.01);
        assert!((ratio([7; 3], [7; 3]) - 1.0).abs() < 0.01);
    }

    #[test]
    fn colours_are_reduced_to_what_looks_alike() {
        assert_eq!(reduced(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(reduced(Color::Rgb(128, 128, 128)), Color::Indexed(244));
        assert_eq!(reduced(Color::Blue), Color::Blue);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        let theme = Theme {
            dim: ratatui::style::Style::new().fg(Color::Rgb(0x33, 0x33, 0x33)),
            ..Theme::default()
        };
        let wrong = check(&theme, None, Background::Dark);
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].starts_with("dim is hard to read"), "{wrong:?}");
        assert!(check(&theme, None, Background::Light).is_empty());
    }
}
