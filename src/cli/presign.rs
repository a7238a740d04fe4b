//! `presign`: a link that works without credentials.

use jiff::Timestamp;
use serde::Serialize;

use super::args::{Method, Presign};
use super::out::{Form, Out};
use super::{Outcome, Stop, spot, usage};
use crate::engine::{Engine, Link};
use crate::model::{Location, shown};

#[derive(Serialize)]
struct Row<'a> {
    url: &'a str,
    method: &'a str,
    expires_at: Timestamp,
}

/// Does the verb. Sends nothing.
pub(super) fn run(presign: Presign, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    let refuse = |option: &str, method: &str| {
        usage(
            &format!("{option} goes with --method {method} only"),
            "a link is for one thing: download or upload",
            &format!("leave {option} out, or use --method {method}"),
        )
    };
    match presign.method {
        Method::Get if presign.content_type.is_some() => {
            return Err(refuse("--content-type", "put"));
        }
        Method::Put if presign.attachment.is_some() => return Err(refuse("--attachment", "get")),
        Method::Get | Method::Put => {}
    }
    let Location::Object {
        account,
        bucket,
        key,
    } = spot::single(engine, presign.place)?
    else {
        return Err(usage(
            "A file on this machine has no link",
            "only objects on a server can be shared",
            "name an object: s3://bucket/key",
        ));
    };
    if key.has_dot_segment() {
        out.note(&shown(
            "most programs shorten a path with /../ or /./, and then the link fails: with curl, \
             use --path-as-is",
        ));
    }
    let link = Link {
        method: presign.method.into(),
        bucket,
        key,
        expires: presign.expires,
        content_type: presign.content_type,
        attachment: presign.attachment,
    };
    let signed = engine.link(&account, &link)?;
    match out.form() {
        // A URL is ASCII with everything else percent-encoded: safe as it is.
        Form::Text => out.row(&signed.url)?,
        Form::Json => out.json(&Row {
            url: &signed.url,
            method: match presign.method {
                Method::Get => "GET",
                Method::Put => "PUT",
            },
            expires_at: signed.expires_at,
        })?,
    }
    Ok(Outcome::Complete)
}
