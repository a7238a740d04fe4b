//! What was said about an account: settings and keys. Sends nothing.
//!
//! Invariant: of a secret nothing is told, of a key's id its ends.

use jiff::Timestamp;

use super::{Check, Desk};
use crate::config::Keys;
use crate::model;

/// Keys that end sooner than this are told.
const SOON: i64 = 15 * 60;

impl Desk<'_> {
    /// Looks at settings and keys.
    pub(super) fn account(&self) {
        let file = &self.config.paths.config;
        self.tell(if file.exists() {
            Check::well("config", format!("{} was read", file.display()))
        } else {
            let what = format!("there is no {}", file.display());
            Check::well(
                "config",
                format!("{what}: defaults and the environment count"),
            )
        });
        let profile = self.profile;
        let what = format!(
            "{}: {}, region {}",
            profile.account, profile.endpoint, profile.region
        );
        self.tell(Check::well("account", what));
        self.tell(self.keys());
    }

    fn keys(&self) -> Check {
        let name = "credentials";
        if self.profile.anonymous {
            return Check::well(name, "none, on purpose: requests are not signed");
        }
        let Some(keys) = &self.profile.keys else {
            let why = format!("looked for: {}", self.config.looked_for.join("; "));
            let fix = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a --profile, or \
                       use --no-sign-request for a public bucket";
            return Check::ill(name, "there are no keys for this account").because(why, fix);
        };
        judged(keys, Timestamp::now())
    }
}

fn judged(keys: &Keys, now: Timestamp) -> Check {
    let name = "credentials";
    let kind = if keys.token.is_some() {
        "temporary key"
    } else {
        "key"
    };
    let what = format!("{kind} {} from {}", ends(&keys.access_key), keys.from);
    if let Some(why) = oddity(&keys.access_key) {
        let fix = "copy it again, without quotes and blanks";
        return Check::ill(name, what).because(why, fix);
    }
    let left = keys.expires.map(|end| end.duration_since(now).as_secs());
    match left {
        Some(..=0) => Check::ill(name, format!("{what}, expired"))
            .because("temporary keys end", "get new ones, then try again"),
        Some(1..SOON) => Check::odd(name, format!("{what}, ends soon")).because(
            "long transfers would outlive it",
            "get new ones before long transfers",
        ),
        Some(left) => {
            let left = std::time::Duration::from_secs(left.unsigned_abs());
            Check::well(name, format!("{what}, for {}", model::duration(left)))
        }
        None => Check::well(name, what),
    }
}

/// What cannot belong to a key's id.
fn oddity(id: &str) -> Option<&'static str> {
    let quoted = id.starts_with(['"', '\'']) || id.ends_with(['"', '\'']);
    match () {
        () if quoted => Some("the access key is written with quotes"),
        () if id.contains(char::is_whitespace) => Some("the access key has a blank in it"),
        () if !id.is_ascii() => Some("the access key has letters that no key has"),
        () => None,
    }
}

/// The ends of a key's id: enough to tell two apart.
fn ends(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    match letters.len() {
        0..=8 => "…".to_owned(),
        count => {
            let first: String = letters[..4].iter().collect();
            let last: String = letters[count - 4..].iter().collect();
            format!("{first}…{last}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;
    use crate::model::{Provenance, Secret};

    fn keys(id: &str, expires: Option<i64>) -> Keys {
        Keys {
            access_key: id.into(),
            secret: Secret::new("very-secret"),
            token: expires.map(|_| Secret::new("token")),
            expires: expires.map(|at| Timestamp::from_second(at).unwrap()),
            from: Provenance("AWS_ACCESS_KEY_ID".into()),
        }
    }

    #[test]
    fn keys_are_told_by_their_ends_and_judged_by_their_time() {
        let now = Timestamp::from_second(1000).unwrap();
        let id = "AKIATESTTESTTEST7Q2F";
        for (keys, health, says) in [
            (keys(id, None), Health::Well, "key AKIA…7Q2F from AWS_"),
            (keys(id, Some(999)), Health::Ill, "expired"),
            (keys(id, Some(1060)), Health::Odd, "ends soon"),
            (keys(id, Some(9000)), Health::Well, "for 2 h"),
            (keys("short", None), Health::Well, "key … from"),
            (keys("\"AKIATESTTEST", None), Health::Ill, ""),
            (keys("AKIATEST TEST", None), Health::Ill, ""),
        ] {
            let check = judged(&keys, now);
            assert_eq!(check.health, health, "{check:?}");
            assert!(check.what.contains(says), "{check:?}");
            assert!(!format!("{check:?}").contains("very-secret"));
        }
    }
}
