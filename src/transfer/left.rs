//! What earlier processes left unfinished, to be shown before anything is done about it.
//!
//! Reads journals and takes nothing over. Invariant: a transfer keeps its id from call to call and
//! from process to process, since it is made of its ends.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use super::job::{Opened, Spec};
use super::journal;
use super::ledger::{Job, Ledger, Stand};
use super::roster::{Requests, Roster};
use super::{Kind, Request};
use crate::model::{Location, Trouble};

/// Names an unfinished transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeftId(u64);

/// Letters and digits that cannot be taken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Letters of an id: 40 bits.
const SHOWN: u32 = 8;

impl fmt::Display for LeftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for at in 0..SHOWN {
            let bits = usize::try_from((self.0 >> (5 * at)) & 31).unwrap_or(0);
            write!(f, "{}", char::from(LETTERS[bits]))?;
        }
        Ok(())
    }
}

impl LeftId {
    /// Of a transfer with these ends.
    #[must_use]
    pub fn of(from: &Location, to: &Location, kind: Kind) -> Self {
        // FNV-1a: it must be the same in every version and on every machine.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut take = |bytes: &[u8]| {
            for byte in bytes.iter().chain(&[0xff]) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for end in [from, to] {
            match end {
                Location::Local(path) => take(path.as_os_str().as_encoded_bytes()),
                Location::Object { account, .. } | Location::Under { account, .. } => {
                    take(account.as_str().as_bytes());
                    take(end.to_string().as_bytes());
                }
            }
        }
        take(if kind == Kind::Move { b"m" } else { b"c" });
        // The lower bits of this hash mix badly.
        Self(hash ^ (hash >> 32))
    }

    pub(crate) fn of_spec(spec: &Spec) -> Self {
        Self::of(&spec.from, &spec.to, spec.kind)
    }

    /// Of each that can go on without the others. The rosters of one deed have the same ends, so
    /// they go on together.
    pub(crate) fn of_asked(requests: &Requests) -> Vec<Self> {
        match requests {
            Requests::Each(requests) => requests.iter().map(Self::of_request).collect(),
            Requests::Packed(roster) => vec![Self::of_roster(roster)],
        }
    }

    fn of_roster(roster: &Roster) -> Self {
        let terms = roster.terms();
        let whole = Self::of(&terms.from, &terms.to, terms.kind);
        // Some of a folder is not the folder.
        Self(whole.0.rotate_left(1) ^ 1)
    }

    pub(crate) fn of_request(request: &Request) -> Self {
        Self::of(&request.from, &request.to, request.kind)
    }
}

/// Which of them are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// These.
    These(Vec<LeftId>),
}

impl Which {
    pub(crate) fn means(&self, id: LeftId) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

/// Where an unfinished transfer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftState {
    /// Its process ended before it did.
    Interrupted,
    /// A folder or prefix whose listing was cut off: more files are still to be found.
    Listing,
    /// It failed, and may be tried again.
    Failed(Box<Trouble>),
    /// It was given up, and what it left on a server is not removed yet.
    Discarding,
    /// Another process is at work on it.
    Running,
}

/// An unfinished transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub id: LeftId,
    /// Source.
    pub from: Location,
    /// Destination.
    pub to: Location,
    /// Copy or move.
    pub kind: Kind,
    /// Bytes in all, where known.
    pub size: Option<u64>,
    /// Bytes that are done and need not be moved again.
    pub done: u64,
    /// Where it stands.
    pub state: LeftState,
}

/// All that lies in the journals of a folder. Blocks.
pub(super) fn in_folder(state: &Path) -> Vec<Left> {
    let mut all = Vec::new();
    for look in journal::look(state) {
        let ledger = Ledger::replay(u64::MAX, &look.facts);
        let mut rows = of_ledger(&ledger);
        if look.lives {
            for row in &mut rows {
                row.state = LeftState::Running;
            }
        }
        all.extend(rows);
    }
    all
}

