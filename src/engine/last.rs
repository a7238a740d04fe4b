//! How the browser was left: places, the name under the cursor, the order of the rows.
//!
//! One small file in the state folder. Invariant: it holds no secret, no link and no listing, and
//! what cannot be read of it costs nothing but itself.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Engine;
use super::session::{place_of, text_of};
use crate::local::{self, Replace};
use crate::model::{Account, Answer, Place};

/// How a pane was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Where it was.
    pub place: Place,
    /// The name under the cursor.
    pub name: Option<String>,
    /// By what its rows were sorted, in a word of the browser's.
    pub sort: String,
}

/// How the browser was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The panes, left and right.
    pub panes: [Left; 2],
    /// The working directory then: local panes mean something only there.
    pub here: std::path::PathBuf,
    /// Whether it was told how text is selected while the program has the mouse.
    pub mouse_told: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pane {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default)]
    sort: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    here: String,
    #[serde(default)]
    mouse_told: bool,
    left: Pane,
    right: Pane,
}

impl Engine {
    /// How the browser was left last time, if that is known.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        read(&std::fs::read_to_string(self.session_file()).ok()?)
    }

    /// Keeps how the browser is left.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn keep_session(&self, session: &Session) -> Answer<()> {
        let Some(text) = write(session) else {
            return Ok(());
        };
        let file = self.session_file();
        if let Some(folder) = file.parent() {
            // Whether it is there shows when the file is written.
            let _ = tokio::fs::create_dir_all(folder).await;
        }
        local::write(&file, Bytes::from(text), Replace::Allow).await
    }

    fn session_file(&self) -> std::path::PathBuf {
        self.config().paths.state.join("session.toml")
    }
}

fn read(text: &str) -> Option<Session> {
    let file: File = toml::from_str(text).ok()?;
    let pane = |pane: Pane| {
        let place = match (pane.place.as_str(), pane.account) {
            ("accounts", _) => Place::Accounts,
            (text, account) => place_of(account.map(Account::new), text)?,
        };
        Some(Left {
            place,
            name: pane.name,
            sort: pane.sort,
        })
    };
    Some(Session {
        panes: [pane(file.left)?, pane(file.right)?],
        here: file.here.into(),
        mouse_told: file.mouse_told,
    })
}

fn write(session: &Session) -> Option<String> {
    let pane = |left: &Left| {
        Some(Pane {
            account: left.place.account().map(|a| a.as_str().to_owned()),
            place: text_of(&left.place).or_else(|| {
                let accounts = left.place == Place::Accounts;
                accounts.then(|| "accounts".to_owned())
            })?,
            name: left.name.clone(),
            sort: left.sort.clone(),
        })
    };
    let [left, right] = &session.panes;
    let file = File {
        here: session.here.to_str()?.to_owned(),
        mouse_told: session.mouse_told,
        left: pane(left)?,
        right: pane(right)?,
    };
    toml::to_string(&file).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BucketName, Prefix};

    #[test]
    fn a_session_comes_back_as_it_was_left() {
        let work = Account::new("work");
        let bucket = BucketName::new("photos").unwrap();
        let prefix = Prefix::new("a \"b\"//ü/").unwrap();
        let left = |place: Place, name: Option<&str>| Left {
            place,
            name: name.map(Into::into),
            sort: "size down".into(),
        };
        for place in [
            Place::Accounts,
            Place::Buckets(work.clone()),
            Place::Prefix(work.clone(), bucket, prefix),
        ] {
            let session = Session {
                panes: [
                    left(place, Some("weird\n\u{1b}name")),
                    left(Place::Folder("/home/me/a b".into()), None),
                ],
                here: "/home/me".into(),
                mouse_told: true,
            };
            assert_eq!(read(&write(&session).unwrap()), Some(session));
        }
        assert_eq!(read("here = 1"), None);
        assert_eq!(read(""), None);
    }
}
