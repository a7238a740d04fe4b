//! The clipboard of the terminal that the person sits at.
//!
//! Over SSH the machine we run on has no clipboard worth writing to: only the terminal has one.
//! Invariant: the answer never claims more than is known. OSC 52 is never acknowledged, so its
//! best answer is "sent". Nothing here reads the clipboard or changes anybody's tmux options.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest text in bytes. Source: hterm and xterm.js take 100,000 bytes of sequence, which is
/// 74,994 bytes of text in base64 with `ESC ] 52 ; c ;` and the terminator.
pub const CLIP_CAP: usize = 74_994;

/// The longest DCS string of GNU screen 4.2 and later is 768 bytes with its frame.
const SCREEN_CHUNK: usize = 764;

/// tmux is asked this often whether it is done, and given up after [`TMUX_TRIES`].
const TMUX_PAUSE: Duration = Duration::from_millis(5);

/// One second in all.
const TMUX_TRIES: u32 = 200;

/// How a text gets to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// OSC 52, straight to the terminal.
    Terminal,
    /// `tmux load-buffer -w -`, with the value of `TMUX`.
    Tmux(String),
    /// OSC 52 in the pieces that GNU screen passes on.
    Screen,
    /// There is no way: a console or a dumb terminal.
    None,
}

impl Carrier {
    /// The carrier for these values of `TERM`, `TMUX` and `STY`; empty where unset.
    #[must_use]
    pub fn choose(term: &str, tmux: &str, sty: &str) -> Self {
        if !tmux.is_empty() {
            Self::Tmux(tmux.into())
        } else if !sty.is_empty() {
            Self::Screen
        } else if matches!(term, "" | "dumb" | "linux") {
            Self::None
        } else {
            Self::Terminal
        }
    }
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clipped {
    /// It was sent to the terminal, which never says whether it took it.
    Sent,
    /// tmux has it, and says so.
    Copied,
    /// It is longer than terminals take; nothing was sent.
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// There is no terminal that could take it.
    NoTerminal,
}

/// Puts a text into the clipboard; `send` takes what goes to the terminal. With tmux this waits up
/// to a second for a child process: not for the loop that paints.
#[must_use]
pub fn copy(text: &str, carrier: &Carrier, send: impl FnOnce(&[u8])) -> Clipped {
    if text.len() > CLIP_CAP {
        return Clipped::TooLong { bytes: text.len() };
    }
    let bytes = match carrier {
        Carrier::None => return Clipped::NoTerminal,
        Carrier::Tmux(socket) => {
            if tmux(text, socket).is_ok() {
                return Clipped::Copied;
            }
            osc52(text)
        }
        Carrier::Terminal => osc52(text),
        Carrier::Screen => screen(text),
    };
    send(bytes.as_bytes());
    Clipped::Sent
}

fn osc52(text: &str) -> String {
    format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text))
}

/// The sequence in DCS strings. It ends with BEL: its own `ESC \` would end the DCS string.
fn screen(text: &str) -> String {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let chunks = sequence.as_bytes().chunks(SCREEN_CHUNK);
    chunks.fold(String::new(), |all, chunk| {
        all + "\x1bP" + &String::from_utf8_lossy(chunk) + "\x1b\\"
    })
}

/// Hands a text to tmux (3.2 and later), which hands it to its own terminals.
fn tmux(text: &str, socket: &str) -> io::Result<()> {
    let mut child = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .env("TMUX", socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let fed = match child.stdin.take() {
        Some(mut input) => input.write_all(text.as_bytes()),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    };
    for _ in 0..TMUX_TRIES {
        if let Some(status) = child.try_wait()? {
            fed?;
            return if status.success() {
                Ok(())
            } else {
                Err(io::Error::other("tmux refused"))
            };
        }
        std::thread::sleep(TMUX_PAUSE);
    }
    child.kill()?;
    child.wait()?;
    Err(io::ErrorKind::TimedOut.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str, carrier: &Carrier) -> (Clipped, String) {
        let mut out = Vec::new();
        let clipped = copy(text, carrier, |bytes| out.extend_from_slice(bytes));
        (clipped, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_carrier_is_chosen_by_what_is_in_between() {
        for (term, tmux, sty, want) in [
            ("xterm-256color", "", "", Carrier::Terminal),
            (
                "tmux-256color",
                "/tmp/tmux-0/default,1,0",
                "",
                Carrier::Tmux("/tmp/tmux-0/default,1,0".into()),
            ),
            ("screen", "", "123.pts", Carrier::Screen),
            ("linux", "", "", Carrier::None),
            ("dumb", "", "", Carrier::None),
        ] {
            assert_eq!(Carrier::choose(term, tmux, sty), want, "{term}");
        }
    }

    #[test]
    fn a_terminal_gets_base64_and_nothing_else() {
        let (clipped, bytes) = sent("https://x/\x1b]é", &Carrier::Terminal);
        assert_eq!(clipped, Clipped::Sent);
        assert_eq!(bytes, "\x1b]52;c;aHR0cHM6Ly94Lxtdw6k=\x1b\\");
    }

    #[test]
    fn screen_gets_pieces_that_it_passes_on() {
        let (clipped, bytes) = sent(&"x".repeat(1500), &Carrier::Screen);
        assert_eq!(clipped, Clipped::Sent);
        let pieces: Vec<&str> = bytes.split_terminator("\x1b\\").collect();
        assert_eq!(pieces.len(), 3);
        assert!(
            pieces
                .iter()
                .all(|p| p.starts_with("\x1bP") && p.len() <= SCREEN_CHUNK + 2)
        );
        let inner: String = pieces.iter().map(|p| &p[2..]).collect();
        assert_eq!(
            inner,
            format!("\x1b]52;c;{}\x07", STANDARD.encode("x".repeat(1500)))
        );
    }

    #[test]
    fn what_is_too_long_or_has_nowhere_to_go_is_said() {
        let long = "x".repeat(CLIP_CAP + 1);
        assert_eq!(
            sent(&long, &Carrier::Terminal),
            (Clipped::TooLong { bytes: 74_995 }, String::new())
        );
        assert_eq!(
            sent("x", &Carrier::None),
            (Clipped::NoTerminal, String::new())
        );
        let whole = sent(&long[1..], &Carrier::Terminal).1;
        assert!(whole.len() <= 100_001, "{}", whole.len());
    }

    #[test]
    fn a_tmux_that_is_not_there_falls_back_to_the_terminal() {
        let (clipped, bytes) = sent("x", &Carrier::Tmux("/nonexistent/socket,1,0".into()));
        assert_eq!(
            (clipped, bytes.as_str()),
            (Clipped::Sent, "\x1b]52;c;eA==\x1b\\")
        );
    }
}
