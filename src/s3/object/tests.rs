//! What the calls about objects ask, and how answers are read.

use bytes::Bytes;

use super::*;
use crate::s3::Digest;
use crate::s3::op::testing::{answer, cut_everywhere, told};

fn bucket() -> BucketName {
    BucketName::new("b").unwrap()
}

fn key(key: &str) -> Key {
    Key::new(key).unwrap()
}

fn put(about: NewObject) -> PutObject {
    PutObject {
        bucket: bucket(),
        key: key("k"),
        about,
        payload: Payload::Data {
            bytes: Bytes::from_static(b"x"),
            digest: Digest::Md5([0; 16]),
        },
        only_new: false,
    }
}

#[test]
fn gets_and_heads() {
    let mut get = GetObject {
        bucket: bucket(),
        key: key("a b/../c"),
        range: None,
        if_match: None,
    };
    assert_eq!(told(&get), "GET /b/a%20b/../c");
    get.range = Some(0..=9);
    get.if_match = ETag::new("\"abc\"");
    assert_eq!(
        told(&get),
        "GET /b/a%20b/../c if-match: \"abc\" range: bytes=0-9"
    );
    let head = HeadObject {
        bucket: bucket(),
        key: key("/lead"),
    };
    assert_eq!(told(&head), "HEAD /b//lead");
    let found = head
        .read(&answer(200, &[("content-length", "7")]), b"")
        .unwrap();
    assert_eq!((found.meta.key, found.meta.size), (key("/lead"), Some(7)));
}

#[test]
fn a_put_carries_what_was_asked_and_no_more() {
    let mut op = put(NewObject::default());
    assert_eq!(told(&op), "PUT /b/k");
    op.only_new = true;
    op.about = NewObject {
        content_type: Some("text/plain; charset=utf-8".into()),
        metadata: vec![("mtime".into(), "1.5".into()), ("Title".into(), "é".into())],
        ..NewObject::default()
    };
    assert_eq!(
        told(&op),
        "PUT /b/k content-type: text/plain; charset=utf-8 if-none-match: * \
         x-amz-meta-mtime: 1.5 x-amz-meta-title: =?UTF-8?B?w6k=?="
    );
    assert_eq!(op.draft().payload.len(), 1);
    let head = answer(200, &[("etag", "\"abc\"")]);
    assert_eq!(op.read(&head, b""), Ok(ETag::new("abc")));
    assert_eq!(op.read(&answer(200, &[]), b""), Ok(None));
}

#[test]
fn headers_cannot_be_smuggled_in() {
    let about = |content_type: Option<&str>, name: &str| NewObject {
        content_type: content_type.map(Into::into),
        metadata: vec![(name.into(), "v\r\nx: y".into())],
        ..NewObject::default()
    };
    assert_eq!(
        put(about(Some("a\r\nb: c"), "n")).draft().fault,
        Some("content-type")
    );
    assert_eq!(
        put(about(None, "n\r\nx")).draft().fault,
        Some("x-amz-meta-*")
    );
    let encoded = put(about(None, "n")).draft();
    assert_eq!(encoded.headers["x-amz-meta-n"], "=?UTF-8?B?dg0KeDogeQ==?=");
    assert_eq!(encoded.fault, None);
}

#[test]
fn a_delete_is_believed_by_its_status() {
    let op = DeleteObject {
        bucket: bucket(),
        key: key("../other/k"),
    };
    assert_eq!(told(&op), "DELETE /b/../other/k");
    assert_eq!(op.read(&answer(204, &[]), b""), Ok(()));
}

const COPIED: &str = "<?xml version=\"1.0\"?>\n  <CopyObjectResult><LastModified>x</LastModified>\
    <ETag>&quot;abc&#34;</ETag></CopyObjectResult>";

#[test]
fn a_copy_names_its_source_encoded() {
    let mut op = CopyObject {
        from: (bucket(), key("pl+us a%é/x?y")),
        to: (BucketName::new("c").unwrap(), key("k")),
        if_match: None,
        only_new: false,
        size: 7,
    };
    assert_eq!(op.moves(), 7);
    let source = "x-amz-copy-source: /b/pl%2Bus%20a%25%C3%A9/x%3Fy";
    assert_eq!(told(&op), format!("PUT /c/k {source}"));
    op.if_match = ETag::new("abc");
    assert_eq!(
        told(&op),
        format!("PUT /c/k {source} x-amz-copy-source-if-match: \"abc\"")
    );
    (op.if_match, op.only_new) = (None, true);
    assert!(told(&op).contains("if-none-match: *"));
}

#[test]
fn a_copy_succeeded_only_if_its_document_says_so() {
    let op = CopyObject {
        from: (bucket(), key("a")),
        to: (bucket(), key("b")),
        if_match: None,
        only_new: false,
        size: 0,
    };
    let read = |body: &str| op.read(&answer(200, &[]), body.as_bytes());
    assert_eq!(read(COPIED), Ok(ETag::new("abc")));
    let unquoted = "<CopyObjectResult><ETag>abc</ETag></CopyObjectResult>";
    assert_eq!(read(unquoted), Ok(ETag::new("abc")));
    assert_eq!(read("<CopyObjectResult/>"), Ok(None));
    assert_eq!(read(""), Err(Malformed::Cut));
    assert_eq!(read(" \n "), Err(Malformed::Cut));
    let failed = "<Error><Code>InternalError</Code><Message>We</Message></Error>";
    assert!(
        matches!(read(failed), Err(Malformed::ErrorInside { code, .. }) if code == "InternalError")
    );
    assert!(matches!(read("<html></html>"), Err(Malformed::Foreign(_))));
    cut_everywhere(&op, COPIED);
}
