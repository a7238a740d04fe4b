//! `mb` and `rb`: making and dropping buckets.

use super::args::{Mb, Rb};
use super::out::{Out, safe};
use super::{Outcome, Stop, spot};
use crate::engine::{Contents, Engine};
use crate::model::shown;

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
    engine.drop_bucket(&account, &rb.bucket, contents).await?;
    out.remark(&format!("dropped s3://{}", safe(&rb.bucket)))?;
    Ok(Outcome::Complete)
}
