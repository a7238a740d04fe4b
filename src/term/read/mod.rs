//! From bytes to events: what a terminal sends, taken apart one byte at a time.
//!
//! Pure: time is told by [`Parser::settle`]. Invariants: any stream cut at any byte gives the same
//! events; a sequence is consumed whole, known or not, and never becomes keys; what is pasted is
//! one text and never a key.

mod csi;
mod keys;
mod mouse;
mod reply;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

pub(super) use reply::Known;
pub use reply::Reply;

/// What is kept of a sequence; the rest of a longer one is dropped.
const LONGEST: usize = 4096;

/// What is kept of a pasted text.
const LONGEST_PASTE: usize = 1 << 20;

/// The end of a pasted text.
const PASTE_END: &[u8] = b"\x1b[201~";

/// Something that the terminal sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A key, the mouse, a paste, the focus.
    Event(Event),
    /// An answer to a question. Nothing of it is ever shown or typed.
    Reply(Reply),
}

/// What would have to come, so that what was read makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: all was understood.
    Nothing,
    /// ESC came: the key, or the start of something.
    Escape,
    /// The rest of a sequence or of a character.
    Rest,
    /// The end of a pasted text.
    Paste,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    Utf8,
    Escape,
    Csi,
    /// `ESC [ [`: a function key of the Linux console.
    Console,
    /// `ESC [ M`: three bytes of an old mouse report.
    OldMouse,
    Ss3,
    Text(Text),
    /// ESC within a text: its end, if a backslash follows.
    TextEscape(Text),
    Paste,
}

/// The kinds of texts within sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Osc,
    Dcs,
    /// APC, PM, SOS: nothing in them is for us.
    Other,
}

/// Takes bytes apart.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    kept: Vec<u8>,
    /// Modifiers of the character that is being read.
    held: Option<KeyModifiers>,
    /// How much of the end of a paste was seen.
    ending: usize,
    cut: bool,
}

