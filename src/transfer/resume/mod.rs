//! Going on with what a dead process began: which of its parts hold?
//!
//! Looks, and changes nothing. Invariant: a part counts only if source and target are what they
//! were when it was moved; otherwise the job starts anew and that is said. Nothing is spliced.

mod done;
mod hunt;

pub(crate) use done::{Was, was};
pub(crate) use hunt::hunt;

use std::ffi::OsStr;

use super::errand::{Cause, Errand, Remote, Stop};
use super::job::{Fact, Mark, Opened, Seen, Way};
use super::{checksum, conflict, finish, flow};
use crate::local::{self, Sink, Source, Stamp};
use crate::model::{Location, Trouble};
use crate::s3::{Error, ErrorKind, ListParts, PartDone, UploadId};

/// The code of a job that starts anew because its parts no longer hold.
pub(crate) const ANEW: &str = "StartedAnew";

/// Looks at the parts of a dead process, and tells which of them hold.
pub(crate) async fn check(e: &Errand, opened: &Opened, marks: Vec<Mark>) -> Result<(), Stop> {
    let marks = match &opened.way {
        Way::Up { upload, stamp } => up(e, opened, (upload, *stamp), marks).await?,
        Way::Down { temp, file, object } => {
            down(e, opened, (temp, *file, object), &marks).await?;
            marks
        }
        Way::Copy { upload, object } | Way::Relay { upload, object } => {
            same_object(e, object).await?;
            match listed(e, opened, upload, &marks).await? {
                Listed::Parts(parts) => agreed(opened, &parts, &marks).0,
                Listed::Unknown => marks,
            }
        }
    };
    e.tell(Fact::Checked { job: e.job, marks });
    Ok(())
}

/// The job starts anew, and why.
fn anew(what: &Location, why: &str) -> Stop {
    let trouble = Trouble::new(ANEW, &format!("{what} was started anew"), why, "");
    Stop::new(trouble, Cause::Stale)
}

fn changed(what: &Location) -> Stop {
    anew(what, "it changed since its transfer was interrupted")
}

async fn up(
    e: &Errand,
    opened: &Opened,
    (upload, stamp): (&UploadId, Stamp),
    marks: Vec<Mark>,
) -> Result<Vec<Mark>, Stop> {
    let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
    let source = Source::open(path).await?;
    if source.stamp() != stamp {
        return Err(changed(&e.spec.from));
    }
    let Listed::Parts(parts) = listed(e, opened, upload, &marks).await? else {
        return Ok(marks);
    };
    let (mut held, unknown) = agreed(opened, &parts, &marks);
    // A part that the journal does not know went up just before the end: its tag tells whether
    // it is what the file holds there.
    for part in unknown {
        held.extend(proved(e, &source, opened, part).await?);
    }
    held.sort_by_key(|mark| mark.index);
    Ok(held)
}

async fn proved(
    e: &Errand,
    source: &Source,
    opened: &Opened,
    part: &PartDone,
) -> Result<Option<Mark>, Stop> {
    let Some((etag, claim)) = part
        .etag
        .as_ref()
        .and_then(|etag| Some((etag, checksum::claimed(etag)?)))
    else {
        return Ok(None);
    };
    let (index, source) = (part.number - 1, source.clone());
    let (offset, len) = opened.range(index);
    let md5 = e
        .busy(move || {
            let read = |at: u64, buffer: &mut [u8]| source.read_into(at, buffer);
            checksum::md5_range(&read, offset, len).map_err(|x| source.read_trouble(&x))
        })
        .await?;
    Ok((md5 == claim).then(|| Mark {
        index,
        etag: Some(etag.clone()),
        checked: true,
    }))
}

/// What a server says of an upload's parts.
enum Listed {
    Parts(Vec<PartDone>),
    /// It does not list them.
    Unknown,
}

async fn listed(
    e: &Errand,
    opened: &Opened,
    upload: &UploadId,
    marks: &[Mark],
) -> Result<Listed, Stop> {
    let remote = e.remote(&opened.to)?;
    match pages(&remote, upload).await {
        Ok(parts) => {
            let stray = |part: &PartDone| part.number == 0 || part.number > opened.count;
            if parts.iter().any(stray) {
                return Err(anew(
                    &e.spec.from,
                    "its upload holds parts that are not ours",
                ));
            }
            Ok(Listed::Parts(parts))
        }
        Err(error) if error.kind == ErrorKind::NotFound => {
            // All parts were there: it may have been joined just before the end, and joining it
            // again finds that out.
            if marks.len() == opened.count as usize {
                return Ok(Listed::Unknown);
            }
            Err(anew(
                &e.spec.from,
                "the server no longer keeps the parts that had gone up",
            ))
        }
        // The server does not tell. Joining names each part by its tag, so that it refuses what
        // is not there.
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::Unsupported | ErrorKind::Denied | ErrorKind::Refused
            ) =>
        {
            Ok(Listed::Unknown)
        }
        Err(error) => Err(remote.stop(&error)),
    }
}

