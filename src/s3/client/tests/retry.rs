//! When the client tries again, and what a failed try leaves behind.

use std::sync::atomic::Ordering;

use http::Method;
use http::response::Parts;
use tokio::time::Instant;

use super::*;
use crate::s3::transport::{Fault, TlsFault};
use crate::s3::{Draft, ErrorKind, GetObject, HeadObject, ListBuckets, Malformed, Op};

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again() {
    let (client, script) = client(|n, _| match n {
        0 | 1 => Reply::error(503, "SlowDown"),
        _ => page(&["a"], None),
    });
    let page = client.list(&all_keys()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn each_try_waits_as_long_as_the_server_asks() {
    let (client, _) = client(|n, _| match n {
        0 => Reply::error(503, "SlowDown").with("retry-after", "7"),
        _ => page(&[], None),
    });
    let before = Instant::now();
    client.list(&all_keys()).await.unwrap();
    assert!(before.elapsed().as_secs() >= 7);
}

#[tokio::test(start_paused = true)]
async fn listings_give_up_after_three_tries_and_say_so() {
    let (client, script) = client(|_, _| Reply::error(503, "SlowDown"));
    let error = client.list(&all_keys()).await.unwrap_err();
    assert_eq!((error.kind, error.attempts), (ErrorKind::Throttled, 3));
    assert_eq!(script.sent().len(), 3);
    assert!(error.trouble().retryable);
}

/// Something that must not happen twice.
struct Launch;

impl Op for Launch {
    type Output = ();
    const NAME: &'static str = "Launch";
    const REPEATABLE: bool = false;

    fn draft(&self) -> Draft {
        Draft::account(Method::POST)
    }

    fn read(&self, _: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again_only_if_that_is_harmless() {
    let (repeatable, script) = client(|n, _| match n {
        0 => Reply::Fault(Fault::Reset),
        _ => Reply::ok("<ListAllMyBucketsResult/>"),
    });
    repeatable.call(&ListBuckets::default()).await.unwrap();
    assert_eq!(script.sent().len(), 2);

    let (once, script) = client(|_, _| Reply::Fault(Fault::Reset));
    let error = once.call(&Launch).await.unwrap_err();
    assert_eq!(error.code(), "ConnectionReset");
    assert_eq!(script.sent().len(), 1);

    let (refused, script) = client(|n, _| match n {
        0 => Reply::Fault(Fault::Refused),
        _ => Reply::ok(""),
    });
    refused.call(&Launch).await.unwrap();
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn hopeless_connections_are_not_repeated() {
    for (fault, tries) in [
        (Fault::Tls(TlsFault::UnknownIssuer), 1),
        (Fault::NotHttp, 1),
        (Fault::NoSuchHost, 2),
    ] {
        let (client, script) = client(move |_, _| Reply::Fault(fault));
        client.call(&ListBuckets::default()).await.unwrap_err();
        assert_eq!(script.sent().len(), tries, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_try_does_not_count() {
    let (client, _) = client(|n, _| match n {
        0 => Reply::Fault(Fault::ResetSending),
        1 => Reply::error(500, "InternalError"),
        _ => Reply::ok("").with("etag", "\"e\""),
    });
    let tally = Arc::new(Tally::default());
    let counter: Arc<dyn Counter> = Arc::clone(&tally) as _;
    let etag = client.call_counted(&put("k", b"12345"), &counter).await;
    assert_eq!(etag.unwrap().unwrap().as_str(), "e");
    assert_eq!(tally.sent.load(Ordering::Relaxed), 15);
    assert_eq!(tally.total.load(Ordering::Relaxed), 5);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_try_does_not_count() {
    let (client, _) = client(|_, _| Reply::error(503, "SlowDown").with("retry-after", "50"));
    let tally = Arc::new(Tally::default());
    let counter: Arc<dyn Counter> = Arc::clone(&tally) as _;
    let put = put("k", b"12345");
    let call = client.call_counted(&put, &counter);
    let cancelled = tokio::time::timeout(std::time::Duration::from_secs(1), call).await;
    assert!(cancelled.is_err());
    assert_eq!(tally.sent.load(Ordering::Relaxed), 5);
    assert_eq!(tally.total.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_was_cut_off_is_asked_for_again() {
    let whole = page(&["a", "b"], None);
    let Reply::Answer(_, _, body) = whole.clone() else {
        unreachable!()
    };
    let half = body[..body.len() / 2].to_owned();
    let said = body.len().to_string();
    let (client, script) = client(move |n, _| match n {
        0 => Reply::ok(&half),
        1 => Reply::Torn(200, vec![], half.clone()),
        2 => Reply::ok(&half).with("content-length", &said),
        _ => whole.clone(),
    });
    let first = client.list(&all_keys()).await.unwrap_err();
    assert_eq!(first.code(), "BodyCut");
    assert_eq!(client.list(&all_keys()).await.unwrap().entries.len(), 2);
    assert_eq!(script.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_error_inside_a_success_is_an_error() {
    let (client, script) = client(|n, _| match n {
        0 => Reply::ok("<Error><Code>InternalError</Code><Message>oops</Message></Error>"),
        _ => Reply::ok("<Error><Code>AccessDenied</Code><Message>no</Message></Error>"),
    });
    let error = client.call(&ListBuckets::default()).await.unwrap_err();
    assert_eq!((error.kind, error.attempts), (ErrorKind::Denied, 2));
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dead_endpoint_does_not_cost_all_tries_for_ever() {
    let (client, script) = client(|_, _| Reply::Fault(Fault::Refused));
    for _ in 0..60 {
        let head = HeadObject {
            bucket: bucket(),
            key: key("k"),
        };
        client.call(&head).await.unwrap_err();
    }
    // 60 first tries, and 500 / 5 retries: not 60 × 4.
    assert_eq!(script.sent().len(), 160);
}

fn get(range: Option<std::ops::RangeInclusive<u64>>) -> GetObject {
    GetObject {
        bucket: bucket(),
        key: key("k"),
        range,
        if_match: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_that_ends_short_is_an_error() {
    let (client, _) = client(|n, _| match n {
        0 => Reply::error(503, "SlowDown"),
        1 => Reply::Answer(
            206,
            vec![("content-range", "bytes 2-5/9".into())],
            "cde".into(),
        ),
        2 => Reply::ok("abc").with("content-length", "3"),
        _ => Reply::Torn(200, vec![("content-length", "9".into())], "ab".into()),
    });
    let mut part = client.stream(&get(Some(2..=5))).await.unwrap();
    assert_eq!(
        (part.start, part.len, part.head.meta.size),
        (2, Some(4), Some(9))
    );
    assert_eq!(part.chunk().await.unwrap().unwrap(), "cde");
    let error = part.chunk().await.unwrap_err();
    assert_eq!((error.kind, error.code()), (ErrorKind::Network, "BodyCut"));
    assert_eq!(error.key.as_deref(), Some("k"));

    let mut whole = client.stream(&get(None)).await.unwrap();
    assert_eq!(whole.chunk().await.unwrap().unwrap(), "abc");
    assert!(whole.chunk().await.unwrap().is_none());

    let mut torn = client.stream(&get(None)).await.unwrap();
    assert_eq!(torn.chunk().await.unwrap().unwrap(), "ab");
    assert_eq!(torn.chunk().await.unwrap_err().code(), "BodyCut");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_mangles_ranges_is_refused() {
    let (client, _) = client(|_, _| Reply::ok("abcdef").with("content-length", "6"));
    assert_eq!(client.stream(&get(Some(0..=1))).await.unwrap().len, Some(6));
    let error = client.stream(&get(Some(2..=3))).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code()),
        (ErrorKind::Unsupported, "RangeIgnored")
    );
    assert_eq!(error.op, "GetObject");
}

#[tokio::test(start_paused = true)]
async fn the_signing_key_is_derived_once_for_a_thousand_requests() {
    let (client, script) = client(|_, _| page(&[], None));
    for _ in 0..1000 {
        client.list(&all_keys()).await.unwrap();
    }
    assert_eq!((script.sent().len(), client.0.keys.made()), (1000, 1));
}
