//! Moving bytes through the queue, against the server in the box: every byte, every policy, and
//! what is left behind when something goes wrong.
#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tells one story from start to end"
)]

#[path = "support/noise.rs"]
mod noise;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use noise::bytes;
use windlass::config::{Env, Flags, load};
use windlass::demo::{self, Demo};
use windlass::engine::{
    Counts, Engine, IfExists, Kind, Notice, Order, Overwrite, Phase, Request, Snapshot, Verified,
};
use windlass::model::{Account, BucketName, Entry, Key, Location, Prefix};

const MIB: usize = 1 << 20;

struct House {
    dir: tempfile::TempDir,
    engine: Engine,
    demo: Demo,
    account: Account,
}

async fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let buckets = dir.path().join("buckets");
    std::fs::create_dir_all(buckets.join("box")).unwrap();
    std::fs::create_dir_all(buckets.join("other")).unwrap();
    let demo = demo::start(Some(buckets), None).await.unwrap();
    House {
        engine: open(&demo),
        account: demo.profile.account.clone(),
        demo,
        dir,
    }
}

fn open(demo: &Demo) -> Engine {
    let env = Env::new(demo.state.join("home"), []);
    let mut config = demo.config(load(&Flags::default(), &env).unwrap().config);
    config.transfer.threshold = 6 * MIB as u64;
    config.transfer.part_size = 5 * MIB as u64;
    config.transfer.max_copy = 6 * MIB as u64;
    Engine::open_and_adopt(config).unwrap()
}

/// Waits for numbers that show something.
async fn until(engine: &Engine, shows: impl FnMut(&Arc<Snapshot>) -> bool) -> Arc<Snapshot> {
    let mut numbers = engine.numbers();
    let found = tokio::time::timeout(Duration::from_mins(1), numbers.wait_for(shows)).await;
    found.expect("the numbers never showed it").unwrap().clone()
}

