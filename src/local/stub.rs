//! Signatures that the engine needs; replaced by the real ones.
use super::LocalEntry;
use crate::model::Answer;
use bytes::Bytes;
use std::{ops::RangeInclusive, path::Path};
pub async fn about(path: &Path) -> Answer<LocalEntry> {
    let _ = path;
    todo!()
}
pub async fn read_range(path: &Path, range: RangeInclusive<u64>) -> Answer<(Bytes, u64)> {
    let _ = (path, range);
    todo!()
}
pub async fn write(path: &Path, bytes: Bytes, overwrite: bool) -> Answer<()> {
    let _ = (path, bytes, overwrite);
    todo!()
}
pub async fn make_folder(path: &Path) -> Answer<()> {
    let _ = path;
    todo!()
}
pub async fn rename(from: &Path, to: &Path) -> Answer<()> {
    let _ = (from, to);
    todo!()
}
pub async fn count(path: &Path) -> Answer<(u64, u64)> {
    let _ = path;
    todo!()
}
pub async fn remove(path: &Path) -> Answer<u64> {
    let _ = path;
    todo!()
}
