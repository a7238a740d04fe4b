//! Single objects and files: what is known about them, small reads and writes.

use std::ops::RangeInclusive;
use std::path::Path;

use bytes::{Bytes, BytesMut};

use super::bucket::listing;
use super::{About, Engine, Overwrite};
use crate::local::Replace;
use crate::model::{Answer, BucketName, Entry, Key, Location, Trouble};
use crate::s3::{
    Client, Error, ErrorKind, GetObject, HeadObject, ListObjects, NewObject, PutObject,
};
use crate::transfer::{content_type, payload};

/// Most bytes that [`Engine::read`] takes into memory at once.
const MAX_READ: u64 = 16 << 20;

impl Engine {
    /// All that is known about one object or file.
    ///
    /// # Errors
    /// When it is not there or not readable.
    pub async fn about(&self, at: &Location) -> Answer<About> {
        match at {
            Location::Object {
                account,
                bucket,
                key,
            } => {
                let head = HeadObject {
                    bucket: bucket.clone(),
                    key: key.clone(),
                };
                let client = self.client(account)?;
                client
                    .call(&head)
                    .await
                    .map(About::Object)
                    .map_err(|error| error.trouble())
            }
            Location::Under {
                account,
                bucket,
                prefix,
            } => match prefix.marker() {
                Some(key) => {
                    let head = HeadObject {
                        bucket: bucket.clone(),
                        key,
                    };
                    let client = self.client(account)?;
                    client
                        .call(&head)
                        .await
                        .map(About::Object)
                        .map_err(|error| {
                            // Servers that keep objects as files fail over a folder of theirs.
                            if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Server) {
                                no_marker(at)
                            } else {
                                error.trouble()
                            }
                        })
                }
                None => Err(no_marker(at)),
            },
            Location::Local(path) => crate::local::entry(path).await.map(About::File),
        }
    }

    /// Reads a range of an object or file (at most 16 MiB) into memory; gives the whole size too.
    /// A range beyond the end gives what there is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(&self, at: &Location, range: RangeInclusive<u64>) -> Answer<(Bytes, u64)> {
        let last = (*range.end()).min(range.start().saturating_add(MAX_READ - 1));
        let range = *range.start()..=last;
        match at {
            Location::Object {
                account,
                bucket,
                key,
            } => {
                let client = self.client(account)?;
                read_range(client, (bucket, key), range)
                    .await
                    .map_err(|error| error.trouble())
            }
            Location::Local(path) => crate::local::read(path, range).await,
            Location::Under { .. } => Err(not_one_thing(at)),
        }
    }

    /// Writes a small object or file whole. Refuses to replace one unless it is allowed.
    ///
    /// # Errors
    /// When it is there already or cannot be written.
    pub async fn write(&self, to: &Location, bytes: Bytes, overwrite: Overwrite) -> Answer<()> {
        match to {
            Location::Object {
                account,
                bucket,
                key,
            } => {
                let client = self.writable(account)?;
                if overwrite == Overwrite::Refuse {
                    refuse_existing(client, bucket, key).await?;
                }
                put_small(client, (bucket, key), bytes, overwrite).await
            }
            Location::Local(path) => {
                let replace = match overwrite {
                    Overwrite::Refuse => Replace::Refuse,
                    Overwrite::Allow => Replace::Allow,
                };
                crate::local::write(path, bytes, replace).await
            }
            Location::Under { .. } => Err(not_one_thing(to)),
        }
    }

    /// Makes a folder: a marker object, or a directory.
    ///
    /// # Errors
    /// When it cannot be made or is there already.
    pub async fn make_folder(&self, at: &Location) -> Answer<()> {
        match at {
            Location::Under {
                account,
                bucket,
                prefix,
            } => {
                let client = self.writable(account)?;
                let Some(key) = prefix.marker() else {
                    return Err(not_one_thing(at));
                };
                // Grouped, from the parent's view: some servers keep folders as directories and
                // list an empty one in no other way.
                let name = prefix.as_str().trim_end_matches('/');
                let probe = ListObjects {
                    delimited: true,
                    ..listing(bucket, name, None)
                };
                let there = client.list(&probe).await.map_err(|error| error.trouble())?;
                let ours = |entry: &Entry| matches!(entry, Entry::Prefix(p) if p == prefix);
                if there.entries.iter().any(ours) {
                    return Err(already_there(at));
                }
                put_small(client, (bucket, &key), Bytes::new(), Overwrite::Allow).await
            }
            Location::Local(path) => crate::local::make_folder(path).await,
            Location::Object { .. } => Err(not_one_thing(at)),
        }
    }

    /// Renames a local file or folder in place. Objects and prefixes are renamed by an order of
    /// kind `Move`.
    ///
    /// # Errors
    /// When the new name is taken or refused.
    pub async fn rename_local(&self, from: &Path, to: &Path) -> Answer<()> {
        crate::local::rename(from, to).await
    }
}

