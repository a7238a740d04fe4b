//! The journal survives what disks and kills do to it.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::job::*;
use super::super::roster::Requests;
use super::super::*;
use super::found::Dead;
use super::line;
use super::*;
use crate::local::{Replace, Stamp};
use crate::model::{Account, BucketName, ETag, Key, Location, Prefix, Trouble};
use crate::s3::UploadId;

fn locations() -> [Location; 3] {
    use std::os::unix::ffi::OsStrExt;
    let (account, bucket) = (Account::new("w"), BucketName::new("b").unwrap());
    [
        Location::Object {
            account: account.clone(),
            bucket: bucket.clone(),
            key: Key::new("a//\u{1b}\"ü\n").unwrap(),
        },
        Location::Under {
            account,
            bucket,
            prefix: Prefix::new("p/").unwrap(),
        },
        Location::Local(Path::new(std::ffi::OsStr::from_bytes(b"/x/\xff\xfe")).into()),
    ]
}

fn spec() -> Spec {
    let [from, _, to] = locations();
    Spec {
        batch: BatchId(3),
        kind: Kind::Move,
        if_exists: IfExists::Newer,
        from,
        to,
        root: Some("/x".into()),
        thing: Thing::Folder,
        source: Side {
            size: Some(5),
            modified: Some(Timestamp::UNIX_EPOCH),
            etag: Some("e".into()),
        },
        there: There::Unknown,
        turn: Turn::Again,
    }
}

fn request() -> Request {
    let [_, from, to] = locations();
    Request {
        from,
        to,
        kind: Kind::Move,
        if_exists: IfExists::Newer,
        size: None,
    }
}

fn opened(way: Way) -> Arc<Opened> {
    let [to, ..] = locations();
    let at = "2026-11-22T10:00:00.123456789Z".parse().unwrap();
    Arc::new(Opened {
        to,
        replace: Replace::Allow,
        size: 9,
        part: 5,
        count: 2,
        at,
        way,
    })
}

#[expect(clippy::too_many_lines, reason = "one of each")]
fn facts() -> Vec<Fact> {
    let job = JobId(7);
    let upload = UploadId("up\"id".into());
    let object = Seen {
        size: 9,
        etag: ETag::new("x-2"),
        modified: None,
        mtime: Some(Timestamp::MAX),
        plain: true,
        claim: Some(crate::transfer::claim::Claim::Crc64(7)),
    };
    let stamp = Stamp {
        size: 9,
        mtime: i128::from(i64::MAX) * 4,
        ctime: -1,
        ino: u64::MAX,
        dev: 3,
    };
    let [to, ..] = locations();
    let opened = |way| Fact::Opened {
        job,
        opened: opened(way),
        first: First::Pending,
    };
    let trouble = Trouble::new("C", "what", "why", "fix")
        .with("a", "b")
        .retryable();
    let conflict = Conflict {
        ours: spec().source,
        theirs: Side::default(),
        free_name: "f (2)".into(),
    };
    vec![
        Fact::Submitted {
            job,
            spec: Arc::new(spec()),
        },
        opened(Way::Up {
            upload: upload.clone(),
            stamp,
        }),
        opened(Way::Down {
            temp: ".t".into(),
            file: (3, u64::MAX),
            object: object.clone(),
        }),
        opened(Way::Copy {
            upload: upload.clone(),
            object: object.clone(),
        }),
        opened(Way::Relay { upload, object }),
        Fact::PartDone {
            job,
            mark: Mark {
                index: 3,
                etag: ETag::new("e"),
                checked: true,
            },
        },
        Fact::PartDone {
            job,
            mark: Mark {
                index: 4,
                etag: None,
                checked: false,
            },
        },
        Fact::Safe {
            job,
            parts: vec![3, 4],
        },
        Fact::Adopted(job),
        Fact::Checked {
            job,
            marks: vec![Mark {
                index: 1,
                etag: ETag::new("e"),
                checked: true,
            }],
        },
        Fact::Restarted(job),
        Fact::Closed {
            job,
            to,
            verified: Verified::Composite,
            bytes: 9,
        },
        Fact::Skipped(job),
        Fact::Asking {
            job,
            conflict: Box::new(conflict),
        },
        Fact::Ruled(Ruling::Decided {
            job,
            answer: IfExists::KeepBoth,
        }),
        Fact::Ruled(Ruling::DecidedAll(IfExists::Skip)),
        Fact::Failed {
            job,
            trouble: Box::new(trouble),
            parts: Parts::Keep,
        },
        Fact::Ruled(Ruling::Held(Hold::Disk)),
        Fact::Ruled(Ruling::Held(Hold::Account(Account::new("w")))),
        Fact::Ruled(Ruling::Retried(job)),
        Fact::Ruled(Ruling::RetriedFailed),
        Fact::Ruled(Ruling::Paused(job)),
        Fact::Ruled(Ruling::PausedAll),
        Fact::Ruled(Ruling::Resumed(job)),
        Fact::Ruled(Ruling::ResumedAll),
        Fact::Ruled(Ruling::Cancelled(job)),
        Fact::Ruled(Ruling::CancelledAll),
        Fact::Aborted(job),
        Fact::Stranded(job),
        Fact::Asked {
            ask: job,
            asked: Arc::new(Asked {
                batch: BatchId(3),
                turn: Turn::Again,
                requests: Requests::Each(vec![request(), request()]),
            }),
        },
        Fact::Opening {
            job,
            to: locations()[0].clone(),
            at: Timestamp::UNIX_EPOCH,
            until: Some(Timestamp::UNIX_EPOCH),
        },
        Fact::Listed(job),
        Fact::Ruled(Ruling::AskResumed(job)),
        Fact::Ruled(Ruling::AskHeld(job)),
        Fact::Ruled(Ruling::AskDropped(job)),
        Fact::Ruled(Ruling::Placed(vec![(job, -4), (JobId(8), 2)])),
        Fact::Ruled(Ruling::Cleared(vec![job])),
    ]
}

