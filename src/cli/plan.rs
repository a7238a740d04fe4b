//! Where each source of `cp` and `mv` goes, by the rules of `cp`.
//!
//! Pure: whoever calls says what exists. Invariant: no name out of a key becomes a path here
//! unless it is one plain segment.

use std::path::Path;

use super::{Stop, usage};
use crate::model::{Key, Location};

/// One source.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A file or an object.
    One(Location),
    /// A folder or a prefix, with everything below.
    Tree {
        at: Location,
        /// Its own name, which it keeps at the destination; none when only what is in it is meant.
        name: Option<String>,
    },
}

/// The destination.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    /// The exact object or file; none if the destination can only be a folder or prefix.
    pub(super) exact: Option<Location>,
    /// The folder or prefix.
    pub(super) folder: Location,
    /// What a tree becomes.
    pub(super) tree: TreeGoes,
}

/// Where a tree goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TreeGoes {
    /// Into the destination, under its own name.
    Inside,
    /// It becomes the destination.
    Itself,
}

/// From and to for every source.
pub(super) fn pairs(
    sources: Vec<Source>,
    target: &Target,
) -> Result<Vec<(Location, Location)>, Stop> {
    let many = sources.len() > 1;
    if many && target.exact.is_some() && target.tree == TreeGoes::Itself {
        return Err(usage(
            &format!("{} cannot take several sources", target.folder),
            "the destination is no folder that exists and does not end in /",
            "write a / at its end",
        ));
    }
    let mut out: Vec<(Location, Location)> = Vec::new();
    for source in sources {
        let pair = match source {
            Source::One(from) => {
                let to = match &target.exact {
                    Some(exact) if !many => exact.clone(),
                    _ => inside(&target.folder, &own_name(&from)?)?,
                };
                (from, to)
            }
            Source::Tree { at, name } => {
                let to = match (name, target.tree) {
                    (Some(name), TreeGoes::Inside) => below(&target.folder, &name)?,
                    (None, _) | (_, TreeGoes::Itself) => target.folder.clone(),
                };
                (at, to)
            }
        };
        check(&pair, &out)?;
        out.push(pair);
    }
    Ok(out)
}

fn check((from, to): &(Location, Location), others: &[(Location, Location)]) -> Result<(), Stop> {
    if from == to {
        return Err(usage(
            &format!("{from} is its own destination"),
            "it would be replaced by itself",
            "choose another destination",
        ));
    }
    if is_below(to, from) {
        return Err(usage(
            &format!("{from} cannot go into itself"),
            &format!("{to} lies below it"),
            "choose a destination elsewhere",
        ));
    }
    if let (Location::Local(_), Location::Local(_)) = (from, to) {
        return Err(usage(
            &format!("{from} and {to} are both on this machine"),
            "windlass copies to, from and between servers",
            "use cp or mv of the system",
        ));
    }
    match others.iter().find(|(_, other)| other == to) {
        Some((first, _)) if !is_tree(to) => Err(usage(
            &format!("{first} and {from} would both become {to}"),
            "the second would replace the first",
            "copy them to different places",
        )),
        _ => Ok(()),
    }
}

fn is_tree(at: &Location) -> bool {
    matches!(at, Location::Under { .. })
}

/// Whether a tree lies within another one.
fn is_below(at: &Location, tree: &Location) -> bool {
    match (at, tree) {
        (
            Location::Under {
                account,
                bucket,
                prefix,
            },
            Location::Under {
                account: of,
                bucket: inside,
                prefix: whole,
            },
        ) => account == of && bucket == inside && whole.strip(prefix.as_str()).is_some(),
        _ => false,
    }
}

/// The name that a file or object keeps.
fn own_name(from: &Location) -> Result<String, Stop> {
    match from {
        Location::Object { key, .. } => Ok(key.name().into()),
        Location::Under { .. } => Ok(from.name()),
        Location::Local(path) => local_name(path),
    }
}

/// The last segment of a path as part of a key.
pub(super) fn local_name(path: &Path) -> Result<String, Stop> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        usage(
            &format!("{} cannot be sent under its own name", path.display()),
            "the name is not UTF-8, and keys are",
            "rename the file, or name the object: s3://bucket/key",
        )
    })
}

/// A file or object of a name within a folder or prefix.
fn inside(folder: &Location, name: &str) -> Result<Location, Stop> {
    match folder {
        Location::Under {
            account,
            bucket,
            prefix,
        } => {
            let key = Key::new(format!("{prefix}{name}"));
            let key = key.map_err(|why| usage("The object has no name", &why.to_string(), ""))?;
            Ok(Location::Object {
                account: account.clone(),
                bucket: bucket.clone(),
                key,
            })
        }
        Location::Local(path) => Ok(Location::Local(path.join(segment(name)?))),
        Location::Object { .. } => Ok(folder.clone()),
    }
}

