//! Whether what arrived is what was sent, by the best means that a server allows.
//!
//! Invariant: nothing is called verified by a means that could not have found a difference. What
//! a server is known for (tags that are MD5s, hashes that it looks at) was seen in this process,
//! or is known of its maker; until then it counts for nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use md5::{Digest as _, Md5};

use super::claim::Proof;
use super::errand::{Cause, Errand, Remote, Stop};
use super::job::Seen;
use super::{Verified, checksum, finish};
use crate::local::{Replace, Sink, Source};
use crate::model::{Account, ETag, Integrity, Location, Trouble};
use crate::s3::{
    AbortUpload, CreateUpload, DeleteObject, Digest, Error, ErrorKind, GetObject, NewObject,
    Payload, TryHash,
};

/// Bodies up to this size get an MD5 besides their signed hash: that costs nothing.
const SMALL: u64 = 64 << 10;

/// The same while nobody knows whether a server looks at signed hashes: it costs less than asking.
const ASKED_FOR: u64 = 1 << 20;

/// Largest object that is read back to find out whether a tag is just no MD5.
const READ_BACK: u64 = 8 << 20;

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

/// How what was sent in one piece arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Took {
    /// Whole, as far as this could tell.
    Well(Verified),
    /// The server has other bytes.
    Damaged,
}

/// Holds a downloaded file against what is known of its object (rule G-9).
pub(crate) async fn file(e: &Errand, sink: &Sink, seen: &Seen) -> Result<Verified, Stop> {
    let (read, size, proof) = (sink.reader(), seen.size, Proof::of(seen));
    let (word, from) = (proof.word(), e.spec.from.clone());
    let unread = move |error: std::io::Error| {
        Trouble::new(
            "DiskFailure",
            &format!("Cannot check the copy of {from}"),
            &error.to_string(),
            "try again",
        )
    };
    if proof == Proof::Nothing {
        return Ok(Verified::Size);
    }
    match e
        .busy(move || proof.holds(&read, size).map_err(unread))
        .await?
    {
        Some(true) => Ok(word),
        Some(false) => Err(differs(&e.spec.from)),
        None => Ok(Verified::Size),
    }
}

fn differs(from: &Location) -> Stop {
    Stop::new(
        Trouble::new(
            "ChecksumDiffers",
            &format!("Cannot copy {from}"),
            "what arrived differs from what was sent; the file was not kept",
            "try again; if it stays, suspect memory, the disk or a proxy",
        )
        .retryable(),
        Cause::Stale,
    )
}

/// How an object that was put in one piece arrived, by its answer's tag. That is an MD5 on most
/// servers, and proves more than a signed hash, which some servers accept unseen.
pub(crate) async fn took(
    e: &Errand,
    remote: &Remote,
    sent: &Payload,
    etag: Option<&ETag>,
) -> Result<Took, Stop> {
    let signed = matches!(digest_of(sent), Some(Digest::Sha256(_)));
    let md5 = match (sent, digest_of(sent)) {
        (_, Some(Digest::Md5(md5))) => Some(md5),
        (Payload::Empty, _) => Some(Md5::digest(b"").into()),
        (Payload::Data { bytes, .. }, Some(_)) if sent.len() <= small(e, remote) => {
            match e.digest(bytes, Integrity::Md5).await? {
                Digest::Md5(md5) => Some(md5),
                Digest::Sha256(_) => None,
            }
        }
        _ => None,
    };
    let claimed = etag.and_then(checksum::claimed);
    let habits = &e.tools.habits;
    match (md5, claimed) {
        (Some(md5), Some(claimed)) if md5 == claimed => {
            habits.saw_md5_tag(&remote.account);
            return Ok(Took::Well(Verified::Md5));
        }
        (Some(md5), Some(_)) => return doubt(e, remote, (sent, md5)).await,
        _ => {}
    }
    if signed && !sent.is_empty() && looks_at_hashes(e, remote).await {
        return Ok(Took::Well(Verified::Sha256));
    }
    finish::expect_size(remote, sent.len()).await?;
    Ok(Took::Well(Verified::Size))
}

/// Up to which size a body is worth an MD5 besides its signed hash.
fn small(e: &Errand, remote: &Remote) -> u64 {
    let known = e.tools.habits.get(&remote.account).hashes;
    if known.is_some() || remote.client.settings().endpoint.is_aws() {
        SMALL
    } else {
        ASKED_FOR
    }
}

/// The tag looks like an MD5 and is not that of the bytes: damage, or a server with tags of its
/// own making (rule U-7).
async fn doubt(
    e: &Errand,
    remote: &Remote,
    (sent, md5): (&Payload, [u8; 16]),
) -> Result<Took, Stop> {
    let head = finish::expect_size(remote, sent.len()).await?;
    let plain = super::flow::seen(&head).is_some_and(|seen| seen.plain);
    if !plain {
        return Ok(Took::Well(Verified::Size));
    }
    if e.tools.habits.has_md5_tags(&remote.account) {
        return Ok(Took::Damaged);
    }
    if sent.len() > READ_BACK {
        return Ok(Took::Well(Verified::Size));
    }
    Ok(match md5_of(remote).await {
        Some(there) if there == md5 => Took::Well(Verified::Md5),
        Some(_) => Took::Damaged,
        None => Took::Well(Verified::Size),
    })
}

