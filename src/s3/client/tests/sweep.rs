//! Whole listings from servers of all kinds, read side by side.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::model::{Entry, Page};
use crate::s3::endpoint::encode;

/// A server of keys without odd letters in them.
#[derive(Clone)]
struct Keys {
    keys: Arc<BTreeSet<String>>,
    /// Rows that it sends at most, whatever it is asked for.
    rows: usize,
}

impl Keys {
    fn new(keys: impl IntoIterator<Item = String>, rows: usize) -> Self {
        Self {
            keys: Arc::new(keys.into_iter().collect()),
            rows,
        }
    }

    /// A page of the second version; names as `spell` writes them.
    fn page(&self, url: &str, spell: impl Fn(&str) -> String) -> Reply {
        let asked = |name: &str| {
            let query = url.split_once('?').map_or("", |(_, query)| query);
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(n, _)| *n == name).map(|(_, value)| value);
            let value = value.unwrap_or_default();
            percent_encoding::percent_decode_str(value)
                .decode_utf8_lossy()
                .into_owned()
        };
        let (prefix, grouped) = (asked("prefix"), !asked("delimiter").is_empty());
        let after = ["continuation-token", "marker", "start-after"].map(asked);
        let after = after.into_iter().find(|text| !text.is_empty());
        let after = after.unwrap_or_default();
        let most = asked("max-keys").parse::<usize>().unwrap().min(self.rows);
        let folder = |key: &str| {
            let slash = key[prefix.len()..].find('/').filter(|_| grouped)?;
            Some(key[..=prefix.len() + slash].to_owned())
        };
        let mut rows: Vec<(String, bool)> = Vec::new();
        for key in self.keys.iter().filter(|key| key.starts_with(&prefix)) {
            let (row, is_folder) = folder(key).map_or((key.clone(), false), |f| (f, true));
            if row > after && rows.last().is_none_or(|(last, _)| *last != row) {
                rows.push((row, is_folder));
            }
        }
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(|(name, _)| name.clone());
        let rows = rows.iter().fold(String::new(), |all, (name, is_folder)| {
            let name = spell(name);
            all + &if *is_folder {
                format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
            } else {
                format!("<Contents><Key>{name}</Key><Size>1</Size></Contents>")
            }
        });
        let next = next.map_or_else(String::new, |name| {
            format!(
                "<NextContinuationToken>{name}</NextContinuationToken><NextMarker>{}</NextMarker>",
                spell(&name)
            )
        });
        Reply::ok(&format!(
            "<ListBucketResult>{}<Prefix>{}</Prefix>{rows}\
             <IsTruncated>{more}</IsTruncated>{next}</ListBucketResult>",
            if url.contains("encoding-type") {
                "<EncodingType>url</EncodingType>"
            } else {
                ""
            },
            spell(&prefix)
        ))
    }

    fn told(&self) -> Vec<String> {
        self.keys.iter().cloned().collect()
    }
}

fn coded(name: &str) -> String {
    encode(name).into_owned()
}

fn raw(name: &str) -> String {
    name.to_owned()
}

fn tree() -> Keys {
    let keys = (0..9).flat_map(|f| (0..400).map(move |n| format!("t/f{f}/k{n:04}")));
    Keys::new(keys.chain(["t/g".into()]), 100)
}

