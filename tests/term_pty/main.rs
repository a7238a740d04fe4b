//! The life of the program on a terminal: a dropped link, a stalled one, a stop and a return, late
//! answers, tmux. Every wait is for something to be seen; nothing sleeps.

#![cfg(all(feature = "demo", unix))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking; the support module serves other tests too"
)]

mod demo;
mod hands;
mod link;
mod session;
#[path = "../support/mod.rs"]
mod support;
