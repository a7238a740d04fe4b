//! What servers turned out to lack, shared by workers.
//!
//! Invariant: what was learned of an account is never asked of it again.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::model::Account;

/// Accounts whose servers do not copy ranges. A learned fact.
#[derive(Debug, Default)]
pub(crate) struct Lacks(Mutex<HashSet<Account>>);

impl Lacks {
    /// This account's server cannot copy a range of an object.
    pub(crate) fn part_copy(&self, account: &Account) {
        let mut lacks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lacks.insert(account.clone());
    }

    /// Whether it is known that it cannot.
    pub(crate) fn is_without_part_copy(&self, account: &Account) -> bool {
        let lacks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lacks.contains(account)
    }
}
