//! What people get to see, what they never see, and links.

use std::time::Duration;

use super::*;
use crate::s3::{DeleteObject, ErrorKind, GetObject, HeadObject, Link, LinkMethod, ListBuckets};

#[tokio::test(start_paused = true)]
async fn a_web_page_is_no_answer() {
    let (client, script) = client(|_, _| {
        Reply::Answer(
            403,
            vec![("content-type", "text/html".into())],
            "<html><head><title>Sign in to the hotel</title></head></html>".into(),
        )
    });
    let error = client.call(&ListBuckets::default()).await.unwrap_err();
    assert_eq!(
        (error.kind, &*error.message),
        (ErrorKind::Foreign, "Sign in to the hotel")
    );
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_success_of_a_web_page_is_none() {
    let (client, script) = client(|_, sent| {
        let page = match &*sent.method {
            "HEAD" => "",
            _ => "<!doctype html><title>Console</title>",
        };
        let html = ("content-type", "text/html; charset=utf-8".into());
        Reply::Answer(200, vec![html], page.into())
    });
    let (bucket, key) = (bucket(), key("k"));
    let errors = [
        client.call(&put("k", b"x")).await.err(),
        client
            .call(&DeleteObject {
                bucket: bucket.clone(),
                key: key.clone(),
            })
            .await
            .err(),
        client
            .call(&HeadObject {
                bucket: bucket.clone(),
                key: key.clone(),
            })
            .await
            .err(),
        client
            .stream(&GetObject {
                bucket,
                key,
                range: None,
                if_match: None,
            })
            .await
            .err(),
        client.list(&all_keys()).await.err(),
    ];
    for (at, error) in errors.into_iter().enumerate() {
        let error = error.unwrap_or_else(|| panic!("call {at} succeeded"));
        assert_eq!(error.kind, ErrorKind::Foreign, "{error:?}");
        assert!(
            error
                .trouble()
                .why
                .as_str()
                .contains("did not come from an S3 server")
        );
    }
    let deletes = |line: &&String| line.starts_with("DELETE");
    assert_eq!(script.lines().iter().filter(deletes).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_the_whole_story_and_no_secret() {
    let (client, script) =
        client(|_, _| Reply::error(403, "AccessDenied").with("x-amz-request-id", "REQ1"));
    let error = client.call(&put("a/b", b"x")).await.unwrap_err();
    assert_eq!(&*error.endpoint, "s3.example.net");
    assert_eq!(error.request_id.as_deref(), Some("REQ1"));
    let trouble = error.trouble();
    assert_eq!(trouble.what.as_str(), "Cannot upload b/a/b");
    assert!(trouble.fix.as_str().contains("s3:PutObject"));
    let all = format!("{error:?} {trouble:?} {client:?}");
    let authorization = script.sent()[0].header("authorization").to_owned();
    let signature = authorization.split("Signature=").nth(1).unwrap().to_owned();
    for secret in [SECRET, "session-token", &signature] {
        assert!(!all.contains(secret));
    }
}

#[tokio::test(start_paused = true)]
async fn presigned_uploads_carry_their_signature_in_the_address() {
    let settings = Settings {
        upload: UploadMode::Presigned,
        ..settings("https://s3.example.net")
    };
    let (client, script) = client_of(settings, |_, _| Reply::ok(""));
    client.call(&put("k", b"x")).await.unwrap();
    client.call(&ListBuckets::default()).await.unwrap_err();
    let sent = script.sent();
    assert!(
        sent[0]
            .url
            .starts_with("https://s3.example.net/b/k?X-Amz-Algorithm=")
    );
    for name in [
        "authorization",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
    ] {
        assert_eq!(sent[0].header(name), "", "{name}");
    }
    assert!(!sent[1].header("authorization").is_empty());
    assert_eq!(client.integrity(), Integrity::Md5);
}

fn link() -> Link {
    Link {
        method: LinkMethod::Get,
        bucket: bucket(),
        key: key("k"),
        expires: Duration::from_hours(1),
        content_type: None,
        attachment: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_is_tried_without_credentials() {
    let (client, script) = client(|n, _| match n {
        0 => Reply::status(206),
        1 => Reply::error(416, "InvalidRange"),
        _ => Reply::error(403, "AccessDenied"),
    });
    let url = client.link(&link()).unwrap();
    assert_eq!(client.try_link(&url).await.unwrap(), 206);
    assert_eq!(client.try_link(&url).await.unwrap(), 416);
    let error = client.try_link(&url).await.unwrap_err();
    assert_eq!((error.op, error.status), ("TryLink", Some(403)));
    let signature = url.split("X-Amz-Signature=").nth(1).unwrap();
    assert!(!format!("{error:?}{:?}", error.trouble()).contains(signature));
    for sent in script.sent() {
        assert_eq!(sent.url, url);
        let mut names: Vec<_> = sent.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["host", "range"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_needs_credentials() {
    let settings = Settings {
        credentials: None,
        ..settings("https://s3.example.net")
    };
    let (client, _) = client_of(settings, |_, _| Reply::ok(""));
    assert_eq!(client.link(&link()).unwrap_err().code(), "NoCredentials");
    let forever = Link {
        expires: Duration::from_hours(24 * 8),
        ..link()
    };
    assert!(client.link(&forever).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_bare_refusal_of_a_head_is_explained_by_a_get() {
    let (client, script) = client(|_, sent| match &*sent.method {
        "HEAD" => Reply::Answer(403, vec![], String::new()),
        _ => Reply::error(403, "InvalidAccessKeyId"),
    });
    let head = HeadObject {
        bucket: bucket(),
        key: key("a"),
    };
    let error = client.call(&head).await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("InvalidAccessKeyId"));
    assert_eq!(error.op, "HeadObject");
    let methods: Vec<String> = script.sent().iter().map(|s| s.method.clone()).collect();
    assert_eq!(methods, ["HEAD", "GET"]);
}
