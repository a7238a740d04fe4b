use std::time::Duration;

use super::*;
use crate::engine::Snapshot;
use crate::model::shown;
use crate::tui::msg::Item;
use crate::tui::msg::{ItemKind, Tickets};
use crate::tui::overlay::testing::{ascii_screen, keys, object, screen, wall, with_cx};

struct Play {
    dialog: ShareDialog,
    tickets: Tickets,
    wants: Vec<Want>,
}

impl Play {
    fn new(names: &[&str]) -> Self {
        let item = |name: &&str| Item {
            location: object("photos-prod", &format!("2026/raw/{name}")),
            kind: ItemKind::Object,
            name: shown(name),
            size: Some(25_795_072),
        };
        let items: Selection = names.iter().map(item).collect();
        let mut tickets = Tickets::default();
        let queue = Snapshot::default();
        let (dialog, wants) =
            with_cx(&mut tickets, &queue, |cx| ShareDialog::new(&items, cx)).unwrap();
        Self {
            dialog,
            tickets,
            wants,
        }
    }

    fn keys(&mut self, script: &str) -> bool {
        let queue = Snapshot::default();
        for key in keys(script) {
            let dialog = &mut self.dialog;
            let step = with_cx(&mut self.tickets, &queue, |cx| dialog.key(key, cx));
            match step {
                Step::Stay(wants) => self.wants.extend(wants),
                Step::Close(wants) => {
                    self.wants.extend(wants);
                    return true;
                }
                Step::Pass => {}
            }
        }
        false
    }

    fn reply(&mut self, ticket: Ticket, reply: &Reply) -> Step {
        let queue = Snapshot::default();
        let dialog = &mut self.dialog;
        with_cx(&mut self.tickets, &queue, |cx| {
            dialog.reply(ticket, reply, cx)
        })
    }

    /// The newest question for links.
    fn asked(&self) -> (Ticket, Vec<Link>) {
        let links = |want: &Want| match want {
            Want::Effect(Effect::Ask(ticket, Ask::Links(_, links))) => {
                Some((*ticket, links.clone()))
            }
            _ => None,
        };
        self.wants.iter().rev().find_map(links).unwrap()
    }

    /// Answers the newest question for links.
    fn sign(&mut self) {
        let (ticket, links) = self.asked();
        let sign = |link: &Link| SignedLink {
            url: format!(
                "https://photos-prod.s3.example.com/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=AKIAEXAMPLE%2F20260406%2Feu-central-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20260406T142200Z&X-Amz-Expires={}&X-Amz-SignedHeaders=host\
                 &X-Amz-Signature=9c1f4e0f9c1f4e0f9c1f4e0f9c1f4e0f9c1f4e0f9c1f4e0f9c1f4e0f9c1f4e0f",
                link.key.as_str().replace(|c: char| !c.is_ascii(), "%E6"),
                link.expires.as_secs()
            ),
            link: link.clone(),
            expires_at: wall() + link.expires,
        };
        let signed = links.iter().map(sign).collect();
        self.reply(ticket, &Reply::Links(Ok(signed)));
    }

    fn clipped(&self) -> String {
        let clip = |want: &Want| match want {
            Want::Clip(_, text) => Some(text.clone()),
            _ => None,
        };
        self.wants.iter().rev().find_map(clip).unwrap()
    }
}

#[test]
fn it_signs_for_an_hour_at_once_and_again_when_something_changes() {
    let mut play = Play::new(&["a.txt"]);
    let (first, links) = play.asked();
    assert_eq!(links[0].expires, Duration::from_hours(1));
    assert_eq!(links[0].method, LinkMethod::Get);
    play.keys("<Right><Right>");
    assert_eq!(play.asked().1[0].expires, Duration::from_hours(7 * 24));
    let forgot = format!("Forget({first:?})");
    assert!(
        play.wants
            .iter()
            .any(|w| format!("{w:?}").contains(&forgot))
    );
}

#[test]
fn a_late_answer_does_not_land() {
    let mut play = Play::new(&["a.txt"]);
    let (old, _) = play.asked();
    play.keys("<Right>");
    let step = play.reply(old, &Reply::Links(Ok(Vec::new())));
    assert!(matches!(step, Step::Pass));
    assert!(
        play.dialog.waiting.is_some(),
        "the newer one is still waited for"
    );
}

