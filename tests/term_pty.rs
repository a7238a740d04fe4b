//! The life of the program on a terminal: a dropped link, a stalled one, a stop and a return, late
//! answers, tmux. Every wait is for something to be seen; nothing sleeps.

#![cfg(all(feature = "demo", unix))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking; the support module serves other tests too"
)]

mod support;

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use support::World;

/// What stands still this long has failed. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(40);

const PROGRAM: &str = env!("CARGO_BIN_EXE_windlass");

/// What the terminal received.
struct Received {
    screen: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    /// Whether the terminal takes nothing.
    stalled: bool,
}

type Shared = Arc<(Mutex<Received>, Condvar)>;

/// A program on a terminal.
struct Session {
    shared: Shared,
    input: Option<Box<dyn Write + Send>>,
    child: Option<Box<dyn Child + Send + Sync>>,
    master: Option<Box<dyn MasterPty + Send>>,
}

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

impl Session {
    fn open(world: &World, program: &str, args: &[&str]) -> Self {
        let pty = native_pty_system().openpty(size((120, 40))).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("PS1", "prompt> "),
        ] {
            command.env(name, value);
        }
        for (name, value) in world.vars() {
            command.env(name, value);
        }
        command.cwd(world.path(""));
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let shared: Shared = Arc::new((
            Mutex::new(Received {
                screen: vt100::Parser::new(40, 120, 0),
                raw: Vec::new(),
                closed: false,
                stalled: false,
            }),
            Condvar::new(),
        ));
        let reader = pty.master.try_clone_reader().unwrap();
        let theirs = shared.clone();
        std::thread::spawn(move || receive(reader, &theirs));
        Self {
            shared,
            input: Some(pty.master.take_writer().unwrap()),
            child: Some(child),
            master: Some(pty.master),
        }
    }

    fn send(&mut self, bytes: &str) -> &mut Self {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes.as_bytes()).unwrap();
        input.flush().unwrap();
        self
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Received) -> bool) -> &mut Self {
        let (lock, changed) = &*self.shared;
        let received = lock.lock().unwrap();
        let waits = |r: &mut Received| !holds(r) && !r.closed;
        let (received, _) = changed
            .wait_timeout_while(received, PATIENCE, waits)
            .unwrap();
        assert!(
            holds(&received),
            "never seen: {what}\n{}",
            received.screen.screen().contents()
        );
        drop(received);
        self
    }

    fn wait(&mut self, text: &str) -> &mut Self {
        self.until(text, |r| r.screen.screen().contents().contains(text))
    }

    fn text(&self) -> String {
        self.shared.0.lock().unwrap().screen.screen().contents()
    }

    fn raw(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().raw.clone()
    }

    fn resize(&mut self, to: (u16, u16)) -> &mut Self {
        self.shared
            .0
            .lock()
            .unwrap()
            .screen
            .screen_mut()
            .set_size(to.1, to.0);
        self.master.as_ref().unwrap().resize(size(to)).unwrap();
        self
    }

    /// The terminal takes nothing from now on.
    fn stall(&mut self) -> &mut Self {
        self.shared.0.lock().unwrap().stalled = true;
        self
    }

    fn id(&self) -> String {
        self.child
            .as_ref()
            .unwrap()
            .process_id()
            .unwrap()
            .to_string()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id()]).status();
        assert!(sent.unwrap().success());
    }

    /// How the program ended; it must end.
    fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let mut killer = child.clone_killer();
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || told.send(child.wait().unwrap()));
        heard.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            killer.kill().unwrap();
            panic!("it does not end\n{}", self.text())
        })
    }

    /// Ends well, and leaves the terminal as it was.
    fn restored(&mut self) {
        let status = self.ended();
        self.until("the end", |r| r.closed);
        let received = self.shared.0.lock().unwrap();
        let screen = received.screen.screen();
        assert!(status.success(), "{status:?}");
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
        }
    }
}

