//! What a person does: keys, pastes, drags, another size, an editor, a stop and a return.

use std::process::Command;

use base64::Engine as _;

use crate::session::*;

#[test]
fn copy_conflict_and_delete() {
    let world = world("");
    let mut session = browse(&world);
    session.send("\x1b[15~").wait("1 done");
    assert_eq!(near(&world, "row-000.txt").as_deref(), Some("far 0"));
    // Whatever lies in the way is never replaced without a word.
    world.file("near/row-001.txt", "mine, and older than that");
    session.send("j\x1b[15~").until("a question", |r| {
        let text = r.screen.screen().contents();
        text.contains("exists") || text.contains("already") || text.contains("need")
    });
    let mine = || near(&world, "row-001.txt").unwrap();
    assert_eq!(mine(), "mine, and older than that");
    session.send("\x1b[27u").until("the panes alone", |r| {
        !r.screen.screen().contents().contains('╭')
    });
    session.send("d").until("a confirmation", |r| {
        r.screen.screen().contents().contains('╭')
    });
    assert!(world.content("far/row-001.txt").is_some());
    session.send("y").until("the row is gone", |r| {
        let text = r.screen.screen().contents();
        !text.contains('╭') && text.matches("row-001.txt").count() <= 2
    });
    session.until("the next row", |r| {
        r.screen.screen().contents().contains("▌  row-002.txt")
    });
    assert!(world.content("far/row-001.txt").is_none());
    assert_eq!(mine(), "mine, and older than that");
    session.signal("TERM");
    session.restored();
}

