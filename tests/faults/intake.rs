//! Streams from nowhere in particular: they cannot be read twice, and end as whole as files do.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use windlass::model::{Answer, Trouble};
use windlass::transfer::{
    LeftState, Leftovers, Limits, Order, Queue, Setup, Verified, Which, take_in,
};

use super::peer::{Again, Fault, No};
use super::{Habit, House, MIB, bytes, house, says};

const COMPLETE: &str = "CompleteMultipartUpload";
const ABORT: &str = "AbortMultipartUpload";

/// Goes up in two parts.
const LONG: usize = 17 * MIB;

impl House {
    async fn stream(&self, len: usize) -> Answer<(u64, Verified)> {
        let (send, chunks) = mpsc::channel(1);
        let all = Bytes::from(bytes(len));
        let feed = async move {
            for at in (0..len).step_by(MIB) {
                let chunk = all.slice(at..len.min(at + MIB));
                // The receiver goes when the upload fails.
                if send.send(Ok(chunk)).await.is_err() {
                    return;
                }
            }
        };
        let (to, state) = (Self::object("o"), self.state());
        let taken = take_in(&self.clients[0], &to, (Limits::default(), &state), chunks);
        let (taken, ()) = tokio::join!(taken, feed);
        self.nothing_half();
        assert_eq!(self.journals(), 0, "nothing is left to be known");
        taken
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn journals(&self) -> usize {
        std::fs::read_dir(self.state()).map_or(0, Iterator::count)
    }

    /// The queue of a process that starts afterwards.
    pub(crate) fn heir(&self) -> Queue {
        let client = self.clients[0].clone();
        Queue::start(Setup {
            clients: Arc::new(move |_| Ok(client.clone())),
            state: self.state(),
            limits: Limits::default(),
            leftovers: Leftovers::Adopt,
            tempo: Habit::default().tempo,
        })
    }

    async fn takes(&self, len: usize) -> Verified {
        let (size, verified) = self.stream(len).await.unwrap();
        assert_eq!(size, len as u64);
        assert!(self.peer.with(|s| s.bytes("o")) == Some(bytes(len)));
        verified
    }

    async fn takes_nothing(&self, len: usize) -> Trouble {
        self.stream(len).await.unwrap_err()
    }
}

#[tokio::test]
async fn a_stream_says_how_it_was_checked() {
    let house = house().await;
    assert_eq!(house.takes(0).await, Verified::Md5);
    assert_eq!(house.takes(5).await, Verified::Md5);
    assert_eq!(house.takes(LONG).await, Verified::Sha256);
    // The date of its beginning goes with it.
    let dated = |name: &String| name == "x-amz-meta-mtime";
    let meta = house.peer.with(|store| store.objects["o"].meta.clone());
    assert!(meta.iter().any(|(name, _)| dated(name)), "{meta:?}");
    let house = House::with(Habit::md5()).await;
    assert_eq!(house.takes(LONG).await, Verified::Composite);
}

#[tokio::test]
async fn a_lost_answer_is_resolved() {
    for (again, composites, want) in [
        (Again::Fine, true, Verified::Composite),
        (Again::Gone, false, Verified::Md5),
        (Again::Denied, true, Verified::Composite),
    ] {
        let house = House::with(Habit::md5()).await;
        house.peer.with(|store| {
            store.again = again;
            store.composites = composites;
        });
        house.peer.rule(COMPLETE, (0, 1), Fault::DoneThenReset);
        assert_eq!(house.takes(LONG).await, want, "{again:?}");
        assert_eq!(house.peer.asked(COMPLETE), 2, "{again:?}");
    }
}

#[tokio::test]
async fn what_stood_there_before_is_not_taken_for_it() {
    let house = house().await;
    // An object of the same size, by somebody else.
    house.peer.with(|store| store.put("o", &vec![7; LONG]));
    let gone = Fault::No(No(404, "NoSuchUpload", None));
    house.peer.rule(COMPLETE, (0, usize::MAX), gone);
    let trouble = house.takes_nothing(LONG).await;
    says(&trouble, "NoSuchUpload", "", "");
    assert!(house.peer.with(|s| s.bytes("o")) == Some(vec![7; LONG]));
}

#[tokio::test]
async fn a_success_with_an_error_inside_is_none() {
    let house = house().await;
    let inside = Fault::ErrorInside("EntityTooSmall");
    house.peer.rule(COMPLETE, (0, usize::MAX), inside);
    assert_eq!(
        house.takes_nothing(LONG).await.code.as_str(),
        "EntityTooSmall"
    );
    assert!(house.peer.with(|s| s.bytes("o")).is_none());
}

#[tokio::test]
async fn a_flipped_bit_is_repaired_once_and_then_told() {
    for habit in [Habit::default(), Habit::md5()] {
        for len in [900_000, LONG] {
            let op = if len == LONG {
                "UploadPart"
            } else {
                "PutObject"
            };
            let house = House::with(habit).await;
            house.peer.with(|store| store.put("known", b"x"));
            // One of the parts asks whether hashes are looked at.
            house.peer.rule(op, (1, 1), Fault::FlipUp);
            house.takes(len).await;
        }
        let house = House::with(habit).await;
        house
            .peer
            .rule("UploadPart", (1, usize::MAX), Fault::FlipUp);
        let trouble = house.takes_nothing(LONG).await;
        let codes = ["XAmzContentSHA256Mismatch", "BadDigest", "ChecksumDiffers"];
        assert!(codes.contains(&trouble.code.as_str()), "{trouble:?}");
        assert!(
            house.peer.with(|s| s.bytes("o")).is_none(),
            "nothing is kept"
        );
    }
}

#[tokio::test]
async fn an_upload_of_a_stream_that_nobody_heard_of_is_given_up() {
    let house = house().await;
    let create = "CreateMultipartUpload";
    house.peer.rule(create, (0, 1), Fault::DoneThenReset);
    house.takes(LONG).await;
    assert!(house.peer.asked(create) >= 2);
}

#[tokio::test]
async fn so_is_one_whose_last_try_failed_as_well() {
    let house = house().await;
    let create = "CreateMultipartUpload";
    house.peer.rule(create, (0, 1), Fault::DoneThenReset);
    let denied = Fault::No(No(403, "AccessDenied", None));
    house.peer.rule(create, (0, usize::MAX), denied);
    says(&house.takes_nothing(LONG).await, "AccessDenied", "", "");
    assert!(house.peer.asked(create) >= 2);
}

#[tokio::test]
async fn a_source_that_breaks_leaves_nothing() {
    let house = house().await;
    let (send, chunks) = mpsc::channel(4);
    send.send(Ok(Bytes::from(bytes(LONG)))).await.unwrap();
    let broken = std::io::Error::other("the line went dead");
    send.send(Err(broken)).await.unwrap();
    let to = House::object("o");
    let taken = take_in(
        &house.clients[0],
        &to,
        (Limits::default(), &house.state()),
        chunks,
    )
    .await;
    says(&taken.unwrap_err(), "CannotRead", "the line went dead", "");
    house.nothing_half();
    assert!(house.peer.with(|s| s.bytes("o")).is_none());
}

#[tokio::test]
async fn an_upload_that_cannot_be_given_up_is_left_to_a_later_process() {
    let house = house().await;
    // The first one gives up the upload that asks whether hashes are looked at.
    let gone = Fault::No(No(403, "AccessDenied", None));
    house.peer.rule(ABORT, (1, usize::MAX), gone);
    house
        .peer
        .rule(COMPLETE, (0, 1), Fault::No(No(400, "InvalidPart", None)));
    let (send, chunks) = mpsc::channel(4);
    send.send(Ok(Bytes::from(bytes(LONG)))).await.unwrap();
    drop(send);
    let (to, state) = (House::object("o"), house.state());
    let how = (Limits::default(), &*state);
    let taken = take_in(&house.clients[0], &to, how, chunks).await;
    says(&taken.unwrap_err(), "InvalidPart", "", "");
    assert_eq!(
        (house.peer.with(|s| s.open_uploads()), house.journals()),
        (1, 1)
    );
    let left = Queue::left(state.clone()).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].state, LeftState::Discarding);
    // The next start cleans up by itself: nothing of it could go on.
    house.peer.behave();
    let next = house.heir();
    assert_eq!(next.drain().await.cancelled, 1);
    next.close(Duration::from_mins(1)).await;
    assert_eq!(
        (house.peer.with(|s| s.open_uploads()), house.journals()),
        (0, 0)
    );
}

