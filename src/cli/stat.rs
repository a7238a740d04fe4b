//! `stat`: what is known about an object, a prefix, a bucket, a file or a folder.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::args::Stat;
use super::out::{Form, Out, safe};
use super::rows::Row;
use super::spot::{self, absolute};
use super::{Outcome, Stop};
use crate::engine::{About, Engine};
use crate::model::{
    self, Address, Bucket, BucketName, Location, ObjectHead, Prefix, Safe, Trouble, shown,
};

/// A row with what only a head knows.
#[derive(Serialize)]
struct Head<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'a str, &'a str>,
}

/// Does the verb.
pub(super) async fn run(stat: Stat, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    match stat.place {
        Address::Prefix(bucket, prefix) if prefix.is_root() => {
            of_bucket(engine, &bucket, out).await?;
        }
        Address::Prefix(bucket, prefix) => {
            let (account, marker) = (spot::account(engine)?, prefix.marker());
            if let Some(key) = marker {
                let at = Location::Object {
                    account,
                    bucket: bucket.clone(),
                    key,
                };
                if let Ok(About::Object(head)) = engine.about(&at).await {
                    object(&bucket, &head, out)?;
                    return Ok(Outcome::Complete);
                }
            }
            of_prefix(engine, &bucket, &prefix, out).await?;
        }
        Address::Object(bucket, key) => {
            let at = Location::Object {
                account: spot::account(engine)?,
                bucket: bucket.clone(),
                key: key.clone(),
            };
            match engine.about(&at).await {
                Ok(About::Object(head)) => object(&bucket, &head, out)?,
                Ok(About::File(_)) => {}
                // Some servers have trouble with the head of a folder: a listing tells.
                Err(trouble) => {
                    let prefix = Prefix::root().child(key.as_str());
                    of_prefix(engine, &bucket, &prefix, out)
                        .await
                        .map_err(|_| trouble)?;
                }
            }
        }
        Address::Path(path) => {
            let path = absolute(&path)?;
            let at = Location::Local(path.clone());
            if let About::File(entry) = engine.about(&at).await? {
                let path = path.to_string_lossy();
                print(&Row::local(&path, &entry), out)?;
            }
        }
        address @ (Address::Buckets | Address::Stdio) => {
            spot::single(engine, address)?;
        }
    }
    Ok(Outcome::Complete)
}

/// Whether a failure says that the thing does not exist.
pub(super) fn is_missing(trouble: &Trouble) -> bool {
    matches!(trouble.code.as_str(), "NoSuchKey" | "NotFound")
}

/// Whether a failure says that the thing may be there and must not be looked at.
pub(super) fn is_denied(trouble: &Trouble) -> bool {
    trouble.code.as_str() == "AccessDenied"
}

async fn of_bucket(engine: &Engine, name: &BucketName, out: &mut Out) -> Result<(), Stop> {
    let account = spot::account(engine)?;
    // A key may be allowed to use a bucket and not to list the buckets.
    let listed = engine.buckets(&account).await.unwrap_or_default();
    let found = listed.into_iter().find(|b| b.name == *name);
    if found.is_none() {
        engine.page(&account, name, &Prefix::root(), None).await?;
    }
    let bucket = found.unwrap_or_else(|| Bucket {
        name: name.clone(),
        created: None,
        region: None,
    });
    print(&Row::bucket(&bucket), out)
}

async fn of_prefix(
    engine: &Engine,
    bucket: &BucketName,
    prefix: &Prefix,
    out: &mut Out,
) -> Result<(), Stop> {
    let account = spot::account(engine)?;
    if spot::has_marker(engine, &account, bucket, prefix).await? {
        return print(&Row::prefix(bucket, prefix), out);
    }
    Err(spot::nothing(&format!("s3://{bucket}/{prefix}")).into())
}

fn object(bucket: &BucketName, head: &ObjectHead, out: &mut Out) -> Result<(), Stop> {
    let row = Row::object(bucket, &head.meta);
    if out.form() == Form::Json {
        let metadata = head.metadata.iter();
        out.json(&Head {
            row,
            content_type: head.content_type.as_deref(),
            metadata: metadata.map(|(name, value)| (&**name, &**value)).collect(),
        })?;
        return Ok(());
    }
    print(&row, out)?;
    if let Some(kind) = &head.content_type {
        line(out, "content type", &safe(kind))?;
    }
    for (name, value) in head.headers.iter().chain(&head.metadata) {
        line(out, shown(name).as_str(), &safe(value))?;
    }
    Ok(())
}

fn print(row: &Row<'_>, out: &mut Out) -> Result<(), Stop> {
    if out.form() == Form::Json {
        return Ok(out.json(row)?);
    }
    line(out, "type", &shown(row.kind))?;
    if let Some(bucket) = row.bucket {
        line(out, "bucket", &shown(bucket))?;
    }
    if let Some(key) = row.key {
        let name = if row.bucket.is_some() { "key" } else { "path" };
        line(out, name, &shown(key))?;
    }
    if let Some(size) = row.size {
        let text = if size < 1024 {
            model::size(size)
        } else {
            format!("{} ({size} bytes)", model::size(size))
        };
        line(out, "size", &shown(&text))?;
    }
    if let Some(at) = row.modified {
        line(
            out,
            "modified",
            &safe(&model::date(at, &TimeZone::system())),
        )?;
    }
    for (name, value) in [("etag", row.etag), ("class", row.class)] {
        if let Some(value) = value {
            line(out, name, &shown(value))?;
        }
    }
    Ok(())
}

fn line(out: &mut Out, name: &str, value: &Safe) -> Result<(), Stop> {
    Ok(out.row(&format!("{:14}{value}", format!("{name}:")))?)
}
