//! What a killed process had begun and not cut into parts: files that came in one stream, uploads
//! whose names nobody heard, folders that were half empty.

use super::{Line, MIB, bytes, cp, find, wait_until};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

impl Line {
    fn half_files(&self) -> Vec<PathBuf> {
        let half = |path: &Path| path.to_string_lossy().contains(".windlass-");
        find(&self.world.path(""), &half)
    }
}

#[test]
fn a_download_in_one_stream_that_is_killed_leaves_no_half_file() {
    for act in ["resume", "discard"] {
        let line = Line::new();
        let size = 4 * MIB;
        line.world.object("one", bytes(size, 1));
        line.kill_at(size / 2, &cp("s3://box/one", "here/one"), 0);
        assert_eq!(line.half_files().len(), 1, "it was being written");
        line.mend();
        line.ok(&["transfers", act]);
        let there = std::fs::read(line.world.path("here/one")).ok();
        assert_eq!(there, (act == "resume").then(|| bytes(size, 1)));
        line.nothing_is_left();
    }
}

#[test]
fn a_resumed_move_sweeps_the_folders_that_it_emptied() {
    let line = Line::new();
    let (count, each) = (6, 2 * MIB);
    for number in 0..count {
        line.world
            .file(&format!("tree/a/b/{number}"), bytes(each, number));
    }
    let args = ["mv", "-r", "tree/", "s3://box/t/", "--parallel", "1"];
    line.kill_at(count * each / 2, &args, 0);
    assert!(line.world.path("tree/a/b").exists());
    assert!(!line.states().contains(&"listing".to_owned()));
    line.mend();
    line.ok(&["transfers", "resume"]);
    assert!(!line.world.path("tree").exists(), "nothing is in it");
    for number in 0..count {
        assert!(line.stored(&format!("t/a/b/{number}")) == bytes(each, number));
    }
    line.nothing_is_left();
}

#[test]
fn a_stream_that_is_killed_can_be_given_up_and_not_resumed() {
    let line = Line::new();
    let mut command = line.command(&["cp", "-", "s3://box/stream"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&bytes(40 * MIB, 1)).unwrap();
    wait_until("two parts of it", || line.parts().len() >= 2);
    assert_eq!(line.states(), ["running"]);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(input);
    assert_eq!(line.states(), ["failed"]);
    let said = line.fails(&["transfers", "resume"]);
    assert!(said.contains("standard input"), "{said}");
    assert!(!line.parts().is_empty(), "nobody said discard");
    line.ok(&["transfers", "discard"]);
    line.nothing_is_left();
}
