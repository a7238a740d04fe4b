//! `cp` and `mv`: finding out what was meant, then handing it to the queue.

use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::args::Cp;
use super::out::{Form, Out, safe};
use super::plan::{Source, Target, TreeGoes, local_name, pairs};
use super::rows::{End, is_folder, verified};
use super::spot::{self, absolute};
use super::stat::is_missing;
use super::{Outcome, Stop, cat, drive, usage};
use crate::engine::{About, Engine, IfExists, Kind, Request};
use crate::model::{self, Address, Location, Prefix, Trouble};

/// `cp`
pub(super) async fn copy(mut cp: Cp, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let if_exists = cp.if_exists.into();
    match &cp.places[..] {
        [Address::Stdio, Address::Stdio] => Err(usage(
            "- cannot be both source and destination",
            "standard input would only be echoed",
            "name an object on one side",
        )),
        [Address::Stdio, _] => {
            let to = cp.places.remove(1);
            from_stdin(to, if_exists, engine, out).await
        }
        [_, Address::Stdio] => {
            let at = spot::single(engine, cp.places.remove(0))?;
            tokio::select! {
                result = cat::pour(engine, &at, None, out) => result?,
                _ = tokio::signal::ctrl_c() => return Err(Stop::Cancelled),
            }
            Ok(Outcome::Complete)
        }
        _ => transfer(cp, Kind::Copy, engine, out).await,
    }
}

/// `mv`
pub(super) async fn r#move(cp: Cp, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    transfer(cp, Kind::Move, engine, out).await
}

async fn transfer(mut cp: Cp, kind: Kind, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let depth = if cp.recursive {
        Depth::Tree
    } else {
        Depth::One
    };
    let Some(last) = cp.places.pop() else {
        return Ok(Outcome::Complete);
    };
    let to = target(engine, last, depth).await?;
    let mut sources = Vec::new();
    for place in cp.places {
        source(engine, place, depth, &mut sources).await?;
    }
    let if_exists = cp.if_exists.into();
    let requests = pairs(sources, &to)?.into_iter().map(|(from, to)| Request {
        from,
        to,
        kind,
        if_exists,
        size: None,
    });
    drive::run(engine, out, requests.collect()).await
}

/// Whether folders and prefixes may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    One,
    Tree,
}

async fn source(
    engine: &Engine,
    address: Address,
    depth: Depth,
    into: &mut Vec<Source>,
) -> Result<(), Stop> {
    match (address, depth) {
        (Address::Prefix(bucket, prefix), Depth::Tree) => {
            let account = spot::account(engine)?;
            spot::must_hold(engine, &account, &bucket, &prefix).await?;
            into.push(Source::Tree {
                at: Location::Under {
                    account,
                    bucket,
                    prefix,
                },
                name: None,
            });
        }
        (Address::Prefix(bucket, prefix), Depth::One) => {
            return Err(needs_recursive(
                &format!("s3://{bucket}/{prefix}"),
                "a prefix",
            ));
        }
        (Address::Object(bucket, key), Depth::Tree) => {
            let account = spot::account(engine)?;
            let found = spot::look(engine, &account, &bucket, &key).await?;
            let at = Location::Object {
                account: account.clone(),
                bucket: bucket.clone(),
                key: key.clone(),
            };
            if found.object.is_none() && found.below.is_none() {
                return Err(spot::nothing(&at).into());
            }
            if found.object.is_some() {
                into.push(Source::One(at));
            }
            if let Some((prefix, _)) = found.below {
                into.push(Source::Tree {
                    at: Location::Under {
                        account,
                        bucket,
                        prefix,
                    },
                    name: Some(key.name().into()),
                });
            }
        }
        (Address::Path(path), _) => into.push(local_source(engine, path, depth).await?),
        (address, _) => into.push(Source::One(spot::single(engine, address)?)),
    }
    Ok(())
}

async fn local_source(engine: &Engine, path: PathBuf, depth: Depth) -> Result<Source, Stop> {
    let contents = means_contents(&path);
    let path = absolute(&path)?;
    let at = Location::Local(path.clone());
    let About::File(entry) = engine.about(&at).await? else {
        return Err(spot::nothing(&at).into());
    };
    match (is_folder(&entry), depth) {
        (false, _) => Ok(Source::One(at)),
        (true, Depth::One) => Err(needs_recursive(&at.to_string(), "a folder")),
        (true, Depth::Tree) => {
            let name = (!contents).then(|| local_name(&path)).transpose()?;
            Ok(Source::Tree { at, name })
        }
    }
}

fn needs_recursive(what: &str, is: &str) -> Stop {
    usage(
        &format!("{what} is {is}"),
        "only -r takes folders and prefixes",
        "add -r",
    )
}

/// Whether a path, as it was written, means what is in the folder: `d/`, `.`, `d/..`, `/`.
fn means_contents(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    let ends = |end: &str| text.ends_with(end.as_bytes());
    ends("/") || ends("/.") || text == b"." || path.file_name().is_none() || is_native_end(text)
}

fn is_native_end(text: &[u8]) -> bool {
    text.last() == Some(&(std::path::MAIN_SEPARATOR as u8))
}

