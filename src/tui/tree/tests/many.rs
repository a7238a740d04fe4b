//! Long listings: pages that fail, jumps, and work on many rows.

use super::*;

#[test]
fn a_failed_page_keeps_what_came_and_is_asked_for_again() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    begin(&mut tree, ROOT, 1, Goal::Over);
    take(&mut tree, ROOT, &page(0), Some(token("2")));
    let trouble = Trouble::new("InternalError", "Cannot list", "it broke", "");
    tree.fail(ROOT, trouble);
    assert_eq!(tree.len(), 1001);
    assert_eq!(tree.line(1000), Some(Line::Note { branch: ROOT }));
    assert_eq!(begin(&mut tree, ROOT, 2, Goal::On).0, token("2"));
    assert_eq!(take(&mut tree, ROOT, &page(1000), None), Next::Over);
    assert_eq!((tree.len(), &tree.root().listing), (2000, &Listing::Done));
}

#[test]
fn a_jump_leaves_a_gap_that_closes_when_it_is_listed() {
    let mut tree = Tree::new(place(), Sort::default(), Dots::Hidden);
    begin(&mut tree, ROOT, 1, Goal::Over);
    take(&mut tree, ROOT, &page(0), Some(token("1")));
    assert!(tree.root().lacks("f005000") && !tree.root().lacks("f000500"));
    let (start, _) = begin(&mut tree, ROOT, 2, Goal::At("f005000".into()));
    let Start::After(after) = start else {
        panic!("{start:?}")
    };
    assert!(*after < *"f005000" && *after > *"f004999");
    let next = take(&mut tree, ROOT, &page(5000), Some(token("6")));
    assert_eq!(next, Next::Forget(Ticket(2)));
    assert_eq!(tree.root().listing, Listing::Paused);
    let gap = Line::Gap {
        branch: ROOT,
        gap: 0,
    };
    assert_eq!(tree.line(1000), Some(gap));
    assert_eq!(tree.find_from("f005000"), Some(1001));
    assert!(tree.root().lacks("f003000") && !tree.root().lacks("f005500"));

    // Into the gap: two gaps, and the second one closes from its own start.
    begin(&mut tree, ROOT, 3, Goal::At("f003000".into()));
    take(&mut tree, ROOT, &page(3000), Some(token("4")));
    assert_eq!(tree.root().gaps().len(), 2);
    let (start, _) = begin(&mut tree, ROOT, 4, Goal::Gap(1, 10_000));
    assert_eq!(start, token("4"));
    take(&mut tree, ROOT, &page(4000), Some(token("5")));
    take(&mut tree, ROOT, &page(5000), Some(token("6")));
    assert_eq!(tree.root().gaps().len(), 1);
    assert_eq!(
        begin(&mut tree, ROOT, 5, Goal::Gap(0, 10_000)).0,
        token("1")
    );
    for from in [1000, 2000, 3000] {
        take(&mut tree, ROOT, &page(from), Some(token("x")));
    }
    assert!(tree.root().gaps().is_empty());
    assert_eq!(begin(&mut tree, ROOT, 6, Goal::On).0, token("6"));
    take(&mut tree, ROOT, &page(6000), None);
    assert_eq!((tree.len(), &tree.root().listing), (7000, &Listing::Done));
}

