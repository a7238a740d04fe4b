//! The real transport: HTTP/1.1, nothing followed, nothing unpacked, nothing repeated.
//!
//! HTTP/1.1 because one connection for each request is what makes parts fast, and because many
//! S3 servers speak nothing else. The libraries' own time-outs are not used once a connection
//! stands: they run during uploads and are not reset by progress. [`watched`] is used instead.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use ::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderValue};
use ::http::{Method, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http_body_util::BodyExt;
use url::Url;

use super::body::Frames;
use super::fault::{Broken, Fault, Stage, classify};
use super::names::Names;
use super::raw::Raw;
use super::{Body, Incoming, Meter, Outgoing, Pace, Transport, tls};
use crate::s3::{Error, ErrorKind, Payload, Settings, Tempo};

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// For a connection: look-up, TCP and TLS.
    pub(super) connect: Duration,
    /// Before an idle connection is closed. Amazon closes its own after about 5 s.
    pub(super) idle: Duration,
    /// Between two pieces of a body, in either direction; for the answer of a quick call.
    pub(super) still: Duration,
    /// For the answer after the last byte of an upload.
    pub(super) upload: Duration,
    /// For the answer of a slow call.
    pub(super) slow: Duration,
}

impl Timing {
    fn of(host: &str, tempo: Tempo) -> Self {
        let amazon = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(if amazon { 4 } else { 15 }),
            still: tempo.limit(Duration::from_secs(30)),
            upload: tempo.limit(Duration::from_mins(1)),
            slow: tempo.limit(Duration::from_mins(5)),
        }
    }
}

impl Timing {
    /// For the answer of a slow call that moves so many bytes.
    ///
    /// Source: `s3.md` C-4: 300 s, and the time for the bytes at 50 MB/s.
    fn slow_for(&self, bytes: u64) -> Duration {
        let parts = u32::try_from(bytes / MOVED).unwrap_or(u32::MAX);
        self.slow + (self.slow / 300).saturating_mul(parts)
    }
}

/// Bytes that a server moves in a second, at least.
const MOVED: u64 = 50_000_000;

/// Most that the kernel holds of an upload after we gave the last byte away.
const KERNEL_BUFFER: u64 = 4 * 1024 * 1024;

/// Idle connections to keep: more than we ever use at once.
const KEEP_IDLE: usize = 1024;

/// Requests over real connections.
pub(in crate::s3) struct Http {
    client: reqwest::Client,
    raw: Raw,
    timing: Timing,
}

impl Http {
    /// Makes one; nothing is sent.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub(in crate::s3) fn new(settings: &Settings, tempo: Tempo) -> Result<Self, Error> {
        let host = settings.endpoint.base.host_str().unwrap_or_default();
        let timing = Timing::of(host, tempo);
        Self::with(settings, timing)
    }

    pub(super) fn with(settings: &Settings, timing: Timing) -> Result<Self, Error> {
        let tls = tls::config(settings)?;
        let names = Names::of_system(seed());
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .https_only(settings.endpoint.base.scheme() == "https")
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .dns_resolver(names.clone())
            .http1_only()
            .connect_timeout(timing.connect)
            .pool_idle_timeout(timing.idle)
            .pool_max_idle_per_host(KEEP_IDLE)
            .build()
            .map_err(|e| {
                let why = classify(&e, Stage::Connecting).words;
                Error::own(ErrorKind::Unsendable, "Certificates", why)
            })?;
        Ok(Self {
            client,
            raw: Raw::new(tls, names, timing),
            timing,
        })
    }

    async fn head(&self, mut out: Outgoing) -> Result<Response<Body>, Broken> {
        let stage = match out.payload {
            Payload::Data { .. } | Payload::Stream { .. } if !out.payload.is_empty() => {
                Stage::Uploading
            }
            Payload::Empty | Payload::Text(_) | Payload::Data { .. } | Payload::Stream { .. } => {
                Stage::Asking
            }
        };
        complete_headers(&mut out);
        match Url::parse(&out.signed.url) {
            Ok(url) if is_kept(&url, &out.signed.url) => {
                let proxy = url.as_str().parse().ok();
                let proxy = proxy.and_then(|uri| self.raw.proxy_for(&uri));
                if proxy.is_none() && out.signed.method == Method::GET {
                    return self.raw.send(out, stage).await;
                }
                self.easy(url, out, stage, proxy).await
            }
            _ => self.raw.send(out, stage).await,
        }
    }

    async fn easy(
        &self,
        url: Url,
        out: Outgoing,
        stage: Stage,
        proxy: Option<String>,
    ) -> Result<Response<Body>, Broken> {
        let mut request = reqwest::Request::new(out.signed.method, url);
        *request.headers_mut() = out.signed.headers;
        if !out.payload.is_empty() {
            *request.body_mut() = Some(reqwest::Body::wrap(Frames::new(out.payload, out.meter)));
        }
        let answer = self
            .client
            .execute(request)
            .await
            .map_err(|e| unsent(e, stage, proxy.as_deref()))?;
        Ok(Response::<reqwest::Body>::from(answer).map(|body| {
            let body = body.map_err(|e| classify(&e.without_url(), Stage::Reading));
            let body: Body = Box::pin(body.into_data_stream());
            body
        }))
    }
}

