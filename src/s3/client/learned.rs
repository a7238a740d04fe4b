//! What a server turned out to be like while it was asked.
//!
//! Facts only, shared by all calls of a client; nothing here decides. Invariant: a region that was
//! learned never leads to another host, except between Amazon's own.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::super::{Encoding, Endpoint, Error, ListForm};
use crate::model::BucketName;

/// Wrong signatures in a row after which a secret is not right any more: more than requests are
/// under way at once, or a server that starts anew would use them up.
const TRUST: u32 = 32;

/// The facts.
#[derive(Default)]
pub(super) struct Learned {
    /// Seconds to add to the local clock.
    skew: AtomicI64,
    /// Regions of buckets; under `None` that of the account.
    regions: RwLock<HashMap<Option<BucketName>, Box<str>>>,
    forms: RwLock<HashMap<BucketName, ListForm>>,
    encoding: OnceLock<Encoding>,
    wants_signed: AtomicBool,
    no_batch: AtomicBool,
    /// Wrong signatures that are still forgiven. None before the first success.
    trust: AtomicU32,
    stopped: OnceLock<Error>,
}

impl Learned {
    pub(super) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    pub(super) fn set_skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::Relaxed);
    }

    /// The endpoint to sign for, with the bucket's region.
    pub(super) fn endpoint<'e>(
        &self,
        base: &'e Endpoint,
        bucket: Option<&BucketName>,
    ) -> Cow<'e, Endpoint> {
        let regions = self.regions.read().unwrap_or_else(PoisonError::into_inner);
        if regions.is_empty() {
            return Cow::Borrowed(base);
        }
        // Elsewhere than at Amazon an endpoint has one region.
        let account = || regions.get(&None).filter(|_| !base.is_aws());
        match regions.get(&bucket.cloned()).or_else(account) {
            Some(region) => Cow::Owned(moved(base, region)),
            None => Cow::Borrowed(base),
        }
    }

    pub(super) fn set_region(&self, bucket: Option<&BucketName>, region: &str) {
        let mut regions = self.regions.write().unwrap_or_else(PoisonError::into_inner);
        regions.insert(bucket.cloned(), region.into());
    }

    /// The form of listing that worked for this bucket.
    pub(super) fn form(&self, bucket: &BucketName) -> Option<ListForm> {
        let forms = self.forms.read().unwrap_or_else(PoisonError::into_inner);
        forms.get(bucket).copied()
    }

    pub(super) fn set_form(&self, bucket: &BucketName, form: ListForm) {
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        forms.insert(bucket.clone(), form);
    }

    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding.get().copied()
    }

    pub(super) fn set_encoding(&self, encoding: Encoding) {
        let _ = self.encoding.set(encoding);
    }

    /// Whether the server refused object data whose hash was not signed.
    pub(super) fn wants_signed(&self) -> bool {
        self.wants_signed.load(Ordering::Relaxed)
    }

    pub(super) fn set_wants_signed(&self) {
        self.wants_signed.store(true, Ordering::Relaxed);
    }

    /// Whether the server does not know how to delete many objects at once.
    pub(super) fn no_batch(&self) -> bool {
        self.no_batch.load(Ordering::Relaxed)
    }

    pub(super) fn set_no_batch(&self) {
        self.no_batch.store(true, Ordering::Relaxed);
    }

    /// A signed request has succeeded: the secret is right.
    pub(super) fn trust(&self) {
        if self.trust.load(Ordering::Relaxed) != TRUST {
            self.trust.store(TRUST, Ordering::Relaxed);
        }
    }

    /// A signature was called wrong. Whether that may be about this one request: only for a secret
    /// that was right before, and not time after time.
    pub(super) fn forgives(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.trust
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    /// The refusal after which nothing may be signed with these credentials any more.
    pub(super) fn stopped(&self) -> Option<&Error> {
        self.stopped.get()
    }

    pub(super) fn stop(&self, error: &Error) {
        let _ = self.stopped.set(error.clone());
    }
}

/// The endpoint with another region. At Amazon the region is part of the host.
fn moved(base: &Endpoint, region: &str) -> Endpoint {
    let mut endpoint = base.clone();
    let host = base.base.host_str().unwrap_or_default();
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    let regional = |r: &str| format!("s3.{r}.amazonaws.com");
    let old = host.strip_suffix(".cn").unwrap_or(host);
    let plain = old == "s3.amazonaws.com" || old == regional(&base.region);
    if base.is_aws() && plain {
        let new = format!("{}{china}", regional(region));
        // A host of letters, digits and dots: cannot fail, and would change nothing if it did.
        let _ = endpoint.base.set_host(Some(&new));
    }
    endpoint.region = region.into();
    endpoint
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Addressing;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::new(url, "us-east-1", Addressing::Path).unwrap()
    }

    #[test]
    fn only_amazon_changes_the_host() {
        for (url, host) in [
            ("https://s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"),
            (
                "https://s3.us-east-1.amazonaws.com",
                "s3.eu-west-1.amazonaws.com",
            ),
            (
                "https://vpce-1.s3.us-east-1.vpce.amazonaws.com",
                "vpce-1.s3.us-east-1.vpce.amazonaws.com",
            ),
            ("https://s3.example.net", "s3.example.net"),
            (
                "https://s3.amazonaws.com.evil.example",
                "s3.amazonaws.com.evil.example",
            ),
        ] {
            let there = moved(&endpoint(url), "eu-west-1");
            assert_eq!(there.host(), host);
            assert_eq!(&*there.region, "eu-west-1");
        }
    }

    #[test]
    fn a_bucket_without_a_region_of_its_own_takes_the_accounts() {
        let learned = Learned::default();
        let bucket = BucketName::new("b").unwrap();
        let region = |url: &str| {
            let base = endpoint(url);
            learned.endpoint(&base, Some(&bucket)).region.clone()
        };
        assert_eq!(&*region("http://h"), "us-east-1");
        learned.set_region(None, "garage");
        assert_eq!(&*region("http://h"), "garage");
        assert_eq!(&*region("https://s3.amazonaws.com"), "us-east-1");
        learned.set_region(Some(&bucket), "r2");
        assert_eq!(&*region("http://h"), "r2");
    }
}
