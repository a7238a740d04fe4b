//! The built program against a server: each verb's stdout, stderr, exit code and JSON.

#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    reason = "what fails here is the test, and says where"
)]

mod support;

#[path = "cli/copying.rs"]
mod copying;
#[path = "cli/doctor.rs"]
mod doctor;
#[cfg(unix)]
#[path = "cli/person.rs"]
mod person;
#[path = "cli/searching.rs"]
mod searching;

use std::io::{Read, Write};
use std::process::Stdio;

use support::World;

#[test]
fn ls_lists_buckets_prefixes_and_objects() {
    let world = World::default();
    world.object("a.txt", "abc");
    world.object("dir/b.txt", "b");
    world.object("dir/deep/c.txt", "c");
    let text = world.ok(&["ls"]);
    assert!(text.ends_with("  box\n"), "{text}");
    let buckets = world.json(&["ls"]);
    assert_eq!(
        (&buckets[0]["type"], &buckets[0]["bucket"]),
        (&"bucket".into(), &"box".into())
    );
    assert!(buckets[0]["modified"].as_str().unwrap().ends_with('Z'));

    let names = |args: &[&str]| -> Vec<String> {
        let text = world.ok(args);
        let name = |line: &str| line.split_whitespace().last().unwrap().to_owned();
        text.lines().map(name).collect()
    };
    assert_eq!(names(&["ls", "s3://box"]), ["a.txt", "dir/"]);
    assert_eq!(names(&["ls", "s3://box/dir"]), ["b.txt", "deep/"]);
    assert_eq!(names(&["ls", "s3://box/a.txt"]), ["a.txt"]);
    assert_eq!(
        names(&["ls", "-r", "s3://box"]),
        ["a.txt", "dir/b.txt", "dir/deep/c.txt"]
    );
    assert_eq!(
        names(&["ls", "-r", "s3://box/dir/deep"]),
        ["dir/deep/c.txt"]
    );
    let rows = world.json(&["ls", "s3://box/"]);
    assert_eq!(rows[0]["key"], "a.txt");
    assert_eq!(
        (&rows[0]["type"], &rows[0]["size"]),
        (&"object".into(), &3.into())
    );
    assert_eq!(
        (&rows[1]["type"], &rows[1]["key"]),
        (&"prefix".into(), &"dir/".into())
    );

    world.file("x/y.txt", "y");
    assert_eq!(names(&["ls", "x"]), ["y.txt"]);
    assert_eq!(names(&["ls", "-r", "."]), ["x/y.txt"]);
    let rows = world.json(&["ls", "x"]);
    assert_eq!(
        (&rows[0]["type"], &rows[0]["size"]),
        (&"file".into(), &1.into())
    );
}

#[test]
fn what_is_not_there_is_said_in_three_lines() {
    let world = World::default();
    let said = world.fails(1, &["ls", "s3://nope"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].starts_with("windlass: ") && lines[0].contains("nope"),
        "{said}"
    );
    assert!(
        lines[1].starts_with("  why: ") && lines[2].starts_with("  fix: "),
        "{said}"
    );
    for args in [
        ["ls", "s3://box/nope"],
        ["cat", "s3://box/nope"],
        ["stat", "s3://box/nope"],
        ["rm", "s3://box/nope"],
        ["ls", "./nope"],
        ["cat", "./nope"],
    ] {
        world.fails(1, &args);
    }
}

#[test]
fn a_long_listing_comes_whole() {
    let world = World::default();
    for number in 0..1234 {
        world.object(&format!("many/{number:05}"), "");
    }
    assert_eq!(world.ok(&["ls", "s3://box/many/"]).lines().count(), 1234);
    assert_eq!(world.json(&["ls", "-r", "s3://box"]).len(), 1234);
}

