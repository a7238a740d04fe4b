//! What can be written on the command line.
//!
//! Pure: argv in, a value out. Names of options are those of the AWS CLI where it has them.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts that people read"
)]

mod search;

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(super) use search::{Du, Find};

use super::doctor::Doctor;
use super::global::Global;
use super::transfers::{LeftAct, Transfers};
use crate::config::{Flags, parse_bandwidth, parse_part_size};
use crate::engine::{IfExists, LinkMethod};
use crate::model::{Address, BucketName};

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

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Try windlass on a server with sample data, inside the program
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// List buckets, or what is under a place
    Ls(Ls),
    /// Count the objects and bytes under a place, folder by folder
    Du(Du),
    /// Find objects and files by name, size, age and class
    Find(Find),
    /// Copy files, objects, folders and prefixes
    #[command(override_usage = "windlass cp [OPTIONS] <SRC>... <DST>")]
    Cp(Cp),
    /// Move files, objects, folders and prefixes: copy, verify, then delete the source
    #[command(override_usage = "windlass mv [OPTIONS] <SRC>... <DST>")]
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
    /// List what was interrupted, go on with it, or give it up
    Transfers(Transfers),
    /// Check an account, and say what to do
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// `demo`
#[cfg(feature = "demo")]
#[derive(Debug, ClapArgs)]
pub struct Demo {
    /// Keep the buckets in this folder; it is filled only if it is empty
    #[arg(long, value_name = "DIR")]
    pub dir: Option<std::path::PathBuf>,
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
    #[arg(required = true, num_args = 2.., value_name = "PLACE", value_parser = address())]
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
    /// Requests with object data in flight at once; without it as many as help
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: Option<u16>,
    /// Bytes a second each way, for example 5MB, or unlimited
    #[arg(long, value_name = "RATE", value_parser = bandwidth)]
    pub bandwidth: Option<u64>,
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "a switch of the command line each"
)]
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
pub(super) fn address() -> impl TypedValueParser<Value = Address> {
    OsStringValueParser::new().try_map(|text: OsString| match text.to_str() {
        Some(text) => Address::parse(text),
        None => Ok(Address::Path(text.into())),
    })
}

/// Bytes a second; 0 is no limit.
fn bandwidth(text: &str) -> Result<u64, String> {
    parse_bandwidth(text).map(Option::unwrap_or_default)
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
        let mut flags = self.global.flags();
        if let Some(Verb::Cp(cp) | Verb::Mv(cp)) = &self.verb {
            flags.parallel = cp.parallel.map(usize::from);
            flags.bandwidth = cp.bandwidth;
            flags.part_size = cp.part_size;
        }
        if let Some(Verb::Transfers(Transfers {
            act: Some(LeftAct::Resume(resume)),
            ..
        })) = &self.verb
        {
            flags.parallel = resume.parallel.map(usize::from);
        }
        flags
    }

    /// Whether rows are JSON.
    pub(super) fn is_json(&self) -> bool {
        match &self.verb {
            Some(Verb::Ls(verb)) => verb.json,
            Some(Verb::Du(verb)) => verb.json,
            Some(Verb::Find(verb)) => verb.json,
            Some(Verb::Cp(verb) | Verb::Mv(verb)) => verb.json,
            Some(Verb::Rm(verb)) => verb.json,
            Some(Verb::Stat(verb)) => verb.json,
            Some(Verb::Presign(verb)) => verb.json,
            Some(Verb::Transfers(verb)) => verb.json,
            Some(Verb::Doctor(verb)) => verb.json,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
