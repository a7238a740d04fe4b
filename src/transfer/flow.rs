//! The bytes of an object or a range, whole and of one version, whatever the connection does.
//!
//! Invariant: every answer is held against the first one (tag, total, date); a body that breaks
//! off is taken up at the byte that was reached.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::claim::Claim;
use super::errand::{Errand, Remote, Stop, Tools};
use super::job::Seen;
use super::pulls::{Pull, WINDOW};
use super::upload::mtime_in;
use crate::model::ObjectHead;
use crate::s3::{Download, Error, ErrorKind, GetObject};

/// Breaks in a row that are borne.
const BREAKS: u32 = 10;

/// Bytes after which earlier breaks are forgotten.
const PROGRESS: u64 = 1 << 20;

/// A body on its way.
pub(crate) struct Flow {
    remote: Remote,
    seen: Seen,
    download: Download,
    at: u64,
    /// Behind the last byte of the part.
    end: u64,
    /// Behind the last byte that this answer brings; beyond `end` where it goes on to parts.
    reach: u64,
    /// What came of the next part.
    over: Bytes,
    breaks: u32,
    since: u64,
    spur: Option<Spur>,
}

/// What a range needs to be hurried, if it crawls while others run.
struct Spur {
    tools: Arc<Tools>,
    /// Where the window began, and how long its bytes were waited for.
    from: u64,
    waited: Duration,
    /// It was hurried: once is enough.
    hurried: bool,
}

/// What an answer's head says about the object.
pub(crate) fn seen(head: &ObjectHead) -> Option<Seen> {
    let sealed = |name: &str, value: &str| head.header(name).is_some_and(|v| v.contains(value));
    let mtime = head.metadata.iter().find(|(name, _)| &**name == "mtime");
    Some(Seen {
        size: head.meta.size?,
        etag: head.meta.etag.clone(),
        modified: head.meta.modified,
        mtime: mtime.and_then(|(_, value)| mtime_in(value)),
        plain: !sealed("x-amz-server-side-encryption", "kms")
            && !sealed("x-amz-server-side-encryption-customer-algorithm", ""),
        claim: Claim::of(head),
    })
}

impl Seen {
    /// Whether an answer is about another version.
    pub(crate) fn differs(&self, now: &Self) -> bool {
        let other = |a: bool, b: bool, same: bool| a && b && !same;
        self.size != now.size
            || matches!((&self.etag, &now.etag), (Some(a), Some(b)) if !a.agrees(b))
            || other(
                self.modified.is_some(),
                now.modified.is_some(),
                self.modified == now.modified,
            )
    }
}

impl Flow {
    /// Starts at the beginning: the first request brings the first bytes (rule G-1). At most
    /// `first` bytes are asked for; none asks for the whole.
    pub(crate) async fn first(remote: Remote, first: Option<u64>) -> Result<Self, Stop> {
        let range = first.map(|len| 0..=len.saturating_sub(1));
        let download = match ask(&remote, range, None).await {
            // An empty object has no first byte (rule G-2).
            Err(error) if error.kind == ErrorKind::Range => ask(&remote, None, None).await,
            other => other,
        };
        let download = download.map_err(|x| remote.stop(&x))?;
        let mut head = download.head.clone();
        if head.meta.size.is_none() && download.start == 0 {
            head.meta.size = download.len;
        }
        let Some(seen) = seen(&head) else {
            return Err(Stop::from(crate::model::Trouble::new(
                "SizeUnknown",
                &format!("Cannot copy {}", remote.location()),
                "the server does not say how large it is",
                "",
            )));
        };
        let end = download.len.map_or(seen.size, |len| download.start + len);
        let end = end.min(seen.size);
        Ok(Self {
            end,
            reach: end,
            over: Bytes::new(),
            at: 0,
            since: 0,
            breaks: 0,
            spur: None,
            remote,
            seen,
            download,
        })
    }

    /// Starts a part of an object that was seen before, from its offset to behind its last byte.
    /// The answer may bring more, up to `reach`.
    pub(crate) async fn range(
        remote: Remote,
        seen: &Seen,
        (offset, end): (u64, u64),
        reach: u64,
    ) -> Result<Self, Stop> {
        let range = offset..=reach.saturating_sub(1);
        let download = again(&remote, seen, range).await?;
        Ok(Self {
            at: offset,
            end,
            reach,
            over: Bytes::new(),
            since: offset,
            breaks: 0,
            spur: None,
            seen: seen.clone(),
            remote,
            download,
        })
    }

    /// Where the next part begins, if this answer goes on to it.
    pub(crate) fn onward(&self) -> Option<u64> {
        (self.at == self.end && self.end < self.reach).then_some(self.end)
    }

    /// The same answer, gone on to the part that ends there; none if it is of something else.
    pub(crate) fn on(mut self, seen: &Seen, end: u64) -> Option<Self> {
        if self.seen != *seen || end > self.reach {
            return None;
        }
        (self.end, self.since) = (end, self.at);
        Some(self)
    }

    /// The same, held against others of its kind.
    pub(crate) fn beside(mut self, tools: &Arc<Tools>) -> Self {
        self.spur = Some(Spur {
            tools: Arc::clone(tools),
            from: self.at,
            waited: Duration::ZERO,
            hurried: false,
        });
        self
    }

