//! Before anything is written: is something there, and what was decided about it?
//!
//! Nothing is changed here. Invariant: `Go::Write` with `Replace::Allow` only after somebody said
//! so, by policy or by answer.

use super::errand::{Cause, Errand, Remote, Stop};
use super::finish;
use super::job::{Fact, There};
use super::{Conflict, IfExists, Side};
use crate::local::{self, Replace, Spot, Standing};
use crate::model::{ETag, Key, Location, Trouble};

/// Most names that are tried for a free one on a server.
const NAMES: u32 = 200;

/// Where to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) to: Location,
    pub(crate) replace: Replace,
}

/// What to do about a target.
#[derive(Debug)]
pub(crate) enum Go {
    Write(Target),
    Skip,
    Ask(Box<Conflict>),
}

impl Go {
    /// Where to write; if nothing is to be written now, that is told, and there is none.
    pub(crate) fn target(self, e: &Errand) -> Option<Target> {
        match self {
            Self::Write(target) => return Some(target),
            Self::Skip => e.tell(Fact::Skipped(e.job)),
            Self::Ask(conflict) => e.tell(Fact::Asking {
                job: e.job,
                conflict,
            }),
        }
        None
    }
}

/// Finds out what stands at the target and applies the policy. `ours` is the source, where it is
/// known.
pub(crate) async fn settle(e: &Errand, policy: IfExists, ours: &Side) -> Result<Go, Stop> {
    if e.spec.from == e.spec.to {
        return Err(same(&e.spec.from));
    }
    match e.spec.to.path() {
        Some(_) => on_disk(e, policy, ours).await,
        None => on_server(e, policy, ours).await,
    }
}

/// Source and target are one.
pub(crate) fn same(location: &Location) -> Stop {
    Stop::from(Trouble::new(
        "SamePlace",
        &format!("Cannot copy {location}"),
        "source and target are the same",
        "choose another place or name",
    ))
}

fn fresh(e: &Errand) -> Go {
    write(&e.spec.to, Replace::Refuse)
}

fn write(to: &Location, replace: Replace) -> Go {
    Go::Write(Target {
        to: to.clone(),
        replace,
    })
}

async fn on_server(e: &Errand, policy: IfExists, ours: &Side) -> Result<Go, Stop> {
    if policy == IfExists::Overwrite {
        return Ok(write(&e.spec.to, Replace::Allow));
    }
    let remote = e.remote(&e.spec.to)?;
    let theirs = match &e.spec.there {
        There::Absent => None,
        There::Present(side) => Some(side.clone()),
        There::Unknown => match look(e, &remote).await {
            Err(Stop::Failed(failure)) if failure.cause == Cause::Denied => {
                return unseen(e, policy, &remote, &failure.trouble);
            }
            seen => seen?,
        },
    };
    let Some(theirs) = theirs else {
        return Ok(fresh(e));
    };
    match policy {
        IfExists::KeepBoth => Ok(write(&free_key(e, &remote).await?, Replace::Refuse)),
        IfExists::Ask => Ok(Go::Ask(Box::new(Conflict {
            ours: full(e, ours).await?,
            theirs,
            free_name: free_key(e, &remote).await?.name(),
        }))),
        IfExists::Skip | IfExists::Newer | IfExists::Overwrite => {
            decided(e, policy, ours, &theirs).await
        }
    }
}

/// What stands there is not told to these keys. The server itself can keep it from being replaced,
/// if it is one that does.
fn unseen(e: &Errand, policy: IfExists, remote: &Remote, told: &Trouble) -> Result<Go, Stop> {
    // What a server does for an upload it need not do for a copy of its own.
    let uploads = e.spec.from.path().is_some();
    let heeds = remote.client.settings().endpoint.is_aws()
        || uploads && e.tools.habits.heeds_conditions(&remote.account);
    if heeds && policy != IfExists::KeepBoth {
        return Ok(fresh(e));
    }
    let trouble = Trouble::new(
        told.code.as_str(),
        &format!("{} was not written", remote.location()),
        "nobody can tell whether something is there: these keys may not look, and this server is \
         not known to keep it by itself",
        "ask for the permissions s3:GetObject and s3:ListBucket, or say to overwrite it",
    );
    Err(Stop::new(trouble, Cause::Other))
}

/// The same as [`settle`], of a target where something was a moment ago.
pub(crate) async fn settle_taken(e: &Errand, policy: IfExists, ours: &Side) -> Result<Go, Stop> {
    let mut e = e.unseen();
    if let (Some(_), Ok(remote)) = (e.spec.to.account(), e.remote(&e.spec.to)) {
        e.tools.habits.saw_condition(&remote.account);
        let there = match look(&e, &remote).await {
            Err(Stop::Failed(failure)) if failure.cause == Cause::Denied => {
                There::Present(Side::default())
            }
            seen => seen?.map_or(There::Absent, There::Present),
        };
        let mut spec = (*e.spec).clone();
        spec.there = there;
        e.spec = std::sync::Arc::new(spec);
    }
    settle(&e, policy, ours).await
}

