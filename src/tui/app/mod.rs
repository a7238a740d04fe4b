//! The browser as one value, and the one function that changes it.
//!
//! `update` takes a message and gives effects; nothing behind it spawns, waits, sends or asks a
//! clock. Invariant: an answer changes something only while its ticket is waited for, and the app
//! alone acts on what panes and overlays want.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many actions each part of the app knows its own; the others are for another part"
)]

mod acting;
mod ahead;
mod arranging;
mod asking;
mod changing;
mod clicking;
mod comparing;
mod copying;
mod deleting;
mod describing;
mod erasing;
mod going;
mod gone;
mod keys;
mod linking;
mod mouse;
mod notes;
mod notices;
mod objecting;
mod offer;
mod opening;
mod outside;
mod pasting;
mod preview;
mod renaming;
mod replies;
mod seen;
mod session;
mod tabs;
mod trashing;
mod undoing;
mod wants;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::action::Mode;
use super::drag::{Drag, Press};
use super::keymap::{Keymap, Pending};
use super::msg::{Cx, Effect, Effects, Msg, Ticket, Tickets, Want};
use super::overlay::{Overlay, Step};
use super::pane::Yank;
use super::pane::browser::{Browser, Known};
use super::pane::places::Places;
use super::picture::Pictures;
use super::queue::Queue;
use super::tree::{Dots, SharedShelf};
use super::view::layout::{Shown, Side};
use crate::config::Prefetch;
use crate::engine::{Bookmark, SignedLink, Snapshot};
use crate::model::{Account, BucketName, Place, Safe};

use asking::Doing;
pub use notes::Notes;
pub use offer::Offer;
pub use preview::{Content, Preview};
pub use session::{Begin, Started};

/// How often the queue's times are looked at while something moves in it.
const PACE: Duration = Duration::from_secs(1);

/// How long transfers run before the panel opens by itself.
const LASTING: Duration = Duration::from_millis(1200);

/// How often spinners turn.
const BEAT: Duration = Duration::from_millis(250);

/// How long after a first change a pane waits for more before it lists again.
const SETTLE: Duration = Duration::from_millis(1500);

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// The active pane.
    #[default]
    Pane,
    /// The sidebar.
    Places,
    /// The queue panel.
    Queue,
}

/// Whether the queue panel is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Panel {
    /// It opens by itself on a high screen while transfers run.
    #[default]
    Auto,
    Open,
    Closed,
}

/// What the app is made of at the start.
#[derive(Debug, Default)]
pub struct Setup {
    /// Accounts and what was looked for.
    pub known: Known,
    /// Patterns of buckets that need a typed confirmation, by account.
    pub protected: Vec<(Account, Vec<String>)>,
    /// Accounts whose objects are moved to a prefix instead of being deleted.
    pub trash: Vec<Account>,
    /// Nothing may be changed.
    pub read_only: bool,
    /// Where the panes begin.
    pub places: Option<[Begin; 2]>,
    /// Whether dot files are shown.
    pub dots: Dots,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The working directory.
    pub here: PathBuf,
    /// What to say at the start: problems of the config.
    pub problems: Vec<Safe>,
    /// Whether the preview shows pictures.
    pub pictures: Pictures,
    /// Bookmarks that were kept.
    pub bookmarks: Vec<Bookmark>,
    /// Whether it was told how text is selected while the program has the mouse.
    pub mouse_told: Shown,
    /// Whether prefixes are listed before they are opened.
    pub prefetch: Prefetch,
}

