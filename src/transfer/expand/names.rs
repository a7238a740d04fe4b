//! Names on a disk for the keys of a tree, so that no key takes another's place.
//!
//! A server keeps an object `a` beside `a/b`; a disk cannot have a file and a folder of one name.
//! The folder gets another name then: `a~1/b` (rule F-3). Pure; works on a stream of keys in the
//! order of their bytes, as servers list them, and keeps no more of it than the files that the
//! last key begins with. In another order such a key fails on the disk, clearly and harmlessly.
//! Invariant: the same keys get the same names at every run, whatever stands on the disk.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::local;

/// What is behind a name that is taken. `~` comes late in the order of bytes: a key that has this
/// name of its own is met after the folder that got it.
const SUFFIX: &str = "~1";

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Files that the last key begins with, the shortest first.
    files: Vec<String>,
    /// Names that are not the keys' own, and the key that each stands for.
    given: HashMap<PathBuf, String>,
}

impl Names {
    /// Where a key goes, below the target. `rest` is the key without the prefix that is copied;
    /// none when nothing is left of it (the marker of the prefix itself).
    pub(super) fn place(&mut self, rest: &str) -> Option<PathBuf> {
        let plain = local::below(rest)?;
        while self
            .files
            .last()
            .is_some_and(|file| !rest.starts_with(file.as_str()))
        {
            self.files.pop();
        }
        let is_folder = rest.ends_with('/');
        let inside = |file: &String| rest[file.len()..].starts_with('/');
        let path = if self.given.is_empty() && !self.files.iter().any(inside) {
            plain
        } else {
            self.renamed(rest)
        };
        if !is_folder {
            self.files.push(rest.to_owned());
        }
        Some(path)
    }

    fn renamed(&mut self, rest: &str) -> PathBuf {
        let bare = rest.strip_suffix('/').unwrap_or(rest);
        let (mut path, mut end) = (PathBuf::new(), 0);
        for part in bare.split('/') {
            end += part.len();
            let is_folder = end < rest.len();
            let key = &rest[..end];
            // A folder's name ends in '/': the file and the folder are two.
            let origin = &rest[..end + usize::from(is_folder)];
            let mut name = local::segment(part).into_owned();
            if is_folder && self.files.iter().any(|file| file == key) {
                name.push_str(SUFFIX);
            }
            let mut next = path.join(&name);
            while self.given.get(&next).is_some_and(|of| of != origin) {
                name.push_str(SUFFIX);
                next = path.join(&name);
            }
            if name != local::segment(part) {
                self.given.insert(next.clone(), origin.to_owned());
            }
            path = next;
            end += 1;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeSet, HashSet};
    use std::path::Path;

    fn places(keys: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        let place = |key: &&str| names.place(key).unwrap().to_str().unwrap().to_owned();
        keys.iter().map(place).collect()
    }

    #[test]
    fn a_folder_beside_a_file_of_its_name_gets_another() {
        for (keys, want) in [
            (
                &["a", "a-b", "a/b", "a/c/d", "ab"][..],
                &["a", "a-b", "a~1/b", "a~1/c/d", "ab"][..],
            ),
            (&["a", "a/", "a/b"], &["a", "a~1", "a~1/b"]),
            (&["a", "a/b", "a/b/c"], &["a", "a~1/b", "a~1/b~1/c"]),
            (&["a/", "a/b", "b"], &["a", "a/b", "b"]),
            (&["x/a", "x/a/b", "y/a/b"], &["x/a", "x/a~1/b", "y/a/b"]),
            (&["a", "a//b"], &["a", "a~1/%2F/b"]),
        ] {
            assert_eq!(places(keys), want);
        }
    }

    #[test]
    fn a_given_name_is_nobody_elses() {
        assert_eq!(
            places(&["a", "a/b", "a~1", "a~1/c"]),
            ["a", "a~1/b", "a~1~1", "a~1~1~1/c"]
        );
        assert_eq!(places(&["a", "a/b", "a~1/b"]), ["a", "a~1/b", "a~1~1/b"]);
    }

    #[test]
    fn nothing_is_left_of_the_prefix_itself() {
        assert_eq!(Names::default().place(""), None);
    }

    proptest! {
        #[test]
        fn files_and_folders_never_meet(keys in proptest::collection::btree_set("[ab~1/]{1,7}", 1..40)) {
            let keys: BTreeSet<String> = keys;
            let mut names = Names::default();
            let (mut files, mut folders) = (HashSet::new(), HashSet::new());
            for key in &keys {
                let Some(path) = names.place(key) else { continue };
                let above = path.ancestors().skip(1).filter(|p| *p != Path::new(""));
                folders.extend(above.map(Path::to_path_buf));
                if key.ends_with('/') {
                    folders.insert(path);
                } else {
                    prop_assert!(files.insert(path.clone()), "{key} meets another at {path:?}");
                }
            }
            prop_assert!(files.is_disjoint(&folders), "{files:?} {folders:?}");
        }
    }
}
