//! `cp` and `mv`.

use serde_json::Value;

use crate::support::{World, rows};

fn field<'r>(row: &'r Value, name: &str) -> &'r str {
    row[name].as_str().unwrap_or_default()
}

#[test]
fn files_go_up_and_come_down() {
    let world = World::default();
    world.file("f.txt", "hello");
    let said = world.ok(&["cp", "f.txt", "s3://box/exact"]);
    assert!(said.contains("-> s3://box/exact"), "{said}");
    assert!(said.trim_end().ends_with("md5"), "{said}");
    assert_eq!(world.content("exact").as_deref(), Some("hello"));
    let row = &world.json(&["cp", "f.txt", "s3://box/dir/"])[0];
    assert_eq!(
        (field(row, "type"), field(row, "to")),
        ("done", "s3://box/dir/f.txt")
    );
    assert_eq!(row["size"], 5);
    assert_eq!(field(row, "verified"), "md5");
    assert_eq!(world.content("dir/f.txt").as_deref(), Some("hello"));

    world.ok(&["cp", "-q", "s3://box/exact", "down.txt"]);
    assert_eq!(
        std::fs::read_to_string(world.path("down.txt")).unwrap(),
        "hello"
    );
    std::fs::create_dir(world.path("into")).unwrap();
    world.ok(&["cp", "-q", "s3://box/exact", "s3://box/dir/f.txt", "into"]);
    for name in ["exact", "f.txt"] {
        let path = world.path("into").join(name);
        assert_eq!(std::fs::read_to_string(path).unwrap(), "hello");
    }
    world.ok(&["cp", "-q", "s3://box/exact", "new/"]);
    assert!(world.path("new/exact").is_file());
    world.ok(&["cp", "-q", "s3://box/exact", "s3://box/again"]);
    assert_eq!(world.content("again").as_deref(), Some("hello"));
}

#[test]
fn sizes_around_the_threshold_arrive_whole() {
    const MIB: usize = 1 << 20;
    let world = World::default();
    for size in [0, 1, 8 * MIB, 8 * MIB + 1, 21 * MIB] {
        let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
        let up = world.file("up", &bytes);
        world.ok(&[
            "cp",
            "-q",
            up.to_str().unwrap(),
            "s3://box/big",
            "--if-exists",
            "overwrite",
        ]);
        assert!(
            std::fs::read(world.stored("big")).unwrap() == bytes,
            "{size}"
        );
        world.ok(&[
            "cp",
            "-q",
            "s3://box/big",
            "down",
            "--if-exists",
            "overwrite",
        ]);
        assert!(
            std::fs::read(world.path("down")).unwrap() == bytes,
            "{size}"
        );
    }
}

#[test]
fn folders_follow_the_closing_slash() {
    let world = World::default();
    for name in ["d/a", "d/sub/b"] {
        world.file(name, name);
    }
    let keys = |prefix: &str| -> Vec<String> {
        let place = format!("s3://box/{prefix}");
        let rows = world.json(&["ls", "-r", &place]);
        rows.iter()
            .map(|row| field(row, "key").to_owned())
            .collect()
    };
    let said = world.fails(2, &["cp", "d", "s3://box/x/"]);
    assert!(said.contains("-r"), "{said}");
    world.ok(&["cp", "-qr", "d", "s3://box/1/"]);
    assert_eq!(keys("1/"), ["1/d/a", "1/d/sub/b"]);
    world.ok(&["cp", "-qr", "d/", "s3://box/2/"]);
    assert_eq!(keys("2/"), ["2/a", "2/sub/b"]);
    world.ok(&["cp", "-qr", "d", "s3://box/3"]);
    assert_eq!(keys("3/"), ["3/a", "3/sub/b"]);
    world.ok(&["cp", "-qr", "d", "s3://box/3"]);
    assert_eq!(keys("3/d/"), ["3/d/a", "3/d/sub/b"]);

    world.ok(&["cp", "-qr", "s3://box/1/d", "down/"]);
    assert!(world.path("down/d/sub/b").is_file());
    world.ok(&["cp", "-qr", "s3://box/1/d/", "flat"]);
    assert_eq!(
        std::fs::read_to_string(world.path("flat/sub/b")).unwrap(),
        "d/sub/b"
    );
    world.ok(&["cp", "-qr", "s3://box/1", "renamed"]);
    assert!(world.path("renamed/d/a").is_file());
    world.ok(&["cp", "-qr", "s3://box/1/", "s3://box/4/"]);
    assert_eq!(keys("4/"), ["4/d/a", "4/d/sub/b"]);
}

