//! Answers to questions: each asks the engine, some tell on the way how far they are.
//!
//! Knows no tasks and no terminal. Invariant: a question has one answer.

use tokio::sync::{mpsc, watch};

use super::{many, rows};
use crate::engine::{Engine, Finding, Tally};
use crate::model::{Answer, Trouble};
use crate::tui::msg::{Ask, Msg, Reply, Ticket};

/// Answers a question.
pub(super) async fn answer(
    engine: &Engine,
    ask: Ask,
    ticket: Ticket,
    answers: &mpsc::UnboundedSender<Msg>,
) -> Reply {
    match ask {
        Ask::Buckets(account) => Reply::Buckets(engine.buckets(&account).await),
        Ask::Pages { .. } => rows::pages(engine, &ask, rows::To { ticket, answers }).await,
        Ask::Below(place, start, most) => {
            let from = (&start, most);
            rows::below(engine, &place, from, rows::To { ticket, answers }).await
        }
        Ask::Folder(path) => rows::folder(engine, &path, rows::To { ticket, answers }).await,
        Ask::Arrange(work) => rows::arranged(work).await,
        Ask::Compare(work) => many::compare(engine, work, many::To { ticket, answers }).await,
        Ask::Common(work) => many::common(work).await,
        Ask::Lines(items, said) => many::lines(items, said).await,
        Ask::About(at) => Reply::About(engine.about(&at).await),
        Ask::Read(at, range) => Reply::Bytes(engine.read(&at, range).await),
        Ask::Write(at, bytes, overwrite) => Reply::Done(engine.write(&at, bytes, overwrite).await),
        Ask::MakeFolder(at) => Reply::Done(engine.make_folder(&at).await),
        Ask::MakeBucket(account, bucket) => {
            Reply::Done(engine.make_bucket(&account, &bucket).await)
        }
        Ask::DropBucket(account, bucket, contents) => {
            Reply::Done(engine.drop_bucket(&account, &bucket, contents).await)
        }
        Ask::KeepBookmarks(all) => Reply::Done(engine.keep_bookmarks(&all).await),
        Ask::RenameAll(renames) => Reply::Done(engine.rename_all(&renames).await),
        Ask::Trash(paths) => {
            let (gone, trouble) = engine.trash(&paths).await;
            Reply::Trashed(gone, trouble)
        }
        Ask::Restore(trashed) => Reply::Done(engine.restore(&trashed).await),
        Ask::Unmake(copies, since) => Reply::Unmade(engine.unmake(&copies, since).await),
        Ask::Fetch(at, most) => Reply::Fetched(engine.fetch(&at, most).await),
        Ask::Save(at, text, was) => Reply::Done(engine.save(&at, text, &was).await),
        Ask::Links(account, links) => {
            let signed: Answer<Vec<_>> = links
                .iter()
                .map(|link| engine.link(&account, link))
                .collect();
            Reply::Links(signed)
        }
        Ask::TestLink(account, link) => Reply::LinkTested(engine.test_link(&account, &link).await),
        Ask::Find(place) => {
            let search = |tell| async move { engine.find(&place, &tell).await };
            found(search, ticket, answers).await
        }
        Ask::Count(_) | Ask::CountVersions(_) | Ask::Erase(..) | Ask::Delete(_) => {
            run_along(engine, ask, ticket, answers).await
        }
        other => answer_more(engine, other, ticket, answers).await,
    }
}

