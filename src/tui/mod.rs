//! The browser: Elm at the seam, plain structs inside.
//!
//! [`shell`] is the only place where time passes and where tasks are spawned; [`app`] is pure:
//! messages in, effects out; [`view`] draws an `App` and changes nothing.

pub mod action;
pub mod app;
mod ask;
pub mod cursor;
pub mod drag;
pub mod field;
pub mod keymap;
pub mod keytext;
pub mod moving;
pub mod msg;
pub mod overlay;
pub mod paint;
pub mod pane;
pub mod picture;
pub mod queue;
pub mod selection;
pub mod shell;
pub mod theme;
pub mod tree;
pub mod view;

pub use shell::{Terminal, run};
