//! What not every server can: conditions, copies, odd names, parts, links, tags.
//!
//! Invariant: none of it makes an account unusable, so that none of it fails a checkup; only bytes
//! that change do.

use std::time::Duration;

use super::Check;
use super::probe::{Probe, content, same};
use crate::model::{Entry, Key, UploadMode};
use crate::s3::{
    AbortUpload, CompleteUpload, CopyObject, CreateUpload, Error, ErrorKind, GetTags, Link,
    LinkMethod, ListObjects, NewObject, PartSource, PutTags, UploadId, UploadPart,
};

/// A name with what is written in many ways: blank, plus, percent, letters beyond ASCII.
const ODD: &str = " ü+%2F~é.tmp";

impl Probe<'_> {
    /// Tries all of it.
    pub(super) async fn wishes(&mut self) {
        let Some(plain) = self.key(".tmp") else {
            return;
        };
        let checks = [
            self.conditions(&plain).await,
            self.copies(&plain).await,
            self.names().await,
            self.parts().await,
            self.link_get(&plain).await,
            self.link_put().await,
            self.tags(&plain).await,
        ];
        for check in checks {
            self.desk.tell(check);
        }
    }

    /// Whether an object can be kept from being replaced.
    async fn conditions(&self, there: &Key) -> Check {
        let name = "only-new";
        let put = crate::s3::PutObject {
            only_new: true,
            ..self.put(there, self.client().integrity())
        };
        match self.client().call(&put).await {
            Ok(_) => Check::odd(name, "conditions on uploads are not looked at").because(
                "an object was replaced that was not to be",
                "two programs that write the same name may replace each other's object",
            ),
            Err(error) if error.kind == ErrorKind::Conflict => {
                Check::well(name, "an upload can be kept from replacing something")
            }
            Err(error) => Check::lacking(name, &error),
        }
    }

    async fn copies(&mut self, from: &Key) -> Check {
        let name = "copy";
        let Some(to) = self.key("-copy.tmp") else {
            return Check::skipped(name, "");
        };
        let copy = CopyObject {
            from: (self.bucket.clone(), from.clone()),
            to: (self.bucket.clone(), to.clone()),
            if_match: None,
            only_new: false,
            size: content().len() as u64,
        };
        match self.client().call(&copy).await {
            Ok(_) => same(
                name,
                "the server copies by itself",
                self.get(&to, None).await,
                content(),
            ),
            Err(error) => Check::lacking(name, &error),
        }
    }

    /// Whether a name comes back as it was given.
    async fn names(&mut self) -> Check {
        let name = "names";
        let Some(odd) = self.key(ODD) else {
            return Check::skipped(name, "");
        };
        let put = self.put(&odd, self.client().integrity());
        if let Err(error) = self.client().call(&put).await {
            if error.status.is_some() {
                self.forget(&odd);
            }
            return Check::lacking(name, &error);
        }
        let list = ListObjects::new(self.bucket.clone(), odd.as_str());
        let told = match self.client().list(&list).await {
            Ok(page) => page,
            Err(error) => return Check::lacking(name, &error),
        };
        let ours = |entry: &Entry| matches!(entry, Entry::Object(meta) if meta.key == odd);
        if !told.entries.iter().any(ours) {
            return Check::odd(name, "a name is listed otherwise than it was written").because(
                "it has a blank, +, % and letters beyond ASCII",
                "keep to plain letters, or expect other names in listings",
            );
        }
        let read = self.get(&odd, None).await;
        same(
            name,
            "names with blanks, +, % and ü come back",
            read,
            content(),
        )
    }

    async fn parts(&mut self) -> Check {
        let name = "multipart";
        let Some(key) = self.key("-parts.tmp") else {
            return Check::skipped(name, "");
        };
        let create = CreateUpload {
            bucket: self.bucket.clone(),
            key: key.clone(),
            about: NewObject::default(),
        };
        let upload = match self.client().call(&create).await {
            Ok(upload) => upload,
            Err(error) => return Check::lacking(name, &error),
        };
        match self.one_part(&key, &upload).await {
            Ok(()) => {
                let read = self.get(&key, None).await;
                same(name, "uploads in parts are joined", read, content())
            }
            Err(error) => {
                let (bucket, key) = (self.bucket.clone(), key.clone());
                let abort = AbortUpload {
                    bucket,
                    key,
                    upload,
                };
                let check = Check::failed(name, &error);
                if self.client().call(&abort).await.is_ok() {
                    return check;
                }
                let why = format!("{}; an upload of {} stays open", check.why, abort.key);
                check.because(why, "have the bucket give up old uploads by a rule")
            }
        }
    }

    async fn one_part(&self, key: &Key, upload: &UploadId) -> Result<(), Error> {
        let (bucket, key, upload) = (self.bucket.clone(), key.clone(), upload.clone());
        let payload = self.put(&key, self.client().integrity()).payload;
        let part = UploadPart {
            bucket: bucket.clone(),
            key: key.clone(),
            upload: upload.clone(),
            number: 1,
            from: PartSource::Payload(payload),
        };
        let etag = self.client().call(&part).await?;
        let complete = CompleteUpload {
            bucket,
            key,
            upload,
            parts: vec![(1, etag)],
            only_new: false,
            expects: None,
        };
        self.client().call(&complete).await.map(drop)
    }

    async fn link_get(&self, key: &Key) -> Check {
        let name = "link";
        let link = Link {
            method: LinkMethod::Get,
            bucket: self.bucket.clone(),
            key: key.clone(),
            expires: Duration::from_mins(5),
            content_type: None,
            attachment: Some("probe.txt".into()),
        };
        let tried = match self.client().link(&link) {
            Ok(url) => self.client().try_link(&url).await.map(drop),
            Err(error) => Err(error),
        };
        match tried {
            Ok(()) => Check::well(name, "a link to download works without keys"),
            Err(error) => Check::lacking(name, &error),
        }
    }

    async fn link_put(&mut self) -> Check {
        let name = "link-upload";
        let Some(key) = self.key("-link.tmp") else {
            return Check::skipped(name, "");
        };
        let put = self.put(&key, crate::model::Integrity::Md5);
        let client = self
            .desk
            .other(|settings| settings.upload = UploadMode::Presigned);
        let sent = match client {
            Ok(client) => client.call(&put).await.map(drop),
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => {
                let read = self.get(&key, None).await;
                same(name, "a link to upload works without keys", read, content())
            }
            Err(error) => Check::lacking(name, &error),
        }
    }

    async fn tags(&self, key: &Key) -> Check {
        let name = "tags";
        let tags = vec![("made by".to_owned(), "windlass".to_owned())];
        let put = PutTags {
            bucket: self.bucket.clone(),
            key: key.clone(),
            tags: tags.clone(),
        };
        let get = GetTags {
            bucket: self.bucket.clone(),
            key: key.clone(),
        };
        let told = match self.client().call(&put).await {
            Ok(()) => self.client().call(&get).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(told) if told == tags => Check::well(name, "objects can be tagged"),
            Ok(_) => Check::odd(name, "the server takes tags and does not keep them"),
            Err(error) => Check::lacking(name, &error),
        }
    }
}
