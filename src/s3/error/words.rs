//! An error in the three lines that a person gets.
//!
//! The texts of the codes stand in `table` and `own`. Here is who is spoken of, and what to say when the
//! table has nothing. `{host}`, `{bucket}` and `{action}` in a text are filled in.

use std::time::Duration;

use super::super::retry::Class;
use super::own::BY_US;
use super::table::{BY_SERVER, Row};
use super::{Error, ErrorKind};
use crate::model::{Trouble, duration};

/// Writes the lines.
pub(super) fn trouble(error: &Error) -> Trouble {
    let words = words(error);
    let why = if words.why.is_empty() {
        plain_why(error)
    } else {
        fill(words.why, error)
    };
    let code = match error.code() {
        "" => default_code(error.kind),
        code => code,
    };
    let mut trouble = Trouble::new(code, &what(error), &why, &fill(words.fix, error));
    if can_help_again(error) {
        trouble = trouble.retryable();
    }
    for (name, value) in details(error) {
        trouble = trouble.with(name, &value);
    }
    trouble
}

/// What failed: `Cannot list photos-prod`.
fn what(error: &Error) -> String {
    let bucket = error.bucket.as_deref().unwrap_or(&error.endpoint);
    let target = match (&error.bucket, &error.key) {
        (Some(bucket), Some(key)) => format!("{bucket}/{key}"),
        _ => bucket.to_owned(),
    };
    match error.op {
        "ListBuckets" => format!("Cannot list the buckets of {}", error.endpoint),
        "ListObjectsV2" | "ListObjects" => format!("Cannot list {bucket}"),
        "CreateBucket" => format!("Cannot make the bucket {bucket}"),
        "DeleteBucket" => format!("Cannot remove the bucket {bucket}"),
        "HeadBucket" => format!("Cannot open {bucket}"),
        "HeadObject" => format!("Cannot look at {target}"),
        "GetObject" => format!("Cannot read {target}"),
        "PutObject" => format!("Cannot upload {target}"),
        "UploadPart" => format!("Cannot upload a part of {target}"),
        "CreateMultipartUpload" => format!("Cannot start the upload of {target}"),
        "CompleteMultipartUpload" => format!("Cannot finish the upload of {target}"),
        "AbortMultipartUpload" => format!("Cannot give up the upload of {target}"),
        "ListParts" => format!("Cannot ask for the parts of {target}"),
        "CopyObject" => format!("Cannot copy to {target}"),
        "UploadPartCopy" => format!("Cannot copy a part to {target}"),
        "DeleteObject" | "DeleteObjects" => format!("Cannot delete {target}"),
        "Presign" => format!("Cannot sign a link to {target}"),
        "TryLink" => "The link does not work".to_owned(),
        "" => format!("Cannot use {target}"),
        op => format!("{op} failed for {target}"),
    }
}

/// The permission that the call needs, in the words of AWS policies.
fn action(op: &str) -> &'static str {
    match op {
        "ListBuckets" => "s3:ListAllMyBuckets",
        "ListObjectsV2" | "ListObjects" | "HeadBucket" => "s3:ListBucket",
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "DeleteObject" | "DeleteObjects" => "s3:DeleteObject",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "ListParts" => "s3:ListMultipartUploadParts",
        "PutObject" | "UploadPart" | "CreateMultipartUpload" | "CompleteMultipartUpload" => {
            "s3:PutObject"
        }
        "CopyObject" | "UploadPartCopy" => "s3:GetObject on the source and s3:PutObject",
        _ => "s3:GetObject",
    }
}

fn words(error: &Error) -> Row {
    if let Some(row) = special(error) {
        return row;
    }
    let code = error.code();
    BY_SERVER
        .iter()
        .chain(BY_US)
        .find(|row| row.codes.contains(&code))
        .copied()
        .unwrap_or_else(|| by_kind(error))
}

