//! What a tree shows, and what survives.

use std::time::Instant;

use super::*;
use crate::model::{Account, BucketName, Prefix};
use crate::tui::msg::{Mark, SortBy};

fn place() -> Place {
    Place::Prefix(
        Account::new("work"),
        BucketName::new("b").unwrap(),
        Prefix::root(),
    )
}

fn folder(name: &str) -> Row {
    Row {
        name: Name::Text(name.into()),
        kind: RowKind::Folder,
        marked: false,
        branch: None,
        size: None,
        modified: None,
        note: None,
    }
}

fn object(name: &str, size: u64) -> Row {
    Row {
        kind: RowKind::Object,
        size: Some(size),
        ..folder(name)
    }
}

fn tree(rows: Vec<Row>) -> Tree {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    tree.begin(ROOT, Ticket(1), Instant::now());
    tree.take(ROOT, rows, None);
    tree
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
        None => "note".into(),
    };
    (0..tree.len()).map(name).collect::<Vec<_>>().join(" ")
}

fn token(text: &str) -> Token {
    Token(text.into())
}

#[test]
fn folders_come_first_and_dots_are_hidden() {
    let mut tree = tree(vec![
        object("b", 1),
        folder("z"),
        object(".x", 1),
        object("a", 2),
    ]);
    assert_eq!(names(&tree), "z a b");
    tree.set_sort(Sort::default().chosen(SortBy::Size));
    assert_eq!(names(&tree), "z a b");
    tree.set_sort(tree.sort().chosen(SortBy::Size));
    tree.set_dots(Dots::Shown);
    assert_eq!(names(&tree), "z .x b a");
}

#[test]
fn a_folder_opens_in_place_with_its_own_pages() {
    let mut tree = tree(vec![folder("d"), object("x", 1)]);
    let Opening::Ask(below) = tree.open(0) else {
        panic!("nothing to ask")
    };
    tree.begin(below, Ticket(2), Instant::now());
    assert_eq!(names(&tree), "d note x");
    assert_eq!(tree.waiting(Ticket(2)), Some(below));
    assert_eq!(
        tree.take(below, vec![object("1", 1)], Some(token("t"))),
        Some(token("t"))
    );
    assert_eq!(names(&tree), "d -1 x");
    assert_eq!(tree.take(below, vec![object("2", 1)], None), None);
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
    let mut tree = tree(vec![folder("d")]);
    let Opening::Ask(below) = tree.open(0) else {
        panic!("nothing to ask")
    };
    tree.begin(below, Ticket(2), Instant::now());
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
    tree.begin(below, Ticket(3), Instant::now());
    tree.take(below, Vec::new(), None);
    assert_eq!(names(&tree), "d note");
}

#[test]
fn marks_survive_sorting_and_listing_again() {
    let mut tree = tree(vec![object("a", 1), object("b", 2), object("c", 4)]);
    tree.set_mark(0, Mark::Set);
    tree.set_mark(2, Mark::Set);
    tree.set_sort(Sort::default().chosen(SortBy::Size));
    assert_eq!(names(&tree), "*c b *a");
    tree.begin(ROOT, Ticket(2), Instant::now());
    assert_eq!(
        tree.take(
            ROOT,
            vec![object("a", 1), object("aa", 1)],
            Some(token("t"))
        ),
        Some(token("t"))
    );
    assert_eq!(
        names(&tree),
        "*c b *a",
        "the old rows stay until the new ones are complete"
    );
    tree.take(ROOT, vec![object("b", 9)], None);
    assert_eq!(names(&tree), "b *a aa");
    assert_eq!(
        tree.marks(),
        Marks {
            count: 1,
            bytes: 1,
            unsized_rows: 0
        }
    );
}

#[test]
fn a_marked_folder_stands_for_what_is_in_it() {
    let mut tree = tree(vec![folder("d"), object("x", 5)]);
    tree.open(0);
    tree.take(1, vec![object("1", 1)], None);
    tree.set_mark(1, Mark::Set);
    tree.set_mark(0, Mark::Set);
    assert_eq!(names(&tree), "*d -1 x");
    tree.clear_marks();
    tree.mark_where(Mark::Set, |_| true);
    assert_eq!(names(&tree), "*d -1 *x");
    let marked: Vec<String> = tree
        .marked()
        .iter()
        .map(|i| i.location.to_string())
        .collect();
    assert_eq!(marked, ["s3://b/d/", "s3://b/x"]);
    tree.invert_marks();
    assert_eq!(names(&tree), "d -*1 x");
}

