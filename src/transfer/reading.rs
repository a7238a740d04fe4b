//! A file's bytes made ready to be sent: read, hashed, and let go as soon as they are on their way.
//!
//! A server may take long to answer. What it is to keep was sent by then, so the memory of a part
//! is another part's as soon as the connection took its last byte; if it has to be sent again, it
//! is read again. Many parts can wait for their answers at once then, within little memory.
//! Invariant: what is sent first is what was hashed. What is sent later is the file's, which the
//! digest in the request holds it to.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::buffers::Buffers;
use super::errand::{Errand, Remote, Stop};
use super::{checksum, habits};
use crate::local::{Source, Stamp};
use crate::model::{Integrity, Trouble};
use crate::s3::{Payload, ReadAt};

/// Parts up to this size are held in memory; larger ones are read twice.
const HELD: u64 = 16 << 20;

/// Memory that a part takes which is read while it is sent.
const STREAMED: u64 = 4 << 20;

/// Bodies up to this size stay in memory until they were answered: they may be looked at again.
const KEPT: u64 = 1 << 20;

/// Memory that a body needs.
fn room(len: u64) -> u64 {
    if len <= HELD { len } else { STREAMED }
}

/// A range of a file as the body of a request.
#[derive(Debug)]
struct Reading {
    source: Source,
    /// The bytes with the place of the first, until they are sent.
    held: Mutex<Option<(u64, Bytes)>>,
    /// The room of a range that is read while it is sent.
    _room: Option<OwnedSemaphorePermit>,
}

impl ReadAt for Reading {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        self.source.read_at(offset, len)
    }

    fn take_held(&self, offset: u64, len: u64) -> Option<Bytes> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, bytes) = held.take()?;
        (at == offset && bytes.len() as u64 == len).then_some(bytes)
    }
}

/// Which file is to be read.
pub(crate) enum From<'f> {
    /// One that is open.
    Open(&'f Source),
    /// One that is to be opened as the same as before.
    Same(&'f std::path::Path, Stamp),
}

/// Reads a range with its digest, once there is room for it. A file that changed is refused.
pub(crate) async fn payload(
    e: &Errand,
    remote: &Remote,
    from: From<'_>,
    (offset, len): (u64, u64),
) -> Result<Payload, Stop> {
    if len == 0 {
        return Ok(Payload::Empty);
    }
    let how = habits::integrity(e, remote, len).await;
    let room = e.memory(room(len)).await?;
    let buffers = e.tools.buffers.clone();
    let open: Box<dyn FnOnce() -> Result<Source, Trouble> + Send> = match from {
        From::Open(source) => {
            let source = source.clone();
            Box::new(move || Ok(source))
        }
        From::Same(path, stamp) => {
            let path = path.to_path_buf();
            Box::new(move || Source::open_same_now(&path, stamp))
        }
    };
    e.busy(move || read(open()?, (&buffers, room), (offset, len), how))
        .await
}

/// Held in memory, or read once for the digest and again when it is sent. Blocks.
fn read(
    source: Source,
    (buffers, room): (&Buffers, OwnedSemaphorePermit),
    (offset, len): (u64, u64),
    how: Integrity,
) -> Result<Payload, Trouble> {
    let (held, room, digest) = if len <= HELD {
        let mut buffer = buffers.take(usize::try_from(len).unwrap_or(usize::MAX), Some(room));
        let digest = checksum::filling(how, buffer.as_mut(), |at, bytes| {
            source.read_into(offset + at, bytes)
        });
        let digest = digest.map_err(|error| source.read_trouble(&error))?;
        source.unchanged_now()?;
        let bytes = buffer.freeze();
        if len <= KEPT {
            return Ok(Payload::Data { bytes, digest });
        }
        (Some((offset, bytes)), None, digest)
    } else {
        let chunk = |at: u64, buffer: &mut [u8]| source.read_into(at, buffer);
        let digest = checksum::of_range(&chunk, offset, len, how);
        let digest = digest.map_err(|error| source.read_trouble(&error))?;
        (None, Some(room), digest)
    };
    Ok(Payload::Stream {
        source: Arc::new(Reading {
            source,
            held: Mutex::new(held),
            _room: room,
        }),
        offset,
        len,
        digest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::digest;
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn memory_is_free_as_soon_as_it_is_sent_and_a_second_try_reads_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let content: Vec<u8> = (0..3_000_000_u32)
            .map(|i| (i / 7).to_le_bytes()[0])
            .collect();
        std::fs::write(&path, &content).unwrap();
        let source = Source::open(&path).await.unwrap();
        let memory = Arc::new(Semaphore::new(1));
        let room = Arc::clone(&memory).acquire_owned().await.unwrap();
        let (buffers, range) = (Buffers::default(), (100, 2_000_000));
        let payload = read(source, (&buffers, room), range, Integrity::Sha256).unwrap();
        let Payload::Stream {
            source,
            offset,
            len,
            digest: found,
        } = payload
        else {
            panic!("it is not to be kept");
        };
        assert_eq!((offset, len), range);
        let want = &content[100..2_000_100];
        assert_eq!(found, digest(Integrity::Sha256, want));
        assert_eq!(memory.available_permits(), 0);
        let sent = source.take_held(offset, len).unwrap();
        assert_eq!(&sent[..], want);
        drop(sent);
        assert_eq!(memory.available_permits(), 1, "its room is not free");
        assert!(source.take_held(offset, len).is_none());
        assert_eq!(&source.read_at(100, 50).unwrap()[..], &want[..50]);
    }
}
