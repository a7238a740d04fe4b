//! Streams without a file at the other end: `cat`, and uploads from standard input.

use std::ops::RangeInclusive;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::{Engine, Verified, open};
use crate::model::{Answer, Location, Trouble};
use crate::s3::{Client, Download, Error, ErrorKind, GetObject};
use crate::transfer;

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
    /// parts otherwise. Gives the number of bytes, and how they were checked.
    ///
    /// # Errors
    /// When the source or the server fails; nothing is left behind that the journal does not name.
    pub async fn write_stream(
        &self,
        to: &Location,
        chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    ) -> Answer<(u64, Verified)> {
        let Location::Object { account, .. } = to else {
            return Err(Trouble::new(
                "NotAnObject",
                &format!("Cannot write a stream to {to}"),
                "a stream goes into one object",
                "name the object: s3://bucket/key",
            ));
        };
        let client = self.writable(account)?;
        let config = &self.0.config;
        let how = (open::limits(config), &*config.paths.state);
        transfer::take_in(client, to, how, chunks).await
    }
}
