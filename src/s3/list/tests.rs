//! Pages as servers send them, and pages that lie.

use proptest::prelude::*;

use super::*;
use crate::model::ETag;
use crate::s3::endpoint::encode;
use crate::s3::op::testing::{answer, cut_everywhere, told};

fn ask(prefix: &str, form: ListForm) -> ListObjects {
    ListObjects {
        form,
        ..ListObjects::new(BucketName::new("b").unwrap(), prefix)
    }
}

fn read(op: &ListObjects, body: &str) -> Result<Listed, Malformed> {
    op.read(&answer(200, &[]), body.as_bytes())
}

/// A document with these parts, fields first or last.
fn document(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult>{inner}</ListBucketResult>"
    )
}

fn contents(key: &str) -> String {
    format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>")
}

fn common(prefix: &str) -> String {
    format!("<CommonPrefixes><Prefix>{prefix}</Prefix></CommonPrefixes>")
}

const SAYS: &str = "<EncodingType>url</EncodingType>";

/// Keys and prefixes as text, in order.
fn names(page: &Page) -> Vec<&str> {
    page.entries
        .iter()
        .map(|entry| match entry {
            Entry::Prefix(prefix) => prefix.as_str(),
            Entry::Object(object) => object.key.as_str(),
        })
        .collect()
}

#[test]
fn every_form_has_its_request() {
    let op = |form| {
        let mut op = ask("a b/+", form);
        op.token = Some(Token("1/abc+==".into()));
        op.start_after = Some("not with a token".into());
        told(&op)
    };
    let end = "max-keys=1000&prefix=a%20b%2F%2B";
    assert_eq!(
        op(ListForm::V2Encoded),
        format!(
            "GET /b/ ?continuation-token=1%2Fabc%2B%3D%3D&delimiter=%2F&encoding-type=url&list-type=2&{end}"
        )
    );
    assert_eq!(
        op(ListForm::V2Plain),
        format!("GET /b/ ?continuation-token=1%2Fabc%2B%3D%3D&delimiter=%2F&list-type=2&{end}")
    );
    let marker = "marker=1%2Fabc%2B%3D%3D";
    assert_eq!(
        op(ListForm::V1),
        format!("GET /b/ ?delimiter=%2F&{marker}&{end}")
    );
    assert_eq!(op(ListForm::V1Flat), format!("GET /b/ ?{marker}&{end}"));
    let mut flat = ask("", ListForm::V2Encoded);
    flat.delimited = false;
    flat.start_after = Some("é".into());
    flat.max = 1;
    assert_eq!(
        told(&flat),
        "GET /b/ ?encoding-type=url&list-type=2&max-keys=1&start-after=%C3%A9"
    );
    flat.form = ListForm::V1;
    assert_eq!(told(&flat), "GET /b/ ?marker=%C3%A9&max-keys=1");
}

#[test]
fn rows_hold_what_the_server_said() {
    let body = document(
        "<IsTruncated>false</IsTruncated><KeyCount>9</KeyCount><Contents><StorageClass>GLACIER</StorageClass>\
         <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Owner><ID>x</ID><Key>no</Key></Owner>\
         <LastModified>2026-03-11T09:14:05.123Z</LastModified><Size> 12 </Size><Key>a/b.txt</Key></Contents>\
         <Contents><Key>a/</Key></Contents><Contents><Key>a/n</Key><Size>?</Size><ETag>x-2</ETag></Contents>\
         <CommonPrefixes><Prefix>a/c/</Prefix></CommonPrefixes><Name>b</Name><Prefix>a/</Prefix>",
    );
    let op = ask("a/", ListForm::V2Encoded);
    let Listed { page, undecided } = read(&op, &body).unwrap();
    assert_eq!(names(&page), ["a/b.txt", "a/", "a/n", "a/c/"]);
    assert_eq!((page.next, page.skipped, undecided), (None, 0, false));
    let objects: Vec<_> = page
        .entries
        .iter()
        .filter_map(|e| match e {
            Entry::Object(o) => Some(o),
            Entry::Prefix(_) => None,
        })
        .collect();
    assert_eq!(objects[0].size, Some(12));
    assert_eq!(objects[0].class.as_deref(), Some("GLACIER"));
    assert_eq!(
        objects[0].etag,
        ETag::new("d41d8cd98f00b204e9800998ecf8427e")
    );
    assert_eq!(objects[0].modified, "2026-03-11T09:14:05.123Z".parse().ok());
    assert_eq!((objects[1].size, objects[2].size), (Some(0), None));
    assert_eq!(objects[2].etag.as_ref().unwrap().parts(), None);
    cut_everywhere(&op, &body);
}

