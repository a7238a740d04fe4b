//! What the tests of this floor have in common.

use crate::model::{ETag, Key, ObjectHead, ObjectMeta};

/// Names with their values.
pub(crate) type Pairs<'p> = &'p [(&'p str, &'p str)];

/// The head of an object of one byte.
pub(crate) fn head(etag: &str, metadata: Pairs<'_>, headers: Pairs<'_>) -> ObjectHead {
    let pairs = |of: Pairs<'_>| of.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
    ObjectHead {
        meta: ObjectMeta {
            key: Key::new("k").unwrap(),
            size: Some(1),
            modified: None,
            etag: ETag::new(etag),
            class: None,
        },
        content_type: None,
        metadata: pairs(metadata),
        headers: pairs(headers),
    }
}
