//! What people asked for, as JSON values, and back.
//!
//! Invariant: sizes are not kept, since they are looked at anew after a crash.

use serde_json::{Value, json};

use super::super::job::{Asked, Turn};
use super::super::roster::{Keeps, Requests, Roster, Terms};
use super::super::{BatchId, Kind, Request};
use super::values::{
    IF_EXISTS, bytes_in, bytes_out, location_in, location_out, meaning, turn_in, word,
};

pub(super) fn asked_out(asked: &Asked) -> Value {
    let (batch, again) = (asked.batch.0, asked.turn == Turn::Again);
    let requests = match &asked.requests {
        Requests::Each(requests) => requests,
        Requests::Packed(roster) => {
            return json!({ "batch": batch, "again": again, "roster": roster_out(roster) });
        }
    };
    let request = |of: &Request| {
        json!({
            "from": location_out(&of.from),
            "to": location_out(&of.to),
            "move": of.kind == Kind::Move,
            "if_exists": word(IF_EXISTS, of.if_exists),
        })
    };
    json!({
        "batch": batch,
        "again": again,
        "requests": requests.iter().map(request).collect::<Vec<_>>(),
    })
}

pub(super) fn asked_in(value: &Value) -> Option<Asked> {
    let request = |of: &Value| {
        Some(Request {
            from: location_in(&of["from"])?,
            to: location_in(&of["to"])?,
            kind: kind_in(of)?,
            if_exists: meaning(IF_EXISTS, &of["if_exists"])?,
            size: None,
        })
    };
    let requests = if let Some(roster) = value.get("roster") {
        Requests::Packed(roster_in(roster)?)
    } else {
        let requests = value["requests"].as_array()?.iter().map(request);
        Requests::Each(requests.collect::<Option<_>>()?)
    };
    Some(Asked {
        batch: BatchId(value["batch"].as_u64()?),
        turn: turn_in(value),
        requests,
    })
}

fn roster_out(roster: &Roster) -> Value {
    let terms = roster.terms();
    json!({
        "from": location_out(&terms.from),
        "to": location_out(&terms.to),
        "move": terms.kind == Kind::Move,
        "if_exists": word(IF_EXISTS, terms.if_exists),
        "paths": terms.keeps == Keeps::Path,
        "names": roster.names().map(bytes_out).collect::<Vec<_>>(),
    })
}

fn roster_in(value: &Value) -> Option<Roster> {
    let mut roster = Roster::new(Terms {
        from: location_in(&value["from"])?,
        to: location_in(&value["to"])?,
        kind: kind_in(value)?,
        if_exists: meaning(IF_EXISTS, &value["if_exists"])?,
        keeps: if value["paths"].as_bool()? {
            Keeps::Path
        } else {
            Keeps::Name
        },
    });
    for name in value["names"].as_array()? {
        let known = roster.push(bytes_in(name)?.as_encoded_bytes(), None);
        known.then_some(())?;
    }
    Some(roster)
}

fn kind_in(value: &Value) -> Option<Kind> {
    Some(if value["move"].as_bool()? {
        Kind::Move
    } else {
        Kind::Copy
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;
    use crate::transfer::IfExists;

    #[test]
    fn a_roster_reads_as_it_was_written() {
        let mut roster = Roster::new(Terms {
            from: Location::Local("/out".into()),
            to: Location::Local("/in".into()),
            kind: Kind::Move,
            if_exists: IfExists::Newer,
            keeps: Keeps::Name,
        });
        assert!(roster.push(b"a\xff", None) && roster.push("ü\n".as_bytes(), None));
        let asked = Asked {
            batch: BatchId(3),
            turn: super::super::super::job::Turn::Again,
            requests: Requests::Packed(roster),
        };
        let text = asked_out(&asked).to_string();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(asked_in(&value), Some(asked));
    }
}
