//! The path in a pane's upper rule: `s3 › photos-prod › 2026`, `~/inbox`, and which part of it a
//! click hits.

use std::path::{Component, Path, PathBuf};

use crate::model::{Place, Prefix, Safe, cut_start, shown, shown_bytes, width};

/// One segment of the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// As shown, with what separates it from the one before.
    pub text: String,
    /// Where a click on it leads.
    pub place: Place,
}

/// The segments of a place. `remote` is what a remote place begins with.
#[must_use]
pub fn crumbs(place: &Place, remote: &str, home: Option<&Path>, separator: &str) -> Vec<Crumb> {
    let crumb = |text: String, place: Place| Crumb { text, place };
    match place {
        Place::Accounts => vec![crumb("accounts".into(), Place::Accounts)],
        Place::Buckets(_) => vec![crumb(shown(remote).into(), place.clone())],
        Place::Prefix(account, bucket, prefix) => {
            let step = |name: &str| format!(" {separator} {}", shown(name));
            let mut out = vec![crumb(shown(remote).into(), Place::Buckets(account.clone()))];
            let mut at = Prefix::root();
            let here = |at: &Prefix| Place::Prefix(account.clone(), bucket.clone(), at.clone());
            out.push(crumb(step(bucket.as_str()), here(&at)));
            for segment in prefix.segments() {
                at = at.child(segment);
                // An empty segment is a folder too; it must not vanish between two separators.
                let name = if segment.is_empty() { "∅" } else { segment };
                out.push(crumb(step(name), here(&at)));
            }
            out
        }
        Place::Folder(path) => folder(path, home),
    }
}

fn folder(path: &Path, home: Option<&Path>) -> Vec<Crumb> {
    let mut out = Vec::new();
    let mut at = PathBuf::new();
    let mut rest = path;
    if let Some((home, below)) = home.and_then(|h| Some((h, path.strip_prefix(h).ok()?))) {
        out.push(Crumb {
            text: "~".into(),
            place: Place::Folder(home.to_path_buf()),
        });
        at.push(home);
        rest = below;
    }
    for part in rest.components() {
        at.push(part);
        let name = shown_bytes(part.as_os_str().as_encoded_bytes());
        let text = match part {
            Component::RootDir => "/".into(),
            _ if out.last().is_none_or(|c: &Crumb| c.text.ends_with('/')) => name.to_string(),
            _ => format!("/{name}"),
        };
        out.push(Crumb {
            text,
            place: Place::Folder(at.clone()),
        });
    }
    out
}

/// A place in one line, for messages and dialogs: `s3://bucket/a/`, `~/inbox/`.
#[must_use]
pub fn address(place: &Place, home: Option<&Path>) -> Safe {
    match place {
        Place::Folder(path) => {
            let text: String = folder(path, home).into_iter().map(|c| c.text).collect();
            let slash = if text.ends_with('/') { "" } else { "/" };
            shown(&format!("{text}{slash}"))
        }
        Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => shown(&place.to_string()),
    }
}

/// Cuts crumbs from the left to at most `cells`; the last one stays as whole as it can.
#[must_use]
pub fn fit(crumbs: Vec<Crumb>, cells: usize) -> Vec<Crumb> {
    let total = |crumbs: &[Crumb]| crumbs.iter().map(|c| width(&c.text)).sum::<usize>();
    if total(&crumbs) <= cells {
        return crumbs;
    }
    let mut kept = crumbs;
    while kept.len() > 1 && total(&kept) + 1 > cells {
        kept.remove(0);
    }
    if let Some(first) = kept.first_mut() {
        let (room, text) = (cells.saturating_sub(1), first.text.trim_start());
        let text = if width(text) > room {
            cut_start(text, room + 1)
        } else {
            format!("…{}", first.text)
        };
        first.text = text;
    }
    kept
}

/// The crumb at a cell, counted from where the first one begins.
#[must_use]
pub fn at(crumbs: &[Crumb], cell: usize) -> Option<&Crumb> {
    let mut end = 0;
    crumbs.iter().find(|crumb| {
        end += width(&crumb.text);
        cell < end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, BucketName};

    fn text(crumbs: &[Crumb]) -> String {
        crumbs.iter().map(|c| c.text.as_str()).collect()
    }

    fn remote(prefix: &str) -> Place {
        let bucket = BucketName::new("photos").unwrap();
        Place::Prefix(Account::new("work"), bucket, Prefix::new(prefix).unwrap())
    }

    #[test]
    fn places_as_crumbs() {
        let shown = |place: &Place| text(&crumbs(place, "s3", Some(Path::new("/home/me")), "›"));
        assert_eq!(shown(&remote("a/b/")), "s3 › photos › a › b");
        assert_eq!(shown(&remote("a//")), "s3 › photos › a › ∅");
        assert_eq!(shown(&Place::Folder("/home/me/in/x".into())), "~/in/x");
        assert_eq!(shown(&Place::Folder("/home/me".into())), "~");
        assert_eq!(shown(&Place::Folder("/mnt/scratch".into())), "/mnt/scratch");
        assert_eq!(shown(&Place::Folder("/".into())), "/");
    }

    #[test]
    fn addresses_end_in_a_slash() {
        let home = Some(Path::new("/home/me"));
        assert_eq!(
            address(&Place::Folder("/home/me/in".into()), home).as_str(),
            "~/in/"
        );
        assert_eq!(address(&Place::Folder("/".into()), home).as_str(), "/");
        assert_eq!(address(&remote("a/"), home).as_str(), "s3://photos/a/");
    }

    #[test]
    fn long_paths_lose_their_beginning() {
        let all = crumbs(&remote("2026/raw/previews/"), "s3", None, "›");
        let cut = fit(all.clone(), 20);
        assert_eq!(text(&cut), "… › raw › previews");
        assert!(width(&text(&fit(all.clone(), 6))) <= 6);
        assert_eq!(at(&cut, 3).unwrap().place, remote("2026/raw/"));
        assert_eq!(at(&all, 100), None);
    }
}
