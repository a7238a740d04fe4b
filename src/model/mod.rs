//! The words everybody may use: names, keys, places, objects, and text that is safe to show.
//!
//! This floor does no I/O and knows no terminal, no network and no clock. Keys are opaque: nothing
//! here trims, decodes or normalises one (two keys that look alike are two keys).

mod alike;
mod location;
mod look;
mod name;
mod object;
mod secret;
mod text;
mod trouble;

pub use alike::{odd_letters, skeleton, spelt};
pub use location::{Account, Address, AddressError, Location, Place};
pub use look::{shown_file_name, shown_name};
pub use name::{BucketName, Hazard, Key, NameError, Prefix};
pub use object::{Bucket, ETag, Entry, ObjectHead, ObjectMeta, Page, Token};
pub use secret::{Addressing, Integrity, Provenance, Secret, UploadMode};
pub use text::{
    Safe, age, cut_end, cut_middle, cut_start, date, duration, rate, shown, shown_bytes, size,
    width,
};
pub use trouble::{Answer, Trouble};
