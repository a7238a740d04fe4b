//! Two processes on one state folder: each has a journal of its own, and the second says so.

use std::sync::Arc;

use windlass::s3::Tempo;
use windlass::transfer::{IfExists, Kind, Leftovers, Limits, Notice, Order, Queue, Request, Setup};

use super::{House, house};

#[tokio::test]
async fn the_second_one_says_so_and_takes_nothing_over() {
    let house = house().await;
    let second = || {
        let client = house.clients[0].clone();
        Queue::start(Setup {
            clients: Arc::new(move |_| Ok(client.clone())),
            state: house.dir.path().join("state"),
            limits: Limits::default(),
            leftovers: Leftovers::Adopt,
            tempo: Tempo::rests(1000),
        })
    };
    let mut alone = second().notices().unwrap();
    let Some(Notice::Interrupted(none)) = alone.recv().await else {
        panic!("nothing is to be told");
    };
    assert_eq!(none.count, 0);
    house.queue.order(Order::PauseAll);
    let batch = house.queue.next_batch();
    let request = Request {
        from: house.file("f", b"x"),
        to: House::object("o"),
        kind: Kind::Copy,
        if_exists: IfExists::Ask,
        size: None,
    };
    house.queue.order(Order::Submit(batch, vec![request]));
    house.queue.drain().await;
    let mut told = second().notices().unwrap();
    let Some(Notice::Warning(trouble)) = told.recv().await else {
        panic!("the other one is at work");
    };
    assert_eq!(trouble.code.as_str(), "Running");
    let Some(Notice::Interrupted(none)) = told.recv().await else {
        panic!("nothing was interrupted");
    };
    assert_eq!(none.count, 0, "its job stays with it");
}
