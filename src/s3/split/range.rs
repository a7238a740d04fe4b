//! One stretch of the names, listed page by page.
//!
//! Must not know of the other stretches. Invariant: what it hands on lies behind `lo` and not
//! behind `hi`, in order; a page that shows that the server keeps no order is not taken.

use std::collections::{HashSet, VecDeque};

use super::gauge::Gauge;
use crate::model::{Entry, Page, Token};

/// How far a stretch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its next page may be asked for.
    Idle,
    /// A page of it is under way.
    Flying,
    /// It is asked again only once it is the first.
    Failed,
    /// It has been read.
    Done,
}

/// A stretch.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) id: u64,
    /// Only names behind this.
    pub(super) lo: Option<String>,
    /// Up to this name, itself included; none: to the end.
    pub(super) hi: Option<String>,
    /// The last name that was read, also behind `hi`.
    pub(super) last: Option<String>,
    /// The first name of the page that `last` is of.
    pub(super) first: Option<String>,
    pub(super) token: Option<Token>,
    pub(super) state: State,
    /// Pages that wait until it is their turn.
    pub(super) held: VecDeque<Page>,
    /// Pages read.
    pub(super) read: u32,
    /// What lies ahead; of the stretch that it was cut from, until it has a page of its own.
    pub(super) gauge: Option<Gauge>,
    /// What was read behind `hi`: needed if the server turns out to keep no order.
    pub(super) spill: Vec<Entry>,
    /// The folders of the page before: some servers repeat them.
    folders: HashSet<String>,
}

/// The server keeps no order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disorder;

impl Range {
    pub(super) fn new(id: u64, lo: Option<String>, hi: Option<String>) -> Self {
        Self {
            id,
            lo,
            hi,
            last: None,
            first: None,
            token: None,
            state: State::Idle,
            held: VecDeque::new(),
            read: 0,
            gauge: None,
            spill: Vec::new(),
            folders: HashSet::new(),
        }
    }

    /// Where reading goes on: everything up to here is known, or belongs to others.
    pub(super) fn base(&self) -> Option<&str> {
        self.last.as_deref().or(self.lo.as_deref())
    }

    /// Takes a page in the order of names. Gives the number of rows that are its own.
    ///
    /// # Errors
    /// When the page is not in order or begins before it should; the page is given back, without
    /// the folders that were told before.
    pub(super) fn take(&mut self, mut page: Page, under: &str) -> Result<usize, (Page, Disorder)> {
        self.drop_repeats(&mut page);
        let base = self.base().unwrap_or_default();
        let whole = put_together(&mut page);
        let first = page.entries.first().map(name);
        if !whole || first.is_some_and(|first| first <= base && !base.is_empty()) {
            return Err((page, Disorder));
        }
        self.read += 1;
        // How close names lie changes slowly.
        if self.read <= 2 || self.read.is_multiple_of(4) {
            let names: Vec<&str> = page.entries.iter().map(name).collect();
            self.gauge = Gauge::of(&names, under).or(self.gauge.take());
        }
        if let (Some(first), Some(last)) = (page.entries.first(), page.entries.last()) {
            self.first = Some(name(first).to_owned());
            self.last = Some(name(last).to_owned());
        }
        self.token.clone_from(&page.next);
        self.state = if self.token.is_none() {
            State::Done
        } else {
            State::Idle
        };
        self.trim(&mut page);
        let rows = page.entries.len();
        if rows > 0 || page.skipped > 0 {
            self.held.push_back(page);
        }
        Ok(rows)
    }

    /// Drops folders that were certainly told before: one around the name where this begins is listed
    /// again, and some servers repeat folders on every page.
    fn drop_repeats(&mut self, page: &mut Page) {
        let folders = page.entries.iter().filter_map(|entry| match entry {
            Entry::Prefix(prefix) => Some(prefix.as_str().to_owned()),
            Entry::Object(_) => None,
        });
        let folders: HashSet<String> = folders.collect();
        let before = std::mem::replace(&mut self.folders, folders);
        let base = self.base().unwrap_or_default();
        let again = |e: &Entry| {
            matches!(e, Entry::Prefix(_)) && (base.starts_with(name(e)) || before.contains(name(e)))
        };
        if page.entries.iter().any(again) {
            page.entries.retain(|e| !again(e));
        }
    }

    /// Puts aside what lies behind the end.
    fn trim(&mut self, page: &mut Page) {
        let Some(hi) = &self.hi else { return };
        if self.last.as_ref().is_some_and(|last| last >= hi) {
            self.state = State::Done;
            // Its token goes on behind what was put aside.
            page.next = None;
            let end = page.entries.partition_point(|e| name(e) <= hi.as_str());
            self.spill = page.entries.split_off(end);
        }
    }

    /// Takes a page as it comes.
    pub(super) fn take_anyhow(&mut self, mut page: Page) {
        put_together(&mut page);
        self.read += 1;
        self.token.clone_from(&page.next);
        self.state = if self.token.is_none() {
            State::Done
        } else {
            State::Idle
        };
        self.held.push_back(page);
    }
}

/// The whole name of a row.
pub(super) fn name(entry: &Entry) -> &str {
    match entry {
        Entry::Prefix(prefix) => prefix.as_str(),
        Entry::Object(object) => object.key.as_str(),
    }
}

/// Objects and folders come apart in a document: if each of the two is in order, both together are
/// now. Whether that is so.
fn put_together(page: &mut Page) -> bool {
    if is_sorted(page.entries.iter()) {
        return true;
    }
    let folder = |e: &&Entry| matches!(e, Entry::Prefix(_));
    let whole = is_sorted(page.entries.iter().filter(folder))
        && is_sorted(page.entries.iter().filter(|e| !folder(e)));
    if whole {
        page.entries.sort_by(|a, b| name(a).cmp(name(b)));
    }
    whole
}

fn is_sorted<'e>(entries: impl Iterator<Item = &'e Entry>) -> bool {
    entries.map(name).is_sorted_by(|one, two| one < two)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Prefix;

    #[test]
    fn a_repeated_folder_is_told_once() {
        let mut range = Range::new(0, Some("c/x".into()), None);
        let folder = |name: &str| Entry::Prefix(Prefix::new(name).unwrap());
        for (folders, rows) in [(&["c/", "d/"][..], 1), (&["d/", "e/"], 1), (&["e/"], 0)] {
            let page = Page {
                entries: folders.iter().map(|name| folder(name)).collect(),
                next: Some(Token("t".into())),
                skipped: 0,
            };
            let taken = range.take(page, "").map_err(|(_, disorder)| disorder);
            assert_eq!(taken, Ok(rows), "{folders:?}");
        }
    }
}
