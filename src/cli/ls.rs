//! `ls`: buckets, objects and prefixes, files and folders.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc::unbounded_channel;

use super::args::Ls;
use super::out::{Form, Out, safe};
use super::rows::{Lines, Row, is_folder, listed};
use super::spot::{self, absolute};
use super::{Outcome, Stop};
use crate::engine::{About, Engine, Grouping, Listing, LocalEntry, LocalKind};
use crate::model::{
    Account, Address, BucketName, Entry, Location, ObjectMeta, Page, Prefix, shown, shown_bytes,
};

/// Up to so many files of a local folder come sorted by name; those of a larger one come as the disk
/// gives them, so that the first rows are there at once and none is kept.
const SORTED: usize = 10_000;

/// How deep to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Here,
    Everything,
}

/// Does the verb.
pub(super) async fn run(ls: Ls, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let depth = if ls.recursive {
        Depth::Everything
    } else {
        Depth::Here
    };
    match ls.place.unwrap_or(Address::Buckets) {
        Address::Buckets => buckets(engine, out).await?,
        Address::Prefix(bucket, prefix) => {
            let list = Shelf::new(engine, bucket, depth)?;
            if list.all(&prefix, out).await? == 0 {
                spot::must_hold(engine, &list.account, &list.bucket, &prefix).await?;
            }
        }
        Address::Object(bucket, key) => {
            let list = Shelf::new(engine, bucket, depth)?;
            let found = spot::look(engine, &list.account, &list.bucket, &key).await?;
            if found.object.is_none() && found.below.is_none() {
                let what = format!("s3://{}/{key}", list.bucket);
                return Err(spot::nothing(&what).into());
            }
            if let Some(meta) = &found.object {
                list.object(meta, &key.parent(), out)?;
            }
            match found.below {
                // All of it is here already.
                Some((prefix, page)) if depth == Depth::Here && page.next.is_none() => {
                    list.page(&prefix, &page, out)?;
                }
                Some((prefix, _)) => {
                    list.all(&prefix, out).await?;
                }
                None => {}
            }
        }
        Address::Path(path) => local(&absolute(&path)?, depth, engine, out).await?,
        address @ Address::Stdio => {
            spot::single(engine, address)?;
        }
    }
    Ok(Outcome::Complete)
}

async fn buckets(engine: &Engine, out: &mut Out) -> Result<(), Stop> {
    for bucket in engine.buckets(&spot::account(engine)?).await? {
        match out.form() {
            Form::Json => out.json(&Row::bucket(&bucket))?,
            Form::Text => out.row(&listed(bucket.created, None, &safe(&bucket.name)))?,
        }
    }
    Ok(())
}

/// A listing of one bucket.
struct Shelf<'a> {
    engine: &'a Engine,
    account: Account,
    bucket: BucketName,
    depth: Depth,
    lines: Lines,
}

impl<'a> Shelf<'a> {
    fn new(engine: &'a Engine, bucket: BucketName, depth: Depth) -> Result<Self, Stop> {
        Ok(Self {
            engine,
            account: spot::account(engine)?,
            bucket,
            depth,
            lines: Lines::default(),
        })
    }

    /// Gives the number of rows.
    async fn all(&self, prefix: &Prefix, out: &mut Out) -> Result<usize, Stop> {
        let grouping = match self.depth {
            Depth::Here => Grouping::Folders,
            Depth::Everything => Grouping::Everything,
        };
        let what = Listing::of(&self.account, &self.bucket, prefix, grouping);
        let mut pages = self.engine.pages(what)?;
        let mut rows = 0;
        while let Some(page) = pages.next().await? {
            rows += page.entries.len();
            self.page(prefix, &page, out)?;
        }
        Ok(rows)
    }

    fn page(&self, prefix: &Prefix, page: &Page, out: &mut Out) -> Result<(), Stop> {
        for entry in &page.entries {
            match entry {
                Entry::Prefix(below) => self.prefix(below, out)?,
                Entry::Object(meta) => self.object(meta, prefix, out)?,
            }
        }
        Ok(out.flush()?)
    }

