//! Looking at files and folders: rows, free room, and bytes.

use std::fs::Metadata;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::source::Source;
use super::words::{self, blocking};
use super::{LocalEntry, LocalKind};
use crate::model::{Answer, Trouble};

/// Bytes of one chunk of a streamed file.
const CHUNK: u64 = 256 << 10;

/// Chunks that a stream reads ahead.
const AHEAD: usize = 4;

/// Lists a folder, in the disk's order. Entries that vanish meanwhile are left out.
///
/// # Errors
/// When it cannot be read.
pub async fn list(folder: &Path) -> Answer<Vec<LocalEntry>> {
    let folder = folder.to_path_buf();
    blocking(move || {
        let cannot = |e: io::Error| words::trouble("Cannot list", &folder, &e);
        let mut rows = Vec::new();
        for item in std::fs::read_dir(&folder).map_err(cannot)? {
            let item = item.map_err(cannot)?;
            if let Ok(meta) = item.metadata() {
                rows.push(row(&item.path(), &meta));
            }
        }
        Ok(rows)
    })
    .await
}

/// How many entries are told at once: the first ones soon, then more at a time.
const BATCHES: (usize, usize) = (256, 1024);

/// Lists a folder, in the disk's order, and tells entries as they are read, those that are told at
/// once sorted by name. Entries that vanish meanwhile are left out. Ends early when nobody listens any more.
///
/// # Errors
/// When it cannot be read; what was told stays true.
pub async fn list_to(folder: &Path, tell: &mpsc::UnboundedSender<Vec<LocalEntry>>) -> Answer<()> {
    let (folder, tell) = (folder.to_path_buf(), tell.clone());
    blocking(move || {
        let cannot = |e: io::Error| words::trouble("Cannot list", &folder, &e);
        let (mut rows, mut most) = (Vec::new(), BATCHES.0);
        for item in std::fs::read_dir(&folder).map_err(cannot)? {
            let item = item.map_err(cannot)?;
            if let Ok(meta) = item.metadata() {
                rows.push(row(&item.path(), &meta));
            }
            if rows.len() >= most {
                most = BATCHES.1;
                if tell.send(sorted(std::mem::take(&mut rows))).is_err() {
                    return Ok(());
                }
            }
        }
        // Nobody listens any more, or has everything.
        let _ = tell.send(sorted(rows));
        Ok(())
    })
    .await
}

/// One file or folder; a link is not followed.
///
/// # Errors
/// When it is not there or cannot be asked about.
pub async fn entry(path: &Path) -> Answer<LocalEntry> {
    let path = path.to_path_buf();
    blocking(move || {
        let meta = std::fs::symlink_metadata(&path)
            .map_err(|e| words::trouble("Cannot look at", &path, &e))?;
        Ok(row(&path, &meta))
    })
    .await
}

fn sorted(mut rows: Vec<LocalEntry>) -> Vec<LocalEntry> {
    rows.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    rows
}

fn row(path: &Path, meta: &Metadata) -> LocalEntry {
    let kind = if meta.is_dir() {
        LocalKind::Folder
    } else if meta.is_file() {
        LocalKind::File
    } else if meta.is_symlink() {
        LocalKind::Link {
            target: std::fs::read_link(path).unwrap_or_default(),
            folder: std::fs::metadata(path).is_ok_and(|m| m.is_dir()),
        }
    } else {
        LocalKind::Special
    };
    LocalEntry {
        name: path.file_name().unwrap_or(path.as_os_str()).to_os_string(),
        size: if kind == LocalKind::File {
            meta.len()
        } else {
            0
        },
        kind,
        modified: super::modified(meta),
    }
}

/// Free bytes, for this user, of the file system that holds a path.
///
/// # Errors
/// When the path cannot be asked about.
pub async fn free(path: &Path) -> Answer<u64> {
    let path = path.to_path_buf();
    blocking(move || {
        let stat = rustix::fs::statvfs(&path)
            .map_err(|e| words::trouble("Cannot look at", &path, &e.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    })
    .await
}

/// Reads a range of a file into memory; gives the whole size too. A range beyond the end gives
/// what there is.
///
/// # Errors
/// When it cannot be read.
pub async fn read(path: &Path, range: RangeInclusive<u64>) -> Answer<(Bytes, u64)> {
    let source = open(path).await?;
    let size = source.stamp().size;
    let (start, len) = clip(size, &range);
    blocking(move || {
        let len = usize::try_from(len).map_err(|_| too_large(&source))?;
        let bytes = source
            .read_at(start, len)
            .map_err(|e| source.read_trouble(&e))?;
        Ok((bytes, size))
    })
    .await
}

/// Streams a file, or a range of it, chunk by chunk. Later failures come through the channel;
/// dropping the receiver ends the reading.
///
/// # Errors
/// When it cannot be opened.
pub async fn stream(
    path: &Path,
    range: Option<RangeInclusive<u64>>,
) -> Answer<mpsc::Receiver<Answer<Bytes>>> {
    let source = open(path).await?;
    let size = source.stamp().size;
    let (mut at, len) = clip(size, &range.unwrap_or(0..=u64::MAX));
    let (tx, rx) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let end = at + len;
        while at < end {
            let len = CHUNK.min(end - at);
            let chunk = usize::try_from(len)
                .map_err(|_| too_large(&source))
                .and_then(|len| source.read_at(at, len).map_err(|e| source.read_trouble(&e)));
            let failed = chunk.is_err();
            if tx.blocking_send(chunk).is_err() || failed {
                return;
            }
            at += len;
        }
    });
    Ok(rx)
}