/// The browser.
#[derive(Debug)]
pub struct App {
    panes: [Browser; 2],
    /// The other tabs, in their order, and the number of the one that is shown.
    parked: Vec<tabs::Tab>,
    tab: usize,
    /// The digit that was pressed last.
    digit: Option<usize>,
    bookmarks: Vec<Bookmark>,
    active: Side,
    zone: Zone,
    places: Places,
    sidebar: Shown,
    panel: Panel,
    /// Since when transfers run, and whether that is long enough for the panel to open: what is
    /// over in a moment must not move the panes.
    busy_since: Option<Instant>,
    lasting: bool,
    zoomed: bool,
    preview: Preview,
    pictures: Pictures,
    queue: Queue,
    snapshot: Arc<Snapshot>,
    overlays: Vec<Box<dyn Overlay>>,
    keymap: Keymap,
    pending: Pending,
    notes: Notes,
    tickets: Tickets,
    doing: HashMap<Ticket, Doing>,
    /// What the texts were that went to the clipboard, until it says how it went.
    clips: VecDeque<String>,
    yank: Option<Yank>,
    /// Links of this session, the newest last.
    handed: Vec<SignedLink>,
    comparison: Option<comparing::Comparison>,
    /// What can be undone, the newest last.
    deeds: Vec<undoing::Deed>,
    press: Option<Press>,
    drag: Option<Drag>,
    last_click: Option<(Instant, (u16, u16))>,
    sweep: Option<clicking::Sweep>,
    mouse_told: Shown,
    interrupted: Option<Instant>,
    /// When it was said that suspending holds up transfers.
    suspending: Option<Instant>,
    /// What an earlier run left, until that is answered.
    offer: Option<Offer>,
    stale: [Option<Instant>; 2],
    ahead: ahead::Ahead,
    mouse: crate::term::Mouse,
    size: (u16, u16),
    began: Instant,
    now: Instant,
    wall: Timestamp,
    known: Arc<Known>,
    protected: Vec<(Account, Vec<String>)>,
    /// Accounts whose objects are moved to a prefix instead of being deleted.
    trash: Vec<Account>,
    /// Buckets of which it is known whether they keep versions, and since when.
    versioned: HashMap<(Account, BucketName), (bool, Instant)>,
    read_only: bool,
    home: Option<PathBuf>,
    here: PathBuf,
}

/// What panes and overlays act in: a macro, so that the rest of the app can be borrowed.
macro_rules! cx {
    ($app:expr) => {
        $crate::tui::msg::Cx {
            tickets: &mut $app.tickets,
            now: $app.now,
            wall: $app.wall,
            queue: &$app.snapshot,
        }
    };
}
use cx;

impl App {
    /// An app that shows nothing yet: [`App::start`] asks for the first rows.
    #[must_use]
    pub fn new(setup: Setup, keymap: Keymap, now: Instant, wall: Timestamp) -> Self {
        let folders = session::folders_of(&setup);
        let known = Arc::new(setup.known);
        let begins = setup.places;
        let [left, right] = begins.unwrap_or_else(|| session::usual(&known, &setup.here));
        let shelf = SharedShelf::default();
        let pane = |begin: Begin| begin.pane(setup.dots, known.clone(), now).sharing(&shelf);
        let mut places = Places::new(known.clone(), folders);
        places.set_bookmarks(&setup.bookmarks);
        Self {
            panes: [pane(left), pane(right)],
            parked: Vec::new(),
            tab: 0,
            digit: None,
            active: Side::Left,
            zone: Zone::Pane,
            places,
            bookmarks: setup.bookmarks,
            sidebar: Shown::Yes,
            panel: Panel::Auto,
            busy_since: None,
            lasting: false,
            zoomed: false,
            preview: Preview::default(),
            pictures: setup.pictures,
            queue: Queue::default(),
            snapshot: Arc::default(),
            overlays: Vec::new(),
            keymap,
            pending: Pending::default(),
            notes: Notes::of_start(&setup.problems, wall),
            tickets: Tickets::default(),
            doing: HashMap::new(),
            clips: VecDeque::new(),
            yank: None,
            handed: Vec::new(),
            comparison: None,
            deeds: Vec::new(),
            press: None,
            drag: None,
            last_click: None,
            sweep: None,
            mouse_told: setup.mouse_told,
            interrupted: None,
            suspending: None,
            offer: None,
            stale: [None; 2],
            ahead: ahead::Ahead::new(shelf, setup.prefetch),
            mouse: crate::term::Mouse::Captured,
            size: (0, 0),
            began: now,
            now,
            wall,
            known,
            protected: setup.protected,
            trash: setup.trash,
            versioned: HashMap::new(),
            read_only: setup.read_only,
            home: setup.home,
            here: setup.here,
        }
    }

