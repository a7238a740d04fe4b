//! The options that every verb understands.
//!
//! Pure.

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, ValueEnum};

use crate::config::{ColorFlag, Flags};
use crate::model::Addressing;

/// What every verb understands.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Everywhere")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a switch of the command line each"
)]
pub struct Global {
    /// The account, or the profile of the AWS files, to use
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// The server
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The region to sign for
    #[arg(long, global = true, value_name = "R")]
    region: Option<String>,
    /// Where the bucket's name goes in a URL
    #[arg(long, global = true, value_name = "STYLE")]
    addressing: Option<Style>,
    /// The settings file, instead of config.toml in the usual place
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Send requests without a signature: for public buckets
    #[arg(long, global = true)]
    no_sign_request: bool,
    /// Further certificates to trust, PEM
    #[arg(long, global = true, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Do not check certificates. Whoever is in between can read and change everything
    #[arg(long, global = true)]
    no_verify_ssl: bool,
    /// Send no request that changes anything
    #[arg(long, global = true)]
    read_only: bool,
    /// Whether to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// Write a log here; it holds no secret and no link
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// Print failures only
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Print the details of failures; log more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Style {
    Auto,
    Path,
    Virtual,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Global {
    /// What they say about settings.
    pub(super) fn flags(&self) -> Flags {
        let global = self.clone();
        Flags {
            profile: global.profile,
            endpoint: global.endpoint_url,
            region: global.region,
            addressing: global.addressing.map(|style| match style {
                Style::Auto => Addressing::Auto,
                Style::Path => Addressing::Path,
                Style::Virtual => Addressing::VirtualHost,
            }),
            config: global.config,
            ca_bundle: global.ca_bundle,
            color: match global.color {
                When::Auto => ColorFlag::Auto,
                When::Always => ColorFlag::Always,
                When::Never => ColorFlag::Never,
            },
            no_sign_request: global.no_sign_request,
            no_verify_ssl: global.no_verify_ssl,
            read_only: global.read_only,
            parallel: None,
            bandwidth: None,
            part_size: None,
        }
    }
}
