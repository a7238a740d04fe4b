//! What stands under the target's folders: one listing instead of a question for every file.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::errand::{Cause, Stop, Tools, stop};
use super::super::job::There;
use super::super::{IfExists, Side};
use crate::local;
use crate::model::{Account, BucketName, ETag, Entry, ObjectMeta, Page, Prefix, Token};
use crate::s3::{Client, ListForm, ListObjects, Sweep};
use tokio::time::Instant;

/// Pages of a folder that are worth listing; a larger one is asked file by file.
const PAGES: usize = 5;

/// Waits between tries of a listing: a server that is started anew is back by then.
const WAITS: [Duration; 8] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(30),
    Duration::from_secs(30),
];

/// Those of a server that never answered: its address may be wrong.
const WAITS_UNKNOWN: &[Duration] = &[Duration::from_secs(1), Duration::from_secs(2)];

/// What a folder of the target holds, as far as it is known.
pub(super) enum Looked {
    /// Nobody looked: every file is asked about when its turn comes.
    Unknown,
    /// Nothing stands there, nor in any folder below.
    Empty,
    /// All that stands there directly.
    Names(HashMap<String, Side>),
}

impl Looked {
    /// What stands under a name.
    pub(super) fn there(&self, name: &str) -> There {
        match self {
            Self::Unknown => There::Unknown,
            Self::Empty => There::Absent,
            Self::Names(names) => names
                .get(name)
                .map_or(There::Absent, |side| There::Present(side.clone())),
        }
    }
}

/// What a listing says about an object, as one side of a conflict.
pub(super) fn side(meta: &ObjectMeta) -> Side {
    Side {
        size: meta.size,
        modified: meta.modified,
        etag: meta.etag.as_ref().map(ETag::as_str).map(Into::into),
    }
}

/// A place whose objects are listed.
#[derive(Clone)]
pub(super) struct Shelf<'t> {
    pub(super) tools: &'t Tools,
    pub(super) account: &'t Account,
    pub(super) bucket: &'t BucketName,
}

/// Whether what is grouped by folder is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Folder,
    Everything,
}

impl Shelf<'_> {
    /// One page, whatever it takes: a listing may be as long as a server is away.
    pub(super) async fn page(
        &self,
        prefix: &Prefix,
        depth: Depth,
        token: Option<Token>,
        max: u32,
    ) -> Result<Page, Stop> {
        let client = (self.tools.clients)(self.account)?;
        let list = ListObjects {
            token,
            max,
            ..self.question(prefix, depth)
        };
        let mut waits = WAITS.iter();
        let mut known = list.token.is_some();
        loop {
            let asked = Instant::now();
            let error = match client.list(&list).await {
                Ok(page) => {
                    self.answered(&client, asked);
                    return Ok(page);
                }
                Err(error) => stop(self.account, &error),
            };
            let Stop::Failed(failure) = &error else {
                return Err(error);
            };
            let passing = matches!(failure.cause, Cause::Network(_) | Cause::Server);
            // A server that never answered gets two more tries only: its address may be wrong.
            match waits.next() {
                Some(wait) if passing && (known || WAITS_UNKNOWN.contains(wait)) => {
                    tokio::time::sleep(client.tempo().rest(*wait)).await;
                }
                _ => return Err(error),
            }
            known = list.token.is_some();
        }
    }

    /// Notes how long a server took for its first answer.
    fn answered(&self, client: &Client, asked: Instant) {
        // A first question over TLS takes three times the way.
        let ways = if client.settings().endpoint.is_https() {
            3
        } else {
            1
        };
        let habits = &self.tools.habits;
        habits.answered_after(self.account, asked.elapsed() / ways);
    }

    fn question(&self, prefix: &Prefix, depth: Depth) -> ListObjects {
        ListObjects {
            bucket: self.bucket.clone(),
            prefix: prefix.as_str().to_owned(),
            delimited: depth == Depth::Folder,
            token: None,
            start_after: None,
            max: 1000,
            form: ListForm::default(),
            encoding: None,
        }
    }

    /// Everything below a prefix, whatever it takes.
    pub(super) fn everything(&self, prefix: &Prefix) -> Result<Everything<'_>, Stop> {
        let client = (self.tools.clients)(self.account)?;
        let question = self.question(prefix, Depth::Everything);
        let sweep = client.sweep(question, WAITS_UNKNOWN);
        Ok(Everything {
            shelf: self,
            begun: Some((client.clone(), Instant::now())),
            sweep,
        })
    }

    /// Looks at one folder of a target.
    pub(super) async fn look(&self, prefix: &Prefix, policy: IfExists) -> Looked {
        if policy == IfExists::Overwrite {
            return Looked::Unknown;
        }
        let (mut names, mut token) = (HashMap::new(), None);
        for _ in 0..PAGES {
            let Ok(page) = self.page(prefix, Depth::Folder, token, 1000).await else {
                return Looked::Unknown;
            };
            for entry in &page.entries {
                if let Entry::Object(meta) = entry
                    && let Some(name) = prefix.strip(meta.key.as_str())
                {
                    names.insert(name.to_owned(), side(meta));
                }
            }
            token = page.next;
            if token.is_none() {
                return Looked::Names(names);
            }
        }
        Looked::Unknown
    }

    /// Whether anything at all stands below a prefix.
    pub(super) async fn is_empty(&self, prefix: &Prefix) -> bool {
        let page = self.page(prefix, Depth::Everything, None, 1).await;
        page.is_ok_and(|page| page.entries.is_empty() && page.next.is_none() && page.skipped == 0)
    }
}

/// A listing of everything below a prefix.
pub(super) struct Everything<'s> {
    shelf: &'s Shelf<'s>,
    /// Until the first answer.
    begun: Option<(Client, Instant)>,
    sweep: Sweep,
}

impl Everything<'_> {
    /// The next page; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, Stop> {
        let page = self.sweep.next().await;
        let page = page.map_err(|error| stop(self.shelf.account, &error))?;
        if let Some((client, asked)) = self.begun.take() {
            self.shelf.answered(&client, asked);
            self.sweep.wait_for(&WAITS);
        }
        Ok(page)
    }
}

/// Folders that are remembered as absent.
const MOST_ABSENT: usize = 1000;

/// Folders on a disk that were not there when they were met first: nothing stands below them but
/// what was written since.
#[derive(Debug, Default)]
pub(super) struct Bare {
    /// The topmost ones.
    absent: HashSet<PathBuf>,
    /// The last folder that was there.
    there: PathBuf,
}

impl Bare {
    /// Whether the folder of a path was not there.
    pub(super) async fn is_bare(&mut self, path: &Path) -> bool {
        let Some(folder) = path.parent() else {
            return false;
        };
        if folder.ancestors().any(|above| self.absent.contains(above)) {
            return true;
        }
        if self.there == folder {
            return false;
        }
        let absent = local::is_absent(folder).await;
        if absent && self.absent.len() < MOST_ABSENT {
            self.absent.insert(folder.to_path_buf());
        } else {
            self.there = folder.to_path_buf();
        }
        absent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_that_was_not_there_is_bare_and_so_is_what_lies_below() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir(at("old")).unwrap();
        let mut bare = Bare::default();
        assert!(!bare.is_bare(&at("old/a")).await);
        assert!(bare.is_bare(&at("new/a")).await);
        // What comes later is our own, or is met when a file gets its name.
        std::fs::create_dir_all(at("new/sub")).unwrap();
        assert!(bare.is_bare(&at("new/sub/b")).await);
        assert!(bare.is_bare(&at("old/sub/c")).await);
        assert!(!bare.is_bare(&at("old/d")).await);
    }
}
