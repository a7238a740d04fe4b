//! The signer against published and golden cases.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::*;
use crate::model::{Addressing, BucketName, Key, Provenance, Secret};
use crate::s3::ReadAt;
use crate::s3::endpoint::encode_path;

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// A raw request of the suite: method, path, query, headers, body.
struct Raw {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
}

fn raw(request: &str) -> Raw {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
    let (method, target) = first.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with(' ') => {
                headers.push((name.into(), value.into()));
            }
            _ => {
                let (_, value) = headers.last_mut().unwrap();
                *value = format!("{value}\n{line}");
            }
        }
    }
    let plain = |t: &str| percent_decode_str(t).decode_utf8().unwrap().into_owned();
    let pair = |p: &str| p.split_once('=').map(|(n, v)| (plain(n), plain(v)));
    Raw {
        method: method.into(),
        path: path.into(),
        query: query.split('&').filter_map(pair).collect(),
        headers,
        body: body.into(),
    }
}

/// RFC 3986 dot removal and merged slashes: what every service but S3 signs.
fn normalized(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let end = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", kept.join("/"))
}

#[test]
fn all_cases_of_the_published_suite_in_headers() {
    let suite: Vec<Value> = serde_json::from_str(include_str!(
        "../../../tests/data/aws_sigv4_suite/suite.json"
    ))
    .unwrap();
    assert_eq!(suite.len(), 38);
    for case in &suite {
        let Case {
            scope,
            stamp,
            token,
            secret,
            ..
        } = case_of(case);
        let mut raw = raw(text(case, "request"));
        raw.headers.push(("X-Amz-Date".into(), stamp.clone()));
        let payload = sha256_hex(raw.body.as_bytes());
        if case["context"]["sign_body"] == true {
            raw.headers
                .push(("x-amz-content-sha256".into(), payload.clone()));
        }
        let late = case["context"]["omit_session_token"] == true;
        if let Some(token) = token.filter(|_| !late) {
            raw.headers
                .push(("X-Amz-Security-Token".into(), token.into()));
        }
        let headers = canonical_headers(&raw.headers);
        let query = canonical_query(&raw.query);
        let path = path_of(case, &raw);
        let request = canonical_request(&raw.method, &path, &query, &headers, &payload);
        check(case, "header", &scope, &stamp, (&request, secret));
    }
}

#[test]
fn all_cases_of_the_published_suite_in_the_query() {
    let suite: Vec<Value> = serde_json::from_str(include_str!(
        "../../../tests/data/aws_sigv4_suite/suite.json"
    ))
    .unwrap();
    for case in &suite {
        let Case {
            scope,
            stamp,
            token,
            secret,
            access,
        } = case_of(case);
        let raw = raw(text(case, "request"));
        let headers = canonical_headers(&raw.headers);
        let mut query = raw.query.clone();
        let expires = case["context"]["expiration_in_seconds"].to_string();
        let late = case["context"]["omit_session_token"] == true;
        for (name, value) in [
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", format!("{access}/{scope}")),
            ("X-Amz-Date", stamp.clone()),
            ("X-Amz-Expires", expires),
            ("X-Amz-SignedHeaders", headers.names.clone()),
        ] {
            query.push((name.into(), value));
        }
        if let Some(token) = token.filter(|_| !late) {
            query.push(("X-Amz-Security-Token".into(), token.into()));
        }
        let payload = sha256_hex(raw.body.as_bytes());
        let path = path_of(case, &raw);
        let query = canonical_query(&query);
        let request = canonical_request(&raw.method, &path, &query, &headers, &payload);
        check(case, "query", &scope, &stamp, (&request, secret));
    }
}

struct Case<'v> {
    scope: Scope<'v>,
    stamp: String,
    token: Option<&'v str>,
    secret: &'v str,
    access: &'v str,
}

