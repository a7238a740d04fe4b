//! What a server said instead of yes: XML, JSON, headers, HTML, or a bare status.
//!
//! Pure. Invariant: every text that leaves here is cleaned of control characters and at most
//! [`MOST_CHARS`] long, because the server is a stranger.

use std::time::Duration;

use http::{HeaderMap, response::Parts};
use jiff::Timestamp;

use super::super::xml::{self, ErrorDocument};
use super::ErrorKind;

/// The longest text of a server that is kept.
const MOST_CHARS: usize = 500;

/// One refusal, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::s3) struct Refusal {
    /// HTTP status.
    pub(in crate::s3) status: u16,
    /// The server's code, if it is an S3 server that sent one.
    pub(in crate::s3) code: Option<String>,
    /// What it said; a web page's title for a web page.
    pub(in crate::s3) message: String,
    /// Where the bucket lives, as far as the answer says.
    pub(in crate::s3) region: Option<String>,
    /// Where the server would rather be asked. Shown, never followed.
    pub(in crate::s3) endpoint: Option<String>,
    /// The id of the request at the server.
    pub(in crate::s3) request_id: Option<String>,
    /// The server's clock.
    pub(in crate::s3) date: Option<Timestamp>,
    /// How long the server asks us to wait.
    pub(in crate::s3) wait: Option<Duration>,
    /// Whether a web page came instead of an answer.
    pub(in crate::s3) web_page: bool,
}

impl Refusal {
    /// Reads an answer whose status is no success. The body may be cut off or empty.
    pub(in crate::s3) fn read(head: &Parts, body: &[u8]) -> Self {
        let headers = &head.headers;
        let date = text(headers, "date").and_then(|d| server_time(&d));
        let bare = Self {
            status: head.status.as_u16(),
            region: text(headers, "x-amz-bucket-region"),
            request_id: text(headers, "x-amz-request-id"),
            date,
            wait: asked_wait(headers, date),
            ..Self::default()
        };
        if let Some(document) = xml::error_document(body) {
            return bare.with_document(document);
        }
        if let Some(code) = text(headers, "x-minio-error-code") {
            let message = text(headers, "x-minio-error-desc").unwrap_or_default();
            return bare.with(&code, message.trim_matches('"'));
        }
        if let Some((code, message)) = json_error(body) {
            return bare.with(&code, &message);
        }
        if let Some(title) = web_title(headers, body) {
            return Self {
                message: clean(&title),
                web_page: true,
                ..bare
            };
        }
        let plain: String = String::from_utf8_lossy(body).chars().take(2000).collect();
        Self {
            message: clean(&plain),
            ..bare
        }
    }

    /// The `<Error>` of a document that came with a status of success.
    pub(in crate::s3) fn inside(code: &str, message: &str) -> Self {
        let bare = Self {
            status: 200,
            ..Self::default()
        };
        bare.with(code, message)
    }

    fn with(self, code: &str, message: &str) -> Self {
        let code = clean(code);
        Self {
            code: (!code.is_empty()).then_some(code),
            message: clean(message),
            ..self
        }
    }

    fn with_document(self, document: ErrorDocument) -> Self {
        let dated = document.server_time.as_deref().and_then(server_time);
        let full = Self {
            region: self.region.clone().or(document.region.map(|r| clean(&r))),
            endpoint: document.endpoint.map(|e| clean(&e)),
            request_id: self
                .request_id
                .clone()
                .or(document.request_id.map(|i| clean(&i))),
            date: dated.or(self.date),
            ..self
        };
        full.with(&document.code, &document.message)
    }

    /// What somebody above decides by: by the code first, then by the status.
    pub(in crate::s3) fn kind(&self) -> ErrorKind {
        let code = self.code.as_deref().unwrap_or_default();
        if self.signature_is_wrong() {
            return ErrorKind::Credentials;
        }
        match by_code(code) {
            Some(kind) => kind,
            None if self.web_page => ErrorKind::Foreign,
            None => by_status(self.status),
        }
    }

    /// Whether the server says that it is the wrong one to ask, or was asked for another region.
    pub(in crate::s3) fn is_about_place(&self) -> bool {
        matches!(self.status, 301 | 307)
            || matches!(
                self.code.as_deref().unwrap_or_default(),
                "AuthorizationHeaderMalformed"
                    | "AuthorizationQueryParametersError"
                    | "InvalidRegion"
                    | "IllegalLocationConstraintException"
                    | "PermanentRedirect"
                    | "TemporaryRedirect"
            )
    }

