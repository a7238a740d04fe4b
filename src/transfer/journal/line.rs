//! One fact as one line of JSON, and back. Holds names, sizes and tags; never a secret.
//!
//! Invariant: `read(write(fact)) == fact`. A line of a later version, or a damaged one, reads as
//! none.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::job::{Fact, First, Hold, Mark, Parts};
use super::super::{Conflict, JobId};
use super::values::{
    IF_EXISTS, VERIFIED, location_in, location_out, meaning, opened_in, opened_out, side_in,
    side_out, spec_in, spec_out, trouble_in, trouble_out, word,
};
use crate::model::{Account, ETag};

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
        Fact::Opened { job, opened, .. } => (
            "opened",
            json!({ "job": job.0, "opened": opened_out(opened) }),
        ),
        Fact::PartDone { job, mark } => (
            "part",
            json!({ "job": job.0, "part": mark.index, "etag": mark.etag.as_ref().map(ETag::as_str), "checked": mark.checked }),
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
        Fact::Decided { job, answer } => (
            "decided",
            json!({ "job": job.0, "answer": word(IF_EXISTS, *answer) }),
        ),
        Fact::DecidedAll(answer) => ("decided-all", json!({ "answer": word(IF_EXISTS, *answer) })),
        Fact::Failed {
            job,
            trouble,
            parts,
        } => (
            "failed",
            json!({ "job": job.0, "trouble": trouble_out(trouble), "keep": *parts == Parts::Keep }),
        ),
        Fact::Held(Hold::Account(account)) => ("held", json!({ "account": account.as_str() })),
        Fact::Held(Hold::Disk) => ("held", json!({})),
        Fact::Retried(job) => ("retried", of(job)),
        Fact::RetriedFailed => ("retried-failed", json!({})),
        Fact::Paused(job) => ("paused", of(job)),
        Fact::PausedAll => ("paused-all", json!({})),
        Fact::Resumed(job) => ("resumed", of(job)),
        Fact::ResumedAll => ("resumed-all", json!({})),
        Fact::Cancelled(job) => ("cancelled", of(job)),
        Fact::CancelledAll => ("cancelled-all", json!({})),
        Fact::Aborted(job) => ("aborted", of(job)),
        Fact::Placed(places) => (
            "placed",
            json!({ "places": places.iter().map(|(id, pos)| json!([id.0, pos])).collect::<Vec<_>>() }),
        ),
        Fact::Cleared(ids) => (
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
            mark: Mark {
                index: u32::try_from(line["part"].as_u64()?).ok()?,
                etag: line["etag"].as_str().and_then(ETag::new),
                checked: line["checked"].as_bool()?,
            },
        },
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
        "decided" => Fact::Decided {
            job: job()?,
            answer: meaning(IF_EXISTS, &line["answer"])?,
        },
        "decided-all" => Fact::DecidedAll(meaning(IF_EXISTS, &line["answer"])?),
        "failed" => Fact::Failed {
            job: job()?,
            trouble: Box::new(trouble_in(&line["trouble"])?),
            parts: if line["keep"].as_bool()? {
                Parts::Keep
            } else {
                Parts::Drop
            },
        },
        "held" => Fact::Held(match line["account"].as_str() {
            Some(account) => Hold::Account(Account::new(account)),
            None => Hold::Disk,
        }),
        "retried" => Fact::Retried(job()?),
        "retried-failed" => Fact::RetriedFailed,
        "paused" => Fact::Paused(job()?),
        "paused-all" => Fact::PausedAll,
        "resumed" => Fact::Resumed(job()?),
        "resumed-all" => Fact::ResumedAll,
        "cancelled" => Fact::Cancelled(job()?),
        "cancelled-all" => Fact::CancelledAll,
        "aborted" => Fact::Aborted(job()?),
        other => return read_lists(other, &line),
    })
}

fn read_lists(name: &str, line: &Value) -> Option<Fact> {
    match name {
        "placed" => {
            let place = |p: &Value| Some((JobId(p[0].as_u64()?), p[1].as_i64()?));
            let places = line["places"].as_array()?.iter().map(place);
            Some(Fact::Placed(places.collect::<Option<_>>()?))
        }
        "cleared" => {
            let ids = line["jobs"]
                .as_array()?
                .iter()
                .map(|id| id.as_u64().map(JobId));
            Some(Fact::Cleared(ids.collect::<Option<_>>()?))
        }
        _ => None,
    }
}
