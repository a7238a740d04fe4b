//! The files of the AWS tools: `~/.aws/config` and `~/.aws/credentials`.
//!
//! Pure: text in, profiles out. It reads files that belong to other programs, so it complains
//! about nothing and takes what it understands. Only static keys are used; profiles that sign in
//! another way are recognised, so that a message can name them.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Addressing, Secret};

/// One named profile, out of both files.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AwsProfile {
    /// Access key id and secret, if both stand in one file; and in which.
    pub(super) keys: Option<(String, Secret, Option<Secret>, Which)>,
    /// When the keys end, as tools that sign in write it.
    pub(super) expires: Option<Timestamp>,
    pub(super) region: Option<String>,
    /// The endpoint, from the profile's `services` section or the profile itself.
    pub(super) endpoint: Option<String>,
    pub(super) addressing: Option<Addressing>,
    pub(super) ca_bundle: Option<String>,
    /// How it signs in, when that is no static key: `single sign-on`.
    pub(super) other_login: Option<&'static str>,
}

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Config,
    Credentials,
}

type Keys = BTreeMap<String, String>;

/// A section: plain keys, and the keys that stand indented below an empty one.
#[derive(Debug, Default)]
struct Section {
    plain: Keys,
    nested: BTreeMap<String, Keys>,
}

/// Reads both files; a missing one is an empty text. `ignore_endpoints` is
/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
pub(super) fn profiles(
    config: &str,
    credentials: &str,
    endpoints: Endpoints,
) -> BTreeMap<String, AwsProfile> {
    let config = sections(config);
    let mut out: BTreeMap<String, AwsProfile> = BTreeMap::new();
    for (header, section) in &config {
        if let Some(name) = profile_name(header) {
            let profile = out.entry(name).or_default();
            fill(profile, section, Which::Config);
            let ignored = endpoints == Endpoints::Ignore
                || yes(section.plain.get("ignore_configured_endpoint_urls"));
            profile.endpoint = (!ignored).then(|| endpoint(section, &config)).flatten();
        }
    }
    for (name, section) in sections(credentials) {
        let name = profile_name(&name).unwrap_or(name);
        fill(out.entry(name).or_default(), &section, Which::Credentials);
    }
    out
}

/// Whether endpoints in the files count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoints {
    Use,
    Ignore,
}

fn yes(value: Option<&String>) -> bool {
    value.is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// The name behind `profile`, or `default`. In the config file other sections are no profiles.
fn profile_name(header: &str) -> Option<String> {
    let mut words = header.splitn(2, char::is_whitespace);
    match (words.next(), words.next()) {
        (Some("profile"), Some(name)) => Some(unquoted(name.trim()).into()),
        (Some("default"), None) => Some("default".into()),
        _ => None,
    }
}

fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q))
        .unwrap_or(text)
}

fn fill(profile: &mut AwsProfile, section: &Section, which: Which) {
    let get = |key: &str| section.plain.get(key).filter(|v| !v.is_empty()).cloned();
    if let (Some(id), Some(secret)) = (get("aws_access_key_id"), get("aws_secret_access_key")) {
        let token = get("aws_session_token").or_else(|| get("aws_security_token"));
        let ends = ["aws_expiration", "x_security_token_expires", "expiration"];
        profile.expires = ends.iter().find_map(|key| get(key)?.parse().ok());
        profile.keys = Some((id, Secret::new(secret), token.map(Secret::new), which));
    }
    profile.region = get("region").or(profile.region.take());
    profile.ca_bundle = get("ca_bundle").or(profile.ca_bundle.take());
    let style = section
        .nested
        .get("s3")
        .and_then(|s3| s3.get("addressing_style"));
    profile.addressing = match style.map(String::as_str) {
        Some("path") => Some(Addressing::Path),
        Some("virtual") => Some(Addressing::VirtualHost),
        Some("auto") => Some(Addressing::Auto),
        _ => profile.addressing,
    };
    let login = [
        ("role_arn", "an assumed role"),
        ("sso_session", "single sign-on"),
        ("sso_start_url", "single sign-on"),
        ("credential_process", "a credential process"),
        ("web_identity_token_file", "a web identity"),
        ("login_session", "a console login"),
    ];
    profile.other_login = login
        .iter()
        .find(|(key, _)| section.plain.contains_key(*key))
        .map(|(_, words)| *words)
        .or(profile.other_login);
}

/// `services = x` → `[services x] s3 = endpoint_url`, then the profile's own `endpoint_url`; the
/// old place, below the profile's `s3 =`, is read between the two.
fn endpoint(section: &Section, all: &BTreeMap<String, Section>) -> Option<String> {
    let service = section
        .plain
        .get("services")
        .and_then(|name| {
            all.iter().find_map(|(header, section)| {
                let rest = header.strip_prefix("services")?;
                (rest.starts_with(char::is_whitespace) && unquoted(rest.trim()) == name)
                    .then_some(section)
            })
        })
        .and_then(|s| s.nested.get("s3")?.get("endpoint_url"));
    let nested = || section.nested.get("s3")?.get("endpoint_url");
    service
        .or_else(nested)
        .or_else(|| section.plain.get("endpoint_url"))
        .filter(|v| !v.is_empty())
        .cloned()
}

