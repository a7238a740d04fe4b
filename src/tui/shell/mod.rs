//! The shell around the pure browser: the only place of the browser where time passes, tasks are
//! spawned and the terminal is painted.
//!
//! Invariant: answers come before keys, a frame is painted only when something changed and no
//! message waits, and at rest nothing wakes up.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a state that the environment did not tell is asked for, whatever else it is"
)]

mod answers;
mod begin;
mod editor;
mod learn;
mod life;
mod many;
mod outside;
mod perform;
#[cfg(feature = "images")]
mod pictures;
mod rows;
mod sources;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::UnboundedReceiver;

use super::app::App;
use super::msg::{Effects, Focused, Msg, Reply};
use super::theme::{Glyphs, Look, Theme};
use super::view::{draw, stamps};
use crate::config::{ColorChoice, ColorLevel, Config, GlyphChoice, Surroundings};
use crate::engine::Engine;
use crate::model::{Answer, Trouble};
use crate::term::{
    self, Background, Carrier, Choice, Extent, Guard, Input, Level, Mouse, Screen, Signs, Window,
};
use life::End;
use sources::{Sources, Turn, next_notice, sleep, translate};

/// Frames that answer a key are at least this far apart: on most links, and on slow ones.
const FRAME: (Duration, Duration) = (Duration::from_millis(33), Duration::from_millis(66));

/// How far apart frames are in which only numbers change, when the last one took so many bytes:
/// four a second and a kilobyte a second at most; one and 150 bytes while nobody looks. Then such
/// a frame holds [`UNSEEN`] bytes, which only a long row exceeds.
#[must_use]
pub fn apart(bytes: usize, focused: Focused) -> Duration {
    let (least, most, rate) = match focused {
        Focused::Yes => (250, 1000, 1024),
        Focused::No => (1000, 3000, 150),
    };
    let millis = u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(1000)
        / rate;
    Duration::from_millis(millis.clamp(least, most))
}

/// On a slow link numbers move no more often.
const SLOWLY: Duration = Duration::from_secs(1);

/// How much of a frame is painted at once while nobody looks: the title has to fit beside it.
pub const UNSEEN: usize = 110;

/// Changes of the size are taken together for so long.
const RESIZE: Duration = Duration::from_millis(50);

/// How long ESC waits for what follows it: locally, and over SSH.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(100));

/// What the shell must know of the terminal and the session; read from the environment elsewhere.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// How many colours there are.
    pub level: Level,
    /// Who said so.
    pub choice: Choice,
    /// What the background is like, as far as the environment tells.
    pub background: Background,
    /// Which characters are drawn.
    pub glyphs: Glyphs,
    /// How texts get to the clipboard.
    pub carrier: Carrier,
    /// The person's editor with its arguments.
    pub editor: Option<String>,
    /// The person's shell.
    pub shell: Option<String>,
    /// The home folder.
    pub home: PathBuf,
    /// Its name (`TERM`).
    pub term: String,
    /// Whether it is at the other end of an SSH connection.
    pub ssh: bool,
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
            choice: match config.interface.color {
                ColorChoice::Auto => Choice::Guessed,
                _ => Choice::Theirs,
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
            shell: surroundings.shell,
            home: surroundings.home,
            term: surroundings.term,
            ssh: surroundings.ssh,
        }
    }
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
    let mut sources = Sources::open().map_err(|error| no_terminal(&error))?;
    let guard = term::enter(mouse).map_err(|error| no_terminal(&error))?;
    let mut shell = Shell::new(engine, terminal, guard, &sources)?;
    let end = shell.run(&mut sources).await;
    shell.end(end).await;
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

/// What of the screen is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stale {
    Nothing,
    /// What may not have fitted the last frame.
    Rest,
    /// Numbers that move by themselves.
    Numbers,
    /// What a person did, or waits for.
    Answer,
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
    app: Box<App>,
    tasks: perform::Tasks,
    replies: UnboundedReceiver<Msg>,
    /// When the last frame was painted.
    drawn: Option<Instant>,
    stale: Stale,
    size: (u16, u16),
    /// When a change of the size is taken up.
    resized: Option<Instant>,
    focused: Focused,
    /// When answers of the terminal count.
    window: Window,
    outside: outside::Outside,
}