    /// Whether the server says that it does not know the key, or that the secret is wrong.
    pub(in crate::s3) fn signature_is_wrong(&self) -> bool {
        match self.code.as_deref().unwrap_or_default() {
            "SignatureDoesNotMatch"
            | "InvalidAccessKeyId"
            | "NotSignedUp"
            | "AuthenticationLockout" => true,
            // Garage has one code for everything: only its words tell.
            "AccessDenied" => ["Invalid signature", "No such key"]
                .iter()
                .any(|words| self.message.contains(words)),
            _ => false,
        }
    }
}

fn by_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchBucket" | "NoSuchKey" | "NoSuchUpload" | "NoSuchVersion" | "NotFound" => {
            ErrorKind::NotFound
        }
        "ExpiredToken" | "InvalidToken" | "TokenRefreshRequired" | "InvalidSecurity" => {
            ErrorKind::Credentials
        }
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "InvalidObjectState"
        | "Forbidden" => ErrorKind::Denied,
        "PreconditionFailed"
        | "ConditionalRequestConflict"
        | "OperationAborted"
        | "BucketNotEmpty"
        | "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou" => ErrorKind::Conflict,
        "InvalidRange" => ErrorKind::Range,
        "SlowDown"
        | "SlowDownRead"
        | "SlowDownWrite"
        | "ServiceUnavailable"
        | "ServerBusy"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "RequestRateLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "RequestThrottled" => ErrorKind::Throttled,
        "NotImplemented" | "MethodNotAllowed" => ErrorKind::Unsupported,
        "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" => ErrorKind::Corrupt,
        "InternalError" | "XMinioServerNotInitialized" | "XMinioStorageFull" => ErrorKind::Server,
        "RequestTimeTooSkewed"
        | "EntityTooLarge"
        | "InvalidArgument"
        | "InvalidRequest"
        | "RequestTimeout"
        | "IncompleteBody" => ErrorKind::Refused,
        _ => return None,
    })
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        405 | 501 => ErrorKind::Unsupported,
        409 | 412 => ErrorKind::Conflict,
        416 => ErrorKind::Range,
        429 | 503 => ErrorKind::Throttled,
        500.. => ErrorKind::Server,
        ..300 => ErrorKind::Foreign,
        _ => ErrorKind::Refused,
    }
}

/// Text of a stranger on one line, without control characters, capped.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > 4 * MOST_CHARS {
            break;
        }
    }
    match out.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &out[..at]),
        None => out,
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    let value = clean(value);
    (!value.is_empty()).then_some(value)
}

/// The two ways in which servers write their clock: `Sat, 13 Jul 2024 15:09:59 GMT`, RFC 3339.
pub(in crate::s3) fn server_time(text: &str) -> Option<Timestamp> {
    static HTTP: jiff::fmt::rfc2822::DateTimeParser = jiff::fmt::rfc2822::DateTimeParser::new();
    HTTP.parse_timestamp(text)
        .ok()
        .or_else(|| text.parse().ok())
}

/// `Retry-After` in seconds or as a date, `x-amz-retry-after` in milliseconds.
fn asked_wait(headers: &HeaderMap, date: Option<Timestamp>) -> Option<Duration> {
    if let Some(ms) = text(headers, "x-amz-retry-after").and_then(|v| v.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let after = text(headers, "retry-after")?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Duration::try_from(server_time(&after)?.duration_since(date?)).ok()
}

fn json_error(body: &[u8]) -> Option<(String, String)> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let field = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| value.get(name)?.as_str())
            .map(str::to_owned)
    };
    let code = field(["Code", "code"])?;
    Some((code, field(["Message", "message"]).unwrap_or_default()))
}

