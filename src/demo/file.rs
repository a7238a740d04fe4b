//! Writes sample files the way `s3s-fs` finds them: content, date, content type and entity tag.
//!
//! It knows the layout of `s3s-fs` 0.14 (one JSON file of attributes and one of internals for each
//! object, named by the base64 of bucket and key, beside the buckets).

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A folder that receives buckets, and the moment that dates are counted back from.
pub(super) struct Store {
    root: PathBuf,
    now: SystemTime,
}

/// An object that is written.
pub(super) struct Sample<'a> {
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    /// How long ago it was written.
    pub(super) hours_ago: u64,
}

impl Store {
    pub(super) fn new(root: &Path, now: SystemTime) -> Self {
        Self {
            root: root.to_path_buf(),
            now,
        }
    }

    /// Writes an object. Names that this disk cannot hold are left out.
    pub(super) fn put(&self, sample: &Sample<'_>, content: &[u8]) -> io::Result<()> {
        match self.file(sample) {
            Ok(mut file) => {
                file.write_all(content)?;
                self.date(&file, sample.hours_ago)?;
            }
            Err(e) if sample.bucket == super::seed::ODD => {
                tracing::debug!("a sample with an odd name was left out: {e}");
                return Ok(());
            }
            Err(e) => return Err(e),
        }
        match mime_guess::from_path(sample.key).first_raw() {
            Some(kind) => self.note(sample, "metadata.json", "content_type", kind),
            None => Ok(()),
        }
    }

    /// Writes one of very many: without a content type.
    pub(super) fn put_plain(&self, sample: &Sample<'_>, content: &[u8]) -> io::Result<()> {
        let mut file = File::create(self.path(sample))?;
        file.write_all(content)?;
        self.date(&file, sample.hours_ago)
    }

    /// Writes a large object by a function, with an entity tag that is known beforehand, so that
    /// the server need not read it to answer a head.
    pub(super) fn put_large(
        &self,
        sample: &Sample<'_>,
        etag: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = self.file(sample)?;
        write(&mut file)?;
        self.date(&file, sample.hours_ago)?;
        self.note(sample, "internal.json", "e_tag", etag)
    }

    pub(super) fn make_bucket(&self, bucket: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(bucket))
    }

    /// Makes the folder that the key lies in.
    pub(super) fn make_folder(&self, bucket: &str, prefix: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(bucket).join(prefix))
    }

    fn path(&self, sample: &Sample<'_>) -> PathBuf {
        self.root.join(sample.bucket).join(sample.key)
    }

    fn file(&self, sample: &Sample<'_>) -> io::Result<File> {
        let path = self.path(sample);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(path)
    }

    fn date(&self, file: &File, hours_ago: u64) -> io::Result<()> {
        let age = Duration::from_secs(hours_ago * 3600 + hours_ago * 611 % 3600);
        let at = self.now.checked_sub(age).unwrap_or(self.now);
        file.set_times(FileTimes::new().set_modified(at))
    }

    fn note(&self, sample: &Sample<'_>, end: &str, name: &str, value: &str) -> io::Result<()> {
        let code = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let file = format!(
            ".bucket-{}.object-{}.{end}",
            code(sample.bucket),
            code(sample.key)
        );
        let mut note = serde_json::Map::new();
        note.insert(name.into(), value.into());
        fs::write(self.root.join(file), serde_json::to_vec(&note)?)
    }
}
