//! Before and after a verb: reading the command line, settings, the log, and the exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tokio::runtime::{Builder, Runtime};

use super::{Args, Out, Outcome, Stop, Verb, args, doctor, log, usage};
use crate::config::{self, Config, Env, Output, Surroundings};
use crate::model::{Answer, Place, Trouble, shown};

/// What a run begins with.
#[derive(Debug)]
pub struct Begin {
    /// The command line.
    pub args: Args,
    /// Where to print.
    pub out: Out,
    /// What runs everything: few threads, since almost everything waits for the network.
    pub runtime: Runtime,
}

/// Reads the process's command line, starts the log, and answers what needs no settings.
///
/// # Errors
/// With the exit code when there is nothing more to do: help, a completion script, a wrong call.
pub fn begin() -> Result<Begin, ExitCode> {
    let args = Args::try_parse().map_err(|error| {
        // Nobody is left to be told when printing fails.
        let _ = error.print();
        code(error.exit_code())
    })?;
    let mut out = Out::new(&args);
    if let Some(file) = &args.global.log_file {
        let started = log::start(file, args.global.verbose);
        started.map_err(|trouble| end(Err(Stop::Usage(trouble)), &mut out))?;
    }
    let text = match &args.verb {
        Some(Verb::Completions(completions)) => Ok(completion_script(completions)),
        Some(Verb::Man(man)) => manual(man),
        _ => {
            let runtime = runtime().map_err(|trouble| failed(trouble, &mut out))?;
            return Ok(Begin { args, out, runtime });
        }
    };
    let printed = text.and_then(|text| {
        out.bytes(&text)?;
        Ok(Outcome::Complete)
    });
    Err(end(printed, &mut out))
}

fn completion_script(completions: &args::Completions) -> Vec<u8> {
    let mut text = Vec::new();
    let mut command = Args::command();
    clap_complete::generate(completions.shell, &mut command, "windlass", &mut text);
    text
}

fn manual(man: &args::Man) -> Result<Vec<u8>, Stop> {
    let mut command = Args::command();
    command.build();
    let page = match &man.verb {
        None => command,
        Some(verb) => command.find_subcommand(verb).cloned().ok_or_else(|| {
            let what = format!("There is no verb {verb}");
            usage(
                &what,
                "it has no manual page",
                "windlass --help lists the verbs",
            )
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(text)
}

/// Reads the settings, and says what is wrong with them.
///
/// # Errors
/// With the exit code, when they cannot be used; everything is said by then.
pub fn settings(args: &Args, env: &Env, out: &mut Out) -> Result<(Config, Surroundings), ExitCode> {
    match config::load(&args.flags(), env) {
        Ok(loaded) => {
            for warning in loaded.warnings {
                let text = format!("{warning} ({})", warning.fix);
                out.note(&shown(&text));
            }
            let config = loaded.config;
            let output = if std::io::stdout().is_terminal() {
                Output::Terminal
            } else {
                Output::Pipe
            };
            let color = config.interface.color;
            let surroundings = Surroundings::of(env, args.flags().color, color, output);
            Ok((config, surroundings))
        }
        Err(problems) => {
            if let Some(Verb::Doctor(_)) = &args.verb {
                let troubles = problems.iter().map(config::Problem::trouble);
                let told = doctor::unreadable(troubles, out);
                return Err(end(told, out));
            }
            for problem in problems {
                out.trouble(&problem.trouble());
            }
            Err(code(2))
        }
    }
}

/// Refuses the browser where there is no screen, and says what to use instead.
///
/// # Errors
/// With the exit code, when there is none; it is said by then.
pub fn screen(surroundings: &Surroundings, out: &mut Out) -> Result<(), ExitCode> {
    let is_screen = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if is_screen && !surroundings.is_dumb() {
        return Ok(());
    }
    let why = usage(
        "The browser needs a terminal, and this is none",
        "input or output is a pipe or a file, or TERM says that it cannot draw",
        "use a verb: windlass ls, cp, mv, rm, mb, rb, cat, stat, presign; see windlass --help",
    );
    Err(end(Err(why), out))
}

/// The place that the browser starts at.
///
/// # Errors
/// With the exit code, when there is no such place; it is said by then.
pub fn place(text: &str, config: &Config, env: &Env, out: &mut Out) -> Result<Place, ExitCode> {
    let why = match config.place(text, env) {
        Ok(Place::Folder(path)) if !path.is_dir() => format!("{} is no folder", path.display()),
        Ok(place) => return Ok(place),
        Err(why) => why,
    };
    let fix = "name s3://bucket/prefix, a folder, or an account; windlass --help lists the verbs";
    let what = format!("{text:?} is neither a verb nor a place");
    Err(end(Err(usage(&what, &why, fix)), out))
}

/// Open files that are always enough.
const MANY_FILES: u64 = 16_384;

fn runtime() -> Answer<Runtime> {
    as_many_files_as_allowed();
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(cores.clamp(2, 4))
        .enable_all()
        .build()
        .map_err(|why| {
            let why = why.to_string();
            Trouble::new("NoThreads", "Cannot start", &why, "close other programs")
        })
}

/// Hundreds of requests at once are a connection and a file each, and a process often starts with
/// a thousand (rule F-9). Where more is not allowed, fewer go at once.
fn as_many_files_as_allowed() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum.map_or(MANY_FILES, |most| most.min(MANY_FILES));
    let now = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if now < current {
        let current = Some(current);
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    }
}

/// Says what failed, and gives the exit code.
pub fn failed(trouble: Trouble, out: &mut Out) -> ExitCode {
    end(Err(Stop::Failed(trouble)), out)
}

/// Prints how to reach a server, and waits until the process is asked to stop.
pub async fn serving(exports: &str, out: &mut Out) -> ExitCode {
    // Listening starts before anybody can know that there is something to stop.
    let stopped = stop_signal();
    let printed = out.bytes(exports.as_bytes()).and_then(|()| out.flush());
    if printed.is_ok() {
        out.note(&shown("serving until Ctrl-C"));
        stopped.await;
    }
    end(printed.map(|()| Outcome::Complete).map_err(Stop::from), out)
}

/// Says how a verb ended, and gives the exit code.
pub(super) fn end(result: Result<Outcome, Stop>, out: &mut Out) -> ExitCode {
    let result = match (result, out.finish()) {
        (Ok(_), Err(error)) => Err(error.into()),
        (result, _) => result,
    };
    match result {
        Ok(Outcome::Complete) | Err(Stop::Closed) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::FAILURE,
        Err(Stop::Failed(trouble)) => {
            out.trouble(&trouble);
            ExitCode::FAILURE
        }
        Err(Stop::Usage(trouble)) => {
            out.trouble(&trouble);
            code(2)
        }
        Err(Stop::Cancelled) => {
            out.note(&shown("cancelled"));
            code(130)
        }
    }
}

fn code(number: i32) -> ExitCode {
    ExitCode::from(u8::try_from(number).unwrap_or(1))
}

/// Ctrl-C, a polite kill, or the terminal going away. Listens from the call on.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let mut signals: Vec<_> = kinds
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    std::future::poll_fn(move |cx| {
        let asked = signals.iter_mut().any(|s| s.poll_recv(cx).is_ready());
        // Without a signal to wait for there is no way to be stopped but a hard one.
        if asked {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() {
    // Without a way to wait there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
}
