//! Deleting for good where a bucket keeps versions: all of them go, so they are counted first.
//!
//! Invariant: no more is erased than was counted, and only after its number was typed.

use super::App;
use super::asking::Doing;
use crate::engine::{Deletion, Tally};
use crate::model::{Answer, Location, Place, shown, size};
use crate::tui::msg::{Ask, Effects, Item, ItemKind, Tone, Want};
use crate::tui::overlay::{Said, TypedConfirm};
use crate::tui::pane::browser::thousands;
use crate::tui::selection::{FEW, Selection};

/// Names shown in the question.
const NAMED: usize = 5;

impl App {
    /// Counts the versions of these, to ask about erasing them; none if they lie in no bucket.
    pub(super) fn count_to_erase(&mut self, items: &Selection) -> Option<Effects> {
        let inside = |item: &Item| {
            let remote = !matches!(item.location, Location::Local(_));
            remote && item.kind != ItemKind::Bucket
        };
        if !items.head().iter().all(inside) {
            return None;
        }
        let Some(few) = items.few() else {
            if self.keeps(items) == Some(false) {
                return None;
            }
            let text = format!(
                "All versions are deleted of at most {} at once: mark fewer",
                thousands(FEW)
            );
            return Some(self.say(Tone::Warning, text));
        };
        let what = locations(few);
        let text = format!("Counting the versions of {} · Esc stops", items.load());
        let doing = Doing::CountToErase(few.to_vec());
        Some(self.ask(Ask::CountVersions(what), doing, &text))
    }

    /// Asks, now that it is known how many versions there are; none where none are kept.
    pub(super) fn ask_to_erase(&mut self, items: &[Item], versions: Tally) -> Effects {
        let title = match items {
            [item] if item.kind == ItemKind::Folder => {
                format!(
                    "Delete everything under {} and all its versions?",
                    item.name
                )
            }
            [item] => format!("Delete {} and all its versions?", item.name),
            _ => {
                let what = Selection::from(items.to_vec()).load();
                let what = what.split(" · ").next().unwrap_or_default();
                format!("Delete {what} and all their versions?")
            }
        };
        let mut body: Vec<Said> = items
            .iter()
            .take(NAMED)
            .map(|i| Said::Item(i.name.to_string(), i.size.map(size).unwrap_or_default()))
            .collect();
        if items.len() > NAMED {
            let more = thousands(items.len() - NAMED);
            body.push(Said::Dim(format!("and {more} more")));
        }
        body.push(Said::Blank);
        let counted = format!("{} · {}", of_versions(versions.items), size(versions.bytes));
        body.push(Said::Text(counted));
        body.push(Said::Dim("counted just now, nothing is deleted yet".into()));
        if let Some(place) = items.first().and_then(|i| i.location.parent()) {
            body.push(Said::Dim(format!("from  {}", self.address(&place))));
        }
        body.push(Said::Blank);
        let protected = items.iter().find_map(|i| self.protection(&i.location));
        body.extend(protected.map(Said::Warning));
        let warning = "No version stays: this cannot be undone.";
        body.push(Said::Warning(warning.into()));
        let must = versions.items.to_string();
        let wants = vec![Want::Erase(items.to_vec(), versions.items)];
        self.open(TypedConfirm::new(title, body, must, wants))
    }

    /// Erases; it was asked and confirmed.
    pub(super) fn erase_now(&mut self, items: &[Item], most: u64) -> Effects {
        let mut places: Vec<Place> = items.iter().filter_map(|i| i.location.parent()).collect();
        places.dedup();
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        let what = Selection::from(items.to_vec()).load();
        let text = format!("Deleting {what} and all versions · Esc stops");
        let doing = Doing::Erase(what, places);
        self.ask(Ask::Erase(locations(items), most), doing, &text)
    }

    /// Says what is gone.
    pub(super) fn erased(
        &mut self,
        what: &str,
        places: &[Place],
        answer: Answer<Deletion>,
    ) -> Effects {
        let mut effects = match answer {
            Err(trouble) => self.failed(&trouble),
            Ok(Deletion { deleted, failed }) => {
                for (at, trouble) in &failed {
                    let text = format!("{}: {}", shown(&at.to_string()), trouble.why);
                    self.notes.keep(Tone::Error, &text, self.wall);
                }
                let gone = of_versions(deleted);
                match failed.len() {
                    0 => self.say(Tone::Good, format!("Deleted {what}: {gone}")),
                    n => {
                        let text = format!("Deleted {gone}, {n} failed · E shows why");
                        self.say(Tone::Error, text)
                    }
                }
            }
        };
        for place in places {
            effects.extend(self.refresh_at(place));
        }
        effects
    }
}

fn locations(items: &[Item]) -> Vec<Location> {
    items.iter().map(|item| item.location.clone()).collect()
}

/// A number of versions.
pub(super) fn of_versions(count: u64) -> String {
    match count {
        1 => "1 version".into(),
        n => format!(
            "{} versions",
            thousands(usize::try_from(n).unwrap_or(usize::MAX))
        ),
    }
}
