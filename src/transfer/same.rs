//! Whether a file's bytes are on the server already.
//!
//! An upload whose answer was lost, by a server that went down behind it, stands there when the
//! job is tried again: that is an end, not a conflict. So is a file that somebody copied before.

use md5::{Digest as _, Md5};

use super::checksum;
use super::errand::{Errand, Remote, Stop};
use super::finish;
use super::{Conflict, Side};
use crate::local::Source;
use crate::model::ETag;
use crate::s3::{ErrorKind, GetObject};

/// Largest file that is read to find out; above that a person is asked.
const MAX_READ: u64 = 64 << 20;

/// Largest object that is fetched to find out, where its tag does not tell.
const MAX_FETCHED: u64 = 8 << 20;

/// Whether the object that stands in the way holds the same bytes, by its MD5.
pub(crate) async fn is_there(
    e: &Errand,
    remote: &Remote,
    source: &Source,
    conflict: &Conflict,
) -> Result<bool, Stop> {
    let size = source.stamp().size;
    let Side {
        size: there, etag, ..
    } = &conflict.theirs;
    if *there != Some(size) || size > MAX_READ {
        return Ok(false);
    }
    let etag = match etag {
        Some(etag) => ETag::new(etag),
        // Not every server lists tags.
        None => finish::find(remote).await?.and_then(|head| head.meta.etag),
    };
    let theirs = match etag.as_ref().and_then(ETag::as_md5) {
        Some(md5) => md5.to_owned(),
        None if size <= MAX_FETCHED => match md5_of(remote).await {
            Some(md5) => md5,
            None => return Ok(false),
        },
        None => return Ok(false),
    };
    let source = source.clone();
    let read = move || {
        let read = |offset, len| source.read_at(offset, len);
        let ours = checksum::md5_range(&read, 0, size).map_err(|x| source.read_trouble(&x))?;
        Ok(checksum::hex(&ours) == theirs)
    };
    e.busy(read).await
}

/// The MD5 of an object whose tag does not tell it, by reading it. None when that fails: then a
/// person is asked, as if nothing were known.
async fn md5_of(remote: &Remote) -> Option<String> {
    let get = GetObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        range: None,
        if_match: None,
    };
    let mut hash = Md5::new();
    match remote.client.stream(&get).await {
        Ok(mut download) => {
            while let Some(chunk) = download.chunk().await.ok()? {
                hash.update(&chunk);
            }
        }
        // An empty object has no range.
        Err(error) if error.kind == ErrorKind::Range => {}
        Err(_) => return None,
    }
    Some(checksum::hex(&hash.finalize()))
}
