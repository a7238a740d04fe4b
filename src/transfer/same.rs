//! Whether what is to be copied stands at its target already.
//!
//! An upload whose answer was lost, by a server that went down behind it, stands there when the
//! job is tried again: that is an end, not a conflict. So is a file that somebody copied before,
//! and so is the copy of a move that was cut short before its source was deleted.

use std::path::Path;

use jiff::Timestamp;

use super::claim::{Claim, Proof};
use super::conflict::Go;
use super::errand::{Errand, Remote, Stop};
use super::flow;
use super::job::Seen;
use super::meter::Attempt;
use super::{Conflict, Side, Verified};
use super::{checksum, finish, verify};
use crate::local::{self, Source};
use crate::model::{ETag, Location, ObjectHead};
use crate::s3::Counter as _;

/// Largest file that is read to find out; above that a person is asked. Not so in a move.
const MAX_READ: u64 = 64 << 20;

/// Largest object that is fetched to find out, where its tag does not tell.
const MAX_FETCHED: u64 = 8 << 20;

/// Whether a job came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Yes,
    No,
}

/// How it shows that the object that stands in the way of an upload holds the same bytes.
pub(crate) async fn is_there(
    e: &Errand,
    remote: &Remote,
    source: &Source,
    conflict: &Conflict,
) -> Result<Option<Verified>, Stop> {
    let size = source.stamp().size;
    let Side {
        size: there, etag, ..
    } = &conflict.theirs;
    if *there != Some(size) || (size > MAX_READ && !e.moves()) {
        return Ok(None);
    }
    let md5 = etag.as_deref().and_then(ETag::new);
    let md5 = md5.as_ref().and_then(checksum::claimed);
    // Not every server lists tags, and a tag of parts says less than the headers may.
    let head = match md5 {
        Some(_) => None,
        None => finish::find(remote).await?,
    };
    let seen = head.as_ref().and_then(flow::seen);
    let mut proof = match (md5, &seen) {
        (Some(md5), _) => Proof::Whole(Claim::Md5(md5)),
        (None, Some(seen)) => Proof::of(seen),
        (None, None) => return Ok(None),
    };
    if proof == Proof::Nothing
        && size <= MAX_FETCHED
        && let Some(md5) = verify::md5_of(remote).await
    {
        proof = Proof::Whole(Claim::Md5(md5));
    }
    let dated =
        seen.is_some_and(|seen| seen.mtime.is_some() && seen.mtime == source.stamp().modified());
    held(e, source, proof, dated).await
}

/// Holds a file against a proof. Where that says nothing, size and date are enough to end a move.
async fn held(
    e: &Errand,
    source: &Source,
    proof: Proof,
    dated: bool,
) -> Result<Option<Verified>, Stop> {
    let (word, size, source) = (proof.word(), source.stamp().size, source.clone());
    let holds = e
        .busy(move || {
            let read = |at: u64, buffer: &mut [u8]| source.read_into(at, buffer);
            proof
                .holds(&read, size)
                .map_err(|x| source.read_trouble(&x))
        })
        .await?;
    Ok(match holds {
        Some(true) => Some(word),
        Some(false) => None,
        None => (dated && e.moves()).then_some(Verified::Size),
    })
}

/// A move of an object whose copy stands there already ends by deleting the source.
pub(crate) async fn ends_move(e: &Errand, go: &Go) -> Result<Ended, Stop> {
    let Go::Ask(conflict) = go else {
        return Ok(Ended::No);
    };
    if !e.moves() {
        return Ok(Ended::No);
    }
    let Some(head) = finish::find(&e.remote(&e.spec.from)?).await? else {
        return Ok(Ended::No);
    };
    let Some(seen) = flow::seen(&head).filter(|seen| conflict.theirs.size == Some(seen.size))
    else {
        return Ok(Ended::No);
    };
    let how = match &e.spec.to {
        Location::Local(path) => file(e, path, &seen).await?,
        to @ (Location::Object { .. } | Location::Under { .. }) => {
            object(&e.remote(to)?, &seen).await?
        }
    };
    let Some(how) = how else {
        return Ok(Ended::No);
    };
    finish::source_gone(e, None, Some(&seen)).await?;
    let attempt = Attempt::new(&e.meter);
    attempt.sent(seen.size);
    attempt.commit(seen.size);
    e.closed(e.spec.to.clone(), how, seen.size);
    Ok(Ended::Yes)
}

async fn file(e: &Errand, path: &Path, seen: &Seen) -> Result<Option<Verified>, Stop> {
    let source = match Source::open(path).await {
        Ok(source) => source,
        Err(trouble) if trouble.code.as_str() == local::NOT_FOUND => return Ok(None),
        Err(trouble) => return Err(trouble.into()),
    };
    let ours = source.stamp().modified().map(Timestamp::as_second);
    let theirs = seen.mtime.or(seen.modified).map(Timestamp::as_second);
    let dated = ours.is_some() && ours == theirs;
    held(e, &source, Proof::of(seen), dated).await
}

async fn object(to: &Remote, from: &Seen) -> Result<Option<Verified>, Stop> {
    let Some(head) = finish::find(to).await? else {
        return Ok(None);
    };
    Ok(alike(from, &head))
}

/// Whether two objects of one size are the same, as far as their servers tell.
fn alike(from: &Seen, to: &ObjectHead) -> Option<Verified> {
    let there = flow::seen(to)?;
    let tags = from.etag.is_some() && from.etag == there.etag && from.plain && there.plain;
    if tags {
        let tag = from.etag.as_ref()?;
        return Some(match (tag.as_md5(), tag.parts()) {
            (Some(_), _) => Verified::Md5,
            (None, Some(_)) => Verified::Composite,
            (None, None) => Verified::Size,
        });
    }
    if let (Some(a), Some(b)) = (from.claim, there.claim)
        && a == b
    {
        return Some(a.word());
    }
    let md5s = |seen: &Seen| seen.plain && seen.etag.as_ref().is_some_and(|e| e.as_md5().is_some());
    // Two MD5s that differ leave no doubt.
    let differ = md5s(from) && md5s(&there);
    (!differ && from.mtime.is_some() && from.mtime == there.mtime).then_some(Verified::Size)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn head(etag: &str, mtime: &str) -> ObjectHead {
        testing::head(etag, &[("mtime", mtime)], &[])
    }

    #[test]
    fn objects_are_alike_by_tag_or_by_date() {
        let (a, b) = (
            "0cc175b9c0f1b6a831c399e269772661",
            "92eb5ffee6ae2fec3ad71c777531578f",
        );
        let parts = format!("{a}-2");
        for (from, to, want) in [
            (head(a, "1"), head(a, "2"), Some(Verified::Md5)),
            (head(a, "1"), head(b, "1"), None),
            (
                head(&parts, "1"),
                head(&parts, "x"),
                Some(Verified::Composite),
            ),
            (head(&parts, "1"), head(a, "1"), Some(Verified::Size)),
            (head(&parts, "1"), head(a, "2"), None),
            (head(&parts, "x"), head(a, "x"), None),
        ] {
            let seen = flow::seen(&from).unwrap();
            assert_eq!(alike(&seen, &to), want, "{from:?} {to:?}");
        }
    }
}
