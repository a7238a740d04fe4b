//! Copies above what a server copies in one call, against the server in the box: in parts, with
//! all that belongs to the object.
#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

use windlass::config::{Env, Flags, load};
use windlass::demo::{self, Demo};
use windlass::engine::{About, Engine, IfExists, Kind, Means, Order, Request, Verified};
use windlass::model::{Account, BucketName, Key, Location, ObjectHead};

const MIB: usize = 1 << 20;

struct House {
    dir: tempfile::TempDir,
    engine: Engine,
    account: Account,
    _demo: Demo,
}

async fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let buckets = dir.path().join("buckets");
    std::fs::create_dir_all(buckets.join("box")).unwrap();
    let demo = demo::start(Some(buckets), None).await.unwrap();
    let env = Env::new(demo.state.join("home"), []);
    let mut config = demo.config(load(&Flags::default(), &env).unwrap().config);
    config.transfer.max_copy = 6 * MIB as u64;
    House {
        engine: Engine::open(config).unwrap(),
        account: demo.profile.account.clone(),
        _demo: demo,
        dir,
    }
}

impl House {
    fn object(&self, key: &str) -> Location {
        Location::Object {
            account: self.account.clone(),
            bucket: BucketName::new("box").unwrap(),
            key: Key::new(key).unwrap(),
        }
    }

    async fn head(&self, at: &Location) -> ObjectHead {
        match self.engine.about(at).await.unwrap() {
            About::Object(head) => head,
            About::File(_) => panic!("it is no file"),
        }
    }

    async fn copy(&self, from: &Location, to: &Location, size: Option<u64>) {
        let request = Request {
            from: from.clone(),
            to: to.clone(),
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            size,
        };
        let order = Order::Submit(self.engine.next_batch(), vec![request]);
        self.engine.order(order).unwrap();
        self.engine.drain().await;
    }
}

#[tokio::test]
async fn a_large_object_is_copied_in_parts_with_all_it_carries() {
    let house = house().await;
    let (file, back) = (
        house.dir.path().join("f.json"),
        house.dir.path().join("g.json"),
    );
    let content: Vec<u8> = (0..20 * MIB + 7).map(|n| (n % 251) as u8).collect();
    std::fs::write(&file, &content).unwrap();
    let (one, two) = (house.object("one.json"), house.object("deep/two.bin"));
    house.copy(&Location::Local(file), &one, None).await;
    house.copy(&one, &two, None).await;
    house
        .copy(
            &two,
            &Location::Local(back.clone()),
            Some(content.len() as u64),
        )
        .await;
    assert!(std::fs::read(back).unwrap() == content);
    let shown = house.engine.numbers().borrow().clone();
    assert_eq!(shown.counts.done, 3, "{:?}", shown.rows);
    let across = shown.rows.iter().find(|row| row.to == two).unwrap();
    assert_eq!(across.means, Means::ServerSide);
    assert_ne!(across.phase, windlass::engine::Phase::Done(Verified::Md5));
    let (one, two) = (house.head(&one).await, house.head(&two).await);
    assert_eq!(one.content_type, two.content_type, "not by the new name");
    assert_eq!(one.metadata, two.metadata);
    assert!(!two.metadata.is_empty());
}
