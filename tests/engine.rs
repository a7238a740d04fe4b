//! Every operation of the engine against the server in the box, which checks each signature.
#![cfg(feature = "demo")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/boxed.rs"]
mod boxed;

use boxed::{House, house};
use bytes::Bytes;
use tokio::sync::watch;
use windlass::engine::{About, Contents, Engine, Link, LinkMethod, Overwrite, Tally};
use windlass::model::{BucketName, Entry, Key, Location, Prefix};

fn bucket(name: &str) -> BucketName {
    BucketName::new(name).unwrap()
}

fn counter() -> watch::Sender<Tally> {
    watch::channel(Tally::default()).0
}

impl House {
    fn under(&self, bucket_name: &str, prefix: &str) -> Location {
        Location::Under {
            account: self.account.clone(),
            bucket: bucket(bucket_name),
            prefix: Prefix::new(prefix).unwrap(),
        }
    }

    async fn keys(&self, bucket_name: &str, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let mut from = None;
        loop {
            let page = self
                .engine
                .page_flat(&self.account, &bucket(bucket_name), prefix, from)
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
}

#[tokio::test]
async fn buckets_are_made_listed_and_dropped() {
    let house = house().await;
    let (engine, account) = (&house.engine, &house.account);
    engine
        .make_bucket(account, &bucket("brand-new"))
        .await
        .unwrap();
    engine
        .make_bucket(account, &bucket("brand-new"))
        .await
        .expect("it is ours already");
    let names = |buckets: Vec<windlass::model::Bucket>| {
        buckets
            .into_iter()
            .map(|b| b.name.to_string())
            .collect::<Vec<_>>()
    };
    let listed = names(engine.buckets(account).await.unwrap());
    assert!(
        listed.contains(&"brand-new".into()) && listed.is_sorted(),
        "{listed:?}"
    );

    let note = house.object("brand-new", "a/b");
    engine
        .write(&note, Bytes::from_static(b"x"), Overwrite::Refuse)
        .await
        .unwrap();
    let refused = engine
        .drop_bucket(account, &bucket("brand-new"), Contents::Keep)
        .await;
    assert_eq!(refused.unwrap_err().code.as_str(), "BucketNotEmpty");
    assert_eq!(
        house.keys("brand-new", "").await,
        ["a/b"],
        "nothing was lost by asking"
    );
    engine
        .drop_bucket(account, &bucket("brand-new"), Contents::Delete)
        .await
        .unwrap();
    assert!(!names(engine.buckets(account).await.unwrap()).contains(&"brand-new".into()));
    house.demo.stop().await;
}

#[tokio::test]
async fn a_missing_bucket_says_what_why_and_what_to_do() {
    let house = house().await;
    let page = house
        .engine
        .page(&house.account, &bucket("nowhere"), &Prefix::root(), None)
        .await;
    let trouble = page.unwrap_err();
    assert_eq!(trouble.code.as_str(), "NoSuchBucket");
    for text in [&trouble.what, &trouble.why, &trouble.fix] {
        assert!(!text.as_str().is_empty(), "{trouble:?}");
    }
    house.demo.stop().await;
}

#[tokio::test]
async fn objects_are_written_read_and_headed() {
    let house = house().await;
    let engine = &house.engine;
    let at = house.object("empty", "notes/über +%41.txt");
    engine
        .write(&at, Bytes::from_static(b"0123456789"), Overwrite::Refuse)
        .await
        .unwrap();
    let taken = engine
        .write(&at, Bytes::from_static(b"no"), Overwrite::Refuse)
        .await;
    assert_eq!(taken.unwrap_err().code.as_str(), "AlreadyThere");

    let (bytes, size) = engine.read(&at, 2..=4).await.unwrap();
    assert_eq!((&bytes[..], size), (&b"234"[..], 10));
    let (bytes, size) = engine.read(&at, 8..=100).await.unwrap();
    assert_eq!((&bytes[..], size), (&b"89"[..], 10));
    let (bytes, size) = engine.read(&at, 50..=60).await.unwrap();
    assert_eq!(
        (bytes.len(), size),
        (0, 10),
        "behind the end there is nothing"
    );

    let About::Object(head) = engine.about(&at).await.unwrap() else {
        panic!("an object")
    };
    assert_eq!(head.meta.size, Some(10));
    assert_eq!(head.content_type.as_deref(), Some("text/plain"));
    assert_eq!(
        head.meta.etag.unwrap().as_md5(),
        Some("781e5e245d69b566979b86e28d23f2c7")
    );

    engine
        .write(&at, Bytes::new(), Overwrite::Allow)
        .await
        .unwrap();
    let (bytes, size) = engine.read(&at, 0..=99).await.unwrap();
    assert_eq!(
        (bytes.len(), size),
        (0, 0),
        "an empty object is read like any other"
    );
    house.demo.stop().await;
}

#[tokio::test]
async fn a_stream_of_unknown_length_becomes_one_object() {
    let house = house().await;
    for (len, key) in [(0, "zero"), (5, "five"), (40 << 20, "forty")] {
        let data: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let at = house.object("empty", key);
        let (send, receive) = tokio::sync::mpsc::channel(2);
        let chunks: Vec<Bytes> = data.chunks(700_001).map(Bytes::copy_from_slice).collect();
        let feed = async move {
            for chunk in chunks {
                send.send(Ok(chunk)).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(house.engine.write_stream(&at, receive), feed);
        assert_eq!(written.unwrap().0, data.len() as u64);
        let mut reader = house.engine.open_read(&at, None).await.unwrap();
        let mut back = Vec::new();
        while let Some(chunk) = reader.chunk().await.unwrap() {
            back.extend_from_slice(&chunk);
        }
        assert!(back == data, "{key}: {} bytes came back", back.len());
    }
    house.demo.stop().await;
}

#[tokio::test]
async fn deleting_a_folder_touches_nothing_beside_it() {
    let house = house().await;
    let engine = &house.engine;
    for key in ["ab", "a-", "b/1", "a/1", "a/b/2", "a/ü ü"] {
        let at = house.object("empty", key);
        engine
            .write(&at, Bytes::from_static(b"12"), Overwrite::Refuse)
            .await
            .unwrap();
    }
    let folder = house.under("empty", "a/");
    let counted = engine
        .count(std::slice::from_ref(&folder), &counter())
        .await
        .unwrap();
    assert_eq!(counted, Tally { items: 3, bytes: 6 });
    let deletion = engine
        .delete(&[folder, house.object("empty", "b/1")], &counter())
        .await
        .unwrap();
    assert_eq!((deletion.deleted, deletion.failed.len()), (4, 0));
    let mut left = house.keys("empty", "").await;
    left.sort();
    assert_eq!(left, ["a-", "ab"]);
    house.demo.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_there_is_not_made_again() {
    let house = house().await;
    let folder = house.under("empty", "new folder/");
    house.engine.make_folder(&folder).await.unwrap();
    let note = house.object("empty", "new folder/note");
    house
        .engine
        .write(&note, Bytes::from_static(b"x"), Overwrite::Refuse)
        .await
        .unwrap();
    let again = house.engine.make_folder(&folder).await.unwrap_err();
    assert_eq!(again.code.as_str(), "AlreadyThere");
    let root = house
        .engine
        .page(&house.account, &bucket("empty"), &Prefix::root(), None)
        .await
        .unwrap();
    assert_eq!(
        root.entries,
        [Entry::Prefix(Prefix::new("new folder/").unwrap())]
    );
    house.demo.stop().await;
}

#[tokio::test]
async fn links_work_for_people_without_keys() {
    let house = house().await;
    let at = house.object("empty", "for you.txt");
    house
        .engine
        .write(&at, Bytes::from_static(b"hello"), Overwrite::Refuse)
        .await
        .unwrap();
    let link = |key: &str, seconds| Link {
        method: LinkMethod::Get,
        bucket: bucket("empty"),
        key: Key::new(key).unwrap(),
        expires: std::time::Duration::from_secs(seconds),
        content_type: None,
        attachment: Some("für dich.txt".into()),
    };
    let signed = house
        .engine
        .link(&house.account, &link("for you.txt", 60))
        .unwrap();
    assert!(
        house
            .engine
            .test_link(&house.account, &signed)
            .await
            .unwrap()
            < 300
    );
    assert!(
        !format!("{signed:?}").contains("X-Amz-Signature"),
        "a link is a secret"
    );
    let nothing = house
        .engine
        .link(&house.account, &link("gone", 60))
        .unwrap();
    let trouble = house
        .engine
        .test_link(&house.account, &nothing)
        .await
        .unwrap_err();
    assert_eq!(trouble.code.as_str(), "NoSuchKey");
    let long = house
        .engine
        .link(&house.account, &link("x", 8 * 86_400))
        .unwrap_err();
    assert!(long.why.as_str().contains("7 days"), "{long:?}");
    house.demo.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_is_one_clear_message() {
    let house = house().await;
    let mut config = house.engine.config().clone();
    config.accounts[0].keys.as_mut().unwrap().secret = windlass::model::Secret::new("wrong");
    let engine = Engine::open(config).unwrap();
    let first = engine.buckets(&house.account).await.unwrap_err();
    assert_eq!(first.code.as_str(), "SignatureDoesNotMatch");
    let again = engine
        .page(&house.account, &bucket("empty"), &Prefix::root(), None)
        .await;
    assert_eq!(
        again.unwrap_err().code,
        first.code,
        "the second never left this machine"
    );
    house.demo.stop().await;
}

#[tokio::test]
async fn a_read_only_session_changes_nothing() {
    let house = house().await;
    let mut config = house.engine.config().clone();
    config.read_only = true;
    let engine = Engine::open(config).unwrap();
    let at = house.object("empty", "x");
    let troubles = [
        engine
            .write(&at, Bytes::new(), Overwrite::Allow)
            .await
            .unwrap_err(),
        engine
            .make_folder(&house.under("empty", "f/"))
            .await
            .unwrap_err(),
        engine
            .make_bucket(&house.account, &bucket("nope"))
            .await
            .unwrap_err(),
        engine
            .delete(std::slice::from_ref(&at), &counter())
            .await
            .unwrap_err(),
    ];
    for trouble in troubles {
        assert_eq!(trouble.code.as_str(), "ReadOnly");
    }
    assert_eq!(house.keys("empty", "").await, Vec::<String>::new());
    house.demo.stop().await;
}
