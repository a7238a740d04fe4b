//! Credentials of one account.
//!
//! Does not know where they are looked for. Invariant: secrets never print.

use crate::model::{Provenance, Secret};

/// What signs requests.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access key id.
    pub access_key: Box<str>,
    /// The secret access key.
    pub secret: Secret,
    /// The session token of temporary credentials.
    pub token: Option<Secret>,
    /// Where they came from.
    pub from: Provenance,
}
