//! The `<Error>` document.
//!
//! Knows no kinds of errors: it takes the fields out and leaves judging to others. Everything in
//! it is the server's text and not safe for a terminal.

use super::Reading;
use crate::s3::Malformed;

/// What an `<Error>` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ErrorDocument {
    /// The `<Code>`: `NoSuchKey`. Never empty.
    pub(crate) code: String,
    /// The `<Message>`, for people; may be empty.
    pub(crate) message: String,
    /// The region that the server would have wanted.
    pub(crate) region: Option<String>,
    /// The host that the server would have wanted.
    pub(crate) endpoint: Option<String>,
    /// The server's name for the request.
    pub(crate) request_id: Option<String>,
    /// The server's clock, in answers about skew; as it was written.
    pub(crate) server_time: Option<String>,
}

/// Reads the body of a failure: an `<Error>`, or one inside an `<ErrorResponse>`. None if the body
/// is something else. A document that was cut off behind its code still counts, since the body of
/// an error is read up to a limit only.
pub(crate) fn error_document(body: &[u8]) -> Option<ErrorDocument> {
    let (mut doc, root) = Reading::start(body).ok()?;
    let mut out = ErrorDocument::default();
    let read = match root.as_str() {
        "Error" => fields(&mut doc, &mut out),
        "ErrorResponse" => doc.each(|doc, name| match name {
            "Error" => fields(doc, &mut out),
            "RequestId" | "RequestID" => {
                out.request_id = some(doc)?;
                Ok(())
            }
            _ => Ok(()),
        }),
        _ => return None,
    };
    let usable = !matches!(read, Err(Malformed::Foreign(_))) && !out.code.is_empty();
    usable.then_some(out)
}

fn fields(doc: &mut Reading<'_>, out: &mut ErrorDocument) -> Result<(), Malformed> {
    doc.each(|doc, name| {
        match name {
            "Code" => out.code = doc.word()?.trim().into(),
            "Message" => out.message = doc.word()?.trim().into(),
            "Region" => out.region = some(doc)?,
            "Endpoint" => out.endpoint = some(doc)?,
            "RequestId" | "RequestID" => out.request_id = some(doc)?,
            "ServerTime" => out.server_time = some(doc)?,
            _ => {}
        }
        Ok(())
    })
}

fn some(doc: &mut Reading<'_>) -> Result<Option<String>, Malformed> {
    let text = doc.word()?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKEWED: &str = "<?xml version=\"1.0\"?>\n<Error><Message>clock &amp; so on</Message>\
        <RequestTime>x</RequestTime><ServerTime>2026-11-22T12:00:00Z</ServerTime>\
        <Code>RequestTimeTooSkewed</Code><RequestId>r1</RequestId></Error>";

    #[test]
    fn fields_stand_in_any_order() {
        let error = error_document(SKEWED.as_bytes()).unwrap();
        assert_eq!(error.code, "RequestTimeTooSkewed");
        assert_eq!(error.message, "clock & so on");
        assert_eq!(error.server_time.as_deref(), Some("2026-11-22T12:00:00Z"));
        assert_eq!(error.request_id.as_deref(), Some("r1"));
        assert_eq!((error.region, error.endpoint), (None, None));
    }

    #[test]
    fn wasabi_nests_and_garage_names_the_region() {
        let nested = b"<ErrorResponse xmlns='x'><Error><Type>Sender</Type><Code>A</Code></Error>\
            <RequestId>r2</RequestId></ErrorResponse>";
        let error = error_document(nested).unwrap();
        assert_eq!(
            (error.code.as_str(), error.request_id.as_deref()),
            ("A", Some("r2"))
        );
        let region = b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region>\
            <Endpoint>h.example</Endpoint></Error>";
        let error = error_document(region).unwrap();
        assert_eq!(error.region.as_deref(), Some("garage"));
        assert_eq!(error.endpoint.as_deref(), Some("h.example"));
    }

    #[test]
    fn a_code_is_worth_having_even_if_the_rest_is_cut() {
        let cut = b"<Error><Code>AccessDenied</Code><Message>no acc";
        assert_eq!(error_document(cut).unwrap().code, "AccessDenied");
        for end in 0..SKEWED.len() {
            let _ = error_document(&SKEWED.as_bytes()[..end]);
        }
    }

    #[test]
    fn other_bodies_are_none() {
        for body in [
            "",
            " ",
            "{\"Code\":\"X\"}",
            "<html/>",
            "<Error/>",
            "<Error><Code>A</Code></Oops>",
        ] {
            assert_eq!(error_document(body.as_bytes()), None, "{body}");
        }
    }
}
