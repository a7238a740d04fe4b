//! Copies that the server makes by itself: one call, or parts above the limit of one.

use jiff::Timestamp;

use super::conflict;
use super::errand::{Cause, Errand, Remote, Stop, internal};
use super::job::{Fact, Mark, Opened, Seen, Way};
use super::lacks::Skill;
use super::meter::Attempt;
use super::plan::{self, Cut};
use super::relay::Copied;
use super::{IfExists, Verified, finish, flow, join, relay, same};
use crate::local::Replace;
use crate::model::ObjectHead;
use crate::s3::{CopyObject, Error, ErrorKind, PartSource, UploadPart};

/// Copies an object within an account, or hands it to the relay between two.
pub(crate) async fn open(e: &Errand, policy: IfExists) -> Result<(), Stop> {
    let go = e
        .cuttable(conflict::settle(e, policy, &e.spec.source))
        .await?;
    if e.cuttable(same::ends_move(e, &go)).await? == same::Ended::Yes {
        return Ok(());
    }
    let Some(target) = go.target(e) else {
        return Ok(());
    };
    let from = e.remote(&e.spec.from)?;
    let to = e.remote(&target.to)?;
    let copied = relay::look(e, &from, target).await?;
    if from.account != to.account {
        return relay::open(e, copied).await;
    }
    match plan::copy(copied.seen.size, &e.tools.bounds) {
        Cut::Whole => match e.cuttable(whole(e, &from, &to, &copied)).await? {
            Made::Yes => Ok(()),
            Made::Taken => taken(e, policy).await,
            Made::Cannot => relay::open(e, copied).await,
        },
        Cut::Parts { .. } if e.tools.lacks.is_without(&to.account, Skill::PartCopy) => {
            relay::open(e, copied).await
        }
        Cut::Parts { part, count } => {
            let way = |upload, object| Way::Copy { upload, object };
            relay::in_parts(e, &to, copied, ((part, count), way)).await
        }
    }
}

/// Whether the server made the copy.
enum Made {
    Yes,
    /// Something stands there by now.
    Taken,
    Cannot,
}

/// Whether an error says that this server does not copy (here), not that something is wrong.
fn cannot(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Unsupported | ErrorKind::Refused | ErrorKind::Denied | ErrorKind::NotFound
    )
}

/// Whether an error says that this server does not copy ranges. A missing upload or source is
/// another matter.
fn lacks(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Unsupported | ErrorKind::Refused | ErrorKind::Foreign => true,
        ErrorKind::NotFound => !matches!(
            error.code.as_deref(),
            Some("NoSuchUpload" | "NoSuchKey" | "NoSuchBucket")
        ),
        ErrorKind::Denied
        | ErrorKind::Credentials
        | ErrorKind::Conflict
        | ErrorKind::Range
        | ErrorKind::Throttled
        | ErrorKind::Server
        | ErrorKind::Network
        | ErrorKind::Unsendable
        | ErrorKind::Corrupt => false,
    }
}

async fn whole(e: &Errand, from: &Remote, to: &Remote, copied: &Copied) -> Result<Made, Stop> {
    let (seen, new) = (&copied.seen, copied.target.replace == Replace::Refuse);
    let mut copy = CopyObject {
        from: (from.bucket.clone(), from.key.clone()),
        to: (to.bucket.clone(), to.key.clone()),
        if_match: seen.etag.clone(),
        only_new: new && !e.tools.lacks.is_without(&to.account, Skill::NewCopy),
        size: seen.size,
    };
    let began = to.client.now();
    let mut answer = to.client.call(&copy).await;
    if copy.only_new && answer.as_ref().is_err_and(join::knows_no_conditions) {
        copy.only_new = false;
        answer = to.client.call(&copy).await;
        if answer.is_ok() {
            e.tools.lacks.note(&to.account, Skill::NewCopy);
        }
    }
    match answer {
        Ok(_) => {}
        Err(error) if error.kind == ErrorKind::Conflict && copy.only_new => {
            // Either end may have changed; or the first of several tries was heard by the server.
            match finish::find(to).await? {
                None => return Err(Stop::replaced(&e.spec.from)),
                Some(head) if is_ours(seen, &head, began) => {}
                Some(_) => return Ok(Made::Taken),
            }
        }
        Err(error) if error.kind == ErrorKind::Conflict => {
            return Err(Stop::replaced(&e.spec.from));
        }
        Err(error) if cannot(&error) => return Ok(Made::Cannot),
        Err(error) => return Err(to.stop(&error)),
    }
    let head = finish::expect_size(to, seen.size).await?;
    let mut seen = seen.clone();
    let mut verified = join::copied(&seen, &head);
    if verified.is_none() {
        // Rule C-3: some servers overlook the condition on the source. The copy is whole, of what
        // the source is by now, or it is of neither.
        let now = finish::head(from).await?;
        seen = flow::seen(&now).unwrap_or(seen);
        verified = join::copied(&seen, &head);
    }
    let Some(verified) = verified else {
        return Err(Stop::replaced(&e.spec.from));
    };
    let seen = &seen;
    Attempt::new(&e.meter).commit(seen.size);
    finish::source_gone(e, None, Some(seen)).await?;
    e.closed(to.location(), verified, seen.size);
    Ok(Made::Yes)
}