/// The title of a web page (perhaps empty), none if it is no web page.
fn web_title(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]);
    let lower = start.to_ascii_lowercase();
    let said = text(headers, "content-type").is_some_and(|t| t.starts_with("text/html"));
    let looks = ["<!doctype html", "<html"]
        .iter()
        .any(|tag| lower.trim_start().starts_with(tag));
    if !(looks || (said && !body.is_empty())) {
        return None;
    }
    let title = lower.find("<title").and_then(|open| {
        let from = open + lower[open..].find('>')? + 1;
        let to = from + lower[from..].find("</title")?;
        start.get(from..to).map(str::to_owned)
    });
    Some(title.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&str, &str)], body: &str) -> Refusal {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        Refusal::read(&answer.body(()).unwrap().into_parts().0, body.as_bytes())
    }

    #[test]
    fn an_error_can_come_in_many_forms() {
        let json = r#"{"Code":"InvalidRequest","Message":"no\u0000pe","RequestId":"x"}"#;
        let minio = [
            ("x-minio-error-code", "NoSuchKey"),
            ("x-minio-error-desc", "\"gone\""),
        ];
        let page = "<!DOCTYPE html><html><head><Title>\n502 Bad\x1b[2J Gateway</title>";
        for (seen, code, message) in [
            (read(400, &[], json), Some("InvalidRequest"), "no pe"),
            (read(404, &minio, ""), Some("NoSuchKey"), "gone"),
            (read(502, &[], page), None, "502 Bad [2J Gateway"),
            (read(400, &[], "use \r\nhttps"), None, "use https"),
            (read(403, &[], ""), None, ""),
        ] {
            assert_eq!(seen.code.as_deref(), code, "{seen:?}");
            assert_eq!(seen.message, message);
        }
        assert_eq!(read(502, &[], page).kind(), ErrorKind::Foreign);
        let html = [("content-type", "text/html; charset=utf-8")];
        assert_eq!(read(413, &html, "too big").kind(), ErrorKind::Foreign);
    }

    #[test]
    fn an_xml_error_is_read_whole() {
        let body = "<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code>\
            <Message>wrong</Message><Region>garage</Region><RequestId>r1</RequestId></Error>";
        let seen = read(400, &[], body);
        assert_eq!(seen.code.as_deref(), Some("AuthorizationHeaderMalformed"));
        assert_eq!(seen.region.as_deref(), Some("garage"));
        assert_eq!(seen.request_id.as_deref(), Some("r1"));
        assert_eq!(seen.kind(), ErrorKind::Refused);
        let header = [("x-amz-bucket-region", "eu-west-1")];
        assert_eq!(
            read(400, &header, body).region.as_deref(),
            Some("eu-west-1")
        );
    }

    #[test]
    fn a_long_text_is_capped() {
        let long = format!("<html><title>{}</title>", "é ".repeat(4000));
        let seen = read(500, &[], &long);
        assert_eq!(seen.message.chars().count(), MOST_CHARS + 1);
    }

    #[test]
    fn code_counts_before_status() {
        for (status, code, message, kind) in [
            (400, "AccessDenied", "", ErrorKind::Denied),
            (
                403,
                "AccessDenied",
                "Forbidden: Invalid signature",
                ErrorKind::Credentials,
            ),
            (
                403,
                "AccessDenied",
                "No such key: GKabc",
                ErrorKind::Credentials,
            ),
            (403, "SignatureDoesNotMatch", "", ErrorKind::Credentials),
            (400, "NoSuchUpload", "", ErrorKind::NotFound),
            (500, "Odd", "", ErrorKind::Server),
            (301, "PermanentRedirect", "", ErrorKind::Refused),
            (503, "SlowDown", "", ErrorKind::Throttled),
        ] {
            let refusal = Refusal {
                status,
                ..Refusal::default()
            };
            assert_eq!(refusal.with(code, message).kind(), kind, "{code}");
        }
    }

    #[test]
    fn clocks_and_waits_are_read() {
        let date = ("date", "Sat, 13 Jul 2024 15:09:59 GMT");
        let seen = read(503, &[date, ("retry-after", "7")], "");
        assert_eq!(seen.date.unwrap().to_string(), "2024-07-13T15:09:59Z");
        assert_eq!(seen.wait, Some(Duration::from_secs(7)));
        let until = ("retry-after", "Sat, 13 Jul 2024 15:10:09 GMT");
        assert_eq!(
            read(503, &[date, until], "").wait,
            Some(Duration::from_secs(10))
        );
        let ms = ("x-amz-retry-after", "1500");
        assert_eq!(read(503, &[ms], "").wait, Some(Duration::from_millis(1500)));
        assert_eq!(read(503, &[("retry-after", "soon")], "").wait, None);
    }
}
