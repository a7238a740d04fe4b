//! `du` and `find`, on a server and in folders.

use crate::support::World;

#[test]
fn du_sums_up_folder_by_folder() {
    let world = World::default();
    for (key, bytes) in [("a.txt", 1), ("b/1", 10), ("b/c/2", 100), ("d/3", 1000)] {
        world.object(key, "x".repeat(bytes));
    }
    let sums = |args: &[&str]| -> Vec<(String, String, u64, u64)> {
        let rows = world.json(args);
        let text_of = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
        rows.iter()
            .map(|row| {
                let numbers = (row["objects"].as_u64(), row["size"].as_u64());
                let (objects, size) = (numbers.0.unwrap(), numbers.1.unwrap());
                (text_of(row, "type"), text_of(row, "key"), objects, size)
            })
            .collect()
    };
    let row =
        |kind: &str, key: &str, objects, size| (kind.to_owned(), key.to_owned(), objects, size);
    assert_eq!(
        sums(&["du", "s3://box"]),
        [
            row("prefix", "b/", 2, 110),
            row("prefix", "d/", 1, 1000),
            row("total", "", 4, 1111)
        ]
    );
    assert_eq!(
        sums(&["du", "s3://box/b", "--depth", "0"]),
        [row("total", "b/", 2, 110)]
    );
    let text = world.ok(&["du", "s3://box/b/"]);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "100 B          1 object   s3://box/b/c/",
            "110 B          2 objects  s3://box/b/"
        ]
    );
    world.fails(1, &["du", "s3://box/none/"]);
    world.fails(2, &["du", "s3://"]);
}

#[test]
fn find_goes_by_name_size_age_and_class() {
    let world = World::default();
    world.object("a.jpg", "x".repeat(2000));
    world.object("b/c.jpg", "x");
    world.object("b/d.txt", "x".repeat(2000));
    let found = |args: &[&str]| -> Vec<String> {
        let all = [&["find"], args].concat();
        world.ok(&all).lines().map(str::to_owned).collect()
    };
    let at = "s3://box";
    assert_eq!(
        found(&[at, "--name", "*.jpg"]),
        ["s3://box/a.jpg", "s3://box/b/c.jpg"]
    );
    assert_eq!(
        found(&[at, "--size", "+1K"]),
        ["s3://box/a.jpg", "s3://box/b/d.txt"]
    );
    assert_eq!(
        found(&[at, "--size", "-1K", "--name", "b/*"]),
        ["s3://box/b/c.jpg"]
    );
    assert_eq!(
        found(&["s3://box/b", "--size", "2000"]),
        ["s3://box/b/d.txt"]
    );
    assert_eq!(found(&[at, "--newer", "1d"]).len(), 3);
    assert_eq!(found(&[at, "--older", "1d"]).len(), 0);
    assert_eq!(found(&[at, "--older", "2000-01-01"]).len(), 0);
    assert_eq!(found(&[at, "--class", "glacier"]).len(), 0);
    assert_eq!(found(&["s3://", "--name", "d*"]), ["s3://box/b/d.txt"]);
    let rows = world.json(&["find", at, "--name", "c.*"]);
    assert_eq!(
        (rows.len(), &rows[0]["type"], &rows[0]["size"]),
        (1, &"object".into(), &1.into())
    );
    world.fails(1, &["find", "s3://box/none/"]);
    world.fails(2, &["find", at, "--size", "big"]);
    world.fails(2, &["find", at, "--newer", "soon"]);
}

#[test]
fn folders_are_summed_up_and_searched_too() {
    let world = World::default();
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("b/c")).unwrap();
    for (name, bytes) in [("a.txt", 1), ("b/1", 10), ("b/c/2.txt", 100)] {
        std::fs::write(root.path().join(name), "x".repeat(bytes)).unwrap();
    }
    let place = root.path().to_str().unwrap();
    let rows = world.json(&["du", place]);
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["size"], &rows[0]["type"]),
        (&110.into(), &"folder".into())
    );
    assert_eq!(
        (&rows[1]["size"], &rows[1]["objects"]),
        (&111.into(), &3.into())
    );
    let text = world.ok(&["find", place, "--name", "*.txt", "--size", "+2"]);
    assert_eq!(text.trim_end(), format!("{place}/b/c/2.txt"));
    world.fails(1, &["find", &format!("{place}/none")]);
}
