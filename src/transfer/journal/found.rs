//! The journals that lie in a folder: those of dead processes, to be taken over, and those of
//! living ones, to be looked at.
//!
//! Invariant: a journal is taken over only by whoever holds its lock, and a look never takes a
//! lock that keeps others away. Of a machine that went down only what was safe on its disk counts.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many facts only a few matter here"
)]

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::JobId;
use super::super::job::{Fact, Mark, Way};
use super::{NAME, VERSION, line};

/// Names the time since the machine was started; none where it cannot be told.
fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// The second line of a journal.
pub(super) fn boot_line() -> String {
    json!({ "boot": boot() }).to_string()
}

/// The journal of a dead process: what it says, and the lock that keeps others away.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) facts: Vec<Fact>,
    path: PathBuf,
    _lock: File,
}

impl Dead {
    /// Forgets it: everything in it was taken over.
    pub(crate) fn bury(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A journal that was only looked at.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) facts: Vec<Fact>,
    /// Whether the process that writes it is at work.
    pub(crate) lives: bool,
}

/// Finds the journals in a folder that no living process holds, and locks them. Blocks.
pub(crate) fn dead(folder: &Path) -> Vec<Dead> {
    let take = |path: PathBuf| {
        let lock = File::open(&path).ok()?;
        lock.try_lock().ok()?;
        // Whoever had it before may have buried it.
        let facts = read(&path)?;
        Some(Dead {
            facts,
            path,
            _lock: lock,
        })
    };
    paths(folder).into_iter().filter_map(take).collect()
}

/// Looks at all journals in a folder. Blocks.
pub(crate) fn look(folder: &Path) -> Vec<Look> {
    let see = |path: PathBuf| {
        let lock = File::open(&path).ok()?;
        let lives = lock.try_lock_shared().is_err();
        let facts = read(&path)?;
        Some(Look { facts, lives })
    };
    paths(folder).into_iter().filter_map(see).collect()
}

/// How many journals living processes hold. Blocks.
pub(crate) fn living(folder: &Path) -> usize {
    let lives = |path: &PathBuf| File::open(path).is_ok_and(|lock| lock.try_lock_shared().is_err());
    paths(folder).iter().filter(|path| lives(path)).count()
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let ours = |name: &str| name.starts_with(NAME.0) && name.ends_with(NAME.1);
    let mut paths: Vec<_> = entries
        .flatten()
        .filter(|e| e.file_name().to_str().is_some_and(ours))
        .map(|e| e.path())
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Option<Vec<Fact>> {
    let mut lines = BufReader::new(File::open(path).ok()?)
        .split(b'\n')
        .map_while(Result::ok);
    // A file of a later version is left to that version.
    if lines.next()? != VERSION.as_bytes() {
        return None;
    }
    let (mut facts, mut booted) = (Vec::new(), None);
    for bytes in lines {
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        match line::read(text) {
            Some(fact) => facts.push(fact),
            None if booted.is_none() => {
                let line: Option<Value> = serde_json::from_str(text).ok();
                booted = line.and_then(|line| Some(line["boot"].as_str()?.to_owned()));
            }
            None => {}
        }
    }
    let went_down = booted.is_none() || booted != boot();
    Some(if went_down { safe(facts) } else { facts })
}

/// What a machine that went down really has: a part of a download counts if its bytes were safe on
/// the disk before. What went up is with the server.
pub(super) fn safe(facts: Vec<Fact>) -> Vec<Fact> {
    let mut safe: HashMap<JobId, HashSet<u32>> = HashMap::new();
    for fact in &facts {
        match fact {
            Fact::Opened { job, opened, .. } if matches!(opened.way, Way::Down { .. }) => {
                safe.insert(*job, HashSet::new());
            }
            Fact::Safe { job, parts } => safe.entry(*job).or_default().extend(parts),
            _ => {}
        }
    }
    let held = |job: &JobId, mark: &Mark| safe.get(job).is_none_or(|s| s.contains(&mark.index));
    let keep = |fact: Fact| match fact {
        Fact::PartDone { job, mark } if !held(&job, &mark) => None,
        Fact::Checked { job, mut marks } => {
            marks.retain(|mark| held(&job, mark));
            Some(Fact::Checked { job, marks })
        }
        fact => Some(fact),
    };
    facts.into_iter().filter_map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Journal;
    use super::*;

    #[tokio::test]
    async fn a_look_keeps_nobody_away() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::new(dir.path().into(), Box::new(|error| panic!("{error}")));
        journal.append(&Fact::Skipped(JobId(1)));
        assert!(journal.written().await.unwrap());
        let lives = |looks: Vec<Look>| looks.iter().map(|l| l.lives).collect::<Vec<_>>();
        assert_eq!(lives(look(dir.path())), [true]);
        assert_eq!(living(dir.path()), 1);
        drop(journal);
        let (one, two) = (look(dir.path()), look(dir.path()));
        assert_eq!((lives(one), lives(two)), (vec![false], vec![false]));
        assert_eq!((living(dir.path()), dead(dir.path()).len()), (0, 1));
    }
}
