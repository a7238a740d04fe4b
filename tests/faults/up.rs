//! Files on their way up.

use windlass::transfer::Verified;

use super::peer::{Fault, No};
use super::{Habit, House, KIB, LARGE, MIB, bytes, house, says};

const SLOW: No = No(503, "SlowDown", Some(1));
const BROKEN: No = No(500, "InternalError", None);

#[tokio::test]
async fn small_files_survive_what_passes() {
    for (fault, times) in [
        (Fault::ResetAtOnce, 2),
        (Fault::ResetInBody(3000), 1),
        (Fault::No(SLOW), 3),
        (Fault::No(BROKEN), 2),
        (Fault::No(No(502, "", None)), 2),
        (Fault::No(No(400, "RequestTimeout", None)), 2),
    ] {
        let mut house = house().await;
        house.peer.rule("PutObject", (0, times), fault);
        assert_eq!(house.up(40 * KIB).await, Verified::Md5);
        assert_eq!(house.peer.asked("PutObject"), times + 1);
    }
}

#[tokio::test]
async fn a_small_file_whose_answer_was_lost_is_recognised() {
    // The second try finds the name taken: by the first.
    let mut house = house().await;
    house.peer.rule("PutObject", (0, 1), Fault::DoneThenReset);
    assert_eq!(house.up(40 * KIB).await, Verified::Md5);
    assert_eq!(house.peer.asked("PutObject"), 2);
    // The same from a server that answers 500 and keeps it nevertheless.
    let mut house = house_of_errors().await;
    assert_eq!(house.up(40 * KIB).await, Verified::Md5);
}

async fn house_of_errors() -> House {
    let house = house().await;
    let broken = Fault::DoneThenNo(BROKEN);
    house.peer.rule("PutObject", (0, 1), broken);
    house
}

