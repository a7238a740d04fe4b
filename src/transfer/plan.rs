//! How an object is cut: in one request or in parts. Pure.
//!
//! Invariant: parts are equal but for the last, cover the object without gap or overlap, and are
//! never more than the server takes.

use super::Limits;

/// What servers take. Data, because servers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Largest single PUT. Source: the endpoint's guide, "up to 5 GB"; applies to: all known ones.
    pub max_put: u64,
    /// Largest single copy. Source: Amazon S3 API reference, `CopyObject`: 5 GB.
    pub max_copy: u64,
    /// Smallest part but the last. Source: Amazon S3 User Guide, "Multipart upload limits".
    pub min_part: u64,
    /// Most parts of one upload. Source: as above.
    pub max_parts: u64,
    /// Part of a copy on the server: large, since no byte of it passes here (rule C-2).
    pub copy_part: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            max_put: 5_000_000_000,
            max_copy: 5_000_000_000,
            min_part: 5 << 20,
            max_parts: 10_000,
            copy_part: 512 << 20,
        }
    }
}

/// How something is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// One request.
    Whole,
    /// This many parts of this size, the last one may be smaller.
    Parts {
        /// Bytes.
        part: u64,
        /// How many.
        count: u32,
    },
}

const MIB: u64 = 1 << 20;

/// How an upload is cut: in parts above the threshold, and always above what one PUT may hold.
pub(crate) fn upload(size: u64, limits: &Limits, bounds: &Bounds) -> Cut {
    if size <= limits.threshold.min(bounds.max_put) {
        return Cut::Whole;
    }
    parts(
        size,
        limits.part_size.max(bounds.min_part),
        bounds.max_parts,
    )
}

/// How a download is cut: in ranges above one range. There is no limit to their number, but they
/// grow like parts so that a ledger of them stays small.
pub(crate) fn download(size: u64, limits: &Limits) -> Cut {
    let part = limits.part_size.max(64 << 10);
    if size <= part {
        return Cut::Whole;
    }
    parts(size, part, 10_000)
}

/// Bytes that one answer brings at most, of a download in ranges.
const RUN: u64 = 16 << 20;

/// Runs that there are at least: every connection has something to do until the end.
const RUNS: u32 = 32;

/// Ranges in a row that one request asks for. A server looks an object up for each request (a
/// millisecond for one of a thousand blocks), and on a link with delay each is a round trip in
/// which its connection brings nothing.
pub(crate) fn run(part: u64, count: u32) -> u32 {
    let fits = u32::try_from(RUN / part.max(1)).unwrap_or(u32::MAX);
    fits.min(count / RUNS).max(1)
}

/// How a copy on the server is cut.
pub(crate) fn copy(size: u64, bounds: &Bounds) -> Cut {
    if size <= bounds.max_copy {
        return Cut::Whole;
    }
    let part = bounds.copy_part.min(bounds.max_copy).max(bounds.min_part);
    parts(size, part, bounds.max_parts)
}

fn parts(size: u64, at_least: u64, max_parts: u64) -> Cut {
    let needed = size.div_ceil(max_parts.max(1)).next_multiple_of(MIB);
    let part = if at_least.saturating_mul(max_parts) >= size {
        at_least
    } else {
        needed.max(at_least)
    };
    let count = u32::try_from(size.div_ceil(part.max(1))).unwrap_or(u32::MAX);
    Cut::Parts { part, count }
}

