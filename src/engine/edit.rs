//! Editing a small object or file: read whole, and written back only if nobody else wrote.
//!
//! Invariant: a text that could not be written back is kept on this machine, and said where.

use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;

use super::describe::{changed, replace};
use super::{About, Engine, Overwrite};
use crate::local::{self, Replace};
use crate::model::{Answer, ETag, Location, Trouble};

/// What a text was like when it was read: its content, and what tells whether it changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The content.
    pub bytes: Bytes,
    stamp: Stamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    etag: Option<ETag>,
    size: Option<u64>,
    modified: Option<Timestamp>,
}

impl Engine {
    /// Reads something whole, to be edited.
    ///
    /// # Errors
    /// When it is larger than `most` bytes, or cannot be read.
    pub async fn fetch(&self, at: &Location, most: u64) -> Answer<Fetched> {
        // The stamp first: what changes between the two is noticed when it is written back.
        let (stamp, _) = self.stamp(at).await?;
        if stamp.size.is_some_and(|size| size > most) {
            return Err(Trouble::new(
                "TooLarge",
                &format!("{at} is too large to edit"),
                &format!("at most {}", crate::model::size(most)),
                "copy it here and edit the copy",
            ));
        }
        let (bytes, _) = self.read(at, 0..=most.saturating_sub(1)).await?;
        Ok(Fetched { bytes, stamp })
    }

    /// Writes an edited text back, if what is there is still what was read. Type and metadata stay.
    ///
    /// # Errors
    /// When it changed meanwhile or cannot be written; the text is kept on this machine then.
    pub async fn save(&self, at: &Location, text: Bytes, was: &Fetched) -> Answer<()> {
        match self.save_over(at, text.clone(), was).await {
            Ok(()) => Ok(()),
            Err(trouble) => {
                let kept = self.keep_text(at, text).await;
                Err(with_text(&trouble, kept))
            }
        }
    }

    async fn save_over(&self, at: &Location, text: Bytes, was: &Fetched) -> Answer<()> {
        let (now, about) = self.stamp(at).await?;
        if now != was.stamp {
            return Err(changed(at));
        }
        match (about, at) {
            (About::Object(head), Location::Object { account, .. }) => {
                replace(self.writable(account)?, at, text, &head).await
            }
            _ => self.write(at, text, Overwrite::Allow).await,
        }
    }

    async fn stamp(&self, at: &Location) -> Answer<(Stamp, About)> {
        let about = self.about(at).await?;
        let stamp = match &about {
            About::Object(head) => Stamp {
                etag: head.meta.etag.clone(),
                size: head.meta.size,
                // A tag says more than a second of a clock.
                modified: head.meta.modified.filter(|_| head.meta.etag.is_none()),
            },
            About::File(entry) => Stamp {
                etag: None,
                size: Some(entry.size),
                modified: entry.modified,
            },
        };
        Ok((stamp, about))
    }

    /// Keeps a text that could not be written; gives where.
    async fn keep_text(&self, at: &Location, text: Bytes) -> Option<PathBuf> {
        let folder = self.config().paths.state.join("unsaved");
        tokio::fs::create_dir_all(&folder).await.ok()?;
        let name = local::segment(&at.name()).into_owned();
        for number in 1..100 {
            let path = folder.join(if number == 1 {
                name.clone()
            } else {
                local::numbered(&name, number)
            });
            if local::write(&path, text.clone(), Replace::Refuse)
                .await
                .is_ok()
            {
                return Some(path);
            }
        }
        None
    }
}

/// A trouble that says where the text is.
fn with_text(trouble: &Trouble, kept: Option<PathBuf>) -> Trouble {
    let fix = match kept {
        Some(path) => format!("your text is in {}", path.display()),
        None => "your text could not be kept either".into(),
    };
    let new = Trouble::new(
        trouble.code.as_str(),
        trouble.what.as_str(),
        trouble.why.as_str(),
        &fix,
    );
    trouble.details.iter().fold(new, |new, (name, value)| {
        new.with(name.as_str(), value.as_str())
    })
}
