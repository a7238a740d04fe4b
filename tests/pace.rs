//! The pace of the queue against a peer that counts: fewer at once when a server asks for it, one
//! word about it, and back.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use md5::{Digest, Md5};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use windlass::model::{
    Account, Addressing, BucketName, Integrity, Location, Prefix, Provenance, Secret, UploadMode,
};
use windlass::s3::{Client, Credentials, Endpoint, Settings, Tempo};
use windlass::transfer::{
    IfExists, Kind, Leftovers, Limits, Means, Notice, Order, Parallel, Phase, Queue, Request,
    Setup, Snapshot,
};

/// What the peer saw.
#[derive(Default)]
struct Seen {
    /// Uploads that it still refuses.
    refusals: AtomicUsize,
    uploads: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// A server that takes every upload and remembers nothing.
struct Peer {
    url: String,
    seen: Arc<Seen>,
    _tasks: JoinSet<()>,
}

async fn peer(refusals: usize) -> Peer {
    let seen = Arc::new(Seen {
        refusals: AtomicUsize::new(refusals),
        ..Seen::default()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told = Arc::clone(&seen);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut streams = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            streams.spawn(serve(stream, Arc::clone(&told)));
        }
    });
    Peer {
        url,
        seen,
        _tasks: tasks,
    }
}

async fn serve(stream: TcpStream, seen: Arc<Seen>) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut first, mut len) = (String::new(), 0);
        if stream.read_line(&mut first).await.unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                len = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; len];
        stream.read_exact(&mut body).await.unwrap();
        let answer = answer(&first, &body, &seen).await;
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn answer(first: &str, body: &[u8], seen: &Seen) -> String {
    let text = |status: &str, headers: &str, body: &str| {
        let len = body.len();
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {len}\r\n\r\n{body}")
    };
    if first.starts_with("HEAD") {
        return "HTTP/1.1 404 Not Found\r\n\r\n".into();
    }
    if first.starts_with("GET") {
        let none = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        return text("200 OK", "content-type: application/xml\r\n", none);
    }
    let now = seen.now.fetch_add(1, SeqCst) + 1;
    seen.most.fetch_max(now, SeqCst);
    // Lets others in, as a network would.
    tokio::task::yield_now().await;
    seen.now.fetch_sub(1, SeqCst);
    let less = |left: usize| left.checked_sub(1);
    if seen.refusals.fetch_update(SeqCst, SeqCst, less).is_ok() {
        let refusal = "<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>";
        return text(
            "503 Slow Down",
            "content-type: application/xml\r\n",
            refusal,
        );
    }
    seen.uploads.fetch_add(1, SeqCst);
    let tag = u128::from_be_bytes(Md5::digest(body).into());
    text("200 OK", &format!("etag: \"{tag:032x}\"\r\n"), "")
}

struct House {
    dir: tempfile::TempDir,
    queue: Queue,
}

/// A queue whose time passes twenty times as fast, and whose calls rest for a thousandth of it before
/// they are tried again.
fn house(url: &str, parallel: Option<usize>) -> House {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings {
        endpoint: Endpoint::new(url, "r", Addressing::Path).unwrap(),
        credentials: Some(Credentials {
            access_key: "key".into(),
            secret: Secret::new("secret"),
            token: None,
            from: Provenance("test".into()),
        }),
        integrity: Integrity::Auto,
        upload: UploadMode::Signed,
        ca_bundle: None,
        verify_tls: true,
    };
    let client = Client::patient(settings, Tempo::rests(1000)).unwrap();
    let queue = Queue::start(Setup {
        clients: Arc::new(move |_| Ok(client.clone())),
        state: dir.path().join("state"),
        limits: Limits {
            parallel,
            ..Limits::default()
        },
        leftovers: Leftovers::Leave,
        tempo: Tempo::rests(20),
    });
    House { dir, queue }
}

impl House {
    fn files(&self, count: usize) -> Location {
        let path = self.dir.path().join("files");
        std::fs::create_dir_all(&path).unwrap();
        for n in 0..count {
            std::fs::write(path.join(format!("{n}.txt")), format!("file {n}")).unwrap();
        }
        Location::Local(path)
    }

    fn submit(&self, from: Location) {
        let request = Request {
            from,
            to: Location::Under {
                account: Account::new("peer"),
                bucket: BucketName::new("box").unwrap(),
                prefix: Prefix::root(),
            },
            kind: Kind::Copy,
            if_exists: IfExists::Overwrite,
            size: None,
        };
        let order = Order::Submit(self.queue.next_batch(), vec![request]);
        self.queue.order(order);
    }

    async fn until(&self, shows: impl FnMut(&Arc<Snapshot>) -> bool) -> Arc<Snapshot> {
        let mut numbers = self.queue.numbers();
        let found = tokio::time::timeout(Duration::from_mins(1), numbers.wait_for(shows)).await;
        found.expect("the numbers never showed it").unwrap().clone()
    }
}

#[tokio::test]
async fn a_server_that_asks_for_less_gets_it_and_then_more_again() {
    let peer = peer(4).await;
    let seen = &peer.seen;
    let house = house(&peer.url, Some(8));
    let mut notices = house.queue.notices().unwrap();
    house.submit(house.files(300));
    let counts = house.queue.drain().await;
    assert_eq!((counts.done, counts.failed), (300, 0));
    assert_eq!(seen.uploads.load(SeqCst), 300);
    assert!(seen.most.load(SeqCst) <= 8);
    let mut told = Vec::new();
    while let Ok(notice) = notices.try_recv() {
        if let Notice::Warning(trouble) = notice {
            told.push((trouble.code.to_string(), trouble.what.to_string()));
        }
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "SlowDown");
    assert!(
        told[0].1.contains("4 requests at once instead of 8"),
        "{told:?}"
    );
    let end = house.until(|s| s.counts.done == 300).await;
    assert_eq!(end.pacing.parallel, Parallel::Fixed(8), "it recovered");
}

#[tokio::test]
async fn a_retry_shows_its_cause() {
    let peer = peer(usize::MAX).await;
    let house = house(&peer.url, Some(2));
    house.submit(house.files(1));
    let shown = house
        .until(|s| s.rows.iter().any(|row| row.hitch.is_some()))
        .await;
    let hitch = format!("{:?}", shown.rows[0].hitch);
    assert!(
        hitch.contains("Retrying") && hitch.contains("asks us to slow down"),
        "{hitch}"
    );
    assert_eq!(shown.rows[0].means, Means::Direct);
    house.queue.order(Order::CancelAll);
    house.queue.drain().await;
}

#[tokio::test]
async fn what_a_person_says_counts_at_once() {
    let peer = peer(0).await;
    let seen = &peer.seen;
    let house = house(&peer.url, None);
    let order = |order| house.queue.order(order);
    order(Order::Parallel(Some(1)));
    order(Order::Bandwidth(Some(5_000_000)));
    house.submit(house.files(50));
    house.queue.drain().await;
    assert_eq!(seen.most.load(SeqCst), 1);
    let shown = house.until(|s| s.counts.done == 50).await;
    assert_eq!(shown.pacing.parallel, Parallel::Fixed(1));
    assert_eq!(shown.pacing.bandwidth, Some(5_000_000));
    order(Order::Parallel(None));
    order(Order::Bandwidth(None));
    let shown = house.until(|s| s.pacing.bandwidth.is_none()).await;
    assert!(matches!(shown.pacing.parallel, Parallel::Auto(_)));
    assert!(
        shown
            .rows
            .iter()
            .all(|row| matches!(row.phase, Phase::Done(_)))
    );
}
