//! `transfers`: what was interrupted, to be listed, gone on with or given up.
//!
//! Invariant: listing changes nothing, and what another process is at work on is never touched.

use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::sync::mpsc::UnboundedReceiver;

use super::args::Existing;
use super::out::{Form, Out, safe};
use super::rows::End;
use super::{Outcome, Stop, drive};
use crate::engine::{Engine, Left, LeftId, LeftState, Notice, Order, Which};
use crate::model::{self, Trouble};

/// `transfers`
#[derive(Debug, Args)]
#[command(
    after_help = "What a crash, a kill, Ctrl-C or a lost line cut off stays in a journal, with the \
    parts that were done. What another windlass is at work on is listed and left alone.\n\
    The first letters of an ID are enough."
)]
pub struct Transfers {
    /// What to do about it
    #[command(subcommand)]
    pub act: Option<LeftAct>,
    /// One JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do about interrupted transfers.
#[derive(Debug, Subcommand)]
pub enum LeftAct {
    /// Go on: only what is missing is moved
    Resume(Resume),
    /// Give up: abort uploads, remove temporary files
    Discard(LeftIds),
}

/// `transfers resume`
#[derive(Debug, Args)]
pub struct Resume {
    /// Which
    #[command(flatten)]
    pub which: LeftIds,
    /// Requests with object data in flight at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: Option<u16>,
    /// What to do when something is there already, where that was to be asked
    #[arg(long, value_name = "WHAT", default_value = "ask")]
    pub if_exists: Existing,
}

/// Which of them.
#[derive(Debug, Args)]
pub struct LeftIds {
    /// As windlass transfers lists them; without one, all
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
}

/// A row of `transfers`.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    done: u64,
    state: &'static str,
}

/// `transfers`
pub(super) async fn run(
    transfers: Transfers,
    engine: &Engine,
    out: &mut Out,
) -> Result<Outcome, Stop> {
    let left = engine.left().await;
    match transfers.act {
        None => {
            list(&left, out)?;
            Ok(Outcome::Complete)
        }
        Some(LeftAct::Resume(resume)) => {
            let Some(which) = meant(&left, &resume.which.ids, out)? else {
                return Ok(Outcome::Complete);
            };
            let mut notices = adopted(engine).await?;
            let how = (which, resume.if_exists.into());
            drive::resume(engine, out, &mut notices, how).await
        }
        Some(LeftAct::Discard(ids)) => {
            let Some(which) = meant(&left, &ids.ids, out)? else {
                return Ok(Outcome::Complete);
            };
            let mut notices = adopted(engine).await?;
            discard(engine, out, &mut notices, (&left, which)).await
        }
    }
}

fn list(left: &[Left], out: &mut Out) -> Result<(), Stop> {
    for one in left {
        match out.form() {
            Form::Json => out.json(&Row {
                id: one.id.to_string(),
                from: one.from.to_string(),
                to: one.to.to_string(),
                size: one.size,
                done: one.done,
                state: word(&one.state),
            })?,
            Form::Text => out.row(&text(one))?,
        }
    }
    if out.form() == Form::Text {
        out.remark(&sum(left))?;
    }
    Ok(())
}

/// The word of a state: a contract with scripts.
fn word(state: &LeftState) -> &'static str {
    match state {
        LeftState::Interrupted => "interrupted",
        LeftState::Listing => "listing",
        LeftState::Failed(_) => "failed",
        LeftState::Discarding => "discarding",
        LeftState::Running => "running",
    }
}

fn text(one: &Left) -> String {
    let done = match (one.size, one.done) {
        (Some(size), 0) => model::size(size),
        (Some(size), done) => format!("{} of {}", model::size(done), model::size(size)),
        (None, _) => "—".into(),
    };
    let mut row = format!(
        "{}  {:11}  {done:>20}  {} -> {}",
        one.id,
        word(&one.state),
        safe(&one.from),
        safe(&one.to)
    );
    match &one.state {
        LeftState::Failed(why) => {
            row.push_str("  (");
            row.push_str(why.why.as_str());
            row.push(')');
        }
        LeftState::Running => row.push_str("  (in another windlass)"),
        LeftState::Interrupted | LeftState::Listing | LeftState::Discarding => {}
    }
    row
}

