//! A whole listing, its pages asked for side by side and handed out in order.
//!
//! Drives a [`Plan`]; decides nothing itself. Invariant: whatever is under way ends when this is
//! dropped, and what waits is bounded however slowly pages are taken.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::super::split::{Ask, Lasts, Plan, What};
use super::super::{Error, ErrorKind, ListObjects};
use super::{Client, Grant, Heading, Pacer, Setback, Strain};
use crate::model::Page;

/// A listing under way.
#[derive(Debug)]
pub struct Sweep {
    client: Client,
    list: ListObjects,
    plan: Plan,
    calls: JoinSet<Answer>,
    strained: Arc<Strained>,
    /// The waits of every page …
    all: &'static [Duration],
    /// … and what is left of them for the one that everything waits for.
    waits: slice::Iter<'static, Duration>,
    /// Nothing is asked before.
    rest: Option<Instant>,
}

type Answer = (What, Result<Page, Error>, Duration);

/// Counts how often a server asked for less.
#[derive(Debug, Default)]
struct Strained(AtomicU32);

impl Pacer for Strained {
    fn set_back(&self, setback: &Setback<'_>) {
        if setback.strain == Strain::Throttled {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn grant(&self, want: u64, _: Heading) -> Grant {
        Grant {
            bytes: want,
            after: Duration::ZERO,
        }
    }
}

impl Client {
    /// Lists all pages from a first question on, several at once where that helps, in the order of
    /// names (rules L-10 and L-12), beginning with the one that the token of the question is of.
    ///
    /// Every page that cannot be had because of the network or the server is asked for again after
    /// each of `waits`, besides the retries of every call.
    #[must_use]
    pub fn sweep(&self, list: ListObjects, waits: &'static [Duration]) -> Sweep {
        let strained = Arc::new(Strained::default());
        Sweep {
            client: Self(Arc::clone(&self.0), Some(Arc::<Strained>::clone(&strained))),
            plan: Plan::new(
                list.prefix.clone(),
                list.delimited,
                list.start_after.clone(),
            )
            .from(list.token.clone()),
            list,
            calls: JoinSet::new(),
            strained,
            all: waits,
            waits: waits.iter(),
            rest: None,
        }
    }
}

impl Sweep {
    /// From now on, other waits than those it began with.
    pub fn wait_for(&mut self, waits: &'static [Duration]) {
        self.all = waits;
        self.waits = waits.iter();
    }

    /// Asks for no more than it takes to hand out so many rows.
    #[must_use]
    pub fn at_most(mut self, rows: usize) -> Self {
        self.plan.at_most(rows);
        self
    }

    /// Whether it is known that the page that was handed out last was the last one.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.plan.is_over()
    }

    /// The next page; none at the end. Where its `next` is none there may be more all the same, behind
    /// its last name.
    ///
    /// # Errors
    /// When the next page in order cannot be listed. Asking again asks for it again. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        loop {
            while let Some(answer) = self.calls.try_join_next() {
                self.settle(answer)?;
            }
            let page = self.plan.take();
            if page.is_none()
                && let Some(until) = self.rest
            {
                tokio::time::sleep_until(until).await;
                self.rest = None;
            }
            self.ask();
            if page.is_some() || self.plan.is_done() {
                return Ok(page);
            }
            match self.calls.join_next().await {
                Some(answer) => self.settle(answer)?,
                None => return Err(self.lost("nothing was asked")),
            }
        }
    }

    fn ask(&mut self) {
        if self.strained.0.swap(0, Ordering::Relaxed) > 0 {
            self.plan.slow_down();
        }
        while let Some(Ask { what, token, after }) = self.plan.next() {
            let folders = match &what {
                What::Folders(folder) => Some(folder.clone()),
                What::Rows(_) => None,
            };
            let list = ListObjects {
                token,
                start_after: after,
                delimited: folders.is_some() || self.list.delimited,
                prefix: folders.unwrap_or_else(|| self.list.prefix.clone()),
                ..self.list.clone()
            };
            let client = self.client.clone();
            self.calls.spawn(async move {
                let asked = Instant::now();
                let page = client.list(&list).await;
                (what, page, asked.elapsed())
            });
        }
    }

    fn settle(&mut self, answer: Result<Answer, JoinError>) -> Result<(), Error> {
        let (what, page, took) = answer.map_err(|why| self.lost(&why.to_string()))?;
        match (page, what) {
            (Ok(page), What::Rows(id)) => {
                if self.plan.is_first(id) {
                    self.waits = self.all.iter();
                }
                self.plan.answered(id, page, took);
            }
            (Ok(page), What::Folders(folder)) => self.plan.found(&folder, &page),
            (Err(error), what) => {
                let passing = matches!(
                    error.kind,
                    ErrorKind::Server | ErrorKind::Network | ErrorKind::Throttled
                );
                // Some servers refuse with a 500 what they do not know.
                let waited = error.status == Some(500) && self.waits.len() == 0;
                let lasts = if passing && !waited {
                    Lasts::Awhile
                } else {
                    Lasts::Always
                };
                if self.plan.failed(&what, lasts) {
                    match self.waits.next() {
                        Some(wait) if passing => {
                            let wait = self.client.tempo().rest(*wait);
                            self.rest = Some(Instant::now() + wait);
                        }
                        _ => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }

    fn lost(&self, why: &str) -> Error {
        Error {
            op: "ListObjectsV2",
            bucket: Some(self.list.bucket.as_str().into()),
            endpoint: self.client.settings().endpoint.host().into(),
            ..Error::own(ErrorKind::Foreign, "ListingLost", why)
        }
    }
}
