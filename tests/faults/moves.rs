//! Moves: copied, verified, deleted. Cut short anywhere, nothing is lost, and the same move again
//! finishes it.

use windlass::transfer::{Kind, Phase, Verified};

use super::peer::{Fault, No};
use super::{Habit, House, KIB, LARGE, RANGES, bytes, house, says};

const DENIED: Fault = Fault::No(No(403, "AccessDenied", None));

#[tokio::test]
async fn a_move_down_can_be_finished() {
    for len in [40 * KIB, RANGES] {
        let mut house = house().await;
        house.peer.with(|store| store.put("o", &bytes(len)));
        let (from, to) = (House::object("o"), house.local("f"));
        house.peer.rule("DeleteObject", (0, usize::MAX), DENIED);
        let end = house.run(Kind::Move, &from, &to).await;
        says(
            &end.trouble(),
            "AccessDenied",
            "no permission",
            "s3:DeleteObject",
        );
        assert!(house.peer.with(|s| s.bytes("o")) == Some(bytes(len)));
        assert!(std::fs::read(house.path("f")).unwrap() == bytes(len));
        house.peer.behave();
        let gave = house.peer.bytes().1;
        let end = house.run(Kind::Move, &from, &to).await;
        assert_eq!(end.verified(), Verified::Md5);
        assert_eq!(house.peer.bytes().1, gave, "no byte is sent twice");
        assert!(house.peer.with(|s| s.bytes("o")).is_none());
        assert!(std::fs::read(house.path("f")).unwrap() == bytes(len));
    }
}

#[tokio::test]
async fn a_move_across_can_be_finished() {
    let mut house = house().await;
    house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
    let (from, to) = (House::object("o"), House::object("p"));
    house.peer.rule("DeleteObject", (0, usize::MAX), DENIED);
    let end = house.run(Kind::Move, &from, &to).await;
    says(
        &end.trouble(),
        "AccessDenied",
        "no permission",
        "s3:DeleteObject",
    );
    house.peer.behave();
    let end = house.run(Kind::Move, &from, &to).await;
    assert_eq!(end.verified(), Verified::Md5);
    assert_eq!(house.peer.asked("CopyObject"), 1);
    house.peer.with(|store| {
        assert!(store.bytes("o").is_none());
        assert!(store.bytes("p") == Some(bytes(40 * KIB)));
    });
}

#[tokio::test]
async fn a_move_up_can_be_finished() {
    for (len, composites) in [(40 * KIB, true), (LARGE, true), (LARGE, false)] {
        let mut house = House::with(Habit::md5()).await;
        house.peer.with(|store| store.composites = composites);
        let from = house.file("f", &bytes(len));
        let to = House::object("o");
        // The copy of a move that was cut short before its source was deleted.
        house.copy(&from, &to).await.verified();
        let (got, _) = house.peer.bytes();
        let end = house.run(Kind::Move, &from, &to).await;
        let want = match (len, composites) {
            (LARGE, true) => Verified::Composite,
            (LARGE, false) => Verified::Size,
            _ => Verified::Md5,
        };
        assert_eq!(end.verified(), want);
        assert_eq!(house.peer.bytes().0, got, "no byte is sent twice");
        assert!(!house.path("f").exists());
        assert!(house.peer.with(|s| s.bytes("o")) == Some(bytes(len)));
    }
}

#[tokio::test]
async fn another_object_in_the_way_is_asked_about() {
    let mut house = house().await;
    house.peer.with(|store| {
        store.put("o", &bytes(40 * KIB));
        store.put("p", &vec![1; 40 * KIB]);
    });
    std::fs::write(house.path("f"), vec![1; 40 * KIB]).unwrap();
    for to in [House::object("p"), house.local("f")] {
        let from = House::object("o");
        let end = house.run(Kind::Move, &from, &to).await;
        assert!(
            matches!(end.row.phase, Phase::Asking(_)),
            "{:?}",
            end.row.phase
        );
        assert!(house.peer.with(|s| s.bytes("o")).is_some());
    }
}

#[tokio::test]
async fn a_source_that_is_replaced_after_its_copy_stays() {
    let mut house = house().await;
    house.peer.with(|store| store.put("o", &bytes(40 * KIB)));
    // The last look before it is deleted.
    let replaced = Fault::before(|store| store.put("o", b"new"));
    house.peer.rule("HeadObject", (0, 1), replaced);
    let (from, to) = (House::object("o"), house.local("f"));
    let end = house.run(Kind::Move, &from, &to).await;
    says(
        &end.trouble(),
        "ObjectReplaced",
        "replaced meanwhile",
        "copy it again",
    );
    assert!(house.peer.with(|s| s.bytes("o")) == Some(b"new".to_vec()));
    assert!(std::fs::read(house.path("f")).unwrap() == bytes(40 * KIB));
}

#[tokio::test]
async fn a_damaged_copy_never_costs_the_source() {
    let mut house = house().await;
    house.peer.with(|store| store.put("o", &bytes(RANGES)));
    house
        .peer
        .rule("GetObject", (0, usize::MAX), Fault::FlipDown);
    let (from, to) = (House::object("o"), house.local("f"));
    let end = house.run(Kind::Move, &from, &to).await;
    assert_eq!(end.trouble().code.as_str(), "ChecksumDiffers");
    assert!(!house.path("f").exists());
    assert!(house.peer.with(|s| s.bytes("o")) == Some(bytes(RANGES)));
    let mut house = House::with(Habit::md5()).await;
    house.peer.with(|store| store.digests = false);
    house
        .peer
        .rule("UploadPart", (1, usize::MAX), Fault::FlipUp);
    let from = house.file("f", &bytes(LARGE));
    let end = house.run(Kind::Move, &from, &House::object("o")).await;
    assert_eq!(end.trouble().code.as_str(), "ChecksumDiffers");
    assert!(std::fs::read(house.path("f")).unwrap() == bytes(LARGE));
}

#[tokio::test]
async fn a_place_is_not_moved_onto_itself_but_may_be_moved_into_itself() {
    let mut house = house().await;
    house.peer.with(|store| {
        store.put("a/x", b"1");
        store.put("a/y", b"2");
    });
    let end = house
        .run(Kind::Move, &House::object("a/x"), &House::object("a/x"))
        .await;
    says(&end.trouble(), "SamePlace", "the same", "another");
    let request = windlass::transfer::Request {
        from: House::under("a/"),
        to: House::under("a/b/"),
        kind: Kind::Move,
        if_exists: windlass::transfer::IfExists::Ask,
        size: None,
    };
    let ends = house.ends(request).await;
    assert_eq!(ends.len(), 2);
    house.peer.with(|store| {
        let keys: Vec<_> = store.objects.keys().cloned().collect();
        assert_eq!(keys, ["a/b/x", "a/b/y"]);
    });
}
