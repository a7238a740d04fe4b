//! Whom to trust: the system, further certificates, or (only on an explicit word) anybody.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::s3::{Error, ErrorKind, Settings};

/// The TLS configuration of an account. The provider is named here, so nothing global is needed.
pub(super) fn config(settings: &Settings) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let bundle = match &settings.ca_bundle {
        Some(path) => read_bundle(path)?,
        None => Vec::new(),
    };
    // Reading the system's certificates takes longer than all else before the first screen.
    if settings.endpoint.base.scheme() == "http" && bundle.is_empty() && !has_tls_proxy() {
        return trusting_nobody(&provider);
    }
    let verifier: Arc<dyn ServerCertVerifier> = if settings.verify_tls {
        match Verifier::new_with_extra_roots(bundle, Arc::clone(&provider)) {
            Ok(verifier) => Arc::new(verifier),
            // A system without certificates is no trouble for a server without https.
            Err(_) if settings.endpoint.base.scheme() == "http" => {
                return trusting_nobody(&provider);
            }
            Err(error) => return Err(trouble(error)),
        }
    } else {
        Arc::new(Anybody(Arc::clone(&provider)))
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(trouble)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Whether the environment names a proxy that is reached by TLS itself.
#[expect(
    clippy::disallowed_methods,
    reason = "the client below reads its proxies from there too"
)]
fn has_tls_proxy() -> bool {
    ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        .iter()
        .filter_map(std::env::var_os)
        .any(|proxy| proxy.to_string_lossy().starts_with("https"))
}

fn trusting_nobody(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(trouble)?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = |why: String| trouble(format!("{}: {why}", path.display()));
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| bad(e.to_string()))?;
    if certificates.is_empty() {
        return Err(bad("there is no certificate in it (PEM)".to_owned()));
    }
    Ok(certificates)
}

fn trouble(why: impl std::fmt::Display) -> Error {
    Error::own(ErrorKind::Network, "Certificates", why.to_string())
}

/// Takes every certificate, but still checks that the server holds its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
