//! Listings of the plain shape that nearly all servers send, read in one pass over borrowed text.
//!
//! A page has a thousand rows of five elements: read token by token, that is what a long listing
//! costs. Must not decide anything: what is unusual in any way (attributes, comments, namespaces,
//! text where none should be) is left to the general reader. Invariant: what is read here is read
//! just as the general reader would.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use super::page::{RawObject, RawPage, Row};
use crate::model::ETag;
use crate::s3::xml::{flag, number, timestamp};

/// Reads a document. None if it is not of the plain shape, or not whole.
pub(super) fn read(body: &[u8]) -> Option<RawPage<'_>> {
    let text = std::str::from_utf8(body).ok()?;
    let mut doc = Doc {
        text: text.strip_prefix('\u{feff}').unwrap_or(text),
    };
    doc.space();
    if let Some(rest) = doc.text.strip_prefix("<?xml ") {
        let (said, behind) = rest.split_once("?>")?;
        doc.text = (!said.contains(['<', '>'])).then_some(behind)?;
    }
    doc.space();
    doc.text = doc.text.strip_prefix("<ListBucketResult")?;
    let (attributes, behind) = doc
        .text
        .split_at_checked(memchr(b'>', doc.text.as_bytes())?)?;
    let strange = attributes.contains(['<', '\'', '&']) || attributes.ends_with('/');
    let quoted = attributes.matches('"').count();
    if strange || quoted % 2 == 1 || !(attributes.is_empty() || attributes.starts_with(' ')) {
        return None;
    }
    doc.text = &behind[1..];
    let mut page = RawPage::default();
    // Elements are a few hundred bytes.
    page.rows.reserve(body.len() / 256);
    let mut class = None;
    loop {
        match doc.open()? {
            Open::End(name) => {
                let rest = doc.text.bytes().all(|b| b.is_ascii_whitespace());
                return (name == "ListBucketResult" && rest).then_some(page);
            }
            Open::Start("Contents") => {
                let object = doc.object(&mut class)?;
                page.rows.push(Row::Object(object));
            }
            Open::Start("CommonPrefixes") => doc.prefixes(&mut page)?,
            Open::Start("EncodingType") => {
                let said = doc.value("EncodingType")?;
                page.says_encoded = said.trim().eq_ignore_ascii_case("url");
            }
            Open::Start("Prefix") => page.prefix = Some(doc.value("Prefix")?),
            Open::Start("IsTruncated") => page.truncated = Some(flag(&doc.value("IsTruncated")?)),
            Open::Start("NextContinuationToken") => {
                page.token = Some(doc.value("NextContinuationToken")?.into_owned());
            }
            Open::Start("NextMarker") => page.next_marker = Some(doc.value("NextMarker")?),
            Open::Start(name) => doc.skip(name)?,
            Open::Empty("Prefix") => page.prefix = Some(Cow::Borrowed("")),
            Open::Empty("NextContinuationToken") => page.token = Some(String::new()),
            Open::Empty("NextMarker") => page.next_marker = Some(Cow::Borrowed("")),
            Open::Empty("Contents" | "CommonPrefixes" | "EncodingType" | "IsTruncated") => {
                return None;
            }
            Open::Empty(_) => {}
        }
    }
}

/// What is left of a document.
struct Doc<'a> {
    text: &'a str,
}

