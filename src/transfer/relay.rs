//! From one server to another through memory: where no server can copy by itself.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checksum;
use super::conflict::Target;
use super::deliver;
use super::errand::{Errand, Remote, Stop, internal};
use super::finish;
use super::flow::{self, Flow};
use super::job::{Fact, First, Opened, Seen, Way};
use super::plan::{self, Cut};
use super::tags;
use super::watch::Ear;
use crate::model::ObjectHead;
use crate::s3::{CreateUpload, NewObject, UploadId};

/// Objects up to this size go through memory whole, whatever the threshold says.
const WHOLE: u64 = 64 << 20;

/// Headers that belong to an object besides its type and metadata (rule C-5).
const CARRIED: [&str; 5] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];

/// What a copy carries over that does not carry it by itself: type, headers and metadata.
pub(crate) fn about(head: &ObjectHead) -> NewObject {
    let carried = CARRIED.into_iter().filter_map(|name| {
        let value = head.header(name)?;
        // That says how it was sent once, not what it is.
        let mut words = value.split(',').map(str::trim);
        let sent = name == "content-encoding" && words.any(|word| word == "aws-chunked");
        (!sent).then(|| (name, value.to_owned()))
    });
    NewObject {
        content_type: head.content_type.as_deref().map(str::to_owned),
        metadata: head
            .metadata
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        headers: carried.collect(),
    }
}

/// An object that is to be copied, and where to.
pub(crate) struct Copied {
    pub(crate) target: Target,
    pub(crate) head: ObjectHead,
    pub(crate) seen: Seen,
}

/// Looks at the source of a copy.
pub(crate) async fn look(e: &Errand, from: &Remote, target: Target) -> Result<Copied, Stop> {
    let head = e.cuttable(finish::head(from)).await?;
    let Some(seen) = flow::seen(&head) else {
        return Err(internal("the server does not say how large the object is"));
    };
    Ok(Copied { target, head, seen })
}

/// Relays a small object whole, or opens an upload that ranges are relayed into.
pub(crate) async fn open(e: &Errand, copied: Copied) -> Result<(), Stop> {
    e.meter.relay();
    let to = e.remote(&copied.target.to)?;
    let mut limits = e.tools.limits;
    limits.threshold = limits.threshold.min(WHOLE);
    match plan::upload(copied.seen.size, &limits, &e.tools.bounds) {
        Cut::Whole => e.cuttable(whole(e, &to, copied)).await,
        Cut::Parts { part, count } => {
            let way = |upload, object| Way::Relay { upload, object };
            in_parts(e, &to, copied, ((part, count), way)).await
        }
    }
}

/// Opens an upload for parts that come from an object. What the object carries is said here: its
/// parts bring nothing but bytes.
pub(crate) async fn in_parts(
    e: &Errand,
    to: &Remote,
    copied: Copied,
    ((part, count), way): ((u64, u32), impl FnOnce(UploadId, Seen) -> Way),
) -> Result<(), Stop> {
    let Copied { target, head, seen } = copied;
    let cut = (seen.size, part, count);
    let mut about = about(&head);
    let from = e.remote(&e.spec.from)?;
    e.cuttable(tags::carry(e, (&from, to), &head, &mut about))
        .await?;
    // The tag of parts will not tell it any more (rule U-15). Nobody could read the copy whose
    // tag only looks like an MD5: a server is known to make them of it, or nothing is said.
    let md5 = seen.etag.as_ref().filter(|_| seen.plain);
    let md5 = md5.filter(|_| tags_are_md5s(e));
    if let Some(md5) = md5.and_then(checksum::claimed)
        && !about.metadata.iter().any(|(name, _)| name == "md5chksum")
    {
        about
            .metadata
            .push(("md5chksum".into(), STANDARD.encode(md5)));
    }
    let way = |upload| way(upload, seen);
    begin(e, to, (target, about), (cut, way)).await
}

/// Whether the source is on a server whose tags are MD5s.
fn tags_are_md5s(e: &Errand) -> bool {
    e.remote(&e.spec.from).is_ok_and(|from| {
        e.tools.habits.has_md5_tags(&from.account) || from.client.settings().endpoint.is_aws()
    })
}

/// Opens an upload of so many bytes, in parts of that size and number.
pub(crate) async fn begin(
    e: &Errand,
    to: &Remote,
    (target, about): (Target, NewObject),
    ((size, part, count), way): ((u64, u64, u32), impl FnOnce(UploadId) -> Way),
) -> Result<(), Stop> {
    let mut create = CreateUpload {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        about,
    };
    let at = to.client.now();
    e.opening(&target.to, at);
    let ear = Arc::new(Ear::beside(e.watch(&to.account)));
    let client = to.client.clone().paced(ear.clone());
    let (mut made, mut untagged) = (client.call(&create).await, None);
    if let Err(error) = &made
        && tags::shed(&mut create.about, error)
    {
        untagged = Some(error.clone());
        made = client.call(&create).await;
    }
    if let Some(lost) = ear.lost_after() {
        e.unheard(&target.to, at, lost);
    }
    let upload = made.map_err(|x| to.stop(&x))?;
    tags::stayed(e, to, untagged.as_ref());
    if ear.lost_after().is_some() {
        // An earlier try may have opened another one: this one is not it.
        e.opening(&target.to, to.client.now());
    }
    let opened = Arc::new(Opened {
        to: target.to,
        replace: target.replace,
        size,
        part,
        count,
        at,
        way: way(upload),
    });
    e.tell(Fact::Opened {
        job: e.job,
        opened,
        first: First::Pending,
    });
    Ok(())
}

async fn whole(e: &Errand, to: &Remote, copied: Copied) -> Result<(), Stop> {
    let Copied { target, head, seen } = copied;
    let from = e.remote(&e.spec.from)?;
    let _room = e.memory(seen.size).await?;
    let mut about = about(&head);
    tags::carry(e, (&from, to), &head, &mut about).await?;
    let mut flow = Flow::range(from, &seen, (0, seen.size), seen.size).await?;
    let bytes = e.collect(&mut flow).await?;
    let new = (about, target.replace);
    let verified = deliver::whole(e, to, new, bytes).await?;
    finish::source_gone(e, None, Some(&seen)).await?;
    e.closed(target.to, verified, seen.size);
    Ok(())
}

/// Takes a range from the source and sends it as a part of the upload.
pub(crate) async fn part(e: &Errand, opened: &Opened, index: u32) -> Result<(), Stop> {
    let Way::Relay { upload, object } = &opened.way else {
        return Err(internal("this job relays nothing"));
    };
    let to = e.remote(&opened.to)?;
    let (offset, len) = opened.range(index);
    let _room = e.memory(len).await?;
    let flow = Flow::range(
        e.remote(&e.spec.from)?,
        object,
        (offset, offset + len),
        offset + len,
    )
    .await?;
    let mut flow = flow.beside(&e.tools);
    let bytes = e.collect(&mut flow).await?;
    let mark = deliver::part(e, &to, (upload, index), bytes).await?;
    e.tell(Fact::PartDone { job: e.job, mark });
    Ok(())
}
