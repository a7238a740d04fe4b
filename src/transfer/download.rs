//! Objects on their way down: one stream, or ranges side by side, into a temporary file that gets
//! its name when it is whole and was checked.

use std::sync::Arc;

use bytes::Bytes;

use super::claim::{Hasher, Proof};
use super::conflict::{self, Target};
use super::errand::{Cause, Errand, Stop, internal};
use super::finish;
use super::flow::Flow;
use super::job::{Fact, First, Mark, Opened, Seen, Way};
use super::meter::Attempt;
use super::plan::{self, Cut};
use super::{IfExists, Limits, Verified, same, sums, verify};
use crate::local::{self, Landed, Placed, Replace, Sink, Small, Spot};
use crate::model::{Location, Trouble};
use crate::s3::Counter;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 512 << 10;

/// Memory that a range takes while it is written.
const ROOM: u64 = 2 << 20;

/// Objects up to this size are collected in memory and placed in one go.
pub(crate) const SMALL: u64 = 1 << 20;

/// Opens a download. The first request brings the first bytes: a small object is done by it.
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
    e.cuttable(first(e, policy, target)).await
}

async fn first(e: &Errand, policy: IfExists, target: Target) -> Result<(), Stop> {
    let remote = e.remote(&e.spec.from)?;
    let mut limits = e.tools.limits;
    limits.part_size = sums::range_of(&e.spec.source, limits.part_size);
    let limits = &limits;
    let small = e
        .spec
        .source
        .size
        .is_some_and(|s| plan::download(s, limits) == Cut::Whole);
    let part = match e.spec.source.size.map(|s| plan::download(s, limits)) {
        Some(Cut::Parts { part, .. }) => part,
        _ => limits.part_size,
    };
    let known = e.spec.source.size.unwrap_or(ROOM);
    let _room = e.memory(known.clamp(64 << 10, ROOM)).await?;
    let mut flow = Flow::first(remote, (!small).then_some(part)).await?;
    let seen = flow.seen().clone();
    // A small file waits for no disk, and the source of a move must not go before it is safe there.
    let in_one_go = seen.size <= SMALL && target.replace == Replace::Refuse && !e.moves();
    if flow.is_whole() && in_one_go {
        return whole(e, policy, &mut flow, target).await;
    }
    let spot = e
        .spec
        .spot(&target.to)
        .ok_or_else(|| conflict::no_name(&target.to))?;
    let mut sink = Sink::create(&spot, Some(seen.size)).await?;
    if flow.is_whole() {
        e.writing(&target.to, sink.temp());
        let attempt = Attempt::new(&e.meter);
        pour(&mut flow, (&sink, 0), &attempt, None).await?;
        let verified = verify::file(e, &sink, &seen).await?;
        attempt.commit(seen.size);
        let (to, replace) = (target.to, target.replace);
        return land(e, policy, &mut sink, &seen, (to, replace, verified)).await;
    }
    in_ranges(e, (flow, sink), target, limits).await
}

/// Opens a download in ranges. The size is known now, and with it the cut; the first range may end
/// elsewhere.
async fn in_ranges(
    e: &Errand,
    (mut flow, mut sink): (Flow, Sink),
    target: Target,
    limits: &Limits,
) -> Result<(), Stop> {
    let seen = flow.seen().clone();
    let seen = Seen {
        claim: sums::claimed(e, &seen).await,
        ..seen
    };
    let Cut::Parts { part, count } = plan::download(seen.size, limits) else {
        return Err(internal("a small object came in parts"));
    };
    sink.keep();
    let opened = Arc::new(Opened {
        to: target.to,
        replace: target.replace,
        size: seen.size,
        part,
        count,
        at: flow.seen().modified.unwrap_or_default(),
        way: Way::Down {
            temp: sink.temp().to_os_string(),
            file: sink.file_id()?,
            object: seen,
        },
    });
    let fits = flow.covers(part);
    let first = if fits { First::Flying } else { First::Pending };
    e.tell(Fact::Opened {
        job: e.job,
        opened: Arc::clone(&opened),
        first,
    });
    if fits {
        let attempt = Attempt::new(&e.meter);
        let mut hasher = sums::hasher(&opened);
        pour(&mut flow, (&sink, 0), &attempt, hasher.as_mut()).await?;
        sums::arrived(e, (&opened, 0), &sink, hasher).await?;
        done(e, &attempt, 0, part);
    }
    Ok(())
}

/// A small object: checked in memory, then written and named in one visit to the disk.
async fn whole(e: &Errand, policy: IfExists, flow: &mut Flow, target: Target) -> Result<(), Stop> {
    let seen = flow.seen().clone();
    let attempt = Attempt::new(&e.meter);
    let bytes = e.collect(flow).await?;
    attempt.sent(seen.size);
    let small = Small {
        spot: e
            .spec
            .spot(&target.to)
            .ok_or_else(|| conflict::no_name(&target.to))?,
        bytes: bytes.clone(),
        modified: seen.mtime.or(seen.modified),
        replace: target.replace,
    };
    let proof = Proof::of(&seen);
    let placed = e
        .tools
        .folders
        .place(small, move |bytes| proof.check(bytes));
    let placed = placed.await?;
    match placed {
        Placed::There(stamp, verified) => {
            attempt.commit(seen.size);
            finish::source_gone(e, None, Some(&seen)).await?;
            e.tools.written.add(e.spec.batch, (stamp.dev, stamp.ino));
            e.closed(target.to, verified, seen.size);
            Ok(())
        }
        Placed::Refused => Err(verify::differs(&e.spec.from)),
        Placed::Taken(verified) => {
            let spot = e.spec.spot(&target.to);
            let spot = spot.ok_or_else(|| conflict::no_name(&target.to))?;
            let mut sink = Sink::create(&spot, Some(seen.size)).await?;
            e.writing(&target.to, sink.temp());
            sink.write_at(0, vec![bytes]).await?;
            attempt.commit(seen.size);
            let target = (target.to, target.replace, verified);
            land(e, policy, &mut sink, &seen, target).await
        }
    }
}

