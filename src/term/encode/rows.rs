//! Rows of cells as a terminal sees them, and what of a row must be written again.
//!
//! Invariant: a cell that a wide character covers is never written by itself, and what a character
//! of doubtful width may have been drawn over is written again and at its own address.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::palette::within;
use super::pen::{Pen, Wants};
use super::walk::Spot;
use crate::model::width;
use crate::term::Level;

/// A symbol that no frame contains: what is shown there is not known.
pub(super) const SPOILED: &str = "\u{0}";

/// One row of a buffer.
#[derive(Debug)]
pub(super) struct Row<'a> {
    slots: Vec<Slot<'a>>,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot<'a> {
    symbol: &'a str,
    wants: Wants,
    /// How many cells it takes; 0 if the wide character before it covers it.
    cells: usize,
    trust: Trust,
}

impl Slot<'_> {
    /// So many cells it may be drawn over: two for each of its characters.
    fn reach(&self) -> usize {
        self.cells.max(2 * self.symbol.chars().count())
    }
}

/// How far terminals agree about a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// It takes one cell and is drawn where it stands.
    Sure,
    /// All take it for two cells.
    Wide,
    /// Written from right to left: drawn elsewhere by some.
    Backward,
    /// A sequence: drawn narrower or wider by some.
    Doubtful,
}

/// What is done to cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// They are written.
    Write,
    /// Everything to the end of the row becomes blank.
    EraseToEnd,
    /// Everything from the start of the row to the first cell becomes blank, that cell too.
    EraseToStart,
}

/// Cells of one row that are written in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) y: u16,
    /// The first cell.
    pub(super) from: u16,
    /// Behind the last cell.
    to: u16,
    pub(super) wants: Wants,
    pub(super) act: Act,
    /// Whether the row must be written from left to right.
    stiff: bool,
}

impl<'a> Row<'a> {
    /// A row of a buffer, in the colours of a level.
    pub(super) fn of(buffer: &'a Buffer, y: u16, level: Level) -> Self {
        let wide = usize::from(buffer.area.width);
        let start = usize::from(y) * wide;
        let cells = buffer.content().get(start..start + wide).unwrap_or(&[]);
        let mut slots = Vec::with_capacity(wide);
        while slots.len() < wide.min(cells.len()) {
            let cell = &cells[slots.len()];
            let (symbol, cells) = clean(cell.symbol(), wide - slots.len());
            let pen = Pen {
                fg: within(cell.fg, level),
                bg: within(cell.bg, level),
                modifier: cell.modifier,
            };
            let slot = Slot {
                symbol,
                wants: pen.for_symbol(symbol),
                cells,
                trust: trust(symbol, cells),
            };
            slots.push(slot);
            let covered = Slot { cells: 0, ..slot };
            slots.extend(std::iter::repeat_n(covered, cells - 1));
        }
        Self { slots }
    }

    /// Writes the cells of a piece at the place where the cursor is.
    pub(super) fn write(
        &self,
        piece: &Piece,
        size: (u16, u16),
        (at, out): (&mut Option<Spot>, &mut Vec<u8>),
    ) {
        let (mut x, y) = (piece.from, piece.y);
        // Whether the cursor is in this row, if nobody knows where.
        let mut loose = false;
        for slot in &self.slots[usize::from(piece.from)..usize::from(piece.to)] {
            if slot.cells == 0 {
                continue;
            }
            if loose && at.is_none() {
                super::walk::along(at, Spot { x, y }, out);
            } else {
                super::walk::go(at, Spot { x, y }, size.1, out);
            }
            if slot.trust == Trust::Doubtful {
                // What was there must not show beside a character drawn narrower than it counts.
                out.extend(std::iter::repeat_n(b' ', slot.cells));
                out.extend(std::iter::repeat_n(b'\x08', slot.cells));
                if x + clamp(slot.cells) >= size.0 {
                    // At the right edge the cursor does not move past the last cell.
                    *at = None;
                    super::walk::go(at, Spot { x, y }, size.1, out);
                }
            }
            out.extend_from_slice(slot.symbol.as_bytes());
            x += clamp(slot.cells);
            let sure = matches!(slot.trust, Trust::Sure | Trust::Wide);
            let next_backward = self
                .slots
                .get(usize::from(x))
                .is_some_and(|next| next.trust == Trust::Backward);
            let sure = sure || (slot.trust == Trust::Backward && next_backward);
            *at = (sure && x < size.0).then_some(Spot { x, y });
            loose = usize::from(x) + slot.reach() < usize::from(size.0);
        }
    }

