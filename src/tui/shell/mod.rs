//! The shell around the pure browser: the only place of the browser where time passes, tasks are
//! spawned and the terminal is painted.
//!
//! Invariant: answers come before keys, a frame is painted only when something changed and no
//! message waits, and at rest nothing wakes up.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a state that the environment did not tell is asked for, whatever else it is"
)]

mod editor;
mod perform;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::app::{App, Setup};
use super::keymap::Keymap;
use super::msg::{Focused, Leave, Msg};
use super::pane::browser::Known;
use super::theme::{Glyphs, Look, Theme};
use super::tree::Dots;
use super::view::view;
use crate::config::{ColorLevel, Config, GlyphChoice, Surroundings};
use crate::engine::Engine;
use crate::model::{Answer, Place, Trouble, shown};
use crate::term::{self, Background, Carrier, Guard, Level, Mouse, Screen, Signs, Tty};

/// Frames are at least this far apart.
const FRAME: Duration = Duration::from_millis(33);

/// How long what is in flight may land at the end.
const GRACE: Duration = Duration::from_secs(3);

/// What the shell must know of the terminal and the session; read from the environment elsewhere.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// How many colours there are.
    pub level: Level,
    /// What the background is like, as far as the environment tells.
    pub background: Background,
    /// Which characters are drawn.
    pub glyphs: Glyphs,
    /// How texts get to the clipboard.
    pub carrier: Carrier,
    /// The person's editor with its arguments.
    pub editor: Option<String>,
    /// The home folder.
    pub home: PathBuf,
}

impl Terminal {
    fn of(surroundings: Surroundings, config: &Config) -> Self {
        let signs = Signs {
            colorfgbg: &surroundings.color_pair,
            ..Signs::default()
        };
        let plain = !surroundings.utf8 || surroundings.term == "linux";
        Self {
            level: match surroundings.color {
                ColorLevel::Mono => Level::Mono,
                ColorLevel::Ansi16 => Level::Ansi16,
                ColorLevel::Ansi256 => Level::Ansi256,
                ColorLevel::True => Level::True,
            },
            background: Background::from_signs(&signs),
            glyphs: match (config.interface.glyphs, plain) {
                (GlyphChoice::Nerd, _) => Glyphs::NERD,
                (GlyphChoice::Ascii, _) | (GlyphChoice::Auto, true) => Glyphs::ASCII,
                (GlyphChoice::Unicode, _) | (GlyphChoice::Auto, false) => Glyphs::UNICODE,
            },
            carrier: Carrier::choose(
                &surroundings.term,
                &surroundings.tmux_socket,
                &surroundings.screen_session,
            ),
            editor: surroundings.editor,
            home: surroundings.home,
        }
    }
}

/// How the loop ended.
enum End {
    Now,
    WhenDone,
    /// There is no terminal any more.
    Gone,
}

/// Runs the browser until the person leaves it. Takes the terminal and gives it back.
///
/// # Errors
/// When there is no usable terminal.
pub async fn run(engine: Engine, surroundings: Surroundings) -> Answer<()> {
    let terminal = Terminal::of(surroundings, engine.config());
    let mouse = if engine.config().interface.mouse {
        Mouse::Captured
    } else {
        Mouse::Free
    };
    let guard = term::enter(mouse).map_err(|error| no_terminal(&error))?;
    let background = match terminal.background {
        Background::Unknown => term::ask_background(2),
        known => known,
    };
    let mut shell = Shell::new(engine, terminal, guard, background)?;
    let end = shell.run().await;
    let Shell { engine, guard, .. } = shell;
    drop(guard);
    match end {
        End::Now => engine.close(GRACE).await,
        End::WhenDone | End::Gone => {
            // The screen is gone, the transfers are not.
            engine.drain().await;
            engine.close(GRACE).await;
        }
    }
    Ok(())
}

fn no_terminal(error: &std::io::Error) -> Trouble {
    Trouble::new(
        "NoTerminal",
        "Cannot open the browser",
        &format!("the terminal cannot be used: {error}"),
        "run it in a terminal, or use the subcommands: windlass --help",
    )
}

/// Everything that is not pure.
struct Shell {
    engine: Engine,
    terminal: Terminal,
    guard: Guard,
    screen: Screen,
    theme: Theme,
    glyphs: Glyphs,
    zone: TimeZone,
    app: App,
    tasks: perform::Tasks,
    replies: mpsc::UnboundedReceiver<Msg>,
    drawn: Instant,
    dirty: bool,
}

/// What reaches the shell besides answers.
struct Sources {
    /// None while the terminal is given away.
    keys: Option<EventStream>,
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
}

impl Shell {
    fn new(
        engine: Engine,
        terminal: Terminal,
        guard: Guard,
        background: Background,
    ) -> Answer<Self> {
        let choice = &engine.config().interface.theme;
        let (theme, wrong) = Theme::chosen(choice, terminal.level, background);
        let glyphs = terminal.glyphs.clone();
        let screen = Screen::new().map_err(|error| no_terminal(&error))?;
        let app = app(engine.config(), &engine, &terminal, &wrong);
        let (tasks, replies) = perform::Tasks::new(engine.clone());
        Ok(Self {
            engine,
            terminal,
            guard,
            screen,
            theme,
            glyphs,
            zone: TimeZone::system(),
            app,
            tasks,
            replies,
            drawn: Instant::now(),
            dirty: true,
        })
    }

