//! One layer of what is said about an account, and how layers lie on each other.
//!
//! Pure. Keys are one setting: they come from one layer whole.

use std::path::PathBuf;

use super::{Keys, PURESTORE_ENDPOINT, Profile, Trash, region};
use crate::model::{Account, Addressing, BucketName, Integrity, UploadMode};

/// What one layer says.
#[derive(Clone, Default)]
pub(super) struct Said {
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    pub(super) addressing: Option<Addressing>,
    pub(super) keys: Option<Keys>,
    pub(super) anonymous: Option<bool>,
    pub(super) upload: Option<UploadMode>,
    pub(super) integrity: Option<Integrity>,
    pub(super) buckets: Option<Vec<BucketName>>,
    pub(super) protected: Option<Vec<String>>,
    pub(super) label: Option<String>,
    pub(super) trash: Option<Trash>,
    pub(super) ca_bundle: Option<PathBuf>,
    pub(super) verify_tls: Option<bool>,
    pub(super) read_only: Option<bool>,
}

impl Said {
    /// This layer on top of another.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            endpoint: self.endpoint.or(below.endpoint),
            region: self.region.or(below.region),
            addressing: self.addressing.or(below.addressing),
            // Keys are a word against "anonymous" of the layers below, and the other way round.
            anonymous: self.anonymous.or(match self.keys {
                Some(_) => Some(false),
                None => below.anonymous,
            }),
            keys: self.keys.or(below.keys),
            upload: self.upload.or(below.upload),
            integrity: self.integrity.or(below.integrity),
            buckets: self.buckets.or(below.buckets),
            protected: self.protected.or(below.protected),
            label: self.label.or(below.label),
            trash: self.trash.or(below.trash),
            ca_bundle: self.ca_bundle.or(below.ca_bundle),
            verify_tls: self.verify_tls.or(below.verify_tls),
            read_only: self.read_only.or(below.read_only),
        }
    }

    /// Keys of the AWS files with one of Amazon's regions and no endpoint are meant for Amazon.
    pub(super) fn at_home(mut self) -> Self {
        let region = self.region.as_deref().filter(|r| region::is_amazon(r));
        if let (None, Some(_), Some(region)) = (&self.endpoint, &self.keys, region) {
            self.endpoint = Some(region::amazon_endpoint(region));
        }
        self
    }

    /// The endpoint and region that stand in the end.
    pub(super) fn settle(&self) -> (String, String) {
        let endpoint = self
            .endpoint
            .clone()
            .unwrap_or_else(|| PURESTORE_ENDPOINT.into());
        let region = self
            .region
            .clone()
            .or_else(|| region::of_endpoint(&endpoint))
            .unwrap_or_else(|| region::FALLBACK.into());
        (endpoint, region)
    }

    pub(super) fn profile(self, account: Account) -> Profile {
        let (endpoint, region) = self.settle();
        let path_style = endpoint == PURESTORE_ENDPOINT;
        let anonymous = self.anonymous.unwrap_or(false);
        Profile {
            account,
            addressing: self.addressing.unwrap_or(if path_style {
                Addressing::Path
            } else {
                Addressing::Auto
            }),
            endpoint,
            region,
            keys: self.keys.filter(|_| !anonymous),
            anonymous,
            upload: self.upload.unwrap_or_default(),
            integrity: self.integrity.unwrap_or_default(),
            buckets: self.buckets.unwrap_or_default(),
            protected: self.protected.unwrap_or_default(),
            label: self.label,
            trash: self.trash.unwrap_or_default(),
            ca_bundle: self.ca_bundle,
            verify_tls: self.verify_tls.unwrap_or(true),
            read_only: self.read_only.unwrap_or(false),
        }
    }
}
