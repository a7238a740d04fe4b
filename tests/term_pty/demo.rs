//! The demo, as it is seen first: what a move of the cursor costs there.

use std::time::Duration;

use crate::session::*;
use crate::support::World;

/// What stands behind cursors: of the list, and of the places beside it.
fn rows(text: &str) -> Vec<&str> {
    let behind = text.lines().filter_map(|line| line.split_once('▌'));
    behind.map(|(_, row)| row.trim_start()).collect()
}

fn is_on(text: &str, bucket: &str) -> bool {
    let row = format!("▸ {bucket} ");
    rows(text).iter().any(|seen| seen.contains(&row))
}

/// How many rows the pane on the left says that it has.
fn total(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains(" · name ▲"))?;
    let count = line.split(" · name").next()?;
    count.rsplit('/').next().map(str::to_owned)
}

/// The bytes of each step down a list from its first row, and the rows that were stepped on.
fn walk(session: &mut Session) -> Vec<(usize, String)> {
    let mut costs = Vec::new();
    // What came with the list is no part of a step.
    let settled = (0..40).any(|_| session.is_silent(Duration::from_millis(300)));
    assert!(settled, "it never comes to rest");
    let all = total(&session.text()).unwrap();
    let last: usize = all.replace(',', "").parse().unwrap();
    for n in 2..=last.min(18) {
        let before = session.raw().len();
        let place = format!("{n:>0$}/{all} ", all.len());
        session.send("j").wait(&place);
        costs.push((
            session.raw().len() - before,
            rows(&session.text()).join(", "),
        ));
    }
    costs
}

#[test]
fn a_move_takes_at_most_180_bytes() {
    for colours in ["truecolor", ""] {
        let world = World::default();
        let mut session = Session::open_with(&world, PROGRAM, &["demo"], &[("COLORTERM", colours)]);
        session.wait("odd-names");
        session.until("the questions", |r| find(&r.raw, b"\x1b[c"));
        // A dark background, so that colours are our own, in all their length.
        session.send("\x1b]11;rgb:1515/1818/1e1e\x1b\\\x1b[?62;22c");
        let mut steps = Vec::new();
        // In the order of the list of buckets.
        for bucket in [
            "backups",
            "documents",
            "empty",
            "logs-eu",
            "odd-names",
            "photos",
        ] {
            session.until(bucket, |r| is_on(&r.screen.screen().contents(), bucket));
            if !matches!(bucket, "empty" | "logs-eu") {
                session.send("\r").wait(&format!("› {bucket} "));
                session.until("a list", |r| {
                    total(&r.screen.screen().contents()).is_some_and(|all| !all.contains('+'))
                });
                steps.extend(walk(&mut session));
                session.send("\x7f").wait("6 buckets");
            }
            session.send("j");
        }
        let dear: Vec<_> = steps.iter().filter(|(cost, _)| *cost > 180).collect();
        assert!(dear.is_empty(), "{colours}: {dear:#?}");
        assert!(steps.len() > 20, "{steps:#?}");
        session.send("q");
        session.restored();
    }
}
