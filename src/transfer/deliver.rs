//! Bytes in memory on their way into an object or a part of one, checked by what the server says
//! of them.
//!
//! It must not know where they came from. Invariant: what arrived damaged is sent once more; a
//! second time it is an error, and a new object of such bytes is not kept.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::errand::{Errand, Remote, Stop};
use super::job::Mark;
use super::meter::Attempt;
use super::tags;
use super::upload::{DAMAGED, is_damage};
use super::verify::{self, Took};
use super::{Verified, checksum, finish, habits};
use crate::local::Replace;
use crate::s3::{
    Counter, ErrorKind, NewObject, PartSource, Payload, PutObject, UploadId, UploadPart,
};

async fn payload(e: &Errand, to: &Remote, bytes: Bytes) -> Result<Payload, Stop> {
    if bytes.is_empty() {
        return Ok(Payload::Empty);
    }
    let how = habits::integrity(e, to, bytes.len() as u64).await;
    let digest = e.digest(&bytes, how).await?;
    Ok(Payload::Data { bytes, digest })
}

/// Puts an object in one piece.
pub(crate) async fn whole(
    e: &Errand,
    to: &Remote,
    (about, replace): (NewObject, Replace),
    bytes: Bytes,
) -> Result<Verified, Stop> {
    let len = bytes.len() as u64;
    let attempt = Attempt::new(&e.meter);
    let counter: Arc<dyn Counter> = attempt.clone();
    let mut put = PutObject {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        about,
        payload: payload(e, to, bytes).await?,
        only_new: replace == Replace::Refuse,
    };
    let (mut damaged, mut untagged) = (0, None);
    loop {
        let etag = match to.client.call_counted(&put, &counter).await {
            Ok(etag) => etag,
            Err(error) if tags::shed(&mut put.about, &error) => {
                untagged = Some(error);
                continue;
            }
            Err(error) if put.only_new && error.kind == ErrorKind::Unsupported => {
                put.only_new = false;
                continue;
            }
            Err(error) if is_damage(&error) && damaged < DAMAGED => {
                damaged += 1;
                continue;
            }
            Err(error) => return Err(to.stop(&error)),
        };
        match verify::took(e, to, &put.payload, etag.as_ref()).await? {
            Took::Well(verified) => {
                tags::stayed(e, to, untagged.as_ref());
                attempt.commit(len);
                return Ok(verified);
            }
            Took::Damaged if damaged < DAMAGED => {
                damaged += 1;
                // What is there now is our own.
                put.only_new = false;
            }
            Took::Damaged => return Err(verify::spoiled(to, replace, etag.as_ref()).await),
        }
    }
}

/// Sends one part of an upload.
pub(crate) async fn part(
    e: &Errand,
    to: &Remote,
    (upload, index): (&UploadId, u32),
    bytes: Bytes,
) -> Result<Mark, Stop> {
    let len = bytes.len() as u64;
    let payload = payload(e, to, bytes).await?;
    let digest = verify::digest_of(&payload);
    let attempt = Attempt::new(&e.meter);
    let counter: Arc<dyn Counter> = attempt.clone();
    let send = UploadPart {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        upload: upload.clone(),
        number: index + 1,
        from: PartSource::Payload(payload),
    };
    let mut damaged = 0;
    loop {
        let is_sent = || attempt.counted() >= len;
        let first = Box::pin(to.client.call_counted(&send, &counter));
        let second = || -> BoxFuture<'_, _> { Box::pin(to.client.call(&send)) };
        let etag = match e.tools.hedges.race(is_sent, first, second).await {
            Ok(etag) => etag,
            Err(error) if is_damage(&error) && damaged < DAMAGED => {
                damaged += 1;
                continue;
            }
            Err(error) => return Err(finish::part_failed(to, &error)),
        };
        let agrees = digest.and_then(|d| checksum::agrees(Some(&etag), &d));
        match agrees {
            Some(true) => e.tools.habits.saw_md5_tag(&to.account),
            Some(false) if damaged < DAMAGED => {
                damaged += 1;
                continue;
            }
            Some(false) if e.tools.habits.has_md5_tags(&to.account) => {
                return Err(verify::damaged(&to.location()));
            }
            Some(false) | None => {}
        }
        attempt.commit(len);
        return Ok(Mark {
            index,
            etag: Some(etag),
            checked: agrees == Some(true),
        });
    }
}
