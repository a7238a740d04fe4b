//! Bytes from nowhere in particular into one object: uploads from standard input.
//!
//! They cannot be read twice, so nothing can be resumed; all else is as with files: parts are
//! checked, a lost answer is resolved, what was begun is given up, by a later process if need be.
//! Invariant: whatever ends it, no upload stays behind that nobody knows of.

mod cutter;
mod diary;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::errand::{Errand, Remote, Stop, Tools, internal};
use super::job::{Fact, Mark, Opened, STREAM, Seen, Spec, There, Thing, Turn, Way};
use super::limiter::Class;
use super::meter::Meter;
use super::queue::Clients;
use super::upload::mtime_out;
use super::{BatchId, IfExists, JobId, Kind, Limits, Side, Verified, content_type};
use super::{deliver, join};
use crate::local::Replace;
use crate::model::{Answer, Location, Trouble};
use crate::s3::{Client, NewObject, UploadId};
use cutter::{Cutter, End, FIRST_PART, in_flight, part_size};
use diary::Diary;

/// Streams chunks of unknown total length into an object: one request when it is small, parts
/// otherwise. Gives the number of bytes, and how they were checked. `state` is the folder of
/// journals.
///
/// # Errors
/// When the source or the server fails; nothing is left behind that the journal does not name.
pub async fn take_in(
    client: &Client,
    to: &Location,
    (limits, state): (Limits, &Path),
    chunks: mpsc::Receiver<std::io::Result<Bytes>>,
) -> Answer<(u64, Verified)> {
    let (facts, mut told) = mpsc::unbounded_channel();
    let e = errand(client, to, limits, facts);
    let mut diary = Diary::new(state);
    let done = stream(&e, &mut diary, Cutter::new(chunks)).await;
    let mut end = None;
    while let Ok(fact) = told.try_recv() {
        if let Fact::Closed {
            verified, bytes, ..
        } = fact
        {
            end = Some((bytes, verified));
        } else if let Fact::Opening { to, at, until, .. } = fact {
            diary.strays.push(Arc::new(Opened::unheard(&to, at, until)));
        } else if let Fact::Stray { opened, .. } = fact {
            diary.strays.push(opened);
        }
    }
    diary.close(&e).await;
    match done {
        Ok(()) => end.ok_or_else(lost),
        Err(Stop::Failed(failure)) => Err(failure.trouble),
        Err(Stop::Cut) => Err(lost()),
    }
}

/// Cannot be: nobody cuts this errand short, and it always tells its end.
fn lost() -> Trouble {
    Trouble::new(
        "Internal",
        "Something went wrong in the program itself",
        "an upload ended without a word",
        "please report this",
    )
}

fn errand(
    client: &Client,
    to: &Location,
    limits: Limits,
    facts: mpsc::UnboundedSender<Fact>,
) -> Errand {
    let client = client.clone();
    let clients: Clients = Arc::new(move |_| Ok(client.clone()));
    // Nobody paces it: there is one stream, of four parts at most.
    let (words, _) = mpsc::unbounded_channel();
    Errand {
        job: JobId(0),
        spec: Arc::new(Spec {
            batch: BatchId(0),
            kind: Kind::Copy,
            if_exists: IfExists::Overwrite,
            from: Location::Local(STREAM.into()),
            to: to.clone(),
            root: None,
            thing: Thing::File,
            source: Side::default(),
            there: There::Unknown,
            turn: Turn::First,
        }),
        meter: Arc::new(Meter::default()),
        class: Class::Part,
        tools: Arc::new(Tools::new(clients, limits, words)),
        facts,
        cut: CancellationToken::new(),
    }
}

async fn stream(e: &Errand, diary: &mut Diary, mut cutter: Cutter) -> Result<(), Stop> {
    let to = e.remote(&e.spec.to)?;
    // The date of the beginning tells this object from any other that may stand there.
    let began = to.client.now();
    let about = NewObject {
        content_type: Some(content_type(to.key.name()).into()),
        metadata: mtime_out(began.as_nanosecond())
            .map(|mtime| ("mtime".to_owned(), mtime))
            .into_iter()
            .collect(),
        ..NewObject::default()
    };
    let (first, end) = cutter.take(FIRST_PART).await?;
    if end == End::Reached {
        let len = first.len() as u64;
        let verified = deliver::whole(e, &to, (about, Replace::Allow), first).await?;
        e.closed(e.spec.to.clone(), verified, len);
        return Ok(());
    }
    let (upload, at) = diary.open(e, &to, about).await?;
    let sent = match parts(e, &to, &upload, (first, &mut cutter)).await {
        Ok((marks, size)) => join(e, (upload, began, at), size, marks).await,
        Err(stop) => Err(stop),
    };
    if sent.is_ok() {
        diary.joined();
    }
    sent
}

/// Sends all parts. Gives what the server said of them, and the number of bytes.
async fn parts(
    e: &Errand,
    to: &Remote,
    upload: &UploadId,
    (first, cutter): (Bytes, &mut Cutter),
) -> Result<(Vec<Mark>, u64), Stop> {
    let mut flying = FuturesUnordered::new();
    let mut marks: Vec<Mark> = Vec::new();
    let (mut index, mut len, mut next) = (0, 0_u64, Some(first));
    loop {
        let most = in_flight(part_size(index + 1), e.tools.limits.memory);
        if flying.len() >= most || (next.is_none() && !flying.is_empty()) {
            if let Some(mark) = flying.next().await {
                marks.push(mark?);
            }
            continue;
        }
        let Some(bytes) = next.take() else { break };
        len += bytes.len() as u64;
        flying.push(deliver::part(e, to, (upload, index), bytes));
        index += 1;
        let mut more = std::pin::pin!(cutter.take(part_size(index + 1)));
        // What is in flight goes on while the source is waited for.
        let (bytes, _) = loop {
            tokio::select! {
                biased;
                more = &mut more => break more?,
                Some(mark) = flying.next(), if !flying.is_empty() => marks.push(mark?),
            }
        };
        next = (!bytes.is_empty()).then_some(bytes);
    }
    drop(flying);
    marks.sort_by_key(|mark| mark.index);
    Ok((marks, len))
}

/// Joins the parts as those of any upload.
async fn join(
    e: &Errand,
    (upload, began, at): (UploadId, Timestamp, Timestamp),
    size: u64,
    marks: Vec<Mark>,
) -> Result<(), Stop> {
    let opened = Opened {
        to: e.spec.to.clone(),
        replace: Replace::Allow,
        size,
        // They double on the way: nobody asks for their ranges.
        part: FIRST_PART as u64,
        count: u32::try_from(marks.len()).map_err(|_| internal("too many parts"))?,
        at,
        way: Way::Relay {
            upload,
            object: Seen {
                size,
                etag: None,
                modified: None,
                mtime: Some(began),
                plain: false,
                claim: None,
            },
        },
    };
    join::close(e, &opened, &marks).await
}
