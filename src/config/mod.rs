//! What the user said, resolved: flags, environment, config file, AWS files, defaults.
//!
//! This floor is the only reader of the environment and of the home folder, and [`Env`] holds
//! what was read: everything else is a function of [`Flags`], [`Env`] and the text of three files.
//! It knows no network. Order of what wins: flags, environment, `config.toml`, the AWS files, the
//! PureStore default; a profile that was chosen by a flag goes before the environment.

mod aws;
mod env;
mod layer;
mod load;
mod profile;
mod region;
mod surroundings;
#[cfg(test)]
mod tests;
mod typed;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use env::Env;
pub use load::{Flags, Loaded, Problem, load};
pub use surroundings::{ColorFlag, ColorLevel, Output, Surroundings};
pub use values::{parse_bandwidth, parse_part_size, parse_size};

use crate::model::{
    Account, Addressing, BucketName, Integrity, Place, Provenance, Secret, UploadMode,
};

/// The endpoint of the account that stands when nothing is configured.
///
/// Source: CloudPe PureStore endpoint guide, "Service details".
pub const PURESTORE_ENDPOINT: &str = "https://s3.in-west3.purestore.io";

/// The name of that account.
pub const PURESTORE_ACCOUNT: &str = "purestore";

/// Everything that was said, resolved.
#[derive(Debug, Clone)]
pub struct Config {
    /// All accounts, the default one first. Never empty: without any the PureStore default stands
    /// here without keys.
    pub accounts: Vec<Profile>,
    /// How transfers run.
    pub transfer: Transfers,
    /// How the browser looks and behaves.
    pub interface: Interface,
    /// Where things are kept.
    pub paths: Paths,
    /// No request that changes anything is sent.
    pub read_only: bool,
    /// What was looked for when no credentials were found, in words for people.
    pub looked_for: Vec<String>,
}

impl Config {
    /// The place that a person means: an account's name, `s3://bucket/prefix` of the first
    /// account, or a folder.
    ///
    /// # Errors
    /// In words, when it is no place.
    pub fn place(&self, text: &str, env: &Env) -> Result<Place, String> {
        load::place(text, &self.accounts, env)
    }
}

/// One account: an endpoint and what is needed to talk to it.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub account: Account,
    /// The endpoint's URL.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// Path or virtual host.
    pub addressing: Addressing,
    /// The keys, if any were found.
    pub keys: Option<Keys>,
    /// Anonymous on purpose: nothing is signed.
    pub anonymous: bool,
    /// How uploads are sent.
    pub upload: UploadMode,
    /// How uploads are protected.
    pub integrity: Integrity,
    /// Buckets to show although the key may not list them.
    pub buckets: Vec<BucketName>,
    /// Buckets (with `*`) whose objects need a typed confirmation to be deleted.
    pub protected: Vec<String>,
    /// Shown reversed before the crumbs: `PROD`.
    pub label: Option<String>,
    /// What becomes of objects that are deleted.
    pub trash: Trash,
    /// Further certificates to trust, PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Whether certificates are checked.
    pub verify_tls: bool,
    /// No request that changes anything is sent to this account.
    pub read_only: bool,
}

/// What becomes of objects that are deleted in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trash {
    /// They are gone, or under a version where the bucket keeps versions.
    #[default]
    None,
    /// They are moved below `.trash/` in their bucket.
    Prefix,
}

/// Static keys.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret: Secret,
    /// The session token.
    pub token: Option<Secret>,
    /// When they end, if they do and that is known.
    pub expires: Option<jiff::Timestamp>,
    /// Where they were found.
    pub from: Provenance,
}

/// How transfers run.
#[derive(Debug, Clone)]
pub struct Transfers {
    /// Requests with object data in flight at once; none: as many as help.
    pub parallel: Option<usize>,
    /// Bytes a second, each way; none: no limit.
    pub bandwidth: Option<u64>,
    /// Bytes of memory for data in flight.
    pub memory: u64,
    /// Multipart starts above this many bytes.
    pub threshold: u64,
    /// Smallest part.
    pub part_size: u64,
    /// Above this many bytes a server copies in parts.
    pub max_copy: u64,
}

/// How the browser looks and behaves.
#[derive(Debug, Clone)]
pub struct Interface {
    /// `auto`, `mono`, `16`, `256`, `truecolor`.
    pub color: ColorChoice,
    /// Which colours.
    pub theme: ThemeChoice,
    /// Which glyphs.
    pub glyphs: GlyphChoice,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// The place of the left pane; none: the default account's buckets.
    pub left: Option<Place>,
    /// The place of the right pane; none: the working directory.
    pub right: Option<Place>,
    /// Dot files and folder markers are shown.
    pub hidden: bool,
    /// What becomes of transfers when the terminal goes away.
    pub on_hangup: OnHangup,
    /// Whether the end of transfers is told to somebody who looks elsewhere.
    pub bell: Bell,
    /// Whether the terminal is asked what it can do.
    pub probe: Probe,
    /// Whether the preview shows pictures.
    pub images: Images,
    /// Whether prefixes are listed before they are opened.
    pub prefetch: Prefetch,
    /// Keys by mode: key text to action name, `""` unbinds.
    pub keys: BTreeMap<String, BTreeMap<String, String>>,
}

/// Which colours to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// The built-in ones, as many as the terminal shows.
    #[default]
    Auto,
    /// The terminal's own sixteen.
    Terminal,
    /// A theme that comes along.
    Named(String),
    /// The lines of a theme file.
    Lines(String),
}

/// Which characters to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlyphChoice {
    /// Unicode where the locale has it.
    #[default]
    Auto,
    /// Unicode.
    Unicode,
    /// Seven bits.
    Ascii,
    /// Unicode, with the icons of a Nerd Font.
    Nerd,
}

/// What becomes of transfers when the terminal goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnHangup {
    /// They go on without a screen, then the process ends.
    #[default]
    Finish,
    /// They are held, for the next start to go on with.
    Pause,
    /// The process ends; the next start goes on with them.
    Quit,
}

/// Whether the end of transfers is told to somebody who looks elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bell {
    /// It is.
    #[default]
    Rings,
    /// It is not.
    Silent,
}

/// Whether the terminal is asked what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Probe {
    /// It is, after the first frame.
    #[default]
    Asks,
    /// It is not: the environment says it all.
    Silent,
}

/// Whether the preview shows pictures, in a build that can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Images {
    /// It does; over SSH when asked to.
    #[default]
    Auto,
    /// It does, over SSH too.
    Always,
    /// It does not.
    Never,
}

/// Whether prefixes are listed before they are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefetch {
    /// The one under a resting cursor is.
    #[default]
    On,
    /// Nothing is asked that nobody asked for.
    Off,
}

/// How many colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// By the environment.
    #[default]
    Auto,
    /// None.
    Never,
    /// The terminal's own 16.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// 24 bits.
    True,
}

/// Where things are kept.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The config file that was read or would be.
    pub config: PathBuf,
    /// Journal and session.
    pub state: PathBuf,
    /// The trash of the desktop.
    pub trash: PathBuf,
}