/// A folder or prefix of a name within another.
fn below(folder: &Location, name: &str) -> Result<Location, Stop> {
    match folder {
        Location::Under {
            account,
            bucket,
            prefix,
        } => Ok(Location::Under {
            account: account.clone(),
            bucket: bucket.clone(),
            prefix: prefix.child(name),
        }),
        Location::Local(path) => Ok(Location::Local(path.join(segment(name)?))),
        Location::Object { .. } => Ok(folder.clone()),
    }
}

/// A name that stays within its folder, whatever a server called the object.
fn segment(name: &str) -> Result<&str, Stop> {
    let bad = |c: char| matches!(c, '/' | '\0') || (cfg!(windows) && matches!(c, '\\' | ':'));
    if matches!(name, "" | "." | "..") || name.contains(bad) {
        return Err(usage(
            &format!("{name:?} is no name for a file"),
            "on this machine it would mean another place",
            "name the destination file",
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName, Prefix};

    fn under(prefix: &str) -> Location {
        Location::Under {
            account: Account::new("a"),
            bucket: BucketName::new("b").unwrap(),
            prefix: Prefix::new(prefix).unwrap(),
        }
    }

    fn object(key: &str) -> Location {
        Location::Object {
            account: Account::new("a"),
            bucket: BucketName::new("b").unwrap(),
            key: Key::new(key).unwrap(),
        }
    }

    fn disk(path: &str) -> Location {
        Location::Local(path.into())
    }

    /// `s3://b/x`, `s3://b/x/`, an existing folder, a path where nothing is.
    fn target(folder: Location, exact: Option<Location>, tree: TreeGoes) -> Target {
        Target {
            exact,
            folder,
            tree,
        }
    }

    fn tree(at: Location, name: &str) -> Source {
        let name = (!name.is_empty()).then(|| name.to_owned());
        Source::Tree { at, name }
    }

    fn one(source: Source, target: &Target) -> Location {
        pairs(vec![source], target).unwrap().remove(0).1
    }

    fn refused(sources: Vec<Source>, target: &Target) -> String {
        match pairs(sources, target) {
            Err(Stop::Usage(trouble)) => trouble.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_keep_their_name_in_folders_and_take_an_exact_one() {
        let exact = target(under("x/"), Some(object("x")), TreeGoes::Itself);
        let folder = target(under("x/"), None, TreeGoes::Inside);
        let here = target(disk("/d"), None, TreeGoes::Inside);
        assert_eq!(one(Source::One(disk("/f.txt")), &exact), object("x"));
        assert_eq!(one(Source::One(disk("/f.txt")), &folder), object("x/f.txt"));
        assert_eq!(one(Source::One(object("p/q.txt")), &here), disk("/d/q.txt"));
        let two = vec![Source::One(disk("/f")), Source::One(disk("/g"))];
        let to: Vec<Location> = pairs(two.clone(), &folder)
            .unwrap()
            .into_iter()
            .map(|p| p.1)
            .collect();
        assert_eq!(to, [object("x/f"), object("x/g")]);
        assert!(refused(two, &exact).contains("several sources"));
    }

    #[test]
    fn trees_go_inside_or_become_the_destination() {
        let new = target(under("x/"), Some(object("x")), TreeGoes::Itself);
        let folder = target(under("x/"), None, TreeGoes::Inside);
        assert_eq!(one(tree(disk("/d"), "d"), &folder), under("x/d/"));
        assert_eq!(one(tree(disk("/d"), ""), &folder), under("x/"));
        assert_eq!(one(tree(disk("/d"), "d"), &new), under("x/"));
        let here = target(disk("/here"), None, TreeGoes::Inside);
        assert_eq!(one(tree(under("p/q/"), "q"), &here), disk("/here/q"));
        assert_eq!(one(tree(under("p/q/"), ""), &here), disk("/here"));
    }

    #[test]
    fn nothing_replaces_itself_or_its_neighbour() {
        let same = target(under("x/"), Some(object("x")), TreeGoes::Itself);
        assert!(refused(vec![Source::One(object("x"))], &same).contains("own destination"));
        let into = target(under("p/"), None, TreeGoes::Inside);
        assert!(refused(vec![tree(under("p/"), "p")], &into).contains("into itself"));
        assert!(refused(vec![tree(under(""), "")], &into).contains("into itself"));
        let twice = vec![Source::One(disk("/a/f")), Source::One(disk("/b/f"))];
        assert!(refused(twice, &into).contains("would both become"));
        let here = target(disk("/d"), None, TreeGoes::Inside);
        assert!(refused(vec![Source::One(disk("/f"))], &here).contains("both on this machine"));
        // A neighbour whose name only begins alike is no child.
        assert_eq!(one(tree(under("pq/"), "pq"), &into), under("p/pq/"));
    }

    #[test]
    fn no_key_leaves_its_folder() {
        let here = target(disk("/d"), None, TreeGoes::Inside);
        for key in ["a/..", "..", "."] {
            refused(vec![Source::One(object(key))], &here);
        }
        refused(vec![tree(under("../"), "..")], &here);
    }
}
