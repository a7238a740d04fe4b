//! A program on a pseudo terminal, with what it shows and what it uses.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use crate::support::World;

/// What stands still this long has failed. Nothing is measured by it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_windlass");

/// What the terminal received.
pub(crate) struct Received {
    pub(crate) screen: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    closed: bool,
    flow: Flow,
}

/// What the terminal does with what is written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Taken,
    /// It stays where it is.
    Stalled,
    /// Nobody will ever take it.
    Left,
}

pub(crate) type Shared = Arc<(Mutex<Received>, Condvar)>;

/// A program on a terminal.
pub(crate) struct Session {
    pub(crate) shared: Shared,
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
    pub(crate) fn open(world: &World, program: &str, args: &[&str]) -> Self {
        Self::open_with(world, program, args, &[])
    }

    /// With more variables.
    pub(crate) fn open_with(
        world: &World,
        program: &str,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Self {
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
        for (name, value) in more {
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
                flow: Flow::Taken,
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

    pub(crate) fn send(&mut self, bytes: &str) -> &mut Self {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes.as_bytes()).unwrap();
        input.flush().unwrap();
        self
    }

    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Received) -> bool) -> &mut Self {
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

    pub(crate) fn wait(&mut self, text: &str) -> &mut Self {
        self.until(text, |r| r.screen.screen().contents().contains(text))
    }

    pub(crate) fn text(&self) -> String {
        self.shared.0.lock().unwrap().screen.screen().contents()
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().raw.clone()
    }

    pub(crate) fn resize(&mut self, to: (u16, u16)) -> &mut Self {
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

    /// What becomes of what is written, from the next bytes on.
    pub(crate) fn flow(&mut self, flow: Flow) -> &mut Self {
        let (lock, changed) = &*self.shared;
        lock.lock().unwrap().flow = flow;
        changed.notify_all();
        self
    }

    /// The terminal is gone for good.
    pub(crate) fn leave(&mut self) {
        self.flow(Flow::Left);
        // The reader holds the other end of the terminal until the next bytes.
        self.send("j");
        self.input = None;
        self.master = None;
    }

    /// Whether nothing at all comes for so long.
    pub(crate) fn is_silent(&self, long: Duration) -> bool {
        let (lock, changed) = &*self.shared;
        let received = lock.lock().unwrap();
        let before = received.raw.len();
        let waits = |r: &mut Received| r.raw.len() == before && !r.closed;
        let (_received, waited) = changed.wait_timeout_while(received, long, waits).unwrap();
        waited.timed_out()
    }

    /// How often the program's threads woke up so far.
    pub(crate) fn wakeups(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id())).unwrap();
        let of = |task: std::io::Result<std::fs::DirEntry>| {
            let status = std::fs::read_to_string(task.unwrap().path().join("status"));
            // A thread that ended meanwhile wakes up no more.
            let status = status.unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("voluntary"));
            line.map_or(0, |line| {
                line.split_whitespace().nth(1).unwrap().parse().unwrap()
            })
        };
        tasks.map(of).sum()
    }

    /// Processor time that the program has used, its memory in kilobytes, and its threads.
    pub(crate) fn used(&self) -> Used {
        Used::of(&self.id())
    }

    pub(crate) fn id(&self) -> String {
        self.child
            .as_ref()
            .unwrap()
            .process_id()
            .unwrap()
            .to_string()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id()]).status();
        assert!(sent.unwrap().success());
    }

    /// What the program had used when it ended; it must end.
    pub(crate) fn used_at_the_end(&self) -> Used {
        let id = self.id();
        let pid = rustix::process::Pid::from_raw(id.parse().unwrap()).unwrap();
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Not yet taken away: its figures can still be read.
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let ended = waitid(WaitId::Pid(pid), options);
            told.send(ended.is_ok().then(|| Used::of(&id)))
        });
        heard.recv_timeout(PATIENCE).unwrap().unwrap()
    }

    /// How the program ended; it must end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
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
    pub(crate) fn restored(&mut self) {
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
        let read = reader.read(&mut buffer);
        let received = lock.lock().unwrap();
        let stalled = |r: &mut Received| r.flow == Flow::Stalled;
        let mut received = changed.wait_while(received, stalled).unwrap();
        match read {
            _ if received.flow == Flow::Left => return,
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

/// What a program has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    /// Processor time, in hundredths of a second.
    pub(crate) ticks: u64,
    /// Memory, in kilobytes; 0 once it has ended.
    pub(crate) memory: u64,
}

impl Used {
    fn of(id: &str) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = |text: &str| text.parse::<u64>().unwrap();
        Self {
            ticks: number(fields[11]) + number(fields[12]),
            memory: memory.map_or(0, |text| number(text.split_whitespace().next().unwrap())),
        }
    }
}

pub(crate) fn world(setting: &str) -> World {
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

pub(crate) fn browse(world: &World) -> Session {
    let config = world.path("config.toml").display().to_string();
    let mut session = Session::open(world, PROGRAM, &["s3://box/far/", "--config", &config]);
    session.wait("row-020.txt").wait("one.txt");
    session
}

pub(crate) fn near(world: &World, name: &str) -> Option<String> {
    std::fs::read_to_string(world.path("near").join(name)).ok()
}

/// Whether a file is there in the end. Ten times a second until then, something else is done.
pub(crate) fn near_file(world: &World, name: &str, mut meanwhile: impl FnMut()) -> bool {
    let path = world.path("near").join(name);
    let (_never, ticks) = std::sync::mpsc::channel::<()>();
    let end = std::time::Instant::now() + 3 * PATIENCE;
    while !path.exists() && std::time::Instant::now() < end {
        meanwhile();
        // Nothing is ever told: it is a pause.
        let _ = ticks.recv_timeout(Duration::from_millis(100));
    }
    path.exists()
}

pub(crate) fn find(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

/// Column and row, from 1, of a text on the screen.
pub(crate) fn place(session: &Session, text: &str) -> (usize, usize) {
    let screen = session.text();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, l)| l.contains(text))
        .unwrap();
    let at = line.find(text).unwrap();
    (line[..at].chars().count() + 1, y + 1)
}
