//! The log file of `--log-file`.
//!
//! Only windlass's own events are written, and those carry no secret and no link by construction;
//! what libraries say about requests is left out.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

use crate::model::{Answer, Trouble};

/// Starts writing. `verbose` is how often `-v` was said.
pub(super) fn start(file: &Path, verbose: u8) -> Answer<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let cannot = |why: &dyn std::fmt::Display| {
        let what = format!("Cannot write the log {}", file.display());
        Trouble::new("Log", &what, &why.to_string(), "choose another --log-file")
    };
    let target = options.open(file).map_err(|e| cannot(&e))?;
    let level = match verbose {
        0 => "windlass=info",
        1 => "windlass=debug",
        _ => "windlass=trace",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_ansi(false)
        .with_writer(Mutex::new(target))
        .try_init()
        .map_err(|e| cannot(&e))
}
