//! From an address that was typed to something the engine can act on.
//!
//! An address without a closing slash may name an object, a prefix, or both: [`look`] asks.

use std::path::{Path, PathBuf};

use super::{Stop, usage};
use crate::engine::Engine;
use crate::model::{
    Account, Address, Answer, BucketName, Entry, Key, Location, ObjectMeta, Page, Prefix, Trouble,
};

/// The account that addresses belong to.
///
/// # Errors
/// When there are no keys for it: then no request is sent, since its answer would mislead.
pub(super) fn account(engine: &Engine) -> Result<Account, Stop> {
    let config = engine.config();
    let first = &config.accounts[0];
    if config.looked_for.is_empty() {
        return Ok(first.account.clone());
    }
    Err(Stop::Failed(Trouble::new(
        "NoCredentials",
        &format!("There are no keys for the account {}", first.account),
        &format!("looked for: {}", config.looked_for.join("; ")),
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a --profile, or use \
         --no-sign-request for a public bucket; windlass demo needs no keys",
    )))
}

/// The location of one object or file. `s3://bucket/a/` means the object `a/`, a folder's marker.
///
/// # Errors
/// When the address can name no single thing.
pub(super) fn single(engine: &Engine, address: Address) -> Result<Location, Stop> {
    match address {
        Address::Object(bucket, key) => Ok(Location::Object {
            account: account(engine)?,
            bucket,
            key,
        }),
        Address::Prefix(bucket, prefix) => match prefix.marker() {
            Some(key) => Ok(Location::Object {
                account: account(engine)?,
                bucket,
                key,
            }),
            None => Err(usage(
                &format!("s3://{bucket}/ is a whole bucket"),
                "one object is needed here",
                "name it: s3://bucket/key",
            )),
        },
        Address::Path(path) => Ok(Location::Local(absolute(&path)?)),
        Address::Buckets => Err(usage(
            "s3:// names no object",
            "one object is needed here",
            "name it: s3://bucket/key",
        )),
        Address::Stdio => Err(usage(
            "- is standard input or output",
            "this verb needs a name",
            "name an object or a file; a file called - is ./-",
        )),
    }
}

/// A path that means the same from everywhere: transfers may be taken up by another process.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(path).map_err(|why| {
        usage(
            &format!("{} is no path", path.display()),
            &why.to_string(),
            "name a file or a folder",
        )
    })
}

/// Refuses a prefix under which nothing is: a typing error would pass for success. The root of a
/// bucket may be empty.
///
/// # Errors
/// When nothing is there, or it cannot be listed.
pub(super) async fn must_hold(
    engine: &Engine,
    account: &Account,
    bucket: &BucketName,
    prefix: &Prefix,
) -> Answer<()> {
    if prefix.is_root() {
        return Ok(());
    }
    let page = engine
        .page_flat(account, bucket, prefix.as_str(), None)
        .await?;
    if page.entries.is_empty() && page.next.is_none() {
        return Err(nothing(&format!("s3://{bucket}/{prefix}")));
    }
    Ok(())
}

/// What stands under a name without a closing slash.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The object of exactly this name.
    pub(super) object: Option<ObjectMeta>,
    /// The first page of the prefix of this name, if anything is there.
    pub(super) below: Option<(Prefix, Page)>,
}

/// Looks what an address without a closing slash names, with one or two listings.
///
/// # Errors
/// When it cannot be listed.
pub(super) async fn look(
    engine: &Engine,
    account: &Account,
    bucket: &BucketName,
    key: &Key,
) -> Answer<Found> {
    let exact = engine
        .page_flat(account, bucket, key.as_str(), None)
        .await?;
    // The name itself sorts before everything that it begins.
    let object = exact.entries.into_iter().find_map(|entry| match entry {
        Entry::Object(meta) if meta.key == *key => Some(meta),
        Entry::Object(_) | Entry::Prefix(_) => None,
    });
    let prefix = Prefix::root().child(key.as_str());
    let page = engine.page(account, bucket, &prefix, None).await?;
    let is_there = !page.entries.is_empty()
        || page.next.is_some()
        || has_marker(engine, account, bucket, &prefix).await?;
    Ok(Found {
        object,
        below: is_there.then_some((prefix, page)),
    })
}

/// Whether an empty-looking prefix has a marker object.
pub(super) async fn has_marker(
    engine: &Engine,
    account: &Account,
    bucket: &BucketName,
    prefix: &Prefix,
) -> Answer<bool> {
    let page = engine
        .page_flat(account, bucket, prefix.as_str(), None)
        .await?;
    Ok(!page.entries.is_empty())
}

/// The failure of a name that names nothing.
pub(super) fn nothing(what: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(
        "NoSuchKey",
        &format!("{what} is not there"),
        "no object and no prefix has this name; upper and lower case differ",
        "list the prefix above it with windlass ls",
    )
}
