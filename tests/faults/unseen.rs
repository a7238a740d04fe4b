//! Targets that the keys may not look at: an object may be there or not.

use windlass::transfer::{IfExists, Kind, Phase, Request};

use super::peer::{Fault, No};
use super::{House, KIB, bytes, house, says};

impl House {
    async fn skip(&mut self, to: &str) -> Phase {
        let request = Request {
            from: self.file("f", &bytes(4 * KIB)),
            to: Self::object(to),
            kind: Kind::Copy,
            if_exists: IfExists::Skip,
            size: None,
        };
        let mut ends = self.ends(request).await;
        assert_eq!(ends.len(), 1);
        ends.remove(0).row.phase
    }

    /// From now on nobody is told what is there.
    fn hide(&self) {
        for op in ["HeadObject", "GetObject"] {
            let denied = Fault::No(No(403, "AccessDenied", None));
            self.peer.rule(op, (0, usize::MAX), denied);
        }
    }
}

#[tokio::test]
async fn a_server_that_keeps_by_itself_is_left_to_it() {
    let mut house = house().await;
    // Something came in between, and the server did not replace it: that is how it is known.
    let theirs = Fault::before(|store| store.put("a", b"theirs"));
    house.peer.rule("PutObject", (0, 1), theirs);
    assert_eq!(house.skip("a").await, Phase::Skipped);
    house.hide();
    house.peer.with(|store| store.put("b", b"theirs"));
    assert_eq!(house.skip("b").await, Phase::Skipped);
    let there = house.peer.with(|store| store.bytes("b"));
    assert_eq!(there.as_deref(), Some(&b"theirs"[..]));
    assert!(matches!(house.skip("c").await, Phase::Done(_)));
    assert!(house.peer.with(|store| store.bytes("c")) == Some(bytes(4 * KIB)));
}

#[tokio::test]
async fn where_nobody_can_tell_nothing_is_replaced() {
    let mut house = house().await;
    house.hide();
    house.peer.with(|store| store.put("b", b"theirs"));
    let Phase::Failed(trouble) = house.skip("b").await else {
        panic!("it was not to be written");
    };
    says(&trouble, "AccessDenied", "nobody can tell", "overwrite");
    assert_eq!(house.peer.asked("PutObject"), 0);
}
