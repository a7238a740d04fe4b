//! What is killed goes on: the built program against the server in the box, with every byte and
//! request in between counted.

#![cfg(all(feature = "demo", unix))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test binary uses its part of the world")]
mod support;

#[path = "support/gate.rs"]
mod gate;

#[path = "resume/answers.rs"]
mod answers;
#[path = "resume/half.rs"]
mod half;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gate::Gate;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{Ran, World, rows};

const MIB: u64 = 1 << 20;
const PART: u64 = 5 * MIB;
/// What requests and answers cost beside their bytes.
const WORDS: u64 = MIB / 2;
const OPTIONS: [&str; 4] = ["--part-size", "5MiB", "--parallel", "2"];
const NEVER: u64 = u64::MAX;

/// Bytes that differ everywhere and by seed.
fn bytes(len: u64, seed: u64) -> Vec<u8> {
    let mut state = seed * 2 + 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let len = usize::try_from(len).unwrap();
    let words = std::iter::repeat_with(&mut next).take(len / 8 + 1);
    let mut out: Vec<u8> = words.flatten().collect();
    out.truncate(len);
    out
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_mins(3), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A world behind a door.
struct Line {
    world: World,
    gate: Gate,
}

impl Line {
    fn new() -> Self {
        let world = World::default();
        let gate = Gate::new(&world.demo().profile.endpoint, NEVER);
        Self { world, gate }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.world.command(args);
        command.env("AWS_ENDPOINT_URL_S3", &self.gate.url);
        command
    }

    /// Runs the program to its end.
    fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs the program, which must succeed and say nothing on stderr; gives stdout.
    fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{args:?}: {ran:?}");
        ran.stdout
    }

    /// Runs the program, which must fail; gives stderr.
    fn fails(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        ran.stderr
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).spawn().unwrap()
    }

    fn transfers(&self) -> Vec<Value> {
        rows(&self.ok(&["transfers", "--json"]))
    }

    /// Bytes that the journals know to be done.
    fn done(&self) -> u64 {
        let all = self.transfers();
        all.iter().map(|row| row["done"].as_u64().unwrap()).sum()
    }

    fn states(&self) -> Vec<String> {
        let all = self.transfers();
        let state = |row: &Value| row["state"].as_str().unwrap().to_owned();
        all.iter().map(state).collect()
    }

    /// Parts that the server keeps of uploads that did not end.
    fn parts(&self) -> Vec<PathBuf> {
        let is = |path: &Path| path.to_string_lossy().contains("upload");
        find(&self.world.stored("").join(".."), &is)
    }

    fn journals(&self) -> Vec<PathBuf> {
        let is = |path: &Path| path.to_string_lossy().contains("queue-");
        find(&self.world.home(), &is)
    }

    /// Runs the program until so many bytes went over the line and the journal knows of so many.
    fn begin(&self, limit: u64, args: &[&str], done: u64) -> Child {
        self.gate.open(limit);
        let child = self.start(args);
        wait_until("half of it", || self.gate.is_shut() && self.done() >= done);
        child
    }

    /// The same, and kills it.
    fn kill_at(&self, limit: u64, args: &[&str], done: u64) {
        let mut child = self.begin(limit, args, done);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Opens the door for all that is to come.
    fn mend(&self) {
        self.gate.open(NEVER);
    }

    fn stored(&self, key: &str) -> Vec<u8> {
        std::fs::read(self.world.stored(key)).unwrap()
    }

    fn nothing_is_left(&self) {
        assert_eq!(self.parts(), Vec::<PathBuf>::new());
        assert_eq!(self.journals(), Vec::<PathBuf>::new());
        assert_eq!(self.ok(&["transfers"]), "nothing was interrupted\n");
        let half = |path: &Path| path.to_string_lossy().contains(".windlass-");
        assert_eq!(find(&self.world.path(""), &half), Vec::<PathBuf>::new());
    }
}

fn find(root: &Path, is: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let (mut todo, mut out) = (vec![root.to_path_buf()], Vec::new());
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if is(&path) {
                out.push(path);
            }
        }
    }
    out
}

fn cp<'a>(from: &'a str, to: &'a str) -> Vec<&'a str> {
    [&["cp", from, to][..], &OPTIONS[..]].concat()
}

