//! Does deeds with many things: walks through them away from the screen's thread.
//!
//! Invariant: of the things no more than a few pages are unpacked at a time, and the walk ends when
//! nobody waits for its answer any more.

use tokio::sync::mpsc::UnboundedSender;

use super::perform::watched;
use crate::engine::{Engine, Order};
use crate::model::{Answer, Location, Trouble, shown_bytes};
use crate::tui::moving::Moving;
use crate::tui::msg::{Deed, Item, Msg, Reply, Said, Ticket};
use crate::tui::selection::{Common, Selection};

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
        &format!("{} cannot be a name there", shown_bytes(name)),
        "unmark it, or rename it first",
    )
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