#[test]
fn many_rows_are_arranged_elsewhere_while_the_old_view_stays() {
    let rows: Vec<Told> = (0..10).flat_map(|n| page(n * 1000)).collect();
    let mut tree = tree(&rows);
    let (mut tickets, now) = (Tickets::default(), Instant::now());
    tree.set_filter(Filter::new("77"));
    assert_eq!(tree.len(), 10_000, "the view from before");
    let work = |tree: &mut Tree, tickets: &mut Tickets| -> Vec<(Ticket, Arrange)> {
        let asked = tree.wants(tickets, now).0.into_iter();
        let work = asked.filter_map(|effect| match effect {
            Effect::Ask(ticket, Ask::Arrange(work)) => Some((ticket, work)),
            _ => None,
        });
        work.collect()
    };
    let asked = work(&mut tree, &mut tickets);
    assert!(work(&mut tree, &mut tickets).is_empty(), "asked once");
    let result = |work: &Arrange| work.run(&AtomicBool::new(false)).unwrap();
    let (ticket, first) = &asked[0];
    assert_eq!(tree.worked(*ticket, result(first), now), Worked::View);
    let fits = rows.iter().filter(|(name, _)| name.contains("77")).count();
    assert_eq!(tree.len(), fits);
    assert_eq!(first.run(&AtomicBool::new(true)), None, "given up");
    assert!(
        work(&mut tree, &mut tickets).is_empty(),
        "nothing is left to do"
    );
}

#[test]
fn marks_of_many_rows_add_up() {
    let rows: Vec<Told> = (0..10).flat_map(|n| page(n * 1000)).collect();
    let mut tree = tree(&rows);
    tree.mark_lines(0..tree.len(), Mark::Set);
    assert_eq!((tree.marks().count, tree.marks().bytes), (10_000, 10_000));
    tree.mark_lines(5000..5010, Mark::Clear);
    tree.invert_marks();
    assert_eq!(tree.marks().count, 10);
    let marked = tree.selection();
    assert_eq!(marked.len(), 10);
    assert_eq!(marked.head()[0].name.as_str(), "f005000");
}

#[test]
fn what_a_person_did_stays_when_sizes_become_known() {
    let mut tree = tree(&[folder("d"), folder("e"), object("x", 5)]);
    tree.set_mark(0, Mark::Set);
    let d = tree.item_at(0).unwrap().location;
    tree.set_size(&d, 70);
    assert_eq!(tree.marks().bytes, 70);
    assert_eq!(tree.row(0).unwrap().1.size, Some(70));
}

fn location(name: &str) -> Location {
    let Place::Prefix(account, bucket, _) = place() else {
        panic!("a prefix")
    };
    match name.strip_suffix('/') {
        Some(_) => Location::Under {
            account,
            bucket,
            prefix: Prefix::new(name).unwrap(),
        },
        None => Location::Object {
            account,
            bucket,
            key: Key::new(name).unwrap(),
        },
    }
}

#[test]
fn rows_that_go_leave_the_order_and_come_back_from_no_earlier_work() {
    let mut rows: Vec<Told> = (0..10).flat_map(|n| page(n * 1000)).collect();
    rows.push(folder("d"));
    let mut tree = tree(&rows);
    tree.set_sort(Sort {
        by: SortBy::Size,
        ..Sort::default()
    });
    let (mut tickets, now) = (Tickets::default(), Instant::now());
    let asked = tree.wants(&mut tickets, now).0.into_iter().next();
    let Some(Effect::Ask(ticket, Ask::Arrange(work))) = asked else {
        panic!("{asked:?}")
    };
    let result = work.run(&AtomicBool::new(false)).unwrap();
    tree.mark_lines(0..3, Mark::Set);
    for few in [&["f000000", "d/"][..], &["f000007", "none", "f000001"]] {
        let gone: Vec<Location> = few.iter().map(|name| location(name)).collect();
        assert_eq!(tree.drop_gone(&gone), 2);
    }
    let many: Vec<Location> = (100..200).map(|n| location(&format!("f{n:06}"))).collect();
    assert_eq!(tree.drop_gone(&many), 100);
    assert_eq!(tree.drop_gone(&many), 0);
    assert_eq!(tree.marks().count, 0, "marks go with their rows");
    assert_eq!(tree.worked(ticket, result, now), Worked::View);
    assert_eq!(tree.len(), 9897);
    // Arranged, and still so when more rows go.
    for _ in tree.wants(&mut tickets, now).0 {}
    assert_eq!(tree.drop_gone(&[location("f000300")]), 1);
    assert_eq!(tree.len(), 9896);
    assert!(tree.find_name(&Name::Text("f000300".into())).is_none());
}