/// A tag without attributes.
enum Open<'a> {
    Start(&'a str),
    Empty(&'a str),
    End(&'a str),
}

impl<'a> Doc<'a> {
    fn space(&mut self) {
        self.text = self.text.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// The next tag; only white space may stand before it.
    fn open(&mut self) -> Option<Open<'a>> {
        if !self.text.starts_with('<') {
            self.space();
        }
        let inside = self.text.strip_prefix('<')?;
        let end = memchr(b'>', inside.as_bytes())?;
        let (tag, behind) = (&inside[..end], &inside[end + 1..]);
        self.text = behind;
        let (name, open): (&str, fn(&'a str) -> Open<'a>) =
            match (tag.strip_prefix('/'), tag.strip_suffix('/')) {
                (Some(name), _) => (name, Open::End),
                (None, Some(name)) => (name, Open::Empty),
                (None, None) => (tag, Open::Start),
            };
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
        plain.then(|| open(name))
    }

    /// The text up to the end of this element, which holds nothing else; not unescaped.
    fn raw(&mut self, name: &str) -> Option<&'a str> {
        let end = memchr(b'<', self.text.as_bytes())?;
        let (value, rest) = self.text.split_at(end);
        let rest = rest.strip_prefix("</")?.strip_prefix(name)?;
        self.text = rest.strip_prefix('>')?;
        Some(value)
    }

    fn value(&mut self, name: &str) -> Option<Cow<'a, str>> {
        unescaped(self.raw(name)?)
    }

    /// Passes over an element that nobody wants.
    fn skip(&mut self, name: &str) -> Option<()> {
        let mut open = vec![name];
        while let Some(name) = open.last() {
            let end = memchr(b'<', self.text.as_bytes())?;
            unescaped(&self.text[..end])?;
            self.text = &self.text[end..];
            match self.open()? {
                Open::End(closed) if closed == *name => drop(open.pop()),
                Open::Start(inner) if open.len() < 8 => open.push(inner),
                Open::End(_) | Open::Start(_) => return None,
                Open::Empty(_) => {}
            }
        }
        Some(())
    }

    /// A row. `class` is that of the row before: most rows share one.
    fn object(&mut self, class: &mut Option<Arc<str>>) -> Option<RawObject<'a>> {
        let mut object = RawObject::default();
        loop {
            match self.open()? {
                Open::End("Contents") => return Some(object),
                Open::Start("Key") => object.key = Some(self.value("Key")?),
                Open::Start("Size") => object.size = number(&self.value("Size")?),
                Open::Start("LastModified") => {
                    object.modified = timestamp(&self.value("LastModified")?);
                }
                Open::Start("ETag") => object.etag = ETag::new(&tag(self.raw("ETag")?)?),
                Open::Start("StorageClass") => {
                    let text = self.value("StorageClass")?;
                    if class.as_deref() != Some(&*text) {
                        *class = (!text.is_empty()).then(|| text.into());
                    }
                    object.class.clone_from(class);
                }
                Open::Start(name) => self.skip(name)?,
                Open::Empty("Key" | "Size" | "LastModified" | "ETag" | "StorageClass")
                | Open::End(_) => return None,
                Open::Empty(_) => {}
            }
        }
    }

    fn prefixes(&mut self, page: &mut RawPage<'a>) -> Option<()> {
        loop {
            match self.open()? {
                Open::End("CommonPrefixes") => return Some(()),
                Open::Start("Prefix") => {
                    let prefix = self.value("Prefix")?;
                    page.rows.push(Row::Prefix(Some(prefix)));
                }
                Open::Start(name) => self.skip(name)?,
                Open::Empty(_) | Open::End(_) => return None,
            }
        }
    }
}

/// A tag is mostly one in escaped quotes.
fn tag(raw: &str) -> Option<Cow<'_, str>> {
    let bare = raw
        .strip_prefix("&quot;")
        .and_then(|rest| rest.strip_suffix("&quot;"))
        .filter(|bare| !bare.contains(['&', '"', ' ']));
    bare.map(Cow::Borrowed).or_else(|| unescaped(raw))
}