/// Answers what goes through many objects, and tells how far it is.
async fn run_along(
    engine: &Engine,
    ask: Ask,
    ticket: Ticket,
    answers: &mpsc::UnboundedSender<Msg>,
) -> Reply {
    match ask {
        Ask::Count(what) => Reply::Counted(
            watched(ticket, answers, |running| async move {
                engine.count(&what, &running).await
            })
            .await,
        ),
        Ask::CountVersions(what) => Reply::Versions(
            watched(ticket, answers, |running| async move {
                engine.count_versions(&what, &running).await
            })
            .await,
        ),
        Ask::Erase(what, most) => Reply::Deleted(
            watched(ticket, answers, |running| async move {
                engine.erase(&what, most, &running).await
            })
            .await,
        ),
        Ask::Delete(what) => Reply::Deleted(
            watched(ticket, answers, |running| async move {
                engine.delete(&what, &running).await
            })
            .await,
        ),
        other => answer_more(engine, other, ticket, answers).await,
    }
}

/// Answers what concerns one object, its past and other programs.
async fn answer_more(
    engine: &Engine,
    ask: Ask,
    ticket: Ticket,
    answers: &mpsc::UnboundedSender<Msg>,
) -> Reply {
    match ask {
        Ask::Bring(at) => Reply::Brought(engine.bring(&at).await),
        Ask::FindNamed(account, bucket, text) => {
            let search =
                |tell| async move { engine.find_named((&account, &bucket), &text, &tell).await };
            found(search, ticket, answers).await
        }
        Ask::Many(deed, items) => {
            many::done(engine, deed, items, many::To { ticket, answers }).await
        }
        Ask::Extras(at) => Reply::Extras(Box::new(engine.extras(&at).await)),
        Ask::SetTags(at, tags) => Reply::Done(engine.set_tags(&at, tags).await),
        Ask::Redescribe(at, to, was) => Reply::Done(engine.redescribe(&at, *to, was).await),
        Ask::Versioned(account, bucket) => {
            Reply::Versioned(engine.keeps_versions(&account, &bucket).await)
        }
        Ask::Undelete(objects, since) => Reply::Unmade(engine.undelete(&objects, since).await),
        Ask::Look(groups) => Reply::Looked(engine.look(groups).await),
        Ask::BringBack(at, version) => Reply::Done(engine.bring_back(&at, &version).await),
        // Need the terminal: the shell answers them before they get here.
        Ask::Picture(..) => Reply::Picture(Err(Trouble::new(
            "NoPictures",
            "No picture of it",
            "this build shows no pictures",
            "build it with the feature images",
        ))),
        _ => Reply::Edited(Ok(None)),
    }
}

/// Searches, and tells what is found meanwhile.
async fn found<F: Future<Output = Answer<()>>>(
    search: impl FnOnce(mpsc::UnboundedSender<Vec<Finding>>) -> F,
    ticket: Ticket,
    answers: &mpsc::UnboundedSender<Msg>,
) -> Reply {
    let (tell, mut found) = mpsc::unbounded_channel();
    let mut search = std::pin::pin!(search(tell));
    let end = loop {
        tokio::select! {
            end = &mut search => break end,
            Some(some) = found.recv() => {
                let _ = answers.send(Msg::Reply(ticket, Reply::Found(some)));
            }
        }
    };
    while let Ok(some) = found.try_recv() {
        let _ = answers.send(Msg::Reply(ticket, Reply::Found(some)));
    }
    Reply::FoundAll(end)
}

/// Does something that publishes how far it is, and tells the app about it.
pub(super) async fn watched<T, F>(
    ticket: Ticket,
    answers: &mpsc::UnboundedSender<Msg>,
    work: impl FnOnce(watch::Sender<Tally>) -> F,
) -> T
where
    F: Future<Output = T>,
{
    let (sender, mut running) = watch::channel(Tally::default());
    let mut work = std::pin::pin!(work(sender));
    loop {
        tokio::select! {
            done = &mut work => return done,
            Ok(()) = running.changed() => {
                let tally = *running.borrow_and_update();
                let _ = answers.send(Msg::Reply(ticket, Reply::Running(tally)));
                // Ten times a second is more than anybody reads.
                tokio::select! {
                    done = &mut work => return done,
                    () = tokio::time::sleep(std::time::Duration::from_millis(100)) => {}
                }
            }
        }
    }
}
