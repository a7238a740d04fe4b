//! The texts of links: how long they work, and the line for `curl`. Pure.

use std::time::Duration;

use crate::engine::{Link, LinkMethod, MAX_EXPIRY, SignedLink};

/// Reads a validity: `90` (minutes), `90m`, `1h30m`, `3 d`, `2 days`.
pub(super) fn validity(text: &str) -> Result<Duration, String> {
    let unclear = || "Type a time such as 45 min, 12 h or 3 days.".to_owned();
    let mut seconds: u64 = 0;
    let mut number = String::new();
    let mut rest = text.trim().chars().peekable();
    if rest.peek().is_none() {
        return Err(unclear());
    }
    while let Some(c) = rest.next() {
        if c.is_ascii_digit() {
            number.push(c);
        } else if c == ' ' && number.is_empty() {
            continue;
        }
        let digits_go_on = rest.peek().is_some_and(char::is_ascii_digit) && c.is_ascii_digit();
        if digits_go_on {
            continue;
        }
        let mut unit = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_ascii_digit()) {
            unit.push(c);
        }
        let per = match unit.trim() {
            "s" | "sec" | "seconds" => 1,
            "" | "m" | "min" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return Err(unclear()),
        };
        let count: u64 = number.parse().map_err(|_| unclear())?;
        seconds = count
            .checked_mul(per)
            .and_then(|s| seconds.checked_add(s))
            .ok_or_else(too_long)?;
        number.clear();
    }
    match Duration::from_secs(seconds) {
        Duration::ZERO => Err("A link that works for no time is of no use.".into()),
        time if time > MAX_EXPIRY => Err(too_long()),
        time => Ok(time),
    }
}

fn too_long() -> String {
    "At most 7 days: S3 refuses links that are signed for longer (604,800 s).".into()
}

/// The line that a receiver can put into a shell.
pub(super) fn curl(signed: &SignedLink) -> String {
    let url = quoted(&signed.url);
    let name = file(&signed.link);
    match signed.link.method {
        LinkMethod::Get => format!("curl -f -o {} {url}", quoted(&name)),
        LinkMethod::Put => match &signed.link.content_type {
            Some(kind) => {
                let header = quoted(&format!("Content-Type: {kind}"));
                format!("curl -f -T {} -H {header} {url}", quoted(&name))
            }
            None => format!("curl -f -T {} {url}", quoted(&name)),
        },
    }
}

/// The same for `wget`.
pub(super) fn wget(signed: &SignedLink) -> String {
    let url = quoted(&signed.url);
    let name = quoted(&file(&signed.link));
    match signed.link.method {
        LinkMethod::Get => format!("wget -O {name} {url}"),
        LinkMethod::Put => {
            let kind = signed.link.content_type.as_ref();
            let header = kind.map(|kind| format!("Content-Type: {kind}"));
            let header = header.map(|h| format!("--header={} ", quoted(&h)));
            let header = header.unwrap_or_default();
            format!("wget -q -O - --method=PUT --body-file={name} {header}{url}")
        }
    }
}

/// The name of the file on the receiver's side: nothing in it may be an option, a folder or a
/// control character.
fn file(link: &Link) -> String {
    let name = link.attachment.as_deref().unwrap_or(link.key.name());
    let name: String = name
        .chars()
        .map(|c| if c.is_control() || c == '/' { '_' } else { c })
        .collect();
    if name.starts_with('-') || name.is_empty() || name == "." || name == ".." {
        format!("./file{name}")
    } else {
        name
    }
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BucketName, Key};

    #[test]
    fn validities_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90", 5400),
            ("90m", 5400),
            ("1h30m", 5400),
            ("1 h 30 min", 5400),
            ("45 s", 45),
            ("12 hours", 43_200),
            ("7 days", 604_800),
        ] {
            assert_eq!(validity(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "such as"),
            ("x", "such as"),
            ("3 moons", "such as"),
            ("h", "such as"),
            ("0", "no time"),
            ("8 days", "7 days"),
            ("604801 s", "7 days"),
            ("99999999999999999999", "such as"),
            ("9999999999999999999 d", "7 days"),
        ] {
            assert!(validity(text).unwrap_err().contains(reason), "{text}");
        }
    }

    fn signed(method: LinkMethod, key: &str, content_type: Option<&str>) -> SignedLink {
        SignedLink {
            url: "https://h/b/k?X-Amz-Signature=1'2".into(),
            link: Link {
                method,
                bucket: BucketName::new("bucket").unwrap(),
                key: Key::new(key).unwrap(),
                expires: Duration::from_mins(1),
                content_type: content_type.map(Into::into),
                attachment: None,
            },
            expires_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn curl_lines_survive_a_shell() {
        let url = r"'https://h/b/k?X-Amz-Signature=1'\''2'";
        for (link, want) in [
            (
                signed(LinkMethod::Get, "a/it's.txt", None),
                format!(r"curl -f -o 'it'\''s.txt' {url}"),
            ),
            (
                signed(LinkMethod::Get, "a/-o", None),
                format!("curl -f -o './file-o' {url}"),
            ),
            (
                signed(LinkMethod::Put, "a/b\nc", None),
                format!("curl -f -T 'b_c' {url}"),
            ),
            (
                signed(LinkMethod::Put, "x.png", Some("image/png")),
                format!("curl -f -T 'x.png' -H 'Content-Type: image/png' {url}"),
            ),
        ] {
            assert_eq!(curl(&link), want);
        }
        let get = wget(&signed(LinkMethod::Get, "a/it's.txt", None));
        assert_eq!(get, format!(r"wget -O 'it'\''s.txt' {url}"));
        let put = wget(&signed(LinkMethod::Put, "x.png", Some("image/png")));
        let want = "wget -q -O - --method=PUT --body-file='x.png' \
                    --header='Content-Type: image/png' ";
        assert_eq!(put, format!("{want}{url}"));
    }
}
