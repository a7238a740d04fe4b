//! Sums of the parts of a download, found while they arrive, so that nothing is left to be read
//! again when the last one is there.
//!
//! A CRC goes along with the bytes. MD5s of parts, which the tag of an upload is made of, are found
//! thirty-two at a time, behind the parts that arrived ([`lanes`]). Invariant: a sum that is not known
//! here is found by reading the file; what is kept here decides nothing but how long that takes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crc_fast::{CrcAlgorithm, checksum_combine};

use super::checksum::{self, Reader};
use super::claim::{Claim, Hasher};
use super::errand::{Errand, Stop};
use super::flow;
use super::job::{Opened, Seen, Way};
use super::lanes::{self, LANES, SIDE};
use super::{Side, Verified, plan, verify};
use crate::local::Sink;
use crate::model::{ETag, ObjectHead};
use crate::s3::{ChecksumsOf, ErrorKind};

/// What is known of one job's parts.
#[derive(Debug, Default)]
pub(crate) struct Sums(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    crcs: BTreeMap<u32, u64>,
    md5s: BTreeMap<u32, [u8; 16]>,
    /// Parts that arrived and are not hashed yet.
    ready: Vec<u32>,
    /// Parts that arrived.
    arrived: u32,
}

impl Sums {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part arrived. Gives as many as are worth hashing now; what arrives last is left to
    /// [`verify()`], which has all cores for it.
    fn arrived(&self, index: u32, count: u32) -> Option<Vec<u32>> {
        let mut known = self.known();
        known.ready.push(index);
        known.arrived += 1;
        let enough = known.ready.len() >= LANES && known.arrived < count;
        enough.then(|| std::mem::take(&mut known.ready))
    }
}

/// By what the parts of an object are checked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Means<'s> {
    /// By a CRC of the whole.
    Crc(CrcAlgorithm, u64),
    /// By a tag that is made of the MD5s of parts as they are cut here.
    Parts(&'s ETag),
    /// By reading the file once more.
    File,
}

fn means(opened: &Opened) -> Means<'_> {
    let Way::Down { object, .. } = &opened.way else {
        return Means::File;
    };
    match object.claim {
        Some(Claim::Crc64(sum)) => return Means::Crc(CrcAlgorithm::Crc64Nvme, sum),
        Some(Claim::Crc32(sum)) => return Means::Crc(CrcAlgorithm::Crc32IsoHdlc, sum.into()),
        Some(Claim::Crc32c(sum)) => return Means::Crc(CrcAlgorithm::Crc32Iscsi, sum.into()),
        Some(Claim::Sha256(_) | Claim::Md5(_)) => return Means::File,
        None => {}
    }
    let tag = object.etag.as_ref().filter(|_| object.plain);
    match tag.and_then(|tag| Some((tag, cut(object.size, tag)?))) {
        Some((tag, part)) if part == opened.part => Means::Parts(tag),
        _ => Means::File,
    }
}

/// How an object was most likely cut when it went up, by its tag.
fn cut(size: u64, tag: &ETag) -> Option<u64> {
    plan::guesses(size, tag.parts()?).first().copied()
}

/// Bytes of a range of an object: as many as its parts had, if that is a handy size, so that they
/// can be held against its tag as they arrive (rule G-5).
pub(crate) fn range_of(source: &Side, usual: u64) -> u64 {
    let tag = source.etag.as_deref().and_then(ETag::new);
    let part = tag.and_then(|tag| cut(source.size?, &tag));
    let handy = |part: &u64| (usual / 2..=2 * usual).contains(part);
    part.filter(handy).unwrap_or(usual)
}

/// What goes along with the bytes of a part, if anything does.
pub(crate) fn hasher(opened: &Opened) -> Option<Hasher> {
    match means(opened) {
        Means::Crc(..) => match &opened.way {
            Way::Down { object, .. } => object.claim.map(|claim| claim.hasher()),
            Way::Up { .. } | Way::Copy { .. } | Way::Relay { .. } => None,
        },
        Means::Parts(_) | Means::File => None,
    }
}

