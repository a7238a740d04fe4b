//! What an object says about itself, and changing that: type, headers, metadata, tags.
//!
//! Pure text at the seam: a description is lines of `name: value` that a person edits. Invariant:
//! what a person does not touch stays, and nothing is changed if the object changed meanwhile.

use super::{About, Engine};
use crate::model::{Answer, BucketName, ETag, Key, Location, ObjectHead, Trouble};
use crate::s3::{
    Client, Error, ErrorKind, GetTags, GetVersioning, ListVersions, NewObject, PutTags, Redescribe,
    Versioning,
};
use crate::transfer::carried;

pub use crate::s3::{Tags, Version, VersionKind};

/// Headers that a person may change, besides metadata.
const HEADERS: [&str; 5] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];

const META: &str = "x-amz-meta-";

/// Type, headers and metadata of an object, as it can be given to it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    about: NewObject,
    class: Option<Box<str>>,
}

/// What a server tells about an object only if it is asked for it.
#[derive(Debug, Clone)]
pub struct Extras {
    /// Its tags.
    pub tags: Answer<Tags>,
    /// Its versions, the current one first; none where none are kept.
    pub versions: Answer<Option<Vec<Version>>>,
}

impl Description {
    /// That of an object.
    #[must_use]
    pub fn of(head: &ObjectHead) -> Self {
        let class = head.meta.class.as_deref().filter(|c| *c != "STANDARD");
        Self {
            about: carried(head),
            class: class.map(Into::into),
        }
    }

    /// As lines that a person can edit; none if a value is no line of text.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let about = &self.about;
        let kind = about.content_type.clone().unwrap_or_default();
        let mut lines = vec![("content-type".to_owned(), kind)];
        for name in HEADERS {
            let value = about.headers.iter().find(|(n, _)| *n == name);
            let value = value.map_or_else(String::new, |(_, value)| value.clone());
            lines.push((name.to_owned(), value));
        }
        for (name, value) in &about.metadata {
            lines.push((format!("{META}{name}"), value.clone()));
        }
        let plain = |(n, v): &(String, String)| !n.chars().chain(v.chars()).any(char::is_control);
        lines.iter().all(plain).then(|| {
            let lines = lines.iter().map(|(n, v)| format!("{n}: {v}\n"));
            lines.collect()
        })
    }

    /// What lines say that a person edited. What has no value is taken away, unless it had none
    /// before.
    ///
    /// # Errors
    /// In words, when a line is none.
    pub fn edited(&self, text: &str) -> Result<Self, String> {
        let mut about = NewObject::default();
        for line in lines(text) {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| format!("“{line}” is no line like name: value"))?;
            let name = name.trim().to_ascii_lowercase();
            // A line cannot show what nobody touched to the last space.
            let same = self.value(&name).filter(|was| was.trim() == value.trim());
            let value = same.unwrap_or(value.trim()).to_owned();
            if value.is_empty() && same.is_none() {
                continue;
            }
            if name == "content-type" {
                about.content_type = Some(value);
            } else if let Some(header) = HEADERS.iter().find(|h| **h == name) {
                about.headers.push((header, value));
            } else if let Some(own) = name.strip_prefix(META).filter(|own| is_name(own)) {
                about.metadata.push((own.to_owned(), value));
            } else {
                return Err(format!(
                    "{name} cannot be set; names of your own begin with {META}"
                ));
            }
        }
        let class = self.class.clone();
        Ok(Self { about, class })
    }

    fn value(&self, name: &str) -> Option<&str> {
        let about = &self.about;
        if name == "content-type" {
            return about.content_type.as_deref();
        }
        let headers = about.headers.iter().map(|(n, value)| (*n, value));
        let own = name.strip_prefix(META).unwrap_or_default();
        let metadata = about.metadata.iter().map(|(n, value)| (n.as_str(), value));
        let mut found = headers
            .filter(|(n, _)| *n == name)
            .chain(metadata.filter(|(n, _)| *n == own));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Whether a header can be named so.
fn is_name(text: &str) -> bool {
    let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(ok)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let wanted = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().map(str::trim).filter(wanted)
}

/// Tags as lines of `name = value`; none if one would not come back from such a line as it is.
#[must_use]
pub fn tag_text(tags: &[(String, String)]) -> Option<String> {
    let mut text = String::new();
    for (name, value) in tags {
        let plain = |text: &str| text.trim() == text && !text.chars().any(char::is_control);
        let odd = name.is_empty() || name.starts_with('#') || name.contains('=');
        if odd || !plain(name) || !plain(value) {
            return None;
        }
        text.push_str(&[name, " = ", value, "\n"].concat());
    }
    Some(text)
}

/// The tags that lines say.
///
/// # Errors
/// In words, when a line is none, a name is there twice, or there are more than ten.
pub fn tags_of(text: &str) -> Result<Tags, String> {
    let mut tags = Tags::new();
    for line in lines(text) {
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("“{line}” is no line like name = value"))?;
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if name.is_empty() || tags.iter().any(|(n, _)| *n == name) {
            return Err(format!("“{line}”: a tag has a name of its own"));
        }
        tags.push((name, value));
    }
    // Source: Amazon S3 user guide, object tagging.
    if tags.len() > 10 {
        return Err("An object has at most 10 tags".into());
    }
    Ok(tags)
}