/// The part sizes that an object with `count` parts may have been uploaded with, likely ones
/// first. For checking an ETag made of parts.
pub(crate) fn guesses(size: u64, count: u32) -> Vec<u64> {
    let fits = |part: &u64| *part > 0 && size.div_ceil(*part) == u64::from(count);
    let smallest = size.div_ceil(u64::from(count.max(1))).next_multiple_of(MIB);
    let mut out = Vec::new();
    let usual = [8, 16, 5, 64, 32, 10, 15, 20, 25, 50, 100, 128, 256, 512].map(|m| m * MIB);
    for part in usual.into_iter().chain([smallest]).filter(fits) {
        if !out.contains(&part) {
            out.push(part);
        }
    }
    out.truncate(3);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn up(size: u64) -> Cut {
        upload(size, &Limits::default(), &Bounds::default())
    }

    #[test]
    fn parts_start_above_the_threshold_and_grow() {
        assert_eq!(up(0), Cut::Whole);
        assert_eq!(up(8 * MIB), Cut::Whole);
        let parts = |part, count| Cut::Parts {
            part: part * MIB,
            count,
        };
        assert_eq!(up(8 * MIB + 1), parts(8, 2));
        assert_eq!(up(80_000 * MIB), parts(8, 10_000));
        assert_eq!(up(80_000 * MIB + 1), parts(9, 8889));
        // 5 TB, the guide's largest object.
        assert_eq!(up(5_000_000_000_000), parts(477, 9997));
    }

    #[test]
    fn one_put_never_holds_more_than_the_server_takes() {
        let limits = Limits {
            threshold: u64::MAX,
            part_size: 1,
            ..Limits::default()
        };
        let bounds = Bounds::default();
        assert_eq!(upload(5_000_000_000, &limits, &bounds), Cut::Whole);
        assert_eq!(
            upload(5_000_000_001, &limits, &bounds),
            Cut::Parts {
                part: 5 * MIB,
                count: 954
            }
        );
    }

    #[test]
    fn downloads_and_copies() {
        let limits = Limits::default();
        assert_eq!(download(8 * MIB, &limits), Cut::Whole);
        assert_eq!(
            download(8 * MIB + 1, &limits),
            Cut::Parts {
                part: 8 * MIB,
                count: 2
            }
        );
        assert_eq!(copy(5_000_000_000, &Bounds::default()), Cut::Whole);
        assert_eq!(
            copy(6 << 30, &Bounds::default()),
            Cut::Parts {
                part: 512 * MIB,
                count: 12
            }
        );
        // The largest object that anybody stores.
        assert_eq!(
            copy(10_000 * (5 << 30), &Bounds::default()),
            Cut::Parts {
                part: 5 << 30,
                count: 10_000
            }
        );
        let small = Bounds {
            max_copy: 8 * MIB,
            ..Bounds::default()
        };
        assert_eq!(
            copy(20 * MIB, &small),
            Cut::Parts {
                part: 8 * MIB,
                count: 3
            }
        );
    }

    #[test]
    fn a_run_is_16_mib_where_there_are_many() {
        assert_eq!(run(8 << 20, 128), 2);
        assert_eq!(run(8 << 20, 64), 2);
        assert_eq!(run(8 << 20, 63), 1, "each connection has its own work");
        assert_eq!(run(4 << 20, 10_000), 4);
        assert_eq!(run(16 << 20, 10_000), 1);
        assert_eq!(run(64 << 10, 96), 3);
    }

    #[test]
    fn part_sizes_are_guessed() {
        assert_eq!(guesses(20 * MIB, 3)[0], 8 * MIB);
        assert_eq!(guesses(20 * MIB, 2)[0], 16 * MIB);
        assert!(guesses(20 * MIB, 7).contains(&(3 * MIB)));
        assert!(guesses(20 * MIB, 19).is_empty());
    }

    proptest! {
        #[test]
        fn parts_cover_everything(size in 0_u64..60_000_000_000_000, part in 1_u64..200 << 20) {
            let limits = Limits { part_size: part, ..Limits::default() };
            if let Cut::Parts { part, count } = upload(size, &limits, &Bounds::default()) {
                prop_assert!((1..=10_000).contains(&count) && part >= 5 << 20);
                prop_assert!(part * u64::from(count) >= size && part * u64::from(count - 1) < size);
            }
        }
    }
}
