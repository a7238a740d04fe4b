//! Copies that a server makes, and relays through this machine.

use windlass::transfer::Verified;

use super::peer::{Fault, No};
use super::{House, KIB, LARGE, bytes, house, says};

#[tokio::test]
async fn a_copy_survives_what_passes() {
    for (fault, times) in [
        (Fault::ResetAtOnce, 2),
        (Fault::DoneThenReset, 1),
        (Fault::No(No(503, "SlowDown", Some(1))), 2),
        (Fault::ErrorInside("InternalError"), 2),
        (Fault::ErrorInside("SlowDown"), 1),
        (Fault::CutAnswer(30), 1),
        (Fault::CutAnswer(0), 1),
    ] {
        let mut house = house().await;
        house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
        house.peer.rule("CopyObject", (0, times), fault);
        let end = house.copy(&House::object("o"), &House::object("p")).await;
        assert_eq!(end.verified(), Verified::Md5);
        assert_eq!(house.peer.asked("CopyObject"), times + 1);
        let copy = house.peer.with(|store| store.bytes("p"));
        assert!(copy == Some(bytes(40 * KIB)));
        assert_eq!(house.peer.bytes().0, 0, "no byte went through here");
    }
}

#[tokio::test]
async fn a_source_that_is_replaced_is_not_copied_by_half() {
    // The server overlooks the condition: the copy is another than was looked at.
    let mut house = house().await;
    house.peer.with(|store| {
        store.conditions = false;
        store.put("o", &bytes(40 * KIB));
    });
    let replaced = Fault::before(|store| store.put("o", &vec![1; 40 << 10]));
    house.peer.rule("CopyObject", (0, 1), replaced);
    let end = house.copy(&House::object("o"), &House::object("p")).await;
    assert_eq!(end.verified(), Verified::Md5);
    let copy = house.peer.with(|store| store.bytes("p"));
    assert!(copy == Some(vec![1; 40 << 10]), "what the source is by now");
    // The same where the condition is looked at: started anew, and done.
    let mut house = super::house().await;
    house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
    let replaced = Fault::before(|store| store.put("o", &vec![1; 40 << 10]));
    house.peer.rule("CopyObject", (0, 1), replaced);
    let end = house.copy(&House::object("o"), &House::object("p")).await;
    assert_eq!(end.verified(), Verified::Md5);
    says(
        &end.warnings[0],
        "ObjectReplaced",
        "being replaced",
        "fails",
    );
    let copy = house.peer.with(|store| store.bytes("p"));
    assert!(copy == Some(vec![1; 40 << 10]), "the new one");
}

#[tokio::test]
async fn where_a_server_cannot_copy_the_bytes_go_through_here() {
    for len in [40 * KIB, LARGE] {
        let mut house = house().await;
        house.peer.with(|store| {
            store.copies = false;
            store.put("o", &bytes(len));
        });
        house
            .peer
            .rule("GetObject", (0, 1), Fault::CutAnswer(10_000));
        let end = house.copy(&House::object("o"), &House::object("p")).await;
        let large = len == LARGE;
        let want = if large {
            Verified::Sha256
        } else {
            Verified::Md5
        };
        assert_eq!(end.verified(), want);
        let copy = house.peer.with(|store| store.bytes("p"));
        assert!(copy == Some(bytes(len)));
    }
}

#[tokio::test]
async fn a_relay_survives_what_passes() {
    for fault in [
        Fault::ResetAtOnce,
        Fault::DoneThenReset,
        Fault::No(No(500, "InternalError", None)),
        Fault::FlipUp,
    ] {
        for (len, op) in [(40 * KIB, "PutObject"), (LARGE, "UploadPart")] {
            let mut house = house().await;
            house.peer.with(|store| store.put("o", &bytes(len)));
            house.other.rule(op, (0, 1), fault.clone());
            let to = House::at("other", "p");
            let from = House::object("o");
            let end = house.copy(&from, &to).await;
            if op == "PutObject" && matches!(fault, Fault::DoneThenReset) {
                // Somebody's object stands there now, and it may be ours.
                continue;
            }
            end.verified();
            let copy = house.other.with(|store| store.bytes("p"));
            assert!(copy == Some(bytes(len)));
        }
    }
}

