//! The front door to bytes: one handle that skins clone and call.
//!
//! Everything that a person can ask for is a method here, answered in plain words ([`Answer`]).
//! Moving bytes is the queue's work and goes through [`Engine::order`]; what is small and
//! immediate (list, head, read a range, delete, make, link) is done here.

mod bucket;
mod count;
mod delete;
mod describe;
mod differ;
mod doctor;
mod edit;
mod erase;
mod find;
mod last;
mod link;
mod listing;
mod look;
mod many;
mod object;
mod open;
mod outside;
mod pages;
mod past;
mod session;
mod sieve;
mod stream;
mod undo;
mod view;
mod walk;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

pub use crate::local::{LocalEntry, LocalKind};
pub use crate::s3::{Link, LinkMethod, MAX_EXPIRY};
pub use crate::transfer::{
    BatchId, Conflict, Counts, Direction, Hitch, IfExists, Interrupted, JobId, JobView, Keeps,
    Kind, Left, LeftId, LeftState, Means, Notice, Order, Pacing, Parallel, Phase, Request, Roster,
    Side, Snapshot, Terms, Verified, Which,
};
pub use describe::{Description, Extras, Tags, Version, VersionKind, tag_text, tags_of};
pub use differ::Further;
pub use doctor::{Check, Checkup, Depth, Health, PROBE};
pub use edit::Fetched;
pub use find::Finding;
pub use last::{Left as LeftPane, Session};
pub use listing::{Grouping, Listing, Pages};
pub use pages::{Start, Under};
pub use session::Bookmark;
pub use sieve::{Glob, Known, Sieve, SizeIs};
pub use stream::Reader;
pub use undo::{Copied, Trashed};
pub use view::{About, AccountView, Contents, Deletion, Overwrite, SignedLink, Tally};
pub use walk::{Walk, WalkedFile};

use crate::config::Config;
use crate::model::{Account, Answer, Location, Trouble};
use crate::s3::Client;
use crate::transfer::Queue;

/// The handle. Clones share everything.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    config: Config,
    accounts: Vec<AccountView>,
    clients: HashMap<Account, Client>,
    queue: Queue,
    clock_told: AtomicBool,
}

impl Engine {
    /// The config it was opened with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// All accounts, the default one first.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountView> {
        self.0.accounts.clone()
    }

    /// What a local folder holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn folder(&self, path: &Path) -> Answer<Vec<LocalEntry>> {
        crate::local::list(path).await
    }

    /// What a local folder holds, told as it is read.
    ///
    /// # Errors
    /// When it cannot be read; what was told stays true.
    pub async fn folder_rows(
        &self,
        path: &Path,
        tell: &mpsc::UnboundedSender<Vec<LocalEntry>>,
    ) -> Answer<()> {
        crate::local::list_to(path, tell).await
    }

    /// Free bytes where a local folder lies.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn free(&self, path: &Path) -> Answer<u64> {
        crate::local::free(path).await
    }

    /// That this computer's clock is wrong, once, after a server said so. Its time is used from
    /// then on, so nothing fails by it; but certificates and dates of files suffer too.
    #[must_use]
    pub fn clock_to_tell(&self) -> Option<Trouble> {
        let skewed = self
            .0
            .clients
            .values()
            .find(|client| client.skew().is_some())?;
        if self.0.clock_told.swap(true, Ordering::Relaxed) {
            return None;
        }
        let behind = skewed.now() > jiff::Timestamp::now();
        let by = crate::model::duration(skewed.skew()?);
        let side = if behind { "behind" } else { "ahead of" };
        Some(Trouble::new(
            "ClockSkew",
            "This computer's clock is wrong",
            &format!("it is {by} {side} the server's, whose time is used from now on"),
            "set the clock: on Linux, switch on NTP with `timedatectl set-ntp true`",
        ))
    }

    /// A number for the next batch.
    #[must_use]
    pub fn next_batch(&self) -> BatchId {
        self.0.queue.next_batch()
    }

    /// Tells the queue something. Never waits.
    ///
    /// # Errors
    /// When jobs are submitted that would change something where nothing may be changed, or that
    /// name an account which is not there; then none of them is taken.
    pub fn order(&self, order: Order) -> Answer<()> {
        if let Order::Submit(_, requests) = &order {
            for request in requests {
                self.may_run(request.kind, &request.from, &request.to)?;
            }
        }
        if let Order::Enlist(_, rosters) = &order {
            for terms in rosters.iter().map(Roster::terms) {
                self.may_run(terms.kind, &terms.from, &terms.to)?;
            }
        }
        self.0.queue.order(order);
        Ok(())
    }

    /// The queue's numbers, sampled.
    #[must_use]
    pub fn numbers(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.queue.numbers()
    }

    /// The queue's notices. There is one receiver: the first caller gets it.
    #[must_use]
    pub fn notices(&self) -> Option<mpsc::UnboundedReceiver<Notice>> {
        self.0.queue.notices()
    }

    /// Waits until nothing is waiting, moving or being listed any more. Jobs that ask, are paused
    /// or failed do not count as work.
    pub async fn drain(&self) -> Counts {
        self.0.queue.drain().await
    }

    /// Takes over what earlier runs did not finish, as held jobs; told by
    /// [`Notice::Interrupted`].
    pub fn adopt(&self) {
        self.0.queue.adopt();
    }

    /// What earlier runs did not finish, and what other processes are at work on. Changes nothing.
    pub async fn left(&self) -> Vec<Left> {
        Queue::left(self.0.config.paths.state.clone()).await
    }

    /// Stops taking work, lets what is in flight land for at most `grace`, flushes the journal.
    pub async fn close(&self, grace: Duration) {
        self.0.queue.close(grace).await;
    }

    fn may_run(&self, kind: Kind, from: &Location, to: &Location) -> Answer<()> {
        self.client_of(from)?;
        self.client_of(to)?;
        if let Some(account) = to.account() {
            self.writable(account)?;
        }
        match (kind, from.account()) {
            (Kind::Move, Some(account)) => self.writable(account).map(drop),
            (Kind::Move | Kind::Copy, _) => Ok(()),
        }
    }

    /// The client of an account, for reading.
    fn client(&self, account: &Account) -> Answer<&Client> {
        self.0
            .clients
            .get(account)
            .ok_or_else(|| no_account(account))
    }

    fn client_of(&self, at: &Location) -> Answer<Option<&Client>> {
        at.account().map(|account| self.client(account)).transpose()
    }

    /// The client of an account, for changing something there.
    fn writable(&self, account: &Account) -> Answer<&Client> {
        let client = self.client(account)?;
        let locked = self.0.config.read_only
            || self
                .0
                .accounts
                .iter()
                .any(|view| view.account == *account && view.read_only);
        if locked {
            Err(read_only(account.as_str()))
        } else {
            Ok(client)
        }
    }
}

fn read_only(whom: &str) -> Trouble {
    Trouble::new(
        "ReadOnly",
        "Nothing was changed",
        &format!("{whom} is read-only"),
        "leave out --read-only, or take read_only out of the account's config",
    )
}

fn no_account(account: &Account) -> Trouble {
    Trouble::new(
        "NoSuchAccount",
        &format!("There is no account {account}"),
        "neither the config file nor the AWS files name it",
        "add it to the config file, or choose another with --profile",
    )
}
