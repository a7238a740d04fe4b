//! Where the cursor stands in a long list, and which rows are on the screen. Pure arithmetic.
//!
//! Invariant: after any call `at < len` (or both are 0), and after a move of the cursor its row is
//! among the shown ones, two rows from the edge where the list goes on.

/// Rows that stay visible beyond the cursor before the list jumps.
const MARGIN: usize = 2;

/// A cursor and the window that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row it stands on.
    pub at: usize,
    /// The first row shown.
    pub top: usize,
}

impl Cursor {
    /// Goes `by` rows down (negative: up), not beyond the ends.
    pub fn step(&mut self, by: isize, len: usize, height: usize) {
        self.go(self.at.saturating_add_signed(by), len, height);
    }

    /// Goes to a row. When it comes within two rows of the edge, the list jumps by half a page:
    /// one large repaint instead of one for each key.
    pub fn go(&mut self, at: usize, len: usize, height: usize) {
        self.at = at.min(len.saturating_sub(1));
        let margin = MARGIN.min(height.saturating_sub(1) / 2);
        let last_top = len.saturating_sub(height);
        let half = (height / 2).max(1);
        if self.at < self.top + margin && self.top > 0 {
            let near = self.at.saturating_sub(margin);
            self.top = self.top.saturating_sub(half).min(near);
            // Far away: the row stands in the middle.
            if self.at >= self.top + height || self.at + half < near {
                self.top = self.at.saturating_sub(half);
            }
        } else if self.at + margin >= self.top + height {
            let near = (self.at + margin + 1).saturating_sub(height);
            self.top = (self.top + half).max(near);
        }
        self.top = self.top.min(last_top);
    }

    /// Shows other rows, by `by` further down (negative: up), without moving the cursor.
    pub fn scroll(&mut self, by: isize, len: usize, height: usize) {
        let last_top = len.saturating_sub(height);
        self.top = self.top.saturating_add_signed(by).min(last_top);
    }

    /// Follows a row that is at another index now, keeping it on the same line of the screen.
    pub fn follow(&mut self, at: usize, len: usize, height: usize) {
        let line = self.at.saturating_sub(self.top);
        self.at = at.min(len.saturating_sub(1));
        self.top = self.at.saturating_sub(line).min(len.saturating_sub(height));
        self.fit(len, height);
    }

    /// Makes the cursor valid and visible after rows or the height changed.
    pub fn fit(&mut self, len: usize, height: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        self.top = self.top.min(len.saturating_sub(height));
        if self.at < self.top {
            self.top = self.at;
        } else if height > 0 && self.at >= self.top + height {
            self.top = self.at + 1 - height;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_moves_freely_and_then_jumps_half_a_page() {
        let mut cursor = Cursor::default();
        for _ in 0..7 {
            cursor.step(1, 100, 10);
        }
        assert_eq!(cursor, Cursor { at: 7, top: 0 });
        cursor.step(1, 100, 10);
        assert_eq!(cursor, Cursor { at: 8, top: 5 });
        for _ in 0..2 {
            cursor.step(-1, 100, 10);
        }
        assert_eq!(cursor, Cursor { at: 6, top: 0 });
    }

    #[test]
    fn the_ends_are_shown_whole() {
        let mut cursor = Cursor::default();
        cursor.go(usize::MAX, 100, 10);
        assert_eq!(cursor, Cursor { at: 99, top: 90 });
        cursor.go(0, 100, 10);
        assert_eq!(cursor, Cursor { at: 0, top: 0 });
        cursor.go(5, 0, 10);
        assert_eq!(cursor, Cursor { at: 0, top: 0 });
    }

    #[test]
    fn a_row_that_moved_stays_on_its_line() {
        let mut cursor = Cursor { at: 12, top: 10 };
        cursor.follow(500, 1000, 10);
        assert_eq!(cursor, Cursor { at: 500, top: 498 });
    }

    #[test]
    fn scrolling_leaves_the_cursor() {
        let mut cursor = Cursor { at: 3, top: 0 };
        cursor.scroll(6, 100, 10);
        assert_eq!(cursor, Cursor { at: 3, top: 6 });
        cursor.step(1, 100, 10);
        assert!(cursor.top <= 4 && cursor.at == 4);
    }

    proptest! {
        #[test]
        fn the_row_is_always_on_the_screen(
            moves in prop::collection::vec(-200isize..200, 1..40), len in 1usize..300, height in 1usize..60,
        ) {
            let mut cursor = Cursor::default();
            for by in moves {
                cursor.step(by, len, height);
                prop_assert!(cursor.at < len);
                prop_assert!(cursor.top <= cursor.at && cursor.at < cursor.top + height, "{cursor:?}");
                prop_assert!(cursor.top <= len.saturating_sub(height));
            }
        }
    }
}
