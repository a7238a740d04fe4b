//! Uploads that were opened by a call whose answer nobody heard.
//!
//! Invariant: an upload is aborted only if it is for exactly the key that the journal says we were
//! opening, was started while we were trying to, and holds nothing (rule U-14): whoever heard of
//! an upload sends parts into it. Those that have no date are left alone if there are several.

use jiff::{SignedDuration, Timestamp};

use super::super::errand::{Errand, Remote, Stop};
use super::super::finish;
use super::super::job::Opened;
use crate::s3::{ErrorKind, ListParts, ListUploads, Pending};

/// How far the clocks of two ends may lie apart.
const EARLY: SignedDuration = SignedDuration::from_secs(2);

/// How long the tries of one call may take in all.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// What a server says that keeps no dates of uploads.
///
/// Source: moto 5, `s3/responses.py`: the same second for each of them.
const NO_DATE: i64 = 1_289_422_113;

/// Looks for such an upload, and aborts it. A server that does not list uploads has the last word.
pub(crate) async fn hunt(e: &Errand, opened: &Opened) -> Result<(), Stop> {
    let remote = e.remote(&opened.to)?;
    let (mut after, mut undated) = (None, Vec::new());
    loop {
        let list = ListUploads {
            bucket: remote.bucket.clone(),
            key: remote.key.clone(),
            after,
        };
        let (found, next) = match remote.client.call(&list).await {
            Ok(page) => page,
            Err(error) if error.kind == ErrorKind::Network => return Err(remote.stop(&error)),
            Err(_) => return Ok(()),
        };
        for pending in found {
            let ours = is_ours(&pending, remote.key.as_str(), opened);
            if !ours || !is_empty(&remote, &pending).await {
                continue;
            }
            if is_undated(&pending) {
                undated.push(pending);
            } else {
                finish::abort(e, &opened.to, &pending.upload).await?;
            }
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    if let [pending] = &undated[..] {
        finish::abort(e, &opened.to, &pending.upload).await?;
    }
    Ok(())
}

fn is_undated(pending: &Pending) -> bool {
    pending.started.is_some_and(|at| at.as_second() == NO_DATE)
}

/// Whether nobody sent anything into an upload. If that cannot be told, it is left alone.
async fn is_empty(remote: &Remote, pending: &Pending) -> bool {
    let list = ListParts {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        upload: pending.upload.clone(),
        after: 0,
    };
    let parts = remote.client.call(&list).await;
    parts.is_ok_and(|(parts, _)| parts.is_empty())
}

fn is_ours(pending: &Pending, key: &str, opened: &Opened) -> bool {
    let last = opened.unheard_until();
    let last = last.map_or(LATE, |until| until.duration_since(opened.at) + EARLY);
    let in_time = |started: Timestamp| {
        let since = started.duration_since(opened.at);
        since >= -EARLY && since <= last.min(LATE)
    };
    *pending.key == *key && (is_undated(pending) || pending.started.is_some_and(in_time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::UploadId;

    #[test]
    fn only_what_was_started_when_we_did_is_ours() {
        let to = crate::model::Location::Local("/k".into());
        let at = |second| Timestamp::from_second(second).unwrap();
        let opened = Opened::unheard(&to, at(1000), None);
        let pending = |key: &str, second: Option<i64>| Pending {
            key: key.into(),
            upload: UploadId("u".into()),
            started: second.and_then(|second| Timestamp::from_second(second).ok()),
        };
        assert!(is_ours(&pending("k", Some(1000)), "k", &opened));
        assert!(is_ours(&pending("k", Some(1299)), "k", &opened));
        assert!(is_ours(&pending("k", Some(NO_DATE)), "k", &opened));
        for other in [
            pending("k2", Some(1000)),
            pending("k", Some(997)),
            pending("k", Some(1301)),
            pending("k", None),
        ] {
            assert!(!is_ours(&other, "k", &opened), "{other:?}");
        }
        // What was started when our last try was over is somebody else's.
        let opened = Opened::unheard(&to, at(1000), Some(at(1010)));
        assert!(is_ours(&pending("k", Some(1011)), "k", &opened));
        assert!(!is_ours(&pending("k", Some(1013)), "k", &opened));
    }
}
