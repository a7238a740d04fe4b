//! A picture as it is shown: cells of colour, or what the terminal's own protocol wants for each
//! row of cells.
//!
//! Knows no file format and no terminal: `shell/pictures` makes it. Whether pictures are made at
//! all is a feature of the build ([`ABLE`]) and the person's choice.

use std::sync::Arc;

use ratatui::style::Color;

/// Whether this build can make pictures.
pub const ABLE: bool = cfg!(feature = "images");

/// Endings of names that are taken for pictures.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "bmp"];

/// A picture, ready for so many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Columns and rows that it takes.
    pub size: (u16, u16),
    /// Columns and rows that it was made for.
    pub room: (u16, u16),
    /// What it is: `4000×3000 · png`.
    pub what: String,
    /// How it is shown.
    pub paint: Paint,
}

/// How a picture is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paint {
    /// Half blocks: upper and lower colour of each cell, row by row.
    Cells(Vec<(Color, Color)>),
    /// The terminal's protocol, for each row.
    Rows(Arc<[String]>),
}

/// Whether pictures are shown without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// They are.
    #[default]
    Shown,
    /// Only when asked for: over SSH they cost.
    Asked,
    /// Never.
    Never,
}

/// Whether a name is that of a picture.
#[must_use]
pub fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_ending() {
        for (name, is) in [
            ("a.PNG", true),
            ("b.tar.jpeg", true),
            ("png", false),
            ("a.png.txt", false),
        ] {
            assert_eq!(is_picture(name), is, "{name}");
        }
    }
}
