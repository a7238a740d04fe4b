//! The protocol floor: draft → sign → send → read.
//!
//! An [`Op`] says what to ask and how to read the answer, the signer signs it, the transport
//! carries it, the [`Client`] drives them and is the only loop that signs, sends and waits.
//! Everything but `client` and `transport` is pure: no clock, no network, no runtime.

mod bucket;
mod client;
mod credentials;
mod endpoint;
mod error;
mod list;
mod multipart;
mod object;
mod op;
mod presign;
mod retry;
mod sign;
mod split;
mod tempo;
mod transport;
mod xml;

pub use bucket::{Buckets, CreateBucket, DeleteBucket, HeadBucket, ListBuckets};
pub use client::{
    Client, Counter, Download, Grant, Greeting, Heading, Pacer, Setback, Settings, Speaker, Strain,
    Sweep,
};
pub use credentials::Credentials;
pub use endpoint::{Endpoint, Unsendable};
pub use error::{Error, ErrorKind};
pub use list::{Encoding, ListForm, ListObjects, Listed, ProbeEncoding};
pub use multipart::{
    AbortUpload, CompleteUpload, CreateUpload, ListParts, ListUploads, PartDone, PartPage,
    PartSource, Pending, TryHash, UploadId, UploadPage, UploadPart,
};
pub use object::{
    ChecksumsOf, ContentRange, CopyObject, DeleteObject, DeleteObjects, DeleteVersion, Deleted,
    GetObject, GetTags, GetVersioning, HeadObject, HistoryMark, HistoryPage, ListHistory,
    ListVersions, NewObject, PutObject, PutTags, Redescribe, ReplaceObject, RestoreVersion, Tags,
    Version, VersionKind, Versioning,
};
pub use op::{Digest, Draft, Malformed, Op, Payload, Query, ReadAt};
pub use presign::{Link, LinkMethod, MAX_EXPIRY};
pub use sign::{Signed, Signer, SigningKeys};
pub use tempo::Tempo;
