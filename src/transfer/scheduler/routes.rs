//! Which ways between buckets work at all, as far as this process saw.
//!
//! Pure. One object that is denied says nothing about the others; a bucket that denied all that
//! was tried says enough.

use std::collections::{HashMap, HashSet};

use super::super::hold::Route;

/// Objects that may be denied before the others are not asked for any more.
const DENIALS: u32 = 3;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Routes {
    worked: HashSet<Route>,
    denied: HashMap<Route, u32>,
}

impl Routes {
    /// Something of this route worked.
    pub(super) fn worked(&mut self, route: Route) {
        if !self.worked.contains(&route) {
            self.denied.remove(&route);
            self.worked.insert(route);
        }
    }

    /// Something of this route was denied; says whether the rest would be too. Who may not write
    /// one object may write none; of those to be read each can have its own permission.
    pub(super) fn is_shut(&mut self, route: &Route) -> bool {
        if self.worked.contains(route) {
            return false;
        }
        let denied = self.denied.entry(route.clone()).or_default();
        *denied += 1;
        *denied >= DENIALS || route.from.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName};

    fn end() -> (Account, BucketName) {
        (Account::new("a"), BucketName::new("bucket").unwrap())
    }

    #[test]
    fn a_bucket_is_shut_when_nothing_came_through() {
        let up = Route {
            from: None,
            to: Some(end()),
        };
        let down = Route {
            from: Some(end()),
            to: None,
        };
        let mut routes = Routes::default();
        assert!(routes.is_shut(&up));
        let answers: Vec<_> = (0..3).map(|_| routes.is_shut(&down)).collect();
        assert_eq!(answers, [false, false, true]);
        routes.worked(down.clone());
        assert!(!routes.is_shut(&down));
        routes.worked(up.clone());
        assert!(!routes.is_shut(&up));
    }
}