/// Where a path really leads, all links followed.
///
/// # Errors
/// When it leads nowhere.
pub async fn real(path: &Path) -> Answer<PathBuf> {
    let named = path.to_path_buf();
    blocking(move || {
        std::fs::canonicalize(&named).map_err(|e| words::trouble("Cannot read", &named, &e))
    })
    .await
}

/// How a target lies to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They are one.
    Same,
    /// The target lies in the source.
    Inside,
    /// Neither.
    Apart,
}

/// Finds out how a target folder, which need not exist yet, lies to a source folder.
pub async fn relation(from: &Path, to: &Path) -> Relation {
    let (Ok(from), to) = (real(from).await, to.to_path_buf()) else {
        return Relation::Apart;
    };
    let (mut there, mut missing) = (to.as_path(), PathBuf::new());
    let to = loop {
        if let Ok(real) = real(there).await {
            break real.join(&missing);
        }
        let (Some(up), Some(name)) = (there.parent(), there.file_name()) else {
            return Relation::Apart;
        };
        missing = if missing.as_os_str().is_empty() {
            PathBuf::from(name)
        } else {
            Path::new(name).join(&missing)
        };
        there = if up.as_os_str().is_empty() {
            Path::new(".")
        } else {
            up
        };
    };
    if to == from {
        Relation::Same
    } else if to.starts_with(&from) {
        Relation::Inside
    } else {
        Relation::Apart
    }
}

/// Opens for reading what a person named: links are the person's own.
async fn open(path: &Path) -> Answer<Source> {
    Source::open(&real(path).await?).await
}

fn clip(size: u64, range: &RangeInclusive<u64>) -> (u64, u64) {
    let start = (*range.start()).min(size);
    let end = range.end().saturating_add(1).min(size);
    (start, end.saturating_sub(start))
}

fn too_large(source: &Source) -> Trouble {
    Trouble::new(
        "TooLarge",
        &format!("Cannot read {}", source.path().display()),
        "it does not fit into memory",
        "read a range of it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_is_told_as_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..BATCHES.0 + 10 {
            std::fs::write(dir.path().join(format!("{n:05}")), b"").unwrap();
        }
        let (tell, mut told) = mpsc::unbounded_channel();
        list_to(dir.path(), &tell).await.unwrap();
        let (first, rest) = (told.recv().await.unwrap(), told.recv().await.unwrap());
        assert_eq!((first.len(), rest.len()), (BATCHES.0, 10));
        assert!(first.is_sorted_by(|a, b| a.name < b.name));
        drop(told);
        assert!(list_to(dir.path(), &tell).await.is_ok(), "nobody listens");
        let gone = dir.path().join("gone");
        assert!(list_to(&gone, &tell).await.is_err());
    }

    #[tokio::test]
    async fn rows_and_ranges() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("f");
        std::fs::write(&file, b"0123456789").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("l")).unwrap();
        let mut rows = list(dir.path()).await.unwrap();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!((rows[0].kind.clone(), rows[0].size), (LocalKind::File, 10));
        assert!(matches!(
            &rows[1].kind,
            LocalKind::Link { folder: true, .. }
        ));
        assert_eq!(entry(&file).await.unwrap(), rows[0]);
        let bytes = |r| read(&file, r);
        assert_eq!(
            bytes(2..=4).await.unwrap(),
            (Bytes::from_static(b"234"), 10)
        );
        assert_eq!(bytes(8..=99).await.unwrap().0, Bytes::from_static(b"89"));
        assert_eq!(bytes(50..=99).await.unwrap().0, Bytes::new());
        assert!(free(dir.path()).await.unwrap() > 0);
        let code = list(&file).await.unwrap_err().code;
        assert_eq!(code.as_str(), "NotFolder");
    }

    #[tokio::test]
    async fn targets_in_their_source_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir(root.join("a")).unwrap();
        std::os::unix::fs::symlink(root.join("a"), root.join("l")).unwrap();
        for (to, want) in [
            ("a", Relation::Same),
            ("l", Relation::Same),
            ("a/new/deep", Relation::Inside),
            ("l/new", Relation::Inside),
            ("ab", Relation::Apart),
            ("b/c", Relation::Apart),
        ] {
            assert_eq!(
                relation(&root.join("a"), &root.join(to)).await,
                want,
                "{to}"
            );
        }
    }

    #[tokio::test]
    async fn streams_are_whole() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("f");
        let content: Vec<u8> = (0..700_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        std::fs::write(&file, &content).unwrap();
        let mut chunks = stream(&file, Some(10..=u64::MAX)).await.unwrap();
        let mut got = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            got.extend_from_slice(&chunk.unwrap());
        }
        assert_eq!(got, content[10..]);
    }
}
