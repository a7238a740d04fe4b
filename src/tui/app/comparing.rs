//! Comparing the panes: which names are on one side only, and which differ.
//!
//! Invariant: what is compared are the rows of the two places themselves; what lies below folders
//! is not claimed to be the same.

use super::App;
use crate::model::Place;
use crate::tui::msg::{Effects, Tone};
use crate::tui::pane::{Difference, Differences};
use crate::tui::tree::{Branch, Class, Finder, Listing, Rows};
use crate::tui::view::layout::Side;

/// A comparison, and of what.
#[derive(Debug)]
pub(super) struct Comparison {
    places: [Place; 2],
    sides: [Differences; 2],
}

impl App {
    /// Compares the panes and marks what differs; again, and the marks go.
    pub(super) fn compare(&mut self) -> Effects {
        if self.comparison.take().is_some() {
            for pane in &mut self.panes {
                pane.clear_marks();
            }
            return self.say(Tone::Info, "No longer compared");
        }
        if let Some(why) = self.cannot_compare() {
            return self.say(Tone::Info, format!("Cannot compare: {why}"));
        }
        let [left, right] = [&self.panes[0], &self.panes[1]].map(|pane| pane.tree().root());
        let (ours, ours_marked) = differences(left, right);
        let (theirs, theirs_marked) = differences(right, left);
        let sides = [ours, theirs];
        let places = [left.place.clone(), right.place.clone()];
        for (pane, rows) in self.panes.iter_mut().zip([ours_marked, theirs_marked]) {
            pane.clear_marks();
            pane.mark_rows(&rows);
        }
        let count =
            |of: Difference, side: &Differences| side.values().filter(|d| **d == of).count();
        let ours = &sides[self.active.index()];
        let other = &sides[self.active.other().index()];
        let differ = count(Difference::Differs, ours);
        let extra = count(Difference::Only, ours);
        let missing = count(Difference::Only, other);
        self.comparison = Some(Comparison { places, sides });
        if differ + extra + missing == 0 {
            return self.say(
                Tone::Good,
                "Nothing differs in names and sizes · folders were not looked into",
            );
        }
        self.say(
            Tone::Info,
            format!(
                "{extra} only here · {differ} differ · {missing} only there · F5 copies what is marked"
            ),
        )
    }

    /// Why the panes cannot be compared, if so.
    pub(super) fn cannot_compare(&self) -> Option<&'static str> {
        let [left, right] = [&self.panes[0], &self.panes[1]].map(|pane| pane.tree().root());
        let real = |place: &Place| matches!(place, Place::Prefix(..) | Place::Folder(_));
        if left.place == right.place {
            Some("both panes show the same place")
        } else if !real(&left.place) || !real(&right.place) {
            Some("open a bucket or a folder on both sides")
        } else if left.listing != Listing::Done || right.listing != Listing::Done {
            Some("a list is not complete")
        } else {
            None
        }
    }

    /// Ends a comparison whose places are gone from the screen.
    pub(super) fn watch_comparison(&mut self) {
        let shown = |c: &Comparison| (0..2).all(|n| c.places[n] == *self.panes[n].place());
        if self.comparison.as_ref().is_some_and(|c| !shown(c)) {
            self.comparison = None;
        }
    }

    /// What differs in a pane, while the panes are compared.
    #[must_use]
    pub fn differences(&self, side: Side) -> Option<&Differences> {
        self.comparison.as_ref().map(|c| &c.sides[side.index()])
    }
}

/// The rows of `here` that `there` lacks or has in another size, by name and by number. A file that
/// was changed after its object was written differs too.
fn differences(here: &Branch, there: &Branch) -> (Differences, Vec<u32>) {
    let local = |branch: &Branch| matches!(branch.place, Place::Folder(_));
    let across = local(here) != local(there);
    let mut out = (Differences::new(), Vec::new());
    let mut finder = Finder::default();
    for (class, other_class) in [
        (Class::Folders, Class::Files),
        (Class::Files, Class::Folders),
    ] {
        for row in here.rows.sorted(class) {
            let name = here.rows.store().name(*row);
            let difference = match finder.find(&there.rows, class, name) {
                Some(_) if class == Class::Folders => None,
                Some(other) => {
                    let (one, two) = ((&here.rows, *row), (&there.rows, other));
                    // An object is written after its file, so only a file that is newer tells
                    // something.
                    let (file, object) = if local(here) { (one, two) } else { (two, one) };
                    let newer = across && is_newer(file, object);
                    (newer || here.rows.size(*row) != there.rows.size(other))
                        .then_some(Difference::Differs)
                }
                None if there.rows.find(other_class, name).is_some() => Some(Difference::Differs),
                None => Some(Difference::Only),
            };
            if let Some(difference) = difference
                && let Some(unpacked) = here.rows.get(*row)
            {
                out.0.insert(unpacked.name, difference);
                out.1.push(*row);
            }
        }
    }
    out
}

/// Whether the first row's change is later than the second's, as far as both are known.
fn is_newer(one: (&Rows, u32), two: (&Rows, u32)) -> bool {
    let date = |(rows, row): (&Rows, u32)| rows.store().date(row);
    date(two).is_some() && date(one) > date(two)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Account, BucketName, Entry, Key, ObjectMeta, Page, Prefix};
    use crate::tui::tree::Name;
    use crate::tui::tree::of_page;

    fn named(name: &str) -> Name {
        Name::Text(name.into())
    }

    fn side(prefix: &str, names: &[(&str, u64)]) -> Branch {
        let prefix = Prefix::new(prefix).unwrap();
        let bucket = BucketName::new("bucket").unwrap();
        let place = Place::Prefix(Account::new("a"), bucket, prefix.clone());
        let entry = |(name, size): &(&str, u64)| {
            Entry::Object(ObjectMeta {
                key: Key::new(format!("{prefix}{name}")).unwrap(),
                size: Some(*size),
                modified: None,
                etag: None,
                class: None,
            })
        };
        let entries = names.iter().map(entry).collect();
        let page = Page {
            entries,
            ..Page::default()
        };
        let mut branch = Branch::new(place, 0);
        branch.rows.add(Arc::new(of_page(&prefix, &page)));
        branch
    }

    #[test]
    fn names_and_sizes_tell() {
        let left = side("x/", &[("a", 1), ("b", 2), ("c", 3)]);
        let right = side("y/", &[("a", 1), ("b", 9), ("d", 4)]);
        let (here, marked) = differences(&left, &right);
        assert_eq!(marked.len(), 2);
        assert_eq!(here.get(&named("a")), None);
        assert_eq!(here.get(&named("b")), Some(&Difference::Differs));
        assert_eq!(here.get(&named("c")), Some(&Difference::Only));
        assert_eq!(
            differences(&right, &left).0.get(&named("d")),
            Some(&Difference::Only)
        );
    }
}
