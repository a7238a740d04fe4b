//! The ends of a job: parts are joined, results checked, sources of moves deleted, uploads
//! aborted.
//!
//! Invariant: a source is deleted only after its copy was checked, and only if it is still what
//! was copied.

use std::time::Duration;

use super::errand::{Cause, Errand, Remote, Stop, internal};
use super::flow;
use super::job::{Mark, Opened, Seen, Way};
use super::{Verified, checksum};
use crate::local::Source;
use crate::model::{ETag, Integrity, Location, ObjectHead, Trouble};
use crate::s3::{
    AbortUpload, CompleteUpload, DeleteObject, Error, ErrorKind, HeadObject, ListParts, UploadId,
};

/// Waits for an object that was written a moment ago to be seen.
const LAG: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1000),
];

/// The head of an object.
pub(crate) async fn head(remote: &Remote) -> Result<ObjectHead, Stop> {
    ask(remote).await.map_err(|error| remote.stop(&error))
}

/// The head of an object; none if it is not there.
pub(crate) async fn find(remote: &Remote) -> Result<Option<ObjectHead>, Stop> {
    match ask(remote).await {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(remote.stop(&error)),
    }
}

async fn ask(remote: &Remote) -> Result<ObjectHead, Error> {
    let head = HeadObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
    };
    remote.client.call(&head).await
}

/// The head of an object that was just written; servers may lag behind themselves.
pub(crate) async fn written(remote: &Remote) -> Result<ObjectHead, Stop> {
    for wait in LAG {
        if let Some(head) = find(remote).await? {
            return Ok(head);
        }
        tokio::time::sleep(wait).await;
    }
    head(remote).await
}

/// Checks that an object that was just written has its size.
pub(crate) async fn expect_size(remote: &Remote, size: u64) -> Result<ObjectHead, Stop> {
    let head = written(remote).await?;
    match head.meta.size {
        Some(got) if got != size => Err(Stop::new(
            Trouble::new(
                "SizeDiffers",
                &format!("Cannot finish {}", remote.location()),
                &format!("the server has {got} bytes instead of {size}"),
                "try again",
            )
            .retryable(),
            Cause::Stale,
        )),
        _ => Ok(head),
    }
}

/// Deletes the source of a move, unless it is another one by now. Does nothing for a copy.
pub(crate) async fn source_gone(
    e: &Errand,
    file: Option<&Source>,
    object: Option<&Seen>,
) -> Result<(), Stop> {
    if !e.moves() {
        return Ok(());
    }
    if let Some(file) = file {
        return Ok(file.remove().await?);
    }
    let remote = e.remote(&e.spec.from)?;
    if let Some(seen) = object {
        let now = head(&remote).await?;
        let now = flow::seen(&now);
        if now.is_none_or(|now| now.size != seen.size || now.etag != seen.etag) {
            return Err(Stop::from(Trouble::new(
                "ObjectReplaced",
                &format!("{} was copied, but not deleted", e.spec.from),
                "it was replaced meanwhile",
                "copy it again, or delete it",
            )));
        }
    }
    let delete = DeleteObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
    };
    remote
        .client
        .call(&delete)
        .await
        .map_err(|x| remote.stop(&x))
}

/// A part that was refused because its upload is gone makes the job start anew.
pub(crate) fn part_failed(remote: &Remote, error: &Error) -> Stop {
    if error.kind == ErrorKind::NotFound {
        Stop::new(error.trouble(), Cause::Stale)
    } else {
        remote.stop(error)
    }
}

/// Joins the parts and checks the object. The answer may be lost although it was done (rule
/// U-11): then the object itself tells.
pub(crate) async fn close(e: &Errand, opened: &Opened, marks: &[Mark]) -> Result<(), Stop> {
    let source = match &opened.way {
        Way::Up { stamp, .. } => {
            let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
            Some(Source::open_same(path, *stamp).await?)
        }
        Way::Down { .. } | Way::Copy { .. } | Way::Relay { .. } => None,
    };
    let (Way::Up { upload, .. } | Way::Copy { upload, .. } | Way::Relay { upload, .. }) =
        &opened.way
    else {
        return Err(internal("this job has no upload"));
    };
    let remote = e.remote(&opened.to)?;
    let parts: Option<Vec<(u32, ETag)>> = marks
        .iter()
        .map(|mark| Some((mark.index + 1, mark.etag.clone()?)))
        .collect();
    let complete = CompleteUpload {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: upload.clone(),
        parts: parts.ok_or_else(|| internal("a part has no tag"))?,
    };
    let head = match remote.client.call(&complete).await {
        Ok(_) => expect_size(&remote, opened.size).await?,
        Err(error) => done_after_all(&remote, opened, marks, &error).await?,
    };
    let verified = verified(&remote, opened, marks, &head);
    let object = match &opened.way {
        Way::Copy { object, .. } | Way::Relay { object, .. } => Some(object),
        Way::Up { .. } | Way::Down { .. } => None,
    };
    source_gone(e, source.as_ref(), object).await?;
    e.closed(opened.to.clone(), verified, opened.size);
    Ok(())
}

/// After a Complete that failed: the object is ours if it looks exactly so.
async fn done_after_all(
    remote: &Remote,
    opened: &Opened,
    marks: &[Mark],
    error: &Error,
) -> Result<ObjectHead, Stop> {
    let failed = || part_failed(remote, error);
    let Ok(Some(head)) = find(remote).await else {
        return Err(failed());
    };
    let etag = head.meta.etag.as_ref();
    let joined = etag.is_some_and(|etag| match etag.parts() {
        Some(_) => expected(marks).as_deref() == Some(etag.as_str()),
        // The server makes up its tags: then size and date must do.
        None => head
            .meta
            .modified
            .is_some_and(|at| at.as_second() + 5 >= opened.at.as_second()),
    });
    if head.meta.size == Some(opened.size) && joined {
        Ok(head)
    } else {
        Err(failed())
    }
}

fn expected(marks: &[Mark]) -> Option<String> {
    let md5 = |mark: &Mark| mark.etag.as_ref().and_then(checksum::claimed);
    let parts: Option<Vec<_>> = marks.iter().map(md5).collect();
    parts.map(|parts| checksum::composite(&parts))
}

fn verified(remote: &Remote, opened: &Opened, marks: &[Mark], head: &ObjectHead) -> Verified {
    let sent_by_us = !matches!(opened.way, Way::Copy { .. });
    if sent_by_us && remote.client.integrity() == Integrity::Sha256 {
        return Verified::Sha256;
    }
    let composite = expected(marks);
    if composite.is_some() && composite.as_deref() == head.meta.etag.as_ref().map(ETag::as_str) {
        return Verified::Composite;
    }
    let checked = sent_by_us && marks.iter().all(|mark| mark.checked);
    if checked {
        Verified::Md5
    } else {
        Verified::Size
    }
}

/// Gives an upload up, and makes sure that its parts are gone: one that lands late survives the
/// first abort (rule U-14).
pub(crate) async fn abort(e: &Errand, to: &Location, upload: &UploadId) -> Result<(), Stop> {
    let remote = e.remote(to)?;
    let abort = AbortUpload {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: upload.clone(),
    };
    let list = ListParts {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: upload.clone(),
        after: 0,
    };
    for _ in 0..2 {
        match remote.client.call(&abort).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(remote.stop(&error)),
        }
        match remote.client.call(&list).await {
            Ok((parts, _)) if !parts.is_empty() => {}
            // Gone, or the server cannot tell.
            Ok(_) | Err(_) => return Ok(()),
        }
    }
    Ok(())
}
