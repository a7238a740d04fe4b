//! The app as the config and the session want it, at its start.
//!
//! Knows the config and the engine's accounts; asks nothing of the network.

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use super::Terminal;
use crate::config::{Config, Images};
use crate::engine::Engine;
use crate::model::{Place, shown};
use crate::term::Level;
use crate::tui::app::{App, Begin, Setup, Started};
use crate::tui::keymap::Keymap;
use crate::tui::pane::browser::Known;
use crate::tui::picture::Pictures;
use crate::tui::tree::Dots;
use crate::tui::view::layout::Shown;

/// A file as a person writes it: `~/.config/windlass/config.toml`.
fn below_home(file: &Path, home: &Path) -> String {
    match file.strip_prefix(home) {
        Ok(below) => format!("~/{}", below.display()),
        Err(_) => file.display().to_string(),
    }
}

/// The app as the config and the session want it.
pub(super) fn app(config: &Config, engine: &Engine, terminal: &Terminal, wrong: &[String]) -> App {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let known = Known {
        accounts: engine.accounts(),
        looked_for: config.looked_for.clone(),
        config: below_home(&config.paths.config, &terminal.home),
    };
    let places = places(config, engine, &known, &here);
    let protected = config
        .accounts
        .iter()
        .map(|p| (p.account.clone(), p.protected.clone()));
    let (keymap, mut problems) = Keymap::new(&config.interface.keys);
    problems.extend(wrong.iter().map(|text| shown(&format!("theme: {text}"))));
    let setup = Setup {
        known,
        protected: protected.collect(),
        trash: config
            .accounts
            .iter()
            .filter(|p| p.trash == crate::config::Trash::Prefix)
            .map(|p| p.account.clone())
            .collect(),
        read_only: config.read_only,
        places: Some(places),
        dots: if config.interface.hidden {
            Dots::Shown
        } else {
            Dots::Hidden
        },
        home: Some(terminal.home.clone()),
        here,
        problems,
        pictures: pictures(config, terminal),
        bookmarks: engine.bookmarks(),
        mouse_told: match engine.session() {
            Some(last) if last.mouse_told => Shown::Yes,
            _ => Shown::No,
        },
        prefetch: config.interface.prefetch,
    };
    App::new(setup, keymap, Instant::now(), Timestamp::now())
}

/// Where the panes begin: where the person says, else where they were left.
fn places(config: &Config, engine: &Engine, known: &Known, here: &Path) -> [Begin; 2] {
    let first = known
        .accounts
        .first()
        .map(|view| Place::Buckets(view.account.clone()));
    let last = engine.session();
    let again = |side: usize| {
        let last = last.as_ref()?;
        let started = if last.here == *here {
            Started::Here
        } else {
            Started::Elsewhere
        };
        Begin::again(last.panes.get(side)?, started, &known.accounts)
    };
    let left = config
        .interface
        .left
        .clone()
        .map(Begin::from)
        .or_else(|| again(0))
        .or(first.map(Begin::from))
        .unwrap_or_else(|| Place::Accounts.into());
    let right = config
        .interface
        .right
        .clone()
        .map(Begin::from)
        .or_else(|| again(1))
        .unwrap_or_else(|| Place::Folder(here.to_owned()).into());
    [left, right]
}

/// Whether the preview shows pictures here.
fn pictures(config: &Config, terminal: &Terminal) -> Pictures {
    match config.interface.images {
        Images::Never => Pictures::Never,
        _ if terminal.level == Level::Mono => Pictures::Never,
        Images::Auto if terminal.ssh => Pictures::Asked,
        Images::Auto | Images::Always => Pictures::Shown,
    }
}
