//! Submits one batch to the queue and stays until it came to its end.
//!
//! Notices say what happened to each job; the numbers make the progress line. Ctrl-C stops, and
//! leaves what is not done in the journal; a second one does not even wait for what is in flight.

use tokio::sync::mpsc::UnboundedReceiver;

use super::out::{Form, Out, safe};
use super::rows::{End, verified};
use super::{Outcome, Stop, spot};
use crate::engine::{
    BatchId, Conflict, Engine, IfExists, JobView, LeftId, Notice, Order, Phase, Request, Snapshot,
    Which,
};
use crate::model::{self, Location, Trouble};

/// What is known while a batch runs.
struct Run<'a> {
    engine: &'a Engine,
    out: &'a mut Out,
    batch: BatchId,
    until: Until,
    failed: u64,
    is_over: bool,
    /// What was said about all that asks; `Ask` is no answer.
    answer: IfExists,
    /// Everything was decided at once: what asks still was answered before it was told.
    all_decided: bool,
}

/// When the end is there.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Until {
    /// All of a new batch came to its end.
    BatchDone,
    /// Nothing moves any more of what was taken up again.
    Idle(Which),
}

/// Does the requests.
pub(super) async fn run(
    engine: &Engine,
    out: &mut Out,
    requests: Vec<Request>,
) -> Result<Outcome, Stop> {
    let mut notices = notices(engine)?;
    let batch = engine.next_batch();
    engine.order(Order::Submit(batch, requests))?;
    let how = (batch, Until::BatchDone, IfExists::Ask);
    follow(engine, out, &mut notices, how).await
}

/// Goes on with what was interrupted and taken over.
pub(super) async fn resume(
    engine: &Engine,
    out: &mut Out,
    notices: &mut UnboundedReceiver<Notice>,
    (which, answer): (Which, IfExists),
) -> Result<Outcome, Stop> {
    engine.order(Order::TakeUp(which.clone()))?;
    let until = Until::Idle(which);
    follow(engine, out, notices, (BatchId::ADOPTED, until, answer)).await
}

/// The queue's notices, which one alone may read.
pub(super) fn notices(engine: &Engine) -> Result<UnboundedReceiver<Notice>, Stop> {
    engine.notices().ok_or_else(|| {
        Stop::Failed(Trouble::new(
            "Busy",
            "Nothing was copied",
            "somebody else watches the queue",
            "",
        ))
    })
}

async fn follow(
    engine: &Engine,
    out: &mut Out,
    notices: &mut UnboundedReceiver<Notice>,
    (batch, until, answer): (BatchId, Until, IfExists),
) -> Result<Outcome, Stop> {
    let mut run = Run {
        batch,
        until,
        answer,
        engine,
        out,
        failed: 0,
        is_over: false,
        all_decided: false,
    };
    let watched = tokio::select! {
        watched = run.watch(notices) => watched,
        _ = tokio::signal::ctrl_c() => Err(Stop::Cancelled),
    };
    if let Err(stop) = watched {
        // Otherwise nobody is there to end anything.
        if !notices.is_closed() {
            run.interrupted().await;
        }
        return Err(stop);
    }
    run.held_back();
    let failed = run.failed;
    engine.close(GRACE).await;
    Ok(if failed == 0 {
        Outcome::Complete
    } else {
        Outcome::SomeFailed
    })
}

/// How long what is in flight may take to land.
pub(super) const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

