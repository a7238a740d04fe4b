//! `du`: how much lies under a place.
//!
//! Objects come in the order of names, so what is below a folder comes together: of a bucket only
//! the folders on the way to the last object are remembered.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::args::Du;
use super::out::{Form, Out};
use super::spot::{self, absolute};
use super::{Outcome, Stop, usage};
use crate::engine::{About, Engine, Grouping, Listing};
use crate::model::{
    self, Account, Address, BucketName, Entry, Location, Prefix, Trouble, shown, shown_bytes,
};

/// A row.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<&'a str>,
    key: &'a str,
    size: u64,
    objects: u64,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    objects: u64,
    size: u64,
}

impl Sum {
    fn add(&mut self, size: u64) {
        self.objects += 1;
        // A server may say any size.
        self.size = self.size.saturating_add(size);
    }
}

/// Folders that are being counted: those on the way to the last name.
#[derive(Debug, Default)]
struct Ways {
    depth: usize,
    /// Their names below the place, and what lies in them, the outermost first.
    open: Vec<(String, Sum)>,
    total: Sum,
}

impl Ways {
    fn new(depth: usize) -> Self {
        Self {
            depth,
            ..Self::default()
        }
    }

    /// Counts a name below the place. Gives the folders that are complete, the innermost first.
    fn add(&mut self, below: &str, size: u64) -> Vec<(String, Sum)> {
        let done = match self
            .open
            .iter()
            .position(|(way, _)| !below.starts_with(way))
        {
            Some(keep) => self.open.split_off(keep),
            None => Vec::new(),
        };
        let begin = self.open.last().map_or(0, |(way, _)| way.len());
        let slashes = below[begin..].match_indices('/').map(|(at, _)| begin + at);
        for slash in slashes.take(self.depth - self.open.len()) {
            self.open.push((below[..=slash].to_owned(), Sum::default()));
        }
        for (_, sum) in &mut self.open {
            sum.add(size);
        }
        self.total.add(size);
        done.into_iter().rev().collect()
    }
}

/// Does the verb.
pub(super) async fn run(du: Du, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let depth = usize::from(du.depth);
    match du.place {
        Address::Prefix(bucket, prefix) => {
            let account = spot::account(engine)?;
            let at = (&account, &bucket, &prefix);
            let sum = objects(at, depth, engine, out).await?;
            if sum.objects == 0 {
                spot::must_hold(engine, &account, &bucket, &prefix).await?;
            }
        }
        Address::Object(bucket, key) => {
            let account = spot::account(engine)?;
            let found = spot::look(engine, &account, &bucket, &key).await?;
            match (found.below, found.object) {
                (Some((prefix, _)), _) => {
                    objects((&account, &bucket, &prefix), depth, engine, out).await?;
                }
                (None, Some(meta)) => {
                    let mut sum = Sum::default();
                    sum.add(meta.size.unwrap_or(0));
                    say(("object", Some(&bucket), key.as_str()), sum, out)?;
                }
                (None, None) => {
                    return Err(spot::nothing(&format!("s3://{bucket}/{key}")).into());
                }
            }
        }
        Address::Path(path) => return files(&absolute(&path)?, depth, engine, out).await,
        Address::Buckets | Address::Stdio => {
            return Err(usage(
                "du needs a bucket or a folder",
                "it counts what lies under one place",
                "name it: s3://bucket/prefix",
            ));
        }
    }
    Ok(Outcome::Complete)
}

