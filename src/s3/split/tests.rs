//! A plan against a server of names, whose answers come in any order.

use std::collections::BTreeSet;
use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::model::{Key, ObjectMeta, Prefix};

const ROWS_A_PAGE: usize = 1000;

/// How a server behaves.
#[derive(Clone)]
struct Server {
    keys: BTreeSet<String>,
    rows: usize,
    /// Begins at the beginning whatever it is told.
    deaf: bool,
}

impl Server {
    fn new(keys: impl IntoIterator<Item = String>, rows: usize) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            rows,
            deaf: false,
        }
    }

    fn page(&self, ask: &Ask, plan: (&str, bool)) -> Page {
        let (under, grouped) = match &ask.what {
            What::Rows(_) => plan,
            What::Folders(folder) => (folder.as_str(), true),
        };
        let after = ask.after.as_deref().filter(|_| !self.deaf);
        let after = ask.token.as_ref().map(|t| &*t.0).or(after);
        let after = after.unwrap_or_default().max(under).to_owned();
        let mut page = Page::default();
        let begin = if ask.token.is_none() && after == under {
            Bound::Included(after.as_str())
        } else {
            Bound::Excluded(after.as_str())
        };
        let mut at: Option<String> = None;
        for key in self.keys.range::<str, _>((begin, Bound::Unbounded)) {
            if !key.starts_with(under) {
                break;
            }
            let folder = key[under.len()..].find('/').filter(|_| grouped);
            let row = folder.map_or(key.as_str(), |slash| &key[..=under.len() + slash]);
            if at.as_deref() == Some(row) || after.starts_with(row) && ask.token.is_some() {
                continue;
            }
            if page.entries.len() == self.rows {
                page.next = at.map(|name| Token(name.into()));
                return page;
            }
            at = Some(row.to_owned());
            page.entries.push(if folder.is_some() {
                Entry::Prefix(Prefix::new(row).unwrap())
            } else {
                object(row)
            });
        }
        page
    }

    /// What a whole listing gives.
    fn rows(&self, under: &str, grouped: bool) -> Vec<String> {
        let mut rows: Vec<String> = self
            .keys
            .iter()
            .filter(|key| key.starts_with(under))
            .map(|key| match key[under.len()..].find('/') {
                Some(slash) if grouped => key[..=under.len() + slash].to_owned(),
                _ => key.clone(),
            })
            .collect();
        rows.dedup();
        rows
    }
}

pub(super) fn object(key: &str) -> Entry {
    Entry::Object(ObjectMeta {
        key: Key::new(key).unwrap(),
        size: None,
        modified: None,
        etag: None,
        class: None,
    })
}

/// What became of a listing.
#[derive(Debug, Default)]
struct Told {
    names: Vec<String>,
    asked: usize,
    /// Times that somebody had to wait for an answer, if all that fly land together.
    rounds: usize,
    /// Pages that waited at once.
    held: usize,
}

/// Drives a plan. `choose` says which of so many answers lands next, `fails` which fail.
fn drive(
    server: &Server,
    (under, grouped): (&str, bool),
    mut choose: impl FnMut(usize) -> usize,
    mut fails: impl FnMut(&Ask) -> bool,
) -> Told {
    let mut plan = Plan::new(under.into(), grouped, None);
    let mut flying: Vec<Ask> = Vec::new();
    let mut told = Told::default();
    let slow = Duration::from_millis(80);
    loop {
        while let Some(page) = plan.take() {
            told.names
                .extend(page.entries.iter().map(|e| name(e).to_owned()));
        }
        while let Some(ask) = plan.next() {
            told.asked += 1;
            flying.push(ask);
        }
        told.held = told.held.max(plan.held());
        assert!(told.asked < 20_000, "it asks for ever");
        if flying.is_empty() {
            assert!(plan.is_done(), "nothing is asked and it is not done");
            return told;
        }
        let ask = flying.swap_remove(choose(flying.len()));
        if fails(&ask) {
            plan.failed(&ask.what, Lasts::Awhile);
            continue;
        }
        let page = server.page(&ask, (under, grouped));
        match &ask.what {
            What::Rows(id) => plan.answered(*id, page, slow),
            What::Folders(folder) => plan.found(folder, &page),
        }
    }
}