async fn swept(client: &Client) -> (Vec<String>, Result<(), crate::s3::Error>) {
    let mut sweep = client.sweep(all_keys(), &[]);
    let mut names = Vec::new();
    loop {
        match sweep.next().await {
            Ok(Some(page)) => names.extend(page.entries.into_iter().map(|entry| match entry {
                Entry::Object(object) => object.key.as_str().to_owned(),
                Entry::Prefix(prefix) => prefix.as_str().to_owned(),
            })),
            Ok(None) => return (names, Ok(())),
            Err(error) => return (names, Err(error)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_form_of_listing_is_swept_whole() {
    let odd: Vec<String> = (0..1500).map(|n| format!("t/a b+{n:04}%20é")).collect();
    for (keys, version, encodes) in [
        (tree(), 2, true),
        (tree(), 1, false),
        (Keys::new(odd.clone(), 100), 2, true),
        // The trap: it says that it encodes, and does not.
        (Keys::new(odd, 100), 2, false),
        (
            Keys::new((0..2500).map(|n| format!("k{n:05}")), 1000),
            2,
            true,
        ),
    ] {
        let server = keys.clone();
        let (client, _) = client(move |_, sent| {
            if version == 1 && sent.url.contains("list-type") {
                return Reply::error(501, "NotImplemented");
            }
            let spell: fn(&str) -> String = if encodes { coded } else { raw };
            server.page(&sent.url, spell)
        });
        let (names, end) = swept(&client).await;
        end.unwrap();
        assert_eq!(names, keys.told());
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_ten_thousand_and_empty_ones_are_taken() {
    let rows = (0..10_000).fold(String::new(), |rows, n| {
        rows + &format!("<Contents><Key>k{n:05}</Key></Contents>")
    });
    let (client, script) = client(move |_, sent| {
        let (rows, next) = if sent.url.contains("continuation-token=t2") {
            (&*rows, None)
        } else if sent.url.contains("continuation-token=t1") {
            ("", Some("t2"))
        } else {
            ("", Some("t1"))
        };
        let next = next.map_or_else(String::new, |t| {
            format!("<NextContinuationToken>{t}</NextContinuationToken>")
        });
        Reply::ok(&format!(
            "<ListBucketResult>{rows}<IsTruncated>{}</IsTruncated>{next}</ListBucketResult>",
            !next.is_empty()
        ))
    });
    let (names, end) = swept(&client).await;
    end.unwrap();
    assert_eq!(names.len(), 10_000);
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_less_is_asked_for_less_and_told_whole() {
    let keys = tree();
    let server = keys.clone();
    let (client, _) = client(move |n, sent| match n % 5 {
        3 => Reply::error(503, "SlowDown"),
        _ => server.page(&sent.url, coded),
    });
    let (names, end) = swept(&client).await;
    end.unwrap();
    assert_eq!(names, keys.told());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_had_ends_the_listing_behind_what_was_told() {
    let keys = tree();
    let server = keys.clone();
    let (client, _) = client(move |_, sent| {
        let lost = sent.url.contains("f4%2F") && !sent.url.contains("delimiter");
        if lost {
            return Reply::error(403, "AccessDenied");
        }
        server.page(&sent.url, coded)
    });
    let (names, end) = swept(&client).await;
    assert_eq!(end.unwrap_err().code(), "AccessDenied");
    let all = keys.told();
    assert!(!names.is_empty() && names.len() < all.len());
    assert_eq!(names, all[..names.len()]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_begins_nowhere_else_is_read_page_by_page() {
    for (status, code) in [
        (400, "InvalidRequest"),
        (403, "AccessDenied"),
        (500, "InternalError"),
    ] {
        let keys = tree();
        let server = keys.clone();
        let (client, script) = client(move |_, sent| {
            if sent.url.contains("start-after") || !sent.url.contains("list-type") {
                return Reply::error(status, code);
            }
            server.page(&sent.url, coded)
        });
        let (names, end) = swept(&client).await;
        end.unwrap();
        assert_eq!(names, keys.told());
        let begun = |sent: &Sent| sent.url.contains("start-after");
        assert!(script.sent().iter().any(begun), "nothing was split");
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_that_worked_is_not_given_up_for_what_passes() {
    let keys = tree();
    let server = keys.clone();
    let away = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let gone = Arc::clone(&away);
    let (client, script) = client(move |_, sent| {
        if gone.load(Ordering::Relaxed) {
            return Reply::error(500, "InternalError");
        }
        server.page(&sent.url, coded)
    });
    client.list(&all_keys()).await.unwrap();
    away.store(true, Ordering::Relaxed);
    let error = client.list(&all_keys()).await.unwrap_err();
    assert_eq!(error.code(), "InternalError");
    away.store(false, Ordering::Relaxed);
    client.list(&all_keys()).await.unwrap();
    let richest =
        |sent: &Sent| sent.url.contains("list-type=2") && sent.url.contains("encoding-type=url");
    assert!(script.sent().iter().all(richest));
}

const WAITS: [Duration; 12] = [Duration::from_mins(1); 12];

#[tokio::test(start_paused = true)]
async fn every_page_has_waits_of_its_own() {
    let keys = Keys::new((0..1000).map(|n| format!("k{n:05}")), 100);
    let server = keys.clone();
    let failed = Mutex::new(std::collections::HashMap::<String, usize>::new());
    // Each page fails through three rounds of a call's own retries; there are five waits.
    let (client, _) = client(move |n, sent| {
        let mut failed = failed.lock().unwrap();
        let times = failed.entry(sent.url.clone()).or_default();
        *times += 1;
        if n > 0 && *times <= 15 && sent.url.contains("continuation-token") {
            return Reply::error(500, "InternalError");
        }
        server.page(&sent.url, coded)
    });
    let mut sweep = client.sweep(all_keys(), &WAITS[..5]);
    let mut rows = 0;
    while let Some(page) = sweep.next().await.unwrap() {
        rows += page.entries.len();
    }
    assert_eq!(rows, 1000);
}

#[tokio::test(start_paused = true)]
async fn waits_outlast_a_server_that_is_away() {
    let keys = Keys::new((0..250).map(|n| format!("k{n:05}")), 100);
    let server = keys.clone();
    let away = Arc::new(Mutex::new(20));
    let (client, _) = client(move |n, sent| {
        let mut left = away.lock().unwrap();
        if n > 0 && *left > 0 {
            *left -= 1;
            return Reply::error(500, "InternalError");
        }
        server.page(&sent.url, coded)
    });
    let mut sweep = client.sweep(all_keys(), &WAITS);
    let mut rows = 0;
    while let Some(page) = sweep.next().await.unwrap() {
        rows += page.entries.len();
    }
    assert_eq!(rows, 250);
}

/// A client whose answers take some time.
fn client_after(
    takes: Duration,
    author: impl Fn(usize, &Sent) -> Reply + Send + Sync + 'static,
) -> (Client, Arc<Script>) {
    let script = Arc::new(Script::new(author).taking(takes));
    let transport: Arc<Script> = Arc::clone(&script);
    let settings = settings("https://s3.example.net");
    (Client::over(settings, transport, noon), script)
}

/// Rows, and where the listing goes on: by a token, or behind the last name.
async fn first_rows(
    client: &Client,
    list: ListObjects,
    most: usize,
) -> (Vec<String>, Option<Page>) {
    let mut sweep = client.sweep(list, &[]).at_most(most);
    let (mut names, mut ending) = (Vec::new(), None);
    while names.len() < most {
        let Some(page) = sweep.next().await.unwrap() else {
            assert!(sweep.is_over());
            return (names, None);
        };
        let objects = page.entries.iter().filter_map(|entry| match entry {
            Entry::Object(object) => Some(object.key.as_str().to_owned()),
            Entry::Prefix(_) => None,
        });
        names.extend(objects);
        ending = (!sweep.is_over()).then_some(page);
    }
    (names, ending)
}

#[tokio::test(start_paused = true)]
async fn no_more_is_asked_than_is_wanted() {
    let keys = Keys::new((0..25_000).map(|n| format!("k{n:06}")), 1000);
    let list = ListObjects {
        delimited: true,
        ..all_keys()
    };
    for (most, pages, wait) in [
        (1000, 1, 0),
        (10_000, 10, 0),
        (1000, 1, 80),
        (10_000, 10, 80),
        (5500, 6, 80),
    ] {
        let server = keys.clone();
        let (client, script) = client_after(Duration::from_millis(wait), move |_, sent| {
            server.page(&sent.url, coded)
        });
        let (names, ending) = first_rows(&client, list.clone(), most).await;
        assert_eq!(script.sent().len(), pages, "{most} {wait}");
        let all = keys.told();
        assert_eq!(names, all[..pages * 1000]);
        // And on from there, by whichever way.
        let ending = ending.unwrap();
        let after = ending
            .next
            .is_none()
            .then(|| names.last().cloned())
            .flatten();
        let on = ListObjects {
            token: ending.next,
            start_after: after,
            ..list.clone()
        };
        let (rest, end) = first_rows(&client, on, usize::MAX).await;
        assert_eq!((rest.as_slice(), end), (&all[pages * 1000..], None));
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_short_listing_shows_at_once() {
    let server = Keys::new((0..7).map(|n| format!("k{n}")), 1000);
    let (client, script) = client(move |_, sent| server.page(&sent.url, coded));
    let mut sweep = client.sweep(all_keys(), &[]).at_most(10_000);
    assert_eq!(sweep.next().await.unwrap().unwrap().entries.len(), 7);
    assert!(sweep.is_over());
    assert_eq!(sweep.next().await.unwrap(), None);
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_begin_behind_a_name_is_read_on_by_its_tokens() {
    // It leaves out where to begin and keeps to its tokens.
    let server = Keys::new((0..30_000).map(|n| format!("k{n:06}")), 1000);
    let (client, _) = client_after(Duration::from_millis(80), move |_, sent| {
        server.page(&sent.url.replace("start-after", "ignored"), coded)
    });
    let (mut all, mut list) = (Vec::new(), all_keys());
    loop {
        let (names, ending) = first_rows(&client, list.clone(), 10_000).await;
        all.extend(names);
        let Some(ending) = ending else { break };
        list.token = ending.next;
        assert!(list.token.is_some());
    }
    assert_eq!(
        all,
        (0..30_000).map(|n| format!("k{n:06}")).collect::<Vec<_>>()
    );
}
