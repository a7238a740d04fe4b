//! The preview: the beginning of what is under the cursor, once the cursor rests.
//!
//! Invariant: nothing is asked while the cursor moves, and an answer for another row never shows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::App;
use crate::model::{Location, Safe, Trouble, size};
use crate::tui::msg::{Ask, Effect, Effects, ItemKind, Reply, Ticket, Tone};
use crate::tui::overlay::{TextRow, hex_row, is_binary, text_rows};
use crate::tui::picture::{ABLE, Picture, Pictures, is_picture};
use crate::tui::view::layout::Shown;

/// How long the cursor rests before anything is asked.
///
/// Source: `ux.md` 6, Preview.
const REST: Duration = Duration::from_millis(150);

/// How much is read: 64 KiB.
const READ: u64 = 64 << 10;

/// The preview pane.
#[derive(Debug, Default)]
pub struct Preview {
    pub(super) shown: Shown,
    of: Option<(Location, Safe)>,
    since: Option<Instant>,
    ticket: Option<Ticket>,
    content: Content,
    top: usize,
    /// Whether this picture was asked for.
    asked: bool,
}

/// What there is to see.
#[derive(Debug, Default)]
pub enum Content {
    /// Nothing yet.
    #[default]
    Waiting,
    /// Nothing that has content is under the cursor.
    Nothing(&'static str),
    /// Text, with what it is.
    Text(Vec<TextRow>, String),
    /// Bytes, with what they are.
    Bytes(Vec<(String, String, String)>, String),
    /// A picture.
    Picture(Arc<Picture>),
    /// A picture that is shown only when asked for: its bytes, where known.
    Held(Option<u64>),
    /// It could not be read.
    Failed(Box<Trouble>),
}

impl Preview {
    /// The name of what is shown.
    #[must_use]
    pub fn name(&self) -> Option<&Safe> {
        self.of.as_ref().map(|(_, name)| name)
    }

    /// What there is to see.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Rows that are scrolled out above.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// When something is asked next.
    pub(super) fn wake(&self) -> Option<Instant> {
        self.since.map(|since| since + REST)
    }
}

impl App {
    /// The preview.
    #[must_use]
    pub fn preview(&self) -> &Preview {
        &self.preview
    }

    /// Shows or hides the preview.
    pub(super) fn turn_preview(&mut self) -> Effects {
        if self.size.0 < 60 {
            return self.say(
                Tone::Info,
                "The preview needs 60 columns · Enter views the whole",
            );
        }
        self.preview.shown = match self.preview.shown {
            Shown::Yes => Shown::No,
            Shown::No => Shown::Yes,
        };
        self.preview.of = None;
        Effects::none()
    }

    /// Scrolls the preview; whether there is one.
    pub(super) fn scroll_preview(&mut self, by: isize) -> bool {
        if self.preview.shown == Shown::No {
            return false;
        }
        let rows = match &self.preview.content {
            Content::Text(rows, _) => rows.len(),
            Content::Bytes(rows, _) => rows.len(),
            Content::Held(_) => {
                self.preview.content = Content::Waiting;
                self.preview.asked = true;
                self.preview.since = Some(self.now);
                return true;
            }
            Content::Waiting | Content::Nothing(_) | Content::Failed(_) | Content::Picture(_) => 0,
        };
        let top = self.preview.top.saturating_add_signed(by);
        self.preview.top = top.min(rows.saturating_sub(1));
        true
    }

    /// Lets the preview follow the cursor.
    pub(super) fn follow_preview(&mut self) -> Effects {
        let mut effects = Effects::none();
        if self.preview.shown == Shown::No {
            return effects;
        }
        let item = self.panes[self.active.index()].item();
        let bytes = item.as_ref().and_then(|i| i.size);
        let room = self.picture_room();
        self.remake_picture(room);
        let of = item.as_ref().map(|i| (i.location.clone(), i.name.clone()));
        if of != self.preview.of
            || (of.is_none() && matches!(self.preview.content, Content::Waiting))
        {
            if let Some(ticket) = self.preview.ticket.take() {
                effects.extend(Effects::one(Effect::Forget(ticket)));
            }
            self.preview.of = of;
            self.preview.top = 0;
            self.preview.asked = false;
            let nothing = match item.map(|i| i.kind) {
                None => Some("Nothing under the cursor."),
                Some(ItemKind::Folder) => Some("A folder: I counts what is in it."),
                Some(ItemKind::Bucket) => Some("A bucket: I counts what is in it."),
                Some(ItemKind::Object | ItemKind::File) => None,
            };
            self.preview.since = nothing.is_none().then_some(self.now);
            self.preview.content = nothing.map_or(Content::Waiting, Content::Nothing);
        }
        let due = self.preview.wake().is_some_and(|at| self.now >= at);
        if due && let Some((location, _)) = &self.preview.of {
            self.preview.since = None;
            let pictured = ABLE && self.pictures != Pictures::Never && is_picture(&location.name());
            let ask = match room.filter(|_| pictured) {
                Some(_) if self.pictures == Pictures::Asked && !self.preview.asked => {
                    self.preview.content = Content::Held(bytes);
                    return effects;
                }
                Some(room) => Ask::Picture(location.clone(), room),
                None => Ask::Read(location.clone(), 0..=READ - 1),
            };
            let ticket = self.tickets.issue();
            self.preview.ticket = Some(ticket);
            effects.extend(Effects::one(Effect::Ask(ticket, ask)));
        }
        effects
    }

    /// Columns and rows for a picture.
    fn picture_room(&self) -> Option<(u16, u16)> {
        let body = crate::tui::view::preview_body(self.areas().preview?);
        (body.width > 3 && body.height > 3).then_some((body.width, body.height))
    }

    /// A picture that was made for another room is made again.
    fn remake_picture(&mut self, room: Option<(u16, u16)>) {
        if let Content::Picture(picture) = &self.preview.content
            && room.is_some_and(|room| room != picture.room)
        {
            self.preview.content = Content::Waiting;
            self.preview.since = Some(self.now);
        }
    }

    /// Takes an answer, if it is the preview's.
    pub(super) fn preview_reply(&mut self, ticket: Ticket, reply: &Reply) -> bool {
        if self.preview.ticket != Some(ticket) {
            return false;
        }
        self.preview.ticket = None;
        self.preview.content = match reply {
            Reply::Bytes(Ok((bytes, whole))) => of_bytes(bytes, *whole),
            Reply::Picture(Ok(picture)) => Content::Picture(picture.clone()),
            Reply::Picture(Err(trouble)) | Reply::Bytes(Err(trouble)) => {
                Content::Failed(Box::new(trouble.clone()))
            }
            _ => Content::Waiting,
        };
        true
    }
}

fn of_bytes(bytes: &[u8], whole: u64) -> Content {
    let part = if (bytes.len() as u64) < whole {
        format!("first {} of {}", size(bytes.len() as u64), size(whole))
    } else {
        size(whole)
    };
    if bytes.is_empty() {
        return Content::Nothing("It is empty.");
    }
    if is_binary(bytes) {
        let rows = (0..bytes.len().div_ceil(8)).filter_map(|row| hex_row(bytes, row, 8));
        return Content::Bytes(rows.collect(), format!("{part} · bytes"));
    }
    let kind = if std::str::from_utf8(bytes).is_ok() || part.starts_with("first") {
        "utf-8"
    } else {
        "not all utf-8"
    };
    Content::Text(text_rows(bytes), format!("{part} · {kind}"))
}