#[tokio::test]
async fn large_files_survive_what_passes_and_send_only_what_is_missing() {
    for (fault, again) in [
        (Fault::ResetAtOnce, 0),
        (Fault::ResetInBody(100_000), 0),
        (Fault::No(SLOW), 1),
        (Fault::No(BROKEN), 1),
        (Fault::DoneThenReset, 1),
    ] {
        let mut house = house().await;
        // The first one asks whether the server looks at hashes.
        house.peer.rule("UploadPart", (1, 1), fault);
        assert_eq!(house.up(LARGE).await, Verified::Sha256);
        // The question, and two parts, one of them twice.
        assert_eq!(house.peer.asked("UploadPart"), 4);
        let first = 5 * MIB * again;
        let complete = 1000;
        let (got, _) = house.peer.bytes();
        let most = (LARGE + first + complete) as u64;
        assert!((LARGE as u64..most).contains(&got), "{got} of {most}");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_more_bytes_is_asked_again() {
    let mut house = House::with(Habit::hasty()).await;
    house.peer.rule("PutObject", (0, 1), Fault::Stall);
    assert_eq!(house.up(40 * KIB).await, Verified::Md5);
}

#[tokio::test]
async fn a_hidden_refusal_is_brought_to_light() {
    let denied = No(403, "AccessDenied", None);
    for (len, threshold, op) in [(3 * MIB, 8 * MIB, "PutObject"), (LARGE, MIB, "UploadPart")] {
        for fault in [
            Fault::NoAtOnce(denied),
            Fault::ResetInBody(1000),
            Fault::ResetInBody(100_000),
        ] {
            let habit = Habit {
                threshold,
                ..Habit::default()
            };
            let mut house = House::with(habit).await;
            house.peer.rule(op, (0, usize::MAX), fault);
            let opens = usize::from(op == "UploadPart");
            let rule = (opens, usize::MAX);
            house
                .peer
                .rule("CreateMultipartUpload", rule, Fault::No(denied));
            let trouble = house.up_fails(len).await;
            // The words depend on how much of the answer came.
            says(&trouble, "AccessDenied", "", "s3:PutObject");
        }
    }
}

/// The servers that there are: one that looks at signed hashes, one that looks at
/// `Content-MD5`, one that looks at it and keeps the bytes nevertheless, two that look at
/// nothing.
async fn houses() -> Vec<(House, [Verified; 2], &'static str)> {
    let hashes = (
        House::with(Habit::default()).await,
        [Verified::Md5, Verified::Sha256],
        "XAmzContentSHA256Mismatch",
    );
    let md5 = [Verified::Md5, Verified::Composite];
    let digests = (House::with(Habit::md5()).await, md5, "BadDigest");
    let keeps = (House::with(Habit::md5()).await, md5, "BadDigest");
    keeps.0.peer.with(|store| store.keeps_refused = true);
    let nothing = (House::with(Habit::md5()).await, md5, "ChecksumDiffers");
    nothing.0.peer.with(|store| store.digests = false);
    // Over http a signed hash is sent, and this server does not look at it.
    let careless = House::with(Habit::default()).await;
    careless.peer.with(|store| {
        store.hashes = false;
        store.digests = false;
    });
    let careless = (careless, md5, "ChecksumDiffers");
    vec![hashes, digests, keeps, nothing, careless]
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_repaired() {
    for (mut house, [small, _], _) in houses().await {
        house.peer.rule("PutObject", (0, 1), Fault::FlipUp);
        assert_eq!(house.up(300 * KIB).await, small);
    }
    for part in 0..2 {
        for (mut house, [_, large], _) in houses().await {
            house.peer.rule("UploadPart", (part, 1), Fault::FlipUp);
            assert_eq!(house.up(LARGE).await, large);
            // Two parts, one of them twice; the question about hashes.
            let sent = house.peer.asked("UploadPart");
            assert!((3..=4).contains(&sent), "{sent}");
        }
    }
}

#[tokio::test]
async fn a_bit_that_flips_every_time_is_an_error_and_nothing_is_kept() {
    for (len, op, skip) in [
        (300 * KIB, "PutObject", 0),
        (LARGE, "UploadPart", 0),
        (LARGE, "UploadPart", 1),
    ] {
        for (mut house, _, code) in houses().await {
            house.peer.rule(op, (skip, usize::MAX), Fault::FlipUp);
            if code == "ChecksumDiffers" && op == "UploadPart" {
                // Whether its tags are MD5s must be known of such a server.
                let from = house.file("g", b"x");
                let to = House::object("g");
                house.copy(&from, &to).await.verified();
            }
            let trouble = house.up_fails(len).await;
            says(&trouble, code, "", "try again");
            assert!(trouble.retryable);
        }
    }
}

#[tokio::test]
async fn what_was_there_is_not_deleted_for_a_damaged_copy() {
    let mut house = House::with(Habit::md5()).await;
    house.peer.with(|store| {
        store.digests = false;
        store.put("o", b"old");
    });
    house.peer.rule("PutObject", (0, 9), Fault::FlipUp);
    let from = house.file("f", &bytes(300 * KIB));
    let request = windlass::transfer::Request {
        from,
        to: House::object("o"),
        kind: windlass::transfer::Kind::Copy,
        if_exists: windlass::transfer::IfExists::Overwrite,
        size: None,
    };
    let ends = house.ends(request).await;
    let trouble = ends[0].trouble();
    says(&trouble, "ChecksumDiffers", "is damaged", "try again");
    assert!(house.peer.with(|store| store.bytes("o")).is_some());
}

#[tokio::test]
async fn words_are_honest() {
    // A server that does not look at hashes: the tags of small bodies are MD5s nevertheless.
    let high = Habit {
        threshold: 4 * MIB,
        ..Habit::default()
    };
    for (hashes, word, large) in [
        (false, Verified::Md5, Verified::Composite),
        (true, Verified::Sha256, Verified::Sha256),
    ] {
        let mut house = House::with(high).await;
        house.peer.with(|store| store.hashes = hashes);
        for (len, want, asked) in [
            (40 * KIB, Verified::Md5, 0),
            (300 * KIB, Verified::Md5, 0),
            (2 * MIB, word, 1),
            // Known by now.
            (300 * KIB, word, 1),
            (40 * KIB, Verified::Md5, 1),
            (LARGE, large, 2),
        ] {
            house.peer.with(|store| store.objects.clear());
            assert_eq!(house.up(len).await, want, "{len}");
            assert_eq!(house.peer.asked("CreateMultipartUpload"), asked);
        }
    }
    // Tags of its own making are no damage: the bytes are read back once, and not believed.
    let mut house = House::with(Habit::md5()).await;
    house.peer.with(|store| store.md5_tags = false);
    assert_eq!(house.up(40 * KIB).await, Verified::Md5);
    assert_eq!(house.peer.asked("GetObject"), 1);
    house.peer.with(|store| store.objects.clear());
    assert_eq!(house.up(LARGE).await, Verified::Size);
}

#[tokio::test]
async fn an_empty_file_is_an_object() {
    let mut house = house().await;
    house.peer.rule("PutObject", (0, 1), Fault::No(BROKEN));
    assert_eq!(house.up(0).await, Verified::Md5);
}
