use super::*;
use crate::model::{BucketName, shown};
use crate::tui::msg::Item;
use crate::tui::overlay::testing::{ascii_screen, object, press, screen};

fn transfer(into: Place) -> Transfer {
    let item = |name: &str, bytes| Item {
        location: object("photos-prod", &format!("2026/raw/{name}")),
        kind: ItemKind::Object,
        name: shown(name),
        size: Some(bytes),
    };
    Transfer {
        items: vec![
            item("IMG_20260311_0001.CR3", 26_004_480),
            item(
                "日本語の写真-2026年-とても長い名前のファイル-最終版-本当に最後.CR3",
                25_795_072,
            ),
            item("🦀 crab\u{202e}.txt", 26_319_257),
        ]
        .into(),
        into,
        rename: None,
        kind: Kind::Copy,
        if_exists: IfExists::Ask,
    }
}

fn dialog() -> CopyDialog {
    let into = Place::Folder("/home/ada/inbox".into());
    CopyDialog::new(transfer(into), Some("/home/ada".into()))
}

fn copied(script: &str) -> Transfer {
    let (mut wants, closed) = press(&mut dialog(), script);
    assert!(closed, "{script}");
    match wants.pop() {
        Some(Want::Copy(transfer)) => transfer,
        other => panic!("{script}: {other:?}"),
    }
}

#[test]
fn enter_anywhere_starts_with_what_was_chosen() {
    let plain = copied("<Enter>");
    assert_eq!((plain.kind, plain.if_exists), (Kind::Copy, IfExists::Ask));
    assert_eq!(plain.into, Place::Folder("/home/ada/inbox".into()));
    assert_eq!(
        copied("<Tab><Right><Right><Enter>").if_exists,
        IfExists::Skip
    );
    assert_eq!(copied("<Tab><Left><Enter>").if_exists, IfExists::Newer);
    assert_eq!(copied("<Tab><Tab>m").kind, Kind::Move);
    assert_eq!(copied("<Tab><Tab><Right><Enter>").kind, Kind::Move);
}

#[test]
fn the_destination_can_be_typed() {
    for (typed, want) in [
        ("~/x/", Place::Folder("/home/ada/x".into())),
        ("/tmp", Place::Folder("/tmp".into())),
        ("sub", Place::Folder("/home/ada/inbox/sub".into())),
        (
            "s3://b/a/c",
            Place::Prefix(
                Account::new("work"),
                BucketName::new("b").unwrap(),
                Prefix::new("a/c/").unwrap(),
            ),
        ),
    ] {
        assert_eq!(
            copied(&format!("<C-u>{typed}<Enter>")).into,
            want,
            "{typed}"
        );
    }
}

#[test]
fn the_last_segment_is_the_new_name_of_a_single_item() {
    let bucket = |prefix: &str| {
        let name = BucketName::new("b").unwrap();
        Place::Prefix(Account::new("work"), name, Prefix::new(prefix).unwrap())
    };
    let inbox = || Place::Folder("/home/ada/inbox".into());
    for (typed, into, rename, result) in [
        ("s3://b/a/c", bucket("a/"), Some("c"), "s3://b/a/c"),
        (
            "s3://b/IMG_20260311_0001.CR3",
            bucket(""),
            None,
            "s3://b/IMG_20260311_0001.CR3",
        ),
        ("s3://b/c", bucket(""), Some("c"), "s3://b/c"),
        (
            "s3://b/a/",
            bucket("a/"),
            None,
            "s3://b/a/IMG_20260311_0001.CR3",
        ),
        ("s3://b", bucket(""), None, "s3://b/IMG_20260311_0001.CR3"),
        (
            "new.CR3",
            inbox(),
            Some("new.CR3"),
            "/home/ada/inbox/new.CR3",
        ),
        (
            "~/x",
            Place::Folder("/home/ada".into()),
            Some("x"),
            "/home/ada/x",
        ),
        (
            "~",
            Place::Folder("/home/ada".into()),
            None,
            "/home/ada/IMG_20260311_0001.CR3",
        ),
    ] {
        let mut transfer = transfer(inbox());
        transfer.items = transfer.items.head()[..1].iter().cloned().collect();
        let mut dialog = CopyDialog::new(transfer, Some("/home/ada".into()));
        press(&mut dialog, &format!("<C-u>{typed}"));
        assert_eq!(dialog.result().unwrap().as_str(), result, "{typed}");
        let (mut wants, _) = press(&mut dialog, "<Enter>");
        let Some(Want::Copy(asked)) = wants.pop() else {
            panic!("{typed}: {:?}", dialog.wrong);
        };
        assert_eq!(
            (asked.into, asked.rename.as_deref()),
            (into, rename),
            "{typed}"
        );
    }
}

#[test]
fn what_is_there_already_is_said_while_the_place_is_the_same() {
    let mut dialog = dialog().taken(1);
    assert!(screen(&dialog, 80, 22).contains("! 1 of these is there already."));
    press(&mut dialog, "x");
    assert!(!screen(&dialog, 80, 22).contains("already"));
}

#[test]
fn what_is_no_place_is_refused() {
    for (typed, reason) in [
        ("", "Type"),
        ("s3://", "bucket"),
        ("-", "no place"),
        ("s3://B d/", ""),
    ] {
        let mut dialog = dialog();
        let (wants, closed) = press(&mut dialog, &format!("<C-u>{typed}<Enter>"));
        assert!(wants.is_empty() && !closed, "{typed}");
        assert!(dialog.wrong.unwrap().contains(reason), "{typed}");
    }
}

#[test]
fn cancel_and_escape_want_nothing() {
    for script in [
        "<Esc>",
        "<Tab><Tab><Right><Right><Enter>",
        "<S-Tab><Left><Enter>",
    ] {
        let (wants, closed) = press(&mut dialog(), script);
        assert!(closed && wants.is_empty(), "{script} {wants:?}");
    }
}

#[test]
fn looks() {
    insta::assert_snapshot!("copy_80x24", screen(&dialog(), 80, 22));
    insta::assert_snapshot!("copy_120x40", screen(&dialog(), 120, 38));
    insta::assert_snapshot!("copy_40x12", screen(&dialog(), 40, 11));
    let mut single = transfer(Place::Folder("/home/ada/inbox".into()));
    single.items = single.items.head()[..1].iter().cloned().collect();
    let single = CopyDialog::new(single, None).taken(1);
    insta::assert_snapshot!("copy_single_80x24", screen(&single, 80, 22));
    insta::assert_snapshot!("copy_ascii", ascii_screen(&dialog(), 80, 22));
}
