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

use crate::config::Surroundings;
use crate::engine::Engine;
use crate::model::{Answer, Trouble};

/// Opens the browser and stays until it is quit.
///
/// # Errors
/// When the terminal cannot be used.
#[expect(
    clippy::unused_async,
    reason = "the loop that waits stands behind this seam"
)]
pub async fn run(engine: Engine, surroundings: Surroundings) -> Answer<()> {
    drop((engine, surroundings));
    Err(Trouble::new(
        "NotDrawn",
        "The browser cannot be opened",
        "nothing is drawn yet",
        "use the verbs: windlass --help",
    ))
}
