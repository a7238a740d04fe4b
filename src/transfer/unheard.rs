//! Uploads that may have been opened by a call whose answer nobody heard, as far as is known of
//! them: which object they are for, and when they would have been opened.
//!
//! They have no name, and no parts. Invariant: what is looked for as one spans the times of all.

use jiff::Timestamp;

use super::job::{Opened, Seen, Way};
use crate::model::Location;
use crate::s3::UploadId;

impl Opened {
    /// What may have been opened, by a call whose answer nobody heard. The date of its object is
    /// until when, if that is known.
    pub(crate) fn unheard(to: &Location, at: Timestamp, until: Option<Timestamp>) -> Self {
        let mut object = Seen::nothing();
        object.modified = until;
        let upload = UploadId("".into());
        let way = Way::Relay { upload, object };
        Self::bare(to, at, way)
    }

    /// Whether its upload has no name that is known.
    pub(crate) fn is_unheard(&self) -> bool {
        match &self.way {
            Way::Up { upload, .. } | Way::Copy { upload, .. } | Way::Relay { upload, .. } => {
                upload.0.is_empty()
            }
            Way::Down { .. } => false,
        }
    }

    /// Until when it may have been opened by such a call.
    pub(crate) fn unheard_until(&self) -> Option<Timestamp> {
        match &self.way {
            Way::Relay { object, .. } if self.is_unheard() => object.modified,
            Way::Up { .. } | Way::Down { .. } | Way::Copy { .. } | Way::Relay { .. } => None,
        }
    }

    /// The same, and another one of the same object that was opened soon after it.
    pub(crate) fn unheard_with(&self, other: &Self) -> Self {
        let until = self.unheard_until().zip(other.unheard_until());
        Self::unheard(&self.to, self.at, until.map(|(a, b)| a.max(b)))
    }

    /// Whether this says of the same call by when it was over.
    pub(crate) fn tells_more_than(&self, other: &Self) -> bool {
        let same = self.to == other.to && self.at == other.at;
        same && other.unheard_until().is_none() && self.unheard_until().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_are_looked_for_as_one_span_both() {
        let to = Location::Local("/k".into());
        let at = |second| Timestamp::from_second(second).unwrap();
        let one = |began, until: Option<i64>| Opened::unheard(&to, at(began), until.map(at));
        for (first, second, until) in [
            (Some(11), Some(25), Some(at(25))),
            (Some(30), Some(25), Some(at(30))),
            (Some(11), None, None),
            (None, Some(25), None),
        ] {
            let both = one(10, first).unheard_with(&one(20, second));
            assert_eq!((both.at, both.unheard_until()), (at(10), until));
        }
        assert!(one(10, Some(11)).tells_more_than(&one(10, None)));
        assert!(!one(10, None).tells_more_than(&one(10, None)));
        assert!(!one(10, Some(11)).tells_more_than(&one(9, None)));
    }
}
