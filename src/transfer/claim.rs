//! What is claimed about the bytes of an object, and what bytes turn out to be. Pure.
//!
//! Invariant: a claim is about the whole object. What a server says of parts, or makes up, is no
//! claim (rules G-9, U-7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::Verified;
use super::checksum::{self, Reader, hex};
use super::job::Seen;
use crate::model::{ETag, ObjectHead};

/// A checksum of a whole object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    Sha256([u8; 32]),
    Md5([u8; 16]),
    /// CRC-64/NVME.
    Crc64(u64),
    Crc32(u32),
    /// CRC-32/ISCSI.
    Crc32c(u32),
}

/// How the bytes of an object can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By a checksum of the whole. Can be computed while the bytes arrive in order.
    Whole(Claim),
    /// By the tag of an upload in this many parts, if it was made of their MD5s.
    Parts(ETag, u32),
    /// By nothing but their number.
    Nothing,
}

/// A checksum under way, of bytes in order.
pub(crate) enum Hasher {
    Sha256(Box<Sha256>),
    Md5(Box<Md5>),
    Crc(Box<crc_fast::Digest>, CrcAlgorithm),
}

impl Claim {
    /// The best claim of an answer's headers, besides its tag.
    pub(crate) fn of(head: &ObjectHead) -> Option<Self> {
        let value = |name: &str| {
            let text = head.header(&format!("x-amz-checksum-{name}"))?;
            // A value with a number behind it is made of the parts' values.
            STANDARD.decode(text).ok()
        };
        let in_parts = head.meta.etag.as_ref().is_some_and(|e| e.parts().is_some());
        let whole = match head.header("x-amz-checksum-type") {
            Some(kind) => kind.eq_ignore_ascii_case("FULL_OBJECT"),
            None => !in_parts,
        };
        let word = |name| Some(u32::from_be_bytes(value(name)?.try_into().ok()?));
        let sha256 = || Some(Self::Sha256(value("sha256")?.try_into().ok()?));
        // This kind is never made of parts.
        let crc64 = || {
            let bytes = value("crc64nvme")?.try_into().ok()?;
            Some(Self::Crc64(u64::from_be_bytes(bytes)))
        };
        let crc32 = || word("crc32c").map(Self::Crc32c);
        let old = || word("crc32").map(Self::Crc32);
        let told = || {
            let told = head.metadata.iter().find(|(n, _)| &**n == "md5chksum");
            Some(Self::Md5(STANDARD.decode(&*told?.1).ok()?.try_into().ok()?))
        };
        sha256()
            .filter(|_| whole)
            .or_else(crc64)
            .or_else(told)
            .or_else(|| crc32().filter(|_| whole))
            .or_else(|| old().filter(|_| whole))
    }

    /// The word for a file that agrees with it.
    pub(crate) fn word(&self) -> Verified {
        match self {
            Self::Sha256(_) => Verified::Sha256,
            Self::Md5(_) => Verified::Md5,
            Self::Crc64(_) => Verified::Crc64,
            Self::Crc32(_) | Self::Crc32c(_) => Verified::Crc32,
        }
    }

    /// Starts a checksum of this kind.
    pub(crate) fn hasher(&self) -> Hasher {
        let crc = |kind| Hasher::Crc(Box::new(crc_fast::Digest::new(kind)), kind);
        match self {
            Self::Sha256(_) => Hasher::Sha256(Box::default()),
            Self::Md5(_) => Hasher::Md5(Box::default()),
            Self::Crc64(_) => crc(CrcAlgorithm::Crc64Nvme),
            Self::Crc32(_) => crc(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c(_) => crc(CrcAlgorithm::Crc32Iscsi),
        }
    }

    /// For the journal: `md5 d41d8cd9…`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Sha256(bytes) => format!("sha256 {}", hex(bytes)),
            Self::Md5(bytes) => format!("md5 {}", hex(bytes)),
            Self::Crc64(sum) => format!("crc64 {sum:016x}"),
            Self::Crc32(sum) => format!("crc32 {sum:08x}"),
            Self::Crc32c(sum) => format!("crc32c {sum:08x}"),
        }
    }

    /// Reads what [`Claim::text`] writes.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (kind, digits) = text.split_once(' ')?;
        let word = || u32::from_str_radix(digits, 16).ok();
        Some(match kind {
            "sha256" => Self::Sha256(checksum::unhex(digits)?),
            "md5" => Self::Md5(checksum::unhex(digits)?),
            "crc64" => Self::Crc64(u64::from_str_radix(digits, 16).ok()?),
            "crc32" => Self::Crc32(word()?),
            "crc32c" => Self::Crc32c(word()?),
            _ => return None,
        })
    }
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Crc(hash, _) => hash.update(bytes),
        }
    }

    /// What the bytes so far amount to.
    pub(crate) fn claim(self) -> Claim {
        match self {
            Self::Sha256(hash) => Claim::Sha256(hash.finalize().into()),
            Self::Md5(hash) => Claim::Md5(hash.finalize().into()),
            Self::Crc(hash, CrcAlgorithm::Crc64Nvme) => Claim::Crc64(hash.finalize()),
            Self::Crc(hash, kind) => {
                let sum = u32::try_from(hash.finalize() & 0xFFFF_FFFF).unwrap_or_default();
                if kind == CrcAlgorithm::Crc32Iscsi {
                    Claim::Crc32c(sum)
                } else {
                    Claim::Crc32(sum)
                }
            }
        }
    }
}

