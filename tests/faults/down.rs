//! Objects on their way down.

use base64::Engine as _;
use windlass::transfer::Verified;

use super::peer::{Fault, No};
use super::{Habit, House, KIB, RANGES, bytes, house, says};

#[tokio::test]
async fn a_broken_body_is_taken_up_where_it_broke() {
    for fault in [Fault::CutAnswer(70_000), Fault::ResetAnswer(70_000)] {
        for len in [200 * KIB, RANGES] {
            let mut house = house().await;
            house.peer.rule("GetObject", (0, 3), fault.clone());
            assert_eq!(house.down(len).await, Verified::Md5);
            let (_, gave) = house.peer.bytes();
            // A reset may take bytes with it that were under way.
            assert!(
                (len as u64..(len + 300_000) as u64).contains(&gave),
                "{gave}"
            );
        }
    }
}

#[tokio::test]
async fn every_byte_is_sent_once_when_a_body_ends_early() {
    let mut house = house().await;
    house
        .peer
        .rule("GetObject", (0, 2), Fault::CutAnswer(70_000));
    assert_eq!(house.down(200 * KIB).await, Verified::Md5);
    assert_eq!(house.peer.asked("GetObject"), 3);
    assert_eq!(house.peer.bytes().1, 200 * KIB as u64);
}