#[test]
fn an_empty_listing_is_a_listing_but_an_empty_body_is_not() {
    let op = ask("", ListForm::V2Encoded);
    assert_eq!(read(&op, &document("")), Ok(Listed::default()));
    assert_eq!(read(&op, "<ListBucketResult/>"), Ok(Listed::default()));
    assert_eq!(read(&op, ""), Err(Malformed::Cut));
    assert!(matches!(
        read(&op, "<html>no</html>"),
        Err(Malformed::Foreign(_))
    ));
    let denied = read(&op, "<Error><Code>AccessDenied</Code></Error>");
    assert!(matches!(denied, Err(Malformed::ErrorInside { .. })));
}

#[test]
fn names_are_decoded_as_each_server_encodes() {
    let listed = |prefix: &str, rows: String| {
        let listed = read(&ask(prefix, ListForm::V2Encoded), &document(&rows)).unwrap();
        assert!(!listed.undecided, "{rows}");
        names(&listed.page).join("|")
    };
    // MinIO, AWS and rclone write a space as plus; the page tells by its prefix.
    let minio = contents("a+b/pl%2Bus") + &contents("a+b/x%25y") + &common("a+b/%C3%A9/") + SAYS;
    assert_eq!(listed("a b/", minio), "a b/pl+us|a b/x%y|a b/é/");
    // garage encodes the slash too, RGW in keys only.
    let garage = contents("a%20b%2Fx") + &common("a%20b%2Fy%2F") + SAYS;
    assert_eq!(listed("a b/", garage), "a b/x|a b/y/");
    let rgw = contents("a%20b%2Fx") + &common("a%20b/y/") + SAYS;
    assert_eq!(listed("a b/", rgw), "a b/x|a b/y/");
    // Only the echoed prefix tells, wherever it stands.
    let echo = SAYS.to_owned() + "<Prefix>a%2Bb</Prefix>";
    assert_eq!(listed("a+b", echo.clone()), "");
    assert_eq!(
        decide(&RawPage::read(document(&echo).as_bytes()).unwrap(), "a+b"),
        Some(Encoding::Encoded)
    );
}

#[test]
fn an_echo_without_encoding_is_not_believed() {
    for (prefix, key) in [
        ("", "two words%41"),
        ("", "\u{e9}%41"),
        ("", "per%zent+"),
        ("", "end%4"),
        ("", "a&amp;b+"),
        ("", "a&#1;%41"),
        ("a+b/", "a+b/x%41"),
        ("per%25cent/", "per%25cent/pl+us"),
    ] {
        let body = document(&format!("{}{SAYS}<Prefix>{prefix}</Prefix>", contents(key)));
        let listed = read(&ask(prefix, ListForm::V2Encoded), &body).unwrap();
        let plain = key.replace("&amp;", "&").replace("&#1;", "\u{1}");
        assert_eq!(names(&listed.page), [plain.as_str()]);
        assert!(!listed.undecided, "{key}");
    }
}