fn receive(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = [0; 4096];
    let (lock, changed) = &**shared;
    loop {
        if lock.lock().unwrap().stalled {
            return;
        }
        let read = reader.read(&mut buffer);
        let mut received = lock.lock().unwrap();
        match read {
            Ok(n @ 1..) => {
                received.screen.process(&buffer[..n]);
                received.raw.extend_from_slice(&buffer[..n]);
            }
            _ => received.closed = true,
        }
        changed.notify_all();
        if received.closed {
            return;
        }
    }
}

fn world(setting: &str) -> World {
    let world = World::default();
    for n in 0..60 {
        world.object(&format!("far/row-{n:03}.txt"), format!("far {n}"));
    }
    world.file("near/one.txt", "near one");
    let right = world.path("near").display().to_string();
    world.file(
        "config.toml",
        format!("[interface]\nright = \"{right}\"\n{setting}\n"),
    );
    world
}

fn browse(world: &World) -> Session {
    let config = world.path("config.toml").display().to_string();
    let mut session = Session::open(world, PROGRAM, &["s3://box/far/", "--config", &config]);
    session.wait("row-020.txt").wait("one.txt");
    session
}

fn near(world: &World, name: &str) -> Option<String> {
    std::fs::read_to_string(world.path("near").join(name)).ok()
}

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
        r.screen.screen().contents().contains("▌ row-002.txt")
    });
    assert!(world.content("far/row-001.txt").is_none());
    assert_eq!(mine(), "mine, and older than that");
    session.signal("TERM");
    session.restored();
}

#[test]
fn transfers_outlive_the_terminal_and_the_next_start_says_so() {
    for (setting, arrives) in [("finish", true), ("pause", false), ("quit", false)] {
        let limit = "[transfer]\nbandwidth = \"800KB\"";
        let world = world(&format!("on_hangup = \"{setting}\"\n{limit}"));
        world.object("far/a-large-one.bin", "x".repeat(4 << 20));
        let mut session = browse(&world);
        session.send("\x1b[15~").until("some of it", |r| {
            let text = r.screen.screen().contents();
            text.contains('%') && !text.contains("listing")
        });
        session.signal("HUP");
        assert!(session.ended().success());
        let whole = near(&world, "a-large-one.bin").is_some_and(|text| text.len() == 4 << 20);
        assert_eq!(whole, arrives, "{setting}");
        let mut session = browse(&world);
        session.send("E").wait("The terminal went away");
        session.wait(if arrives {
            "1 done"
        } else {
            "left as it stood"
        });
        session.signal("TERM");
        session.restored();
    }
}

#[test]
fn answers_type_nothing_and_split_keys_are_one_key() {
    let world = world("");
    let mut session = browse(&world);
    session.until("the questions", |r| find(&r.raw, b"\x1b[c"));
    let answers = "\x1bP1$r0m\x1b\\\x1b[?2026;2$y\x1b[?0u\x1b[?997;1n\
        \x1b]11;rgb:1515/1818/1e1e\x1b\\\x1bP>|tester(1)\x1b\\\x1b[40;2R\x1b[?62;22;52c\
        \x1b_Gi=31;OK\x1b\\\x1b[99;99z\x1b]99;x\x07";
    session.send(answers);
    // The kitty keyboard is turned on by its answer.
    session.until("the keyboard", |r| find(&r.raw, b"\x1b[>5u"));
    session.send(answers).send(answers);
    // A key that comes in three pieces.
    for piece in ["\x1b", "[", "B"] {
        session.send(piece);
    }
    session.wait("▌ row-001.txt");
    session.send("\x1b[106u").wait("▌ row-002.txt");
    assert!(!session.text().contains("rgb:"));
    session.send("\x1b[113u");
    session.restored();
    assert!(
        find(&session.raw(), b"\x1b[<u"),
        "the keyboard is given back"
    );
}

