//! Files on their way up: one PUT, or parts of one upload.
//!
//! Invariant: what goes up is what the file held when the job began. A file that changed
//! meanwhile fails the job; nothing of two versions is ever joined.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use super::checksum;
use super::conflict::{self, Go, Target};
use super::errand::{Cause, Errand, Remote, Stop};
use super::finish;
use super::habits;
use super::job::{Fact, Mark, Opened, There, Way};
use super::meter::Attempt;
use super::plan::{self, Cut};
use super::reading::{From, payload};
use super::relay;
use super::same;
use super::verify::{self, Swept, Took, digest_of};
use super::{IfExists, Side, Verified, content_type, digest};
use crate::local::{Replace, Source, Stamp};
use crate::model::Location;
use crate::s3::{
    Counter, Digest, Error, ErrorKind, NewObject, PartSource, Payload, PutObject, UploadPart,
};

/// Files up to this size are read when they are opened: one visit to the disk.
const AT_ONCE: u64 = 256 << 10;

/// A small file's bytes with their digest.
type Held = (Bytes, Digest);

/// How often bytes are sent anew that arrived damaged.
pub(crate) const DAMAGED: u32 = 1;

/// Sends a small file whole, or opens an upload in parts. What has to be known of the server by
/// the first part is found out beside that.
pub(crate) async fn open(e: &Errand, policy: IfExists) -> Result<(), Stop> {
    let to = e.remote(&e.spec.to)?;
    let len = e.spec.source.size.unwrap_or(0);
    let ask = async { Ok(habits::integrity(e, &to, len).await) };
    let (begun, _) = tokio::join!(begin(e, policy), e.cuttable(ask));
    begun
}

async fn begin(e: &Errand, policy: IfExists) -> Result<(), Stop> {
    let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
    let known = e.spec.source.size.unwrap_or(AT_ONCE);
    let small = known <= AT_ONCE;
    let room = if small {
        Some(e.memory(known).await?)
    } else {
        None
    };
    let to = e.remote(&e.spec.to)?;
    let how = to.client.integrity();
    let most = if small { known } else { 0 };
    let opened = Source::open_held(path, most, move |bytes| digest(how, bytes));
    let (source, held) = e.cuttable(async { Ok(opened.await?) }).await?;
    let stamp = source.stamp();
    let ours = Side {
        size: Some(stamp.size),
        modified: stamp.modified(),
        etag: None,
    };
    let go = e.cuttable(conflict::settle(e, policy, &ours)).await?;
    if held.is_some() && e.spec.there == There::Unknown {
        // Looking at the target took a while.
        source.unchanged().await?;
    }
    if let Go::Ask(conflict) = &go
        && let Some(how) = same::is_there(e, &to, &source, conflict).await?
    {
        return landed(e, &source, e.spec.to.clone(), how).await;
    }
    let Some(target) = go.target(e) else {
        return Ok(());
    };
    match plan::upload(stamp.size, &e.tools.limits, &e.tools.bounds) {
        Cut::Whole => {
            let send = whole(e, (&source, held, room), policy, target);
            e.cuttable(send).await
        }
        Cut::Parts { part, count } => {
            let remote = e.remote(&target.to)?;
            let about = about(&remote, &stamp);
            let way = |upload| Way::Up { upload, stamp };
            let cut = (stamp.size, part, count);
            relay::begin(e, &remote, (target, about), (cut, way)).await
        }
    }
}

/// Type by the name's extension, and the file's date.
fn about(remote: &Remote, stamp: &Stamp) -> NewObject {
    NewObject {
        content_type: Some(content_type(remote.key.name()).to_owned()),
        metadata: mtime_out(stamp.mtime)
            .map(|mtime| ("mtime".to_owned(), mtime))
            .into_iter()
            .collect(),
        ..NewObject::default()
    }
}

/// Seconds since 1970 with a fraction, as other programs write `x-amz-meta-mtime`.
pub(crate) fn mtime_out(nanos: i128) -> Option<String> {
    let (seconds, rest) = (
        nanos.div_euclid(1_000_000_000),
        nanos.rem_euclid(1_000_000_000),
    );
    match (seconds, rest) {
        (..=-1, _) => None,
        (_, 0) => Some(seconds.to_string()),
        _ => Some(
            format!("{seconds}.{rest:09}")
                .trim_end_matches('0')
                .to_owned(),
        ),
    }
}

