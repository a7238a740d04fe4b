//! Rows that we wrote, replaced by what a server lists of them.
//!
//! Invariant: a row that is shown keeps its place, its mark and what is open below it.

use std::sync::Arc;

use super::chunk::Chunk;
use super::rows::Rows;
use super::store::Class;
use super::{ROOT, Tree};

impl Rows {
    /// The first object behind a name that we wrote and no listing has confirmed, with the name of
    /// the row before it.
    #[must_use]
    pub fn own_after(&self, from: &[u8]) -> Option<(Option<Vec<u8>>, Vec<u8>)> {
        let files = self.sorted(Class::Files);
        let name = |at: usize| self.store().name(files[at]);
        let own = self.owned().filter_map(|row| {
            let name = self.store().name(row);
            self.place_of(Class::Files, name)
                .ok()
                .filter(|_| name > from)
        });
        let first = own.min()?;
        let before = first.checked_sub(1).map(|at| name(at).to_vec());
        Some((before, name(first).to_vec()))
    }
}

impl Tree {
    /// Takes a page in that was listed to confirm what we wrote in the place itself. Gives the last
    /// name of its objects.
    pub fn confirm(&mut self, page: &Arc<Chunk>) -> Option<Vec<u8>> {
        let branch = &mut self.branches[ROOT as usize];
        let mut last = None;
        let mut changed = false;
        for at in 0..page.len() {
            if Class::of(page.kind(at)) == Class::Folders {
                continue;
            }
            let name = page.name(at);
            if branch.rows.is_own(Class::Files, name) {
                let marked = branch.rows.find(Class::Files, name);
                let marked = marked.is_some_and(|row| branch.rows.marks.has(row));
                branch.remove(Class::Files, name);
                branch.rows.add(Arc::new(page.only(at)));
                branch.version += 1;
                if let Some(row) = branch.rows.find(Class::Files, name).filter(|_| marked) {
                    branch.rows.marks.set(row);
                }
                changed = true;
            }
            last = last.max(Some(name));
        }
        let last = last.map(<[u8]>::to_vec);
        if changed {
            self.count_marks();
            self.rebuild();
        }
        last
    }
}
