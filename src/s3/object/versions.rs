//! Versions of an object: whether a bucket keeps them, which there are, and one of them made the
//! current one again.
//!
//! A deletion in a bucket that keeps versions is a version of its own, a delete marker: taking the
//! marker away brings the object back. Invariant: only versions of exactly the key that was asked
//! for are told, although servers list all keys that begin with it.

use http::Method;
use http::response::Parts;
use jiff::Timestamp;

use super::copied;
use crate::model::{BucketName, ETag, Key};
use crate::s3::endpoint::encode_path;
use crate::s3::xml::{Reading, flag, number, timestamp};
use crate::s3::{Draft, Malformed, Op};

/// Asks whether a bucket keeps versions. Output: [`Versioning`].
#[derive(Debug, Clone)]
pub struct GetVersioning {
    /// The bucket.
    pub bucket: BucketName,
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// What is replaced or deleted stays as a version.
    On,
    /// It did once: old versions may be there, new ones are not kept.
    Suspended,
    /// It never did.
    Off,
}

/// Lists the versions of one key, the newest first. Output: `Vec<Version>`.
#[derive(Debug, Clone)]
pub struct ListVersions {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The server's name for it; `null` for what was written before versions were kept.
    pub id: Box<str>,
    /// What it is.
    pub kind: VersionKind,
    /// Whether it is what a reader gets.
    pub latest: bool,
    /// When it was made.
    pub modified: Option<Timestamp>,
}

/// What a version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionKind {
    /// Content of so many bytes, with its tag.
    Content(Option<u64>, Option<ETag>),
    /// A deletion.
    Deletion,
}

/// Deletes one version for good, or takes a delete marker away. Output: `()`.
#[derive(Debug, Clone)]
pub struct DeleteVersion {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// Which one.
    pub version: Box<str>,
}

/// Makes a version the current one again, by copying it onto its own key. Output: `Option<ETag>`.
#[derive(Debug, Clone)]
pub struct RestoreVersion {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: Key,
    /// Which one.
    pub version: Box<str>,
}

impl Op for GetVersioning {
    type Output = Versioning;
    const NAME: &'static str = "GetBucketVersioning";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        draft.query.push(("versioning", String::new()));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Versioning, Malformed> {
        let mut status = String::new();
        // moto names the root after the call.
        let mut doc = match Reading::open(body, "VersioningConfiguration") {
            Err(Malformed::Foreign(_)) => Reading::open(body, "GetBucketVersioningResult")?,
            other => other?,
        };
        doc.each(|doc, name| {
            if name == "Status" {
                status = doc.word()?;
            }
            Ok(())
        })?;
        Ok(match status.trim() {
            "Enabled" => Versioning::On,
            "Suspended" => Versioning::Suspended,
            _ => Versioning::Off,
        })
    }
}

impl Op for ListVersions {
    type Output = Vec<Version>;
    const NAME: &'static str = "ListObjectVersions";

    fn draft(&self) -> Draft {
        let mut draft = Draft::bucket(Method::GET, &self.bucket);
        draft.query.push(("prefix", self.key.as_str().to_owned()));
        draft.query.push(("versions", String::new()));
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Vec<Version>, Malformed> {
        let mut all = Vec::new();
        Reading::open(body, "ListVersionsResult")?.each(|doc, name| {
            let deletion = match name {
                "Version" => false,
                "DeleteMarker" => true,
                _ => return Ok(()),
            };
            if let Some((key, mut version)) = version(doc)?
                && key == self.key.as_str()
            {
                if deletion {
                    version.kind = VersionKind::Deletion;
                }
                all.push(version);
            }
            Ok(())
        })?;
        // Some servers tell content and deletions apart from each other.
        all.sort_by_key(|v| (!v.latest, v.modified.map(std::cmp::Reverse)));
        Ok(all)
    }
}

/// One version with its key; none if it has no id.
pub(super) fn version(doc: &mut Reading<'_>) -> Result<Option<(String, Version)>, Malformed> {
    let (mut key, mut id, mut size, mut etag) = (None, String::new(), None, None);
    let (mut latest, mut modified) = (false, None);
    doc.each(|doc, name| {
        match name {
            "Key" => key = doc.text()?,
            "VersionId" => id = doc.word()?,
            "IsLatest" => latest = flag(&doc.word()?),
            "LastModified" => modified = timestamp(&doc.word()?),
            "Size" => size = number(&doc.word()?),
            "ETag" => etag = ETag::new(&doc.word()?),
            _ => {}
        }
        Ok(())
    })?;
    let version = Version {
        id: id.into(),
        kind: VersionKind::Content(size, etag),
        latest,
        modified,
    };
    Ok(key.filter(|_| !version.id.is_empty()).map(|k| (k, version)))
}

impl Op for DeleteVersion {
    type Output = ();
    const NAME: &'static str = "DeleteObject";

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::DELETE, &self.bucket, &self.key);
        draft.query.push(("versionId", self.version.to_string()));
        draft
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

impl Op for RestoreVersion {
    type Output = Option<ETag>;
    const NAME: &'static str = "CopyObject";
    const SLOW: bool = true;