/// The sections of an INI text by their header. Sections of one name merge, later keys win.
fn sections(text: &str) -> BTreeMap<String, Section> {
    let mut out: BTreeMap<String, Section> = BTreeMap::new();
    let mut header: Option<String> = None;
    // The last key: its name, its indentation, and whether its value was empty.
    let mut last: Option<(String, usize, bool)> = None;
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let bare = without_comment(line);
        let body = bare.trim();
        if body.is_empty() {
            continue;
        }
        if let Some(rest) = body.strip_prefix('[') {
            let name = rest.split(']').next().unwrap_or_default().trim();
            out.entry(name.into()).or_default();
            (header, last) = (Some(name.into()), None);
            continue;
        }
        let indent = bare.len() - bare.trim_start().len();
        let (Some(name), Some((key, value))) = (&header, body.split_once('=')) else {
            continue;
        };
        let section = out.entry(name.clone()).or_default();
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
        match &last {
            Some((above, column, true)) if indent > *column => {
                let nested = section.nested.entry(above.clone()).or_default();
                nested.insert(key, value);
            }
            // Indented below a value: that value goes on here. No key of ours has two lines.
            Some((_, column, false)) if indent > *column => {}
            _ => {
                last = Some((key.clone(), indent, value.is_empty()));
                section.plain.insert(key, value);
            }
        }
    }
    out
}

/// A line without its comment: `#` or `;` at the start, or behind white space.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if matches!(c, '#' | ';') && before.is_whitespace() {
            return &line[..at];
        }
        before = c;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &str, credentials: &str) -> BTreeMap<String, AwsProfile> {
        profiles(config, credentials, Endpoints::Use)
    }

    const CONFIG: &str = "\u{feff}[default]\r\nregion = eu-west-3 # near\r\n\r\n\
        [profile work]\nREGION=in-west3\nservices = s3here\ns3 =\n  addressing_style = path\n\
        endpoint_url = https://other.example\n\
        [profile \"two words\"]\naws_access_key_id = A#1\naws_secret_access_key = se;cret\n\
        [services s3here]\ns3 =\n    endpoint_url = https://s3.example:9000/base\n\
        dynamodb =\n    endpoint_url = https://wrong.example\n\
        [sso-session corp]\nsso_start_url = https://x\n\
        [profile sso]\nsso_session = corp\n\
        [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\n\
        [not a profile]\naws_access_key_id = X\naws_secret_access_key = Y\n";

    const CREDENTIALS: &str = "; mine\n[work]\naws_access_key_id=WORK\n\
        aws_secret_access_key = abc/def+==\naws_session_token = tok\n\
        [default]\n  aws_access_key_id = ID\n  aws_secret_access_key = SECRET\n[half]\naws_access_key_id = H\n";

    #[test]
    fn profiles_come_out_of_both_files() {
        let all = read(CONFIG, CREDENTIALS);
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["default", "half", "role", "sso", "two words", "work"]
        );
        let work = &all["work"];
        assert_eq!(work.region.as_deref(), Some("in-west3"));
        assert_eq!(
            work.endpoint.as_deref(),
            Some("https://s3.example:9000/base")
        );
        assert_eq!(work.addressing, Some(Addressing::Path));
        let (id, secret, token, which) = work.keys.clone().unwrap();
        assert_eq!(
            (&*id, secret.reveal(), which),
            ("WORK", "abc/def+==", Which::Credentials)
        );
        assert_eq!(token.unwrap().reveal(), "tok");
        assert_eq!(all["default"].region.as_deref(), Some("eu-west-3"));
        assert_eq!(all["default"].keys.as_ref().unwrap().0, "ID");
        let (id, secret, _, which) = all["two words"].keys.clone().unwrap();
        assert_eq!(
            (&*id, secret.reveal(), which),
            ("A#1", "se;cret", Which::Config)
        );
        assert_eq!(all["half"].keys, None);
    }

    #[test]
    fn other_logins_are_named() {
        let all = read(CONFIG, "");
        assert_eq!(all["sso"].other_login, Some("single sign-on"));
        assert_eq!(all["role"].other_login, Some("an assumed role"));
        assert_eq!(all["work"].other_login, None);
    }

    #[test]
    fn credentials_win_over_config_for_keys() {
        let config = "[profile a]\naws_access_key_id=C\naws_secret_access_key=c\n";
        let all = read(
            config,
            "[a]\naws_access_key_id=K\naws_secret_access_key=k\n",
        );
        assert_eq!(all["a"].keys.as_ref().unwrap().0, "K");
        let halves = read(
            "[profile a]\naws_access_key_id=C\n",
            "[a]\naws_secret_access_key=k\n",
        );
        assert_eq!(halves["a"].keys, None, "keys of two files never mix");
    }

    #[test]
    fn endpoints_can_be_ignored() {
        let all = profiles(CONFIG, "", Endpoints::Ignore);
        assert_eq!(all["work"].endpoint, None);
        let own = "[default]\nendpoint_url = https://x\nignore_configured_endpoint_urls = true\n";
        assert_eq!(read(own, "")["default"].endpoint, None);
    }

    #[test]
    fn sections_of_one_name_merge_and_a_nested_key_ends_with_its_indentation() {
        let text =
            "[default]\ns3 =\n  endpoint_url = https://n\nregion = a\n[default]\nregion = b\n";
        let all = read(text, "");
        assert_eq!(all["default"].endpoint.as_deref(), Some("https://n"));
        assert_eq!(all["default"].region.as_deref(), Some("b"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(a in "\\PC{0,80}", b in "[\\[\\]a-z =#;\n\t]{0,120}") {
            read(&a, &b);
            read(&b, &a);
        }
    }
}
