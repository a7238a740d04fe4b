//! Reading and writing the XML of the protocol.
//!
//! A small pull reader over tokens: nothing is kept but what the caller takes, so that a listing
//! of many megabytes costs its rows only. Knows nothing of what the documents mean. Invariant: a
//! document counts as read only if its root was opened, had the expected name and was closed; the
//! tokens alone would take a document that was cut off for a whole one (rules ).

mod error;
mod scalar;
mod write;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

use super::Malformed;
pub(super) use error::{ErrorDocument, error_document};
pub(super) use scalar::{flag, number, timestamp};
pub(super) use write::{can_carry, element};

/// Deepest nesting that is read (rule X-8).
const MAX_DEPTH: u32 = 16;

/// A document that is being read; stands inside an element.
pub(super) struct Reading<'a> {
    reader: Reader<&'a [u8]>,
    len: u64,
    depth: u32,
}

/// What comes next.
enum Step<'a> {
    /// An element opens; its name without a namespace prefix.
    Open(String),
    /// The element that was open closes.
    Close,
    /// Bytes of text.
    Text(Cow<'a, [u8]>),
    /// A reference to a character; none if there is no such character.
    Char(Option<char>),
}

impl<'a> Reading<'a> {
    /// Opens a document whose root must have this name. `FooResult` may also be called
    /// `FooResponse` (moto) or `Foo` (rclone), as some servers do for uploads.
    ///
    /// # Errors
    /// `ErrorInside` for an `<Error>` instead, `Cut` for an empty body, `Foreign` for the rest.
    pub(super) fn open(body: &'a [u8], root: &str) -> Result<Self, Malformed> {
        let (doc, found) = Self::start(body)?;
        if stem(&found) == stem(root) {
            return Ok(doc);
        }
        match error_document(body) {
            Some(error) => Err(Malformed::ErrorInside {
                code: error.code,
                message: error.message,
            }),
            None => Err(Malformed::Foreign(format!("<{found}> instead of <{root}>"))),
        }
    }

    /// Opens any document and tells the name of its root.
    fn start(body: &'a [u8]) -> Result<(Self, String), Malformed> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut reader = Reader::from_reader(body);
        reader.config_mut().expand_empty_elements = true;
        let mut doc = Self {
            reader,
            len: body.len() as u64,
            depth: 0,
        };
        loop {
            match doc.step()? {
                Step::Open(name) => return Ok((doc, name)),
                Step::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
                Step::Text(_) | Step::Char(_) | Step::Close => {
                    return Err(Malformed::Foreign("text that is no XML".into()));
                }
            }
        }
    }

    /// Visits every child of the element that is open, until it closes. What the visitor does not
    /// read of a child is skipped.
    pub(super) fn each(
        &mut self,
        mut visit: impl FnMut(&mut Self, &str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let level = self.depth;
        loop {
            match self.step()? {
                Step::Open(name) => {
                    visit(self, &name)?;
                    while self.depth > level {
                        self.step()?;
                    }
                }
                Step::Close => return Ok(()),
                Step::Text(_) | Step::Char(_) => {}
            }
        }
    }

    /// The text of the element that is open, white space and line ends as they are, until it
    /// closes. None if it is not UTF-8 or names an impossible character: it is never repaired,
    /// since a repaired key would be another key (rule X-6).
    pub(super) fn text(&mut self) -> Result<Option<String>, Malformed> {
        let level = self.depth;
        let mut out = Vec::new();
        let mut whole = true;
        loop {
            let step = self.step()?;
            match step {
                Step::Close if self.depth < level => break,
                Step::Text(text) if self.depth == level => out.extend_from_slice(&text),
                Step::Char(Some(c)) if self.depth == level => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Step::Char(None) => whole = false,
                Step::Open(_) | Step::Close | Step::Text(_) | Step::Char(Some(_)) => {}
            }
        }
        Ok(String::from_utf8(out).ok().filter(|_| whole))
    }

    /// The same text, where one that cannot be used means nothing.
    pub(super) fn word(&mut self) -> Result<String, Malformed> {
        Ok(self.text()?.unwrap_or_default())
    }

    fn step(&mut self) -> Result<Step<'a>, Malformed> {
        loop {
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.broken(&error)),
            };
            return match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Malformed::Foreign("XML nested too deeply".into()));
                    }
                    let name = tag.local_name();
                    Ok(Step::Open(
                        String::from_utf8_lossy(name.as_ref()).into_owned(),
                    ))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Step::Close)
                }
                Event::Text(text) => Ok(Step::Text(text.into_inner())),
                Event::CData(text) => Ok(Step::Text(text.into_inner())),
                Event::GeneralRef(name) => reference(&name),
                Event::Eof => Err(Malformed::Cut),
                Event::DocType(_) => Err(Malformed::Foreign("a document type".into())),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            };
        }
    }

    /// Whether the tokens broke because the document ended, or because it is none.
    fn broken(&self, error: &Error) -> Malformed {
        let cut = match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                self.len - self.reader.error_position() < "<![CDATA[".len() as u64
            }
            Error::Syntax(_) => true,
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                self.reader.buffer_position() >= self.len
            }
            Error::IllFormed(_)
            | Error::Io(_)
            | Error::InvalidAttr(_)
            | Error::Encoding(_)
            | Error::Escape(_)
            | Error::Namespace(_) => false,
        };
        if cut {
            Malformed::Cut
        } else {
            Malformed::Foreign(format!("broken XML ({error})"))
        }
    }
}