/// Codes whose meaning depends on what else the server said.
fn special(error: &Error) -> Option<Row> {
    let says = |words: &str| error.message.to_lowercase().contains(words);
    let (why, fix) = match error.code() {
        _ if error.op == "TryLink" && error.kind == ErrorKind::Credentials => (
            "the signature of the link is wrong: it was changed or cut off on its way",
            "copy the whole link again, or make a new one",
        ),
        "NotS3" => return Some(foreign(error)),
        "SignatureDoesNotMatch" if error.kind == ErrorKind::Refused => (
            "the secret key is right, but the server or a proxy before it reads this request in \
             another way than it was sent: often for the characters of the name",
            "try another name; behind a proxy, check that it keeps host and path as they are",
        ),
        "AccessDenied" | "InvalidRequest" if says("no such key") => (
            "the server does not know this access key",
            "check the access key of this account",
        ),
        "AccessDenied" if says("invalid signature") => (
            "the signature is wrong: the secret key does not belong to the access key",
            "check the secret key of this account",
        ),
        "AccessDenied" | "InvalidRequest" | "RequestExpired"
            if says("expired") || says("date is too old") =>
        {
            (
                "the link has expired, or the clock is wrong",
                "make a new link; check the clock",
            )
        }
        "InvalidRequest" | "InvalidArgument" | "AccessDenied"
            if says("aws4-hmac-sha256") || says("signature version 2") || says("sigv2") =>
        {
            (
                "the server and we do not agree on the kind of signature (we send version 4)",
                "check that the endpoint is an S3 endpoint with Signature Version 4",
            )
        }
        // Amazon hides a 404 behind a 403.
        "AccessDenied" if matches!(error.op, "HeadObject" | "GetObject") => (
            "it is not there, or these keys may not read it: who may not list a bucket is not \
             told which",
            "check the name; else ask for the permissions {action} and s3:ListBucket on {bucket}",
        ),
        "NameNotFound" if on_bucket_host(error) => (
            "the name {host} does not exist: the bucket was put in front of the host, and this \
             server has no such names",
            "set addressing = \"path\" for this account",
        ),
        "CertificateName" if on_bucket_host(error) => (
            "the certificate is not for {host}: the bucket was put in front of the host",
            "set addressing = \"path\" for this account",
        ),
        "" if says("http request to an https server") || says("http request was sent to https") => {
            (
                "the server speaks https on this port, and was asked over http",
                "write https:// in the endpoint",
            )
        }
        _ => return None,
    };
    Some(Row::new(&[], why, fix))
}

fn on_bucket_host(error: &Error) -> bool {
    error
        .bucket
        .as_deref()
        .is_some_and(|b| error.endpoint.starts_with(&format!("{b}.")))
}

/// A web page came: a proxy, a portal, a console. Its status tells which.
fn foreign(error: &Error) -> Row {
    let (why, fix) = match error.status {
        Some(413) => (
            "a proxy before the server refuses uploads of this size",
            "use smaller parts, or raise the limit of the proxy (nginx: client_max_body_size)",
        ),
        Some(502..=504) => (
            "a proxy before the server gets no answer from it",
            "try again later; if it stays, ask whoever runs the server",
        ),
        Some(407) => (
            "the proxy wants to know who you are",
            "check HTTPS_PROXY and NO_PROXY",
        ),
        Some(301 | 302 | 307 | 308) => (
            "the server sends us to another address, and secrets are not carried there",
            "check the endpoint; it may have to start with https://",
        ),
        Some(403) => (
            "something before the server refuses the request (a firewall, a login page)",
            "check the endpoint and the network",
        ),
        _ => (
            "the answer did not come from an S3 server: a login page, a proxy or a web console",
            "check the endpoint: its port (MinIO: 9000, not 9001) and its path",
        ),
    };
    Row::new(&[], why, fix)
}