#[test]
fn downloads_have_a_name_and_uploads_a_type() {
    let mut play = Play::new(&["a.txt"]);
    play.keys("<Tab><Right><Tab><C-u>report.txt");
    assert_eq!(play.asked().1[0].attachment.as_deref(), Some("report.txt"));
    play.keys("<S-Tab><Right><Tab>image/png");
    let (_, links) = play.asked();
    assert_eq!(
        (links[0].method, links[0].attachment.as_deref()),
        (LinkMethod::Put, None)
    );
    assert_eq!(links[0].content_type.as_deref(), Some("image/png"));
    play.sign();
    play.keys("<Tab>c");
    assert!(play.clipped().contains("-H 'Content-Type: image/png'"));
}

#[test]
fn more_than_seven_days_is_refused_with_the_reason() {
    let mut play = Play::new(&["a.txt"]);
    play.keys("<Right><Right><Right><C-u>8 days");
    assert!(
        play.dialog
            .wrong
            .as_deref()
            .unwrap()
            .contains("At most 7 days")
    );
    assert!(play.dialog.signed.is_empty() && play.dialog.waiting.is_none());
    play.keys("<C-u>6 days");
    assert_eq!(play.asked().1[0].expires, Duration::from_hours(6 * 24));
}

#[test]
fn several_objects_are_copied_one_a_line() {
    let mut play = Play::new(&["a.txt", "b.txt"]);
    play.sign();
    play.keys("y");
    assert_eq!(play.clipped().lines().count(), 2);
    play.keys("t");
    let plain =
        |w: &Want| matches!(w, Want::Effect(Effect::PlainText(text)) if text.lines().count() == 5);
    assert!(plain(play.wants.last().unwrap()));
}

#[test]
fn a_get_is_tested_and_a_put_says_why_not() {
    let mut play = Play::new(&["a.txt"]);
    play.sign();
    play.keys("T");
    let Some(Want::Effect(Effect::Ask(ticket, Ask::TestLink(..)))) = play.wants.last() else {
        panic!("{:?}", play.wants.last());
    };
    let ticket = *ticket;
    play.reply(ticket, &Reply::LinkTested(Ok(206)));
    assert_eq!(play.dialog.test, Test::Works(206));
    play.keys("<Tab><Left>");
    play.sign();
    play.keys("T");
    assert!(format!("{:?}", play.wants.last()).contains("only be tested by uploading"));
    assert_eq!(play.dialog.test, Test::None);
}

#[test]
fn the_link_is_in_no_debug_text() {
    let mut play = Play::new(&["a.txt"]);
    play.sign();
    assert!(!format!("{:?}", play.dialog).contains("X-Amz"));
}

#[test]
fn closing_forgets_what_is_out() {
    let mut play = Play::new(&["a.txt"]);
    assert!(play.keys("<Esc>"));
    assert!(format!("{:?}", play.wants.last()).contains("Forget"));
}

#[test]
fn a_paste_is_signed_with_the_next_key() {
    let mut play = Play::new(&["a.txt"]);
    play.keys("<Tab><Right><Tab>");
    play.dialog.paste("x-");
    assert!(play.dialog.signed.is_empty());
    play.keys("<Tab>");
    assert_eq!(play.asked().1[0].attachment.as_deref(), Some("a.txtx-"));
}

#[test]
fn folders_have_no_links() {
    let folder = Item {
        location: Location::Local("/tmp".into()),
        kind: ItemKind::Folder,
        name: shown("tmp/"),
        size: None,
    };
    let queue = Snapshot::default();
    let made = with_cx(&mut Tickets::default(), &queue, |cx| {
        ShareDialog::new(&vec![folder].into(), cx)
    });
    assert!(made.unwrap_err().contains("single objects"));
}

#[test]
fn looks() {
    let mut play = Play::new(&["IMG_20260311_0002.CR3"]);
    play.sign();
    insta::assert_snapshot!("share_80x24", screen(&play.dialog, 80, 22));
    insta::assert_snapshot!("share_120x40", screen(&play.dialog, 120, 38));
    insta::assert_snapshot!("share_40x12", screen(&play.dialog, 40, 11));
    insta::assert_snapshot!("share_ascii", ascii_screen(&play.dialog, 80, 22));
    play.keys("<Tab><Left><Tab>image/png");
    play.sign();
    insta::assert_snapshot!("share_put_80x24", screen(&play.dialog, 80, 22));
}
