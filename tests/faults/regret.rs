//! Transfers that were given up, and are wanted after all.

use std::time::Duration;

use windlass::transfer::{IfExists, Kind, Order, Request};

use super::peer::Fault;
use super::{Habit, House, LARGE, bytes};

const ABORT: &str = "AbortMultipartUpload";

impl House {
    /// Waits until the server was asked so often.
    async fn hears(&self, op: &str, times: usize) {
        let asked = async {
            while self.peer.asked(op) < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let heard = tokio::time::timeout(Duration::from_mins(1), asked).await;
        assert!(heard.is_ok(), "{op} was not asked {times} times");
    }
}

#[tokio::test]
async fn a_job_that_is_wanted_again_before_it_is_cleaned_up_goes_on() {
    let house = House::with(Habit::hasty()).await;
    // The first ones ask whether hashes are looked at.
    house.peer.rule("UploadPart", (1, 1), Fault::Stall);
    house.peer.rule(ABORT, (1, 1), Fault::Stall);
    let request = Request {
        from: house.file("f", &bytes(LARGE)),
        to: House::object("o"),
        kind: Kind::Copy,
        if_exists: IfExists::Ask,
        size: None,
    };
    let batch = house.queue.next_batch();
    house.queue.order(Order::Submit(batch, vec![request]));
    house.hears("UploadPart", 2).await;
    let numbers = house.queue.numbers();
    let rows = tokio::time::timeout(Duration::from_mins(1), async {
        while numbers.borrow().rows.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    rows.await.unwrap();
    let job = numbers.borrow().rows[0].id;
    house.queue.order(Order::Cancel(job));
    house.hears(ABORT, 2).await;
    house.queue.order(Order::Retry(job));
    let drained = tokio::time::timeout(Duration::from_mins(2), house.queue.drain()).await;
    let counts = drained.expect("the queue came to no end");
    assert_eq!((counts.done, counts.failed), (1, 0));
    assert!(house.peer.with(|s| s.bytes("o")) == Some(bytes(LARGE)));
    house.nothing_half();
}