/// As [`drive`], all that flies lands together.
fn rounds(server: &Server, under: &str, grouped: bool) -> Told {
    let mut left = 0;
    let mut rounds = 0;
    let mut told = drive(
        server,
        (under, grouped),
        |flying| {
            if left == 0 {
                left = flying;
                rounds += 1;
            }
            left -= 1;
            0
        },
        |_| false,
    );
    told.rounds = rounds;
    told
}

fn tree(folders: usize, each: usize) -> Server {
    let keys = (0..folders).flat_map(|f| (0..each).map(move |n| format!("t/p{f:03}/f{n:05}.bin")));
    Server::new(keys, ROWS_A_PAGE)
}

#[test]
fn a_short_listing_costs_no_more_than_its_pages() {
    for (keys, pages) in [(0, 1), (1, 1), (1000, 1), (1001, 2)] {
        let server = Server::new((0..keys).map(|n| format!("a/{n:05}")), ROWS_A_PAGE);
        let told = rounds(&server, "a/", false);
        assert_eq!(told.names, server.rows("a/", false));
        assert!(told.asked <= pages + 1, "{keys}: {}", told.asked);
    }
}

#[test]
fn a_flat_listing_is_read_many_pages_at_once() {
    let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let numbered: Vec<String> = (0..300_000).map(|n| format!("k/a{n:07}.dat")).collect();
    let random = (0..300_000).map(|n| format!("k/{:016x}", spread(n)));
    for (server, rows) in [
        (Server::new(numbered, ROWS_A_PAGE), 330),
        (Server::new(random, ROWS_A_PAGE), 420),
    ] {
        for grouped in [false, true] {
            let told = rounds(&server, "k/", grouped);
            assert_eq!(told.names.len(), 300_000);
            assert!(told.names.is_sorted_by(|a, b| a < b));
            let shape = (told.asked, told.rounds, told.held);
            assert!(told.asked <= rows, "{shape:?}");
            assert!(told.rounds <= 32, "{shape:?}");
            assert!(told.held <= READ_BELOW + 32, "{shape:?}");
        }
    }
}

#[test]
fn folders_are_read_side_by_side() {
    let server = tree(100, 2500);
    let told = rounds(&server, "t/", false);
    assert_eq!(told.names.len(), 250_000);
    let shape = (told.asked, told.rounds, told.held);
    assert!(told.asked <= 330, "{shape:?}");
    assert!(told.rounds <= 30, "{shape:?}");
}

#[test]
fn many_small_folders_do_not_cost_a_request_each() {
    for each in [1, 7, 90] {
        let server = tree(1000, each);
        let told = rounds(&server, "t/", false);
        assert_eq!(told.names, server.rows("t/", false));
        let pages = each + 1;
        assert!(told.asked <= pages * 3 / 2 + 40, "{each}: {}", told.asked);
    }
}

#[test]
fn a_server_that_begins_where_it_likes_is_read_page_by_page() {
    let mut server = tree(3, 4000);
    server.deaf = true;
    let told = rounds(&server, "t/", false);
    assert_eq!(told.names, server.rows("t/", false));
}

#[test]
fn a_first_page_without_order_turns_splitting_off() {
    let mut plan = Plan::new(String::new(), false, None);
    let page = |names: &[&str], next: Option<&str>| Page {
        entries: names.iter().map(|n| object(n)).collect(),
        next: next.map(|t| Token(t.into())),
        skipped: 0,
    };
    let Some(Ask {
        what: What::Rows(id),
        ..
    }) = plan.next()
    else {
        panic!("nothing is asked");
    };
    plan.answered(
        id,
        page(&["c", "a", "b"], Some("t")),
        Duration::from_secs(1),
    );
    let ask = plan.next().unwrap();
    assert_eq!(ask.token, Some(Token("t".into())));
    assert_eq!(plan.next(), None);
    let What::Rows(id) = ask.what else { panic!() };
    plan.answered(id, page(&["z", "a"], None), Duration::from_secs(1));
    let mut names = Vec::new();
    while let Some(page) = plan.take() {
        names.extend(page.entries.iter().map(|e| name(e).to_owned()));
    }
    assert_eq!(names, ["c", "a", "b", "z", "a"]);
    assert!(plan.is_done());
}

