//! Files that change while they go up: noticed, said, started anew once, then an error.

use std::path::PathBuf;

use windlass::transfer::Verified;

use super::peer::Fault;
use super::{House, KIB, LARGE, bytes, house, says};

fn writes(path: PathBuf, content: Vec<u8>) -> Fault {
    Fault::before(move |_| std::fs::write(&path, &content).unwrap())
}

#[tokio::test]
async fn a_large_file_that_changes_starts_anew() {
    // The first one is the question about hashes, beside which the file is opened.
    for (op, skip, len) in [
        ("UploadPart", 1, LARGE),
        ("UploadPart", 2, LARGE),
        ("UploadPart", 1, 2 * LARGE),
        ("UploadPart", 1, 10 * KIB),
    ] {
        let mut house = house().await;
        let from = house.file("f", &bytes(LARGE));
        let new: Vec<u8> = bytes(len).iter().map(|b| !b).collect();
        let changes = writes(house.path("f"), new.clone());
        house.peer.rule(op, (skip, 1), changes);
        let end = house.copy(&from, &House::object("o")).await;
        end.verified();
        assert!(
            house.peer.with(|s| s.bytes("o")) == Some(new),
            "the new one"
        );
        assert_eq!(end.warnings.len(), 1);
        says(&end.warnings[0], "SourceChanged", "changed while", "fails");
    }
}

#[tokio::test]
async fn a_large_file_that_changes_all_the_time_is_an_error() {
    let mut house = house().await;
    let from = house.file("f", &bytes(LARGE));
    for turn in 0..4 {
        let mut new = bytes(LARGE);
        new[0] = turn;
        let changes = writes(house.path("f"), new);
        house.peer.rule("UploadPart", (0, 1), changes);
    }
    let end = house.copy(&from, &House::object("o")).await;
    says(
        &end.trouble(),
        "SourceChanged",
        "changed while",
        "nothing writes",
    );
    assert!(house.peer.with(|s| s.bytes("o")).is_none());
    assert_eq!(house.peer.asked("CompleteMultipartUpload"), 0);
}

#[tokio::test]
async fn a_small_file_is_sent_as_it_was_read_at_one_moment() {
    let mut house = house().await;
    let from = house.file("f", &bytes(40 * KIB));
    // It changes before its bytes are read: when the target is looked at.
    let changes = writes(house.path("f"), vec![1; 50 * KIB]);
    house.peer.rule("HeadObject", (0, 1), changes);
    let end = house.copy(&from, &House::object("o")).await;
    assert_eq!(end.verified(), Verified::Md5);
    assert!(house.peer.with(|s| s.bytes("o")) == Some(vec![1; 50 * KIB]));
    says(&end.warnings[0], "SourceChanged", "changed while", "fails");
}
