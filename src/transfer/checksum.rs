//! Digests of data: what uploads carry, and what tags of objects are held against. Pure; callers run it off
//! the async workers.

use std::fmt::Write as _;
use std::io;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::lanes;
use crate::model::{ETag, Integrity};
use crate::s3::Digest;

/// Bytes that are read at once.
const CHUNK: u64 = 1 << 20;

/// Something that can be read at any place: fills a buffer with the bytes from there on.
pub(crate) type Reader<'r> = &'r (dyn Fn(u64, &mut [u8]) -> io::Result<()> + Send + Sync);

/// The digest of a range that is too large to hold.
pub(crate) fn of_range(
    read: Reader<'_>,
    offset: u64,
    len: u64,
    how: Integrity,
) -> io::Result<Digest> {
    if how == Integrity::Md5 {
        return Ok(Digest::Md5(md5_range(read, offset, len)?));
    }
    let mut hash = Sha256::new();
    each(read, offset, len, |bytes| hash.update(bytes))?;
    Ok(Digest::Sha256(hash.finalize().into()))
}

/// Bytes that are hashed at once after they were read: they are in a core's own cache still.
const WARM: usize = 128 << 10;

/// Fills a buffer with what `fill` reads from each offset on, and hashes it on the way.
pub(crate) fn filling(
    how: Integrity,
    buffer: &mut [u8],
    mut fill: impl FnMut(u64, &mut [u8]) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut md5 = Md5::new();
    let mut sha = Sha256::new();
    let mut at = 0;
    for bytes in buffer.chunks_mut(WARM) {
        fill(at, bytes)?;
        match how {
            Integrity::Md5 => md5.update(&*bytes),
            Integrity::Sha256 | Integrity::Auto => sha.update(&*bytes),
        }
        at += bytes.len() as u64;
    }
    Ok(match how {
        Integrity::Md5 => Digest::Md5(md5.finalize().into()),
        Integrity::Sha256 | Integrity::Auto => Digest::Sha256(sha.finalize().into()),
    })
}

/// The MD5 of a range.
pub(crate) fn md5_range(read: Reader<'_>, offset: u64, len: u64) -> io::Result<[u8; 16]> {
    let mut hash = Md5::new();
    each(read, offset, len, |bytes| hash.update(bytes))?;
    Ok(hash.finalize().into())
}

/// Hands a range on, piece by piece.
pub(crate) fn each(
    read: Reader<'_>,
    offset: u64,
    len: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<()> {
    let (mut at, end) = (offset, offset + len);
    let mut buffer = vec![0; usize::try_from(CHUNK.min(len)).map_err(io::Error::other)?];
    while at < end {
        let len = CHUNK.min(end - at);
        let bytes = &mut buffer[..usize::try_from(len).map_err(io::Error::other)?];
        read(at, bytes)?;
        take(bytes);
        at += len;
    }
    Ok(())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The text of a multipart ETag: the MD5 of the parts' MD5s, and their number.
pub(crate) fn composite(parts: &[[u8; 16]]) -> String {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    format!("{}-{}", hex(&hash.finalize()), parts.len())
}

/// The multipart ETag of a file that was cut at every `part` bytes.
pub(crate) fn composite_of(read: Reader<'_>, size: u64, part: u64) -> io::Result<String> {
    let ranges: Vec<_> = (0..size.div_ceil(part.max(1)))
        .map(|index| (index * part, part.min(size - index * part)))
        .collect();
    Ok(composite(&lanes::md5s(read, &ranges)?))
}

/// The MD5 that an ETag claims, if it has that shape.
pub(crate) fn claimed(etag: &ETag) -> Option<[u8; 16]> {
    unhex(etag.as_md5()?)
}

/// Reads what [`hex`] writes; none if it has another length.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

/// Whether an answer's ETag is the MD5 that was sent. None: one of them is no MD5.
pub(crate) fn agrees(etag: Option<&ETag>, sent: &Digest) -> Option<bool> {
    match sent {
        Digest::Md5(sent) => Some(claimed(etag?)? == *sent),
        Digest::Sha256(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::digest;
    use super::*;

    #[test]
    fn digests_of_memory_and_of_ranges_agree() {
        let content: Vec<u8> = (0..3_000_000_u32).map(|i| i.to_le_bytes()[1]).collect();
        let read = |at: u64, buffer: &mut [u8]| {
            let at = usize::try_from(at).unwrap();
            buffer.copy_from_slice(&content[at..at + buffer.len()]);
            Ok(())
        };
        for how in [Integrity::Md5, Integrity::Sha256] {
            let got = of_range(&read, 7, 2_500_000, how).unwrap();
            assert_eq!(got, digest(how, &content[7..2_500_007]));
            let mut buffer = vec![0; 2_500_000];
            let filled = filling(how, &mut buffer, |at, bytes| read(7 + at, bytes));
            assert_eq!(filled.unwrap(), got);
            assert_eq!(buffer, content[7..2_500_007]);
        }
        let whole = composite_of(&read, 3_000_000, 1 << 20).unwrap();
        assert!(whole.ends_with("-3"), "{whole}");
        assert_eq!(hex(&[0, 255]), "00ff");
    }

    #[test]
    fn etags_are_held_against_md5s() {
        let empty = ETag::new("d41d8cd98f00b204e9800998ecf8427e");
        let sent = digest(Integrity::Md5, b"");
        assert_eq!(agrees(empty.as_ref(), &sent), Some(true));
        assert_eq!(
            agrees(empty.as_ref(), &digest(Integrity::Md5, b"x")),
            Some(false)
        );
        assert_eq!(agrees(ETag::new("abc").as_ref(), &sent), None);
        assert_eq!(
            agrees(empty.as_ref(), &digest(Integrity::Sha256, b"")),
            None
        );
        // The published example of two parts: md5(md5("a") + md5("b")).
        let parts = [
            claimed(&ETag::new("0cc175b9c0f1b6a831c399e269772661").unwrap()).unwrap(),
            claimed(&ETag::new("92eb5ffee6ae2fec3ad71c777531578f").unwrap()).unwrap(),
        ];
        assert_eq!(
            composite(&parts),
            format!("{}-2", hex(&Md5::digest(parts.concat())))
        );
    }
}
