//! What lies over cells and is no cell: a link behind text, a picture.
//!
//! A stamp belongs to a frame, as cells do: it is written when it is new, and what it covered is
//! painted anew when it is gone. Invariant: a link's address gets out as printable ASCII alone,
//! and cells under a link are written by the encoder as all others, so nothing that is shown can
//! differ from what the frame says.

use std::fmt::Write;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::SPOILED;

/// Something that lies over cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Over which cells.
    pub area: Rect,
    /// What it is.
    pub ink: Ink,
}

/// What lies over cells.
#[derive(Clone, PartialEq, Eq)]
pub enum Ink {
    /// The text leads to this address.
    Link(Arc<str>),
    /// A picture: for each row of cells what draws it there, made by an encoder of pictures.
    Picture(Arc<[String]>),
}

/// An address is a secret, and a picture is long.
impl std::fmt::Debug for Ink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Link(_) => "Link",
            Self::Picture(_) => "Picture",
        })
    }
}

/// Longest address that is written: terminals take 2083 bytes. Source: the specification of OSC 8.
const LONGEST: usize = 2083;

/// What begins a link, none if the address is not one that may be written.
pub(super) fn opened(address: &str) -> Option<String> {
    let plain = address.bytes().all(|b| (b'!'..=b'~').contains(&b));
    let web = address.starts_with("https://") || address.starts_with("http://");
    (plain && web && address.len() <= LONGEST).then(|| format!("\x1b]8;;{address}\x1b\\"))
}

/// What ends a link.
pub(super) const CLOSED: &str = "\x1b]8;;\x1b\\";

/// What draws a picture, with the cursor and the style back where they were.
pub(super) fn drawn(area: Rect, rows: &[String]) -> Vec<u8> {
    let mut out = String::from("\x1b7");
    let places = (area.top()..area.bottom()).zip(rows);
    for (y, row) in places.filter(|(_, row)| !row.is_empty()) {
        // A String takes every write.
        let _ = write!(out, "\x1b[{};{}H{row}", y + 1, area.x + 1);
    }
    out.push_str("\x1b8");
    out.into_bytes()
}

/// Has cells painted anew: no cell of a frame is ever equal to these.
pub(super) fn spoil(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].set_symbol(SPOILED);
        }
    }
}

/// Copies cells from one frame to another.
pub(super) fn copy(from: &Buffer, to: &mut Buffer, area: Rect) {
    let area = area.intersection(to.area).intersection(from.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            to[(x, y)] = from[(x, y)].clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Encoder;
    use super::*;
    use crate::term::Level;
    use ratatui::style::Style;

    fn frame(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    fn link(address: &str) -> Stamp {
        Stamp {
            area: Rect::new(4, 0, 4, 1),
            ink: Ink::Link(address.into()),
        }
    }

    fn written(encoder: &mut Encoder, text: &str, stamps: Vec<Stamp>) -> String {
        String::from_utf8(encoder.stamped(frame(text), None, stamps)).unwrap()
    }

    #[test]
    fn a_link_lies_behind_its_cells_and_goes_with_them() {
        let mut encoder = Encoder::new(Level::Mono);
        let first = written(&mut encoder, "see here ok", vec![link("https://h/b?x=1")]);
        let open = "\x1b]8;;https://h/b?x=1\x1b\\";
        let inside = first.split(open).nth(1).unwrap();
        let inside = inside.split(CLOSED).next().unwrap();
        assert!(inside.ends_with("here"), "{first:?}");
        let same = written(&mut encoder, "see here ok", vec![link("https://h/b?x=1")]);
        assert_eq!(same, "", "nothing changed");
        let other = written(&mut encoder, "see here ok", vec![link("https://h/c")]);
        assert!(other.contains("8;;https://h/c\x1b\\") && other.contains("here"));
        let none = written(&mut encoder, "see here ok", Vec::new());
        assert!(none.contains("here") && !none.contains("]8;"), "{none:?}");
        assert_eq!(written(&mut encoder, "see here ok", Vec::new()), "");
    }

    #[test]
    fn an_address_cannot_break_out() {
        for bad in [
            "https://h/\x1b\\",
            "https://h/ü",
            "https://h/a b",
            "javascript:x",
            "file:///etc/passwd",
        ] {
            assert_eq!(opened(bad), None, "{bad:?}");
            let mut encoder = Encoder::new(Level::Mono);
            let text = written(&mut encoder, "see here", vec![link(bad)]);
            assert!(
                text.contains("see here") && !text.contains("]8;"),
                "{text:?}"
            );
        }
        assert_eq!(opened(&format!("https://{}", "x".repeat(3000))), None);
        assert!(!format!("{:?}", link("https://h/?sig=1")).contains("sig"));
    }

    #[test]
    fn a_picture_is_drawn_once_and_its_cells_are_painted_when_it_goes() {
        let mut encoder = Encoder::new(Level::Mono);
        let rows: Arc<[String]> = vec!["P1".to_owned(), "P2".to_owned()].into();
        let picture = || Stamp {
            area: Rect::new(2, 0, 3, 2),
            ink: Ink::Picture(rows.clone()),
        };
        let first = written(&mut encoder, "", vec![picture()]);
        assert!(
            first.ends_with("\x1b7\x1b[1;3HP1\x1b[2;3HP2\x1b8"),
            "{first:?}"
        );
        assert_eq!(written(&mut encoder, "", vec![picture()]), "");
        let gone = written(&mut encoder, "", Vec::new());
        assert!(gone.contains("   "), "{gone:?}");
        encoder.forget();
        let again = written(&mut encoder, "", vec![picture()]);
        assert!(again.contains("P1"), "painted anew with the screen");
    }
}
