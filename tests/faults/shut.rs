//! Buckets that are not there, or let nobody in: said once, and not asked for every file.

use windlass::model::{Account, BucketName, Location, Prefix};
use windlass::transfer::{IfExists, Kind, Order, Phase, Request};

use super::peer::{Fault, No};
use super::{House, house, says};

const FILES: usize = 60;

fn request(from: Location, to: Location) -> Request {
    Request {
        from,
        to,
        kind: Kind::Copy,
        if_exists: IfExists::Ask,
        size: None,
    }
}

fn folder(house: &House) -> Location {
    for n in 0..FILES {
        std::fs::create_dir_all(house.path("many")).unwrap();
        std::fs::write(house.path(&format!("many/{n}")), "x").unwrap();
    }
    house.local("many")
}

#[tokio::test]
async fn a_missing_bucket_is_said_once() {
    let mut house = house().await;
    let from = folder(&house);
    let to = Location::Under {
        account: Account::new("peer"),
        bucket: BucketName::new("missing").unwrap(),
        prefix: Prefix::root(),
    };
    let ends = house.ends(request(from, to)).await;
    assert_eq!(ends.len(), 1, "one tells for all");
    says(&ends[0].trouble(), "NoSuchBucket", "", "");
    let counts = house.queue.numbers().borrow().counts;
    assert_eq!((counts.failed, counts.paused), (1, FILES as u64 - 1));
    assert_eq!(house.peer.asked("PutObject"), 1);
}

#[tokio::test]
async fn a_bucket_that_nobody_may_write_to_is_tried_again_as_a_whole() {
    let mut house = house().await;
    let from = folder(&house);
    let denied = Fault::No(No(403, "AccessDenied", None));
    house.peer.rule("PutObject", (0, 1), denied);
    let ends = house.ends(request(from, House::under("to/"))).await;
    assert_eq!(ends.len(), 1, "one tells for all");
    says(&ends[0].trouble(), "AccessDenied", "", "");
    assert_eq!(house.peer.asked("PutObject"), 1);
    // Somebody mended it, and says so.
    house.queue.order(Order::RetryFailed);
    let counts = house.queue.drain().await;
    assert_eq!((counts.done, counts.failed), (FILES as u64, 0));
}

#[tokio::test]
async fn one_object_that_is_denied_keeps_no_other_back() {
    let mut house = house().await;
    for n in 0..FILES {
        let put = |s: &mut super::peer::Store| s.put(&format!("from/{n}"), b"x");
        house.peer.with(put);
    }
    let denied = Fault::No(No(403, "AccessDenied", None));
    house.peer.rule("GetObject", (0, 1), denied);
    let to = house.local("down");
    let ends = house.ends(request(House::under("from/"), to)).await;
    let failed = ends
        .iter()
        .filter(|end| matches!(end.row.phase, Phase::Failed(_)));
    assert_eq!((ends.len(), failed.count()), (FILES, 1));
}
