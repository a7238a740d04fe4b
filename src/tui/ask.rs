//! Questions to the engine, and its answers.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::msg::Item;
use super::picture::Picture;
use super::selection::{Common, Selection};
use super::tree::{Arrange, Batch, Compare, Compared};
use crate::engine::{
    About, Bookmark, Contents, Copied, Deletion, Description, Extras, Fetched, Finding, Link,
    LocalEntry, Overwrite, SignedLink, Start, Tags, Tally, Trashed,
};
use crate::model::{Account, Answer, Bucket, BucketName, ETag, Location, Place, Prefix, Trouble};

/// A question to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The buckets of an account.
    Buckets(Account),
    /// What is directly under a prefix, page by page.
    Pages {
        /// Whose.
        account: Account,
        /// Which bucket.
        bucket: BucketName,
        /// Which prefix.
        prefix: Prefix,
        /// Where to start.
        start: Start,
        /// After how many rows to end.
        most: usize,
    },
    /// Everything below a prefix or folder, by paths: from where on, and after how many rows to end.
    Below(Place, Start, usize),
    /// A local folder as it is read, with the free space of its disk.
    Folder(PathBuf),
    /// Filter and sort many rows.
    Arrange(Arrange),
    /// All that is known about one thing.
    About(Location),
    /// A range of bytes.
    Read(Location, RangeInclusive<u64>),
    /// The picture in an object or file, for so many cells.
    Picture(Location, (u16, u16)),
    /// A small object or file, whole.
    Write(Location, Bytes, Overwrite),
    /// A folder.
    MakeFolder(Location),
    /// A bucket.
    MakeBucket(Account, BucketName),
    /// Drop a bucket.
    DropBucket(Account, BucketName, Contents),
    /// Count what lies below.
    Count(Vec<Location>),
    /// The same with many things at once: count, delete for good, or take their deletion back.
    Many(Deed, Selection),
    /// Compare the rows of two places, and what lies below the folders that both have.
    Compare(Compare),
    /// How many names of a selection stand elsewhere as well.
    Common(Common),
    /// A line of text for each of many things.
    Lines(Selection, Said),
    /// Everything below a place, as it is found.
    Find(Place),
    /// Delete for good.
    Delete(Vec<Location>),
    /// Count all versions of these, where versions are kept.
    CountVersions(Vec<Location>),
    /// Delete all versions of these, of which there are so many.
    Erase(Vec<Location>, u64),
    /// The first of these groups of local paths that is there, all of it.
    Look(Vec<Vec<PathBuf>>),
    /// Rename local files or folders: from, to.
    RenameAll(Vec<(PathBuf, PathBuf)>),
    /// Move local files or folders to the trash.
    Trash(Vec<PathBuf>),
    /// Bring them back.
    Restore(Vec<Trashed>),
    /// Delete these copies, if they are still as they were made, not before this moment.
    Unmake(Vec<Copied>, Timestamp),
    /// Something whole, to be edited; at most so many bytes.
    Fetch(Location, u64),
    /// Write an edited text back, if nobody else wrote meanwhile.
    Save(Location, Bytes, Fetched),
    /// Sign links.
    Links(Account, Vec<Link>),
    /// Try a link.
    TestLink(Account, SignedLink),
    /// Keep the bookmarks.
    KeepBookmarks(Vec<Bookmark>),
    /// Something as a file on this machine, for another program.
    Bring(Location),
    /// Every object whose key begins with a text, as it is found.
    FindNamed(Account, BucketName, String),
    /// Tags and versions of an object.
    Extras(Location),
    /// Set all tags of an object.
    SetTags(Location, Tags),
    /// Give an object another description, if it still has this tag.
    Redescribe(Location, Box<Description>, Option<ETag>),
    /// Whether a bucket keeps versions.
    Versioned(Account, BucketName),
    /// Take back the deletion of objects, since this moment.
    Undelete(Vec<Location>, Timestamp),
    /// Make a version the current one again.
    BringBack(Location, Box<str>),
    /// Let the person edit a text in `$EDITOR`: a name for the file, and the text.
    Edit(String, Bytes),
}

/// What is done with many things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// As `Count`.
    Count,
    /// As `Delete`.
    Delete,
    /// As `Undelete`, since this moment.
    Undelete(Timestamp),
}

/// What a line says of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Its name.
    Name,
    /// Its address.
    Address,
}

impl Said {
    /// The line of a thing.
    #[must_use]
    pub fn of(self, item: &Item) -> String {
        match self {
            Self::Name => item.location.name(),
            Self::Address => item.location.to_string(),
        }
    }
}

/// An answer from the engine.
#[derive(Debug)]
pub enum Reply {
    /// To `Buckets`.
    Buckets(Answer<Vec<Bucket>>),
    /// To `Pages`, `Below` and `Folder`: some rows. More may come.
    Rows(Answer<Batch>),
    /// To `Arrange`: the numbers of the rows; none if that was given up.
    Arranged(Option<Vec<u32>>),
    /// To `About`.
    About(Answer<About>),
    /// To `Read`: the bytes, and the size of the whole.
    Bytes(Answer<(Bytes, u64)>),
    /// To `Write`, `MakeFolder`, `MakeBucket`, `DropBucket`, `KeepBookmarks`, `RenameAll`,
    /// `Restore`, `Save`, `SetTags`, `Redescribe` and `BringBack`.
    Done(Answer<()>),
    /// To `Trash`: what went, and what stopped it.
    Trashed(Vec<Trashed>, Option<Trouble>),
    /// To `Unmake` and `Undelete`: how many it did, and how many changed meanwhile.
    Unmade(Answer<(u64, u64)>),
    /// To `Fetch`.
    Fetched(Answer<Fetched>),
    /// While `Count`, `Delete`, `Compare` or one of their likes is at work: what was found, deleted or compared so
    /// far. More will come.
    Running(Tally),
    /// To `Count`, at its end.
    Counted(Answer<Tally>),
    /// To `CountVersions`, at its end; none where no versions are kept.
    Versions(Answer<Option<Tally>>),
    /// To `Look`: what each is; empty if there is no such group.
    Looked(Vec<(PathBuf, LocalEntry)>),
    /// While `Find` is at work: what was found since. More will come.
    Found(Vec<Finding>),
    /// To `Find`, at its end.
    FoundAll(Answer<()>),
    /// To `Delete` and `Erase`, at its end.
    Deleted(Answer<Deletion>),
    /// To `Links`.
    Links(Answer<Vec<SignedLink>>),
    /// To `TestLink`: the status.
    LinkTested(Answer<u16>),
    /// To `Bring`: where it is.
    Brought(Answer<PathBuf>),
    /// To `Extras`.
    Extras(Box<Extras>),
    /// To `Versioned`: whether it does.
    Versioned(bool),
    /// To `Picture`.
    Picture(Answer<Arc<Picture>>),
    /// To `Compare`; none if that was given up.
    Compared(Answer<Option<Box<Compared>>>),
    /// To `Common`: how many.
    Common(usize),
    /// To `Lines`: the text.
    Lines(String),
    /// To `Edit`: the new text, none if nothing was changed.
    Edited(Answer<Option<Bytes>>),
}
