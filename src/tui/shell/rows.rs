//! Answers questions about rows: page by page as they come, packed away from the screen's thread.
//!
//! Invariant: the rows that say that they are the last come once and at the end; when nobody waits
//! for an answer any more, no further page is asked for and work on rows ends.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::{Engine, Grouping, LocalEntry, Start, Under};
use crate::model::{Answer, Page, Place};
use crate::tui::msg::{Ask, Msg, Reply, Ticket};
use crate::tui::tree::{Arrange, Batch, Rest, of_folder, of_page, of_walk};

/// Files that are told together.
const TOGETHER: usize = 1000;

/// To whom rows are told.
pub(super) struct To<'a> {
    pub(super) ticket: Ticket,
    pub(super) answers: &'a UnboundedSender<Msg>,
}

impl To<'_> {
    fn tell(&self, batch: Batch) {
        // The shell is gone only when everything ends.
        let _ = self
            .answers
            .send(Msg::Reply(self.ticket, Reply::Rows(Ok(batch))));
    }
}

/// The rows under a prefix.
pub(super) async fn pages(engine: &Engine, ask: &Ask, to: To<'_>) -> Reply {
    let Ask::Pages {
        account,
        bucket,
        prefix,
        start,
        most,
    } = ask
    else {
        return Reply::Rows(Ok(last(None, None)));
    };
    let under = Under {
        account,
        bucket,
        prefix,
        grouping: Grouping::Folders,
    };
    under_prefix(engine, under, (start, *most), to).await
}

/// Everything below a place, by paths.
pub(super) async fn below(
    engine: &Engine,
    place: &Place,
    from: (&Start, usize),
    to: To<'_>,
) -> Reply {
    match place {
        Place::Prefix(account, bucket, prefix) => {
            let under = Under {
                account,
                bucket,
                prefix,
                grouping: Grouping::Everything,
            };
            under_prefix(engine, under, from, to).await
        }
        Place::Folder(path) => walked(engine, path, to).await,
        Place::Accounts | Place::Buckets(_) => Reply::Rows(Ok(last(None, None))),
    }
}

/// The files below a folder.
async fn walked(engine: &Engine, path: &Path, to: To<'_>) -> Reply {
    let mut walk = match engine.walk(path).await {
        Ok(walk) => walk,
        Err(trouble) => return Reply::Rows(Err(trouble)),
    };
    let (mut files, mut failed) = (Vec::new(), None);
    while let Some(met) = walk.next().await {
        match met {
            Ok(file) => files.push(file),
            Err(trouble) => failed = failed.or(Some(trouble)),
        }
        if files.len() >= TOGETHER {
            to.tell(Batch {
                rows: Arc::new(of_walk(&std::mem::take(&mut files))),
                next: Some(Start::Beginning),
                rest: Rest::Coming,
                free: None,
            });
        }
    }
    to.tell(Batch {
        rows: Arc::new(of_walk(&files)),
        next: Some(Start::Beginning),
        rest: Rest::Coming,
        free: None,
    });
    // What could not be read is said: the list is not whole.
    Reply::Rows(failed.map_or_else(|| Ok(last(None, None)), Err))
}

async fn under_prefix(
    engine: &Engine,
    under: Under<'_>,
    (start, most): (&Start, usize),
    to: To<'_>,
) -> Reply {
    let (tell, told) = unbounded_channel();
    let start = start.clone();
    let work = async move { engine.pages_under(under, start, most, &tell).await };
    let mut next = None;
    let pack = |(page, on): (Page, Option<Start>)| {
        next = on;
        Batch {
            rows: Arc::new(of_page(under.prefix, &page)),
            next: next.clone(),
            rest: Rest::Coming,
            free: None,
        }
    };
    let end = streamed(work, told, pack, to).await;
    Reply::Rows(end.map(|()| last(next, None)))
}

/// The rows of a local folder.
pub(super) async fn folder(engine: &Engine, path: &Path, to: To<'_>) -> Reply {
    let (tell, told) = unbounded_channel();
    let work = async move { engine.folder_rows(path, &tell).await };
    let pack = |entries: Vec<LocalEntry>| Batch {
        rows: Arc::new(of_folder(&entries)),
        next: Some(Start::Beginning),
        rest: Rest::Coming,
        free: None,
    };
    let end = streamed(work, told, pack, to).await;
    let free = engine.free(path).await.ok();
    Reply::Rows(end.map(|()| last(None, free)))
}

fn last(next: Option<Start>, free: Option<u64>) -> Batch {
    Batch {
        rows: Arc::new(of_folder(&[])),
        next,
        rest: Rest::Over,
        free,
    }
}

/// Packs and sends on what work tells, as soon as it tells it.
async fn streamed<T>(
    work: impl Future<Output = Answer<()>>,
    mut told: UnboundedReceiver<T>,
    mut pack: impl FnMut(T) -> Batch,
    to: To<'_>,
) -> Answer<()> {
    let mut work = std::pin::pin!(work);
    let mut end = None;
    loop {
        tokio::select! {
            biased;
            // The work first: its next request goes out before the rows of the last one are packed.
            ended = &mut work, if end.is_none() => end = Some(ended),
            some = told.recv() => match some {
                Some(some) => to.tell(pack(some)),
                None => return end.unwrap_or(Ok(())),
            },
        }
    }
}

/// Raises its flag when it is dropped.
#[derive(Default)]
pub(super) struct StopOnDrop(Arc<AtomicBool>);

impl StopOnDrop {
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does work on many rows on a thread of its own.
pub(super) async fn arranged(work: Arrange) -> Reply {
    let stop = StopOnDrop::default();
    let flag = stop.flag();
    let rows = tokio::task::spawn_blocking(move || work.run(&flag)).await;
    drop(stop);
    Reply::Arranged(rows.ok().flatten())
}
