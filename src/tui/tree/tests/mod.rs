//! What a tree shows, and what survives.

mod many;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::chunk::{Packing, World};
use super::*;
use crate::model::{Account, BucketName, Key, Location, Prefix, Token};
use crate::tui::msg::{Effect, SortBy, Tickets};

/// A row as a listing tells it: folders end in a slash.
type Told = (String, u64);

fn place() -> Place {
    Place::Prefix(
        Account::new("work"),
        BucketName::new("b").unwrap(),
        Prefix::root(),
    )
}

fn folder(name: &str) -> Told {
    (format!("{name}/"), 0)
}

fn object(name: &str, size: u64) -> Told {
    (name.into(), size)
}

fn token(text: &str) -> Start {
    Start::Token(Token(text.into()))
}

fn batch(rows: &[Told], next: Option<Start>) -> Batch {
    let mut packing = Packing::new(World::Text, rows.len());
    for (name, size) in rows {
        if let Some(name) = name.strip_suffix('/') {
            packing.push(name.as_bytes(), RowKind::Folder);
        } else {
            packing.push(name.as_bytes(), RowKind::Object);
            packing.measure(Some(*size), None);
        }
    }
    Batch {
        rows: Arc::new(packing.done()),
        rest: if next.is_some() {
            Rest::Coming
        } else {
            Rest::Over
        },
        next,
        free: None,
    }
}

fn begin(tree: &mut Tree, branch: u32, ticket: u64, goal: Goal) -> (Start, usize) {
    tree.begin(branch, Ticket(ticket), Instant::now(), goal)
}

fn take(tree: &mut Tree, branch: u32, rows: &[Told], next: Option<Start>) -> Next {
    tree.take(branch, batch(rows, next))
}

fn tree(rows: &[Told]) -> Tree {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    begin(&mut tree, ROOT, 1, Goal::Over);
    take(&mut tree, ROOT, rows, None);
    tree
}

/// A thousand names from a number on.
fn page(from: usize) -> Vec<Told> {
    (from..from + 1000)
        .map(|n| object(&format!("f{n:06}"), 1))
        .collect()
}

