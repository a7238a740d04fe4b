//! The lines that people get.

use super::own::BY_US;
use super::table::BY_SERVER;
use super::*;

fn error(kind: ErrorKind, status: Option<u16>, code: &str, message: &str) -> Error {
    Error {
        op: "ListObjectsV2",
        bucket: Some("photos-prod".into()),
        endpoint: "s3.example.net".into(),
        status,
        ..Error::own(kind, code, message)
    }
}

fn lines(error: &Error) -> [String; 4] {
    let trouble = error.trouble();
    [trouble.code, trouble.what, trouble.why, trouble.fix].map(String::from)
}

#[test]
fn a_refusal_reads_well() {
    let denied = error(
        ErrorKind::Denied,
        Some(403),
        "AccessDenied",
        "Access Denied",
    );
    assert_eq!(
        lines(&denied),
        [
            "AccessDenied",
            "Cannot list photos-prod",
            "this key has no permission for it, or a policy of the bucket forbids it",
            "ask for the permission s3:ListBucket on photos-prod",
        ]
    );
    let details = denied.trouble().details;
    assert!(
        details
            .iter()
            .any(|(n, v)| (n.as_str(), v.as_str()) == ("status", "403"))
    );
    assert!(!denied.trouble().retryable);
}

#[test]
fn garage_words_point_at_the_key() {
    let key = error(
        ErrorKind::Credentials,
        Some(403),
        "AccessDenied",
        "No such key: GK1",
    );
    assert!(lines(&key)[2].contains("does not know this access key"));
    let secret = "Forbidden: Invalid signature";
    let secret = error(ErrorKind::Credentials, Some(403), "AccessDenied", secret);
    assert!(lines(&secret)[3].contains("secret"));
}

#[test]
fn an_unknown_code_speaks_for_itself() {
    let odd = error(
        ErrorKind::Refused,
        Some(400),
        "VendorOddity",
        "the moon is full",
    );
    let [code, _, why, _] = lines(&odd);
    assert_eq!(
        (&*code, &*why),
        ("VendorOddity", "the server says: the moon is full")
    );
    let bare = error(ErrorKind::Refused, Some(400), "", "");
    assert_eq!(lines(&bare)[2], "the server answered with status 400");
}

#[test]
fn a_bucket_before_the_host_suggests_paths() {
    let mut lost = error(ErrorKind::Network, None, "NameNotFound", "no such host");
    assert!(!lines(&lost)[3].contains("addressing"));
    lost.endpoint = "photos-prod.s3.example.net".into();
    assert!(lines(&lost)[3].contains("addressing = \"path\""));
}

#[test]
fn dropped_uploads_suggest_presigned_ones() {
    let mut cut = error(ErrorKind::Network, None, "UploadReset", "broken pipe");
    cut.op = "PutObject";
    cut.key = Some("a\x1b]0;b".into());
    let [_, what, _, fix] = lines(&cut);
    assert!(fix.contains("upload = \"presigned\""), "{fix}");
    assert_eq!(what, "Cannot upload photos-prod/a␛]0;b");
    assert!(cut.trouble().retryable);
}

#[test]
fn a_full_server_is_told_from_one_in_trouble() {
    for (status, code, full) in [
        (507, "XMinioStorageFull", true),
        (507, "", true),
        (403, "QuotaExceeded", true),
        (500, "InternalError", false),
        (503, "SlowDown", false),
    ] {
        let seen = error(ErrorKind::Server, Some(status), code, "m");
        assert_eq!(
            (seen.is_full(), seen.trouble().retryable),
            (full, !full),
            "{code}"
        );
    }
}

#[test]
fn a_size_that_is_refused_suggests_parts_whoever_refuses_it() {
    for code in ["EntityTooLarge", "TooBig", ""] {
        let refused = error(ErrorKind::Refused, Some(413), code, "no");
        assert!(lines(&refused)[3].contains("parts"), "{code}");
    }
}

#[test]
fn every_kind_has_words() {
    for kind in [
        ErrorKind::NotFound,
        ErrorKind::Denied,
        ErrorKind::Credentials,
        ErrorKind::Conflict,
        ErrorKind::Range,
        ErrorKind::Throttled,
        ErrorKind::Unsupported,
        ErrorKind::Refused,
        ErrorKind::Server,
        ErrorKind::Network,
        ErrorKind::Foreign,
        ErrorKind::Unsendable,
        ErrorKind::Corrupt,
    ] {
        for status in [None, Some(413), Some(503)] {
            let [code, what, why, _] = lines(&error(kind, status, "", ""));
            assert!(
                !code.is_empty() && !what.is_empty() && !why.is_empty(),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn no_code_stands_twice_and_every_row_helps() {
    let mut seen = std::collections::HashSet::new();
    for row in BY_SERVER.iter().chain(BY_US) {
        assert!(!row.codes.is_empty());
        assert!(
            !row.why.is_empty() || !row.fix.is_empty(),
            "{:?}",
            row.codes
        );
        for code in row.codes {
            assert!(seen.insert(code), "{code} stands twice");
        }
    }
}
