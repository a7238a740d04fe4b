//! Chooses a skin: the browser, a verb, or the demo.

use std::process::ExitCode;
use std::time::Duration;

use windlass::cli::{self, Args, Begin, Out};
use windlass::config::{Config, Env, Surroundings};
use windlass::engine::Engine;
use windlass::model::Trouble;

fn main() -> ExitCode {
    let (args, mut out) = match cli::begin() {
        Begin::Answered(code) => return code,
        Begin::Go(args, out) => (*args, out),
    };
    // Fails only if there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match cli::runtime() {
        Ok(runtime) => runtime,
        Err(trouble) => return cli::failed(trouble, &mut out),
    };
    let code = match runtime.block_on(start(args, &mut out)) {
        Ok(code) | Err(Ended::Said(code)) => code,
        Err(Ended::Failed(trouble)) => cli::failed(trouble, &mut out),
    };
    // A thread that still reads standard input must not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    code
}

/// Why there was nothing to do: it was said already, or it is still to be said.
enum Ended {
    Said(ExitCode),
    Failed(Trouble),
}

impl From<ExitCode> for Ended {
    fn from(code: ExitCode) -> Self {
        Self::Said(code)
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

async fn start(args: Args, out: &mut Out) -> Result<ExitCode, Ended> {
    let env = Env::of_process();
    let (mut config, surroundings) = cli::settings(&args, &env, out)?;
    match args.verb {
        #[cfg(feature = "demo")]
        Some(cli::Verb::Demo(demo)) => {
            if !demo.serve_only {
                cli::screen(&surroundings, out)?;
            }
            let server = windlass::demo::start(demo.dir, demo.port).await?;
            let result = if demo.serve_only {
                Ok(cli::serving(&server.exports(), out).await)
            } else {
                browse(server.config(config), surroundings).await
            };
            server.stop().await;
            result
        }
        Some(verb) => Ok(cli::run(verb, &Engine::open(config)?, out).await),
        None => {
            if let Some(text) = &args.place {
                config.interface.left = Some(cli::place(text, &config, &env, out)?);
            }
            cli::screen(&surroundings, out)?;
            browse(config, surroundings).await
        }
    }
}

async fn browse(config: Config, surroundings: Surroundings) -> Result<ExitCode, Ended> {
    windlass::tui::run(Engine::open_and_adopt(config)?, surroundings).await?;
    Ok(ExitCode::SUCCESS)
}
