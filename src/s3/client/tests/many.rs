//! Listings in all forms, and deleting many keys.

use super::*;
use crate::model::Entry;
use crate::s3::transport::Fault;
use crate::s3::{ErrorKind, ListForm};

#[tokio::test(start_paused = true)]
async fn plainer_forms_are_tried_and_the_one_that_works_is_remembered() {
    let (client, script) = client(|_, sent| {
        if sent.url.contains("list-type=2") {
            Reply::error(500, "InternalError")
        } else if sent.url.contains("marker=") {
            page(&["c"], None)
        } else {
            Reply::ok(
                "<ListBucketResult><Contents><Key>a</Key></Contents><IsTruncated>true</IsTruncated>\
                 <NextMarker>a</NextMarker></ListBucketResult>",
            )
        }
    });
    let first = client.list(&all_keys()).await.unwrap();
    let tried = script.sent().len();
    let second = client
        .list(&ListObjects {
            token: first.next,
            ..all_keys()
        })
        .await
        .unwrap();
    assert_eq!(second.entries.len(), 1);
    client.list(&all_keys()).await.unwrap();
    // Three tries for each of the two forms of the second version, then never again.
    assert_eq!(tried, 7);
    assert_eq!(
        script.lines()[6..],
        [
            "GET /b/?max-keys=1000",
            "GET /b/?marker=a&max-keys=1000",
            "GET /b/?max-keys=1000"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_is_forbidden_or_missing_is_asked_once() {
    for (status, code) in [(403, "AccessDenied"), (404, "NoSuchBucket")] {
        let (client, script) = client(move |_, _| Reply::error(status, code));
        let error = client.list(&all_keys()).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn if_no_form_works_the_first_refusal_is_told() {
    let (client, script) = client(|n, _| match n {
        0 => Reply::error(501, "NotImplemented"),
        _ => Reply::error(400, "InvalidArgument"),
    });
    let error = client.list(&all_keys()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert_eq!(script.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_runs_in_circles_ends_with_an_error() {
    let (client, script) = client(|n, _| page(&["a", "b"], Some(&format!("t{n}"))));
    let mut list = all_keys();
    let error = loop {
        match client.list(&list).await {
            Ok(page) => list.token = page.next,
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "ListingLoops");
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_is_asked_once_whether_its_names_are_encoded() {
    for (echo, name) in [("+ %41", "a%2Bb"), ("%2B+%2541", "a+b")] {
        let (client, script) = client(move |_, sent| {
            let (prefix, keys) = if sent.url.contains("max-keys=1&") {
                (echo, "")
            } else {
                ("", "<Contents><Key>a%2Bb</Key></Contents>")
            };
            Reply::ok(&format!(
                "<ListBucketResult><EncodingType>url</EncodingType><Prefix>{prefix}</Prefix>{keys}\
                 <IsTruncated>false</IsTruncated></ListBucketResult>"
            ))
        });
        for _ in 0..2 {
            let page = client.list(&all_keys()).await.unwrap();
            let Entry::Object(object) = &page.entries[0] else {
                panic!("{page:?}")
            };
            assert_eq!(object.key.as_str(), name);
        }
        // The page, the question, the page again; then the second listing.
        assert_eq!(script.sent().len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_form_is_kept() {
    let (client, script) = client(|_, _| page(&[], None));
    let list = ListObjects {
        form: ListForm::V1,
        ..all_keys()
    };
    client.list(&list).await.unwrap();
    assert_eq!(script.lines(), ["GET /b/?max-keys=1000"]);
}

fn keys(names: &[&str]) -> Vec<Key> {
    names.iter().map(|n| key(n)).collect()
}

fn deleted(names: &[&str]) -> Reply {
    let rows = names.iter().fold(String::new(), |rows, n| {
        rows + "<Deleted><Key>" + n + "</Key></Deleted>"
    });
    Reply::ok(&format!("<DeleteResult>{rows}</DeleteResult>"))
}

#[tokio::test(start_paused = true)]
async fn keys_go_in_batches_and_dangerous_ones_alone() {
    let (client, script) = client(|_, sent| match &*sent.method {
        "POST" => deleted(&["a", "b"]),
        _ => Reply::status(204),
    });
    let results = client
        .delete(&bucket(), &keys(&["a", " trim ", "b", "c\x01"]))
        .await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let mut lines = script.lines();
    lines.sort();
    assert_eq!(
        lines,
        ["DELETE /b/%20trim%20", "DELETE /b/c%01", "POST /b/?delete="]
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_answer_does_not_name_is_deleted_alone() {
    let (client, script) = client(|_, sent| match &*sent.method {
        "POST" => deleted(&["a"]),
        _ => Reply::error(403, "AccessDenied"),
    });
    let results = client.delete(&bucket(), &keys(&["a", "b"])).await;
    assert!(results[0].is_ok());
    assert_eq!(results[1].as_ref().unwrap_err().kind, ErrorKind::Denied);
    assert_eq!(script.lines(), ["POST /b/?delete=", "DELETE /b/b"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_batches_is_remembered() {
    let (client, script) = client(|_, sent| match &*sent.method {
        "POST" => Reply::error(501, "NotImplemented"),
        _ => Reply::status(204),
    });
    for _ in 0..2 {
        let results = client.delete(&bucket(), &keys(&["a", "b"])).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
    let posts = script
        .lines()
        .iter()
        .filter(|l| l.starts_with("POST"))
        .count();
    assert_eq!((posts, script.sent().len()), (1, 5));
}

#[tokio::test(start_paused = true)]
async fn keys_that_fail_for_a_while_are_tried_again_and_others_not() {
    let (client, script) = client(|n, _| match n {
        0 => Reply::ok(
            "<DeleteResult><Deleted><Key>a</Key></Deleted>\
             <Error><Key>b</Key><Code>SlowDown</Code><Message>m</Message></Error>\
             <Error><Key>c</Key><Code>AccessDenied</Code><Message>m</Message></Error></DeleteResult>",
        ),
        _ => deleted(&["b"]),
    });
    let results = client.delete(&bucket(), &keys(&["a", "b", "c", "a"])).await;
    let fine: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, true, false, true]);
    let error = results[2].as_ref().unwrap_err();
    assert_eq!(
        (error.kind, error.key.as_deref()),
        (ErrorKind::Denied, Some("c"))
    );
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_breaks_the_batch_does_not_spoil_the_others() {
    let (client, _) = client(|_, sent| match (&*sent.method, sent.url.ends_with("bad")) {
        ("POST", _) => Reply::Fault(Fault::Reset),
        (_, true) => Reply::error(400, "InvalidArgument"),
        _ => Reply::status(204),
    });
    let results = client.delete(&bucket(), &keys(&["a", "bad", "c"])).await;
    let fine: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_the_server_cannot_bear_is_soon_taken_apart() {
    for code in ["InternalError", ""] {
        let (client, script) =
            client(
                move |_, sent| match (&*sent.method, sent.url.ends_with("bad")) {
                    ("POST", _) | (_, true) => Reply::error(500, code),
                    _ => Reply::status(204),
                },
            );
        let results = client.delete(&bucket(), &keys(&["a", "bad", "c"])).await;
        let fine: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(fine, [true, false, true]);
        let posts = |line: &&String| line.starts_with("POST");
        assert_eq!(script.lines().iter().filter(posts).count(), 2);
    }
    // A server that asks for time is no server that cannot.
    let (client, script) = client(|n, _| match n {
        0..3 => Reply::error(503, "SlowDown"),
        _ => deleted(&["a", "b"]),
    });
    let results = client.delete(&bucket(), &keys(&["a", "b"])).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(script.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn thousands_of_keys_are_split() {
    let names: Vec<String> = (0..2500).map(|n| format!("k{n:04}")).collect();
    let all: Vec<Key> = names.iter().map(|n| key(n)).collect();
    let (client, script) = client(|_, sent| match &*sent.method {
        // Names nobody: each key must be asked for alone.
        "POST" => deleted(&[]),
        _ => Reply::status(204),
    });
    let results = client.delete(&bucket(), &all).await;
    assert_eq!(results.len(), 2500);
    assert!(results.iter().all(Result::is_ok));
    let posts = script
        .lines()
        .iter()
        .filter(|l| l.starts_with("POST"))
        .count();
    assert_eq!((posts, script.sent().len()), (3, 2503));
}

#[tokio::test(start_paused = true)]
async fn every_call_can_run_in_a_task_of_its_own() {
    let (client, _) = client(|_, sent| match &*sent.method {
        "GET" => page(&["a"], None),
        _ => Reply::status(204),
    });
    let mut tasks = tokio::task::JoinSet::new();
    let (one, two, three) = (client.clone(), client.clone(), client);
    tasks.spawn(async move { one.list(&all_keys()).await.map(|_| ()) });
    tasks.spawn(async move {
        let results = two.delete(&bucket(), &keys(&["a", "b"])).await;
        results.into_iter().collect()
    });
    tasks.spawn(async move {
        let get = crate::s3::GetObject {
            bucket: bucket(),
            key: key("k"),
            range: None,
            if_match: None,
        };
        let mut body = three.stream(&get).await?;
        while body.chunk().await?.is_some() {}
        Ok(())
    });
    for result in tasks.join_all().await {
        result.unwrap();
    }
}