impl Proof {
    /// The best way to check an object's bytes (rule G-9).
    pub(crate) fn of(seen: &Seen) -> Self {
        let tag = seen.etag.as_ref().filter(|_| seen.plain);
        let md5 = tag.and_then(checksum::claimed).map(Claim::Md5);
        match (
            seen.claim,
            md5,
            tag.and_then(|tag| Some((tag, tag.parts()?))),
        ) {
            (Some(sum @ Claim::Sha256(_)), ..) | (_, Some(sum), _) | (Some(sum), None, _) => {
                Self::Whole(sum)
            }
            (None, None, Some((tag, count))) => Self::Parts(tag.clone(), count),
            (None, None, None) => Self::Nothing,
        }
    }

    /// Holds bytes that can be read against it. None: it proves nothing about them.
    pub(crate) fn holds(&self, read: Reader<'_>, size: u64) -> std::io::Result<Option<bool>> {
        match self {
            Self::Whole(claim) => {
                let mut hash = claim.hasher();
                checksum::each(read, 0, size, |bytes| hash.update(bytes))?;
                Ok(Some(hash.claim() == *claim))
            }
            Self::Parts(tag, count) => {
                for part in super::plan::guesses(size, *count) {
                    if checksum::composite_of(read, size, part)? == tag.as_str() {
                        return Ok(Some(true));
                    }
                }
                // A tag that no likely cut explains says nothing: servers make them up.
                Ok(None)
            }
            Self::Nothing => Ok(None),
        }
    }

    /// Checks bytes in memory: the word for what was proved, none if they are others.
    pub(crate) fn check(&self, bytes: &Bytes) -> Option<Verified> {
        let read = |at: u64, buffer: &mut [u8]| {
            let at = usize::try_from(at).map_err(std::io::Error::other)?;
            buffer.copy_from_slice(&bytes[at..at + buffer.len()]);
            Ok(())
        };
        match self.holds(&read, bytes.len() as u64) {
            Ok(Some(true)) => Some(self.word()),
            Ok(Some(false)) => None,
            Ok(None) | Err(_) => Some(Verified::Size),
        }
    }

    /// The word for bytes that agree with it.
    pub(crate) fn word(&self) -> Verified {
        match self {
            Self::Whole(claim) => claim.word(),
            Self::Parts(..) => Verified::Composite,
            Self::Nothing => Verified::Size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn head(etag: &str, headers: testing::Pairs<'_>) -> ObjectHead {
        let (meta, plain): (Vec<_>, Vec<_>) =
            headers.iter().partition(|(name, _)| *name == "md5chksum");
        let mut head = testing::head(etag, &meta, &plain);
        head.meta.size = Some(5);
        head
    }

    fn seen(head: &ObjectHead) -> Seen {
        super::super::flow::seen(head).unwrap()
    }

    const MD5: &str = "5d41402abc4b2a76b9719d911017c592";

    #[test]
    fn published_sums_of_hello() {
        // All of them sums of "hello".
        let sums = [
            ("x-amz-checksum-crc32", "NhCmhg==", Verified::Crc32),
            ("x-amz-checksum-crc32c", "mnG7TA==", Verified::Crc32),
            ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc=", Verified::Crc64),
            (
                "x-amz-checksum-sha256",
                "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                Verified::Sha256,
            ),
            ("md5chksum", "XUFAKrxLKna5cZ2REBfFkg==", Verified::Md5),
        ];
        for (name, value, word) in sums {
            let proof = Proof::of(&seen(&head("opaque", &[(name, value)])));
            assert_eq!(proof.word(), word, "{name}");
            let told = |text: &'static [u8]| proof.check(&Bytes::from_static(text));
            assert_eq!(
                (told(b"hello"), told(b"jello")),
                (Some(word), None),
                "{name}"
            );
            let Proof::Whole(claim) = proof else {
                panic!("{proof:?}")
            };
            assert_eq!(Claim::read(&claim.text()), Some(claim));
        }
        assert_eq!(Claim::read("md5 12"), None);
        assert_eq!(Claim::read("sum 12"), None);
    }

    #[test]
    fn the_best_means_is_taken() {
        let crc = ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc=");
        let sha = (
            "x-amz-checksum-sha256",
            "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        );
        let word = |etag: &str, headers: &[_]| Proof::of(&seen(&head(etag, headers))).word();
        assert_eq!(word(MD5, &[crc]), Verified::Md5);
        assert_eq!(word(MD5, &[crc, sha]), Verified::Sha256);
        let parts = format!("{MD5}-2");
        assert_eq!(word(&parts, &[]), Verified::Composite);
        assert_eq!(word(&parts, &[crc]), Verified::Crc64);
        assert_eq!(word("odd", &[]), Verified::Size);
        // The server's key, not the content, makes the tag.
        let kms = ("x-amz-server-side-encryption", "aws:kms");
        assert_eq!(word(MD5, &[kms]), Verified::Size);
        assert_eq!(word(MD5, &[kms, crc]), Verified::Crc64);
    }

    #[test]
    fn sums_of_parts_are_no_sums_of_the_whole() {
        let parts = format!("{MD5}-2");
        let crc = ("x-amz-checksum-crc32", "NhCmhg==");
        let of = |headers: &[_]| Claim::of(&head(&parts, headers));
        assert_eq!(of(&[crc]), None);
        assert_eq!(of(&[crc, ("x-amz-checksum-type", "COMPOSITE")]), None);
        let full = ("x-amz-checksum-type", "FULL_OBJECT");
        assert_eq!(of(&[crc, full]), Some(Claim::Crc32(0x3610_a686)));
        assert_eq!(of(&[("x-amz-checksum-crc32", "NhCmhg==-2"), full]), None);
        assert_eq!(of(&[("x-amz-checksum-crc64nvme", "too short")]), None);
    }
}
