//! Does deeds with many things: walks through them away from the screen's thread.
//!
//! Invariant: of the things no more than a few pages are unpacked at a time, and the walk ends when
//! nobody waits for its answer any more.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::answers::watched;
use super::rows::StopOnDrop;
use crate::engine::{Engine, Further, Order, Tally};
use crate::model::{Answer, Location, Place, Trouble, shown_bytes};
use crate::tui::moving::Moving;
use crate::tui::msg::{Deed, Item, Msg, Reply, Said, Ticket};
use crate::tui::selection::{Common, Selection};
use crate::tui::tree::Compare;

/// To whom it is told how far it is.
pub(super) struct To<'a> {
    pub(super) ticket: Ticket,
    pub(super) answers: &'a UnboundedSender<Msg>,
}

/// Does a deed.
pub(super) async fn done(engine: &Engine, deed: Deed, items: Selection, to: To<'_>) -> Reply {
    let To { ticket, answers } = to;
    match deed {
        Deed::Count => Reply::Counted(
            watched(ticket, answers, |running| async move {
                let sized = |item: Item| (item.location, item.size);
                let pages = items
                    .pages()
                    .map(|page| page.into_iter().map(sized).collect());
                engine.count_pages(pages, &running).await
            })
            .await,
        ),
        Deed::Delete => Reply::Deleted(
            watched(ticket, answers, |running| async move {
                engine.delete_pages(locations(&items), &running).await
            })
            .await,
        ),
        Deed::Undelete(since) => {
            Reply::Unmade(engine.undelete_pages(locations(&items), since).await)
        }
    }
}

fn locations(items: &Selection) -> impl Iterator<Item = Vec<Location>> + Send {
    let location = |item: Item| item.location;
    items
        .pages()
        .map(move |page| page.into_iter().map(location).collect())
}

/// Gives many things to the queue.
pub(super) async fn enlist(engine: &Engine, moving: Moving) -> Answer<()> {
    let worked = tokio::task::spawn_blocking(move || moving.requests());
    let Ok(worked) = worked.await else {
        return Ok(());
    };
    let (trees, rosters) = worked.map_err(|name| no_name(&name))?;
    let batch = engine.next_batch();
    if !rosters.is_empty() {
        engine.order(Order::Enlist(batch, rosters))?;
    }
    if !trees.is_empty() {
        engine.order(Order::Submit(batch, trees))?;
    }
    Ok(())
}

fn no_name(name: &[u8]) -> Trouble {
    Trouble::new(
        "NameImpossible",
        "Nothing was copied",
        &format!(
            "{} cannot be a name there, or two of these have it",
            shown_bytes(name)
        ),
        "unmark it, or rename it first",
    )
}

/// Up to so many folders are compared one by one, each no further than to the first difference;
/// of more, everything below both places is listed at once.
const EACH: usize = 16;

/// Compares two places.
pub(super) async fn compare(engine: &Engine, work: Compare, to: To<'_>) -> Reply {
    let stop = StopOnDrop::default();
    let (flag, names) = (stop.flag(), work.clone());
    let found = tokio::task::spawn_blocking(move || names.run(&flag)).await;
    drop(stop);
    let Some(mut found) = found.ok().flatten() else {
        return Reply::Compared(Ok(None));
    };
    let [left, right] = work.places();
    let folders = std::mem::take(&mut found.folders);
    let To { ticket, answers } = to;
    let differing = watched(ticket, answers, |running| async move {
        below(engine, (left, right), &folders, &running)
            .await
            .map(|d| (d, folders))
    });
    match differing.await {
        Ok((differing, folders)) => {
            for side in &mut found.sides {
                for name in &differing {
                    side.differs_below(name);
                }
            }
            found.folders = folders;
            Reply::Compared(Ok(Some(Box::new(found))))
        }
        Err(trouble) => Reply::Compared(Err(trouble)),
    }
}

/// Which folders of both places differ in what lies below them.
async fn below(
    engine: &Engine,
    (left, right): (&Place, &Place),
    folders: &[Box<[u8]>],
    running: &watch::Sender<Tally>,
) -> Answer<Vec<Box<[u8]>>> {
    let mut out: Vec<Box<[u8]>> = Vec::new();
    if folders.len() > EACH {
        let known: HashSet<&[u8]> = folders.iter().map(|name| &**name).collect();
        let tell = |path: &[u8]| {
            let mut steps = path.splitn(2, |byte| *byte == b'/');
            if let (Some(first), Some(_)) = (steps.next(), steps.next())
                && out.last().map(AsRef::as_ref) != Some(first)
                && known.contains(first)
            {
                out.push(first.into());
            }
            Further::On
        };
        engine.differences((left, right), running, tell).await?;
        return Ok(out);
    }
    for name in folders {
        let (Some(one), Some(two)) = (child(left, name), child(right, name)) else {
            continue;
        };
        let mut differs = false;
        let tell = |_: &[u8]| {
            differs = true;
            Further::Enough
        };
        engine.differences((&one, &two), running, tell).await?;
        if differs {
            out.push(name.clone());
        }
    }
    Ok(out)
}

/// The place of a folder in a place.
fn child(place: &Place, name: &[u8]) -> Option<Place> {
    match place {
        Place::Prefix(account, bucket, prefix) => {
            let below = prefix.child(std::str::from_utf8(name).ok()?);
            Some(Place::Prefix(account.clone(), bucket.clone(), below))
        }
        Place::Folder(path) => Some(Place::Folder(path.join(OsStr::from_bytes(name)))),
        Place::Accounts | Place::Buckets(_) => None,
    }
}

/// Counts the names that stand in two places.
pub(super) async fn common(work: Common) -> Reply {
    let counted = tokio::task::spawn_blocking(move || work.run()).await;
    Reply::Common(counted.unwrap_or(0))
}

/// Writes a line for each.
pub(super) async fn lines(items: Selection, said: Said) -> Reply {
    let write = move || {
        let mut text = String::new();
        for item in items.pages().flatten() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&said.of(&item));
        }
        text
    };
    Reply::Lines(tokio::task::spawn_blocking(write).await.unwrap_or_default())
}
