//! From a config to an engine: one client an account, one queue.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{AccountView, Engine, Inner};
use crate::config::{Config, Profile};
use crate::model::{Account, Answer, Trouble};
use crate::s3::{Client, Credentials, Endpoint, Settings, Tempo};
use crate::transfer::{Bounds, Clients, Leftovers, Limits, Queue, Setup};

impl Engine {
    /// Opens everything that a config says, and leaves what earlier runs did not finish alone:
    /// for a single verb. Sends nothing. Must be called within a runtime.
    ///
    /// # Errors
    /// When an endpoint or a certificate file is unusable.
    pub fn open(config: Config) -> Answer<Self> {
        Self::start(config, Leftovers::Leave)
    }

    /// Opens everything that a config says, and takes over what earlier runs did not finish, as
    /// paused jobs: for the browser. Sends nothing. Must be called within a runtime.
    ///
    /// # Errors
    /// When an endpoint or a certificate file is unusable.
    pub fn open_and_adopt(config: Config) -> Answer<Self> {
        Self::start(config, Leftovers::Adopt)
    }

    fn start(config: Config, leftovers: Leftovers) -> Answer<Self> {
        let mut clients: HashMap<Account, Client> = HashMap::new();
        for profile in &config.accounts {
            clients.insert(profile.account.clone(), client(profile)?);
        }
        let accounts = config
            .accounts
            .iter()
            .map(|p| view(p, config.read_only))
            .collect();
        let limits = limits(&config);
        let known = clients.clone();
        let find: Clients = Arc::new(move |account| {
            known
                .get(account)
                .cloned()
                .ok_or_else(|| super::no_account(account))
        });
        let state = config.paths.state.clone();
        let queue = Queue::start(Setup {
            clients: find,
            state,
            limits,
            leftovers,
            tempo: Tempo::HUMAN,
        });
        Ok(Self(Arc::new(Inner {
            config,
            accounts,
            clients,
            queue,
            clock_told: AtomicBool::new(false),
        })))
    }
}

/// How much may happen at once.
pub(super) fn limits(config: &Config) -> Limits {
    Limits {
        parallel: config.transfer.parallel,
        bandwidth: config.transfer.bandwidth,
        memory: config.transfer.memory,
        threshold: config.transfer.threshold,
        part_size: config.transfer.part_size,
        bounds: Bounds {
            max_copy: config.transfer.max_copy,
            ..Bounds::default()
        },
    }
}

fn client(profile: &Profile) -> Answer<Client> {
    Client::new(settings(profile)?).map_err(|error| error.trouble())
}

/// How to talk to an account.
pub(super) fn settings(profile: &Profile) -> Answer<Settings> {
    let unusable = |why: &str| {
        Trouble::new(
            "BadAccount",
            &format!("The account {} cannot be used", profile.account),
            why,
            "correct its endpoint in the config file, in AWS_ENDPOINT_URL_S3 or with --endpoint-url",
        )
    };
    let endpoint = Endpoint::new(&profile.endpoint, &profile.region, profile.addressing)
        .map_err(|why| unusable(&why.to_string()))?;
    let credentials = profile
        .keys
        .as_ref()
        .filter(|_| !profile.anonymous)
        .map(|keys| Credentials {
            access_key: keys.access_key.as_str().into(),
            secret: keys.secret.clone(),
            token: keys.token.clone(),
            from: keys.from.clone(),
        });
    Ok(Settings {
        endpoint,
        credentials,
        integrity: profile.integrity,
        upload: profile.upload,
        ca_bundle: profile.ca_bundle.clone(),
        verify_tls: profile.verify_tls,
    })
}

fn view(profile: &Profile, read_only: bool) -> AccountView {
    AccountView {
        account: profile.account.clone(),
        endpoint: profile.endpoint.clone(),
        region: profile.region.clone(),
        keys_from: profile.keys.as_ref().map(|keys| keys.from.clone()),
        label: profile.label.clone(),
        temporary: profile
            .keys
            .as_ref()
            .is_some_and(|keys| keys.token.is_some()),
        expires: profile.keys.as_ref().and_then(|keys| keys.expires),
        read_only: read_only || profile.read_only,
    }
}