#[test]
fn an_upload_that_is_killed_twice_sends_only_what_is_missing() {
    let line = Line::new();
    let size = 64 * MIB;
    line.world.file("big", bytes(size, 1));
    let flying = 3 * PART;
    line.kill_at(size / 2, &cp("big", "s3://box/big"), size / 2 - flying);
    assert_eq!(line.states(), ["interrupted"]);
    let id = line.transfers()[0]["id"].clone();
    let done = line.done();
    let again = ["transfers", "resume", "--parallel", "2"];
    line.kill_at(size / 4, &again, done + size / 4 - flying);
    // A new process asks once whether hashes are looked at, by an upload that it gives up.
    let opened = line.gate.asked(|line| line.starts_with("POST"));
    let given_up = line.gate.asked(|line| line.starts_with("DELETE"));
    assert_eq!((opened, given_up), (1, 1), "no new upload");
    assert_eq!(line.transfers()[0]["id"], id, "its name stays");
    let left = size - line.done();
    assert!(left < size * 3 / 4, "{left} bytes are left");
    line.mend();
    let ran = line.run(&again);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{ran:?}");
    assert!(
        line.gate.up() <= left + WORDS,
        "{} for {left}",
        line.gate.up()
    );
    let sent = line.gate.asked(|line| line.contains("partNumber"));
    // One of them is the byte of the question about hashes.
    let missing = left.div_ceil(PART);
    assert_eq!(sent as u64, missing + 1, "each missing part once");
    assert_eq!(line.stored("big"), bytes(size, 1));
    line.nothing_is_left();
}

#[test]
fn a_download_that_is_killed_twice_gets_only_what_is_missing() {
    let line = Line::new();
    let size = 64 * MIB;
    line.world.object("big", bytes(size, 1));
    let flying = 3 * PART;
    line.kill_at(size / 2, &cp("s3://box/big", "here/big"), size / 2 - flying);
    let done = line.done();
    let again = ["transfers", "resume", "--parallel", "2"];
    line.kill_at(size / 4, &again, done + size / 4 - flying);
    let left = size - line.done();
    assert!(left < size * 3 / 4, "{left} bytes are left");
    assert!(
        !line.world.path("here/big").exists(),
        "no half file has the name"
    );
    line.mend();
    let ran = line.run(&again);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{ran:?}");
    assert!(
        line.gate.down() <= left + WORDS,
        "{} for {left}",
        line.gate.down()
    );
    assert_eq!(
        std::fs::read(line.world.path("here/big")).unwrap(),
        bytes(size, 1)
    );
    line.nothing_is_left();
}

