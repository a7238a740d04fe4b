//! Disk errors in plain words: what failed, why, and what to do.
//!
//! The codes are words for machines; the transfer floor decides by [`NO_SPACE`] and [`EXISTS`].

use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::io::Errno;

use crate::model::{Answer, Trouble, shown, size};

/// The code of a full disk or quota.
pub const NO_SPACE: &str = "NoSpace";
/// The code of a name that is taken.
pub const EXISTS: &str = "Exists";
/// The code of a file that is not what it was when it was first looked at.
pub const CHANGED: &str = "SourceChanged";
/// The code of a rename that would cross disks.
pub const OTHER_DISK: &str = "OtherDisk";
/// The code of something that is not there.
pub const NOT_FOUND: &str = "NotFound";

/// Says what a disk error means. `what` is a verb phrase: `Cannot read`.
pub(crate) fn trouble(what: &str, path: &Path, error: &io::Error) -> Trouble {
    let (code, why, fix) = words(error);
    let name = path.display().to_string();
    let trouble = Trouble::new(code, &format!("{what} {name}"), &why, fix)
        .with("path", &name)
        .with("system", &error.to_string());
    if matches!(
        error.kind(),
        ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut
    ) {
        trouble.retryable()
    } else {
        trouble
    }
}

fn words(error: &io::Error) -> (&'static str, String, &'static str) {
    let errno = Errno::from_io_error(error);
    match WORDS.iter().find(|(known, ..)| Some(*known) == errno) {
        Some((_, code, why, fix)) => (code, (*why).to_owned(), fix),
        None => ("LocalError", error.to_string(), ""),
    }
}

/// System error, code, why, and what to do.
const WORDS: &[(Errno, &str, &str, &str)] = &[
    (
        Errno::NOSPC,
        NO_SPACE,
        "no space is left on this disk",
        OTHER_FOLDER,
    ),
    (
        Errno::DQUOT,
        NO_SPACE,
        "your quota on this disk is used up",
        OTHER_FOLDER,
    ),
    (
        Errno::ACCESS,
        "NotAllowed",
        NOT_ALLOWED,
        "choose another folder, or change its permissions",
    ),
    (
        Errno::PERM,
        "NotAllowed",
        NOT_ALLOWED,
        "choose another folder, or change its permissions",
    ),
    (
        Errno::ROFS,
        "ReadOnlyDisk",
        "this disk can only be read",
        "choose another folder",
    ),
    (
        Errno::NAMETOOLONG,
        "NameTooLong",
        "the name is too long for this disk",
        "choose a shorter name",
    ),
    (
        Errno::NOENT,
        NOT_FOUND,
        "there is no such file or folder",
        "check the path, or list the folder again; a bucket is written s3://bucket/",
    ),
    (
        Errno::EXIST,
        EXISTS,
        "something with this name is there already",
        "choose another name",
    ),
    (
        Errno::ISDIR,
        "IsFolder",
        "a folder with this name is there",
        "choose another name, or move the folder away",
    ),
    (
        Errno::NOTDIR,
        "NotFolder",
        "a part of the path is a file, not a folder",
        "choose another folder, or move the file away",
    ),
    (Errno::NOTEMPTY, "NotEmpty", "the folder is not empty", ""),
    (
        Errno::LOOP,
        "LinkRefused",
        "a symbolic link stands in the way and is not followed",
        "name the place that the link leads to",
    ),
    (Errno::XDEV, OTHER_DISK, "it lies on another disk", ""),
    (
        Errno::MFILE,
        "TooManyFiles",
        "too many files are open",
        "run fewer transfers at once",
    ),
    (
        Errno::NFILE,
        "TooManyFiles",
        "too many files are open",
        "run fewer transfers at once",
    ),
    (
        Errno::FBIG,
        "FileTooLarge",
        "the file is too large for this disk",
        "choose another disk",
    ),
    (
        Errno::IO,
        "DiskFailure",
        "the disk failed to read or write",
        "check the disk",
    ),
];

const NOT_ALLOWED: &str = "you are not allowed to do this here";
const OTHER_FOLDER: &str = "make room or choose another folder, then go on";

/// A disk that is too small, known before anything is written.
pub(crate) fn no_room(path: &Path, need: u64, have: u64) -> Trouble {
    Trouble::new(
        NO_SPACE,
        &format!("Cannot write {}", path.display()),
        &format!(
            "no space left: {} are needed, {} are free",
            size(need),
            size(have)
        ),
        OTHER_FOLDER,
    )
}

/// Something that cannot be read as a file.
pub(crate) fn not_a_file(path: &Path) -> Trouble {
    Trouble::new(
        "NotAFile",
        &format!("Cannot read {}", path.display()),
        "it is no regular file",
        "only files and folders can be copied",
    )
}

/// A file that is not what it was.
pub(crate) fn changed(path: &Path) -> Trouble {
    Trouble::new(
        CHANGED,
        &format!("Cannot copy {}", path.display()),
        "the file changed while it was being copied",
        "try again when nothing writes to it",
    )
}

/// Runs blocking work on a thread for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Answer<T> + Send + 'static,
) -> Answer<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(Trouble::new(
            "Internal",
            "Something went wrong in the program itself",
            shown(&error.to_string()).as_str(),
            "please report this",
        )),
    }
}
