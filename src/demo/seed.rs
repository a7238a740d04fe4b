//! The sample data: what a small company might keep, and the names that break programs.
//!
//! Everything is computed, the same bytes every time; only the dates count back from now. Where
//! `s3s-fs` cannot hold something (a key `a` beside `a/b`), it is not here.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::SystemTime;

use super::file::{Sample, Store};
use super::png;

/// The bucket with the odd names.
pub(super) const ODD: &str = "odd-names";
/// Objects in the bucket with many.
pub(super) const LOGS: u64 = 3000;

const MIB: u64 = 1 << 20;

/// Bytes and MD5 of the large objects.
const NIGHTLY: (u64, &str) = (24 * MIB, "e70b326b80442486fc7dbd79f7160a37");
const DISK: (u64, &str) = (64 * MIB, "7f614da9329cd3aebf59b91aadc30bf0");
const WEEKLY: (u64, &str) = (3 * MIB, "21c9e611d8d5663f88d3318c1a98ef5a");

/// Fills an empty or missing folder with buckets, and another one with files to upload.
pub(super) fn fill(root: &Path, folder: &Path) -> io::Result<()> {
    local(folder)?;
    fs::create_dir_all(root)?;
    if fs::read_dir(root)?.next().is_some() {
        return Ok(());
    }
    let store = Store::new(root, SystemTime::now());
    // The many small ones cost most on slow disks: they go beside the rest.
    std::thread::scope(|threads| {
        let many = threads.spawn(|| logs(&store));
        documents(&store)?;
        photos(&store)?;
        backups(&store)?;
        odd_names(&store)?;
        store.make_bucket("empty")?;
        many.join()
            .unwrap_or_else(|_| Err(io::Error::other("a thread ended early")))
    })
}

fn local(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("holiday/day 1"))?;
    fs::create_dir_all(folder.join("site/css"))?;
    for (name, text) in [
        (
            "readme.txt",
            "Files to play with: copy them to the other side.\n",
        ),
        (
            "shopping list.md",
            "# To buy\n\n- rope\n- tea\n- a better map\n",
        ),
        (
            "site/index.html",
            "<!doctype html>\n<title>Hello</title>\n<p>Hello.\n",
        ),
        (
            "site/css/style.css",
            "body { max-width: 40rem; margin: auto; }\n",
        ),
        ("holiday/day 1/notes.txt", "Rain. Found a good harbour.\n"),
    ] {
        fs::write(folder.join(name), text)?;
    }
    for (name, hue) in [("holiday/boat.png", 20), ("holiday/day 1/hills.png", 120)] {
        fs::write(folder.join(name), png::hills(240, 150, hue))?;
    }
    noise(
        &mut File::create(folder.join("recording.bin"))?,
        12 * MIB,
        7,
    )
}

fn documents(store: &Store) -> io::Result<()> {
    let bucket = "documents";
    let texts = [
        (
            "README.md",
            2,
            "# Documents\n\nContracts, reports and notes.\n",
        ),
        (
            "contracts/2025/lease.txt",
            5200,
            "The parties agree to the following.\n",
        ),
        (
            "contracts/2026/insurance.txt",
            700,
            "Policy 2026-118, valid for one year.\n",
        ),
        (
            "notes/meeting-monday.md",
            30,
            "# Monday\n\n- ship the crane\n- call the yard\n",
        ),
        (
            "notes/ideas.md",
            90,
            "- a lighter rope\n- a quieter winch\n",
        ),
        (
            "reports/2026/config.json",
            11,
            "{\n  \"unit\": \"kN\",\n  \"limit\": 12.5\n}\n",
        ),
        (
            "site/index.html",
            400,
            "<!doctype html>\n<title>Yard</title>\n",
        ),
        ("site/css/main.css", 401, "body { color: #223; }\n"),
    ];
    for (key, hours_ago, text) in texts {
        let sample = Sample {
            bucket,
            key,
            hours_ago,
        };
        store.put(&sample, text.as_bytes())?;
    }
    for month in 1..=12u64 {
        let key = format!("reports/2025/load-{month:02}.csv");
        let sample = Sample {
            bucket,
            key: &key,
            hours_ago: 9000 - month * 700,
        };
        store.put(&sample, table(month).as_bytes())?;
    }
    Ok(())
}

/// A table of made-up measurements.
fn table(month: u64) -> String {
    let mut text = String::from("day,lifts,tonnes\n");
    for day in 1..=28 {
        let lifts = 20 + (day * 7 + month * 3) % 17;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "2025-{month:02}-{day:02},{lifts},{}",
            lifts * 3 + day % 5
        );
    }
    text
}

fn photos(store: &Store) -> io::Result<()> {
    let bucket = "photos";
    let albums = [
        ("2024/harbour", 6, 15_000),
        ("2025/cranes", 9, 7000),
        ("2026/launch", 4, 300),
    ];
    for (album, count, hours_ago) in albums {
        for number in 1..=count {
            let key = format!("{album}/img_{:04}.png", 4200 + number);
            let hue = u8::try_from(number * 25 % 250).unwrap_or(0);
            let sample = Sample {
                bucket,
                key: &key,
                hours_ago: hours_ago + number,
            };
            store.put(&sample, &png::hills(160, 100, hue))?;
        }
    }
    let cover = Sample {
        bucket,
        key: "cover.png",
        hours_ago: 250,
    };
    store.put(&cover, &png::hills(320, 200, 60))
}

