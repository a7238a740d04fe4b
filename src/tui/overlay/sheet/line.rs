//! One line of a sheet: texts from the left, texts at the right end.
//!
//! Invariant: the right part is whole as long as the row has room for it; the left part gives way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::width;
use crate::tui::paint::{Cut, Pen, fit};
use crate::tui::theme::{Look, Role};

/// A row of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// From the left.
    pub(crate) left: Vec<(String, Role)>,
    /// At the right end.
    pub(crate) right: Vec<(String, Role)>,
    /// Whether the cursor of a list stands here.
    pub(crate) here: bool,
    /// Where its left part is cut when it is too long.
    pub(crate) cut: Cut,
    /// What a click on it means, for whoever wrote it.
    pub(crate) tag: Option<usize>,
}

impl Line {
    /// A line of one text.
    pub(crate) fn of(text: impl Into<String>, role: Role) -> Self {
        Self {
            left: vec![(text.into(), role)],
            ..Self::default()
        }
    }

    /// With another text behind what there is.
    pub(crate) fn and(mut self, text: impl Into<String>, role: Role) -> Self {
        self.left.push((text.into(), role));
        self
    }

    /// With a text at the right end.
    pub(crate) fn right(mut self, text: impl Into<String>, role: Role) -> Self {
        self.right.push((text.into(), role));
        self
    }

    /// Cut at its end: a sentence, no name.
    pub(crate) fn sentence(mut self) -> Self {
        self.cut = Cut::End;
        self
    }

    /// With a tag for clicks.
    pub(crate) fn tagged(mut self, tag: usize) -> Self {
        self.tag = Some(tag);
        self
    }

    /// With the list's cursor, if its tag is this.
    pub(crate) fn at(mut self, cursor: usize) -> Self {
        self.here = self.tag == Some(cursor);
        self
    }

    fn cells(pieces: &[(String, Role)]) -> usize {
        pieces.iter().map(|(text, _)| width(text)).sum()
    }

    /// Draws the line; the left part gives way to the right one.
    pub(crate) fn draw(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let all = usize::from(area.width);
        let right = Self::cells(&self.right).min(all);
        let room = if right == 0 {
            all
        } else {
            all.saturating_sub(right + 1)
        };
        let mut pen = Pen::new(area, buf, look);
        let mut used = 0;
        for (text, role) in &self.left {
            let text = fit(text, room.saturating_sub(used), self.cut);
            used += width(&text);
            pen.put(&text, *role);
        }
        pen.to(all - right);
        for (text, role) in &self.right {
            pen.put(text, *role);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::overlay::testing::{Scene, text_of};

    fn drawn(line: &Line, cells: u16) -> String {
        let area = Rect::new(0, 0, cells, 1);
        let mut buf = Buffer::empty(area);
        line.draw(area, &mut buf, &Scene::new().look());
        text_of(&buf)
    }

    #[test]
    fn the_name_gives_way_to_the_size() {
        let line = Line::of("full-frame-panorama.tif", Role::Text).right("842 MiB", Role::Dim);
        assert_eq!(drawn(&line, 32), "full-frame-panorama.tif  842 MiB");
        assert_eq!(drawn(&line, 24), "full-frame-….tif 842 MiB");
    }

    #[test]
    fn wide_names_keep_columns_straight() {
        let line = |name: &str| Line::of(name, Role::Text).right("1 B", Role::Dim);
        for name in [
            "日本語のとても長い名前.txt",
            "🦀🦀🦀🦀🦀🦀🦀🦀.rs",
            "plain.txt",
        ] {
            let text = drawn(&line(name), 16);
            assert_eq!(width(&text), 16, "{text}");
            assert!(text.ends_with(" 1 B"), "{text}");
        }
    }
}
