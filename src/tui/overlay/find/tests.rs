use super::*;
use crate::engine::Snapshot;
use crate::model::{Account, BucketName, Prefix};
use crate::tui::msg::Tickets;
use crate::tui::overlay::testing::{object, press, screen, with_cx};

fn dialog() -> FindDialog {
    let queue = Snapshot::default();
    let mut tickets = Tickets::default();
    let bucket = BucketName::new("photos").unwrap();
    let place = Place::Prefix(Account::new("work"), bucket, Prefix::new("2026/").unwrap());
    with_cx(&mut tickets, &queue, |cx| {
        let (mut dialog, _) = FindDialog::new(place, "s3://photos/2026/", cx);
        let found = [
            "web/pano/index.html",
            "raw/Pano-2026.tif",
            "raw/a.tif",
            "pano.jpg",
        ]
        .iter()
        .enumerate()
        .map(|(n, name)| Finding {
            location: object("photos", &format!("2026/{name}")),
            size: Some(1 << (n * 8)),
        });
        let reply = Reply::Found(found.collect());
        let ticket = dialog.ticket.unwrap();
        dialog.reply(ticket, &reply, cx);
        dialog
    })
}

fn names(dialog: &FindDialog) -> Vec<&str> {
    dialog
        .hits
        .iter()
        .map(|hit| &*dialog.known[*hit].below)
        .collect()
}

#[test]
fn every_word_is_found_and_the_last_name_counts_most() {
    let mut dialog = dialog();
    assert_eq!(names(&dialog).len(), 4);
    press(&mut dialog, "pano");
    assert_eq!(
        names(&dialog),
        ["pano.jpg", "raw/Pano-2026.tif", "web/pano/index.html"]
    );
    press(&mut dialog, " raw");
    assert_eq!(names(&dialog), ["raw/Pano-2026.tif"]);
    press(&mut dialog, "<C-u>PANO");
    assert!(names(&dialog).is_empty(), "capital letters are meant");
}

#[test]
fn hits_are_gone_to_or_copied() {
    let mut one = dialog();
    let (wants, closed) = press(&mut one, "index<Enter>");
    assert!(
        closed && format!("{wants:?}").contains("Reveal"),
        "{wants:?}"
    );
    let mut some = dialog();
    let (wants, _) = press(&mut some, "tif<Tab><Tab><F5>");
    let Some(Want::CopyOver(items)) = wants.last() else {
        panic!("{wants:?}");
    };
    assert_eq!(items.len(), 2);
}

#[test]
fn looks() {
    let mut dialog = dialog();
    press(&mut dialog, "pano<Tab>");
    insta::assert_snapshot!("find_80x24", screen(&dialog, 80, 22));
    insta::assert_snapshot!("find_40x12", screen(&dialog, 40, 11));
}

#[test]
fn hits_are_deleted_linked_or_remembered() {
    for (keys, action) in [("<F8>", "Delete"), ("<C-l>", "Link"), ("<C-y>", "Yank")] {
        let mut dialog = dialog();
        let (wants, closed) = press(&mut dialog, &format!("pano<S-Tab>{keys}"));
        let with = wants.iter().find_map(|want| match want {
            Want::With(items, action) => Some((items.len(), format!("{action:?}"))),
            _ => None,
        });
        assert!(closed);
        assert_eq!(with, Some((3, action.into())));
    }
}