/// All parts that a server has of an upload.
async fn pages(remote: &Remote, upload: &UploadId) -> Result<Vec<PartDone>, Error> {
    let (mut parts, mut after) = (Vec::new(), 0);
    loop {
        let list = ListParts {
            bucket: remote.bucket.clone(),
            key: remote.key.clone(),
            upload: upload.clone(),
            after,
        };
        let (more, next) = remote.client.call(&list).await?;
        parts.extend(more);
        match next {
            Some(next) => after = next,
            None => return Ok(parts),
        }
    }
}

/// The parts about which server and journal agree, and those of the right size that only the
/// server knows.
fn agreed<'p>(
    opened: &Opened,
    parts: &'p [PartDone],
    marks: &[Mark],
) -> (Vec<Mark>, Vec<&'p PartDone>) {
    let (mut held, mut unknown) = (Vec::new(), Vec::new());
    for part in parts {
        let (_, len) = opened.range(part.number - 1);
        if part.size.is_some_and(|size| size != len) {
            continue;
        }
        match marks.iter().find(|mark| mark.index + 1 == part.number) {
            Some(mark) if part.etag.is_none() || part.etag == mark.etag => held.push(mark.clone()),
            _ => unknown.push(part),
        }
    }
    (held, unknown)
}

async fn down(
    e: &Errand,
    opened: &Opened,
    (temp, file, object): (&OsStr, (u64, u64), &Seen),
    marks: &[Mark],
) -> Result<(), Stop> {
    let lost = || anew(&e.spec.from, "the half of it that was here is gone");
    let spot = e
        .spec
        .spot(&opened.to)
        .ok_or_else(|| conflict::no_name(&opened.to))?;
    let sink = match Sink::reopen(&spot, temp).await {
        Ok(sink) => sink,
        Err(trouble) if trouble.code.as_str() == local::NOT_FOUND => return Err(lost()),
        Err(trouble) => return Err(Stop::from(trouble)),
    };
    let end = marks.iter().map(|mark| opened.range(mark.index));
    let end = end.map(|(offset, len)| offset + len).max().unwrap_or(0);
    if sink.file_id()? != file || sink.written()? < end {
        return Err(lost());
    }
    // A date alone proves nothing (rule G-10).
    if object.etag.is_none() {
        return Err(anew(
            &e.spec.from,
            "the server gives no tag by which it could be known again",
        ));
    }
    same_object(e, object).await
}

/// Fails if the source object is another one by now.
async fn same_object(e: &Errand, was: &Seen) -> Result<(), Stop> {
    let head = finish::head(&e.remote(&e.spec.from)?).await?;
    match flow::seen(&head) {
        Some(now) if now.size == was.size && now.etag == was.etag => Ok(()),
        _ => Err(changed(&e.spec.from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::Replace;
    use crate::model::ETag;

    fn part(number: u32, etag: Option<&str>, size: Option<u64>) -> PartDone {
        PartDone {
            number,
            etag: etag.and_then(ETag::new),
            size,
        }
    }

    #[test]
    fn only_what_server_and_journal_agree_about_is_kept() {
        let stamp = Stamp {
            size: 25,
            mtime: 0,
            ctime: 0,
            ino: 1,
            dev: 1,
        };
        let opened = Opened {
            to: Location::Local("/x".into()),
            replace: Replace::Refuse,
            size: 25,
            part: 10,
            count: 3,
            at: jiff::Timestamp::UNIX_EPOCH,
            way: Way::Up {
                upload: UploadId("u".into()),
                stamp,
            },
        };
        let mark = |index, etag| Mark {
            index,
            etag: ETag::new(etag),
            checked: false,
        };
        let marks = [mark(0, "a"), mark(1, "b"), mark(2, "c")];
        let held = |parts: &[PartDone]| {
            let (held, unknown) = agreed(&opened, parts, &marks);
            let held: Vec<_> = held.iter().map(|mark| mark.index).collect();
            let unknown: Vec<_> = unknown.iter().map(|part| part.number).collect();
            (held, unknown)
        };
        let all = [
            part(1, Some("a"), Some(10)),
            part(2, None, None),
            part(3, Some("c"), Some(5)),
        ];
        assert_eq!(held(&all), (vec![0, 1, 2], vec![]));
        let odd = [
            part(1, Some("other"), Some(10)),
            part(3, Some("c"), Some(10)),
        ];
        assert_eq!(held(&odd), (vec![], vec![1]));
        assert_eq!(held(&[]), (vec![], vec![]));
    }
}