    /// Says whether this body crawls. Only time that is spent waiting for bytes counts.
    fn crawls(&mut self, waited: Duration) -> bool {
        let (at, end) = (self.at, self.end);
        let window = self.remote.client.tempo().rest(WINDOW);
        let Some(spur) = &mut self.spur else {
            return false;
        };
        spur.waited += waited;
        if spur.waited < window && at < end {
            return false;
        }
        // A limit of bandwidth makes all of them wait, and not alike.
        let limited = spur.tools.valve.rate().is_some();
        let pull = spur.tools.pulls.came(at - spur.from, spur.waited);
        (spur.from, spur.waited) = (at, Duration::ZERO);
        let hurries = pull == Pull::Crawls && !limited && !spur.hurried && at < end;
        spur.hurried |= hurries;
        hurries
    }

    /// What the object looked like in the first answer.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Whether this body is all of the object.
    pub(crate) fn is_whole(&self) -> bool {
        self.at == 0 && self.end == self.seen.size
    }

    /// Whether this body is exactly the first `len` bytes.
    pub(crate) fn covers(&self, len: u64) -> bool {
        self.at == 0 && self.end == len
    }

    /// The next bytes; none when all have come.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Stop> {
        while self.at < self.end {
            let asked = Instant::now();
            let chunk = if self.over.is_empty() {
                self.download.chunk().await
            } else {
                Ok(Some(std::mem::take(&mut self.over)))
            };
            match chunk {
                Ok(Some(bytes)) => {
                    let bytes = self.cut(bytes);
                    self.at += bytes.len() as u64;
                    if self.at - self.since >= PROGRESS {
                        self.breaks = 0;
                        self.since = self.at;
                    }
                    if self.crawls(asked.elapsed()) {
                        self.rest().await?;
                    }
                    return Ok(Some(bytes));
                }
                Ok(None) => self.resume(None).await?,
                Err(error) if error.kind == ErrorKind::Network => self.resume(Some(error)).await?,
                Err(error) => return Err(self.remote.stop(&error)),
            }
        }
        Ok(None)
    }

    /// Keeps what belongs to the next part. A body that has no length of its own may bring more
    /// than was asked for; that is cut off when the last part ends.
    fn cut(&mut self, mut bytes: Bytes) -> Bytes {
        let room = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        if bytes.len() > room {
            self.over = bytes.split_off(room);
        }
        bytes
    }

    async fn resume(&mut self, error: Option<Error>) -> Result<(), Stop> {
        self.breaks += 1;
        if self.breaks > BREAKS {
            return Err(match error {
                Some(error) => self.remote.stop(&error),
                None => Stop::replaced(&self.remote.location()),
            });
        }
        self.rest().await
    }

    /// Asks for the rest; what is still on its way over the old connection never comes.
    async fn rest(&mut self) -> Result<(), Stop> {
        let range = self.at..=self.reach.saturating_sub(1);
        self.download = again(&self.remote, &self.seen, range).await?;
        Ok(())
    }
}

async fn ask(
    remote: &Remote,
    range: Option<RangeInclusive<u64>>,
    seen: Option<&Seen>,
) -> Result<Download, Error> {
    let get = GetObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        range,
        if_match: seen.and_then(|s| s.etag.clone()),
    };
    remote.client.stream(&get).await
}

/// Asks for a range of a known version.
async fn again(
    remote: &Remote,
    known: &Seen,
    range: RangeInclusive<u64>,
) -> Result<Download, Stop> {
    let replaced = || Stop::replaced(&remote.location());
    let start = *range.start();
    // An empty object has no range at all.
    let whole = start == 0 && *range.end() + 1 >= known.size;
    let download = match ask(remote, (!whole).then_some(range), Some(known)).await {
        Ok(download) => download,
        Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::Range) => {
            return Err(replaced());
        }
        Err(error) => return Err(remote.stop(&error)),
    };
    let now = seen(&download.head);
    if download.start != start || now.is_some_and(|now| known.differs(&now)) {
        return Err(replaced());
    }
    Ok(download)
}

impl Errand {
    /// Collects a flow into memory.
    pub(crate) async fn collect(&self, flow: &mut Flow) -> Result<Bytes, Stop> {
        let len = usize::try_from(flow.end - flow.at).unwrap_or(usize::MAX);
        let first = flow.next().await?.unwrap_or_default();
        if first.len() == len {
            return Ok(first);
        }
        let mut all = bytes::BytesMut::with_capacity(len);
        all.extend_from_slice(&first);
        while let Some(bytes) = flow.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ETag;
    use jiff::Timestamp;

    #[test]
    fn any_difference_is_another_version() {
        let was = Seen {
            size: 5,
            etag: ETag::new("a"),
            modified: Some(Timestamp::UNIX_EPOCH),
            mtime: None,
            plain: true,
            claim: None,
        };
        assert!(!was.differs(&was));
        assert!(!was.differs(&Seen {
            etag: None,
            modified: None,
            ..was.clone()
        }));
        assert!(was.differs(&Seen {
            size: 6,
            ..was.clone()
        }));
        assert!(was.differs(&Seen {
            etag: ETag::new("b"),
            ..was.clone()
        }));
        assert!(was.differs(&Seen {
            modified: Some(Timestamp::MAX),
            ..was.clone()
        }));
    }
}