/// Names that lie close and far, with empty segments, odd letters and folders in folders.
fn names() -> impl Strategy<Value = BTreeSet<String>> {
    let word = prop_oneof![
        "[ab0-3]{1,3}",
        "[a-f0-9]{4}",
        Just(String::new()),
        "[é~ %+\u{1}]{1,2}",
    ];
    let key = proptest::collection::vec(word, 1..4).prop_map(|words| words.join("/"));
    let far = proptest::collection::btree_set(key.prop_filter("a key", |k| !k.is_empty()), 0..150);
    (far, 0usize..120).prop_map(|(mut keys, near)| {
        keys.extend((0..near).map(|n| format!("a/n{n:03}")));
        keys
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_split_yields_every_name_once_and_in_order(
        keys in names(),
        rows in 1usize..9,
        grouped in any::<bool>(),
        deaf in proptest::bool::weighted(0.2),
        order in proptest::collection::vec(any::<usize>(), 1..64),
        under in prop_oneof![Just(""), Just("a/"), Just("a")],
    ) {
        let server = Server { deaf, ..Server::new(keys, rows) };
        let mut turns = order.iter().cycle();
        let told = drive(
            &server,
            (under, grouped),
            |flying| turns.next().unwrap() % flying,
            |_| false,
        );
        prop_assert_eq!(told.names, server.rows(under, grouped));
    }

    #[test]
    fn failed_pages_lose_nothing_and_invent_nothing(
        keys in names(),
        rows in 1usize..9,
        order in proptest::collection::vec(any::<usize>(), 1..64),
    ) {
        let server = Server::new(keys, rows);
        let (mut turns, mut luck) = (order.iter().cycle(), order.iter().rev().cycle());
        let told = drive(
            &server,
            ("", false),
            |flying| turns.next().unwrap() % flying,
            // One in three; never all of them for ever.
            |_| luck.next().unwrap() % 3 == 1 && order.len() > 3 && order.iter().any(|n| n % 3 != 1),
        );
        prop_assert_eq!(told.names, server.rows("", false));
    }

    #[test]
    fn what_stands_all_the_while_is_listed_while_others_come_and_go(
        keys in names(),
        others in names(),
        rows in 1usize..9,
        order in proptest::collection::vec(any::<usize>(), 1..64),
    ) {
        let others: Vec<String> = others.difference(&keys).cloned().collect();
        let server = std::cell::RefCell::new(Server::new(keys.clone(), rows));
        let mut plan = Plan::new(String::new(), false, None);
        let (mut flying, mut names) = (Vec::new(), Vec::new());
        for turn in 0..20_000 {
            while let Some(page) = plan.take() {
                names.extend(page.entries.iter().map(|e| name(e).to_owned()));
            }
            while let Some(ask) = plan.next() {
                flying.push(ask);
            }
            if flying.is_empty() {
                break;
            }
            let luck = order[turn % order.len()];
            if !others.is_empty() {
                let other = &others[luck % others.len()];
                let there = &mut server.borrow_mut().keys;
                if !there.remove(other) {
                    there.insert(other.clone());
                }
            }
            let ask: Ask = flying.swap_remove(luck % flying.len());
            let page = server.borrow().page(&ask, ("", false));
            match &ask.what {
                What::Rows(id) => plan.answered(*id, page, Duration::from_millis(80)),
                What::Folders(folder) => plan.found(folder, &page),
            }
        }
        prop_assert!(names.is_sorted_by(|a, b| a < b));
        let told: BTreeSet<String> = names.into_iter().collect();
        prop_assert!(keys.is_subset(&told));
        let known: BTreeSet<String> = keys.iter().chain(&others).cloned().collect();
        prop_assert!(told.is_subset(&known));
    }
}
