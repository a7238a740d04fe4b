//! `rm`: deleting for good.
//!
//! Invariant: nothing is deleted before everything that was named is known to be there to be
//! deleted and, on a terminal, before a person agreed.

use super::args::Rm;
use super::out::{Form, Out, safe};
use super::rows::{End, is_folder};
use super::spot::{self, absolute};
use super::stat::is_denied;
use super::{Outcome, Stop, guard, usage};
use crate::engine::{About, Engine, Tally};
use crate::model::{self, Address, Entry, Location, Trouble};

/// What will be deleted, and what cannot be.
#[derive(Default)]
struct Doomed {
    single: Vec<Location>,
    trees: Vec<Location>,
    failed: Vec<(Location, Trouble)>,
}

/// Does the verb.
pub(super) async fn run(rm: Rm, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let mut doomed = Doomed::default();
    for address in rm.places {
        if rm.recursive {
            doomed.everything(engine, address).await?;
        } else {
            doomed.one(engine, address).await?;
        }
    }
    for (at, why) in &doomed.failed {
        say_failed(at, why, out)?;
    }
    let mut outcome = if doomed.failed.is_empty() {
        Outcome::Complete
    } else {
        Outcome::SomeFailed
    };
    if doomed.single.is_empty() && doomed.trees.is_empty() {
        return Ok(outcome);
    }
    if rm.dry_run {
        doomed.list(engine, out).await?;
        return Ok(outcome);
    }
    // A protected bucket wants its name typed, whatever was said before.
    if !rm.yes || doomed.protected(engine).is_some() {
        doomed.agree(engine, out).await?;
    }
    let (running, _) = tokio::sync::watch::channel(Tally::default());
    let mut groups = vec![doomed.single];
    groups.extend(doomed.trees.into_iter().map(|tree| vec![tree]));
    for group in groups.iter().filter(|group| !group.is_empty()) {
        let (count, failed) = match engine.delete(group, &running).await {
            Ok(deletion) => (deletion.deleted, deletion.failed),
            Err(why) => (
                0,
                group.iter().map(|at| (at.clone(), why.clone())).collect(),
            ),
        };
        for (at, why) in &failed {
            say_failed(at, why, out)?;
            outcome = Outcome::SomeFailed;
        }
        let tree_failed = !failed.is_empty() && matches!(group[..], [Location::Under { .. }]);
        for at in group {
            if !tree_failed && !failed.iter().any(|(failed, _)| failed == at) {
                match out.form() {
                    Form::Json => out.json(&End::new("done", at, None))?,
                    Form::Text if matches!(at, Location::Under { .. }) => {
                        out.remark(&format!("deleted {}: {count} objects", safe(at)))?;
                    }
                    Form::Text => out.remark(&format!("deleted {}", safe(at)))?,
                }
            }
        }
    }
    Ok(outcome)
}

impl Doomed {
    /// Without `-r`: one object or file, which must be there.
    async fn one(&mut self, engine: &Engine, address: Address) -> Result<(), Stop> {
        let at = spot::single(engine, address)?;
        match engine.about(&at).await {
            Ok(About::File(entry)) if is_folder(&entry) && at_is_real(&entry) => {
                return Err(usage(
                    &format!("{at} is a folder"),
                    "only -r deletes folders with what is in them",
                    "add -r",
                ));
            }
            Ok(_) => self.single.push(at),
            // A key may be allowed to delete and not to read: the deletion will tell.
            Err(why) if is_denied(&why) => self.single.push(at),
            Err(why) => self.failed.push((at, why)),
        }
        Ok(())
    }

