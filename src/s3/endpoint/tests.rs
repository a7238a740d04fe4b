//! URLs against every hazard that a key can be.

use super::*;
use proptest::prelude::*;

fn endpoint(url: &str, style: Addressing) -> Endpoint {
    Endpoint::new(url, "r", style).unwrap()
}

fn url(endpoint: &Endpoint, bucket: &str, key: &str) -> String {
    endpoint.url(
        Some(&BucketName::new(bucket).unwrap()),
        Some(&Key::new(key).unwrap()),
    )
}

/// Each case: the endpoint, a bucket, and the URL of the key `k` in it.
fn check(style: Addressing, cases: &[(&str, &str, &str)]) {
    for (base, bucket, want) in cases {
        assert_eq!(url(&endpoint(base, style), bucket, "k"), *want, "{base}");
    }
}

#[test]
fn amazon_gets_the_bucket_in_the_host() {
    check(
        Addressing::Auto,
        &[
            (
                "https://s3.x.purestore.io",
                "b",
                "https://s3.x.purestore.io/b/k",
            ),
            (
                "https://s3.x.purestore.io/",
                "b",
                "https://s3.x.purestore.io/b/k",
            ),
            (
                "https://s3.amazonaws.com",
                "b",
                "https://b.s3.amazonaws.com/k",
            ),
            (
                "https://s3.amazonaws.com",
                "a.b",
                "https://s3.amazonaws.com/a.b/k",
            ),
            (
                "https://s3.x.amazonaws.com.cn",
                "b",
                "https://b.s3.x.amazonaws.com.cn/k",
            ),
            (
                "https://notamazonaws.com",
                "b",
                "https://notamazonaws.com/b/k",
            ),
        ],
    );
}

#[test]
fn a_bucket_that_no_host_can_carry_stays_in_the_path() {
    check(
        Addressing::VirtualHost,
        &[
            ("http://h.example", "a.b", "http://a.b.h.example/k"),
            ("http://h.example", "a..b", "http://h.example/a..b/k"),
            ("https://h.example", "a.b", "https://h.example/a.b/k"),
            ("https://h.example", "Big", "https://h.example/Big/k"),
            ("https://h.example", "a_b", "https://h.example/a_b/k"),
            ("https://h.example", "-a", "https://h.example/-a/k"),
            ("http://127.0.0.1:9000", "b", "http://127.0.0.1:9000/b/k"),
            ("http://[::1]:9000", "b", "http://[::1]:9000/b/k"),
            ("https://h/s3", "b", "https://b.h/s3/k"),
        ],
    );
}

#[test]
fn ports_and_base_paths_are_kept() {
    check(
        Addressing::Path,
        &[
            (
                "https://s3.amazonaws.com",
                "b",
                "https://s3.amazonaws.com/b/k",
            ),
            ("https://h:443", "b", "https://h/b/k"),
            ("http://h:80/", "b", "http://h/b/k"),
            ("https://h:80/", "b", "https://h:80/b/k"),
            ("https://h/s3/", "b", "https://h/s3/b/k"),
            ("https://h/a+b c/%7e", "b", "https://h/a%2Bb%20c/~/b/k"),
            (
                "HTTPS://B\u{dc}CHER.example",
                "b",
                "https://xn--bcher-kva.example/b/k",
            ),
        ],
    );
}

#[test]
fn accounts_and_buckets_have_urls_too() {
    let bucket = BucketName::new("b").unwrap();
    let path = endpoint("https://h/s3", Addressing::Path);
    let host = endpoint("https://h", Addressing::VirtualHost);
    assert_eq!(path.url(None, None), "https://h/s3/");
    assert_eq!(path.url(Some(&bucket), None), "https://h/s3/b/");
    assert_eq!(host.url(Some(&bucket), None), "https://b.h/");
    assert_eq!(host.target(Some(&bucket), None).host, "b.h");
}

#[test]
fn no_key_leaves_its_bucket_or_host() {
    let long = "x".repeat(1024);
    let path = endpoint("https://h", Addressing::Path);
    let host = endpoint("https://h", Addressing::VirtualHost);
    for (key, want) in [
        ("a/../b", "a/../b"),
        ("../other/k", "../other/k"),
        ("/lead", "/lead"),
        ("//evil/x", "//evil/x"),
        ("a//b", "a//b"),
        ("a+b", "a%2Bb"),
        ("%2F", "%252F"),
        ("%2e%2e/x", "%252e%252e/x"),
        ("\u{e9}", "%C3%A9"),
        ("e\u{301}", "e%CC%81"),
        ("a\\b", "a%5Cb"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("a\r\nHost: x\0\x7f", "a%0D%0AHost%3A%20x%00%7F"),
        ("@evil:80", "%40evil%3A80"),
        (".", "."),
        ("..", ".."),
        ("t~-_.", "t~-_."),
        (&long, &long),
    ] {
        assert_eq!(url(&path, "b", key), format!("https://h/b/{want}"));
        assert_eq!(url(&host, "b", key), format!("https://b.h/{want}"));
    }
}

#[test]
fn bad_endpoints_are_refused_without_telling_secrets() {
    for bad in [
        "",
        "h",
        "h:9000",
        "ftp://h",
        "https://",
        "https://h?x=1",
        "https://h#f",
    ] {
        assert!(Endpoint::new(bad, "r", Addressing::Auto).is_err(), "{bad}");
    }
    for bad in [
        "https://me:hunter2@h",
        "https://h/?X-Amz-Signature=hunter2",
        "x://a:hunter2@ h",
    ] {
        let refused = Endpoint::new(bad, "r", Addressing::Auto).unwrap_err();
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_pasted_bucket_url_is_noticed() {
    for (base, want) in [
        ("https://photos.s3.in-west3.purestore.io", Some("photos")),
        ("https://a.b.s3-eu-west-1.amazonaws.com", Some("a.b")),
        ("https://s3.in-west3.purestore.io", None),
        ("https://minio.example.com", None),
        ("http://127.0.0.1:9000", None),
    ] {
        assert_eq!(endpoint(base, Addressing::Auto).bucket_in_host(), want);
    }
}

proptest! {
    #[test]
    fn every_key_round_trips(key in any::<String>().prop_filter("empty", |k| !k.is_empty())) {
        for (style, origin) in [
            (Addressing::Path, "https://h:1/base/my-bucket/"),
            (Addressing::VirtualHost, "https://my-bucket.h:1/base/"),
        ] {
            let text = url(&endpoint("https://h:1/base", style), "my-bucket", &key);
            let rest = text.strip_prefix(origin).unwrap();
            prop_assert!(rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
            prop_assert_eq!(percent_decode_str(rest).decode_utf8().unwrap(), key.as_str());
            if !Key::new(key.as_str()).unwrap().has_dot_segment() {
                prop_assert_eq!(Url::parse(&text).unwrap().to_string(), text);
            }
        }
    }
}
