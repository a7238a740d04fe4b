//! What can be written on the command line.
//!
//! Pure: argv in, a value out. Names of options are those of the AWS CLI where it has them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::config::{ColorFlag, Flags, parse_part_size};
use crate::engine::{IfExists, LinkMethod};
use crate::model::{Address, Addressing, BucketName};

/// A terminal file browser for S3-compatible object storage.
///
/// Without a verb the browser opens on PLACE: s3://bucket/prefix, a folder, or an account's name.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, max_term_width = 100)]
#[command(disable_help_subcommand = false, subcommand_precedence_over_arg = true)]
#[command(
    after_help = "In s3://BUCKET/KEY everything behind the bucket is the key, byte for byte.\n\
    Exit codes: 0 all done, 1 something failed, 2 wrong usage, 130 cancelled."
)]
pub struct Args {
    /// Where the browser starts
    #[arg(value_name = "PLACE")]
    pub place: Option<String>,
    /// What to do without the browser
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// What every verb understands
    #[command(flatten)]
    pub global: Global,
}

/// What every verb understands.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Everywhere")]
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

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Try windlass on a server with sample data, inside the program
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// List buckets, or what is under a place
    Ls(Ls),
    /// Copy files, objects, folders and prefixes
    Cp(Cp),
    /// Move files, objects, folders and prefixes: copy, verify, then delete the source
    Mv(Cp),
    /// Delete for good
    Rm(Rm),
    /// Make a bucket
    Mb(Mb),
    /// Drop a bucket
    Rb(Rb),
    /// Write an object or file to standard output
    Cat(Cat),
    /// Show what is known about an object, a bucket or a file
    Stat(Stat),
    /// Sign a link that works without credentials
    Presign(Presign),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// `demo`
#[derive(Debug, ClapArgs)]
pub struct Demo {
    /// Keep the buckets in this folder; it is filled only if it is empty
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Only serve, print how to reach the server, and wait for Ctrl-C
    #[arg(long)]
    pub serve_only: bool,
    /// The port to listen on; the system chooses one otherwise
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
}

/// `ls`
///
/// s3://bucket/name shows the object of that name, and lists the prefix name/.
#[derive(Debug, ClapArgs)]
pub struct Ls {
    /// s3://bucket/prefix or a folder; without one, the buckets
    #[arg(value_parser = address())]
    pub place: Option<Address>,
    /// Everything below
    #[arg(short, long)]
    pub recursive: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `cp`, `mv`
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "A file or object goes to DST itself, or into DST under its own name if DST \
    ends in / or is an existing folder.\n\
    With -r, SRC with a closing / means what is in it; without one, the folder itself goes into DST \
    if DST ends in / or exists, and becomes DST otherwise. A whole bucket, . and .. mean what is in \
    them. Several SRC need a DST that takes them all.\n\
    Without a terminal to ask at, --if-exists ask fails for what is there already."
)]
pub struct Cp {
    /// What to take, then where to put it; - is standard input or output
    #[arg(required = true, num_args = 2.., value_name = "SRC... DST", value_parser = address())]
    pub places: Vec<Address>,
    /// Folders and prefixes with everything below
    #[arg(short, long)]
    pub recursive: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// The smallest part of a multipart upload, for example 16MiB
    #[arg(long, value_name = "S", value_parser = parse_part_size)]
    pub part_size: Option<u64>,
    /// Requests with object data in flight at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: Option<u16>,
    /// What to do when something is there already
    #[arg(long, value_name = "WHAT", default_value = "ask")]
    pub if_exists: Existing,
}

/// The words of `--if-exists`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Existing {
    /// Ask for each one
    Ask,
    /// Replace it
    Overwrite,
    /// Leave it
    Skip,
    /// Write under a free name
    KeepBoth,
    /// Replace it if the source is newer
    Newer,
}

impl From<Existing> for IfExists {
    fn from(word: Existing) -> Self {
        match word {
            Existing::Ask => Self::Ask,
            Existing::Overwrite => Self::Overwrite,
            Existing::Skip => Self::Skip,
            Existing::KeepBoth => Self::KeepBoth,
            Existing::Newer => Self::Newer,
        }
    }
}

