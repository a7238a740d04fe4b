//! What people do with objects, told as keys: deleting what can come back, names and metadata by
//! the editor, other programs, and the session that comes back.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many questions a test looks for one"
)]

mod stage;

use bytes::Bytes;
use stage::{Stage, inbox, photos, setup};
use windlass::engine::{Kind, Order};
use windlass::model::{Account, Location, Place};
use windlass::tui::app::{Begin, Started};
use windlass::tui::msg::{Ask, Effect, Msg, Reply};

fn main() -> Stage {
    let mut stage = Stage::main(120, 40);
    stage.world.tells = true;
    stage
}

#[test]
fn where_versions_are_kept_a_deletion_is_undone() {
    let mut stage = main();
    stage.world.versioned = true;
    // The first time it is not known yet whether the bucket keeps versions: it asks, and says what
    // the server says.
    stage.keys("jjjd");
    let screen = stage.screen();
    assert!(
        screen.contains("keeps old versions: u brings these back"),
        "{screen}"
    );
    stage.keys("y");
    assert!(
        stage.screen().contains("u brings it back"),
        "{}",
        stage.screen()
    );
    stage.keys("<space><space>kkd");
    assert!(stage.app.overlays().is_empty(), "{}", stage.screen());
    assert!(
        stage
            .screen()
            .contains("Deleted 2 objects · u brings it back")
    );
    stage.keys("u");
    assert!(
        stage.screen().contains("2 objects are back"),
        "{}",
        stage.screen()
    );
    stage.keys("u");
    assert!(
        stage.screen().contains("1 object is back"),
        "{}",
        stage.screen()
    );
    stage.keys("u");
    assert!(
        stage.screen().contains("Nothing to undo"),
        "{}",
        stage.screen()
    );
}

#[test]
fn that_versions_are_kept_is_not_believed_for_ever() {
    let mut stage = main();
    stage.world.versioned = true;
    stage.keys("jjjd<esc>");
    stage.wait(61_000);
    stage.world.versioned = false;
    stage.keys("d");
    assert!(
        stage.screen().contains("This cannot be undone."),
        "{}",
        stage.screen()
    );
    stage.keys("y");
    assert!(!stage.screen().contains("brings"), "{}", stage.screen());
}

#[test]
fn where_nothing_keeps_versions_it_says_so() {
    let mut stage = main();
    stage.keys("jjjd<esc>d");
    assert!(
        stage.screen().contains("This cannot be undone."),
        "{}",
        stage.screen()
    );
    stage.keys("y");
    assert!(!stage.screen().contains("brings"), "{}", stage.screen());
}

#[test]
fn a_trash_of_its_own_takes_what_is_deleted() {
    let mut setup = setup(photos("2026/raw/"), inbox());
    setup.trash = vec![Account::new("work")];
    let mut stage = Stage::new(setup, 120, 40);
    stage.keys("jjjd");
    assert!(stage.app.overlays().is_empty());
    let orders = stage.orders();
    let [Order::Submit(_, requests)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!(requests[0].kind, Kind::Move);
    let to = requests[0].to.to_string();
    let name = "/2026/raw/IMG_20260311_0001.CR3";
    assert!(
        to.starts_with("s3://photos-prod/.trash/2026-04-06T"),
        "{to}"
    );
    assert!(to.ends_with(name), "{to}");
}

#[test]
fn many_names_are_one_batch() {
    let mut stage = main();
    stage.slow = true;
    stage.keys("jjj<space><space>r");
    let (ticket, ask) = stage.held.pop_front().unwrap();
    let Ask::Edit(_, text) = ask else {
        panic!("{ask:?}");
    };
    let new = String::from_utf8(text.to_vec())
        .unwrap()
        .replace("IMG", "pic");
    let reply = Reply::Edited(Ok(Some(Bytes::from(new))));
    stage.send(Msg::Reply(ticket, reply));
    let orders = stage.orders();
    let [Order::Submit(_, requests)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|r| r.to.name().starts_with("pic_")));
}