#[test]
fn what_is_there_is_not_replaced_without_a_word() {
    let world = World::default();
    world.file("f", "new");
    let put = |word: &str| {
        world.object("k", "old");
        world.run(&["cp", "f", "s3://box/k", "--json", "--if-exists", word])
    };
    let asked = put("ask");
    assert_eq!(asked.code, Some(1), "{asked:?}");
    assert!(asked.stderr.contains("--if-exists"), "{asked:?}");
    let row = &rows(&asked.stdout)[0];
    assert_eq!(
        (field(row, "type"), field(&row["error"], "code")),
        ("failed", "Exists")
    );
    assert_eq!(world.content("k").as_deref(), Some("old"));
    let skipped = put("skip");
    assert_eq!(
        (skipped.code, field(&rows(&skipped.stdout)[0], "type")),
        (Some(0), "skipped")
    );
    assert_eq!(world.content("k").as_deref(), Some("old"));
    let both = put("keep-both");
    assert_eq!(both.code, Some(0), "{both:?}");
    let to = field(&rows(&both.stdout)[0], "to").to_owned();
    assert_ne!(to, "s3://box/k");
    assert_eq!(world.ok(&["cat", &to]), "new");
    assert_eq!(world.content("k").as_deref(), Some("old"));
    assert_eq!(put("overwrite").code, Some(0));
    assert_eq!(world.content("k").as_deref(), Some("new"));

    world.object("a", "x");
    let some = world.run(&[
        "cp",
        "s3://box/a",
        "s3://box/gone",
        "s3://box/to/",
        "--json",
    ]);
    assert_eq!(some.code, Some(1), "one failed, the other went: {some:?}");
    assert_eq!(world.content("to/a").as_deref(), Some("x"));
}

#[test]
fn the_same_bytes_are_no_conflict() {
    let world = World::default();
    for text in ["", "hello"] {
        world.file("f.txt", text);
        world.ok(&[
            "cp",
            "-q",
            "f.txt",
            "s3://box/same",
            "--if-exists",
            "overwrite",
        ]);
        let row = &world.json(&["cp", "f.txt", "s3://box/same"])[0];
        assert_eq!(field(row, "type"), "done", "{row}");
    }
    world.file("f.txt", "hallo");
    let refused = world.run(&["cp", "f.txt", "s3://box/same"]);
    assert_eq!(
        refused.code,
        Some(1),
        "other bytes of the same length are a conflict"
    );
    assert_eq!(world.content("same").as_deref(), Some("hello"));
}

#[test]
fn streams_go_in_and_out() {
    let world = World::default();
    let fed = world.feed(&["cp", "-", "s3://box/s", "--json"], b"from a pipe");
    assert_eq!(fed.code, Some(0), "{fed:?}");
    assert_eq!(rows(&fed.stdout)[0]["size"], 11);
    assert_eq!(world.content("s").as_deref(), Some("from a pipe"));
    assert_eq!(world.ok(&["cp", "s3://box/s", "-"]), "from a pipe");
    let again = world.feed(&["cp", "-", "s3://box/s"], b"other");
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(world.content("s").as_deref(), Some("from a pipe"));
    let big: Vec<u8> = (0..=252).cycle().take(40 << 20).collect();
    let fed = world.feed(&["cp", "-q", "-", "s3://box/big"], &big);
    assert_eq!(fed.code, Some(0), "{fed:?}");
    assert!(std::fs::read(world.stored("big")).unwrap() == big);
    world.fails(2, &["cp", "-", "-"]);
    world.fails(2, &["cp", "-", "s3://box/"]);
    world.fails(2, &["mv", "-", "s3://box/x"]);
}

#[test]
fn mv_leaves_nothing_behind_and_loses_nothing() {
    let world = World::default();
    let file = world.file("f", "moved");
    world.ok(&["mv", "-q", "f", "s3://box/k"]);
    assert!(!file.exists());
    world.ok(&["mv", "-q", "s3://box/k", "s3://box/p/k2"]);
    assert_eq!(world.content("k"), None);
    assert_eq!(world.content("p/k2").as_deref(), Some("moved"));
    world.ok(&["mv", "-qr", "s3://box/p", "back"]);
    assert_eq!(
        std::fs::read_to_string(world.path("back/k2")).unwrap(),
        "moved"
    );
    assert_eq!(world.json(&["ls", "-r", "s3://box"]).len(), 0);
    world.object("a", "x");
    world.object("t/b", "y");
    world.fails(2, &["mv", "s3://box/a", "s3://box/a"]);
    world.fails(2, &["mv", "-r", "s3://box/t", "s3://box/t/"]);
    assert_eq!(world.content("a").as_deref(), Some("x"));
    assert_eq!(world.content("t/b").as_deref(), Some("y"));
}

#[test]
fn impossible_orders_are_refused_before_anything_happens() {
    let world = World::default();
    world.object("p/x", "x");
    world.file("x/f", "1");
    world.file("y/f", "2");
    for args in [
        &["cp", "x/f", "y/f", "s3://box/one"][..],
        &["cp", "x/f", "y/f", "s3://box/p/"],
        &["cp", "x/f", "y/"],
        &["cp", "-r", "s3://box/p/", "s3://box/p/q/"],
    ] {
        world.fails(2, args);
    }
    world.fails(1, &["cp", "gone", "s3://box/p/"]);
    assert_eq!(
        world.json(&["ls", "-r", "s3://box"]).len(),
        1,
        "only what was there before"
    );
}
