//! The browser: Elm at the seam, plain structs inside.
//!
//! [`shell`] is the only place where time passes and where tasks are spawned; [`app`] is pure:
//! messages in, effects out; [`view`] draws an `App` and changes nothing.

pub mod action;
pub mod field;
pub mod msg;
pub mod overlay;
pub mod paint;
pub mod queue;
pub mod theme;