    fn draft(&self) -> Draft {
        let mut draft = Draft::object(Method::PUT, &self.bucket, &self.key);
        let key = encode_path(self.key.as_str());
        // Source: Amazon S3 API reference, CopyObject: the version stands behind the key.
        let version = encode_path(&self.version);
        let source = format!("/{}/{key}?versionId={version}", self.bucket);
        draft.set("x-amz-copy-source", &source);
        draft
    }

    fn read(&self, _: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        copied(body, "CopyObjectResult")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::op::testing::{answer, cut_everywhere, told};

    fn bucket() -> BucketName {
        BucketName::new("b").unwrap()
    }

    #[test]
    fn what_a_bucket_keeps_is_read() {
        let op = GetVersioning { bucket: bucket() };
        assert_eq!(told(&op), "GET /b/ ?versioning=");
        for (status, want) in [
            ("<Status>Enabled</Status>", Versioning::On),
            ("<Status>Suspended</Status>", Versioning::Suspended),
            ("", Versioning::Off),
        ] {
            let body = format!("<VersioningConfiguration>{status}</VersioningConfiguration>");
            assert_eq!(op.read(&answer(200, &[]), body.as_bytes()).unwrap(), want);
            let moto = body.replace("VersioningConfiguration", "GetBucketVersioningResponse");
            assert_eq!(op.read(&answer(200, &[]), moto.as_bytes()).unwrap(), want);
        }
    }

    #[test]
    fn versions_of_the_key_alone_are_told_the_current_one_first() {
        let op = ListVersions {
            bucket: bucket(),
            key: Key::new("a").unwrap(),
        };
        assert_eq!(told(&op), "GET /b/ ?prefix=a&versions=");
        let body = "<ListVersionsResult>\
            <Version><Key>a</Key><VersionId>1</VersionId><IsLatest>false</IsLatest>\
            <LastModified>2026-03-11T09:14:05Z</LastModified><Size>7</Size>\
            <ETag>&quot;x&quot;</ETag></Version>\
            <Version><Key>ab</Key><VersionId>9</VersionId><IsLatest>true</IsLatest></Version>\
            <DeleteMarker><Key>a</Key><VersionId>2</VersionId><IsLatest>true</IsLatest>\
            </DeleteMarker></ListVersionsResult>";
        let found = op.read(&answer(200, &[]), body.as_bytes()).unwrap();
        let told: Vec<(&str, bool)> = found.iter().map(|v| (&*v.id, v.latest)).collect();
        assert_eq!(told, [("2", true), ("1", false)]);
        assert_eq!(found[0].kind, VersionKind::Deletion);
        assert_eq!(
            found[1].kind,
            VersionKind::Content(Some(7), ETag::new("\"x\""))
        );
        cut_everywhere(&op, body);
    }

    #[test]
    fn one_version_is_meant_and_no_other() {
        let (bucket, key) = (bucket(), Key::new("ü").unwrap());
        let version: Box<str> = "v+1/=".into();
        let delete = DeleteVersion {
            bucket: bucket.clone(),
            key: key.clone(),
            version: version.clone(),
        };
        assert_eq!(told(&delete), "DELETE /b/%C3%BC ?versionId=v%2B1%2F%3D");
        let restore = RestoreVersion {
            bucket,
            key,
            version,
        };
        assert_eq!(
            told(&restore),
            "PUT /b/%C3%BC x-amz-copy-source: /b/%C3%BC?versionId=v%2B1/%3D"
        );
    }
}