    fn is_blank(&self, x: usize) -> bool {
        let slot = &self.slots[x];
        slot.symbol == " " && slot.wants == Wants::Behind(Color::Reset)
    }
}

/// A symbol that may be written, and how many cells it takes.
fn clean(symbol: &str, room: usize) -> (&str, usize) {
    if symbol == SPOILED {
        return (symbol, 1);
    }
    if symbol.is_empty() {
        return (" ", 1);
    }
    if let [b' '..=b'~'] = symbol.as_bytes() {
        return (symbol, 1);
    }
    let cells = width(symbol);
    // A terminal that does not join a sequence draws its characters one behind the other: that
    // must not run over the edge.
    let apart: usize = symbol
        .chars()
        .map(|c| width(c.encode_utf8(&mut [0; 4])))
        .sum();
    if symbol.chars().any(char::is_control) || cells == 0 || (apart > cells && apart > room) {
        ("\u{fffd}", 1)
    } else if cells > room {
        (" ", 1)
    } else {
        (symbol, cells)
    }
}

fn trust(symbol: &str, cells: usize) -> Trust {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if is_backward(c) => Trust::Backward,
        (Some(_), None) if cells == 1 => Trust::Sure,
        (Some(c), None) if cells == 2 && is_settled_wide(c) => Trust::Wide,
        _ => Trust::Doubtful,
    }
}

/// Hebrew, Arabic and their kin.
fn is_backward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Han, kana, hangul and full-width forms: two cells since the first terminals that showed them.
/// Emoji are not among them.
fn is_settled_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{3000}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

/// What of `row` must be written where `before` is shown, from left to right.
pub(super) fn pieces(y: u16, row: &Row<'_>, before: &Row<'_>, into: &mut Vec<Piece>) {
    let slots = &row.slots;
    let mut changed: Vec<bool> = (0..slots.len())
        .map(|x| before.slots.get(x) != Some(&slots[x]))
        .collect();
    if !changed.contains(&true) {
        return;
    }
    let stiff = spread(slots, &before.slots, &mut changed);
    let erased = erased(row, &mut changed);
    if let Some(x) = erased_before(row, &mut changed) {
        into.push(Piece {
            y,
            from: clamp(x),
            to: clamp(x),
            wants: Wants::Behind(Color::Reset),
            act: Act::EraseToStart,
            stiff,
        });
    }
    bridge(slots, &mut changed);
    let mut open: Option<Piece> = None;
    for x in 0..slots.len() {
        if slots[x].cells == 0 {
            continue;
        }
        if !changed[x] {
            into.extend(open.take());
            continue;
        }
        let (at, end) = (clamp(x), clamp(x + slots[x].cells));
        let joined = open.and_then(|piece| piece.wants.and(slots[x].wants));
        match (&mut open, joined) {
            (Some(piece), Some(wants)) => {
                piece.wants = wants;
                piece.to = end;
            }
            (open, _) => {
                into.extend(open.replace(Piece {
                    y,
                    from: at,
                    to: end,
                    wants: slots[x].wants,
                    act: Act::Write,
                    stiff,
                }));
            }
        }
    }
    into.extend(open);
    if let Some(x) = erased {
        into.push(Piece {
            y,
            from: clamp(x),
            to: clamp(slots.len()),
            wants: slots[x].wants,
            act: Act::EraseToEnd,
            stiff,
        });
    }
}

/// Has the cells written again that a doubtful character which is written, or goes, may have been
/// drawn over; says whether there are any.
fn spread(slots: &[Slot<'_>], before: &[Slot<'_>], changed: &mut [bool]) -> bool {
    let mut found = false;
    for x in 0..slots.len() {
        let here = [slots.get(x), before.get(x)].into_iter().flatten();
        let doubtful = here.filter(|slot| slot.trust == Trust::Doubtful && slot.cells > 0);
        let reach = doubtful.map(Slot::reach);
        if let Some(reach) = reach.max().filter(|_| changed[x]) {
            let end = (x + reach).min(changed.len());
            changed[x..end].fill(true);
            found = true;
        }
    }
    found
}

