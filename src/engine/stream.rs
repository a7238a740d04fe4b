//! Streams without a file at the other end: `cat`, and uploads from standard input.

use std::ops::RangeInclusive;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

use super::Engine;
use crate::model::{Answer, BucketName, ETag, Key, Location, Trouble};
use crate::s3::{
    AbortUpload, Client, CompleteUpload, CreateUpload, Download, Error, ErrorKind, GetObject,
    NewObject, PartSource, PutObject, UploadId, UploadPart,
};
use crate::transfer::{content_type, payload};

/// Bytes of the first parts of an upload of unknown length. It doubles every
/// [`PARTS_PER_SIZE`] parts, so that 10,000 parts hold more than 5 TiB.
const FIRST_PART: usize = 16 << 20;

/// Parts of one size.
const PARTS_PER_SIZE: u32 = 1000;

/// Parts in flight at once, each held in memory.
const IN_FLIGHT: usize = 4;

/// How often a body that broke off is taken up again without a byte in between.
const RESUMES: u32 = 5;

/// The bytes of an object or file, in order.
#[derive(Debug)]
pub struct Reader(Source);

#[derive(Debug)]
enum Source {
    Object(Box<Remote>),
    File(mpsc::Receiver<Answer<Bytes>>),
    Empty,
}

struct Remote {
    client: Client,
    get: GetObject,
    download: Download,
    at: u64,
    broken: u32,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("get", &self.get)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// The next bytes, none at the end. A connection that breaks is taken up again where it
    /// broke, as long as the object is still the same.
    ///
    /// # Errors
    /// When reading fails for good. An end that comes too early is an error, never an end.
    pub async fn chunk(&mut self) -> Answer<Option<Bytes>> {
        match &mut self.0 {
            Source::Empty => Ok(None),
            Source::Object(remote) => remote.chunk().await.map_err(|error| error.trouble()),
            Source::File(chunks) => chunks.recv().await.transpose(),
        }
    }
}

impl Remote {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.download.chunk().await {
                Ok(Some(bytes)) => {
                    self.at += bytes.len() as u64;
                    self.broken = 0;
                    return Ok(Some(bytes));
                }
                Ok(None) => return Ok(None),
                Err(error) if error.kind == ErrorKind::Network && self.broken < RESUMES => {
                    self.broken += 1;
                    self.resume(error).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for the rest, and insists on the same object. Without a tag there is no telling.
    async fn resume(&mut self, broke: Error) -> Result<(), Error> {
        let Some(etag) = self.download.head.meta.etag.clone() else {
            return Err(broke);
        };
        let last = match &self.get.range {
            Some(range) => Some(*range.end()),
            None => self
                .download
                .head
                .meta
                .size
                .map(|size| size.saturating_sub(1)),
        };
        let rest = GetObject {
            range: Some(self.at..=last.unwrap_or(u64::MAX)),
            if_match: Some(etag.clone()),
            ..self.get.clone()
        };
        let download = self.client.stream(&rest).await?;
        if download.head.meta.etag.as_ref() != Some(&etag) {
            return Err(broke);
        }
        self.download = download;
        Ok(())
    }
}

impl Engine {
    /// Opens an object or file, or a range of it, for reading in order.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open_read(
        &self,
        at: &Location,
        range: Option<RangeInclusive<u64>>,
    ) -> Answer<Reader> {
        match at {
            Location::Object {
                account,
                bucket,
                key,
            } => {
                let client = self.client(account)?.clone();
                let start = range.as_ref().map_or(0, |r| *r.start());
                let get = GetObject {
                    bucket: bucket.clone(),
                    key: key.clone(),
                    range,
                    if_match: None,
                };
                match client.stream(&get).await {
                    Ok(download) => {
                        let remote = Remote {
                            client,
                            get,
                            download,
                            at: start,
                            broken: 0,
                        };
                        Ok(Reader(Source::Object(Box::new(remote))))
                    }
                    Err(error) if error.kind == ErrorKind::Range && start == 0 => {
                        Ok(Reader(Source::Empty))
                    }
                    Err(error) => Err(error.trouble()),
                }
            }
            Location::Local(path) => crate::local::stream(path, range)
                .await
                .map(|chunks| Reader(Source::File(chunks))),
            Location::Under { .. } => Err(Trouble::new(
                "NotAnObject",
                &format!("{at} is no single object or file"),
                "only one object or file can be read in order",
                "name the object, without a slash at the end",
            )),
        }
    }

