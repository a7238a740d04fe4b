//! What goes over the wire, byte for byte.

use std::io;

use bytes::Bytes;

use super::*;
use crate::s3::transport::{Fault, TlsFault, read_up_to};
use crate::s3::{Client, Digest, NewObject, PutObject, ReadAt};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn data(len: usize) -> Payload {
    Payload::Data {
        bytes: vec![b'x'; len].into(),
        digest: Digest::Md5([0; 16]),
    }
}

#[tokio::test]
async fn lengths_are_always_explicit_and_nothing_is_unpacked() {
    let stage = Stage::new(&[Act::Answer(OK)]).await;
    let http = http(&stage.url);
    for (method, payload) in [
        ("PUT", Payload::Empty),
        ("POST", Payload::Empty),
        ("PUT", data(300_000)),
        ("GET", Payload::Empty),
    ] {
        send(&http, method, format!("{}/b/k", stage.url), payload)
            .await
            .unwrap();
    }
    for (n, length) in [(0, Some(0)), (1, Some(0)), (2, Some(300_000)), (3, None)] {
        let request = stage.heard(n).to_ascii_lowercase();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let said: Vec<_> = head
            .lines()
            .filter_map(|l| l.strip_prefix("content-length: "))
            .collect();
        assert_eq!(
            said,
            length.map(|l: usize| l.to_string()).as_slice(),
            "{head}"
        );
        assert_eq!(body.len(), length.unwrap_or(0));
        assert!(!head.contains("transfer-encoding") && !head.contains("expect"));
        assert!(head.contains("accept-encoding: identity"), "{head}");
    }
}

#[tokio::test]
async fn dots_in_a_path_go_out_as_they_are() {
    let stage = Stage::new(&[Act::Answer(OK)]).await;
    let http = http(&stage.url);
    let paths = [
        "/b/../other/k",
        "/b/a/./%2e%2e/c?x=%2F&y=",
        "/b/.",
        "/b//a%2Fb/",
        "/b/%5C%00..x",
        "/?list-type=2",
    ];
    for path in paths {
        let url = format!("{}{path}", stage.url);
        let mut answer = send(&http, "PUT", url, data(5)).await.unwrap();
        assert_eq!(read_up_to(&mut answer.body, 10).await.unwrap(), b"ok");
    }
    for (n, path) in paths.iter().enumerate() {
        let heard = stage.heard(n);
        assert_eq!(
            heard.lines().next().unwrap(),
            format!("PUT {path} HTTP/1.1")
        );
        let host = stage.url.strip_prefix("http://").unwrap();
        assert!(
            heard
                .to_ascii_lowercase()
                .contains(&format!("host: {host}\r\n"))
        );
        assert!(heard.to_ascii_lowercase().contains("content-length: 5\r\n"));
        assert!(heard.ends_with("\r\n\r\nxxxxx"));
    }
}

