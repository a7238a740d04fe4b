//! The last call of an upload, whose answer may be lost, late or a lie (rule U-11).

use windlass::transfer::Verified;

use super::peer::{Again, Fault, No};
use super::{Habit, House, LARGE, house, says};

const COMPLETE: &str = "CompleteMultipartUpload";

#[tokio::test]
async fn a_lost_answer_is_resolved_on_every_kind_of_server() {
    for again in [Again::Fine, Again::Gone, Again::Denied] {
        for composites in [true, false] {
            for fault in [
                Fault::DoneThenReset,
                Fault::DoneThenNo(No(500, "InternalError", None)),
            ] {
                let mut house = House::with(Habit::md5()).await;
                house.peer.with(|store| {
                    store.again = again;
                    store.composites = composites;
                });
                house.peer.rule(COMPLETE, (0, 1), fault);
                let want = if composites {
                    Verified::Composite
                } else {
                    Verified::Md5
                };
                assert_eq!(house.up(LARGE).await, want, "{again:?}");
                assert_eq!(house.peer.asked(COMPLETE), 2, "{again:?}");
                assert_eq!(house.peer.asked("UploadPart"), 2, "{again:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_success_with_an_error_inside_is_none() {
    let mut house = house().await;
    house
        .peer
        .rule(COMPLETE, (0, 2), Fault::ErrorInside("InternalError"));
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
    assert_eq!(house.peer.asked(COMPLETE), 3);
    let mut house = super::house().await;
    house.peer.rule(
        COMPLETE,
        (0, usize::MAX),
        Fault::ErrorInside("EntityTooSmall"),
    );
    let trouble = house.up_fails(LARGE).await;
    assert_eq!(trouble.code.as_str(), "EntityTooSmall");
    // One of them ends the question about hashes.
    assert_eq!(house.peer.asked("AbortMultipartUpload"), 2);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    for fault in [
        Fault::CutAnswer(40),
        Fault::ResetAnswer(40),
        Fault::CutAnswer(0),
    ] {
        let mut house = house().await;
        house.peer.rule(COMPLETE, (0, 1), fault);
        assert_eq!(house.up(LARGE).await, Verified::Sha256);
    }
}

#[tokio::test]
async fn an_object_that_is_seen_late_is_waited_for() {
    let mut house = house().await;
    // Whether something stands in the way is asked; what was proved needs no second look.
    let gone = Fault::No(No(404, "NoSuchKey", None));
    house.peer.rule("HeadObject", (1, 2), gone.clone());
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
    assert_eq!(house.peer.asked("HeadObject"), 1);
    // Late and lost at once.
    let mut house = super::house().await;
    house.peer.rule(COMPLETE, (0, 1), Fault::DoneThenReset);
    house.peer.rule("HeadObject", (1, 2), gone);
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
}

#[tokio::test]
async fn an_upload_that_is_gone_starts_anew_once() {
    let mut house = house().await;
    let gone = Fault::No(No(404, "NoSuchUpload", None));
    house.peer.rule("UploadPart", (1, 1), gone.clone());
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
    let mut house = super::house().await;
    house.peer.rule("UploadPart", (0, usize::MAX), gone);
    let trouble = house.up_fails(LARGE).await;
    says(&trouble, "NoSuchUpload", "", "");
    // The first of them asks about hashes.
    assert_eq!(house.peer.asked("UploadPart"), 3);
}

#[tokio::test]
async fn somebody_elses_object_is_not_taken_for_ours() {
    // The upload is lost; what stands there has the same size and was written by another.
    let mut house = house().await;
    house.peer.rule(
        COMPLETE,
        (0, usize::MAX),
        Fault::No(No(400, "InvalidPart", None)),
    );
    let from = house.file("f", &super::bytes(LARGE));
    let theirs = Fault::before(|store| store.put("o", &vec![7; LARGE]));
    house.peer.rule("HeadObject", (1, 1), theirs);
    let end = house.copy(&from, &House::object("o")).await;
    assert_eq!(end.trouble().code.as_str(), "InvalidPart");
    let there = house.peer.with(|store| store.bytes("o"));
    assert!(there == Some(vec![7; LARGE]), "and it stays as it is");
}

#[tokio::test]
async fn what_came_in_between_is_not_replaced() {
    let mut house = house().await;
    let from = house.file("f", &super::bytes(LARGE));
    let theirs = Fault::before(|store| store.put("o", b"theirs"));
    house.peer.rule(COMPLETE, (0, 1), theirs);
    let end = house.copy(&from, &House::object("o")).await;
    says(&end.trouble(), "PreconditionFailed", "", "");
    let there = house.peer.with(|store| store.bytes("o"));
    assert_eq!(there.as_deref(), Some(&b"theirs"[..]));
    // A server that knows no such condition is asked without it.
    let mut house = super::house().await;
    let unknown = Fault::No(No(501, "NotImplemented", None));
    house.peer.rule(COMPLETE, (0, 1), unknown);
    assert_eq!(house.up(LARGE).await, Verified::Sha256);
}
