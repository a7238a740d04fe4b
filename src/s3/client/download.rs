//! Objects on their way down: the head first, then the body as it arrives.
//!
//! Invariant: the bytes that come out are the stored ones, from the place that was asked for, and
//! a body ends without an error only when all of it was there.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use http::response::Parts;

use super::super::error::Failure;
use super::super::transport::{Body, Broken, Fault, Incoming};
use super::super::{ContentRange, Error, ErrorKind, GetObject, Op};
use super::call::Call;
use super::{Client, Heading, Pacer};
use crate::model::ObjectHead;

/// The answer to a get: its head, and the body as it arrives.
pub struct Download {
    /// What the headers say about the object.
    pub head: ObjectHead,
    /// First byte of the body within the object.
    pub start: u64,
    /// Bytes that the body will have; none if the server did not say.
    pub len: Option<u64>,
    body: Body,
    got: u64,
    pacer: Option<Arc<dyn Pacer>>,
    /// What an error of the body is about.
    about: Box<Error>,
}

impl Download {
    /// The next bytes, none at the end. A body that ends short is an error, never an end.
    ///
    /// # Errors
    /// When the connection breaks or stalls.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let bytes = match self.body.next().await {
            Some(Ok(bytes)) => bytes,
            Some(Err(broken)) => return Err(self.broken(broken)),
            None => match self.len {
                Some(len) if self.got < len => {
                    let words = format!("{} of {len} bytes came", self.got);
                    return Err(self.broken(Broken::new(Fault::Cut, words)));
                }
                _ => return Ok(None),
            },
        };
        self.got += bytes.len() as u64;
        if self.len.is_some_and(|len| self.got > len) {
            let words = "more bytes came than the server said";
            return Err(self.error(Error::own(ErrorKind::Corrupt, "RangeMangled", words)));
        }
        if let Some(pacer) = &self.pacer {
            wait_for(&**pacer, bytes.len() as u64).await;
        }
        Ok(Some(bytes))
    }

    fn broken(&self, broken: Broken) -> Error {
        self.error(Failure::Broken(broken).into())
    }

    fn error(&self, error: Error) -> Error {
        Error {
            kind: error.kind,
            code: error.code,
            message: error.message,
            status: error.status,
            ..(*self.about).clone()
        }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("start", &self.start)
            .field("len", &self.len)
            .field("got", &self.got)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Starts a download. Retries until the head is there; the body is the caller's to resume.
    ///
    /// # Errors
    /// What is left after the retries; a range that the server ignored or mangled.
    pub async fn stream(&self, get: &GetObject) -> Result<Download, Error> {
        let mut call = Call::new(self, get, None);
        if self.settings().endpoint.is_aws() {
            // Elsewhere a server tells its sums unasked, or may not know the word (rule G-9).
            call.draft.set("x-amz-checksum-mode", "ENABLED");
        }
        let (head, body, about) = loop {
            let Incoming { head, body } = call.answer().await?;
            match get.read(&head, b"") {
                Ok(about) => break (head, body, about),
                Err(malformed) => call.failed(Failure::Malformed(malformed)).await?,
            }
        };
        let none = || call.error(Failure::Broken(Broken::new(Fault::Cut, "")));
        let span = span(&head, get.range.as_ref()).map_err(|error| Error {
            kind: error.kind,
            code: error.code,
            message: error.message,
            status: error.status,
            ..none()
        })?;
        let story = none();
        call.succeeded();
        Ok(Download {
            head: about,
            start: span.start,
            len: span.len,
            body,
            got: 0,
            pacer: self.1.clone(),
            about: Box::new(story),
        })
    }
}

/// Waits until the pace allows so many bytes. Nobody reads meanwhile: the server notices.
async fn wait_for(pacer: &dyn Pacer, mut bytes: u64) {
    while bytes > 0 {
        let grant = pacer.grant(bytes, Heading::Down);
        if !grant.after.is_zero() {
            tokio::time::sleep(grant.after).await;
        }
        bytes = bytes.saturating_sub(grant.bytes);
    }
}

/// Where a body lies in its object.
#[derive(Debug, PartialEq, Eq)]
struct Span {
    start: u64,
    len: Option<u64>,
}