fn by_kind(error: &Error) -> Row {
    let (why, fix) = match error.kind {
        _ if error.status == Some(413) => (
            "it is larger than the server takes in one piece",
            "upload in parts, or with smaller parts (--part-size)",
        ),
        ErrorKind::NotFound if error.key.is_some() => (
            "there is no such object, or no such bucket",
            "check the name against a new listing",
        ),
        ErrorKind::NotFound if error.bucket.is_none() => (
            "what answers at {host} knows nothing of buckets",
            "check the endpoint: host, port and path",
        ),
        ErrorKind::NotFound => (
            "there is no such bucket at {host}",
            "check the name, the endpoint and the region",
        ),
        ErrorKind::Denied => (
            "this key may not do that, or the object is not there and the key may not know",
            "ask for the permission {action} on {bucket}",
        ),
        ErrorKind::Credentials => ("", "check the access key and the secret of this account"),
        ErrorKind::Conflict => (
            "it was changed or made by somebody else in the meantime",
            "list it again, then decide",
        ),
        ErrorKind::Range => (
            "the object is empty or has become shorter",
            "list it again: its size may have changed",
        ),
        ErrorKind::Throttled => ("the server asks us to slow down", "try again in a while"),
        ErrorKind::Unsupported => ("this server does not know that call", ""),
        ErrorKind::Server => ("the server has trouble of its own", "try again later"),
        ErrorKind::Refused if matches!(error.status, Some(301 | 302 | 307 | 308)) => (
            "the bucket lives in another region or at another endpoint",
            "check the region and the endpoint of this account",
        ),
        ErrorKind::Refused | ErrorKind::Unsendable => ("", ""),
        ErrorKind::Network => ("", "check the network and the endpoint, then try again"),
        ErrorKind::Foreign => return foreign(error),
        ErrorKind::Corrupt => (
            "the bytes that arrived are not those that were sent",
            "try again; if it stays, suspect memory, the network card or a proxy",
        ),
    };
    // An unknown code says more in the server's own words than in ours.
    let own_words = !error.code().is_empty() && !error.message.is_empty();
    Row::new(&[], if own_words { "" } else { why }, fix)
}

/// The server's own words, or at least its status.
fn plain_why(error: &Error) -> String {
    match (&*error.message, error.status) {
        ("", Some(status)) => format!("the server answered with status {status}"),
        ("", None) => "no answer came".to_owned(),
        (message, _) if error.status.is_some() => format!("the server says: {message}"),
        (message, _) => message.to_owned(),
    }
}

fn fill(text: &str, error: &Error) -> String {
    text.replace("{host}", &error.endpoint)
        .replace("{bucket}", error.bucket.as_deref().unwrap_or("the account"))
        .replace("{action}", action(error.op))
}

const fn default_code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "NotFound",
        ErrorKind::Denied => "AccessDenied",
        ErrorKind::Credentials => "BadCredentials",
        ErrorKind::Conflict => "Conflict",
        ErrorKind::Range => "InvalidRange",
        ErrorKind::Throttled => "SlowDown",
        ErrorKind::Unsupported => "NotImplemented",
        ErrorKind::Refused => "Refused",
        ErrorKind::Server => "ServerError",
        ErrorKind::Network => "NetworkError",
        ErrorKind::Foreign => "NotS3",
        ErrorKind::Unsendable => "Unsendable",
        ErrorKind::Corrupt => "Corrupt",
    }
}

fn can_help_again(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Throttled | ErrorKind::Corrupt => true,
        ErrorKind::Server => !error.is_full(),
        ErrorKind::Network => {
            !(error.code().starts_with("Certificate") || matches!(error.code(), "NotTls"))
        }
        ErrorKind::Conflict => {
            matches!(
                error.code(),
                "OperationAborted" | "ConditionalRequestConflict"
            )
        }
        ErrorKind::Foreign => matches!(error.status, Some(502..=504)),
        ErrorKind::Refused => matches!(error.code(), "RequestTimeout" | "IncompleteBody"),
        ErrorKind::NotFound
        | ErrorKind::Denied
        | ErrorKind::Credentials
        | ErrorKind::Range
        | ErrorKind::Unsupported
        | ErrorKind::Unsendable => false,
    }
}

fn details(error: &Error) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if !error.message.is_empty() {
        let name = if error.status.is_some() {
            "server says"
        } else {
            "reason"
        };
        out.push((name, error.message.to_string()));
    }
    if let Some(status) = error.status {
        out.push(("status", status.to_string()));
    }
    if let Some(id) = &error.request_id {
        out.push(("request id", id.to_string()));
    }
    out.push(("host", error.endpoint.to_string()));
    if !error.op.is_empty() {
        out.push(("call", error.op.to_owned()));
    }
    if error.attempts > 0 {
        let most = Class::of(error.op).tries();
        out.push(("tries", format!("{} of at most {most}", error.attempts)));
        out.push(("took", took(error.elapsed)));
    }
    out
}

/// A time that may be short: `82 ms`, `3.1 s`, `2:05`.
fn took(time: Duration) -> String {
    match time.as_millis() {
        ms @ 0..1000 => format!("{ms} ms"),
        ms @ 1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => duration(time),
    }
}