fn case_of(case: &Value) -> Case<'_> {
    let context = &case["context"];
    let at: Timestamp = text(context, "timestamp").parse().unwrap();
    Case {
        scope: Scope {
            date: "20150830",
            region: text(context, "region"),
            service: text(context, "service"),
        },
        stamp: stamp(at),
        token: context["credentials"]["token"].as_str(),
        secret: text(&context["credentials"], "secret_access_key"),
        access: text(&context["credentials"], "access_key_id"),
    }
}

fn path_of(case: &Value, raw: &Raw) -> String {
    if case["context"]["normalize"] == true {
        encode_path(&normalized(&raw.path)).into_owned()
    } else {
        encode_path(&raw.path).into_owned()
    }
}

fn check(case: &Value, kind: &str, scope: &Scope<'_>, stamp: &str, signed: (&str, &str)) {
    let name = text(case, "name");
    let (request, secret) = signed;
    let want = |what: &str| text(case, &format!("{kind}_{what}"));
    assert_eq!(request, want("canonical_request"), "{name}");
    let to_sign = string_to_sign(stamp, scope, request);
    assert_eq!(to_sign, want("string_to_sign"), "{name}");
    let key = signing_key(secret, scope);
    assert_eq!(signature(&key, &to_sign), want("signature"), "{name}");
}

#[test]
fn the_golden_cases_of_s3() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/data/sigv4_s3_vectors.json")).unwrap();
    let cases = file["vectors"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    let stamp = text(&file, "amz_date");
    let scope = Scope {
        date: &stamp[..8],
        region: text(&file, "region"),
        service: text(&file, "service"),
    };
    for case in cases {
        let name = text(case, "name");
        let pairs = |what: &str| -> Vec<(String, String)> {
            let pair = |p: &Value| (p[0].as_str().unwrap().into(), p[1].as_str().unwrap().into());
            case[what].as_array().unwrap().iter().map(pair).collect()
        };
        let path = text(case, "path");
        let plain = percent_decode_str(path).decode_utf8().unwrap();
        assert_eq!(encode_path(&plain), path, "{name}");
        let given = pairs("headers");
        let payload = given.iter().find(|(n, _)| n == "x-amz-content-sha256");
        let headers = canonical_headers(&given);
        assert_eq!(headers.names, text(case, "signed_headers"), "{name}");
        let query = canonical_query(&pairs("query"));
        let method = text(case, "method");
        let request = canonical_request(method, path, &query, &headers, &payload.unwrap().1);
        assert_eq!(request, text(case, "canonical_request"), "{name}");
        let to_sign = string_to_sign(stamp, &scope, &request);
        assert_eq!(to_sign, text(case, "string_to_sign"), "{name}");
        let key = signing_key(text(&file, "secret_key"), &scope);
        assert_eq!(signature(&key, &to_sign), text(case, "signature"), "{name}");
    }
}

fn example(token: Option<&str>) -> Credentials {
    Credentials {
        access_key: "AKIAIOSFODNN7EXAMPLE".into(),
        secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        token: token.map(Secret::new),
        from: Provenance("test".into()),
    }
}

fn sign(draft: &Draft, credentials: Option<&Credentials>) -> Result<Signed, Unsendable> {
    let base = "https://s3.amazonaws.com";
    Signer {
        credentials,
        endpoint: &Endpoint::new(base, "us-east-1", Addressing::Auto).unwrap(),
        keys: &SigningKeys::default(),
    }
    .sign(draft, "2013-05-24T00:00:00Z".parse().unwrap())
}

fn draft(method: Method, key: Option<&str>) -> Draft {
    let bucket = BucketName::new("examplebucket").unwrap();
    match key {
        Some(key) => Draft::object(method, &bucket, &Key::new(key).unwrap()),
        None => Draft::bucket(method, &bucket),
    }
}

fn header<'s>(signed: &'s Signed, name: &str) -> &'s str {
    signed.headers[name].to_str().unwrap()
}