fn stem(root: &str) -> &str {
    let ends = ["Result", "Response"];
    let end = ends.iter().find_map(|end| root.strip_suffix(end));
    end.unwrap_or(root)
}

/// Resolves what stands between `&` and `;`.
fn reference<'a>(name: &[u8]) -> Result<Step<'a>, Malformed> {
    let name = String::from_utf8_lossy(name);
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let c = code.ok().and_then(char::from_u32).filter(|c| *c != '\0');
        return Ok(Step::Char(c));
    }
    match resolve_xml_entity(&name) {
        Some(text) => Ok(Step::Text(Cow::Borrowed(text.as_bytes()))),
        None => Err(Malformed::Foreign(format!("an unknown entity &{name};"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Root `R` with `K` and `In/K` children: the texts in order.
    fn read(body: &[u8]) -> Result<Vec<Option<String>>, Malformed> {
        let mut out = Vec::new();
        Reading::open(body, "R")?.each(|doc, name| {
            match name {
                "K" => out.push(doc.text()?),
                "In" => doc.each(|doc, name| {
                    if name == "K" {
                        out.push(doc.text()?);
                    }
                    Ok(())
                })?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(out)
    }

    fn one(body: &str) -> Option<String> {
        read(body.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn texts_come_as_they_are() {
        for (xml, want) in [
            ("a &amp; b&lt;&gt;&quot;&apos;", "a & b<>\"'"),
            ("&#233;&#xe9;&#X1F600;", "éé😀"),
            ("<![CDATA[<&amp;]]>x", "<&amp;x"),
            ("  a\r\nb\t ", "  a\r\nb\t "),
            ("a&#13;b&#1;\u{1}", "a\rb\u{1}\u{1}"),
            ("a<!-- no --><?no no?>b", "ab"),
            ("a<deep><deeper>no</deeper></deep>b", "ab"),
            ("", ""),
        ] {
            assert_eq!(one(&format!("<R><K>{xml}</K></R>")).as_deref(), Some(want));
        }
        assert_eq!(one("<R><K/></R>").as_deref(), Some(""));
    }

    #[test]
    fn texts_that_cannot_be_are_none() {
        for body in [
            &b"<R><K>\xff</K></R>"[..],
            b"<R><K>&#0;</K></R>",
            b"<R><K>&#xD800;</K></R>",
        ] {
            assert_eq!(read(body), Ok(vec![None]));
        }
    }

    #[test]
    fn namespaces_strangers_and_space_do_not_matter() {
        let body = "\u{feff}\n \r\n<?xml version=\"1.0\"?>\n<x:R xmlns:x='http://doc.example/'>\
            <New><K>not this</K></New>  <x:K>1</x:K><In><K>2</K><Odd/><K>3</K></In>t</x:R>\n<!-- -->";
        let texts: Vec<_> = read(body.as_bytes())
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(texts, ["1", "2", "3"]);
    }

    #[test]
    fn a_document_cut_anywhere_is_cut() {
        let body = "<?xml version=\"1.0\"?><R a='1'><!-- c --><K>a&amp;&#233;é</K><In><K><![CDATA[x]]></K></In><E/></R>";
        assert!(read(body.as_bytes()).is_ok());
        for end in 0..body.len() {
            assert_eq!(read(&body.as_bytes()[..end]), Err(Malformed::Cut), "{end}");
        }
    }

    #[test]
    fn what_is_not_ours_is_foreign() {
        let deep = format!("<R>{}", "<a>".repeat(16));
        for body in [
            "{\"Code\":\"InvalidRequest\"}",
            "<html><body>502</body></html>",
            "<!DOCTYPE html><html></html>",
            "<!DOCTYPE R [<!ENTITY x \"y\">]><R><K>&x;</K></R>",
            "<R><K>&nbsp;</K></R>",
            "<R><K></R></K>",
            "<R><K>a & b</K></R>",
            &deep,
        ] {
            let found = read(body.as_bytes());
            assert!(
                matches!(found, Err(Malformed::Foreign(_))),
                "{body}: {found:?}"
            );
        }
    }

    #[test]
    fn roots_have_variants() {
        let open =
            |found: &str, want| Reading::open(format!("<{found}/>").as_bytes(), want).is_ok();
        for found in ["FooResult", "FooResponse", "Foo"] {
            assert!(open(found, "FooResult"), "{found}");
        }
        for found in ["FooError", "Result", "Bar", "Error", "FooResultResult"] {
            assert!(!open(found, "FooResult"), "{found}");
        }
    }

    #[test]
    fn an_error_in_a_success_is_an_error() {
        let body = b"  <Error><Code>SlowDown</Code><Message>later</Message></Error>";
        let found = Reading::open(body, "R").map(|_| ());
        let want = Malformed::ErrorInside {
            code: "SlowDown".into(),
            message: "later".into(),
        };
        assert_eq!(found, Err(want));
    }
}
