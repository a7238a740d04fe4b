//! What the calls about uploads ask, and how answers are read.

use super::*;
use crate::s3::Digest;
use crate::s3::op::testing::{answer, cut_everywhere, told};

fn bucket() -> BucketName {
    BucketName::new("b").unwrap()
}

fn key() -> Key {
    Key::new("k é").unwrap()
}

fn upload() -> UploadId {
    UploadId("2~a/b+c==".into())
}

const ID: &str = "uploadId=2~a%2Fb%2Bc%3D%3D";

fn part(from: PartSource) -> UploadPart {
    UploadPart {
        bucket: bucket(),
        key: key(),
        upload: upload(),
        number: 12,
        from,
    }
}

#[test]
fn an_upload_starts_with_type_and_metadata() {
    let op = CreateUpload {
        bucket: bucket(),
        key: key(),
        about: NewObject {
            content_type: Some("image/png".into()),
            metadata: vec![("mtime".into(), "1".into())],
            ..NewObject::default()
        },
    };
    assert_eq!(
        told(&op),
        "POST /b/k%20%C3%A9 ?uploads= content-type: image/png x-amz-meta-mtime: 1"
    );
    let body = "<?xml version='1.0'?><InitiateMultipartUploadResult xmlns='n'><Bucket>b</Bucket>\
        <Key>k</Key><UploadId>2~a/b+c==</UploadId></InitiateMultipartUploadResult>";
    let head = answer(200, &[]);
    assert_eq!(op.read(&head, body.as_bytes()), Ok(upload()));
    cut_everywhere(&op, body);
    let none = b"<InitiateMultipartUploadResult><UploadId/></InitiateMultipartUploadResult>";
    assert!(matches!(op.read(&head, none), Err(Malformed::Foreign(_))));
    assert_eq!(op.read(&head, b""), Err(Malformed::Cut));
}

#[test]
fn parts_come_from_us() {
    let op = part(PartSource::Payload(Payload::Data {
        bytes: Bytes::from_static(b"xyz"),
        digest: Digest::Sha256([0; 32]),
    }));
    assert_eq!(told(&op), format!("PUT /b/k%20%C3%A9 ?partNumber=12&{ID}"));
    assert_eq!(op.draft().payload.len(), 3);
    let head = answer(200, &[("etag", "\"abc\"")]);
    assert_eq!(op.read(&head, b""), Ok(ETag::new("abc").unwrap()));
    assert!(matches!(
        op.read(&answer(200, &[]), b""),
        Err(Malformed::Foreign(_))
    ));
}

#[test]
fn parts_come_from_another_object() {
    let op = part(PartSource::Copy {
        from: (bucket(), Key::new("a+b").unwrap()),
        range: 0..=1023,
        if_match: ETag::new("abc"),
    });
    assert_eq!(
        told(&op),
        format!(
            "PUT /b/k%20%C3%A9 ?partNumber=12&{ID} x-amz-copy-source: /b/a%2Bb \
             x-amz-copy-source-if-match: \"abc\" x-amz-copy-source-range: bytes=0-1023"
        )
    );
    let body = "<CopyPartResult><ETag>\"abc\"</ETag></CopyPartResult>";
    let head = answer(200, &[]);
    assert_eq!(
        op.read(&head, body.as_bytes()),
        Ok(ETag::new("abc").unwrap())
    );
    cut_everywhere(&op, body);
    assert_eq!(op.read(&head, b""), Err(Malformed::Cut));
    let ignored = answer(200, &[("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"")]);
    assert!(matches!(op.read(&ignored, b""), Err(Malformed::Foreign(_))));
    let untagged = b"<CopyPartResult></CopyPartResult>";
    assert!(matches!(
        op.read(&head, untagged),
        Err(Malformed::Foreign(_))
    ));
}

#[test]
fn parts_are_joined_with_their_tags_in_quotes() {
    let op = CompleteUpload {
        bucket: bucket(),
        key: key(),
        upload: upload(),
        only_new: false,
        expects: None,
        parts: vec![
            (1, ETag::new("a").unwrap()),
            (2, ETag::new("\"b\"").unwrap()),
        ],
    };
    assert_eq!(
        told(&op),
        format!(
            "POST /b/k%20%C3%A9 ?{ID} content-type: application/xml\n\
             <CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>&quot;b&quot;</ETag></Part></CompleteMultipartUpload>"
        )
    );
    let body = "   \n\n <?xml version=\"1.0\"?> \n<CompleteMultipartUploadResult>\
        <Location>http://h/b/k</Location><ETag>\"x-2\"</ETag></CompleteMultipartUploadResult>";
    let read = |body: &str| op.read(&answer(200, &[]), body.as_bytes());
    assert_eq!(read(body), Ok(ETag::new("x-2")));
    cut_everywhere(&op, body);
    assert_eq!(read("  "), Err(Malformed::Cut));
    let failed = " <Error><Code>InternalError</Code><Message>We</Message></Error>";
    assert!(
        matches!(read(failed), Err(Malformed::ErrorInside { code, .. }) if code == "InternalError")
    );
}

#[test]
fn an_upload_is_given_up() {
    let op = AbortUpload {
        bucket: bucket(),
        key: key(),
        upload: upload(),
    };
    assert_eq!(told(&op), format!("DELETE /b/k%20%C3%A9 ?{ID}"));
    assert_eq!(op.read(&answer(204, &[]), b""), Ok(()));
}

fn list(after: u32) -> ListParts {
    ListParts {
        bucket: bucket(),
        key: key(),
        upload: upload(),
        after,
    }
}

fn done(number: u32, etag: Option<&str>, size: Option<u64>) -> PartDone {
    PartDone {
        number,
        etag: etag.and_then(ETag::new),
        size,
    }
}

#[test]
fn parts_are_listed_page_by_page() {
    let body = "<ListPartsResult><IsTruncated> TRUE </IsTruncated><Part><Size>5</Size><ETag>\"a\"</ETag>\
        <PartNumber>1</PartNumber></Part><Part><PartNumber>3</PartNumber></Part><Part><Size>1</Size></Part>\
        <NextPartNumberMarker>3</NextPartNumberMarker></ListPartsResult>";
    let read = |after: u32, body: &str| list(after).read(&answer(200, &[]), body.as_bytes());
    assert_eq!(told(&list(0)), format!("GET /b/k%20%C3%A9 ?{ID}"));
    assert_eq!(
        told(&list(3)),
        format!("GET /b/k%20%C3%A9 ?part-number-marker=3&{ID}")
    );
    let parts = vec![done(1, Some("a"), Some(5)), done(3, None, None)];
    assert_eq!(read(0, body), Ok((parts.clone(), Some(3))));
    cut_everywhere(&list(0), body);
    let silent = body.replace("<NextPartNumberMarker>3</NextPartNumberMarker>", "");
    assert_eq!(read(0, &silent), Ok((parts.clone(), Some(3))));
    assert_eq!(read(3, body), Err(Malformed::NoToken));
    let last = body.replace(" TRUE ", "false");
    assert_eq!(read(3, &last), Ok((parts, None)));
    let stuck = "<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>";
    assert_eq!(read(0, stuck), Err(Malformed::NoToken));
}