    /// Asks for the first rows, on a screen of this size.
    pub fn start(&mut self, width: u16, height: u16) -> Effects {
        self.size = (width, height);
        self.arrange();
        let mut effects = Effects::none();
        for pane in &mut self.panes {
            effects.extend(pane.start(&mut cx!(self)));
        }
        effects.extend(self.follow());
        effects
    }

    /// Tells it the time. The shell does so before every message.
    pub fn clock(&mut self, now: Instant, wall: Timestamp) {
        self.now = now;
        self.wall = wall;
    }

    /// Takes a message and gives what is wanted from the world.
    pub fn update(&mut self, msg: Msg) -> Effects {
        let mut effects = match msg {
            Msg::Key(key) => self.key(key),
            Msg::Mouse(event) => self.mouse(event),
            Msg::Paste(text) => self.paste(&text),
            Msg::Resize(width, height) => {
                self.size = (width, height);
                Effects::one(Effect::Redraw)
            }
            Msg::Focus(focused) => self.focus_changed(focused),
            Msg::Tick => self.tick(),
            Msg::Reply(ticket, reply) => self.reply(ticket, reply),
            Msg::Numbers(snapshot) => self.numbers(snapshot),
            Msg::Notice(notice) => self.notice(notice),
            Msg::Clipped(how) => self.clipped(&how),
        };
        self.arrange();
        self.watch_comparison();
        effects.extend(self.refresh_stale());
        effects.extend(self.follow());
        effects.extend(self.follow_preview());
        effects.extend(self.look_ahead());
        effects
    }

    fn tick(&mut self) -> Effects {
        self.notes.fade(self.now);
        self.queue.tick(self.now);
        self.watch_work();
        self.scroll_at_edge()
    }

    fn numbers(&mut self, snapshot: Arc<Snapshot>) -> Effects {
        self.queue.numbers(snapshot.clone());
        self.queue.tick(self.now);
        let mut wants = Vec::new();
        for at in (0..self.overlays.len()).rev() {
            match self.overlays[at].numbers(&snapshot, self.now) {
                Step::Pass => {}
                Step::Stay(more) => wants.extend(more),
                Step::Close(more) => {
                    self.overlays.remove(at);
                    wants.extend(more);
                }
            }
        }
        self.snapshot = snapshot;
        self.watch_offer();
        self.watch_work();
        self.run_all(wants)
    }

    fn pane(&self) -> &Browser {
        &self.panes[self.active.index()]
    }

    fn pane_mut(&mut self) -> &mut Browser {
        &mut self.panes[self.active.index()]
    }

    fn other(&self) -> &Browser {
        &self.panes[self.active.other().index()]
    }

    /// The mode in which keys are read.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match (self.zone, self.pane().place()) {
            (Zone::Queue, _) => Mode::Queue,
            (Zone::Pane, Place::Buckets(_)) => Mode::Buckets,
            (Zone::Pane | Zone::Places, _) => Mode::Pane,
        }
    }

    /// Lets the active pane do something with a context.
    fn with_pane<T>(&mut self, act: impl FnOnce(&mut Browser, &mut Cx<'_>) -> T) -> T {
        let pane = &mut self.panes[self.active.index()];
        act(pane, &mut cx!(self))
    }

    fn say(&mut self, tone: super::msg::Tone, text: impl Into<String>) -> Effects {
        self.notes.say(tone, text.into(), self.now, self.wall);
        Effects::none()
    }

    fn open(&mut self, overlay: impl Overlay + 'static) -> Effects {
        self.overlays.push(Box::new(overlay));
        Effects::none()
    }

    fn run_all(&mut self, wants: Vec<Want>) -> Effects {
        let mut effects = Effects::none();
        for want in wants {
            effects.extend(self.want(want));
        }
        effects
    }
}
