//! `find`: objects and files by name, size, age and class.

use std::path::Path;

use jiff::Timestamp;

use super::args::Find;
use super::out::{Form, Out};
use super::rows::Row;
use super::spot::{self, absolute};
use super::{Outcome, Stop};
use crate::engine::{About, Engine, Glob, Grouping, Known, Listing, Sieve};
use crate::model::{
    Account, Address, BucketName, Entry, Location, ObjectMeta, Prefix, shown, shown_bytes,
};

/// Does the verb.
pub(super) async fn run(find: Find, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let now = Timestamp::now();
    let sieve = Sieve {
        name: find.name.as_deref().map(Glob::new),
        sizes: find.size,
        newer: find.newer.map(|age| age.seen_from(now)),
        older: find.older.map(|age| age.seen_from(now)),
        class: find.class,
    };
    match find.place {
        Address::Prefix(bucket, prefix) => {
            let account = spot::account(engine)?;
            let at = (&account, &bucket, &prefix);
            if objects(at, &sieve, engine, out).await? == 0 {
                spot::must_hold(engine, &account, &bucket, &prefix).await?;
            }
        }
        Address::Object(bucket, key) => {
            let account = spot::account(engine)?;
            let found = spot::look(engine, &account, &bucket, &key).await?;
            if found.object.is_none() && found.below.is_none() {
                return Err(spot::nothing(&format!("s3://{bucket}/{key}")).into());
            }
            if let Some(meta) = &found.object {
                object((&bucket, meta), key.name(), &sieve, out)?;
            }
            if let Some((prefix, _)) = &found.below {
                objects((&account, &bucket, prefix), &sieve, engine, out).await?;
            }
        }
        Address::Buckets => {
            let account = spot::account(engine)?;
            for bucket in engine.buckets(&account).await? {
                let at = (&account, &bucket.name, &Prefix::root());
                objects(at, &sieve, engine, out).await?;
            }
        }
        Address::Path(path) => return files(&absolute(&path)?, &sieve, engine, out).await,
        address @ Address::Stdio => {
            spot::single(engine, address)?;
        }
    }
    Ok(Outcome::Complete)
}

/// Gives the number of objects that were looked at.
async fn objects(
    (account, bucket, prefix): (&Account, &BucketName, &Prefix),
    sieve: &Sieve,
    engine: &Engine,
    out: &mut Out,
) -> Result<usize, Stop> {
    let mut pages = engine.pages(Listing::of(account, bucket, prefix, Grouping::Everything))?;
    let mut seen = 0;
    while let Some(page) = pages.next().await? {
        seen += page.entries.len();
        for entry in &page.entries {
            if let Entry::Object(meta) = entry {
                let below = prefix.strip(meta.key.as_str()).unwrap_or_default();
                object((bucket, meta), below, sieve, out)?;
            }
        }
        out.flush()?;
        out.line(&format!("{seen} objects looked at"));
    }
    Ok(seen)
}

fn object(
    (bucket, meta): (&BucketName, &ObjectMeta),
    below: &str,
    sieve: &Sieve,
    out: &mut Out,
) -> Result<(), Stop> {
    let known = Known {
        below,
        size: meta.size,
        modified: meta.modified,
        class: meta.class.as_deref(),
    };
    if !sieve.fits(&known) {
        return Ok(());
    }
    match out.form() {
        Form::Json => out.json(&Row::object(bucket, meta))?,
        Form::Text => out.row(shown(&format!("s3://{bucket}/{}", meta.key)).as_str())?,
    }
    Ok(())
}

async fn files(
    path: &Path,
    sieve: &Sieve,
    engine: &Engine,
    out: &mut Out,
) -> Result<Outcome, Stop> {
    let at = Location::Local(path.to_path_buf());
    let About::File(_) = engine.about(&at).await? else {
        return Err(spot::nothing(&at).into());
    };
    let mut outcome = Outcome::Complete;
    let mut walk = engine.walk(path).await?;
    while let Some(found) = walk.next().await {
        let file = match found {
            Ok(file) => file,
            Err(why) => {
                out.trouble(&why);
                outcome = Outcome::SomeFailed;
                continue;
            }
        };
        let below = file.below.to_string_lossy();
        let known = Known {
            below: &below,
            size: Some(file.size),
            modified: file.modified,
            class: None,
        };
        if !sieve.fits(&known) {
            continue;
        }
        let full = path.join(&file.below);
        match out.form() {
            Form::Json => out.json(&Row {
                kind: "file",
                key: Some(&full.to_string_lossy()),
                size: Some(file.size),
                modified: file.modified,
                ..Row::default()
            })?,
            Form::Text => {
                let name = shown_bytes(full.as_os_str().as_encoded_bytes());
                out.row(name.as_str())?;
            }
        }
    }
    Ok(outcome)
}
