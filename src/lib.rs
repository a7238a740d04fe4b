//! windlass: a terminal file browser for S3-compatible object storage.
//!
//! The house has floors; a module may name only what stands below it. `tests/floors.rs` holds
//! this picture against the code, and `docs/architecture.md` explains it.
//!
//! ```text
//!  main                          chooses a skin
//!  tui        cli        demo    skins: they never see each other
//!  engine     term               the front doors: to bytes, and to the terminal
//!  transfer                      plan, ledger, journal, scheduler, workers
//!  s3         local              two worlds of bytes: they never see each other
//!  config                        what the user said, resolved
//!  model                         words: names, keys, places, objects
//! ```

pub mod model;

pub mod config;

pub mod local;
pub mod s3;

pub mod transfer;

pub mod engine;
pub mod term;

pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod tui;