/// `rm`
///
/// There is no way back. On a terminal it asks first; elsewhere -r needs --yes.
#[derive(Debug, ClapArgs)]
pub struct Rm {
    /// Objects, prefixes, files and folders
    #[arg(required = true, value_name = "PLACE", value_parser = address())]
    pub places: Vec<Address>,
    /// Prefixes and folders with everything below
    #[arg(short, long)]
    pub recursive: bool,
    /// Only list what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `mb`
#[derive(Debug, ClapArgs)]
pub struct Mb {
    /// The bucket
    #[arg(value_name = "s3://BUCKET", value_parser = bucket)]
    pub bucket: BucketName,
}

/// `rb`
#[derive(Debug, ClapArgs)]
pub struct Rb {
    /// The bucket
    #[arg(value_name = "s3://BUCKET", value_parser = bucket)]
    pub bucket: BucketName,
    /// Delete everything in it first
    #[arg(long)]
    pub force: bool,
}

/// `cat`
#[derive(Debug, ClapArgs)]
pub struct Cat {
    /// An object or a file
    #[arg(value_parser = address())]
    pub place: Address,
    /// Bytes from A to B, both included, counted from 0; A- means to the end
    #[arg(long, value_name = "A-B", value_parser = super::value::range)]
    pub range: Option<std::ops::RangeInclusive<u64>>,
}

/// `stat`
#[derive(Debug, ClapArgs)]
pub struct Stat {
    /// An object, a bucket or a file
    #[arg(value_parser = address())]
    pub place: Address,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// `presign`
#[derive(Debug, ClapArgs)]
pub struct Presign {
    /// The object
    #[arg(value_name = "s3://BUCKET/KEY", value_parser = address())]
    pub place: Address,
    /// What the receiver may do: download or upload
    #[arg(long, value_name = "METHOD", default_value = "get", ignore_case = true)]
    pub method: Method,
    /// How long the link works: 15m, 1h, 7d, or seconds; at most 7 days
    #[arg(long, alias = "expires-in", value_name = "TIME", default_value = "1h")]
    #[arg(value_parser = super::value::expiry)]
    pub expires: Duration,
    /// The Content-Type that the uploader must send
    #[arg(long, value_name = "T")]
    pub content_type: Option<String>,
    /// The file name under which a browser saves the download
    #[arg(long, value_name = "NAME")]
    pub attachment: Option<String>,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// The words of `--method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Download
    Get,
    /// Upload
    Put,
}

impl From<Method> for LinkMethod {
    fn from(word: Method) -> Self {
        match word {
            Method::Get => Self::Get,
            Method::Put => Self::Put,
        }
    }
}

/// `completions`
#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, ClapArgs)]
pub struct Man {
    /// The page of this verb
    pub verb: Option<String>,
}

/// An address out of any bytes: what is no text is a path.
fn address() -> impl TypedValueParser<Value = Address> {
    OsStringValueParser::new().try_map(|text: OsString| match text.to_str() {
        Some(text) => Address::parse(text),
        None => Ok(Address::Path(text.into())),
    })
}

fn bucket(text: &str) -> Result<BucketName, String> {
    let bare = text.strip_prefix("s3://").unwrap_or(text);
    let name = bare.strip_suffix('/').unwrap_or(bare);
    BucketName::new(name).map_err(|why| why.to_string())
}

impl Args {
    /// What the flags say about settings.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let global = self.global.clone();
        let (parallel, part_size) = match &self.verb {
            Some(Verb::Cp(cp) | Verb::Mv(cp)) => (cp.parallel, cp.part_size),
            _ => (None, None),
        };
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
            parallel: parallel.map(usize::from),
            part_size,
        }
    }

    /// Whether rows are JSON.
    pub(super) fn is_json(&self) -> bool {
        match &self.verb {
            Some(Verb::Ls(verb)) => verb.json,
            Some(Verb::Cp(verb) | Verb::Mv(verb)) => verb.json,
            Some(Verb::Rm(verb)) => verb.json,
            Some(Verb::Stat(verb)) => verb.json,
            Some(Verb::Presign(verb)) => verb.json,
            _ => false,
        }
    }
}
