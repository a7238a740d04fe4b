//! How rows are sorted, and which of them a filter or pattern lets through. Pure.

use std::cmp::Ordering;

use super::row::{Name, Row};
use crate::tui::msg::SortBy;

/// By what, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Which way.
    pub way: Way,
}

/// Which way rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Small first.
    #[default]
    Up,
    /// Large first.
    Down,
}

impl Sort {
    /// The order after a person asked for `by`: the other way if it is so already. Sizes and
    /// dates begin with the largest and newest.
    #[must_use]
    pub fn chosen(self, by: SortBy) -> Self {
        let first = match by {
            SortBy::Name | SortBy::Extension => Way::Up,
            SortBy::Size | SortBy::Modified => Way::Down,
        };
        let way = match (self.by == by, self.way) {
            (false, _) => first,
            (true, Way::Up) => Way::Down,
            (true, Way::Down) => Way::Up,
        };
        Self { by, way }
    }

    /// Compares two rows: folders first, then as asked, then by name.
    #[must_use]
    pub fn compare(self, a: &Row, b: &Row) -> Ordering {
        let order = match self.by {
            SortBy::Name => Ordering::Equal,
            SortBy::Size => a.size.cmp(&b.size),
            SortBy::Modified => a.modified.cmp(&b.modified),
            SortBy::Extension => extension(&a.name).cmp(extension(&b.name)),
        };
        let order = if self.by == SortBy::Name {
            a.name.bytes().cmp(b.name.bytes())
        } else {
            order
        };
        let order = if self.way == Way::Down {
            order.reverse()
        } else {
            order
        };
        b.kind
            .is_folder()
            .cmp(&a.kind.is_folder())
            .then(order)
            .then_with(|| a.name.bytes().cmp(b.name.bytes()))
    }

    /// Its name in the count rule.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.by {
            SortBy::Name => "name",
            SortBy::Size => "size",
            SortBy::Modified => "date",
            SortBy::Extension => "extension",
        }
    }
}

fn extension(name: &Name) -> &[u8] {
    let bytes = name.bytes();
    match bytes.iter().rposition(|b| *b == b'.') {
        Some(dot) if dot > 0 => &bytes[dot + 1..],
        _ => &[],
    }
}

/// What a person types to see fewer rows. Small letters match both cases; `*` and `?` make it a
/// pattern for the whole name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    text: String,
    exact_case: bool,
}

impl Filter {
    /// A filter, none for an empty text.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let exact_case = text.chars().any(char::is_uppercase);
        (!text.is_empty()).then(|| Self {
            text: text.into(),
            exact_case,
        })
    }

    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a name passes.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        if self.text.contains(['*', '?']) {
            let name = if self.exact_case {
                name.into()
            } else {
                name.to_lowercase()
            };
            return glob(&self.text, &name);
        }
        self.hit(name).is_some()
    }

    /// Where in a name it hits, in bytes; for a pattern nowhere.
    #[must_use]
    pub fn hit(&self, name: &str) -> Option<std::ops::Range<usize>> {
        if self.exact_case {
            return name.find(&self.text).map(|at| at..at + self.text.len());
        }
        let lower = name.to_lowercase();
        let at = lower.find(&self.text)?;
        let range = at..at + self.text.len();
        // Lower case may have another length; then the row matches without a place to underline.
        let fits = lower.len() == name.len()
            && name.is_char_boundary(range.start)
            && name.is_char_boundary(range.end);
        Some(if fits { range } else { 0..0 })
    }
}

/// Whether a name is what a pattern with `*` (anything) and `?` (one character) describes.
#[must_use]
pub fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    p = after_star;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*.jpg", "a.jpg", true),
            ("*.jpg", "a.jpeg", false),
            ("IMG_????.CR3", "IMG_0001.CR3", true),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "xabx", false),
            ("*", "", true),
            ("?", "", false),
            ("отчёт*", "отчёт-по-съёмке.md", true),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn filters_are_smart_about_case() {
        let filter = |text: &str| Filter::new(text).unwrap();
        assert!(filter("img").matches("IMG_1.CR3"));
        assert!(!filter("Img").matches("IMG_1.CR3"));
        assert!(filter("*.cr3").matches("IMG_1.CR3"));
        assert_eq!(filter("1.c").hit("IMG_1.CR3"), Some(4..7));
        assert_eq!(Filter::new(""), None);
        assert!(filter("i").matches("İstanbul"));
    }

    #[test]
    fn asking_again_turns_the_order_around() {
        let sort = Sort::default().chosen(SortBy::Size);
        assert_eq!((sort.by, sort.way), (SortBy::Size, Way::Down));
        assert_eq!(sort.chosen(SortBy::Size).way, Way::Up);
        assert_eq!(Sort::default().chosen(SortBy::Name).way, Way::Down);
    }
}