    fn prefix(&self, prefix: &Prefix, out: &mut Out) -> Result<(), Stop> {
        match out.form() {
            Form::Json => out.json(&Row::prefix(&self.bucket, prefix))?,
            Form::Text => out.row(&self.lines.line(None, None, &shown(prefix.name())))?,
        }
        Ok(())
    }

    /// One object: its name below the prefix, or its whole key when everything is listed.
    fn object(&self, meta: &ObjectMeta, prefix: &Prefix, out: &mut Out) -> Result<(), Stop> {
        let key = meta.key.as_str();
        let name = match self.depth {
            Depth::Here => prefix.strip(key).unwrap_or(key),
            Depth::Everything => key,
        };
        match out.form() {
            Form::Json => out.json(&Row::object(&self.bucket, meta))?,
            Form::Text => out.row(&self.lines.line(meta.modified, meta.size, &shown(name)))?,
        }
        Ok(())
    }
}

async fn local(path: &Path, depth: Depth, engine: &Engine, out: &mut Out) -> Result<(), Stop> {
    let at = Location::Local(path.to_path_buf());
    let About::File(entry) = engine.about(&at).await? else {
        return Err(spot::nothing(&at).into());
    };
    if !is_folder(&entry) {
        return local_row(path, Path::new(&entry.name), &entry, out);
    }
    // Folders still to be listed; links to folders are shown, never followed.
    let mut folders: Vec<PathBuf> = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let shelf = Folder {
            root: path,
            at: &folder,
            depth,
        };
        let below = shelf.all(engine, out).await?;
        folders.extend(below.into_iter().rev());
    }
    Ok(())
}

/// A listing of one local folder.
struct Folder<'a> {
    root: &'a Path,
    at: &'a Path,
    depth: Depth,
}

impl Folder<'_> {
    /// Gives the folders that are still to be listed.
    async fn all(&self, engine: &Engine, out: &mut Out) -> Result<Vec<PathBuf>, Stop> {
        let (tell, mut told) = unbounded_channel();
        let reading = async move { engine.folder_rows(self.at, &tell).await };
        let mut reading = std::pin::pin!(reading);
        let (mut end, mut below) = (None, Vec::new());
        let (mut held, mut rows) = (Vec::new(), 0);
        loop {
            tokio::select! {
                biased;
                some = told.recv() => match some {
                    Some(entries) => {
                        rows += entries.len();
                        held.extend(entries);
                    }
                    None => break,
                },
                ended = &mut reading, if end.is_none() => end = Some(ended),
            }
            if rows > SORTED {
                self.rows(&std::mem::take(&mut held), &mut below, out)?;
            }
        }
        held.sort_by(|a, b| a.name.cmp(&b.name));
        self.rows(&held, &mut below, out)?;
        below.sort();
        end.transpose()?;
        Ok(below)
    }

    fn rows(
        &self,
        entries: &[LocalEntry],
        below: &mut Vec<PathBuf>,
        out: &mut Out,
    ) -> Result<(), Stop> {
        for entry in entries {
            let full = self.at.join(&entry.name);
            let is_real_folder = entry.kind == LocalKind::Folder;
            if self.depth == Depth::Here || !is_real_folder {
                let name = full.strip_prefix(self.root).unwrap_or(&full);
                local_row(&full, name, entry, out)?;
            }
            if self.depth == Depth::Everything && is_real_folder {
                below.push(full);
            }
        }
        Ok(out.flush()?)
    }
}

fn local_row(full: &Path, name: &Path, entry: &LocalEntry, out: &mut Out) -> Result<(), Stop> {
    let folder = is_folder(entry);
    match out.form() {
        Form::Json => {
            let path = full.to_string_lossy();
            out.json(&Row::local(&path, entry))?;
        }
        Form::Text => {
            let mut text = shown_bytes(name.as_os_str().as_encoded_bytes()).to_string();
            if folder {
                text.push('/');
            }
            let size = (!folder).then_some(entry.size);
            out.row(&listed(entry.modified, size, &shown(&text)))?;
        }
    }
    Ok(())
}
