//! Performs effects: questions become tasks, orders go to the queue, the rest concerns the
//! terminal.
//!
//! Invariant: each question has one task, and forgetting its ticket ends it.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::life::End;
use super::{Shell, Sources, Stale, editor, many, rows};
use crate::engine::{Engine, Finding, Notice, Order, Tally};
use crate::model::{Answer, Trouble};
use crate::term::{self, Carrier, Clipped};
use crate::tui::moving::Moving;
use crate::tui::msg::{Ask, Effect, Effects, Msg, Reply, Ticket};

/// Questions that are being answered.
pub(super) struct Tasks {
    engine: Engine,
    set: JoinSet<()>,
    by_ticket: HashMap<Ticket, AbortHandle>,
    /// The questions that rows came in for.
    begun: HashSet<Ticket>,
    answers: mpsc::UnboundedSender<Msg>,
}

impl Tasks {
    /// No tasks yet, and where their answers arrive.
    pub(super) fn new(engine: Engine) -> (Self, mpsc::UnboundedReceiver<Msg>) {
        let (answers, arriving) = mpsc::unbounded_channel();
        let (set, by_ticket) = (JoinSet::new(), HashMap::new());
        (
            Self {
                engine,
                set,
                by_ticket,
                begun: HashSet::new(),
                answers,
            },
            arriving,
        )
    }

    fn ask(&mut self, ticket: Ticket, ask: Ask) {
        self.spawn(ticket, move |engine, answers| async move {
            answer(&engine, ask, ticket, &answers).await
        });
    }

    fn spawn<F: Future<Output = Reply> + Send>(
        &mut self,
        ticket: Ticket,
        work: impl FnOnce(Engine, mpsc::UnboundedSender<Msg>) -> F + Send + 'static,
    ) {
        while self.set.try_join_next().is_some() {}
        self.by_ticket.retain(|_, task| !task.is_finished());
        let by_ticket = &self.by_ticket;
        self.begun.retain(|ticket| by_ticket.contains_key(ticket));
        let (engine, answers) = (self.engine.clone(), self.answers.clone());
        let task = self.set.spawn(async move {
            let reply = work(engine.clone(), answers.clone()).await;
            // The shell is gone only when everything ends.
            let _ = answers.send(Msg::Reply(ticket, reply));
            if let Some(clock) = engine.clock_to_tell() {
                let _ = answers.send(Msg::Notice(Notice::Warning(clock)));
            }
        });
        self.by_ticket.insert(ticket, task);
    }

    /// Whether these are the first rows that answer a question.
    pub(super) fn is_first(&mut self, ticket: Ticket) -> bool {
        self.begun.insert(ticket)
    }

    fn open(&mut self, path: PathBuf) {
        let answers = self.answers.clone();
        self.set.spawn(async move {
            if let Err(trouble) = editor::open(&path).await {
                let _ = answers.send(Msg::Notice(Notice::Warning(trouble)));
            }
        });
    }

    /// Has it worked out what the queue is asked for, and asks it.
    fn enlist(&mut self, moving: Moving) {
        let (engine, answers) = (self.engine.clone(), self.answers.clone());
        self.set.spawn(async move {
            if let Err(trouble) = many::enlist(&engine, moving).await {
                let _ = answers.send(Msg::Notice(Notice::Warning(trouble)));
            }
        });
    }

    fn forget(&mut self, ticket: Ticket) {
        self.begun.remove(&ticket);
        if let Some(task) = self.by_ticket.remove(&ticket) {
            task.abort();
        }
    }

    pub(super) fn tell(&self, msg: Msg) {
        let _ = self.answers.send(msg);
    }
}

impl Shell {
    /// Performs effects in order; gives the end if one of them is.
    pub(super) async fn perform(&mut self, effects: Effects, sources: &mut Sources) -> Option<End> {
        for effect in effects.0 {
            match effect {
                Effect::Ask(ticket, Ask::Edit(name, bytes)) => {
                    let terminal = self.terminal.clone();
                    let edited = self
                        .parked(sources, editor::edit(&terminal, &name, &bytes))
                        .await;
                    self.tasks.tell(Msg::Reply(ticket, Reply::Edited(edited)));
                }
                #[cfg(feature = "images")]
                Effect::Ask(ticket, Ask::Picture(at, room)) => self.picture(ticket, at, room),
                Effect::Ask(ticket, ask) => self.tasks.ask(ticket, ask),
                Effect::Forget(ticket) => self.tasks.forget(ticket),
                Effect::Order(Order::Submit(_, requests)) => {
                    let batch = self.engine.next_batch();
                    self.order(Order::Submit(batch, requests));
                }
                Effect::Order(order) => self.order(order),
                Effect::Enlist(moving) => self.tasks.enlist(moving),
                Effect::Clip(text) => self.clip(text),
                Effect::PlainText(text) => {
                    self.parked(sources, editor::print_plain(&text)).await;
                }
                Effect::Shell(folder) => {
                    let terminal = self.terminal.clone();
                    let ended = self
                        .parked(sources, editor::shell(&terminal, &folder))
                        .await;
                    self.warn(ended);
                }
                Effect::Open(path) => self.tasks.open(path),
                Effect::Mouse(mouse) => {
                    self.screen.send(self.guard.set_mouse(mouse).as_bytes());
                }
                Effect::Redraw => {
                    self.screen.redraw();
                    self.stale = Stale::Answer;
                }
                Effect::Suspend => self.stop(sources).await,
                Effect::Quit(leave) => return Some(leave.into()),
            }
        }
        None
    }

