//! Whether a job of a dead process is done already: it ended, and nobody could write that down.
//!
//! Invariant: "done" is said only of a target that holds what the source holds, by size and MD5,
//! or by size and the source's own date, which every copy carries. Anything else takes the
//! ordinary way, with its questions.

use jiff::Timestamp;

use super::super::errand::{Errand, Stop};
use super::super::job::{Seen, There, Thing};
use super::super::{Verified, checksum, finish, flow};
use crate::local::{self, Source};
use crate::model::ETag;

/// Largest file that is read to find out.
const MAX_READ: u64 = 64 << 20;

/// What became of a job of a dead process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Was {
    /// It is done; that was told, and the source of a move is gone.
    Done,
    /// Nothing stands at its target.
    Nothing,
    /// Something else stands there.
    Other,
}

/// Finds out whether the target stands already.
pub(crate) async fn was(e: &Errand) -> Result<Was, Stop> {
    if e.spec.thing == Thing::Folder || e.spec.there == There::Absent || e.spec.from == e.spec.to {
        return Ok(Was::Other);
    }
    match (e.spec.from.path(), e.spec.to.path()) {
        (Some(_), None) => up(e).await,
        (None, Some(_)) => down(e).await,
        (None, None) => across(e).await,
        (Some(_), Some(_)) => here(e).await,
    }
}

fn finished(e: &Errand, verified: Verified, size: u64) -> Was {
    e.closed(e.spec.to.clone(), verified, size);
    Was::Done
}

/// The source of a move that is there no more; none if it is there.
async fn source(e: &Errand) -> Result<Option<Source>, Stop> {
    let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
    match Source::open(path).await {
        Ok(source) => Ok(Some(source)),
        Err(trouble) if e.moves() && trouble.code.as_str() == local::NOT_FOUND => Ok(None),
        Err(trouble) => Err(Stop::from(trouble)),
    }
}

async fn up(e: &Errand) -> Result<Was, Stop> {
    let Some(head) = finish::find(&e.remote(&e.spec.to)?).await? else {
        return Ok(Was::Nothing);
    };
    let Some(theirs) = flow::seen(&head) else {
        return Ok(Was::Other);
    };
    let known = &e.spec.source;
    let Some(source) = source(e).await? else {
        let same = known.size == Some(theirs.size)
            && known.modified.is_some()
            && known.modified == theirs.mtime;
        return Ok(if same {
            finished(e, Verified::Size, theirs.size)
        } else {
            Was::Other
        });
    };
    let stamp = source.stamp();
    if theirs.size != stamp.size {
        return Ok(Was::Other);
    }
    let reader = source.clone();
    let read = move |at: u64, buffer: &mut [u8]| reader.read_into(at, buffer);
    let verified = match holds(e, read, stamp.size, theirs.etag.as_ref()).await? {
        Some(true) => Verified::Md5,
        None if theirs.mtime.is_some() && theirs.mtime == stamp.modified() => Verified::Size,
        Some(false) | None => return Ok(Was::Other),
    };
    finish::source_gone(e, Some(&source), None).await?;
    Ok(finished(e, verified, stamp.size))
}

/// Whether bytes have the MD5 that a tag claims; none if that cannot be told cheaply.
async fn holds(
    e: &Errand,
    read: impl Fn(u64, &mut [u8]) -> std::io::Result<()> + Send + Sync + 'static,
    size: u64,
    etag: Option<&ETag>,
) -> Result<Option<bool>, Stop> {
    let Some(claim) = etag
        .and_then(checksum::claimed)
        .filter(|_| size <= MAX_READ)
    else {
        return Ok(None);
    };
    // A file that cannot be read now is told by the ordinary way.
    let md5 = e
        .busy(move || Ok(checksum::md5_range(&read, 0, size).ok()))
        .await?;
    Ok(md5.map(|md5| md5 == claim))
}

