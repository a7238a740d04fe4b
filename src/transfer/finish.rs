//! The ends of a job: results are looked at, sources of moves deleted, uploads aborted. How parts
//! are joined stands in `join`.
//!
//! Invariant: a source is deleted only after its copy was checked, and only if it is still what
//! was copied.

use std::time::Duration;

use super::errand::{Cause, Errand, Remote, Stop};
use super::flow;
use super::job::Seen;
use crate::local::{self, Source};
use crate::model::{Location, ObjectHead, Trouble};
use crate::s3::{
    AbortUpload, DeleteObject, Error, ErrorKind, HeadObject, ListForm, ListObjects, ListParts,
    UploadId,
};

/// Waits for an object that was written a moment ago to be seen.
const LAG: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
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

/// Whether anything stands under a marker's key. A listing tells: some servers keep folders as
/// directories and cannot answer for one as an object.
pub(crate) async fn anything_under(remote: &Remote) -> Result<bool, Stop> {
    let list = ListObjects {
        bucket: remote.bucket.clone(),
        prefix: remote.key.as_str().to_owned(),
        delimited: false,
        token: None,
        start_after: None,
        max: 1,
        form: ListForm::default(),
        encoding: None,
    };
    let page = remote.client.list(&list).await;
    let page = page.map_err(|error| remote.stop(&error))?;
    Ok(!page.entries.is_empty())
}

/// The head of an object that was just written; servers may lag behind themselves.
pub(crate) async fn written(remote: &Remote) -> Result<ObjectHead, Stop> {
    for wait in LAG {
        if let Some(head) = find(remote).await? {
            return Ok(head);
        }
        tokio::time::sleep(remote.client.tempo().rest(wait)).await;
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

/// Deletes the source of a move, unless it is another one by now. Does nothing for a copy. A
/// source that is gone was deleted by an earlier try.
pub(crate) async fn source_gone(
    e: &Errand,
    file: Option<&Source>,
    object: Option<&Seen>,
) -> Result<(), Stop> {
    if !e.moves() {
        return Ok(());
    }
    if let Some(file) = file {
        return match file.remove().await {
            Err(trouble) if trouble.code.as_str() == local::NOT_FOUND => Ok(()),
            Err(trouble) if trouble.code.as_str() == local::CHANGED => {
                Err(stays(e, "SourceChanged", "it changed meanwhile"))
            }
            other => Ok(other?),
        };
    }
    let remote = e.remote(&e.spec.from)?;
    if let Some(seen) = object {
        let Some(now) = find(&remote).await? else {
            return Ok(());
        };
        let now = flow::seen(&now);
        if now.is_none_or(|now| seen.differs(&now)) {
            return Err(stays(e, "ObjectReplaced", "it was replaced meanwhile"));
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

/// A source that was copied and must not be deleted.
fn stays(e: &Errand, code: &str, why: &str) -> Stop {
    Stop::new(
        Trouble::new(
            code,
            &format!("{} was copied, but not deleted", e.spec.from),
            why,
            "copy it again, or delete it",
        ),
        Cause::Other,
    )
}

/// A part that was refused because its upload is gone makes the job start anew.
pub(crate) fn part_failed(remote: &Remote, error: &Error) -> Stop {
    if error.kind == ErrorKind::NotFound {
        Stop::new(error.trouble(), Cause::Stale)
    } else {
        remote.stop(error)
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
