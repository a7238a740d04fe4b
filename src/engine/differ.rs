//! What differs below two places: both are listed in order and read side by side.
//!
//! Invariant: nothing is collected but the names of one local folder at a time; the order is that
//! of keys, also on a disk.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Engine, Grouping, Listing, Pages, Tally};
use crate::local::{self, LocalKind};
use crate::model::{Answer, Entry, Place, Prefix};

/// Whether there is any point in going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Further {
    /// There is.
    On,
    /// It is known well enough.
    Enough,
}

/// An object or file below a place.
#[derive(Debug)]
struct Leaf {
    /// Its path below the place, with slashes.
    path: Vec<u8>,
    size: Option<u64>,
    modified: Option<Timestamp>,
}

/// The leaves below a place, in the order of their paths.
enum Leaves {
    Keys {
        pages: Box<Pages>,
        prefix: Prefix,
        page: std::vec::IntoIter<Entry>,
    },
    Files(Files),
    None,
}

/// The files below a folder, in the order in which their keys would come.
struct Files {
    root: PathBuf,
    /// What is still to be told of each folder on the way, the last name first.
    stack: Vec<Vec<(Vec<u8>, Found)>>,
}

enum Found {
    Folder,
    File(u64, Option<Timestamp>),
}

impl Leaves {
    async fn next(&mut self) -> Answer<Option<Leaf>> {
        match self {
            Self::None => Ok(None),
            Self::Files(files) => files.next().await,
            Self::Keys {
                pages,
                prefix,
                page,
            } => loop {
                for entry in page.by_ref() {
                    if let Entry::Object(meta) = entry
                        && !meta.key.is_marker()
                        && let Some(below) = prefix.strip(meta.key.as_str())
                    {
                        return Ok(Some(Leaf {
                            path: below.as_bytes().to_vec(),
                            size: meta.size,
                            modified: meta.modified,
                        }));
                    }
                }
                match pages.next().await? {
                    Some(next) => *page = next.entries.into_iter(),
                    None => return Ok(None),
                }
            },
        }
    }
}

impl Files {
    async fn of(root: &Path) -> Answer<Self> {
        let mut files = Self {
            root: root.to_path_buf(),
            stack: Vec::new(),
        };
        files.enter(&[]).await?;
        Ok(files)
    }

    async fn enter(&mut self, below: &[u8]) -> Answer<()> {
        let folder = self.root.join(std::ffi::OsStr::from_bytes(below));
        let mut names = Vec::new();
        for entry in local::list(&folder).await? {
            let mut path = below.to_vec();
            path.extend_from_slice(entry.name.as_bytes());
            match entry.kind {
                LocalKind::Folder => {
                    // So it stands where the keys below it stand.
                    path.push(b'/');
                    names.push((path, Found::Folder));
                }
                LocalKind::File => names.push((path, Found::File(entry.size, entry.modified))),
                LocalKind::Link { .. } | LocalKind::Special => {}
            }
        }
        names.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        self.stack.push(names);
        Ok(())
    }

    async fn next(&mut self) -> Answer<Option<Leaf>> {
        while let Some(folder) = self.stack.last_mut() {
            match folder.pop() {
                None => {
                    self.stack.pop();
                }
                Some((path, Found::File(size, modified))) => {
                    return Ok(Some(Leaf {
                        path,
                        size: Some(size),
                        modified,
                    }));
                }
                Some((path, Found::Folder)) => self.enter(&path).await?,
            }
        }
        Ok(None)
    }
}

impl Engine {
    /// Tells the path of each object or file that one of two places lacks, or has with another
    /// size, in the order of the paths, until there is no point in going on. A file that was
    /// changed after its object was written differs too. What was compared is published.
    ///
    /// # Errors
    /// When something cannot be listed.
    pub async fn differences(
        &self,
        (one, two): (&Place, &Place),
        running: &watch::Sender<Tally>,
        mut tell: impl FnMut(&[u8]) -> Further + Send,
    ) -> Answer<()> {
        let is_local = |place: &Place| matches!(place, Place::Folder(_));
        let across = is_local(one) != is_local(two);
        let (mut left, mut right) = (self.leaves(one).await?, self.leaves(two).await?);
        let (mut a, mut b) = (left.next().await?, right.next().await?);
        loop {
            let (path, differs, ahead) = match (&a, &b) {
                (None, None) => return Ok(()),
                (Some(x), None) => (&x.path, true, (true, false)),
                (None, Some(y)) => (&y.path, true, (false, true)),
                (Some(x), Some(y)) => match x.path.cmp(&y.path) {
                    std::cmp::Ordering::Less => (&x.path, true, (true, false)),
                    std::cmp::Ordering::Greater => (&y.path, true, (false, true)),
                    std::cmp::Ordering::Equal => {
                        let (file, object) = if is_local(one) { (x, y) } else { (y, x) };
                        let newer = object.modified.is_some() && file.modified > object.modified;
                        (&x.path, x.size != y.size || (across && newer), (true, true))
                    }
                },
            };
            if differs && tell(path) == Further::Enough {
                return Ok(());
            }
            running.send_modify(|tally| tally.items += 1);
            if ahead.0 {
                a = left.next().await?;
            }
            if ahead.1 {
                b = right.next().await?;
            }
        }
    }

    async fn leaves(&self, place: &Place) -> Answer<Leaves> {
        Ok(match place {
            Place::Prefix(account, bucket, prefix) => {
                let what = Listing::of(account, bucket, prefix, Grouping::Everything);
                Leaves::Keys {
                    pages: Box::new(self.pages(what)?),
                    prefix: prefix.clone(),
                    page: Vec::new().into_iter(),
                }
            }
            Place::Folder(path) => Leaves::Files(Files::of(path).await?),
            Place::Accounts | Place::Buckets(_) => Leaves::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_come_in_the_order_of_their_keys() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/b")).unwrap();
        for name in ["a.txt", "a/b/x", "a/z", "a0", "b"] {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        let mut files = Files::of(root.path()).await.unwrap();
        let mut paths = Vec::new();
        while let Some(leaf) = files.next().await.unwrap() {
            paths.push(String::from_utf8(leaf.path).unwrap());
        }
        assert_eq!(paths, ["a.txt", "a/b/x", "a/z", "a0", "b"]);
        assert!(paths.is_sorted());
    }
}