impl Engine {
    /// Tags and versions of an object.
    pub async fn extras(&self, at: &Location) -> Extras {
        let (client, bucket, key) = match self.object(at) {
            Ok(found) => found,
            Err(trouble) => {
                return Extras {
                    tags: Err(trouble.clone()),
                    versions: Err(trouble),
                };
            }
        };
        let tags = GetTags {
            bucket: bucket.clone(),
            key: key.clone(),
        };
        let (tags, versions) = tokio::join!(client.call(&tags), versions(client, bucket, key));
        Extras {
            tags: tags.map_err(|error| error.trouble()),
            versions: versions.map_err(|error| error.trouble()),
        }
    }

    /// Sets all tags of an object.
    ///
    /// # Errors
    /// When nothing may be changed, or the server refuses.
    pub async fn set_tags(&self, at: &Location, tags: Tags) -> Answer<()> {
        let (_, bucket, key) = self.object(at)?;
        let put = PutTags {
            bucket: bucket.clone(),
            key: key.clone(),
            tags,
        };
        let client = self.writable_at(at)?;
        client.call(&put).await.map_err(|error| error.trouble())
    }

    /// Gives an object another description, by copying it onto itself.
    ///
    /// # Errors
    /// When nothing may be changed, it changed meanwhile, or the server refuses.
    pub async fn redescribe(
        &self,
        at: &Location,
        to: Description,
        was: Option<ETag>,
    ) -> Answer<()> {
        let (_, bucket, key) = self.object(at)?;
        let op = Redescribe {
            bucket: bucket.clone(),
            key: key.clone(),
            about: to.about,
            class: to.class,
            if_match: was,
        };
        let client = self.writable_at(at)?;
        match client.call(&op).await {
            Ok(_) => Ok(()),
            Err(error) if error.status == Some(412) => Err(changed(at)),
            Err(error) => Err(error.trouble()),
        }
    }

    /// The client, bucket and key of an object.
    pub(super) fn object<'a>(
        &'a self,
        at: &'a Location,
    ) -> Answer<(&'a Client, &'a BucketName, &'a Key)> {
        match at {
            Location::Object {
                account,
                bucket,
                key,
            } => Ok((self.client(account)?, bucket, key)),
            Location::Under { .. } | Location::Local(_) => Err(no_object(at)),
        }
    }

    pub(super) fn writable_at(&self, at: &Location) -> Answer<&Client> {
        match at.account() {
            Some(account) => self.writable(account),
            None => Err(no_object(at)),
        }
    }
}

fn no_object(at: &Location) -> Trouble {
    Trouble::new(
        "NotAnObject",
        &format!("{at} is no object"),
        "this works on one object in a bucket",
        "",
    )
}

