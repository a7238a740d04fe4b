//! Editing, finding and undoing with the server in the box.
#![cfg(feature = "demo")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/boxed.rs"]
mod boxed;

use boxed::{EMPTY, House, house};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use windlass::engine::{Copied, Overwrite};
use windlass::model::{BucketName, Location, Place, Prefix};

impl House {
    async fn written(&self, key: &str, text: &'static str) -> Location {
        let at = self.object(EMPTY, key);
        let bytes = Bytes::from_static(text.as_bytes());
        self.engine
            .write(&at, bytes, Overwrite::Allow)
            .await
            .unwrap();
        at
    }

    async fn text(&self, at: &Location) -> Option<String> {
        let (bytes, _) = self.engine.read(at, 0..=999).await.ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[tokio::test]
async fn an_edit_over_somebody_elses_writing_is_refused_and_kept_here() {
    let house = house().await;
    let at = house.written("notes.txt", "one").await;
    let was = house.engine.fetch(&at, 1000).await.unwrap();
    assert_eq!(&was.bytes[..], b"one");
    house.engine.save(&at, "two".into(), &was).await.unwrap();
    assert_eq!(house.text(&at).await.as_deref(), Some("two"));
    let trouble = house
        .engine
        .save(&at, "mine".into(), &was)
        .await
        .unwrap_err();
    assert_eq!(trouble.code.as_str(), "ChangedMeanwhile");
    assert_eq!(house.text(&at).await.as_deref(), Some("two"));
    let kept = house.engine.config().paths.state.join("unsaved/notes.txt");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");
    assert!(trouble.fix.as_str().contains("unsaved"), "{trouble:?}");
    assert!(house.engine.fetch(&at, 2).await.is_err(), "too large");
    drop(house.demo);
}

#[tokio::test]
async fn copies_that_changed_or_were_there_before_stay() {
    let house = house().await;
    let made = house.written("made", "12345").await;
    let changed = house.written("changed", "123456789").await;
    let now = Timestamp::now();
    let copies = [made_as(&made, now), made_as(&changed, now)];
    let later = now + SignedDuration::from_hours(1);
    let counts = house.engine.unmake(&copies, later).await.unwrap();
    assert_eq!(counts, (0, 2), "both are older than that copy");
    let before = now - SignedDuration::from_mins(1);
    let counts = house.engine.unmake(&copies, before).await.unwrap();
    assert_eq!(counts, (1, 1));
    assert_eq!(house.text(&made).await, None);
    assert_eq!(house.text(&changed).await.as_deref(), Some("123456789"));
}

/// A copy of five bytes.
fn made_as(at: &Location, done: Timestamp) -> Copied {
    let (at, size) = (at.clone(), Some(5));
    Copied { at, size, done }
}

#[tokio::test]
async fn copies_that_were_edited_to_the_same_size_stay() {
    let house = house().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["made", "edited"] {
        std::fs::write(path(name), "12345").unwrap();
    }
    let now = Timestamp::now();
    let edited = std::fs::File::open(path("edited")).unwrap();
    edited
        .set_modified((now + SignedDuration::from_secs(1)).into())
        .unwrap();
    let object = house.written("object", "12345").await;
    let copies = [
        made_as(&Location::Local(path("made")), now),
        made_as(&Location::Local(path("edited")), now),
        // Somebody wrote it a minute after the copy was done.
        made_as(&object, now - SignedDuration::from_mins(1)),
    ];
    let since = now - SignedDuration::from_mins(2);
    let counts = house.engine.unmake(&copies, since).await.unwrap();
    assert_eq!(counts, (1, 2));
    assert!(!path("made").exists() && path("edited").exists());
    assert_eq!(house.text(&object).await.as_deref(), Some("12345"));
}

#[tokio::test]
async fn names_that_are_taken_rename_nothing() {
    let house = house().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["a", "b"] {
        std::fs::write(path(name), name).unwrap();
    }
    let taken = [
        (path("a"), path("c")),
        (path("b"), path("b2")),
        (path("b"), path("a")),
    ];
    assert!(house.engine.rename_all(&taken).await.is_err());
    assert!(path("a").exists() && path("b").exists() && !path("c").exists());
    house.engine.rename_all(&taken[..2]).await.unwrap();
    assert!(path("c").exists() && path("b2").exists());
}

#[tokio::test]
async fn everything_below_is_found_and_bookmarks_are_kept() {
    let house = house().await;
    for key in ["x/1", "x/y/2", "z"] {
        house.written(key, "1").await;
    }
    let (tell, mut found) = tokio::sync::mpsc::unbounded_channel();
    let bucket = BucketName::new(EMPTY).unwrap();
    let place = Place::Prefix(house.account.clone(), bucket, Prefix::new("x/").unwrap());
    house.engine.find(&place, &tell).await.unwrap();
    drop(tell);
    let mut names = Vec::new();
    while let Some(some) = found.recv().await {
        names.extend(some.into_iter().map(|f| f.location.name()));
    }
    names.sort();
    assert_eq!(names, ["1", "2"]);
    let letter = 'x';
    let bookmark = windlass::engine::Bookmark { letter, place };
    let all = std::slice::from_ref(&bookmark);
    house.engine.keep_bookmarks(all).await.unwrap();
    assert_eq!(house.engine.bookmarks(), all);
}

#[tokio::test]
async fn what_could_not_be_brought_leaves_nothing() {
    let house = house().await;
    let missing = house.object(EMPTY, "missing");
    assert!(house.engine.bring(&missing).await.is_err());
    let opened = house.engine.config().paths.state.join("opened");
    assert_eq!(std::fs::read_dir(opened).unwrap().count(), 0);
}