/// From where the row is erased to its end, if that is shorter than to write blanks; the cells
/// are then no longer taken for changed.
fn erased(row: &Row<'_>, changed: &mut [bool]) -> Option<usize> {
    let len = row.slots.len();
    let blank_from = (0..len).rev().take_while(|x| row.is_blank(*x)).last()?;
    let first = (blank_from..len).find(|x| changed[*x])?;
    let last = (first..len).rev().find(|x| changed[*x])?;
    if last - first < 3 {
        return None;
    }
    changed[first..].fill(false);
    Some(first)
}

/// Up to where the start of the row is erased, if that is shorter than to write blanks; the cells
/// are then no longer taken for changed. It may be the first cell of a text that is written
/// behind the blanks: the cursor is then there already.
fn erased_before(row: &Row<'_>, changed: &mut [bool]) -> Option<usize> {
    let len = row.slots.len();
    let blanks = (0..len).take_while(|x| row.is_blank(*x)).count();
    let first = (0..blanks).find(|x| changed[*x])?;
    let last = (first..blanks).rev().find(|x| changed[*x])?;
    if last - first < 4 {
        return None;
    }
    changed[..blanks].fill(false);
    let blank = Wants::Behind(Color::Reset);
    let text = row.slots.get(blanks).filter(|_| last + 1 == blanks);
    // Of another background it may be written before the blanks are erased.
    let follows = text.is_some_and(|slot| changed[blanks] && slot.wants.and(blank).is_some());
    Some(if follows { blanks } else { last })
}

/// Writes short gaps again where that costs no more than to jump over them.
fn bridge(slots: &[Slot<'_>], changed: &mut [bool]) {
    let mut last: Option<usize> = None;
    for x in 0..slots.len() {
        if !changed[x] {
            continue;
        }
        if let Some(last) = last
            && x > last + 1
        {
            let gap = &slots[last + 1..x];
            let bytes: usize = gap.iter().map(|slot| slot.symbol.len()).sum();
            let jump = if gap.len() == 1 { 3 } else { 4 };
            let worn = slots[last].wants;
            let plain = gap.iter().all(|slot| {
                slot.trust == Trust::Sure && slot.wants.and(worn).is_some_and(|w| w == worn)
            });
            if bytes <= jump && plain {
                changed[last + 1..x].fill(true);
            }
        }
        last = Some(x);
    }
}

/// Orders pieces by what they are written with, the pen's own first: a style is then changed once
/// and not in every row.
pub(super) fn by_style(work: &mut [Piece], pen: Option<Pen>) {
    let mut order: HashMap<Wants, usize> = HashMap::new();
    let mut pens: Vec<Wants> = pen.map(Wants::All).into_iter().collect();
    pens.extend(work.iter().map(|piece| piece.wants));
    let exact = pens.iter().filter(|wants| matches!(wants, Wants::All(_)));
    for wants in exact {
        let n = order.len();
        order.entry(*wants).or_insert(n);
    }
    let place = |wants: Wants| match wants {
        Wants::All(_) => order.get(&wants).copied(),
        Wants::Behind(_) => order
            .iter()
            .filter(|(other, _)| wants.and(**other).is_some())
            .map(|(_, n)| *n)
            .min(),
    };
    // The pieces of a stiff row stay behind each other: all are where the first of them belongs.
    let mut stiff: HashMap<u16, usize> = HashMap::new();
    work.sort_by_cached_key(|piece| {
        let own = place(piece.wants).unwrap_or(usize::MAX);
        if piece.stiff {
            *stiff.entry(piece.y).or_insert(own)
        } else {
            own
        }
    });
}

fn clamp(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[cfg(test)]
impl Row<'_> {
    /// What every terminal shows in a cell, and how many cells it takes; none where a doubtful
    /// character stands.
    pub(super) fn plain(&self, x: u16) -> Option<(&str, usize)> {
        let slot = self.slots.get(usize::from(x))?;
        let settled = matches!(slot.trust, Trust::Sure | Trust::Wide | Trust::Backward);
        (settled && slot.cells > 0).then_some((slot.symbol, slot.cells))
    }
}
