//! What can be undone, the newest first: the trash, renames, moves, and copies of a moment ago.
//!
//! Invariant: what an undo would destroy is asked about, and nothing is undone twice.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::App;
use super::asking::Doing;
use super::gone::around;
use jiff::Timestamp;

use crate::engine::{
    BatchId, Copied, Description, IfExists, JobId, JobView, Kind, Order, Phase, Request, Tags,
    Trashed,
};
use crate::model::{Location, Place, shown, size};
use crate::tui::msg::{Ask, Effect, Effects, Tone, Transfer, Want};
use crate::tui::overlay::{Confirm, Said};
use crate::tui::selection::Selection;

/// Deeds that are remembered.
const KEPT: usize = 20;

/// How long a copy can be undone.
///
/// Source: `ux.md` 8.
const COPIES: Duration = Duration::from_mins(10);

/// Names that are shown before copies are deleted.
const NAMED: usize = 6;

/// One deed that can be undone.
#[derive(Debug)]
pub(super) struct Deed {
    what: String,
    at: Instant,
    wall: Timestamp,
    way: Way,
}

/// How a deed is undone.
#[derive(Debug)]
pub(super) enum Way {
    /// Things back from the trash.
    Restore(Vec<Trashed>),
    /// The old names.
    RenameBack(Vec<(PathBuf, PathBuf)>),
    /// What a transfer made.
    Jobs(Jobs),
    /// Objects back whose bucket keeps versions.
    Undelete(Selection, Timestamp),
    /// The old metadata.
    Redescribe(Location, Box<Description>),
    /// The old tags.
    Tags(Location, Tags),
    /// Not at all: nobody kept what it made, since it was too much.
    TooMany,
}

/// What a transfer made so far.
#[derive(Debug)]
pub(super) struct Jobs {
    kind: Kind,
    targets: HashSet<Location>,
    /// Jobs that met something: what they replaced cannot be brought back.
    asked: HashSet<JobId>,
    made: Vec<Made>,
}

/// Something that a transfer made: where, from what, how large, and when it was done.
#[derive(Debug, Clone)]
struct Made {
    to: Location,
    from: Location,
    size: Option<u64>,
    done: Timestamp,
}

impl App {
    pub(super) fn remember_deed(&mut self, what: String, way: Way) {
        if self.deeds.len() >= KEPT {
            self.deeds.remove(0);
        }
        let (at, wall) = (self.now, self.wall);
        self.deeds.push(Deed {
            what,
            at,
            wall,
            way,
        });
    }

    /// Notes that a transfer was handed to the queue.
    pub(super) fn note_transfer(&mut self, transfer: &Transfer, targets: Vec<Location>) {
        // With any other answer what stood there before may be what is there now.
        if transfer.if_exists != IfExists::Ask {
            return;
        }
        let what = transfer.items.load();
        let way = Way::Jobs(Jobs {
            kind: transfer.kind,
            targets: targets.into_iter().collect(),
            asked: HashSet::new(),
            made: Vec::new(),
        });
        self.remember_deed(what, way);
    }

    /// Notes that so much was handed to the queue that what it makes is not kept.
    pub(super) fn note_too_many(&mut self, what: &str) {
        self.remember_deed(what.into(), Way::TooMany);
    }

    /// Notes what a job did.
    pub(super) fn note_job(&mut self, job: &JobView) {
        let done = self.wall;
        if let Some(jobs) = self.jobs_of(&job.to)
            && jobs.kind == job.kind
            && !jobs.asked.contains(&job.id)
            // What was left out was there before.
            && matches!(job.phase, Phase::Done(_))
        {
            jobs.made.push(Made {
                to: job.to.clone(),
                from: job.from.clone(),
                size: job.size,
                done,
            });
        }
    }

    /// Notes that a job met something.
    pub(super) fn note_asking(&mut self, job: &JobView) {
        if let Some(jobs) = self.jobs_of(&job.to) {
            jobs.asked.insert(job.id);
        }
    }

    fn jobs_of(&mut self, to: &Location) -> Option<&mut Jobs> {
        self.deeds
            .iter_mut()
            .rev()
            .find_map(|deed| match &mut deed.way {
                Way::Jobs(jobs) if around(to).any(|at| jobs.targets.contains(&at)) => Some(jobs),
                _ => None,
            })
    }

    /// Notes names that were given to local files: from, to.
    pub(super) fn note_renames(&mut self, renames: Vec<(PathBuf, PathBuf)>) {
        let what = things(renames.len(), "name");
        let back = renames.into_iter().map(|(from, to)| (to, from)).collect();
        self.remember_deed(what, Way::RenameBack(back));
    }

