//! Questions that the app itself has asked, and what each answer will mean.

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;

use super::App;
use super::deleting::Noun;
use super::undoing::Way;
use crate::engine::{Description, Fetched, Tags};
use crate::model::{Account, BucketName, ETag, Location, Place, Safe};
use crate::tui::msg::{Ask, Effect, Effects, Item, Tone};
use crate::tui::selection::Selection;
use crate::tui::tree::Name;

/// What an answer will mean.
#[derive(Debug)]
pub(super) enum Doing {
    /// Something was made, dropped, renamed or written: what to say, where it shows, and the name
    /// to put the cursor on.
    Change {
        /// What to say when it worked.
        what: String,
        /// Where it shows.
        place: Place,
        /// Where to put the cursor.
        select: Option<Name>,
    },
    /// A folder was made: the same, with its name.
    MakeFolder {
        /// What to say when it worked.
        what: String,
        /// Where it lies.
        place: Place,
        /// Its name.
        name: Name,
    },
    /// Something was kept for the next run: what to say.
    Kept(String),
    /// Counting, to ask about deleting these.
    CountToDelete(Selection),
    /// Looking whether pasted paths are there.
    Look,
    /// Counting versions, to ask about deleting all of them.
    CountToErase(Vec<Item>),
    /// Deleting all versions: of what, and where it shows.
    Erase(String, Vec<Place>),
    /// Counting, to say how much it is, and where that shows.
    Count(String, Noun, Option<Location>),
    /// Deleting.
    Delete {
        /// Where it shows.
        places: Vec<Place>,
        /// What they are.
        noun: Noun,
        /// All of them.
        what: Selection,
        /// When it began.
        since: Timestamp,
    },
    /// Comparing these places.
    Compare([Place; 2]),
    /// Lines of text for the clipboard: what to call them.
    Lines(String),
    /// Signing links: what to call them.
    Links(String),
    /// Reading what will be edited.
    Read(Item),
    /// In the editor, and what it was before.
    Edit(Item, Fetched),
    /// Names in the editor.
    RenameMany(Vec<Item>),
    /// Local files are being renamed.
    RenameFiles {
        /// What to say when it worked.
        what: String,
        /// Where to put the cursor.
        select: Option<Name>,
        /// From, to.
        renames: Vec<(PathBuf, PathBuf)>,
    },
    /// Something that shows at some places: what to say when it worked.
    Shown {
        /// What to say.
        what: String,
        /// Where it shows.
        places: Vec<Place>,
    },
    /// A description in the editor: of what, what it was, and the tag then.
    Describe(Location, Box<Description>, Option<ETag>),
    /// Tags in the editor, and what they were.
    Tag(Location, Tags),
    /// Something about an object is being written, and how that is undone.
    Told(Location, Box<Way>),
    /// Something is brought here to be opened: its name.
    Bring(Safe),
    /// Asking whether a bucket keeps versions.
    Versioned(Account, BucketName),
    /// Deletions are being taken back; where that shows.
    Undelete(Vec<Place>),
    /// On the way to the trash; where that shows.
    Trash(Vec<Place>),
    /// Deleting copies: which.
    Unmake(Vec<Location>),
}

impl Doing {
    /// Whether Escape may stop it.
    fn can_stop(&self) -> bool {
        matches!(
            self,
            Self::CountToDelete(_)
                | Self::CountToErase(_)
                | Self::Count(..)
                | Self::Delete { .. }
                | Self::Erase(..)
                | Self::Bring(_)
                | Self::Compare(_)
        )
    }
}

impl App {
    /// Asks the engine, remembering what the answer will mean, and says so.
    pub(super) fn ask(&mut self, ask: Ask, doing: Doing, text: &str) -> Effects {
        let ticket = self.tickets.issue();
        self.doing.insert(ticket, doing);
        if !text.is_empty() {
            self.notes.progress(text.into());
        }
        Effects::one(Effect::Ask(ticket, ask))
    }

    /// Stops what Escape may stop; none if there is nothing.
    pub(super) fn stop_doing(&mut self) -> Option<Effects> {
        let ticket = *self.doing.iter().find(|(_, doing)| doing.can_stop())?.0;
        let doing = self.doing.remove(&ticket)?;
        let mut effects = Effects::one(Effect::Forget(ticket));
        match doing {
            Doing::Delete { places, .. } | Doing::Erase(_, places) => {
                effects.extend(self.say(Tone::Warning, "Stopped deleting; what is gone is gone"));
                for place in places {
                    effects.extend(self.refresh_at(&place));
                }
            }
            Doing::Compare(_) => effects.extend(self.say(Tone::Info, "Stopped comparing")),
            Doing::Bring(_) => effects.extend(self.say(Tone::Info, "Not opened")),
            _ => effects.extend(self.say(Tone::Info, "Stopped counting")),
        }
        Some(effects)
    }

    /// Lists panes again whose place changed a moment ago.
    pub(super) fn refresh_stale(&mut self) -> Effects {
        let due =
            |at: Option<Instant>, now: Instant| at.is_some_and(|at| now >= at + super::SETTLE);
        let mut effects = Effects::none();
        for index in 0..2 {
            if due(self.stale[index], self.now) && !self.panes[index].is_listing() {
                self.stale[index] = None;
                let pane = &mut self.panes[index];
                // What was written shows in a long list as it is; listing it again is for R.
                effects.extend(if pane.is_long() {
                    pane.confirm(&mut super::cx!(self))
                } else {
                    pane.refresh(&mut super::cx!(self))
                });
            }
        }
        effects
    }
}
