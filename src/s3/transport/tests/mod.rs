//! The real transport against a server written by hand, one connection at a time, so that the
//! bytes on the wire can be looked at.

mod wire;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::http::{Http, Timing};
use super::{Incoming, Meter, Outgoing, Pace, Transport};
use crate::model::{Addressing, Integrity, UploadMode};
use crate::s3::{Endpoint, Payload, Settings, Signed};

/// What the server does with one connection.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Reads the whole request, then answers.
    Answer(&'static [u8]),
    /// Reads the head, answers, and closes without reading the body.
    Slam(&'static [u8]),
    /// Reads the head and closes.
    Hang,
    /// Reads the head and never answers.
    Sleep,
}

/// A server that plays its acts, one for each connection, the last one for ever.
struct Stage {
    url: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    _tasks: JoinSet<()>,
}

impl Stage {
    async fn new(acts: &'static [Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            for n in 0.. {
                let (socket, _) = listener.accept().await.unwrap();
                let act = acts[n.min(acts.len() - 1)];
                let all = Arc::clone(&all);
                open.spawn(async move { play(socket, act, &all).await });
            }
        });
        Self {
            url,
            heard,
            _tasks: tasks,
        }
    }

    fn heard(&self, n: usize) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()[n]).into_owned()
    }

    fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

async fn play(mut socket: TcpStream, act: Act, all: &Mutex<Vec<Vec<u8>>>) {
    let mut got = Vec::new();
    let head = loop {
        let mut piece = [0; 4096];
        let n = socket.read(&mut piece).await.unwrap_or(0);
        got.extend_from_slice(&piece[..n]);
        if let Some(at) = got.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if n == 0 {
            return;
        }
        if got.starts_with(b"\x16") {
            // TLS on a plain port: what most servers say then.
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            return;
        }
    };
    let text = String::from_utf8_lossy(&got[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|l| l.strip_prefix("content-length: "))
        .map_or(0, |n| n.trim().parse().unwrap());
    if matches!(act, Act::Answer(_)) {
        while got.len() < head + length {
            let mut piece = [0; 4096];
            match socket.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(n) => got.extend_from_slice(&piece[..n]),
            }
        }
    }
    all.lock().unwrap().push(got);
    match act {
        Act::Answer(answer) | Act::Slam(answer) => {
            let _ = socket.write_all(answer).await;
            let _ = socket.flush().await;
        }
        Act::Hang => {}
        Act::Sleep => tokio::time::sleep(Duration::from_hours(1)).await,
    }
}

fn settings(url: &str) -> Settings {
    Settings {
        endpoint: Endpoint::new(url, "us-east-1", Addressing::Path).unwrap(),
        credentials: None,
        integrity: Integrity::Auto,
        upload: UploadMode::Signed,
        ca_bundle: None,
        verify_tls: true,
    }
}

/// Short patience, so that tests of it end soon.
fn http(url: &str) -> Http {
    let timing = Timing {
        connect: Duration::from_secs(5),
        idle: Duration::from_secs(4),
        still: Duration::from_millis(300),
        upload: Duration::from_millis(300),
        slow: Duration::from_millis(300),
    };
    Http::with(&settings(url), timing).unwrap()
}

fn request(method: &str, url: String, payload: Payload) -> Outgoing {
    Outgoing {
        signed: Signed {
            method: method.parse().unwrap(),
            url,
            headers: ::http::HeaderMap::new(),
        },
        payload,
        meter: Arc::new(Meter::new(None)),
        pace: Pace::Quick,
    }
}

async fn send(
    http: &Http,
    method: &str,
    url: String,
    payload: Payload,
) -> Result<Incoming, super::Broken> {
    http.send(request(method, url, payload)).await
}