#[tokio::test]
async fn small_and_large_objects_survive_what_passes() {
    for (fault, times) in [
        (Fault::ResetAtOnce, 2),
        (Fault::DoneThenReset, 2),
        (Fault::No(No(503, "SlowDown", Some(1))), 3),
        (Fault::No(No(500, "InternalError", None)), 2),
        (Fault::No(No(504, "", None)), 2),
    ] {
        for len in [1, 200 * KIB, RANGES] {
            let mut house = house().await;
            house.peer.rule("GetObject", (0, times), fault.clone());
            assert_eq!(house.down(len).await, Verified::Md5);
        }
    }
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up_and_taken_up() {
    let mut house = House::with(Habit::hasty()).await;
    house
        .peer
        .rule("GetObject", (0, 1), Fault::StallInAnswer(70_000));
    assert_eq!(house.down(200 * KIB).await, Verified::Md5);
    let mut house = House::with(Habit::hasty()).await;
    house.peer.rule("GetObject", (0, 1), Fault::Stall);
    assert_eq!(house.down(200 * KIB).await, Verified::Md5);
}

#[tokio::test]
async fn a_connection_that_always_breaks_is_one_error() {
    let mut house = house().await;
    house
        .peer
        .rule("GetObject", (0, usize::MAX), Fault::CutAnswer(0));
    let trouble = house.down_fails(200 * KIB).await;
    says(&trouble, "BodyCut", "broke off", "try again");
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_repaired() {
    for (len, skip) in [(200 * KIB, 0), (RANGES, 0), (RANGES, 2)] {
        let mut house = house().await;
        house.peer.rule("GetObject", (skip, 1), Fault::FlipDown);
        house.peer.with(|store| store.put("o", &bytes(len)));
        let end = house.copy(&House::object("o"), &house.local("f")).await;
        assert_eq!(end.verified(), Verified::Md5);
        assert!(std::fs::read(house.path("f")).unwrap() == bytes(len));
        assert_eq!(end.warnings.len(), 1, "it is said");
        says(
            &end.warnings[0],
            "ChecksumDiffers",
            "arrived differs",
            "fails",
        );
        let ranges = if len == RANGES { 4 } else { 1 };
        assert_eq!(house.peer.asked("GetObject"), 2 * ranges);
    }
}

#[tokio::test]
async fn a_bit_that_flips_every_time_is_an_error_and_the_file_is_not_kept() {
    for len in [200 * KIB, RANGES] {
        let mut house = house().await;
        house
            .peer
            .rule("GetObject", (0, usize::MAX), Fault::FlipDown);
        let trouble = house.down_fails(len).await;
        says(&trouble, "ChecksumDiffers", "not kept", "try again");
        assert!(trouble.retryable);
    }
}

#[tokio::test]
async fn another_range_than_asked_for_is_not_taken() {
    let mut house = house().await;
    house
        .peer
        .rule("GetObject", (1, usize::MAX), Fault::OtherRange);
    let trouble = house.down_fails(RANGES).await;
    says(&trouble, "RangeMangled", "another part", "proxy");
}

#[tokio::test]
async fn a_server_that_ignores_ranges_sends_the_whole_once() {
    let mut house = house().await;
    house
        .peer
        .rule("GetObject", (0, usize::MAX), Fault::WholeForRange);
    assert_eq!(house.down(RANGES).await, Verified::Md5);
    assert_eq!(house.peer.asked("GetObject"), 1);
    assert_eq!(house.peer.bytes().1, RANGES as u64);
}

#[tokio::test]
async fn an_object_that_is_replaced_between_ranges_is_never_mixed() {
    for conditions in [true, false] {
        let mut house = house().await;
        house.peer.with(|store| store.conditions = conditions);
        let new: Vec<u8> = bytes(RANGES).iter().map(|b| !b).collect();
        let other = new.clone();
        let replaced = Fault::before(move |store| store.put("o", &other));
        house.peer.rule("GetObject", (2, 1), replaced);
        house.peer.with(|store| store.put("o", &bytes(RANGES)));
        let end = house.copy(&House::object("o"), &house.local("f")).await;
        assert_eq!(end.verified(), Verified::Md5);
        assert!(
            std::fs::read(house.path("f")).unwrap() == new,
            "the new one"
        );
        assert_eq!(end.warnings.len(), 1);
        says(
            &end.warnings[0],
            "ObjectReplaced",
            "being replaced",
            "fails",
        );
    }
}

#[tokio::test]
async fn an_object_that_is_replaced_all_the_time_is_an_error() {
    let mut house = house().await;
    for turn in 0..8_u8 {
        let replaced = Fault::before(move |store| store.put("o", &vec![turn; RANGES]));
        house.peer.rule("GetObject", (1, 1), replaced);
    }
    let trouble = house.down_fails(RANGES).await;
    says(
        &trouble,
        "ObjectReplaced",
        "being replaced",
        "nothing writes",
    );
}

#[tokio::test]
async fn sums_of_servers_without_tags_count() {
    let sum: fn(&[u8]) -> String = |bytes| {
        let mut sum = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        sum.update(bytes);
        let sum = sum.finalize().to_be_bytes();
        base64::engine::general_purpose::STANDARD.encode(sum)
    };
    let mut house = house().await;
    house.peer.with(|store| {
        store.sum = Some(("x-amz-checksum-crc64nvme", sum));
        store.put("o", &bytes(RANGES));
        store.objects.get_mut("o").unwrap().etag = "opaque".into();
    });
    house.peer.rule("GetObject", (1, 1), Fault::FlipDown);
    let end = house.copy(&House::object("o"), &house.local("f")).await;
    assert_eq!(end.verified(), Verified::Crc64);
    assert!(std::fs::read(house.path("f")).unwrap() == bytes(RANGES));
    assert_eq!(house.peer.asked("GetObject"), 8, "found, and repaired");
}

#[tokio::test]
async fn an_empty_object_is_a_file() {
    let mut house = house().await;
    house.peer.rule("GetObject", (0, 1), Fault::ResetAtOnce);
    assert_eq!(house.down(0).await, Verified::Md5);
}

#[tokio::test]
async fn a_range_that_crawls_is_asked_for_over_another_connection() {
    let mut house = house().await;
    // Eight ranges say what is usual; the rest of a slow one is asked for once more, not all of it.
    let ranges = super::LARGE.div_ceil(256 * super::KIB);
    house
        .peer
        .rule("GetObject", (12, 1), Fault::Crawl(super::KIB));
    assert_eq!(house.down(super::LARGE).await, Verified::Md5);
    assert_eq!(house.peer.asked("GetObject"), ranges + 1);
}
