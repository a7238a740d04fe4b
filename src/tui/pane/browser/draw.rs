//! Draws a pane: two rules, the header, rows or the text in their place. Changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::frame::{clamp, header, rule, said};
use super::words::{Piece, Said};
use super::{Browser, SKELETON, STILL, names};
use crate::engine::Kind;
use crate::model::{Place, cut_middle, size, width};
use crate::tui::cursor::Cursor;
use crate::tui::paint::{Pen, row};
use crate::tui::pane::columns::{Columns, Dates, LEAD, SIZE};
use crate::tui::pane::{Focus, Parts, Show, Target, crumbs};
use crate::tui::theme::Role;
use crate::tui::tree::{Branch, Class, Difference, Line, Row, Tree};

/// Whether what is drawn can be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Full,
    /// The rows of the place before, while another one loads.
    Faded,
}

impl Browser {
    /// Draws it.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, show: &Show<'_>) {
        let parts = Parts::of(area, show.least);
        self.draw_crumbs(parts.crumbs, buf, show);
        rule(parts.count, buf, show, &self.count(show));
        let columns = Columns::of(area.width, show.least);
        if parts.header.height > 0 {
            header(parts.header, buf, show, columns);
        }
        let elapsed = show.now.saturating_duration_since(self.since);
        match &self.old {
            Some(old) if self.is_loading_first() && elapsed < SKELETON => {
                let ink = if elapsed < STILL {
                    Ink::Full
                } else {
                    Ink::Faded
                };
                let list = List {
                    tree: &old.tree,
                    cursor: old.cursor,
                    columns,
                    ink,
                    show,
                };
                Self::draw_list(&list, parts.rows, buf);
            }
            _ if self.tree.is_empty() => {
                said(&self.instead_of_rows(show), parts.rows, buf, show);
            }
            _ => {
                let cursor = self.cursor;
                let list = List {
                    tree: &self.tree,
                    cursor,
                    columns,
                    ink: Ink::Full,
                    show,
                };
                Self::draw_list(&list, parts.rows, buf);
            }
        }
    }

    fn draw_crumbs(&self, area: Rect, buf: &mut Buffer, show: &Show<'_>) {
        let mut pieces: Vec<Piece> = Vec::new();
        let label = self.label().map(|l| format!(" {l} "));
        let taken = label.as_ref().map_or(0, |l| width(l) + 1) + usize::from(show.taken);
        let room = usize::from(area.width).saturating_sub(4 + taken);
        let role = match (show.target, show.focus) {
            (Some(Target::Place), _) => Role::Good,
            (_, Focus::Here) => Role::Active,
            (_, Focus::Elsewhere) => Role::Dim,
        };
        let path: String = crumbs::fit(self.crumbs(show), room)
            .into_iter()
            .map(|c| c.text)
            .collect();
        pieces.push((path, role));
        rule(area, buf, show, &pieces);
        if let Some(label) = label {
            let from = Rect {
                x: area.x + 2,
                width: area.width.saturating_sub(2),
                ..area
            };
            let mut pen = Pen::new(from, buf, show.look);
            pen.styled(&label, show.look.theme.label);
            pen.put(" ", role).put(&pieces[0].0, role).put(" ", role);
        }
    }

    fn draw_list(list: &List<'_>, area: Rect, buf: &mut Buffer) {
        let lines = (list.cursor.top, usize::from(area.height));
        let names = names::drawn(list.tree, lines, list.columns, list.show.look.glyphs);
        for n in 0..usize::from(area.height) {
            let at = list.cursor.top + n;
            match list.tree.line(at) {
                Some(Line::Row { .. }) => {
                    if let Some((branch, line)) = list.tree.row(at) {
                        let name = names.get(n).map_or("", String::as_str);
                        list.row(at, (branch, &line, name), row(area, n), buf);
                    }
                }
                Some(Line::Gap { branch, gap }) => {
                    let branch = list.tree.branch(branch);
                    let said = Self::gap(branch, gap);
                    list.note(at, (branch.depth, &said), row(area, n), buf);
                }
                Some(Line::Note { branch }) => {
                    let branch = list.tree.branch(branch);
                    let said = Self::note(branch, list.show);
                    list.note(at, (branch.depth, &said), row(area, n), buf);
                }
                None => {
                    list.ghosts(area, n, buf);
                    break;
                }
            }
        }
    }

    /// Where the terminal's cursor belongs while a filter is typed.
    #[must_use]
    pub fn caret(&self, area: Rect) -> Option<(u16, u16)> {
        let field = self.input()?;
        let count = Parts::of(area, 0).count;
        let before = width(crate::model::shown(&field.text()[..field.caret()]).as_str());
        let x = count
            .x
            .saturating_add(3)
            .saturating_add(u16::try_from(before).ok()?);
        Some((x.min(count.right().saturating_sub(1)), count.y))
    }
}

