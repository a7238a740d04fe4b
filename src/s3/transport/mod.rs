//! The only thing that touches the wire.
//!
//! A [`Transport`] sends one signed request and gives the head of the answer with its body as it
//! arrives. It knows no S3, signs nothing, follows nothing and never tries twice. Invariant: path
//! and query go out byte for byte as they were signed, and bodies arrive as they were sent.

mod body;
mod fault;
mod http;
mod meter;
mod names;
mod prompt;
mod raw;
#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use ::http::response::Parts;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};

use super::{Payload, Signed};

pub(super) use fault::{Broken, Fault, TlsFault};
pub(super) use http::Http;
pub(super) use meter::Meter;
#[cfg(test)]
pub(super) use script::{Reply, Script, Sent};

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// The server has little to do.
    Quick,
    /// The server takes a body of object data.
    Upload,
    /// The server may work for minutes before it answers, longer the more bytes it moves.
    Slow(u64),
}

/// One request, ready to go.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// Method, URL and headers.
    pub(super) signed: Signed,
    /// The body.
    pub(super) payload: Payload,
    /// Sees the bytes of the body as the connection takes them.
    pub(super) meter: Arc<Meter>,
    /// How patient to be.
    pub(super) pace: Pace,
}

/// A body as it arrives. Ends without an error only when it is complete, as far as HTTP can tell.
pub(super) type Body = BoxStream<'static, Result<Bytes, Broken>>;

/// The head of an answer, and its body.
pub(super) struct Incoming {
    /// Status and headers.
    pub(super) head: Parts,
    /// The body.
    pub(super) body: Body,
}

/// What carries requests.
pub(super) trait Transport: Send + Sync {
    /// Sends one request. Dropping the future cancels it.
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Broken>>;
}

/// Reads a body to its end, or up to `most` bytes.
pub(super) async fn read_up_to(body: &mut Body, most: usize) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        let room = most - out.len();
        out.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if out.len() == most {
            break;
        }
    }
    Ok(out)
}

/// Reads what there is of the body of a refusal: 64 KiB and 10 seconds at most, no error.
pub(super) async fn read_refusal(mut body: Body) -> Vec<u8> {
    const MOST: usize = 64 * 1024;
    let mut out = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(Ok(chunk)) = body.next().await {
            let room = MOST - out.len();
            out.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if out.len() == MOST {
                break;
            }
        }
    })
    .await;
    out
}