impl Parser {
    /// Reads bytes; what they mean is appended.
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<Seen>) {
        for byte in bytes {
            self.byte(*byte, into);
        }
    }

    /// What it waits for.
    #[must_use]
    pub fn wait(&self) -> Wait {
        match self.state {
            State::Ground => Wait::Nothing,
            State::Escape => Wait::Escape,
            State::Paste => Wait::Paste,
            State::Utf8
            | State::Csi
            | State::Console
            | State::OldMouse
            | State::Ss3
            | State::Text(_)
            | State::TextEscape(_) => Wait::Rest,
        }
    }

    /// Nothing more comes: a lone ESC is the key, a paste is what came of it, and the beginning of
    /// anything else is dropped.
    pub fn settle(&mut self, into: &mut Vec<Seen>) {
        match self.wait() {
            Wait::Escape => into.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            Wait::Paste => self.pasted(0, into),
            Wait::Nothing | Wait::Rest => {}
        }
        self.ground();
    }

    fn ground(&mut self) {
        self.state = State::Ground;
        self.kept.clear();
        self.held = None;
        self.ending = 0;
        self.cut = false;
    }

    fn go(&mut self, state: State) {
        self.ground();
        self.state = state;
    }

    fn byte(&mut self, byte: u8, into: &mut Vec<Seen>) {
        match self.state {
            State::Ground => self.plain(byte, into),
            State::Utf8 => self.utf8(byte, into),
            State::Escape => self.escape(byte, into),
            State::Csi => self.csi(byte, into),
            State::Console => {
                self.ground();
                if byte.is_ascii_uppercase() && byte <= b'E' {
                    into.push(key(KeyCode::F(byte - b'A' + 1), KeyModifiers::NONE));
                } else {
                    self.broken(byte, into);
                }
            }
            State::OldMouse => {
                self.kept.push(byte);
                if let [button, x, y] = self.kept[..] {
                    into.extend(mouse::old(button, x, y).map(Seen::Event));
                    self.ground();
                }
            }
            State::Ss3 => self.ss3(byte, into),
            State::Text(text) => self.text(text, byte, into),
            State::TextEscape(text) => {
                if byte == b'\\' {
                    self.told(text, into);
                } else {
                    self.go(State::Escape);
                    self.escape(byte, into);
                }
            }
            State::Paste => self.paste(byte, into),
        }
    }

    /// A byte outside of everything.
    fn plain(&mut self, byte: u8, into: &mut Vec<Seen>) {
        let held = self.held.take().unwrap_or(KeyModifiers::NONE);
        match byte {
            0x1b => self.go(State::Escape),
            0..=0x1f | 0x7f => into.push(Seen::Event(Event::Key(keys::control(byte, held)))),
            b' '..=b'~' => into.push(Seen::Event(Event::Key(keys::letter(
                char::from(byte),
                held,
            )))),
            0xc2..=0xf4 => {
                self.go(State::Utf8);
                self.held = Some(held);
                self.kept.push(byte);
            }
            // No character begins with these.
            0x80..=0xc1 | 0xf5.. => {}
        }
    }

    fn utf8(&mut self, byte: u8, into: &mut Vec<Seen>) {
        if !matches!(byte, 0x80..=0xbf) {
            self.ground();
            self.plain(byte, into);
            return;
        }
        self.kept.push(byte);
        match std::str::from_utf8(&self.kept) {
            Ok(text) => {
                let held = self.held.unwrap_or(KeyModifiers::NONE);
                let letters = text.chars().filter(|c| !c.is_control());
                into.extend(letters.map(|c| Seen::Event(Event::Key(keys::letter(c, held)))));
                self.ground();
            }
            Err(error) if error.error_len().is_some() => self.ground(),
            Err(_) => {}
        }
    }

    fn escape(&mut self, byte: u8, into: &mut Vec<Seen>) {
        match byte {
            b'[' => self.go(State::Csi),
            b'O' => self.go(State::Ss3),
            b']' => self.go(State::Text(Text::Osc)),
            b'P' => self.go(State::Text(Text::Dcs)),
            b'_' | b'^' | b'X' => self.go(State::Text(Text::Other)),
            // The end of a text whose beginning was dropped.
            b'\\' => self.ground(),
            0x1b => into.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            byte => {
                self.ground();
                self.held = Some(KeyModifiers::ALT);
                self.plain(byte, into);
            }
        }
    }

    /// A byte that breaks a sequence: the sequence is dropped, the byte counts by itself unless it
    /// is one of the two that mean just that.
    fn broken(&mut self, byte: u8, into: &mut Vec<Seen>) {
        self.ground();
        if !matches!(byte, 0x18 | 0x1a) {
            self.plain(byte, into);
        }
    }

    fn csi(&mut self, byte: u8, into: &mut Vec<Seen>) {
        match byte {
            b'[' if self.kept.is_empty() => self.go(State::Console),
            b'M' if self.kept.is_empty() => self.go(State::OldMouse),
            b' '..=b'?' => self.keep(byte),
            b'@'..=b'~' => {
                let kept = std::mem::take(&mut self.kept);
                let cut = self.cut;
                self.ground();
                if cut {
                    return;
                }
                if kept == b"200" && byte == b'~' {
                    self.state = State::Paste;
                    return;
                }
                into.extend(csi::meaning(&kept, byte));
            }
            byte => self.broken(byte, into),
        }
    }

    fn ss3(&mut self, byte: u8, into: &mut Vec<Seen>) {
        match byte {
            b'0'..=b'9' | b';' => self.keep(byte),
            b' '..=b'~' => {
                let kept = std::mem::take(&mut self.kept);
                self.ground();
                into.extend(csi::ss3(&kept, byte).map(|key| Seen::Event(Event::Key(key))));
            }
            byte => self.broken(byte, into),
        }
    }

    fn text(&mut self, text: Text, byte: u8, into: &mut Vec<Seen>) {
        match byte {
            0x07 if text == Text::Osc => self.told(text, into),
            0x1b => self.state = State::TextEscape(text),
            // No answer holds these: somebody types.
            0..=0x1f | 0x7f => self.broken(byte, into),
            byte => self.keep(byte),
        }
    }

    fn told(&mut self, text: Text, into: &mut Vec<Seen>) {
        if !self.cut {
            let reply = match text {
                Text::Osc => reply::osc(&self.kept),
                Text::Dcs => reply::dcs(&self.kept),
                Text::Other => None,
            };
            into.extend(reply.map(Seen::Reply));
        }
        self.ground();
    }

    fn keep(&mut self, byte: u8) {
        if self.kept.len() < LONGEST {
            self.kept.push(byte);
        } else {
            self.cut = true;
        }
    }

    fn paste(&mut self, byte: u8, into: &mut Vec<Seen>) {
        if self.kept.len() < LONGEST_PASTE {
            self.kept.push(byte);
        } else {
            self.cut = true;
        }
        if PASTE_END[self.ending] == byte {
            self.ending += 1;
        } else {
            self.ending = usize::from(byte == 0x1b);
        }
        if self.ending == PASTE_END.len() {
            self.pasted(PASTE_END.len(), into);
        }
    }

    /// Ends a paste, whose last bytes are not of it.
    fn pasted(&mut self, end: usize, into: &mut Vec<Seen>) {
        let end = if self.cut { 0 } else { end };
        self.kept.truncate(self.kept.len() - end);
        let text = String::from_utf8_lossy(&self.kept).into_owned();
        into.push(Seen::Event(Event::Paste(text)));
        self.ground();
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Seen {
    Seen::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

#[cfg(test)]
mod tests;
