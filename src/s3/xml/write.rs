//! Writing the small documents that requests carry.
//!
//! Invariant: what is written reads back as the same text; what XML cannot carry is told by
//! [`can_carry`] and never written (rules X-7 and D-3).

/// Whether a key survives in an XML request. Controls cannot be written in XML 1.0, and some
/// servers trim the text of an element: such keys are deleted one by one.
pub(crate) fn can_carry(key: &str) -> bool {
    let possible = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    };
    key.chars().all(possible) && key.trim() == key
}

/// Adds `<name>text</name>`, the text escaped.
pub(crate) fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            _ => out.push(c),
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::xml::Reading;
    use proptest::prelude::*;

    #[test]
    fn markup_is_escaped() {
        let mut out = String::new();
        element(&mut out, "Key", "<a>&\"'\r\n\té");
        assert_eq!(out, "<Key>&lt;a&gt;&amp;&quot;&#39;&#13;&#10;&#9;é</Key>");
    }

    #[test]
    fn some_keys_cannot_be_carried() {
        for key in ["a", "a b", "a\nb", "a\u{7f}b", "é", "\u{10ffff}"] {
            assert!(can_carry(key), "{key:?}");
        }
        for key in [
            "a\0",
            "a\u{1}b",
            "\u{1b}",
            "a\u{fffe}",
            "a\u{ffff}",
            " a",
            "a ",
            "a\n",
        ] {
            assert!(!can_carry(key), "{key:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in any::<String>()) {
            prop_assume!(can_carry(&text));
            let mut out = String::from("<R>");
            element(&mut out, "K", &text);
            out.push_str("</R>");
            let mut found = None;
            Reading::open(out.as_bytes(), "R").unwrap().each(|doc, _| {
                found = doc.text()?;
                Ok(())
            }).unwrap();
            prop_assert_eq!(found, Some(text));
        }
    }
}
