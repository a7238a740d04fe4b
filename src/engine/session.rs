//! What the browser keeps between two runs: bookmarks.
//!
//! One small file in the state folder, that a person may edit. Invariant: it never holds a secret
//! or a link, and a line that cannot be read costs that bookmark alone.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Engine;
use crate::local::{self, Replace};
use crate::model::{Account, Address, Answer, Place, Prefix};

/// A place under a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// Its letter.
    pub letter: char,
    /// The place.
    pub place: Place,
}

/// A bookmark as the file has it.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    letter: char,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    place: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    #[serde(default)]
    bookmark: Vec<Entry>,
}

impl Engine {
    /// The bookmarks that were kept. What cannot be read is left out.
    #[must_use]
    pub fn bookmarks(&self) -> Vec<Bookmark> {
        let text = std::fs::read_to_string(self.bookmark_file()).unwrap_or_default();
        read(&text)
    }

    /// Keeps the bookmarks for the next run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn keep_bookmarks(&self, bookmarks: &[Bookmark]) -> Answer<()> {
        let file = self.bookmark_file();
        if let Some(folder) = file.parent() {
            // Whether it is there shows when the file is written.
            let _ = tokio::fs::create_dir_all(folder).await;
        }
        let text = Bytes::from(write(bookmarks));
        local::write(&file, text, Replace::Allow).await
    }

    fn bookmark_file(&self) -> std::path::PathBuf {
        self.config().paths.state.join("bookmarks.toml")
    }
}

fn read(text: &str) -> Vec<Bookmark> {
    let file: File = toml::from_str(text).unwrap_or_default();
    file.bookmark.into_iter().filter_map(bookmark).collect()
}

fn bookmark(entry: Entry) -> Option<Bookmark> {
    Some(Bookmark {
        letter: entry.letter,
        place: place_of(entry.account.map(Account::new), &entry.place)?,
    })
}

/// The place that a text names, of an account or on this machine.
pub(super) fn place_of(account: Option<Account>, text: &str) -> Option<Place> {
    Some(match (Address::parse(text).ok()?, account) {
        (Address::Path(path), _) => Place::Folder(path),
        (Address::Buckets, Some(account)) => Place::Buckets(account),
        (Address::Prefix(bucket, prefix), Some(account)) => Place::Prefix(account, bucket, prefix),
        (Address::Object(bucket, key), Some(account)) => {
            let prefix = Prefix::root().child(key.as_str());
            Place::Prefix(account, bucket, prefix)
        }
        (Address::Stdio, _) | (_, None) => return None,
    })
}

/// The text of a place; none for the accounts and for folders whose name is no text.
pub(super) fn text_of(place: &Place) -> Option<String> {
    match place {
        Place::Accounts => None,
        Place::Buckets(_) => Some("s3://".to_owned()),
        Place::Prefix(_, bucket, prefix) => Some(format!("s3://{bucket}/{prefix}")),
        Place::Folder(path) => Some(path.to_str()?.to_owned()),
    }
}

fn write(bookmarks: &[Bookmark]) -> String {
    let entry = |bookmark: &Bookmark| {
        let place = text_of(&bookmark.place)?;
        Some(Entry {
            letter: bookmark.letter,
            account: bookmark.place.account().map(|a| a.as_str().to_owned()),
            place,
        })
    };
    let file = File {
        bookmark: bookmarks.iter().filter_map(entry).collect(),
    };
    toml::to_string(&file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BucketName;

    #[test]
    fn bookmarks_come_back_as_they_were_kept() {
        let work = Account::new("work");
        let bucket = BucketName::new("photos").unwrap();
        let prefix = Prefix::new("a \"b\"//ü/").unwrap();
        let all = [
            Place::Buckets(work.clone()),
            Place::Prefix(work.clone(), bucket.clone(), Prefix::root()),
            Place::Prefix(work, bucket, prefix),
            Place::Folder("/home/me/my files".into()),
        ];
        let letters = 'a'..;
        let bookmarks: Vec<Bookmark> = letters
            .zip(all)
            .map(|(letter, place)| Bookmark { letter, place })
            .collect();
        assert_eq!(read(&write(&bookmarks)), bookmarks);
    }

    #[test]
    fn what_cannot_be_read_costs_nothing_else() {
        let text = "[[bookmark]]\nletter = \"x\"\nplace = \"s3://no-account/\"\n\
                    [[bookmark]]\nletter = \"y\"\nplace = \"/tmp\"\n";
        let found = read(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, Place::Folder("/tmp".into()));
        assert!(read("no toml at all [").is_empty());
    }
}