fn backups(store: &Store) -> io::Result<()> {
    let sample = |key, hours_ago| Sample {
        bucket: "backups",
        key,
        hours_ago,
    };
    let (size, md5) = NIGHTLY;
    let nightly = sample("db/nightly-2026.tar", 9);
    store.put_large(&nightly, md5, |file| noise(file, size, 1))?;
    let (size, md5) = WEEKLY;
    let weekly = sample("db/weekly/week-07.tar", 200);
    store.put_large(&weekly, md5, |file| noise(file, size, 2))?;
    let (size, md5) = DISK;
    store.put_large(&sample("machines/empty-disk.img", 2100), md5, |file| {
        file.set_len(size)
    })?;
    let list = "db/nightly-2026.tar\ndb/weekly/week-07.tar\nmachines/empty-disk.img\n";
    store.put(&sample("manifest.txt", 8), list.as_bytes())
}

/// Names that are allowed, and that programs get wrong.
pub(super) const ODD_KEYS: [&str; 15] = [
    "with space.txt",
    "plus+sign.txt",
    "100% sure.txt",
    "%2e%2e%2fencoded.txt",
    "question?and#hash.txt",
    "quote's and \"quotes\".txt",
    "caf\u{e9} (one character).txt",
    "cafe\u{301} (two characters).txt",
    "отчёт.md",
    "日本語/ファイル.txt",
    "emoji 🎉/party 🥳.txt",
    "new\nline.txt",
    "invoice\u{202e}fdp.exe",
    "semi;colon&amp=and<tag>.txt",
    "deep/er/and/deep/er/still/here.txt",
];

fn odd_names(store: &Store) -> io::Result<()> {
    store.make_bucket(ODD)?;
    for (key, number) in ODD_KEYS.iter().zip(1..) {
        let sample = Sample {
            bucket: ODD,
            key,
            hours_ago: 40 * number,
        };
        store.put(&sample, format!("odd name number {number}\n").as_bytes())?;
    }
    Ok(())
}

fn logs(store: &Store) -> io::Result<()> {
    let bucket = "logs-eu";
    let days = LOGS / 100;
    for day in 0..days {
        let prefix = format!("2026/{:02}/{:02}/", 1 + day / 28, 1 + day % 28);
        store.make_folder(bucket, &prefix)?;
        for number in 0..LOGS / days {
            let key = format!("{prefix}crane-{number:03}.log");
            let sample = Sample {
                bucket,
                key: &key,
                hours_ago: (days - day) * 24,
            };
            let line = format!(
                "crane {number:03} day {day}: {} lifts, all well\n",
                number % 40
            );
            let repeat = 1 + usize::try_from(number % 9).unwrap_or(0);
            store.put_plain(&sample, line.repeat(repeat).as_bytes())?;
        }
    }
    Ok(())
}

/// Writes bytes that do not compress, the same for the same seed.
fn noise(file: &mut File, bytes: u64, seed: u64) -> io::Result<()> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut block = Vec::with_capacity(1 << 20);
    while block.len() < block.capacity() {
        // xorshift64: Marsaglia, "Xorshift RNGs", 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        block.extend_from_slice(&state.to_le_bytes());
    }
    let mut left = bytes;
    while left > 0 {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        file.write_all(&block[..take])?;
        left -= take as u64;
        // Turned by a prime number of bytes, every block is another one.
        block.rotate_left(4099);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    fn md5_of(path: &Path) -> String {
        let mut text = String::new();
        for byte in Md5::digest(fs::read(path).unwrap()) {
            write!(text, "{byte:02x}").unwrap();
        }
        text
    }

    #[test]
    fn large_objects_have_the_size_and_the_md5_that_is_written_here() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path(), SystemTime::now());
        backups(&store).unwrap();
        for (key, (size, md5)) in [
            ("db/nightly-2026.tar", NIGHTLY),
            ("db/weekly/week-07.tar", WEEKLY),
            ("machines/empty-disk.img", DISK),
        ] {
            let path = dir.path().join("backups").join(key);
            assert_eq!(fs::metadata(&path).unwrap().len(), size);
            assert_eq!(md5_of(&path), md5, "{key}");
        }
    }

    #[test]
    fn every_bucket_is_there_and_dates_lie_in_the_past() {
        let dir = tempfile::tempdir().unwrap();
        let (root, folder) = (dir.path().join("b"), dir.path().join("f"));
        fill(&root, &folder).unwrap();
        for bucket in ["backups", "documents", "empty", "logs-eu", ODD, "photos"] {
            assert!(root.join(bucket).is_dir(), "{bucket}");
        }
        let log = root.join("logs-eu/2026/01/01/crane-000.log");
        let age = fs::metadata(log)
            .unwrap()
            .modified()
            .unwrap()
            .elapsed()
            .unwrap();
        assert!(age.as_secs() > 20 * 24 * 3600);
        assert!(folder.join("holiday/day 1/notes.txt").is_file());
    }
}