/// Whether an object is the copy that was just asked for, or cannot be told from it.
fn is_ours(from: &Seen, head: &ObjectHead, began: Timestamp) -> bool {
    let fresh = |at: Timestamp| at.as_second() + join::CLOCKS >= began.as_second();
    let dated =
        flow::seen(head).is_some_and(|seen| seen.size == from.size && seen.mtime == from.mtime);
    match join::copied(from, head) {
        None => false,
        // Without a date of its content, anything of that size would pass.
        Some(Verified::Size) => {
            dated && from.mtime.is_some() && head.meta.modified.is_some_and(fresh)
        }
        Some(_) => dated,
    }
}

/// Somebody else took the name first.
async fn taken(e: &Errand, policy: IfExists) -> Result<(), Stop> {
    let go = conflict::settle_taken(e, policy, &e.spec.source).await?;
    match go.target(e) {
        None => Ok(()),
        Some(_) => Err(Stop::new(conflict::contested(&e.spec.to), Cause::Stale)),
    }
}

/// Has the server copy one range. Where it cannot, that is noted, and the job starts anew as a
/// relay: ranges of a copy are too large to pass through memory.
pub(crate) async fn part(e: &Errand, opened: &Opened, index: u32) -> Result<(), Stop> {
    let Way::Copy { upload, object } = &opened.way else {
        return Err(internal("this job copies nothing"));
    };
    let (from, to) = (e.remote(&e.spec.from)?, e.remote(&opened.to)?);
    let (offset, len) = opened.range(index);
    let copy = UploadPart {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        upload: upload.clone(),
        number: index + 1,
        from: PartSource::Copy {
            from: (from.bucket.clone(), from.key.clone()),
            range: offset..=(offset + len).saturating_sub(1),
            if_match: object.etag.clone(),
        },
    };
    let etag = match to.client.call(&copy).await {
        Ok(etag) => etag,
        Err(error) if error.kind == ErrorKind::Conflict => {
            return Err(Stop::replaced(&e.spec.from));
        }
        Err(error) if lacks(&error) => {
            e.tools.lacks.note(&to.account, Skill::PartCopy);
            return Err(Stop::new(error.trouble(), Cause::Lacking));
        }
        Err(error) => return Err(finish::part_failed(&to, &error)),
    };
    Attempt::new(&e.meter).commit(len);
    let mark = Mark {
        index,
        etag: Some(etag),
        checked: false,
    };
    e.tell(Fact::PartDone { job: e.job, mark });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const DATE: &str = "1700000000.5";

    #[test]
    fn a_strangers_object_is_not_taken_for_the_copy() {
        let began = Timestamp::from_second(1_700_000_000).unwrap();
        let head = |etag: &str, mtime: Option<&str>| {
            let mtime = mtime.map(|mtime| ("mtime", mtime));
            let mut head = testing::head(etag, mtime.as_slice(), &[]);
            head.meta.modified = Some(began);
            head
        };
        let ours = |from: &ObjectHead, to: &ObjectHead| {
            let from = flow::seen(from).unwrap();
            is_ours(&from, to, began)
        };
        let (parts, plain) = (
            "0cc175b9c0f1b6a831c399e269772661-2",
            "0cc175b9c0f1b6a831c399e269772661",
        );
        // As large, just written, and nothing else is known of either.
        assert!(!ours(&head(parts, None), &head("odd", None)));
        assert!(!ours(&head(parts, Some(DATE)), &head("odd", None)));
        assert!(ours(&head(parts, Some(DATE)), &head("odd", Some(DATE))));
        assert!(ours(&head(plain, None), &head(plain, None)));
    }
}