    /// With `-r`: everything of that name and everything below.
    async fn everything(&mut self, engine: &Engine, address: Address) -> Result<(), Stop> {
        match address {
            Address::Prefix(bucket, prefix) => {
                let account = spot::account(engine)?;
                let held = spot::must_hold(engine, &account, &bucket, &prefix).await;
                let at = Location::Under {
                    account,
                    bucket,
                    prefix,
                };
                match held {
                    Ok(()) => self.trees.push(at),
                    Err(why) => self.failed.push((at, why)),
                }
            }
            Address::Object(bucket, key) => {
                let account = spot::account(engine)?;
                let found = spot::look(engine, &account, &bucket, &key).await?;
                if let Some((prefix, _)) = &found.below {
                    self.trees.push(Location::Under {
                        account: account.clone(),
                        bucket: bucket.clone(),
                        prefix: prefix.clone(),
                    });
                }
                let is_nothing = found.object.is_none() && found.below.is_none();
                let at = Location::Object {
                    account,
                    bucket,
                    key,
                };
                if found.object.is_some() {
                    self.single.push(at);
                } else if is_nothing {
                    let why = spot::nothing(&at);
                    self.failed.push((at, why));
                }
            }
            Address::Path(path) => {
                let at = Location::Local(absolute(&path)?);
                match engine.about(&at).await {
                    Ok(_) => self.trees.push(at),
                    Err(why) => self.failed.push((at, why)),
                }
            }
            address @ (Address::Buckets | Address::Stdio) => {
                spot::single(engine, address)?;
            }
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &Location> {
        self.single.iter().chain(&self.trees)
    }

    /// `--dry-run`
    async fn list(&self, engine: &Engine, out: &mut Out) -> Result<(), Stop> {
        for at in self.all() {
            let Location::Under {
                account,
                bucket,
                prefix,
            } = at
            else {
                say_spared(at, None, out)?;
                continue;
            };
            let mut from = None;
            loop {
                let page = engine.page_flat(account, bucket, prefix.as_str(), from);
                let page = page.await?;
                for entry in page.entries {
                    if let Entry::Object(meta) = entry {
                        let at = Location::Object {
                            account: account.clone(),
                            bucket: bucket.clone(),
                            key: meta.key,
                        };
                        say_spared(&at, meta.size, out)?;
                    }
                }
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Asks. Where nobody can be asked, trees are refused.
    async fn agree(&self, engine: &Engine, out: &mut Out) -> Result<(), Stop> {
        let protected = self.protected(engine);
        if !out.has_person() {
            if self.trees.is_empty() && protected.is_none() {
                return Ok(());
            }
            if let Some(bucket) = protected {
                return Err(usage(
                    "Nothing was deleted",
                    &format!("{bucket} is protected in the settings, and nobody can type its name"),
                    "do it at a terminal, or take the bucket out of `protected`",
                ));
            }
            return Err(usage(
                "Nothing was deleted",
                "there is no terminal to ask at, and this could delete very much",
                "look with --dry-run, then say --yes",
            ));
        }
        let what: Vec<Location> = self.all().cloned().collect();
        let (running, _) = tokio::sync::watch::channel(Tally::default());
        out.line("counting");
        let tally = engine.count(&what, &running).await?;
        let names: Vec<String> = what.iter().take(3).map(|at| safe(at).to_string()).collect();
        let more = if what.len() > 3 { ", …" } else { "" };
        let things = if tally.items == 1 { "thing" } else { "things" };
        let question = format!(
            "{}{more}: {} {things}, {}. Delete for good? There is no way back.",
            names.join(", "),
            tally.items,
            model::size(tally.bytes),
        );
        let (question, wanted) = match &protected {
            Some(bucket) => (
                format!("{question} Type {bucket} to agree: "),
                bucket.as_str(),
            ),
            None => (format!("{question} [y/N] "), "y"),
        };
        let answer = out.ask(&question).await?;
        let agreed = match protected {
            Some(_) => answer == wanted,
            None => matches!(&*answer.to_ascii_lowercase(), "y" | "yes"),
        };
        if agreed { Ok(()) } else { Err(Stop::Cancelled) }
    }

    /// The first bucket that the settings protect.
    fn protected(&self, engine: &Engine) -> Option<String> {
        self.all().find_map(|at| match at {
            Location::Object { bucket, .. } | Location::Under { bucket, .. } => {
                guard::is_protected(engine, bucket).then(|| bucket.to_string())
            }
            Location::Local(_) => None,
        })
    }
}

/// A link to a folder is deleted like a file.
fn at_is_real(entry: &crate::engine::LocalEntry) -> bool {
    entry.kind == crate::engine::LocalKind::Folder
}

fn say_failed(at: &Location, why: &Trouble, out: &mut Out) -> Result<(), Stop> {
    if out.form() == Form::Json {
        out.json(&End::failed(at, None, why))?;
    }
    out.trouble(why);
    Ok(())
}

fn say_spared(at: &Location, size: Option<u64>, out: &mut Out) -> Result<(), Stop> {
    match out.form() {
        Form::Json => out.json(&End {
            size,
            ..End::new("skipped", at, None)
        })?,
        Form::Text => out.row(&format!("would delete {}", safe(at)))?,
    }
    Ok(())
}
