//! Which names fit what is typed, and how well.

use crate::model::{Location, Place};

/// What stands before the names below a place.
pub(super) fn base(place: &Place) -> String {
    match place {
        Place::Accounts => String::new(),
        Place::Buckets(_) => "s3://".into(),
        Place::Prefix(_, bucket, prefix) => format!("s3://{bucket}/{prefix}"),
        Place::Folder(path) => {
            let text = Location::Local(path.clone()).to_string();
            format!("{}/", text.trim_end_matches('/'))
        }
    }
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// How badly a path fits; none if a word is not in it. A word with a capital letter is meant
/// exactly. Hits in the last name come first, then short paths.
pub(super) fn cost(below: &str, small: &str, words: &[String]) -> Option<usize> {
    let last = below.rfind('/').map_or(0, |at| at + 1);
    words.iter().try_fold(below.len(), |sum, word| {
        let text = if word.chars().any(char::is_uppercase) {
            below
        } else {
            small
        };
        let at = text.rfind(word.as_str())?;
        Some(sum + if at >= last { 0 } else { 1000 })
    })
}
