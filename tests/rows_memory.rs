//! What a row of a long list costs in memory, with everything: names, columns, order, marks, filter.

#![expect(clippy::unwrap_used, reason = "the names are ours")]

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use cap::Cap;
use windlass::engine::Start;
use windlass::model::{Account, BucketName, Entry, Key, ObjectMeta, Page, Place, Prefix, Token};
use windlass::tui::msg::{Ask, Effect, Mark, Ticket, Tickets};
use windlass::tui::tree::{
    Batch, Dots, Filter, Goal, LAST_LIMIT, ROOT, Rest, Sort, Tree, Worked, of_page,
};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Rows of the list.
const ROWS: usize = 300_000;

/// The most bytes for each of them.
const MOST: usize = 100;

/// A page of keys of 40 bytes, each with size, date, tag and class as servers tell them.
fn page(prefix: &Prefix, from: usize) -> Batch {
    let entry = |n: usize| {
        Entry::Object(ObjectMeta {
            key: Key::new(format!("{prefix}photo-2026-04-06-of-the-harbour-{n:08}")).unwrap(),
            size: Some(n as u64 * 1000),
            modified: Some("2026-04-06T12:00:00Z".parse().unwrap()),
            etag: None,
            class: Some("STANDARD".into()),
        })
    };
    let page = Page {
        entries: (from..from + 1000).map(entry).collect(),
        ..Page::default()
    };
    let next = (from + 1000 < ROWS).then(|| Start::Token(Token("next".into())));
    Batch {
        rows: Arc::new(of_page(prefix, &page)),
        rest: match next {
            Some(_) => Rest::Coming,
            None => Rest::Over,
        },
        next,
        free: None,
    }
}

fn listed() -> Tree {
    let prefix = Prefix::new("pictures/of/the/year/").unwrap();
    let bucket = BucketName::new("b").unwrap();
    let place = Place::Prefix(Account::new("work"), bucket, prefix.clone());
    let mut tree = Tree::new(place, Sort::default(), Dots::Hidden);
    let now = Instant::now();
    tree.begin(ROOT, Ticket(1), now, Goal::Over);
    let mut from = 0;
    while from < 10_000 {
        tree.take(ROOT, page(&prefix, from));
        from += 1000;
    }
    let (_, most) = tree.begin(ROOT, Ticket(2), now, Goal::More);
    assert_eq!(most, LAST_LIMIT - 10_000);
    while from < ROWS {
        tree.take(ROOT, page(&prefix, from));
        from += 1000;
    }
    tree
}

#[test]
fn a_row_costs_at_most_a_hundred_bytes_with_everything() {
    let before = MEMORY.allocated();
    let each = || (MEMORY.allocated() - before) / ROWS;
    let mut tree = listed();
    assert_eq!(tree.len(), ROWS);
    let flat = each();
    tree.mark_lines(0..ROWS, Mark::Set);
    assert_eq!(tree.marks().count, ROWS);
    let held = MEMORY.allocated();
    let selection = tree.selection();
    // One bit a row, and where the shared pages are: nothing is unpacked for a deed.
    let taken = MEMORY.allocated() - held;
    assert_eq!(selection.len(), ROWS);
    assert!(taken <= ROWS / 8 + 64 * 1024, "{taken} bytes for a deed");
    drop(selection);
    tree.set_filter(Filter::new("harbour"));
    let mut tickets = Tickets::default();
    let asked = tree.wants(&mut tickets, Instant::now());
    for effect in asked.0 {
        if let Effect::Ask(ticket, Ask::Arrange(work)) = effect {
            let rows = work.run(&AtomicBool::new(false)).unwrap();
            drop(work);
            assert_eq!(tree.worked(ticket, rows, Instant::now()), Worked::View);
        }
    }
    let filtered = each();
    eprintln!("{flat} bytes a row, {filtered} marked and filtered");
    assert!((40..=MOST).contains(&flat), "{flat} bytes a row");
    assert!(
        filtered <= MOST,
        "{filtered} bytes a row, marked and filtered"
    );
    assert_eq!(tree.len(), ROWS);
}
