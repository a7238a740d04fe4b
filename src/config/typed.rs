//! What `config.toml` may say: a mirror of the file, every option optional, unknown ones refused.
//!
//! Pure: text in, options and all problems out. A value that is wrong is reported with its line
//! and left out, so that the rest of the file is checked in the same run. No problem quotes the
//! value of a secret.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::{GlyphChoice, Images, Prefetch, Trash, values};
use crate::model::{Addressing, BucketName, Integrity, Secret, UploadMode};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) default_account: Option<String>,
    pub(super) read_only: Option<bool>,
    pub(super) transfer: Transfer,
    pub(super) interface: Interface,
    pub(super) keys: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) account: BTreeMap<String, AccountTable>,
    /// The accounts' names and the lines of their headers, as they stand in the file.
    #[serde(skip)]
    pub(super) order: Vec<(String, usize)>,
}

/// `[transfer]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Transfer {
    #[serde(deserialize_with = "values::parallel")]
    pub(super) parallel: Option<usize>,
    #[serde(deserialize_with = "values::bandwidth")]
    pub(super) bandwidth: Option<u64>,
    #[serde(deserialize_with = "values::memory")]
    pub(super) memory: Option<u64>,
    #[serde(deserialize_with = "values::threshold")]
    pub(super) threshold: Option<u64>,
    #[serde(deserialize_with = "values::part_size")]
    pub(super) part_size: Option<u64>,
    #[serde(deserialize_with = "values::threshold")]
    pub(super) max_copy: Option<u64>,
}

/// `[interface]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Interface {
    pub(super) color: Option<Color>,
    pub(super) theme: Option<String>,
    pub(super) glyphs: Option<GlyphChoice>,
    pub(super) mouse: Option<bool>,
    pub(super) left: Option<String>,
    pub(super) right: Option<String>,
    pub(super) hidden: Option<bool>,
    pub(super) on_hangup: Option<Hangup>,
    pub(super) bell: Option<bool>,
    pub(super) probe: Option<bool>,
    pub(super) images: Option<Images>,
    pub(super) prefetch: Option<Prefetch>,
}

/// The values of `on_hangup`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Hangup {
    Finish,
    Pause,
    Quit,
}

/// The values of `color`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum Color {
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "mono")]
    Mono,
    #[serde(rename = "16")]
    Ansi16,
    #[serde(rename = "256")]
    Ansi256,
    #[serde(rename = "truecolor")]
    True,
}

/// `[account.NAME]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AccountTable {
    #[serde(deserialize_with = "values::endpoint")]
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    #[serde(deserialize_with = "values::addressing")]
    pub(super) addressing: Option<Addressing>,
    pub(super) access_key: Option<String>,
    #[serde(deserialize_with = "values::secret")]
    pub(super) secret_key: Option<Secret>,
    #[serde(deserialize_with = "values::secret")]
    pub(super) session_token: Option<Secret>,
    pub(super) anonymous: Option<bool>,
    #[serde(deserialize_with = "values::buckets")]
    pub(super) buckets: Option<Vec<BucketName>>,
    pub(super) protected: Option<Vec<String>>,
    pub(super) label: Option<String>,
    pub(super) trash: Option<Trash>,
    #[serde(deserialize_with = "values::upload")]
    pub(super) upload: Option<UploadMode>,
    #[serde(deserialize_with = "values::integrity")]
    pub(super) integrity: Option<Integrity>,
    pub(super) ca_bundle: Option<String>,
    pub(super) verify_tls: Option<bool>,
    pub(super) read_only: Option<bool>,
}

/// All options by name, in the order of the mirror: what the example file must show.
#[cfg(test)]
pub(super) const OPTIONS: [&str; 36] = [
    "default_account",
    "read_only",
    "parallel",
    "bandwidth",
    "memory",
    "threshold",
    "part_size",
    "max_copy",
    "color",
    "theme",
    "glyphs",
    "mouse",
    "left",
    "right",
    "hidden",
    "on_hangup",
    "bell",
    "probe",
    "images",
    "prefetch",
    "endpoint",
    "region",
    "addressing",
    "access_key",
    "secret_key",
    "session_token",
    "anonymous",
    "buckets",
    "protected",
    "label",
    "trash",
    "upload",
    "integrity",
    "ca_bundle",
    "verify_tls",
    "read_only",
];

/// Something in the file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) fix: String,
}

/// Reads the text, and finds everything that is wrong with it.
pub(super) fn parse(text: &str) -> (File, Vec<Flaw>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut flaws: Vec<Flaw> = errors.iter().map(|e| flaw(text, e, None)).collect();
    let mut cuts: Vec<usize> = Vec::new();
    let mut file = loop {
        let mut root = root.clone();
        for at in &cuts {
            cut(root.get_mut(), *at);
        }
        let mut whole = root.get_ref().clone();
        match File::deserialize(toml::de::Deserializer::from(root)) {
            Ok(file) => break file,
            Err(error) => {
                let at = error.span().map_or(0, |span: Range<usize>| span.start);
                let name = cut(&mut whole, at);
                if flaws.is_empty() || errors.is_empty() {
                    flaws.push(flaw(text, &error, name.as_deref()));
                }
                if name.is_none() {
                    break File::default();
                }
                cuts.push(at);
            }
        }
    };
    file.order = order(text, root.get_ref());
    flaws.extend(half_keys(&file));
    flaws.sort_by_key(|f| f.line);
    (file, flaws)
}

