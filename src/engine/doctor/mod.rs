//! What is right and what is wrong with an account, found out step by step.
//!
//! It looks with a client of its own, so that nothing that was learned before hides a wrong
//! setting. Invariant: only a probe writes, only below names that begin with [`PROBE`], and what
//! it wrote it removes.

mod account;
mod bucket;
mod probe;
mod way;
mod wishes;

use tokio::sync::mpsc::UnboundedSender;

use super::{Engine, open};
use crate::config::{Config, Profile};
use crate::model::{Account, Answer, BucketName, Prefix, Trouble};
use crate::s3::{Client, Error, ErrorKind, Settings, Tempo};

/// What the names of objects begin with that a probe writes.
pub const PROBE: &str = "windlass-doctor-";

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Checkup {
    /// The account.
    pub account: Account,
    /// A bucket of it, and below which prefix a probe may write.
    pub bucket: Option<(BucketName, Prefix)>,
    /// How far to go.
    pub depth: Depth,
}

/// How far a checkup goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Nothing is written.
    Look,
    /// Small objects are written, read and removed.
    Write,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Well,
    /// It works, but not for everything or not for every program.
    Odd,
    /// It does not work.
    Ill,
    /// It was not looked at.
    Skipped,
}

/// One thing that was looked at. Its texts may hold words of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, one word: a contract with scripts.
    pub name: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found.
    pub what: String,
    /// Why, where it is not well.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// The code of what failed.
    pub code: Option<String>,
}

impl Check {
    fn new(name: &'static str, health: Health, what: impl Into<String>) -> Self {
        Self {
            name,
            health,
            what: what.into(),
            why: String::new(),
            fix: String::new(),
            code: None,
        }
    }

    fn well(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, Health::Well, what)
    }

    fn odd(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, Health::Odd, what)
    }

    fn ill(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, Health::Ill, what)
    }

    fn skipped(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, Health::Skipped, what)
    }

    fn because(mut self, why: impl Into<String>, fix: impl Into<String>) -> Self {
        (self.why, self.fix) = (why.into(), fix.into());
        self
    }

    /// The settings cannot be used.
    #[must_use]
    pub fn ill_config(trouble: &Trouble) -> Self {
        Self::of("config", Health::Ill, trouble)
    }

    fn of(name: &'static str, health: Health, trouble: &Trouble) -> Self {
        let mut check = Self::new(name, health, trouble.what.as_str())
            .because(trouble.why.as_str(), trouble.fix.as_str());
        check.code = Some(trouble.code.as_str().to_owned());
        check
    }

    fn failed(name: &'static str, error: &Error) -> Self {
        Self::of(name, Health::Ill, &error.trouble())
    }

    /// It failed, and little depends on it.
    fn lacking(name: &'static str, error: &Error) -> Self {
        if error.kind == ErrorKind::Unsupported {
            let what = format!("this server does not know {}", error.op);
            return Self::odd(name, what);
        }
        Self::of(name, Health::Odd, &error.trouble())
    }
}

/// Where the checks of one checkup go, and what they are about.
struct Desk<'a> {
    config: &'a Config,
    profile: &'a Profile,
    client: Client,
    tell: &'a UnboundedSender<Check>,
}

impl Desk<'_> {
    fn tell(&self, check: Check) {
        // Nobody listens any more after Ctrl-C.
        let _ = self.tell.send(check);
    }

    /// A client that differs in one setting.
    fn other(&self, change: impl FnOnce(&mut Settings)) -> Result<Client, Error> {
        let mut settings = self.client.settings().clone();
        change(&mut settings);
        Client::patient(settings, self.client.tempo())
    }
}

/// Whoever waits for a verdict wants it soon: rests between tries are this much shorter.
const HASTE: u32 = 8;

impl Engine {
    /// Looks at an account, and tells each check as it is done.
    ///
    /// # Errors
    /// When there is no such account, or a probe may not write there.
    pub async fn examine(&self, checkup: &Checkup, tell: &UnboundedSender<Check>) -> Answer<()> {
        if checkup.depth == Depth::Write {
            self.writable(&checkup.account)?;
        }
        let config = self.config();
        let mut profiles = config.accounts.iter();
        let profile = profiles
            .find(|profile| profile.account == checkup.account)
            .ok_or_else(|| super::no_account(&checkup.account))?;
        let settings = open::settings(profile)?;
        let client = Client::patient(settings, Tempo::rests(HASTE));
        let desk = Desk {
            config,
            profile,
            client: client.map_err(|error| error.trouble())?,
            tell,
        };
        desk.account();
        if !desk.way().await {
            return Ok(());
        }
        let Some((bucket, prefix)) = &checkup.bucket else {
            let what = "no bucket was named";
            let fix = "name one to look into it: windlass doctor s3://BUCKET";
            desk.tell(Check::skipped("bucket", what).because("", fix));
            return Ok(());
        };
        if !desk.bucket(bucket).await {
            return Ok(());
        }
        match checkup.depth {
            Depth::Look => {
                let what = "nothing was written";
                let fix = format!(
                    "--write puts, reads, copies and removes small objects {prefix}{PROBE}…"
                );
                desk.tell(Check::skipped("write", what).because("", fix));
            }
            Depth::Write => desk.probe(bucket, prefix).await,
        }
        Ok(())
    }
}