/// Reads what [`mtime_out`] and others write.
pub(crate) fn mtime_in(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().take(9).collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{digits:0<9}").parse().ok()?;
    let seconds: i64 = seconds.parse().ok()?;
    (seconds >= 0).then(|| Timestamp::new(seconds, nanos).ok())?
}

fn put_of(remote: &Remote, source: &Source, payload: Payload, replace: Replace) -> PutObject {
    PutObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        about: about(remote, &source.stamp()),
        payload,
        only_new: replace == Replace::Refuse,
    }
}

/// Reads what is to be sent once more. The room of the first reading is given back before: if all
/// that are in flight wanted more than they have, nobody would ever get it.
async fn again(
    e: &Errand,
    put: &mut PutObject,
    source: &Source,
    room: &mut Option<OwnedSemaphorePermit>,
) -> Result<(), Stop> {
    *room = None;
    put.payload = Payload::Empty;
    let remote = e.remote(&e.spec.to)?;
    put.payload = payload(e, &remote, From::Open(source), (0, source.stamp().size)).await?;
    Ok(())
}

async fn whole(
    e: &Errand,
    (source, held, mut room): (&Source, Option<Held>, Option<OwnedSemaphorePermit>),
    policy: IfExists,
    target: Target,
) -> Result<(), Stop> {
    let remote = e.remote(&target.to)?;
    let size = source.stamp().size;
    let first = match held {
        Some((bytes, _)) if bytes.is_empty() => Payload::Empty,
        Some((bytes, digest)) => Payload::Data { bytes, digest },
        None => payload(e, &remote, From::Open(source), (0, size)).await?,
    };
    let attempt = Attempt::new(&e.meter);
    let counter: Arc<dyn Counter> = attempt.clone();
    let mut damaged = 0;
    let mut put = put_of(&remote, source, first, target.replace);
    let verified = loop {
        match remote.client.call_counted(&put, &counter).await {
            Ok(etag) => {
                reread(source, &put.payload).await?;
                match verify::took(e, &remote, &put.payload, etag.as_ref()).await? {
                    Took::Well(verified) => break verified,
                    Took::Damaged if damaged < DAMAGED => {
                        damaged += 1;
                        // What is there now is our own.
                        put.only_new = false;
                        again(e, &mut put, source, &mut room).await?;
                    }
                    Took::Damaged => {
                        return Err(verify::spoiled(&remote, target.replace, etag.as_ref()).await);
                    }
                }
            }
            Err(error) if put.only_new && error.kind == ErrorKind::Unsupported => {
                put.only_new = false;
            }
            Err(error) if put.only_new && error.kind == ErrorKind::Conflict => {
                let ours = verify::sweep(&remote, source).await == Swept::Yes;
                if !ours || damaged >= DAMAGED {
                    return taken(e, policy, &remote, source).await;
                }
                damaged += 1;
                again(e, &mut put, source, &mut room).await?;
            }
            Err(error) if is_damage(&error) => {
                if target.replace == Replace::Refuse {
                    verify::sweep(&remote, source).await;
                }
                if damaged >= DAMAGED {
                    return Err(remote.stop(&error));
                }
                damaged += 1;
                again(e, &mut put, source, &mut room).await?;
            }
            Err(error) => return Err(remote.stop(&error)),
        }
    };
    attempt.commit(size);
    finish::source_gone(e, Some(source), None).await?;
    e.closed(target.to, verified, size);
    Ok(())
}

/// A body that was read while it was sent is right only if the file stayed as it was.
async fn reread(source: &Source, sent: &Payload) -> Result<(), Stop> {
    match sent {
        Payload::Stream { .. } => Ok(source.unchanged().await?),
        Payload::Empty | Payload::Text(_) | Payload::Data { .. } => Ok(()),
    }
}