/// What is unfinished in a queue, in its order.
pub(crate) fn of_ledger(ledger: &Ledger) -> Vec<Left> {
    let mut jobs: Vec<_> = ledger.jobs().collect();
    jobs.sort_by_key(|(_, job)| job.pos);
    let mut rows: Vec<Left> = jobs.iter().filter_map(|(_, job)| of_job(job)).collect();
    let born: HashSet<&Location> = jobs.iter().map(|(_, job)| &job.spec.from).collect();
    let mut rosters = HashSet::new();
    for (_, ask) in ledger.asks() {
        let new = |request: &&Request| !born.contains(&request.from);
        match &ask.asked.requests {
            Requests::Each(requests) => rows.extend(requests.iter().filter(new).map(of_ask)),
            Requests::Packed(roster) => {
                let left = of_roster(roster);
                if rosters.insert(left.id) {
                    rows.push(left);
                }
            }
        }
    }
    rows
}

fn of_roster(roster: &Roster) -> Left {
    let terms = roster.terms();
    Left {
        id: LeftId::of_roster(roster),
        from: terms.from.clone(),
        to: terms.to.clone(),
        kind: terms.kind,
        size: None,
        done: 0,
        state: LeftState::Listing,
    }
}

fn of_ask(request: &Request) -> Left {
    Left {
        id: LeftId::of_request(request),
        from: request.from.clone(),
        to: request.to.clone(),
        kind: request.kind,
        size: None,
        done: 0,
        state: LeftState::Listing,
    }
}

fn of_job(job: &Job) -> Option<Left> {
    let stays = job.leftover.is_some() || !job.stranded.is_empty();
    let tree = matches!(job.spec.from, Location::Under { .. });
    let state = match &job.stand {
        Stand::Active | Stand::Paused | Stand::Asking(_) if job.spec.is_stream() => {
            LeftState::Failed(Box::new(gone(&job.spec)))
        }
        Stand::Active | Stand::Paused | Stand::Asking(_) => LeftState::Interrupted,
        Stand::Failed(why) if (why.retryable || job.plan.is_some()) && !tree => {
            LeftState::Failed(why.clone())
        }
        Stand::Done(_) | Stand::Skipped | Stand::Cancelled | Stand::Failed(_) if stays => {
            LeftState::Discarding
        }
        Stand::Done(_) | Stand::Skipped | Stand::Cancelled | Stand::Failed(_) => return None,
    };
    let opened: Option<&Opened> = job.plan.as_ref().map(|plan| &*plan.opened);
    Some(Left {
        id: LeftId::of_spec(&job.spec),
        from: job.spec.from.clone(),
        to: opened.map_or(&job.spec.to, |opened| &opened.to).clone(),
        kind: job.spec.kind,
        size: job.size,
        done: job.plan.as_ref().map_or(0, |plan| plan.bytes()),
        state,
    })
}

/// Why what came from standard input is not gone on with.
pub(crate) fn gone(spec: &Spec) -> Trouble {
    Trouble::new(
        "SourceGone",
        &format!("{} cannot be resumed", spec.to),
        "it came from standard input, which is gone",
        "discard it, and send it again from the start",
    )
}

/// What a person wants to know first of what was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interrupted {
    /// Transfers; a folder that was not listed to its end counts as one.
    pub count: u64,
    /// Bytes that are done.
    pub done: u64,
    /// Bytes in all, as far as they are known.
    pub size: u64,
}

impl Interrupted {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let mut sum = Self::default();
        for left in of_ledger(ledger) {
            if left.state != LeftState::Discarding {
                sum.count += 1;
                sum.done += left.done;
                sum.size = sum.size.saturating_add(left.size.unwrap_or(0));
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName, Key};

    #[test]
    fn an_id_is_made_of_its_ends_and_never_changes() {
        let object = |account: &str| Location::Object {
            account: Account::new(account),
            bucket: BucketName::new("bucket").unwrap(),
            key: Key::new("a/ü").unwrap(),
        };
        let here = Location::Local("/x/y".into());
        let id = LeftId::of(&here, &object("w"), Kind::Copy);
        // A value of an earlier version must stay what it is.
        assert_eq!(id.to_string(), "j9q4ssr7");
        let others = [
            LeftId::of(&object("w"), &here, Kind::Copy),
            LeftId::of(&here, &object("v"), Kind::Copy),
            LeftId::of(&here, &object("w"), Kind::Move),
        ];
        for other in others {
            assert_ne!(other.to_string(), id.to_string());
        }
    }
}