/// A part is in the file. Hashes the parts that are worth it by now.
pub(crate) async fn arrived(
    e: &Errand,
    (opened, index): (&Opened, u32),
    sink: &Sink,
    hasher: Option<Hasher>,
) -> Result<(), Stop> {
    if let Some(hasher) = hasher {
        e.meter
            .sums
            .known()
            .crcs
            .insert(index, number(hasher.claim()));
        return Ok(());
    }
    if !matches!(means(opened), Means::Parts(_)) {
        return Ok(());
    }
    if let Some(parts) = e.meter.sums.arrived(index, opened.count) {
        // A file that cannot be read now is read again in the end, and then it is an error.
        let _ = hash(e, opened, sink, parts).await;
    }
    Ok(())
}

fn number(claim: Claim) -> u64 {
    match claim {
        Claim::Crc64(sum) => sum,
        Claim::Crc32(sum) | Claim::Crc32c(sum) => sum.into(),
        Claim::Sha256(_) | Claim::Md5(_) => 0,
    }
}

async fn hash(e: &Errand, opened: &Opened, sink: &Sink, parts: Vec<u32>) -> Result<(), Stop> {
    let ranges: Vec<_> = parts.iter().map(|part| opened.range(*part)).collect();
    let (read, unread) = (sink.reader(), verify::unread(e));
    let found = e
        .busy(move || lanes::md5s(&read, &ranges).map_err(unread))
        .await?;
    e.meter
        .sums
        .known()
        .md5s
        .extend(parts.into_iter().zip(found));
    Ok(())
}

/// Holds a file whose parts are all there against what is known of its object (rule G-9).
pub(crate) async fn verify(
    e: &Errand,
    opened: &Opened,
    sink: &Sink,
    seen: &Seen,
) -> Result<Verified, Stop> {
    match means(opened) {
        Means::Crc(kind, sum) => {
            if crc(e, opened, sink, kind).await? != sum {
                return Err(verify::differs(&e.spec.from));
            }
            Ok(seen.claim.map_or(Verified::Size, |claim| claim.word()))
        }
        Means::Parts(tag) if composite(e, opened, sink).await? == tag.as_str() => {
            Ok(Verified::Composite)
        }
        // It was cut otherwise, perhaps.
        Means::Parts(_) | Means::File => verify::file(e, sink, seen).await,
    }
}

/// The CRC of the whole file, from those of its parts.
async fn crc(e: &Errand, opened: &Opened, sink: &Sink, kind: CrcAlgorithm) -> Result<u64, Stop> {
    let mut crcs = std::mem::take(&mut e.meter.sums.known().crcs);
    let missing: Vec<_> = (0..opened.count)
        .filter(|i| !crcs.contains_key(i))
        .collect();
    if !missing.is_empty() {
        let ranges: Vec<_> = missing.iter().map(|part| opened.range(*part)).collect();
        let (read, unread) = (sink.reader(), verify::unread(e));
        let work = move || {
            let each = |(offset, len): &(u64, u64)| one_crc(&read, *offset, *len, kind);
            ranges.iter().map(each).collect::<Result<Vec<_>, _>>()
        };
        let found = e.busy(move || work().map_err(unread)).await?;
        crcs.extend(missing.into_iter().zip(found));
    }
    let mut all = None;
    for (index, sum) in &crcs {
        let len = opened.range(*index).1;
        all = Some(all.map_or(*sum, |all| checksum_combine(kind, all, *sum, len)));
    }
    Ok(all.unwrap_or(0))
}

fn one_crc(read: Reader<'_>, offset: u64, len: u64, kind: CrcAlgorithm) -> std::io::Result<u64> {
    let mut crc = crc_fast::Digest::new(kind);
    checksum::each(read, offset, len, |bytes| crc.update(bytes))?;
    Ok(crc.finalize())
}

/// The tag that the file's parts amount to.
async fn composite(e: &Errand, opened: &Opened, sink: &Sink) -> Result<String, Stop> {
    let missing = {
        let mut known = e.meter.sums.known();
        known.ready.clear();
        let missing = (0..opened.count).filter(|i| !known.md5s.contains_key(i));
        missing.collect::<Vec<_>>()
    };
    // Two halves, on two cores.
    let half = missing
        .len()
        .div_ceil(2)
        .next_multiple_of(SIDE)
        .min(missing.len());
    let (one, two) = missing.split_at(half);
    let (one, two) = (one.to_vec(), two.to_vec());
    tokio::try_join!(hash(e, opened, sink, one), hash(e, opened, sink, two))?;
    let md5s = std::mem::take(&mut e.meter.sums.known().md5s);
    Ok(checksum::composite(&md5s.into_values().collect::<Vec<_>>()))
}

