//! The limiter's promises, as properties over any order of facts, and its rules against servers
//! that are made of arithmetic.

use std::collections::BinaryHeap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A server that takes `delay` for an answer and gives at most `rate` answers a second.
struct Server {
    delay: Duration,
    rate: u32,
    limiter: Limiter,
    now: Duration,
    free: Duration,
    flying: BinaryHeap<std::cmp::Reverse<(Duration, Duration)>>,
}

impl Server {
    fn new(terms: Terms, delay: Duration, rate: u32) -> Self {
        Self {
            delay,
            rate,
            limiter: Limiter::new(terms, None),
            now: Duration::ZERO,
            free: Duration::ZERO,
            flying: BinaryHeap::new(),
        }
    }

    /// Sends as many as the limit allows until `count` were answered; gives the time that took.
    fn run(&mut self, count: usize) -> Duration {
        let (began, mut left, mut sent) = (self.now, count, 0);
        while left > 0 {
            while self.flying.len() < self.limiter.limit() && sent < count {
                sent += 1;
                self.free = self.free.max(self.now) + Duration::from_secs(1) / self.rate;
                let end = self.free + self.delay;
                self.flying.push(std::cmp::Reverse((end, self.now)));
            }
            let flying = self.flying.len();
            let std::cmp::Reverse((end, start)) = self.flying.pop().unwrap();
            self.now = end;
            left -= 1;
            let success = Success {
                took: end.saturating_sub(start),
                yielded: 1,
                flying,
            };
            self.limiter.succeeded(end, &success);
        }
        self.now.saturating_sub(began)
    }
}

#[test]
fn a_link_with_delay_is_filled_within_a_few_rounds() {
    let mut server = Server::new(Terms::SMALL, ms(80), 100_000);
    server.limiter.hint(ms(80));
    let took = server.run(2000);
    assert!(server.limiter.limit() >= 672);
    // Three round trips of 672.
    assert!(took < ms(350), "{took:?}");
}

#[test]
fn without_a_hint_a_link_with_delay_takes_some_rounds_more() {
    let mut server = Server::new(Terms::SMALL, ms(80), 100_000);
    // 512, and then 768 each.
    let took = server.run(2000);
    assert!(took < ms(600), "{took:?}");
    // What comes after something was measured changes nothing.
    let limit = server.limiter.limit();
    server.limiter.hint(ms(10));
    assert_eq!(server.limiter.limit(), limit);
}

#[test]
fn a_server_that_is_busy_is_not_drowned() {
    // No delay but its own: more at once changes nothing.
    let mut server = Server::new(Terms::SMALL, ms(1), 5000);
    server.run(10_000);
    assert_eq!(server.limiter.limit(), Terms::SMALL.start);
    // And parts stop where the line is full.
    let mut server = Server::new(Terms::PARTS, ms(50), 100);
    server.run(6000);
    let most = 2 * Terms::PARTS.start;
    assert!(server.limiter.limit() <= most, "{}", server.limiter.limit());
    // Where each brings more, they grow.
    let mut server = Server::new(Terms::PARTS, ms(1000), 1000);
    server.run(3000);
    assert!(server.limiter.limit() > most, "{}", server.limiter.limit());
}

#[test]
fn short_transfers_stay_at_the_start() {
    let mut server = Server::new(Terms::PARTS, ms(5), 1000);
    server.run(128);
    assert_eq!(server.limiter.limit(), Terms::PARTS.start);
}

#[test]
fn a_refusal_halves_once_and_the_limit_comes_back() {
    let mut server = Server::new(Terms::SMALL, ms(20), 3000);
    server.run(1000);
    let (full, now) = (server.limiter.limit(), server.now);
    let cut = Cut {
        from: full,
        to: full / 2,
    };
    assert_eq!(server.limiter.strained(now), Some(cut));
    assert_eq!(server.limiter.strained(now + ms(499)), None);
    assert!(server.limiter.is_slowed());
    server.run(20_000);
    assert!(!server.limiter.is_slowed());
    assert!(server.limiter.limit() > 64, "{}", server.limiter.limit());
    for n in 0..20 {
        server.limiter.strained(server.now + ms(500 * n));
    }
    assert_eq!(server.limiter.limit(), 1);
}

