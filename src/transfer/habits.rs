//! What servers turned out to be like in this process, as far as it decides how bytes are checked:
//! whether their tags are MD5s, and whether they look at signed hashes.
//!
//! Invariant: a habit is believed only after it was seen, or is known of the server's maker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::errand::{Errand, Remote};
use super::job::{Fact, Opened, Seen, Way};
use super::watch::Ear;
use crate::model::{Account, Integrity, Location};
use crate::s3::{AbortUpload, CreateUpload, Error, ErrorKind, NewObject, TryHash, UploadId};

/// Bodies up to this size get an MD5 besides their signed hash: that costs nothing.
pub(crate) const SMALL: u64 = 64 << 10;

/// The same while nobody knows whether a server looks at signed hashes: it costs less than asking.
const ASKED_FOR: u64 = 1 << 20;

/// What servers are known for, by account. Learned facts, shared by workers.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    known: Mutex<HashMap<Account, Habit>>,
    /// Only one worker finds out; the others wait for it.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Habit {
    /// Whether the tag of what was put in one piece is its MD5.
    md5_tags: Option<bool>,
    /// Whether the tag of an upload is made of its parts' MD5s.
    composites: Option<bool>,
    /// Whether a signed hash is held against the bytes.
    hashes: Option<bool>,
    /// Whether it was asked for a checksum and had none.
    no_sums: bool,
    /// Whether it kept something from being replaced because it was told to.
    conditions: bool,
    /// How long the shortest listing took.
    delay: Option<Duration>,
}

impl Habits {
    fn get(&self, account: &Account) -> Habit {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(account).copied().unwrap_or_default()
    }

    fn set(&self, account: &Account, change: impl FnOnce(&mut Habit)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        change(known.entry(account.clone()).or_default());
    }

    /// A listing took so long.
    pub(crate) fn answered_after(&self, account: &Account, delay: Duration) {
        let known = self.get(account).delay;
        if known.is_none_or(|known| delay < known) {
            self.set(account, |habit| habit.delay = Some(delay));
        }
    }

    /// A question about one object took so long. A first one over TLS goes the way three times.
    pub(crate) fn answered(&self, remote: &Remote, took: Duration) {
        let https = remote.client.settings().endpoint.is_https();
        self.answered_after(&remote.account, took / if https { 3 } else { 1 });
    }

    /// How long the shortest answer took.
    pub(crate) fn delay(&self, account: &Account) -> Option<Duration> {
        self.get(account).delay
    }

    /// A server had no checksum of an object.
    pub(crate) fn saw_no_sums(&self, account: &Account) {
        self.set(account, |habit| habit.no_sums = true);
    }

    /// Whether asking a server for checksums is in vain.
    pub(crate) fn tells_no_sums(&self, account: &Account) -> bool {
        self.get(account).no_sums
    }

    /// A server did not replace what was not to be replaced.
    pub(crate) fn saw_condition(&self, account: &Account) {
        self.set(account, |habit| habit.conditions = true);
    }

    /// Whether a server is known to look at conditions.
    pub(crate) fn heeds_conditions(&self, account: &Account) -> bool {
        self.get(account).conditions
    }

    /// A tag was the MD5 of what was sent.
    pub(crate) fn saw_md5_tag(&self, account: &Account) {
        if self.get(account).md5_tags != Some(true) {
            self.set(account, |habit| habit.md5_tags = Some(true));
        }
    }

    /// Whether a tag that is no MD5 of what was sent means damage on this server.
    pub(crate) fn has_md5_tags(&self, account: &Account) -> bool {
        self.get(account).md5_tags == Some(true)
    }

    /// A tag of an upload was made of its parts' MD5s.
    pub(crate) fn saw_composite(&self, account: &Account) {
        if self.get(account).composites != Some(true) {
            self.set(account, |habit| habit.composites = Some(true));
        }
    }

    /// Whether another composite tag than expected means another object on this server.
    pub(crate) fn has_composites(&self, account: &Account) -> bool {
        self.get(account).composites == Some(true)
    }
}

/// Up to which size a body is worth an MD5 besides its signed hash.
pub(crate) fn small(e: &Errand, remote: &Remote) -> u64 {
    let known = e.tools.habits.get(&remote.account).hashes;
    if known.is_some() || remote.client.settings().endpoint.is_aws() {
        SMALL
    } else {
        ASKED_FOR
    }
}

/// The digest that a body of this length is to carry (rule U-6): a signed hash only where it is
/// looked at, if nobody insists on it. Small bodies are not worth the question.
pub(crate) async fn integrity(e: &Errand, remote: &Remote, len: u64) -> Integrity {
    let wanted = remote.client.integrity();
    let insists = remote.client.settings().integrity == Integrity::Sha256;
    if wanted != Integrity::Sha256 || insists {
        return wanted;
    }
    let looks = match e.tools.habits.get(&remote.account).hashes {
        None if len > ASKED_FOR => looks_at_hashes(e, remote).await,
        known => known.unwrap_or(true),
    };
    if looks { wanted } else { Integrity::Md5 }
}

