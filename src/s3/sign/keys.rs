//! Signing keys that were derived already.
//!
//! A key is good for a day, a region and a secret: hundreds of requests a second share one, and
//! four HMACs are saved for each (rule S-9). Nothing global: the keys belong to one client.
//! Invariant: a key is given out only for exactly the scope and the secret that it was made of,
//! and the lock is never held while anything waits.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Scope, signing_key};
use crate::model::Secret;

/// Keys to remember: a few regions, and two days around midnight.
const KEPT: usize = 8;

/// Derived keys of one client, the last ones that were asked for.
#[derive(Default)]
pub struct SigningKeys(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    keys: Vec<Derived>,
    /// How many were derived, in all.
    made: u64,
}

struct Derived {
    scope: String,
    secret: Secret,
    key: [u8; 32],
}

impl SigningKeys {
    /// The key of a scope, derived if it is not known yet.
    pub(in crate::s3) fn get(&self, secret: &Secret, scope: &Scope<'_>) -> [u8; 32] {
        let name = scope.to_string();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |d: &Derived| d.scope == name && d.secret == *secret;
        if let Some(found) = kept.keys.iter().find(|d| known(d)) {
            return found.key;
        }
        let key = signing_key(secret.reveal(), scope);
        if kept.keys.len() == KEPT {
            kept.keys.remove(0);
        }
        kept.made += 1;
        kept.keys.push(Derived {
            scope: name,
            secret: secret.clone(),
            key,
        });
        key
    }

    /// How many keys had to be derived so far.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made
    }
}

/// Says how many there are, never what they are: a key signs for a whole day.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys(made {})", self.made())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope<'s>(date: &'s str, region: &'s str) -> Scope<'s> {
        Scope {
            date,
            region,
            service: "s3",
        }
    }

    #[test]
    fn a_key_is_derived_once_for_a_day_a_region_and_a_secret() {
        let keys = SigningKeys::default();
        let (secret, other) = (Secret::new("one"), Secret::new("two"));
        let mut seen = Vec::new();
        for _ in 0..100 {
            for (date, region, secret) in [
                ("20260101", "a", &secret),
                ("20260102", "a", &secret),
                ("20260101", "b", &secret),
                ("20260101", "a", &other),
            ] {
                let scope = scope(date, region);
                let key = keys.get(secret, &scope);
                assert_eq!(key, signing_key(secret.reveal(), &scope));
                seen.push(key);
            }
        }
        assert_eq!(keys.made(), 4);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn only_a_few_are_kept_and_none_is_shown() {
        let keys = SigningKeys::default();
        let secret = Secret::new("hunter2");
        let regions: Vec<String> = (0..=KEPT).map(|n| format!("r{n}")).collect();
        for region in &regions {
            keys.get(&secret, &scope("20260101", region));
        }
        assert_eq!(keys.0.lock().unwrap().keys.len(), KEPT);
        keys.get(&secret, &scope("20260101", "r0"));
        assert_eq!(keys.made(), KEPT as u64 + 2);
        assert_eq!(format!("{keys:?}"), "SigningKeys(made 10)");
    }
}
