//! Objects that are edited in place: what is written over them, and on which condition.

use windlass::config::{Env, Flags, load};
use windlass::engine::Engine;
use windlass::model::{BucketName, Key, Location};

use super::peer::{Fault, No, Peer};

const MD5: (&str, &str) = ("x-amz-meta-md5chksum", "XUFAKrxLKna5cZ2REBfFkg==");

/// A server with an object, and an engine that knows where it is.
async fn edited() -> (Peer, Engine, Location, tempfile::TempDir) {
    let (peer, dir) = (Peer::start().await, tempfile::tempdir().unwrap());
    let vars = [
        ("AWS_ENDPOINT_URL_S3", &*peer.url),
        ("AWS_REGION", "r"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let config = load(&Flags::default(), &Env::new(dir.path(), vars)).unwrap();
    let at = Location::Object {
        account: config.config.accounts[0].account.clone(),
        bucket: BucketName::new("box").unwrap(),
        key: Key::new("notes").unwrap(),
    };
    peer.with(|store| {
        store.put("notes", b"one");
        let object = store.objects.get_mut("notes").unwrap();
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        object.meta = vec![pair(MD5), pair(("x-amz-meta-camera", "R5"))];
    });
    (peer, Engine::open(config.config).unwrap(), at, dir)
}

#[tokio::test]
async fn a_text_that_was_lost_on_its_way_is_not_written_without_the_condition() {
    let (peer, engine, at, _dir) = edited().await;
    let was = engine.fetch(&at, 1000).await.unwrap();
    let lost = Fault::No(No(400, "IncompleteBody", None));
    peer.rule("PutObject", (0, 2), lost);
    let trouble = engine.save(&at, "two".into(), &was).await.unwrap_err();
    assert_eq!(trouble.code.as_str(), "IncompleteBody");
    assert_eq!(peer.with(|store| store.bytes("notes")), Some(b"one".into()));
}

#[tokio::test]
async fn new_content_is_written_without_the_sums_of_the_old_one() {
    let (peer, engine, at, _dir) = edited().await;
    let was = engine.fetch(&at, 1000).await.unwrap();
    // It does not know the condition.
    let unknown = Fault::No(No(400, "InvalidArgument", None));
    peer.rule("PutObject", (0, 1), unknown);
    engine.save(&at, "two".into(), &was).await.unwrap();
    let object = peer.with(|store| store.objects["notes"].clone());
    assert_eq!(object.bytes, b"two");
    let has = |name: &str| object.meta.iter().any(|(n, _)| n == name);
    assert!(has("x-amz-meta-camera"), "{object:?}");
    assert!(!has(MD5.0), "{object:?}");
}
