//! Uploads that a server opened, and nobody heard of it (rules R-4 and U-14).

use windlass::transfer::Verified;

use super::peer::{Fault, No};
use super::{House, LARGE, bytes, house};

const CREATE: &str = "CreateMultipartUpload";

#[tokio::test]
async fn an_upload_that_nobody_heard_of_is_found_and_given_up() {
    for lost in [
        Fault::DoneThenReset,
        Fault::DoneThenNo(No(500, "InternalError", None)),
    ] {
        let mut house = house().await;
        // The first one asks whether hashes are looked at.
        house.peer.rule(CREATE, (1, 2), lost);
        assert_eq!(house.up(LARGE).await, Verified::Sha256);
        assert_eq!(house.peer.asked(CREATE), 4);
        assert_eq!(house.peer.asked("ListMultipartUploads"), 1);
    }
}

#[tokio::test]
async fn so_is_one_that_was_to_find_out_about_hashes() {
    let mut house = house().await;
    house.peer.rule(CREATE, (0, 1), Fault::DoneThenReset);
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
    assert_eq!(house.peer.asked("ListMultipartUploads"), 1);
}

#[tokio::test]
async fn without_a_lost_answer_nobody_looks() {
    let mut house = house().await;
    let less = Fault::No(No(503, "SlowDown", None));
    house.peer.rule(CREATE, (1, 1), less);
    house.up(LARGE).await;
    assert_eq!(house.peer.asked("ListMultipartUploads"), 0);
}

#[tokio::test]
async fn somebody_elses_upload_is_left_alone() {
    let house = house().await;
    let from = house.file("f", &bytes(LARGE));
    // Theirs has a part; another one is for a longer key.
    house.peer.with(|store| {
        store.begin("o", 1);
        store.begin("other", 0);
    });
    house.peer.rule(CREATE, (1, 1), Fault::DoneThenReset);
    let mut house = house;
    let end = house.runs(&from, &House::object("o")).await;
    assert_eq!(end.verified(), Verified::Sha256);
    assert_eq!(house.peer.with(|store| store.open_uploads()), 2);
}
