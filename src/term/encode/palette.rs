//! Colours that a terminal has for colours that it has not.
//!
//! Pure arithmetic. Invariant: what comes out is within the level.

use ratatui::style::Color;

use crate::term::Level;

/// The steps of a channel in the cube of 256 colours. Source: xterm's `256colres.pl`.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// xterm's 16 colours, as most terminals show them.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// The nearest colour within a level.
pub(super) fn within(color: Color, level: Level) -> Color {
    match (color, level) {
        (_, Level::Mono) => Color::Reset,
        (Color::Indexed(n), _) if n < 16 => SIXTEEN[usize::from(n)].0,
        (Color::Rgb(r, g, b), Level::Ansi256) => Color::Indexed(nearest_256((r, g, b))),
        (Color::Rgb(r, g, b), Level::Ansi16) => nearest_16((r, g, b)),
        (Color::Indexed(n), Level::Ansi16) => nearest_16(of_index(n)),
        (color, _) => color,
    }
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let d = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    d(a.0, b.0) + d(a.1, b.1) + d(a.2, b.2)
}

fn of_index(n: u8) -> (u8, u8, u8) {
    match n {
        0..16 => SIXTEEN[usize::from(n)].1,
        16..232 => {
            let n = usize::from(n) - 16;
            (STEPS[n / 36], STEPS[n / 6 % 6], STEPS[n % 6])
        }
        232.. => {
            let gray = 8 + (n - 232) * 10;
            (gray, gray, gray)
        }
    }
}

fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    (16..=255)
        .min_by_key(|n| distance(of_index(*n), rgb))
        .unwrap_or(16)
}

fn nearest_16(rgb: (u8, u8, u8)) -> Color {
    SIXTEEN
        .iter()
        .min_by_key(|(_, own)| distance(*own, rgb))
        .map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stay_within_the_level() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(within(orange, Level::True), orange);
        assert_eq!(within(orange, Level::Ansi256), Color::Indexed(208));
        assert_eq!(within(orange, Level::Ansi16), Color::Yellow);
        assert_eq!(within(orange, Level::Mono), Color::Reset);
        assert_eq!(within(Color::Indexed(244), Level::Ansi16), Color::DarkGray);
        assert_eq!(within(Color::Indexed(12), Level::True), Color::LightBlue);
        assert_eq!(within(Color::Reset, Level::Ansi16), Color::Reset);
    }
}
