//! What stops all jobs of a kind, not one: going on would bring the same answer over and over.
//!
//! Pure. Invariant: a hold stops the jobs that share the cause of a failure, and no others.

use super::job::Spec;
use crate::model::{Account, BucketName, Location};

/// One end of a job; none is this machine.
type End = Option<(Account, BucketName)>;

/// Where a job goes from and to, by bucket: what all files of a folder have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) from: End,
    pub(crate) to: End,
}

impl Route {
    /// The route of a job.
    pub(crate) fn of(spec: &Spec) -> Self {
        Self {
            from: end(&spec.from),
            to: end(&spec.to),
        }
    }

    fn is_of(&self, spec: &Spec) -> bool {
        let same = |end: &End, at: &Location| match (end, bucket(at)) {
            (Some((account, bucket)), Some(at)) => (account, bucket) == at,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same(&self.from, &spec.from) && same(&self.to, &spec.to)
    }
}

fn bucket(at: &Location) -> Option<(&Account, &BucketName)> {
    match at {
        Location::Object {
            account, bucket, ..
        }
        | Location::Under {
            account, bucket, ..
        } => Some((account, bucket)),
        Location::Local(_) => None,
    }
}

fn end(at: &Location) -> End {
    bucket(at).map(|(account, bucket)| (account.clone(), bucket.clone()))
}

/// What stops all jobs of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hold {
    /// The keys of an account are wrong: trying on could lock it.
    Account(Account),
    /// The disk is full.
    Disk,
    /// A bucket is not there, or its server lets nobody in.
    Route(Route),
}

impl Hold {
    pub(crate) fn stops(&self, spec: &Spec) -> bool {
        match self {
            Self::Account(account) => spec.accounts().any(|a| a == account),
            Self::Disk => spec.to.path().is_some(),
            Self::Route(route) => route.is_of(spec),
        }
    }
}