/// Checks that the body is what was asked for. A server may call it 200 or 206: what counts is
/// `Content-Range`. A whole object instead of its first part is taken as well.
fn span(head: &Parts, asked: Option<&RangeInclusive<u64>>) -> Result<Span, Error> {
    let len = content_length(head);
    let mangled = |words: &str| Error {
        status: Some(head.status.as_u16()),
        ..Error::own(ErrorKind::Corrupt, "RangeMangled", words)
    };
    let multi =
        header(head, CONTENT_TYPE.as_str()).is_some_and(|t| t.starts_with("multipart/byteranges"));
    let Some(asked) = asked else {
        return match head.status {
            StatusCode::PARTIAL_CONTENT => Err(mangled("a part came instead of the whole")),
            _ => Ok(Span { start: 0, len }),
        };
    };
    if multi {
        return Err(mangled("several ranges came instead of one"));
    }
    if !head.headers.contains_key(CONTENT_RANGE) {
        return if head.status == StatusCode::PARTIAL_CONTENT {
            Err(mangled("a part came, but not which"))
        } else if *asked.start() == 0 {
            Ok(Span { start: 0, len })
        } else {
            Err(Error {
                status: Some(head.status.as_u16()),
                ..Error::own(
                    ErrorKind::Unsupported,
                    "RangeIgnored",
                    "the whole object came instead of a part",
                )
            })
        };
    }
    let given =
        ContentRange::of(&head.headers).ok_or_else(|| mangled("Content-Range cannot be read"))?;
    let end = match given.total {
        Some(total) => (*asked.end()).min(total.saturating_sub(1)),
        None => given.end.min(*asked.end()),
    };
    if given.start != *asked.start() || given.end != end {
        return Err(mangled("another range came than was asked for"));
    }
    let expected = given.end - given.start + 1;
    if len.is_some_and(|len| len != expected) {
        return Err(mangled("Content-Length and Content-Range do not agree"));
    }
    Ok(Span {
        start: given.start,
        len: Some(expected),
    })
}

/// `Content-Length`, if it is there and a number.
pub(super) fn content_length(head: &Parts) -> Option<u64> {
    header(head, CONTENT_LENGTH.as_str())?.trim().parse().ok()
}

fn header<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16, headers: &[(&str, &str)]) -> Parts {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(()).unwrap().into_parts().0
    }

    fn code(status: u16, headers: &[(&str, &str)], asked: RangeInclusive<u64>) -> String {
        let error = span(&head(status, headers), Some(&asked)).unwrap_err();
        error.code().to_owned()
    }

    #[test]
    fn a_range_counts_by_what_came_not_by_its_status() {
        for status in [200, 206] {
            let answer = head(status, &[("content-range", "bytes 5-9/10")]);
            let want = Span {
                start: 5,
                len: Some(5),
            };
            assert_eq!(span(&answer, Some(&(5..=99))).unwrap(), want);
        }
        let unknown = head(206, &[("content-range", "bytes 0-9/*")]);
        assert_eq!(span(&unknown, Some(&(0..=9))).unwrap().len, Some(10));
    }

    #[test]
    fn a_server_that_ignores_ranges_is_taken_only_from_the_start() {
        let whole = [("content-length", "100")];
        let taken = span(&head(200, &whole), Some(&(0..=9))).unwrap();
        assert_eq!((taken.start, taken.len), (0, Some(100)));
        assert_eq!(code(200, &whole, 10..=19), "RangeIgnored");
    }

    #[test]
    fn mangled_ranges_are_refused() {
        for headers in [
            &[][..],
            &[("content-range", "bytes 1-9/10")],
            &[("content-range", "bytes 0-8/10")],
            &[("content-range", "bytes 9-0/10")],
            &[("content-range", "items 0-9/10")],
            &[("content-range", "bytes 0-9/10"), ("content-length", "3")],
            &[("content-type", "multipart/byteranges; boundary=x")],
        ] {
            assert_eq!(code(206, headers, 0..=9), "RangeMangled", "{headers:?}");
        }
        assert!(span(&head(206, &[]), None).is_err());
    }
}
