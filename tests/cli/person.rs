//! What needs a person: questions on a terminal, and Ctrl-C.

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::World;

/// Runs the program on a terminal. Whenever the text appears, the answer is typed. Gives the exit
/// code and all that the terminal saw.
fn converse(world: &World, args: &[&str], answers: &[(&str, &str)]) -> (u32, String) {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_windlass"));
    command.args(args);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    for (name, value) in world.vars() {
        command.env(name, value);
    }
    command.cwd(world.path(""));
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let mut seen = Vec::new();
    let mut answers = answers.iter();
    let mut next = answers.next();
    let mut from = 0;
    let mut buffer = [0; 4096];
    // A terminal whose program is gone ends with an error on Linux, and with 0 elsewhere.
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&seen[from..]).into_owned();
        if let Some((question, answer)) = next
            && text.contains(question)
        {
            write!(writer, "{answer}").unwrap();
            from = seen.len();
            next = answers.next();
        }
    }
    let code = child.wait().unwrap().exit_code();
    (code, String::from_utf8_lossy(&seen).into_owned())
}

#[test]
fn deleting_asks_first() {
    let world = World::default();
    world.object("p/a", "x");
    world.object("p/b", "x");
    let (code, seen) = converse(&world, &["rm", "-r", "s3://box/p"], &[("[y/N]", "n\n")]);
    assert_eq!(code, 130, "{seen}");
    assert!(seen.contains("2 things"), "{seen}");
    assert!(world.content("p/a").is_some());
    let (code, seen) = converse(&world, &["rm", "-r", "s3://box/p"], &[("[y/N]", "y\n")]);
    assert_eq!(code, 0, "{seen}");
    assert!(world.content("p/a").is_none() && world.content("p/b").is_none());
}

#[test]
fn conflicts_are_asked_one_by_one_or_for_all() {
    let world = World::default();
    for name in ["a", "b", "c"] {
        world.file(&format!("d/{name}"), "new");
        world.object(&format!("p/{name}"), "old");
    }
    let ask = ("for all: ", "s\n");
    let (code, seen) = converse(&world, &["cp", "d/a", "s3://box/p/"], &[ask]);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(world.content("p/a").as_deref(), Some("old"));
    let all = [("for all: ", "O\n")];
    let (code, seen) = converse(&world, &["cp", "-r", "d/", "s3://box/p/"], &all);
    assert_eq!(code, 0, "{seen}");
    for name in ["a", "b", "c"] {
        let key = format!("p/{name}");
        assert_eq!(world.content(&key).as_deref(), Some("new"), "{seen}");
    }
}

#[test]
fn a_protected_bucket_wants_its_name() {
    let world = World::default();
    world.object("k", "x");
    let file = world.file("c.toml", "[account.a]\nprotected = ['b*']\n");
    let args = ["rm", "s3://box/k", "--config", file.to_str().unwrap()];
    world.fails(2, &args);
    let (code, seen) = converse(&world, &args, &[("Type box to agree: ", "y\n")]);
    assert_eq!(code, 130, "{seen}");
    assert!(world.content("k").is_some());
    let (code, seen) = converse(&world, &args, &[("Type box to agree: ", "box\n")]);
    assert_eq!(code, 0, "{seen}");
    assert!(world.content("k").is_none());
}

#[test]
fn a_terminal_is_not_spoken_to_by_an_object() {
    let world = World::default();
    world.object("evil", "a\x1b[2Jb\n");
    let (code, seen) = converse(&world, &["cat", "s3://box/evil"], &[]);
    assert_eq!(code, 0);
    assert!(
        seen.contains("a␛[2Jb") && !seen.contains("\x1b[2J"),
        "{seen:?}"
    );
}

#[test]
fn a_server_that_never_answers_does_not_outlast_ctrl_c() {
    let world = World::default();
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let mut child = world
        .command(&["cp", "-", "s3://box/k", "--if-exists", "overwrite"])
        .env("AWS_ENDPOINT_URL_S3", url)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // More than it takes: it is waited for until somebody reads no more.
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || stdin.write_all(&vec![7; 40 << 20]).is_err());
    let _upload = deaf.accept().unwrap();
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if begun.elapsed() > Duration::from_secs(20) {
            kill_process(id, Signal::KILL).unwrap();
        } else {
            kill_process(id, Signal::INT).unwrap();
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(code, Some(130));
    assert!(feed.join().unwrap(), "all of it was read");
}

#[test]
fn ctrl_c_cleans_up() {
    let world = World::default();
    let mut child = world
        .command(&["cp", "-", "s3://box/k"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than the pipe and the channel hold: by now the upload is under way.
    stdin.write_all(&vec![7; 40 << 20]).unwrap();
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(id, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    drop(stdin);
    assert_eq!(world.content("k"), None);
    let mut parts = std::fs::read_dir(world.stored("").join("..")).unwrap();
    let left = parts.find(|e| {
        let name = e.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".part-")
    });
    assert!(left.is_none(), "{left:?}");
}
