//! The end of an upload: its parts are joined, and the object is held against them.
//!
//! Invariant: a lost answer is resolved, not guessed. Whether the parts were joined although
//! nobody said so is read off the object itself (rule U-11).

use super::checksum;
use super::claim::Claim;
use super::errand::{Cause, Errand, Failure, Remote, Stop, internal};
use super::finish::{expect_size, find, part_failed, source_gone, written};
use super::job::{Mark, Opened, Seen, Way};
use super::upload::mtime_in;
use super::{Verified, habits, verify};
use crate::local::{self, Replace, Source};
use crate::model::{ETag, Integrity, ObjectHead};
use crate::s3::{CompleteUpload, Error, ErrorKind, UploadId};

/// How much earlier than its upload an object may be dated: clocks of one server differ a little.
pub(crate) const CLOCKS: i64 = 5;

/// Joins the parts and checks the object.
pub(crate) async fn close(e: &Errand, opened: &Opened, marks: &[Mark]) -> Result<(), Stop> {
    let remote = e.remote(&opened.to)?;
    let source = match &opened.way {
        Way::Up { stamp, .. } => {
            let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
            match Source::open_same(path, *stamp).await {
                Ok(source) => Some(source),
                Err(trouble) if e.moves() && trouble.code.as_str() == local::NOT_FOUND => {
                    return moved_before(e, &remote, opened, marks, trouble.into()).await;
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Way::Down { .. } | Way::Copy { .. } | Way::Relay { .. } => None,
    };
    let (tag, head) = joined(e, &remote, opened, marks).await?;
    let object = match &opened.way {
        Way::Copy { object, .. } | Way::Relay { object, .. } => Some(object),
        Way::Up { .. } | Way::Down { .. } => None,
    };
    let told = (tag.as_ref(), head.as_ref());
    let Some(verified) = verified(e, &remote, (opened, marks), told).await? else {
        return Err(verify::spoiled(&remote, opened.replace, tag.as_ref()).await);
    };
    source_gone(e, source.as_ref(), object).await?;
    e.closed(opened.to.clone(), verified, opened.size);
    Ok(())
}

/// The file of a move is gone: an earlier try may have come so far.
async fn moved_before(
    e: &Errand,
    remote: &Remote,
    opened: &Opened,
    marks: &[Mark],
    lost: Stop,
) -> Result<(), Stop> {
    match find(remote).await? {
        Some(head) if is_ours(e, remote, (opened, marks), &head) => {
            e.closed(opened.to.clone(), Verified::Size, opened.size);
            Ok(())
        }
        _ => Err(lost),
    }
}

fn upload_of(opened: &Opened) -> Result<&UploadId, Stop> {
    match &opened.way {
        Way::Up { upload, .. } | Way::Copy { upload, .. } | Way::Relay { upload, .. } => Ok(upload),
        Way::Down { .. } => Err(internal("this job has no upload")),
    }
}

/// Joins the parts: the tag that the server gave the object, and the object's head.
async fn joined(
    e: &Errand,
    remote: &Remote,
    opened: &Opened,
    marks: &[Mark],
) -> Result<(Option<ETag>, Option<ObjectHead>), Stop> {
    let parts: Option<Vec<(u32, ETag)>> = marks
        .iter()
        .map(|mark| Some((mark.index + 1, mark.etag.clone()?)))
        .collect();
    let mut complete = CompleteUpload {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: upload_of(opened)?.clone(),
        parts: parts.ok_or_else(|| internal("a part has no tag"))?,
        only_new: opened.replace == Replace::Refuse,
        expects: (remote.client.settings().endpoint.is_aws()).then_some(opened.size),
    };
    let mut answer = remote.client.call(&complete).await;
    if complete.only_new && answer.as_ref().is_err_and(knows_no_conditions) {
        complete.only_new = false;
        answer = remote.client.call(&complete).await;
    }
    match answer {
        // Every part was checked, and the server joined all of them: its size is no question. The
        // source of a move goes only after another look.
        Ok(tag) if tag.is_some() && !e.moves() && is_proved(e, remote, opened, marks) => {
            Ok((tag, None))
        }
        Ok(tag) => {
            let head = expect_size(remote, opened.size).await?;
            Ok((tag.or_else(|| head.meta.etag.clone()), Some(head)))
        }
        Err(error) => {
            let head = after_all(e, remote, (opened, marks), &error).await?;
            Ok((head.meta.etag.clone(), Some(head)))
        }
    }
}

/// Whether nothing that a head could say is needed any more.
fn is_proved(e: &Errand, remote: &Remote, opened: &Opened, marks: &[Mark]) -> bool {
    !matches!(opened.way, Way::Copy { .. })
        && (marks.iter().all(|mark| mark.checked) || habits::proves_hashes(e, remote))
}

/// Whether a server refuses the condition and not the parts.
pub(crate) fn knows_no_conditions(error: &Error) -> bool {
    error.kind == ErrorKind::Unsupported
        || matches!(
            error.code.as_deref(),
            Some("InvalidArgument" | "InvalidRequest")
        )
}

/// After a Complete that failed: the object tells whether it was done nevertheless.
async fn after_all(
    e: &Errand,
    remote: &Remote,
    work: (&Opened, &[Mark]),
    error: &Error,
) -> Result<ObjectHead, Stop> {
    // If the upload is gone, the object may be there and not be seen yet.
    let head = if error.kind == ErrorKind::NotFound {
        written(remote).await
    } else {
        let found = find(remote).await;
        found.and_then(|head| head.ok_or_else(|| part_failed(remote, error)))
    };
    match head {
        Ok(head) if is_ours(e, remote, work, &head) => Ok(head),
        // Nobody can tell now; the parts stay for another try.
        Err(Stop::Failed(failure)) if is_passing(&failure) => Err(Stop::Failed(failure)),
        _ => Err(part_failed(remote, error)),
    }
}

fn is_passing(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Network(_) | Cause::Server)
}

/// Whether an object is the one that was made of these parts.
fn is_ours(
    e: &Errand,
    remote: &Remote,
    (opened, marks): (&Opened, &[Mark]),
    head: &ObjectHead,
) -> bool {
    if head.meta.size != Some(opened.size) {
        return false;
    }
    let tag = head.meta.etag.as_ref();
    if tag.is_some_and(|tag| expected(marks).as_deref() == Some(tag.as_str())) {
        return true;
    }
    // The server makes up its tags, or another object stands there: number of parts, dates.
    let parts = tag.and_then(ETag::parts);
    let other = parts.is_some_and(|n| n as usize != marks.len())
        || (parts.is_some() && e.tools.habits.has_composites(&remote.account));
    let fresh = head
        .meta
        .modified
        .is_some_and(|at| at.as_second() + CLOCKS >= opened.at.as_second());
    !other && fresh && carries_our_date(&opened.way, head)
}

/// Whether the date that was sent along is there, if one was.
fn carries_our_date(way: &Way, head: &ObjectHead) -> bool {
    let sent = match way {
        Way::Up { stamp, .. } if stamp.mtime >= 0 => stamp.modified(),
        Way::Up { .. } | Way::Down { .. } => None,
        Way::Copy { object, .. } | Way::Relay { object, .. } => object.mtime,
    };
    let there = head.metadata.iter().find(|(name, _)| &**name == "mtime");
    sent.is_none() || there.and_then(|(_, text)| mtime_in(text)) == sent
}

/// The tag of an object that is made of parts with these tags.
fn expected(marks: &[Mark]) -> Option<String> {
    let md5 = |mark: &Mark| mark.etag.as_ref().and_then(checksum::claimed);
    let parts: Option<Vec<_>> = marks.iter().map(md5).collect();
    parts.map(|parts| checksum::composite(&parts))
}

/// How the object was checked; none if it is another than was sent.
async fn verified(
    e: &Errand,
    remote: &Remote,
    (opened, marks): (&Opened, &[Mark]),
    (tag, head): (Option<&ETag>, Option<&ObjectHead>),
) -> Result<Option<Verified>, Stop> {
    let habits = &e.tools.habits;
    let composite = expected(marks);
    let told = tag.filter(|tag| tag.parts().is_some()).map(ETag::as_str);
    let whole = told.is_some() && composite.as_deref() == told;
    if whole {
        habits.saw_composite(&remote.account);
    } else if told.is_some() && composite.is_some() && habits.has_composites(&remote.account) {
        return Ok(None);
    }
    if let Way::Copy { object, .. } = &opened.way {
        return Ok(head.map_or(Some(Verified::Size), |head| copied(object, head)));
    }
    let checked = marks.iter().filter(|mark| mark.checked).count();
    if checked == marks.len() {
        return Ok(Some(if whole {
            Verified::Composite
        } else {
            Verified::Md5
        }));
    }
    if remote.client.integrity() == Integrity::Sha256 {
        return Ok(Some(if habits::looks_at_hashes(e, remote).await {
            Verified::Sha256
        } else {
            Verified::Size
        }));
    }
    // Some tags were MD5s of what was sent, so those that were not are of something else.
    Ok((checked == 0).then_some(Verified::Size))
}

/// How a copy that the server made was checked; none if it differs.
pub(crate) fn copied(from: &Seen, to: &ObjectHead) -> Option<Verified> {
    let to_sum = Claim::of(to);
    let plain = super::flow::seen(to).is_some_and(|seen| seen.plain) && from.plain;
    let md5 = |tag: &Option<ETag>| tag.as_ref().filter(|_| plain).and_then(checksum::claimed);
    if let (Some(a), Some(b)) = (md5(&from.etag), md5(&to.meta.etag)) {
        return (a == b).then_some(Verified::Md5);
    }
    match (from.claim, to_sum) {
        (Some(a), Some(b)) if a == b => Some(a.word()),
        (Some(a), Some(b)) if a.word() == b.word() && a.word() == Verified::Crc64 => None,
        _ => Some(Verified::Size),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn seen(etag: &str, claim: Option<Claim>) -> Seen {
        Seen {
            size: 1,
            etag: ETag::new(etag),
            modified: None,
            mtime: None,
            plain: true,
            claim,
        }
    }

    fn head(etag: &str, crc64: Option<&str>) -> ObjectHead {
        let sum = crc64.map(|sum| ("x-amz-checksum-crc64nvme", sum));
        testing::head(etag, &[], sum.as_slice())
    }

    #[test]
    fn copies_are_held_against_their_sources() {
        let (a, b) = (
            "0cc175b9c0f1b6a831c399e269772661",
            "92eb5ffee6ae2fec3ad71c777531578f",
        );
        let parts = format!("{a}-2");
        let sum = Some("M3eFcAZSQlc=");
        let claim = Some(Claim::Crc64(0x3377_8570_0652_4257));
        for (from, to, want) in [
            (seen(a, None), head(a, None), Some(Verified::Md5)),
            (seen(a, None), head(b, None), None),
            (seen(&parts, None), head(a, None), Some(Verified::Size)),
            (seen(&parts, claim), head(a, sum), Some(Verified::Crc64)),
            (seen(&parts, Some(Claim::Crc64(1))), head(a, sum), None),
            (seen("odd", None), head("other", None), Some(Verified::Size)),
        ] {
            assert_eq!(copied(&from, &to), want, "{from:?} {to:?}");
        }
    }
}