async fn target(engine: &Engine, address: Address, depth: Depth) -> Result<Target, Stop> {
    match address {
        Address::Prefix(bucket, prefix) => Ok(Target {
            exact: None,
            folder: Location::Under {
                account: spot::account(engine)?,
                bucket,
                prefix,
            },
            tree: TreeGoes::Inside,
        }),
        Address::Object(bucket, key) => {
            let account = spot::account(engine)?;
            let prefix = Prefix::root().child(key.as_str());
            let exists = depth == Depth::Tree
                && spot::has_marker(engine, &account, &bucket, &prefix).await?;
            Ok(Target {
                exact: Some(Location::Object {
                    account: account.clone(),
                    bucket: bucket.clone(),
                    key,
                }),
                folder: Location::Under {
                    account,
                    bucket,
                    prefix,
                },
                tree: if exists {
                    TreeGoes::Inside
                } else {
                    TreeGoes::Itself
                },
            })
        }
        Address::Path(path) => {
            let folder = means_contents(&path);
            let at = Location::Local(absolute(&path)?);
            let is_there = matches!(engine.about(&at).await, Ok(About::File(e)) if is_folder(&e));
            Ok(Target {
                exact: (!folder && !is_there).then(|| at.clone()),
                tree: if folder || is_there {
                    TreeGoes::Inside
                } else {
                    TreeGoes::Itself
                },
                folder: at,
            })
        }
        address @ (Address::Buckets | Address::Stdio) => {
            spot::single(engine, address)?;
            Err(Stop::Cancelled)
        }
    }
}

/// Bytes of standard input that are read at once.
const CHUNK: usize = 1 << 20;

async fn from_stdin(
    to: Address,
    if_exists: IfExists,
    engine: &Engine,
    out: &mut Out,
) -> Result<Outcome, Stop> {
    if !matches!(to, Address::Object(..)) {
        return Err(usage(
            "Standard input goes into one object",
            "the destination names none",
            "name it: s3://bucket/key",
        ));
    }
    let to = spot::single(engine, to)?;
    let from = Location::Local("-".into());
    if !may_write(engine, &to, if_exists).await? {
        if if_exists != IfExists::Skip {
            return Err(Stop::Failed(drive::exists(&to)));
        }
        let end = End::new("skipped", &from, Some(&to));
        print_end(out, &end, "left as it is", &to)?;
        return Ok(Outcome::Complete);
    }
    let (send, chunks) = mpsc::channel(4);
    // Weak: the end of input is the end of the last strong sender.
    let stop = send.downgrade();
    std::thread::spawn(move || read_stdin(&send));
    let mut writing = std::pin::pin!(engine.write_stream(&to, chunks));
    let (size, how) = tokio::select! {
        written = &mut writing => written?,
        _ = tokio::signal::ctrl_c() => {
            // What had all its bytes may land; a second Ctrl-C does not wait for it.
            tokio::select! {
                written = &mut writing => written.map_err(|_| Stop::Cancelled)?,
                never = broken(stop) => match never {},
                _ = tokio::signal::ctrl_c() => return Err(Stop::Cancelled),
            }
        }
    };
    let end = End {
        size: Some(size),
        verified: Some(verified(how)),
        ..End::new("done", &from, Some(&to))
    };
    match out.form() {
        Form::Json => out.json(&end)?,
        Form::Text => out.remark(&format!(
            "{} from standard input into {}  {}",
            model::size(size),
            safe(&to),
            verified(how)
        ))?,
    }
    Ok(Outcome::Complete)
}

/// Ends a stream with an error, which makes the engine give the upload up. There may be no room for
/// it until the upload goes on, so that it is waited for beside that, and never comes to an end.
async fn broken(stop: mpsc::WeakSender<std::io::Result<Bytes>>) -> std::convert::Infallible {
    if let Some(stop) = stop.upgrade() {
        let broken = std::io::Error::from(std::io::ErrorKind::Interrupted);
        let _ = stop.send(Err(broken)).await;
    }
    std::future::pending().await
}

fn read_stdin(send: &mpsc::Sender<std::io::Result<Bytes>>) {
    let mut stdin = std::io::stdin().lock();
    loop {
        let mut chunk = vec![0; CHUNK];
        match stdin.read(&mut chunk) {
            Ok(0) => return,
            Ok(n) => {
                chunk.truncate(n);
                if send.blocking_send(Ok(chunk.into())).is_err() {
                    return;
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => {
                // The receiver is gone only if the upload failed already.
                let _ = send.blocking_send(Err(e));
                return;
            }
        }
    }
}

/// What comes from standard input is new: only its absence and the word of the person count.
async fn may_write(engine: &Engine, to: &Location, if_exists: IfExists) -> Result<bool, Trouble> {
    if matches!(if_exists, IfExists::Overwrite | IfExists::Newer) {
        return Ok(true);
    }
    match engine.about(to).await {
        Ok(_) => Ok(false),
        Err(why) if is_missing(&why) => Ok(true),
        Err(why) => Err(why),
    }
}

fn print_end(out: &mut Out, end: &End<'_>, text: &str, to: &Location) -> Result<(), Stop> {
    match out.form() {
        Form::Json => out.json(end)?,
        Form::Text => out.remark(&format!("{text} {}", safe(to)))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_slash_means_what_is_in_it() {
        for (path, want) in [
            ("d/", true),
            (".", true),
            ("..", true),
            ("d/.", true),
            ("d/..", true),
            ("/", true),
            ("d", false),
            ("d/e", false),
            (".hidden", false),
        ] {
            assert_eq!(means_contents(Path::new(path)), want, "{path}");
        }
    }
}
