//! What wins over what: one table of cases over whole environments.

use std::path::Path;

use super::*;
use crate::model::Prefix;

/// A home folder with files in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = home.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        home
    }

    fn load(&self, flags: &Flags, vars: &[(&str, &str)]) -> Result<Loaded, Vec<Problem>> {
        load(flags, &Env::new(self.0.path(), vars.iter().copied()))
    }

    fn first(&self, flags: &Flags, vars: &[(&str, &str)]) -> Profile {
        self.load(flags, vars).unwrap().config.accounts.remove(0)
    }
}

const OURS: &str = ".config/windlass/config.toml";
const CREDENTIALS: &str = ".aws/credentials";
const CONFIG: &str = ".aws/config";
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "s")];

const WORK: &str = "[account.work]\nendpoint = 'https://work.example'\nregion = 'wk'\n\
                    access_key = 'WORK'\nsecret_key = 'ws'\n";

/// Account, endpoint, region, access key, provenance.
fn row(p: &Profile) -> [String; 5] {
    let keys = p.keys.as_ref();
    [
        p.account.to_string(),
        p.endpoint.clone(),
        p.region.clone(),
        keys.map_or_else(String::new, |k| k.access_key.clone()),
        keys.map_or_else(String::new, |k| k.from.to_string()),
    ]
}

fn with(vars: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    KEYS.iter().chain(vars).copied().collect()
}

fn profile(name: &str) -> Flags {
    Flags {
        profile: Some(name.into()),
        ..Flags::default()
    }
}

