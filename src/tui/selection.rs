//! What a deed is about: a few things one by one, or many marked rows as they were.
//!
//! Knows no screen. Invariant: making one, cloning it and asking how much it is cost the same for
//! ten rows and for a million; whatever walks through many of them does so away from the keys.

use std::sync::Arc;

use super::moving::step;
use super::msg::{Item, ItemKind};
use super::pane::browser::thousands;
use super::tree::{Class, Group, Marks, Rows};
use crate::model::{Location, Place, size};

/// Up to so many things are held one by one.
pub const FEW: usize = 2000;

/// So many are held by name at least.
pub const HEAD: usize = 16;

/// Things that are taken at once by whoever walks through many.
const PAGE: usize = 1000;

/// The things. A clone is the same ones.
#[derive(Debug, Clone)]
pub struct Selection(Arc<Held>);

#[derive(Debug)]
struct Held {
    /// All of them if there are no groups, else the first.
    head: Vec<Item>,
    groups: Vec<Group>,
    sum: Sum,
}

/// How much it is.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    buckets: usize,
    folders: usize,
    objects: usize,
    files: usize,
    /// The bytes of all, where they are known of all.
    bytes: Option<u64>,
}

impl Default for Selection {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<Item>> for Selection {
    fn from(head: Vec<Item>) -> Self {
        let of = |kind: ItemKind| head.iter().filter(|item| item.kind == kind).count();
        let mut sizes = head.iter().map(|item| item.size);
        let sum = Sum {
            buckets: of(ItemKind::Bucket),
            folders: of(ItemKind::Folder),
            objects: of(ItemKind::Object),
            files: of(ItemKind::File),
            bytes: sizes.try_fold(0_u64, |all, one| Some(all.saturating_add(one?))),
        };
        Self(Arc::new(Held {
            head,
            groups: Vec::new(),
            sum,
        }))
    }
}

impl FromIterator<Item> for Selection {
    fn from_iter<T: IntoIterator<Item = Item>>(items: T) -> Self {
        items.into_iter().collect::<Vec<_>>().into()
    }
}

impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        let few = |of: &Self| of.0.groups.is_empty();
        Arc::ptr_eq(&self.0, &other.0) || (few(self) && few(other) && self.0.head == other.0.head)
    }
}

impl Eq for Selection {}

impl Selection {
    /// Many: the first ones, all of them by place, and how much it is.
    #[must_use]
    pub fn many(head: Vec<Item>, groups: Vec<Group>, marks: Marks) -> Self {
        let local = matches!(
            head.first().map(|item| &item.location),
            Some(Location::Local(_))
        );
        let rest = marks.count.saturating_sub(marks.folders + marks.buckets);
        let sized = marks.unsized_rows == 0 && rest == marks.count;
        let sum = Sum {
            buckets: marks.buckets,
            folders: marks.folders,
            objects: if local { 0 } else { rest },
            files: if local { rest } else { 0 },
            bytes: sized.then_some(marks.bytes),
        };
        Self(Arc::new(Held { head, groups, sum }))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let sum = &self.0.sum;
        sum.buckets + sum.folders + sum.objects + sum.files
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.head.is_empty()
    }

    /// The first one.
    #[must_use]
    pub fn first(&self) -> Option<&Item> {
        self.0.head.first()
    }

    /// The first ones, to be shown: [`HEAD`] of them, or more.
    #[must_use]
    pub fn head(&self) -> &[Item] {
        &self.0.head
    }

    /// The only one.
    #[must_use]
    pub fn one(&self) -> Option<&Item> {
        self.0.head.first().filter(|_| self.len() == 1)
    }

    /// All of them, if they are few.
    #[must_use]
    pub fn few(&self) -> Option<&[Item]> {
        self.0.groups.is_empty().then_some(self.0.head.as_slice())
    }

    /// Those that are not held one by one, by place.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.0.groups
    }

    /// How many of a kind there are.
    #[must_use]
    pub fn count(&self, kind: ItemKind) -> usize {
        let sum = &self.0.sum;
        match kind {
            ItemKind::Bucket => sum.buckets,
            ItemKind::Folder => sum.folders,
            ItemKind::Object => sum.objects,
            ItemKind::File => sum.files,
        }
    }

    /// Whether all are of a kind.
    #[must_use]
    pub fn all(&self, kind: ItemKind) -> bool {
        self.count(kind) == self.len()
    }

    /// The bytes of all, where they are known of all.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.0.sum.bytes
    }

    /// Whether the folder or bucket of a place is among them.
    #[must_use]
    pub fn holds(&self, place: &Place) -> bool {
        let above = place.parent();
        let among = |group: &Group| {
            let here = above.as_ref() == Some(group.place());
            let name = step(group.place(), place).filter(|_| here);
            name.is_some_and(|name| group.holds(Class::Folders, name.bytes()))
        };
        let is_it = |item: &Item| match &item.location {
            Location::Local(path) => *place == Place::Folder(path.clone()),
            Location::Under {
                account,
                bucket,
                prefix,
            } => *place == Place::Prefix(account.clone(), bucket.clone(), prefix.clone()),
            Location::Object { .. } => false,
        };
        self.0.groups.iter().any(among) || self.0.head.iter().any(is_it)
    }

    /// The places that they lie in, each once, in their order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        if !self.0.groups.is_empty() {
            return self.0.groups.iter().map(|g| g.place().clone()).collect();
        }
        let mut places: Vec<Place> = Vec::new();
        for place in self.0.head.iter().filter_map(|i| i.location.parent()) {
            // Most lie where the one before lies.
            if places.last() != Some(&place) && !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// How many there are, of which kinds, and their bytes where all are known.
    #[must_use]
    pub fn load(&self) -> String {
        let mut parts = Vec::new();
        for (kind, singular, plural) in [
            (ItemKind::Bucket, "bucket", "buckets"),
            (ItemKind::Folder, "folder", "folders"),
            (ItemKind::Object, "object", "objects"),
            (ItemKind::File, "file", "files"),
        ] {
            match self.count(kind) {
                0 => {}
                1 => parts.push(format!("1 {singular}")),
                n => parts.push(format!("{} {plural}", thousands(n))),
            }
        }
        let parts = parts.join(", ");
        match self.bytes() {
            Some(bytes) => format!("{parts} · {}", size(bytes)),
            None => parts,
        }
    }

    /// All of them, some at a time. Takes its time.
    pub fn pages(&self) -> impl Iterator<Item = Vec<Item>> + Send + '_ {
        let few = self.few().unwrap_or_default().iter().cloned();
        let mut all = few.chain(self.0.groups.iter().flat_map(Group::items));
        std::iter::from_fn(move || {
            let page: Vec<Item> = all.by_ref().take(PAGE).collect();
            (!page.is_empty()).then_some(page)
        })
    }

    /// How many of the names stand among the rows of another place. Takes its time.
    #[must_use]
    pub fn common(&self, there: &Rows) -> usize {
        self.0.groups.iter().map(|group| group.common(there)).sum()
    }
}

/// How many names of a selection stand elsewhere as well: a piece of work. A clone is the same.
#[derive(Debug, Clone)]
pub struct Common(Arc<(Selection, Rows)>);

impl PartialEq for Common {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Common {}

impl Common {
    /// The work.
    #[must_use]
    pub fn new(items: &Selection, there: &Rows) -> Self {
        Self(Arc::new((items.clone(), there.untouched())))
    }

    /// Does it.
    #[must_use]
    pub fn run(&self) -> usize {
        self.0.0.common(&self.0.1)
    }
}
