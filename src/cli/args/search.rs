//! `du` and `find`.
//!
//! Pure.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts that people read"
)]

use clap::Args as ClapArgs;

use super::address;
use crate::cli::value::{Age, age, size_is};
use crate::engine::SizeIs;
use crate::model::Address;

/// `du`
#[derive(Debug, ClapArgs)]
pub struct Du {
    /// s3://bucket/prefix or a folder
    #[arg(value_parser = address())]
    pub place: Address,
    /// Folders down to this depth; 0 is the sum alone
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    pub depth: u16,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `find`
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Quote GLOB, or the shell takes it: * is anything, ? one character, [a-z] one of these.\n\
    Without a / it is about the last part of a name, with one about the whole name below PLACE.\n\
    All conditions must hold; what a server does not say holds none."
)]
pub struct Find {
    /// s3://bucket/prefix or a folder
    #[arg(value_parser = address())]
    pub place: Address,
    /// Names that look like this, for example '*.jpg'
    #[arg(long, value_name = "GLOB")]
    pub name: Option<String>,
    /// Larger than +1M, smaller than -1M, or exactly 1M; again for a range
    #[arg(long, value_name = "SIZE", value_parser = size_is, allow_hyphen_values = true)]
    pub size: Vec<SizeIs>,
    /// Changed within this time, or since a date: 7d, 12h, 2026-03-01
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub newer: Option<Age>,
    /// Changed before that: 30d, 2026-03-01
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub older: Option<Age>,
    /// Of this storage class, for example GLACIER
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}
