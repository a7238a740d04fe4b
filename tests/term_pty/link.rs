//! What becomes of the link: it is slow, it stalls, it goes away, it answers late.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::session::*;

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
    session.wait("▌  row-001.txt");
    session.send("\x1b[106u").wait("▌  row-002.txt");
    assert!(!session.text().contains("rgb:"));
    session.send("\x1b[113u");
    session.restored();
    assert!(
        find(&session.raw(), b"\x1b[<u"),
        "the keyboard is given back"
    );
}

#[test]
fn the_last_answer_ends_the_questions() {
    let world = world("");
    let mut session = browse(&world);
    session.until("the questions", |r| find(&r.raw, b"\x1b[c"));
    // What comes behind DA1 was asked by somebody else, or is late.
    session.send("\x1b[?62;22c\x1b[?0u\x1b[?2026;2$y\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    session.send("j").wait("▌  row-001.txt");
    session.send("\x0c").send("j").wait("▌  row-002.txt");
    let raw = session.raw();
    assert!(!find(&raw, b"\x1b[>5u") && !find(&raw, b"\x1b[?2026h"));
    assert!(!session.text().contains("rgb:"));
    session.send("q");
    session.restored();
}

#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    for way in ["close", "HUP", "TERM"] {
        let world = world("on_hangup = \"finish\"");
        let mut session = browse(&world);
        match way {
            "close" => session.leave(),
            signal => session.signal(signal),
        }
        let status = session.ended();
        assert!(status.success(), "{way}: {status:?}");
    }
}

#[test]
fn without_a_terminal_transfers_arrive_and_nothing_spins() {
    let limit = "[transfer]\nbandwidth = \"400KB\"";
    let world = world(&format!("on_hangup = \"finish\"\n{limit}"));
    world.object("far/a-large-one.bin", "x".repeat(3 << 20));
    let mut session = browse(&world);
    session.send("\x1b[15~").until("some of it", |r| {
        let text = r.screen.screen().contents();
        text.contains('%') && !text.contains("listing")
    });
    let before = session.used();
    session.leave();
    let after = session.used_at_the_end();
    assert!(session.ended().success());
    let whole = near(&world, "a-large-one.bin").unwrap();
    assert_eq!(whole.len(), 3 << 20);
    // The rest takes more than five seconds at that speed: a loop that finds no terminal would
    // use all of them, an own build of the tests for the rest less than one.
    let used = after.ticks - before.ticks;
    assert!(used < 150, "{used} hundredths of a second");
}

#[test]
fn at_rest_nothing_is_written_and_hardly_anything_wakes_up() {
    let world = world("");
    let session = browse(&world);
    let settled = (0..20).any(|_| session.is_silent(Duration::from_secs(2)));
    assert!(settled, "it never comes to rest");
    let before = session.wakeups();
    let seconds = 6;
    assert!(session.is_silent(Duration::from_secs(seconds)));
    let wakeups = session.wakeups() - before;
    assert!(wakeups <= 2 * seconds, "{wakeups} in {seconds} seconds");
    session.signal("TERM");
}

/// The far end of a slow link, in its own time: 64 KiB a second, and a tenth of a second each way.
#[derive(Default)]
struct Slow {
    queued: usize,
    seen: usize,
    most: usize,
}

impl Slow {
    const RATE: usize = 64 << 10;

    /// A thirtieth of a second, in which the program wrote up to so many bytes.
    fn step(&mut self, written: usize) {
        self.queued += written - self.seen;
        self.seen = written;
        self.queued = self.queued.saturating_sub(Self::RATE / 30);
        self.most = self.most.max(self.queued);
    }

    /// How long what is queued takes to arrive, in thousandths of a second.
    fn late(&self) -> usize {
        100 + self.queued * 1000 / Self::RATE
    }
}

#[test]
fn a_held_key_is_over_when_it_is_let_go() {
    let world = world("");
    for n in 60..120 {
        world.object(&format!("far/row-{n:03}.txt"), "");
    }
    let mut session = browse(&world);
    let mut link = Slow {
        seen: session.raw().len(),
        ..Slow::default()
    };
    // Three seconds of repeats. Each gets a frame of its own: no link is slower than that.
    for n in 1..=90 {
        session.send("j").wait(&format!("▌  row-{n:03}.txt"));
        link.step(session.raw().len());
        assert!(link.late() <= 300, "{n}: {} ms", link.late());
    }
    assert!(link.seen > 90 * 40, "nothing was drawn");
    session.send("q");
    session.restored();
}

#[test]
fn long_frames_wait_for_the_answer_of_the_terminal() {
    let world = world("");
    let mut session = browse(&world);
    session.until("the questions", |r| find(&r.raw, b"\x1b[c"));
    assert!(!find(&session.raw(), b"\x1b[5n"), "before it was heard");
    session.send("\x1b[?62;22c");
    let asked = |raw: &[u8]| raw.windows(4).filter(|w| *w == b"\x1b[5n").count();
    // Whole screens; each is answered when it is there.
    for n in 1..=5 {
        session.send("\x0c");
        session.until("a sign of life is asked for", |r| asked(&r.raw) == n);
        session.send("\x1b[0n");
    }
    // Short frames go out as they are.
    session.send("j").wait("▌  row-001.txt");
    session.send("j").wait("▌  row-002.txt");
    assert_eq!(asked(&session.raw()), 5);
    session.send("q");
    session.restored();
}

#[test]
fn a_terminal_that_stalls_for_thirty_seconds_holds_up_nothing_and_catches_up_at_once() {
    // The copy measures the time: 30 s and a little at this speed.
    let world = world("[transfer]\nbandwidth = \"400KB\"");
    world.object("far/a-large-one.bin", "x".repeat(12_400_000));
    let mut session = browse(&world);
    session.flow(Flow::Stalled);
    session.send("\x1b[15~");
    let (before, bytes) = (session.used(), session.raw().len());
    let began = Instant::now();
    // Everything anew, page up and down, as long as the copy takes: hundreds of frames.
    let mut keys = 0;
    let arrived = near_file(&world, "a-large-one.bin", || {
        session.send("\x1b[6~\x0c\x1b[5~\x0c");
        keys += 4;
    });
    let stalled = began.elapsed();
    assert!(arrived, "the copy waits for the terminal");
    assert!(stalled.as_secs() >= 30, "only {stalled:?}");
    let after = session.used();
    let grown = after.memory.saturating_sub(before.memory);
    assert!(keys > 400, "only {keys} keys");
    assert!(grown < 48 << 10, "{grown} kB more");
    session.send("\x1b[Hjjj").flow(Flow::Taken);
    session.wait("▌  row-002.txt").wait("1 done");
    // What lay between us and the terminal already, and a frame or two.
    let caught_up = session.raw().len() - bytes;
    assert!(caught_up < 48 << 10, "{caught_up} bytes");
    session.signal("TERM");
    session.restored();
}

#[test]
fn in_tmux_the_buffer_holds_the_link() {
    let there = Command::new("tmux").arg("-V").output();
    let there = there.is_ok_and(|out| out.status.success());
    assert!(
        there,
        "this test needs tmux: apt install tmux, brew install tmux"
    );
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
    session.wait("▌  row-001.txt");
    let text = session.text();
    assert!(!text.contains("rgb") && !text.contains("62;52"), "{text}");
    session.send("q");
    session.restored();
}
