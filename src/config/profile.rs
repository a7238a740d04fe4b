//! Which accounts there are, and where every setting of theirs comes from.
//!
//! Pure: flags, environment, the mirrored `config.toml` and the AWS profiles in, profiles out.
//! Rule: an account is a stack of layers, and for each setting the highest layer that says
//! something counts. Keys come from one layer whole, never half from one and half from another.

use std::collections::BTreeMap;

use url::Url;

use super::aws::{AwsProfile, Which};
use super::layer::Said;
use super::load::{Flags, Problem};
use super::typed::{AccountTable, File};
use super::{Env, Keys, PURESTORE_ACCOUNT, PURESTORE_ENDPOINT, Profile};
use crate::model::{Account, Provenance, Secret};

/// Everything that can be said about accounts.
pub(super) struct Sources<'a> {
    pub(super) flags: &'a Flags,
    pub(super) env: &'a Env,
    pub(super) file: &'a File,
    pub(super) aws: &'a BTreeMap<String, AwsProfile>,
    /// The files as a person reads their paths: ours, AWS config, AWS credentials.
    pub(super) names: [String; 3],
}

/// Who named the account that comes first.
enum Chosen {
    /// `--profile`.
    Flag(String),
    /// `AWS_PROFILE`, `default_account`, or the first one there is.
    Default(String),
    /// Nobody: there is none.
    Nobody,
}

