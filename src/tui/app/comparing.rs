//! Comparing the panes: which names are on one side only, and which differ.
//!
//! Invariant: the work is done elsewhere, so no key waits for it; a folder that both places have is
//! told to be the same only if everything below it was compared.

use super::App;
use super::asking::Doing;
use crate::model::Place;
use crate::tui::msg::{Ask, Effects, Tone};
use crate::tui::pane::browser::thousands;
use crate::tui::tree::{Compare, Compared, Difference, Differences, Listing, Reach};
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
        let places = [left.place.clone(), right.place.clone()];
        let ask = Ask::Compare(Compare::new(left, right));
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        self.ask(ask, Doing::Compare(places), "Comparing … · Esc stops")
    }

    /// Marks what was found to differ.
    pub(super) fn compared(&mut self, places: [Place; 2], found: Compared) -> Effects {
        let shown = (0..2).all(|n| places[n] == *self.panes[n].place());
        let mut panes = self.panes.iter().zip(&found.sides);
        if !shown || !panes.all(|(pane, side)| pane.tree().is_compared(side)) {
            let text = "What was compared is no longer what is shown · = compares again";
            return self.say(Tone::Warning, text);
        }
        // What a person marked meanwhile is theirs.
        let marked = self.panes.iter().any(|p| p.tree().marks().count > 0);
        if !marked {
            for (pane, side) in self.panes.iter_mut().zip(&found.sides) {
                pane.mark_differences(side);
            }
        }
        let ours = &found.sides[self.active.index()];
        let other = &found.sides[self.active.other().index()];
        let differ = ours.count(Difference::Differs);
        let extra = ours.count(Difference::Only);
        let missing = other.count(Difference::Only);
        let below = !found.folders.is_empty();
        self.comparison = Some(Comparison {
            places,
            sides: found.sides,
        });
        if differ + extra + missing == 0 {
            return self.say(
                Tone::Good,
                if below {
                    "Nothing differs in names and sizes, also in all folders"
                } else {
                    "Nothing differs in names and sizes"
                },
            );
        }
        let [extra, differ, missing] = [extra, differ, missing].map(thousands);
        let then = if marked {
            "your marks stayed as they were"
        } else {
            "F5 copies what is marked"
        };
        self.say(
            Tone::Info,
            format!("{extra} only here · {differ} differ · {missing} only there · {then}"),
        )
    }

    /// Why the panes cannot be compared, if so.
    pub(super) fn cannot_compare(&self) -> Option<&'static str> {
        let [left, right] = [&self.panes[0], &self.panes[1]].map(|pane| pane.tree().root());
        let real = |place: &Place| matches!(place, Place::Prefix(..) | Place::Folder(_));
        if self
            .doing
            .values()
            .any(|doing| matches!(doing, Doing::Compare(_)))
        {
            Some("that is being done")
        } else if [left, right].iter().any(|root| root.reach == Reach::Below) {
            Some("a pane shows everything below its place")
        } else if left.place == right.place {
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
