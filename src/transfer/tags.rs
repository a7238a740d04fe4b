//! Tags of an object on its way through an upload, which does not carry them by itself.
//!
//! Only what an object says that it has is asked for: where nobody tags, it costs nothing.
//! Invariant: where tags are refused a copy is made without them, and that is said once for each
//! account.

use super::errand::{Errand, Remote, Stop};
use super::lacks::Skill;
use super::upload::is_damage;
use crate::model::{ObjectHead, Trouble};
use crate::s3::{Error, ErrorKind, GetTags, NewObject};

/// The header that carries tags.
const HEADER: &str = "x-amz-tagging";

/// Gives a copy the tags of its source.
pub(crate) async fn carry(
    e: &Errand,
    (from, to): (&Remote, &Remote),
    head: &ObjectHead,
    about: &mut NewObject,
) -> Result<(), Stop> {
    let count = head.header("x-amz-tagging-count");
    let has = count.is_some_and(|count| count.trim() != "0");
    if !has {
        return Ok(());
    }
    for (end, skill) in [(from, Skill::TellTags), (to, Skill::KeepTags)] {
        if e.tools.lacks.is_without(&end.account, skill) {
            return Ok(());
        }
    }
    let ask = GetTags {
        bucket: from.bucket.clone(),
        key: from.key.clone(),
    };
    match from.client.call(&ask).await {
        Ok(tags) => about.tag(&tags),
        // Only a refusal says something of the next object; what passes is tried again.
        Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Unsupported) => {
            stay(e, (from, Skill::TellTags), &error);
        }
        Err(error) => return Err(from.stop(&error)),
    }
    Ok(())
}

/// Takes the tags away if a refusal may be about them; true if there were any.
pub(crate) fn shed(about: &mut NewObject, error: &Error) -> bool {
    let refused = matches!(
        error.kind,
        ErrorKind::Denied | ErrorKind::Unsupported | ErrorKind::Refused
    );
    let about_them = refused && !error.trouble().retryable && !is_damage(error);
    let before = about.headers.len();
    if about_them {
        about.headers.retain(|(name, _)| *name != HEADER);
    }
    about.headers.len() < before
}

/// Without its tags it was taken: they stay behind, from now on without a try.
pub(crate) fn stayed(e: &Errand, to: &Remote, why: Option<&Error>) {
    if let Some(error) = why {
        stay(e, (to, Skill::KeepTags), error);
    }
}

fn stay(e: &Errand, (end, skill): (&Remote, Skill), error: &Error) {
    if !e.tools.lacks.learn(&end.account, skill) {
        return;
    }
    let (what, fix) = if skill == Skill::TellTags {
        ("tell", "ask for the permission s3:GetObjectTagging")
    } else {
        ("take", "ask for the permission s3:PutObjectTagging")
    };
    e.warn(Trouble::new(
        "TagsStay",
        "Copies are made without the tags of their objects",
        &format!(
            "{} does not {what} them: {}",
            end.account,
            error.trouble().why
        ),
        &format!("{fix}, if the server knows tags at all"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::Malformed;

    #[test]
    fn tags_go_only_where_a_refusal_may_be_about_them() {
        let mut about = NewObject::default();
        about.headers.push(("expires", "never".into()));
        about.tag(&[("a b".into(), "c&d".into())]);
        assert_eq!(about.headers[1], (HEADER, "a%20b=c%26d".into()));
        let mut error = Error::from(Malformed::Cut);
        assert!(!shed(&mut about, &error), "a broken line says nothing");
        error.kind = ErrorKind::Unsupported;
        assert!(shed(&mut about, &error));
        assert!(!shed(&mut about, &error), "there are none any more");
        assert_eq!(about.headers.len(), 1);
    }
}
