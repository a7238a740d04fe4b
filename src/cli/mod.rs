//! The headless twin: every verb of the browser as a subcommand, on the same engine.
//!
//! A verb is a short async function over the engine's methods; it knows no screen, and prints
//! through [`Out`] only. How it ended is an [`ExitCode`]: 0 all done, 1 something failed, 2 wrong
//! usage, 130 cancelled.

mod args;
mod bucket;
mod cat;
mod cp;
mod doctor;
mod drive;
mod du;
mod find;
mod global;
mod guard;
mod log;
mod ls;
mod out;
mod plan;
mod presign;
mod rm;
mod rows;
mod spot;
mod start;
mod stat;
mod transfers;
mod value;

use std::io;
use std::process::ExitCode;

#[cfg(feature = "demo")]
pub use args::Demo;
pub use args::{Args, Verb};
pub use doctor::Doctor;
pub use global::Global;
pub use out::Out;
pub use start::{Begin, begin, failed, place, screen, serving, settings};
pub use transfers::{LeftAct, LeftIds, Resume, Transfers};

use crate::engine::Engine;
use crate::model::Trouble;

/// Why a verb ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It failed.
    Failed(Trouble),
    /// It was called wrongly.
    Usage(Trouble),
    /// The person stopped it.
    Cancelled,
    /// The reader of stdout went away.
    Closed,
}

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All was done.
    Complete,
    /// Something failed, and was said.
    SomeFailed,
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Failed(Trouble::new(
            "CannotWrite",
            "Cannot write the output",
            &error.to_string(),
            "",
        ))
    }
}

/// A wrong call, in words.
fn usage(what: &str, why: &str, fix: &str) -> Stop {
    Stop::Usage(Trouble::new("Usage", what, why, fix))
}

/// Does a verb. Ctrl-C ends it cleanly.
pub async fn run(verb: Verb, engine: &Engine, out: &mut Out) -> ExitCode {
    // Transfers clean up behind themselves; anything else may be dropped at any point.
    let stops_itself = matches!(verb, Verb::Cp(_) | Verb::Mv(_) | Verb::Transfers(_));
    let result = tokio::select! {
        result = act(verb, engine, out) => result,
        _ = tokio::signal::ctrl_c(), if !stops_itself => Err(Stop::Cancelled),
    };
    if let Some(trouble) = engine.clock_to_tell() {
        out.trouble(&trouble);
    }
    start::end(result, out)
}

async fn act(verb: Verb, engine: &Engine, out: &mut Out) -> Result<Outcome, Stop> {
    match verb {
        Verb::Ls(ls) => ls::run(ls, engine, out).await,
        Verb::Du(du) => du::run(du, engine, out).await,
        Verb::Find(find) => find::run(find, engine, out).await,
        Verb::Cp(cp) => cp::copy(cp, engine, out).await,
        Verb::Mv(cp) => cp::r#move(cp, engine, out).await,
        Verb::Rm(rm) => rm::run(rm, engine, out).await,
        Verb::Mb(mb) => bucket::make(mb, engine, out).await,
        Verb::Rb(rb) => bucket::drop(rb, engine, out).await,
        Verb::Cat(cat) => cat::run(cat, engine, out).await,
        Verb::Stat(stat) => stat::run(stat, engine, out).await,
        Verb::Presign(presign) => presign::run(presign, engine, out),
        Verb::Doctor(doctor) => doctor::run(doctor, engine, out).await,
        Verb::Transfers(transfers) => transfers::run(transfers, engine, out).await,
        // Another skin's business.
        #[cfg(feature = "demo")]
        Verb::Demo(_) => Ok(Outcome::Complete),
        // Answered before there was an engine.
        Verb::Completions(_) | Verb::Man(_) => Ok(Outcome::Complete),
    }
}
