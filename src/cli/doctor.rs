//! `doctor`: what is right and what is wrong with an account, and what to do about it.
//!
//! Invariant: a checkup that found nothing broken ends with 0, any other with 1.

use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc;

use super::out::{Form, Out, safe};
use super::{Outcome, Stop, usage};
use crate::engine::{Check, Checkup, Depth, Engine, Health};
use crate::model::{Address, BucketName, Prefix, Trouble};

/// `doctor`
///
/// Looks at settings, keys, the way to the server, its clock, region and rights.
#[derive(Debug, Args)]
#[command(
    after_help = "With a bucket, it looks whether it can be reached and listed. With --write it puts, \
    reads, copies and removes small objects whose names begin with windlass-doctor-.\n\
    The account is the first one, or that of --profile. Exit codes: 0 nothing is broken, 1 something is."
)]
pub struct Doctor {
    /// A bucket to look into
    #[arg(value_name = "s3://BUCKET/PREFIX", value_parser = super::args::address())]
    pub place: Option<Address>,
    /// Write small objects below the place, read them, and remove them
    #[arg(long)]
    pub write: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    r#type: &'static str,
    check: &'static str,
    state: &'static str,
    what: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    fix: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

/// How many checks came out how.
#[derive(Default)]
struct Sum {
    well: u32,
    odd: u32,
    ill: u32,
}

/// `doctor`
pub(super) async fn run(doctor: Doctor, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let checkup = Checkup {
        account: engine.config().accounts[0].account.clone(),
        bucket: doctor.place.map(bucket).transpose()?,
        depth: if doctor.write {
            Depth::Write
        } else {
            Depth::Look
        },
    };
    if doctor.write && checkup.bucket.is_none() {
        return Err(usage(
            "--write needs a bucket",
            "it writes small objects, and must be told where",
            "name it: windlass doctor --write s3://BUCKET",
        ));
    }
    let (tell, mut checks) = mpsc::unbounded_channel();
    let examine = async {
        let done = engine.examine(&checkup, &tell).await;
        drop(tell);
        done
    };
    let print = async {
        let mut sum = Sum::default();
        while let Some(check) = checks.recv().await {
            sum.count(&check);
            show(&check, out)?;
        }
        Ok::<_, Stop>((sum, out))
    };
    let (done, printed) = tokio::join!(examine, print);
    let (sum, out) = printed?;
    done?;
    if out.form() == Form::Text {
        out.remark(&sum.text())?;
    }
    Ok(if sum.ill == 0 {
        Outcome::Complete
    } else {
        Outcome::SomeFailed
    })
}

/// Settings that cannot be used are what is wrong.
pub(super) fn unreadable(
    troubles: impl Iterator<Item = Trouble>,
    out: &mut Out,
) -> Result<Outcome, Stop> {
    for trouble in troubles {
        show(&Check::ill_config(&trouble), out)?;
    }
    Ok(Outcome::SomeFailed)
}

fn bucket(place: Address) -> Result<(BucketName, Prefix), Stop> {
    match place {
        Address::Prefix(bucket, prefix) => Ok((bucket, prefix)),
        Address::Object(bucket, key) => Ok((bucket, Prefix::root().child(key.as_str()))),
        Address::Buckets | Address::Stdio | Address::Path(_) => Err(usage(
            "doctor looks into buckets",
            "the place names none",
            "name one: windlass doctor s3://BUCKET",
        )),
    }
}

/// The word of a state: a contract with scripts.
fn word(health: Health) -> &'static str {
    match health {
        Health::Well => "ok",
        Health::Odd => "warn",
        Health::Ill => "fail",
        Health::Skipped => "skip",
    }
}

fn show(check: &Check, out: &mut Out) -> Result<(), Stop> {
    match out.form() {
        Form::Json => out.json(&Row {
            r#type: "check",
            check: check.name,
            state: word(check.health),
            what: &check.what,
            why: &check.why,
            fix: &check.fix,
            code: check.code.as_deref(),
        })?,
        Form::Text => {
            let line = format!(
                "{:4}  {:11}  {}",
                word(check.health),
                check.name,
                safe(&check.what)
            );
            // Quiet means: only what is wrong.
            if check.health == Health::Ill {
                out.row(&line)?;
            } else {
                out.remark(&line)?;
            }
            for (name, text) in [("why", &check.why), ("fix", &check.fix)] {
                if text.is_empty() {
                    continue;
                }
                let line = format!("{:19}{name}: {}", "", safe(text));
                if check.health == Health::Ill {
                    out.row(&line)?;
                } else {
                    out.remark(&line)?;
                }
            }
        }
    }
    Ok(())
}

impl Sum {
    fn count(&mut self, check: &Check) {
        match check.health {
            Health::Well => self.well += 1,
            Health::Odd => self.odd += 1,
            Health::Ill => self.ill += 1,
            Health::Skipped => {}
        }
    }

    fn text(&self) -> String {
        let Self { well, odd, ill } = self;
        format!("{well} ok, {odd} to know, {ill} broken")
    }
}