#[tokio::test]
async fn a_stream_whose_process_died_is_named_and_can_be_given_up() {
    let house = house().await;
    let (send, chunks) = mpsc::channel(4);
    send.send(Ok(Bytes::from(bytes(LONG)))).await.unwrap();
    let (to, state) = (House::object("o"), house.state());
    let how = (Limits::default(), &*state);
    // The rest never comes, and then it is over, without a word.
    let mut taken = Box::pin(take_in(&house.clients[0], &to, how, chunks));
    let two_parts = async {
        while house.peer.asked("UploadPart") < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = &mut taken => unreachable!("its source is open"),
        () = two_parts => {}
    }
    drop(taken);
    drop(send);
    assert_eq!(house.peer.with(|s| s.open_uploads()), 1);
    let left = Queue::left(state.clone()).await;
    assert_eq!(left.len(), 1, "{left:?}");
    let LeftState::Failed(why) = &left[0].state else {
        panic!("{left:?}");
    };
    says(why, "SourceGone", "standard input", "discard");
    let next = house.heir();
    next.order(Order::TakeUp(Which::All));
    assert_eq!(next.drain().await.failed, 1);
    assert_eq!(
        house.peer.with(|s| s.open_uploads()),
        1,
        "nobody said discard"
    );
    next.order(Order::Discard(Which::These(vec![left[0].id])));
    assert_eq!(next.drain().await.failed, 0);
    next.close(Duration::from_mins(1)).await;
    assert_eq!(
        (house.peer.with(|s| s.open_uploads()), house.journals()),
        (0, 0)
    );
}