fn names(tree: &Tree) -> String {
    let name = |at| match tree.row(at) {
        Some((branch, row)) => {
            let mark = if row.marked { "*" } else { "" };
            format!(
                "{}{mark}{}",
                "-".repeat(branch.depth.into()),
                row.name.text()
            )
        }
        None => match tree.line(at) {
            Some(Line::Gap { .. }) => "gap".into(),
            _ => "note".into(),
        },
    };
    (0..tree.len()).map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn folders_come_first_and_dots_are_hidden() {
    let mut tree = tree(&[object("b", 1), folder("z"), object(".x", 1), object("a", 2)]);
    assert_eq!(names(&tree), "z a b");
    tree.set_sort(Sort::default().chosen(SortBy::Size));
    assert_eq!(names(&tree), "z a b");
    tree.set_sort(tree.sort().chosen(SortBy::Size));
    tree.set_dots(Dots::Shown);
    assert_eq!(names(&tree), "z .x b a");
}

#[test]
fn a_folder_opens_in_place_with_its_own_pages() {
    let mut tree = tree(&[folder("d"), object("x", 1)]);
    let Opening::Ask(below) = tree.open(0) else {
        panic!("nothing to ask")
    };
    begin(&mut tree, below, 2, Goal::Over);
    assert_eq!(names(&tree), "d note x");
    assert_eq!(tree.waiting(Ticket(2)), Some(below));
    let next = take(&mut tree, below, &[object("1", 1)], Some(token("t")));
    assert_eq!(next, Next::Wait);
    assert_eq!(names(&tree), "d -1 x");
    assert_eq!(take(&mut tree, below, &[object("2", 1)], None), Next::Over);
    assert_eq!(names(&tree), "d -1 -2 x");
    assert_eq!(tree.close(2), Closing::Above(0));
    assert_eq!(tree.close(0), Closing::Closed);
    assert_eq!(names(&tree), "d x");
    assert_eq!(tree.open(0), Opening::Shown);
    assert_eq!(names(&tree), "d -1 -2 x");
    assert_eq!(tree.close(3), Closing::No);
}

#[test]
fn an_empty_or_failed_folder_says_so() {
    let mut tree = tree(&[folder("d")]);
    let Opening::Ask(below) = tree.open(0) else {
        panic!("nothing to ask")
    };
    begin(&mut tree, below, 2, Goal::Over);
    tree.fail(
        below,
        Trouble::new("AccessDenied", "Cannot list", "no", "ask"),
    );
    assert_eq!(names(&tree), "d note");
    tree.close(0);
    assert_eq!(
        tree.open(0),
        Opening::Ask(below),
        "a failed folder is asked again"
    );
    begin(&mut tree, below, 3, Goal::Over);
    take(&mut tree, below, &[], None);
    assert_eq!(names(&tree), "d note");
}

#[test]
fn marks_survive_sorting_and_listing_again() {
    let mut tree = tree(&[object("a", 1), object("b", 2), object("c", 4)]);
    tree.set_mark(0, Mark::Set);
    tree.set_mark(2, Mark::Set);
    tree.set_sort(Sort::default().chosen(SortBy::Size));
    assert_eq!(names(&tree), "*c b *a");
    begin(&mut tree, ROOT, 2, Goal::Over);
    let first = [object("a", 1), object("aa", 1)];
    assert_eq!(take(&mut tree, ROOT, &first, Some(token("t"))), Next::Wait);
    assert_eq!(
        names(&tree),
        "*c b *a",
        "the old rows stay until the new ones are complete"
    );
    take(&mut tree, ROOT, &[object("b", 9)], None);
    assert_eq!(names(&tree), "b *a aa");
    assert_eq!(
        tree.marks(),
        Marks {
            count: 1,
            bytes: 1,
            ..Marks::default()
        }
    );
}

#[test]
fn a_marked_folder_stands_for_what_is_in_it() {
    let mut tree = tree(&[folder("d"), object("x", 5)]);
    tree.open(0);
    begin(&mut tree, 1, 2, Goal::Over);
    take(&mut tree, 1, &[object("1", 1)], None);
    tree.set_mark(1, Mark::Set);
    tree.set_mark(0, Mark::Set);
    assert_eq!(names(&tree), "*d -1 x");
    tree.clear_marks();
    tree.mark_where(Mark::Set, |_| true);
    assert_eq!(names(&tree), "*d -1 *x");
    let marked: Vec<String> = tree
        .selection()
        .head()
        .iter()
        .map(|i| i.location.to_string())
        .collect();
    assert_eq!(marked, ["s3://b/d/", "s3://b/x"]);
    tree.invert_marks();
    assert_eq!(names(&tree), "d -*1 x");
}

#[test]
fn a_filter_keeps_the_folders_that_lead_to_a_hit() {
    let mut tree = tree(&[folder("d"), folder("e"), object("wide", 5), object("x", 1)]);
    tree.open(0);
    begin(&mut tree, 1, 2, Goal::Over);
    take(&mut tree, 1, &[object("wide-2", 1), object("y", 1)], None);
    tree.set_filter(Filter::new("WIDE"));
    assert_eq!(names(&tree), "");
    tree.set_filter(Filter::new("wide"));
    assert_eq!(names(&tree), "d -wide-2 wide");
}

#[test]
fn a_long_listing_pauses_and_goes_on_when_asked() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    let begun = begin(&mut tree, ROOT, 1, Goal::Over);
    assert_eq!(begun, (Start::Beginning, FIRST_LIMIT));
    let mut from = 0;
    let mut next = Next::Wait;
    while next == Next::Wait {
        next = take(&mut tree, ROOT, &page(from), Some(token("next")));
        from += 1000;
    }
    assert_eq!(next, Next::Forget(Ticket(1)));
    assert_eq!(tree.root().rows.len(), FIRST_LIMIT);
    assert_eq!(tree.line(FIRST_LIMIT), Some(Line::Note { branch: ROOT }));
    let (start, most) = begin(&mut tree, ROOT, 2, Goal::More);
    assert_eq!((start, most), (token("next"), LAST_LIMIT - FIRST_LIMIT));
    let next = take(&mut tree, ROOT, &page(FIRST_LIMIT), None);
    assert_eq!((next, tree.len()), (Next::Over, FIRST_LIMIT + 1000));
}

