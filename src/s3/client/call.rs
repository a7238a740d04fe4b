//! One call: tries until it succeeds or cannot.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::response::Parts;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::super::error::{Failure, Refusal};
use super::super::retry::{Class, Repeat, Signal, Verdict, decide, strain};
use super::super::transport::{
    Broken, Fault, Incoming, Meter, Outgoing, Pace, read_refusal, read_up_to,
};
use super::super::{
    AbortUpload, CreateUpload, Draft, Error, ErrorKind, Malformed, NewObject, Op, Payload, Signed,
    Unsendable,
};
use super::{Client, Counter};
use crate::model::UploadMode;

/// Largest document that is read. A page of 1000 keys has 5 MB at most; some servers send more.
const MAX_DOCUMENT: usize = 32 * 1024 * 1024;

/// How long a presigned upload stays valid: long enough to be sent, short if it leaks.
const UPLOAD_VALIDITY: Duration = Duration::from_hours(1);

/// Before a request is sent again whose signature was called wrong although the secret is right.
const SECOND_CHANCE: Duration = Duration::from_millis(500);

/// One call under way.
pub(super) struct Call<'c> {
    pub(super) client: &'c Client,
    pub(super) draft: Draft,
    pub(super) healed: Healed,
    /// What the last try was signed with.
    pub(super) signed: SignedWith,
    op: &'static str,
    repeat: Repeat,
    /// Of a call that the server may work on for long: the bytes that it moves.
    slow: Option<u64>,
    counter: Option<Arc<dyn Counter>>,
    meter: Option<Rewind>,
    pub(super) tries: u32,
    spent: u32,
    resets: u32,
    wrong_signatures: u32,
    started: Instant,
}

/// What was corrected already: each only once for a call.
#[derive(Debug, Default)]
pub(super) struct Healed {
    pub(super) skew: bool,
    pub(super) region: bool,
    pub(super) payload: bool,
}

/// What a try was signed with.
#[derive(Debug, Default)]
pub(super) struct SignedWith {
    pub(super) at: Timestamp,
    pub(super) region: Box<str>,
    host: Box<str>,
}

/// Takes back what a try has counted, unless it is kept. Also when the call is dropped.
struct Rewind(Arc<Meter>);

impl Drop for Rewind {
    fn drop(&mut self) {
        self.0.rewind();
    }
}

impl<'c> Call<'c> {
    pub(super) fn new<O: Op>(
        client: &'c Client,
        op: &O,
        counter: Option<Arc<dyn Counter>>,
    ) -> Self {
        Self {
            client,
            draft: op.draft(),
            healed: Healed::default(),
            signed: SignedWith::default(),
            op: O::NAME,
            repeat: if O::REPEATABLE {
                Repeat::Freely
            } else {
                Repeat::OnlyIfUndone
            },
            slow: O::SLOW.then(|| op.moves()),
            counter,
            meter: None,
            tries: 0,
            spent: 0,
            resets: 0,
            wrong_signatures: 0,
            started: Instant::now(),
        }
    }

    /// Tries until the answer can be read.
    pub(super) async fn read<O: Op + Sync>(mut self, op: &O) -> Result<O::Output, Error> {
        loop {
            let incoming = self.answer().await?;
            let read = match whole(&self.draft.method, incoming).await {
                Ok((head, body)) if is_web_page(&head, &body) => {
                    let what = "a web page instead of an answer".to_owned();
                    Err(Failure::Malformed(Malformed::Foreign(what)))
                }
                Ok((head, body)) => op.read(&head, &body).map_err(Failure::Malformed),
                Err(failure) => Err(failure),
            };
            match read {
                Ok(output) => {
                    self.succeeded();
                    return Ok(output);
                }
                Err(failure) => self.failed(failure).await?,
            }
        }
    }

    /// Tries until an answer with a status of success is there.
    pub(super) async fn answer(&mut self) -> Result<Incoming, Error> {
        if self.client.0.learned.wants_signed() {
            self.sign_payload().await.map_err(|f| self.error(f))?;
        }
        loop {
            if let Some(stopped) = self.stopped() {
                return Err(stopped);
            }
            self.tries += 1;
            match self.once().await {
                Ok(incoming) => return Ok(incoming),
                Err(failure) => self.failed(failure).await?,
            }
        }
    }

    /// The call is done: what was counted stays counted.
    pub(super) fn succeeded(&mut self) {
        if let Some(meter) = self.meter.take() {
            meter.0.keep();
        }
        if self.client.settings().credentials.is_some() {
            self.client.0.learned.trust();
        }
        self.client.0.budget.earn(self.spent);
    }

