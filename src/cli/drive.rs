//! Submits one batch to the queue and stays until it came to its end.
//!
//! Notices say what happened to each job; the numbers make the progress line. Ctrl-C gives
//! everything up and waits until the queue has cleaned up behind it; a second one does not wait.

use tokio::sync::mpsc::UnboundedReceiver;

use super::out::{Form, Out, safe};
use super::rows::{End, verified};
use super::{Outcome, Stop, spot};
use crate::engine::{
    BatchId, Conflict, Engine, IfExists, JobView, Notice, Order, Phase, Request, Snapshot,
};
use crate::model::{self, Location, Trouble};

/// What is known while a batch runs.
struct Run<'a> {
    engine: &'a Engine,
    out: &'a mut Out,
    batch: BatchId,
    failed: u64,
    is_over: bool,
    /// Everything was decided at once: what asks still was answered before it was told.
    all_decided: bool,
}

/// Does the requests.
pub(super) async fn run(
    engine: &Engine,
    out: &mut Out,
    requests: Vec<Request>,
) -> Result<Outcome, Stop> {
    let Some(mut notices) = engine.notices() else {
        return Err(Stop::Failed(Trouble::new(
            "Busy",
            "Nothing was copied",
            "somebody else watches the queue",
            "",
        )));
    };
    let mut run = Run {
        batch: engine.next_batch(),
        engine,
        out,
        failed: 0,
        is_over: false,
        all_decided: false,
    };
    engine.order(Order::Submit(run.batch, requests))?;
    let watched = tokio::select! {
        watched = run.watch(&mut notices) => watched,
        _ = tokio::signal::ctrl_c() => Err(Stop::Cancelled),
    };
    match watched {
        Ok(()) => {}
        // Nobody is there to clean up.
        Err(stop) if notices.is_closed() => return Err(stop),
        Err(stop) => {
            engine.order(Order::CancelAll)?;
            run.out.line("stopping");
            tokio::select! {
                _ = engine.drain() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            engine.close(GRACE).await;
            return Err(stop);
        }
    }
    let failed = run.failed;
    engine.close(GRACE).await;
    Ok(if failed == 0 {
        Outcome::Complete
    } else {
        Outcome::SomeFailed
    })
}

/// How long what is in flight may take to land.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

impl Run<'_> {
    async fn watch(&mut self, notices: &mut UnboundedReceiver<Notice>) -> Result<(), Stop> {
        let mut numbers = self.engine.numbers();
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
            }
        }
        Ok(())
    }

    /// The queue holds what cannot succeed (a wrong secret, a full disk) for a person to go on
    /// with. A verb has no such person: the rest is given up, and counted.
    fn release(&mut self, now: &Snapshot) -> Result<(), Stop> {
        let counts = &now.counts;
        let waits = counts.active() + counts.asking > 0 || now.expanding;
        if waits || counts.paused == 0 || self.is_over {
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
            // Of another batch: not ours to tell.
            Notice::Done(_) | Notice::Failed(_) | Notice::Asking(_) | Notice::BatchDone { .. } => {
                Ok(())
            }
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
        if !self.out.has_person() {
            self.fail(job, &exists(&job.to))?;
            self.engine.order(Order::Cancel(job.id))?;
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