#[test]
fn a_page_that_does_not_tell_says_so() {
    let body = document(&(contents("pl%2Bus") + SAYS + "<Prefix></Prefix>"));
    let mut op = ask("", ListForm::V2Encoded);
    let listed = read(&op, &body).unwrap();
    assert!(listed.undecided);
    op.encoding = Some(Encoding::Encoded);
    let listed = read(&op, &body).unwrap();
    assert_eq!(
        (names(&listed.page), listed.undecided),
        (vec!["pl+us"], false)
    );
    op.encoding = Some(Encoding::Raw);
    let listed = read(&op, &body).unwrap();
    assert_eq!(
        (names(&listed.page), listed.undecided),
        (vec!["pl%2Bus"], false)
    );
    // What the page itself tells stands above what was learned.
    op.encoding = Some(Encoding::Encoded);
    let body = document(&(contents("pl%2Bus") + &contents("a b") + SAYS));
    assert_eq!(names(&read(&op, &body).unwrap().page), ["pl%2Bus", "a b"]);
    // Not encoded because nobody says so.
    let body = document(&contents("pl%2Bus"));
    assert_eq!(names(&read(&op, &body).unwrap().page), ["pl%2Bus"]);
}

#[test]
fn the_probe_tells_how_a_server_encodes() {
    let op = ProbeEncoding {
        bucket: BucketName::new("b").unwrap(),
    };
    assert_eq!(
        told(&op),
        "GET /b/ ?encoding-type=url&list-type=2&max-keys=1&prefix=%2B%20%2541"
    );
    for (inner, want) in [
        (
            "<EncodingType>url</EncodingType><Prefix>%2B%20%2541</Prefix>",
            Some(Encoding::Encoded),
        ),
        (
            "<EncodingType>url</EncodingType><Prefix>%2B+%2541</Prefix>",
            Some(Encoding::Encoded),
        ),
        (
            "<EncodingType>url</EncodingType><Prefix>+ %41</Prefix>",
            Some(Encoding::Raw),
        ),
        ("<Prefix>+ %41</Prefix>", Some(Encoding::Raw)),
        ("<EncodingType>url</EncodingType><Prefix/>", None),
    ] {
        assert_eq!(
            op.read(&answer(200, &[]), document(inner).as_bytes()),
            Ok(want),
            "{inner}"
        );
    }
}

#[test]
fn the_second_form_goes_on_by_its_token_only() {
    let mut op = ask("", ListForm::V2Plain);
    let more =
        "<IsTruncated>True</IsTruncated><NextContinuationToken>a+b%2F==</NextContinuationToken>";
    let page = read(&op, &document(&(contents("k") + SAYS + more)))
        .unwrap()
        .page;
    assert_eq!(page.next, Some(Token("a+b%2F==".into())));
    // An empty page may go on, and a stuck one may not.
    assert_eq!(read(&op, &document(more)).unwrap().page.next, page.next);
    op.token = page.next;
    assert_eq!(read(&op, &document(more)), Err(Malformed::NoToken));
    for lost in ["", "<NextContinuationToken/>", "<NextMarker>k</NextMarker>"] {
        let body = document(&format!(
            "{}<IsTruncated>true</IsTruncated>{lost}",
            contents("k")
        ));
        assert_eq!(read(&op, &body), Err(Malformed::NoToken));
    }
    let done = more.replace("True", "false");
    assert_eq!(read(&op, &document(&done)).unwrap().page.next, None);
}

#[test]
fn the_first_form_goes_on_behind_what_it_saw() {
    let mut op = ask("a/", ListForm::V1);
    let truncated = "<IsTruncated>true</IsTruncated>";
    let rows = contents("a/x") + &common("a/z/") + &contents("a/y");
    let page = read(&op, &document(&(rows.clone() + truncated)))
        .unwrap()
        .page;
    assert_eq!(page.next, Some(Token("a/z/".into())));
    let said = rows.clone() + truncated + "<NextMarker>opaque 1</NextMarker>";
    let page = read(&op, &document(&said)).unwrap().page;
    assert_eq!(page.next, Some(Token("opaque 1".into())));
    op.token = page.next;
    assert_eq!(read(&op, &document(&said)), Err(Malformed::NoToken));
    assert_eq!(read(&op, &document(truncated)), Err(Malformed::NoToken));
    assert_eq!(read(&op, &document(&rows)).unwrap().page.next, None);
    // Where names are encoded, the marker is.
    let op = ask("a b/", ListForm::V1);
    let encoded = contents("a%20b/x") + truncated + SAYS + "<NextMarker>a%20b/x</NextMarker>";
    let page = read(&op, &document(&encoded)).unwrap().page;
    assert_eq!(page.next, Some(Token("a b/x".into())));
}