    async fn run(&mut self) -> End {
        let mut notices = self.engine.notices();
        let mut numbers = self.engine.numbers();
        let Ok(mut sources) = Sources::open() else {
            return End::Now;
        };
        let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
        let mut effects = self.app.start(width, height);
        let first = numbers.borrow_and_update().clone();
        self.app.clock(Instant::now(), Timestamp::now());
        effects.extend(self.app.update(Msg::Numbers(first)));
        loop {
            if let Some(end) = self.perform(effects, &mut sources).await {
                return end;
            }
            if self.replies.is_empty() && self.draw() == Tty::Gone {
                return End::Gone;
            }
            let wake = self.wake();
            let msg = tokio::select! {
                biased;
                Some(msg) = self.replies.recv() => Some(msg),
                Some(notice) = next_notice(notices.as_mut()) => Some(Msg::Notice(notice)),
                Ok(()) = numbers.changed() => {
                    Some(Msg::Numbers(numbers.borrow_and_update().clone()))
                }
                event = next_event(&mut sources.keys) => match event {
                    Some(Ok(event)) => translate(event),
                    Some(Err(_)) | None => return End::Gone,
                },
                Some(()) = sources.terminate.recv() => return End::Now,
                Some(()) = sources.hang_up.recv() => return End::Gone,
                // From outside: the terminal itself sends a key, since it is in raw mode.
                Some(()) = sources.interrupt.recv() => {
                    Some(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)))
                }
                () = sleep(wake), if wake.is_some() => Some(Msg::Tick),
            };
            effects = match msg {
                Some(msg) => {
                    self.app.clock(Instant::now(), Timestamp::now());
                    self.dirty = true;
                    self.app.update(msg)
                }
                None => super::msg::Effects::none(),
            };
        }
    }

    /// When to wake up although nothing comes: for the app, or for a frame that was held back.
    fn wake(&self) -> Option<Instant> {
        let frame = self.dirty.then(|| self.drawn + FRAME);
        [self.app.wake(), frame].into_iter().flatten().min()
    }

    /// Paints a frame if something changed and the last one is long enough ago. The first one
    /// after a rest is painted at once.
    fn draw(&mut self) -> Tty {
        if !self.dirty || self.drawn.elapsed() < FRAME {
            return Tty::Here;
        }
        let look = Look {
            theme: &self.theme,
            glyphs: &self.glyphs,
            zone: &self.zone,
            wall: self.app.wall(),
            beat: self.app.beat(),
        };
        let app = &self.app;
        let tty = self.screen.draw(|frame| view(app, frame, &look));
        self.drawn = Instant::now();
        self.dirty = false;
        tty
    }
}

impl Sources {
    fn open() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let hang_up = signal(SignalKind::hangup())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self {
            keys: Some(EventStream::new()),
            terminate,
            hang_up,
            interrupt,
        })
    }
}

async fn next_event(keys: &mut Option<EventStream>) -> Option<std::io::Result<Event>> {
    keys.as_mut()?.next().await
}

async fn next_notice(
    notices: Option<&mut mpsc::UnboundedReceiver<crate::engine::Notice>>,
) -> Option<crate::engine::Notice> {
    notices?.recv().await
}

async fn sleep(until: Option<Instant>) {
    if let Some(until) = until {
        sleep_until(until.into()).await;
    }
}

fn translate(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::FocusGained => Some(Msg::Focus(Focused::Yes)),
        Event::FocusLost => Some(Msg::Focus(Focused::No)),
    }
}

/// A file as a person writes it: `~/.config/windlass/config.toml`.
fn below_home(file: &Path, home: &Path) -> String {
    match file.strip_prefix(home) {
        Ok(below) => format!("~/{}", below.display()),
        Err(_) => file.display().to_string(),
    }
}

/// The app as the config and the session want it.
fn app(config: &Config, engine: &Engine, terminal: &Terminal, wrong: &[String]) -> App {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let known = Known {
        accounts: engine.accounts(),
        looked_for: config.looked_for.clone(),
        config: below_home(&config.paths.config, &terminal.home),
    };
    let first = known
        .accounts
        .first()
        .map(|view| Place::Buckets(view.account.clone()));
    let left = config
        .interface
        .left
        .clone()
        .or(first)
        .unwrap_or(Place::Accounts);
    let right = config
        .interface
        .right
        .clone()
        .unwrap_or_else(|| Place::Folder(here.clone()));
    let protected = config
        .accounts
        .iter()
        .map(|p| (p.account.clone(), p.protected.clone()));
    let (keymap, mut problems) = Keymap::new(&config.interface.keys);
    problems.extend(wrong.iter().map(|text| shown(&format!("theme: {text}"))));
    let setup = Setup {
        known,
        protected: protected.collect(),
        read_only: config.read_only,
        places: Some([left, right]),
        dots: if config.interface.hidden {
            Dots::Shown
        } else {
            Dots::Hidden
        },
        home: Some(terminal.home.clone()),
        here,
        problems,
        bookmarks: engine.bookmarks(),
    };
    App::new(setup, keymap, Instant::now(), Timestamp::now())
}

/// What the loop does after effects.
impl From<Leave> for End {
    fn from(leave: Leave) -> Self {
        match leave {
            Leave::Now => Self::Now,
            Leave::WhenDone => Self::WhenDone,
        }
    }
}