async fn down(e: &Errand) -> Result<Was, Stop> {
    let Some(spot) = e.spec.spot(&e.spec.to) else {
        return Ok(Was::Other);
    };
    let Some(standing) = local::standing(&spot).await?.filter(|s| !s.folder) else {
        return Ok(Was::Other);
    };
    let head = finish::find(&e.remote(&e.spec.from)?).await?;
    let known = &e.spec.source;
    let (size, etag, date, seen) = match head.as_ref().and_then(flow::seen) {
        Some(seen) => {
            let date = seen.mtime.or(seen.modified);
            (Some(seen.size), seen.etag.clone(), date, Some(seen))
        }
        None if e.moves() && head.is_none() => {
            let etag = known.etag.as_deref().and_then(ETag::new);
            (known.size, etag, known.modified, None)
        }
        None => return Ok(Was::Other),
    };
    if size != Some(standing.size) {
        return Ok(Was::Other);
    }
    let file = match Source::open(&spot.path()).await {
        Ok(file) if (file.stamp().dev, file.stamp().ino) == standing.file => file,
        _ => return Ok(Was::Other),
    };
    let read = move |at: u64, buffer: &mut [u8]| file.read_into(at, buffer);
    let plain = seen.as_ref().is_none_or(|seen| seen.plain);
    let etag = etag.filter(|_| plain);
    let verified = match holds(e, read, standing.size, etag.as_ref()).await? {
        Some(true) => Verified::Md5,
        None if same_second(date, standing.modified) => Verified::Size,
        Some(false) | None => return Ok(Was::Other),
    };
    e.tools.written.add(e.spec.batch, standing.file);
    if seen.is_some() {
        finish::source_gone(e, None, seen.as_ref()).await?;
    }
    Ok(finished(e, verified, standing.size))
}

/// Disks keep dates to the second at least.
fn same_second(ours: Option<Timestamp>, theirs: Option<Timestamp>) -> bool {
    ours.is_some() && ours.map(Timestamp::as_second) == theirs.map(Timestamp::as_second)
}

async fn across(e: &Errand) -> Result<Was, Stop> {
    let Some(head) = finish::find(&e.remote(&e.spec.to)?).await? else {
        return Ok(Was::Nothing);
    };
    let Some(theirs) = flow::seen(&head) else {
        return Ok(Was::Other);
    };
    let source = finish::find(&e.remote(&e.spec.from)?).await?;
    match source.as_ref().and_then(flow::seen) {
        Some(ours) if is_same(&ours, &theirs) => {
            finish::source_gone(e, None, Some(&ours)).await?;
        }
        None if e.moves() && source.is_none() => {
            let known = &e.spec.source;
            let tag = theirs.etag.as_ref().map(ETag::as_str);
            if known.size != Some(theirs.size) || tag.is_none() || tag != known.etag.as_deref() {
                return Ok(Was::Other);
            }
        }
        _ => return Ok(Was::Other),
    }
    Ok(finished(e, Verified::Size, theirs.size))
}

/// The tag of a copy in parts differs from its source's; the date that the file once had goes
/// with it.
fn is_same(ours: &Seen, theirs: &Seen) -> bool {
    let tags = ours.etag.is_some() && ours.etag == theirs.etag;
    let dates = ours.mtime.is_some() && ours.mtime == theirs.mtime;
    ours.size == theirs.size && (tags || dates)
}

async fn here(e: &Errand) -> Result<Was, Stop> {
    let Some(spot) = e.spec.spot(&e.spec.to) else {
        return Ok(Was::Other);
    };
    let Some(standing) = local::standing(&spot).await?.filter(|s| !s.folder) else {
        return Ok(Was::Other);
    };
    let known = &e.spec.source;
    let (size, date, source) = match source(e).await? {
        Some(source) => {
            let stamp = source.stamp();
            (Some(stamp.size), stamp.modified(), Some(source))
        }
        None => (known.size, known.modified, None),
    };
    let ours = source.as_ref().map(|s| (s.stamp().dev, s.stamp().ino));
    let same = size == Some(standing.size) && same_second(date, standing.modified);
    // One file under two names is no copy.
    if !same || ours == Some(standing.file) {
        return Ok(Was::Other);
    }
    if source.is_some() {
        finish::source_gone(e, source.as_ref(), None).await?;
    }
    Ok(finished(e, Verified::Size, standing.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(size: u64, etag: Option<&str>, mtime: Option<i64>) -> Seen {
        Seen {
            size,
            etag: etag.and_then(ETag::new),
            modified: Some(Timestamp::UNIX_EPOCH),
            mtime: mtime.and_then(|at| Timestamp::from_second(at).ok()),
            plain: true,
            claim: None,
        }
    }

    #[test]
    fn a_copy_is_known_by_its_tag_or_its_date_and_never_by_its_size_alone() {
        let one = seen(5, Some("a"), Some(9));
        assert!(is_same(&one, &seen(5, Some("a"), None)));
        assert!(is_same(&one, &seen(5, Some("b-2"), Some(9))));
        assert!(!is_same(&one, &seen(6, Some("a"), Some(9))));
        assert!(!is_same(&one, &seen(5, Some("b"), Some(8))));
        assert!(!is_same(&seen(5, None, None), &seen(5, None, None)));
        let at = |nanos| Timestamp::from_nanosecond(nanos).ok();
        assert!(same_second(at(1_500_000_000), at(1_000_000_000)));
        assert!(!same_second(at(2_500_000_000), at(1_000_000_000)));
        assert!(!same_second(None, None));
    }
}
