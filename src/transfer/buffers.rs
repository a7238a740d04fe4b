//! Memory for parts, used again and again: a fresh buffer of some megabytes costs more by its page
//! faults and zeroes than by the copying into it.
//!
//! Invariant: nobody reads what an earlier part left in a buffer. A buffer is handed out with
//! exactly the length that is going to be filled.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

/// Buffers below this size are not kept: the allocator is good at them.
const WORTH: usize = 1 << 20;

/// Buffers that are kept at most. As many parts as usually fly at once.
const KEPT: usize = 8;

/// Buffers that wait for their next use. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// A buffer in use. Goes back when it is dropped, as a buffer or as the bytes it became.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    home: Buffers,
    /// Its share of the memory that may be used.
    _room: Option<OwnedSemaphorePermit>,
}

impl Buffers {
    /// A buffer of exactly this length, to be filled; its room goes with it. What is in it means
    /// nothing.
    pub(crate) fn take(&self, len: usize, room: Option<OwnedSemaphorePermit>) -> Buffer {
        let kept = {
            let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = free.iter().rposition(|b| b.capacity() >= len);
            fits.filter(|_| len >= WORTH).map(|at| free.swap_remove(at))
        };
        let mut bytes = kept.unwrap_or_default();
        bytes.resize(len, 0);
        Buffer {
            bytes,
            home: self.clone(),
            _room: room,
        }
    }
}

impl Buffer {
    /// The bytes, which give the buffer back when the last of them is gone.
    pub(crate) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let mut free = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() >= WORTH && free.len() < KEPT {
            free.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(buffers: &Buffers) -> usize {
        buffers.0.lock().unwrap().len()
    }

    #[test]
    fn a_buffer_comes_back_when_its_last_bytes_are_gone() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(WORTH + 5, None);
        buffer.as_mut().fill(7);
        let place = buffer.as_ref().as_ptr();
        let mut bytes = buffer.freeze();
        let head = bytes.split_to(3);
        drop(bytes);
        assert_eq!((kept(&buffers), &head[..]), (0, &[7, 7, 7][..]));
        drop(head);
        assert_eq!(kept(&buffers), 1);
        let again = buffers.take(WORTH, None);
        assert_eq!((again.as_ref().len(), kept(&buffers)), (WORTH, 0));
        assert_eq!(again.as_ref().as_ptr(), place, "the memory is not the same");
    }

    #[test]
    fn small_ones_and_too_many_are_let_go() {
        let buffers = Buffers::default();
        drop(buffers.take(10, None));
        assert_eq!(kept(&buffers), 0);
        let many: Vec<_> = (0..KEPT + 3).map(|_| buffers.take(WORTH, None)).collect();
        drop(many);
        assert_eq!(kept(&buffers), KEPT);
    }
}