#[test]
fn odd_keys_survive_every_verb() {
    let world = World::default();
    let keys = [
        "with space.txt",
        "plus+sign.txt",
        "100% sure.txt",
        "%2e%2e%2fencoded.txt",
        "question?and#hash.txt",
        "quote's and \"quotes\".txt",
        "caf\u{e9}.txt",
        "cafe\u{301}.txt",
        "new\nline.txt",
        "invoice\u{202e}fdp.exe",
        "emoji 🎉/party 🥳.txt",
        "semi;colon&amp=and<tag>.txt",
    ];
    for key in keys {
        world.object(key, key);
    }
    let mut listed: Vec<String> = world
        .json(&["ls", "-r", "s3://box"])
        .iter()
        .map(|row| row["key"].as_str().unwrap().to_owned())
        .collect();
    let mut wanted: Vec<String> = keys.map(str::to_owned).to_vec();
    listed.sort();
    wanted.sort();
    assert_eq!(listed, wanted);
    let text = world.ok(&["ls", "-r", "s3://box"]);
    assert_eq!(text.lines().count(), keys.len(), "one row a key: {text}");
    assert!(!text.contains('\u{202e}') && text.contains("‹U+202E›"));
    for key in keys {
        let place = format!("s3://box/{key}");
        assert_eq!(world.ok(&["cat", &place]), key);
        assert_eq!(world.json(&["stat", &place])[0]["key"], key);
        assert_eq!(get(&world, world.ok(&["presign", &place]).trim()).1, key);
        world.ok(&["rm", "-q", &place]);
        assert_eq!(world.content(key), None, "{key}");
    }
}

#[test]
fn cat_gives_bytes_and_ranges() {
    let world = World::default();
    world.object("k", "0123456789");
    let file = world.file("f", "abc");
    assert_eq!(world.ok(&["cat", "s3://box/k"]), "0123456789");
    assert_eq!(world.ok(&["cat", "s3://box/k", "--range", "2-4"]), "234");
    assert_eq!(world.ok(&["cat", "s3://box/k", "--range", "7-"]), "789");
    assert_eq!(
        world.ok(&["cat", file.to_str().unwrap(), "--range", "1-1"]),
        "b"
    );
    world.fails(2, &["cat", "s3://box/k", "--range", "4-2"]);
    world.fails(2, &["cat", "s3://box"]);
    let binary: Vec<u8> = (0..=255).collect();
    world.object("b", &binary);
    let output = world.command(&["cat", "s3://box/b"]).output().unwrap();
    assert_eq!(output.stdout, binary);
}

#[test]
fn stat_says_what_is_known() {
    let world = World::default();
    world.object("dir/k.txt", "x".repeat(2000));
    let text = world.ok(&["stat", "s3://box/dir/k.txt"]);
    assert!(text.contains("key:          dir/k.txt\n"), "{text}");
    assert!(text.contains("(2000 bytes)\n"), "{text}");
    let row = &world.json(&["stat", "s3://box/dir/k.txt"])[0];
    assert_eq!(
        (&row["type"], &row["size"]),
        (&"object".into(), &2000.into())
    );
    assert!(row["etag"].is_string() && row["modified"].is_string());
    assert_eq!(world.json(&["stat", "s3://box"])[0]["type"], "bucket");
    assert_eq!(world.json(&["stat", "s3://box/dir"])[0]["type"], "prefix");
    assert_eq!(world.json(&["stat", "."])[0]["type"], "folder");
}

/// What a plain HTTP client gets for a URL: the status line and the body.
fn get(world: &World, url: &str) -> (String, String) {
    request(world, "GET", url, "", "")
}