/// Whether a server refuses bytes that are not those of their signed hash. Amazon's is known to;
/// another is asked once: one byte with a wrong hash, as part of an upload that is given up at
/// once. No object comes of it.
pub(crate) async fn looks_at_hashes(e: &Errand, remote: &Remote) -> bool {
    if remote.client.settings().endpoint.is_aws() {
        return true;
    }
    if let Some(known) = e.tools.habits.get(&remote.account).hashes {
        return known;
    }
    // Once in a process, and a large future: those that wait for it are moved about often.
    Box::pin(find_out(e, remote)).await
}

async fn find_out(e: &Errand, remote: &Remote) -> bool {
    let habits = &e.tools.habits;
    let one = habits.asking.lock().await;
    if let Some(known) = habits.get(&remote.account).hashes {
        return known;
    }
    let (found, begun) = try_hash(e, remote).await;
    if let Some(found) = found {
        habits.set(&remote.account, |habit| habit.hashes = Some(found));
    }
    drop(one);
    begun.give_up(remote).await;
    found.unwrap_or(false)
}

/// The same, for who does not want to wait for an answer that somebody else is waiting for.
pub(crate) async fn looks_at_hashes_already(e: &Errand, remote: &Remote) -> bool {
    match e.tools.habits.asking.try_lock() {
        Ok(free) => {
            drop(free);
            looks_at_hashes(e, remote).await
        }
        Err(_) => e.tools.habits.get(&remote.account).hashes == Some(true),
    }
}

/// Whether all bodies that are not small carry a hash that the server is known to look at.
pub(crate) fn proves_hashes(e: &Errand, remote: &Remote) -> bool {
    let known = e.tools.habits.get(&remote.account).hashes == Some(true);
    remote.client.integrity() == Integrity::Sha256
        && (known || remote.client.settings().endpoint.is_aws())
}

/// An upload that is opened only to find something out.
///
/// Invariant: whatever ends it before it was given up, a cut in the midst of a call included, the
/// queue hears of it and cleans up.
struct Begun<'e> {
    errand: &'e Errand,
    opened: Option<Opened>,
}

impl<'e> Begun<'e> {
    fn new(errand: &'e Errand, to: &Location, at: Timestamp) -> Self {
        let opened = Some(Opened::unheard(to, at, None));
        Self { errand, opened }
    }

    /// Its name is known.
    fn named(&mut self, upload: &UploadId) {
        if let Some(opened) = &mut self.opened {
            opened.way = Way::Relay {
                upload: upload.clone(),
                object: Seen::nothing(),
            };
        }
    }

    /// There is nothing to be given up.
    fn over(&mut self) {
        self.opened = None;
    }

    /// Gives it up. What cannot be reached now is given up at the end of the job.
    async fn give_up(mut self, remote: &Remote) {
        let Some(Opened {
            way: Way::Relay { upload, .. },
            ..
        }) = &self.opened
        else {
            return;
        };
        let abort = AbortUpload {
            bucket: remote.bucket.clone(),
            key: remote.key.clone(),
            upload: upload.clone(),
        };
        let gone = remote.client.call(&abort).await;
        // It holds one byte at most: a server that keeps it for good loses nothing.
        if !gone.is_err_and(|error| is_passing(&error)) {
            self.over();
        }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.take() {
            let (job, opened) = (self.errand.job, Arc::new(opened));
            self.errand.tell(Fact::Stray { job, opened });
        }
    }
}

/// What was found out, if anything; and what is left to be given up.
async fn try_hash<'e>(e: &'e Errand, remote: &Remote) -> (Option<bool>, Begun<'e>) {
    let (bucket, key) = (remote.bucket.clone(), remote.key.clone());
    let create = CreateUpload {
        bucket: bucket.clone(),
        key: key.clone(),
        about: NewObject::default(),
    };
    let (at, ear) = (
        remote.client.now(),
        Arc::new(Ear::beside(e.watch(&remote.account))),
    );
    let mut begun = Begun::new(e, &remote.location(), at);
    let client = remote.client.clone().paced(ear.clone());
    let opened = client.call(&create).await;
    if let Some(lost) = ear.lost_after() {
        // One that nobody heard of is looked for at the end of the job.
        e.unheard(&remote.location(), at, lost);
    }
    let upload = match opened {
        Ok(upload) => upload,
        Err(error) => {
            begun.over();
            // Who may not open uploads cannot find out.
            let found = (error.kind != ErrorKind::Network).then_some(false);
            return (found, begun);
        }
    };
    begun.named(&upload);
    let wrong = TryHash {
        bucket,
        key,
        upload,
    };
    let refused = match remote.client.call(&wrong).await {
        Err(error) if is_about_bytes(&error) => Some(true),
        Err(error) if is_passing(&error) => None,
        Ok(()) | Err(_) => Some(false),
    };
    (refused, begun)
}

fn is_passing(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Network | ErrorKind::Server | ErrorKind::Throttled
    )
}

/// Whether a refusal is one of the bytes, in any of the ways that servers have.
fn is_about_bytes(error: &Error) -> bool {
    let kind = error.kind;
    error.status == Some(500)
        || matches!(
            kind,
            ErrorKind::Corrupt | ErrorKind::Refused | ErrorKind::Credentials
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_are_known_by_account() {
        let habits = Habits::default();
        let (a, b) = (Account::new("a"), Account::new("b"));
        habits.saw_md5_tag(&a);
        habits.saw_composite(&b);
        assert!(habits.has_md5_tags(&a) && !habits.has_md5_tags(&b));
        assert!(habits.has_composites(&b) && !habits.has_composites(&a));
    }
}
