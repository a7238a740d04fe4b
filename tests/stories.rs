//! Whole stories: the built program on a real terminal, with a real server behind it. What the
//! person sees is read from the screen; what happened is read from the server and the disk.

#![cfg(all(feature = "demo", unix))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking; the support module serves other tests too"
)]

mod support;

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use support::World;

/// A story that stands still this long has failed. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(30);

const ROWS: u16 = 30;
const COLUMNS: u16 = 110;

/// The program on a terminal.
struct Stage {
    screen: vt100::Parser,
    raw: Vec<u8>,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Stage {
    fn open(world: &World, args: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in world.vars() {
            command.env(name, value);
        }
        command.cwd(world.path(""));
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let input = pty.master.take_writer().unwrap();
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self {
            screen,
            raw: Vec::new(),
            output,
            input,
            child,
            _master: pty.master,
        }
    }

    fn type_keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Reads until the condition holds.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            match self.output.recv_timeout(Duration::from_millis(50)) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend_from_slice(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    panic!(
                        "the program ended while waiting for {what}\n{}",
                        self.text()
                    );
                }
            }
            assert!(Instant::now() < end, "never seen: {what}\n{}", self.text());
        }
    }

    fn wait(&mut self, text: &str) {
        self.until(text, |stage| stage.text().contains(text));
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Column and row, from 1, of a text on the screen, at or behind a column.
    fn place(&self, text: &str, from_column: u16) -> (u16, u16) {
        for row in 0..ROWS {
            let line = self
                .screen
                .screen()
                .contents_between(row, from_column, row, COLUMNS);
            if let Some(at) = line.find(text) {
                let cells = u16::try_from(line[..at].chars().count()).unwrap();
                return (from_column + cells + 1, row + 1);
            }
        }
        panic!("{text} is not on the screen\n{}", self.text());
    }

    /// Sends a mouse report: button 0 with the motion bit (32) for a drag.
    fn mouse(&mut self, button: u16, (column, row): (u16, u16), end: char) {
        self.type_keys(&format!("\x1b[<{button};{column};{row}{end}"));
    }

    /// Quits; the program must end well and leave the terminal as it was.
    fn quit(mut self) {
        self.type_keys("q");
        let end = Instant::now() + PATIENCE;
        let status = loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.screen.process(&bytes);
                self.raw.extend_from_slice(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not quit\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status:?}\n{}", self.text());
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.screen.process(&bytes);
            self.raw.extend_from_slice(&bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

fn world() -> World {
    let world = World::default();
    for name in ["one.txt", "two.txt", "three.txt"] {
        world.object(&format!("far/{name}"), format!("far {name}"));
        world.file(&format!("near/{name}.up"), format!("near {name}"));
    }
    world
}

/// The program with the bucket's folder on the left and the local one on the right.
fn browse(world: &World) -> Stage {
    let config = world.file("config.toml", "[interface]\nright = \"near\"\n");
    let right = world.path("near").display().to_string();
    std::fs::write(&config, format!("[interface]\nright = \"{right}\"\n")).unwrap();
    let mut stage = Stage::open(
        world,
        &["s3://box/far/", "--config", config.to_str().unwrap()],
    );
    stage.wait("two.txt.up");
    // Each name stands in both panes.
    stage.until("the objects", |stage| {
        stage.text().matches("three.txt").count() == 2
    });
    stage
}

fn near(world: &World, name: &str) -> Option<String> {
    std::fs::read_to_string(world.path("near").join(name)).ok()
}

#[test]
fn f5_copies_a_marked_set_both_ways() {
    let world = world();
    let mut stage = browse(&world);
    stage.type_keys("*");
    stage.wait("3 marked");
    stage.type_keys("\x1b[15~");
    stage.until("three files near", |_| near(&world, "three.txt").is_some());
    stage.wait("3 done");
    for name in ["one.txt", "two.txt", "three.txt"] {
        assert_eq!(near(&world, name), Some(format!("far {name}")));
    }
    stage.type_keys("\t+*.up\r");
    stage.wait("3 marked");
    stage.type_keys("\x1b[15~");
    stage.until("three objects", |_| {
        world.content("far/two.txt.up").is_some()
    });
    stage.until("all of them", |_| {
        ["one", "two", "three"]
            .iter()
            .all(|n| world.content(&format!("far/{n}.txt.up")).is_some())
    });
    assert_eq!(
        world.content("far/one.txt.up").as_deref(),
        Some("near one.txt")
    );
    stage.quit();
}

#[test]
fn yank_and_paste_copy_and_cut_moves() {
    let world = world();
    let mut stage = browse(&world);
    stage.type_keys("  y\tp");
    stage.until("two files near", |_| {
        near(&world, "one.txt").is_some() && near(&world, "three.txt").is_some()
    });
    assert_eq!(near(&world, "two.txt"), None, "it was not marked");
    stage.type_keys("\tGx\tp");
    stage.until("the third", |_| near(&world, "two.txt").is_some());
    stage.until("its source is gone", |_| {
        world.content("far/two.txt").is_none()
    });
    stage.quit();
}

#[test]
fn dragging_with_the_mouse_copies() {
    let world = world();
    let mut stage = browse(&world);
    let from = stage.place("two.txt", 0);
    let to = stage.place("two.txt.up", 50);
    stage.mouse(0, from, 'M');
    stage.mouse(32, (from.0 + 5, from.1), 'M');
    stage.mouse(32, to, 'M');
    stage.wait("Drop to copy");
    stage.mouse(0, to, 'm');
    stage.wait("Copy");
    stage.type_keys("\r");
    stage.until("the file", |_| near(&world, "two.txt").is_some());
    assert_eq!(near(&world, "two.txt").as_deref(), Some("far two.txt"));
    stage.quit();
}

#[test]
fn a_link_reaches_the_clipboard_of_the_terminal() {
    use base64::Engine as _;
    let world = world();
    let mut stage = browse(&world);
    stage.type_keys("s");
    stage.until("a clipboard write", |stage| osc52(&stage.raw).is_some());
    let text = osc52(&stage.raw).unwrap();
    let link = base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap();
    let link = String::from_utf8(link).unwrap();
    let printed = world.ok(&["presign", "s3://box/far/one.txt"]);
    let before_date = |url: &str| url.split("X-Amz-Date").next().unwrap().to_owned();
    assert_eq!(before_date(&link), before_date(&printed));
    assert!(link.contains("X-Amz-Expires=3600"), "one hour");
    assert!(
        !stage.text().contains("X-Amz-Signature"),
        "the screen keeps the secret"
    );
    stage.quit();
}

/// The payload of the last OSC 52 in what the terminal received.
fn osc52(raw: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(raw);
    let payload = text.rsplit_once("\x1b]52;c;")?.1;
    let end = payload.find(['\x07', '\x1b'])?;
    Some(payload[..end].to_owned())
}