#[tokio::test]
async fn a_copy_replaces_nothing_that_came_in_between() {
    let mut house = house().await;
    house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
    let theirs = Fault::before(|store| store.put("p", b"theirs"));
    house.peer.rule("CopyObject", (0, 1), theirs);
    let end = house.copy(&House::object("o"), &House::object("p")).await;
    let asks = matches!(end.row.phase, windlass::transfer::Phase::Asking(_));
    assert!(asks, "{:?}", end.row.phase);
    let there = house.peer.with(|store| store.bytes("p"));
    assert_eq!(there.as_deref(), Some(&b"theirs"[..]));
    // A server that knows no such condition is asked without it, and not again.
    let mut house = super::house().await;
    house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
    let unknown = Fault::No(No(501, "NotImplemented", None));
    house.peer.rule("CopyObject", (0, 1), unknown);
    for (target, asked) in [("p", 2), ("q", 3)] {
        let end = house
            .copy(&House::object("o"), &House::object(target))
            .await;
        assert_eq!(end.verified(), Verified::Md5);
        assert_eq!(house.peer.asked("CopyObject"), asked);
    }
    assert_eq!(house.peer.bytes().0, 0, "no byte went through here");
}

#[tokio::test]
async fn what_was_known_of_the_whole_goes_with_a_relay_in_parts() {
    let mut house = house().await;
    // Nobody knows yet whether its tags are MD5s: what only looks like one must not be told.
    for (key, known) in [("before", false), ("after", true)] {
        if known {
            let small = house.file("f", &bytes(100));
            house.copy(&small, &House::object("small")).await.verified();
        }
        house.peer.with(|store| store.put("o", &bytes(LARGE)));
        let end = house
            .copy(&House::object("o"), &House::at("other", key))
            .await;
        end.verified();
        let meta = house.other.with(|store| store.objects[key].meta.clone());
        let md5 = meta.iter().find(|(name, _)| name == "x-amz-meta-md5chksum");
        assert_eq!(
            md5.map(|(_, sum)| sum.len()),
            known.then_some(24),
            "{meta:?}"
        );
    }
}

const TAGS: &str = "stage=raw%20%26%20new&team=%C3%BC";

#[tokio::test]
async fn tags_go_with_a_relay() {
    for len in [40 * KIB, LARGE] {
        let mut house = house().await;
        house.peer.with(|store| {
            store.put("o", &bytes(len));
            store.tag_object("o", TAGS);
            store.put("bare", &bytes(len));
        });
        for key in ["o", "bare"] {
            let to = House::at("other", key);
            house.copy(&House::object(key), &to).await.verified();
        }
        let tags = |key: &str| house.other.with(|store| store.tags_of(key));
        assert_eq!((tags("o").as_deref(), tags("bare")), (Some(TAGS), None));
        // What has none is not asked for any.
        assert_eq!(house.peer.asked("GetObjectTagging"), 1);
    }
}

#[tokio::test]
async fn where_tags_are_refused_they_stay_and_that_is_said_once() {
    let denied = || Fault::No(No(403, "AccessDenied", None));
    for len in [40 * KIB, LARGE] {
        for told in [true, false] {
            let mut house = house().await;
            let op = if len == LARGE {
                "CreateMultipartUpload"
            } else {
                "PutObject"
            };
            if told {
                house.other.rule(op, (0, 1), denied());
            } else {
                house
                    .peer
                    .rule("GetObjectTagging", (0, usize::MAX), denied());
            }
            let mut said = 0;
            for key in ["o", "p"] {
                house.peer.with(|store| {
                    store.put(key, &bytes(len));
                    store.tag_object(key, TAGS);
                });
                let to = House::at("other", key);
                let end = house.copy(&House::object(key), &to).await;
                end.verified();
                said += end
                    .warnings
                    .iter()
                    .filter(|w| w.code.as_str() == "TagsStay")
                    .count();
                assert_eq!(house.other.with(|store| store.tags_of(key)), None);
            }
            assert_eq!(said, 1, "{len} {told}");
            assert_eq!(house.peer.asked("GetObjectTagging"), 1);
        }
    }
}
