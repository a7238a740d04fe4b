//! What a refusal teaches, and what is never done.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;
use crate::s3::transport::Fault;
use crate::s3::{ErrorKind, HeadBucket, ListBuckets};

/// 25 minutes behind our clock.
const THEIRS: &str = "Wed, 11 Mar 2026 11:35:00 GMT";

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_corrected_for_all_requests_at_once() {
    let (client, script) = client(|_, sent| {
        if sent.header("x-amz-date").starts_with("20260311T1135") {
            Reply::ok("<ListAllMyBucketsResult/>")
        } else {
            Reply::error(403, "RequestTimeTooSkewed").with("date", THEIRS)
        }
    });
    let op = ListBuckets::default();
    let calls = (0..32).map(|_| client.call(&op));
    for result in join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(script.sent().len(), 64);
    assert_eq!(client.skew().unwrap().as_secs(), 25 * 60);
    assert_eq!(client.now().to_string(), "2026-03-11T11:35:00Z");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_stays_wrong_is_reported() {
    let (client, script) =
        client(|_, _| Reply::error(403, "RequestTimeTooSkewed").with("date", THEIRS));
    let error = client.call(&ListBuckets::default()).await.unwrap_err();
    assert_eq!(error.code(), "RequestTimeTooSkewed");
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_signature_is_first_blamed_on_the_clock_then_stops_everything() {
    let (client, script) =
        client(|_, _| Reply::error(403, "SignatureDoesNotMatch").with("date", THEIRS));
    let error = client.call(&ListBuckets::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert_eq!(script.sent().len(), 2);
    for _ in 0..50 {
        let error = client.list(&all_keys()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.op),
            (ErrorKind::Credentials, "ListObjectsV2")
        );
    }
    assert_eq!(script.sent().len(), 2, "nothing more may be sent");
}

#[tokio::test(start_paused = true)]
async fn one_refusal_of_the_key_is_enough_for_all_that_wait() {
    for code in ["SignatureDoesNotMatch", "InvalidAccessKeyId"] {
        let (client, script) = client(move |n, _| match n {
            0 => Reply::error(403, code),
            _ => Reply::error(503, "SlowDown"),
        });
        client.call(&ListBuckets::default()).await.unwrap_err();
        let op = ListBuckets::default();
        for result in join_all((0..32).map(|_| client.call(&op))).await {
            assert_eq!(result.unwrap_err().code(), code);
        }
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_right_once_is_not_to_blame() {
    let (client, script) = client(|_, sent| {
        if sent.url.contains("odd") {
            Reply::error(403, "SignatureDoesNotMatch")
        } else {
            Reply::ok("<ListAllMyBucketsResult/>")
        }
    });
    client.call(&ListBuckets::default()).await.unwrap();
    let error = client.call(&put("a//odd", b"x")).await.unwrap_err();
    // Of the credentials' kind it would hold everything else that waits for them.
    assert_eq!(error.kind, ErrorKind::Refused);
    assert_eq!(error.trouble().code.as_str(), "SignatureDoesNotMatch");
    client.call(&ListBuckets::default()).await.unwrap();
    assert_eq!(script.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_forgets_keys_for_a_moment_is_asked_again() {
    for code in ["SignatureDoesNotMatch", "InvalidAccessKeyId"] {
        let (client, script) = client(move |n, _| match n {
            0 | 33.. => Reply::ok("<ListAllMyBucketsResult/>"),
            _ => Reply::error(403, code),
        });
        let op = ListBuckets::default();
        client.call(&op).await.unwrap();
        for result in join_all((0..32).map(|_| client.call(&op))).await {
            result.unwrap();
        }
        assert_eq!(script.sent().len(), 65);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_taken_away_stops_everything_after_a_while() {
    let (client, script) = client(|n, _| match n {
        0 => Reply::ok("<ListAllMyBucketsResult/>"),
        _ => Reply::error(403, "SignatureDoesNotMatch"),
    });
    let op = ListBuckets::default();
    client.call(&op).await.unwrap();
    for _ in 0..100 {
        client.call(&op).await.unwrap_err();
    }
    assert_eq!(
        client.call(&op).await.unwrap_err().kind,
        ErrorKind::Credentials
    );
    assert_eq!(script.sent().len(), 1 + 33);
}

fn region_of(sent: &Sent) -> String {
    let credential = sent.header("authorization");
    credential.split('/').nth(2).unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_wrong_region_is_corrected_once_and_remembered() {
    let (client, script) = client(|_, sent| {
        if region_of(sent) == "garage" {
            return page(&[], None);
        }
        let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>\
            <Region>garage</Region></Error>";
        Reply::Answer(400, vec![], body.into())
    });
    client.list(&all_keys()).await.unwrap();
    client.list(&all_keys()).await.unwrap();
    let regions: Vec<_> = script.sent().iter().map(region_of).collect();
    assert_eq!(regions, ["us-east-1", "garage", "garage"]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_help_is_not_followed_for_ever() {
    let turn = AtomicUsize::new(0);
    let (client, script) = client(move |_, _| {
        let n = turn.fetch_add(1, Ordering::Relaxed);
        Reply::error(400, "AuthorizationHeaderMalformed")
            .with("x-amz-bucket-region", &format!("r-{n}"))
    });
    client.call(&ListBuckets::default()).await.unwrap_err();
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_head_without_a_reason_is_asked_again_with_a_body() {
    let (client, script) = client(|_, sent| match (&*sent.method, &*region_of(sent)) {
        ("HEAD", "garage") => Reply::status(200),
        ("HEAD", _) => Reply::status(400),
        _ => Reply::Answer(
            400,
            vec![],
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>"
                .into(),
        ),
    });
    client.call(&HeadBucket { bucket: bucket() }).await.unwrap();
    assert_eq!(
        script.lines(),
        ["HEAD /b/", "GET /b/?list-type=2&max-keys=1", "HEAD /b/"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_never_followed_to_a_stranger() {
    for status in [301, 302, 307, 308] {
        let (client, script) = client(move |_, _| {
            Reply::status(status)
                .with("location", "https://evil.example/b")
                .with("x-amz-bucket-region", "evil-1")
        });
        let error = client.list(&all_keys()).await.unwrap_err();
        assert_eq!(error.status, Some(status));
        for sent in script.sent() {
            assert!(
                sent.url.starts_with("https://s3.example.net/"),
                "{}",
                sent.url
            );
            assert_eq!(sent.header("host"), "s3.example.net");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn amazon_is_followed_to_its_own_region() {
    let (client, script) = client_of(settings("https://s3.amazonaws.com"), |n, _| match n {
        0 => Reply::error(301, "PermanentRedirect").with("x-amz-bucket-region", "eu-west-1"),
        _ => page(&[], None),
    });
    client.list(&all_keys()).await.unwrap();
    let sent = script.sent();
    assert_eq!(sent[1].header("host"), "s3.eu-west-1.amazonaws.com");
    assert_eq!(region_of(&sent[1]), "eu-west-1");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_signed_bytes_gets_them() {
    let (client, script) = client(|_, sent| {
        if sent.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD" {
            Reply::error(400, "XAmzContentSHA256Mismatch")
        } else {
            Reply::ok("")
        }
    });
    assert_eq!(client.integrity(), Integrity::Md5);
    client.call(&put("k", b"hello")).await.unwrap();
    client.call(&put("k", b"hello")).await.unwrap();
    let hashes: Vec<_> = script
        .sent()
        .iter()
        .map(|s| s.header("x-amz-content-sha256").to_owned())
        .collect();
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(hashes, ["UNSIGNED-PAYLOAD", hello, hello]);
    assert_eq!(client.integrity(), Integrity::Sha256);
}

#[tokio::test(start_paused = true)]
async fn plain_http_wants_signed_bytes_from_the_start() {
    let (http, _) = client_of(settings("http://127.0.0.1:9000"), |_, _| Reply::ok(""));
    assert_eq!(http.integrity(), Integrity::Sha256);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_hidden_by_resets_is_found() {
    let (client, script) = client(|_, sent| match &*sent.method {
        "PUT" => Reply::Fault(Fault::ResetSending),
        _ => Reply::error(403, "AccessDenied"),
    });
    let error = client.call(&put("k", b"large")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::Denied, Some(403)));
    assert_eq!((error.op, error.attempts), ("PutObject", 2));
    assert_eq!(
        script.lines(),
        ["PUT /b/k", "PUT /b/k", "POST /b/k?uploads="]
    );
}

#[tokio::test(start_paused = true)]
async fn resets_without_a_hidden_reason_are_a_matter_of_the_network() {
    let (client, script) = client(|n, sent| match (&*sent.method, n) {
        ("PUT", 0..=3) => Reply::Fault(Fault::ResetSending),
        ("POST", _) => Reply::ok(
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId>\
             </InitiateMultipartUploadResult>",
        ),
        ("DELETE", _) => Reply::status(204),
        _ => Reply::ok(""),
    });
    client.call(&put("k", b"large")).await.unwrap();
    assert_eq!(
        script.lines(),
        [
            "PUT /b/k",
            "PUT /b/k",
            "POST /b/k?uploads=",
            "DELETE /b/k?uploadId=u1",
            "PUT /b/k",
        ]
    );
}
