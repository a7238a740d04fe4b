//! Chooses a skin: the browser, a verb, or the demo.

use std::process::ExitCode;
use std::time::Duration;

use windlass::cli::{self, Args, Out, Verb};
use windlass::config::{Config, Env, Surroundings};
use windlass::engine::Engine;
use windlass::model::Answer;

fn main() -> ExitCode {
    let mut begin = match cli::begin() {
        Ok(begin) => begin,
        Err(code) => return code,
    };
    // Fails only if there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let code = begin.runtime.block_on(start(begin.args, &mut begin.out));
    // A thread that still reads standard input must not keep the process.
    begin.runtime.shutdown_timeout(Duration::from_millis(100));
    code.unwrap_or_else(|code| code)
}

/// Does what was asked. Both results are exit codes; an error ended it early, and was said.
async fn start(args: Args, out: &mut Out) -> Result<ExitCode, ExitCode> {
    let env = Env::of_process();
    let (mut config, terminal) = cli::settings(&args, &env, out)?;
    let result = match args.verb {
        #[cfg(feature = "demo")]
        Some(Verb::Demo(demo)) => Box::pin(show(demo, config, terminal, out)).await,
        Some(verb) => headless(verb, config, out).await,
        None => {
            if let Some(text) = &args.place {
                config.interface.left = Some(cli::place(text, &config, &env, out)?);
            }
            browse(config, terminal, out).await
        }
    };
    result.map_err(|trouble| cli::failed(trouble, out))
}

async fn headless(verb: Verb, config: Config, out: &mut Out) -> Answer<ExitCode> {
    Ok(cli::run(verb, &Engine::open(config)?, out).await)
}

async fn browse(config: Config, terminal: Surroundings, out: &mut Out) -> Answer<ExitCode> {
    if let Err(code) = cli::screen(&terminal, out) {
        return Ok(code);
    }
    windlass::tui::run(Engine::open_and_adopt(config)?, terminal).await?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "demo")]
async fn show(
    demo: cli::Demo,
    config: Config,
    terminal: Surroundings,
    out: &mut Out,
) -> Answer<ExitCode> {
    let server = windlass::demo::start(demo.dir, demo.port).await?;
    let result = if demo.serve_only {
        Ok(cli::serving(&server.exports(), out).await)
    } else {
        browse(server.config(config), terminal, out).await
    };
    server.stop().await;
    result
}