async fn objects(
    (account, bucket, prefix): (&Account, &BucketName, &Prefix),
    depth: usize,
    engine: &Engine,
    out: &mut Out,
) -> Result<Sum, Stop> {
    let mut pages = engine.pages(Listing::of(account, bucket, prefix, Grouping::Everything))?;
    let row = |(way, sum): (String, Sum), out: &mut Out| {
        let key = format!("{prefix}{way}");
        say(("prefix", Some(bucket), &key), sum, out)
    };
    let mut ways = Ways::new(depth);
    while let Some(page) = pages.next().await? {
        for entry in &page.entries {
            let Entry::Object(meta) = entry else { continue };
            let below = prefix.strip(meta.key.as_str()).unwrap_or_default();
            for done in ways.add(below, meta.size.unwrap_or(0)) {
                row(done, out)?;
            }
        }
        out.flush()?;
        let total = ways.total;
        out.line(&format!(
            "{} in {} objects so far",
            model::size(total.size),
            total.objects
        ));
    }
    for done in std::mem::take(&mut ways.open).into_iter().rev() {
        row(done, out)?;
    }
    say(("total", Some(bucket), prefix.as_str()), ways.total, out)?;
    Ok(ways.total)
}

/// A walk enters folders in no order that would bring together what lies below one.
async fn files(path: &Path, depth: usize, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let at = Location::Local(path.to_path_buf());
    let About::File(_) = engine.about(&at).await? else {
        return Err(spot::nothing(&at).into());
    };
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    let mut walk = engine.walk(path).await?;
    let mut outcome = Outcome::Complete;
    while let Some(found) = walk.next().await {
        let file = match found {
            Ok(file) => file,
            Err(why) => {
                said(&why, out);
                outcome = Outcome::SomeFailed;
                continue;
            }
        };
        total.add(file.size);
        let folder = file.below.parent().unwrap_or(Path::new(""));
        let mut way = String::new();
        for part in folder.iter().take(depth) {
            way.push_str(&part.to_string_lossy());
            way.push('/');
            match sums.get_mut(&way) {
                Some(sum) => sum.add(file.size),
                None => sums.entry(way.clone()).or_default().add(file.size),
            }
        }
    }
    let root = path.to_string_lossy();
    let root = root.trim_end_matches('/');
    for (way, sum) in sums {
        say(("folder", None, &format!("{root}/{way}")), sum, out)?;
    }
    say(("total", None, &path.to_string_lossy()), total, out)?;
    Ok(outcome)
}

fn said(why: &Trouble, out: &mut Out) {
    out.trouble(why);
}

fn say(
    (kind, bucket, key): (&str, Option<&BucketName>, &str),
    sum: Sum,
    out: &mut Out,
) -> Result<(), Stop> {
    match out.form() {
        Form::Json => out.json(&Row {
            kind,
            bucket: bucket.map(BucketName::as_str),
            key,
            size: sum.size,
            objects: sum.objects,
        })?,
        Form::Text => {
            let name = match bucket {
                Some(bucket) => shown(&format!("s3://{bucket}/{key}")),
                None => shown_bytes(key.as_bytes()),
            };
            let size = model::size(sum.size);
            let things = if sum.objects == 1 {
                "object "
            } else {
                "objects"
            };
            out.row(&format!("{size:>8}  {:>9} {things}  {name}", sum.objects))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_when_they_are_complete() {
        let mut ways = Ways::new(2);
        let names = ["a", "b/1", "b/c/2", "b/c/d/3", "b/d/4", "c//5", "c/6", "d"];
        let mut told = Vec::new();
        for name in names {
            told.extend(ways.add(name, 10));
        }
        told.extend(std::mem::take(&mut ways.open).into_iter().rev());
        let told: Vec<(&str, u64)> = told.iter().map(|(w, s)| (w.as_str(), s.objects)).collect();
        assert_eq!(
            told,
            [("b/c/", 2), ("b/d/", 1), ("b/", 4), ("c//", 1), ("c/", 2)]
        );
        assert_eq!((ways.total.objects, ways.total.size), (8, 80));
        let mut liar = Ways::new(1);
        liar.add("a/b", u64::MAX);
        liar.add("a/c", u64::MAX);
        assert_eq!(liar.total.size, u64::MAX);
        let mut alone = Ways::new(0);
        assert!(alone.add("a/b/c", 1).is_empty() && alone.open.is_empty());
    }
}
