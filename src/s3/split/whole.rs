//! Where splitting ends: at the end of the names, and at a server that keeps no order.
//!
//! Invariant: what was handed out stays true, and what was not comes once.

use super::Plan;
use super::range::{Range, State};
use crate::model::Page;

impl Plan {
    /// Whether this is the stretch that everything waits for.
    pub(in crate::s3) fn is_first(&self, id: u64) -> bool {
        self.ranges.front().is_some_and(|range| range.id == id)
    }

    /// A stretch met the end of the listing: what would lie behind it is never begun.
    pub(super) fn end_at(&mut self, at: usize) {
        let end = self.ranges[at].base().unwrap_or_default().to_owned();
        self.end = Some(end.clone());
        let mut at_or_before = at + 1;
        self.ranges.retain(|range| {
            let begun = range.read > 0 || range.state == State::Flying;
            let before = at_or_before > 0;
            at_or_before = at_or_before.saturating_sub(1);
            before || begun || range.lo.as_deref().is_none_or(|lo| lo < end.as_str())
        });
    }

    /// The server keeps no order, or does not begin where it is told to: what was split is read
    /// on from the first stretch, one page after the other.
    pub(super) fn unsplit(&mut self, at: usize, page: Page) {
        self.splits = false;
        self.window = 1;
        let done = |range: &Range| range.state == State::Done;
        let first = self.ranges.iter().position(|range| !done(range));
        let first = first.unwrap_or(at).min(at);
        self.ranges.truncate(first + 1);
        let begun = self.ranges[first].read > 0;
        if first < at {
            // That page is not needed: the listing comes to it again.
        } else if begun || self.ranges[first].id == 0 {
            self.ranges[first].take_anyhow(page);
        } else {
            self.rejoin(first);
            return;
        }
        self.ranges[first].hi = None;
    }

    /// The server refuses to list the first stretch. If it was not begun yet, the reason may be how
    /// it is begun: then the one before it is read on instead. Whether that is so.
    pub(super) fn cannot_begin(&mut self) -> bool {
        let Some(first) = self.ranges.front() else {
            return false;
        };
        if first.read > 0 || first.id == 0 || self.gone.is_none() {
            return false;
        }
        self.splits = false;
        self.window = 1;
        self.ranges.truncate(1);
        self.rejoin(0);
        true
    }

    /// A stretch cannot be begun where it was cut: the one before it is read on instead.
    fn rejoin(&mut self, at: usize) {
        let lost = self.ranges.remove(at);
        let before = if at == 0 {
            self.gone.take()
        } else {
            self.ranges.remove(at - 1)
        };
        let (Some(lost), Some(mut before)) = (lost, before) else {
            return;
        };
        let entries = std::mem::take(&mut before.spill);
        before.held.push_back(Page {
            entries,
            ..Page::default()
        });
        before.hi = None;
        before.state = match before.token {
            Some(_) => State::Idle,
            None => State::Done,
        };
        // Answers to what was cut away go nowhere.
        drop(lost);
        self.ranges.insert(at.saturating_sub(1), before);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::range::name;
    use super::super::tests::object;
    use super::super::{Entry, What};
    use super::*;
    use crate::model::{Prefix, Token};

    #[test]
    fn folders_behind_all_objects_are_told() {
        let mut plan = Plan::new(String::new(), true, None);
        let folder = |name: &str| Entry::Prefix(Prefix::new(name).unwrap());
        let told: Vec<Vec<Entry>> = vec![
            ["b.txt", "z.txt"].map(object).to_vec(),
            vec![folder("a/"), folder("c/")],
            vec![folder("a/"), folder("c/"), folder("d/")],
        ];
        let mut names = Vec::new();
        for (at, entries) in told.into_iter().enumerate() {
            let What::Rows(id) = plan.next().unwrap().what else {
                panic!("folders are asked for");
            };
            let next = (at < 2).then(|| Token(format!("t{at}").into()));
            let page = Page {
                entries,
                next,
                skipped: 0,
            };
            plan.answered(id, page, Duration::from_secs(1));
            while let Some(page) = plan.take() {
                names.extend(page.entries.iter().map(|e| name(e).to_owned()));
            }
        }
        assert_eq!(names[..4], ["b.txt", "z.txt", "a/", "c/"]);
        assert!(plan.is_done());
    }
}