fn in_parts(snapshot: &Arc<Snapshot>) -> bool {
    snapshot.rows.iter().any(|row| row.parts.1 > 0)
}

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("here").join(name)
    }

    fn file(&self, name: &str, content: &[u8]) -> Location {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        Location::Local(path)
    }

    fn local(&self, name: &str) -> Location {
        Location::Local(self.path(name))
    }

    fn object(&self, key: &str) -> Location {
        Location::Object {
            account: self.account.clone(),
            bucket: BucketName::new("box").unwrap(),
            key: Key::new(key).unwrap(),
        }
    }

    fn under(&self, bucket: &str, prefix: &str) -> Location {
        Location::Under {
            account: self.account.clone(),
            bucket: BucketName::new(bucket).unwrap(),
            prefix: Prefix::new(prefix).unwrap(),
        }
    }

    async fn put(&self, key: &str, content: &[u8]) {
        let content = content.to_vec().into();
        let at = self.object(key);
        self.engine
            .write(&at, content, Overwrite::Allow)
            .await
            .unwrap();
    }

    fn submit(&self, kind: Kind, if_exists: IfExists, pairs: &[(Location, Location)]) {
        let requests = pairs.iter().map(|(from, to)| Request {
            from: from.clone(),
            to: to.clone(),
            kind,
            if_exists,
            size: None,
        });
        let order = Order::Submit(self.engine.next_batch(), requests.collect());
        self.engine.order(order).unwrap();
    }

    async fn run(&self, kind: Kind, if_exists: IfExists, from: &Location, to: &Location) -> Counts {
        self.submit(kind, if_exists, &[(from.clone(), to.clone())]);
        self.engine.drain().await
    }

    async fn copy(&self, from: &Location, to: &Location) -> Counts {
        self.run(Kind::Copy, IfExists::Ask, from, to).await
    }

    async fn keys(&self, bucket: &str) -> Vec<String> {
        let (bucket, mut keys, mut from) = (BucketName::new(bucket).unwrap(), Vec::new(), None);
        loop {
            let page = self
                .engine
                .page_flat(&self.account, &bucket, "", from)
                .await
                .unwrap();
            keys.extend(page.entries.iter().map(|entry| match entry {
                Entry::Object(object) => object.key.to_string(),
                Entry::Prefix(prefix) => prefix.to_string(),
            }));
            from = page.next;
            if from.is_none() {
                return keys;
            }
        }
    }

    /// All files below a folder of this machine, with their content.
    fn tree(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let (root, mut out) = (self.path(name), BTreeMap::new());
        let mut todo = vec![root.clone()];
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let below = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                if path.is_dir() {
                    out.insert(format!("{below}/"), Vec::new());
                    todo.push(path);
                } else {
                    out.insert(below, std::fs::read(path).unwrap());
                }
            }
        }
        out
    }

    /// Parts of uploads that were neither completed nor aborted, as the server keeps them.
    fn parts(&self) -> Vec<PathBuf> {
        let found = |p: &Path| p.file_name().unwrap().to_string_lossy().contains("upload");
        let mut todo = vec![self.dir.path().join("buckets")];
        let mut out = Vec::new();
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    todo.push(path);
                } else if found(&path) {
                    out.push(path);
                }
            }
        }
        out
    }

    fn failures(&self) -> Vec<String> {
        let rows = self.engine.numbers().borrow().rows.clone();
        let failed = rows.iter().filter_map(|row| {
            let Phase::Failed(trouble) = &row.phase else {
                return None;
            };
            Some(format!("{} {trouble}", trouble.code))
        });
        failed.collect()
    }

    fn verified(&self) -> Vec<Verified> {
        let rows = self.engine.numbers().borrow().rows.clone();
        let done = rows.iter().filter_map(|row| {
            let Phase::Done(verified) = row.phase else {
                return None;
            };
            Some(verified)
        });
        done.collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_goes_up_and_comes_back() {
    let house = house().await;
    let sizes = [
        0,
        1,
        5 * MIB - 1,
        5 * MIB,
        5 * MIB + 1,
        6 * MIB - 1,
        6 * MIB,
        6 * MIB + 1,
        10 * MIB,
        10 * MIB + 1,
        16 * MIB,
    ];
    let pairs: Vec<_> = sizes
        .iter()
        .map(|size| {
            let from = house.file(&format!("up/{size}.bin"), &bytes(*size));
            (from, house.object(&format!("k/{size}.bin")))
        })
        .collect();
    house.submit(Kind::Copy, IfExists::Ask, &pairs);
    let counts = house.engine.drain().await;
    assert_eq!(
        (counts.done, counts.failed),
        (sizes.len() as u64, 0),
        "{:?}",
        house.failures()
    );
    // Small bodies are held against the tag of their answer, which is their MD5; the others have
    // their signed hashes, and this server was seen to look at them.
    let small = sizes.iter().filter(|size| **size <= 64 << 10).count();
    let by = |how| house.verified().iter().filter(|v| **v == how).count();
    assert_eq!(
        (by(Verified::Md5), by(Verified::Sha256)),
        (small, sizes.len() - small),
        "{:?}",
        house.verified()
    );
    house.engine.order(Order::ClearFinished).unwrap();
    let counts = house
        .copy(&house.under("box", "k/"), &house.local("down"))
        .await;
    assert_eq!(
        (counts.done, counts.failed),
        (sizes.len() as u64, 0),
        "{:?}",
        house.failures()
    );
    let down = house.tree("down");
    assert_eq!(down.len(), sizes.len());
    for size in sizes {
        assert!(
            down[&format!("{size}.bin")] == bytes(size),
            "{size} bytes differ"
        );
    }
    // A single object of unknown size takes the same way.
    for size in [0, 5 * MIB, 10 * MIB + 1] {
        let from = house.object(&format!("k/{size}.bin"));
        let to = house.local(&format!("one/{size}"));
        assert_eq!(
            house.copy(&from, &to).await.failed,
            0,
            "{:?}",
            house.failures()
        );
        assert!(std::fs::read(to.path().unwrap()).unwrap() == bytes(size));
    }
    let snapshot = house.engine.numbers().borrow().clone();
    assert_eq!(
        (snapshot.moved, snapshot.counts.active()),
        (snapshot.total, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn trees_keep_their_shape_and_their_dates() {
    let house = house().await;
    for (name, content) in [
        ("t/a.txt", "a"),
        ("t/deep/er/b.txt", "b"),
        ("t/deep/ü + %41.txt", "c"),
    ] {
        house.file(name, content.as_bytes());
    }
    std::fs::create_dir_all(house.path("t/empty")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", house.path("t/link")).unwrap();
    let old = std::time::UNIX_EPOCH + Duration::from_millis(1_500_000_000_250);
    let file = std::fs::File::options()
        .write(true)
        .open(house.path("t/a.txt"))
        .unwrap();
    file.set_modified(old).unwrap();
    let mut notices = house.engine.notices().unwrap();
    let counts = house
        .copy(&house.local("t"), &house.under("box", "x/"))
        .await;
    assert_eq!(
        (counts.done, counts.failed),
        (4, 0),
        "{:?}",
        house.failures()
    );
    let mut keys = house.keys("box").await;
    // This server keeps a marker as a directory, and does not list an empty one.
    keys.retain(|key| key != "x/empty/");
    keys.sort();
    assert_eq!(keys, ["x/a.txt", "x/deep/er/b.txt", "x/deep/ü + %41.txt"]);
    assert!(house.dir.path().join("buckets/box/x/empty").is_dir());
    let mut warned = false;
    while let Ok(notice) = notices.try_recv() {
        warned |= matches!(&notice, Notice::Warning(t) if t.code.as_str() == "LeftOut");
    }
    assert!(warned, "the link was left out silently");
    let counts = house
        .copy(&house.under("box", "x/"), &house.local("back"))
        .await;
    assert_eq!(counts.failed, 0, "{:?}", house.failures());
    let (mut was, back) = (house.tree("t"), house.tree("back"));
    was.remove("link");
    let files = |tree: &BTreeMap<String, Vec<u8>>| {
        let mut tree = tree.clone();
        tree.remove("empty/");
        tree
    };
    assert_eq!(files(&back), files(&was));
    let date = std::fs::metadata(house.path("back/a.txt"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(date, old);
    // On the server, and on the disk.
    house
        .copy(&house.under("box", "x/"), &house.under("other", ""))
        .await;
    assert!(
        house
            .keys("other")
            .await
            .contains(&"deep/er/b.txt".to_owned())
    );
    assert_eq!(
        house
            .copy(&house.local("t"), &house.local("again"))
            .await
            .failed,
        0
    );
    assert_eq!(house.tree("again"), was);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_asked_about() {
    let house = house().await;
    let (from, to) = (house.file("n.txt", b"new"), house.object("n.txt"));
    house.put("n.txt", b"old one").await;
    let calm = house.file("fine.txt", b"f");
    house.submit(
        Kind::Copy,
        IfExists::Ask,
        &[(from.clone(), to.clone()), (calm, house.object("fine.txt"))],
    );
    let counts = house.engine.drain().await;
    assert_eq!((counts.asking, counts.done), (1, 1), "the others go on");
    let row = house
        .engine
        .numbers()
        .borrow()
        .rows
        .iter()
        .find(|r| matches!(r.phase, Phase::Asking(_)))
        .cloned()
        .unwrap();
    let Phase::Asking(conflict) = &row.phase else {
        unreachable!()
    };
    assert_eq!(
        (conflict.ours.size, conflict.theirs.size),
        (Some(3), Some(7))
    );
    assert_eq!(conflict.free_name, "n (2).txt");
    house
        .engine
        .order(Order::Decide(row.id, IfExists::KeepBoth))
        .unwrap();
    house.engine.drain().await;
    assert_eq!(house.keys("box").await, ["fine.txt", "n (2).txt", "n.txt"]);
    let read = async |key: &str| {
        let at = house.object(key);
        house.engine.read(&at, 0..=99).await.unwrap().0
    };
    assert_eq!(read("n.txt").await, "old one");
    assert_eq!(
        house
            .run(Kind::Copy, IfExists::Skip, &from, &to)
            .await
            .skipped,
        1
    );
    // The file is older than the object.
    let file = std::fs::File::options()
        .write(true)
        .open(house.path("n.txt"))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(
        house
            .run(Kind::Copy, IfExists::Newer, &from, &to)
            .await
            .skipped,
        2
    );
    assert_eq!(read("n.txt").await, "old one");
    house.run(Kind::Copy, IfExists::Overwrite, &from, &to).await;
    assert_eq!(read("n.txt").await, "new");
    // The same the other way.
    house.put("big", &bytes(11 * MIB)).await;
    let there = house.file("big", b"precious");
    house.copy(&house.object("big"), &there).await;
    assert_eq!(std::fs::read(house.path("big")).unwrap(), b"precious");
    house
        .engine
        .order(Order::DecideAll(IfExists::Overwrite))
        .unwrap();
    assert_eq!(house.engine.drain().await.asking, 0);
    assert!(std::fs::read(house.path("big")).unwrap() == bytes(11 * MIB));
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_deletes_the_source_only_after_the_copy() {
    let house = house().await;
    house.file("m/a", &bytes(7 * MIB));
    house.file("m/d/b", b"b");
    let run = async |from: &Location, to: &Location| {
        let counts = house.run(Kind::Move, IfExists::Ask, from, to).await;
        assert_eq!(counts.failed + counts.asking, 0, "{:?}", house.failures());
    };
    run(&house.local("m"), &house.under("box", "up/")).await;
    assert!(!house.path("m").exists(), "emptied folders go too");
    run(&house.under("box", "up/"), &house.under("box", "up/in/")).await;
    assert_eq!(house.keys("box").await, ["up/in/a", "up/in/d/b"]);
    run(&house.under("box", "up/in/"), &house.under("box", "up/")).await;
    assert_eq!(house.keys("box").await, ["up/a", "up/d/b"]);
    run(&house.under("box", "up/"), &house.local("back")).await;
    assert_eq!(house.keys("box").await, Vec::<String>::new());
    run(&house.local("back"), &house.local("moved")).await;
    assert!(!house.path("back").exists());
    let tree = house.tree("moved");
    assert!(tree["a"] == bytes(7 * MIB) && tree["d/b"] == b"b");
    // Onto itself: refused, and nothing is lost.
    let at = house.local("moved/a");
    assert_eq!(
        house
            .run(Kind::Move, IfExists::Overwrite, &at, &at)
            .await
            .failed,
        1
    );
    assert_eq!(house.tree("moved"), tree);
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_up_leaves_nothing_behind() {
    let house = house().await;
    let from = house.file("huge", &bytes(60 * MIB));
    house.submit(
        Kind::Copy,
        IfExists::Ask,
        &[(from.clone(), house.object("huge"))],
    );
    until(&house.engine, in_parts).await;
    house.engine.order(Order::CancelAll).unwrap();
    let counts = house.engine.drain().await;
    assert_eq!((counts.cancelled, counts.done), (1, 0));
    assert_eq!(house.keys("box").await, Vec::<String>::new());
    assert_eq!(house.parts(), Vec::<PathBuf>::new());
    house.copy(&from, &house.object("huge")).await;
    house.engine.order(Order::ClearFinished).unwrap();
    house.engine.drain().await;
    house.submit(
        Kind::Copy,
        IfExists::Ask,
        &[(house.object("huge"), house.local("down/huge"))],
    );
    until(&house.engine, in_parts).await;
    house.engine.order(Order::CancelAll).unwrap();
    assert_eq!(house.engine.drain().await.cancelled, 1);
    assert!(
        house.tree("down").is_empty(),
        "{:?}",
        house.tree("down").keys()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_keep_their_reason_and_can_be_retried() {
    let house = house().await;
    let missing = house.local("not/there");
    let to = house.object("late");
    assert_eq!(house.copy(&missing, &to).await.failed, 1);
    assert!(
        house.failures()[0].starts_with("NotFound"),
        "{:?}",
        house.failures()
    );
    assert_eq!(
        house
            .copy(&house.object("nope"), &house.local("x"))
            .await
            .failed,
        2
    );
    assert!(!house.path("x").exists());
    house.put("nope", b"now").await;
    house.engine.order(Order::RetryFailed).unwrap();
    let counts = house.engine.drain().await;
    assert_eq!(
        (counts.done, counts.failed),
        (1, 1),
        "{:?}",
        house.failures()
    );
    assert_eq!(std::fs::read(house.path("x")).unwrap(), b"now");
}

#[tokio::test(flavor = "multi_thread")]
async fn wild_keys_stay_in_their_folder() {
    let house = house().await;
    // The server keeps its objects as files, so it cannot hold `../x`; an upload of its folder can.
    for key in ["p/a%2Fb", "p/C:\\x", "p/-rf", "p/.hidden", "p/ lead"] {
        house.put(key, key.as_bytes()).await;
    }
    let outside = house.file("outside/safe", b"safe");
    std::fs::create_dir_all(house.path("target")).unwrap();
    std::os::unix::fs::symlink(house.path("outside"), house.path("target/-rf")).unwrap();
    let counts = house
        .run(
            Kind::Copy,
            IfExists::Overwrite,
            &house.under("box", "p/"),
            &house.local("target"),
        )
        .await;
    assert_eq!(
        (counts.done, counts.failed),
        (5, 0),
        "{:?}",
        house.failures()
    );
    assert_eq!(std::fs::read(outside.path().unwrap()).unwrap(), b"safe");
    let tree = house.tree("target");
    let names: Vec<_> = tree.keys().map(String::as_str).collect();
    assert_eq!(names, [" lead", "-rf", ".hidden", "C:\\x", "a%252Fb"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_leaves_the_next_one_takes_over() {
    let house = house().await;
    let from = house.file("huge", &bytes(60 * MIB));
    house.submit(
        Kind::Copy,
        IfExists::Ask,
        &[(from.clone(), house.object("huge"))],
    );
    until(&house.engine, |s| s.rows.iter().any(|r| r.parts.0 > 1)).await;
    house.engine.close(Duration::ZERO).await;
    let engine = open(&house.demo);
    let view = until(&engine, |s| s.counts.paused == 1).await.rows[0].clone();
    assert!(
        view.parts.0 > 1 && view.moved > 0,
        "the parts are known: {view:?}"
    );
    engine.order(Order::ResumeAll).unwrap();
    let counts = engine.drain().await;
    assert_eq!((counts.done, counts.failed), (1, 0));
    let (content, size) = engine
        .read(&house.object("huge"), 59 * MIB as u64..=u64::MAX)
        .await
        .unwrap();
    assert_eq!(size, 60 * MIB as u64);
    assert!(content[..] == bytes(60 * MIB)[59 * MIB..]);
    engine.close(Duration::from_secs(5)).await;
    let left = std::fs::read_dir(&house.demo.state).unwrap().filter(|e| {
        e.as_ref()
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .starts_with("queue-")
    });
    assert_eq!(left.count(), 0, "nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_on_its_way_goes_up_anew() {
    let house = house().await;
    let from = house.file("log", &bytes(40 * MIB));
    house.submit(Kind::Move, IfExists::Ask, &[(from, house.object("log"))]);
    until(&house.engine, |s| s.rows.iter().any(|r| r.parts.0 > 0)).await;
    let file = std::fs::File::options()
        .append(true)
        .open(house.path("log"));
    std::io::Write::write_all(&mut file.unwrap(), b"more").unwrap();
    let counts = house.engine.drain().await;
    assert_eq!(
        (counts.failed, counts.done),
        (0, 1),
        "{:?}",
        house.failures()
    );
    // What is there is of one piece, and the file went only after that.
    let (content, size) = house
        .engine
        .read(&house.object("log"), 40 * MIB as u64 - 1..=u64::MAX)
        .await
        .unwrap();
    assert_eq!(size, 40 * MIB as u64 + 4);
    assert!(content[1..] == b"more"[..]);
    assert!(!house.path("log").exists());
    assert_eq!(house.parts(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn held_jobs_wait_and_go_on() {
    let house = house().await;
    let from = house.file("held", &bytes(40 * MIB));
    house.submit(Kind::Copy, IfExists::Ask, &[(from, house.object("held"))]);
    until(&house.engine, in_parts).await;
    house.engine.order(Order::PauseAll).unwrap();
    let counts = house.engine.drain().await;
    assert_eq!((counts.paused, counts.done), (1, 0));
    let row = house.engine.numbers().borrow().rows[0].clone();
    assert!(row.moved < row.size.unwrap() && row.phase == Phase::Paused);
    house.engine.order(Order::Resume(row.id)).unwrap();
    assert_eq!(house.engine.drain().await.done, 1, "{:?}", house.failures());
    let there = house.object("held");
    let (content, _) = house.engine.read(&there, 0..=MIB as u64 - 1).await.unwrap();
    assert!(content[..] == bytes(40 * MIB)[..MIB]);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_go_from_server_to_server_through_us() {
    let house = house().await;
    let far = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(far.path().join("distant")).unwrap();
    let other = demo::start(Some(far.path().into()), None).await.unwrap();
    let env = Env::new(house.demo.state.join("home"), []);
    let mut config = house
        .demo
        .config(load(&Flags::default(), &env).unwrap().config);
    let mut profile = other.profile.clone();
    profile.account = Account::new("far");
    config.accounts.push(profile);
    config.transfer.part_size = 5 * MIB as u64;
    let engine = Engine::open(config).unwrap();
    for (key, size) in [("r/none", 0), ("r/small", 100), ("r/large", 21 * MIB)] {
        house.put(key, &bytes(size)).await;
    }
    let far = |key: &str| Location::Object {
        account: Account::new("far"),
        bucket: BucketName::new("distant").unwrap(),
        key: Key::new(key).unwrap(),
    };
    let request = Request {
        from: house.under("box", "r/"),
        to: Location::Under {
            account: Account::new("far"),
            bucket: BucketName::new("distant").unwrap(),
            prefix: Prefix::root(),
        },
        kind: Kind::Move,
        if_exists: IfExists::Ask,
        size: None,
    };
    engine
        .order(Order::Submit(engine.next_batch(), vec![request]))
        .unwrap();
    let counts = engine.drain().await;
    assert_eq!(
        (counts.done, counts.failed),
        (3, 0),
        "{:?}",
        engine.numbers().borrow().rows
    );
    assert_eq!(house.keys("box").await, Vec::<String>::new());
    for (key, size) in [("none", 0), ("small", 100), ("large", 21 * MIB)] {
        let mut got = Vec::new();
        for start in (0..size.max(1)).step_by(8 * MIB) {
            let range = start as u64..=(start + 8 * MIB) as u64 - 1;
            got.extend_from_slice(&engine.read(&far(key), range).await.unwrap().0);
        }
        assert!(got == bytes(size), "{key} differs");
    }
}
