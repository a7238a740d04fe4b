//! What a server tells of one object when it is asked.

use windlass::engine::{About, Extras, SignedLink, Version, VersionKind};
use windlass::model::{ETag, Key, Location, ObjectHead, ObjectMeta};
use windlass::tui::msg::{Ask, Reply};

use super::at;

/// Head, tags and versions, links.
pub(crate) fn told(ask: &Ask) -> Option<Reply> {
    Some(match ask {
        Ask::About(location) => Reply::About(Ok(About::Object(head(location)))),
        Ask::Extras(_) => {
            let version = |id: &str, latest: bool, kind, when: &str| Version {
                id: id.into(),
                kind,
                latest,
                modified: Some(at(when)),
            };
            let text = |n: &str, v: &str| (n.into(), v.into());
            let (now, then) = (25_795_072, 25_600_000);
            Reply::Extras(Box::new(Extras {
                tags: Ok(vec![text("project", "spring"), text("client", "acme")]),
                versions: Ok(Some(vec![
                    version(
                        "3",
                        true,
                        VersionKind::Content(Some(now), None),
                        "2026-03-11 09:14",
                    ),
                    version("2", false, VersionKind::Deletion, "2026-03-11 09:10"),
                    version(
                        "1",
                        false,
                        VersionKind::Content(Some(then), None),
                        "2026-03-10 18:02",
                    ),
                ])),
            }))
        }
        Ask::Links(_, links) => Reply::Links(Ok(links
            .iter()
            .map(|link| SignedLink {
                url: format!(
                    "https://s3.example/{}/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=\
                     20260406T142200Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
                     &X-Amz-Signature=9c1f",
                    link.bucket, link.key
                ),
                link: link.clone(),
                expires_at: at("2026-04-06 15:22"),
            })
            .collect())),
        _ => return None,
    })
}

fn head(location: &Location) -> ObjectHead {
    let text = |n: &str, v: &str| (n.into(), v.into());
    ObjectHead {
        meta: ObjectMeta {
            key: Key::new(location.name()).unwrap(),
            size: Some(25_795_072),
            modified: Some(at("2026-03-11 09:14")),
            etag: ETag::new("\"9c1f0b77d1c6d4d4b1b5b0f9e1a2c3d4-4\""),
            class: Some("STANDARD".into()),
        },
        content_type: Some("image/x-canon-cr3".into()),
        metadata: vec![text("camera", "EOS R5 II")],
        headers: vec![text("x-amz-server-side-encryption", "AES256")],
    }
}