impl Sources<'_> {
    /// All accounts, the default one first.
    pub(super) fn accounts(&self) -> Result<Vec<Profile>, Problem> {
        let chosen = self.chosen()?;
        let flags = self.flag_layer()?;
        let env = self.env_layer()?;
        let first = match &chosen {
            Chosen::Flag(name) => {
                // Chosen by hand: keys of the environment belong to somebody else.
                let gaps = Said { keys: None, ..env };
                let ours = flags.over(self.file_layer(name));
                ours.over(gaps)
                    .over(self.aws_layer(name).at_home())
                    .profile(Account::new(&**name))
            }
            Chosen::Default(name) if self.file.account.contains_key(name) => flags
                .over(env)
                .over(self.file_layer(name))
                .over(self.aws_layer(name).at_home())
                .profile(Account::new(&**name)),
            Chosen::Default(name) => {
                let below = self.aws_layer(name);
                // The region of a profile without an endpoint says nothing about the endpoint
                // that keys of the environment go to.
                let stray = env.keys.is_some() && below.endpoint.is_none();
                let named = env.keys.is_none() || below.endpoint.is_some();
                let below = if stray {
                    Said::default()
                } else {
                    below.at_home()
                };
                let said = flags.over(env).over(below);
                let name = named.then(|| Account::new(&**name));
                self.named(said, name)
            }
            Chosen::Nobody => self.named(flags.over(env), None),
        };
        let mut all = vec![first];
        for name in self.names() {
            if all[0].account.as_str() != name {
                let said = self.file_layer(&name).over(self.aws_layer(&name).at_home());
                all.push(said.profile(Account::new(&*name)));
            }
        }
        if self.flags.no_verify_ssl {
            for profile in &mut all {
                profile.verify_tls = false;
            }
        }
        Ok(all)
    }

    /// A profile whose name may be unknown: then its endpoint names it.
    fn named(&self, said: Said, name: Option<Account>) -> Profile {
        let (endpoint, _) = said.settle();
        let name = name.unwrap_or_else(|| {
            let host = if endpoint == PURESTORE_ENDPOINT {
                PURESTORE_ACCOUNT.to_owned()
            } else {
                host_of(&endpoint)
            };
            let taken = self.names().contains(&host);
            Account::new(if taken {
                format!("{host} (environment)")
            } else {
                host
            })
        });
        said.profile(name)
    }

    fn chosen(&self) -> Result<Chosen, Problem> {
        let by_env = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
            .into_iter()
            .find_map(|v| self.env.get(v).map(|name| (v, name.to_owned())));
        if let Some(name) = &self.flags.profile {
            self.must_exist(name, "--profile", None)?;
            return Ok(Chosen::Flag(name.clone()));
        }
        if let Some((variable, name)) = by_env {
            if name != "default" {
                self.must_exist(&name, variable, None)?;
            }
            return Ok(Chosen::Default(name));
        }
        if let Some(name) = &self.file.default_account {
            self.must_exist(name, "default_account", Some(self.names[0].clone()))?;
            return Ok(Chosen::Default(name.clone()));
        }
        let first = self.file.order.first().map(|(name, _)| name.clone());
        let aws = || {
            self.aws
                .contains_key("default")
                .then(|| "default".to_owned())
        };
        Ok(first.or_else(aws).map_or(Chosen::Nobody, Chosen::Default))
    }

    fn must_exist(&self, name: &str, who: &str, file: Option<String>) -> Result<(), Problem> {
        if self.file.account.contains_key(name) || self.aws.contains_key(name) {
            return Ok(());
        }
        let known = self.names();
        Err(Problem {
            file,
            line: None,
            what: format!("{who} names the account `{name}`, and there is none"),
            fix: if known.is_empty() {
                format!("add [account.{name}] to {}", self.names[0])
            } else {
                format!("known accounts: {}", known.join(", "))
            },
        })
    }

    /// The names of all accounts: ours as they stand in the file, then the AWS profiles with keys.
    fn names(&self) -> Vec<String> {
        let ours = self.file.order.iter().map(|(name, _)| name.clone());
        let with_keys = |(name, p): (&String, &AwsProfile)| {
            (p.keys.is_some() && !self.file.account.contains_key(name)).then(|| name.clone())
        };
        ours.filter(|name| self.file.account.contains_key(name))
            .chain(self.aws.iter().filter_map(with_keys))
            .collect()
    }

    fn flag_layer(&self) -> Result<Said, Problem> {
        let endpoint = self
            .flags
            .endpoint
            .as_deref()
            .map(|url| said_endpoint(url, "--endpoint-url"))
            .transpose()?;
        Ok(Said {
            endpoint,
            region: self.flags.region.clone(),
            addressing: self.flags.addressing,
            anonymous: self.flags.no_sign_request.then_some(true),
            ca_bundle: self.flags.ca_bundle.clone(),
            read_only: self.flags.read_only.then_some(true),
            ..Said::default()
        })
    }

    fn env_layer(&self) -> Result<Said, Problem> {
        let get = |name: &str| self.env.get(name).map(str::to_owned);
        let ignored = self.env.says_yes("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        let endpoint = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
            .into_iter()
            .filter(|_| !ignored)
            .find_map(|variable| Some((variable, self.env.get(variable)?)))
            .map(|(variable, url)| said_endpoint(url, variable))
            .transpose()?;
        let keys = match (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) {
            (Some(access_key), Some(secret)) => Some(Keys {
                access_key,
                secret: Secret::new(secret),
                token: get("AWS_SESSION_TOKEN").map(Secret::new),
                // Source: AWS CLI, `configure export-credentials --format env`.
                expires: get("AWS_CREDENTIAL_EXPIRATION").and_then(|at| at.parse().ok()),
                from: Provenance("environment".into()),
            }),
            _ => None,
        };
        Ok(Said {
            endpoint,
            region: get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")),
            keys,
            ca_bundle: self.env.path("AWS_CA_BUNDLE"),
            ..Said::default()
        })
    }

    fn file_layer(&self, name: &str) -> Said {
        let Some(table) = self.file.account.get(name) else {
            return Said::default();
        };
        let from = format!("config.toml [account.{name}]");
        Said {
            endpoint: table.endpoint.clone(),
            region: table.region.clone(),
            addressing: table.addressing,
            keys: file_keys(table, from),
            anonymous: table.anonymous,
            upload: table.upload,
            integrity: table.integrity,
            buckets: table.buckets.clone(),
            protected: table.protected.clone(),
            label: table.label.clone(),
            trash: table.trash,
            ca_bundle: table
                .ca_bundle
                .as_ref()
                .map(|p| self.env.expand(p.as_ref())),
            verify_tls: table.verify_tls,
            read_only: table.read_only,
        }
    }

    fn aws_layer(&self, name: &str) -> Said {
        let Some(profile) = self.aws.get(name) else {
            return Said::default();
        };
        let keys = profile
            .keys
            .clone()
            .map(|(access_key, secret, token, which)| {
                let file = match which {
                    Which::Config => &self.names[1],
                    Which::Credentials => &self.names[2],
                };
                let from = Provenance(format!("{file} [{name}]").into());
                Keys {
                    access_key,
                    secret,
                    token,
                    expires: profile.expires,
                    from,
                }
            });
        Said {
            endpoint: profile
                .endpoint
                .as_deref()
                .and_then(|url| checked_endpoint(url).ok()),
            region: profile.region.clone(),
            addressing: profile.addressing,
            keys,
            ca_bundle: profile
                .ca_bundle
                .as_ref()
                .map(|p| self.env.expand(p.as_ref())),
            ..Said::default()
        }
    }
}

fn file_keys(table: &AccountTable, from: String) -> Option<Keys> {
    Some(Keys {
        access_key: table.access_key.clone()?,
        secret: table.secret_key.clone()?,
        token: table.session_token.clone(),
        expires: None,
        from: Provenance(from.into()),
    })
}

fn host_of(endpoint: &str) -> String {
    let Ok(url) = Url::parse(endpoint) else {
        return "server".into();
    };
    let host = url.host_str().unwrap_or("server");
    url.port()
        .map_or_else(|| host.into(), |port| format!("{host}:{port}"))
}

fn said_endpoint(url: &str, who: &str) -> Result<String, Problem> {
    checked_endpoint(url).map_err(|why| Problem {
        file: None,
        line: None,
        what: format!("{who}: {why}"),
        fix: format!("write it in full, for example {PURESTORE_ENDPOINT} or http://localhost:9000"),
    })
}

/// An endpoint's URL without a closing slash, if it is one.
pub(super) fn checked_endpoint(text: &str) -> Result<String, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or("an endpoint starts with http:// or https:// and names a host")?;
    if url.username() != "" || url.password().is_some() {
        return Err("an endpoint holds no user name and no password".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("an endpoint holds no `?` and no `#`".into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}
