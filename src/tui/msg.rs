//! The seam between the pure browser and the world: what comes in, what goes out.
//!
//! Nothing behind `App::update` may spawn, send, wait or ask the clock; what it wants from the
//! world is in the [`Effects`] that it returns. Each question has a [`Ticket`], and an answer
//! whose ticket is no longer waited for is dropped: a late page never lands in another place.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::action::Action;
pub use super::ask::{Ask, Deed, Reply, Said};
use super::moving::Moving;
use super::overlay::Overlay;
use super::selection::Selection;
use crate::engine::{Contents, Copied, IfExists, Kind, Notice, Order, SignedLink, Snapshot, Tags};
use crate::model::{Account, BucketName, Location, ObjectHead, Place, Safe};
use crate::term::Mouse;

/// Something that reaches the browser.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted: data, never keys.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The terminal window got or lost the focus.
    Focus(Focused),
    /// Time passed. Sent only while something moves or waits for a moment.
    Tick,
    /// An answer.
    Reply(Ticket, Reply),
    /// The queue's numbers.
    Numbers(Arc<Snapshot>),
    /// Something happened in the queue.
    Notice(Notice),
    /// What became of a text for the clipboard: `sent to your terminal clipboard`.
    Clipped(String),
}

/// Whether the terminal window has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focused {
    /// It has.
    Yes,
    /// It has not.
    No,
}

/// Names one question, so that a late answer can be told from the one that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// Issues tickets.
#[derive(Debug, Default)]
pub struct Tickets(u64);

impl Tickets {
    /// A ticket that was never issued before.
    pub fn issue(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}

/// What the browser wants from the world.
#[derive(Debug)]
pub enum Effect {
    /// Answer this.
    Ask(Ticket, Ask),
    /// The answer is no longer wanted: stop working on it.
    Forget(Ticket),
    /// Tell the queue.
    Order(Order),
    /// Work out what the queue is asked for, and ask it.
    Enlist(Moving),
    /// Put a text into the clipboard of the terminal the person sits at.
    Clip(String),
    /// Leave the alternate screen, print this text bare, wait for Enter, come back.
    PlainText(String),
    /// Give the terminal to a shell in this folder.
    Shell(PathBuf),
    /// Have the system open this file.
    Open(PathBuf),
    /// Capture the mouse, or let it go.
    Mouse(Mouse),
    /// Paint everything anew.
    Redraw,
    /// Suspend the program (Ctrl-Z).
    Suspend,
    /// End.
    Quit(Leave),
}

/// How to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Now; what is under way is given a moment to land, the journal keeps the rest.
    Now,
    /// Leave the screen, let the transfers finish, then end.
    WhenDone,
}

/// Effects in order.
#[derive(Debug, Default)]
pub struct Effects(pub Vec<Effect>);

impl Effects {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// One.
    #[must_use]
    pub fn one(effect: Effect) -> Self {
        Self(vec![effect])
    }

    /// These, then that.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.0.push(effect);
        self
    }

    /// These, then those.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

/// One thing that can be copied, deleted, linked: a row, or a marked row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it is. A folder is `Under` or a local folder; a bucket is `Under` its root.
    pub location: Location,
    /// What it is.
    pub kind: ItemKind,
    /// Its name as shown.
    pub name: Safe,
    /// Its bytes, where known.
    pub size: Option<u64>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A bucket.
    Bucket,
    /// A prefix or a local folder.
    Folder,
    /// An object.
    Object,
    /// A local file.
    File,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// For information: goes with the next action.
    Info,
    /// Something worked.
    Good,
    /// Something to look at.
    Warning,
    /// Something failed; stays until a key is pressed.
    Error,
}

/// What a pane or an overlay wants the app to do. The app alone acts on these.
#[derive(Debug)]
pub enum Want {
    /// Something from the world.
    Effect(Effect),
    /// An action, as if its key had been pressed.
    Run(Action),
    /// A line in the status bar, kept in the messages.
    Say(Tone, String),
    /// A text for the clipboard: what it is, and itself.
    Clip(String, String),
    /// Another overlay on top.
    Open(Box<dyn Overlay>),
    /// Copy or move these items into a place.
    Copy(Transfer),
    /// Delete these items; asked and confirmed already.
    Delete(Selection),
    /// Delete these with all their versions, at most so many; asked and confirmed already.
    Erase(Vec<Item>, u64),
    /// Delete these copies if they are as they were made; asked and confirmed already.
    Unmake(Vec<Copied>, Timestamp),
    /// Drop this bucket; asked and confirmed already.
    DropBucket(Account, BucketName, Contents),
    /// Give an item another name in the same place.
    Rename(Item, String),
    /// Make a folder (name ends in `/`) or an empty file in the focused place.
    NewEntry(String),
    /// Write this text under this name in the focused place.
    NewText(String, Bytes),
    /// Make a bucket in the focused account.
    NewBucket(String),
    /// Show another place in the focused pane: an address as typed.
    GoTo(String),
    /// Show this place in the focused pane.
    Visit(Place),
    /// Show everything below a place that a text matches as rows of the focused pane.
    ListBelow(Place, String),
    /// Filter the focused pane's rows by this text; empty ends the filter.
    Filter(String),
    /// Mark or unmark the rows whose names match a pattern with `*` and `?`.
    MarkMatching(String, Mark),
    /// These links were handed out.
    Handed(Vec<SignedLink>),
    /// Show where something lies, with the cursor on it.
    Reveal(Location),
    /// Copy these into the other pane.
    CopyOver(Selection),
    /// Do something with these, as if they were marked.
    With(Selection, Action),
    /// Go to the bookmark of a letter.
    GoBookmark(char),
    /// Keep the focused pane's place under a letter.
    KeepBookmark(char),
    /// Forget the bookmark of a letter.
    DropBookmark(char),
    /// View what comes behind this in the list, or before it.
    Turn(Location, isize),
    /// Edit type, headers and metadata of an object.
    Describe(Location, Box<ObjectHead>),
    /// Edit the tags of an object.
    Tag(Location, Tags),
    /// Make a version of an object the current one.
    BringBack(Location, Box<str>),
    /// Sort the focused pane.
    Sort(SortBy),
}

/// Marking or unmarking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Mark.
    Set,
    /// Unmark.
    Clear,
}

/// What rows are sorted by. Folders always come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// By name, natural order of the bytes.
    #[default]
    Name,
    /// By size.
    Size,
    /// By date.
    Modified,
    /// By extension, then name.
    Extension,
}

/// A copy or move that a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What.
    pub items: Selection,
    /// Into which place.
    pub into: Place,
    /// For a single item: under which name instead of its own.
    pub rename: Option<String>,
    /// Copy or move.
    pub kind: Kind,
    /// What to do about what is there.
    pub if_exists: IfExists,
}

/// What a pane or an overlay needs to know while it acts.
#[derive(Debug)]
pub struct Cx<'a> {
    /// Issues tickets for questions.
    pub tickets: &'a mut Tickets,
    /// Now, for delays and double clicks.
    pub now: Instant,
    /// Now, for dates.
    pub wall: Timestamp,
    /// The queue.
    pub queue: &'a Snapshot,
}