/// Source: Amazon S3 API reference, "Signature calculations for the authorization header",
/// examples.
#[test]
fn the_examples_of_the_documentation() {
    let mut get = draft(Method::GET, Some("test.txt"));
    get.set("range", "bytes=0-9");
    let mut put = draft(Method::PUT, Some("test$file.text"));
    put.set("date", "Fri, 24 May 2013 00:00:00 GMT");
    put.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
    put.payload = Payload::Text(Bytes::from_static(b"Welcome to Amazon S3."));
    let mut lifecycle = draft(Method::GET, None);
    lifecycle.query.push(("lifecycle", String::new()));
    let mut list = draft(Method::GET, None);
    list.query.push(("prefix", "J".into()));
    list.query.push(("max-keys", "2".into()));
    for (draft, url, names, signature) in [
        (
            get,
            "test.txt",
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            put,
            "test%24file.text",
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            lifecycle,
            "?lifecycle=",
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            list,
            "?max-keys=2&prefix=J",
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        let signed = sign(&draft, Some(&example(None))).unwrap();
        assert_eq!(
            signed.url,
            format!("https://examplebucket.s3.amazonaws.com/{url}")
        );
        assert_eq!(
            header(&signed, "authorization"),
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            )
        );
    }
}

#[derive(Debug)]
struct Nothing;

impl ReadAt for Nothing {
    fn read_at(&self, _: u64, _: usize) -> std::io::Result<Bytes> {
        Ok(Bytes::new())
    }
}

#[test]
fn payloads_are_hashed_or_left_unsigned() {
    let data = |digest| Payload::Data {
        bytes: Bytes::from_static(b"x"),
        digest,
    };
    let stream = |digest| Payload::Stream {
        source: Arc::new(Nothing),
        offset: 0,
        len: 1,
        digest,
    };
    let unsigned = (UNSIGNED.to_owned(), Some("AQEBAQEBAQEBAQEBAQEBAQ=="));
    let hashed = ("02".repeat(32), None);
    for (payload, (hash, md5)) in [
        (Payload::Empty, (EMPTY.to_owned(), None)),
        (Payload::Text(Bytes::new()), (EMPTY.to_owned(), None)),
        (data(Digest::Md5([1; 16])), unsigned.clone()),
        (stream(Digest::Md5([1; 16])), unsigned),
        (data(Digest::Sha256([2; 32])), hashed.clone()),
        (stream(Digest::Sha256([2; 32])), hashed),
    ] {
        let mut put = draft(Method::PUT, Some("k"));
        put.payload = payload;
        let signed = sign(&put, Some(&example(None))).unwrap();
        assert_eq!(header(&signed, "x-amz-content-sha256"), hash);
        let sent = signed
            .headers
            .get("content-md5")
            .map(|v| v.to_str().unwrap());
        assert_eq!(sent, md5);
        let names = header(&signed, "authorization").contains("SignedHeaders=content-md5;host;");
        assert_eq!(names, md5.is_some());
    }
}

#[test]
fn anonymous_requests_carry_no_trace_of_signing() {
    let signed = sign(&draft(Method::GET, Some("k")), None).unwrap();
    let names: Vec<&str> = signed.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["host"]);
    assert_eq!(header(&signed, "host"), "examplebucket.s3.amazonaws.com");
}

#[test]
fn secrets_are_signed_but_never_printed() {
    let mut get = draft(Method::GET, Some("k"));
    get.set("user-agent", "windlass");
    get.set("accept-encoding", "identity");
    let signed = sign(&get, Some(&example(Some("tok/en")))).unwrap();
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token,";
    assert!(header(&signed, "authorization").contains(names));
    assert_eq!(header(&signed, "user-agent"), "windlass");
    let printed = format!("{signed:?}");
    assert!(
        !printed.contains("tok/en") && !printed.contains("Signature="),
        "{printed}"
    );
    let token = example(Some("tok\nen"));
    let refused = sign(&get, Some(&token)).unwrap_err();
    assert_eq!(refused, Unsendable::Header("x-amz-security-token"));
}

#[test]
fn a_draft_with_a_fault_is_never_signed() {
    let mut put = draft(Method::PUT, Some("k"));
    put.set("content-type", "a\r\nb");
    let refused = sign(&put, Some(&example(None))).unwrap_err();
    assert_eq!(refused, Unsendable::Header("content-type"));
}