/// Somebody else took the name first, or it was our own first try: the bytes tell.
async fn taken(e: &Errand, policy: IfExists, remote: &Remote, source: &Source) -> Result<(), Stop> {
    let size = source.stamp().size;
    let ours = Side {
        size: Some(size),
        modified: source.stamp().modified(),
        etag: None,
    };
    let go = conflict::settle_taken(e, policy, &ours).await?;
    if let Go::Ask(conflict) = &go
        && let Some(how) = same::is_there(e, remote, source, conflict).await?
    {
        return landed(e, source, remote.location(), how).await;
    }
    match go.target(e) {
        None => Ok(()),
        Some(_) => Err(Stop::new(conflict::contested(&e.spec.to), Cause::Stale)),
    }
}

/// The file's bytes stand at the target already.
async fn landed(e: &Errand, source: &Source, to: Location, how: Verified) -> Result<(), Stop> {
    let size = source.stamp().size;
    e.meter_whole(size);
    finish::source_gone(e, Some(source), None).await?;
    e.closed(to, how, size);
    Ok(())
}

/// Whether the server received other bytes than were sent.
pub(crate) fn is_damage(error: &Error) -> bool {
    error.kind == ErrorKind::Corrupt
        || matches!(
            error.code.as_deref(),
            Some("BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody")
        )
}

/// Sends one part.
pub(crate) async fn part(e: &Errand, opened: &Opened, index: u32) -> Result<(), Stop> {
    let Way::Up { upload, stamp } = &opened.way else {
        return Err(super::errand::internal("this job has no upload"));
    };
    let remote = e.remote(&opened.to)?;
    let range = opened.range(index);
    let len = range.1;
    let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
    let attempt = Attempt::new(&e.meter);
    let counter: Arc<dyn Counter> = attempt.clone();
    let mut tries = 0;
    let (etag, checked) = loop {
        let payload = payload(e, &remote, From::Same(path, *stamp), range).await?;
        let digest = digest_of(&payload);
        let send = UploadPart {
            bucket: remote.bucket.clone(),
            key: remote.key.clone(),
            upload: upload.clone(),
            number: index + 1,
            from: PartSource::Payload(payload),
        };
        let is_sent = || attempt.counted() >= len;
        let first = Box::pin(remote.client.call_counted(&send, &counter));
        let second = || -> BoxFuture<'_, _> { Box::pin(remote.client.call(&send)) };
        match e.tools.hedges.race(is_sent, first, second).await {
            Ok(etag) => {
                let agrees = digest.and_then(|d| checksum::agrees(Some(&etag), &d));
                match agrees {
                    Some(true) => e.tools.habits.saw_md5_tag(&remote.account),
                    Some(false) if tries < DAMAGED => {
                        tries += 1;
                        continue;
                    }
                    Some(false) if e.tools.habits.has_md5_tags(&remote.account) => {
                        return Err(verify::damaged(&opened.to));
                    }
                    Some(false) | None => {}
                }
                break (etag, agrees == Some(true));
            }
            Err(error) if is_damage(&error) && tries < DAMAGED => tries += 1,
            Err(error) => return Err(finish::part_failed(&remote, &error)),
        }
    };
    attempt.commit(len);
    e.tell(Fact::PartDone {
        job: e.job,
        mark: Mark {
            index,
            etag: Some(etag),
            checked,
        },
    });
    Ok(())
}

impl Errand {
    /// The same errand, with nothing known about the target: what was known is outdated.
    pub(crate) fn unseen(&self) -> Self {
        let mut spec = (*self.spec).clone();
        spec.there = There::Unknown;
        Self {
            spec: Arc::new(spec),
            ..self.clone()
        }
    }

    /// Counts bytes that turned out to be there already.
    fn meter_whole(&self, size: u64) {
        Attempt::new(&self.meter).commit(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_the_way_up_and_down() {
        for nanos in [
            0_i128,
            1_700_000_000_000_000_000,
            1_700_000_000_123_456_789,
            500_000_000,
        ] {
            let text = mtime_out(nanos).unwrap();
            assert_eq!(mtime_in(&text).unwrap().as_nanosecond(), nanos, "{text}");
        }
        assert_eq!(
            mtime_out(1_700_000_000_500_000_000).unwrap(),
            "1700000000.5"
        );
        assert_eq!(mtime_out(-1), None);
        for bad in ["", "x", "1.x", "-5", "99999999999999999999"] {
            assert_eq!(mtime_in(bad), None, "{bad}");
        }
    }
}