fn done(e: &Errand, attempt: &Attempt, index: u32, len: u64) {
    attempt.commit(len);
    let mark = Mark {
        index,
        etag: None,
        checked: false,
    };
    e.tell(Fact::PartDone { job: e.job, mark });
}

/// Writes a flow from `at` on.
async fn pour(
    flow: &mut Flow,
    (sink, at): (&Sink, u64),
    attempt: &Attempt,
    mut hasher: Option<&mut Hasher>,
) -> Result<(), Stop> {
    let (mut at, mut pieces, mut gathered) = (at, Vec::<Bytes>::new(), 0);
    let enough = if sink.is_memory() { 1 } else { GATHERED };
    while let Some(bytes) = flow.next().await? {
        if let Some(hasher) = &mut hasher {
            hasher.update(&bytes);
        }
        gathered += bytes.len();
        pieces.push(bytes);
        if gathered >= enough {
            sink.write_at(at, std::mem::take(&mut pieces)).await?;
            attempt.sent(gathered as u64);
            at += gathered as u64;
            gathered = 0;
        }
    }
    sink.write_at(at, pieces).await?;
    attempt.sent(gathered as u64);
    Ok(())
}

fn parts_of<'o>(
    e: &Errand,
    opened: &'o Opened,
) -> Result<(Spot, &'o std::ffi::OsStr, &'o Seen), Stop> {
    let Way::Down { temp, object, .. } = &opened.way else {
        return Err(internal("this job has no file"));
    };
    let spot = e
        .spec
        .spot(&opened.to)
        .ok_or_else(|| conflict::no_name(&opened.to))?;
    Ok((spot, temp, object))
}

/// Gets one range, from an answer that goes on to it or from one of its own, which may bring the
/// parts up to `reach` as well.
pub(crate) async fn part(
    e: &Errand,
    opened: &Opened,
    (index, reach): (u32, u32),
) -> Result<(), Stop> {
    let (spot, temp, seen) = parts_of(e, opened)?;
    let (offset, len) = opened.range(index);
    let _room = e.memory(ROOM.min(len)).await?;
    let sink = Sink::reopen(&spot, temp).await.map_err(lost)?;
    let attempt = Attempt::new(&e.meter);
    let stands = e.meter.onward.take(offset);
    let flow = if let Some(flow) = stands.and_then(|flow| flow.on(seen, offset + len)) {
        flow
    } else {
        let (last, more) = opened.range(reach.saturating_sub(1).max(index));
        let (part, reach) = ((offset, offset + len), last + more);
        Flow::range(e.remote(&e.spec.from)?, seen, part, reach).await?
    };
    let mut flow = flow.beside(&e.tools);
    let mut hasher = sums::hasher(opened);
    pour(&mut flow, (&sink, offset), &attempt, hasher.as_mut()).await?;
    sums::arrived(e, (opened, index), &sink, hasher).await?;
    // Before the part is done: whoever takes the next one finds it.
    e.meter.onward.put(flow);
    done(e, &attempt, index, len);
    Ok(())
}

/// A temporary file that is gone: start anew.
fn lost(trouble: Trouble) -> Stop {
    if trouble.code.as_str() == local::NOT_FOUND {
        Stop::new(trouble, Cause::Stale)
    } else {
        Stop::from(trouble)
    }
}

/// Checks a file whose ranges are all there, and gives it its name.
pub(crate) async fn close(e: &Errand, opened: &Opened) -> Result<(), Stop> {
    let (spot, temp, seen) = parts_of(e, opened)?;
    let mut sink = Sink::reopen(&spot, temp).await.map_err(lost)?;
    let verified = sums::verify(e, opened, &sink, seen).await?;
    let target = (opened.to.clone(), opened.replace, verified);
    // What a decision was made about may have come and gone: ask anew if the name is taken.
    land(e, IfExists::Ask, &mut sink, seen, target).await
}

/// Gives a checked file its name; deletes the source of a move.
async fn land(
    e: &Errand,
    policy: IfExists,
    sink: &mut Sink,
    seen: &Seen,
    target: (Location, Replace, Verified),
) -> Result<(), Stop> {
    let (mut to, mut replace, verified) = target;
    let modified = seen.mtime.or(seen.modified);
    for _ in 0..5 {
        let spot = e.spec.spot(&to).ok_or_else(|| conflict::no_name(&to))?;
        if replace == Replace::Allow
            && let Some(there) = local::standing(&spot).await?
            && e.tools.written.has(e.spec.batch, there.file)
        {
            to = Location::Local(local::free_spot(&spot).await?.path());
            replace = Replace::Refuse;
            continue;
        }
        let landed = sink
            .finish(&spot.name(), seen.size, modified, replace)
            .await?;
        if let Landed::There(stamp) = landed {
            finish::source_gone(e, None, Some(seen)).await?;
            e.tools.written.add(e.spec.batch, (stamp.dev, stamp.ino));
            e.closed(to, verified, seen.size);
            return Ok(());
        }
        let go = conflict::settle(&e.unseen(), policy, &e.spec.source).await?;
        let Some(target) = go.target(e) else {
            sink.give_up();
            return Ok(());
        };
        (to, replace) = (target.to, target.replace);
    }
    Err(Stop::from(conflict::contested(&to)))
}
