//! A transport for tests: answers come from a closure, requests are written down.

use std::sync::Mutex;
use std::time::Duration;

use ::http::HeaderMap;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::{Body, Broken, Fault, Incoming, Outgoing, Transport};

/// A request as it was sent.
#[derive(Debug, Clone)]
pub(in crate::s3) struct Sent {
    pub(in crate::s3) method: String,
    pub(in crate::s3) url: String,
    pub(in crate::s3) headers: HeaderMap,
    pub(in crate::s3) len: u64,
}

impl Sent {
    /// `PUT /b/k?x=1`: without scheme and host.
    pub(in crate::s3) fn line(&self) -> String {
        let url = url::Url::parse(&self.url).unwrap();
        let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
        format!("{} {}{query}", self.method, url.path())
    }

    pub(in crate::s3) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// What comes back.
#[derive(Debug, Clone)]
pub(in crate::s3) enum Reply {
    /// Status, headers and body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Status and headers; the body breaks off.
    Torn(u16, Vec<(&'static str, String)>, String),
    /// No answer.
    Fault(Fault),
}

impl Reply {
    pub(in crate::s3) fn ok(body: &str) -> Self {
        Self::Answer(200, Vec::new(), body.into())
    }

    pub(in crate::s3) fn status(status: u16) -> Self {
        Self::Answer(status, Vec::new(), String::new())
    }

    /// A refusal with an `<Error>`.
    pub(in crate::s3) fn error(status: u16, code: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{code} said</Message></Error>"
        );
        Self::Answer(status, Vec::new(), body)
    }

    pub(in crate::s3) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer(_, headers, _) | Self::Torn(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

type Author = dyn Fn(usize, &Sent) -> Reply + Send + Sync;

/// Answers the n-th request (from 0) with what its author says.
pub(in crate::s3) struct Script {
    author: Box<Author>,
    sent: Mutex<Vec<Sent>>,
    /// How long each answer takes.
    takes: Duration,
}

impl Script {
    pub(in crate::s3) fn new(
        author: impl Fn(usize, &Sent) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self {
            author: Box::new(author),
            sent: Mutex::default(),
            takes: Duration::ZERO,
        }
    }

    pub(in crate::s3) fn taking(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    pub(in crate::s3) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub(in crate::s3) fn lines(&self) -> Vec<String> {
        self.sent().iter().map(Sent::line).collect()
    }
}

impl Transport for Script {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Broken>> {
        Box::pin(async move {
            let sent = Sent {
                method: request.signed.method.to_string(),
                url: request.signed.url,
                headers: request.signed.headers,
                len: request.payload.len(),
            };
            request.meter.took(sent.len);
            let number = {
                let mut all = self.sent.lock().unwrap();
                all.push(sent.clone());
                all.len() - 1
            };
            // Others get their turn, as they would with a real connection.
            tokio::task::yield_now().await;
            if !self.takes.is_zero() {
                tokio::time::sleep(self.takes).await;
            }
            let (status, headers, body, end) = match (self.author)(number, &sent) {
                Reply::Answer(status, headers, body) => (status, headers, body, None),
                Reply::Torn(status, headers, body) => (status, headers, body, Some(Fault::Cut)),
                Reply::Fault(fault) => return Err(Broken::new(fault, "scripted")),
            };
            let mut head = ::http::Response::builder().status(status);
            for (name, value) in headers {
                head = head.header(name, value);
            }
            let mut chunks = vec![Ok(Bytes::from(body))];
            chunks.extend(end.map(|fault| Err(Broken::new(fault, "scripted"))));
            let body: Body = Box::pin(stream::iter(chunks));
            Ok(Incoming {
                head: head.body(()).unwrap().into_parts().0,
                body,
            })
        })
    }
}