fn find(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn paste_focus_mouse_and_a_storm_of_sizes() {
    let world = world("");
    let mut session = browse(&world);
    // A paste is data: no d, no y, no q.
    session.send("\x1b[200~dyq\r\x1b[201~\x1b[I\x1b[O\x1b[I");
    session.send("j").wait("▌ row-001.txt");
    for (width, height) in [(40, 12), (200, 60), (80, 24), (38, 9), (90, 30), (120, 40)] {
        session.resize((width, height));
    }
    session.send("j").wait("▌ row-002.txt");
    session.until("the whole screen", |r| {
        let text = r.screen.screen().contents();
        text.contains("one.txt") && text.contains("row-020.txt") && text.contains("? help")
    });
    // The wheel moves the list and not the cursor; a click moves the cursor.
    let (x, y) = place(&session, "row-010.txt");
    session.send(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    session.wait("▌ row-010.txt");
    assert_eq!(near(&world, "row-001.txt"), None);
    session.send("q");
    session.restored();
}

/// Column and row, from 1, of a text on the screen.
fn place(session: &Session, text: &str) -> (usize, usize) {
    let screen = session.text();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, l)| l.contains(text))
        .unwrap();
    let at = line.find(text).unwrap();
    (line[..at].chars().count() + 1, y + 1)
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
    session.send("j").wait("▌ row-001.txt");
    session.send("q").until("the prompt", |r| {
        let screen = r.screen.screen();
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
    });
    session.send("exit\r");
    session.restored();
}

#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    for way in ["close", "HUP", "TERM"] {
        let world = world("on_hangup = \"finish\"");
        let mut session = browse(&world);
        match way {
            "close" => {
                // The reader holds the other end of the terminal until the next bytes.
                session.stall();
                session.send("j");
                session.input = None;
                session.master = None;
            }
            signal => session.signal(signal),
        }
        let status = session.ended();
        assert!(status.success(), "{way}: {status:?}");
    }
}

#[test]
fn a_stalled_terminal_holds_up_nothing() {
    let world = world("");
    let mut session = browse(&world);
    session.stall();
    // More than any buffer in between takes: pages up and down, and everything anew each time.
    for _ in 0..300 {
        session.send("\x1b[6~\x0c\x1b[5~\x0c");
    }
    // The link is slower than the copy.
    session.send("\x1b[H\x1b[15~");
    let mut copied = Command::new("/bin/sh");
    let file = world.path("near/row-000.txt");
    copied.args([
        "-c",
        &format!("until test -s '{}'; do :; done", file.display()),
    ]);
    assert!(copied.status().unwrap().success());
    session.signal("TERM");
    assert!(session.ended().success());
}

#[test]
fn in_tmux_the_buffer_holds_the_link() {
    let there = Command::new("tmux").arg("-V").output();
    if !there.is_ok_and(|out| out.status.success()) {
        eprintln!("tmux is not installed: nothing was tested");
        return;
    }
    let world = world("");
    let config = world.path("config.toml").display().to_string();
    let socket = world.path("tmux.sock").display().to_string();
    let mut session = Session::open(
        &world,
        "tmux",
        &[
            "-S",
            &socket,
            "-f",
            "/dev/null",
            "new-session",
            PROGRAM,
            "s3://box/far/",
            "--config",
            &config,
        ],
    );
    session.wait("row-020.txt").wait("one.txt");
    session.send("s").wait("copied");
    let buffer = Command::new("tmux")
        .args(["-S", &socket, "show-buffer"])
        .output()
        .unwrap();
    let link = String::from_utf8(buffer.stdout).unwrap();
    let printed = world.ok(&["presign", "s3://box/far/row-000.txt"]);
    let before_date = |url: &str| url.split("X-Amz-Date").next().unwrap().to_owned();
    assert_eq!(before_date(&link), before_date(&printed));
    assert!(link.contains("X-Amz-Signature="), "{link}");
    session
        .send("\x1b]11;rgb:0/0/0\x1b\\\x1b[?62;52c")
        .send("j");
    session.wait("▌ row-001.txt");
    session.send("q");
    session.restored();
}