    fn order(&self, order: Order) {
        self.warn(self.engine.order(order));
    }

    fn warn(&self, done: Answer<()>) {
        if let Err(trouble) = done {
            self.tasks.tell(Msg::Notice(Notice::Warning(trouble)));
        }
    }

    /// Has a picture made; within tmux and GNU screen of half blocks.
    #[cfg(feature = "images")]
    fn picture(&mut self, ticket: Ticket, at: crate::model::Location, room: (u16, u16)) {
        let way = match self.terminal.carrier {
            Carrier::Tmux(_) | Carrier::Screen => term::Pictures::Blocks,
            _ => self.outside.pictures(),
        };
        let canvas = super::pictures::Canvas::of(way);
        self.tasks.spawn(ticket, move |engine, _| async move {
            Reply::Picture(super::pictures::picture(&engine, &at, room, canvas).await)
        });
    }

    /// Puts a text into the clipboard. tmux answers in its own time.
    fn clip(&self, text: String) {
        let (carrier, screen) = (self.terminal.carrier.clone(), self.screen.clone());
        let (answers, state) = (
            self.tasks.answers.clone(),
            self.engine.config().paths.state.clone(),
        );
        let copy = move || {
            let clipped = term::copy(&text, &carrier, |bytes| screen.send(bytes));
            let kept = match clipped {
                Clipped::TooLong { .. } => kept(&text, &state).ok(),
                Clipped::Sent | Clipped::Copied | Clipped::NoTerminal => None,
            };
            // The shell is gone only when everything ends.
            let _ = answers.send(Msg::Clipped(how(clipped, kept.as_deref())));
        };
        if matches!(self.terminal.carrier, Carrier::Tmux(_)) {
            tokio::task::spawn_blocking(copy);
        } else {
            copy();
        }
    }

    /// Gives the terminal away while something else uses it; nobody reads keys meanwhile.
    async fn parked<T>(&mut self, sources: &mut Sources, what: impl Future<Output = T>) -> T {
        // The reader must not take the other program's keys.
        sources.source = None;
        self.screen.park();
        self.guard.leave();
        let result = what.await;
        self.come_back(sources);
        result
    }
}

/// Writes a text that is too long for a clipboard where only this person can read it.
fn kept(text: &str, state: &Path) -> std::io::Result<PathBuf> {
    let path = state.join("clipboard.txt");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

fn how(clipped: Clipped, kept: Option<&Path>) -> String {
    match (clipped, kept) {
        (Clipped::Sent, _) => "sent to your terminal clipboard".into(),
        (Clipped::Copied, _) => "copied".into(),
        (Clipped::TooLong { .. }, Some(kept)) => {
            format!("too long for a clipboard: written to {}", kept.display())
        }
        (Clipped::TooLong { bytes }, None) => {
            format!("not copied: {bytes} bytes are more than a clipboard takes")
        }
        (Clipped::NoTerminal, _) => {
            "not copied: this terminal has no clipboard · S shows links".into()
        }
    }
}

async fn answer(
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
        Ask::Count(what) => Reply::Counted(
            watched(ticket, answers, |running| async move {
                engine.count(&what, &running).await
            })
            .await,
        ),
        Ask::Find(place) => {
            let search = |tell| async move { engine.find(&place, &tell).await };
            found(search, ticket, answers).await
        }
        Ask::CountVersions(what) => Reply::Versions(
            watched(ticket, answers, |running| async move {
                engine.count_versions(&what, &running).await
            })
            .await,
        ),
        Ask::Erase(what) => Reply::Deleted(
            watched(ticket, answers, |running| async move {
                engine.erase(&what, &running).await
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