async fn on_disk(e: &Errand, policy: IfExists, ours: &Side) -> Result<Go, Stop> {
    let Some(spot) = e.spec.spot(&e.spec.to) else {
        return Err(no_name(&e.spec.to));
    };
    if e.spec.there == There::Absent {
        // Its folder was not there. What came meanwhile is met when the file gets its name.
        return Ok(fresh(e));
    }
    let Some(standing) = local::standing(&spot).await? else {
        return Ok(fresh(e));
    };
    if standing.folder {
        return Err(folder(&e.spec.to));
    }
    // What this batch wrote a moment ago is another key's file: both are kept, whatever the policy.
    let ours_too = e.tools.written.has(e.spec.batch, standing.file);
    let theirs = side(&standing);
    match policy {
        _ if ours_too => Ok(write(&free_path(&spot).await?, Replace::Refuse)),
        IfExists::KeepBoth => Ok(write(&free_path(&spot).await?, Replace::Refuse)),
        IfExists::Ask => Ok(Go::Ask(Box::new(Conflict {
            ours: full(e, ours).await?,
            theirs,
            free_name: free_path(&spot).await?.name(),
        }))),
        IfExists::Skip | IfExists::Newer | IfExists::Overwrite => {
            decided(e, policy, ours, &theirs).await
        }
    }
}

async fn decided(e: &Errand, policy: IfExists, ours: &Side, theirs: &Side) -> Result<Go, Stop> {
    Ok(match policy {
        IfExists::Overwrite => write(&e.spec.to, Replace::Allow),
        IfExists::Newer => {
            let ours = full(e, ours).await?;
            // What is not known is not older.
            if theirs.modified.is_some() && ours.modified > theirs.modified {
                write(&e.spec.to, Replace::Allow)
            } else {
                Go::Skip
            }
        }
        IfExists::Skip | IfExists::Ask | IfExists::KeepBoth => Go::Skip,
    })
}

/// The source's side, looked up where a listing did not say it.
async fn full(e: &Errand, ours: &Side) -> Result<Side, Stop> {
    if ours.modified.is_some() && ours.size.is_some() || e.spec.from.path().is_some() {
        return Ok(ours.clone());
    }
    e.source().await
}

/// What stands under a key; none if nothing does.
pub(crate) async fn look(e: &Errand, remote: &Remote) -> Result<Option<Side>, Stop> {
    let asked = tokio::time::Instant::now();
    let head = finish::find(remote).await?;
    e.tools.habits.answered(remote, asked.elapsed());
    Ok(head.map(|head| Side {
        size: head.meta.size,
        modified: head.meta.modified,
        etag: head.meta.etag.as_ref().map(ETag::as_str).map(Into::into),
    }))
}

fn side(standing: &Standing) -> Side {
    Side {
        size: Some(standing.size),
        modified: standing.modified,
        etag: None,
    }
}

async fn free_key(e: &Errand, remote: &Remote) -> Result<Location, Stop> {
    let parent = remote.key.parent();
    for number in 2..NAMES {
        let name = local::numbered(remote.key.name(), number);
        let Ok(key) = parent.key(&name) else { break };
        let next = Remote {
            key,
            ..remote.clone()
        };
        if look(e, &next).await?.is_none() {
            return Ok(next.location());
        }
    }
    Err(Stop::from(Trouble::new(
        local::EXISTS,
        &format!("Cannot write {}", remote.location()),
        "every numbered name is taken too",
        "choose another name",
    )))
}

async fn free_path(spot: &Spot) -> Result<Location, Stop> {
    Ok(Location::Local(local::free_spot(spot).await?.path()))
}

/// Somebody else writes to the same place right now.
pub(crate) fn contested(to: &Location) -> Trouble {
    Trouble::new(
        local::EXISTS,
        &format!("Cannot write {to}"),
        "somebody else writes there at the same time",
        "try again",
    )
    .retryable()
}

/// A local target without a name.
pub(crate) fn no_name(to: &Location) -> Stop {
    Stop::from(Trouble::new(
        "NameImpossible",
        &format!("Cannot write {to}"),
        "this is no name of a file",
        "choose another name",
    ))
}

fn folder(to: &Location) -> Stop {
    Stop::from(Trouble::new(
        "IsFolder",
        &format!("Cannot write {to}"),
        "a folder with this name is there",
        "choose another name, or move the folder away",
    ))
}

/// The key that an object of this name gets under a prefix.
pub(crate) fn key_below(prefix: &crate::model::Prefix, rest: &str) -> Result<Key, Trouble> {
    prefix.key(rest).map_err(|error| {
        Trouble::new(
            "NameImpossible",
            &format!("Cannot write {prefix}{rest}"),
            &error.to_string(),
            "choose another name",
        )
    })
}
