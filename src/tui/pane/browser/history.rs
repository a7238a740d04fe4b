//! From place to place, and back.
//!
//! Invariant: what is on the screen stays there for a moment while the next place loads, and what is
//! known of a place is kept for when somebody comes back.

use super::{Browser, Old};
use crate::model::Place;
use crate::tui::cursor::Cursor;
use crate::tui::msg::{Cx, Effects};
use crate::tui::tree::{Branch, Name, Reach, Tree};

/// A place that the pane showed before, and where the cursor stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    place: Place,
    name: Option<Name>,
}

/// How a place is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approach {
    /// From its first row on.
    List,
    /// At the name that the cursor shall stand on, wherever that is.
    Jump,
}

impl Browser {
    /// Goes to a place, remembering this one.
    pub fn visit(&mut self, place: Place, cx: &mut Cx<'_>) -> Effects {
        if *self.place() == place && !self.is_below() {
            return self.refresh(cx);
        }
        self.past.push(self.here());
        self.future.clear();
        self.enter(Visit { place, name: None }, cx)
    }

    /// Shows everything below a place as one list, by paths: what a text matches, or all.
    pub fn visit_below(&mut self, place: Place, text: &str, cx: &mut Cx<'_>) -> Effects {
        if !self.is_below() {
            self.past.push(self.here());
        }
        self.future.clear();
        let (sort, dots) = (self.tree.sort(), self.tree.dots());
        let tree = Tree::of(Branch::below(place), sort, dots);
        let effects = self.enter_tree(tree, Approach::List, None, cx);
        self.set_filter(text);
        effects
    }

    /// Whether it shows everything below its place as one list.
    #[must_use]
    pub fn is_below(&self) -> bool {
        self.tree.root().reach == Reach::Below
    }

    /// Goes to a place with the cursor on a name.
    pub fn visit_name(&mut self, place: Place, name: Name, cx: &mut Cx<'_>) -> Effects {
        if *self.place() == place && !self.is_below() {
            if let Some(jump) = self.jump(&name, cx) {
                return jump;
            }
            self.point_at(name);
            return self.refresh(cx);
        }
        self.past.push(self.here());
        self.future.clear();
        let name = Some(name);
        self.enter_by(Visit { place, name }, Approach::Jump, cx)
    }

    fn here(&self) -> Visit {
        let name = self
            .tree
            .row(self.cursor.at)
            .map(|(_, row)| row.name.clone());
        Visit {
            place: self.place().clone(),
            name,
        }
    }

    fn enter(&mut self, visit: Visit, cx: &mut Cx<'_>) -> Effects {
        self.enter_by(visit, Approach::List, cx)
    }

    fn enter_by(&mut self, visit: Visit, approach: Approach, cx: &mut Cx<'_>) -> Effects {
        self.shelf.put(self.tree.root());
        let (sort, dots) = (self.tree.sort(), self.tree.dots());
        let fresh = match self.shelf.get(&visit.place) {
            Some(kept) => Tree::of(kept, sort, dots),
            None => Tree::new(visit.place, sort, dots),
        };
        self.enter_tree(fresh, approach, visit.name, cx)
    }

    fn enter_tree(
        &mut self,
        fresh: Tree,
        approach: Approach,
        name: Option<Name>,
        cx: &mut Cx<'_>,
    ) -> Effects {
        let mut effects = self.forget();
        let tree = std::mem::replace(&mut self.tree, fresh);
        // What is on the screen stays there for a moment; a picture of a picture does not.
        if !tree.is_empty() || self.old.is_none() {
            self.old = Some(Old {
                tree,
                cursor: self.cursor,
            });
        }
        self.cursor = Cursor::default();
        self.moved = false;
        self.wanted = name;
        self.visual = None;
        self.input = None;
        self.before = None;
        self.free = None;
        self.typed = None;
        self.seeking = None;
        self.interrupted = false;
        effects.extend(self.arrive(approach, cx));
        effects
    }

    /// Back in the history.
    pub fn back(&mut self, cx: &mut Cx<'_>) -> Option<Effects> {
        let visit = self.past.pop()?;
        self.future.push(self.here());
        Some(self.enter(visit, cx))
    }

    /// Forward in the history.
    pub fn forward(&mut self, cx: &mut Cx<'_>) -> Option<Effects> {
        let visit = self.future.pop()?;
        self.past.push(self.here());
        Some(self.enter(visit, cx))
    }

    /// To the place before this one; again, and it comes back here.
    pub fn previous(&mut self, cx: &mut Cx<'_>) -> Option<Effects> {
        let visit = self.past.pop()?;
        self.past.push(self.here());
        Some(self.enter(visit, cx))
    }

    /// To the place above, with the cursor on where it came from.
    pub fn parent(&mut self, cx: &mut Cx<'_>) -> Option<Effects> {
        if self.is_below() {
            let place = self.place().clone();
            return Some(self.enter(Visit { place, name: None }, cx));
        }
        let up = self.place().parent()?;
        let name = own_name(self.place());
        self.past.push(self.here());
        self.future.clear();
        Some(self.enter(Visit { place: up, name }, cx))
    }

    /// Whether the person went anywhere from here, and could come back.
    #[must_use]
    pub fn has_past(&self) -> bool {
        !self.past.is_empty()
    }
}

/// The name under which a place stands in the one above it.
fn own_name(place: &Place) -> Option<Name> {
    match place {
        Place::Accounts => None,
        Place::Buckets(account) => Some(Name::Text(account.as_str().into())),
        Place::Prefix(_, bucket, prefix) if prefix.is_root() => {
            Some(Name::Text(bucket.as_str().into()))
        }
        Place::Prefix(_, _, prefix) => {
            let name = prefix.name();
            Some(Name::Text(name.strip_suffix('/').unwrap_or(name).into()))
        }
        Place::Folder(path) => path.file_name().map(|n| Name::File(n.into())),
    }
}
