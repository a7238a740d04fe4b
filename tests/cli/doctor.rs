//! `doctor`: what it finds on a server that is well, and on the many ways not to reach one.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Ran, World, rows};

/// A server that answers every request with what is made of its head, and hangs up.
fn canned(answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(n @ 1..) => head.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
            let text = answer(&String::from_utf8_lossy(&head).to_lowercase());
            let _ = stream.write_all(text.as_bytes());
        }
    });
    url
}

fn response(status: &str, headers: &str, body: &str) -> String {
    let len = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {len}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn error(status: &str, headers: &str, inside: &str) -> String {
    let body = format!("<?xml version=\"1.0\"?><Error>{inside}</Error>");
    response(status, headers, &body)
}

impl World {
    /// What `doctor` says, with other variables.
    fn doctor(&self, args: &[&str], vars: &[(&str, &str)]) -> (Option<i32>, Vec<Value>) {
        let args = [&["doctor", "--json"], args].concat();
        let mut command = self.command(&args);
        command.envs(vars.iter().copied());
        let ran: Ran = command.output().unwrap().into();
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!text.contains(self.demo().profile.keys.as_ref().unwrap().secret.reveal()));
        (ran.code, rows(&ran.stdout))
    }
}

fn state<'r>(rows: &'r [Value], check: &str) -> &'r str {
    let row = rows.iter().find(|row| row["check"] == check);
    row.map_or("", |row| row["state"].as_str().unwrap())
}

fn the<'r>(rows: &'r [Value], check: &str) -> &'r Value {
    let row = rows.iter().find(|row| row["check"] == check);
    row.unwrap()
}

#[test]
fn a_server_that_is_well_is_called_so_and_nothing_stays() {
    let world = World::default();
    world.object("mine.txt", "mine");
    let (code, looked) = world.doctor(&["s3://box"], &[]);
    assert_eq!(code, Some(0), "{looked:?}");
    for check in [
        "config",
        "credentials",
        "server",
        "signature",
        "bucket",
        "list",
    ] {
        assert_eq!(state(&looked, check), "ok", "{looked:?}");
    }
    assert_eq!(
        (state(&looked, "write"), state(&looked, "put")),
        ("skip", "")
    );
    let (code, wrote) = world.doctor(&["s3://box/below/", "--write"], &[]);
    assert_eq!(code, Some(0), "{wrote:?}");
    for check in [
        "put",
        "head",
        "get",
        "range",
        "copy",
        "names",
        "multipart",
        "sha256",
        "link",
        "link-upload",
        "only-new",
        "delete",
    ] {
        assert_eq!(state(&wrote, check), "ok", "{check}: {wrote:?}");
    }
    assert_eq!(world.ok(&["ls", "-r", "s3://box"]).lines().count(), 1);
    assert_eq!(world.content("mine.txt").as_deref(), Some("mine"));
}

#[test]
fn a_way_that_ends_is_told_where_it_ends() {
    let world = World::default();
    let plain = world.demo().profile.endpoint.replace("http:", "https:");
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let page = canned(|_| {
        response(
            "200 OK",
            "content-type: text/html\r\n",
            "<html><title>Console</title>",
        )
    });
    let tls = canned(|_| {
        response(
            "400 Bad Request",
            "",
            "Client sent an HTTP request to an HTTPS server.",
        )
    });
    let nginx = canned(|_| {
        let page = "<html><title>400 The plain HTTP request was sent to HTTPS port</title>";
        response("400 Bad Request", "content-type: text/html\r\n", page)
    });
    for (url, check, before, says) in [
        (&*nginx, "server", "tls", "https://"),
        (&*plain, "tls", "connect", "http://"),
        (&*closed, "connect", "name", "port"),
        (&*page, "server", "tls", "console"),
        (&*tls, "server", "tls", "https://"),
    ] {
        let (code, rows) = world.doctor(&[], &[("AWS_ENDPOINT_URL_S3", url)]);
        assert_eq!(code, Some(1), "{url}: {rows:?}");
        assert_eq!(
            (state(&rows, check), state(&rows, before)),
            ("fail", "ok"),
            "{rows:?}"
        );
        assert!(
            the(&rows, check)["fix"].as_str().unwrap().contains(says),
            "{rows:?}"
        );
        assert_eq!(
            state(&rows, "signature"),
            "",
            "what is not reached is not judged"
        );
    }
}

#[test]
fn wrong_settings_are_named_with_what_is_right() {
    let world = World::default();
    let wrong = [("AWS_SECRET_ACCESS_KEY", "another secret")];
    let (code, rows) = world.doctor(&[], &wrong);
    assert_eq!(
        (code, state(&rows, "signature")),
        (Some(1), "fail"),
        "{rows:?}"
    );
    let (code, rows) = world.doctor(&["s3://nowhere"], &[]);
    assert_eq!(
        (code, state(&rows, "bucket")),
        (Some(1), "fail"),
        "{rows:?}"
    );
    // Another region, and a clock of long ago.
    let elsewhere = canned(|head| {
        if !head.contains("authorization:") {
            let date = "date: Sat, 13 Jul 2024 15:09:59 GMT\r\n";
            return error("403 Forbidden", date, "<Code>AccessDenied</Code>");
        }
        if head.contains("/elsewhere/s3/") {
            let list = "<?xml version=\"1.0\"?><ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";
            return response("200 OK", "", list);
        }
        let inside = "<Code>AuthorizationHeaderMalformed</Code><Region>elsewhere</Region>";
        error("400 Bad Request", "", inside)
    });
    let (code, rows) = world.doctor(&[], &[("AWS_ENDPOINT_URL_S3", &elsewhere)]);
    assert_eq!(code, Some(0), "{rows:?}");
    assert_eq!(
        (state(&rows, "region"), state(&rows, "clock")),
        ("warn", "warn")
    );
    assert!(
        the(&rows, "region")["fix"]
            .as_str()
            .unwrap()
            .contains("elsewhere")
    );
    assert_eq!(state(&rows, "signature"), "ok");
}

#[test]
fn keys_that_may_do_little_are_told_what() {
    let world = World::default();
    let narrow = canned(|_| error("403 Forbidden", "", "<Code>AccessDenied</Code>"));
    let vars = [("AWS_ENDPOINT_URL_S3", &*narrow)];
    let (code, rows) = world.doctor(&["s3://box"], &vars);
    assert_eq!(code, Some(0), "{rows:?}");
    let states = ["signature", "buckets", "bucket", "list"].map(|check| state(&rows, check));
    assert_eq!(states, ["ok", "warn", "warn", "warn"], "{rows:?}");
    let (code, rows) = world.doctor(&["s3://box", "--write"], &vars);
    assert_eq!((code, state(&rows, "put")), (Some(1), "fail"), "{rows:?}");
}

#[test]
fn settings_that_cannot_be_read_are_what_is_wrong() {
    let world = World::default();
    let file = world.file("bad.toml", "account = [");
    let config = file.to_str().unwrap();
    let (code, rows) = world.doctor(&["--config", config], &[]);
    assert_eq!(
        (code, state(&rows, "config")),
        (Some(1), "fail"),
        "{rows:?}"
    );
    world.fails(2, &["doctor", "--write"]);
    world.fails(2, &["doctor", "./here"]);
    world.fails(1, &["doctor", "--write", "s3://box", "--read-only"]);
    let text = world.ok(&["doctor", "s3://box"]);
    assert!(
        text.contains("ok    signature") && text.ends_with(" 0 broken\n"),
        "{text}"
    );
}
