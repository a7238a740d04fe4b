//! What real servers do once in a million requests, done by a scripted one on purpose: every
//! transfer ends whole, byte for byte, or with exactly one clear error, and nothing half is left.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

#[path = "support/noise.rs"]
mod noise;
#[path = "support/peer/mod.rs"]
mod peer;

#[path = "faults/across.rs"]
mod across;
#[path = "faults/alone.rs"]
mod alone;
#[path = "faults/calls.rs"]
mod calls;
#[path = "faults/changes.rs"]
mod changes;
#[path = "faults/complete.rs"]
mod complete;
#[path = "faults/down.rs"]
mod down;
#[path = "faults/edits.rs"]
mod edits;
#[path = "faults/intake.rs"]
mod intake;
#[path = "faults/moves.rs"]
mod moves;
#[path = "faults/regret.rs"]
mod regret;
#[path = "faults/shut.rs"]
mod shut;
#[path = "faults/unheard.rs"]
mod unheard;
#[path = "faults/unseen.rs"]
mod unseen;
#[path = "faults/up.rs"]
mod up;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use noise::bytes;
use peer::Peer;
use tokio::sync::mpsc;
use windlass::model::{
    Account, Addressing, BucketName, Integrity, Key, Location, Prefix, Provenance, Secret, Trouble,
    UploadMode,
};
use windlass::s3::{Client, Credentials, Endpoint, Settings, Tempo};
use windlass::transfer::{
    IfExists, JobView, Kind, Leftovers, Limits, Notice, Order, Phase, Queue, Request, Setup,
    Verified,
};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A size that goes up in two parts.
const LARGE: usize = 5 * MIB + 300 * KIB;

/// A size that comes down in four ranges.
const RANGES: usize = 900 * KIB;

/// How a house talks to its servers.
#[derive(Clone, Copy)]
struct Habit {
    mode: UploadMode,
    tempo: Tempo,
    threshold: usize,
}

impl Default for Habit {
    fn default() -> Self {
        Self {
            mode: UploadMode::Signed,
            tempo: Tempo::rests(1000),
            threshold: MIB,
        }
    }
}

impl Habit {
    /// Tags of parts are held against MD5s.
    fn md5() -> Self {
        Self {
            mode: UploadMode::Presigned,
            ..Self::default()
        }
    }

    /// A server that does nothing is given up soon.
    fn hasty() -> Self {
        Self {
            tempo: Tempo::rests(1000).giving_up(60),
            ..Self::default()
        }
    }
}

/// Two scripted servers, a folder, and a queue.
struct House {
    peer: Peer,
    other: Peer,
    dir: tempfile::TempDir,
    queue: Queue,
    clients: [Client; 2],
    notices: mpsc::UnboundedReceiver<Notice>,
}

/// How one transfer ended.
struct End {
    row: JobView,
    warnings: Vec<Trouble>,
}

fn client(url: &str, habit: Habit) -> Client {
    let settings = Settings {
        endpoint: Endpoint::new(url, "r", Addressing::Path).unwrap(),
        credentials: Some(Credentials {
            access_key: "key".into(),
            secret: Secret::new("secret"),
            token: None,
            from: Provenance("test".into()),
        }),
        integrity: Integrity::Auto,
        upload: habit.mode,
        ca_bundle: None,
        verify_tls: true,
    };
    Client::patient(settings, habit.tempo).unwrap()
}

async fn house() -> House {
    House::with(Habit::default()).await
}