#[test]
fn a_tree_goes_on_where_its_listing_was_cut_off() {
    let line = Line::new();
    let (count, each) = (2400_u64, 1024);
    for number in 0..count {
        line.world
            .file(&format!("tree/{number:04}"), bytes(each, number));
    }
    let args = ["cp", "-r", "tree/", "s3://box/t/", "--parallel", "2"];
    let mut child = line.begin(count * each / 2, &args, 0);
    child.kill().unwrap();
    child.wait().unwrap();
    let stored = || {
        let whole = |path: &Path| path.file_name().is_some_and(|name| name.len() == 4);
        find(&line.world.stored("t"), &whole)
    };
    let there = stored().len() as u64;
    assert!((100..count).contains(&there), "{there} are there");
    let journal = std::fs::read_to_string(&line.journals()[0]).unwrap();
    let lines = journal.lines().count() as u64;
    assert!(lines <= 2 * (there + 1100) + 8, "{lines} lines for {there}");
    assert!(line.states().contains(&"listing".to_owned()));
    // A file of which nobody could write down that it is done is not sent again, nor asked about.
    line.mend();
    let ran = line.run(&["transfers", "resume", "--json"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{ran:?}");
    let puts = line.gate.asked(|line| line.starts_with("PUT")) as u64;
    assert!(puts <= count - there + 2, "{puts} puts, {there} were there");
    let done = rows(&ran.stdout);
    assert!(done.iter().all(|row| row["type"] == "done"), "{done:?}");
    assert_eq!(stored().len() as u64, count);
    for number in [0, there, count - 1] {
        let stored = std::fs::read(line.world.stored(&format!("t/{number:04}"))).unwrap();
        assert_eq!(stored, bytes(each, number));
    }
    line.nothing_is_left();
}

#[test]
fn a_move_that_is_killed_loses_nothing_and_can_be_finished() {
    let line = Line::new();
    let (count, each) = (600_u64, 1024);
    for number in 0..count {
        line.world
            .file(&format!("tree/{number:04}"), bytes(each, number));
    }
    let args = ["mv", "-r", "tree/", "s3://box/t/", "--parallel", "2"];
    let mut child = line.begin(count * each / 2, &args, 0);
    child.kill().unwrap();
    child.wait().unwrap();
    line.mend();
    for number in 0..count {
        let (here, there) = (format!("tree/{number:04}"), format!("t/{number:04}"));
        let read = |path: PathBuf| std::fs::read(path).ok();
        let one = read(line.world.path(&here)).or_else(|| read(line.world.stored(&there)));
        assert!(one.unwrap() == bytes(each, number), "{number} is lost");
    }
    let ran = line.run(&["transfers", "resume"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{ran:?}");
    for number in 0..count {
        let stored = std::fs::read(line.world.stored(&format!("t/{number:04}"))).unwrap();
        assert!(stored == bytes(each, number), "{number} differs");
    }
    let left = |path: &Path| path.to_string_lossy().contains("tree");
    assert_eq!(find(&line.world.path(""), &left), Vec::<PathBuf>::new());
    line.nothing_is_left();
}

#[test]
fn a_source_that_changed_is_noticed_and_nothing_is_spliced() {
    let line = Line::new();
    let size = 32 * MIB;
    line.world.file("big", bytes(size, 1));
    line.kill_at(size / 2, &cp("big", "s3://box/big"), PART);
    line.world.file("big", bytes(size, 2));
    line.mend();
    let ran = line.run(&["transfers", "resume"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("big was started anew"), "{ran:?}");
    assert!(ran.stderr.contains("it changed since"), "{ran:?}");
    assert_eq!(line.stored("big"), bytes(size, 2));
    line.nothing_is_left();
    // And an object.
    line.kill_at(size / 2, &cp("s3://box/big", "back"), PART);
    line.mend();
    line.world.file("third", bytes(size, 3));
    line.ok(&["cp", "third", "s3://box/big", "--if-exists", "overwrite"]);
    let ran = line.run(&["transfers", "resume"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("big was started anew"), "{ran:?}");
    assert_eq!(
        std::fs::read(line.world.path("back")).unwrap(),
        bytes(size, 3)
    );
    line.nothing_is_left();
}

#[test]
fn discarding_leaves_nothing_behind() {
    let line = Line::new();
    let size = 32 * MIB;
    line.world.file("one", bytes(size, 1));
    line.world.object("two", bytes(size, 2));
    line.kill_at(size / 2, &cp("one", "s3://box/one"), PART);
    line.kill_at(size / 2, &cp("s3://box/two", "two"), PART);
    assert!(!line.parts().is_empty());
    line.mend();
    let all = line.transfers();
    assert_eq!(all.len(), 2);
    let up = all.iter().find(|row| row["to"] == "s3://box/one").unwrap();
    let id = up["id"].as_str().unwrap();
    assert_eq!(
        (up["state"].as_str(), up["size"].as_u64()),
        (Some("interrupted"), Some(size))
    );
    let said = line.fails(&["transfers", "discard", "zzzzzzzzzz"]);
    assert!(said.contains("no interrupted transfer has it"), "{said}");
    // The first letters are enough, and the other one stays.
    assert!(
        line.ok(&["transfers", "discard", &id[..6]])
            .contains("discarded")
    );
    assert_eq!(line.parts(), Vec::<PathBuf>::new());
    let rest = line.transfers();
    assert_eq!(rest.len(), 1);
    assert_eq!(
        (&rest[0]["to"], rest[0]["done"].as_u64() >= Some(PART)),
        (&all.iter().find(|row| row["id"] != id).unwrap()["to"], true)
    );
    line.ok(&["transfers", "discard"]);
    assert!(!line.world.path("two").exists());
    line.nothing_is_left();
}

#[test]
fn what_a_living_process_holds_is_left_alone() {
    let line = Line::new();
    let size = 32 * MIB;
    line.world.file("big", bytes(size, 1));
    let mut child = line.begin(size / 2, &cp("big", "s3://box/big"), PART);
    assert_eq!(line.states(), ["running"]);
    let text = line.ok(&["transfers"]);
    assert!(text.contains("(in another windlass)"), "{text}");
    let id = line.transfers()[0]["id"].as_str().unwrap().to_owned();
    for act in ["resume", "discard"] {
        let said = line.fails(&["transfers", act, &id]);
        assert!(said.contains("another windlass is at work"), "{said}");
        let ran = line.run(&["transfers", act]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("another windlass"), "{ran:?}");
    }
    assert_eq!(line.states(), ["running"]);
    assert!(!line.parts().is_empty(), "its parts are still there");
    child.kill().unwrap();
    child.wait().unwrap();
    line.mend();
    line.ok(&["transfers", "resume", &id]);
    line.nothing_is_left();
}

#[test]
fn ctrl_c_keeps_what_was_done() {
    let line = Line::new();
    let size = 32 * MIB;
    line.world.file("big", bytes(size, 1));
    let child = line.begin(size / 2, &cp("big", "s3://box/big"), PART);
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(id, Signal::INT).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stderr.contains("windlass transfers resume"), "{ran:?}");
    assert!(line.done() >= PART);
    line.mend();
    line.ok(&["transfers", "resume"]);
    assert_eq!(line.stored("big"), bytes(size, 1));
    line.nothing_is_left();
}
