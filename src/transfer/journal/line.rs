//! One fact as one line of JSON, and back. Holds names, sizes and tags; never a secret.
//!
//! Invariant: `read(write(fact)) == fact`. A line of a later version, or a damaged one, reads as
//! none.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::job::{Fact, First, Hold, Parts, Ruling};
use super::super::{BatchId, Conflict, JobId};
use super::asked::{asked_in, asked_out};
use super::values::{
    IF_EXISTS, VERIFIED, bytes_in, bytes_out, location_in, location_out, mark_in, mark_out,
    meaning, opened_in, opened_out, route_in, route_out, side_in, side_out, spec_in, spec_out,
    trouble_in, trouble_out, word,
};
use crate::model::{Account, Location};

/// Writes a fact, without the line's end.
pub(crate) fn write(fact: &Fact) -> String {
    let (name, mut line) = body(fact);
    line["fact"] = json!(name);
    line.to_string()
}

fn body(fact: &Fact) -> (&'static str, Value) {
    let of = |job: &JobId| json!({ "job": job.0 });
    match fact {
        Fact::Submitted { job, spec } => {
            ("submitted", json!({ "job": job.0, "spec": spec_out(spec) }))
        }
        Fact::Opening { job, to, at, until } => opening_out(*job, to, (*at, *until)),
        Fact::Writing { job, to, temp } => writing_out(*job, to, temp),
        Fact::Sweeping { batch, folder } => sweeping_out(*batch, folder),
        Fact::Swept(batch) => ("swept", json!({ "batch": batch.0 })),
        Fact::Opened { job, opened, .. } => (
            "opened",
            json!({ "job": job.0, "opened": opened_out(opened) }),
        ),
        Fact::Stray { job, opened } => (
            "stray",
            json!({ "job": job.0, "opened": opened_out(opened) }),
        ),
        Fact::Asked { ask, asked } => ("asked", json!({ "job": ask.0, "asked": asked_out(asked) })),
        Fact::Listed(ask) => ("listed", of(ask)),
        Fact::PartDone { job, mark } => {
            let mut line = mark_out(mark);
            line["job"] = json!(job.0);
            ("part", line)
        }
        Fact::Safe { job, parts } => ("safe", json!({ "job": job.0, "parts": parts })),
        Fact::Adopted(job) => ("adopted", of(job)),
        Fact::Checked { job, marks } => (
            "checked",
            json!({ "job": job.0, "marks": marks.iter().map(mark_out).collect::<Vec<_>>() }),
        ),
        Fact::Restarted(job) => ("restarted", of(job)),
        Fact::Closed {
            job,
            to,
            verified,
            bytes,
        } => (
            "closed",
            json!({ "job": job.0, "to": location_out(to), "verified": word(VERIFIED, *verified), "bytes": bytes }),
        ),
        Fact::Skipped(job) => ("skipped", of(job)),
        Fact::Asking { job, conflict } => (
            "asking",
            json!({ "job": job.0, "ours": side_out(&conflict.ours), "theirs": side_out(&conflict.theirs), "free": conflict.free_name }),
        ),
        Fact::Failed {
            job,
            trouble,
            parts,
        } => (
            "failed",
            json!({ "job": job.0, "trouble": trouble_out(trouble), "keep": *parts == Parts::Keep }),
        ),
        Fact::Aborted(job) => ("aborted", of(job)),
        Fact::Stranded(job) => ("stranded", of(job)),
        Fact::Ruled(ruling) => ruling_out(ruling),
    }
}

fn opening_out(
    job: JobId,
    to: &Location,
    (at, until): (Timestamp, Option<Timestamp>),
) -> (&'static str, Value) {
    let mut line = json!({ "job": job.0, "to": location_out(to), "at": at.to_string() });
    if let Some(until) = until {
        line["until"] = json!(until.to_string());
    }
    ("opening", line)
}

fn writing_out(job: JobId, to: &Location, temp: &OsStr) -> (&'static str, Value) {
    let temp = bytes_out(temp.as_bytes());
    let line = json!({ "job": job.0, "to": location_out(to), "temp": temp });
    ("writing", line)
}