fn request(world: &World, method: &str, url: &str, head: &str, body: &str) -> (String, String) {
    let endpoint = &world.demo().profile.endpoint;
    let target = url.strip_prefix(endpoint.as_str()).unwrap();
    let host = endpoint.strip_prefix("http://").unwrap();
    let mut socket = std::net::TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        socket,
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-length: {length}\r\n{head}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[test]
fn presigned_links_work_for_whoever_has_them() {
    let world = World::default();
    world.object("a b.txt", "shared");
    let row = &world.json(&["presign", "s3://box/a b.txt", "--expires", "15m"])[0];
    assert_eq!(row["method"], "GET");
    let left = row["expires_at"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap()
        - jiff::Timestamp::now();
    assert!((800..=900).contains(&left.get_seconds()), "{left}");
    let url = row["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Expires=900"), "{url}");
    assert_eq!(
        get(&world, url),
        ("HTTP/1.1 200 OK".into(), "shared".into())
    );
    let other = url.replace("a%20b", "a%20c");
    assert!(get(&world, &other).0.contains("403"));

    let args = [
        "presign",
        "s3://box/up.txt",
        "--method",
        "put",
        "--content-type",
        "text/plain",
    ];
    let url = world.ok(&args);
    let put = |kind: &str| request(&world, "PUT", url.trim(), kind, "sent").0;
    assert!(put("content-type: text/html\r\n").contains("403"));
    assert!(put("content-type: text/plain\r\n").contains("200"));
    assert_eq!(world.content("up.txt").as_deref(), Some("sent"));

    let url = world.ok(&["presign", "s3://box/a b.txt", "--attachment", "ü.txt"]);
    assert!(url.contains("response-content-disposition="), "{url}");
    let said = world.fails(2, &["presign", "s3://box/k", "--expires", "8d"]);
    assert!(said.contains("at most 7 days"), "{said}");
    world.fails(
        2,
        &["presign", "s3://box/k", "--content-type", "text/plain"],
    );
    world.fails(2, &["presign", "./file"]);
}

#[test]
fn buckets_are_made_and_dropped() {
    let world = World::default();
    assert_eq!(world.ok(&["mb", "s3://new-one"]), "made s3://new-one\n");
    assert_eq!(world.json(&["ls"]).len(), 2);
    world.ok(&["rb", "-q", "s3://new-one"]);
    assert_eq!(world.json(&["ls"]).len(), 1);
    world.object("k", "x");
    let said = world.fails(1, &["rb", "s3://box"]);
    assert!(said.contains("not empty"), "{said}");
    assert_eq!(world.content("k").as_deref(), Some("x"));
    world.ok(&["rb", "s3://box", "--force"]);
    assert_eq!(world.json(&["ls"]).len(), 0);
    world.fails(2, &["mb", "s3://"]);
}

#[test]
fn rm_deletes_what_was_named_and_nothing_else() {
    let world = World::default();
    for key in ["a", "ab", "p/1", "p/2", "p/q/3", "pq/4"] {
        world.object(key, "x");
    }
    assert_eq!(world.ok(&["rm", "s3://box/a"]), "deleted s3://box/a\n");
    assert!(world.content("ab").is_some());
    let said = world.fails(2, &["rm", "-r", "s3://box/p/"]);
    assert!(said.contains("--yes"), "{said}");
    let listed = world.ok(&["rm", "-r", "s3://box/p", "--dry-run"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(world.content("p/q/3").is_some());
    let rows = world.json(&["rm", "-r", "--yes", "s3://box/p"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["type"], &rows[0]["from"]),
        (&"done".into(), &"s3://box/p/".into())
    );
    let left: Vec<_> = world.json(&["ls", "-r", "s3://box"]);
    let left: Vec<&str> = left
        .iter()
        .map(|row| row["key"].as_str().unwrap())
        .collect();
    assert_eq!(left, ["ab", "pq/4"]);
    let ran = world.run(&["rm", "--json", "s3://box/ab", "s3://box/gone"]);
    assert_eq!(ran.code, Some(1));
    let rows = support::rows(&ran.stdout);
    assert_eq!(
        (&rows[0]["type"], &rows[1]["type"]),
        (&"failed".into(), &"done".into())
    );
    assert_eq!(rows[0]["from"], "s3://box/gone");
    assert!(rows[0]["error"]["code"].is_string() && rows[0]["error"]["why"].is_string());
    assert!(world.content("ab").is_none());
    world.file("d/f", "x");
    world.fails(2, &["rm", "d"]);
    world.ok(&["rm", "-r", "--yes", "d"]);
    assert!(!world.path("d").exists());
}

#[test]
fn read_only_changes_nothing() {
    let world = World::default();
    world.object("k", "x");
    for args in [
        &["mb", "s3://new"][..],
        &["rb", "s3://box", "--force"],
        &["rm", "s3://box/k"],
        &["cp", "k", "s3://box/other"],
        &["mv", "s3://box/k", "s3://box/other"],
        &["presign", "s3://box/k", "--method", "put"],
    ] {
        world.file("k", "x");
        let said = world.fails(1, &[args, &["--read-only"]].concat());
        assert!(said.contains("read-only"), "{args:?}: {said}");
    }
    assert_eq!(world.content("k").as_deref(), Some("x"));
    assert_eq!(world.ok(&["cat", "--read-only", "s3://box/k"]), "x");
}

#[test]
fn credentials_are_explained() {
    let world = World::default();
    let mut bare = world.command(&["ls"]);
    bare.env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    let said = String::from_utf8(bare.output().unwrap().stderr).unwrap();
    for word in [
        "AWS_ACCESS_KEY_ID",
        "~/.config/windlass/config.toml",
        "~/.aws/credentials",
    ] {
        assert!(said.contains(word), "{said}");
    }
    let mut wrong = world.command(&["ls", "-v"]);
    wrong.env("AWS_SECRET_ACCESS_KEY", "wrong-secret-0123");
    let output = wrong.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("windlass: ").count(), 1, "one message: {said}");
    assert!(
        said.contains("secret") && !said.contains("wrong-secret"),
        "{said}"
    );
    let anonymous = world.fails(1, &["ls", "--no-sign-request"]);
    assert!(!anonymous.contains("looked for"), "{anonymous}");
    let unreachable = world.fails(1, &["ls", "--endpoint-url", "http://127.0.0.1:1"]);
    assert!(unreachable.contains("127.0.0.1:1"), "{unreachable}");
}

#[test]
fn settings_that_are_wrong_are_all_named() {
    let world = World::default();
    let file = world.file("bad.toml", "[account.a]\nendpont = 'x'\nverify_tls = 1\n");
    let said = world.fails(2, &["ls", "--config", file.to_str().unwrap()]);
    assert!(said.contains("line 2") && said.contains("line 3"), "{said}");
    let said = world.fails(2, &["ls", "--profile", "nobody"]);
    assert!(said.contains("nobody"), "{said}");
    let said = world.fails(2, &["ls", "--endpoint-url", "localhost:9000"]);
    assert!(said.contains("http://"), "{said}");
    let profile = &world.demo().profile;
    let keys = profile.keys.as_ref().unwrap();
    let text = format!(
        "[account.lab]\nendpoint = '{}'\naccess_key = '{}'\nsecret_key = '{}'\n",
        profile.endpoint,
        keys.access_key,
        keys.secret.reveal()
    );
    let file = world.file("good.toml", text);
    let mut chosen = world.command(&["ls", "--profile", "lab", "--config"]);
    chosen
        .arg(file)
        .env("AWS_SECRET_ACCESS_KEY", "wrong")
        .env_remove("AWS_ENDPOINT_URL_S3");
    let output = chosen.output().unwrap();
    assert!(
        output.status.success(),
        "a chosen profile beats the environment: {output:?}"
    );
}

#[test]
fn without_a_terminal_there_is_no_browser() {
    let world = World::default();
    for args in [&[][..], &["s3://box"], &["demo"]] {
        let said = world.fails(2, args);
        assert!(said.contains("windlass ls"), "{said}");
    }
    let said = world.fails(2, &["lss"]);
    assert!(said.contains("neither a verb nor a place"), "{said}");
}

#[test]
fn help_completions_and_manual_need_nothing() {
    let world = World::default();
    assert!(world.ok(&["--version"]).starts_with("windlass "));
    let help = world.ok(&["--help"]);
    let verbs = [
        "demo",
        "ls",
        "cp",
        "mv",
        "rm",
        "mb",
        "rb",
        "cat",
        "stat",
        "presign",
        "completions",
        "man",
    ];
    for verb in verbs {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb}: {help}");
        assert!(
            world.ok(&["help", verb]).contains("Usage: windlass"),
            "{verb}"
        );
        assert!(world.ok(&["man", verb]).contains(".TH"), "{verb}");
    }
    assert!(world.ok(&["completions", "bash"]).contains("presign"));
    assert!(world.ok(&["man"]).contains("windlass"));
    world.fails(2, &["man", "nope"]);
    world.fails(2, &["ls", "--no-such-flag"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::default();
    for number in 0..3000 {
        world.object(
            &format!("a-name-that-fills-the-pipe-in-a-short-while/{number:05}"),
            "",
        );
    }
    let mut child = world
        .command(&["ls", "-r", "--json", "s3://box"])
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn the_log_holds_no_secret() {
    let world = World::default();
    world.object("k", "x");
    let log = world.path("log");
    let file = log.to_str().unwrap();
    let url = world.ok(&["presign", "s3://box/k", "-vv", "--log-file", file]);
    world.ok(&["cat", "s3://box/k", "-vv", "--log-file", file]);
    world.fails(1, &["ls", "s3://nope", "-vv", "--log-file", file]);
    let text = std::fs::read_to_string(log).unwrap();
    let secret = world
        .demo()
        .profile
        .keys
        .as_ref()
        .unwrap()
        .secret
        .reveal()
        .to_owned();
    let signature = url.trim().rsplit('=').next().unwrap();
    assert!(
        !text.contains(&secret) && !text.contains(signature),
        "{text}"
    );
    assert!(!text.contains("Signature="), "{text}");
}

#[cfg(unix)]
#[test]
fn the_demo_serves_other_clients_and_cleans_up() {
    let world = World::default();
    let temp = world.path("temp");
    std::fs::create_dir(&temp).unwrap();
    let mut child = world
        .command(&["demo", "--serve-only"])
        .env("TMPDIR", &temp)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    while !text.contains("AWS_SECRET_ACCESS_KEY") {
        std::io::BufRead::read_line(&mut stdout, &mut text).unwrap();
    }
    let mut ls = world.command(&["ls", "--json", "-r", "s3://logs-eu"]);
    for line in text.lines() {
        let (name, value) = line
            .strip_prefix("export ")
            .unwrap()
            .split_once('=')
            .unwrap();
        ls.env(name, value);
    }
    let output = ls.output().unwrap();
    assert_eq!(
        support::rows(&String::from_utf8(output.stdout).unwrap()).len(),
        3000
    );
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(
        std::fs::read_dir(&temp).unwrap().count(),
        0,
        "nothing is left behind"
    );
}

#[test]
fn a_mistyped_prefix_is_no_success() {
    let world = World::default();
    world.object("dir/a", "x");
    for args in [
        &["ls", "s3://box/dri/"][..],
        &["ls", "-r", "s3://box/dri/"],
        &["rm", "-r", "--yes", "s3://box/dri/"],
        &["cp", "-r", "s3://box/dri/", "here/"],
    ] {
        let ran = world.run(args);
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("s3://box/dri/ is not there"),
            "{}",
            ran.stderr
        );
    }
    world.ok(&["rm", "-r", "--yes", "s3://box/dir/"]);
    world.ok(&["ls", "s3://box/"]);
}

#[test]
fn a_folder_without_r_is_called_one() {
    let world = World::default();
    world.object("dir/a", "x");
    let ran = world.run(&["cp", "s3://box/dir", "here"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("add -r"), "{}", ran.stderr);
}

#[test]
fn a_protected_bucket_is_not_emptied_by_a_script() {
    let world = World::default();
    world.object("k", "x");
    let file = world.file("c.toml", "[account.a]\nprotected = ['b*']\n");
    let config = file.to_str().unwrap();
    for args in [
        &["rm", "--yes", "s3://box/k", "--config", config][..],
        &["rm", "-r", "--yes", "s3://box/", "--config", config],
        &["rb", "--force", "s3://box", "--config", config],
    ] {
        let ran = world.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("protected"), "{}", ran.stderr);
    }
    assert_eq!(world.content("k").as_deref(), Some("x"));
}

#[test]
fn a_read_only_session_still_downloads() {
    let world = World::default();
    world.object("k", "x");
    world.ok(&["--read-only", "cp", "-q", "s3://box/k", "down"]);
    assert_eq!(std::fs::read_to_string(world.path("down")).unwrap(), "x");
    let ran = world.run(&["--read-only", "cp", "down", "s3://box/up"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
}