/// Takes the entry out whose name holds the byte, else the innermost one whose value does; gives
/// its name.
fn cut(table: &mut DeTable<'_>, at: usize) -> Option<String> {
    let named = table.keys().find(|name| name.span().contains(&at)).cloned();
    if let Some(name) = named {
        table.remove(&name);
        return Some(name.into_inner().into_owned());
    }
    for (_, value) in table.iter_mut() {
        if let DeValue::Table(inner) = value.get_mut()
            && let Some(name) = cut(inner, at)
        {
            return Some(name);
        }
    }
    let (name, _) = table.iter().find(|(_, v)| v.span().contains(&at))?;
    let name = name.clone();
    table.remove(&name);
    Some(name.into_inner().into_owned())
}

fn flaw(text: &str, error: &toml::de::Error, name: Option<&str>) -> Flaw {
    let line = line_of(text, error.span().map_or(0, |s| s.start));
    let message = error.message();
    if matches!(name, Some("secret_key" | "session_token")) {
        return Flaw {
            line,
            what: format!("`{}` is no text", name.unwrap_or_default()),
            fix: "write it in quotes".into(),
        };
    }
    let (what, known) = message.split_once(", expected ").unwrap_or((message, ""));
    let what = what.lines().next().unwrap_or_default();
    let unknown = message.starts_with("unknown field");
    Flaw {
        line,
        what: match name {
            Some(name) if !unknown => format!("`{name}`: {what}"),
            _ => what.replace("unknown field", "there is no option"),
        },
        fix: match known {
            "" => String::new(),
            known if unknown => format!("known here: {}", known.trim_start_matches("one of ")),
            known => format!("use {known}"),
        },
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}

fn order(text: &str, root: &DeTable<'_>) -> Vec<(String, usize)> {
    let Some(accounts) = root.get("account").and_then(|a| a.get_ref().as_table()) else {
        return Vec::new();
    };
    let mut names: Vec<(usize, String)> = accounts
        .keys()
        .map(|name| (name.span().start, name.get_ref().to_string()))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|(at, name)| (name, line_of(text, at)))
        .collect()
}

fn half_keys(file: &File) -> Vec<Flaw> {
    let half = |table: &AccountTable| table.access_key.is_some() != table.secret_key.is_some();
    file.order
        .iter()
        .filter(|(name, _)| file.account.get(name).is_some_and(half))
        .map(|(name, line)| Flaw {
            line: *line,
            what: format!("account `{name}` has only one of `access_key` and `secret_key`"),
            fix: "give both, or none".into(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str) -> Vec<(usize, String, String)> {
        let flaws = parse(text).1;
        flaws.into_iter().map(|f| (f.line, f.what, f.fix)).collect()
    }

    #[test]
    fn a_whole_file_is_read() {
        let (file, flaws) = parse(
            "default_account = 'b'\n[account.z]\nendpoint = 'http://localhost:9000/'\n\
             [account.b]\nupload = 'presigned'\nbuckets = ['one', 'two']\n\
             [transfer]\npart_size = '16MiB'\nthreshold = 8388608\n\
             [keys.pane]\n'ctrl-g' = 'goto'\n",
        );
        assert_eq!(flaws, []);
        assert_eq!(file.order, [("z".into(), 2), ("b".into(), 4)]);
        assert_eq!(
            file.account["z"].endpoint.as_deref(),
            Some("http://localhost:9000")
        );
        assert_eq!(file.account["b"].upload, Some(UploadMode::Presigned));
        assert_eq!(file.account["b"].buckets.as_ref().unwrap().len(), 2);
        assert_eq!(file.transfer.part_size, Some(16 << 20));
        assert_eq!(file.transfer.threshold, Some(8 << 20));
        assert_eq!(file.keys["pane"]["ctrl-g"], "goto");
    }

    #[test]
    fn all_problems_are_found_in_one_run() {
        let text = "colour = 'x'\n[account.a]\nendpont = 'x'\naddressing = 'dns'\n\
                    endpoint = 'localhost:9000'\naccess_key = 'A'\nbuckets = ['ok', 'not ok']\n\
                    verify_tls = 'no'\n[transfer]\npart_size = '1MiB'\nparallel = 0\nmemory = true\n\
                    [acount.b]\nregion = 'x'\n";
        let found = flaws(text);
        let lines: Vec<usize> = found.iter().map(|f| f.0).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13], "{found:#?}");
        assert!(found.iter().all(|f| !f.1.is_empty()));
        let of = |line| found.iter().find(|f| f.0 == line).unwrap();
        assert_eq!(of(3).1, "there is no option `endpont`");
        assert!(of(3).2.contains("`endpoint`"), "{:?}", of(3));
        assert_eq!(of(4).2, "use \"auto\" or \"path\" or \"virtual\"");
        assert!(of(2).1.contains("only one of"), "{:?}", of(2));
    }

    #[test]
    fn broken_toml_is_reported_with_its_line() {
        let found = flaws("a = [\n[account.x]\nregion = \n");
        assert!(!found.is_empty());
        assert!(flaws("\n\nendpoint = \"x\n")[0].0 == 3);
    }

    #[test]
    fn no_problem_quotes_a_secret() {
        for text in [
            "[account.a]\naccess_key = 'A'\nsecret_key = 123456789\n",
            "[account.a]\naccess_key = 'A'\nsecret_key = 123456789x\n",
            "[account.a]\naccess_key = 'A'\nsecret_key = ['123456789']\nsession_token = 123456789\n",
        ] {
            let found = flaws(text);
            assert!(!found.is_empty());
            assert!(!format!("{found:?}").contains("123456789"), "{found:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "[\\[\\]a-z ='\".{},0-9\n]{0,120}") {
            parse(&text);
        }
    }
}
