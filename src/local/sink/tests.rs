//! Files appear whole or not at all.

use super::super::{free_spot, path::Spot, words};
use super::*;
use std::path::PathBuf;

fn spot(root: &Path, below: &str) -> Spot {
    Spot {
        root: root.into(),
        below: PathBuf::from(below),
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_appears_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let spot = spot(dir.path(), "x/y/f.bin");
    let mut sink = Sink::create(&spot, Some(6)).await.unwrap();
    sink.write_at(3, vec![Bytes::from_static(b"d"), Bytes::from_static(b"ef")])
        .await
        .unwrap();
    sink.write_at(0, vec![Bytes::from_static(b"abc")])
        .await
        .unwrap();
    assert!(!spot.path().exists());
    let mut read = [0; 3];
    sink.reader()(1, &mut read).unwrap();
    assert_eq!(&read, b"bcd");
    let date = Timestamp::from_second(1_700_000_000).unwrap();
    assert!(
        sink.finish(OsStr::new("f.bin"), 7, None, Replace::Refuse)
            .await
            .is_err()
    );
    let landed = sink
        .finish(OsStr::new("f.bin"), 6, Some(date), Replace::Refuse)
        .await
        .unwrap();
    let Landed::There(stamp) = landed else {
        panic!("taken")
    };
    assert_eq!((stamp.size, stamp.modified()), (6, Some(date)));
    drop(sink);
    assert_eq!(std::fs::read(spot.path()).unwrap(), b"abcdef");
    assert_eq!(names(&dir.path().join("x/y")), ["f.bin"]);
}

#[tokio::test]
async fn a_taken_name_is_not_replaced_unless_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let spot = spot(dir.path(), "f");
    std::fs::write(spot.path(), b"old").unwrap();
    let mut sink = Sink::create(&spot, None).await.unwrap();
    let name = OsStr::new("f");
    assert_eq!(
        sink.finish(name, 0, None, Replace::Refuse).await.unwrap(),
        Landed::Taken
    );
    assert_eq!(std::fs::read(spot.path()).unwrap(), b"old");
    let free = free_spot(&spot).await.unwrap();
    assert_eq!(free.name(), "f (2)");
    assert!(matches!(
        sink.finish(name, 0, None, Replace::Allow).await.unwrap(),
        Landed::There(_)
    ));
    assert_eq!(names(dir.path()), ["f"]);
}

#[tokio::test]
async fn dropping_removes_and_keeping_keeps() {
    let dir = tempfile::tempdir().unwrap();
    let spot = spot(dir.path(), "f");
    drop(Sink::create(&spot, None).await.unwrap());
    assert!(names(dir.path()).is_empty());
    let mut sink = Sink::create(&spot, None).await.unwrap();
    let temp = sink.temp().to_os_string();
    sink.keep();
    drop(sink);
    drop(Sink::reopen(&spot, &temp).await.unwrap());
    assert_eq!(names(dir.path()).len(), 1);
    Sink::discard(&spot, &temp).await.unwrap();
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn links_below_the_root_are_never_followed() {
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
    let trouble = Sink::create(&spot(dir.path(), "link/f"), None)
        .await
        .unwrap_err();
    assert_eq!(trouble.code.as_str(), "LinkRefused");
    // A link under the final name is replaced itself; what it leads to stays.
    std::fs::write(outside.path().join("t"), b"safe").unwrap();
    std::os::unix::fs::symlink(outside.path().join("t"), dir.path().join("f")).unwrap();
    let mut sink = Sink::create(&spot(dir.path(), "f"), None).await.unwrap();
    sink.finish(OsStr::new("f"), 0, None, Replace::Allow)
        .await
        .unwrap();
    assert_eq!(std::fs::read(outside.path().join("t")).unwrap(), b"safe");
    assert!(!dir.path().join("f").is_symlink());
}

#[tokio::test]
async fn a_disk_without_room_is_known_before() {
    let dir = tempfile::tempdir().unwrap();
    let trouble = Sink::create(&spot(dir.path(), "f"), Some(1 << 60))
        .await
        .unwrap_err();
    assert_eq!(trouble.code.as_str(), words::NO_SPACE);
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn nobody_else_reads_a_file_before_it_is_whole() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode = |name: &str| {
        let meta = std::fs::metadata(dir.path().join(name)).unwrap();
        meta.permissions().mode() & 0o777
    };
    std::fs::write(dir.path().join("ordinary"), "x").unwrap();
    for name in ["first", "second"] {
        let mut sink = Sink::create(&spot(dir.path(), name), Some(1))
            .await
            .unwrap();
        assert_eq!(mode(sink.temp().to_str().unwrap()), 0o600);
        sink.write_at(0, vec!["y".into()]).await.unwrap();
        let landed = sink
            .finish(name.as_ref(), 1, None, Replace::Refuse)
            .await
            .unwrap();
        assert!(matches!(landed, Landed::There(_)));
        assert_eq!(mode(name), mode("ordinary"));
    }
}