/// Asks for the checksum of an object that comes in parts, where the server may have one. None
/// costs nothing but the question.
pub(crate) async fn claimed(e: &Errand, seen: &Seen) -> Option<Claim> {
    let remote = e.remote(&e.spec.from).ok()?;
    let habits = &e.tools.habits;
    if seen.claim.is_some() || habits.tells_no_sums(&remote.account) {
        return seen.claim;
    }
    let ask = ChecksumsOf {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
    };
    let head: ObjectHead = match remote.client.call(&ask).await {
        Ok(head) => head,
        Err(error) => {
            if error.kind != ErrorKind::Network {
                habits.saw_no_sums(&remote.account);
            }
            return None;
        }
    };
    let now = flow::seen(&head)?;
    if now.claim.is_none() && !remote.client.settings().endpoint.is_aws() {
        habits.saw_no_sums(&remote.account);
    }
    (now.etag == seen.etag && now.size == seen.size).then_some(now.claim)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::Replace;
    use crate::model::Location;

    const MIB: u64 = 1 << 20;

    fn opened(etag: &str, claim: Option<Claim>, part: u64) -> Opened {
        let size = 20 * MIB;
        Opened {
            to: Location::Local("/f".into()),
            replace: Replace::Refuse,
            size,
            part,
            count: u32::try_from(size.div_ceil(part)).unwrap(),
            at: jiff::Timestamp::UNIX_EPOCH,
            way: Way::Down {
                temp: "t".into(),
                file: (0, 0),
                object: Seen {
                    size,
                    etag: ETag::new(etag),
                    modified: None,
                    mtime: None,
                    plain: true,
                    claim,
                },
            },
        }
    }

    #[test]
    fn the_cheapest_means_that_proves_it_is_taken() {
        let tag = "0123456789abcdef0123456789abcdef-3";
        assert!(matches!(
            means(&opened(tag, None, 8 * MIB)),
            Means::Parts(_)
        ));
        assert_eq!(means(&opened(tag, None, 16 * MIB)), Means::File);
        assert_eq!(means(&opened("odd", None, 8 * MIB)), Means::File);
        let crc = Some(Claim::Crc64(7));
        let by_crc = Means::Crc(CrcAlgorithm::Crc64Nvme, 7);
        assert_eq!(means(&opened(tag, crc, 8 * MIB)), by_crc);
        assert!(hasher(&opened(tag, crc, 8 * MIB)).is_some());
        assert!(hasher(&opened(tag, None, 8 * MIB)).is_none());
    }

    #[test]
    fn ranges_follow_the_parts_that_went_up() {
        let of = |tag: &str| {
            let side = Side {
                size: Some(20 * MIB),
                etag: Some(tag.into()),
                ..Side::default()
            };
            range_of(&side, 8 * MIB)
        };
        assert_eq!(of("0123456789abcdef0123456789abcdef-2"), 16 * MIB);
        assert_eq!(of("0123456789abcdef0123456789abcdef-4"), 5 * MIB);
        assert_eq!(of("0123456789abcdef0123456789abcdef-20"), 8 * MIB);
        assert_eq!(of("0123456789abcdef0123456789abcdef"), 8 * MIB);
    }

    #[test]
    fn parts_are_hashed_many_at_a_time_and_the_last_in_the_end() {
        let lanes = u32::try_from(LANES).unwrap();
        let (sums, count) = (Sums::default(), 2 * lanes);
        for index in 0..lanes - 1 {
            assert_eq!(sums.arrived(index, count), None);
        }
        assert_eq!(sums.arrived(lanes - 1, count).unwrap().len(), LANES);
        for index in lanes..count {
            assert_eq!(sums.arrived(index, count), None);
        }
    }

    #[test]
    fn crcs_of_parts_amount_to_that_of_the_whole() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i / 3).to_le_bytes()[0]).collect();
        for kind in [
            CrcAlgorithm::Crc64Nvme,
            CrcAlgorithm::Crc32Iscsi,
            CrcAlgorithm::Crc32IsoHdlc,
        ] {
            let crc = |bytes: &[u8]| crc_fast::checksum(kind, bytes);
            let (a, b) = bytes.split_at(33_333);
            let joined = checksum_combine(kind, crc(a), crc(b), b.len() as u64);
            assert_eq!(joined, crc(&bytes));
        }
    }
}