impl Shell {
    fn new(engine: Engine, terminal: Terminal, guard: Guard, sources: &Sources) -> Answer<Self> {
        let choice = &engine.config().interface.theme;
        let (theme, wrong) = Theme::chosen(choice, terminal.level, terminal.background);
        let glyphs = terminal.glyphs.clone();
        let screen = Screen::new(terminal.level, sources.into.clone())
            .map_err(|error| no_terminal(&error))?;
        let app = Box::new(begin::app(engine.config(), &engine, &terminal, &wrong));
        let (tasks, replies) = perform::Tasks::new(engine.clone());
        let outside = outside::Outside::new(&terminal.term, engine.config().interface.bell);
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
            drawn: None,
            stale: Stale::Answer,
            size: crossterm::terminal::size().unwrap_or((80, 24)),
            resized: None,
            focused: Focused::Yes,
            window: Window::default(),
            outside,
        })
    }

    async fn run(&mut self, sources: &mut Sources) -> End {
        let mut notices = self.engine.notices();
        let mut numbers = self.engine.numbers();
        if sources.listen(self.patience()).is_err() {
            return End::Gone;
        }
        self.tell_of_hang_up();
        let mut effects = self.app.start(self.size.0, self.size.1);
        let first = numbers.borrow_and_update().clone();
        effects.extend(self.update(Msg::Numbers(first)));
        loop {
            if let Some(end) = self.perform(effects, sources).await {
                return end;
            }
            if self.replies.is_empty() && sources.inputs.is_empty() {
                self.draw();
            }
            let wake = self.wake();
            let turn = tokio::select! {
                biased;
                Some(msg) = self.replies.recv() => Turn::Msg(msg),
                Some(notice) = next_notice(notices.as_mut()) => Turn::Msg(Msg::Notice(notice)),
                Ok(()) = numbers.changed() => {
                    Turn::Msg(Msg::Numbers(numbers.borrow_and_update().clone()))
                }
                turn = sources.next() => turn,
                () = sleep(wake), if wake.is_some() => Turn::Msg(Msg::Tick),
            };
            effects = match turn {
                Turn::End(end) => return end,
                Turn::Input(Input::Gone) => return End::Gone,
                Turn::Input(Input::Reply(reply)) => {
                    self.learn(reply);
                    Effects::none()
                }
                Turn::Input(Input::Event(event)) => match translate(event) {
                    Some(msg) => self.update(msg),
                    None => Effects::none(),
                },
                Turn::Resized => {
                    self.resized.get_or_insert(Instant::now() + RESIZE);
                    Effects::none()
                }
                Turn::Back => self.back_from_stop(sources),
                Turn::Msg(msg) => self.update(msg),
            };
            if self.resized.is_some_and(|at| at <= Instant::now()) {
                effects.extend(self.resize());
            }
        }
    }

    fn update(&mut self, msg: Msg) -> Effects {
        let stale = match &msg {
            Msg::Numbers(_) | Msg::Tick => Stale::Numbers,
            // Of a long listing the first rows are waited for; the others may gather.
            Msg::Reply(ticket, Reply::Rows(Ok(_))) if !self.tasks.is_first(*ticket) => {
                Stale::Numbers
            }
            _ => Stale::Answer,
        };
        match &msg {
            Msg::Focus(focused) => {
                self.focused = *focused;
                self.outside.focus_is_told();
            }
            Msg::Notice(notice) => self.outside.notice(notice, self.focused, &self.screen),
            _ => {}
        }
        self.stale = self.stale.max(stale);
        self.app.clock(Instant::now(), Timestamp::now());
        self.app.update(msg)
    }

    fn resize(&mut self) -> Effects {
        self.resized = None;
        self.size = crossterm::terminal::size().unwrap_or(self.size);
        self.update(Msg::Resize(self.size.0, self.size.1))
    }

    /// How long ESC waits for what follows it.
    fn patience(&self) -> Duration {
        if self.terminal.ssh {
            PATIENCE.1
        } else {
            PATIENCE.0
        }
    }

    /// When the screen is painted next.
    fn due(&self) -> Option<Instant> {
        let apart = match (self.stale, self.focused) {
            (Stale::Nothing, _) => return None,
            (Stale::Answer, _) if self.screen.is_slow() => FRAME.1,
            (Stale::Answer, _) => FRAME.0,
            (Stale::Numbers | Stale::Rest, focused) => {
                let apart = apart(self.screen.cost(), focused);
                if self.screen.is_slow() {
                    apart.max(SLOWLY)
                } else {
                    apart
                }
            }
        };
        Some(self.drawn.map_or_else(Instant::now, |drawn| drawn + apart))
    }

    /// When to wake up although nothing comes: for the app, for a frame that was held back, or for
    /// a new size.
    fn wake(&self) -> Option<Instant> {
        [self.app.wake(), self.due(), self.resized]
            .into_iter()
            .flatten()
            .min()
    }

    /// Paints a frame if something changed and the last one is long enough ago. The first one
    /// after a rest is painted at once.
    fn draw(&mut self) {
        if self.due().is_none_or(|due| due > Instant::now()) {
            return;
        }
        if self.stale == Stale::Rest && !self.screen.is_behind() {
            self.stale = Stale::Nothing;
            return;
        }
        let (extent, left) = match (self.stale, self.focused) {
            (Stale::Numbers | Stale::Rest, Focused::No) => (Extent::Within(UNSEEN), Stale::Rest),
            _ => (Extent::Whole, Stale::Nothing),
        };
        let look = Look {
            theme: &self.theme,
            glyphs: &self.glyphs,
            zone: &self.zone,
            wall: self.app.wall(),
            beat: self.app.beat(),
        };
        let app = &self.app;
        let plain = self.terminal.term == "linux";
        self.screen.draw(self.size, extent, |frame| {
            let caret = draw(app, frame, &look);
            (caret, if plain { Vec::new() } else { stamps(app) })
        });
        self.outside.follow(app, &self.screen);
        self.drawn = Some(Instant::now());
        self.stale = left;
        self.probe();
    }
}