#[test]
fn nothing_at_all_is_purestore_without_keys() {
    let home = Home::new(&[]);
    let loaded = home.load(&Flags::default(), &[]).unwrap();
    let first = &loaded.config.accounts[0];
    assert_eq!(
        row(first),
        ["purestore", PURESTORE_ENDPOINT, "in-west3", "", ""]
    );
    assert_eq!(first.addressing, Addressing::Path);
    let text = loaded.config.looked_for.join("\n");
    for word in [
        "AWS_ACCESS_KEY_ID",
        "~/.config/windlass/config.toml",
        "~/.aws/credentials",
    ] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn keys_of_the_environment_go_to_purestore_or_where_the_environment_says() {
    let home = Home::new(&[]);
    let none = Flags::default();
    let first = home.first(&none, &KEYS);
    assert_eq!(
        row(&first),
        [
            "purestore",
            PURESTORE_ENDPOINT,
            "in-west3",
            "ENV",
            "environment"
        ]
    );
    let vars = with(&[
        ("AWS_ENDPOINT_URL", "http://b:2"),
        ("AWS_ENDPOINT_URL_S3", "http://a:1/"),
        ("AWS_DEFAULT_REGION", "r2"),
    ]);
    assert_eq!(
        row(&home.first(&none, &vars))[..3],
        ["a:1", "http://a:1", "r2"]
    );
    let vars = with(&[
        ("AWS_ENDPOINT_URL", "http://b:2"),
        ("AWS_REGION", "r1"),
        ("AWS_DEFAULT_REGION", "r2"),
    ]);
    assert_eq!(
        row(&home.first(&none, &vars))[..3],
        ["b:2", "http://b:2", "r1"]
    );
    let vars = with(&[
        ("AWS_ENDPOINT_URL", "http://b:2"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ]);
    assert_eq!(home.first(&none, &vars).endpoint, PURESTORE_ENDPOINT);
    let vars = with(&[("AWS_SESSION_TOKEN", "tok"), ("AWS_CA_BUNDLE", "~/ca.pem")]);
    let first = home.first(&none, &vars);
    assert_eq!(first.keys.unwrap().token.unwrap().reveal(), "tok");
    assert_eq!(first.ca_bundle.unwrap(), home.0.path().join("ca.pem"));
}

#[test]
fn flags_beat_everything() {
    let home = Home::new(&[(OURS, WORK)]);
    let flags = Flags {
        endpoint: Some("https://flag.example".into()),
        region: Some("fl".into()),
        addressing: Some(Addressing::VirtualHost),
        no_verify_ssl: true,
        read_only: true,
        ..Flags::default()
    };
    let vars = with(&[("AWS_ENDPOINT_URL", "http://env"), ("AWS_REGION", "er")]);
    let first = home.first(&flags, &vars);
    assert_eq!(
        row(&first),
        ["work", "https://flag.example", "fl", "ENV", "environment"]
    );
    assert_eq!(first.addressing, Addressing::VirtualHost);
    assert!(!first.verify_tls && first.read_only);
    let anonymous = Flags {
        no_sign_request: true,
        ..Flags::default()
    };
    let first = home.first(&anonymous, &vars);
    assert!(first.anonymous && first.keys.is_none());
}

#[test]
fn the_environment_beats_the_file_unless_a_profile_is_chosen() {
    let home = Home::new(&[(OURS, WORK)]);
    let from = "config.toml [account.work]";
    let vars = with(&[("AWS_REGION", "er"), ("AWS_ENDPOINT_URL", "http://env")]);
    let first = home.first(&Flags::default(), &vars);
    assert_eq!(
        row(&first),
        ["work", "http://env", "er", "ENV", "environment"]
    );
    let first = home.first(&profile("work"), &vars);
    assert_eq!(
        row(&first),
        ["work", "https://work.example", "wk", "WORK", from]
    );
    let first = home.first(&Flags::default(), &[]);
    assert_eq!(
        row(&first),
        ["work", "https://work.example", "wk", "WORK", from]
    );
}

#[test]
fn an_account_without_keys_takes_those_of_the_environment() {
    let ours = "[account.lab]\nendpoint = 'http://lab:9000'\nregion = 'garage'\n";
    let home = Home::new(&[(OURS, ours)]);
    let first = home.first(&Flags::default(), &KEYS);
    assert_eq!(
        row(&first),
        ["lab", "http://lab:9000", "garage", "ENV", "environment"]
    );
}

#[test]
fn the_file_beats_the_aws_files() {
    let aws = "[work]\naws_access_key_id=AWSW\naws_secret_access_key=x\n[solo]\n\
               aws_access_key_id=SOLO\naws_secret_access_key=x\n";
    let config = "[profile work]\nregion = eu-west-1\nendpoint_url = https://aws.example\n\
                  [profile solo]\nregion = eu-west-2\n";
    let home = Home::new(&[(OURS, WORK), (CREDENTIALS, aws), (CONFIG, config)]);
    let all = home.load(&Flags::default(), &[]).unwrap().config.accounts;
    assert_eq!(all.len(), 2);
    assert_eq!(row(&all[0])[1..4], ["https://work.example", "wk", "WORK"]);
    assert_eq!(
        row(&all[1]),
        [
            "solo",
            "https://s3.eu-west-2.amazonaws.com",
            "eu-west-2",
            "SOLO",
            "~/.aws/credentials [solo]"
        ]
    );
    let chosen = home.first(&Flags::default(), &[("AWS_PROFILE", "solo")]);
    assert_eq!(chosen.account.as_str(), "solo");
}

#[test]
fn the_aws_files_alone() {
    let keys = "[default]\naws_access_key_id=D\naws_secret_access_key=d\n";
    let home = Home::new(&[(CREDENTIALS, keys)]);
    let first = home.first(&Flags::default(), &[]);
    let from = "~/.aws/credentials [default]";
    assert_eq!(
        row(&first),
        ["default", PURESTORE_ENDPOINT, "in-west3", "D", from]
    );
    let first = home.first(&Flags::default(), &[("AWS_ENDPOINT_URL", "http://e:1")]);
    assert_eq!(
        row(&first)[..4],
        ["default", "http://e:1", "us-east-1", "D"]
    );

    let config = "[default]\nregion = eu-west-1\n";
    let home = Home::new(&[(CREDENTIALS, keys), (CONFIG, config)]);
    let all = home.load(&Flags::default(), &KEYS).unwrap().config.accounts;
    assert_eq!(
        row(&all[0])[..4],
        ["purestore", PURESTORE_ENDPOINT, "in-west3", "ENV"]
    );
    assert_eq!(
        row(&all[1])[..2],
        ["default", "https://s3.eu-west-1.amazonaws.com"]
    );
    let first = home.first(&profile("default"), &KEYS);
    assert_eq!(
        row(&first)[..4],
        [
            "default",
            "https://s3.eu-west-1.amazonaws.com",
            "eu-west-1",
            "D"
        ]
    );
}

#[test]
fn the_files_can_lie_elsewhere() {
    let keys = "[default]\naws_access_key_id=D\naws_secret_access_key=d\n";
    let home = Home::new(&[("c", keys), ("mine.toml", WORK)]);
    let first = home.first(&Flags::default(), &[("AWS_SHARED_CREDENTIALS_FILE", "~/c")]);
    assert_eq!(row(&first)[4], "~/c [default]");
    let flags = Flags {
        config: Some(home.0.path().join("mine.toml")),
        ..Flags::default()
    };
    assert_eq!(home.first(&flags, &[]).account.as_str(), "work");
    let gone = Flags {
        config: Some("gone.toml".into()),
        ..Flags::default()
    };
    assert!(home.load(&gone, &[]).is_err());
}

#[test]
fn problems_name_file_line_and_fix() {
    let home = Home::new(&[(OURS, "[account.a]\nendpont = 'x'\nverify_tls = 3\n")]);
    let problems = home.load(&Flags::default(), &[]).unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("~/.config/windlass/config.toml:2: "),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("~/.config/windlass/config.toml:3: `verify_tls`"),
        "{lines:?}"
    );
    let home = Home::new(&[(OURS, WORK)]);
    let unknown = home.load(&profile("wrok"), &[]).unwrap_err();
    assert!(unknown[0].fix.contains("work"), "{unknown:?}");
    let vars = [("AWS_ENDPOINT_URL", "localhost:9000")];
    let bad = home.load(&Flags::default(), &vars).unwrap_err();
    assert!(bad[0].what.contains("AWS_ENDPOINT_URL"), "{bad:?}");
}

#[test]
fn a_login_that_is_not_supported_is_named() {
    let home = Home::new(&[(
        CONFIG,
        "[profile corp]\nsso_session = x\nregion = eu-west-1\n",
    )]);
    let loaded = home.load(&profile("corp"), &KEYS).unwrap();
    assert!(loaded.config.accounts[0].keys.is_none());
    let text = loaded.config.looked_for.join("\n");
    assert!(
        text.contains("single sign-on, which is not supported yet"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_with_secrets_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new(&[(OURS, WORK)]);
    let set = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.0.path().join(OURS), permissions).unwrap();
        home.load(&Flags::default(), &[]).unwrap().warnings.len()
    };
    assert_eq!((set(0o644), set(0o600)), (1, 0));
}

#[test]
fn places_are_read() {
    let ours = format!("{WORK}[interface]\nleft = 's3://b/p/'\nright = '~/x'\n");
    let home = Home::new(&[(OURS, &ours)]);
    let config = home.load(&Flags::default(), &[]).unwrap().config;
    let bucket = BucketName::new("b").unwrap();
    let account = Account::new("work");
    let left = Place::Prefix(account.clone(), bucket, Prefix::root().child("p"));
    assert_eq!(config.interface.left, Some(left));
    assert_eq!(
        config.interface.right,
        Some(Place::Folder(home.0.path().join("x")))
    );
    let env = Env::new("/h", []);
    assert_eq!(config.place("work", &env), Ok(Place::Buckets(account)));
    assert!(config.place("s3://bad bucket", &env).is_err());
}

#[test]
fn sizes_are_read_as_people_write_them() {
    for (text, want) in [
        ("8MiB", Some(8 << 20)),
        ("8m", Some(8 << 20)),
        ("64 k", Some(64 << 10)),
        ("8MB", Some(8_000_000)),
        ("123", Some(123)),
        ("", None),
        ("MiB", None),
        ("-1", None),
        ("99999999999T", None),
    ] {
        assert_eq!(parse_size(text).ok(), want, "{text}");
    }
    assert!(parse_part_size("4MiB").is_err());
}

#[test]
fn the_example_file_has_every_option_and_no_other() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let text = std::fs::read_to_string(example).unwrap();
    let (_, flaws) = typed::parse(&text);
    assert_eq!(flaws, []);
    // Options stand behind `#` when the default is right; uncommented, the file must parse too.
    let whole: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(option) if !option.starts_with(' ') => format!("{option}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let (_, flaws) = typed::parse(&whole);
    assert_eq!(flaws, [], "{whole}");
    let missing: Vec<&str> = typed::OPTIONS
        .iter()
        .copied()
        .filter(|option| {
            !whole
                .lines()
                .any(|l| l.starts_with(&format!("{option} = ")))
        })
        .collect();
    assert_eq!(missing, [""; 0], "options without an example");
}

#[test]
fn the_list_of_options_is_the_mirror() {
    let unknown = |table: &str| {
        let (_, flaws) = typed::parse(&format!("{table}\nnot-an-option = 1\n"));
        flaws[0].fix.clone()
    };
    let known = ["", "[transfer]", "[interface]", "[account.a]"]
        .map(unknown)
        .join(" ");
    let words: Vec<&str> = known
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|w| !["transfer", "interface", "keys", "account"].contains(w))
        .collect();
    assert_eq!(words, typed::OPTIONS);
}
