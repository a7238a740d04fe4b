//! Editing a small object or file: read whole, and written back only if nobody else wrote.
//!
//! Invariant: a text that could not be written back is kept on this machine, and said where.

use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;

use super::describe::changed;
use super::{About, Engine, Overwrite};
use crate::local::{self, Replace};
use crate::model::{Answer, ETag, Location, ObjectHead, Trouble};
use crate::s3::{Client, Error, ErrorKind, GetTags, NewObject, PutObject, ReplaceObject, Tags};
use crate::transfer::{carried, knows_no_conditions, payload};

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

    /// Writes an edited text back, if what is there is still what was read. Type, metadata, tags and
    /// storage class stay.
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

/// Writes over an object if it is still the one that was read. A server that does not know the
/// condition is asked again without it: that it is the same was seen a moment ago.
async fn replace(client: &Client, at: &Location, bytes: Bytes, head: &ObjectHead) -> Answer<()> {
    let Location::Object { bucket, key, .. } = at else {
        return Ok(());
    };
    let tags = GetTags {
        bucket: bucket.clone(),
        key: key.clone(),
    };
    let tags = tags_told(client.call(&tags).await).map_err(|error| error.trouble())?;
    let put = PutObject {
        bucket: bucket.clone(),
        key: key.clone(),
        about: rewritten(head, &tags),
        payload: payload(client.integrity(), bytes).await,
        only_new: false,
    };
    let done = match head.meta.etag.clone() {
        None => client.call(&put).await,
        Some(if_match) => {
            let guarded = ReplaceObject { put, if_match };
            match client.call(&guarded).await {
                Err(error) if knows_no_conditions(&error) => client.call(&guarded.put).await,
                done => done,
            }
        }
    };
    match done {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.status, Some(409 | 412)) => Err(changed(at)),
        Err(error) => Err(error.trouble()),
    }
}

/// The tags of an object: none where the server has none to tell, or may not.
fn tags_told(answer: Result<Tags, Error>) -> Result<Tags, Error> {
    match answer {
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::Server | ErrorKind::Network | ErrorKind::Throttled
            ) =>
        {
            Err(error)
        }
        told => Ok(told.unwrap_or_default()),
    }
}

/// What an object says about itself with new content: all but what it says about the old one.
fn rewritten(head: &ObjectHead, tags: &[(String, String)]) -> NewObject {
    let mut about = carried(head);
    let of_content = |name: &str| matches!(name, "md5chksum" | "mtime");
    about.metadata.retain(|(name, _)| !of_content(name));
    let class = head.meta.class.as_deref();
    if let Some(class) = class.filter(|class| *class != "STANDARD") {
        about
            .headers
            .push(("x-amz-storage-class", class.to_owned()));
    }
    about.tag(tags);
    about
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, ObjectMeta};

    #[test]
    fn new_content_keeps_all_but_what_was_said_of_the_old_one() {
        let meta = |class: &str| ObjectMeta {
            key: Key::new("a").unwrap(),
            size: Some(1),
            modified: None,
            etag: None,
            class: Some(class.into()),
        };
        let pair = |n: &str, v: &str| (n.into(), v.into());
        let mut head = ObjectHead {
            meta: meta("STANDARD_IA"),
            content_type: Some("text/plain".into()),
            metadata: vec![
                pair("md5chksum", "XUFAKrxLKna5cZ2REBfFkg=="),
                pair("mtime", "1700000000.5"),
                pair("camera", "R5"),
            ],
            headers: vec![pair("cache-control", "no-cache")],
        };
        let tags = [("a b".to_owned(), "c&d".to_owned())];
        let about = rewritten(&head, &tags);
        assert_eq!(about.content_type.as_deref(), Some("text/plain"));
        assert_eq!(about.metadata, [("camera".into(), "R5".into())]);
        let header = |name: &'static str, value: &str| (name, value.to_owned());
        assert_eq!(
            about.headers,
            [
                header("cache-control", "no-cache"),
                header("x-amz-storage-class", "STANDARD_IA"),
                header("x-amz-tagging", "a%20b=c%26d"),
            ]
        );
        head.meta = meta("STANDARD");
        assert_eq!(rewritten(&head, &[]).headers.len(), 1);
    }

    #[test]
    fn tags_that_cannot_be_read_now_are_not_taken_for_none() {
        let error = |kind| Error {
            kind,
            op: "GetObjectTagging",
            bucket: None,
            key: None,
            endpoint: "h".into(),
            status: None,
            code: None,
            message: "odd".into(),
            request_id: None,
            attempts: 1,
            elapsed: std::time::Duration::ZERO,
        };
        assert!(tags_told(Err(error(ErrorKind::Network))).is_err());
        assert!(tags_told(Err(error(ErrorKind::Server))).is_err());
        let none = tags_told(Err(error(ErrorKind::Unsupported))).unwrap();
        assert!(none.is_empty());
    }
}