    /// Why there is nothing to undo, if so.
    pub(super) fn cannot_undo(&self) -> Option<&'static str> {
        let now = self.now;
        let can = |deed: &Deed| deed.can_be_undone(now);
        (!self.deeds.iter().any(can)).then_some("nothing to undo")
    }

    /// Whether the newest deed is a deletion that can be taken back.
    pub(super) fn newest_undoes_a_deletion(&self) -> bool {
        let newest = self.deeds.last().map(|deed| &deed.way);
        matches!(newest, Some(Way::Undelete(..)))
    }

    /// Undoes the newest deed that can be undone.
    pub(super) fn undo(&mut self) -> Effects {
        let now = self.now;
        let Some(at) = self.deeds.iter().rposition(|d| d.can_be_undone(now)) else {
            let text = if self.snapshot.counts.active() > 0 {
                "Nothing to undo yet · w shows the queue, x there stops a transfer"
            } else {
                "Nothing to undo · what a server deletes or replaces cannot be brought back"
            };
            return self.say(Tone::Info, text);
        };
        let deed = self.deeds.remove(at);
        match deed.way {
            Way::Restore(trashed) => {
                let places = parents(trashed.iter().map(|t| Location::Local(t.from.clone())));
                let what = format!("{} back from the trash", deed.what);
                self.ask(Ask::Restore(trashed), Doing::Shown { what, places }, "")
            }
            Way::RenameBack(back) => {
                let places = parents(back.iter().map(|(from, _)| Location::Local(from.clone())));
                let what = match back.as_slice() {
                    [_] => "The old name is back".to_owned(),
                    _ => "The old names are back".to_owned(),
                };
                self.ask(Ask::RenameAll(back), Doing::Shown { what, places }, "")
            }
            Way::Undelete(objects, since) => self.undelete(objects, since),
            Way::Redescribe(at, was) => {
                let (what, places) = (format!("{} as before", deed.what), Vec::new());
                let ask = Ask::Redescribe(at, was, None);
                self.ask(ask, Doing::Shown { what, places }, "")
            }
            Way::Tags(at, was) => {
                let (what, places) = (format!("{} as before", deed.what), Vec::new());
                self.ask(Ask::SetTags(at, was), Doing::Shown { what, places }, "")
            }
            Way::TooMany => {
                let what = deed.what;
                let text = format!("{what}: too many to be taken back at once");
                self.say(Tone::Info, text)
            }
            Way::Jobs(jobs) if jobs.kind == Kind::Move => self.move_back(&deed.what, jobs.made),
            Way::Jobs(jobs) => self.ask_to_unmake((&deed.what, deed.wall), &jobs.made),
        }
    }

    fn move_back(&mut self, what: &str, made: Vec<Made>) -> Effects {
        let request = |made: Made| Request {
            from: made.to,
            to: made.from,
            kind: Kind::Move,
            if_exists: IfExists::Ask,
            size: made.size,
        };
        let requests = made.into_iter().map(request).collect();
        let mut effects = self.say(Tone::Info, format!("Moving {what} back"));
        let order = Order::Submit(BatchId(0), requests);
        effects.extend(Effects::one(Effect::Order(order)));
        effects
    }

    fn ask_to_unmake(&mut self, (what, since): (&str, Timestamp), made: &[Made]) -> Effects {
        let mut body: Vec<Said> = made
            .iter()
            .take(NAMED)
            .map(|m| {
                let name = shown(&m.to.name()).to_string();
                Said::Item(name, m.size.map(size).unwrap_or_default())
            })
            .collect();
        if made.len() > NAMED {
            body.push(Said::Dim(format!("and {} more", made.len() - NAMED)));
        }
        body.push(Said::Blank);
        if let Some(place) = made.first().and_then(|m| m.to.parent()) {
            body.push(Said::Dim(format!("from  {}", self.address(&place))));
        }
        body.push(Said::Dim("What changed since it was copied stays.".into()));
        let copy = |m: &Made| Copied {
            at: m.to.clone(),
            size: m.size,
            done: m.done,
        };
        let copies = made.iter().map(copy).collect();
        self.open(Confirm::danger(
            format!("Undo the copy of {what}: delete what it made?"),
            body,
            "Delete",
            vec![Want::Unmake(copies, since)],
        ))
    }

    /// Deletes copies; it was asked and confirmed.
    pub(super) fn unmake(&mut self, copies: Vec<Copied>, since: Timestamp) -> Effects {
        let made = copies.iter().map(|copy| copy.at.clone()).collect();
        self.ask(Ask::Unmake(copies, since), Doing::Unmake(made), "Undoing …")
    }

    /// Says how many copies went.
    pub(super) fn unmade(&mut self, copies: &[Location], (gone, kept): (u64, u64)) -> Effects {
        let text = match kept {
            0 => format!("Undone: {gone} deleted"),
            _ => format!("Undone: {gone} deleted, {kept} changed since and kept"),
        };
        let mut effects = self.say(Tone::Good, text);
        if kept == 0 {
            self.went(copies);
        }
        for place in parents(copies.iter().cloned()) {
            // Which ones were kept is for a listing to say.
            effects.extend(match kept {
                0 => self.refresh_short_at(&place),
                _ => self.refresh_at(&place),
            });
        }
        effects
    }
}

impl Deed {
    fn can_be_undone(&self, now: Instant) -> bool {
        match &self.way {
            Way::Restore(_)
            | Way::RenameBack(_)
            | Way::Undelete(..)
            | Way::Redescribe(..)
            | Way::Tags(..)
            | Way::TooMany => true,
            Way::Jobs(jobs) => {
                let young = jobs.kind == Kind::Move || now < self.at + COPIES;
                young && !jobs.made.is_empty()
            }
        }
    }
}

impl Way {
    /// What it changes about an object.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Tags(..) => "Tags",
            _ => "Metadata",
        }
    }
}

/// Whether a location is this target or lies in it.
pub(super) fn holds(target: &Location, at: &Location) -> bool {
    match (target, at) {
        (
            Location::Under {
                bucket,
                prefix,
                account,
            },
            Location::Object {
                bucket: b,
                key,
                account: a,
            },
        ) => bucket == b && account == a && prefix.strip(key.as_str()).is_some(),
        (Location::Local(folder), Location::Local(path)) => path.starts_with(folder),
        (target, at) => target == at,
    }
}

/// The places that locations lie in, each once.
pub(super) fn parents(at: impl Iterator<Item = Location>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for place in at.filter_map(|location| location.parent()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

pub(super) fn things(count: usize, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}