/// A list that is being drawn.
struct List<'a> {
    tree: &'a Tree,
    cursor: Cursor,
    columns: Columns,
    ink: Ink,
    show: &'a Show<'a>,
}

impl List<'_> {
    fn row(
        &self,
        at: usize,
        (branch, line, name): (&Branch, &Row, &str),
        area: Rect,
        buf: &mut Buffer,
    ) {
        let show = self.show;
        let role = self.role(line);
        let (state, state_role) = self.state(at, branch, line);
        let indent = usize::from(branch.depth) * 2;
        let mut pen = Pen::new(area, buf, show.look);
        pen.put(self.pointer(at), self.pointer_role(role))
            .put(state, state_role);
        pen.skip(LEAD - 2 + indent);
        if line.kind.is_folder() {
            let (closed, open) = show.look.glyphs.tree;
            let glyph = if self.tree.is_open(line) {
                open
            } else {
                closed
            };
            pen.put(
                glyph,
                if self.ink == Ink::Faded {
                    Role::Dim
                } else {
                    Role::Folder
                },
            )
            .skip(1);
        }
        self.name(&mut pen, name, role);
        let named = area.width.saturating_sub(clamp(pen.room()));
        pen.to(LEAD + self.columns.name + 1);
        let quiet = if role == Role::Marked {
            Role::Marked
        } else {
            Role::Dim
        };
        pen.right(&line.size.map(size).unwrap_or_default(), SIZE, quiet);
        if self.columns.dates != Dates::None
            && let Some(modified) = line.modified
        {
            let text = self.columns.date(modified, show.look.wall, show.look.zone);
            pen.skip(self.columns.gap).put(&text, Role::Dim);
        }
        self.highlight(at, (area, named), role, buf);
    }

    fn name(&self, pen: &mut Pen<'_>, name: &str, role: Role) {
        let hit = self.tree.filter().and_then(|filter| filter.hit(name));
        match hit.filter(|hit| !hit.is_empty()) {
            Some(hit) => {
                let base = self.show.look.theme.role(role);
                pen.put(&name[..hit.start], role);
                pen.styled(&name[hit.clone()], base.patch(self.show.look.theme.hit));
                pen.put(&name[hit.end..], role);
            }
            None => {
                pen.put(name, role);
            }
        }
    }

    fn note(&self, at: usize, (depth, said): (u16, &Said), area: Rect, buf: &mut Buffer) {
        let mut pen = Pen::new(area, buf, self.show.look);
        pen.put(self.pointer(at), self.pointer_role(Role::Text))
            .skip(LEAD - 1 + usize::from(depth) * 2);
        for (text, role) in said {
            pen.put(&crate::model::cut_end(text, pen.room()), *role);
        }
        let named = area.width.saturating_sub(clamp(pen.room()));
        self.highlight(at, (area, named), Role::Text, buf);
    }

    /// What pasting would put here, below the last row.
    fn ghosts(&self, area: Rect, from: usize, buf: &mut Buffer) {
        let place = &self.tree.root().place;
        let show = self.show;
        let Some(yank) = show.yank.filter(|_| show.focus == Focus::Here) else {
            return;
        };
        if self.ink == Ink::Faded || !matches!(place, Place::Prefix(..) | Place::Folder(_)) {
            return;
        }
        let new = yank
            .items
            .head()
            .iter()
            .filter(|item| item.location.parent().as_ref() != Some(place));
        for (n, item) in (from..usize::from(area.height)).zip(new) {
            let mut pen = Pen::new(row(area, n), buf, show.look);
            let name = cut_middle(item.name.as_str(), self.columns.name);
            pen.skip(1).put("+", Role::Dim).skip(LEAD - 2);
            pen.put(&name, Role::Dim);
            pen.to(LEAD + self.columns.name + 1);
            pen.right(&item.size.map(size).unwrap_or_default(), SIZE, Role::Dim);
        }
    }

    fn role(&self, line: &Row) -> Role {
        match self.ink {
            Ink::Faded => Role::Dim,
            Ink::Full if line.marked => Role::Marked,
            Ink::Full if line.kind.is_folder() => Role::Folder,
            Ink::Full => Role::Text,
        }
    }

    fn state(&self, at: usize, branch: &Branch, line: &Row) -> (&'static str, Role) {
        if self.show.target == Some(Target::Line(at)) {
            return (self.show.look.glyphs.crumb, Role::Good);
        }
        let difference = self.show.differences.filter(|_| branch.depth == 0);
        let class = Class::of(line.kind);
        if let Some(difference) = difference.and_then(|d| d.get(class, line.name.bytes())) {
            let role = if line.marked { Role::Marked } else { Role::Dim };
            return match difference {
                Difference::Only => ("+", role),
                Difference::Differs => ("≠", role),
            };
        }
        if line.marked {
            return (self.show.look.glyphs.mark, Role::Marked);
        }
        if line.own {
            return ("~", Role::Dim);
        }
        if let Some(yank) = self.show.yank
            && yank.holds(&branch.place, line)
        {
            return (
                if yank.kind == Kind::Copy { "=" } else { "-" },
                Role::Marked,
            );
        }
        (" ", Role::Text)
    }

    fn pointer(&self, at: usize) -> &'static str {
        let glyphs = self.show.look.glyphs;
        match (at == self.cursor.at, self.show.focus) {
            (false, _) => " ",
            (true, Focus::Here) if self.ink == Ink::Full => glyphs.cursor,
            (true, _) => glyphs.cursor_off,
        }
    }

    /// On the cursor's bar it has the name's colour: one style for both.
    fn pointer_role(&self, name: Role) -> Role {
        if self.show.focus == Focus::Here {
            name
        } else {
            Role::Rule
        }
    }

    /// Lays the cursor over a row: over its name alone, so that a move writes two names and not two
    /// rows.
    fn highlight(&self, at: usize, (area, named): (Rect, u16), role: Role, buf: &mut Buffer) {
        let theme = self.show.look.theme;
        let here = self.show.focus == Focus::Here && self.ink == Ink::Full;
        if self.show.target == Some(Target::Line(at)) {
            patch(area, buf, theme.target);
        } else if at == self.cursor.at && here {
            let name = Rect {
                // One cell more: the name stands in the middle of its bar.
                width: named.saturating_add(1).min(area.width),
                ..area
            };
            patch(name, buf, theme.cursor);
            if theme.cursor.add_modifier.contains(Modifier::REVERSED) {
                // A gap shows the colour of letters then: the bar is of one piece, bold or not.
                let style = theme.role(role).patch(theme.cursor);
                for at in name.intersection(buf.area).positions() {
                    if buf[at].symbol() == " " {
                        buf[at].set_style(style);
                    }
                }
            }
        }
    }
}

fn patch(area: Rect, buf: &mut Buffer, style: Style) {
    buf.set_style(area.intersection(buf.area), style);
}
