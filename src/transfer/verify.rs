//! Whether what arrived is what was sent, by the best means that a server allows.
//!
//! Invariant: nothing is called verified by a means that could not have found a difference. What
//! a server is known for (tags that are MD5s, hashes that it looks at) was seen in this process,
//! or is known of its maker; until then it counts for nothing.

use md5::{Digest as _, Md5};

use super::claim::Proof;
use super::errand::{Cause, Errand, Remote, Stop};
use super::habits::SMALL;
use super::job::Seen;
use super::{Verified, checksum, finish, habits};
use crate::local::{Replace, Sink, Source};
use crate::model::{ETag, Integrity, Location, Trouble};
use crate::s3::{DeleteObject, Digest, ErrorKind, GetObject, Payload};

/// Largest object that is read back to find out whether a tag is just no MD5.
const READ_BACK: u64 = 8 << 20;

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
    let (word, unread) = (proof.word(), unread(e));
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

/// Says what it means when a copy cannot be read.
pub(crate) fn unread(e: &Errand) -> impl Fn(std::io::Error) -> Trouble + Send + 'static + use<> {
    let from = e.spec.from.clone();
    move |error| {
        Trouble::new(
            "DiskFailure",
            &format!("Cannot check the copy of {from}"),
            &error.to_string(),
            "try again",
        )
    }
}

pub(crate) fn differs(from: &Location) -> Stop {
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
    let claimed = etag.and_then(checksum::claimed);
    let md5 = match (sent, digest_of(sent)) {
        (_, Some(Digest::Md5(md5))) => Some(md5),
        (Payload::Empty, _) => Some(Md5::digest(b"").into()),
        (Payload::Data { bytes, .. }, Some(_)) if sent.len() <= SMALL && claimed.is_some() => {
            Some(Md5::digest(bytes).into())
        }
        (Payload::Data { bytes, .. }, Some(_))
            if sent.len() <= habits::small(e, remote) && claimed.is_some() =>
        {
            match e.digest(bytes, Integrity::Md5).await? {
                Digest::Md5(md5) => Some(md5),
                Digest::Sha256(_) => None,
            }
        }
        _ => None,
    };
    let habits = &e.tools.habits;
    match (md5, claimed) {
        (Some(md5), Some(claimed)) if md5 == claimed => {
            habits.saw_md5_tag(&remote.account);
            return Ok(Took::Well(Verified::Md5));
        }
        (Some(md5), Some(_)) => return doubt(e, remote, (sent, md5)).await,
        _ => {}
    }
    if signed && !sent.is_empty() && looks(e, remote, sent.len()).await {
        return Ok(Took::Well(Verified::Sha256));
    }
    // A server that says well done got as many bytes as were announced: of a small object that is
    // no matter for another request.
    if sent.len() > SMALL {
        finish::expect_size(remote, sent.len()).await?;
    }
    Ok(Took::Well(Verified::Size))
}

/// Whether a server looks at signed hashes. A small body does not wait for that.
async fn looks(e: &Errand, remote: &Remote, len: u64) -> bool {
    if len <= SMALL {
        habits::looks_at_hashes_already(e, remote).await
    } else {
        habits::looks_at_hashes(e, remote).await
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
        let read = |at: u64, buffer: &mut [u8]| read.read_into(at, buffer);
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
    fn the_digest_of_a_body() {
        let digest = Digest::Md5([1; 16]);
        let bytes = Bytes::from_static(b"x");
        assert_eq!(digest_of(&Payload::Data { bytes, digest }), Some(digest));
        assert_eq!(digest_of(&Payload::Empty), None);
    }
}