    /// Streams chunks of unknown total length into an object: one request when it is small,
    /// parts otherwise. Gives the number of bytes.
    ///
    /// # Errors
    /// When the source or the server fails; nothing is left behind.
    pub async fn write_stream(
        &self,
        to: &Location,
        chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    ) -> Answer<u64> {
        let Location::Object {
            account,
            bucket,
            key,
        } = to
        else {
            return Err(Trouble::new(
                "NotAnObject",
                &format!("Cannot write a stream to {to}"),
                "a stream goes into one object",
                "name the object: s3://bucket/key",
            ));
        };
        let client = self.writable(account)?;
        let about = NewObject {
            content_type: Some(content_type(key.name()).into()),
            metadata: Vec::new(),
            ..NewObject::default()
        };
        let mut cutter = Cutter::new(chunks);
        let (first, end) = cutter.take(FIRST_PART).await?;
        if end == End::Reached {
            let len = first.len() as u64;
            let put = PutObject {
                bucket: bucket.clone(),
                key: key.clone(),
                about,
                payload: payload(client.integrity(), first).await,
                only_new: false,
            };
            client.call(&put).await.map_err(|error| error.trouble())?;
            return Ok(len);
        }
        let create = CreateUpload {
            bucket: bucket.clone(),
            key: key.clone(),
            about,
        };
        let upload = client
            .call(&create)
            .await
            .map_err(|error| error.trouble())?;
        let target = Target {
            client,
            bucket,
            key,
            upload,
        };
        match target.parts(first, &mut cutter).await {
            Ok(len) => Ok(len),
            Err(trouble) => {
                target.abort().await;
                Err(trouble)
            }
        }
    }
}

struct Target<'a> {
    client: &'a Client,
    bucket: &'a BucketName,
    key: &'a Key,
    upload: UploadId,
}

impl Target<'_> {
    /// Sends all parts and joins them. Gives the number of bytes.
    async fn parts(&self, first: Bytes, cutter: &mut Cutter) -> Answer<u64> {
        let mut flying = FuturesUnordered::new();
        let mut done: Vec<(u32, ETag)> = Vec::new();
        let (mut number, mut len, mut next) = (1, 0_u64, Some(first));
        loop {
            if flying.len() >= IN_FLIGHT || (next.is_none() && !flying.is_empty()) {
                if let Some(part) = flying.next().await {
                    done.push(part?);
                }
                continue;
            }
            let Some(bytes) = next.take() else { break };
            len += bytes.len() as u64;
            flying.push(self.part(number, bytes));
            number += 1;
            let (bytes, _) = cutter.take(part_size(number)).await?;
            next = (!bytes.is_empty()).then_some(bytes);
        }
        drop(flying);
        done.sort_by_key(|(number, _)| *number);
        let complete = CompleteUpload {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload: self.upload.clone(),
            parts: done,
            only_new: false,
        };
        self.client
            .call(&complete)
            .await
            .map_err(|error| error.trouble())?;
        Ok(len)
    }

    async fn part(&self, number: u32, bytes: Bytes) -> Answer<(u32, ETag)> {
        let part = UploadPart {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload: self.upload.clone(),
            number,
            from: PartSource::Payload(payload(self.client.integrity(), bytes).await),
        };
        let etag = self
            .client
            .call(&part)
            .await
            .map_err(|error| error.trouble())?;
        Ok((number, etag))
    }

    async fn abort(&self) {
        let abort = AbortUpload {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload: self.upload.clone(),
        };
        if let Err(error) = self.client.call(&abort).await {
            tracing::warn!(kind = ?error.kind, "an upload could not be given up");
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Reached,
    Open,
}

/// Cuts a stream into pieces of an exact size: some servers want all parts but the last equal.
struct Cutter {
    chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    rest: BytesMut,
}

impl Cutter {
    fn new(chunks: mpsc::Receiver<std::io::Result<Bytes>>) -> Self {
        Self {
            chunks,
            rest: BytesMut::new(),
        }
    }

    /// The next `size` bytes, fewer only at the end.
    async fn take(&mut self, size: usize) -> Answer<(Bytes, End)> {
        while self.rest.len() < size {
            match self.chunks.recv().await {
                Some(Ok(chunk)) => self.rest.extend_from_slice(&chunk),
                Some(Err(why)) => return Err(unreadable(&why)),
                None => return Ok((self.rest.split().freeze(), End::Reached)),
            }
        }
        Ok((self.rest.split_to(size).freeze(), End::Open))
    }
}

/// The size of a part of an upload whose length is not known.
fn part_size(number: u32) -> usize {
    FIRST_PART << ((number - 1) / PARTS_PER_SIZE)
}

fn unreadable(why: &std::io::Error) -> Trouble {
    Trouble::new(
        "CannotRead",
        "The source cannot be read",
        &why.to_string(),
        "",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_parts_hold_more_than_five_tebibytes() {
        let all: u64 = (1..=10_000).map(|n| part_size(n) as u64).sum();
        assert!(all > 5 << 40, "{all}");
        assert_eq!(
            (part_size(1), part_size(1000), part_size(1001)),
            (16 << 20, 16 << 20, 32 << 20)
        );
    }

    #[tokio::test]
    async fn a_stream_is_cut_into_equal_parts() {
        let (send, receive) = mpsc::channel(4);
        for chunk in ["abcd", "e", "fg"] {
            send.send(Ok(Bytes::from_static(chunk.as_bytes())))
                .await
                .unwrap();
        }
        drop(send);
        let mut cutter = Cutter::new(receive);
        assert_eq!(
            cutter.take(3).await.unwrap(),
            (Bytes::from_static(b"abc"), End::Open)
        );
        assert_eq!(
            cutter.take(3).await.unwrap(),
            (Bytes::from_static(b"def"), End::Open)
        );
        assert_eq!(
            cutter.take(3).await.unwrap(),
            (Bytes::from_static(b"g"), End::Reached)
        );
        assert_eq!(cutter.take(3).await.unwrap(), (Bytes::new(), End::Reached));
    }
}
