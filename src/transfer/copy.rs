//! Copies that the server makes by itself: one call, or parts above the limit of one.

use std::sync::Arc;

use super::conflict::{self, Target};
use super::errand::{Errand, Remote, Stop, internal};
use super::job::{Fact, First, Mark, Opened, Seen, Way};
use super::meter::Attempt;
use super::plan::{self, Cut};
use super::{IfExists, finish, flow, join, relay, same};
use crate::model::ObjectHead;
use crate::s3::{CopyObject, CreateUpload, Error, ErrorKind, PartSource, UploadPart};

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
    if from.account != to.account {
        return relay::open(e, target).await;
    }
    let head = e.cuttable(finish::head(&from)).await?;
    let Some(seen) = flow::seen(&head) else {
        return Err(internal("the server does not say how large the object is"));
    };
    match plan::copy(seen.size, &e.tools.bounds) {
        Cut::Whole => match e.cuttable(whole(e, &from, &to, &seen)).await? {
            Copied::Yes => Ok(()),
            Copied::Cannot => relay::open(e, target).await,
        },
        Cut::Parts { part, count } => parts(e, &to, (target, head, seen), (part, count)).await,
    }
}

/// Whether the server made the copy.
enum Copied {
    Yes,
    Cannot,
}

/// Whether an error says that this server does not copy (here), not that something is wrong.
fn cannot(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Unsupported | ErrorKind::Refused | ErrorKind::Denied | ErrorKind::NotFound
    )
}

async fn whole(e: &Errand, from: &Remote, to: &Remote, seen: &Seen) -> Result<Copied, Stop> {
    let copy = CopyObject {
        from: (from.bucket.clone(), from.key.clone()),
        to: (to.bucket.clone(), to.key.clone()),
        if_match: seen.etag.clone(),
    };
    match to.client.call(&copy).await {
        Ok(_) => {}
        Err(error) if error.kind == ErrorKind::Conflict => {
            return Err(Stop::replaced(&e.spec.from));
        }
        Err(error) if cannot(&error) => return Ok(Copied::Cannot),
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
    Ok(Copied::Yes)
}

async fn parts(
    e: &Errand,
    to: &Remote,
    (target, head, seen): (Target, ObjectHead, Seen),
    (part, count): (u64, u32),
) -> Result<(), Stop> {
    let create = CreateUpload {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        // A copy in parts carries nothing over by itself (rule C-5).
        about: relay::about(&head),
    };
    let at = to.client.now();
    e.opening(&target.to, at);
    let upload = to.client.call(&create).await.map_err(|x| to.stop(&x))?;
    let opened = Arc::new(Opened {
        to: target.to,
        replace: target.replace,
        size: seen.size,
        part,
        count,
        at,
        way: Way::Copy {
            upload,
            object: seen,
        },
    });
    e.tell(Fact::Opened {
        job: e.job,
        opened,
        first: First::Pending,
    });
    Ok(())
}

/// Has the server copy one range; relays it where the server cannot.
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
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::Refused) => {
            return relay::range(e, opened, index, (upload, object)).await;
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
