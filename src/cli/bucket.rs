//! `mb` and `rb`: making and dropping buckets.

use super::args::{Mb, Rb};
use super::out::{Out, safe};
use super::{Outcome, Stop, guard, spot, usage};
use crate::engine::{Contents, Engine, Tally};
use crate::model::{self, Account, BucketName, Location, Prefix, shown};

/// `mb`
pub(super) async fn make(mb: Mb, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    if let Some(rule) = mb.bucket.strict_trouble() {
        out.note(&shown(&format!("many servers refuse this name: {rule}")));
    }
    engine
        .make_bucket(&spot::account(engine)?, &mb.bucket)
        .await?;
    out.remark(&format!("made s3://{}", safe(&mb.bucket)))?;
    Ok(Outcome::Complete)
}

/// `rb`
pub(super) async fn drop(rb: Rb, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let contents = if rb.force {
        Contents::Delete
    } else {
        Contents::Keep
    };
    let account = spot::account(engine)?;
    if rb.force {
        agree(&account, &rb.bucket, engine, out).await?;
    }
    engine.drop_bucket(&account, &rb.bucket, contents).await?;
    out.remark(&format!("dropped s3://{}", safe(&rb.bucket)))?;
    Ok(Outcome::Complete)
}

/// Before everything in a bucket goes: at a terminal its name must be typed. In a script `--force`
/// is the word, unless the settings protect the bucket.
async fn agree(
    account: &Account,
    bucket: &BucketName,
    engine: &Engine,
    out: &mut Out,
) -> Result<(), Stop> {
    if !out.has_person() {
        if !guard::is_protected(engine, bucket) {
            return Ok(());
        }
        return Err(usage(
            "Nothing was deleted",
            &format!("{bucket} is protected in the settings, and nobody can type its name"),
            "do it at a terminal, or take the bucket out of `protected`",
        ));
    }
    let all = Location::Under {
        account: account.clone(),
        bucket: bucket.clone(),
        prefix: Prefix::root(),
    };
    let (running, _) = tokio::sync::watch::channel(Tally::default());
    out.line("counting");
    let tally = engine.count(&[all], &running).await?;
    if tally.items == 0 {
        return Ok(());
    }
    let question = format!(
        "s3://{bucket} and everything in it: {} objects, {}. There is no way back. \
         Type {bucket} to agree: ",
        tally.items,
        model::size(tally.bytes),
    );
    if out.ask(&question).await? == bucket.as_str() {
        Ok(())
    } else {
        Err(Stop::Cancelled)
    }
}
