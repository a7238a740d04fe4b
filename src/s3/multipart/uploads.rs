//! Uploads in progress, as a server lists them.
//!
//! Not every server does, and some only for an exact key (rule U-14): what it says is a bonus.

use http::Method;
use http::response::Parts;
use jiff::Timestamp;

use super::super::xml::{Reading, flag, timestamp};
use super::super::{Draft, Malformed, Op};
use super::UploadId;
use crate::model::{BucketName, Key};

/// Lists uploads in progress whose key begins with one. Output: [`UploadPage`].
#[derive(Debug, Clone)]
pub struct ListUploads {
    /// The bucket.
    pub bucket: BucketName,
    /// The key that keys begin with.
    pub key: Key,
    /// Uploads behind this one.
    pub after: Option<(Box<str>, UploadId)>,
}

/// An upload in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its key.
    pub key: Box<str>,
    /// Its name.
    pub upload: UploadId,
    /// When it was started.
    pub started: Option<Timestamp>,
}

/// One page of uploads, and behind which one the next page starts.
pub type UploadPage = (Vec<Pending>, Option<(Box<str>, UploadId)>);

impl Op for ListUploads {
    type Output = UploadPage;
    const NAME: &'static str = "ListMultipartUploads";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        if let Some((key, upload)) = &self.after {
            draft.query.push(("key-marker", key.to_string()));
            draft.query.push(("upload-id-marker", upload.0.to_string()));
        }
        draft.query.push(("prefix", self.key.as_str().to_owned()));
        draft.query.push(("uploads", String::new()));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<UploadPage, Malformed> {
        let (mut all, mut more) = (Vec::new(), false);
        let (mut key, mut upload) = (String::new(), String::new());
        Reading::open(body, "ListMultipartUploadsResult")?.each(|doc, name| {
            match name {
                "Upload" => all.extend(pending(doc)?),
                "IsTruncated" => more = flag(&doc.word()?),
                "NextKeyMarker" => key = doc.text()?.unwrap_or_default(),
                "NextUploadIdMarker" => upload = doc.word()?,
                _ => {}
            }
            Ok(())
        })?;
        let next: (Box<str>, UploadId) = (key.into(), UploadId(upload.into()));
        let moves = !next.0.is_empty() && self.after.as_ref() != Some(&next);
        Ok((all, (more && moves).then_some(next)))
    }
}

fn pending(doc: &mut Reading<'_>) -> Result<Option<Pending>, Malformed> {
    let (mut key, mut upload, mut started) = (None, String::new(), None);
    doc.each(|doc, name| {
        match name {
            "Key" => key = doc.text()?,
            "UploadId" => upload = doc.word()?,
            "Initiated" => started = timestamp(&doc.word()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(key.filter(|_| !upload.is_empty()).map(|key| Pending {
        key: key.into(),
        upload: UploadId(upload.into()),
        started,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_are_read_and_paged() {
        let body = b"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>\
            <NextKeyMarker>k </NextKeyMarker><NextUploadIdMarker>u1</NextUploadIdMarker>\
            <Upload><Key>k </Key><UploadId>u1</UploadId><Initiated>2026-03-11T09:14:05.123Z\
            </Initiated></Upload><Upload><Key>x</Key></Upload></ListMultipartUploadsResult>";
        let mut list = ListUploads {
            bucket: BucketName::new("bucket").unwrap(),
            key: Key::new("k").unwrap(),
            after: None,
        };
        let head = http::Response::new(()).into_parts().0;
        let (all, next) = list.read(&head, body).unwrap();
        let one = Pending {
            key: "k ".into(),
            upload: UploadId("u1".into()),
            started: "2026-03-11T09:14:05.123Z".parse().ok(),
        };
        assert_eq!(all, [one]);
        assert_eq!(next, Some(("k ".into(), UploadId("u1".into()))));
        list.after = next;
        assert_eq!(
            list.read(&head, body).unwrap().1,
            None,
            "it goes in circles"
        );
    }
}
