//! HTTP/1.1 as far as a test needs it, with the rudeness that a library would not allow.

use std::collections::HashMap;
use std::fmt::Write as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::store::Answer;

/// The head of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HashMap<String, String>,
    pub(super) len: usize,
}

impl Ask {
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix('/')?;
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let headers: HashMap<_, _> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let len = headers
            .get("content-length")
            .map_or(Some(0), |l| l.parse().ok())?;
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        Some(Self {
            method,
            bucket: decode(bucket),
            key: decode(key),
            query: query
                .split('&')
                .filter(|p| !p.is_empty())
                .map(pair)
                .collect(),
            headers,
            len,
        })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The name that S3 gives the call.
    pub(super) fn op(&self) -> &'static str {
        let has = |name| self.query.contains_key(name);
        let copies = self.headers.contains_key("x-amz-copy-source");
        match (&*self.method, self.key.is_empty()) {
            ("GET", true) if has("uploads") => "ListMultipartUploads",
            ("GET", true) => "ListObjectsV2",
            ("POST", true) => "DeleteObjects",
            ("GET", false) if has("uploadId") => "ListParts",
            ("GET", false) if has("tagging") => "GetObjectTagging",
            ("GET", false) => "GetObject",
            ("HEAD", false) => "HeadObject",
            ("POST", false) if has("uploads") => "CreateMultipartUpload",
            ("POST", false) => "CompleteMultipartUpload",
            ("PUT", false) if has("partNumber") && copies => "UploadPartCopy",
            ("PUT", false) if has("partNumber") => "UploadPart",
            ("PUT", false) if copies => "CopyObject",
            ("PUT", false) => "PutObject",
            ("DELETE", false) if has("uploadId") => "AbortMultipartUpload",
            ("DELETE", false) => "DeleteObject",
            _ => "Other",
        }
    }
}

/// Undoes percent-encoding.
pub(super) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            read: Vec::new(),
        }
    }

    async fn more(&mut self) -> Option<()> {
        let mut buffer = vec![0; 64 << 10];
        let count = self.stream.read(&mut buffer).await.ok()?;
        self.read.extend_from_slice(&buffer[..count]);
        (count > 0).then_some(())
    }

    /// The next request's head; none at the end.
    pub(super) async fn head(&mut self) -> Option<Ask> {
        loop {
            let end = self.read.windows(4).position(|w| w == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.read.drain(..end + 4).collect();
                return Ask::read(std::str::from_utf8(&head[..end]).ok()?);
            }
            self.more().await?;
        }
    }

    /// The next bytes of a body.
    pub(super) async fn body(&mut self, len: usize) -> Option<Vec<u8>> {
        while self.read.len() < len {
            self.more().await?;
        }
        Some(self.read.drain(..len).collect())
    }

    /// Sends an answer, of its body only the beginning.
    pub(super) async fn answer(&mut self, ask: &Ask, answer: &Answer, end: usize) -> Option<()> {
        let mut head = format!("HTTP/1.1 {} Answer\r\n", answer.status);
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let len = answer.claims.unwrap_or(answer.body.len());
        let _ = write!(head, "content-length: {len}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await.ok()?;
        if ask.method != "HEAD" {
            self.stream.write_all(&answer.body[..end]).await.ok()?;
        }
        self.stream.flush().await.ok()
    }

    /// Sends a body in small steps.
    pub(super) async fn crawl(&mut self, body: &[u8], step: usize) -> Option<()> {
        for piece in body.chunks(step) {
            self.stream.write_all(piece).await.ok()?;
            self.stream.flush().await.ok()?;
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        Some(())
    }

    /// Ends the connection by a reset, not by an end.
    pub(super) fn reset(&mut self) -> Option<()> {
        self.stream.set_zero_linger().unwrap();
        None
    }

    /// Does nothing until the other side has had enough.
    pub(super) async fn stall(&mut self) -> Option<()> {
        while self.more().await.is_some() {
            self.read.clear();
        }
        None
    }
}
