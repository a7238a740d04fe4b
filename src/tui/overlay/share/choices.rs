//! What can be chosen about a link: how long, for what, and one text that belongs to that.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::Focus;
use super::words::validity;
use crate::engine::LinkMethod;
use crate::tui::field::Field;
use crate::tui::overlay::Sheet;
use crate::tui::overlay::choice::choices;

/// Validities with their words; the last choice is a text.
const TIMES: [(u64, &str); 5] = [
    (300, "5 min"),
    (900, "15 min"),
    (3600, "1 h"),
    (86_400, "24 h"),
    (604_800, "7 days"),
];

/// What the receiver may do.
const USES: [&str; 3] = ["view (GET)", "download (GET)", "upload (PUT)"];
const DOWNLOAD: usize = 1;
const UPLOAD: usize = 2;

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// To a row of choices.
    Choice,
    /// To a field.
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Time,
    Custom,
    Use,
    Name,
    Kind,
}

/// All choices.
#[derive(Debug)]
pub(super) struct Choices {
    time: usize,
    custom: Field,
    usage: usize,
    name: Field,
    kind: Field,
    stop: Stop,
}

impl Choices {
    /// An hour, to view; a download would be saved as `name`.
    pub(super) fn new(name: &str) -> Self {
        Self {
            time: 2,
            custom: Field::default(),
            usage: 0,
            name: Field::new(name),
            kind: Field::default(),
            stop: Stop::Time,
        }
    }

    /// Whether a time of one's own is still to be typed.
    pub(super) fn is_open(&self) -> bool {
        self.time == TIMES.len() && self.custom.is_empty()
    }

    /// How long, or what is wrong with the text.
    pub(super) fn validity(&self) -> Result<Duration, String> {
        match TIMES.get(self.time) {
            Some((seconds, _)) => Ok(Duration::from_secs(*seconds)),
            None => validity(self.custom.text()),
        }
    }

    /// Whether the receiver reads or writes.
    pub(super) fn method(&self) -> LinkMethod {
        if self.usage == UPLOAD {
            LinkMethod::Put
        } else {
            LinkMethod::Get
        }
    }

    /// The type that an uploader must send.
    pub(super) fn content_type(&self) -> Option<String> {
        let kind = self.kind.text().trim();
        (self.usage == UPLOAD && !kind.is_empty()).then(|| kind.to_owned())
    }

    /// The name of a download. Of several objects each keeps its own.
    pub(super) fn attachment(&self, own: &str, objects: usize) -> Option<String> {
        (self.usage == DOWNLOAD).then(|| match objects {
            1 if !self.name.is_empty() => self.name.text().to_owned(),
            _ => own.to_owned(),
        })
    }

    /// What an uploader has to know.
    pub(super) fn uploader(&self) -> &'static str {
        if self.content_type().is_some() {
            "The uploader must send exactly this Content-Type: it is signed."
        } else {
            "Anybody with this link can write this one object until it expires."
        }
    }

    /// Where the keys go.
    pub(super) fn part(&self) -> Part {
        match self.stop {
            Stop::Time | Stop::Use => Part::Choice,
            Stop::Custom | Stop::Name | Stop::Kind => Part::Text,
        }
    }

    /// The field that takes keys, if one does.
    pub(super) fn field_mut(&mut self) -> Option<&mut Field> {
        match self.stop {
            Stop::Custom => Some(&mut self.custom),
            Stop::Name => Some(&mut self.name),
            Stop::Kind => Some(&mut self.kind),
            Stop::Time | Stop::Use => None,
        }
    }

    fn stops(&self) -> Vec<Stop> {
        let custom = (self.time == TIMES.len()).then_some(Stop::Custom);
        let text = match self.usage {
            DOWNLOAD => Some(Stop::Name),
            UPLOAD => Some(Stop::Kind),
            _ => None,
        };
        [Some(Stop::Time), custom, Some(Stop::Use), text]
            .into_iter()
            .flatten()
            .collect()
    }

    /// To the next or the previous row.
    pub(super) fn walk(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|s| *s == self.stop).unwrap_or(0);
        let count = stops.len();
        self.stop = stops[(at + count).saturating_add_signed(by) % count];
    }

    /// Takes arrows; whether something was chosen.
    pub(super) fn turn(&mut self, key: KeyEvent) -> bool {
        let (at, count) = match self.stop {
            Stop::Time => (&mut self.time, TIMES.len() + 1),
            Stop::Use => (&mut self.usage, USES.len()),
            Stop::Custom | Stop::Name | Stop::Kind => return false,
        };
        match key.code {
            KeyCode::Right | KeyCode::Char('l' | ' ') => *at = (*at + 1) % count,
            KeyCode::Left | KeyCode::Char('h') => *at = (*at + count - 1) % count,
            _ => return false,
        }
        if self.stop == Stop::Time && self.time == TIMES.len() {
            self.stop = Stop::Custom;
        }
        true
    }

    /// Writes the rows.
    pub(super) fn write(&self, sheet: &mut Sheet) {
        let times: Vec<&str> = TIMES
            .iter()
            .map(|(_, word)| *word)
            .chain(["custom"])
            .collect();
        let focus = |stop| {
            if self.stop == stop {
                Focus::Here
            } else {
                Focus::Elsewhere
            }
        };
        let cells = sheet.cells();
        sheet.line(choices(
            "Valid for   ",
            &times,
            (self.time, focus(Stop::Time)),
            cells,
        ));
        if self.time == TIMES.len() {
            sheet.noted_field(
                (
                    "              ",
                    "such as 45 min, 12 h, 3 days: at most 7 days",
                ),
                &self.custom,
                focus(Stop::Custom),
            );
        }
        sheet.line(choices(
            "As          ",
            &USES,
            (self.usage, focus(Stop::Use)),
            cells,
        ));
        match self.usage {
            DOWNLOAD => {
                sheet.noted_field(("Saved as      ", ""), &self.name, focus(Stop::Name));
            }
            UPLOAD => {
                let note = if self.kind.is_empty() {
                    "optional, for example image/png"
                } else {
                    ""
                };
                let note = if cells > 60 { note } else { "" };
                sheet.noted_field(("Type          ", note), &self.kind, focus(Stop::Kind));
            }
            _ => {}
        }
    }
}