async fn read_range(
    client: &Client,
    (bucket, key): (&BucketName, &Key),
    range: RangeInclusive<u64>,
) -> Result<(Bytes, u64), Error> {
    let wanted = range.end() - range.start() + 1;
    let get = GetObject {
        bucket: bucket.clone(),
        key: key.clone(),
        range: Some(range),
        if_match: None,
    };
    let mut download = match client.stream(&get).await {
        // An empty object, or a range behind the end: there is nothing, and that is an answer.
        Err(error) if error.kind == ErrorKind::Range => {
            let head = HeadObject {
                bucket: bucket.clone(),
                key: key.clone(),
            };
            let head = client.call(&head).await?;
            return Ok((Bytes::new(), head.meta.size.unwrap_or(0)));
        }
        other => other?,
    };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = download.chunk().await? {
        let room = usize::try_from(wanted).unwrap_or(usize::MAX) - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() as u64 >= wanted {
            break;
        }
    }
    let size = download.head.meta.size.unwrap_or(bytes.len() as u64);
    Ok((bytes.freeze(), size))
}

async fn refuse_existing(client: &Client, bucket: &BucketName, key: &Key) -> Answer<()> {
    match client
        .call(&HeadObject {
            bucket: bucket.clone(),
            key: key.clone(),
        })
        .await
    {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.trouble()),
        Ok(_) => Err(taken(&format!("s3://{bucket}/{key}"))),
    }
}

/// Puts an object in one request. `If-None-Match` guards against a race where the server knows
/// it; servers that refuse the header are asked again without (rule U-12).
async fn put_small(
    client: &Client,
    (bucket, key): (&BucketName, &Key),
    bytes: Bytes,
    overwrite: Overwrite,
) -> Answer<()> {
    let marker = key.is_marker();
    let about = NewObject {
        content_type: (!marker).then(|| content_type(key.name()).into()),
        metadata: Vec::new(),
        ..NewObject::default()
    };
    put(client, (bucket, key), (about, bytes), overwrite).await
}

async fn put(
    client: &Client,
    (bucket, key): (&BucketName, &Key),
    (about, bytes): (NewObject, Bytes),
    overwrite: Overwrite,
) -> Answer<()> {
    let mut put = PutObject {
        bucket: bucket.clone(),
        key: key.clone(),
        about,
        payload: payload(client.integrity(), bytes).await,
        only_new: overwrite == Overwrite::Refuse,
    };
    let mut done = client.call(&put).await;
    let unknown = |error: &Error| matches!(error.status, Some(400 | 501));
    if put.only_new && done.as_ref().is_err_and(unknown) {
        put.only_new = false;
        done = client.call(&put).await;
    }
    match done {
        Ok(_) => Ok(()),
        Err(error) if error.status == Some(412) => Err(taken(&format!("s3://{bucket}/{key}"))),
        Err(error) => Err(error.trouble()),
    }
}

fn taken(what: &str) -> Trouble {
    Trouble::new(
        "AlreadyThere",
        &format!("{what} was not written"),
        "something with this name is there already",
        "choose another name",
    )
}

fn already_there(at: &Location) -> Trouble {
    taken(&at.to_string())
}

fn no_marker(at: &Location) -> Trouble {
    Trouble::new(
        "NoMarker",
        &format!("Nothing is stored about {at}"),
        "it is only a common beginning of keys, not an object",
        "go into it to see the objects",
    )
}

fn not_one_thing(at: &Location) -> Trouble {
    Trouble::new(
        "NotAnObject",
        &format!("{at} is no single object or file"),
        "this works on one object or one file",
        "name the object, without a slash at the end",
    )
}