impl House {
    async fn with(habit: Habit) -> Self {
        let (peer, other) = (Peer::start().await, Peer::start().await);
        let dir = tempfile::tempdir().unwrap();
        let clients = [client(&peer.url, habit), client(&other.url, habit)];
        let known = clients.clone();
        let queue = Queue::start(Setup {
            clients: Arc::new(move |account| {
                Ok(known[usize::from(account.as_str() == "other")].clone())
            }),
            state: dir.path().join("state"),
            limits: Limits {
                // One after the other, so that a script knows which comes next.
                parallel: Some(1),
                threshold: habit.threshold as u64,
                part_size: 256 * KIB as u64,
                ..Limits::default()
            },
            leftovers: Leftovers::Leave,
            tempo: habit.tempo,
        });
        let notices = queue.notices().unwrap();
        std::fs::create_dir(dir.path().join("here")).unwrap();
        Self {
            peer,
            other,
            dir,
            queue,
            clients,
            notices,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("here").join(name)
    }

    fn file(&self, name: &str, content: &[u8]) -> Location {
        std::fs::write(self.path(name), content).unwrap();
        self.local(name)
    }

    fn local(&self, name: &str) -> Location {
        Location::Local(self.path(name))
    }

    fn object(key: &str) -> Location {
        Self::at("peer", key)
    }

    fn at(account: &str, key: &str) -> Location {
        Location::Object {
            account: Account::new(account),
            bucket: BucketName::new("box").unwrap(),
            key: Key::new(key).unwrap(),
        }
    }

    fn under(prefix: &str) -> Location {
        Location::Under {
            account: Account::new("peer"),
            bucket: BucketName::new("box").unwrap(),
            prefix: Prefix::new(prefix).unwrap(),
        }
    }

    async fn ends(&mut self, request: Request) -> Vec<End> {
        let ends = self.all_ends(request).await;
        self.nothing_half();
        ends
    }

    async fn all_ends(&mut self, request: Request) -> Vec<End> {
        let batch = self.queue.next_batch();
        self.queue.order(Order::Submit(batch, vec![request]));
        let drained = tokio::time::timeout(Duration::from_mins(2), self.queue.drain()).await;
        drained.expect("the queue came to no end");
        let (mut ends, mut warnings) = (Vec::new(), Vec::new());
        while let Ok(notice) = self.notices.try_recv() {
            match notice {
                Notice::Done(row) | Notice::Failed(row) | Notice::Asking(row) => ends.push(row),
                Notice::Warning(trouble) => warnings.push(trouble),
                Notice::BatchDone { .. } | Notice::Interrupted(_) => {}
            }
        }
        let end = |row| End {
            row,
            warnings: warnings.clone(),
        };
        ends.into_iter().map(end).collect()
    }

    async fn run(&mut self, kind: Kind, from: &Location, to: &Location) -> End {
        let request = Request {
            from: from.clone(),
            to: to.clone(),
            kind,
            if_exists: IfExists::Ask,
            size: None,
        };
        let mut ends = self.ends(request).await;
        assert_eq!(ends.len(), 1, "one job, one end");
        ends.remove(0)
    }

    /// Copies where something else is half done beside it.
    async fn runs(&mut self, from: &Location, to: &Location) -> End {
        let request = Request {
            from: from.clone(),
            to: to.clone(),
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
            size: None,
        };
        let mut ends = self.all_ends(request).await;
        assert_eq!(ends.len(), 1, "one job, one end");
        ends.remove(0)
    }

    async fn copy(&mut self, from: &Location, to: &Location) -> End {
        self.run(Kind::Copy, from, to).await
    }

    /// Nothing half is left: no temporary file, no open upload.
    fn nothing_half(&self) {
        for entry in std::fs::read_dir(self.path("")).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(!name.starts_with(".windlass-"), "{name} was left behind");
        }
        for peer in [&self.peer, &self.other] {
            assert_eq!(peer.with(|store| store.open_uploads()), 0, "open uploads");
        }
    }

    /// Uploads so many bytes to `o`, which must succeed.
    async fn up(&mut self, len: usize) -> Verified {
        let from = self.file("f", &bytes(len));
        let end = self.copy(&from, &House::object("o")).await;
        assert!(
            self.peer.with(|s| s.bytes("o")) == Some(bytes(len)),
            "bytes"
        );
        end.verified()
    }

    /// Uploads so many bytes to `o`, which must fail and leave nothing.
    async fn up_fails(&mut self, len: usize) -> Trouble {
        let from = self.file("f", &bytes(len));
        let end = self.copy(&from, &House::object("o")).await;
        assert!(
            self.peer.with(|s| s.bytes("o")).is_none(),
            "nothing is kept"
        );
        end.trouble()
    }

    /// Downloads `o`, so large, which must succeed.
    async fn down(&mut self, len: usize) -> Verified {
        self.peer.with(|store| store.put("o", &bytes(len)));
        let end = self.copy(&House::object("o"), &self.local("f")).await;
        let verified = end.verified();
        assert!(
            std::fs::read(self.path("f")).unwrap() == bytes(len),
            "bytes"
        );
        verified
    }

    /// Downloads `o`, so large, which must fail and leave nothing.
    async fn down_fails(&mut self, len: usize) -> Trouble {
        self.peer.with(|store| store.put("o", &bytes(len)));
        let end = self.copy(&House::object("o"), &self.local("f")).await;
        assert!(!self.path("f").exists(), "nothing is kept");
        end.trouble()
    }
}

impl End {
    fn verified(&self) -> Verified {
        match &self.row.phase {
            Phase::Done(verified) => *verified,
            other => panic!("not done: {other:?}"),
        }
    }

    fn trouble(&self) -> Trouble {
        match &self.row.phase {
            Phase::Failed(trouble) => (**trouble).clone(),
            other => panic!("not failed: {other:?}"),
        }
    }
}

/// What a trouble must say.
fn says(trouble: &Trouble, code: &str, why: &str, fix: &str) {
    assert_eq!(trouble.code.as_str(), code, "{trouble:?}");
    assert!(trouble.why.as_str().contains(why), "{trouble:?}");
    assert!(trouble.fix.as_str().contains(fix), "{trouble:?}");
}