    async fn once(&mut self) -> Result<Incoming, Failure> {
        let signed = self.sign().map_err(Failure::Unsendable)?;
        let meter = Meter::new(self.counter.clone()).paced(self.client.1.clone());
        let meter = Arc::new(meter);
        self.meter = Some(Rewind(Arc::clone(&meter)));
        let request = Outgoing {
            signed,
            payload: self.draft.payload.clone(),
            meter,
            pace: self.pace(),
        };
        let sent = self.client.0.transport.send(request).await;
        let incoming = sent.map_err(Failure::Broken)?;
        if incoming.head.status.is_success() {
            return Ok(incoming);
        }
        let body = read_refusal(incoming.body).await;
        let refusal = Refusal::read(&incoming.head, &body);
        Err(Failure::Refused(Box::new(refusal)))
    }

    fn sign(&mut self) -> Result<Signed, Unsendable> {
        let settings = self.client.settings();
        let bucket = self.draft.bucket.as_ref();
        let endpoint = self.client.0.learned.endpoint(&settings.endpoint, bucket);
        let signer = self.client.signer(&endpoint);
        let at = self.client.now();
        self.signed = SignedWith {
            at,
            region: endpoint.region.clone(),
            host: signer.target(&self.draft).host.into(),
        };
        let plain = settings.upload == UploadMode::Presigned
            && settings.credentials.is_some()
            && self.is_upload();
        if plain {
            signer.presign_draft(&self.draft, UPLOAD_VALIDITY, at)
        } else {
            signer.sign(&self.draft, at)
        }
    }

    /// Whether object data goes up with this call. A copied part has none of its own.
    pub(super) fn is_upload(&self) -> bool {
        match self.draft.payload {
            Payload::Data { .. } | Payload::Stream { .. } => true,
            Payload::Empty => self.op == "PutObject",
            Payload::Text(_) => false,
        }
    }

    fn pace(&self) -> Pace {
        match (&self.draft.payload, self.slow) {
            (Payload::Data { .. } | Payload::Stream { .. }, _) => Pace::Upload,
            (_, Some(bytes)) => Pace::Slow(bytes),
            (_, None) => Pace::Quick,
        }
    }

    /// What to answer when the credentials were refused before.
    fn stopped(&self) -> Option<Error> {
        let first = self.client.0.learned.stopped()?;
        Some(Error {
            kind: first.kind,
            status: first.status,
            code: first.code.clone(),
            request_id: first.request_id.clone(),
            ..self.error_with(Error::own(first.kind, "", first.message.clone()))
        })
    }

    /// A try failed. Returns when it is time for the next one.
    pub(super) async fn failed(&mut self, failure: Failure) -> Result<(), Error> {
        // What was counted does not count.
        self.meter = None;
        let failure = match &failure {
            Failure::Malformed(Malformed::ErrorInside { code, message }) => {
                Failure::Refused(Box::new(Refusal::inside(code, message)))
            }
            Failure::Broken(_)
            | Failure::Refused(_)
            | Failure::Malformed(_)
            | Failure::Unsendable(_) => failure,
        };
        let mut asked = None;
        if let Failure::Refused(refusal) = &failure {
            if self.heal(refusal).await {
                return Ok(());
            }
            if refusal.signature_is_wrong() && self.forgiven(refusal).await? {
                return Ok(());
            }
            asked = refusal.wait;
        }
        if let Failure::Broken(Broken { fault, .. }) = &failure
            && *fault == Fault::ResetSending
        {
            self.resets += 1;
            if self.resets == 2
                && let Some(reason) = self.hidden_reason().await
            {
                return Err(self.error_with(reason));
            }
        }
        let Some(signal) = signal(&failure) else {
            return Err(self.error(failure));
        };
        let (class, strain) = (Class::of(self.op), strain(signal));
        match decide(signal, self.tries, class, self.repeat) {
            Verdict::Again(backoff) if self.client.0.budget.pay(backoff.cost) => {
                self.spent += backoff.cost;
                let wait = backoff.wait(self.tries, &self.client.0.dice, asked);
                tracing::debug!(op = self.op, tries = self.tries, ?wait, "trying again");
                if self.client.1.is_some() {
                    self.tell(&self.error(failure), strain, Some(class.tries()));
                }
                sleep(self.client.tempo().rest(wait)).await;
                Ok(())
            }
            Verdict::Again(_) | Verdict::Stop => {
                let error = self.error(failure);
                self.tell(&error, strain, None);
                Err(error)
            }
        }
    }

