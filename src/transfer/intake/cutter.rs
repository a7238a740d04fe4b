//! A stream of unknown length, cut into pieces of exact sizes.
//!
//! Invariant: every piece but the last has its size: some servers want all parts but the last
//! equal.

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use crate::model::{Answer, Trouble};

/// Bytes of the first parts of an upload of unknown length. It doubles every
/// [`PARTS_PER_SIZE`] parts, so that 10,000 parts hold more than 5 TiB.
pub(super) const FIRST_PART: usize = 16 << 20;

/// Parts in flight at once while they are small.
const IN_FLIGHT: usize = 4;

/// Parts of one size.
const PARTS_PER_SIZE: u32 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Reached,
    Open,
}

/// Cuts a stream into pieces of an exact size: some servers want all parts but the last equal.
pub(super) struct Cutter {
    chunks: mpsc::Receiver<std::io::Result<Bytes>>,
    rest: BytesMut,
}

impl Cutter {
    pub(super) fn new(chunks: mpsc::Receiver<std::io::Result<Bytes>>) -> Self {
        Self {
            chunks,
            rest: BytesMut::new(),
        }
    }

    /// The next `size` bytes, fewer only at the end.
    pub(super) async fn take(&mut self, size: usize) -> Answer<(Bytes, End)> {
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
pub(super) fn part_size(number: u32) -> usize {
    FIRST_PART << ((number - 1) / PARTS_PER_SIZE)
}

/// How many parts of that size may be in flight, each held in memory, besides the next.
pub(super) fn in_flight(size: usize, memory: u64) -> usize {
    let most = usize::try_from(memory).unwrap_or(usize::MAX) / size.max(1);
    most.clamp(1, IN_FLIGHT)
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

    #[test]
    fn large_parts_fly_alone() {
        let at = |number| in_flight(part_size(number), 64 << 20);
        assert_eq!([1, 1001, 2001, 3001, 9001].map(at), [4, 2, 1, 1, 1]);
        assert_eq!((in_flight(1, 0), in_flight(0, u64::MAX)), (1, 4));
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