#[tokio::test]
async fn packed_bodies_arrive_packed() {
    const PACKED: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00";
    let stage = Stage::new(&[Act::Answer(PACKED)]).await;
    let http = http(&stage.url);
    let url = format!("{}/b/k.gz", stage.url);
    let mut answer = send(&http, "GET", url, Payload::Empty).await.unwrap();
    let body = read_up_to(&mut answer.body, 100).await.unwrap();
    assert_eq!(body, b"\x1f\x8b\x08\x00");
    assert_eq!(answer.head.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    const AWAY: &[u8] =
        b"HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let stage = Stage::new(&[Act::Answer(AWAY)]).await;
    let http = http(&stage.url);
    for path in ["/b/k", "/b/../k"] {
        let url = format!("{}{path}", stage.url);
        let answer = send(&http, "GET", url, Payload::Empty).await.unwrap();
        assert_eq!(answer.head.status, 307);
    }
    assert_eq!(stage.count(), 2);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_an_error() {
    const SHORT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";
    const CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
    for acts in [&[Act::Slam(SHORT)], &[Act::Slam(CHUNK)]] {
        let stage = Stage::new(acts).await;
        let http = http(&stage.url);
        for path in ["/b/k", "/b/../k"] {
            let url = format!("{}{path}", stage.url);
            let mut answer = send(&http, "GET", url, Payload::Empty).await.unwrap();
            let broken = read_up_to(&mut answer.body, 100).await.unwrap_err();
            assert_eq!(broken.fault, Fault::Cut, "{broken:?}");
        }
    }
}

#[tokio::test]
async fn faults_are_told_apart() {
    const NOISE: &[u8] = b"SSH-2.0-OpenSSH_9.6\r\n\r\n";
    let url = |stage: &Stage| format!("{}/b/k?X-Amz-Signature=s3cret", stage.url);
    for (act, payload, fault) in [
        (&[Act::Hang], Payload::Empty, Fault::Reset),
        (&[Act::Hang], data(100), Fault::ResetSending),
        (&[Act::Sleep], Payload::Empty, Fault::Stalled),
        (&[Act::Slam(NOISE)], Payload::Empty, Fault::NotHttp),
    ] {
        let stage = Stage::new(act).await;
        let sent = send(&http(&stage.url), "PUT", url(&stage), payload).await;
        let broken = sent.err().unwrap();
        assert_eq!(broken.fault, fault, "{broken:?}");
        assert!(!broken.words.contains("s3cret"));
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for path in ["/b/k", "/b/../k"] {
        let sent = send(
            &http(&nobody),
            "GET",
            format!("{nobody}{path}"),
            Payload::Empty,
        )
        .await;
        assert_eq!(sent.err().unwrap().fault, Fault::Refused);
    }
    let stage = Stage::new(&[Act::Answer(OK)]).await;
    let tls = stage.url.replace("http://", "https://");
    let sent = send(&http(&tls), "GET", format!("{tls}/b"), Payload::Empty).await;
    let broken = sent.err().unwrap();
    assert_eq!(broken.fault, Fault::Tls(TlsFault::NotTls), "{broken:?}");
}

#[tokio::test]
async fn a_server_that_stops_reading_is_noticed() {
    let stage = Stage::new(&[Act::Sleep]).await;
    let url = format!("{}/b/k", stage.url);
    let sent = send(&http(&stage.url), "PUT", url, data(64 * 1024 * 1024)).await;
    assert_eq!(sent.err().unwrap().fault, Fault::Stalled);
}

/// A file that is shorter than it was.
#[derive(Debug)]
struct File(Vec<u8>);

impl ReadAt for File {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let at = usize::try_from(offset).unwrap();
        let bytes = self
            .0
            .get(at..at + len)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Bytes::copy_from_slice(bytes))
    }
}

fn stream(file: Vec<u8>, offset: u64, len: u64) -> Payload {
    Payload::Stream {
        source: Arc::new(File(file)),
        offset,
        len,
        digest: Digest::Md5([0; 16]),
    }
}

#[tokio::test]
async fn files_are_read_while_they_are_sent() {
    let file: Vec<u8> = (0..3_500_000u32).map(|n| (n % 251) as u8).collect();
    let stage = Stage::new(&[Act::Answer(OK)]).await;
    let http = http(&stage.url);
    let url = format!("{}/b/k", stage.url);
    let payload = stream(file.clone(), 7, 3_400_000);
    send(&http, "PUT", url.clone(), payload).await.unwrap();
    let heard = stage.heard.lock().unwrap()[0].clone();
    assert!(heard.ends_with(&file[7..3_400_007]));
    assert!(heard.len() < 3_400_500);

    let short = stream(file, 0, 3_600_000);
    let broken = send(&http, "PUT", url, short).await.err().unwrap();
    assert_eq!(broken.fault, Fault::Source, "{broken:?}");
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_body_is_read_is_found() {
    const NO: &[u8] = b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 74\r\n\r\n\
        <Error><Code>AccessDenied</Code><Message>not for you, ever</Message></Error>";
    for _ in 0..5 {
        let stage = Stage::new(&[Act::Slam(NO)]).await;
        let client = Client::new(settings(&stage.url)).unwrap();
        let put = PutObject {
            bucket: crate::model::BucketName::new("b").unwrap(),
            key: crate::model::Key::new("k").unwrap(),
            about: NewObject::default(),
            payload: data(8 * 1024 * 1024),
            only_new: false,
        };
        let error = client.call(&put).await.unwrap_err();
        assert_eq!((error.status, error.code()), (Some(403), "AccessDenied"));
    }
}