impl Transport for Http {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Broken>> {
        Box::pin(async move {
            let patience = Patience {
                timing: self.timing,
                len: request.payload.len(),
                pace: request.pace,
            };
            let meter = std::sync::Arc::clone(&request.meter);
            let answer = watched(self.head(request), &meter, patience).await?;
            let (head, body) = answer.into_parts();
            Ok(Incoming {
                head,
                body: impatient(body, self.timing.still),
            })
        })
    }
}

/// Every hasher of the standard library is seeded at random: enough to spread connections.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Why no answer came. Where there is a proxy, it is the one that could not be reached.
fn unsent(error: reqwest::Error, stage: Stage, proxy: Option<&str>) -> Broken {
    if !error.is_connect() {
        return classify(&error.without_url(), stage);
    }
    let late = error.is_timeout();
    let mut broken = classify(&error.without_url(), Stage::Connecting);
    if late {
        broken = Broken::new(Fault::ConnectTimeout, "no answer in time");
    }
    match (proxy, broken.fault) {
        (_, Fault::Tls(_)) | (None, _) => broken,
        (Some(proxy), _) => {
            let words = format!("{} (the proxy is {proxy})", broken.words);
            Broken::new(Fault::Proxy, words)
        }
    }
}

/// Adds what is never signed, because proxies and servers touch it.
fn complete_headers(out: &mut Outgoing) {
    let headers = &mut out.signed.headers;
    // Without this some servers unpack objects that were stored packed.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let len = out.payload.len();
    if len > 0 || matches!(out.signed.method, Method::PUT | Method::POST) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
    }
}

/// Whether the URL type left path and query alone.
fn is_kept(url: &Url, text: &str) -> bool {
    let behind = text.find("://").map_or(0, |at| at + 3);
    let exact = text[behind..]
        .find('/')
        .map_or("", |at| &text[behind + at..]);
    let (path, query) = match exact.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (exact, None),
    };
    url.path() == if path.is_empty() { "/" } else { path }
        && url.query() == query
        && url.fragment().is_none()
}

/// When to give a request up.
#[derive(Debug, Clone, Copy)]
struct Patience {
    timing: Timing,
    len: u64,
    pace: Pace,
}

impl Patience {
    fn is_over(&self, meter: &Meter) -> bool {
        let limit = if meter.taken() < self.len {
            self.timing.still
        } else {
            match self.pace {
                Pace::Quick => self.timing.still,
                Pace::Slow(bytes) => self.timing.slow_for(bytes),
                Pace::Upload => self.timing.upload + meter.time_for(self.len.min(KERNEL_BUFFER)),
            }
        };
        meter.idle() > limit
    }
}

/// Waits for a head, as long as the body moves and then as long as the call deserves.
async fn watched<T>(
    work: impl Future<Output = Result<T, Broken>>,
    meter: &Meter,
    patience: Patience,
) -> Result<T, Broken> {
    let tick = (patience.timing.still / 30).min(Duration::from_secs(1));
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(tick) => if patience.is_over(meter) {
                let words = if meter.taken() < patience.len {
                    "the server takes no more bytes"
                } else {
                    "the server does not answer"
                };
                return Err(Broken::new(Fault::Stalled, words));
            }
        }
    }
}

/// A body that fails when nothing comes for a while. Time counts only while somebody waits.
fn impatient(body: Body, still: Duration) -> Body {
    Box::pin(stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(still, body.next()).await {
            Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(body))),
            Ok(Some(Err(broken))) => Some((Err(broken), None)),
            Ok(None) => None,
            Err(_) => {
                let broken = Broken::new(Fault::Stalled, "the server sends no more bytes");
                Some((Err(broken), None))
            }
        }
    }))
}