#[test]
fn what_began_before_a_cut_does_not_count_for_it() {
    let mut limiter = Limiter::new(Terms::SMALL, Some(4));
    limiter.strained(ms(1000));
    let success = |took| Success {
        took: ms(took),
        yielded: 1,
        flying: 4,
    };
    for _ in 0..100 {
        limiter.succeeded(ms(1200), &success(300));
    }
    assert_eq!(limiter.limit(), 2);
    for n in 0..10 {
        limiter.succeeded(ms(1300 + n), &success(100));
    }
    assert_eq!(limiter.limit(), 4);
}

#[test]
fn an_idle_queue_does_not_grow() {
    let mut limiter = Limiter::new(Terms::SMALL, None);
    for n in 0..10_000 {
        let success = Success {
            took: ms(5),
            yielded: 1,
            flying: 3,
        };
        limiter.succeeded(ms(n), &success);
    }
    assert_eq!(limiter.limit(), Terms::SMALL.start);
}

#[test]
fn a_gate_tells_once() {
    let mut gate = Gate::new(None);
    assert_eq!(gate.limit(Class::Small), Terms::SMALL.start);
    assert_eq!(gate.limit(Class::Part), Terms::PARTS.start);
    let cut = gate.strained(Class::Part, ms(1000)).unwrap();
    assert_eq!((cut.from, cut.to), (8, 4));
    assert_eq!(
        (gate.limit(Class::Small), gate.limit(Class::Part)),
        (Terms::SMALL.start / 2, 4),
        "a server has one capacity"
    );
    for n in 1..100 {
        assert_eq!(gate.strained(Class::Part, ms(1000 + 600 * n)), None);
    }
    gate.fix(Some(5), ms(100_000));
    assert_eq!((gate.both(), gate.is_slowed()), (5, false));
    assert!(gate.strained(Class::Small, ms(200_000)).is_some());
}

#[derive(Debug, Clone)]
enum Event {
    Success { took: u64, flying: usize },
    Strain,
    Fix(Option<usize>),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => (0_u64..5000, 1_usize..300).prop_map(|(took, flying)| Event::Success { took, flying }),
        2 => Just(Event::Strain),
        1 => prop::option::of(0_usize..1000).prop_map(Event::Fix),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_limit_keeps_its_bounds(
        events in prop::collection::vec((0_u64..2000, event()), 1..400),
        terms in prop_oneof![Just(Terms::SMALL), Just(Terms::PARTS)],
    ) {
        let mut limiter = Limiter::new(terms, None);
        let (mut now, mut ceiling, mut cut) = (Duration::ZERO, terms.ceiling, None);
        for (after, event) in events {
            now += ms(after);
            let before = limiter.limit();
            match event {
                Event::Success { took, flying } => {
                    let success = Success { took: ms(took), yielded: 1, flying };
                    limiter.succeeded(now, &success);
                    prop_assert!(limiter.limit() <= (before * 2).max(1));
                }
                Event::Strain => {
                    if limiter.strained(now).is_some() {
                        prop_assert!(cut.is_none_or(|at| now >= at + BETWEEN_CUTS));
                        cut = Some(now);
                        prop_assert_eq!(limiter.limit(), (before / 2).max(1));
                    } else {
                        prop_assert_eq!(limiter.limit(), before);
                    }
                }
                Event::Fix(at) => {
                    limiter.fix(at, now);
                    ceiling = at.map_or(terms.ceiling, |n| n.clamp(1, MOST));
                    prop_assert_eq!(limiter.limit(), at.map_or(terms.start, |_| ceiling));
                }
            }
            prop_assert!((1..=ceiling).contains(&limiter.limit()));
        }
    }
}