#[test]
fn metadata_and_tags_are_edited_as_text_and_undone() {
    let mut stage = main();
    stage.keys("jjji");
    stage.slow = true;
    stage.keys("e");
    let (ticket, ask) = stage.held.pop_front().unwrap();
    let Ask::Edit(_, text) = ask else {
        panic!("{ask:?}");
    };
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(text.contains("x-amz-meta-camera: EOS R5 II\n"), "{text}");
    let new = Bytes::from(text.replace("EOS R5 II", "X100"));
    stage.send(Msg::Reply(ticket, Reply::Edited(Ok(Some(new)))));
    assert!(matches!(
        stage.held.front(),
        Some((_, Ask::Redescribe(_, _, Some(_))))
    ));
    stage.slow = false;
    stage.answer_all();
    assert!(
        stage
            .screen()
            .contains("Metadata of IMG_20260311_0001.CR3 set · u undoes it")
    );
    stage.keys("<esc>");
    stage.slow = true;
    stage.keys("u");
    assert!(matches!(
        stage.held.front(),
        Some((_, Ask::Redescribe(_, _, None)))
    ));
    stage.answer_all();
    stage.keys("i");
    stage.answer_all();
    stage.keys("t");
    let (ticket, _) = stage.held.pop_front().unwrap();
    let reply = Reply::Edited(Ok(Some(Bytes::from_static(b"a = 1\nnonsense\n"))));
    stage.send(Msg::Reply(ticket, reply));
    assert!(
        stage.screen().contains("Nothing was changed"),
        "{}",
        stage.screen()
    );
}

#[test]
fn text_that_is_not_utf8_changes_nothing() {
    let mut stage = main();
    stage.keys("jjji");
    stage.slow = true;
    stage.keys("e");
    let (ticket, _) = stage.held.pop_front().unwrap();
    let text = Bytes::from_static(b"x-amz-meta-city: Z\xfcrich\n");
    stage.send(Msg::Reply(ticket, Reply::Edited(Ok(Some(text)))));
    assert!(
        stage.screen().contains("text that is not UTF-8"),
        "{}",
        stage.screen()
    );
    assert!(stage.held.is_empty(), "something is asked");
}

#[test]
fn an_old_version_is_made_the_current_one() {
    let mut stage = main();
    stage.keys("jjjiv");
    stage.slow = true;
    stage.keys("jj<enter>");
    let asked = stage.held.iter().find_map(|(_, ask)| match ask {
        Ask::BringBack(_, version) => Some(version.to_string()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("1"));
}

#[test]
fn the_viewer_goes_on_to_what_is_next() {
    let mut stage = main();
    stage.keys("jjj<enter><right>");
    assert!(
        stage.line(0).contains("IMG_20260311_0002.CR3"),
        "{}",
        stage.screen()
    );
    stage.keys("<left><left>");
    assert!(stage.line(0).contains("IMG_20260311_0001.CR3"));
    assert!(stage.screen().contains("This is the first one"));
}

#[test]
fn a_filter_of_an_unfinished_listing_asks_the_server() {
    let mut stage = Stage::slow(setup(photos("2026/raw/"), inbox()), 120, 40, false);
    let pages = stage.world.pages.get_mut("photos-prod/2026/raw/").unwrap();
    let more = pages[0].clone();
    pages.push(more);
    stage.slow = true;
    stage.keys("R");
    stage.answer_one();
    stage.keys("/img");
    assert!(
        stage.screen().contains("search the server for img"),
        "{}",
        stage.screen()
    );
    stage.keys("<tab>");
    let asked = stage.held.iter().find_map(|(_, ask)| match ask {
        Ask::FindNamed(_, _, text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("2026/raw/img"));
    assert!(
        stage.screen().contains("On the server"),
        "{}",
        stage.screen()
    );
}

#[test]
fn other_programs_get_a_folder_or_a_file() {
    let mut stage = main();
    stage.keys("$");
    let shell = |e: &Effect| matches!(e, Effect::Shell(at) if at.ends_with("inbox"));
    assert!(stage.out.iter().any(shell));
    stage.slow = true;
    stage.keys("jjjo");
    let (ticket, ask) = stage.held.pop_front().unwrap();
    assert!(
        matches!(ask, Ask::Bring(Location::Object { .. })),
        "{ask:?}"
    );
    let file = "/tmp/opened/IMG_20260311_0001.CR3";
    stage.send(Msg::Reply(ticket, Reply::Brought(Ok(file.into()))));
    let open = |e: &Effect| matches!(e, Effect::Open(at) if at.ends_with("IMG_20260311_0001.CR3"));
    assert!(stage.out.iter().any(open));
}

#[test]
fn the_session_comes_back_where_it_was_left() {
    let mut stage = main();
    stage.keys("jjjjj,s");
    let here = std::path::Path::new("/home/me");
    let session = stage.app.session(here);
    let known = setup(photos(""), inbox()).known.accounts;
    let begin = |at| Begin::again(&session.panes[0], at, &known).unwrap();
    let mut again = setup(photos(""), inbox());
    again.places = Some([begin(Started::Elsewhere), inbox().into()]);
    let again = Stage::new(again, 120, 40);
    assert_eq!(again.screen(), stage.screen());
    assert_eq!(Begin::again(&session.panes[0], Started::Here, &[]), None);
    assert!(matches!(session.panes[0].place, Place::Prefix(..)));
}