#[test]
fn a_filter_keeps_the_folders_that_lead_to_a_hit() {
    let mut tree = tree(vec![
        folder("d"),
        folder("e"),
        object("wide", 5),
        object("x", 1),
    ]);
    tree.open(0);
    tree.take(1, vec![object("wide-2", 1), object("y", 1)], None);
    tree.set_filter(Filter::new("WIDE"));
    assert_eq!(names(&tree), "");
    tree.set_filter(Filter::new("wide"));
    assert_eq!(names(&tree), "d -wide-2 wide");
}

#[test]
fn a_long_listing_pauses_and_goes_on_when_asked() {
    let page = |from: usize| {
        (from..from + 1000)
            .map(|n| object(&format!("{n:06}"), 1))
            .collect()
    };
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    tree.begin(ROOT, Ticket(1), Instant::now());
    let mut from = 0;
    while tree.take(ROOT, page(from), Some(token("next"))).is_some() {
        from += 1000;
    }
    assert_eq!(tree.root().rows.len(), FIRST_LIMIT);
    assert_eq!(tree.line(FIRST_LIMIT), Some(Line::Note { branch: ROOT }));
    let from = tree.begin(ROOT, Ticket(2), Instant::now());
    assert_eq!(from, Some(token("next")));
    assert_eq!(tree.take(ROOT, page(FIRST_LIMIT), None), None);
    assert_eq!(tree.len(), FIRST_LIMIT + 1000);
}

#[test]
fn a_line_is_found_again_by_its_name() {
    let mut tree = tree(vec![object("b", 1), object("c", 1)]);
    let anchor = tree.anchor(1).unwrap();
    tree.begin(ROOT, Ticket(2), Instant::now());
    tree.take(
        ROOT,
        vec![object("a", 1), object("b", 1), object("c", 1)],
        None,
    );
    assert_eq!(tree.find(&anchor), Some(2));
}

#[test]
fn stopping_gives_the_tickets_and_never_looks_complete() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    tree.begin(ROOT, Ticket(1), Instant::now());
    tree.take(ROOT, vec![object("a", 1)], Some(token("t")));
    assert_eq!(tree.stop(), [Ticket(1)]);
    assert_eq!(tree.root().listing, Listing::Stopped);
    assert_eq!(names(&tree), "a note");
    assert_eq!(tree.waiting(Ticket(1)), None);
}

#[test]
fn a_folder_that_comes_again_on_a_later_page_is_one_row() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    for round in 1..=2 {
        tree.begin(ROOT, Ticket(round), Instant::now());
        let first = vec![folder("a"), folder("b"), object("x", 1)];
        assert!(tree.take(ROOT, first, Some(token("1"))).is_some());
        let second = vec![folder("a"), folder("b"), object("b", 1), folder("c")];
        assert!(tree.take(ROOT, second, Some(token("2"))).is_some());
        assert_eq!(tree.take(ROOT, vec![folder("c")], None), None);
        assert_eq!(names(&tree), "a b c b x", "listing {round}");
    }
}

#[test]
fn a_folder_that_was_made_is_added_to_a_complete_listing_that_lacks_it() {
    let name = Name::Text("new".into());
    let mut tree = tree(vec![folder("a"), object("z", 1)]);
    assert!(tree.adopt(&place(), &name));
    assert!(!tree.adopt(&place(), &name), "once is enough");
    assert_eq!(names(&tree), "a new z");
    tree.begin(ROOT, Ticket(2), Instant::now());
    assert!(
        !tree.adopt(&place(), &name),
        "the listing may still name it"
    );
    tree.take(ROOT, vec![folder("new")], None);
    assert!(!tree.adopt(&place(), &name));
    assert_eq!(names(&tree), "new");
}
