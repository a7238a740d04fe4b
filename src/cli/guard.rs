//! What the settings protect: buckets whose objects go only after a person typed the name.

use crate::engine::Engine;
use crate::model::BucketName;

/// Whether the settings protect a bucket of the first account.
pub(super) fn is_protected(engine: &Engine, bucket: &BucketName) -> bool {
    let patterns = &engine.config().accounts[0].protected;
    patterns
        .iter()
        .any(|pattern| matches(pattern, bucket.as_str()))
}

/// Whether a name matches a pattern in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|tail| {
            let mut starts = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            starts.any(|at| matches(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_protect_buckets() {
        for (pattern, name, want) in [
            ("*-prod", "photos-prod", true),
            ("*-prod", "photos-production", false),
            ("*-prod*", "photos-production", true),
            ("photos", "photos", true),
            ("photos", "photos2", false),
            ("*", "anything", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }
}
