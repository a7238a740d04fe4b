//! Transfers that were given up, and are wanted after all.

use std::time::Duration;

use windlass::transfer::{IfExists, Kind, Order, Request, Which};

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

    /// Waits until a request gets no answer.
    async fn stalls(&self) {
        let stalled = async {
            while self.peer.stalled() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let stalled = tokio::time::timeout(Duration::from_mins(1), stalled).await;
        assert!(stalled.is_ok(), "every request was answered");
    }

    /// Starts an upload in parts.
    fn begin(&self) {
        let request = Request {
            from: self.file("f", &bytes(LARGE)),
            to: Self::object("o"),
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            size: None,
        };
        let batch = self.queue.next_batch();
        self.queue.order(Order::Submit(batch, vec![request]));
    }
}

#[tokio::test]
async fn a_job_that_is_wanted_again_before_it_is_cleaned_up_goes_on() {
    let house = House::with(Habit::hasty()).await;
    // The first ones ask whether hashes are looked at.
    house.peer.rule("UploadPart", (1, 1), Fault::Stall);
    house.peer.rule(ABORT, (1, 1), Fault::Stall);
    house.begin();
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

#[tokio::test]
async fn what_is_given_up_while_the_server_is_asked_about_hashes_leaves_nothing() {
    // The answer to each call of that question stalls: one is open, nobody knows its name; one is
    // open, with a byte or without; one is being given up.
    for (op, skip) in [("CreateMultipartUpload", 0), ("UploadPart", 0), (ABORT, 0)] {
        for fault in [Fault::Stall, Fault::DoneThenStall] {
            let house = House::with(Habit::hasty()).await;
            house.peer.rule(op, (skip, 1), fault);
            house.begin();
            house.stalls().await;
            house.queue.order(Order::CancelAll);
            let drained = tokio::time::timeout(Duration::from_mins(2), house.queue.drain()).await;
            assert_eq!(drained.expect("the queue came to no end").cancelled, 1);
            house.nothing_half();
            assert!(house.peer.with(|s| s.bytes("o")).is_none());
        }
    }
}

#[tokio::test]
async fn what_has_no_time_to_be_given_up_is_known_to_the_next_process() {
    let house = House::with(Habit::hasty()).await;
    house.peer.rule("UploadPart", (0, 1), Fault::Stall);
    house.begin();
    house.stalls().await;
    house.queue.close(Duration::ZERO).await;
    assert!(house.peer.with(|s| s.open_uploads()) > 0);
    let next = house.heir();
    next.order(Order::Discard(Which::All));
    assert_eq!(next.drain().await.cancelled, 1);
    next.close(Duration::from_mins(1)).await;
    house.nothing_half();
}