fn sum(left: &[Left]) -> String {
    let ours: Vec<_> = left
        .iter()
        .filter(|one| one.state != LeftState::Running)
        .collect();
    if ours.is_empty() {
        return "nothing was interrupted".into();
    }
    let done = ours.iter().map(|one| one.done).sum();
    let sizes = ours.iter().filter_map(|one| one.size);
    let size = sizes.fold(0, u64::saturating_add);
    format!(
        "{} interrupted, {} of {} done; windlass transfers resume goes on, discard gives up",
        ours.len(),
        model::size(done),
        model::size(size)
    )
}

/// The transfers that ids name; none if there is nothing to be meant.
fn meant(left: &[Left], ids: &[String], out: &mut Out) -> Result<Option<Which>, Stop> {
    if ids.is_empty() {
        if left.iter().any(|one| one.state != LeftState::Running) {
            return Ok(Some(Which::All));
        }
        if out.form() == Form::Text {
            out.remark(&sum(left))?;
        }
        running(left, out);
        return Ok(None);
    }
    let mut found: Vec<LeftId> = Vec::new();
    for id in ids {
        let mut named: Vec<_> = left
            .iter()
            .filter(|one| !id.is_empty() && one.id.to_string().starts_with(id.as_str()))
            .collect();
        named.sort_by_key(|one| one.id);
        named.dedup_by_key(|one| one.id);
        match named[..] {
            [one] if one.state == LeftState::Running => return Err(busy(one)),
            [one] => found.push(one.id),
            [] => return Err(unknown(id, "no interrupted transfer has it")),
            _ => return Err(unknown(id, "several interrupted transfers begin with it")),
        }
    }
    Ok(Some(Which::These(found)))
}

fn running(left: &[Left], out: &mut Out) {
    let count = left.len();
    if count > 0 {
        out.note(&safe(&format!(
            "{count} transfers belong to another windlass, which is at work on them"
        )));
    }
}

fn busy(one: &Left) -> Stop {
    Stop::Failed(Trouble::new(
        "Running",
        &format!("{} was left alone", one.id),
        "another windlass is at work on it",
        "stop it there, or wait for its end",
    ))
}

fn unknown(id: &str, why: &str) -> Stop {
    Stop::Failed(Trouble::new(
        "NoSuchTransfer",
        &format!("There is no one transfer {id}"),
        why,
        "windlass transfers lists them",
    ))
}

/// Takes over what was left, and waits until that is done.
async fn adopted(engine: &Engine) -> Result<UnboundedReceiver<Notice>, Stop> {
    let mut notices = drive::notices(engine)?;
    engine.adopt();
    while let Some(notice) = notices.recv().await {
        if let Notice::Interrupted(_) = notice {
            break;
        }
    }
    Ok(notices)
}

async fn discard(
    engine: &Engine,
    out: &mut Out,
    notices: &mut UnboundedReceiver<Notice>,
    (left, which): (&[Left], Which),
) -> Result<Outcome, Stop> {
    engine.order(Order::Discard(which.clone()))?;
    out.line("discarding");
    tokio::select! {
        _ = engine.drain() => {}
        _ = tokio::signal::ctrl_c() => {
            engine.close(drive::GRACE).await;
            return Err(Stop::Cancelled);
        }
    }
    engine.close(drive::GRACE).await;
    let mut outcome = Outcome::Complete;
    while let Ok(notice) = notices.try_recv() {
        if let Notice::Warning(trouble) = notice {
            out.trouble(&trouble);
            outcome = Outcome::SomeFailed;
        }
    }
    let still = engine.left().await;
    for one in left {
        let is_meant = match &which {
            Which::All => one.state != LeftState::Running,
            Which::These(ids) => ids.contains(&one.id),
        };
        if !is_meant {
            continue;
        }
        if still.iter().any(|other| other.id == one.id) {
            out.trouble(&not_discarded(one));
            outcome = Outcome::SomeFailed;
            continue;
        }
        match out.form() {
            Form::Json => out.json(&End {
                size: one.size,
                ..End::new("discarded", &one.from, Some(&one.to))
            })?,
            Form::Text => {
                let text = format!("{} -> {}  discarded", safe(&one.from), safe(&one.to));
                out.remark(&text)?;
            }
        }
    }
    Ok(outcome)
}

fn not_discarded(one: &Left) -> Trouble {
    Trouble::new(
        "NotDiscarded",
        &format!("{} -> {} was not discarded", one.from, one.to),
        "what it left behind could not be removed",
        "say the same again when the server can be reached",
    )
}
