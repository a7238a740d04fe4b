//! What a refusal teaches, so that the same request works at the next try: the server's clock, the
//! bucket's region, and that object data must be signed. Each is corrected once for a call.

use std::io;

use http::Method;
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use super::super::error::{Failure, Refusal};
use super::super::transport::{Broken, Fault, Meter, Outgoing, Pace, read_refusal};
use super::super::{Digest, Draft, Payload};
use super::call::Call;

/// A difference of clocks that explains a refusal. Servers take 15 minutes, some less.
const SKEW: i64 = 300;

impl Call<'_> {
    /// Corrects what can be; true if it is worth another try.
    pub(super) async fn heal(&mut self, refusal: &Refusal) -> bool {
        self.heal_skew(refusal)
            || self.heal_region(refusal).await
            || self.heal_payload(refusal).await
    }

    /// Takes the server's clock. Compared with the moment that this request was signed for, so
    /// that each of many parallel requests gets its second chance.
    fn heal_skew(&mut self, refusal: &Refusal) -> bool {
        let silent = refusal.code.is_none() && self.draft.method == Method::HEAD;
        let about_time = matches!(
            refusal.code.as_deref().unwrap_or_default(),
            "RequestTimeTooSkewed"
                | "AccessDenied"
                | "InvalidRequest"
                | "SignatureDoesNotMatch"
                | "RequestExpired"
        ) || (silent && matches!(refusal.status, 400 | 403));
        let Some(theirs) = refusal.date.filter(|_| about_time && !self.healed.skew) else {
            return false;
        };
        if theirs.duration_since(self.signed.at).as_secs().abs() <= SKEW {
            return false;
        }
        let ours = (self.client.0.clock)();
        let skew = theirs.duration_since(ours).as_secs();
        tracing::warn!(seconds = skew, "the clock differs from the server's");
        self.client.0.learned.set_skew(skew);
        self.healed.skew = true;
        true
    }

    async fn heal_region(&mut self, refusal: &Refusal) -> bool {
        let head = self.draft.method == Method::HEAD && matches!(refusal.status, 301 | 307 | 400);
        let code = refusal.code.as_deref().unwrap_or_default();
        // A bucket that is made where it may not be is not made elsewhere.
        let makes_bucket = self.draft.method == Method::PUT && self.draft.key.is_none();
        let misplaced = code == "IllegalLocationConstraintException" && makes_bucket;
        let about_region = head || (refusal.is_about_place() && !misplaced);
        if !about_region || self.healed.region {
            return false;
        }
        let region = match (&refusal.region, head) {
            (Some(region), _) => Some(region.clone()),
            (None, true) => self.ask_region().await,
            (None, false) => None,
        };
        let Some(region) = region.filter(|r| is_region(r) && **r != *self.signed.region) else {
            return false;
        };
        tracing::info!(%region, "the server names another region");
        let bucket = self.draft.bucket.as_ref();
        self.client.0.learned.set_region(bucket, &region);
        self.healed.region = true;
        true
    }

    /// The answer to a HEAD has no body that could name the region: the same question as a GET.
    async fn ask_region(&self) -> Option<String> {
        let settings = self.client.settings();
        let mut draft = Draft::bucket(Method::GET, self.draft.bucket.as_ref()?);
        draft.query.push(("list-type", "2".into()));
        draft.query.push(("max-keys", "1".into()));
        let bucket = draft.bucket.as_ref();
        let endpoint = self.client.0.learned.endpoint(&settings.endpoint, bucket);
        let signer = self.client.signer(&endpoint);
        let request = Outgoing {
            signed: signer.sign(&draft, self.client.now()).ok()?,
            payload: Payload::Empty,
            meter: std::sync::Arc::new(Meter::new(None)),
            pace: Pace::Quick,
        };
        let incoming = self.client.0.transport.send(request).await.ok()?;
        let body = read_refusal(incoming.body).await;
        Refusal::read(&incoming.head, &body).region
    }

    /// The server does not take `UNSIGNED-PAYLOAD`.
    async fn heal_payload(&mut self, refusal: &Refusal) -> bool {
        let says = |word: &str| refusal.message.to_lowercase().contains(word);
        let about_hash = match refusal.code.as_deref().unwrap_or_default() {
            "XAmzContentSHA256Mismatch" => true,
            "InvalidArgument" | "InvalidRequest" | "NotImplemented" | "InvalidDigest" => {
                says("sha256") || says("unsigned")
            }
            _ => false,
        };
        if !about_hash || self.healed.payload || !self.is_unsigned() {
            return false;
        }
        self.healed.payload = true;
        if self.sign_payload().await.is_err() {
            return false;
        }
        self.client.0.learned.set_wants_signed();
        true
    }

    fn is_unsigned(&self) -> bool {
        match &self.draft.payload {
            Payload::Data { digest, .. } | Payload::Stream { digest, .. } => {
                matches!(digest, Digest::Md5(_))
            }
            Payload::Empty | Payload::Text(_) => false,
        }
    }

    /// Gives the payload a digest that is signed.
    pub(super) async fn sign_payload(&mut self) -> Result<(), Failure> {
        if !self.is_unsigned() {
            return Ok(());
        }
        let payload = self.draft.payload.clone();
        let unreadable = |words: String| Failure::Broken(Broken::new(Fault::Source, words));
        let hash = spawn_blocking(move || hash(&payload))
            .await
            .map_err(|e| unreadable(e.to_string()))?
            .map_err(|e| unreadable(e.to_string()))?;
        match &mut self.draft.payload {
            Payload::Data { digest, .. } | Payload::Stream { digest, .. } => {
                *digest = Digest::Sha256(hash);
            }
            Payload::Empty | Payload::Text(_) => {}
        }
        Ok(())
    }
}

fn hash(payload: &Payload) -> io::Result<[u8; 32]> {
    const PIECE: u64 = 1024 * 1024;
    let mut hash = Sha256::new();
    match payload {
        Payload::Empty => {}
        Payload::Text(bytes) | Payload::Data { bytes, .. } => hash.update(bytes),
        Payload::Stream {
            source,
            offset,
            len,
            ..
        } => {
            let end = offset + len;
            let mut at = *offset;
            while at < end {
                let n = usize::try_from(PIECE.min(end - at)).map_err(io::Error::other)?;
                hash.update(source.read_at(at, n)?);
                at += n as u64;
            }
        }
    }
    Ok(hash.finalize().into())
}

/// A region goes into signatures and, at Amazon, into a host: nothing else than a plain word.
fn is_region(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_plain_word() {
        for (text, fine) in [
            ("eu-west-1", true),
            ("garage", true),
            ("US East", false),
            ("", false),
            ("a/b", false),
            ("x@evil.example", false),
        ] {
            assert_eq!(is_region(text), fine, "{text}");
        }
    }
}
