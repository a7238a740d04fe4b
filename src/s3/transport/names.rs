//! Looks up host names: all addresses of a server get connections, not only the first.
//!
//! Whoever connects tries addresses in order, so a fixed order leads every connection to one
//! machine (rule H-8). Each answer is shuffled, and kept for a while: hundreds of connections must
//! not mean hundreds of look-ups. Invariant: the system's choice between IPv6 and IPv4 stays; only
//! addresses of one kind change places.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::s3::retry::Dice;

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(30);

/// Asks the system.
type Ask = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

/// Names that were looked up a moment ago, and what looks up others.
#[derive(Clone)]
pub(super) struct Names(Arc<Inner>);

struct Inner {
    ask: Box<Ask>,
    known: Mutex<HashMap<String, Answer>>,
    dice: Dice,
}

/// One answer; whoever comes while it is awaited waits for the same.
#[derive(Clone)]
struct Answer {
    since: Instant,
    addresses: Arc<OnceCell<Vec<SocketAddr>>>,
}

impl Names {
    /// Over the system's own look-up.
    pub(super) fn of_system(seed: u64) -> Self {
        Self::over(seed, |host| {
            Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
        })
    }

    fn over(
        seed: u64,
        ask: impl Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            ask: Box::new(ask),
            known: Mutex::default(),
            dice: Dice::new(seed),
        }))
    }

    /// The addresses of a host, in a new order each time. A failure is not kept.
    pub(super) async fn look_up(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let answer = self.answer(host);
        let ask = || (self.0.ask)(host.to_owned());
        let addresses = answer.addresses.get_or_try_init(ask).await?;
        Ok(shuffled(addresses, &self.0.dice))
    }

    fn answer(&self, host: &str) -> Answer {
        let now = Instant::now();
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, answer| now.duration_since(answer.since) < FRESH);
        let fresh = || Answer {
            since: now,
            addresses: Arc::default(),
        };
        known.entry(host.to_owned()).or_insert_with(fresh).clone()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let addresses = names.look_up(name.as_str()).await?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// The same addresses; those of one kind in any order, the kinds in the order that they had.
fn shuffled(addresses: &[SocketAddr], dice: &Dice) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let mut drawn: Vec<(bool, f64, SocketAddr)> = addresses
        .iter()
        .map(|a| (a.is_ipv6() != first_is_v6, dice.draw(), *a))
        .collect();
    drawn.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    drawn.into_iter().map(|(_, _, address)| address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Four addresses of the new kind, then four of the old one; counts how often it is asked.
    fn names(asked: &Arc<AtomicUsize>) -> Names {
        let asked = Arc::clone(asked);
        Names::over(7, move |host| {
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                if host == "shy.example" && turn == 0 {
                    return Err(io::Error::other("not now"));
                }
                let new = (1..=4).map(|n| format!("[fd00::{n}]:0"));
                let old = (1..=4).map(|n| format!("10.0.0.{n}:0"));
                Ok(new.chain(old).map(|a| a.parse().unwrap()).collect())
            })
        })
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_kept_for_half_a_minute() {
        let asked = Arc::new(AtomicUsize::new(0));
        let names = names(&asked);
        for result in join_all((0..256).map(|_| names.look_up("h.example"))).await {
            assert_eq!(result.unwrap().len(), 8);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        names.look_up("other.example").await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        tokio::time::advance(FRESH).await;
        names.look_up("h.example").await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 3);
        assert_eq!(names.0.known.lock().unwrap().len(), 1, "old ones go");
    }

    #[tokio::test(start_paused = true)]
    async fn every_address_comes_first_at_times_but_never_the_other_kind() {
        let names = names(&Arc::default());
        let mut first = [0; 5];
        for _ in 0..400 {
            let got = names.look_up("h.example").await.unwrap();
            assert!(got[..4].iter().all(SocketAddr::is_ipv6), "{got:?}");
            let SocketAddr::V6(v6) = got[0] else { continue };
            first[usize::from(v6.ip().segments()[7])] += 1;
        }
        // 100 each on average; the seed is fixed.
        assert!(
            first[1..].iter().all(|n| (60..140).contains(n)),
            "{first:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_not_remembered() {
        let asked = Arc::new(AtomicUsize::new(0));
        let names = names(&asked);
        names.look_up("shy.example").await.unwrap_err();
        assert_eq!(names.look_up("shy.example").await.unwrap().len(), 8);
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
