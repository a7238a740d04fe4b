//! The server of files with entity tags in its listings, which `s3s-fs` leaves out of them: many
//! clients end at an object without one.
//!
//! It knows where `s3s-fs` 0.14 notes them. Invariant: a listing tells the tag that a head of the
//! object tells, or none.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use md5::{Digest, Md5};
use s3s::dto::{self, ETag, Object};
use s3s::{S3, S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;

/// Larger files are not read for a listing.
const READ: u64 = 1 << 20;

/// The files, and where they lie.
#[derive(Debug)]
pub(super) struct Listed {
    files: FileSystem,
    root: PathBuf,
}

impl Listed {
    pub(super) fn new(files: FileSystem, root: &Path) -> Self {
        Self {
            files,
            root: root.to_path_buf(),
        }
    }

    async fn tagged(&self, bucket: String, contents: &mut Option<Vec<Object>>) {
        let Some(mut objects) = contents.take() else {
            return;
        };
        let root = self.root.clone();
        let told = tokio::task::spawn_blocking(move || {
            for object in &mut objects {
                let key = object.key.as_deref().unwrap_or_default();
                object.e_tag = tag(&root, &bucket, key).map(ETag::Strong);
            }
            objects
        });
        // It fails only while the server ends.
        *contents = told.await.ok();
    }
}

/// The tag of an object: what was noted when it was written, or else its MD5.
fn tag(root: &Path, bucket: &str, key: &str) -> Option<String> {
    let code = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let note = format!(
        ".bucket-{}.object-{}.internal.json",
        code(bucket),
        code(key)
    );
    if let Ok(note) = std::fs::read(root.join(note)) {
        let note: serde_json::Value = serde_json::from_slice(&note).ok()?;
        if let Some(tag) = note.get("e_tag").and_then(|tag| tag.as_str()) {
            return Some(tag.to_owned());
        }
    }
    let path = root.join(bucket).join(key);
    if std::fs::metadata(&path).ok()?.len() > READ {
        return None;
    }
    let mut hex = String::with_capacity(32);
    for byte in Md5::digest(std::fs::read(&path).ok()?) {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Some(hex)
}

/// What an answer is, before it is there.
type Later<'a, T> = Pin<Box<dyn Future<Output = S3Result<S3Response<T>>> + Send + 'a>>;

/// Calls that are passed on as they are.
macro_rules! passed_on {
    ($($name:ident: $input:ident => $output:ident,)*) => {$(
        fn $name<'life0, 'async_trait>(
            &'life0 self,
            req: S3Request<dto::$input>,
        ) -> Later<'async_trait, dto::$output>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            self.files.$name(req)
        }
    )*};
}

/// Calls whose objects get their tags.
macro_rules! with_tags {
    ($($name:ident: $input:ident => $output:ident,)*) => {$(
        fn $name<'life0, 'async_trait>(
            &'life0 self,
            req: S3Request<dto::$input>,
        ) -> Later<'async_trait, dto::$output>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            let bucket = req.input.bucket.clone();
            Box::pin(async move {
                let mut told = self.files.$name(req).await?;
                self.tagged(bucket, &mut told.output.contents).await;
                Ok(told)
            })
        }
    )*};
}

impl S3 for Listed {
    with_tags! {
        list_objects: ListObjectsInput => ListObjectsOutput,
        list_objects_v2: ListObjectsV2Input => ListObjectsV2Output,
    }

    passed_on! {
        create_bucket: CreateBucketInput => CreateBucketOutput,
        delete_bucket: DeleteBucketInput => DeleteBucketOutput,
        get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput,
        head_bucket: HeadBucketInput => HeadBucketOutput,
        list_buckets: ListBucketsInput => ListBucketsOutput,
        copy_object: CopyObjectInput => CopyObjectOutput,
        delete_object: DeleteObjectInput => DeleteObjectOutput,
        delete_objects: DeleteObjectsInput => DeleteObjectsOutput,
        get_object: GetObjectInput => GetObjectOutput,
        head_object: HeadObjectInput => HeadObjectOutput,
        put_object: PutObjectInput => PutObjectOutput,
        create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput,
        upload_part: UploadPartInput => UploadPartOutput,
        upload_part_copy: UploadPartCopyInput => UploadPartCopyOutput,
        list_parts: ListPartsInput => ListPartsOutput,
        complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput,
        abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_was_noted_or_the_md5_of_what_is_small() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir(root.join("b")).unwrap();
        std::fs::write(root.join("b/small"), "hello").unwrap();
        let large = std::fs::File::create(root.join("b/large")).unwrap();
        large.set_len(READ + 1).unwrap();
        let md5 = Some("5d41402abc4b2a76b9719d911017c592".to_owned());
        assert_eq!(tag(root, "b", "small"), md5);
        assert_eq!(tag(root, "b", "large"), None);
        assert_eq!(tag(root, "b", "nowhere"), None);
        let note = ".bucket-Yg.object-bGFyZ2U.internal.json";
        std::fs::write(root.join(note), r#"{"e_tag":"abc-2"}"#).unwrap();
        assert_eq!(tag(root, "b", "large").as_deref(), Some("abc-2"));
    }
}