#[test]
fn a_flat_listing_is_grouped() {
    let rows = ["a/1", "a/b/2", "a/b/3", "a/b/c/4", "a//5", "a/"]
        .map(contents)
        .concat();
    let body = document(&(rows + "<IsTruncated>true</IsTruncated>"));
    let mut op = ask("a/", ListForm::V1Flat);
    let page = read(&op, &body).unwrap().page;
    assert_eq!(names(&page), ["a/1", "a/b/", "a//", "a/"]);
    assert_eq!(
        (page.skipped, page.next),
        (0, Some(Token("a/b/c/4".into())))
    );
    op.delimited = false;
    assert_eq!(read(&op, &body).unwrap().page.entries.len(), 6);
}

#[test]
fn odd_rows_are_counted_and_left_out() {
    let rows = contents("")
        + "<Contents><Size>1</Size></Contents>"
        + &contents("elsewhere")
        + &contents("a/&#0;")
        + &common("")
        + &common("a/")
        + &common("a/no-slash")
        + &common("b/")
        + "<CommonPrefixes/>"
        + &common("a/b/")
        + &common("a/b/")
        + &contents("a/k");
    let page = read(&ask("a/", ListForm::V1), &document(&rows))
        .unwrap()
        .page;
    assert_eq!(names(&page), ["a/b/", "a/k"]);
    assert_eq!(page.skipped, 8);
}

#[test]
fn keys_come_as_they_are() {
    let keys = [
        "/lead",
        "a//b",
        "a/../b",
        " space ",
        "a\rb\nc\td",
        "<![CDATA[",
        "]]>",
        "NFC é",
        "NFD e\u{301}",
        "\u{1}\u{7f}",
    ];
    let escape = |key: &&str| {
        let text = key
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        contents(&text)
    };
    let mut op = ask("", ListForm::V2Plain);
    op.delimited = false;
    let page = read(&op, &document(&keys.iter().map(escape).collect::<String>()))
        .unwrap()
        .page;
    assert_eq!(names(&page), keys);
    let cdata = document(&contents("<![CDATA[a<&amp;]]>&#13;"));
    assert_eq!(names(&read(&op, &cdata).unwrap().page), ["a<&amp;\r"]);
}

proptest! {
    #[test]
    fn every_key_listed_encoded_is_itself(keys in proptest::collection::vec("\\PC{1,12}|[ -~]{1,12}", 1..5)) {
        for plus in [false, true] {
            let encoded = |key: &String| {
                let text = encode(key).into_owned();
                contents(&if plus { text.replace("%20", "+") } else { text })
            };
            let rows: String = keys.iter().map(encoded).collect();
            let mut op = ask("", ListForm::V2Encoded);
            op.delimited = false;
            op.encoding = Some(Encoding::Encoded);
            let page = read(&op, &document(&(rows + SAYS))).unwrap().page;
            prop_assert_eq!(names(&page), keys.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_raw_listing_is_never_changed_in_silence(key in "[a-c%+ 24é]{1,10}") {
        let mut op = ask("", ListForm::V2Encoded);
        op.delimited = false;
        let listed = read(&op, &document(&(contents(&key) + SAYS))).unwrap();
        prop_assert_eq!(names(&listed.page), [key.as_str()]);
    }
}