    /// Stops everything when the server does not take these credentials: some lock the account
    /// after a few wrong signatures. A secret that was right before is not to blame: then the
    /// request gets a second chance, and if that fails too, it is something about this request.
    async fn forgiven(&mut self, refusal: &Refusal) -> Result<bool, Error> {
        let told = self.error(Failure::Refused(Box::new(refusal.clone())));
        if self.client.settings().credentials.is_none() {
            return Ok(false);
        }
        if !self.client.0.learned.forgives() {
            self.client.0.learned.stop(&told);
            return Ok(false);
        }
        self.wrong_signatures += 1;
        if self.wrong_signatures > 1 {
            let kind = ErrorKind::Refused;
            return Err(Error { kind, ..told });
        }
        tracing::debug!(op = self.op, "a signature was called wrong: once more");
        sleep(self.client.tempo().rest(SECOND_CHANCE)).await;
        Ok(true)
    }

    /// A server that refuses a large upload early often closes the connection before its answer
    /// can be read. A small request that needs the same permission brings the reason to light.
    fn hidden_reason(&self) -> BoxFuture<'_, Option<Error>> {
        Box::pin(async move {
            let (bucket, key) = (self.draft.bucket.clone()?, self.draft.key.clone()?);
            let ask = CreateUpload {
                bucket: bucket.clone(),
                key: key.clone(),
                about: NewObject::default(),
            };
            match self.client.call(&ask).await {
                Ok(upload) => {
                    let give_up = AbortUpload {
                        bucket,
                        key,
                        upload,
                    };
                    // It holds no parts; a server that keeps it loses nothing.
                    let _ = self.client.call(&give_up).await;
                    None
                }
                Err(error) => is_reason(&error).then_some(error),
            }
        })
    }

    /// The whole story.
    pub(super) fn error(&self, failure: Failure) -> Error {
        self.error_with(failure.into())
    }

    fn error_with(&self, error: Error) -> Error {
        let host = match &*self.signed.host {
            "" => self.client.settings().endpoint.host().into(),
            _ => self.signed.host.clone(),
        };
        Error {
            op: self.op,
            bucket: self.draft.bucket.as_ref().map(|b| b.as_str().into()),
            key: self.draft.key.as_ref().map(|k| k.as_str().into()),
            endpoint: host,
            attempts: self.tries,
            elapsed: self.started.elapsed(),
            ..error
        }
    }
}

/// Whether an error explains why uploads are cut off.
fn is_reason(error: &Error) -> bool {
    error.status.is_some()
        && matches!(
            error.kind,
            ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Credentials | ErrorKind::Refused
        )
}

/// What the table of retries is asked about; none for what cannot get better.
fn signal(failure: &Failure) -> Option<Signal<'_>> {
    match failure {
        Failure::Broken(broken) => Some(Signal::Fault(broken.fault)),
        Failure::Refused(refusal) => Some(Signal::Answer {
            status: refusal.status,
            code: refusal.code.as_deref().unwrap_or_default(),
        }),
        Failure::Malformed(Malformed::Cut) => Some(Signal::Garbled),
        Failure::Malformed(_) | Failure::Unsendable(_) => None,
    }
}

/// Whether a success is that of a login page or a console: nothing was done then.
fn is_web_page(head: &Parts, body: &[u8]) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    !body.is_empty() && kind.is_some_and(|kind| kind.starts_with(b"text/html"))
}

/// Reads the whole document, and checks that it is whole: a connection that just ends looks like
/// the end of the body to HTTP when no length was given.
async fn whole(method: &Method, incoming: Incoming) -> Result<(Parts, Vec<u8>), Failure> {
    let Incoming { head, mut body } = incoming;
    let read = read_up_to(&mut body, MAX_DOCUMENT).await;
    let bytes = read.map_err(Failure::Broken)?;
    if bytes.len() == MAX_DOCUMENT {
        let why = format!("it is larger than {} MiB", MAX_DOCUMENT / 1024 / 1024);
        return Err(Failure::Malformed(Malformed::Foreign(why)));
    }
    let said = super::download::content_length(&head);
    if *method != Method::HEAD && said.is_some_and(|said| said != bytes.len() as u64) {
        return Err(Failure::Broken(Broken::new(
            Fault::Cut,
            "the document is shorter than the server said",
        )));
    }
    Ok((head, bytes))
}