fn sweeping_out(batch: BatchId, folder: &Path) -> (&'static str, Value) {
    let folder = bytes_out(folder.as_os_str().as_bytes());
    ("sweeping", json!({ "batch": batch.0, "folder": folder }))
}

fn ruling_out(ruling: &Ruling) -> (&'static str, Value) {
    let of = |job: &JobId| json!({ "job": job.0 });
    match ruling {
        Ruling::Decided { job, answer } => (
            "decided",
            json!({ "job": job.0, "answer": word(IF_EXISTS, *answer) }),
        ),
        Ruling::DecidedAll(answer) => {
            ("decided-all", json!({ "answer": word(IF_EXISTS, *answer) }))
        }
        Ruling::Held(Hold::Account(account)) => ("held", json!({ "account": account.as_str() })),
        Ruling::Held(Hold::Disk) => ("held", json!({})),
        Ruling::Held(Hold::Route(route)) => ("held", json!({ "route": route_out(route) })),
        Ruling::Retried(job) => ("retried", of(job)),
        Ruling::RetriedFailed => ("retried-failed", json!({})),
        Ruling::Paused(job) => ("paused", of(job)),
        Ruling::PausedAll => ("paused-all", json!({})),
        Ruling::Resumed(job) => ("resumed", of(job)),
        Ruling::ResumedAll => ("resumed-all", json!({})),
        Ruling::AskResumed(ask) => ("ask-resumed", of(ask)),
        Ruling::AskHeld(ask) => ("ask-held", of(ask)),
        Ruling::AskDropped(ask) => ("ask-dropped", of(ask)),
        Ruling::Cancelled(job) => ("cancelled", of(job)),
        Ruling::CancelledAll => ("cancelled-all", json!({})),
        Ruling::Placed(places) => (
            "placed",
            json!({ "places": places.iter().map(|(id, pos)| json!([id.0, pos])).collect::<Vec<_>>() }),
        ),
        Ruling::Cleared(ids) => (
            "cleared",
            json!({ "jobs": ids.iter().map(|id| id.0).collect::<Vec<_>>() }),
        ),
    }
}

/// Reads a line; none if it is no fact that this version knows.
pub(crate) fn read(line: &str) -> Option<Fact> {
    let line: Value = serde_json::from_str(line).ok()?;
    let job = || line["job"].as_u64().map(JobId);
    Some(match line["fact"].as_str()? {
        "submitted" => Fact::Submitted {
            job: job()?,
            spec: Arc::new(spec_in(&line["spec"])?),
        },
        "opened" => Fact::Opened {
            job: job()?,
            opened: Arc::new(opened_in(&line["opened"])?),
            first: First::Pending,
        },
        "part" => Fact::PartDone {
            job: job()?,
            mark: mark_in(&line)?,
        },
        "asked" => Fact::Asked {
            ask: job()?,
            asked: Arc::new(asked_in(&line["asked"])?),
        },
        "listed" => Fact::Listed(job()?),
        "restarted" => Fact::Restarted(job()?),
        "closed" => Fact::Closed {
            job: job()?,
            to: location_in(&line["to"])?,
            verified: meaning(VERIFIED, &line["verified"])?,
            bytes: line["bytes"].as_u64()?,
        },
        "skipped" => Fact::Skipped(job()?),
        "asking" => Fact::Asking {
            job: job()?,
            conflict: Box::new(Conflict {
                ours: side_in(&line["ours"])?,
                theirs: side_in(&line["theirs"])?,
                free_name: line["free"].as_str()?.into(),
            }),
        },
        "failed" => Fact::Failed {
            job: job()?,
            trouble: Box::new(trouble_in(&line["trouble"])?),
            parts: if line["keep"].as_bool()? {
                Parts::Keep
            } else {
                Parts::Drop
            },
        },
        "aborted" => Fact::Aborted(job()?),
        "stranded" => Fact::Stranded(job()?),
        other => {
            return parts_in(other, &line).or_else(|| Some(Fact::Ruled(ruling_in(other, &line)?)));
        }
    })
}