impl Run<'_> {
    async fn watch(&mut self, notices: &mut UnboundedReceiver<Notice>) -> Result<(), Stop> {
        let mut numbers = self.engine.numbers();
        let (engine, ends) = (self.engine, self.until != Until::BatchDone);
        let mut drain = std::pin::pin!(engine.drain());
        while !self.is_over {
            tokio::select! {
                biased;
                notice = notices.recv() => match notice {
                    Some(notice) => self.take(notice).await?,
                    None => return Err(Stop::Failed(ended_early())),
                },
                Ok(()) = numbers.changed() => {
                    let now = numbers.borrow_and_update().clone();
                    self.out.progress(&now);
                    self.release(&now)?;
                }
                _ = &mut drain, if ends => self.is_over = true,
            }
        }
        while let Ok(notice) = notices.try_recv() {
            self.take(notice).await?;
        }
        Ok(())
    }

    /// Ctrl-C: what is in flight may land, the rest stays for another time. A second one does not
    /// wait.
    async fn interrupted(&mut self) {
        self.out.line("stopping");
        tokio::select! {
            () = self.engine.close(GRACE) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        let now = self.engine.numbers().borrow().clone();
        let counts = &now.counts;
        let open = counts.active() + counts.paused + counts.asking;
        if open > 0 || now.expanding {
            let what = match open {
                0 => "the listing was".to_owned(),
                1 => "1 transfer was".to_owned(),
                n => format!("{n} transfers were"),
            };
            self.out.note(&safe(&format!(
                "{what} interrupted; `windlass transfers resume` goes on, \
                 `windlass transfers discard` gives up"
            )));
        }
    }

    /// What was taken up and is held again (a wrong secret, a full disk) was not done.
    fn held_back(&mut self) {
        let Until::Idle(which) = &self.until else {
            return;
        };
        let now = self.engine.numbers().borrow().clone();
        let meant = |job: &&JobView| match which {
            Which::All => true,
            Which::These(ids) => ids.contains(&LeftId::of(&job.from, &job.to, job.kind)),
        };
        let held = now.rows.iter().filter(|job| job.phase == Phase::Paused);
        let held = u64::try_from(held.filter(meant).count()).unwrap_or(u64::MAX);
        let held = held.max(if *which == Which::All {
            now.counts.paused
        } else {
            0
        });
        if held > 0 {
            self.failed += held;
            self.out.trouble(&Trouble::new(
                "NotTried",
                &format!("{held} more were not tried"),
                "they would have failed for the same reason",
                "mend that, then say the same again",
            ));
        }
    }

    /// The queue holds what cannot succeed (a wrong secret, a full disk) for a person to go on
    /// with. A verb has no such person: the rest is given up, and counted.
    fn release(&mut self, now: &Snapshot) -> Result<(), Stop> {
        let counts = &now.counts;
        let waits = counts.active() + counts.asking > 0 || now.expanding;
        if waits || counts.paused == 0 || self.is_over || self.until != Until::BatchDone {
            return Ok(());
        }
        self.failed += counts.paused;
        self.out.trouble(&Trouble::new(
            "NotTried",
            &format!("{} more were not tried", counts.paused),
            "they would have failed for the same reason",
            "mend that, then say the same again",
        ));
        self.engine.order(Order::CancelAll)?;
        Ok(())
    }

    async fn take(&mut self, notice: Notice) -> Result<(), Stop> {
        match notice {
            Notice::Done(job) if job.batch == self.batch => self.done(&job),
            Notice::Failed(job) if job.batch == self.batch => {
                if let Phase::Failed(why) = &job.phase {
                    let better = self.folder_meant(&job).await;
                    self.fail(&job, better.as_ref().unwrap_or(why))?;
                }
                Ok(())
            }
            Notice::Asking(job) if job.batch == self.batch => self.ask(&job).await,
            Notice::BatchDone { batch, .. } if batch == self.batch => {
                self.is_over = true;
                Ok(())
            }
            Notice::Warning(trouble) => {
                self.out.trouble(&trouble);
                Ok(())
            }
            // Of another batch, or from before: not ours to tell.
            Notice::Done(_)
            | Notice::Failed(_)
            | Notice::Asking(_)
            | Notice::BatchDone { .. }
            | Notice::Interrupted(_) => Ok(()),
        }
    }

    /// If the source of a failed job is no object but a folder, that is the reason to tell.
    async fn folder_meant(&self, job: &JobView) -> Option<Trouble> {
        let Location::Object {
            account,
            bucket,
            key,
        } = &job.from
        else {
            return None;
        };
        if key.is_marker() {
            return None;
        }
        let found = spot::look(self.engine, account, bucket, key).await.ok()?;
        (found.object.is_none() && found.below.is_some()).then(|| {
            Trouble::new(
                "IsAFolder",
                &format!("{} is a folder", job.from),
                "there is no object of this name, only objects below it",
                "add -r to take everything below it",
            )
        })
    }

    fn done(&mut self, job: &JobView) -> Result<(), Stop> {
        let (kind, how) = if let Phase::Done(how) = job.phase {
            ("done", Some(verified(how)))
        } else {
            ("skipped", None)
        };
        match self.out.form() {
            Form::Json => self.out.json(&End {
                size: job.size,
                verified: how,
                ..End::new(kind, &job.from, Some(&job.to))
            })?,
            Form::Text => {
                let size = job.size.map_or_else(String::new, model::size);
                let end = match how {
                    Some(how) => format!("{size}  {how}"),
                    None => "left as it is".to_owned(),
                };
                let text = format!("{} -> {}  {end}", safe(&job.from), safe(&job.to));
                self.out.remark(&text)?;
            }
        }
        Ok(())
    }

    fn fail(&mut self, job: &JobView, why: &Trouble) -> Result<(), Stop> {
        self.failed += 1;
        if self.out.form() == Form::Json {
            self.out.json(&End {
                size: job.size,
                ..End::failed(&job.from, Some(&job.to), why)
            })?;
        }
        self.out.trouble(why);
        Ok(())
    }

    /// Something is there already. Where nobody can be asked, that is a failure.
    async fn ask(&mut self, job: &JobView) -> Result<(), Stop> {
        let Phase::Asking(conflict) = &job.phase else {
            return Ok(());
        };
        if self.all_decided {
            return Ok(());
        }
        if self.answer != IfExists::Ask {
            self.engine.order(Order::Decide(job.id, self.answer))?;
            return Ok(());
        }
        if !self.out.has_person() {
            self.fail(job, &exists(&job.to))?;
            // What was half done before is not given up by this.
            if self.until == Until::BatchDone {
                self.engine.order(Order::Cancel(job.id))?;
            }
            return Ok(());
        }
        let question = question(job, conflict);
        loop {
            let answer = self.out.ask(&question).await?;
            let decision = match &*answer.to_ascii_lowercase() {
                "o" => IfExists::Overwrite,
                "s" => IfExists::Skip,
                "k" => IfExists::KeepBoth,
                "n" => IfExists::Newer,
                _ => continue,
            };
            let for_all = answer.starts_with(|c: char| c.is_ascii_uppercase());
            self.all_decided = for_all;
            self.engine.order(if for_all {
                Order::DecideAll(decision)
            } else {
                Order::Decide(job.id, decision)
            })?;
            return Ok(());
        }
    }
}

fn ended_early() -> Trouble {
    Trouble::new(
        "QueueEnded",
        "The queue ended before its work",
        "this is a fault of windlass; what was done is done",
        "say the same again; what is there already is asked about",
    )
}

fn question(job: &JobView, conflict: &Conflict) -> String {
    let side = |side: &crate::engine::Side| {
        let size = side.size.map_or_else(|| "unknown size".into(), model::size);
        let zone = jiff::tz::TimeZone::system();
        let date = side.modified.map(|at| model::date(at, &zone));
        date.map_or_else(|| size.clone(), |date| format!("{size}, {date}"))
    };
    format!(
        "{} is there already ({}); the new one: {}.\n\
         [o]verwrite, [s]kip, [k]eep both as {}, overwrite if [n]ewer; capital letter: for all: ",
        safe(&job.to),
        side(&conflict.theirs),
        side(&conflict.ours),
        safe(&conflict.free_name),
    )
}

/// The failure of something that is there already when nobody can be asked.
pub(super) fn exists(to: &Location) -> Trouble {
    Trouble::new(
        "Exists",
        &format!("{to} was not replaced"),
        "it is there already, and there is no terminal to ask at",
        "say --if-exists overwrite, skip, keep-both or newer",
    )
}
