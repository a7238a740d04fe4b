//! Pasted text in the browser. Dropping a file onto most terminals pastes its path, so paths of
//! things that exist are offered for upload.
//!
//! Knows no disk: whether something exists is asked. Invariant: pasted text never becomes a key,
//! and nothing is copied without a question.

use std::path::PathBuf;

use super::App;
use super::asking::Doing;
use crate::engine::{IfExists, Kind, LocalEntry, LocalKind};
use crate::model::{Location, Place, shown_bytes};
use crate::tui::msg::{Ask, Effects, Item, ItemKind, Tone, Transfer};
use crate::tui::overlay::CopyDialog;
use crate::tui::pane::browser::Filtering;

/// Paths that are looked at, at most: a pasted document is no list of files.
const MOST: usize = 200;

impl App {
    pub(super) fn paste(&mut self, text: &str) -> Effects {
        if let Some(top) = self.overlays.last_mut() {
            top.paste(text);
            return Effects::none();
        }
        match self.pane_mut().paste_filter(text) {
            Filtering::Typed | Filtering::Passed => return Effects::none(),
            Filtering::Off => {}
        }
        let home = self.home.clone();
        let readings = readings(text, home.as_deref());
        if readings.is_empty() {
            return self.say(
                Tone::Info,
                "Pasted text is never taken for keys · g/ opens an address that you paste",
            );
        }
        self.ask(Ask::Look(readings), Doing::Look, "")
    }

    /// Offers what was pasted for upload, if it is there.
    pub(super) fn looked(&mut self, found: Vec<(PathBuf, LocalEntry)>) -> Effects {
        if found.is_empty() {
            let text = "Nothing of that name is on this machine · over SSH your own files are on another one";
            return self.say(Tone::Info, text);
        }
        let remote = |place: &Place| matches!(place, Place::Prefix(..));
        let here = [self.pane().place(), self.other().place()];
        let Some(into) = here.into_iter().find(|place| remote(place)).cloned() else {
            let text = "To upload what you pasted, open a bucket or a folder in it first";
            return self.say(Tone::Info, text);
        };
        let transfer = Transfer {
            items: found.into_iter().map(item).collect(),
            into,
            rename: None,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
        };
        if let Some(why) = self.objection(&transfer) {
            return self.say(Tone::Warning, why);
        }
        let Some(taken) = self.taken(&transfer) else {
            return self.open_looking(transfer);
        };
        self.open(CopyDialog::new(transfer, self.home.clone()).taken(taken))
    }
}

fn item((path, entry): (PathBuf, LocalEntry)) -> Item {
    let folder = match &entry.kind {
        LocalKind::Folder => true,
        LocalKind::Link { folder, .. } => *folder,
        LocalKind::File | LocalKind::Special => false,
    };
    Item {
        location: Location::Local(path),
        kind: if folder {
            ItemKind::Folder
        } else {
            ItemKind::File
        },
        name: shown_bytes(entry.name.as_encoded_bytes()),
        size: (entry.kind == LocalKind::File).then_some(entry.size),
    }
}

/// What paths a text may mean, the likeliest first: each line is one, or it is written as for a
/// shell. None unless all of it are paths.
fn readings(text: &str, home: Option<&std::path::Path>) -> Vec<Vec<PathBuf>> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let plain = lines.iter().map(|line| path_of(line, home));
    let words = lines.iter().flat_map(|line| words(line));
    let words: Vec<String> = words.collect();
    let quoted = words.iter().map(|word| path_of(word, home));
    let mut out: Vec<Vec<PathBuf>> = Vec::new();
    for reading in [plain.collect::<Option<Vec<_>>>(), quoted.collect()] {
        let reading = reading.filter(|paths| (1..=MOST).contains(&paths.len()));
        out.extend(reading.filter(|paths| !out.contains(paths)));
    }
    out
}

/// Whether a path ends in a name that it would have in a bucket.
fn named(path: &std::path::Path) -> bool {
    path.file_name().is_some()
}

/// A path that is whole: from the root, from the home folder, or a `file://` address.
fn path_of(text: &str, home: Option<&std::path::Path>) -> Option<PathBuf> {
    if let Some(rest) = text.strip_prefix("file://") {
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        let path = decoded(path.as_bytes());
        return path
            .starts_with('/')
            .then(|| path.into())
            .filter(|path: &PathBuf| named(path));
    }
    if let Some(rest) = text.strip_prefix("~/") {
        return Some(home?.join(rest)).filter(|path: &PathBuf| named(path));
    }
    text.starts_with('/')
        .then(|| text.into())
        .filter(|path: &PathBuf| named(path))
}

/// `%20` and its likes, in an address; what is no UTF-8 then stays as it was.
fn decoded(text: &[u8]) -> String {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at) {
        if let (b'%', Some(high), Some(low)) = (byte, digit(at + 1), digit(at + 2)) {
            out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}

/// The words of a line as a shell reads quotes and backslashes; nothing else is special.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('\\', None | Some('"')) => {
                word.get_or_insert_default().extend(chars.next());
            }
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => out.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let home = std::path::Path::new("/home/me");
        let text_of = |path: PathBuf| path.to_str().unwrap().to_owned();
        let all = readings(text, Some(home)).into_iter();
        all.map(|paths| paths.into_iter().map(text_of).collect())
            .collect()
    }

    #[test]
    fn what_terminals_paste_for_a_dropped_file_is_a_path() {
        assert_eq!(read("/a/b.txt"), [["/a/b.txt"]]);
        assert_eq!(read("'/a/my file.txt' "), [["/a/my file.txt"]]);
        assert_eq!(read("file:///a/my%20file.txt\n"), [["/a/my file.txt"]]);
        assert_eq!(read("~/x"), [["/home/me/x"]]);
        // A blank may be part of a name, or stand between two.
        assert_eq!(read("/a/b /c"), [vec!["/a/b /c"], vec!["/a/b", "/c"]]);
        assert_eq!(
            read("/a/my\\ file '/it''s'\n"),
            [vec!["/a/my\\ file '/it''s'"], vec!["/a/my file", "/its"]]
        );
        assert_eq!(read("/a\n/b\n"), [["/a", "/b"]]);
    }

    #[test]
    fn other_text_is_none() {
        for text in [
            "",
            "dd",
            "a/b",
            "see /a/b",
            "s3://b/k",
            "/a\nand b",
            "file://host/a",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
        let many = "/a\n".repeat(MOST + 1);
        assert!(read(&many).is_empty());
    }
}