async fn versions(
    client: &Client,
    bucket: &BucketName,
    key: &Key,
) -> Result<Option<Vec<Version>>, Error> {
    let kept = GetVersioning {
        bucket: bucket.clone(),
    };
    match client.call(&kept).await {
        Ok(Versioning::Off) => return Ok(None),
        // A server that does not know the question keeps none.
        Err(error) if error.kind == ErrorKind::Unsupported => return Ok(None),
        // Who may not ask that may still be allowed to list them.
        Ok(Versioning::On | Versioning::Suspended) | Err(_) => {}
    }
    let list = ListVersions {
        bucket: bucket.clone(),
        key: key.clone(),
    };
    client.call(&list).await.map(Some)
}

/// That somebody else was quicker.
pub(super) fn changed(at: &Location) -> Trouble {
    Trouble::new(
        "ChangedMeanwhile",
        &format!("{at} was not written"),
        "somebody else changed it while you edited",
        "",
    )
}

impl About {
    /// The description of an object.
    #[must_use]
    pub fn description(&self) -> Option<Description> {
        match self {
            Self::Object(head) => Some(Description::of(head)),
            Self::File(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ObjectMeta;

    fn head() -> ObjectHead {
        ObjectHead {
            meta: ObjectMeta {
                key: Key::new("a").unwrap(),
                size: Some(1),
                modified: None,
                etag: None,
                class: Some("STANDARD_IA".into()),
            },
            content_type: Some("text/plain".into()),
            metadata: vec![("camera".into(), "EOS: R5".into())],
            headers: vec![
                ("cache-control".into(), "no-cache".into()),
                ("x-amz-version-id".into(), "7".into()),
            ],
        }
    }

    #[test]
    fn a_description_that_nobody_touched_is_the_same() {
        let was = Description::of(&head());
        let text = was.text().unwrap();
        assert!(text.starts_with("content-type: text/plain\ncache-control: no-cache\n"));
        assert!(text.ends_with("expires: \nx-amz-meta-camera: EOS: R5\n"));
        assert_eq!(was.edited(&text), Ok(was.clone()));
        let less = was.edited("# nothing\ncontent-type: a/b\n").unwrap();
        assert_eq!(less.about.content_type.as_deref(), Some("a/b"));
        assert!(less.about.metadata.is_empty());
        assert_eq!(less.class.as_deref(), Some("STANDARD_IA"));
    }

    #[test]
    fn what_is_empty_or_ends_in_spaces_stays_until_somebody_touches_it() {
        let mut odd = head();
        odd.metadata = vec![("a".into(), "".into()), ("b".into(), " x ".into())];
        let was = Description::of(&odd);
        let text = was.text().unwrap();
        assert_eq!(was.edited(&text), Ok(was.clone()));
        let new = was.edited("x-amz-meta-b:\nx-amz-meta-c: ").unwrap();
        assert!(new.about.metadata.is_empty(), "{new:?}");
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        let was = Description::of(&head());
        for bad in ["x", "etag: 1", "x-amz-meta-: 1", "x-amz-meta-a b: 1"] {
            assert!(was.edited(bad).is_err(), "{bad}");
        }
        let mut odd = head();
        odd.metadata[0].1 = "two\nlines".into();
        assert_eq!(Description::of(&odd).text(), None);
    }

    #[test]
    fn tags_come_back_as_they_went() {
        let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        let tags = vec![pair("project", "spring=1"), pair("a b", "")];
        assert_eq!(tags_of(&tag_text(&tags).unwrap()), Ok(tags));
        for (name, value) in [
            ("a=b", ""),
            ("#a", "1"),
            (" a", "1"),
            ("a", "1 "),
            ("", "1"),
        ] {
            assert_eq!(tag_text(&[pair(name, value)]), None, "{name}: {value}");
        }
        for bad in ["x", "= 1", "a = 1\na = 2"] {
            assert!(tags_of(bad).is_err(), "{bad}");
        }
        let many: Vec<String> = (0..11).map(|n| format!("t{n} = 1")).collect();
        assert!(tags_of(&many.join("\n")).is_err());
    }
}
