//! What servers turned out to lack, shared by workers.
//!
//! Invariant: what was learned of an account is never asked of it again.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::model::Account;

/// Something that not every server can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Skill {
    /// Copying a range of an object.
    PartCopy,
    /// Copying only where nothing stands.
    NewCopy,
    /// Telling the tags of an object.
    TellTags,
    /// Taking tags with an upload.
    KeepTags,
}

/// What servers lack, by account. A learned fact.
#[derive(Debug, Default)]
pub(crate) struct Lacks(Mutex<HashSet<(Account, Skill)>>);

impl Lacks {
    /// This account's server cannot do this.
    pub(crate) fn note(&self, account: &Account, skill: Skill) {
        self.learn(account, skill);
    }

    /// The same; says whether it is news.
    pub(crate) fn learn(&self, account: &Account, skill: Skill) -> bool {
        let mut lacks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lacks.insert((account.clone(), skill))
    }

    /// Whether it is known that it cannot.
    pub(crate) fn is_without(&self, account: &Account, skill: Skill) -> bool {
        let lacks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lacks.contains(&(account.clone(), skill))
    }
}
