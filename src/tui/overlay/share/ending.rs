//! When a link ends in truth: with its time, or with the keys that signed it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Lifetime, ShareDialog};
use crate::engine::SignedLink;
use crate::model::{date, duration};

impl ShareDialog {
    /// Why a link ends before its time, if it does.
    pub(super) fn early(&self, link: &SignedLink, zone: &TimeZone) -> Option<String> {
        match self.lifetime {
            Lifetime::Full => None,
            Lifetime::Temporary => Some(
                "Signed with temporary keys: it stops working when they end, whatever was chosen."
                    .into(),
            ),
            Lifetime::Until(end) if end >= link.expires_at => None,
            Lifetime::Until(end) => {
                let made = link.expires_at - link.link.expires;
                let left = Duration::try_from(end.duration_since(made)).unwrap_or_default();
                Some(format!(
                    "Signed with temporary keys: it stops working at {} (in {}), although it is \
                     signed for {}.",
                    date(end, zone),
                    duration(left),
                    duration(link.link.expires)
                ))
            }
        }
    }

    /// When a link ends in truth.
    pub(super) fn end_of(&self, link: &SignedLink) -> Timestamp {
        match self.lifetime {
            Lifetime::Until(end) => end.min(link.expires_at),
            Lifetime::Full | Lifetime::Temporary => link.expires_at,
        }
    }
}
