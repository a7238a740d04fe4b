//! Performs effects: questions become tasks, orders go to the queue, the rest concerns the
//! terminal.
//!
//! Invariant: each question has one task, and forgetting its ticket ends it.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::answers::answer;
use super::life::End;
use super::{Shell, Sources, Stale, editor, many};
use crate::engine::{Engine, Notice, Order};
use crate::model::Answer;
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
