//! The shortest way for the cursor.
//!
//! Knows only positions. Invariant: a place that is not sure is reached by its address alone.

/// A place on the screen, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// The column.
    pub(super) x: u16,
    /// The row.
    pub(super) y: u16,
}

/// Moves the cursor by the fewest bytes; `height` keeps it from scrolling at the last row.
pub(super) fn go(at: &mut Option<Spot>, to: Spot, height: u16, out: &mut Vec<u8>) {
    if *at == Some(to) {
        return;
    }
    let mut best = address(to);
    if let Some(from) = *at
        && to.y < height
    {
        for way in [steps(from, to), turns(from, to)] {
            if way.len() < best.len() {
                best = way;
            }
        }
    }
    out.extend_from_slice(best.as_bytes());
    *at = Some(to);
}

/// Moves the cursor along the row that it is in, wherever in it that is.
pub(super) fn along(at: &mut Option<Spot>, to: Spot, out: &mut Vec<u8>) {
    let (along, address) = (format!("\r{}", right(to.x)), address(to));
    let best = if along.len() < address.len() {
        along
    } else {
        address
    };
    out.extend_from_slice(best.as_bytes());
    *at = Some(to);
}

fn address(to: Spot) -> String {
    match (to.x, to.y) {
        (0, 0) => "\x1b[H".into(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    }
}

/// Up or down, then along.
fn steps(from: Spot, to: Spot) -> String {
    let along = if to.x >= from.x {
        right(to.x - from.x)
    } else {
        left(from.x - to.x)
    };
    climb(from, to) + &along
}

/// Up or down, then to the first column and along.
fn turns(from: Spot, to: Spot) -> String {
    format!("{}\r{}", climb(from, to), right(to.x))
}

fn climb(from: Spot, to: Spot) -> String {
    if to.y >= from.y {
        let n = to.y - from.y;
        // A line feed keeps the column: the terminal is in raw mode.
        if n <= 3 {
            "\n".repeat(usize::from(n))
        } else {
            many(n, 'B')
        }
    } else {
        many(from.y - to.y, 'A')
    }
}

fn right(n: u16) -> String {
    if n == 0 { String::new() } else { many(n, 'C') }
}

fn left(n: u16) -> String {
    if n <= 4 {
        "\x08".repeat(usize::from(n))
    } else {
        many(n, 'D')
    }
}

fn many(n: u16, what: char) -> String {
    if n == 1 {
        format!("\x1b[{what}")
    } else {
        format!("\x1b[{n}{what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_is_taken() {
        for (from, to, want) in [
            (None, (0, 0), "\x1b[H"),
            (None, (0, 4), "\x1b[5H"),
            (Some((5, 5)), (5, 5), ""),
            (Some((5, 5)), (6, 5), "\x1b[C"),
            (Some((5, 5)), (4, 6), "\n\x08"),
            (Some((50, 5)), (0, 6), "\n\r"),
            (Some((50, 5)), (40, 5), "\x1b[10D"),
            (Some((50, 5)), (1, 5), "\r\x1b[C"),
            (Some((50, 5)), (50, 1), "\x1b[4A"),
            (Some((50, 5)), (90, 30), "\x1b[31;91H"),
        ] {
            let spot = |(x, y)| Spot { x, y };
            let mut at = from.map(spot);
            let mut out = Vec::new();
            go(&mut at, spot(to), 40, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), want, "{from:?} {to:?}");
            assert_eq!(at, Some(spot(to)));
        }
    }
}
