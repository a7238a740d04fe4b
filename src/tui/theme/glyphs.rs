//! The characters that the browser draws itself: one set in Unicode, one in ASCII.
//!
//! Invariant: every glyph but the joints' neighbours takes exactly one cell, so a screen has the
//! same columns in both sets.

/// The glyphs of one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyphs {
    /// `━` of the focused pane's rules and of bars.
    pub heavy: &'static str,
    /// `─` of the other's rules, and of the rest of bars.
    pub light: &'static str,
    /// `│` between panes.
    pub divider: &'static str,
    /// `┬` and `┴` where a divider meets a rule.
    pub joints: (&'static str, &'static str),
    /// `╭ ╮ ╰ ╯` of dialogs.
    pub corners: [&'static str; 4],
    /// `▌` before the cursor's row.
    pub cursor: &'static str,
    /// `▏` before the cursor's row in the other pane.
    pub cursor_off: &'static str,
    /// `●` of a marked row.
    pub mark: &'static str,
    /// `›` between crumbs, and towards a target.
    pub crumb: &'static str,
    /// `‹`.
    pub crumb_back: &'static str,
    /// `▸` of a closed folder, `▾` of an open one.
    pub tree: (&'static str, &'static str),
    /// `↑` up, `↓` down, `⇄` across.
    pub ways: [&'static str; 3],
    /// `✓`.
    pub done: &'static str,
    /// `✗`.
    pub failed: &'static str,
    /// `·`.
    pub waiting: &'static str,
    /// `‖`.
    pub paused: &'static str,
    /// `▁▂▃▄▅▆▇█`; empty where there is none.
    pub spark: &'static [&'static str],
    /// The frames of the spinner.
    pub spinner: &'static [&'static str],
    /// `…` for what was cut.
    pub cut: &'static str,
    /// `▲` ascending, `▼` descending.
    pub sort: (&'static str, &'static str),
    /// Whether only ASCII may be drawn: [`crate::tui::paint`] then replaces our own typography.
    pub only: Alphabet,
}

/// Which characters the browser may draw of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// All.
    Unicode,
    /// Seven bits.
    Ascii,
    /// All, and icons in the place of some.
    Nerd,
}

impl Glyphs {
    /// The set for terminals that speak UTF-8.
    pub const UNICODE: Self = Self {
        heavy: "━",
        light: "─",
        divider: "│",
        joints: ("┬", "┴"),
        corners: ["╭", "╮", "╰", "╯"],
        cursor: "▌",
        cursor_off: "▏",
        mark: "●",
        crumb: "›",
        crumb_back: "‹",
        tree: ("▸", "▾"),
        ways: ["↑", "↓", "⇄"],
        done: "✓",
        failed: "✗",
        waiting: "·",
        paused: "‖",
        spark: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"],
        cut: "…",
        sort: ("▲", "▼"),
        only: Alphabet::Unicode,
    };

    /// The set for the Linux console, other locales, and whoever asks for it.
    pub const ASCII: Self = Self {
        heavy: "=",
        light: "-",
        divider: "|",
        joints: ("+", "+"),
        corners: ["+", "+", "+", "+"],
        cursor: ">",
        cursor_off: "|",
        mark: "*",
        crumb: "/",
        crumb_back: "<",
        tree: ("+", "-"),
        ways: ["^", "v", "x"],
        done: "+",
        failed: "x",
        waiting: ".",
        paused: "=",
        spark: &[],
        spinner: &["-", "\\", "|", "/"],
        cut: "~",
        sort: ("^", "v"),
        only: Alphabet::Ascii,
    };

    /// The set for terminals with a Nerd Font: as in Unicode, and the gate for text puts icons in
    /// the place of some characters.
    pub const NERD: Self = Self {
        only: Alphabet::Nerd,
        ..Self::UNICODE
    };

    /// What a character of a text is drawn as.
    #[must_use]
    pub(crate) fn drawn(&self, c: char) -> char {
        match self.only {
            Alphabet::Ascii => Self::ascii(c),
            Alphabet::Nerd => Self::nerd(c),
            Alphabet::Unicode => c,
        }
    }

    /// What icon stands for one of the characters that our own texts use; itself for others.
    ///
    /// Source: Nerd Fonts 3, the block of Font Awesome.
    #[must_use]
    pub(crate) fn nerd(c: char) -> char {
        match c {
            '▸' => '\u{f07b}',
            '▾' => '\u{f07c}',
            '↑' => '\u{f062}',
            '↓' => '\u{f063}',
            '⇄' => '\u{f0ec}',
            '✓' => '\u{f00c}',
            '✗' => '\u{f00d}',
            '‖' => '\u{f04c}',
            other => other,
        }
    }

    /// What stands in ASCII for one of the characters that our own texts use; itself for others.
    #[must_use]
    pub(crate) fn ascii(c: char) -> char {
        match c {
            '·' | '—' | '–' | '─' => '-',
            '…' => '~',
            '›' | '→' | '▌' | '▸' => '>',
            '‹' | '←' => '<',
            '↵' => ' ',
            '“' | '”' => '"',
            '’' => '\'',
            '●' => '*',
            '≠' => '#',
            '│' | '▏' => '|',
            '↑' => '^',
            '↓' => 'v',
            '⇄' | '✗' | '×' => 'x',
            '✓' => '+',
            '━' | '‖' => '=',
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::width;

    fn all(set: &Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            set.heavy,
            set.light,
            set.divider,
            set.joints.0,
            set.joints.1,
            set.cursor,
            set.cursor_off,
            set.mark,
            set.crumb,
            set.crumb_back,
            set.tree.0,
            set.tree.1,
            set.done,
            set.failed,
            set.waiting,
            set.paused,
            set.cut,
            set.sort.0,
            set.sort.1,
        ];
        all.extend(set.corners);
        all.extend(set.ways);
        all.extend(set.spark);
        all.extend(set.spinner);
        all
    }

    #[test]
    fn every_glyph_takes_one_cell() {
        for glyph in all(&Glyphs::UNICODE).into_iter().chain(all(&Glyphs::ASCII)) {
            assert_eq!(width(glyph), 1, "{glyph}");
        }
        assert!(all(&Glyphs::ASCII).iter().all(|g| g.is_ascii()));
    }

    #[test]
    fn our_own_typography_has_an_ascii_stand_in() {
        for c in "·—…›‹→←↵“”’●│▏↑↓⇄✓✗━─‖".chars() {
            assert!(Glyphs::ascii(c).is_ascii(), "{c}");
        }
        assert_eq!(Glyphs::ascii('日'), '日');
    }
}
