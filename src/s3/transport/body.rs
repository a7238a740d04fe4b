//! Bodies of requests, in slices that are counted as the connection takes them.
//!
//! Invariant: a body has exactly as many bytes as it said. Memory is sliced without a copy; files
//! are read on blocking threads, never on the workers of the runtime.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http_body::{Frame, SizeHint};
use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Sleep, sleep};

use super::Meter;
use crate::s3::{Grant, Payload, ReadAt};

/// One frame: small enough that a slow line still moves now and then, large enough to cost little.
const FRAME: usize = 128 * 1024;
/// What is read from a file at once.
const READ: u64 = 1024 * 1024;

/// The source of an upload could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(pub(super) io::Error);

/// The body of one try.
#[derive(Debug)]
pub(super) struct Frames {
    ready: Bytes,
    rest: Option<Rest>,
    left: u64,
    meter: Arc<Meter>,
    /// Until when the pace holds the next frame back, and how large it may be then.
    held: Option<(Pin<Box<Sleep>>, usize)>,
}

/// What is still in the file.
#[derive(Debug)]
struct Rest {
    source: Arc<dyn ReadAt>,
    at: u64,
    end: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Frames {
    /// The body of a payload.
    pub(super) fn new(payload: Payload, meter: Arc<Meter>) -> Self {
        let left = payload.len();
        let (ready, rest) = match payload {
            Payload::Empty => (Bytes::new(), None),
            Payload::Text(bytes) | Payload::Data { bytes, .. } => (bytes, None),
            Payload::Stream {
                source,
                offset,
                len,
                ..
            } => {
                if let Some(bytes) = source.take_held(offset, len) {
                    return Self {
                        ready: bytes,
                        rest: None,
                        left,
                        meter,
                        held: None,
                    };
                }
                let rest = Rest {
                    source,
                    at: offset,
                    end: offset + len,
                    reading: None,
                };
                (Bytes::new(), Some(rest))
            }
        };
        Self {
            ready,
            rest,
            left,
            meter,
            held: None,
        }
    }

    /// Bytes of the next frame, once the pace allows it.
    fn poll_frame_size(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let most = self.ready.len().min(FRAME);
        loop {
            if let Some((held, bytes)) = &mut self.held {
                ready!(held.as_mut().poll(cx));
                let bytes = *bytes;
                self.held = None;
                return Poll::Ready(bytes.clamp(1, most));
            }
            let Grant { bytes, after } = self.meter.grant(most as u64);
            let bytes = usize::try_from(bytes).unwrap_or(most);
            if after.is_zero() {
                return Poll::Ready(bytes.clamp(1, most));
            }
            self.held = Some((Box::pin(sleep(after)), bytes));
        }
    }
}

impl Rest {
    /// Reads on; none at the end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Unreadable>>> {
        let Some(reading) = &mut self.reading else {
            return if self.at >= self.end {
                Poll::Ready(None)
            } else {
                self.start();
                self.poll(cx)
            };
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        let bytes = match read {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => return Poll::Ready(Some(Err(Unreadable(error)))),
            Err(stopped) => return Poll::Ready(Some(Err(Unreadable(io::Error::other(stopped))))),
        };
        if bytes.is_empty() {
            let short = io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter");
            return Poll::Ready(Some(Err(Unreadable(short))));
        }
        self.at += bytes.len() as u64;
        // The next piece is read while this one is sent.
        self.start();
        Poll::Ready(Some(Ok(bytes)))
    }

    fn start(&mut self) {
        let (source, at) = (Arc::clone(&self.source), self.at);
        let Ok(len) = usize::try_from(READ.min(self.end - self.at)) else {
            return;
        };
        if len > 0 {
            self.reading = Some(spawn_blocking(move || source.read_at(at, len)));
        }
    }
}

impl ::http_body::Body for Frames {
    type Data = Bytes;
    type Error = Unreadable;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unreadable>>> {
        let this = &mut *self;
        if this.ready.is_empty()
            && let Some(rest) = &mut this.rest
        {
            match ready!(rest.poll(cx)) {
                Some(Ok(bytes)) => this.ready = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        if this.ready.is_empty() {
            return Poll::Ready(None);
        }
        let n = ready!(this.poll_frame_size(cx));
        let frame = this.ready.split_to(n);
        this.left = this.left.saturating_sub(n as u64);
        this.meter.took(n as u64);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use http_body_util::BodyExt;
    use tokio::time::Instant;

    use super::*;
    use crate::s3::{Heading, Pacer, Setback};

    /// Lets 1000 bytes go every 100 ms.
    struct Slow(Mutex<Instant>);

    impl Pacer for Slow {
        fn set_back(&self, _: &Setback<'_>) {}

        fn grant(&self, want: u64, heading: Heading) -> Grant {
            assert_eq!(heading, Heading::Up);
            let mut next = self.0.lock().unwrap();
            let now = Instant::now();
            let after = next.saturating_duration_since(now);
            *next = now + after + Duration::from_millis(100);
            Grant {
                bytes: want.min(1000),
                after,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_paced_body_goes_in_its_time_and_whole() {
        let began = Instant::now();
        let pacer: Arc<dyn Pacer> = Arc::new(Slow(Mutex::new(began)));
        let meter = Arc::new(Meter::new(None).paced(Some(pacer)));
        let content: Vec<u8> = (0..10_500_u32).map(|n| n.to_le_bytes()[0]).collect();
        let payload = Payload::Text(Bytes::from(content.clone()));
        let mut body = Frames::new(payload, Arc::clone(&meter));
        let mut got = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            assert!(data.len() <= 1000);
            got.extend_from_slice(&data);
            let most = 1000 * (began.elapsed().as_millis() / 100 + 1);
            assert!(got.len() as u128 <= most);
        }
        assert_eq!((got, meter.taken()), (content, 10_500));
        assert_eq!(began.elapsed().as_millis() / 100, 10);
    }
}
