//! The way out that hands over the socket and the path: for paths that a URL type would rewrite
//! (`/bucket/../other` must stay what it is, or a delete would hit another bucket), and for
//! answers with a body, whose connections have to acknowledge at once (`prompt.rs`).
//!
//! It knows no proxy: where the system wants one for this address, it refuses.

use ::http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::body::Frames;
use super::fault::{Broken, Fault, Stage, classify};
use super::http::Timing;
use super::names::Names;
use super::prompt::Prompt;
use super::{Body, Outgoing};

/// The plain client.
pub(super) struct Raw {
    client: Client<HttpsConnector<Prompt>, Frames>,
    proxies: Matcher,
}

impl Raw {
    /// Makes one; nothing is sent.
    pub(super) fn new(tls: ClientConfig, names: Names, timing: Timing) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Prompt::new(names, timing));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(timing.idle)
            .set_host(true)
            .build(connector);
        Self {
            client,
            proxies: Matcher::from_system(),
        }
    }

    /// Host and port of the proxy that the system wants for this address.
    pub(super) fn proxy_for(&self, uri: &Uri) -> Option<String> {
        let proxy = self.proxies.intercept(uri)?;
        // Never the whole address: it may hold a password.
        let host = proxy.uri().host()?;
        let port = proxy.uri().port_u16().map(|p| format!(":{p}"));
        Some(format!("{host}{}", port.unwrap_or_default()))
    }

    /// Sends one request and waits for the head of its answer.
    pub(super) async fn send(&self, out: Outgoing, stage: Stage) -> Result<Response<Body>, Broken> {
        let uri: Uri = out
            .signed
            .url
            .parse()
            .map_err(|e: ::http::uri::InvalidUri| Broken::new(Fault::ProxyPath, e.to_string()))?;
        if let Some(proxy) = self.proxy_for(&uri) {
            return Err(Broken::new(
                Fault::ProxyPath,
                format!("the proxy is {proxy}"),
            ));
        }
        let mut request = Request::new(Frames::new(out.payload, out.meter));
        *request.method_mut() = out.signed.method;
        *request.headers_mut() = out.signed.headers;
        *request.uri_mut() = uri;
        let answer = self.client.request(request).await.map_err(|e| {
            let stage = if e.is_connect() {
                Stage::Connecting
            } else {
                stage
            };
            classify(&e, stage)
        })?;
        Ok(answer.map(|body| {
            let body = body.map_err(|e| classify(&e, Stage::Reading));
            let body: Body = Box::pin(body.into_data_stream());
            body
        }))
    }
}