#[test]
fn a_line_is_found_again_by_its_name() {
    let mut tree = tree(&[object("b", 1), object("c", 1)]);
    let anchor = tree.anchor(1).unwrap();
    begin(&mut tree, ROOT, 2, Goal::Over);
    let rows = [object("a", 1), object("b", 1), object("c", 1)];
    take(&mut tree, ROOT, &rows, None);
    assert_eq!(tree.find(&anchor), Some(2));
}

#[test]
fn stopping_gives_the_tickets_and_never_looks_complete() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    begin(&mut tree, ROOT, 1, Goal::Over);
    take(&mut tree, ROOT, &[object("a", 1)], Some(token("t")));
    assert_eq!(tree.stop(), [Ticket(1)]);
    assert_eq!(tree.root().listing, Listing::Stopped);
    assert_eq!(names(&tree), "a note");
    assert_eq!(tree.waiting(Ticket(1)), None);
}

#[test]
fn a_folder_that_comes_again_on_a_later_page_is_one_row() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    for round in 1..=2 {
        begin(&mut tree, ROOT, round, Goal::Over);
        let first = [folder("a"), folder("b"), object("x", 1)];
        let next = take(&mut tree, ROOT, &first, Some(token("1")));
        assert_eq!(next, Next::Wait);
        let second = [folder("a"), folder("b"), object("b", 1), folder("c")];
        let next = take(&mut tree, ROOT, &second, Some(token("2")));
        assert_eq!(next, Next::Wait);
        assert_eq!(take(&mut tree, ROOT, &[folder("c")], None), Next::Over);
        assert_eq!(names(&tree), "a b c b x", "listing {round}");
    }
}

#[test]
fn a_folder_that_was_made_is_added_to_a_complete_listing_that_lacks_it() {
    let name = Name::Text("new".into());
    let mut tree = tree(&[folder("a"), object("z", 1)]);
    let adopt = |tree: &mut Tree| tree.adopt(&place(), &name, RowKind::Folder, None);
    assert!(adopt(&mut tree));
    assert!(!adopt(&mut tree), "once is enough");
    assert_eq!(names(&tree), "a new z");
    assert!(tree.row(1).unwrap().1.own);
    begin(&mut tree, ROOT, 2, Goal::Over);
    assert!(!adopt(&mut tree), "the listing may still name it");
    take(&mut tree, ROOT, &[folder("new")], None);
    assert!(!adopt(&mut tree));
    assert_eq!(names(&tree), "new");
    assert!(!tree.row(0).unwrap().1.own, "the listing confirmed it");
}

proptest::proptest! {
    /// Whatever is opened, filtered and sorted: lines lead to rows and back.
    #[test]
    fn each_line_is_found_again(
        names in proptest::collection::vec("[a-c.]{1,3}/?", 1..30),
        opened in proptest::collection::vec(0usize..30, 0..6),
        filter in "[a-c]?", way in 0usize..4, dots in proptest::bool::ANY,
    ) {
        let told: Vec<Told> = names.iter().map(|name| (name.clone(), name.len() as u64)).collect();
        let mut tree = tree(&told);
        for at in opened {
            if let Opening::Ask(below) = tree.open(at) {
                begin(&mut tree, below, 10 + u64::from(below), Goal::Over);
                take(&mut tree, below, &told, None);
            }
        }
        let by = [SortBy::Name, SortBy::Size, SortBy::Extension, SortBy::Name][way];
        tree.set_sort(if way == 3 { tree.sort().chosen(by) } else { Sort { by, way: Way::Up } });
        tree.set_dots(if dots { Dots::Shown } else { Dots::Hidden });
        tree.set_filter(Filter::new(&filter));
        for at in 0..tree.len() {
            let anchor = tree.anchor(at).unwrap();
            proptest::prop_assert_eq!(tree.find(&anchor), Some(at));
        }
        proptest::prop_assert_eq!(tree.line(tree.len()), None);
    }
}