fn quiet() -> Alarm {
    Box::new(|error| panic!("the journal failed: {error}"))
}

#[test]
fn every_fact_reads_as_it_was_written() {
    for fact in facts() {
        let text = line::write(&fact);
        assert!(!text.contains('\n'), "{text}");
        assert_eq!(line::read(&text), Some(fact), "{text}");
    }
    for bad in [
        "",
        "{",
        "[]",
        "{\"fact\":\"later\"}",
        "{\"fact\":\"paused\"}",
        "null",
    ] {
        assert_eq!(line::read(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn a_living_journal_is_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(dir.path().into(), quiet());
    for fact in facts() {
        journal.append(&fact);
    }
    journal.flush().await;
    assert!(dead(dir.path()).is_empty());
    let mut second = Journal::new(dir.path().into(), quiet());
    second.append(&Fact::Skipped(JobId(1)));
    assert!(second.flush().await);
    drop(journal);
    let found = dead(dir.path());
    assert_eq!(found.len(), 1, "the second one lives");
    assert_eq!(found[0].facts, facts());
    assert!(dead(dir.path()).is_empty(), "two heirs");
    found.into_iter().for_each(Dead::bury);
    second.remove();
    drop(second);
    assert!(dead(dir.path()).is_empty());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn damaged_lines_cost_only_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let good = line::write(&Fact::Ruled(Ruling::Paused(JobId(1))));
    let text = format!(
        "{VERSION}\n{good}\n\x00\u{fffd}garbage\n{good}\n{}",
        &good[..9]
    );
    std::fs::write(dir.path().join("queue-1.jsonl"), text).unwrap();
    let later = VERSION.replace(":1}", ":2}");
    std::fs::write(
        dir.path().join("queue-2.jsonl"),
        format!("{later}\n{good}\n"),
    )
    .unwrap();
    std::fs::write(dir.path().join("queue-3.jsonl"), "").unwrap();
    let found = dead(dir.path());
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].facts,
        [
            Fact::Ruled(Ruling::Paused(JobId(1))),
            Fact::Ruled(Ruling::Paused(JobId(1)))
        ]
    );
}

#[tokio::test]
async fn compaction_replaces_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::new(dir.path().into(), quiet());
    for _ in 0..100 {
        journal.append(&Fact::Ruled(Ruling::PausedAll));
    }
    journal.compact(&[Fact::Ruled(Ruling::ResumedAll)]);
    journal.append(&Fact::Ruled(Ruling::CancelledAll));
    assert_eq!(journal.lines(), 3);
    journal.flush().await;
    assert!(dead(dir.path()).is_empty(), "the new file is locked too");
    drop(journal);
    assert_eq!(
        dead(dir.path())[0].facts,
        [
            Fact::Ruled(Ruling::ResumedAll),
            Fact::Ruled(Ruling::CancelledAll)
        ]
    );
}

#[tokio::test]
async fn a_journal_without_a_place_says_so_and_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), b"").unwrap();
    let (tx, rx) = std::sync::mpsc::channel();
    let tx = std::sync::Mutex::new(tx);
    let alarm: Alarm = Box::new(move |error| {
        let tx = tx.lock().unwrap();
        tx.send(error.to_string()).unwrap();
    });
    let mut journal = Journal::new(dir.path().join("file/state"), alarm);
    journal.append(&Fact::Skipped(JobId(1)));
    assert!(!journal.flush().await);
    assert!(!rx.recv().unwrap().is_empty());
    let unused = Journal::new(dir.path().join("unused"), quiet());
    drop(unused);
    assert!(!dir.path().join("unused").exists());
}

#[test]
fn of_a_machine_that_went_down_only_what_was_safe_counts() {
    let facts = facts();
    let (down, up) = (facts[2].clone(), facts[1].clone());
    let job = JobId(7);
    let part = |index| Fact::PartDone {
        job,
        mark: Mark {
            index,
            etag: None,
            checked: false,
        },
    };
    let safe = Fact::Safe {
        job,
        parts: vec![0],
    };
    let told = vec![down.clone(), part(0), part(1), safe.clone()];
    assert_eq!(
        found::safe(told),
        [down.clone(), part(0), safe.clone()],
        "part 1 may never have reached the disk"
    );
    // A second file has nothing of the first.
    let anew = vec![
        down.clone(),
        part(0),
        safe,
        Fact::Restarted(job),
        down,
        part(0),
    ];
    assert!(!found::safe(anew).contains(&part(0)));
    let sent = vec![up, part(0), part(1)];
    assert_eq!(found::safe(sent.clone()), sent, "the server has them");
}

#[test]
fn a_journal_of_another_start_of_the_machine_is_read_with_care() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("queue-1.jsonl");
    let facts = facts();
    let part = Fact::PartDone {
        job: JobId(7),
        mark: Mark {
            index: 0,
            etag: None,
            checked: false,
        },
    };
    let lines = [line::write(&facts[2]), line::write(&part)].join("\n");
    let write = |boot: &str| std::fs::write(&path, format!("{VERSION}\n{boot}\n{lines}\n"));
    write(r#"{"boot":"long ago"}"#).unwrap();
    assert_eq!(dead(dir.path())[0].facts, [facts[2].clone()]);
    write(&found::boot_line()).unwrap();
    let same = dead(dir.path()).remove(0).facts;
    if cfg!(target_os = "linux") {
        assert_eq!(same, [facts[2].clone(), part]);
    }
}