/// The MD5 of an object, by reading it. None when that fails.
pub(crate) async fn md5_of(remote: &Remote) -> Option<[u8; 16]> {
    let get = GetObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        range: None,
        if_match: None,
    };
    let mut hash = Md5::new();
    let mut download = match remote.client.stream(&get).await {
        Ok(download) => download,
        // An empty object has no range.
        Err(error) if error.kind == ErrorKind::Range => return Some(hash.finalize().into()),
        Err(_) => return None,
    };
    while let Some(chunk) = download.chunk().await.ok()? {
        hash.update(&chunk);
    }
    Some(hash.finalize().into())
}

/// An upload whose bytes arrived damaged twice. What was new is removed again; what replaced
/// something can only be told.
pub(crate) async fn spoiled(remote: &Remote, replace: Replace, etag: Option<&ETag>) -> Stop {
    let kept = match replace {
        Replace::Allow => Kept::Yes,
        Replace::Refuse => remove(remote, etag).await,
    };
    let why = match kept {
        Kept::No => "the server got other bytes than were sent, twice; its copy was removed",
        Kept::Yes => "the server got other bytes than were sent, twice; its copy is damaged",
    };
    spoilt(&remote.location(), why)
}

/// An upload that is damaged; what the server has of it is going to be removed.
pub(crate) fn damaged(to: &Location) -> Stop {
    spoilt(
        to,
        "the server got other bytes than were sent, twice; nothing was kept",
    )
}

fn spoilt(to: &Location, why: &str) -> Stop {
    Stop::from(
        Trouble::new(
            "ChecksumDiffers",
            &format!("Cannot upload {to}"),
            why,
            "try again; if it stays, suspect memory, the network card or a proxy",
        )
        .retryable(),
    )
}

#[derive(Clone, Copy)]
enum Kept {
    Yes,
    No,
}

/// Deletes what was just put, unless somebody else put something there since.
async fn remove(remote: &Remote, etag: Option<&ETag>) -> Kept {
    let ours = match finish::find(remote).await {
        Ok(Some(head)) => etag.is_some() && head.meta.etag.as_ref() == etag,
        Ok(None) => return Kept::No,
        Err(_) => false,
    };
    let delete = DeleteObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
    };
    if ours && remote.client.call(&delete).await.is_ok() {
        Kept::No
    } else {
        Kept::Yes
    }
}

/// Whether something was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swept {
    Yes,
    No,
}

/// Removes what a server kept although it said that the bytes had changed on their way (some
/// do). It is ours if it carries the file's very date and size, and other bytes.
pub(crate) async fn sweep(remote: &Remote, source: &Source) -> Swept {
    let stamp = source.stamp();
    let Ok(Some(head)) = finish::find(remote).await else {
        return Swept::No;
    };
    let Some(seen) = super::flow::seen(&head) else {
        return Swept::No;
    };
    let ours = seen.size == stamp.size && seen.mtime.is_some() && seen.mtime == stamp.modified();
    let (read, size) = (source.clone(), stamp.size);
    let differs = tokio::task::spawn_blocking(move || {
        let read = |at, len| read.read_at(at, len);
        Proof::of(&seen).holds(&read, size).ok().flatten() == Some(false)
    });
    if !ours || !differs.await.unwrap_or(false) {
        return Swept::No;
    }
    match remove(remote, head.meta.etag.as_ref()).await {
        Kept::No => Swept::Yes,
        Kept::Yes => Swept::No,
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
    let habits = &e.tools.habits;
    let _one = habits.asking.lock().await;
    if let Some(known) = habits.get(&remote.account).hashes {
        return known;
    }
    let found = try_hash(remote).await;
    if let Some(found) = found {
        habits.set(&remote.account, |habit| habit.hashes = Some(found));
    }
    found.unwrap_or(false)
}

async fn try_hash(remote: &Remote) -> Option<bool> {
    let create = CreateUpload {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        about: NewObject::default(),
    };
    let upload = remote.client.call(&create).await.ok()?;
    let wrong = TryHash {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: upload.clone(),
    };
    let refused = match remote.client.call(&wrong).await {
        Ok(()) => Some(false),
        Err(error) => is_about_bytes(&error).then_some(true),
    };
    let abort = AbortUpload {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload,
    };
    // It holds one byte at most; a server that keeps it loses nothing.
    let _ = remote.client.call(&abort).await;
    refused
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

/// The digest that a body carries.
pub(crate) fn digest_of(payload: &Payload) -> Option<Digest> {
    match payload {
        Payload::Data { digest, .. } | Payload::Stream { digest, .. } => Some(*digest),
        Payload::Empty | Payload::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn habits_are_known_by_account() {
        let habits = Habits::default();
        let (a, b) = (Account::new("a"), Account::new("b"));
        habits.saw_md5_tag(&a);
        habits.saw_composite(&b);
        assert!(habits.has_md5_tags(&a) && !habits.has_md5_tags(&b));
        assert!(habits.has_composites(&b) && !habits.has_composites(&a));
    }

    #[test]
    fn the_digest_of_a_body() {
        let digest = Digest::Md5([1; 16]);
        let bytes = Bytes::from_static(b"x");
        assert_eq!(digest_of(&Payload::Data { bytes, digest }), Some(digest));
        assert_eq!(digest_of(&Payload::Empty), None);
    }
}