/// Facts about several parts, and about what has none.
fn parts_in(name: &str, line: &Value) -> Option<Fact> {
    let job = || line["job"].as_u64().map(JobId);
    let batch = || line["batch"].as_u64().map(BatchId);
    Some(match name {
        "opening" => Fact::Opening {
            job: job()?,
            to: location_in(&line["to"])?,
            at: line["at"].as_str()?.parse().ok()?,
            until: line["until"].as_str().and_then(|at| at.parse().ok()),
        },
        "stray" => Fact::Stray {
            job: job()?,
            opened: Arc::new(opened_in(&line["opened"])?),
        },
        "writing" => Fact::Writing {
            job: job()?,
            to: location_in(&line["to"])?,
            temp: bytes_in(&line["temp"])?,
        },
        "sweeping" => Fact::Sweeping {
            batch: batch()?,
            folder: bytes_in(&line["folder"])?.into(),
        },
        "swept" => Fact::Swept(batch()?),
        "safe" => {
            let parts = line["parts"].as_array()?.iter();
            let part = |p: &Value| u32::try_from(p.as_u64()?).ok();
            Fact::Safe {
                job: job()?,
                parts: parts.map(part).collect::<Option<_>>()?,
            }
        }
        "adopted" => Fact::Adopted(job()?),
        "checked" => {
            let marks = line["marks"].as_array()?.iter();
            Fact::Checked {
                job: job()?,
                marks: marks.map(mark_in).collect::<Option<_>>()?,
            }
        }
        _ => return None,
    })
}

fn ruling_in(name: &str, line: &Value) -> Option<Ruling> {
    let job = || line["job"].as_u64().map(JobId);
    Some(match name {
        "decided" => Ruling::Decided {
            job: job()?,
            answer: meaning(IF_EXISTS, &line["answer"])?,
        },
        "decided-all" => Ruling::DecidedAll(meaning(IF_EXISTS, &line["answer"])?),
        "held" => Ruling::Held(match line["account"].as_str() {
            Some(account) => Hold::Account(Account::new(account)),
            None if line["route"].is_object() => Hold::Route(route_in(&line["route"])?),
            None => Hold::Disk,
        }),
        "retried" => Ruling::Retried(job()?),
        "retried-failed" => Ruling::RetriedFailed,
        "paused" => Ruling::Paused(job()?),
        "paused-all" => Ruling::PausedAll,
        "resumed" => Ruling::Resumed(job()?),
        "resumed-all" => Ruling::ResumedAll,
        "ask-resumed" => Ruling::AskResumed(job()?),
        "ask-held" => Ruling::AskHeld(job()?),
        "ask-dropped" => Ruling::AskDropped(job()?),
        "cancelled" => Ruling::Cancelled(job()?),
        "cancelled-all" => Ruling::CancelledAll,
        "placed" => {
            let place = |p: &Value| Some((JobId(p[0].as_u64()?), p[1].as_i64()?));
            let places = line["places"].as_array()?.iter().map(place);
            Ruling::Placed(places.collect::<Option<_>>()?)
        }
        "cleared" => {
            let ids = line["jobs"].as_array()?.iter();
            Ruling::Cleared(
                ids.map(|id| id.as_u64().map(JobId))
                    .collect::<Option<_>>()?,
            )
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::super::super::job::{Opened, Route};
    use super::*;
    use crate::model::BucketName;

    #[test]
    fn what_was_begun_and_what_is_held_survives() {
        let name = || OsString::from_vec(b".t\xff".to_vec());
        let end = Some((Account::new("w"), BucketName::new("b").unwrap()));
        let hold = |from, to| Fact::Ruled(Ruling::Held(Hold::Route(Route { from, to })));
        for fact in [
            Fact::Writing {
                job: JobId(1),
                to: Location::Local("/x/y".into()),
                temp: name(),
            },
            Fact::Sweeping {
                batch: BatchId(3),
                folder: name().into(),
            },
            Fact::Swept(BatchId(3)),
            Fact::Stray {
                job: JobId(1),
                opened: Arc::new(Opened::unheard(
                    &Location::Local("/k".into()),
                    Timestamp::UNIX_EPOCH,
                    Some(Timestamp::MAX),
                )),
            },
            hold(None, end.clone()),
            hold(end.clone(), end),
        ] {
            assert_eq!(read(&write(&fact)), Some(fact));
        }
    }
}
