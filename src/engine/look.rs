//! Whether files and folders are there.
//!
//! Invariant: a group is told whole or not at all.

use std::path::PathBuf;

use super::{Engine, LocalEntry};

impl Engine {
    /// The first group of paths of which all are there, with what each is; empty if there is none.
    pub async fn look(&self, groups: Vec<Vec<PathBuf>>) -> Vec<(PathBuf, LocalEntry)> {
        for group in groups {
            let count = group.len();
            let mut found = Vec::new();
            for path in group {
                match crate::local::entry(&path).await {
                    Ok(entry) => found.push((path, entry)),
                    Err(_) => break,
                }
            }
            if found.len() == count {
                return found;
            }
        }
        Vec::new()
    }
}