#[test]
fn paste_focus_mouse_and_a_storm_of_sizes() {
    let world = world("");
    let mut session = browse(&world);
    // A paste is data: no d, no y, no q.
    session.send("\x1b[200~dyq\r\x1b[201~\x1b[I\x1b[O\x1b[I");
    session.send("j").wait("▌  row-001.txt");
    for (width, height) in [(40, 12), (200, 60), (80, 24), (38, 9), (90, 30), (120, 40)] {
        session.resize((width, height));
    }
    session.send("j").wait("▌  row-002.txt");
    session.until("the whole screen", |r| {
        let text = r.screen.screen().contents();
        text.contains("one.txt") && text.contains("row-020.txt") && text.contains("? help")
    });
    // The wheel moves the list and not the cursor; a click moves the cursor.
    let (x, y) = place(&session, "row-010.txt");
    session.send(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    session.wait("▌  row-010.txt");
    assert_eq!(near(&world, "row-001.txt"), None);
    session.send("q");
    session.restored();
}

#[test]
fn stopped_and_back_again() {
    let world = world("");
    let config = world.path("config.toml").display().to_string();
    let mut session = Session::open(&world, "/bin/bash", &["--norc", "--noprofile", "-i"]);
    session.wait("prompt>");
    session.send(&format!("{PROGRAM} s3://box/far/ --config {config}\r"));
    session.wait("row-020.txt").wait("one.txt");
    session.send("\x1a").wait("Stopped");
    {
        let received = session.shared.0.lock().unwrap();
        let screen = received.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
    session.resize((100, 30));
    session.send("fg\r").until("the browser again", |r| {
        let screen = r.screen.screen();
        screen.alternate_screen() && screen.contents().contains("row-020.txt")
    });
    session.send("j").wait("▌  row-001.txt");
    session.send("q").until("the prompt", |r| {
        let screen = r.screen.screen();
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
    });
    session.send("exit\r");
    session.restored();
}

/// A report of the mouse: button, with 32 while it is held; column and row; press or release.
fn mouse(button: u8, (x, y): (usize, usize), end: char) -> String {
    format!("\x1b[<{button};{x};{y}{end}")
}

#[test]
fn a_drag_to_the_other_pane_copies_what_was_dropped() {
    let world = world("");
    let mut session = browse(&world);
    let (from, to) = (place(&session, "row-007.txt"), place(&session, "one.txt"));
    let between = (to.0 + 2, from.1);
    session.send(&mouse(0, from, 'M'));
    session.send(&mouse(32, between, 'M'));
    session.send(&mouse(32, (to.0, to.1 + 3), 'M'));
    session.wait("Drop to copy");
    session.send(&mouse(0, (to.0, to.1 + 3), 'm'));
    session.wait("Drop row-007.txt").send("\r").wait("1 done");
    assert_eq!(near(&world, "row-007.txt").as_deref(), Some("far 7"));
    // A drag that is given up does nothing.
    session.send(&mouse(0, from, 'M'));
    session.send(&mouse(32, between, 'M'));
    session.wait("Drop to copy").send("\x1b[27u");
    session.until("no drag", |r| {
        !r.screen.screen().contents().contains("Drop to copy")
    });
    session.send(&mouse(0, between, 'm'));
    session.send("\x1b[H").wait("▌  row-000.txt");
    assert!(!session.text().contains('╭'));
    session.send("q");
    session.restored();
}

/// What a link points to, without what depends on the time.
fn steady(link: &str) -> String {
    assert!(link.contains("X-Amz-Signature="), "{link}");
    link.split("X-Amz-Date").next().unwrap().to_owned()
}

#[test]
fn a_link_goes_to_the_clipboard_of_the_terminal_and_can_be_seen_in_one_piece() {
    let world = world("");
    let printed = world.ok(&["presign", "s3://box/far/row-000.txt"]);
    let mut session = browse(&world);
    // The terminal never says whether it took it, and neither do we.
    session.send("s").wait("sent to your terminal clipboard");
    let raw = session.raw();
    let text = String::from_utf8_lossy(&raw);
    let coded = text.split("\x1b]52;c;").nth(1).unwrap();
    let coded = coded.split("\x1b\\").next().unwrap();
    let link = base64::engine::general_purpose::STANDARD.decode(coded);
    let link = String::from_utf8(link.unwrap()).unwrap();
    assert_eq!(steady(&link), steady(&printed));
    session.send("S").wait("plain text").send("t");
    session.until("the bare terminal", |r| {
        let screen = r.screen.screen();
        !screen.alternate_screen() && screen.contents().contains("Enter goes back")
    });
    let raw = String::from_utf8(session.raw()).unwrap();
    let bare = raw.rsplit("\x1b[?1049l").next().unwrap();
    let bare = bare.split("\r\n").find(|line| line.starts_with("http"));
    assert_eq!(steady(bare.unwrap()), steady(&printed));
    session.send("\r").until("the browser again", |r| {
        let screen = r.screen.screen();
        screen.alternate_screen() && screen.contents().contains("plain text")
    });
    session.signal("TERM");
    session.restored();
}

#[test]
fn an_editor_has_the_terminal_for_itself() {
    let world = world("");
    let editor = world.file(
        "editor",
        "#!/bin/sh\necho editor here\nread line </dev/tty\nprintf %s \"$line\" >>\"$1\"\n",
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&editor, mode).unwrap();
    let config = world.path("config.toml").display().to_string();
    let args = ["s3://box/far/", "--config", &config];
    let editor = editor.to_str().unwrap();
    let mut session = Session::open_with(&world, PROGRAM, &args, &[("EDITOR", editor)]);
    session.wait("row-020.txt").wait("one.txt");
    session.send("e").wait("editor here");
    {
        let received = session.shared.0.lock().unwrap();
        let screen = received.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
    // Keys that would quit, delete and copy here.
    session.send("qdyj\r").until("the browser again", |r| {
        let screen = r.screen.screen();
        screen.alternate_screen() && screen.contents().contains("row-020.txt")
    });
    session.send("j").wait("▌  row-001.txt");
    let mut saved = Command::new("/bin/sh");
    let stored = world.stored("far/row-000.txt");
    saved.args([
        "-c",
        &format!(
            "until grep -q '^far 0qdyj$' '{}'; do :; done",
            stored.display()
        ),
    ]);
    assert!(saved.status().unwrap().success());
    session.send("q");
    session.restored();
}
