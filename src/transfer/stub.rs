//! Signatures that the engine needs; replaced by the real ones.
use crate::model::Integrity;
use crate::s3::Payload;
use bytes::Bytes;
pub fn content_type(name: &str) -> &'static str {
    let _ = name;
    todo!()
}
pub async fn payload(integrity: Integrity, bytes: Bytes) -> Payload {
    let _ = (integrity, bytes);
    todo!()
}