/// A text with its entities resolved; none if one of them is unusual.
fn unescaped(raw: &str) -> Option<Cow<'_, str>> {
    let Some(first) = memchr(b'&', raw.as_bytes()) else {
        return Some(Cow::Borrowed(raw));
    };
    let mut out = String::with_capacity(raw.len());
    out.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(behind) = rest.strip_prefix('&') {
        let (name, after) = behind.split_once(';')?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        });
        let next = memchr(b'&', after.as_bytes()).unwrap_or(after.len());
        out.push_str(&after[..next]);
        rest = &after[next..];
    }
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(inner: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult>{inner}</ListBucketResult>"
        )
    }

    /// Documents that are nearly plain.
    fn nearly_plain() -> impl Strategy<Value = String> {
        let text = prop_oneof![
            4 => "[a-z0-9/%+.é -]{0,12}",
            1 => Just("a&amp;b&lt;&quot;".to_owned()),
            1 => Just("&#233;".to_owned()),
            1 => Just("<![CDATA[x]]>".to_owned()),
            1 => Just("<!-- no -->".to_owned()),
            1 => Just("<Key>in</Key>".to_owned()),
            1 => Just("&nbsp;".to_owned()),
            1 => Just("2026-03-11T09:14:05.000Z".to_owned()),
            1 => Just("&quot;d41d8cd98f00b204e9800998ecf8427e-2&quot;".to_owned()),
        ];
        let name = prop_oneof![
            5 => Just("Key"),
            1 => Just("Size"),
            2 => Just("ETag"),
            2 => Just("LastModified"),
            1 => Just("StorageClass"),
            1 => Just("Owner"),
            1 => Just("x:Key"),
            1 => Just("Prefix"),
        ];
        let element = (name, text, 0..8).prop_map(|(name, text, odd)| match odd {
            0 => format!("<{name}/>"),
            1 => format!("<{name} a=\"1\">{text}</{name}>"),
            2 => format!(" <{name}>{text}</{name}>\n"),
            3 => format!("<{name}>{text}</Kay>"),
            _ => format!("<{name}>{text}</{name}>"),
        });
        let elements = proptest::collection::vec(element, 0..5).prop_map(|all| all.concat());
        let outer = prop_oneof![
            4 => Just("Contents"),
            2 => Just("CommonPrefixes"),
            1 => Just("EncodingType"),
            1 => Just("IsTruncated"),
            1 => Just("NextContinuationToken"),
            1 => Just("NextMarker"),
            1 => Just("Odd"),
        ];
        let row =
            (outer, elements).prop_map(|(outer, inner)| format!("<{outer}>{inner}</{outer}>"));
        (proptest::collection::vec(row, 0..5), 0..6).prop_map(|(rows, end)| {
            let rows = rows.concat();
            match end {
                0 => format!("<ListBucketResult>{rows}"),
                1 => format!("<ListBucketResult>{rows}</ListBucketResult> x"),
                2 => format!("<ListBucketResult xmlns=\"http://x\">{rows}</ListBucketResult>\n"),
                _ => document(&rows),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_plain_reader_reads_as_the_general_one(body in nearly_plain()) {
            if let Some(plain) = read(body.as_bytes()) {
                prop_assert_eq!(Ok(plain), RawPage::read_any(body.as_bytes()));
            }
        }
    }

    #[test]
    fn the_plain_shape_is_read_in_one_pass() {
        let row = "<Contents><Key>a&amp;b</Key><LastModified>2026-03-11T09:14:05.000Z</LastModified>\
            <ETag>&quot;x&quot;</ETag><Size>1</Size><Owner><ID>me</ID><DisplayName/></Owner>\
            <StorageClass>STANDARD</StorageClass></Contents>";
        let body = document(&format!(
            "<Name>b</Name><Prefix/><KeyCount>1</KeyCount>{row}{}<IsTruncated>false</IsTruncated>",
            "<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>"
        ));
        let page = read(body.as_bytes()).unwrap();
        assert_eq!(page.rows.len(), 2);
        assert_eq!(Ok(page), RawPage::read_any(body.as_bytes()));
        for end in 0..body.len() {
            assert_eq!(read(&body.as_bytes()[..end]), None, "{end}");
        }
    }
}
