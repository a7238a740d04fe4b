//! How rows are sorted, and which of them a filter or pattern lets through. Pure.

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

/// What stands behind the last dot of a name; nothing for dot files without another dot.
#[must_use]
pub(super) fn extension(bytes: &[u8]) -> &[u8] {
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

    /// Whether a name passes, as the bytes that it is.
    #[must_use]
    pub fn passes(&self, name: &[u8]) -> bool {
        let plain = self.text.is_ascii() && !self.text.contains(['*', '?']);
        if !plain || !name.is_ascii() {
            return self.matches(&String::from_utf8_lossy(name));
        }
        let text = self.text.as_bytes();
        let Some(first) = text.first() else {
            return true;
        };
        let same = |a: &[u8]| {
            if self.exact_case {
                a == text
            } else {
                a.eq_ignore_ascii_case(text)
            }
        };
        let begins =
            |byte: u8| byte == *first || (!self.exact_case && byte.eq_ignore_ascii_case(first));
        name.windows(text.len())
            .any(|part| begins(part[0]) && same(part))
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
        for (text, name) in [
            ("1.c", "IMG_1.CR3"),
            ("Img", "IMG_1"),
            ("", ""),
            ("é", "CAFÉ"),
            ("x?", "xy"),
        ] {
            let Some(filter) = Filter::new(text) else {
                continue;
            };
            assert_eq!(
                filter.passes(name.as_bytes()),
                filter.matches(name),
                "{text} {name}"
            );
        }
    }

    #[test]
    fn asking_again_turns_the_order_around() {
        let sort = Sort::default().chosen(SortBy::Size);
        assert_eq!((sort.by, sort.way), (SortBy::Size, Way::Down));
        assert_eq!(sort.chosen(SortBy::Size).way, Way::Up);
        assert_eq!(Sort::default().chosen(SortBy::Name).way, Way::Down);
    }
}
