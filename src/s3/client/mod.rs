//! The only loop that signs, sends and waits.
//!
//! A [`Client`] drives an [`Op`] over the transport: draft → sign → send → read, again while that
//! can help. It remembers what a server turned out to be like (`learned`), and nothing about what
//! was asked. Invariant: each try is signed anew, and nothing signed ever goes to another host
//! than the endpoint's.

mod call;
mod delete;
mod download;
mod greet;
mod heal;
mod learned;
mod link;
mod list;
mod pacer;
mod sweep;
#[cfg(test)]
mod tests;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use jiff::{SignedDuration, Timestamp};

use super::retry::{Budget, Dice};
use super::transport::{Http, Transport};
use super::{
    Credentials, Draft, Endpoint, Error, GetObject, ListObjects, Op, Signer, SigningKeys, Tempo,
};
use crate::model::{Integrity, UploadMode};

use call::Call;
pub use download::Download;
pub use greet::{Greeting, Speaker};
use learned::Learned;
pub use pacer::{Grant, Heading, Pacer, Setback, Strain};
pub use sweep::Sweep;

/// How to talk to one account's endpoint.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server.
    pub endpoint: Endpoint,
    /// None: anonymous requests.
    pub credentials: Option<Credentials>,
    /// How uploads are protected.
    pub integrity: Integrity,
    /// How uploads are sent.
    pub upload: UploadMode,
    /// Further certificates to trust, PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Whether certificates are checked. Off only by an explicit word of the user.
    pub verify_tls: bool,
}

/// Counts the bytes of object data as the connection takes them.
pub trait Counter: Send + Sync {
    /// `n` more bytes went out.
    fn sent(&self, n: u64);
    /// The try failed: these `n` bytes do not count.
    fn rewind(&self, n: u64);
}

/// A handle to one account on one server. Cloning shares connections and what was learned.
#[derive(Clone)]
pub struct Client(Arc<Inner>, Option<Arc<dyn Pacer>>);

struct Inner {
    settings: Settings,
    transport: Arc<dyn Transport>,
    clock: Clock,
    learned: Learned,
    keys: SigningKeys,
    dice: Dice,
    budget: Budget,
    tempo: Tempo,
}

/// Where the local time comes from.
type Clock = fn() -> Timestamp;

impl Client {
    /// Opens a client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Self::patient(settings, Tempo::HUMAN)
    }

    /// Opens a client whose waits are measured otherwise. Nothing is sent yet.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn patient(settings: Settings, tempo: Tempo) -> Result<Self, Error> {
        let transport = Http::new(&settings, tempo).map_err(|error| Error {
            endpoint: settings.endpoint.host().into(),
            ..error
        })?;
        let clock: Clock = Timestamp::now;
        Ok(Self::driving(settings, Arc::new(transport), clock, tempo))
    }

    #[cfg(test)]
    fn over(settings: Settings, transport: Arc<dyn Transport>, clock: Clock) -> Self {
        Self::driving(settings, transport, clock, Tempo::HUMAN)
    }

    fn driving(
        settings: Settings,
        transport: Arc<dyn Transport>,
        clock: Clock,
        tempo: Tempo,
    ) -> Self {
        // Every hasher of the standard library is seeded at random: enough to spread waits.
        let seed = RandomState::new().build_hasher().finish();
        let inner = Inner {
            settings,
            transport,
            clock,
            learned: Learned::default(),
            keys: SigningKeys::default(),
            dice: Dice::new(seed),
            budget: Budget::new(),
            tempo,
        };
        Self(Arc::new(inner), None)
    }

    /// The same client, whose calls are paced.
    #[must_use]
    pub fn paced(self, pacer: Arc<dyn Pacer>) -> Self {
        Self(self.0, Some(pacer))
    }

    /// Does one call, with retries. Dropping the future cancels it.
    ///
    /// # Errors
    /// What is left after the retries.
    pub async fn call<O: Op + Sync>(&self, op: &O) -> Result<O::Output, Error> {
        let answer = Call::new(self, op, None).read(op).await;
        match answer {
            Err(error) if op.draft().method == Method::HEAD => Err(self.reason(op, error).await),
            other => other,
        }
    }

    /// Finds out why a HEAD was refused: it has no body, so a bare 400 or 403 hides whether the
    /// secret, the region or the permission is wrong (rule E-4). A GET of one byte, or a listing
    /// of one key, is refused for the same reason and says it.
    async fn reason<O: Op + Sync>(&self, op: &O, bare: Error) -> Error {
        if !matches!(bare.status, Some(400 | 403)) {
            return bare;
        }
        let Draft { bucket, key, .. } = op.draft();
        let told = match (bucket, key) {
            (Some(bucket), Some(key)) => {
                let range = Some(0..=0);
                let get = GetObject {
                    bucket,
                    key,
                    range,
                    if_match: None,
                };
                self.stream(&get).await.err()
            }
            (Some(bucket), None) => {
                let list = ListObjects {
                    max: 1,
                    ..ListObjects::new(bucket, "")
                };
                Call::new(self, &list, None).read(&list).await.err()
            }
            (None, _) => None,
        };
        match told {
            Some(told) if told.status.is_some() => Error {
                op: bare.op,
                ..told
            },
            _ => bare,
        }
    }

    /// Does one call and counts its body's bytes as they go out.
    ///
    /// # Errors
    /// What is left after the retries.
    pub async fn call_counted<O: Op + Sync>(
        &self,
        op: &O,
        counter: &Arc<dyn Counter>,
    ) -> Result<O::Output, Error> {
        Call::new(self, op, Some(Arc::clone(counter)))
            .read(op)
            .await
    }

    /// The digest that uploads to this endpoint should carry: `Sha256` or `Md5`, never `Auto`.
    ///
    /// Without TLS only a signed hash protects the bytes; a presigned upload can carry none.
    #[must_use]
    pub fn integrity(&self) -> Integrity {
        let settings = self.settings();
        let unsigned = settings.endpoint.is_https() && !self.0.learned.wants_signed();
        match (settings.upload, settings.integrity) {
            (UploadMode::Presigned, _) => Integrity::Md5,
            (UploadMode::Signed, Integrity::Auto | Integrity::Md5) if unsigned => Integrity::Md5,
            (UploadMode::Signed, _) => Integrity::Sha256,
        }
    }

    /// What signs for this endpoint: the account's own, perhaps with a bucket's region.
    fn signer<'s>(&'s self, endpoint: &'s Endpoint) -> Signer<'s> {
        Signer {
            credentials: self.settings().credentials.as_ref(),
            endpoint,
            keys: &self.0.keys,
        }
    }

    /// Now, as the server sees it: the local clock plus the skew that was learned.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let local = (self.0.clock)();
        let skew = SignedDuration::from_secs(self.0.learned.skew());
        local.checked_add(skew).unwrap_or(local)
    }

    /// The skew that was learned and corrected, if there is any.
    #[must_use]
    pub fn skew(&self) -> Option<Duration> {
        let seconds = self.0.learned.skew().unsigned_abs();
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// How its waits are measured.
    #[must_use]
    pub fn tempo(&self) -> Tempo {
        self.0.tempo
    }

    /// What this client was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.settings().endpoint.host())
    }
}
